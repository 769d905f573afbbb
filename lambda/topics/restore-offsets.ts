/**
 * Lets the topics of a new cluster continue at the offsets where those of the old one stopped.
 *
 * Raw files are named by offsets, tables and ledger count by them, so an offset must never mean two records. Kafka has no
 * way to say where a topic begins. So empty records are written up to the offset wanted and deleted at once; the topic is
 * then empty and its next record has that offset. See `docs/adr/0009-parking.md`.
 */
import { CompressionTypes, type Admin, type Kafka, type Producer } from 'kafkajs';
import { withAdmin } from '../../services/kafka-client/admin';
import type { StoredOffsets } from './raw-files';

/** Records of one request. kafkajs sorts them by partition in a time that grows with their square. */
const BATCH = 5_000;

/**
 * Fillers are stamped with the first millisecond of 1970, which sets them apart from everything a producer has sent: no
 * record has to be read.
 */
const FILLER_TIMESTAMP = '0';
const AFTER_FILLERS = 1;

/** Offsets of a partition. */
interface Reach {
  /** The first that can be read. */
  readonly low: number;
  /** The next that will be given. */
  readonly high: number;
  /** The first that is no filler, or `high`. */
  readonly firstReal: number;
}

/** A topic and how many partitions it has. */
export interface TopicPartitions {
  readonly name: string;
  readonly partitions: number;
}

/**
 * Advances each partition whose next offset is below what is stored. Safe to be run again at any point, also after it was
 * killed; what a producer has sent is never deleted.
 *
 * @param stored where each partition has to continue.
 * @param deadline when to stop trying, in milliseconds since 1970.
 * @returns what was done, in sentences.
 * @throws Error when a producer has written below what is stored, or when the time is over.
 */
export async function restoreOffsets(
  kafka: Kafka,
  topics: readonly TopicPartitions[],
  stored: StoredOffsets,
  deadline: number,
): Promise<string[]> {
  const done: string[] = [];
  const restore = async (admin: Admin): Promise<void> => {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 5 } });
    try {
      await producer.connect();
      for (const { name, partitions } of topics) {
        for (let partition = 0; partition < partitions; partition += 1) {
          const next = await stored(name, partition);
          if (next > 0 && (await advance(admin, producer, { topic: name, partition, next, deadline })))
            done.push(`Partition ${partition} of topic ${name} continues at offset ${next}.`);
        }
      }
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  };
  // Leaders of topics that were made a moment ago may not know it yet.
  await withAdmin(kafka, restore, { patienceMs: deadline - Date.now() });
  return done;
}

interface Goal {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
  readonly deadline: number;
}

/** Whether anything had to be done. */
async function advance(admin: Admin, producer: Producer, goal: Goal): Promise<boolean> {
  const { topic, partition, next, deadline } = goal;
  for (let changed = false; ; changed = true) {
    const { low, high, firstReal } = await reachOf(admin, topic, partition);
    if (high < next && firstReal < high)
      throw new Error(
        `Topic ${topic} was recreated: its partition ${partition} ends at offset ${high}, and the bucket has its records up to offset ${next - 1}. It cannot continue there, because a producer has written to it already (offset ${firstReal}). Stop the producers, delete the topic by kafka-topics.sh with a role that may (the client host's may not), and deploy again; nothing in the bucket is lost.`,
      );
    // Up to here are fillers only, and the bucket has these offsets.
    const fillers = Math.min(firstReal, next);
    if (low < fillers) {
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(fillers) }] });
      continue;
    }
    if (high >= next) return changed;
    if (Date.now() >= deadline)
      throw new Error(
        `Partition ${partition} of topic ${topic} is at offset ${high} of ${next}, where it has to continue, and the time is over: deploy again, which continues.`,
      );
    const messages = Array.from({ length: Math.min(BATCH, next - high) }, () => ({
      partition,
      value: null,
      timestamp: FILLER_TIMESTAMP,
    }));
    await producer.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages });
  }
}

async function reachOf(admin: Admin, topic: string, partition: number): Promise<Reach> {
  // In this order: what comes in between must not look like a record below the end.
  const ends = await admin.fetchTopicOffsets(topic);
  const byTime = await admin.fetchTopicOffsetsByTimestamp(topic, AFTER_FILLERS);
  const found = ends.find((one) => one.partition === partition);
  const real = byTime.find((one) => one.partition === partition);
  if (found === undefined || real === undefined)
    throw new Error(`Topic ${topic} has no partition ${partition}: deploy again, it is still being created.`);
  return { low: Number(found.low), high: Number(found.high), firstReal: Number(real.offset) };
}
