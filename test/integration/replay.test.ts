/** Replays of a stream and of raw files: the local AWS's Kinesis and S3, and the function that appends. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Deployment, awsEnvironment } from '../../tools/pipeline/deployment';
import { formatReplay } from '../../tools/cli/format-jobs';
import { handler } from '../../lambda/report';
import type { Reconciliation } from '../../tools/pipeline/reconcile';
import { replay } from '../../tools/pipeline/replay';
import { makeReport, newestReport } from '../../tools/pipeline/report';
import { streamRecords, type StreamRecordLine } from '../../tools/pipeline/stream-records';
import { runTableEngine } from '../../tools/pipeline/table-engine';
import { ensureParts, installedParts } from '../../tools/local-run/install';
import { kinesisClient } from './support/kinesis';
import { sharedParts } from './support/shared-parts';

const USER = 'replay-test';
const STREAM = `streaming-${USER}-user`;
const TABLE = `${USER}_user_table`;
const BUCKET = 'replay-test-sink';
const EVER = { from: new Date(0), to: new Date('2200-01-01') };
const TABLE_ENGINE = path.join(__dirname, '..', '..', 'engines', 'table-engine');

jest.setTimeout(400_000);

let stateDir: string;
const { miniStack } = sharedParts();
let deployment: Deployment;
let engine: { python: string };

beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
  engine = { python: installedParts().python };
  stateDir = mkdtempSync(path.join(tmpdir(), 'replay-'));
  const credentials = { accessKeyId: 'REPLAYTEST', secretAccessKey: 'local' };
  deployment = {
    stage: 'local',
    userId: USER,
    aws: { region: 'us-east-1', endpoint: miniStack.url, credentials },
    outputs: {
      ApiUrl: '',
      EmulatorFunctionName: '',
      SinkBucketName: BUCKET,
      SinkConnectorName: '',
      SourceSecretArn: '',
    },
    bootstrapServers: [],
    connectUrl: '',
    restProxyUrl: '',
  };
  const s3 = new S3Client({ ...deployment.aws, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const raw = [...Array.from({ length: 20 }, (_, ind) => JSON.stringify({ ind, age: 20 })), 'bad'];
  await s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: `topics/${USER}.user/partition=0/${USER}.user+0+${'0'.repeat(20)}.json`,
      Body: `${raw.join('\n')}\n`,
    }),
  );
  s3.destroy();
});

afterAll(() => {
  rmSync(stateDir, { recursive: true });
});

/** Runs Python next to the table engine against the local AWS. */
function python(args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  return execFileSync(engine.python, args, {
    cwd: TABLE_ENGINE,
    env: { ...awsEnvironment(deployment.aws), ...environment },
    encoding: 'utf8',
  });
}

const OPEN = `
import json, sys
from table_engine.delta_tables import DeltaTables, read_table
from table_engine.storage import Bucket
import duckdb
table = DeltaTables(Bucket("${BUCKET}")).open(sys.argv[1])
`;

function deleteFrom(table: string, predicate: string): void {
  python(['-c', `${OPEN}table.delete(sys.argv[2])`, table, predicate]);
}

/** All rows of a table, in order, as text. */
function rows(table: string): string[] {
  const sql = 'duckdb.sql("FROM rows SELECT to_json(rows) ORDER BY ALL").fetchall()';
  return JSON.parse(
    python([
      '-c',
      `${OPEN}rows = read_table(table, "SELECT * FROM t")\nprint(json.dumps([r[0] for r in ${sql}]))`,
      table,
    ]),
  ) as string[];
}

function call<T = unknown>(action: string, body: unknown): Promise<T> {
  return kinesisClient(miniStack.url, 'REPLAYTEST').call<T>(action, body);
}

/** Puts rows numbered from a number on; every tenth is bad. */
async function put(from: number, count: number): Promise<void> {
  const Records = Array.from({ length: count }, (_, index) => {
    const ind = from + index;
    const row = ind % 10 === 9 ? 'bad' : JSON.stringify({ ind, age: 20 });
    return { Data: Buffer.from(row).toString('base64'), PartitionKey: String(ind) };
  });
  await call('PutRecords', { StreamName: STREAM, Records });
}

async function allRecords(from = EVER.from, to = EVER.to): Promise<StreamRecordLine[]> {
  const all: StreamRecordLine[] = [];
  for await (const record of streamRecords(deployment.aws, STREAM, from, to)) all.push(record);
  return all;
}

/** Gives the function that appends everything that the stream has. */
async function append(): Promise<void> {
  const Records = (await allRecords()).map(({ shard, sequence_number, data, arrived_at }) => ({
    eventID: `${shard}:${sequence_number}`,
    kinesis: { sequenceNumber: sequence_number, data, approximateArrivalTimestamp: arrived_at / 1e6 },
  }));
  const events = path.join(stateDir, 'events.jsonl');
  writeFileSync(events, `${JSON.stringify({ Records })}\n`);
  python(['-m', 'tests.append_function', events, '1'], { SINK_BUCKET: BUCKET, USER_ID: USER, FEED: 'user' });
}

