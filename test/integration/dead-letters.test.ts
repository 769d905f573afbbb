/** Dead-letter records from a real broker into a real S3 server: each once, whatever comes in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { Admin, Kafka, Producer } from 'kafkajs';
import { deadLetterTopicName } from '../../services/contract';
import { createKafka } from '../../services/kafka-client';
import { keepDeadLetters } from '../../lambda/dead-letters/keep';
import type { DeadLetter } from '../../lambda/dead-letters/dead-letter';
import { ensureTopics } from '../../lambda/topics/topics';
import { storedOffsets } from '../../lambda/topics/raw-files';
import { startRelay, type Relay } from './s3-sink-relay';
import { sharedParts } from './support/shared-parts';

jest.setTimeout(300_000);

const BUCKET = 'letters';
const LOCATION = { bucket: BUCKET, folder: 'topics' };
const { kafka: broker, miniStack } = sharedParts();
let relay: Relay;
let kafka: Kafka;
let admin: Admin;
let producer: Producer;
let s3Config: S3ClientConfig;
let s3: S3Client;

beforeAll(async () => {
  relay = await startRelay(miniStack.url);
  s3Config = {
    endpoint: relay.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'dead-letters-test', secretAccessKey: 'unused' },
    maxAttempts: 2,
  };
  s3 = new S3Client(s3Config);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  kafka = createKafka({
    bootstrapServers: [broker.bootstrapServers],
    clientId: 'test',
    requestTimeoutMs: 30_000,
    connectionTimeoutMs: 10_000,
  });
  admin = kafka.admin();
  producer = kafka.producer({ retry: { retries: 10, maxRetryTime: 2000 } });
  await admin.connect();
  await producer.connect();
}, 600_000);

afterAll(async () => {
  await producer.disconnect();
  await admin.disconnect();
  await relay.close();
  s3.destroy();
}, 180_000);

const topicsOf = (userId: string, partitions: number) => ({
  bootstrapServers: broker.bootstrapServers,
  authentication: 'none' as const,
  topics: [
    {
      name: deadLetterTopicName(userId),
      partitions,
      replicationFactor: 1,
      config: { 'max.message.bytes': '2097152' },
    },
  ],
});
const soon = (): number => Date.now() + 120_000;

async function make(userId: string, partitions = 1): Promise<void> {
  await ensureTopics(topicsOf(userId, partitions), soon());
}

/** Deletes the topic, and waits until the broker knows. */
async function remove(userId: string): Promise<void> {
  const topic = deadLetterTopicName(userId);
  await admin.deleteTopics({ topics: [topic] });
  while ((await admin.listTopics()).includes(topic)) await sleep(50);
}

/** Writes letters about the records of these offsets, as Kafka Connect does. */
async function refuse(
  userId: string,
  offsets: readonly number[],
  value = (offset: number) => `bad ${offset}`,
): Promise<void> {
  await producer.send({
    topic: deadLetterTopicName(userId),
    messages: offsets.map((offset) => ({
      value: value(offset),
      headers: {
        '__connect.errors.topic': `${userId}.pin`,
        '__connect.errors.partition': '0',
        '__connect.errors.offset': String(offset),
        '__connect.errors.exception.message': 'it is no object',
      },
    })),
  });
}

const keep = (userId: string, deadline = soon()): Promise<number> =>
  keepDeadLetters(kafka, s3, { userId, location: LOCATION, deadline });

/** What is stored: for each object, in order, its name's offset and its letters. */
async function objects(userId: string): Promise<{ start: number; letters: DeadLetter[] }[]> {
  const found: { start: number; letters: DeadLetter[] }[] = [];
  const Prefix = `topics/${deadLetterTopicName(userId)}/`;
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET, Prefix })) {
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      const text = (await Body?.transformToString()) ?? '';
      expect(text.endsWith('\n')).toBe(true);
      found.push({
        start: Number(/\+(\d{20})\.json$/.exec(Key)?.[1]),
        letters: text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as DeadLetter),
      });
    }
  }
  return found;
}

const refused = async (userId: string): Promise<(number | null)[]> =>
  (await objects(userId)).flatMap(({ letters }) => letters.map(({ offset }) => offset));

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, n) => from + n);

