import { SecurityGroup, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ExternalKafka as ExternalKafkaSettings } from '../stages';
import type { KafkaAccess } from './kafka-access';
import { KafkaPermissions } from './kafka-permissions';
import type { PipelineNetwork } from '../network/pipeline-network';

/** Properties of an {@link ExternalKafka}. */
export interface ExternalKafkaProps {
  readonly settings: ExternalKafkaSettings;
  /**
   * The network that clients are in.
   *
   * @default none
   */
  readonly network?: PipelineNetwork;
}

/** A Kafka cluster operated by others, who must allow ingress from the clients' security group. */
export class ExternalKafka extends Construct implements KafkaAccess {
  readonly bootstrapServers: string;
  readonly auth: 'none' | 'iam';
  readonly clientSecurityGroup: ISecurityGroup | undefined;
  private readonly permissions: KafkaPermissions | undefined;

  constructor(scope: Construct, id: string, { settings, network }: ExternalKafkaProps) {
    super(scope, id);
    const { auth } = settings;
    this.bootstrapServers = settings.bootstrapServers;
    this.auth = auth.kind;
    this.permissions = auth.kind === 'iam' ? new KafkaPermissions(auth.clusterArn) : undefined;
    this.clientSecurityGroup =
      network &&
      new SecurityGroup(this, 'Clients', {
        vpc: network.vpc,
        description: 'Clients of Kafka',
        allowAllOutbound: false,
      });
  }

  grantProduce(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions?.grantProduce(grantee, topics);
  }

  grantConsume(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    this.permissions?.grantConsume(grantee, topics, groups);
  }

  grantDescribe(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    this.permissions?.grantDescribe(grantee, topics, groups);
  }

  grantManage(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions?.grantManage(grantee, topics);
  }

  grantAdvance(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions?.grantAdvance(grantee, topics);
  }
}
