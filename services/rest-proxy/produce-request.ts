/** Parses the body of `POST /topics/{topic}`: `{"records":[{"key":…,"value":…,"partition":…},…]}`. */
import { isUtf8 } from 'node:buffer';
import { ERROR_CODES, RestError, quote, unreadable, wrongShape } from './errors';
import { JsonSyntaxError, kindAt, scanArray, scanObject, scanValue, skipSpace } from './json-scanner';
import { readBase64, rowNumberOfBytes } from './binary-format';
import { RowNumberFinder, keyOfRowNumber } from './row-number';

/**
 * A record to produce. In the JSON format its bytes are slices of the request's body, except for a generated key; in the
 * binary format they are decoded from base64.
 */
export interface ProduceRecord {
  /** The key's bytes. When it is absent or `null`: the row number as a key, or null for a record without one. */
  readonly key: Buffer | null;
  /** The value's bytes, or null when the value is `null` (a tombstone in a compacted topic). */
  readonly value: Buffer | null;
  /** The requested partition; undefined when the proxy chooses. */
  readonly partition: number | undefined;
  /** The row number in the value, which determines the partition; undefined without one, or in a topic of no feed. */
  readonly rowNumber: number | undefined;
}

/** How keys and values are written in a request: as the JSON that is stored, or as base64 of any bytes, in strings. */
export type EmbeddedFormat = 'json' | 'binary';

/** What a request's path and headers say about its records. */
export interface RequestShape {
  /** Default: `json`. */
  readonly format?: EmbeddedFormat;
  /** The field of the values with the row number, in the topic of a feed. */
  readonly rowNumberMember?: string;
  /** The partition in the path, for all records. Default: none, each record may have one of its own. */
  readonly partition?: number;
}

/** Maximum records of a request. A record may have only twelve bytes, and the proxy holds some hundred for each. */
export const MAX_RECORDS = 10_000;

/** Fields of Confluent's request that belong to formats with schemas; clients may send them as `null`. */
const SCHEMA_MEMBERS = new Set(['key_schema', 'key_schema_id', 'value_schema', 'value_schema_id']);
const RECORD_MEMBERS = ['value', 'key', 'partition'];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Parses the records of a body. The whole body is checked first, so a request is produced either completely or not at
 * all.
 *
 * @param body UTF-8, with or without a byte order mark.
 * @returns the records, in order; at least one.
 * @throws RestError 400 when the body is not JSON, 422 when it has the wrong shape (the message says which part), 413
 * when it has more than {@link MAX_RECORDS} records (the rest is not checked).
 */
export function readProduceRequest(body: Buffer, shape: RequestShape = {}): ProduceRecord[] {
  if (!isUtf8(body)) throw unreadable('expected JSON in UTF-8, found bytes that are not UTF-8');
  try {
    const { format, rowNumberMember } = shape;
    const scanned = format !== 'binary' && rowNumberMember !== undefined;
    return readBody(body, shape, scanned ? new RowNumberFinder(body, rowNumberMember) : undefined);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw unreadable(`expected one JSON object, found ${error.message}`);
    throw error;
  }
}

/** Keeps only the first complaint: a body of a million invalid records must not keep a million. */
class FirstComplaint {
  first: RestError | undefined;

  add(complaint: RestError): void {
    this.first ??= complaint;
  }
}

function readBody(body: Buffer, shape: RequestShape, finder: RowNumberFinder | undefined): ProduceRecord[] {
  const marked = body.subarray(0, 3).equals(BYTE_ORDER_MARK);
  const start = skipSpace(body, marked ? 3 : 0);
  let records: ProduceRecord[] | undefined;
  // Syntax errors take precedence, so complaints about the shape wait until the whole text is known to be JSON.
  const complaints = new FirstComplaint();
  let end: number;
  if (kindAt(body, start) !== 'an object') {
    end = scanValue(body, start);
    complaints.add(
      wrongShape(`The body is ${kindAt(body, start)}: expected an object like {"records":[{"value":…}]}.`),
    );
  } else {
    end = scanObject(body, start, ['records'], (name, at) => {
      if (name === 'records') {
        if (records !== undefined) complaints.add(wrongShape('Duplicate field "records": send it once.'));
        records = [];
        return readRecords(body, at, shape, finder, records, complaints);
      }
      const valueEnd = scanValue(body, at);
      if (!SCHEMA_MEMBERS.has(name))
        complaints.add(wrongShape(`Unrecognized field ${quote(name)}: the only field is "records".`));
      else if (kindAt(body, at) !== 'null')
        complaints.add(
          wrongShape(
            `The field ${quote(name)} is ${kindAt(body, at)}: these records have no schema, leave it out.`,
          ),
        );
      return valueEnd;
    });
  }
  const rest = skipSpace(body, end);
  if (rest < body.length) throw new JsonSyntaxError('more text after the object', rest);
  if (complaints.first !== undefined) throw complaints.first;
  if (records === undefined)
    throw wrongShape('The field "records" is missing: expected {"records":[{"value":…}]}.');
  if (records.length === 0)
    throw wrongShape('"records" is empty: expected at least one record.', ERROR_CODES.noRecords);
  return records;
}

