import type { Kafka, Message } from 'kafkajs';
import { createKafka } from '../../services/kafka-client';
import { restoreOffsets } from '../../lambda/topics/restore-offsets';
import { ensureTopics } from '../../lambda/topics/topics';
import { topicsResource } from '../../lambda/topics';
import { OwnKafkaHarness, SETUP_TIMEOUT_MS, TEST_TIMEOUT_MS, send } from './rest-proxy-harness';

jest.setTimeout(TEST_TIMEOUT_MS);
let harness: OwnKafkaHarness;

beforeAll(async () => {
  harness = await OwnKafkaHarness.start();
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
const soon = (): number => Date.now() + 90_000;
/** A bound for what takes a second where nothing else runs. */
const late = (): number => Date.now() + 150_000;

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

describe('topics of a new cluster', () => {
  const client = (): Kafka => createKafka({ bootstrapServers: [harness.bootstrapServers], clientId: 'test' });
  const reach = async (topic: string): Promise<(string | number)[][]> => {
    const admin = client().admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return offsets.sort((a, b) => a.partition - b.partition).map(({ low, high }) => [low, high]);
  };
  const write = async (topic: string, messages: Message[]): Promise<void> => {
    const producer = client().producer();
    await producer.connect();
    await producer.send({ topic, messages });
    await producer.disconnect();
  };
  const stored = (offsets: readonly number[]) => (_: string, partition: number) =>
    Promise.resolve(offsets[partition] ?? 0);

  test('continue where the raw files end, each partition at its own offset, in few requests', async () => {
    const done = await ensureTopics(wanted('again', 3), late(), stored([60_001, 0, 7]));
    expect(done).toEqual([
      'Created topic again with 3 partitions.',
      'Partition 0 of topic again continues at offset 60001.',
      'Partition 2 of topic again continues at offset 7.',
    ]);
    const at = [
      ['60001', '60001'],
      ['0', '0'],
      ['7', '7'],
    ];
    expect(await reach('again')).toEqual(at);
    expect(await ensureTopics(wanted('again', 3), late(), stored([60_001, 0, 7]))).toEqual([]);
    await write('again', [{ partition: 2, value: '{}' }]);
    expect(await ensureTopics(wanted('again', 3), late(), stored([60_001, 0, 7]))).toEqual([]);
    expect(await reach('again')).toEqual([...at.slice(0, 2), ['7', '8']]);
  });

  test('are finished where it was killed between writing fillers and deleting them', async () => {
    await ensureTopics(wanted('half', 1), soon());
    await write(
      'half',
      Array.from({ length: 5 }, () => ({ partition: 0, value: null, timestamp: '0' })),
    );
    await ensureTopics(wanted('half', 1), late(), stored([9]));
    expect(await reach('half')).toEqual([['9', '9']]);
    await write(
      'half',
      Array.from({ length: 2 }, () => ({ partition: 0, value: null, timestamp: '0' })),
    );
    await ensureTopics(wanted('half', 1), late(), stored([11]));
    expect(await reach('half')).toEqual([['11', '11']]);
  });

  test('are left alone, with advice, where a producer was quicker: its record stays', async () => {
    await ensureTopics(wanted('early', 1), soon());
    await write('early', [{ partition: 0, value: '{"precious":true}' }]);
    await expect(ensureTopics(wanted('early', 1), late(), stored([5]))).rejects.toThrow(
      /early was recreated.*up to offset 4.*Stop the producers.*deploy again/,
    );
    expect(await reach('early')).toEqual([['0', '1']]);
    // What the bucket has already is no reason to complain.
    expect(await ensureTopics(wanted('early', 1), late(), stored([1]))).toEqual([]);
    expect(await reach('early')).toEqual([['0', '1']]);
  });

  test('take more than one deployment where there is much to do', async () => {
    await expect(ensureTopics(wanted('long', 1), late(), stored([1]))).resolves.toHaveLength(2);
    const over = Date.now() - 1;
    const kafka = client();
    await expect(
      restoreOffsets(kafka, [{ name: 'long', partitions: 1 }], stored([100]), over),
    ).rejects.toThrow(/at offset 1 of 100.*deploy again, which continues/);
  });
});
