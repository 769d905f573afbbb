/**
 * The REST proxy between a load tool on loopback and a real Kafka broker, all on this machine; after each load the bare
 * client sends the same records. The broker runs with Java's whole compiler, as a deployed one does.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { REST_PROXY_BUNDLE } from '../../lib/packaging/rest-proxy-bundle';
import { createKafka } from '../../services/kafka-client';
import { ensureParts } from '../local-run/install';
import { startKafka } from '../local-run/parts/kafka';
import { startRestProxy } from '../local-run/parts/rest-proxy';
import { runCommand } from '../processes/run-command';
import type { Benchmark, BenchmarkOptions, Figure } from './benchmark';
import { forgetPeak, peakMemoryMiB, processorMicroseconds } from './process-usage';
import type { BareOptions, BareResult } from './rest-proxy-bare';
import { drive, quantile, type Driven, type Shape } from './rest-proxy-load';
import { progress, withScratchFolder } from './support';

/** Of a feed, so that the proxy looks for row numbers. */
const TOPIC = 'bench.pin';
const WARM_UP_SECONDS = 1;
/** Karapace 6 took 15 ms of processor time for a request of 200 kB on this machine. */
const AIMS: Readonly<Record<string, string>> = {
  '1 record, 64 connections: rate': '> 8000',
  '1 record, 64 connections, half load: p99': '< 25',
  '1 record, 256 connections: memory': '< 250',
  '100 records, 8 connections: rate': '> 80000',
  '1 record of 200 kB, 8 connections: volume': '> 120',
  '1 record of 200 kB, 8 connections: processor time': '< 5000',
};
const CLIENT_AIM = '< 1.5';

