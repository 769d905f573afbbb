import { RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from '../stages';

/** What becomes of buckets and their key when their stack is deleted. */
export function dataPolicyOf(stage: Stage): RemovalPolicy {
  return stage.data === 'keep' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}

/** What becomes of a stage's other stateful resources when their stack is deleted. */
export function removalPolicyOf(stage: Stage): RemovalPolicy {
  return stage.statefulResources === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}

/** What becomes of the database: where its stack may go and its data may not, a snapshot is left. */
export function databasePolicyOf(stage: Stage): RemovalPolicy {
  return stage.data === 'keep' && stage.statefulResources === 'destroy'
    ? RemovalPolicy.SNAPSHOT
    : dataPolicyOf(stage);
}
