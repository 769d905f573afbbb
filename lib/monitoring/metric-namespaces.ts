/** The CloudWatch namespaces of the pipeline's own metrics, per stage and user id. */

/** Counts of records on their way into the tables. */
export const tableMetrics = (userId: string, stage: string): string => `${userId}-${stage}/tables`;

/** Metrics of the agent on the client host. */
export const clientHostMetrics = (userId: string, stage: string): string => `${userId}-${stage}/client-host`;

/** Metric filters on logs. */
export const logMetrics = (userId: string, stage: string): string => `${userId}-${stage}/logs`;
