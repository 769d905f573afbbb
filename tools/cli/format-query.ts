/** The result of a query for a person, as CSV, or as JSON. */
import type { QueryResult, QueryTable, QueryValue } from '../pipeline/query';
import { textTable } from '../text-table';

/** How results are printed. */
export type QueryFormat = 'table' | 'csv' | 'json';

/** The most characters of a cell in a table for a person. */
const WIDEST = 60;

/** A result without a line feed at its end. Only the table shortens values. */
export function formatQuery(result: QueryResult, format: QueryFormat): string {
  if (format === 'json') return JSON.stringify(result, null, 2);
  const { columns, rows } = result;
  const names = columns.map(({ name }) => name);
  if (format === 'csv') return [names, ...rows].map((row) => row.map(csvValue).join(',')).join('\n');
  const cells = rows.map((row) => row.map((value) => (typeof value === 'string' ? shortened(value) : value)));
  const count = result.truncated
    ? moreRows(result)
    : `${rows.length} row${rows.length === 1 ? '' : 's'} in ${result.seconds.toFixed(2)} s`;
  return `${textTable(names.map(shortened), cells, String)}\n\n${count}`;
}

/** What is said of a result that was cut off. */
export function moreRows({ rows }: QueryResult): string {
  return `The first ${rows.length} rows; there are more: give --rows, or a LIMIT or WHERE.`;
}

/** As RFC 4180; null is empty, and an empty text is quoted, so that the two differ. */
function csvValue(value: QueryValue): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) || text !== text.trim()
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

/** On one line, without control characters, which a terminal would obey. */
function shortened(text: string): string {
  const shown = Array.from(text.slice(0, 4 * WIDEST));
  const cut = text.length > shown.join('').length || shown.length > WIDEST;
  return (cut ? [...shown.slice(0, WIDEST - 1), '…'] : shown)
    .join('')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1))
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\u{FFFD}');
}

/** The tables that a query may read. */
export function formatTables(tables: readonly QueryTable[]): string {
  const rows = tables.map(({ name, columns, description }) => [
    name,
    columns.length === 0 ? 'not there yet' : `${columns.length} columns`,
    description,
  ]);
  return textTable(['table', 'columns', 'what is in it'], rows);
}

/**
 * The columns of tables.
 *
 * @param only the name of one table, in any case. Default: all.
 */
export function formatSchema(tables: readonly QueryTable[], only = ''): string {
  const chosen = tables.filter(({ name }) => only === '' || name.toLowerCase() === only.toLowerCase());
  if (chosen.length === 0) {
    return `There is no table "${only}": expected one of ${tables.map(({ name }) => name).join(', ')}.`;
  }
  const rows = chosen.flatMap(({ name, columns }) =>
    columns.map((column) => [name, column.name, column.type]),
  );
  return rows.length === 0
    ? `The table ${chosen.map(({ name }) => name).join(', ')} is not there yet.`
    : textTable(['table', 'column', 'type'], rows);
}
