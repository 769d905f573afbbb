/** What the reconciliation reads from Kafka itself: end offsets, and which records went to the dead-letter topic. */
import { Kafka, logLevel } from 'kafkajs';
import { deadLetterTopicName } from '../../services/contract';
import { readRanges, type OffsetRange } from '../../services/kafka-client/read-ranges';
import { deadLetterOf } from '../../lambda/dead-letters/dead-letter';
import type { Deployment } from './deployment';

/** The end offset (one past the last record) by partition. */
export type EndOffsets = ReadonlyMap<number, number>;

/** The offsets of one topic's records that are among the dead-letter records, by partition. */
export type DeadLetters = ReadonlyMap<number, ReadonlySet<number>>;

/** How long the dead-letter records may take to be read. */
const PATIENCE_MS = 120_000;

/** Reads Kafka for the reconciliation. */
export interface KafkaReader {
  /** @throws Error when the topic does not exist. */
  endOffsets(topic: string): Promise<EndOffsets>;
  /** The dead-letter records by the topic they came from. A record reported twice counts once. */
  deadLetters(): Promise<ReadonlyMap<string, DeadLetters>>;
  /** The offsets a consumer group has committed, by topic and partition; 0 where it has committed none. */
  committed(groupId: string, topics: readonly string[]): Promise<ReadonlyMap<string, EndOffsets>>;
}

/**
 * Opens a reader for the time of `use`.
 *
 * @throws Error when no broker responds within 10 s.
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
      `No Kafka broker responds at ${deployment.bootstrapServers.join(', ')}. Is the pipeline running? (\`npm run pipeline -- status\`)`,
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
        const ranges = offsets.map((p) => ({
          partition: p.partition,
          next: Number(p.low),
          end: Number(p.high),
        }));
        return readDeadLetters(kafka, topic, ranges);
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

/** Which records are among the dead-letter records of these ranges; those of strangers are none of the pipeline's. */
async function readDeadLetters(
  kafka: Kafka,
  topic: string,
  ranges: readonly OffsetRange[],
): Promise<ReadonlyMap<string, DeadLetters>> {
  const found = new Map<string, Map<number, Set<number>>>();
  const options = { topic, ranges, groupPrefix: 'pipeline-cli-', deadline: Date.now() + PATIENCE_MS };
  await readRanges(kafka, options, (message) => {
    const letter = deadLetterOf(message);
    if (letter.topic === null || letter.partition === null || letter.offset === null) return;
    const partitions = found.get(letter.topic) ?? new Map<number, Set<number>>();
    const offsets = partitions.get(letter.partition) ?? new Set<number>();
    found.set(letter.topic, partitions.set(letter.partition, offsets.add(letter.offset)));
  });
  return found;
}
