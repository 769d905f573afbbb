/** Tables as CSV and JSON. */
import type { QueryValue } from '../../pipeline/query';

/** A table: its columns' names, and its rows in their order. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly QueryValue[])[];
}

function field(value: QueryValue): string {
  if (value === null) return '';
  const text = String(value);
  // An empty text is quoted, so that it differs from null.
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV of RFC 4180 with a header line. Null is an empty field, an empty text `""`. */
export function toCsv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A JSON array of objects, one a line. Of columns with one name the last one counts. */
export function toJson({ columns, rows }: Table): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]))),
  );
  return objects.length === 0 ? '[]\n' : `[\n${objects.join(',\n')}\n]\n`;
}
