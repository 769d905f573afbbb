/** The reconciliation for a person. */
import type { Reconciliation } from './reconcile';
import { textTable } from './text-table';

/** A table with a row a feed, the findings below it, and a closing line for each feed. */
export function formatReconciliation({ feeds }: Reconciliation): string {
  const table = textTable(
    [
      'feed',
      'sent',
      'acknowledged',
      'in topic',
      'dead letters',
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
      row.topic,
      row.deadLetters,
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
    ...(row.unacknowledged > 0
      ? [
          `${row.feed}: ${row.unacknowledged} records of the topic are not in the emulator's ledger: sent again after a lost answer, or by another producer`,
        ]
      : []),
  ]);
  const closing = feeds.map((row) => `${row.feed}: missing ${row.missing}, duplicate ${row.duplicate}`);
  return [table, ...(notes.length > 0 ? ['', ...notes] : []), '', ...closing].join('\n');
}
