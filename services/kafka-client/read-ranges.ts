/** Reads given offsets of a topic with a temporary consumer group. */
import type { Kafka, KafkaMessage } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { withAdmin } from './admin';
import { untilPassed } from './retry';

/** Offsets of a partition: `[next, end)`, all of which exist. */
export interface OffsetRange {
  readonly partition: number;
  readonly next: number;
  readonly end: number;
}

/** Options of a read. */
export interface ReadOptions {
  readonly topic: string;
  readonly ranges: readonly OffsetRange[];
  /** Prefix of the consumer groups; each attempt has its own, so none waits for another. */
  readonly groupPrefix: string;
  /** Deadline in milliseconds since 1970. */
  readonly deadline: number;
  /** Maximum bytes of a fetch per partition; a larger record is fetched alone. Default: 1 MiB, as in kafkajs. */
  readonly maxBytesPerPartition?: number;
}

/**
 * Passes each message of the ranges to `take`, in order per partition. Transient broker errors (a coordinator being
 * loaded, a leader election) are retried.
 *
 * @throws Error of `take`, Kafka's error when it persists, or that the deadline has passed.
 */
export async function readRanges(
  kafka: Kafka,
  options: ReadOptions,
  take: (message: KafkaMessage, partition: number) => Promise<void> | void,
): Promise<void> {
  const open = new Map(
    options.ranges.filter(({ next, end }) => next < end).map((range) => [range.partition, { ...range }]),
  );
  await untilPassed(options.deadline, async () => {
    if (open.size > 0) await attempt(kafka, options, open, take);
  });
}

async function attempt(
  kafka: Kafka,
  { topic, groupPrefix, deadline, maxBytesPerPartition }: ReadOptions,
  open: Map<number, { partition: number; next: number; end: number }>,
  take: (message: KafkaMessage, partition: number) => Promise<void> | void,
): Promise<void> {
  const groupId = `${groupPrefix}${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    maxBytesPerPartition,
    // A consumer that restarts by itself would outlive this attempt.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  let timer: NodeJS.Timeout | undefined;
  let started: Promise<void> | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const late = new Error(`Topic ${topic} could not be read to its end in time.`);
      timer = setTimeout(reject, Math.max(1, deadline - Date.now()), late);
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
      });
      started = consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const range = open.get(partition);
          const offset = Number(message.offset);
          if (range === undefined || offset < range.next) return;
          try {
            if (offset < range.end) await take(message, partition);
            range.next = offset + 1;
            if (range.next >= range.end) open.delete(partition);
            if (open.size === 0) resolve();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
      });
      started
        .then(() => {
          for (const { partition, next } of open.values())
            consumer.seek({ topic, partition, offset: String(next) });
        })
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
    // A consumer that is disconnected while it joins its group goes on by itself (kafkajs 2.2.4).
    await started?.catch(() => undefined);
    await consumer.disconnect().catch(() => undefined);
    await forget(kafka, groupId);
  }
}

/** Deletes a group, if it can. Without the permission, Kafka deletes an empty group within minutes. */
function forget(kafka: Kafka, groupId: string): Promise<unknown> {
  return withAdmin(kafka, (admin) => admin.deleteGroups([groupId]), { patienceMs: 0 }).catch(() => undefined);
}