function readRecords(
  body: Buffer,
  at: number,
  shape: RequestShape,
  finder: RowNumberFinder | undefined,
  into: ProduceRecord[],
  complaints: FirstComplaint,
): number {
  if (kindAt(body, at) !== 'an array') {
    const end = scanValue(body, at);
    complaints.add(wrongShape(`"records" is ${kindAt(body, at)}: expected an array of records.`));
    return end;
  }
  let index = 0;
  return scanArray(body, at, (element) => {
    if (index === MAX_RECORDS)
      throw new RestError(
        413,
        ERROR_CODES.tooLarge,
        `"records" has more than ${MAX_RECORDS} records: send fewer at a time.`,
      );
    const end = readRecord(body, element, index, shape, finder, into, complaints);
    index += 1;
    return end;
  });
}

function readRecord(
  body: Buffer,
  at: number,
  index: number,
  shape: RequestShape,
  finder: RowNumberFinder | undefined,
  into: ProduceRecord[],
  complaints: FirstComplaint,
): number {
  const complain = (message: string): void => {
    complaints.add(wrongShape(`records[${index}] ${message}`, ERROR_CODES.wrongRecord));
  };
  if (kindAt(body, at) !== 'an object') {
    const end = scanValue(body, at);
    complain(
      `is ${kindAt(body, at)}: expected an object with "value" and, if wanted, "key" and "partition".`,
    );
    return end;
  }
  const bytesOf = (name: string, from: number, to: number): Buffer | null => {
    if (kindAt(body, from) === 'null') return null;
    if (shape.format !== 'binary') return body.subarray(from, to);
    const bytes = readBase64(body, from, to);
    if (bytes === undefined) complain(`has a ${quote(name)} that is not base64 in a string, or null.`);
    return bytes ?? null;
  };
  const seen = new Set<string>();
  let key: Buffer | null = null;
  let value: Buffer | null = null;
  let partition: number | undefined;
  const end = scanObject(body, at, RECORD_MEMBERS, (name, valueStart) => {
    const valueEnd = scanValue(body, valueStart, name === 'value' ? finder?.visit : undefined);
    if (seen.has(name)) complain(`has the duplicate field ${quote(name)}: send it once.`);
    // A second unrecognized one is no complaint more.
    if (RECORD_MEMBERS.includes(name)) seen.add(name);
    if (name === 'key') key = bytesOf(name, valueStart, valueEnd);
    else if (name === 'value') value = bytesOf(name, valueStart, valueEnd);
    else if (name === 'partition') {
      const text = body.toString('latin1', valueStart, Math.min(valueEnd, valueStart + 40));
      // `1.0` is a whole number to JSON Schema; more digits than the text has may say otherwise.
      const number = text.length === valueEnd - valueStart ? Number(text) : NaN;
      if (Number.isInteger(number) && number >= 0 && number < 2 ** 31) partition = Math.abs(number);
      else if (kindAt(body, valueStart) !== 'null')
        complain(`has the partition ${quote(text)}: expected a whole number from 0 to 2147483647, or null.`);
    } else complain(`has the unrecognized field ${quote(name)}: expected "key", "value" or "partition".`);
    return valueEnd;
  });
  if (!seen.has('value')) complain('has no "value": expected one (null writes a tombstone).');
  const inPath = shape.partition;
  if (inPath !== undefined && partition !== undefined)
    complain(`has the partition ${partition}, and the path has ${inPath}: leave it out.`);
  const rowNumber =
    shape.format === 'binary' ? rowNumberOfBytes(value, shape.rowNumberMember) : finder?.take();
  if (rowNumber !== undefined) key ??= keyOfRowNumber(rowNumber);
  into.push({ key, value, partition: inPath ?? partition, rowNumber });
  return end;
}
