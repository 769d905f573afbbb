/** Ledger lines as runs to the topics write them. */
import type { StreamLedgerLine, TopicLedgerLine } from '../../../../services/emulator/ledger';
import { FEED_NAMES, type FeedName } from '../../../../services/contract';

/** A line of the run `r`, all of it acknowledged unless `change` says otherwise. */
export function line(
  feed: FeedName,
  from: number,
  to: number,
  change: Partial<TopicLedgerLine> = {},
): TopicLedgerLine {
  const sent = to - from;
  return {
    run: 'r',
    seed: 100,
    mode: 'all',
    from,
    to,
    feed,
    sent,
    acknowledged: sent,
    failed: 0,
    attempts: 1,
    offsets: [[0, from, to - 1]],
    at: '2026-01-31T12:00:00.000Z',
    ...change,
  };
}

/** The lines of the three feeds. */
export const batch = (from: number, to: number, change: Partial<TopicLedgerLine> = {}): TopicLedgerLine[] =>
  FEED_NAMES.map((feed) => line(feed, from, to, change));

/** The same, sent to the streams; every line has these sequence numbers. */
export const streamBatch = (
  from: number,
  to: number,
  sequences: readonly string[],
  change: Partial<TopicLedgerLine> = {},
): StreamLedgerLine[] =>
  batch(from, to, change).map(({ offsets: _offsets, path: _path, ...entry }) => ({
    ...entry,
    path: 'streams',
    sequences: { 'shardId-000000000000': sequences },
  }));
