/**
 * What the tests of the REST proxy share: a broker and a proxy that can be killed, requests, and what a topic holds.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { createKafka } from '../../services/kafka-client';
import { withAdmin } from '../../services/kafka-client/admin';
import { ensureParts } from '../../tools/local-run/install';
import { startKafka, type RunningKafka } from '../../tools/local-run/parts/kafka';
import { makeTopics } from './support/make-topics';
import { sharedParts } from './support/shared-parts';

/** Installing parts on a machine that has none takes minutes. */
export const SETUP_TIMEOUT_MS = 600_000;
/** A bound, not an expectation: on a busy machine a broker alone takes half a minute to come back. */
export const TEST_TIMEOUT_MS = 420_000;
export const PRODUCE_TYPE = 'application/vnd.kafka.json.v2+json';

/** A record as it is in a topic. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** A response of the proxy. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One result of a produce response. */
export interface ProduceResult {
  readonly partition: number | null;
  readonly offset: number | null;
  readonly error_code: number | null;
  readonly error: string | null;
}

/** A proxy as a process of its own, run from its bundle. */
export interface ProxyProcess {
  readonly url: string;
  /** Metrics and health. */
  readonly adminUrl: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** What it printed so far. */
  output(): string;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** A broker, and the proxies that a test file started before it. */
export class KafkaHarness {
  private readonly proxies: ProxyProcess[] = [];

  constructor(readonly bootstrapServers: string) {}

  /** The broker that all files share. */
  static shared(): KafkaHarness {
    return new KafkaHarness(sharedParts().kafka.bootstrapServers);
  }

  /** Starts a proxy on free ports, for every topic unless told; it need not reach the broker. */
  async startProxy(...args: string[]): Promise<ProxyProcess> {
    const defaults = ['--bootstrap-servers', this.bootstrapServers, '--port', '0', '--admin-port', '0'];
    const proxy = await startProxy([...defaults, '--topics', '*', ...args]);
    this.proxies.push(proxy);
    return proxy;
  }

  /** A client that has not connected yet. */
  client(): Kafka {
    return createKafka({ bootstrapServers: this.bootstrapServers.split(','), clientId: 'test' });
  }

  admin<T>(use: (admin: Admin) => Promise<T>): Promise<T> {
    return withAdmin(this.client(), use, { patienceMs: 0 });
  }

  async createTopic(topic: string, numPartitions = 3, config: Record<string, string> = {}): Promise<string> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.admin((admin) => makeTopics(admin, { topic, numPartitions, configEntries }));
    return topic;
  }

  /** Deletes a topic, and waits until the broker knows it: it hears of it a moment after the controller. */
  async deleteTopic(topic: string): Promise<void> {
    await this.admin(async (admin) => {
      await admin.deleteTopics({ topics: [topic] });
      while ((await admin.listTopics()).includes(topic)) await sleep(50);
    });
  }

