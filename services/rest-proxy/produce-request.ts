/** Parses the body of `POST /topics/{topic}`: `{"records":[{"key":…,"value":…,"partition":…},…]}`. */
import { isUtf8 } from 'node:buffer';
import { ERROR_CODES, RestError, quote, wrongShape } from './errors';
import { JsonSyntaxError, kindAt, scanArray, scanObject, scanValue, skipSpace } from './json-scanner';
import { RowNumberFinder, keyOfRowNumber } from './row-number';

/** A record to produce. Its bytes are slices of the request's body, except for a generated key. */
export interface ProduceRecord {
  /** The key's JSON text. When it is absent or `null`: the row number as a key, or null for a record without one. */
  readonly key: Buffer | null;
  /** The value's JSON text, or null when the value is `null` (a tombstone in a compacted topic). */
  readonly value: Buffer | null;
  /** The requested partition; undefined when the proxy chooses. */
  readonly partition: number | undefined;
  /** The row number in the value, which determines the partition; undefined without one, or in a topic of no feed. */
  readonly rowNumber: number | undefined;
}

/** Maximum records of a request. A record may have only twelve bytes, and the proxy holds some hundred for each. */
export const MAX_RECORDS = 10_000;

/** Fields of Confluent's request without a meaning for JSON; clients may send them as `null`. */
const SCHEMA_MEMBERS = new Set(['key_schema', 'key_schema_id', 'value_schema', 'value_schema_id']);
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Parses the records of a body. The whole body is checked first, so a request is produced either completely or not at
 * all.
 *
 * @param body UTF-8, with or without a byte order mark.
 * @param rowNumberMember the field of the values with the row number, in the topic of a feed.
 * @returns the records, in order; at least one.
 * @throws RestError 400 when the body is not JSON, 422 when it has the wrong shape (the message says which part), 413
 * when it has more than {@link MAX_RECORDS} records (the rest is not checked).
 */
export function readProduceRequest(body: Buffer, rowNumberMember?: string): ProduceRecord[] {
  if (!isUtf8(body))
    throw new RestError(
      400,
      ERROR_CODES.badJson,
      'The body cannot be read: expected JSON in UTF-8, found bytes that are not UTF-8.',
    );
  try {
    return readBody(
      body,
      rowNumberMember === undefined ? undefined : new RowNumberFinder(body, rowNumberMember),
    );
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new RestError(
        400,
        ERROR_CODES.badJson,
        `The body cannot be read: expected one JSON object, found ${error.message}.`,
      );
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

function readBody(body: Buffer, finder: RowNumberFinder | undefined): ProduceRecord[] {
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
    end = scanObject(body, start, (name, at) => {
      if (name === 'records') {
        if (records !== undefined) complaints.add(wrongShape('Duplicate field "records": send it once.'));
        records = [];
        return readRecords(body, at, finder, records, complaints);
      }
      const valueEnd = scanValue(body, at);
      if (!SCHEMA_MEMBERS.has(name))
        complaints.add(wrongShape(`Unrecognized field ${quote(name)}: the only field is "records".`));
      else if (kindAt(body, at) !== 'null')
        complaints.add(
          wrongShape(
            `The field ${quote(name)} is ${kindAt(body, at)}: JSON records have no schema, leave it out.`,
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
    const end = readRecord(body, element, index, finder, into, complaints);
    index += 1;
    return end;
  });
}

function readRecord(
  body: Buffer,
  at: number,
  index: number,
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
  const seen = new Set<string>();
  let key: Buffer | null = null;
  let value: Buffer | null = null;
  let partition: number | undefined;
  const end = scanObject(body, at, (name, valueStart) => {
    const valueEnd = scanValue(body, valueStart, name === 'value' ? finder?.visit : undefined);
    const isNull = kindAt(body, valueStart) === 'null';
    if (seen.has(name)) complain(`has the duplicate field ${quote(name)}: send it once.`);
    seen.add(name);
    if (name === 'key') key = isNull ? null : body.subarray(valueStart, valueEnd);
    else if (name === 'value') value = isNull ? null : body.subarray(valueStart, valueEnd);
    else if (name === 'partition') {
      const text = body.toString('latin1', valueStart, Math.min(valueEnd, valueStart + 40));
      if (/^(0|[1-9][0-9]{0,9})$/.test(text) && Number(text) < 2 ** 31) partition = Number(text);
      else if (!isNull)
        complain(`has the partition ${quote(text)}: expected a whole number from 0 to 2147483647, or null.`);
    } else complain(`has the unrecognized field ${quote(name)}: expected "key", "value" or "partition".`);
    return valueEnd;
  });
  if (!seen.has('value')) complain('has no "value": expected one (null writes a tombstone).');
  const rowNumber = finder?.take();
  if (rowNumber !== undefined) key ??= keyOfRowNumber(rowNumber);
  into.push({ key, value, partition, rowNumber });
  return end;
}
