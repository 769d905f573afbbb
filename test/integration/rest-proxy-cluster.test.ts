/** The REST proxy before three brokers, of which some or all go away. The tests build on each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminConnection } from '../../services/kafka-client/admin';
import { ensureParts } from '../../tools/local-run/install';
import { newClusterId, startKafka, type RunningKafka } from '../../tools/local-run/parts/kafka';
import { choosePorts } from '../../tools/local-run/ports';
import {
  KafkaHarness,
  SETUP_TIMEOUT_MS,
  SteadyClients,
  TEST_TIMEOUT_MS,
  resultsOf,
  send,
  type ProxyProcess,
} from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);

const NODES = [1, 2, 3];
/** How much later than its time-out a response may come on a busy machine; Kafka's own time-outs are far longer. */
const LATE_MS = 8_000;
const DELIVERY_MS = 30_000;
const TOPIC = 'cluster';

const folder = mkdtempSync(path.join(tmpdir(), 'rest-proxy-cluster-'));
const clusterId = newClusterId();
let ports: { readonly kafka: number; readonly controller: number }[];
const brokers = new Map<number, RunningKafka>();
let harness: KafkaHarness;
let proxy: ProxyProcess;

async function start(nodeId: number): Promise<void> {
  const controllers = ports.map(({ controller }) => controller);
  brokers.set(
    nodeId,
    await startKafka({
      stateDir: path.join(folder, String(nodeId)),
      ports: ports[nodeId - 1],
      member: { nodeId, controllers, clusterId },
    }),
  );
}

interface Partition {
  readonly partitionId: number;
  readonly leader: number;
  readonly replicas: number[];
  readonly isr: number[];
}

async function partitions(): Promise<Partition[]> {
  const { topics } = await harness.admin((admin) => admin.fetchTopicMetadata({ topics: [TOPIC] }));
  return [...(topics[0]?.partitions ?? [])].sort((a, b) => a.partitionId - b.partitionId);
}

/** Waits until all partitions are as wanted. */
async function until(wanted: (partition: Partition) => boolean): Promise<void> {
  for (;;) {
    const found = await partitions().catch(() => []);
    if (found.length > 0 && found.every(wanted)) return;
    await sleep(100);
  }
}

/** Gives every partition the replicas that it is to have. */
async function reassign(
  found: readonly Partition[],
  replicas: (partition: Partition) => number[],
): Promise<void> {
  const partitionAssignment = found.map((one) => ({ partition: one.partitionId, replicas: replicas(one) }));
  await harness.admin((admin) =>
    admin.alterPartitionReassignments({ topics: [{ topic: TOPIC, partitionAssignment }] }),
  );
}

/** Gives every partition other replicas than its leader, and waits until one of them leads. */
async function moveLeaders(): Promise<void> {
  const before = await partitions();
  await reassign(before, ({ leader }) => NODES.filter((node) => node !== leader));
  await until(({ partitionId, leader }) => leader !== before[partitionId]?.leader);
}

/** Gives every partition a replica on each broker, and waits until all are in sync. */
async function replicateToAll(): Promise<void> {
  await reassign(await partitions(), () => NODES);
  await until(({ isr }) => isr.length === NODES.length);
}

/** Asks for the topic's offsets again and again by one connection. @returns what ends it, and says how often they came. */
async function keepAsking(patienceMs: number): Promise<() => Promise<number>> {
  const connection = await AdminConnection.open(harness.client(), { patienceMs });
  const end = new AbortController();
  const asking = (async () => {
    let count = 0;
    for (; !end.signal.aborted; count += 1) await connection.ask((admin) => admin.fetchTopicOffsets(TOPIC));
    return count;
  })();
  asking.catch(() => undefined); // Whoever ends it hears of it.
  return () => {
    end.abort();
    return asking.finally(() => connection.close());
  };
}

beforeAll(async () => {
  await ensureParts(undefined, { only: ['kafka', 'rest-proxy'] });
  ports = [];
  for (const node of NODES) ports.push(await choosePorts(['kafka', 'controller'], `broker ${node}`));
  await Promise.all(NODES.map(start));
  harness = new KafkaHarness(ports.map(({ kafka }) => `127.0.0.1:${kafka}`).join(','));
  await harness.createTopic(TOPIC);
  await until(({ isr }) => isr.length === NODES.length);
  proxy = await harness.startProxy('--delivery-timeout-ms', String(DELIVERY_MS));
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await harness.stop();
  await Promise.all([...brokers.values()].map((broker) => broker.stop()));
  rmSync(folder, { recursive: true, force: true });
});

test('an unknown topic is 404 in milliseconds', async () => {
  const times: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    const began = performance.now();
    const reply = await send(`${proxy.url}/topics/missing-${index}`, '{"records":[{"value":1}]}');
    times.push(performance.now() - began);
    expect(reply).toMatchObject({ status: 404, text: expect.stringContaining('40401') as string });
  }
  // The best of them, because this is about waiting: other programs on the machine may delay some.
  expect(Math.min(...times)).toBeLessThan(100);
});

test('leaders change and all brokers are restarted: what was acknowledged is there once, and administrators always get a response', async () => {
  const clients = new SteadyClients(`${proxy.url}/topics/${TOPIC}`);
  const endAsking = await keepAsking(90_000);
  await clients.goesOn();
  await moveLeaders();
  await clients.goesOn();
  await replicateToAll();
  for (const node of NODES) {
    // The last one without a warning.
    if (node === NODES.length) {
      brokers.get(node)?.kill('SIGKILL');
      await brokers.get(node)?.exited;
    } else await brokers.get(node)?.stop();
    await clients.goesOn();
    await start(node);
    await until(({ isr }) => isr.length === NODES.length);
  }
  await clients.goesOn();
  await clients.stop();
  expect(clients.faults(await harness.read(TOPIC))).toEqual({ lost: [], doubled: [] });
  expect(await endAsking()).toBeGreaterThan(100);
});

test('too few replicas, then no broker: 503 within the time-out', async () => {
  const timeoutMs = 2000;
  const hasty = await harness.startProxy('--delivery-timeout-ms', String(timeoutMs));
  const url = `${hasty.url}/topics/${TOPIC}`;
  expect(resultsOf(await send(url, '{"records":[{"value":"x"}]}'))).toMatchObject([{ error_code: null }]);
  for (const nodes of [[1, 2], [3]]) {
    for (const node of nodes) {
      brokers.get(node)?.kill('SIGKILL');
      await brokers.get(node)?.exited;
    }
    const began = Date.now();
    const replies = await Promise.all(
      [0, 1, 2].map((n) => send(url, `{"records":[{"key":${n},"value":1}]}`)),
    );
    expect(Date.now() - began).toBeLessThan(timeoutMs + LATE_MS);
    expect(replies.map(({ status, text }) => [status, text])).toEqual(
      replies.map(() => [503, expect.stringContaining('50003') as string]),
    );
  }
});
