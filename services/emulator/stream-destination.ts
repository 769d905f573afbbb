/** Kinesis streams behind the API: `PUT /streams/<stream>/records`, or `…/record` one by one. */
import type { ApiRequest } from './api-client';
import { isObject, parseObject, type Destination, type Entry } from './destination';
import type { FeedRecord } from './records';

/** The route of the API. `record` is the original's. */
export type StreamRoute = 'records' | 'record';

/** The place of a record in a stream. */
export type StreamPlace = readonly [shard: string, sequenceNumber: string];

/** Acknowledged sequence numbers by shard id, as recorded in the ledger. */
export interface StreamAcknowledgement {
  readonly path: 'streams';
  readonly sequences: Readonly<Record<string, readonly string[]>>;
}

/** Limits of Kinesis: records in a request, and bytes of one record's data and partition key. */
const REQUEST_RECORDS = 500;
export const RECORD_BYTES = 1_048_576;

/** Sequence numbers by shard, in the order of the places. */
export function sequencesByShard(places: readonly StreamPlace[]): Record<string, string[]> {
  const shards = new Map<string, string[]>();
  for (const [shard, sequence] of places) {
    const sequences = shards.get(shard);
    if (sequences === undefined) shards.set(shard, [sequence]);
    else sequences.push(sequence);
  }
  return Object.fromEntries(shards);
}

function objection({ key, value }: FeedRecord): string | undefined {
  const bytes = Buffer.byteLength(value) + String(key).length;
  if (bytes <= RECORD_BYTES) return undefined;
  return `row ${key} has ${bytes} bytes with its partition key, and Kinesis takes at most ${RECORD_BYTES} in one record. Shorten its texts in the source.`;
}

/** An entry with an error code failed temporarily: Kinesis uses these only for throttling and internal failures. */
function entry(value: Readonly<Record<string, unknown>>): Entry<StreamPlace> {
  const { SequenceNumber, ShardId, ErrorCode, ErrorMessage } = value;
  if (ErrorCode !== undefined && ErrorCode !== null) {
    const message = typeof ErrorMessage === 'string' ? ErrorMessage : '';
    return {
      kind: 'again',
      reason: `${typeof ErrorCode === 'string' ? ErrorCode : JSON.stringify(ErrorCode)} ${message}`.trimEnd(),
    };
  }
  const isPlace =
    typeof SequenceNumber === 'string' &&
    /^\d{1,129}$/.test(SequenceNumber) &&
    typeof ShardId === 'string' &&
    /^[\w.-]{1,128}$/.test(ShardId);
  return isPlace ? { kind: 'acknowledged', place: [ShardId, SequenceNumber] } : { kind: 'again' };
}

/** Sequence numbers are unique; a response that repeats one is not trusted. */
function areDistinct(entries: readonly Entry<StreamPlace>[]): boolean {
  const places = entries.flatMap((one) => (one.kind === 'acknowledged' ? [one.place.join()] : []));
  return new Set(places).size === places.length;
}

function put(stream: string, route: StreamRoute, body: string): ApiRequest {
  return { method: 'PUT', path: `/streams/${stream}/${route}`, contentType: 'application/json', body };
}

/** A stream by the route `records`. The entries of a response count, not its `FailedRecordCount`. */
function byRecords(stream: string): Destination<StreamPlace> {
  return {
    name: stream,
    requestRecords: REQUEST_RECORDS,
    objection,
    text: ({ key, value }) => `{"data":${value},"partition-key":"${key}"}`,
    request: (texts) => put(stream, 'records', `{"records":[${texts.join(',')}]}`),
    entries(body, count) {
      const records = parseObject(body)?.Records;
      if (!Array.isArray(records) || records.length !== count || !records.every(isObject)) return undefined;
      const entries = records.map(entry);
      return areDistinct(entries) ? entries : undefined;
    },
  };
}

/** A stream by the route `record`. */
function byRecord(stream: string): Destination<StreamPlace> {
  return {
    name: stream,
    requestRecords: 1,
    objection,
    text: ({ key, value }) => `{"StreamName":"${stream}","Data":${value},"PartitionKey":"${key}"}`,
    request: (texts) => put(stream, 'record', texts.join()),
    entries(body) {
      const response = parseObject(body);
      return response === undefined ? undefined : [entry(response)];
    },
  };
}

/**
 * The stream of that name. A record's partition key is its row number.
 *
 * Order: requests of a stream are sequential, so a record is stored after those of earlier requests, unless these
 * failed temporarily: with the route `records`, failed records are sent again after the others of their request, which
 * may include the same partition key; Kinesis guarantees no order within a request either. With the route `record`,
 * each is acknowledged or has failed before the next is sent. Records of one partition key are the same row, and differ
 * only when the source changed in between.
 *
 * After a lost response the request is repeated, and the records may then be in the stream twice, under two sequence
 * numbers, of which only the second is acknowledged.
 */
export function streamDestination(stream: string, route: StreamRoute = 'records'): Destination<StreamPlace> {
  return route === 'records' ? byRecords(stream) : byRecord(stream);
}
