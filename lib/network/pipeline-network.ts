import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup, Vpc, type ISecurityGroup, type ISubnet, type IVpc } from 'aws-cdk-lib/aws-ec2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ExistingNetwork, MadeNetwork } from '../stages';
import { MadeVpc } from './made-vpc';

/** Properties of a {@link PipelineNetwork}. */
export interface PipelineNetworkProps {
  readonly network: MadeNetwork | ExistingNetwork;
  readonly logRetention: RetentionDays;
}

/** The pipeline's network: its own VPC, or private subnets of an existing one. */
export class PipelineNetwork extends Construct {
  readonly vpc: IVpc;
  /** One private subnet per zone, in the order of the zones, for all private addresses. */
  readonly subnets: readonly ISubnet[];
  /** Group of everything that the pipeline places in the network; routes out of the network admit its members. */
  readonly members: ISecurityGroup;

  constructor(scope: Construct, id: string, { network, logRetention }: PipelineNetworkProps) {
    super(scope, id);
    const made = network.kind === 'made' ? new MadeVpc(this, 'Made', { network, logRetention }) : undefined;
    this.vpc =
      made?.vpc ??
      Vpc.fromVpcAttributes(this, 'Existing', {
        vpcId: (network as ExistingNetwork).vpcId,
        availabilityZones: [...(network as ExistingNetwork).availabilityZones],
        isolatedSubnetIds: [...(network as ExistingNetwork).privateSubnetIds],
      });
    // The routes of an existing VPC are not changed.
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', 'No route is added.');
    const { privateSubnets, isolatedSubnets } = this.vpc;
    this.subnets = privateSubnets.length > 0 ? privateSubnets : isolatedSubnets;
    this.members = new SecurityGroup(this, 'Members', {
      vpc: this.vpc,
      description: 'What the pipeline puts into the network',
    });
    made?.admit(this.members);
  }
}