test('stores what is new, and the second time nothing', async () => {
  await make('one');
  expect(await keep('one')).toBe(0);
  await refuse('one', [5, 6]);
  await producer.send({ topic: deadLetterTopicName('one'), messages: [{ value: null }] });
  expect(await keep('one')).toBe(3);
  expect(await keep('one')).toBe(0);
  await refuse('one', [9]);
  expect(await keep('one')).toBe(1);
  const said = { topic: 'one.pin', partition: 0, reason: 'it is no object' };
  const nothing = { topic: null, partition: null, offset: null, reason: null, value: null };
  expect(await objects('one')).toEqual([
    {
      start: 0,
      letters: [
        { ...said, offset: 5, value: Buffer.from('bad 5').toString('base64'), deadLetterOffset: 0 },
        { ...said, offset: 6, value: Buffer.from('bad 6').toString('base64'), deadLetterOffset: 1 },
        { ...nothing, deadLetterOffset: 2 },
      ],
    },
    {
      start: 3,
      letters: [{ ...said, offset: 9, value: Buffer.from('bad 9').toString('base64'), deadLetterOffset: 3 }],
    },
  ]);
  const { Metadata } = await s3.send(
    new HeadObjectCommand({
      Bucket: BUCKET,
      Key: 'topics/one.dead-letters/partition=0/one.dead-letters+0+00000000000000000000.json',
    }),
  );
  expect(Metadata).toMatchObject({ 'last-offset': '2', 'record-count': '3' });
  expect(await storedOffsets(s3, LOCATION)('one.dead-letters', 0)).toBe(4);
  // An object of another program, whose number Kafka cannot have.
  await s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: 'topics/one.dead-letters/partition=0/one.dead-letters+0+99999999999999999999.json',
    }),
  );
  expect(await storedOffsets(s3, LOCATION)('one.dead-letters', 0)).toBe(4);
});

test('many and large letters, of several partitions, are cut into objects that follow each other', async () => {
  await make('many', 2);
  await refuse('many', upTo(2500));
  for (const offset of upTo(2508, 2500)) await refuse('many', [offset], () => 'x'.repeat(1_500_000));
  expect(await keep('many')).toBe(2508);
  const found = await objects('many');
  for (const { letters } of found) {
    expect(letters.length).toBeLessThanOrEqual(1000);
    expect(letters.filter(({ value }) => (value ?? '').length > 1_000_000).length).toBeLessThanOrEqual(5);
  }
  expect((await refused('many')).sort((a, b) => Number(a) - Number(b))).toEqual(upTo(2508));
});

test('two runs at once store each letter once', async () => {
  await make('both');
  await refuse('both', upTo(3000));
  const kept = await Promise.all([keep('both'), keep('both')]);
  expect(kept[0] + kept[1]).toBe(3000);
  expect(await refused('both')).toEqual(upTo(3000));
});

test('letters that another run stores meanwhile are no sign of a recreated topic', async () => {
  await make('meanwhile');
  await refuse('meanwhile', [1]);
  await keep('meanwhile');
  const slow = new S3Client(s3Config);
  let other: Promise<number> | undefined;
  slow.middlewareStack.add(
    (next) => async (request) => {
      other ??= refuse('meanwhile', [2]).then(() => keep('meanwhile'));
      await other;
      return next(request);
    },
    { step: 'initialize' },
  );
  const options = { userId: 'meanwhile', location: LOCATION, deadline: soon() };
  expect(await keepDeadLetters(kafka, slow, options)).toBe(0);
  expect(await other).toBe(1);
  slow.destroy();
  expect(await refused('meanwhile')).toEqual([1, 2]);
});

test('a response of S3 that is lost doubles nothing, and records that come meanwhile are the next run’s', async () => {
  await make('lost');
  await refuse('lost', upTo(1500));
  const cut = relay.onceStored(() => {
    relay.away = true;
  });
  const first = keep('lost');
  await cut;
  await expect(first).rejects.toThrow();
  relay.away = false;
  await refuse('lost', [1500]);
  await keep('lost');
  expect(await refused('lost')).toEqual(upTo(1501));
});

test('when the time is over the run says so, and the next one continues', async () => {
  await make('late');
  await refuse('late', [1]);
  await expect(keep('late', Date.now())).rejects.toThrow('not be read to its end in time');
  await keep('late');
  expect(await refused('late')).toEqual([1]);
});

test('a recreated topic is refused, until it continues after what is stored', async () => {
  await make('again');
  await refuse('again', [1, 2, 3]);
  await keep('again');
  await remove('again');
  await make('again');
  await refuse('again', [4]);
  await expect(keep('again')).rejects.toThrow(
    'its partition 0 ends at offset 1, and the bucket has its records up to offset 2',
  );
  await remove('again');
  await ensureTopics(topicsOf('again', 1), soon(), storedOffsets(s3, LOCATION));
  await refuse('again', [5]);
  expect(await keep('again')).toBe(1);
  expect(await refused('again')).toEqual([1, 2, 3, 5]);
});
