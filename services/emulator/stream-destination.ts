/** Kinesis streams behind the API: `PUT /streams/<stream>/records`, or `…/record` one by one. */
import type { ApiRequest } from './api-client';
import { isObject, parseObject, type Destination, type Entry } from './destination';
import type { FeedRecord } from './records';

/** Which route of the API takes the records. `record` is the original's. */
export type StreamRoute = 'records' | 'record';

/** Where a record is in a stream. */
export type StreamPlace = readonly [shard: string, sequenceNumber: string];

/** What the ledger notes of acknowledged records: their sequence numbers by shard id. */
export interface StreamAcknowledgement {
  readonly path: 'streams';
  readonly sequences: Readonly<Record<string, readonly string[]>>;
}

/** Kinesis' limits: records in a request, and bytes of one record's data and partition key. */
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

/** An entry with an error code has failed for now: Kinesis gives only throttling and internal failures so. */
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

/** No two records share a place; an answer that says so cannot be counted on. */
function areDistinct(entries: readonly Entry<StreamPlace>[]): boolean {
  const places = entries.flatMap((one) => (one.kind === 'acknowledged' ? [one.place.join()] : []));
  return new Set(places).size === places.length;
}

function put(stream: string, route: StreamRoute, body: string): ApiRequest {
  return { method: 'PUT', path: `/streams/${stream}/${route}`, contentType: 'application/json', body };
}

/** A stream by the route `records`. The entries of an answer count, not its `FailedRecordCount`. */
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
      const answer = parseObject(body);
      return answer === undefined ? undefined : [entry(answer)];
    },
  };
}

/**
 * The stream of that name. A record's partition key is its row number.
 *
 * Order: requests of a stream are made one after the other, so a record is stored after those of earlier requests,
 * unless one of these failed for now: by the route `records` what failed is sent again after the others of its request,
 * among which records of the same partition key may be; Kinesis itself promises no order within a request either. By
 * the route `record` each is acknowledged or given up before the next is sent. Records of one partition key are the
 * same row, and differ only when the source changed in between.
 *
 * An answer that was lost on the way is asked for again, and the records may then be in the stream twice, under two
 * sequence numbers, of which only the second is acknowledged.
 */
export function streamDestination(stream: string, route: StreamRoute = 'records'): Destination<StreamPlace> {
  return route === 'records' ? byRecords(stream) : byRecord(stream);
}