test('every shard is read, closed ones too, and of the time only', async () => {
  await call('CreateStream', { StreamName: STREAM, ShardCount: 2 });
  await put(0, 100);
  await sleep(20);
  const between = new Date();
  await sleep(20);
  const { Shards } = await call<{ Shards: { ShardId: string }[] }>('ListShards', { StreamName: STREAM });
  await call('SplitShard', {
    StreamName: STREAM,
    ShardToSplit: Shards[0]?.ShardId,
    NewStartingHashKey: String(2n ** 126n),
  });
  await put(100, 100);
  const number = ({ data }: StreamRecordLine): string => Buffer.from(data, 'base64').toString();
  const all = await allRecords();
  expect(all).toHaveLength(200);
  expect(new Set(all.map(({ shard }) => shard)).size).toBe(4);
  for (const shard of new Set(all.map((record) => record.shard))) {
    const numbers = all.filter((record) => record.shard === shard).map((r) => BigInt(r.sequence_number));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
  }
  const before = await allRecords(EVER.from, between);
  const after = await allRecords(between, EVER.to);
  expect([before.length, after.length]).toEqual([100, 100]);
  expect(before.map(number).filter((text) => text !== 'bad')).toHaveLength(90);
  expect(after.map(number)).toContain('{"ind":150,"age":20}');
  expect(await allRecords(new Date('2100-01-01'), EVER.to)).toEqual([]);
});

test('what was deleted comes back from the stream, and twice changes nothing', async () => {
  const flags = { feed: 'user', source: 'stream', ...EVER } as const;
  expect(await replay(deployment, flags, engine)).toMatchObject({ records: 200, ahead: 200, inserted: 0 });
  await append();
  const before = [rows(TABLE), rows('quarantine')] as const;
  expect(before.map(({ length }) => length)).toEqual([180, 20]);
  deleteFrom(TABLE, 'ind % 7 = 0');
  deleteFrom('quarantine', 'TRUE');
  const report = await replay(deployment, flags, engine);
  expect(report).toMatchObject({
    table: TABLE,
    records: 200,
    inserted: 26,
    quarantined: 20,
    present: 154,
    ahead: 0,
  });
  expect(formatReplay(report)).toContain(`26 rows added to ${TABLE}, 20 to quarantine`);
  expect(rows(TABLE)).toEqual(before[0]);
  expect(rows('quarantine')).toHaveLength(20);
  await put(200, 5);
  expect(await replay(deployment, flags, engine)).toMatchObject({ inserted: 0, quarantined: 0, ahead: 5 });
  expect(rows(TABLE)).toEqual(before[0]);
});

test('raw files bring back what the batch table lacks', async () => {
  await runTableEngine(deployment, 'batch', engine);
  const before = rows('user');
  deleteFrom('user', 'ind IN (3, 4)');
  const flags = { feed: 'user', source: 'raw-files', ...EVER } as const;
  const report = await replay(deployment, flags, engine);
  expect(report).toMatchObject({
    table: 'user',
    files: 1,
    pending_files: 0,
    lines: 21,
    inserted: 2,
    quarantined: 0,
  });
  expect(formatReplay(report)).toContain('2 rows added to user, 0 to quarantine');
  expect(rows('user')).toEqual(before);
  expect(await replay(deployment, { ...flags, to: new Date(1) }, engine)).toMatchObject({
    files: 0,
    inserted: 0,
  });
});

test('the report has what the tables and the quarantine hold, by the command and by the function', async () => {
  const none = { onTheWay: 0, missing: 0, duplicate: 0, sent: 21, acknowledged: 21 };
  const stored = { feed: 'user', ...none, table: 20, quarantine: 1, findings: [] };
  const found = { ok: true, feeds: [stored], streams: [] } as unknown as Reconciliation;
  await expect(newestReport(deployment, new AbortController().signal)).rejects.toThrow(
    'There is no report yet',
  );
  expect((await makeReport(deployment, found, engine)).keys).toEqual([
    'reports/latest.html',
    'reports/batch-1.html',
  ]);
  const made = await newestReport(deployment, new AbortController().signal);
  expect(made.html).toMatch(/✓ 0 missing, 0 duplicate.*>not JSON[^<]*<.*user <span class="muted">batch</s);

  process.env.SINK_BUCKET = BUCKET;
  Object.assign(process.env, awsEnvironment(deployment.aws));
  await runTableEngine(deployment, 'answers', engine);
  const { keys } = await handler();
  const again = await newestReport(deployment, new AbortController().signal);
  expect([keys, again.html?.includes('The most popular category in each country')]).toEqual([
    ['reports/latest.html', 'reports/batch-1.html'],
    true,
  ]);
});
