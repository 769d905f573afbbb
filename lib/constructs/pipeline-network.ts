import type { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';

/** The VPC of a pipeline as the other constructs use it. */
export interface PipelineNetwork {
  readonly vpc: IVpc;
  /** One private subnet a zone, in the zones' order. All that has a private address is in them. */
  readonly subnets: readonly ISubnet[];
}
