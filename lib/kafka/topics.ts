import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import { DEAD_LETTER_MAX_BYTES } from '../sink/connector-config';
import type { TopicSettings } from '../stages';
import type { KafkaAccess } from './kafka-access';
import { PipelineFunction, type FunctionNetwork } from '../shared/pipeline-function';
import { RAW_FILES, type SinkBucket } from '../sink/sink-bucket';

/** A topic in the form that `lambda/topics` expects. */
export interface TopicDefinition {
  readonly Name: string;
  readonly Partitions: number;
  readonly ReplicationFactor: number;
  /** The topic's configuration, for example `retention.ms`. */
  readonly Config: Readonly<Record<string, string>>;
}

/** Properties of {@link Topics}. */
export interface TopicsProps {
  readonly userId: string;
  readonly kafka: KafkaAccess;
  readonly topics: TopicSettings;
  /** The raw files, whose last offsets recreated topics continue from. */
  readonly sink: SinkBucket;
  /**
   * Whether the cluster manages `min.insync.replicas` itself, as MSK Serverless does.
   *
   * @default false
   */
  readonly serverless?: boolean;
  /**
   * Where the brokers are reached from.
   *
   * @default no network
   */
  readonly network?: FunctionNetwork;
  readonly logRetention: RetentionDays;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** Replicas that must have a record before it is acknowledged: with more than one, losing a broker loses no record. */
export function minInSyncReplicas(replicationFactor: number): number {
  return Math.max(1, replicationFactor - 1);
}

/** Definitions of the three feeds' topics and the dead-letter topic. MSK Serverless refuses `min.insync.replicas`. */
export function topicDefinitions(
  userId: string,
  settings: TopicSettings,
  serverless = false,
): TopicDefinition[] {
  const config: Record<string, string> = serverless
    ? {}
    : { 'min.insync.replicas': String(minInSyncReplicas(settings.replicationFactor)) };
  const feeds = FEED_NAMES.map((feed) => ({
    Name: topicName(userId, feed),
    Partitions: settings.partitions,
    ReplicationFactor: settings.replicationFactor,
    Config: { ...config, 'retention.ms': String(WEEK_MS) },
  }));
  const deadLetters = {
    Name: deadLetterTopicName(userId),
    Partitions: 1,
    ReplicationFactor: settings.replicationFactor,
    // Rejected records are kept until they have been examined.
    Config: { ...config, 'retention.ms': '-1', 'max.message.bytes': String(DEAD_LETTER_MAX_BYTES) },
  };
  return [...feeds, deadLetters];
}

/**
 * The Kafka topics, managed by a custom resource: topics are created and their partition counts raised, never deleted.
 */
export class Topics extends Construct {
  constructor(scope: Construct, id: string, props: TopicsProps) {
    super(scope, id);
    const { userId, kafka, sink, network, logRetention } = props;
    const topics = topicDefinitions(userId, props.topics, props.serverless);
    const handler = new PipelineFunction(this, 'Handler', {
      folder: 'topics',
      description: 'Creates the Kafka topics, at the offsets where the raw files end',
      // Usually seconds; advancing a new cluster's offsets runs at some 100,000 a second.
      timeout: Duration.minutes(14),
      memorySize: 1024,
      network,
      logRetention,
    });
    const names = topics.map(({ Name }) => Name);
    kafka.grantManage(handler, names);
    kafka.grantAdvance(handler, names);
    sink.grantRead(handler, { rawFiles: true });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::KafkaTopics',
      serviceToken: handler.functionArn,
      // Fail early if the handler dies without a response: the default is an hour.
      serviceTimeout: Duration.minutes(15),
      properties: {
        BootstrapServers: kafka.bootstrapServers,
        ...(kafka.auth === 'none' ? {} : { Authentication: kafka.auth }),
        Topics: topics,
        RawFiles: { Bucket: sink.bucket.bucketName, Folder: RAW_FILES },
      },
    });
    // Wait for the handler's policies.
    resource.node.addDependency(handler);
  }
}
