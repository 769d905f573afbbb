/** What a chart draws: an answer's rows, and how a cell becomes a number, a text, a short text. */

/** A cell of an answer, as JSON has it. */
export type Cell = string | number | boolean | null;

/** An answer to a question, or some rows of one; the documents of the table engine have this shape. */
export interface Answer {
  /** `1`, `2`, `3a`, `3b`, `4` … `8`. */
  readonly question: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A row that a chart draws: what is measured, more about it, and how much; null where there is no value. */
export interface Measure {
  readonly label: string;
  readonly note: string;
  readonly value: number | null;
}

/** The rows as measures: the first column names, the last one measures, what is between is the note. */
export function measures({ rows }: Answer): Measure[] {
  return rows.map((row) => ({
    label: textOf(row[0]),
    note: row.slice(1, -1).map(textOf).join(', '),
    value: valueOf(row),
  }));
}

/** An answer with more rows is long, as those by country are, with some 240: only its largest rows are drawn. */
export const LONG_ROWS = 30;

/** The answer with its largest rows only, the largest first. Rows of the same size keep their order. */
export function largest(answer: Answer, most: number): Answer {
  const size = (row: readonly Cell[]): number => valueOf(row) ?? -Infinity;
  return { ...answer, rows: [...answer.rows].sort((one, other) => size(other) - size(one)).slice(0, most) };
}

/** The last cell of a row as a number, null when it is none. */
export function valueOf(row: readonly Cell[]): number | null {
  const cell = row.at(-1);
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

/** A cell as text; a dash where there is no value. Years are not grouped: only counts are long. */
export function textOf(cell: Cell | undefined): string {
  return cell === null || cell === undefined ? '–' : String(cell);
}

/** A number in full, for example `1,234.5`; a dash where there is none. */
export function fullNumber(value: number | null): string {
  return value === null ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** A number for little room, for example `1.2M`; a dash where there is none. */
export function shortNumber(value: number | null): string {
  if (value === null) return '–';
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 1 });
}

const CHARACTERS = new Intl.Segmenter();

/**
 * A text that takes the room of at most `most` Latin letters, with an ellipsis where it was cut. Characters from
 * U+1100 on, among them those of East Asia and emoji, count twice.
 */
export function cut(text: string, most: number): string {
  let taken = 0;
  let kept = '';
  for (const { segment, index } of CHARACTERS.segment(text)) {
    taken += (segment.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (taken > most) return `${kept.trimEnd()}…`;
    if (taken <= most - 1) kept = text.slice(0, index + segment.length);
  }
  return text;
}
