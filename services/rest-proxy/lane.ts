/**
 * A lane carries the records of some partitions of one topic to Kafka, one batch of one partition at a time.
 *
 * Why so narrow: an idempotent producer has a sequence number per partition, and a broker takes a batch with a number that
 * it knows for a duplicate, acknowledges it and drops it. So a number may be used again only for the same records:
 *
 * - one batch of one partition is in flight at a time, and is retried unchanged until its outcome is known;
 * - a batch that is abandoned without a known outcome also discards its producer (and the producer id);
 * - a producer serves a single topic, so that the fate of one topic is none of another's.
 *
 * Records that arrive while a batch is in flight form the next ones.
 */
import { ERROR_CODES } from './errors';

/** A record to send, with its callback. */
export interface LaneRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Called at least once with the record's result. Later calls have no effect. */
  readonly settle: (result: RecordResult) => void;
  /** The client's deadline, in milliseconds of the lane's clock. */
  readonly deadline: number;
}

/**
 * Result of a record: stored at an offset, or not (known to be) stored. `status` is that of a request all of whose
 * records are refused so.
 */
export type RecordResult =
  | { readonly offset: bigint }
  | { readonly errorCode: number; readonly error: string; readonly status?: number };

/** Result of one attempt to store a batch. */
export type Attempt =
  /** Stored, with consecutive offsets from this one. */
  | { readonly kind: 'stored'; readonly baseOffset: bigint }
  /** The broker refused the batch because of one or some records; nothing was stored. */
  | { readonly kind: 'refused-record'; readonly error: string; readonly status?: number }
  /** The broker refused the whole batch permanently; nothing was stored. */
  | { readonly kind: 'refused'; readonly error: string; readonly status?: number }
  /**
   * Not known to be stored. The same batch may be retried with the same producer. `sent`: it may have been stored;
   * `topicMissing`: the broker does not know the topic or partition.
   */
  | { readonly kind: 'retry'; readonly error: string; readonly sent: boolean; readonly topicMissing: boolean }
  /** The producer is unusable. `sent` as above. */
  | { readonly kind: 'producer-broken'; readonly error: string; readonly sent: boolean };

/** A connection to Kafka with its own producer id. */
export interface BatchProducer {
  /** Makes one attempt to store the records; never throws. Must not be called concurrently. */
  attempt(partition: number, records: readonly LaneRecord[]): Promise<Attempt>;
  /** Disconnects after the current attempt. Never throws. */
  close(): Promise<void>;
}

/** Dependencies of a lane. */
export interface LanePorts {
  readonly createProducer: () => BatchProducer;
  /** Whether the topic still exists, uncached. Rejects when no broker can be asked. */
  readonly topicExists: () => Promise<boolean>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Limits of a lane. */
export interface LaneLimits {
  /** Maximum bytes of keys and values in a batch; a larger record is sent alone. */
  readonly maxBatchBytes: number;
  /** Maximum records in a batch. */
  readonly maxBatchRecords: number;
  /** Records after which a producer is replaced, before its 31-bit sequence numbers overflow. */
  readonly maxProducerRecords: number;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;
/** Maximum overhead per record. */
const RECORD_OVERHEAD_BYTES = 32;

/** See the module's comment. */
export class Lane {
  private readonly waiting = new Map<number, LaneRecord[]>();
  private producer: BatchProducer | undefined;
  private producedRecords = 0;
  private running: Promise<void> | undefined;
  private lastUse: number;

  constructor(
    private readonly ports: LanePorts,
    private readonly limits: LaneLimits,
  ) {
    this.lastUse = ports.now();
  }

