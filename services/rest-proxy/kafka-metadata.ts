/** Topic metadata by kafkajs's admin client. */
import { ConfigResourceTypes, type Admin, type Kafka } from 'kafkajs';
import { readKafkaError } from '../kafka-client';
import { AdminConnection } from '../kafka-client/admin';

/** A topic in the response of `GET /topics/{topic}`. */
export interface TopicDescription {
  readonly name: string;
  readonly configs: Readonly<Record<string, string | null>>;
  readonly partitions: readonly {
    readonly partition: number;
    readonly leader: number;
    readonly replicas: readonly {
      readonly broker: number;
      readonly leader: boolean;
      readonly in_sync: boolean;
    }[];
  }[];
}

/** Kafka's internal topics, hidden from clients. */
const INTERNAL_TOPICS = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);

/** Reads topic metadata. Every method rejects after the time-out when no broker responds. */
export class KafkaMetadata {
  private readonly connection: AdminConnection;

  /** @param timeoutMs time-out of each method in milliseconds. */
  constructor(kafka: Kafka, timeoutMs: number) {
    // Without patience: what asks has a time-out of its own.
    this.connection = new AdminConnection(kafka, { patienceMs: 0, attemptMs: timeoutMs });
  }

  /** The number of a topic's partitions; undefined for an unknown topic. */
  partitions(topic: string): Promise<number | undefined> {
    return this.ask(async (admin) => {
      const found = await fetchTopic(admin, topic);
      return found?.partitions.length;
    });
  }

  /** The names of all topics except internal ones, sorted. */
  topics(): Promise<string[]> {
    return this.ask(async (admin) =>
      (await admin.listTopics()).filter((name) => !INTERNAL_TOPICS.has(name)).sort(),
    );
  }

  /** A topic's description; undefined for an unknown topic. */
  describe(topic: string): Promise<TopicDescription | undefined> {
    return this.ask(async (admin) => {
      const found = await fetchTopic(admin, topic);
      if (found === undefined) return undefined;
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      const entries = resources.flatMap(({ configEntries }) => configEntries);
      const partitions = [...found.partitions].sort((a, b) => a.partitionId - b.partitionId);
      return {
        name: topic,
        configs: Object.fromEntries(
          entries
            .map(({ configName, configValue }): [string, string | null] => [configName, configValue])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        ),
        partitions: partitions.map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader,
          replicas: replicas.map((broker) => ({
            broker,
            leader: broker === leader,
            in_sync: isr.includes(broker),
          })),
        })),
      };
    });
  }

  /** The ids of the cluster's brokers, sorted. */
  brokers(): Promise<number[]> {
    return this.ask(async (admin) =>
      (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b),
    );
  }

  /** Disconnects. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await this.connection.ask(question);
    } catch (error) {
      throw new Error(readKafkaError(error).message, { cause: error });
    }
  }
}

async function fetchTopic(
  admin: Admin,
  topic: string,
): Promise<Awaited<ReturnType<Admin['fetchTopicMetadata']>>['topics'][number] | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic);
  } catch (error) {
    const { type } = readKafkaError(error);
    if (type === 'UNKNOWN_TOPIC_OR_PARTITION' || type === 'INVALID_TOPIC_EXCEPTION') return undefined;
    throw error;
  }
}
