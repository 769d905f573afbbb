/**
 * The API's routes to the streams on loopback, responding as scripted by a test, in place of API Gateway and Kinesis
 * with all their faults. What a stream stored is kept, with its shard and sequence number.
 */
import type { ServerResponse } from 'node:http';
import { answer, startServer, type PlainRequest, type ScriptedServer } from './scripted-server';

/** A record of a request. */
export interface PutRecord {
  readonly partitionKey: string;
  readonly data: unknown;
}

/** A record in a stream. */
export interface StoredRecord extends PutRecord {
  readonly shard: string;
  readonly sequence: string;
}

/** A request as it arrived. */
export interface PutRequest extends PlainRequest {
  readonly stream: string;
  readonly route: 'record' | 'records';
  readonly records: readonly PutRecord[];
  /** The number of this request among those of its stream, from 1. */
  readonly number: number;
}

/** Responds to a request itself and returns true, or returns false (or nothing) to have its records stored. */
export type StreamScript = (
  request: PutRequest,
  response: ServerResponse,
  api: ScriptedStreams,
) => boolean | undefined;

/** The API while it runs. */
export interface ScriptedStreams extends ScriptedServer {
  readonly requests: readonly PutRequest[];
  /** Stored records by stream. */
  readonly streams: ReadonlyMap<string, StoredRecord[]>;
  /** Stores a record, and returns its entry of a response. */
  store(stream: string, record: PutRecord): StoredEntry;
}

/** An entry of a response about a stored record. */
export interface StoredEntry {
  readonly SequenceNumber: string;
  readonly ShardId: string;
}

/** An entry of a response about a record that was not stored, with Kinesis' message. */
export const THROTTLED = {
  ErrorCode: 'ProvisionedThroughputExceededException',
  ErrorMessage: 'Rate exceeded for shard shardId-000000000001',
};

/** Kinesis' response to PutRecords: stores the records for which `isStored` is true, throttles the others. */
export function putSome(
  api: ScriptedStreams,
  { stream, records }: PutRequest,
  isStored: (index: number) => boolean,
): { FailedRecordCount: number; Records: (StoredEntry | typeof THROTTLED)[] } {
  const Records = records.map((record, index) => (isStored(index) ? api.store(stream, record) : THROTTLED));
  return { FailedRecordCount: Records.filter((entry) => entry === THROTTLED).length, Records };
}

function recordsOf(route: string, body: string): PutRecord[] {
  const parsed = JSON.parse(body) as Record<string, unknown>;
  if (route === 'record') return [{ partitionKey: parsed.PartitionKey as string, data: parsed.Data }];
  const { records } = parsed as { records: { data: unknown; 'partition-key': string }[] };
  return records.map((record) => ({ partitionKey: record['partition-key'], data: record.data }));
}

/** Starts the API. Two shards; a record's shard is the remainder of its partition key. */
export async function startScriptedStreams(script: StreamScript = () => false): Promise<ScriptedStreams> {
  const requests: PutRequest[] = [];
  const streams = new Map<string, StoredRecord[]>();
  let sequences = 0;
  const server = await startServer((request, response) => {
    const [, stream = '', route = ''] = /^\/v1\/streams\/([^/]+)\/(records?)$/.exec(request.path) ?? [];
    if (request.method !== 'PUT' || stream === '') {
      answer(response, 403, { message: 'Missing Authentication Token' });
      return;
    }
    const number = requests.filter((other) => other.stream === stream).length + 1;
    const records = recordsOf(route, request.body);
    const put: PutRequest = { ...request, stream, route: route as PutRequest['route'], records, number };
    requests.push(put);
    if (script(put, response, api) === true) return;
    const whole = putSome(api, put, () => true);
    answer(response, 200, route === 'record' ? whole.Records[0] : whole);
  });
  const api: ScriptedStreams = {
    ...server,
    requests,
    streams,
    store(stream, record) {
      const stored = streams.get(stream) ?? [];
      streams.set(stream, stored);
      const shard = `shardId-00000000000${Number(record.partitionKey) % 2}`;
      sequences += 1;
      const sequence = `4967${String(sequences).padStart(52, '0')}`;
      stored.push({ ...record, shard, sequence });
      return { SequenceNumber: sequence, ShardId: shard };
    },
  };
  return api;
}
