/** The reconciliation for a person. */
import type { Reconciliation } from '../pipeline/reconcile';
import { textTable } from '../text-table';

/**
 * A table for each path with a row for each feed, the findings below it, and a closing line for each feed. Where Kafka was
 * not read, the batch path has what the raw files alone say instead of what the topics hold.
 */
export function formatReconciliation({ feeds, streams }: Reconciliation): string {
  return `Batch path\n${formatFeeds(feeds)}\n\nStreaming path\n${formatStreams(streams)}`;
}

function formatFeeds(feeds: Reconciliation['feeds']): string {
  const withKafka = feeds.every(({ topic }) => topic !== null);
  const table = textTable(
    [
      'feed',
      'sent',
      'acknowledged',
      ...(withKafka ? ['in topic', 'dead-letter'] : ['on the way', 'outside raw files']),
      'raw files',
      'not batched',
      'table',
      'quarantine',
      'missing',
      'duplicate',
    ],
    feeds.map((row) => [
      row.feed,
      row.sent,
      row.acknowledged,
      ...(withKafka ? [row.topic, row.deadLetters] : [row.onTheWay, row.outsideRawFiles]),
      row.raw,
      row.pending,
      row.table,
      row.quarantine,
      row.missing,
      row.duplicate,
    ]),
  );
  const notes = feeds.flatMap((row) => [
    ...row.findings.map((finding) => `${row.feed}: ${finding}`),
    ...(row.pending > 0
      ? [`${row.feed}: ${row.pending} records wait for the next batch (\`npm run pipeline -- batch\`)`]
      : []),
    ...unacknowledged(row, 'topic'),
  ]);
  return withNotes(table, notes, feeds);
}

function formatStreams(streams: Reconciliation['streams']): string {
  const table = textTable(
    ['feed', 'shard', 'acknowledged', 'table', 'quarantine', 'missing', 'duplicate'],
    streams.flatMap((row) =>
      row.shards.map(({ shard, acknowledged, table: rows, quarantine, missing, duplicate }) => [
        ...[row.feed, shard, acknowledged, rows, quarantine, missing, duplicate],
      ]),
    ),
  );
  const notes = streams.flatMap((row) => [
    ...row.findings.map((finding) => `${row.feed}: ${finding}`),
    ...(row.onTheWay > 0
      ? [`${row.feed}: ${row.onTheWay} records are on the way from the stream to the table`]
      : []),
    ...unacknowledged(row, 'stream'),
  ]);
  return withNotes(table, notes, streams);
}

function unacknowledged(row: { feed: string; unacknowledged: number | null }, where: string): string[] {
  return row.unacknowledged !== null && row.unacknowledged > 0
    ? [
        `${row.feed}: ${row.unacknowledged} records of the ${where} are not in the emulator's ledger: sent meanwhile, again after a lost response, or by another producer`,
      ]
    : [];
}

function withNotes(
  table: string,
  notes: readonly string[],
  rows: readonly { feed: string; missing: number; duplicate: number }[],
): string {
  const closing = rows.map((row) => `${row.feed}: missing ${row.missing}, duplicate ${row.duplicate}`);
  return [table, ...(notes.length > 0 ? ['', ...notes] : []), '', ...closing].join('\n');
}
