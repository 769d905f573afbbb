/**
 * A connector that is replaced by one of another name, as on MSK Connect: the new one is there before the old one goes,
 * and goes on where that one stopped, because the consumer group is not made of the name.
 */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connectorConfig } from '../../lib/connector-config';
import { eventually, SETUP_TIMEOUT_MS, SinkHarness, TEST_TIMEOUT_MS } from './s3-sink-harness';

jest.setTimeout(TEST_TIMEOUT_MS);

const USER_ID = 'replaced';
const TOPIC = `${USER_ID}.pin`;
const GROUP = 'connect-replaced-s3-sink';
let sink: SinkHarness;

beforeAll(async () => {
  sink = await SinkHarness.start();
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await (sink as SinkHarness | undefined)?.stop();
}, 60_000);

async function rest(method: 'PUT' | 'DELETE' | 'GET', path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${sink.worker().url}/connectors/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text === '' ? undefined : JSON.parse(text);
}

/** Puts the sink on the worker under a name. */
async function start(name: string): Promise<void> {
  const config = connectorConfig({
    userId: USER_ID,
    bucketName: 'raw-files',
    region: 'us-east-1',
    s3Endpoint: sink.relay.url,
    replicationFactor: 1,
    consumerGroup: GROUP,
    sink: { plugin: { kind: 'own' }, tasksMax: 1, flushRecords: 100, flushBytes: 1e6, flushIntervalMs: 500 },
  });
  await eventually(`${name} configured`, async () => (await rest('PUT', `${name}/config`, config)) ?? true);
  await eventually(`${name} running`, async () => {
    const status = (await rest('GET', `${name}/status`)) as { tasks: { state: string }[] };
    return status.tasks.some(({ state }) => state === 'RUNNING') ? true : undefined;
  });
}

/** How far the group has committed. */
async function committed(groupId: string): Promise<number> {
  const [topic] = await sink.admin.fetchOffsets({ groupId, topics: [TOPIC] });
  return Number(topic?.partitions[0]?.offset ?? -1);
}

/** Records in a topic. */
async function count(topic: string): Promise<number> {
  const offsets = await sink.admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}

test('the new connector goes on where the old one stopped', async () => {
  for (const feed of ['pin', 'geo', 'user']) {
    await sink.admin.createTopics({
      topics: [{ topic: `${USER_ID}.${feed}`, numPartitions: 1 }],
      waitForLeaders: true,
    });
  }
  await sink.s3.send(new CreateBucketCommand({ Bucket: 'raw-files' }));
  const send = (from: number, to: number): Promise<unknown> =>
    sink.producer.send({
      topic: TOPIC,
      messages: Array.from({ length: to - from }, (_, n) => ({ value: `{"n":${from + n}}` })),
    });
  await start('sink-11111111');
  await sink.producer.send({ topic: TOPIC, messages: [{ value: 'no JSON' }] });
  await send(1, 50);
  await eventually('the old one has committed', async () =>
    (await committed(GROUP)) === 50 ? true : undefined,
  );
  // Its default group is not in use.
  expect(await committed('connect-sink-11111111')).toBe(-1);

  await start('sink-22222222');
  await rest('DELETE', 'sink-11111111');
  await send(50, 90);
  await eventually('the new one has committed', async () =>
    (await committed(GROUP)) === 90 ? true : undefined,
  );

  const objects = await sink.snapshot('raw-files');
  const numbers = [...objects.values()].flatMap(({ text }) =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n),
  );
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 89 }, (_, n) => n + 1));
  // The record that is no JSON was not read a second time.
  expect(await count(`${USER_ID}.dead-letters`)).toBe(1);
});
