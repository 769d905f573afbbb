/**
 * A lane carries the records of some partitions of one topic to Kafka, one batch of one partition at a time.
 *
 * Why so narrow. kafkajs's idempotent producer keeps a sequence number for each partition and takes it back when a
 * produce request fails. That is right only when the very same records are sent next: were another batch sent with the
 * number, a broker that had stored the first (its answer was lost) would take the second for a repetition, acknowledge
 * it and drop it. And a request with several partitions or brokers fails as one, whatever became of its parts. So:
 *
 * - one batch of one partition is under way at a time, and is retried, unchanged, until its outcome is known;
 * - a batch that is given up without a known outcome takes its producer (and with it the producer id) along;
 * - a producer only ever sees one topic, because kafkajs refreshes all topics it ever sent to, and fails for ever once
 *   one of them is deleted.
 *
 * What arrives while a batch is under way forms the next ones.
 */
import { ERROR_CODES } from './errors';

/** A record on its way, and what becomes of it. */
export interface LaneRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Called at least once, with the record's result. Calls after the first have no effect. */
  readonly settle: (result: RecordResult) => void;
  /** When the client no longer waits, in milliseconds of the lane's clock. */
  readonly deadline: number;
}

/** What became of a record: stored at an offset, or not (or not known to be). */
export type RecordResult =
  { readonly offset: bigint } | { readonly errorCode: number; readonly error: string };

/** What one attempt to store a batch led to. */
export type Attempt =
  /** Stored; the records have consecutive offsets from this one. */
  | { readonly kind: 'stored'; readonly baseOffset: bigint }
  /** The broker refused the batch for one or some of its records; nothing was stored. */
  | { readonly kind: 'refused-record'; readonly error: string }
  /** The broker refused the batch as a whole, and will again; nothing was stored. */
  | { readonly kind: 'refused'; readonly error: string }
  /**
   * Not known to be stored. The same batch may be tried again with the same producer. `sent` says whether it may have
   * been stored all the same; `topicMissing`, that the broker knows no such topic or partition.
   */
  | { readonly kind: 'retry'; readonly error: string; readonly sent: boolean; readonly topicMissing: boolean }
  /** The producer cannot go on. `sent` as above. */
  | { readonly kind: 'producer-broken'; readonly error: string; readonly sent: boolean };

/** A connection to Kafka with a producer id of its own. */
export interface BatchProducer {
  /** Tries once to store the records; never throws. Must not be called while an attempt is under way. */
  attempt(partition: number, records: readonly LaneRecord[]): Promise<Attempt>;
  /** Ends the connection, after an attempt that is under way. Never throws. */
  close(): Promise<void>;
}

/** What a lane needs. */
export interface LanePorts {
  readonly createProducer: () => BatchProducer;
  /** Whether the topic still exists, asked anew. Rejects when the brokers cannot be asked. */
  readonly topicExists: () => Promise<boolean>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The bounds of a lane. */
export interface LaneLimits {
  /** The most bytes of keys and values in a batch; a larger record goes alone. */
  readonly maxBatchBytes: number;
  /** The most records in a batch. */
  readonly maxBatchRecords: number;
  /** Records after which a producer is replaced, before its sequence numbers (31 bits) run out. */
  readonly maxProducerRecords: number;
}

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;
/** What Kafka adds to a record's key and value, at most. */
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

  /** Queues records for a partition, behind those that were queued before. */
  add(partition: number, records: readonly LaneRecord[]): void {
    const queue = this.waiting.get(partition);
    if (queue === undefined) this.waiting.set(partition, [...records]);
    else for (const record of records) queue.push(record);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Milliseconds since the lane last had something to do; 0 while it has. */
  idleFor(): number {
    return this.running === undefined ? this.ports.now() - this.lastUse : 0;
  }

  /** Waits until everything queued has a result, and ends the connection. */
  async close(): Promise<void> {
    await this.running;
    await this.dropProducer();
  }

  private async run(): Promise<void> {
    // A turn later, so that all records of one request, and of requests read together, form one batch.
    await Promise.resolve();
    for (let batch = this.nextBatch(); batch !== undefined; batch = this.nextBatch()) {
      try {
        await this.deliver(batch.partition, batch.records);
      } catch (error) {
        // The ports do not throw; should one after all, nothing is known of the batch.
        settleAll(batch.records, ERROR_CODES.kafkaRetriable, `The outcome is not known: ${String(error)}`);
        void this.dropProducer();
      }
      this.lastUse = this.ports.now();
    }
  }

  /** Takes the next batch, each partition in its turn. */
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
          settleAll([record], ERROR_CODES.kafkaRetriable, 'Not sent: the time was up.');
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

  /** Tries until the batch's outcome is known or nobody waits for it any more. */
  private async deliver(partition: number, records: readonly LaneRecord[]): Promise<void> {
    const deadline = Math.max(...records.map((record) => record.deadline));
    let pause = FIRST_PAUSE_MS;
    // Whether an attempt may have stored the batch although its answer did not come.
    let uncertain = false;
    for (;;) {
      if (this.producedRecords + records.length > this.limits.maxProducerRecords && !uncertain)
        await this.dropProducer();
      this.producer ??= this.ports.createProducer();
      const attempt = await this.producer.attempt(partition, records);
      // A refusal tells nothing of an earlier attempt at the same batch that may have stored it.
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
            settleAll(records, ERROR_CODES.kafka, attempt.error);
            return;
          }
          await this.deliver(partition, records.slice(0, records.length >> 1));
          return this.deliver(partition, records.slice(records.length >> 1));
        case 'refused': {
          settleAll(records, ERROR_CODES.kafka, attempt.error);
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
            settleAll(records, ERROR_CODES.unknownTopic, 'The topic does not exist any more.');
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

function settleAll(records: readonly LaneRecord[], errorCode: number, error: string): void {
  for (const record of records) record.settle({ errorCode, error });
}
