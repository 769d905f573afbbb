import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnConnector, CfnCustomPlugin, CfnWorkerConfiguration } from 'aws-cdk-lib/aws-kafkaconnect';
import { LogGroup, type ILogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import { sinkPluginZip } from '../packaging/package-files';
import {
  connectorConfig,
  sinkConsumerGroup,
  workerClientSettings,
  type ConnectorConfigProps,
} from './connector-config';
import type { MskConnect } from '../stages';
import type { KafkaAccess } from '../kafka/kafka-access';
import { PackageAsset } from '../shared/package-asset';
import type { PipelineNetwork } from '../network/pipeline-network';
import type { SinkBucket } from './sink-bucket';

/** Properties of a {@link MskConnectSink}. */
export interface MskConnectSinkProps {
  /** The sink's name; the connector's name has a hash appended. */
  readonly connectorName: string;
  readonly settings: MskConnect;
  readonly kafka: KafkaAccess;
  readonly network: PipelineNetwork;
  readonly sink: SinkBucket;
  /** What the connector does. */
  readonly config: Omit<ConnectorConfigProps, 'consumerGroup' | 'clientSettings'>;
  readonly logRetention: RetentionDays;
}

/** Prefix of MSK Connect's internal topics of offsets, configurations and status. */
const INTERNAL = '__amazon_msk_connect_*';

// MSK Connect does not support connector.client.config.override.policy; Kafka's default allows the connector's
// consumer.override.* and producer.override.*.
const WORKER_PROPERTIES: Readonly<Record<string, string>> = {
  'key.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
  'offset.flush.interval.ms': '10000',
  'task.shutdown.graceful.timeout.ms': '20000',
};

function workerProperties({ clientSettings }: MskConnect): string {
  const all = { ...WORKER_PROPERTIES, ...(clientSettings === 'worker' ? workerClientSettings() : {}) };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/**
 * The S3 sink on MSK Connect: the plugin of the local run, the worker configuration, and the connector with a role that
 * can only read the feeds' topics and write dead-letter records and raw files.
 *
 * CloudFormation updates a connector's configuration and capacity in place. Any other change replaces it, and creates
 * the new one first, so it needs another name: the name ends with a hash of everything that causes a replacement. The
 * consumer group does not depend on the name, so the new connector continues where the old one stopped. Where the
 * worker configures the clients, the group follows the name, and a new connector continues from the last offsets in the
 * bucket.
 */
export class MskConnectSink extends Construct {
  /** The connector's name in the account. */
  readonly connectorName: string;
  /** The consumer group; independent of the connector's name unless the worker configures the clients. */
  readonly consumerGroup: string;
  /** The worker's log. */
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: MskConnectSinkProps) {
    super(scope, id);
    const { connectorName, settings, kafka, network, config } = props;
    const plugin =
      settings.pluginZip === undefined
        ? new PackageAsset(this, 'Plugin', sinkPluginZip())
        : new Asset(this, 'Plugin', { path: settings.pluginZip });
    const properties = workerProperties(settings);
    const worker = this.addWorkerConfiguration(connectorName, properties);
    const replacing = [plugin.assetHash, settings.version, properties, kafka.auth];
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.addRole(props);
    this.connectorName = `${connectorName}-${hashOf(replacing)}`;
    const isNamed = settings.clientSettings === 'connector';
    this.consumerGroup = sinkConsumerGroup(isNamed ? connectorName : this.connectorName);
    const custom = new CfnCustomPlugin(this, 'CustomPlugin', {
      name: `${connectorName}-${plugin.assetHash.slice(0, 12)}`,
      contentType: 'ZIP',
      location: { s3Location: { bucketArn: plugin.bucket.bucketArn, fileKey: plugin.s3ObjectKey } },
    });
    const groups = [network.members, ...(kafka.clientSecurityGroup ? [kafka.clientSecurityGroup] : [])];
    const connector = new CfnConnector(this, 'Connector', {
      connectorName: this.connectorName,
      connectorDescription: 'Raw files of the feeds in S3',
      kafkaConnectVersion: settings.version,
      capacity: {
        provisionedCapacity: { mcuCount: settings.unitsPerWorker, workerCount: settings.workers },
      },
      connectorConfiguration: {
        ...connectorConfig({
          ...config,
          clientSettings: settings.clientSettings,
          consumerGroup: isNamed ? this.consumerGroup : undefined,
        }),
      },
      kafkaCluster: {
        apacheKafkaCluster: {
          bootstrapServers: kafka.bootstrapServers,
          vpc: {
            subnets: network.subnets.map(({ subnetId }) => subnetId),
            securityGroups: groups.map(({ securityGroupId }) => securityGroupId),
          },
        },
      },
      kafkaClusterClientAuthentication: { authenticationType: kafka.auth === 'iam' ? 'IAM' : 'NONE' },
      kafkaClusterEncryptionInTransit: { encryptionType: kafka.auth === 'iam' ? 'TLS' : 'PLAINTEXT' },
      plugins: [
        { customPlugin: { customPluginArn: custom.attrCustomPluginArn, revision: custom.attrRevision } },
      ],
      workerConfiguration: {
        workerConfigurationArn: worker.attrWorkerConfigurationArn,
        revision: worker.attrRevision,
      },
      serviceExecutionRoleArn: role.roleArn,
      logDelivery: {
        workerLogDelivery: { cloudWatchLogs: { enabled: true, logGroup: this.logGroup.logGroupName } },
      },
    });
    // Wait for the role's policies.
    connector.node.addDependency(role);
  }

  private addWorkerConfiguration(connectorName: string, properties: string): CfnWorkerConfiguration {
    return new CfnWorkerConfiguration(this, 'WorkerConfiguration', {
      name: `${connectorName}-${hashOf([properties])}`,
      propertiesFileContent: Fn.base64(properties),
    });
  }

  private addRole({ connectorName, kafka, sink, config: { userId } }: MskConnectSinkProps): Role {
    const stack = Stack.of(this);
    const connectors = stack.formatArn({
      service: 'kafkaconnect',
      resource: 'connector',
      resourceName: `${connectorName}-*`,
    });
    const role = new Role(this, 'Role', {
      description: 'Role of the S3 sink',
      assumedBy: new ServicePrincipal('kafkaconnect.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': connectors },
        },
      }),
    });
    const feeds = FEED_NAMES.map((feed) => topicName(userId, feed));
    kafka.grantConsume(role, [...feeds, INTERNAL], [`connect-${connectorName}*`, INTERNAL]);
    kafka.grantProduce(role, [deadLetterTopicName(userId), INTERNAL]);
    kafka.grantManage(role, [INTERNAL]);
    sink.grantRawFiles(role);
    return role;
  }
}

/** Eight hexadecimal digits. */
function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 8);
}
