/** The binary format: keys and values are any bytes, written in base64 in JSON strings. */
import { isUtf8 } from 'node:buffer';
import { JsonSyntaxError, scanValue, skipSpace, stringAt } from './json-scanner';
import { RowNumberFinder } from './row-number';

const QUOTE = 0x22;

/**
 * Decodes the JSON value from `from` to `to`, already checked.
 *
 * @returns the bytes; undefined when the value is not a string in base64 (RFC 4648, section 4, with padding).
 */
export function readBase64(body: Buffer, from: number, to: number): Buffer | undefined {
  if (body[from] !== QUOTE) return undefined;
  const raw = body.toString('latin1', from + 1, to - 1);
  // Some writers of JSON escape the slash, which is a digit of base64.
  const text = raw.includes('\\') ? stringAt(body, from) : raw;
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
    ? Buffer.from(text, 'base64')
    : undefined;
}

/**
 * The row number of a value given by its bytes: that of the same bytes in the JSON format.
 *
 * @param member the field with the row number; undefined in a topic of no feed.
 * @returns undefined where the pipeline finds none: without the field, and in what is not JSON, which the sink takes to
 * the dead-letter topic.
 */
export function rowNumberOfBytes(value: Buffer | null, member: string | undefined): number | undefined {
  if (value === null || member === undefined || !isUtf8(value)) return undefined;
  const finder = new RowNumberFinder(value, member);
  try {
    const end = scanValue(value, skipSpace(value, 0), finder.visit);
    return skipSpace(value, end) === value.length ? finder.take() : undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
