import { ensureTopics } from '../../lambda/topics/topics';
import { topicsResource } from '../../lambda/topics';
import { KafkaHarness, SETUP_TIMEOUT_MS, TEST_TIMEOUT_MS, send } from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);
let harness: KafkaHarness;

beforeAll(async () => {
  harness = await KafkaHarness.start();
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await harness.stop();
});

const wanted = (
  name: string,
  partitions: number,
  config: Record<string, string> = {},
  replicationFactor = 1,
) => ({
  bootstrapServers: harness.bootstrapServers,
  authentication: 'none' as const,
  topics: [{ name, partitions, replicationFactor, config }],
});
const soon = (): number => Date.now() + 20_000;

/** How many partitions a topic has, and the configurations set on it. */
async function look(topic: string): Promise<{ partitions: number; retention: string | null | undefined }> {
  const proxy = await harness.startProxy();
  const reply = await send(`${proxy.url}/topics/${topic}`);
  await proxy.end('SIGTERM');
  const { partitions, configs } = JSON.parse(reply.text) as {
    partitions: unknown[];
    configs: Record<string, string | null>;
  };
  return { partitions: partitions.length, retention: configs['retention.ms'] };
}

test('creates, changes nothing the second time, raises, configures, never lowers', async () => {
  const config = { 'retention.ms': '600000', 'segment.ms': '300000' };
  expect(await ensureTopics(wanted('a', 2, config), soon())).toEqual(['Created topic a with 2 partitions.']);
  expect(await ensureTopics(wanted('a', 2, config), soon())).toEqual([]);
  expect(await ensureTopics(wanted('a', 4, { 'retention.ms': '700000' }), soon())).toEqual([
    'Raised topic a to 4 partitions.',
    'Set the configuration of topic a.',
  ]);
  expect(await look('a')).toEqual({ partitions: 4, retention: '700000' });
  // Setting one configuration kept the other.
  expect(await ensureTopics(wanted('a', 4, config), soon())).toEqual(['Set the configuration of topic a.']);
  expect(await ensureTopics(wanted('a', 1, {}, 3), soon())).toEqual([
    expect.stringContaining('keeps its 4 partitions'),
    expect.stringContaining('keeps its replication factor 1'),
  ]);
  expect(await look('a')).toEqual({ partitions: 4, retention: '600000' });
});

test('two at once do not disturb each other', async () => {
  await Promise.all([ensureTopics(wanted('both', 3), soon()), ensureTopics(wanted('both', 3), soon())]);
  expect(await look('both')).toMatchObject({ partitions: 3 });
});

test('deleting the resource leaves the topics', async () => {
  await ensureTopics(wanted('kept', 1), soon());
  const { note } = await topicsResource.run({
    type: 'Delete',
    properties: {},
    oldProperties: undefined,
    deadline: soon(),
  });
  expect(note).toContain('left in Kafka');
  expect(await look('kept')).toMatchObject({ partitions: 1 });
});

test('what Kafka refuses fails at once, with its reason', async () => {
  const started = Date.now();
  await expect(ensureTopics(wanted('bad', 1, { 'no.such': 'x' }), soon())).rejects.toThrow(/INVALID_CONFIG/);
  expect(Date.now() - started).toBeLessThan(10_000);
});

test('a broker that is not ready is asked until the deadline, or until it is', async () => {
  await harness.killBroker();
  await expect(ensureTopics(wanted('late', 1), Date.now() + 2000)).rejects.toThrow(
    new RegExp(
      `could not be set up in time at ${harness.bootstrapServers}; the last problem: .*ECONNREFUSED`,
    ),
  );
  const waiting = ensureTopics(wanted('late', 1), Date.now() + 60_000);
  await harness.restartBroker();
  expect(await waiting).toEqual(['Created topic late with 1 partitions.']);
});
