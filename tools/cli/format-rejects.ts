/** The rejects for a person. */
import type { Rejects } from '../pipeline/flow';
import { textTable } from '../text-table';
import { oneLine } from './one-line';

/** The counts, then the newest with their texts. */
export function formatRejects({ counts, newest }: Rejects): string {
  if (counts.length === 0) return 'Nothing was refused.';
  const table = textTable(
    ['path', 'feed', 'rows', 'reason'],
    counts.map(({ path, feed, rows, reason }) => [path, feed, rows, oneLine(reason, 120)]),
  );
  const records = newest.flatMap(({ path, feed, reason, position, raw, time }) => [
    '',
    `${time ?? 'not in quarantine yet'}  ${path}, ${feed}: ${position}`,
    `  ${oneLine(reason, 200)}`,
    raw === null ? '  (no value)' : `  ${oneLine(raw, 500)}`,
  ]);
  return [table, ...records].join('\n');
}
