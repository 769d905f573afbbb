/** The REST proxy between a client on loopback and a real Kafka broker, all on this machine. */
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { createKafka } from '../../services/kafka-client';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { startRestProxy } from '../local-run/parts/rest-proxy';
import type { Benchmark, Figure } from './benchmark';
import { peakMiB, progress, withScratchFolder } from './support';

const TOPIC = 'bench.pin';
const PADDING = 'x'.repeat(400);
const MANY = 500;

function record(n: number): string {
  return `{"key":${n},"value":{"index":${n},"unique_id":"7528fc92-7ea6-4c0b-a1b8-${String(n).padStart(12, '0')}","title":"${PADDING}","downloaded":1}}`;
}

async function post(url: string, agent: Agent, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/vnd.kafka.json.v2+json',
    'content-length': Buffer.byteLength(body),
  };
  const sending = request(url, { method: 'POST', agent, headers }).end(body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200 || answer.includes('"error":"'))
    throw new Error(`The proxy responded ${response.statusCode}: ${answer.slice(0, 200)}`);
}

/** Sends requests of some records over a number of connections, each one after the other, for some seconds. */
async function load(url: string, connections: number, seconds: number, records: number): Promise<Figure[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const began = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() - began < seconds * 1000) {
        const body = `{"records":[${Array.from({ length: records }, () => record(sent++)).join(',')}]}`;
        const from = performance.now();
        await post(url, agent, body);
        times.push(performance.now() - from);
      }
    }),
  );
  const elapsed = (performance.now() - began) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const of = (share: number): number => times[Math.floor(times.length * share)] ?? NaN;
  const name = records === 1 ? 'one record a request' : `${records} records a request`;
  return [
    { name: `${name}, ${connections} connections`, value: sent / elapsed, unit: 'records/s' },
    { name: `${name}, p50`, value: of(0.5), unit: 'ms' },
    { name: `${name}, p99`, value: of(0.99), unit: 'ms' },
  ];
}

async function measure(seconds: number, stateDir: string): Promise<Figure[]> {
  await ensureParts(progress, { only: ['kafka', 'rest-proxy'] });
  const { bootstrapServers, ...kafka } = await startKafka({ stateDir });
  try {
    const admin = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'bench' }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3 }] });
    await admin.disconnect();
    const proxy = await startRestProxy({ stateDir, bootstrapServers });
    try {
      const target = `${proxy.url}/topics/${TOPIC}`;
      await load(target, 16, 3, 1);
      return [
        ...(await load(target, 16, seconds, 1)),
        ...(await load(target, 4, seconds, MANY)),
        { name: 'most memory of the proxy', value: peakMiB(proxy.pid), unit: 'MiB' },
      ];
    } finally {
      await proxy.stop();
    }
  } finally {
    await kafka.stop();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description:
    'The REST proxy with records of 0.5 kB, acknowledged by a real broker; client, proxy and broker on this machine',
  unit: 'seconds a load',
  sizes: [10],
  run: (seconds) => withScratchFolder('rest-proxy', (stateDir) => measure(seconds, stateDir)),
};
