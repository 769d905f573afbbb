/**
 * A REST API on loopback that responds as scripted by a test, in place of API Gateway and Kafka with all their faults.
 * Records that it acknowledges are kept, so that a test can see what arrived, how often and under which key.
 */
import type { ServerResponse } from 'node:http';
import { answer, startServer, type PlainRequest, type ScriptedServer } from './scripted-server';

/** A record as it arrived. */
export interface ArrivedRecord {
  readonly key: number;
  readonly value: Record<string, unknown>;
}

/** A request as it arrived. */
export interface ArrivedRequest extends PlainRequest {
  readonly topic: string;
  readonly records: readonly ArrivedRecord[];
  /** The number of this request among those of its topic, from 1. */
  readonly number: number;
}

/** Responds to a request itself and returns true, or returns false (or nothing) to have its records acknowledged. */
export type Script = (
  request: ArrivedRequest,
  response: ServerResponse,
  api: ScriptedApi,
) => boolean | undefined;

/** The API while it runs. */
export interface ScriptedApi extends ScriptedServer {
  readonly requests: readonly ArrivedRequest[];
  /** Acknowledged records by topic, in the order of their offsets. */
  readonly topics: ReadonlyMap<string, ArrivedRecord[]>;
  /** Stores records, and returns their entries of a response. */
  store(topic: string, records: readonly ArrivedRecord[]): unknown[];
}

/** Starts the API. Two partitions; a key's partition is its remainder. */
export async function startScriptedApi(script: Script = () => false): Promise<ScriptedApi> {
  const requests: ArrivedRequest[] = [];
  const topics = new Map<string, ArrivedRecord[]>();
  const offsets = new Map<string, number>();
  const server = await startServer((request, response) => {
    const { path, body } = request;
    const topic = path.slice(path.lastIndexOf('/') + 1);
    const number = requests.filter((other) => other.topic === topic).length + 1;
    const { records } = JSON.parse(body) as { records: ArrivedRecord[] };
    const arrived = { ...request, topic, records, number };
    requests.push(arrived);
    if (script(arrived, response, api) === true) return;
    answer(response, 200, {
      offsets: api.store(topic, records),
      key_schema_id: null,
      value_schema_id: null,
    });
  });
  const api: ScriptedApi = {
    ...server,
    requests,
    topics,
    store(topic, records) {
      const stored = topics.get(topic) ?? [];
      topics.set(topic, stored);
      return records.map((record) => {
        stored.push(record);
        const partition = Math.abs(record.key % 2);
        const offset = offsets.get(`${topic}-${partition}`) ?? 0;
        offsets.set(`${topic}-${partition}`, offset + 1);
        return { partition, offset, error_code: null, error: null };
      });
    },
  };
  return api;
}
