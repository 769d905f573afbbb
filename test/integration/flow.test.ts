/** What the live page asks for, of a pipeline whose records are put by hand: real Kafka, database, S3, Kinesis and tables. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import {
  deadLetterTopicName,
  FEED_NAMES,
  streamName,
  topicName,
  type FeedName,
} from '../../services/contract';
import { generatePosts } from '../../services/source/generator';
import { seedDatabase } from '../../services/source/seeder';
import type { FlowSample, TraceStep } from '../../tools/pipeline/flow';
import { awsEnvironment, type Deployment } from '../../tools/pipeline/deployment';
import type { Control } from '../../tools/pipeline/pipeline';
import { streamRecords } from '../../tools/pipeline/stream-records';
import { ensureParts } from '../../tools/local-run/install';
import { LocalPipeline } from '../../tools/local-run/local-pipeline';
import { pythonExecutable } from '../../tools/local-run/paths';
import { setDatabaseUser } from '../../tools/local-run/parts/mariadb';
import { kinesisClient } from './support/kinesis';
import { makeTopics } from './support/make-topics';
import { sharedParts } from './support/shared-parts';

jest.setTimeout(400_000);

const USER = 'flow-test';
const BUCKET = 'flow-test-sink';
const CONNECTOR = 'flow-test-sink-connector';
const POSTS = 30;
const { kafka, mariaDb, miniStack } = sharedParts();
const folder = mkdtempSync(path.join(tmpdir(), 'flow-'));
const client = new Kafka({ brokers: [kafka.bootstrapServers], logLevel: logLevel.NOTHING });
const admin = client.admin();
const control: Control = { signal: new AbortController().signal, tell: () => undefined };
/** The rows of a feed, and one that is refused: its row number is no integer. */
const texts = Object.fromEntries(
  FEED_NAMES.map((feed) => {
    const rows = [...generatePosts({ seed: 3, from: 0, to: POSTS })].map((post) =>
      JSON.stringify(post[feed]),
    );
    return [feed, [...rows, JSON.stringify({ ind: 'seven', index: 'seven' })]];
  }),
) as Record<FeedName, string[]>;

let producer: Producer;
let s3: S3Client;
let deployment: Deployment;
let pipeline: LocalPipeline;

/** A raw file as the sink writes it. */
async function putRawFile(feed: FeedName, start: number, lines: readonly string[]): Promise<string> {
  const topic = topicName(USER, feed);
  const key = `topics/${topic}/partition=0/${topic}+0+${String(start).padStart(20, '0')}.json`;
  const Metadata = {
    'record-count': String(lines.length),
    'last-offset': String(start + lines.length - 1),
  };
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: `${lines.join('\n')}\n`, Metadata }));
  return key;
}

async function produce(feed: FeedName, values: readonly string[]): Promise<void> {
  const messages = values.map((value, index) => ({ key: String(index), value, partition: 0 }));
  await producer.send({ topic: topicName(USER, feed), messages });
}

/** Puts a feed's records into its stream, and gives the function that appends all of them. */
async function stream(feed: FeedName): Promise<void> {
  const StreamName = streamName(USER, feed);
  const kinesis = kinesisClient(miniStack.url, 'FLOWTEST');
  await kinesis.call('CreateStream', { StreamName, ShardCount: 2 });
  const Records = texts[feed].map((text, index) => ({
    Data: Buffer.from(text).toString('base64'),
    PartitionKey: String(index),
  }));
  await kinesis.call('PutRecords', { StreamName, Records });
  const events = path.join(folder, `${feed}.jsonl`);
  const event: unknown[] = [];
  for await (const record of streamRecords(deployment.aws, StreamName, new Date(0), new Date())) {
    const { shard, sequence_number: sequenceNumber, data, arrived_at: at } = record;
    event.push({
      eventID: `${shard}:${sequenceNumber}`,
      kinesis: { sequenceNumber, data, approximateArrivalTimestamp: at / 1e6 },
    });
  }
  writeFileSync(events, `${JSON.stringify({ Records: event })}\n`);
  execFileSync(pythonExecutable(), ['-m', 'tests.append_function', events, '1'], {
    cwd: path.join(__dirname, '..', '..', 'engines', 'table-engine'),
    env: { ...awsEnvironment(deployment.aws), SINK_BUCKET: BUCKET, USER_ID: USER, FEED: feed },
  });
}

beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
  const credentials = { accessKeyId: 'FLOWTEST', secretAccessKey: 'local' };
  const aws = { region: 'us-east-1', endpoint: miniStack.url, credentials };
  const user = { database: 'flow', username: 'flow', password: 'pass' } as const;
  await setDatabaseUser(mariaDb, { ...user, access: 'all' });
  const secret = { ...user, host: '127.0.0.1', port: mariaDb.ports.mariadb, dbname: user.database };
  await seedDatabase({ database: secret, posts: POSTS, seed: 3 });
  const secrets = new SecretsManagerClient(aws);
  const { ARN = '' } = await secrets.send(
    new CreateSecretCommand({ Name: 'flow-source', SecretString: JSON.stringify(secret) }),
  );
  secrets.destroy();
  deployment = {
    stage: 'local',
    userId: USER,
    aws,
    outputs: {
      ApiUrl: '',
      EmulatorFunctionName: '',
      SinkBucketName: BUCKET,
      SinkConnectorName: CONNECTOR,
      SourceSecretArn: ARN,
    },
    bootstrapServers: [kafka.bootstrapServers],
    connectUrl: '',
    restProxyUrl: '',
  };
  pipeline = new LocalPipeline(USER, () => Promise.resolve(deployment));
  s3 = new S3Client({ ...aws, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await admin.connect();
  await makeTopics(
    admin,
    ...[...FEED_NAMES.map((feed) => topicName(USER, feed)), deadLetterTopicName(USER)].map((topic) => ({
      topic,
      numPartitions: 2,
    })),
  );
  producer = client.producer();
  await producer.connect();
  for (const feed of FEED_NAMES) {
    await produce(feed, texts[feed]);
    await putRawFile(feed, 0, texts[feed]);
    await stream(feed);
    // All but two are stored, the sink says.
    const partitions = [{ partition: 0, offset: String(texts[feed].length - 2) }];
    await admin.setOffsets({ groupId: `connect-${CONNECTOR}`, topic: topicName(USER, feed), partitions });
  }
  await pipeline.batch({}, control);
});

afterAll(async () => {
  await producer.disconnect();
  await admin.disconnect();
  s3.destroy();
  rmSync(folder, { recursive: true });
});

/** Samples until one fulfils a condition. */
async function sampleUntil(
  of: LocalPipeline,
  isIt: (sample: FlowSample) => boolean,
  onFirst?: () => void,
): Promise<FlowSample> {
  const stop = new AbortController();
  let found: FlowSample | undefined;
  let isFirst = true;
  await of.flow({ every: 0.2 }, { ...control, signal: stop.signal }, (sample) => {
    if (isFirst) onFirst?.();
    isFirst = false;
    if (!isIt(sample)) return;
    found = sample;
    stop.abort();
  });
  if (found === undefined) throw new Error('It ended before.');
  return found;
}

const RECORDS = 3 * (POSTS + 1);
const ROWS = 3 * POSTS;

test('the flow has the figures of every station', async () => {
  const { stations, quarantined, latency } = await sampleUntil(
    pipeline,
    (sample) =>
      sample.stations.source.total !== null &&
      sample.stations.topics.total !== null &&
      sample.latency.stream !== null &&
      sample.latency.batch !== null,
  );
  const figures = Object.entries(stations).map(([station, { total, lag }]) => [station, total, lag]);
  expect(figures).toEqual([
    ['source', ROWS, null],
    // Nothing is in the ledger.
    ['emulator', 0, null],
    ['api', 0, null],
    ['rest-proxy', 0, null],
    ['topics', RECORDS, null],
    ['sink', RECORDS - 6, 6],
    ['raw-files', RECORDS, null],
    ['batch', RECORDS, 0],
    ['tables', ROWS, null],
    ['streams', 0, null],
    ['functions', RECORDS, 0],
    ['stream-tables', ROWS, null],
  ]);
  expect(quarantined).toBe(6);
  expect([latency.batch?.rows, latency.stream?.rows]).toEqual([RECORDS, ROWS]);
  for (const station of ['raw-files', 'batch', 'tables', 'functions', 'stream-tables'] as const) {
    expect(Date.now() - Date.parse(stations[station].newest ?? '')).toBeLessThan(400_000);
  }
});

test('the flow without Kafka has the other stations', async () => {
  const away = { ...deployment, bootstrapServers: ['127.0.0.1:1'] };
  const { stations } = await sampleUntil(
    new LocalPipeline(USER, () => Promise.resolve(away)),
    (sample) => sample.stations['stream-tables'].total !== null,
  );
  expect([stations.topics.total, stations.sink.lag, stations.tables.total]).toEqual([null, null, ROWS]);
});

