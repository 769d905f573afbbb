/**
 * A REST API on loopback that answers as a test tells it, standing in for API Gateway and Kafka with all their faults.
 * Records that it acknowledges are kept, so that a test can see what arrived, how often and under which key.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as it arrived. */
export interface ArrivedRecord {
  readonly key: number;
  readonly value: Record<string, unknown>;
}

/** A request as it arrived. */
export interface ArrivedRequest {
  readonly method: string;
  readonly path: string;
  readonly topic: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly records: readonly ArrivedRecord[];
  /** The number of this request among those of its topic, from 1. */
  readonly number: number;
}

/** Answers a request itself and returns true, or returns false (or nothing) to have its records acknowledged. */
export type Script = (
  request: ArrivedRequest,
  response: ServerResponse,
  api: ScriptedApi,
) => boolean | undefined;

/** The API while it runs. */
export interface ScriptedApi {
  readonly url: string;
  readonly requests: readonly ArrivedRequest[];
  /** Acknowledged records by topic, in the order of their offsets. */
  readonly topics: ReadonlyMap<string, ArrivedRecord[]>;
  /** Connections that were ever opened. */
  connections(): number;
  /** Stores records, and returns their entries of an answer. */
  store(topic: string, records: readonly ArrivedRecord[]): unknown[];
  close(): Promise<void>;
}

/** Answers with a status and a JSON body. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}

/** Starts the API. Two partitions; a key's partition is its remainder. */
export async function startScriptedApi(script: Script = () => false): Promise<ScriptedApi> {
  const requests: ArrivedRequest[] = [];
  const topics = new Map<string, ArrivedRecord[]>();
  const offsets = new Map<string, number>();
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const topic = path.slice(path.lastIndexOf('/') + 1);
      const number = requests.filter((other) => other.topic === topic).length + 1;
      const { records } = JSON.parse(body) as { records: ArrivedRecord[] };
      const arrived = { method, path, topic, headers, body, records, number };
      requests.push(arrived);
      if (script(arrived, response, api) === true) return;
      answer(response, 200, {
        offsets: api.store(topic, records),
        key_schema_id: null,
        value_schema_id: null,
      });
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: ScriptedApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    topics,
    connections: () => connections,
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
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
  return api;
}
