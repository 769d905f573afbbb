import { CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The library's function that empties buckets before they are deleted, one a stack. */
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/**
 * Gives the function that empties the buckets of a stack a log group of the app's: Lambda would make one that nobody
 * deletes.
 *
 * @param stack one with a bucket that is emptied.
 */
export function keepEmptyingLog(stack: Stack, logRetention: RetentionDays): void {
  const log = new LogGroup(stack, 'EmptyingLog', {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const handler = stack.node.findChild(PROVIDER).node.findChild('Handler');
  if (!CfnResource.isCfnResource(handler)) throw new Error(`${PROVIDER} has no function.`);
  handler.addPropertyOverride('LoggingConfig', { LogGroup: log.logGroupName });
}
