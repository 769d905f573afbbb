/**
 * The S3 sink on a real broker, Kafka Connect worker and S3 server: every record is stored exactly once and no object
 * ever changes, whatever is killed, moved or away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  assertUnchanged,
  eventually,
  SETUP_TIMEOUT_MS,
  SinkHarness,
  TEST_TIMEOUT_MS,
  type Snapshot,
} from './s3-sink-harness';
import { makeTopics } from './support/make-topics';

jest.setTimeout(TEST_TIMEOUT_MS);

describe('the S3 sink', () => {
  let sink: SinkHarness;

  beforeAll(async () => {
    sink = await SinkHarness.start();
  }, SETUP_TIMEOUT_MS);

  afterAll(async () => {
    // Only undefined when the start failed, whose error is then the one to be read.
    await (sink as SinkHarness | undefined)?.stop();
  }, 180_000);

  beforeEach(async () => {
    await sink.reset();
  });

  it('stores several partitions by several tasks', async () => {
    const topic = 'several-tasks';
    await sink.create(topic, 5);
    await sink.configure(topic, { 'tasks.max': '3', 'flush.interval.ms': '600000', 'flush.records': '50' });
    for (let partition = 0; partition < 5; partition += 1) await sink.send(topic, partition, 200);
    const stored = await sink.assertStoredOnce(topic, 5);
    expect(stored.size).toBe(20);
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

  it('stores each record once over several kills while records flow', async () => {
    const topic = 'several-kills';
    await sink.create(topic, 3);
    await sink.configure(topic, { 'tasks.max': '2', 'flush.interval.ms': '150' });
    const before: Snapshot[] = [];
    const kills = async (): Promise<void> => {
      for (let kill = 0; kill < 3; kill += 1) {
        if (kill % 2 === 0) {
          await sink.relay.onceStored(() => {
            sink.worker().kill('SIGKILL');
          });
        } else {
          await sleep(700);
        }
        await sink.killWorker();
        before.push(await sink.snapshot(topic));
        const uploads = sink.relay.uploads.length;
        await sink.startWorker('a');
        await eventually('uploads after the kill', () =>
          Promise.resolve(sink.relay.uploads.length > uploads ? true : undefined),
        );
      }
    };
    await sink.flow(topic, 3, kills());
    await sink.assertStoredOnce(topic, 3, before);
  });

  it('stores each record once while tasks come and go', async () => {
    const topic = 'rebalanced';
    await sink.create(topic, 4);
    await sink.configure(topic, { 'flush.interval.ms': '100' });
    const before: Snapshot[] = [];
    const rebalance = async (): Promise<void> => {
      for (const tasks of ['3', '1', '4', '2']) {
        await sink.configure(topic, { 'flush.interval.ms': '100', 'tasks.max': tasks });
        await sleep(1_000);
        before.push(await sink.snapshot(topic));
      }
    };
    await sink.flow(topic, 4, rebalance());
    await sink.assertStoredOnce(topic, 4, before);
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

  it('continues when S3 was away for some seconds', async () => {
    const topic = 's3-away';
    await sink.create(topic, 2);
    await sink.configure(topic, { 'flush.interval.ms': '100' });
    const outage = async (): Promise<void> => {
      await sleep(1_000);
      sink.relay.away = true;
      await sleep(6_000);
      sink.relay.away = false;
      await sleep(1_000);
    };
    await sink.flow(topic, 2, outage());
    await sink.assertStoredOnce(topic, 2);
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

  it('cuts very small files', async () => {
    const topic = 'small-files';
    await sink.create(topic, 1);
    await sink.configure(topic, { 'flush.records': '1' });
    await sink.send(topic, 0, 150);
    const stored = await sink.assertStoredOnce(topic, 1);
    expect(stored.size).toBe(150);
  });

  it('sends what is no JSON object to the dead-letter topic with the reason, and continues', async () => {
    const topic = 'dead-letters';
    await sink.create(topic, 1);
    await sink.configure(topic);
    const bad: readonly [Buffer | null, RegExp][] = [
      [null, /tombstone/],
      [Buffer.from(''), /empty/],
      [Buffer.from('no json'), /Unrecognized token/],
      [Buffer.from('[1]'), /an array/],
      [Buffer.from('12'), /a number/],
      [Buffer.from('{"a":1'), /end-of-input/],
      [Buffer.from('{"a":1}{"b":2}'), /something follows/],
      [Buffer.from('\ufeff{}'), /byte order mark/],
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not UTF-8 at byte 2/],
      [Buffer.from('{"a":1}', 'utf16le'), /zero byte/],
    ];
    const good = [
      '{"b": 1.50,\n "a":"\\ud83d",\r\n\t"b":2}',
      '{"😀":"\\u0041 \u2028"}',
      '{"n":123456789012345678901234567890}',
    ];
    const values = bad.flatMap(([value], i) => [value, Buffer.from(good[i % good.length] ?? '')]);
    await sink.sendValues(topic, 0, values.length, (offset) => values[offset] ?? null);
    const letters = await readLetters(`${topic}-dead-letters`, bad.length);
    letters.forEach(({ value, reason, offset }, i) => {
      expect(value).toEqual(bad[i]?.[0]);
      expect(reason).toMatch(bad[i]?.[1] ?? '');
      expect(offset).toBe(String(i * 2));
    });
    const expected = bad.map((_, i) => (good[i % good.length] ?? '').replace(/[\r\n]/g, ''));
    await eventually('the good records', async () => {
      const lines = sink.lines(await sink.snapshot(topic));
      return lines.length >= expected.length ? true : undefined;
    });
    expect(sink.lines(await sink.snapshot(topic))).toEqual(expected);
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

  it('fails with advice when the bucket is not there', async () => {
    const topic = 'no-bucket';
    await makeTopics(sink.admin, { topic, numPartitions: 1 });
    await expect(sink.s3.send(new ListObjectsV2Command({ Bucket: topic }))).rejects.toThrow();
    await sink.putConfig(topic);
    const trace = await eventually('the task to fail', async () => {
      const [task] = await sink.taskStates(topic);
      return task?.state === 'FAILED' ? task.trace : undefined;
    });
    expect(trace).toContain('Create the bucket or fix s3.bucket.name');
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
