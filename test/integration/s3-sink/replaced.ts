/**
 * A connector that is replaced by one of another name, as on MSK Connect: the new one is there before the old one goes,
 * and continues where that one stopped, because the consumer group is not made of the name.
 */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { connectorConfig } from '../../../lib/sink/connector-config';
import { topicsResource } from '../../../lambda/topics';
import { assertUnchanged, eventually, type SinkHarness, type Snapshot } from '../s3-sink-harness';
import { makeTopics } from '../support/make-topics';

const USER_ID = 'replaced';
const TOPIC = `${USER_ID}.pin`;
const GROUP = 'connect-replaced-s3-sink';

/** The tests; `started` has one worker when they run. */
export function replacedConnector(started: () => SinkHarness): void {
  let sink: SinkHarness;

  beforeAll(async () => {
    sink = started();
    await sink.reset();
  });

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
    await sink.put(name, config);
    await sink.running(name, 1);
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

  /** The numbers in the raw files, ascending. */
  const numbersIn = (objects: Snapshot): number[] =>
    sink
      .lines(objects)
      .map((line) => (JSON.parse(line) as { n: number }).n)
      .sort((a, b) => a - b);

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
    await sink.remove('sink-11111111');
    await send(50, 90);
    await eventually('the new one has committed', async () =>
      (await committed(GROUP)) === 90 ? true : undefined,
    );

    const objects = await sink.snapshot('raw-files');
    expect(numbersIn(objects)).toEqual(Array.from({ length: 89 }, (_, n) => n + 1));
    // The record that is no JSON was not read a second time.
    expect(await count(`${USER_ID}.dead-letters`)).toBe(1);
  });

  test('topics of another cluster continue where the raw files end, and no object changes', async () => {
    const before = await sink.snapshot('raw-files');
    await sink.remove('sink-22222222');
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
    expect(numbersIn(after)).toEqual(Array.from({ length: 129 }, (_, n) => n + 1));
    // No filler was taken for a record.
    expect(await count(`${USER_ID}.dead-letters`)).toBe(1);
  });
}
