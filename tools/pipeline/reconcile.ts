/**
 * Reconciliation: is every record that was sent in the tables, and in each place once?
 *
 * `assess` holds the arithmetic; `reconcile` gathers its facts from the real parts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FEED_NAMES, type FeedName, topicName } from '../../services/contract';
import type { Deployment } from './deployment';
import type { FeedInspection, Inspection } from './inspection';
import { type DeadLetters, type EndOffsets, withKafkaReader } from './kafka-reader';
import { assessStream, onTheirWay, type StreamReconciliation } from './reconcile-streams';
import { inspectStreams } from './stream-inspection';
import { runTableEngine } from './table-engine';

/** One feed's row of the reconciliation. All figures are counts of records. */
export interface FeedReconciliation {
  readonly feed: FeedName;
  readonly sent: number;
  readonly acknowledged: number;
  /** Records ever written to the topic. */
  readonly topic: number;
  /**
   * Topic records beyond the acknowledged ones: their answer was lost and they were sent again under the same key, or
   * they came from another producer than the emulator.
   */
  readonly unacknowledged: number;
  readonly deadLetters: number;
  readonly raw: number;
  /** Records in raw files that no batch has read yet. They are on their way, not missing. */
  readonly pending: number;
  readonly table: number;
  readonly quarantine: number;
  readonly missing: number;
  readonly duplicate: number;
  /** What is behind a `missing` or `duplicate` that is not 0, a sentence each. */
  readonly findings: readonly string[];
}

/** The whole reconciliation. */
export interface Reconciliation {
  /** The batch path: topics, raw files, the tables of the batch. */
  readonly feeds: readonly FeedReconciliation[];
  /** The streaming path: streams and their tables. */
  readonly streams: readonly StreamReconciliation[];
  /** True when `missing` and `duplicate` are 0 everywhere. */
  readonly ok: boolean;
}

/** What is known of one feed. */
export interface FeedFacts {
  readonly inspection: FeedInspection;
  /** The topic's end offset by partition, read before the inspection: what must be stored by then. */
  readonly endOffsets: EndOffsets;
  /** The same, read after the inspection: what can have been acknowledged by then. */
  readonly laterEndOffsets: EndOffsets;
  /** The offsets that went to the dead-letter topic, by partition. */
  readonly deadLetters: DeadLetters;
}

/** How far raw files and dead letters have come in one partition. */
function storedThrough(partition: number, facts: FeedFacts): { next: number; hole: number } {
  const raw = facts.inspection.raw_partitions[String(partition)];
  const dead = [...(facts.deadLetters.get(partition) ?? [])];
  if (raw === undefined) return { next: dead.length, hole: 0 };
  const lastLines = raw.next_offset - raw.last_start_offset;
  const before = raw.lines - raw.overlapping_lines - lastLines;
  const deadBefore = dead.filter((offset) => offset < raw.last_start_offset).length;
  return {
    next: raw.next_offset + (dead.length - deadBefore),
    hole: Math.max(0, raw.last_start_offset - before - deadBefore),
  };
}

/** Records of the topic that are not yet in a raw file or among the dead letters. */
export function inFlight(facts: FeedFacts): number {
  let total = 0;
  for (const [partition, end] of facts.endOffsets) {
    total += Math.max(0, end - storedThrough(partition, facts).next);
  }
  return total;
}