  /** Gives a topic more partitions, and waits until the broker knows them. */
  async raiseTopic(topic: string, count: number): Promise<void> {
    await this.admin(async (admin) => {
      await admin.createPartitions({ topicPartitions: [{ topic, count }] });
      const known = async (): Promise<number> =>
        (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length ?? 0;
      while ((await known()) < count) await sleep(50);
    });
  }

  /** Everything a topic holds, by partition and offset. */
  async read(topic: string): Promise<StoredRecord[]> {
    for (let attempt = 1; ; attempt += 1)
      try {
        return await this.readOnce(topic);
      } catch (error) {
        // A broker that has just started may not know its group coordinator yet.
        if (attempt === 10) throw error;
        await sleep(1000);
      }
  }

  private async readOnce(topic: string): Promise<StoredRecord[]> {
    const ends = await this.admin((admin) => admin.fetchTopicOffsets(topic));
    const left = ends.filter(({ low, high }) => low !== high).map(({ partition }) => partition);
    const records: StoredRecord[] = [];
    if (left.length === 0) return records;
    const consumer = this.client().consumer({ groupId: `test-${Math.random()}` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      const unread = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
      for (const [partition] of unread) if (!left.includes(partition)) unread.delete(partition);
      await new Promise<void>((resolve, reject) => {
        consumer.on('consumer.crash', ({ payload }) => {
          // The coordinator may still be loading.
          if (!payload.restart) reject(payload.error);
        });
        void consumer.run({
          autoCommit: false,
          eachMessage: ({ partition, message }) => {
            const offset = Number(message.offset);
            records.push({
              partition,
              offset,
              key: message.key?.toString() ?? null,
              value: message.value?.toString() ?? null,
            });
            if (offset + 1 >= (unread.get(partition) ?? 0)) unread.delete(partition);
            if (unread.size === 0) resolve();
            return Promise.resolve();
          },
        });
      });
    } finally {
      await consumer.disconnect();
    }
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  async stop(): Promise<void> {
    for (const proxy of this.proxies) if (proxy.process.exitCode === null) await proxy.end('SIGKILL');
  }
}

/** A broker of a test file's own, which it may kill, and its state folder. */
export class OwnKafkaHarness extends KafkaHarness {
  private constructor(
    readonly stateDir: string,
    public kafka: RunningKafka,
  ) {
    super(kafka.bootstrapServers);
  }

  static async start(): Promise<OwnKafkaHarness> {
    await ensureParts(undefined, { only: ['kafka', 'rest-proxy'] });
    const stateDir = mkdtempSync(path.join(tmpdir(), 'rest-proxy-test-'));
    return new OwnKafkaHarness(stateDir, await startKafka({ stateDir }));
  }

  /** Kills the broker with SIGKILL. */
  async killBroker(): Promise<void> {
    this.kafka.kill('SIGKILL');
    await this.kafka.exited;
  }

  /** Starts the broker again, on its ports and data. */
  async restartBroker(): Promise<void> {
    this.kafka = await startKafka({ stateDir: this.stateDir, ports: this.kafka.ports });
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.kafka.stop();
    rmSync(this.stateDir, { recursive: true, force: true });
  }
}

/** Clients that post to a topic, each one request after the other, and remember where their records were stored. */
export class SteadyClients {
  private readonly acknowledged = new Map<string, string>();
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private readonly all: Promise<unknown>;
  private done = false;

  constructor(private readonly url: string) {
    this.all = Promise.all(Array.from({ length: 16 }, (_, client) => this.run(client)));
  }

  private async run(client: number): Promise<void> {
    for (let i = 0; !this.done; i += 1) {
      const values = [0, 1, 2].map((n) => `"${client}/${i}/${n}"`);
      const body = `{"records":[${values.map((value) => `{"key":${client},"value":${value}}`).join(',')}]}`;
      // Nothing is sent twice by this client: whatever is in the topic twice is the proxy's doing.
      const reply = await send(this.url, body, { agent: this.agent });
      if (reply.status !== 200) continue;
      resultsOf(reply).forEach(({ partition, offset, error_code }, n) => {
        if (error_code === null) this.acknowledged.set(values[n] ?? '', `${partition ?? -1}/${offset ?? -1}`);
      });
    }
  }

  /** Waits until some more of every client's posts are through. */
  async goesOn(): Promise<void> {
    const wanted = this.acknowledged.size + 3 * 2 * 16;
    const deadline = Date.now() + 90_000;
    while (this.acknowledged.size < wanted) {
      await Promise.race([this.all, sleep(50)]);
      if (Date.now() > deadline)
        throw new Error(`${this.acknowledged.size} of ${wanted} values were stored.`);
    }
  }

  /** Waits for the last responses. */
  async stop(): Promise<void> {
    this.done = true;
    await this.all;
    this.agent.destroy();
  }

  /** The acknowledged values that are not in the topic at their offset, and the values that are there more than once. */
  faults(stored: readonly StoredRecord[]): { lost: string[]; doubled: string[] } {
    const places = new Map<string, string[]>();
    for (const { value, partition, offset } of stored) {
      const known = places.get(value ?? 'null') ?? [];
      places.set(value ?? 'null', [...known, `${partition}/${offset}`]);
    }
    return {
      lost: [...this.acknowledged].flatMap(([value, place]) =>
        places.get(value)?.includes(place) === true ? [] : [`${value} at ${place}`],
      ),
      doubled: [...places].flatMap(([value, at]) => (at.length > 1 ? [`${value} at ${at.join()}`] : [])),
    };
  }
}

/** Runs the proxy's bundle and waits until it listens. @throws Error when it ends before. */
export async function startProxy(args: readonly string[]): Promise<ProxyProcess> {
  const { restProxyBundle } = await ensureParts(undefined, { only: ['rest-proxy'] });
  const child = spawn(process.execPath, [restProxyBundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = once(child, 'exit');
  const listening = async (): Promise<{ url: string; adminUrl: string }> => {
    for (;;) {
      const line = /^.*"message":"listening".*$/m.exec(output)?.[0];
      // Of several workers the process that runs them has the metrics.
      const adminUrl = /"adminUrl":"([^"]+)"/.exec(output)?.[1];
      if (line !== undefined && adminUrl !== undefined)
        return { url: (JSON.parse(line) as { url: string }).url, adminUrl };
      if (child.exitCode !== null) throw new Error(`The proxy ended with ${child.exitCode}: ${output}`);
      await sleep(20);
    }
  };
  const { url, adminUrl } = await listening();
  return {
    url,
    adminUrl,
    port: Number(new URL(url).port),
    process: child,
    output: () => output,
    end: async (signal) => {
      child.kill(signal);
      await exit;
      return child.exitCode;
    },
  };
}

/** Sends a request. Rejects when the connection fails. */
export function send(
  url: string,
  body?: string | Buffer,
  options: {
    method?: string;
    headers?: Record<string, string | number>;
    agent?: Agent;
    timeoutMs?: number;
  } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(body === undefined
        ? {}
        : { 'content-type': PRODUCE_TYPE, 'content-length': Buffer.byteLength(body) }),
      ...options.headers,
    };
    const method = options.method ?? (body === undefined ? 'GET' : 'POST');
    const signal = AbortSignal.timeout(options.timeoutMs ?? 60_000);
    const sending = request(url, { method, headers, agent: options.agent, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** Sends a request again and again until the response is 200. @throws Error with the last response after a minute. */
export async function sendUntilTaken(url: string, body: (attempt: number) => string): Promise<Reply> {
  for (let [attempt, deadline] = [0, Date.now() + 60_000]; ; attempt += 1) {
    const reply = await send(url, body(attempt));
    if (reply.status === 200) return reply;
    if (Date.now() > deadline) throw new Error(`Still returned ${reply.status}: ${reply.text}`);
  }
}

/** The results of a produce response. @throws Error when it was another. */
export function resultsOf(reply: Reply): ProduceResult[] {
  if (reply.status !== 200) throw new Error(`Returned ${reply.status}: ${reply.text}`);
  return (JSON.parse(reply.text) as { offsets: ProduceResult[] }).offsets;
}
