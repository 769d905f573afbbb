/**
 * The REST proxy between a client on loopback and a real Kafka broker, all on this machine.
 *
 * `npm run bench -- rest-proxy [seconds]`: seconds each load lasts, 10 by default.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../services/kafka-client';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { childEnvironment } from '../processes/environment';
import type { Benchmark, Figure } from './benchmark';
import { statusMiB } from './support';

const TOPIC = 'bench.pin';
const PARTITIONS = 3;
const PADDING = 'x'.repeat(400);

/** A load of requests, and what came of it. */
interface Load {
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Sends bodies over a number of connections, each one after the other, for some seconds. */
async function load(
  url: string,
  connections: number,
  seconds: number,
  body: (n: number) => string,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const started = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - started < seconds * 1000) {
        const text = body(sent);
        sent += 1;
        const from = performance.now();
        await post(url, agent, text);
        times.push(performance.now() - from);
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const quantile = (q: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0;
  return { requestsPerSecond: times.length / elapsed, p50: quantile(0.5), p99: quantile(0.99) };
}

function post(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/vnd.kafka.json.v2+json',
      'content-length': Buffer.byteLength(body),
    };
    const sending = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200 && !text.includes('"error":"')) resolve();
        else reject(new Error(`The proxy answered ${response.statusCode ?? 0}: ${text.slice(0, 200)}`));
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

function record(n: number): string {
  return `{"key":${n},"value":{"index":${n},"unique_id":"7528fc92-7ea6-4c0b-a1b8-${String(n).padStart(12, '0')}","title":"${PADDING}","downloaded":1}}`;
}

const oneRecord = (n: number): string => `{"records":[${record(n)}]}`;
const manyRecords = (n: number): string =>
  `{"records":[${Array.from({ length: 500 }, (_, i) => record(n * 500 + i)).join(',')}]}`;

async function measure(seconds: number, stateDir: string): Promise<Figure[]> {
  const { restProxyBundle } = await ensureParts(
    (line) => {
      console.error(line);
    },
    { only: ['kafka', 'rest-proxy'] },
  );
  const kafka = await startKafka({ stateDir });
  const proxy = spawn(
    process.execPath,
    [restProxyBundle, '--bootstrap-servers', kafka.bootstrapServers, '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: childEnvironment('local') },
  );
  try {
    const admin = createKafka({
      bootstrapServers: [kafka.bootstrapServers],
      clientId: 'bench',
    }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] });
    await admin.disconnect();
    const url = await new Promise<string>((resolve, reject) => {
      proxy.stdout.setEncoding('utf8').on('data', (text: string) => {
        const found = /"url":"([^"]+)"/.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      });
      proxy.once('exit', () => {
        reject(new Error('The proxy ended before it listened.'));
      });
    });
    const target = `${url}/topics/${TOPIC}`;
    await load(target, 16, 3, oneRecord);
    const single = await load(target, 16, seconds, oneRecord);
    const batch = await load(target, 4, seconds, manyRecords);
    const megabytes = statusMiB(proxy.pid ?? 0, 'VmHWM');
    return [
      { name: 'one record a request, 16 connections', value: single.requestsPerSecond, unit: 'requests/s' },
      { name: 'one record a request, p50', value: single.p50, unit: 'ms' },
      { name: 'one record a request, p99', value: single.p99, unit: 'ms' },
      {
        name: '500 records a request, 4 connections',
        value: batch.requestsPerSecond * 500,
        unit: 'records/s',
      },
      { name: '500 records a request, p50', value: batch.p50, unit: 'ms' },
      { name: '500 records a request, p99', value: batch.p99, unit: 'ms' },
      { name: 'most memory of the proxy', value: megabytes, unit: 'MiB' },
    ];
  } finally {
    proxy.kill('SIGTERM');
    await Promise.race([new Promise((resolve) => proxy.once('exit', resolve)), sleep(5000)]);
    await kafka.stop();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description:
    'the REST proxy with records of 0.5 kB, acknowledged by a real broker; client, proxy and broker on this machine',
  async run(args) {
    const stateDir = mkdtempSync(path.join(tmpdir(), 'bench-rest-proxy-'));
    try {
      return await measure(Number(args[0] ?? 10), stateDir);
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  },
};
