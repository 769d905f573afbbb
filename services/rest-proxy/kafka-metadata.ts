/** Topic metadata by kafkajs's admin client. */
import { ConfigResourceTypes, type Admin, type Kafka } from 'kafkajs';
import { readKafkaError } from '../kafka-client';

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
  private admin: Admin | undefined;
  private connecting: Promise<void> | undefined;

  /** @param timeoutMs time-out of each method in milliseconds. */
  constructor(
    private readonly kafka: Kafka,
    private readonly timeoutMs: number,
  ) {}

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
  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }

  /** Runs a query, with a new client after every failure: kafkajs's admin client does not always recover. */
  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    if (this.admin === undefined) {
      this.admin = this.kafka.admin();
      this.connecting = this.admin.connect();
    }
    const { admin, connecting } = this;
    try {
      return await within(
        this.timeoutMs,
        (async () => {
          await connecting;
          return question(admin);
        })(),
      );
    } catch (error) {
      if (this.admin === admin) this.admin = undefined;
      admin.disconnect().catch(() => undefined);
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

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new Error(`No response within ${milliseconds} ms`));
        }, milliseconds);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
