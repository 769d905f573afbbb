/**
 * Sends a request's records: chooses their partitions, passes them to the lanes, and collects one result for each, in
 * order.
 */
import {
  ERROR_CODES,
  type RestError,
  brokersAway,
  messageOf,
  unknownPartition,
  unknownTopic,
  wrongPartition,
} from './errors';
import { Lane, type BatchProducer, type LaneLimits, type LaneRecord, type RecordResult } from './lane';
import { nextPartition, partitionOfKey } from './partitioner';
import type { ProduceRecord } from './produce-request';
import { partitionOfRowNumber } from './row-number';
import type { TopicDirectory } from './topic-directory';

/** A record's result, and its intended partition. */
export type SentRecord = RecordResult & { readonly partition: number };

/** Limits of sending. */
export interface SenderLimits extends LaneLimits {
  /** Milliseconds after which a record without a result counts as not stored. */
  readonly deliveryTimeoutMs: number;
  /** Maximum lanes, each with a connection, per topic. */
  readonly lanesPerTopic: number;
  /** Milliseconds after which an idle lane is disconnected. */
  readonly idleLaneMs: number;
}

/** Dependencies of the sender. */
export interface SenderPorts {
  readonly directory: TopicDirectory;
  readonly createProducer: (topic: string) => BatchProducer;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** See the module's comment. */
export class RecordSender {
  private readonly lanes = new Map<string, Lane>();
  private readonly sweeper: NodeJS.Timeout;

  constructor(
    private readonly ports: SenderPorts,
    private readonly limits: SenderLimits,
  ) {
    this.sweeper = setInterval(() => {
      this.closeIdleLanes();
    }, limits.idleLaneMs / 2);
    this.sweeper.unref();
  }

  /**
   * Sends records to a topic.
   *
   * @returns a result for each record, in order, within the delivery time-out. A record with code 50003 may have been
   * stored nevertheless.
   * @throws RestError 404 for an unknown topic or partition, 422 for a partition that is not that of the record's row
   * number (nothing was sent), 503 when no broker responds.
   */
  async send(topic: string, records: readonly ProduceRecord[]): Promise<SentRecord[]> {
    const deadline = this.ports.now() + this.limits.deliveryTimeoutMs;
    const partitions = await this.partitionsOf(topic, records, deadline);
    return new Promise((resolve) => {
      // Filled, because array methods skip holes.
      const results = new Array<RecordResult | undefined>(records.length).fill(undefined);
      let open = records.length;
      const finish = (): void => {
        clearTimeout(timer);
        resolve(
          results.map((result, index) => ({
            ...(result ?? {
              errorCode: ERROR_CODES.kafkaRetriable,
              error: `Kafka did not acknowledge the record within ${this.limits.deliveryTimeoutMs} ms.`,
            }),
            partition: partitions[index] ?? 0,
          })),
        );
        open = -1;
      };
      const timer = setTimeout(finish, deadline - this.ports.now());
      const byPartition = new Map<number, LaneRecord[]>();
      records.forEach(({ key, value }, index) => {
        const settle = (result: RecordResult): void => {
          if (open < 0 || results[index] !== undefined) return;
          results[index] = result;
          open -= 1;
          if (open === 0) finish();
        };
        const partition = partitions[index] ?? 0;
        const batch = byPartition.get(partition);
        const record = { key, value, settle, deadline };
        if (batch === undefined) byPartition.set(partition, [record]);
        else batch.push(record);
      });
      for (const [partition, batch] of byPartition) this.lane(topic, partition).add(partition, batch);
    });
  }

  /** Waits until every record has a result, and disconnects. */
  async close(): Promise<void> {
    clearInterval(this.sweeper);
    await Promise.all([...this.lanes.values()].map((lane) => lane.close()));
    this.lanes.clear();
  }

  private async partitionsOf(
    topic: string,
    records: readonly ProduceRecord[],
    deadline: number,
  ): Promise<number[]> {
    let count: number | undefined;
    try {
      count = await this.ports.directory.partitions(topic, deadline);
      // The cached partitions may be outdated: check again before refusing.
      const known = count;
      if (known !== undefined && records.some((record) => objection(topic, record, 0, known) !== undefined))
        count = await this.ports.directory.ask(topic);
    } catch (error) {
      throw brokersAway(`No Kafka broker responds: ${messageOf(error)}`);
    }
    if (count === undefined) throw unknownTopic(topic);
    const known = count;
    return records.map((record, index) => {
      const refusal = objection(topic, record, index, known);
      if (refusal !== undefined) throw refusal;
      const { key, partition, rowNumber } = record;
      if (partition !== undefined) return partition;
      if (rowNumber !== undefined) return partitionOfRowNumber(rowNumber, known);
      return key === null ? nextPartition(topic, known) : partitionOfKey(key, known);
    });
  }

  private lane(topic: string, partition: number): Lane {
    const key = `${partition % this.limits.lanesPerTopic}/${topic}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      const { now, sleep, createProducer, directory } = this.ports;
      lane = new Lane(
        {
          createProducer: () => createProducer(topic),
          topicExists: async () => (await directory.ask(topic)) !== undefined,
          now,
          sleep,
        },
        this.limits,
      );
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private closeIdleLanes(): void {
    for (const [key, lane] of this.lanes)
      if (lane.idleFor() > this.limits.idleLaneMs) {
        this.lanes.delete(key);
        void lane.close();
      }
  }
}

/**
 * Why a record cannot go to its requested partition of a topic with so many; undefined when it can, or requests none.
 */
function objection(
  topic: string,
  { partition, rowNumber }: ProduceRecord,
  index: number,
  partitions: number,
): RestError | undefined {
  if (partition === undefined) return undefined;
  if (partition >= partitions) return unknownPartition(topic, partition, partitions);
  if (rowNumber === undefined) return undefined;
  const right = partitionOfRowNumber(rowNumber, partitions);
  return partition === right ? undefined : wrongPartition(topic, index, partition, right);
}