/** Works out one feed's row. What is in no raw file yet counts as missing, and a finding says so. */
export function assess(feed: FeedName, facts: FeedFacts): FeedReconciliation {
  const { inspection, endOffsets, laterEndOffsets, deadLetters } = facts;
  const findings: string[] = [];
  let missing = 0;
  let duplicate = 0;
  const lose = (count: number, what: string): void => {
    if (count <= 0) return;
    missing += count;
    findings.push(`${count} ${what}`);
  };
  const double = (count: number, what: string): void => {
    if (count <= 0) return;
    duplicate += count;
    findings.push(`${count} ${what}`);
  };

  lose(inspection.failed, 'sent, but never acknowledged');
  for (const [partition, ranges] of Object.entries(inspection.acknowledged_offsets)) {
    const end = laterEndOffsets.get(Number(partition)) ?? 0;
    const lost = ranges.reduce((sum, [first, last]) => sum + Math.max(0, last + 1 - Math.max(first, end)), 0);
    lose(
      lost,
      `acknowledged in partition ${partition} at offsets the topic does not have (it ends at ${end})`,
    );
  }
  for (const partition of endOffsets.keys()) {
    lose(storedThrough(partition, facts).hole, `between the raw files of partition ${partition}`);
  }
  lose(inFlight(facts), 'in the topic, but in no raw file and not among the dead letters');

  const partitions = Object.values(inspection.raw_partitions);
  const sum = (of: (partition: (typeof partitions)[number]) => number): number =>
    partitions.reduce((total, partition) => total + of(partition), 0);
  lose(inspection.missing_from_tables, 'in raw files, but neither in the table nor in quarantine');
  lose(inspection.dead_letters_missing, 'among the dead letters kept in the bucket, but not in quarantine');

  double(
    sum((p) => p.overlapping_lines),
    'in more than one raw file',
  );
  double(inspection.table_rows - inspection.table_posts, 'rows of the table whose post is there already');
  double(
    inspection.quarantine_rows - inspection.quarantine_positions,
    'rows of the quarantine whose source position is there already',
  );
  double(
    inspection.dead_letter_rows - inspection.dead_letter_positions,
    'dead letters in quarantine whose source position is there already',
  );

  const topic = [...laterEndOffsets.values()].reduce((total, end) => total + end, 0);
  return {
    feed,
    sent: inspection.sent,
    acknowledged: inspection.acknowledged,
    topic,
    unacknowledged: Math.max(0, topic - inspection.acknowledged),
    deadLetters: [...deadLetters.values()].reduce((total, offsets) => total + offsets.size, 0),
    raw: sum((p) => p.lines),
    pending: sum((p) => p.pending_lines),
    table: inspection.table_rows,
    quarantine: inspection.quarantine_rows,
    missing,
    duplicate,
    findings,
  };
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
    const readEnds = async (): Promise<Map<FeedName, EndOffsets>> => {
      const ends = new Map<FeedName, EndOffsets>();
      for (const feed of FEED_NAMES) {
        ends.set(feed, await kafka.endOffsets(topicName(deployment.userId, feed)));
      }
      return ends;
    };
    const endOffsets = await readEnds();
    for (;;) {
      options.signal?.throwIfAborted();
      const inspection = await runTableEngine<Inspection>(deployment, 'inspect', options);
      const streams = await inspectStreams(deployment, options);
      const laterEndOffsets = await readEnds();
      const dead = await kafka.deadLetters();
      const facts = (feed: FeedName): FeedFacts => ({
        inspection: inspection.feeds[feed],
        endOffsets: endOffsets.get(feed) ?? new Map<number, number>(),
        laterEndOffsets: laterEndOffsets.get(feed) ?? new Map<number, number>(),
        deadLetters: dead.get(topicName(deployment.userId, feed)) ?? new Map<number, ReadonlySet<number>>(),
      });
      const waiting = FEED_NAMES.some((feed) => inFlight(facts(feed)) > 0) || onTheirWay(streams) > 0;
      if (!waiting || Date.now() > deadline) {
        const feeds = FEED_NAMES.map((feed) => assess(feed, facts(feed)));
        const streamRows = FEED_NAMES.map((feed) => assessStream(feed, streams.feeds[feed]));
        const ok = [...feeds, ...streamRows].every((row) => row.missing === 0 && row.duplicate === 0);
        return { feeds, streams: streamRows, ok };
      }
      await sleep(1000, undefined, { signal: options.signal });
    }
  });
}