const one = (connections: number): Shape => ({
  name: `1 record, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
  connections,
  records: 1,
  valueBytes: 500,
});
const HALF_LOADED = one(64);
const SHAPES: readonly Shape[] = [
  one(1),
  one(16),
  HALF_LOADED,
  one(256),
  { name: '100 records, 8 connections', connections: 8, records: 100, valueBytes: 500 },
  { name: '1 record of 200 kB, 8 connections', connections: 8, records: 1, valueBytes: 200_000 },
];

/** A proxy that is measured; without a process id its processor time and memory are not. */
interface Target {
  readonly url: string;
  readonly pid: number | undefined;
}

/** What a load came to, with what it took of the processor a record. */
interface Measured {
  readonly driven: Driven;
  readonly rate: number;
  readonly proxyMicroseconds: number;
  readonly brokerMicroseconds: number;
  readonly ownMicroseconds: number;
  readonly memoryMiB: number;
}

async function measureLoad(
  { url, pid }: Target,
  shape: Shape,
  seconds: number,
  broker: number | undefined,
  perSecond?: number,
): Promise<Measured> {
  const target = new URL(`${url}/topics/${TOPIC}`);
  const { nextNumber } = await drive(target, shape, { seconds: WARM_UP_SECONDS, perSecond });
  if (pid !== undefined) forgetPeak(pid);
  const used = (of: number | undefined): number => (of === undefined ? NaN : processorMicroseconds(of));
  const [proxyBefore, brokerBefore] = [used(pid), used(broker)];
  const driven = await drive(target, shape, { seconds, perSecond, firstNumber: nextNumber });
  const records = driven.requests * shape.records;
  return {
    driven,
    rate: records / driven.seconds,
    proxyMicroseconds: (used(pid) - proxyBefore) / records,
    brokerMicroseconds: (used(broker) - brokerBefore) / records,
    ownMicroseconds: driven.ownMicroseconds / records,
    memoryMiB: pid === undefined ? NaN : peakMemoryMiB(pid),
  };
}

function figuresOf(name: string, measured: Measured, { valueBytes }: Shape): Figure[] {
  const { driven, rate } = measured;
  const figure = (what: string, value: number, unit: string): Figure => ({
    name: `${name}: ${what}`,
    value,
    unit,
    aim: AIMS[`${name}: ${what}`],
  });
  return [
    figure('rate', rate, 'records/s'),
    figure('volume', (rate * valueBytes) / 1e6, 'MB/s'),
    figure('p50', quantile(driven, 0.5), 'ms'),
    figure('p99', quantile(driven, 0.99), 'ms'),
    figure('p99.9', quantile(driven, 0.999), 'ms'),
    figure('processor time', measured.proxyMicroseconds, 'µs a record'),
    figure('of the broker', measured.brokerMicroseconds, 'µs a record'),
    figure('of the load tool', measured.ownMicroseconds, 'µs a record'),
    figure('memory', measured.memoryMiB, 'MiB'),
  ].filter(({ value }) => !Number.isNaN(value));
}

/** The bare client's bundle, made as the proxy's is. */
async function bundleBareClient(folder: string): Promise<string> {
  const outfile = join(folder, 'bare.js');
  await build({ ...REST_PROXY_BUNDLE, entryPoints: [join(__dirname, 'rest-proxy-bare.ts')], outfile });
  return outfile;
}

async function measureBare(bundle: string, options: BareOptions): Promise<BareResult> {
  return JSON.parse(await runCommand(process.execPath, [bundle, JSON.stringify(options)])) as BareResult;
}

/** The proxy's loads, each with the bare client's. */
async function againstBareClient(
  target: Target,
  seconds: number,
  bootstrapServers: string,
  broker: number | undefined,
  folder: string,
): Promise<Figure[]> {
  const bundle = await bundleBareClient(folder);
  const figures: Figure[] = [];
  for (const shape of SHAPES) {
    progress(shape.name);
    const measured = await measureLoad(target, shape, seconds, broker);
    const bare = await measureBare(bundle, {
      ...{ bootstrapServers, topic: TOPIC, shape },
      ...{ seconds: seconds / 2, warmUpSeconds: WARM_UP_SECONDS },
    });
    figures.push(
      ...figuresOf(shape.name, measured, shape),
      { name: `${shape.name}: bare client, rate`, value: bare.recordsPerSecond, unit: 'records/s' },
      {
        name: `${shape.name}: bare client, processor time`,
        value: bare.microsecondsPerRecord,
        unit: 'µs a record',
      },
      {
        name: `${shape.name}: processor time against the bare client`,
        value: measured.proxyMicroseconds / bare.microsecondsPerRecord,
        unit: 'times',
        aim: CLIENT_AIM,
        better: 'lower',
      },
      {
        name: `${shape.name}: rate against the bare client`,
        value: measured.rate / bare.recordsPerSecond,
        unit: 'times',
        better: 'higher',
      },
    );
    if (shape === HALF_LOADED) {
      const half = await measureLoad(target, shape, seconds, broker, measured.rate / shape.records / 2);
      figures.push(...figuresOf(`${shape.name}, half load`, half, shape));
    }
  }
  return figures;
}

/** The loads on this proxy and on another one, which is running. */
async function againstOther(ours: Target, other: Target, seconds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const shape of SHAPES) {
    progress(shape.name);
    const mine = await measureLoad(ours, shape, seconds, undefined);
    const theirs = await measureLoad(other, shape, seconds, undefined);
    figures.push(
      ...figuresOf(shape.name, mine, shape),
      ...figuresOf(`${shape.name}, the other`, theirs, shape),
      { name: `${shape.name}: rate against the other`, value: mine.rate / theirs.rate, unit: 'times' },
    );
    if (other.pid !== undefined)
      figures.push({
        name: `${shape.name}: processor time against the other`,
        value: mine.proxyMicroseconds / theirs.proxyMicroseconds,
        unit: 'times',
      });
  }
  return figures;
}

/** Creates the benchmark's topic, unless it exists. */
export async function createTopic(bootstrapServers: string, topic = TOPIC): Promise<void> {
  const admin = createKafka({ bootstrapServers: [bootstrapServers], clientId: 'bench' }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
  } finally {
    await admin.disconnect();
  }
}

async function measure(seconds: number, stateDir: string, options: BenchmarkOptions): Promise<Figure[]> {
  await ensureParts(progress, { only: ['kafka', 'rest-proxy'] });
  const kafka =
    options.bootstrapServers === undefined ? await startKafka({ stateDir, fullCompiler: true }) : undefined;
  try {
    const bootstrapServers = kafka?.bootstrapServers ?? options.bootstrapServers ?? '';
    await createTopic(bootstrapServers);
    const args = options.proxyArgs === undefined ? [] : options.proxyArgs.split(' ');
    const proxy = await startRestProxy({ stateDir, bootstrapServers, args });
    try {
      const { against, againstPid } = options;
      if (against !== undefined)
        return await againstOther(proxy, { url: against.replace(/\/$/, ''), pid: againstPid }, seconds);
      return await againstBareClient(proxy, seconds, bootstrapServers, kafka?.pid, stateDir);
    } finally {
      await proxy.stop();
    }
  } finally {
    await kafka?.stop();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description:
    'The REST proxy with records of 0.5 kB or 200 kB, acknowledged by a real broker; load tool, proxy and broker on this machine',
  unit: 'seconds a load',
  sizes: [5],
  run: (seconds, options) =>
    withScratchFolder('rest-proxy', (stateDir) => measure(seconds, stateDir, options)),
};
