/** Converts the database's values into the JSON values of the contract, independent of time zone settings. */
import type { SourceValue } from './rows';

/**
 * A DATETIME, TIMESTAMP or DATE in MySQL's text form as ISO 8601: `2018-03-28 08:15:15.000` becomes
 * `2018-03-28T08:15:15`, a fraction other than zero is kept, a bare date is midnight. A zero date becomes
 * `0000-00-00T00:00:00`, so that the cleaning rejects it with a reason instead of reading it as "no date".
 */
export function isoDateTime(text: string): string {
  const [date = '', time = '00:00:00'] = text.split(' ');
  return `${date}T${time.replace(/\.0*$/, '').replace(/(\.\d*?)0+$/, '$1')}`;
}

const INTEGERS: ReadonlySet<string> = new Set(['TINY', 'SHORT', 'LONG', 'INT24', 'LONGLONG', 'YEAR']);
const FRACTIONS: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE', 'DECIMAL', 'NEWDECIMAL']);
const DATES: ReadonlySet<string> = new Set([
  'DATETIME',
  'DATETIME2',
  'TIMESTAMP',
  'TIMESTAMP2',
  'DATE',
  'NEWDATE',
]);

/** The part of mysql2's field that a conversion needs. */
export interface RawField {
  readonly type: string;
  string(encoding?: string): string | null;
  buffer(): Buffer | null;
}

/**
 * mysql2's `typeCast`: numbers as numbers, dates as ISO 8601, everything else as UTF-8 text. An integer beyond 2^53 has
 * no exact JSON number and stays a text of digits.
 */
export function convertField(field: RawField): SourceValue {
  if (field.type === 'BIT') {
    const bytes = field.buffer();
    return bytes === null ? null : bytes.reduce((value, byte) => value * 256 + byte, 0);
  }
  const text = field.string('utf8');
  if (text === null) return null;
  if (DATES.has(field.type)) return isoDateTime(text);
  if (INTEGERS.has(field.type)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : text;
  }
  return FRACTIONS.has(field.type) ? Number(text) : text;
}

/**
 * The row number as an integer, or undefined for a value that is not an integer or beyond 2^53. Text of plain digits is
 * accepted.
 */
export function rowNumberOf(value: SourceValue | undefined): number | undefined {
  if (typeof value === 'string')
    return /^-?(0|[1-9]\d{0,15})$/.test(value) ? rowNumberOf(Number(value)) : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