test('the flow without a deployment is null, until there is one', async () => {
  let isThere = false;
  const later = new LocalPipeline(USER, () =>
    isThere ? Promise.resolve(deployment) : Promise.reject(new Error('Not yet.')),
  );
  const seen: (number | null)[] = [];
  await sampleUntil(
    later,
    ({ stations }) => {
      seen.push(stations.tables.total);
      return stations.tables.total !== null;
    },
    () => (isThere = true),
  );
  expect([seen[0], seen.at(-1)]).toEqual([null, ROWS]);
});

test('the newest records of a topic and of a stream', async () => {
  const last = texts.geo.length - 1;
  const topic = await pipeline.browse({ of: 'topic', feed: 'geo', newest: 2 });
  expect(topic.map(({ partition, position, key, value }) => [partition, position, key, value])).toEqual([
    ['0', String(last), String(last), texts.geo[last]],
    ['0', String(last - 1), String(last - 1), texts.geo[last - 1]],
  ]);
  const streamed = await pipeline.browse({ of: 'stream', feed: 'geo', newest: 100 });
  expect(streamed.map(({ key, value }) => [key, value]).sort()).toEqual(
    texts.geo.map((text, index) => [String(index), text]).sort(),
  );
  expect(new Set(streamed.map(({ partition }) => partition)).size).toBe(2);
  expect(streamed.map(({ time }) => time)).toEqual(
    streamed
      .map(({ time }) => time)
      .sort()
      .reverse(),
  );
});

test("a post's way on both paths", async () => {
  const { batch, stream: streamed } = await pipeline.trace({ ind: 7 }, control);
  const places = (steps: readonly TraceStep[]): unknown[] =>
    steps.filter(({ feed }) => feed === 'user').map(({ station, place }) => [station, place]);
  const key = `topics/${USER}.user/partition=0/${USER}.user+0+${'0'.repeat(20)}.json`;
  const row = texts.user[7] ?? '';
  expect(places(batch)).toEqual([
    ['source', 'user_data, ind 7'],
    ['topics', `${USER}.user, partition 0, offset 7`],
    ['raw-files', `${key}, line 7`],
    ['tables', 'the table user'],
  ]);
  expect(batch.filter(({ feed }) => feed === 'user').map(({ value }) => value)).toEqual([
    ...[row, row, row],
    expect.stringMatching(/^\{"ind":7,"user_name":/),
  ]);
  const [source, record, table] = streamed.filter(({ feed }) => feed === 'user');
  expect([source?.station, record?.station, table?.station]).toEqual(['source', 'streams', 'stream-tables']);
  expect(record?.value).toBe(row);
  const number = /sequence number (\d+)$/.exec(record?.place ?? '')?.[1];
  expect(table?.place).toMatch(new RegExp(`^the table ${USER}_user_table, shardId-\\d+:${number ?? '-'}$`));
  const nowhere = await pipeline.trace({ ind: 4_000_000 }, control);
  expect(nowhere).toEqual({ ind: 4_000_000, batch: [], stream: [] });
});

test('the rejects of both paths, with a dead-letter record that waits in Kafka', async () => {
  const before = await pipeline.rejects({ newest: 100 }, control);
  expect(before.counts.reduce((sum, { rows }) => sum + rows, 0)).toBe(6);
  expect(before.newest.map(({ feed, path: on, raw }) => [feed, on, raw]).sort()).toEqual(
    FEED_NAMES.flatMap((feed) => ['batch', 'stream'].map((on) => [feed, on, texts[feed].at(-1)])).sort(),
  );
  const headers = {
    '__connect.errors.topic': topicName(USER, 'pin'),
    '__connect.errors.partition': '1',
    '__connect.errors.offset': '40',
    '__connect.errors.exception.message': 'it is an array',
  };
  await producer.send({ topic: deadLetterTopicName(USER), messages: [{ value: '[1]', headers }] });
  const { counts, newest } = await pipeline.rejects({ newest: 1 }, control);
  expect(counts).toContainEqual({ feed: 'pin', path: 'batch', reason: 'it is an array', rows: 1 });
  const position = `${USER}.pin/partition=1/offset=40`;
  expect(newest).toEqual([
    { feed: 'pin', path: 'batch', reason: 'it is an array', position, raw: '[1]', time: null },
  ]);
});
