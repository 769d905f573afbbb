/**
 * The REST proxy at half load for some minutes: its memory must stay, and no request may fail. Then broker and proxy are
 * killed, and the broker is frozen, at a quarter of the load: what was acknowledged must be there, and nothing twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka } from '../../services/kafka-client';
import { withAdmin } from '../../services/kafka-client/admin';
import { readRanges } from '../../services/kafka-client/read-ranges';
import { ensureParts } from '../local-run/install';
import { startKafka, type RunningKafka } from '../local-run/parts/kafka';
import { startRestProxy, type RunningRestProxy } from '../local-run/parts/rest-proxy';
import type { Benchmark, Figure } from './benchmark';
import { currentMemoryMiB } from './process-usage';
import { createTopic } from './rest-proxy';
import { drive, numberOf, quantile, type Drive, type Shape } from './rest-proxy-load';
import { median, progress, withScratchFolder } from './support';

const TOPIC = 'soak.pin';
const SHAPE: Shape = { name: 'soak', connections: 64, records: 1, valueBytes: 500 };
const FULL_SECONDS = 5;
const DISTURBED_SECONDS = 45;
const MOST_RECORDS = 50_000_000;
const SAMPLE_MS = 5000;
const FREEZE_MS = 4000;
const READ_MS = 600_000;

/** Counts what was acknowledged, and what the topic holds. */
class Ledger {
  private readonly acknowledged = new Uint8Array(MOST_RECORDS);
  private readonly stored = new Uint8Array(MOST_RECORDS);
  next = 0;

  /** Drives a load whose records' numbers go on from the last one's. */
  async drive(target: URL, options: Drive): Promise<Awaited<ReturnType<typeof drive>>> {
    const driven = await drive(target, SHAPE, {
      ...options,
      firstNumber: this.next,
      onAcknowledged: (first) => {
        this.acknowledged[first] = 1;
      },
    });
    this.next = driven.nextNumber;
    return driven;
  }

  async read(bootstrapServers: string): Promise<{ acknowledged: number; lost: number; doubled: number }> {
    const kafka = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'soak' });
    const ends = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(TOPIC));
    const ranges = ends.map(({ partition, low, high }) => ({
      ...{ partition, next: Number(low), end: Number(high) },
    }));
    await readRanges(
      kafka,
      { topic: TOPIC, ranges, groupPrefix: 'soak-', deadline: Date.now() + READ_MS },
      ({ value }) => {
        const number = numberOf(value ?? Buffer.alloc(0));
        this.stored[number] = Math.min(255, (this.stored[number] ?? 0) + 1);
      },
    );
    let [acknowledged, lost, doubled] = [0, 0, 0];
    for (let number = 0; number < this.next; number += 1) {
      const times = this.stored[number] ?? 0;
      if (times > 1) doubled += 1;
      if (this.acknowledged[number] !== 1) continue;
      acknowledged += 1;
      if (times === 0) lost += 1;
    }
    return { acknowledged, lost, doubled };
  }
}

async function measure(seconds: number, stateDir: string): Promise<Figure[]> {
  await ensureParts(progress, { only: ['kafka', 'rest-proxy'] });
  let kafka: RunningKafka = await startKafka({ stateDir, fullCompiler: true });
  let proxy: RunningRestProxy | undefined;
  try {
    const { bootstrapServers } = kafka;
    await createTopic(bootstrapServers, TOPIC);
    proxy = await startRestProxy({ stateDir, bootstrapServers });
    const { ports, url } = proxy;
    const target = new URL(`${url}/topics/${TOPIC}`);
    const ledger = new Ledger();
    const full = await ledger.drive(target, { seconds: FULL_SECONDS });
    const half = full.requests / full.seconds / 2;

    const memory: number[] = [];
    const { pid } = proxy;
    const sampling = setInterval(() => memory.push(currentMemoryMiB(pid)), SAMPLE_MS);
    progress(`${Math.round(half)} requests a second for ${seconds} s`);
    let steady;
    try {
      steady = await ledger.drive(target, { seconds, perSecond: half });
    } finally {
      clearInterval(sampling);
    }
    // From the second quarter on: a process that has just started grows.
    const quarter = Math.floor(memory.length / 4);
    const early = median(memory.slice(quarter, 2 * quarter));
    const late = median(memory.slice(-quarter));

    progress('the broker is killed, the proxy is killed, the broker is frozen');
    let refused = 0;
    const disturbed = ledger.drive(target, {
      ...{ seconds: DISTURBED_SECONDS, perSecond: half / 2 },
      onFailure: () => {
        refused += 1;
      },
    });
    await sleep(3000);
    kafka.kill('SIGKILL');
    await kafka.exited;
    kafka = await startKafka({ stateDir, ports: kafka.ports, fullCompiler: true });
    await sleep(3000);
    proxy.kill('SIGKILL');
    await proxy.exited;
    proxy = await startRestProxy({ stateDir, bootstrapServers, ports });
    await sleep(3000);
    kafka.kill('SIGSTOP');
    await sleep(FREEZE_MS);
    kafka.kill('SIGCONT');
    const { requests } = await disturbed;
    // Requests of the dead proxy may still be at the broker.
    await sleep(3000);
    const { acknowledged, lost, doubled } = await ledger.read(bootstrapServers);
    const figures: Figure[] = [
      { name: 'half load: rate', value: steady.requests / steady.seconds, unit: 'records/s' },
      { name: 'half load: p99', value: quantile(steady, 0.99), unit: 'ms' },
      { name: 'half load: p99.9', value: quantile(steady, 0.999), unit: 'ms' },
      { name: 'half load: memory in the second quarter', value: early, unit: 'MiB' },
      { name: 'half load: memory in the last quarter', value: late, unit: 'MiB' },
      {
        name: 'half load: memory, last against second quarter',
        value: late / early,
        unit: 'times',
        aim: '< 1.1',
      },
      { name: 'under faults: acknowledged', value: requests, unit: 'records' },
      { name: 'under faults: refused or cut off', value: refused, unit: 'requests' },
      { name: 'acknowledged', value: acknowledged, unit: 'records' },
      { name: 'lost', value: lost, unit: 'records', aim: '0' },
      { name: 'doubled', value: doubled, unit: 'records', aim: '0' },
    ];
    if (lost > 0 || doubled > 0) throw new Error(`Lost or doubled: ${JSON.stringify(figures)}`);
    return figures;
  } finally {
    await proxy?.stop();
    await kafka.stop();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description:
    'The REST proxy at half of its rate with 64 connections, no request failing; then with broker and proxy killed and the broker frozen',
  unit: 'seconds at half load',
  sizes: [600],
  run: (seconds) => withScratchFolder('rest-proxy-soak', (stateDir) => measure(seconds, stateDir)),
};
