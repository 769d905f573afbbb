/** What the reconciliation reads from Kafka itself: end offsets, and which records went to the dead-letter topic. */
import { Kafka, logLevel } from 'kafkajs';
import { deadLetterTopicName } from '../../services/contract';
import { AdminConnection } from '../../services/kafka-client/admin';
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
  /** By topic. @throws Error when one of the topics does not exist. */
  endOffsets(topics: readonly string[]): Promise<ReadonlyMap<string, EndOffsets>>;
  /** The dead-letter records by the topic they came from. A record reported twice counts once. */
  deadLetters(): Promise<ReadonlyMap<string, DeadLetters>>;
  /** How many records the sink has not stored, given end offsets by topic; by topic and partition. */
  sinkLag(connector: string, ends: ReadonlyMap<string, EndOffsets>): Promise<ReadonlyMap<string, EndOffsets>>;
}

/** A reader whose connection stays open. */
export interface OpenKafkaReader extends KafkaReader {
  close(): Promise<void>;
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
  const reader = await openKafkaReader(deployment);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/**
 * Opens a reader; the caller closes it.
 *
 * @param patienceMs how long a transient error of Kafka may persist. Default: see {@link AdminConnection}.
 * @throws Error when no broker responds within 10 s.
 */
export async function openKafkaReader(
  deployment: Pick<Deployment, 'bootstrapServers' | 'userId'>,
  patienceMs?: number,
): Promise<OpenKafkaReader> {
  const kafka = new Kafka({
    clientId: 'pipeline-cli',
    brokers: [...deployment.bootstrapServers],
    connectionTimeout: 3000,
    retry: { retries: 3 },
    logLevel: logLevel.NOTHING,
  });
  const connection = await AdminConnection.open(kafka, { patienceMs }).catch((error: unknown) => {
    throw new Error(
      `No Kafka broker responds at ${deployment.bootstrapServers.join(', ')}. Is the pipeline running? (\`npm run pipeline -- status\`)`,
      { cause: error },
    );
  });
  return {
    endOffsets: async (topics) => {
      const offsets = await connection.ask((admin) =>
        Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic))),
      );
      return new Map(
        topics.map((topic, index) => [
          topic,
          new Map(offsets[index]?.map(({ partition, high }) => [partition, Number(high)])),
        ]),
      );
    },
    deadLetters: async () => {
      const topic = deadLetterTopicName(deployment.userId);
      const offsets = await connection.ask((admin) => admin.fetchTopicOffsets(topic));
      const ranges = offsets.map((p) => ({
        partition: p.partition,
        next: Number(p.low),
        end: Number(p.high),
      }));
      return readDeadLetters(kafka, topic, ranges);
    },
    sinkLag: async (connector, ends) => {
      // Kafka Connect names a sink connector's consumer group after the connector.
      const groupId = `connect-${connector}`;
      const groups = await connection.ask((admin) =>
        admin.fetchOffsets({ groupId, topics: [...ends.keys()] }),
      );
      const committed = new Map(
        groups.map(({ topic, partitions }) => [
          topic,
          new Map(partitions.map((p) => [p.partition, Math.max(0, Number(p.offset))])),
        ]),
      );
      return new Map(
        [...ends].map(([topic, partitions]) => [
          topic,
          new Map(
            [...partitions].map(([partition, end]) => [
              partition,
              Math.max(0, end - (committed.get(topic)?.get(partition) ?? 0)),
            ]),
          ),
        ]),
      );
    },
    close: () => connection.close(),
  };
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
