/** Records for a person. */
import type { BrowsedRecord } from '../pipeline/flow';
import { textTable } from '../text-table';
import { oneLine } from './one-line';

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
