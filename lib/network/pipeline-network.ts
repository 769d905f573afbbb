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

/** The network of a pipeline: a VPC of its own, or private subnets of an existing one. */
export class PipelineNetwork extends Construct {
  readonly vpc: IVpc;
  /** One private subnet a zone, in the zones' order. All that has a private address is in them. */
  readonly subnets: readonly ISubnet[];
  /** Everything that the pipeline puts into the network is in this group; ways out of the network admit its members. */
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
    // An existing VPC's routes are its own affair.
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
