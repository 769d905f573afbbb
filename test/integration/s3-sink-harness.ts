/**
 * What the tests of the S3 sink share: a broker, an S3 server behind a relay, a Kafka Connect worker that can be killed,
 * numbered records, and the proof that each is stored exactly once in objects that never change.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs';
import { connectorConfig } from '../../lib/sink/connector-config';
import { ensureParts } from '../../tools/local-run/install';
import { startKafka, type RunningKafka } from '../../tools/local-run/parts/kafka';
import { startKafkaConnect, type RunningKafkaConnect } from '../../tools/local-run/parts/kafka-connect';
import { startMiniStack, type RunningMiniStack } from '../../tools/local-run/parts/ministack';
import { startRelay, type Relay } from './s3-sink-relay';
import { makeTopics } from './support/make-topics';

/** Installing parts on a machine that has none takes minutes. */
export const SETUP_TIMEOUT_MS = 600_000;
/** A bound, not an expectation: on a busy machine a worker alone takes half a minute to come back. */
export const TEST_TIMEOUT_MS = 900_000;
const CREDENTIALS = { accessKeyId: 's3-sink-test', secretAccessKey: 'unused' };

/** An object's content, by key. */
export type Snapshot = ReadonlyMap<
  string,
  { readonly etag: string; readonly hash: string; readonly text: string }
>;

/** A numbered record as it is in a line. */
export interface Numbered {
  readonly partition: number;
  readonly offset: number;
}

/** Polls until the check gives a value. @throws Error with the last thing known when the time is over. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined>, timeoutMs = 240_000) {
  const deadline = Date.now() + timeoutMs;
  let last = 'no response yet';
  while (Date.now() < deadline) {
    try {
      const value = await check();
      if (value !== undefined) return value;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(150);
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s (${last}).`);
}

/** The parts of one test file. */
export class SinkHarness {
  private readonly workers = new Map<string, RunningKafkaConnect>();
  private readonly connectors = new Set<string>();
  private readonly ports = new Map<string, number>();
  private readonly next = new Map<string, number>();

  private constructor(
    readonly stateDir: string,
    readonly kafka: RunningKafka,
    readonly ministack: RunningMiniStack,
    readonly relay: Relay,
    readonly s3: S3Client,
    readonly client: Kafka,
    readonly admin: Admin,
    readonly producer: Producer,
  ) {}

