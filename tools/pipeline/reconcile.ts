/**
 * Reconciliation: is every record that was sent in the tables, and in each place once?
 *
 * The table engine counts (`table_engine/reconciliation.py`); this gathers Kafka's facts for it, and waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, type FeedName, topicName } from '../../services/contract';
import type { Deployment } from './deployment';
import type { Inspection } from './inspection';
import { type DeadLetters, type EndOffsets, withKafkaReader } from './kafka-reader';
import { inspectStreams } from './stream-inspection';
import { runTableEngine } from './table-engine';

/** One feed's row of the batch path. All figures are counts of records. */
export interface FeedReconciliation {
  readonly feed: FeedName;
  readonly sent: number;
  readonly acknowledged: number;
  /** Records ever written to the topic; like the next two, null where Kafka was not read. */
  readonly topic: number | null;
  /**
   * Topic records beyond the acknowledged ones: their response was lost and they were sent again under the same key, or
   * they came from another producer than the emulator.
   */
  readonly unacknowledged: number | null;
  readonly deadLetters: number | null;
  readonly raw: number;
  /** Records in raw files that no batch has read yet. They are not missing. */
  readonly pending: number;
  readonly table: number;
  readonly quarantine: number;
  readonly missing: number;
  readonly duplicate: number;
  /** Records in no raw file yet. Where Kafka was read they are missing as well, since the sink had its time. */
  readonly onTheWay: number;
  /** Offsets between the raw files: the dead-letter records, and what is missing there. */
  readonly outsideRawFiles: number;
  /** What is behind a `missing` or `duplicate` that is not 0, a sentence each. */
  readonly findings: readonly string[];
}

/** One shard's row. All figures are counts of records. */
export interface ShardReconciliation {
  readonly shard: string;
  readonly acknowledged: number;
  readonly table: number;
  readonly quarantine: number;
  readonly missing: number;
  readonly duplicate: number;
}

/** One feed's row of the streaming path. All figures are counts of records. */
export interface StreamReconciliation {
  readonly feed: FeedName;
  readonly sent: number;
  readonly acknowledged: number;
  /**
   * Records beyond the acknowledged ones: their response was lost and they were sent again, which gave them another
   * sequence number, or they came from another producer than the emulator.
   */
  readonly unacknowledged: number;
  readonly table: number;
  readonly quarantine: number;
  readonly missing: number;
  readonly duplicate: number;
  /** Acknowledged and not yet appended. Where Kafka was read they are missing as well, since the function had its time. */
  readonly onTheWay: number;
  readonly shards: readonly ShardReconciliation[];
  /** What is behind a `missing` or `duplicate` that is not 0, a sentence each. */
  readonly findings: readonly string[];
}

/** The whole reconciliation, of the local pipeline or of a stage on AWS. */
export interface Reconciliation {
  /** True when `missing` and `duplicate` are 0 everywhere. */
  readonly ok: boolean;
  /** The batch path: topics, raw files, the tables of the batch. */
  readonly feeds: readonly FeedReconciliation[];
  /** The streaming path: streams and their tables. */
  readonly streams: readonly StreamReconciliation[];
}

/** How the reconciliation is run. */
export interface ReconcileOptions {
  /** The Python interpreter of the table engine. */
  readonly python: string;
  /** How long the sink and the functions may take to store what topics and streams hold, in seconds. Default: 60. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Reconciles every feed of a deployment. Posts may go on flowing: each figure is compared with one read before it. */
export async function reconcile(deployment: Deployment, options: ReconcileOptions): Promise<Reconciliation> {
  const deadline = Date.now() + (options.waitSeconds ?? 60) * 1000;
  return withKafkaReader(deployment, async (kafka) => {
    const readEnds = (): Promise<EndOffsets[]> =>
      Promise.all(FEED_NAMES.map((feed) => kafka.endOffsets(topicName(deployment.userId, feed))));
    const endOffsets = await readEnds();
    for (;;) {
      options.signal?.throwIfAborted();
      const inspection = await runTableEngine<Inspection>(deployment, 'inspect', options);
      const streams = await inspectStreams(deployment, options);
      const laterEndOffsets = await readEnds();
      const dead = await kafka.deadLetters();
      const feeds = FEED_NAMES.map((feed, index) => [
        feed,
        {
          endOffsets: byPartition(endOffsets[index]),
          laterEndOffsets: byPartition(laterEndOffsets[index]),
          deadLetters: offsetsOf(dead.get(topicName(deployment.userId, feed))),
        },
      ]);
      const facts = { inspection, streams, kafka: { feeds: Object.fromEntries(feeds) as object } };
      const found = await runTableEngine<Reconciliation>(deployment, 'reconcile', {
        ...options,
        input: [JSON.stringify(facts)],
      });
      const waiting = [...found.feeds, ...found.streams].some(({ onTheWay }) => onTheWay > 0);
      if (!waiting || Date.now() > deadline) return found;
      await sleep(1000, undefined, { signal: options.signal });
    }
  });
}

const byPartition = (ends: EndOffsets = new Map()): object => Object.fromEntries(ends);

const offsetsOf = (dead: DeadLetters = new Map()): object =>
  Object.fromEntries([...dead].map(([partition, offsets]) => [partition, [...offsets]]));
