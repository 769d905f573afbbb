/** The streaming path's part of the reconciliation: is every record that a stream took in its table, and once? */
import { FEED_NAMES, type FeedName } from '../../services/contract';
import type { StreamFeedInspection, StreamInspection } from './stream-inspection';

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
   * Records beyond the acknowledged ones: their answer was lost and they were sent again, which gave them another
   * sequence number, or they came from another producer than the emulator.
   */
  readonly unacknowledged: number;
  readonly table: number;
  readonly quarantine: number;
  readonly missing: number;
  readonly duplicate: number;
  readonly shards: readonly ShardReconciliation[];
  /** What is behind a `missing` or `duplicate` that is not 0, a sentence each. */
  readonly findings: readonly string[];
}

/** Acknowledged records that the functions have not got to yet, over all feeds. */
export function onTheirWay({ feeds }: StreamInspection): number {
  return FEED_NAMES.reduce((sum, feed) => sum + feeds[feed].pending, 0);
}

/** Works out one feed's row. What is still on its way counts as missing, and a finding says so. */
export function assessStream(feed: FeedName, inspection: StreamFeedInspection): StreamReconciliation {
  const findings: string[] = [];
  const find = (count: number, what: string): void => {
    if (count > 0) findings.push(`${count} ${what}`);
  };
  find(inspection.failed, 'sent, but never acknowledged');
  const shards = Object.entries(inspection.shards).map(([shard, figures]): ShardReconciliation => {
    find(figures.missing, `acknowledged by ${shard}, but neither in the table nor in quarantine`);
    find(figures.pending, `acknowledged by ${shard}, to which the function has not got yet`);
    find(figures.duplicate, `of ${shard} in the table or in quarantine more than once`);
    return {
      shard,
      acknowledged: figures.acknowledged,
      table: figures.rows,
      quarantine: figures.quarantined,
      missing: figures.missing + figures.pending,
      duplicate: figures.duplicate,
    };
  });
  return {
    feed,
    sent: inspection.sent,
    acknowledged: inspection.acknowledged,
    unacknowledged: inspection.unacknowledged,
    table: inspection.rows,
    quarantine: inspection.quarantined,
    missing: inspection.failed + inspection.missing + inspection.pending,
    duplicate: inspection.duplicate,
    shards,
    findings,
  };
}
