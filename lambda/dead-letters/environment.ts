/** The environment of the function that copies dead-letter records: the only place that reads it. */
import type { ReadEnvironment } from '../../services/contract/environment';
import { parseBootstrapServers } from '../../services/kafka-client';

/** What the function's environment says. */
export interface KeeperEnvironment {
  readonly bootstrapServers: readonly string[];
  readonly authentication: 'none' | 'iam';
  readonly region: string;
  readonly userId: string;
  readonly bucket: string;
  readonly folder: string;
  /** Whether AWS is a local server, which has no host names of buckets. */
  readonly isLocal: boolean;
}

/**
 * Reads `BOOTSTRAP_SERVERS`, `AUTHENTICATION` (`none` or `iam`), `USER_ID`, `SINK_BUCKET`, `RAW_FILES`, and Lambda's own
 * `AWS_REGION`.
 *
 * @throws Error naming every variable that is missing or wrong.
 */
export function readEnvironment(env: ReadEnvironment<'dead-letters'>): KeeperEnvironment {
  const problems: string[] = [];
  const text = (name: keyof ReadEnvironment<'dead-letters'>): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is not set`);
    return value;
  };
  const servers = text('BOOTSTRAP_SERVERS');
  const authentication = text('AUTHENTICATION');
  if (authentication !== '' && authentication !== 'none' && authentication !== 'iam')
    problems.push(`AUTHENTICATION is ${JSON.stringify(authentication)}, expected "none" or "iam"`);
  const found = {
    region: text('AWS_REGION'),
    userId: text('USER_ID'),
    bucket: text('SINK_BUCKET'),
    folder: text('RAW_FILES'),
  };
  if (problems.length > 0)
    throw new Error(
      `The environment of the dead-letter function is wrong: ${problems.join('; ')}. The CDK app sets these variables.`,
    );
  return {
    ...found,
    bootstrapServers: parseBootstrapServers(servers),
    authentication: authentication === 'iam' ? 'iam' : 'none',
    isLocal: env.AWS_ENDPOINT_URL !== undefined,
  };
}
