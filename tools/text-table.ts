/** Tables for a terminal: numbers to the right, text to the left, columns as wide as their widest cell. */

/** A value of a cell. */
export type Cell = string | number | boolean | null;

const withSeparators = (number: number): string =>
  Number.isInteger(number) ? number.toLocaleString('en-US') : String(number);

/**
 * Lays out rows under their column names.
 *
 * @param columns the names, shown as they are.
 * @param rows cells in the order of the columns.
 * @param showNumber the text of a number. Default: whole ones have thousands separators.
 * @returns lines joined by line feeds, without one at the end.
 */
export function textTable(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  showNumber: (number: number) => string = withSeparators,
): string {
  const show = (cell: Cell): string => (typeof cell === 'number' ? showNumber(cell) : String(cell));
  const right = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  // Years are numbers that must not get a thousands separator.
  const year = columns.map((name) => /(^|_)year$/.test(name));
  const cells = rows.map((row) =>
    columns.map((_, i) => (year[i] ? String(row[i] ?? 'null') : show(row[i] ?? null))),
  );
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
