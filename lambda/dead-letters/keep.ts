/**
 * Copies the dead-letter topic into the bucket, from where the batch takes the records into quarantine: a topic ends with its
 * cluster, and no one has to know Kafka to read a table. Each record is copied once, whatever is killed in between.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import type { Admin, Kafka } from 'kafkajs';
import { deadLetterReaders, deadLetterTopicName } from '../../services/contract';
import { withAdmin } from '../../services/kafka-client/admin';
import { readRanges, type OffsetRange } from '../../services/kafka-client/read-ranges';
import { storedOffsets, type RawFilesLocation, type StoredOffsets } from '../topics/raw-files';
import { DeadLetterObjects } from './dead-letter-objects';

/** More than a record may have: of dead-letter records 2 MiB. */
const MAX_FETCH_BYTES = 4 * 1024 * 1024;

/** What is copied, and to where. */
export interface KeepOptions {
  /** Whose dead-letter topic. */
  readonly userId: string;
  readonly location: RawFilesLocation;
  /** When to stop trying, in milliseconds since 1970; what was stored by then stays. */
  readonly deadline: number;
}

/**
 * Stores every record that is in the topic now and not yet in the bucket.
 *
 * @param s3 is closed by the caller.
 * @returns how many records were stored.
 * @throws Error when Kafka or S3 does not respond, the topic was recreated, or the time is over. Another run continues from
 * there.
 */
export async function keepDeadLetters(kafka: Kafka, s3: S3Client, options: KeepOptions): Promise<number> {
  const { userId, location, deadline } = options;
  const topic = deadLetterTopicName(userId);
  const stored = storedOffsets(s3, location);
  const ranges = await withAdmin(kafka, (admin) => newRecords(admin, topic, stored), {
    patienceMs: deadline - Date.now(),
  });
  const objects = new Map(
    ranges.map((range) => [
      range.partition,
      new DeadLetterObjects(s3, location, stored, { topic, ...range }),
    ]),
  );
  await readRanges(
    kafka,
    {
      topic,
      ranges,
      groupPrefix: deadLetterReaders(userId),
      deadline,
      maxBytesPerPartition: MAX_FETCH_BYTES,
    },
    (message, partition) => objects.get(partition)?.add(message),
  );
  return [...objects.values()].reduce((sum, { kept }) => sum + kept, 0);
}

/** The partitions that have records which are not stored. */
async function newRecords(admin: Admin, topic: string, stored: StoredOffsets): Promise<OffsetRange[]> {
  const reached = new Map<number, number>();
  for (const { partition } of await admin.fetchTopicOffsets(topic))
    reached.set(partition, await stored(topic, partition));
  const ranges: OffsetRange[] = [];
  // In this order: what another run stores in between must not look as if the topic had been longer.
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    const next = reached.get(partition) ?? 0;
    const end = Number(high);
    if (end < next)
      throw new Error(
        `Topic ${topic} was recreated: its partition ${partition} ends at offset ${end}, and the bucket has its records up to offset ${next - 1}. What is in the topic now is not in the bucket. docs/runbook.md, sink/dead-letters-kept, says how to let it continue after what is.`,
      );
    // What was deleted from the topic before it was stored is not there to be stored.
    const from = Math.max(next, Number(low));
    if (from < end) ranges.push({ partition, next: from, end });
  }
  return ranges;
}
