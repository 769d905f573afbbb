import { CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { logWriting } from './function-role';

/** The library's function that empties buckets before they are deleted, one a stack. */
const PROVIDER = 'Custom::S3AutoDeleteObjectsCustomResourceProvider';

/**
 * Gives the function that empties the buckets of a stack a log group of the app's: Lambda would make one that no one
 * deletes. Its role may write there, and make no group (see `functionRole`).
 *
 * @param stack one with a bucket that is emptied.
 */
export function keepEmptyingLog(stack: Stack, logRetention: RetentionDays): void {
  const log = new LogGroup(stack, 'EmptyingLog', {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const [handler, role] = ['Handler', 'Role'].map((part) => {
    const found = stack.node.findChild(PROVIDER).node.findChild(part);
    if (!CfnResource.isCfnResource(found)) throw new Error(`${PROVIDER} has no resource ${part}.`);
    return found;
  });
  handler?.addPropertyOverride('LoggingConfig', { LogGroup: log.logGroupName });
  role?.addPropertyDeletionOverride('ManagedPolicyArns');
  role?.addPropertyOverride('Policies', [
    {
      PolicyName: 'Log',
      PolicyDocument: new PolicyDocument({ statements: [logWriting(log.logGroupArn)] }).toJSON() as unknown,
    },
  ]);
}
