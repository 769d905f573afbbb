/** Single records for a person: those of `browse`, a post's way, the rejects. */
import type { BrowsedRecord, Rejects, Trace, TraceStep } from '../pipeline/flow';
import { textTable } from '../text-table';

/** Any text as one line of a terminal, which it cannot control. @param most characters; what is longer is cut, with a mark. */
export function oneLine(text: string, most: number): string {
  // Control characters, line separators, and what changes the direction of writing.
  const shown = text.slice(0, most).replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, ' ');
  return text.length > most ? `${shown}…` : shown;
}

/** The records, a line each. */
export function formatBrowsed(records: readonly BrowsedRecord[]): string {
  if (records.length === 0) return 'There is no record.';
  return textTable(
    ['time', 'partition', 'position', 'key', 'value'],
    records.map(({ time, partition, position, key, value }) => [
      ...[time, partition, position],
      key === null ? null : oneLine(key, 20),
      value === null ? null : oneLine(value, 100),
    ]),
  );
}

/** The steps of both paths. */
export function formatTrace({ ind, batch, stream }: Trace): string {
  return [`Post ${ind}`, ...path('Batch path', batch), ...path('Streaming path', stream)].join('\n');
}

function path(title: string, steps: readonly TraceStep[]): string[] {
  const lines = steps.flatMap(({ station, feed, place, value, reason }) => [
    `  ${station}, ${feed}: ${place}`,
    ...(reason === undefined ? [] : [`    refused: ${oneLine(reason, 200)}`]),
    ...(value === null ? [] : [`    ${oneLine(value, 200)}`]),
  ]);
  return ['', title, ...(lines.length === 0 ? ['  It was not found.'] : lines)];
}

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
