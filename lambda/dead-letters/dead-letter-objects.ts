/** The objects of one partition of the dead-letter topic, named and marked as the S3 sink's raw files are (ADR 2). */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { KafkaMessage } from 'kafkajs';
import type { OffsetRange } from '../../services/kafka-client/read-ranges';
import { rawFileKey, type RawFilesLocation, type StoredOffsets } from '../topics/raw-files';
import { deadLetterOf } from './dead-letter';

/** An object has at most this many records, and is ended by the one with which it has this many bytes. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Other writers can take the name of the next object this often before the run fails. */
const MAX_CONFLICTS = 3;

/** A record that waits to be stored. */
interface Entry {
  readonly offset: number;
  /** Milliseconds since 1970, as Kafka gives them. */
  readonly timestamp: string;
  readonly line: string;
}

/** Which records of which topic. */
export interface DeadLetterRange extends OffsetRange {
  readonly topic: string;
}

/**
 * Takes the messages of a partition in their order, and stores them in objects that never change. When another run stores the
 * same partition, one of the two writes each object, and the other continues after it.
 */
export class DeadLetterObjects {
  /** How many records this run has stored. */
  kept = 0;

  private entries: Entry[] = [];
  private bytes = 0;
  /** The first offset that is neither stored nor among the entries. */
  private next: number;

  constructor(
    private readonly s3: S3Client,
    private readonly location: RawFilesLocation,
    private readonly stored: StoredOffsets,
    private readonly range: DeadLetterRange,
  ) {
    this.next = range.next;
  }

  /** Takes a message, unless another run has stored it. With the last of the range everything is stored. */
  async add(message: KafkaMessage): Promise<void> {
    const offset = Number(message.offset);
    if (offset >= this.next) {
      const line = `${JSON.stringify(deadLetterOf(message))}\n`;
      this.entries.push({ offset, timestamp: message.timestamp, line });
      this.bytes += Buffer.byteLength(line);
      this.next = offset + 1;
    }
    if (offset + 1 >= this.range.end || this.entries.length >= MAX_RECORDS || this.bytes >= MAX_BYTES)
      await this.store();
  }

  private async store(): Promise<void> {
    for (let conflicts = 0; this.entries.length > 0; conflicts += 1) {
      if (conflicts === MAX_CONFLICTS)
        throw new Error(
          `Other writers took the name of the next object of ${this.range.topic} three times. What is stored is right; the next run continues.`,
        );
      if (await this.put(this.entries)) {
        this.kept += this.entries.length;
        this.keepFrom(this.next);
      } else {
        const stored = await this.stored(this.range.topic, this.range.partition);
        this.next = Math.max(this.next, stored);
        this.keepFrom(stored);
      }
    }
  }

  /** Whether the object was written; false when there is one of its name: another run's, or ours whose response was lost. */
  private async put(entries: readonly Entry[]): Promise<boolean> {
    const { topic, partition } = this.range;
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return true;
    try {
      await this.s3.send(
        new PutObjectCommand({
          Bucket: this.location.bucket,
          Key: rawFileKey(this.location.folder, topic, partition, first.offset),
          Body: entries.map(({ line }) => line).join(''),
          ContentType: 'application/x-ndjson',
          IfNoneMatch: '*',
          Metadata: {
            'last-offset': String(last.offset),
            'last-timestamp': last.timestamp,
            'record-count': String(entries.length),
          },
        }),
      );
      return true;
    } catch (error) {
      // 412: there is one. 409: one is being written at this moment.
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 412 || status === 409) return false;
      throw error;
    }
  }

  private keepFrom(offset: number): void {
    this.entries = this.entries.filter((entry) => entry.offset >= offset);
    this.bytes = this.entries.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
  }
}
