import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../feeds';
import type { ExternalKafka, TopicSettings } from '../stages';
import { PipelineFunction } from './pipeline-function';

/** A topic as `lambda/topics` takes it. */
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
  readonly kafka: ExternalKafka;
  readonly topics: TopicSettings;
  readonly logRetention: RetentionDays;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The three feeds' topics and that of the dead letters. */
export function topicDefinitions(userId: string, settings: TopicSettings): TopicDefinition[] {
  // An acknowledged record survives the loss of a broker wherever there is more than one copy.
  const config = { 'min.insync.replicas': String(Math.max(1, settings.replicationFactor - 1)) };
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
    // Rejected records are kept until somebody has looked at them.
    Config: { ...config, 'retention.ms': '-1' },
  };
  return [...feeds, deadLetters];
}

/**
 * The Kafka topics, made by a custom resource: topics are created and their partition counts raised, never deleted.
 */
export class Topics extends Construct {
  constructor(scope: Construct, id: string, { userId, kafka, topics, logRetention }: TopicsProps) {
    super(scope, id);
    const handler = new PipelineFunction(this, 'Handler', {
      folder: 'topics',
      description: 'Creates the Kafka topics',
      timeout: Duration.minutes(2),
      logRetention,
    });
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::KafkaTopics',
      serviceToken: handler.functionArn,
      // A handler that dies without an answer must not hold the deployment for an hour.
      serviceTimeout: Duration.minutes(3),
      properties: {
        BootstrapServers: kafka.bootstrapServers,
        Topics: topicDefinitions(userId, topics),
      },
    });
  }
}
