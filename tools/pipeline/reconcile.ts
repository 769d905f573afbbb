/**
 * Reconciliation: is every record that was sent in the tables, and in each place once?
 *
 * The table engine counts (`table_engine/reconciliation.py`); this gathers Kafka's facts for it, and waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, type FeedName, topicName } from '../../services/contract';
import type { Deployment } from './deployment';
import type { Inspection, KafkaFacts, Reconciliation, ReconciliationFacts } from './documents.generated';
import { type DeadLetters, type EndOffsets, type KafkaReader, withKafkaReader } from './kafka-reader';
import { inspectStreams } from './stream-inspection';
import { runTableEngine } from './table-engine';

export type { FeedReconciliation, Reconciliation, StreamReconciliation } from './documents.generated';

/** How the reconciliation is run. */
export interface ReconcileOptions {
  /** The Python interpreter of the table engine. */
  readonly python: string;
  /** How long the sink and the functions may take to store what topics and streams hold, in seconds. Default: 60. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Reconciles every feed of a deployment. Posts may continue flowing: each figure is compared with one read before it. */
export async function reconcile(deployment: Deployment, options: ReconcileOptions): Promise<Reconciliation> {
  const deadline = Date.now() + (options.waitSeconds ?? 60) * 1000;
  return withKafkaReader(deployment, async (reader) => {
    const endOffsets = await readEnds(reader, deployment.userId);
    for (;;) {
      options.signal?.throwIfAborted();
      const facts: ReconciliationFacts = {
        inspection: await runTableEngine<Inspection>(deployment, 'inspect', options),
        streams: await inspectStreams(deployment, options),
        // After the inspections.
        kafka: await kafkaFacts(reader, deployment.userId, endOffsets),
      };
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

type Ends = Readonly<Record<FeedName, EndOffsets>>;

async function readEnds(reader: KafkaReader, userId: string): Promise<Ends> {
  const topics = FEED_NAMES.map((feed) => topicName(userId, feed));
  const ends = await reader.endOffsets(topics);
  return perFeed(topics.map((topic) => ends.get(topic) ?? new Map<number, number>()));
}

async function kafkaFacts(reader: KafkaReader, userId: string, endOffsets: Ends): Promise<KafkaFacts> {
  const laterEndOffsets = await readEnds(reader, userId);
  const dead = await reader.deadLetters();
  const facts = FEED_NAMES.map((feed) => ({
    endOffsets: Object.fromEntries(endOffsets[feed]),
    laterEndOffsets: Object.fromEntries(laterEndOffsets[feed]),
    deadLetters: byPartition(dead.get(topicName(userId, feed))),
  }));
  return { feeds: perFeed(facts) };
}

/** Values in the order of FEED_NAMES under their feeds' names. */
function perFeed<T>(values: readonly T[]): Record<FeedName, T> {
  return Object.fromEntries(FEED_NAMES.map((feed, index) => [feed, values[index]])) as Record<FeedName, T>;
}

function byPartition(offsets: DeadLetters = new Map()): Record<string, number[]> {
  return Object.fromEntries([...offsets].map(([partition, own]) => [partition, [...own]]));
}
