/** What the reconciliation reads from Kafka itself: end offsets, and which records went to the dead-letter topic. */
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { deadLetterTopicName } from '../feeds';
import type { Deployment } from './deployment';

/** The end offset (one past the last record) by partition. */
export type EndOffsets = ReadonlyMap<number, number>;

/** The offsets of one topic's records that are among the dead letters, by partition. */
export type DeadLetters = ReadonlyMap<number, ReadonlySet<number>>;

/** Reads Kafka for the reconciliation. */
export interface KafkaReader {
  /** @throws Error when the topic does not exist. */
  endOffsets(topic: string): Promise<EndOffsets>;
  /** The dead letters by the topic they came from. A record reported twice counts once. */
  deadLetters(): Promise<ReadonlyMap<string, DeadLetters>>;
  /** The offsets a consumer group has committed, by topic and partition; 0 where it has committed none. */
  committed(groupId: string, topics: readonly string[]): Promise<ReadonlyMap<string, EndOffsets>>;
}

/**
 * Opens a reader for the time of `use`.
 *
 * @throws Error when no broker answers within 10 s.
 */
export async function withKafkaReader<T>(
  deployment: Pick<Deployment, 'bootstrapServers' | 'userId'>,
  use: (reader: KafkaReader) => Promise<T>,
): Promise<T> {
  const kafka = new Kafka({
    clientId: 'pipeline-cli',
    brokers: [...deployment.bootstrapServers],
    connectionTimeout: 3000,
    retry: { retries: 3 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
  } catch (error) {
    throw new Error(
      `No Kafka broker answers at ${deployment.bootstrapServers.join(', ')}. Is the pipeline running? (\`npm run pipeline -- status\`)`,
      { cause: error },
    );
  }
  const endOffsets = async (topic: string): Promise<EndOffsets> => {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  };
  try {
    return await use({
      endOffsets,
      deadLetters: async () => {
        const topic = deadLetterTopicName(deployment.userId);
        const offsets = await admin.fetchTopicOffsets(topic);
        const ends = offsets.filter(({ low, high }) => Number(low) < Number(high));
        return readDeadLetters(kafka, topic, new Map(ends.map((p) => [p.partition, Number(p.high)])));
      },
      committed: async (groupId, topics) => {
        const groups = await admin.fetchOffsets({ groupId, topics: [...topics] });
        return new Map(
          groups.map((group) => [
            group.topic,
            new Map(group.partitions.map((p) => [p.partition, Math.max(0, Number(p.offset))])),
          ]),
        );
      },
    });
  } finally {
    await admin.disconnect();
  }
}

/**
 * Reads the dead-letter topic from its start to the given end offsets, of the partitions that hold records. The headers
 * are Kafka Connect's (KIP-298).
 */
async function readDeadLetters(
  kafka: Kafka,
  topic: string,
  end: EndOffsets,
): Promise<ReadonlyMap<string, DeadLetters>> {
  const found = new Map<string, Map<number, Set<number>>>();
  const open = new Map(end);
  if (open.size === 0) return found;
  const groupId = `pipeline-cli-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition, message }) => {
            const header = (name: string): string =>
              message.headers?.[`__connect.errors.${name}`]?.toString() ?? '';
            const from = header('topic');
            const partitions = found.get(from) ?? new Map<number, Set<number>>();
            const offsets = partitions.get(Number(header('partition'))) ?? new Set<number>();
            found.set(
              from,
              partitions.set(Number(header('partition')), offsets.add(Number(header('offset')))),
            );
            if (Number(message.offset) + 1 >= (open.get(partition) ?? 0)) open.delete(partition);
            if (open.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([groupId]);
    await admin.disconnect();
  }
  return found;
}
