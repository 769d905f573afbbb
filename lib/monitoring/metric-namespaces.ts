/** The namespaces of the pipeline's own metrics in CloudWatch: each stage of each user has its own. */

/** What is counted of records on their way into the tables. */
export const tableMetrics = (userId: string, stage: string): string => `${userId}-${stage}/tables`;

/** What the agent on the client host measures. */
export const clientHostMetrics = (userId: string, stage: string): string => `${userId}-${stage}/client-host`;

/** What is counted from logs. */
export const logMetrics = (userId: string, stage: string): string => `${userId}-${stage}/logs`;
