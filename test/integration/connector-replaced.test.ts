/**
 * A connector that is replaced by one of another name, as on MSK Connect: the new one is there before the old one goes,
 * and continues where that one stopped, because the consumer group is not made of the name.
 */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connectorConfig } from '../../lib/sink/connector-config';
import { topicsResource } from '../../lambda/topics';
import {
  assertUnchanged,
  eventually,
  SETUP_TIMEOUT_MS,
  SinkHarness,
  TEST_TIMEOUT_MS,
} from './s3-sink-harness';
import { makeTopics } from './support/make-topics';

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
}, 180_000);

async function rest(method: 'PUT' | 'GET', path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${sink.worker().url}/connectors/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text) as unknown;
}

/** Removes a connector. The worker refuses that for a moment while the tasks of another one are shared out. */
async function remove(name: string): Promise<void> {
  await eventually(`${name} removed`, async () => {
    const answer = await fetch(`${sink.worker().url}/connectors/${name}`, { method: 'DELETE' });
    if (!answer.ok && answer.status !== 404) throw new Error(await answer.text());
    return true;
  });
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
    sink: { tasksMax: 1, flushRecords: 100, flushBytes: 1e6, flushIntervalMs: 500 },
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

/** Sends numbered records, by a producer that knows nothing of an earlier topic of the name. */
async function send(from: number, to: number): Promise<void> {
  const producer = sink.client.producer();
  await producer.connect();
  await producer.send({
    topic: TOPIC,
    messages: Array.from({ length: to - from }, (_, n) => ({ value: `{"n":${from + n}}` })),
  });
  await producer.disconnect();
}

test('the new connector continues where the old one stopped', async () => {
  const topics = ['pin', 'geo', 'user'].map((feed) => ({ topic: `${USER_ID}.${feed}`, numPartitions: 1 }));
  await makeTopics(sink.admin, ...topics);
  await sink.s3.send(new CreateBucketCommand({ Bucket: 'raw-files' }));
  await start('sink-11111111');
  await sink.producer.send({ topic: TOPIC, messages: [{ value: 'no JSON' }] });
  await send(1, 50);
  await eventually('the old one has committed', async () =>
    (await committed(GROUP)) === 50 ? true : undefined,
  );
  // Its default group is not in use.
  expect(await committed('connect-sink-11111111')).toBe(-1);

  await start('sink-22222222');
  await remove('sink-11111111');
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

test('topics of another cluster continue where the raw files end, and no object changes', async () => {
  const before = await sink.snapshot('raw-files');
  await remove('sink-22222222');
  // The cluster is gone, with topics, records and groups.
  await sink.admin.deleteTopics({ topics: [TOPIC] });
  await eventually('the group is empty', async () => {
    const { groups } = await sink.admin.describeGroups([GROUP]);
    // With its last offset, which goes with the topic, an empty group may go by itself.
    if (groups[0]?.state === 'Dead') return true;
    await sink.admin.deleteGroups([GROUP]);
    return true;
  });
  await eventually('the topic is gone', async () =>
    (await sink.admin.listTopics()).includes(TOPIC) ? undefined : true,
  );

  // What a deployment does: the very handler, with the settings that Lambda gives it.
  const keys = { AWS_ENDPOINT_URL: sink.ministack.url, AWS_REGION: 'us-east-1' };
  const settings = { ...keys, AWS_ACCESS_KEY_ID: 's3-sink-test', AWS_SECRET_ACCESS_KEY: 'unused' };
  const saved = Object.keys(settings).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, settings);
  const properties = {
    BootstrapServers: sink.kafka.bootstrapServers,
    Topics: [{ Name: TOPIC, Partitions: '1', ReplicationFactor: '1' }],
    RawFiles: { Bucket: 'raw-files', Folder: 'topics' },
  };
  const run = (): Promise<{ note?: string }> =>
    topicsResource.run({
      type: 'Create',
      properties,
      deadline: Date.now() + 60_000,
    });
  try {
    expect((await run()).note).toBe(
      `Created topic ${TOPIC} with 1 partitions. Partition 0 of topic ${TOPIC} continues at offset 90.`,
    );
    expect((await run()).note).toBe('The topics were already as requested.');
  } finally {
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
  expect(await sink.admin.fetchTopicOffsets(TOPIC)).toEqual([
    expect.objectContaining({ partition: 0, low: '90', high: '90' }),
  ]);

  // The sink, which knows no offsets of this cluster, begins at the first record there is.
  await send(90, 130);
  await start('sink-33333333');
  await eventually('it has committed', async () => ((await committed(GROUP)) === 130 ? true : undefined));
  const after = await sink.snapshot('raw-files');
  assertUnchanged(before, after);
  const numbers = [...after.values()].flatMap(({ text }) =>
    text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n),
  );
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 129 }, (_, n) => n + 1));
  // No filler was taken for a record.
  expect(await count(`${USER_ID}.dead-letters`)).toBe(1);
});
