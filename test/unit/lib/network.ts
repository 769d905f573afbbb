/** An existing network in a stack, for constructs that are put into one. */
import type { Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PipelineNetwork } from '../../../lib/network/pipeline-network';

/** The private subnets of {@link existingNetwork}. */
export const SUBNETS = ['subnet-0a000001', 'subnet-0a000002'];

/** A network of two private subnets. */
export function existingNetwork(stack: Stack): PipelineNetwork {
  return new PipelineNetwork(stack, 'Network', {
    network: {
      kind: 'existing',
      vpcId: 'vpc-0a000001',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: SUBNETS,
    },
    logRetention: RetentionDays.ONE_WEEK,
  });
}
