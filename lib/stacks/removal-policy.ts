import { RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from '../stages';

/** What becomes of a stage's stateful resources when their stack is deleted. */
export function removalPolicyOf(stage: Stage): RemovalPolicy {
  return stage.statefulResources === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
