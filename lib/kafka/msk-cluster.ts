import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Port, SecurityGroup, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration, CfnServerlessCluster } from 'aws-cdk-lib/aws-msk';
import { Construct } from 'constructs';
import type { Msk, ProvisionedBrokers, TopicSettings } from '../stages';
import type { KafkaAccess } from './kafka-access';
import { KafkaPermissions } from './kafka-permissions';
import { PipelineFunction } from '../shared/pipeline-function';
import type { PipelineNetwork } from '../network/pipeline-network';
import { minInSyncReplicas } from './topics';

/** Properties of an {@link MskCluster}. */
export interface MskClusterProps {
  /** The cluster's name in the account. */
  readonly clusterName: string;
  readonly settings: Msk;
  readonly topics: TopicSettings;
  readonly network: PipelineNetwork;
  readonly encryptionKey: IKey;
  /** Removal policy of the cluster and its records. */
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
}

/** The port for IAM clients. */
const PORT = 9098;

/**
 * MSK cluster with IAM authentication over TLS, reachable only from within the network. Only {@link Topics} creates
 * topics. A provisioned cluster is encrypted with the app's key and has broker logs; a serverless one uses AWS's key
 * and has none.
 */
export class MskCluster extends Construct implements KafkaAccess {
  readonly bootstrapServers: string;
  readonly auth = 'iam';
  readonly clientSecurityGroup: ISecurityGroup;
  readonly clusterArn: string;
  /** Number of brokers of a provisioned cluster. */
  readonly brokers: number;
  private readonly permissions: KafkaPermissions;

  constructor(scope: Construct, id: string, props: MskClusterProps) {
    super(scope, id);
    const { vpc, subnets } = props.network;
    this.brokers = subnets.length;
    this.clientSecurityGroup = new SecurityGroup(this, 'Clients', {
      vpc,
      description: 'Clients of Kafka',
      allowAllOutbound: false,
    });
    const brokers = new SecurityGroup(this, 'Brokers', {
      vpc,
      description: 'Kafka brokers',
      allowAllOutbound: false,
    });
    brokers.addIngressRule(this.clientSecurityGroup, Port.tcp(PORT), 'Clients with IAM');
    const { capacity } = props.settings;
    const cluster =
      capacity.kind === 'provisioned'
        ? this.addProvisioned(props, capacity, brokers)
        : this.addServerless(props, brokers);
    cluster.applyRemovalPolicy(props.removalPolicy);
    this.clusterArn = cluster.attrArn;
    this.permissions = new KafkaPermissions(this.clusterArn);
    this.bootstrapServers = this.addBrokers(props.logRetention);
  }

  grantProduce(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions.grantProduce(grantee, topics);
  }

  grantConsume(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    this.permissions.grantConsume(grantee, topics, groups);
  }

  grantDescribe(grantee: IGrantable, topics: readonly string[], groups: readonly string[]): void {
    this.permissions.grantDescribe(grantee, topics, groups);
  }

  grantManage(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions.grantManage(grantee, topics);
  }

  grantAdvance(grantee: IGrantable, topics: readonly string[]): void {
    this.permissions.grantAdvance(grantee, topics);
  }

  private addProvisioned(
    { clusterName, topics, network, encryptionKey, logRetention }: MskClusterProps,
    capacity: ProvisionedBrokers,
    brokers: ISecurityGroup,
  ): CfnCluster {
    const configuration = new CfnConfiguration(this, 'Configuration', {
      name: clusterName,
      serverProperties: serverProperties(topics),
    });
    const log = new LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    return new CfnCluster(this, 'Cluster', {
      clusterName,
      kafkaVersion: capacity.kafkaVersion,
      numberOfBrokerNodes: this.brokers,
      brokerNodeGroupInfo: {
        instanceType: capacity.instanceType,
        clientSubnets: network.subnets.map(({ subnetId }) => subnetId),
        securityGroups: [brokers.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: capacity.storageGiB } },
        connectivityInfo: { publicAccess: { type: 'DISABLED' } },
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: {
        encryptionAtRest: { dataVolumeKmsKeyId: encryptionKey.keyArn },
        encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
      },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      enhancedMonitoring: capacity.monitoring,
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: log.logGroupName } } },
    });
  }

  private addServerless(
    { clusterName, network }: MskClusterProps,
    brokers: ISecurityGroup,
  ): CfnServerlessCluster {
    return new CfnServerlessCluster(this, 'ServerlessCluster', {
      clusterName,
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [
        {
          subnetIds: network.subnets.map(({ subnetId }) => subnetId),
          securityGroups: [brokers.securityGroupId],
        },
      ],
    });
  }

  /** Gets the bootstrap brokers, which CloudFormation's resource does not return. */
  private addBrokers(logRetention: RetentionDays): string {
    const handler = new PipelineFunction(this, 'BrokersHandler', {
      folder: 'brokers',
      description: 'Gets the bootstrap brokers from MSK',
      timeout: Duration.minutes(1),
      logRetention,
    });
    handler.addToRolePolicy(
      new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] }),
    );
    const brokers = new CustomResource(this, 'BrokersResource', {
      resourceType: 'Custom::KafkaBrokers',
      serviceToken: handler.functionArn,
      serviceTimeout: Duration.minutes(2),
      properties: { ClusterArn: this.clusterArn },
    });
    brokers.node.addDependency(handler);
    return brokers.getAttString('BootstrapServers');
  }
}

/** Broker defaults for topics. */
function serverProperties({ partitions, replicationFactor }: TopicSettings): string {
  const properties = {
    'auto.create.topics.enable': false,
    'default.replication.factor': replicationFactor,
    'min.insync.replicas': minInSyncReplicas(replicationFactor),
    'num.partitions': partitions,
    'unclean.leader.election.enable': false,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