  /** Queues records for a partition. */
  add(partition: number, records: readonly LaneRecord[]): void {
    const queue = this.waiting.get(partition);
    if (queue === undefined) this.waiting.set(partition, [...records]);
    else for (const record of records) queue.push(record);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Milliseconds since the lane became idle; 0 while it is not. */
  idleFor(): number {
    return this.running === undefined ? this.ports.now() - this.lastUse : 0;
  }

  /** Waits until everything queued has a result, and disconnects. */
  async close(): Promise<void> {
    await this.running;
    await this.dropProducer();
  }

  private async run(): Promise<void> {
    // Deferred, so that all records of one request, and of requests read together, form one batch.
    await Promise.resolve();
    for (let batch = this.nextBatch(); batch !== undefined; batch = this.nextBatch()) {
      try {
        await this.deliver(batch.partition, batch.records);
      } catch (error) {
        // Ports do not throw; if one does, the outcome of the batch is unknown.
        settleAll(batch.records, ERROR_CODES.kafkaRetriable, `The outcome is unknown: ${String(error)}`);
        void this.dropProducer();
      }
      this.lastUse = this.ports.now();
    }
  }

  /** Takes the next batch, round-robin over the partitions. */
  private nextBatch(): { partition: number; records: LaneRecord[] } | undefined {
    for (const [partition, queue] of this.waiting) {
      this.waiting.delete(partition);
      const now = this.ports.now();
      let count = 0;
      let bytes = 0;
      const records: LaneRecord[] = [];
      for (const record of queue) {
        const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
        const full =
          records.length >= this.limits.maxBatchRecords || bytes + size > this.limits.maxBatchBytes;
        if (records.length > 0 && full) break;
        count += 1;
        if (record.deadline <= now)
          settleAll([record], ERROR_CODES.kafkaRetriable, 'Not sent: the deadline has passed.');
        else {
          records.push(record);
          bytes += size;
        }
      }
      if (count < queue.length) this.waiting.set(partition, queue.slice(count));
      if (records.length > 0) return { partition, records };
    }
    return undefined;
  }

  /** Retries until the batch's outcome is known or every deadline has passed. */
  private async deliver(partition: number, records: readonly LaneRecord[]): Promise<void> {
    const deadline = Math.max(...records.map((record) => record.deadline));
    let pause = FIRST_PAUSE_MS;
    // Whether an attempt without a response may have stored the batch.
    let uncertain = false;
    for (;;) {
      if (this.producedRecords + records.length > this.limits.maxProducerRecords && !uncertain)
        await this.dropProducer();
      this.producer ??= this.ports.createProducer();
      const attempt = await this.producer.attempt(partition, records);
      // A refusal says nothing about an earlier attempt that may have stored the batch.
      if (uncertain && (attempt.kind === 'refused' || attempt.kind === 'refused-record')) {
        void this.dropProducer();
        settleAll(records, ERROR_CODES.kafkaRetriable, attempt.error);
        return;
      }
      switch (attempt.kind) {
        case 'stored':
          this.producedRecords += records.length;
          records.forEach((record, index) => {
            record.settle({ offset: attempt.baseOffset + BigInt(index) });
          });
          return;
        case 'refused-record':
          // Nothing was stored and the sequence number is unused, so smaller batches may follow with this producer.
          if (records.length === 1) {
            settleAll(records, ERROR_CODES.kafka, attempt.error, attempt.status);
            return;
          }
          await this.deliver(partition, records.slice(0, records.length >> 1));
          return this.deliver(partition, records.slice(records.length >> 1));
        case 'refused': {
          settleAll(records, ERROR_CODES.kafka, attempt.error, attempt.status);
          return;
        }
        case 'producer-broken':
          uncertain ||= attempt.sent;
          void this.dropProducer();
          if (uncertain) {
            settleAll(records, ERROR_CODES.kafkaRetriable, attempt.error);
            return;
          }
          break;
        case 'retry':
          uncertain ||= attempt.sent;
          if (attempt.topicMissing && !(await this.stillExists())) {
            void this.dropProducer();
            settleAll(records, ERROR_CODES.unknownTopic, 'The topic no longer exists.');
            return;
          }
      }
      if (this.ports.now() + pause >= deadline) {
        void this.dropProducer();
        settleAll(records, ERROR_CODES.kafkaRetriable, attempt.error);
        return;
      }
      await this.ports.sleep(pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  private async stillExists(): Promise<boolean> {
    try {
      return await this.ports.topicExists();
    } catch {
      return true;
    }
  }

  private dropProducer(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    this.producedRecords = 0;
    return producer?.close() ?? Promise.resolve();
  }
}

function settleAll(records: readonly LaneRecord[], errorCode: number, error: string, status?: number): void {
  for (const record of records) record.settle({ errorCode, error, status });
}
