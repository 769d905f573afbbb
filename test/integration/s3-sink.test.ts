/**
 * The S3 sink on a real broker, Kafka Connect worker and S3 server: every record is stored exactly once and no object
 * ever changes, whatever is killed, moved or away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  assertUnchanged,
  eventually,
  SETUP_TIMEOUT_MS,
  SinkHarness,
  TEST_TIMEOUT_MS,
  type Snapshot,
} from './s3-sink-harness';
import { replacedConnector } from './s3-sink/replaced';
import { connectorResource } from './s3-sink/resource';
import { makeTopics } from './support/make-topics';

jest.setTimeout(TEST_TIMEOUT_MS);

let sink: SinkHarness;

beforeAll(async () => {
  sink = await SinkHarness.start();
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  // Only undefined when the start failed, whose error is then the one to be read.
  await (sink as SinkHarness | undefined)?.stop();
}, 180_000);

describe('the S3 sink', () => {
  beforeEach(async () => {
    await sink.reset();
  });

  it('stores each record once when a worker is killed between upload and commit', async () => {
    const topic = 'killed-after-upload';
    await sink.create(topic, 2);
    await sink.configure(topic);
    await sink.send(topic, 0, 30);
    const killed = sink.relay.onceStored(() => {
      sink.worker().kill('SIGKILL');
    });
    await sink.send(topic, 1, 45);
    await killed;
    await sink.killWorker();
    const before = await sink.snapshot(topic);
    expect(before.size).toBeGreaterThan(0);
    await sink.send(topic, 0, 200);
    await sink.send(topic, 1, 200);
    await sink.startWorker('a');
    await sink.assertStoredOnce(topic, 2, [before]);
  });

  it('stores each record once when one of two workers is killed, and when it comes back', async () => {
    const topic = 'two-workers';
    await sink.create(topic, 4);
    await sink.startWorker('b');
    await sink.configure(topic, { 'tasks.max': '4', 'flush.interval.ms': '200' });
    const before: Snapshot[] = [];
    const change = async (): Promise<void> => {
      await sleep(2_000);
      await sink.relay.onceStored(() => {
        sink.worker('b').kill('SIGKILL');
      });
      await sink.killWorker('b');
      before.push(await sink.snapshot(topic));
      await sleep(8_000);
      await sink.startWorker('b');
      await sleep(3_000);
      before.push(await sink.snapshot(topic));
    };
    await sink.flow(topic, 4, change());
    await sink.running(topic, 4);
    await sink.assertStoredOnce(topic, 4, before);
  });

  it('follows a partition that a frozen worker writes on after it lost it', async () => {
    const topic = 'zombie';
    await sink.create(topic, 1);
    const cut = { 'flush.records': '100000', 'flush.interval.ms': '4000' };
    await sink.configure(topic, cut);
    await sink.send(topic, 0, 100);
    await sleep(1_500);
    // The records are in the worker's buffer. It is frozen until the group has given its partition away.
    sink.worker().kill('SIGSTOP');
    await sink.startWorker('b');
    await sink.send(topic, 0, 50);
    const before = await eventually('the other worker to take over', async () => {
      const objects = await sink.snapshot(topic);
      return objects.size > 0 ? objects : undefined;
    });
    sink.worker().kill('SIGCONT');
    await sink.send(topic, 0, 50);
    await sleep(5_000);
    await sink.assertStoredOnce(topic, 1, [before]);
  });

  it('refuses an upload that arrives after the partition went to another task', async () => {
    const topic = 'late-upload';
    await sink.create(topic, 1);
    // A task that is stuck in an upload for longer than this loses its partition to the other one.
    await sink.configure(topic, { 'tasks.max': '2', 'consumer.override.max.poll.interval.ms': '6000' });
    const held = sink.relay.holdNextPut();
    await sink.send(topic, 0, 40);
    const release = await held;
    await sink.send(topic, 0, 30);
    const before = await sink.assertStoredOnce(topic, 1);
    const conflicts = sink.relay.conflicts;
    release();
    await eventually('the late upload to be refused', () =>
      Promise.resolve(sink.relay.conflicts > conflicts ? true : undefined),
    );
    await sink.send(topic, 0, 30);
    await sink.assertStoredOnce(topic, 1, [before]);
  });

  it('takes up partitions that are added', async () => {
    const topic = 'grown';
    await sink.create(topic, 1);
    await sink.configure(topic, { 'tasks.max': '2' });
    await sink.send(topic, 0, 50);
    await sink.admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    await eventually('the broker to know them', async () => {
      const { topics } = await sink.admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length === 3 ? true : undefined;
    });
    await sleep(1_000); // The producer asks again after half a second.
    await sink.send(topic, 2, 10);
    await sink.send(topic, 1, 10);
    await sink.assertStoredOnce(topic, 3);
  });

  it('fails when a dead-letter record is refused at once, and takes the record again when it no longer is', async () => {
    const topic = 'dead-letter-refused';
    await sink.create(topic, 1);
    // The producer refuses what is larger, before it asks the broker.
    await sink.configure(topic, { 'producer.override.max.request.size': '1000' });
    const bad = Buffer.from(JSON.stringify(['x'.repeat(2_000)]));
    const values = [Buffer.from('{"n":0}'), bad, Buffer.from('{"n":2}')];
    await sink.sendValues(topic, 0, values.length, (offset) => values[offset] ?? null);
    const trace = await eventually('the task to fail', async () => {
      const [task] = await sink.taskStates(topic);
      return task?.state === 'FAILED' ? task.trace : undefined;
    });
    expect(trace).toMatch(
      /record at offset 1 of dead-letter-refused-0 .* dead-letter record for dead-letter-refused-dead-letters\..*an array/,
    );
    const [committed] = await sink.admin.fetchOffsets({ groupId: `connect-${topic}`, topics: [topic] });
    expect(Number(committed?.partitions[0]?.offset)).toBeLessThanOrEqual(1);
    await sink.configure(topic);
    const [letter] = await readLetters(`${topic}-dead-letters`, 1);
    expect(letter).toMatchObject({ value: bad, offset: '1' });
    await eventually('the good records', async () =>
      sink.lines(await sink.snapshot(topic)).length >= 2 ? true : undefined,
    );
    expect(sink.lines(await sink.snapshot(topic))).toEqual(['{"n":0}', '{"n":2}']);
  });

  it('fails with advice when a topic was deleted and recreated over its objects', async () => {
    const topic = 'made-again';
    await sink.create(topic, 1);
    await sink.configure(topic);
    await sink.send(topic, 0, 120);
    const before = await sink.assertStoredOnce(topic, 1);
    await sink.remove(topic);
    await sink.admin.deleteTopics({ topics: [topic] });
    await eventually('the topic to be gone', async () =>
      (await sink.admin.listTopics()).includes(topic) ? undefined : true,
    );
    await makeTopics(sink.admin, { topic, numPartitions: 1 });
    await eventually('records in the new topic', async () => {
      await sink.producer.send({ topic, messages: [{ value: '{"new":1}' }, { value: '{"new":2}' }] });
      return true;
    });
    await sink.putConfig(topic); // It may have failed before anybody sees it run.
    const trace = await eventually('the task to fail', async () => {
      const [task] = await sink.taskStates(topic);
      return task?.state === 'FAILED' ? task.trace : undefined;
    });
    expect(trace).toMatch(/offset 0 of made-again-0 .* up to offset 119 .* deleted and recreated/);
    assertUnchanged(before, await sink.snapshot(topic));
  });

  async function readLetters(topic: string, count: number) {
    const consumer = sink.client.consumer({ groupId: `${topic}-reader` });
    const letters: { value: Buffer | null; reason: string; offset: string }[] = [];
    const header = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('utf8') : '');
    await consumer.connect();
    try {
      await eventually('the dead-letter topic', async () => {
        await consumer.subscribe({ topic, fromBeginning: true });
        return true;
      });
      await consumer.run({
        eachMessage: ({ message }) => {
          letters.push({
            value: message.value,
            reason: header(message.headers?.['__connect.errors.exception.message']),
            offset: header(message.headers?.['__connect.errors.offset']),
          });
          return Promise.resolve();
        },
      });
      await eventually(`${count} dead-letter records`, () =>
        letters.length >= count ? Promise.resolve(true) : Promise.reject(new Error(`${letters.length} came`)),
      );
    } finally {
      await consumer.disconnect();
    }
    expect(letters).toHaveLength(count);
    return letters;
  }
});

describe('a connector that is replaced', () => {
  replacedConnector(() => sink);
});

describe('the custom resource of the connector', () => {
  connectorResource(() => sink);
});