  /** Starts broker, S3 server, relay and one worker, `a`. */
  static async start(): Promise<SinkHarness> {
    await ensureParts(undefined, { only: ['kafka', 'python', 's3-sink-connector'] });
    const stateDir = mkdtempSync(path.join(tmpdir(), 's3-sink-'));
    const kafka = await startKafka({ stateDir });
    const ministack = await startMiniStack({ stateDir });
    const relay = await startRelay(ministack.url);
    const s3 = new S3Client({
      endpoint: ministack.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: CREDENTIALS,
    });
    const client = new Kafka({ brokers: [kafka.bootstrapServers], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    const producer = client.producer({ maxInFlightRequests: 1, idempotent: true, metadataMaxAge: 500 });
    await admin.connect();
    await producer.connect();
    const harness = new SinkHarness(stateDir, kafka, ministack, relay, s3, client, admin, producer);
    await harness.startWorker('a');
    return harness;
  }

  /** Stops everything and removes its data. */
  async stop(): Promise<void> {
    await this.producer.disconnect();
    await this.admin.disconnect();
    for (const worker of this.workers.values()) await worker.stop();
    await this.relay.close();
    await this.ministack.stop();
    await this.kafka.stop();
    this.s3.destroy();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** Starts a worker of the same group under a name, after a stop on the same port. */
  async startWorker(name: string): Promise<RunningKafkaConnect> {
    const port = this.ports.get(name);
    const worker = await startKafkaConnect({
      stateDir: path.join(this.stateDir, name),
      bootstrapServers: this.kafka.bootstrapServers,
      preferredPorts: port === undefined ? undefined : { connect: port },
      env: {
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    });
    this.ports.set(name, worker.ports.connect);
    this.workers.set(name, worker);
    return worker;
  }

  /** A worker, to be killed. */
  worker(name = 'a'): RunningKafkaConnect {
    const worker = this.workers.get(name);
    if (worker === undefined) throw new Error(`There is no worker ${name}.`);
    return worker;
  }

  /** Kills a worker with SIGKILL and waits until it is gone. */
  async killWorker(name = 'a'): Promise<void> {
    this.worker(name).kill('SIGKILL');
    await this.worker(name).exited;
    this.workers.delete(name);
  }

  /** Stops a worker in order. */
  async stopWorker(name = 'a'): Promise<void> {
    await this.worker(name).stop();
    this.workers.delete(name);
  }

  /** Brings about what every test begins with, whatever became of the one before: worker `a` alone, no connector. */
  async reset(): Promise<void> {
    this.relay.away = false;
    for (const [name, worker] of [...this.workers]) {
      worker.kill('SIGCONT'); // A test that failed may have left it frozen.
      const alive = await Promise.race([worker.exited.then(() => false), sleep(1, true)]);
      if (name === 'a' && alive) continue;
      await this.stopWorker(name);
    }
    if (!this.workers.has('a')) await this.startWorker('a');
    for (const name of this.connectors) await this.remove(name);
  }

  /** Makes a bucket and a topic of the same name. */
  async create(topic: string, partitions: number): Promise<void> {
    await this.s3.send(new CreateBucketCommand({ Bucket: topic }));
    await makeTopics(this.admin, { topic, numPartitions: partitions });
  }

  /** Makes or changes a connector of the topic's name and waits until its tasks run. */
  async configure(topic: string, overrides: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.putConfig(topic, overrides);
    await this.running(topic, Number(overrides['tasks.max'] ?? 1));
  }

  /** Makes or changes a connector of the topic's name. */
  async putConfig(topic: string, overrides: Readonly<Record<string, string>> = {}): Promise<void> {
    const settings = connectorConfig({
      userId: 'unused',
      bucketName: topic,
      region: 'us-east-1',
      s3Endpoint: this.relay.url,
      replicationFactor: 1,
      sink: {
        tasksMax: 1,
        flushRecords: 100,
        flushBytes: 1_000_000,
        flushIntervalMs: 1_000,
      },
    });
    const config: Record<string, string> = {
      ...settings,
      topics: topic,
      'errors.deadletterqueue.topic.name': `${topic}-dead-letters`,
      'retry.backoff.ms': '200',
      'consumer.override.metadata.max.age.ms': '1000',
      ...overrides,
    };
    await this.put(topic, config);
  }

  /** Makes or changes the connector of a name. */
  async put(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    this.connectors.add(name);
    await eventually(`connector ${name} configured`, async () => {
      const response = await fetch(`${this.anyUrl()}/connectors/${name}/config`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(config),
        signal: AbortSignal.timeout(30_000),
      });
      if (!response.ok) throw new Error(await response.text());
      return true;
    });
  }

  /** Waits until a connector has so many running tasks. */
  async running(topic: string, tasks: number): Promise<void> {
    await eventually(`connector ${topic} running`, async () => {
      const states = await this.taskStates(topic);
      if (states.length === tasks && states.every(({ state }) => state === 'RUNNING')) return true;
      throw new Error(JSON.stringify(states));
    });
  }

  /** The tasks' states, with the stack trace of those that failed. */
  async taskStates(topic: string): Promise<readonly { state: string; trace?: string }[]> {
    const response = await fetch(`${this.anyUrl()}/connectors/${topic}/status`, {
      signal: AbortSignal.timeout(10_000),
    });
    const status = (await response.json()) as { tasks?: { state: string; trace?: string }[] };
    return status.tasks ?? [];
  }

  /** Removes a connector, so that it takes no part in later tests. */
  async remove(topic: string): Promise<void> {
    await eventually(`connector ${topic} removed`, async () => {
      const response = await fetch(`${this.anyUrl()}/connectors/${topic}`, {
        method: 'DELETE',
        signal: AbortSignal.timeout(30_000),
      });
      if (response.ok || response.status === 404) return true;
      throw new Error(await response.text());
    });
    this.connectors.delete(topic);
  }

  private anyUrl(): string {
    const [worker] = this.workers.values();
    if (worker === undefined) throw new Error('No worker runs.');
    return worker.url;
  }

  /** Sends records to a partition, each carrying its own offset. */
  async send(topic: string, partition: number, count: number): Promise<void> {
    await this.sendValues(topic, partition, count, (offset) =>
      Buffer.from(JSON.stringify({ partition, offset, text: 'é'.repeat(offset % 50) })),
    );
  }

  /** Sends values made from the offset that each will have, and checks that it has it. */
  async sendValues(
    topic: string,
    partition: number,
    count: number,
    value: (offset: number) => Buffer | null,
  ): Promise<void> {
    const id = `${topic}-${partition}`;
    const first = this.next.get(id) ?? 0;
    const messages = Array.from({ length: count }, (_, i) => ({ partition, value: value(first + i) }));
    const [result] = await this.producer.send({ topic, messages });
    if (result?.baseOffset !== String(first)) {
      throw new Error(
        `${topic}-${partition}: the batch begins at ${result?.baseOffset ?? '?'}, expected ${first}.`,
      );
    }
    this.next.set(id, first + count);
  }

  /** Sends small batches to all partitions for a while. Resolves when `until` does, at the latest after 600 s. */
  async flow(topic: string, partitions: number, until: Promise<unknown>): Promise<void> {
    const state = { over: false };
    const ended = until.finally(() => (state.over = true));
    const deadline = Date.now() + 600_000;
    while (!state.over && Date.now() < deadline) {
      for (let partition = 0; partition < partitions; partition += 1) await this.send(topic, partition, 17);
      await sleep(20);
    }
    await ended;
  }

  /** All objects of a topic. */
  async snapshot(topic: string): Promise<Snapshot> {
    const objects = new Map<string, { etag: string; hash: string; text: string }>();
    for await (const page of paginateListObjectsV2({ client: this.s3 }, { Bucket: topic })) {
      for (const { Key } of page.Contents ?? []) {
        const object = await this.s3.send(new GetObjectCommand({ Bucket: topic, Key }));
        const bytes = await object.Body?.transformToByteArray();
        if (Key === undefined || bytes === undefined) throw new Error('An object without key or body.');
        objects.set(Key, {
          etag: object.ETag ?? '',
          hash: createHash('sha256').update(bytes).digest('hex'),
          text: Buffer.from(bytes).toString('utf8'),
        });
      }
    }
    return objects;
  }

  /** Every line of a topic, in the order of the keys. */
  lines(snapshot: Snapshot): readonly string[] {
    return [...snapshot.keys()].sort().flatMap((key) => {
      const text = snapshot.get(key)?.text ?? '';
      expect(text.endsWith('\n')).toBe(true);
      return text.slice(0, -1).split('\n');
    });
  }

  /**
   * Waits until all that was sent is stored, then checks that each offset is in exactly one line of exactly one object,
   * in order, at the place that the object's name says.
   */
  async assertStoredOnce(
    topic: string,
    partitions: number,
    before: readonly Snapshot[] = [],
  ): Promise<Snapshot> {
    const expected = Array.from({ length: partitions }, (_, p) => this.next.get(`${topic}-${p}`) ?? 0);
    const total = expected.reduce((sum, count) => sum + count, 0);
    let found = 0;
    const after = await eventually(`${total} records of ${topic} stored`, async () => {
      const states = await this.taskStates(topic);
      const failed = states.find(({ state }) => state === 'FAILED');
      if (failed !== undefined) throw new Error(failed.trace);
      const snapshot = await this.snapshot(topic);
      found = this.lines(snapshot).length;
      if (found >= total) return snapshot;
      throw new Error(`${found} of ${total} lines`);
    });
    const seen = expected.map((): number[] => []);
    for (const key of [...after.keys()].sort()) {
      const match = /^topics\/(.+)\/partition=(\d+)\/\1\+\2\+(\d{20})\.json$/.exec(key);
      expect(match?.[1]).toBe(topic);
      const lines = (after.get(key)?.text ?? '').trimEnd().split('\n');
      lines.forEach((line, number) => {
        const { partition, offset } = JSON.parse(line) as Numbered;
        expect([partition, offset]).toEqual([Number(match?.[2]), Number(match?.[3]) + number]);
        seen[partition]?.push(offset);
      });
    }
    expect(seen).toEqual(expected.map((count) => Array.from({ length: count }, (_, i) => i)));
    for (const earlier of before) assertUnchanged(earlier, after);
    return after;
  }
}

/** Checks that every object that was there is there still, with the same bytes. */
export function assertUnchanged(before: Snapshot, after: Snapshot): void {
  for (const [key, { etag, hash }] of before) {
    expect([key, after.get(key)?.etag, after.get(key)?.hash]).toEqual([key, etag, hash]);
  }
}
