/** The Kinesis of the local AWS over a `kill -9`: its streams, its records, and how far a function has read them. */
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureParts, installedParts } from '../../tools/local-run/install';
import { startMiniStack, type RunningMiniStack } from '../../tools/local-run/parts/ministack';
import { kinesisClient } from './support/kinesis';

const STREAM = 'streaming-test-pin';
const ARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`;
const credentials = { accessKeyId: 'KINESISTEST', secretAccessKey: 'local' };

jest.setTimeout(400_000);

let stateDir: string;
let seen: string;
let ministack: RunningMiniStack;

beforeAll(async () => {
  await ensureParts(undefined, { only: ['python'] });
  stateDir = mkdtempSync(path.join(tmpdir(), 'ministack-kinesis-'));
  seen = path.join(stateDir, 'seen.txt');
  ministack = await startMiniStack({ stateDir });
});

afterAll(async () => {
  await ministack.stop();
  rmSync(stateDir, { recursive: true });
});

function call<T = unknown>(action: string, body: unknown): Promise<T> {
  return kinesisClient(ministack.url, credentials.accessKeyId).call<T>(action, body);
}

/** Puts records numbered from a number on. */
async function put(from: number, count: number): Promise<void> {
  const Records = Array.from({ length: count }, (_, index) => ({
    Data: Buffer.from(String(from + index)).toString('base64'),
    PartitionKey: String(from + index),
  }));
  const { FailedRecordCount } = await call<{ FailedRecordCount: number }>('PutRecords', {
    StreamName: STREAM,
    Records,
  });
  expect(FailedRecordCount).toBe(0);
}

interface ShardDescription {
  readonly ShardId: string;
}

/** All records of the stream, as numbers in ascending order. */
async function stored(): Promise<number[]> {
  const records = await kinesisClient(ministack.url, credentials.accessKeyId).records(STREAM);
  return records.map(({ text }) => Number(text)).sort((a, b) => a - b);
}

async function killAndStart(): Promise<void> {
  const ended = ministack.exited;
  ministack.kill('SIGKILL');
  await ended;
  ministack = await startMiniStack({ stateDir, preferredPorts: ministack.ports });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Waits until the function was given this many different records, and gives everything it was given. */
async function untilSeen(count: number): Promise<number[]> {
  const read = (): number[] =>
    existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n').map(Number) : [];
  for (let tries = 0; tries < 2400 && new Set(read()).size < count; tries += 1) await sleep(50);
  return read();
}

/** Waits until the last record of every shard is noted as read. */
async function untilProgressIsKept(): Promise<void> {
  const last = new Map<string, string>();
  const records = await kinesisClient(ministack.url, credentials.accessKeyId).records(STREAM);
  for (const { ShardId, SequenceNumber } of records) last.set(ShardId, SequenceNumber);
  const progress = path.join(stateDir, 'ministack', 'state', 'kinesis-positions.json');
  const kept = (): boolean => {
    const text = existsSync(progress) ? readFileSync(progress, 'utf8') : '';
    return [...last.values()].every((number) => text.includes(number));
  };
  for (const late = Date.now() + 60_000; !kept();) {
    await sleep(100);
    if (Date.now() > late) throw new Error(`${progress} does not say that all was read.`);
  }
}

test('a stream made over the API is there after a kill, with every record that was acknowledged', async () => {
  await call('CreateStream', { StreamName: STREAM, ShardCount: 2 });
  await put(0, 500);
  await killAndStart();
  expect(await stored()).toEqual(upTo(500));
});

test('a function continues where it was', async () => {
  const lambda = new LambdaClient({ region: 'us-east-1', endpoint: ministack.url, credentials });
  const code = path.join(stateDir, 'handler.py');
  writeFileSync(
    code,
    `import base64
def handler(event, context):
    with open(${JSON.stringify(seen)}, "a") as file:
        for record in event["Records"]:
            file.write(base64.b64decode(record["kinesis"]["data"]).decode() + "\\n")
`,
  );
  execFileSync(installedParts().python, ['-m', 'zipfile', '-c', `${code}.zip`, code]);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'reader',
      Runtime: 'python3.11',
      Handler: 'handler.handler',
      Role: 'arn:aws:iam::000000000000:role/reader',
      Code: { ZipFile: readFileSync(`${code}.zip`) },
    }),
  );
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'reader',
      EventSourceArn: ARN,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
    }),
  );
  await ministack.saveState();
  expect(await untilSeen(500)).toHaveLength(500);
  await untilProgressIsKept();
  await put(500, 20);
  await killAndStart();
  const all = await untilSeen(520);
  expect([...new Set(all)].sort((a, b) => a - b)).toEqual(upTo(520));
  // At most what came after the last time its progress was kept is given twice.
  expect(all.length).toBeLessThanOrEqual(540);
  lambda.destroy();
});

test('the halves of a shard that is split are read from their beginning, and so is what was left of it', async () => {
  const { Shards } = await call<{ Shards: ShardDescription[] }>('ListShards', { StreamName: STREAM });
  await put(520, 50);
  await call('SplitShard', {
    StreamName: STREAM,
    ShardToSplit: Shards[0]?.ShardId,
    NewStartingHashKey: String(2n ** 126n),
  });
  await put(570, 50);
  await killAndStart();
  expect([...new Set(await untilSeen(620))].sort((a, b) => a - b)).toEqual(upTo(620));
  expect(await stored()).toEqual(upTo(620));
});

test('functions are there as well', async () => {
  const lambda = new LambdaClient({ region: 'us-east-1', endpoint: ministack.url, credentials });
  const { FunctionName } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'reader' }));
  expect(FunctionName).toBe('reader');
  lambda.destroy();
});

test('a stream that is deleted and created again is read from its first record, also after a kill', async () => {
  await call('DeleteStream', { StreamName: STREAM });
  await call('CreateStream', { StreamName: STREAM, ShardCount: 2 });
  await put(620, 20);
  expect(new Set(await untilSeen(640))).toEqual(new Set(upTo(640)));
  await untilProgressIsKept();
  await killAndStart();
  await put(640, 20);
  expect(new Set(await untilSeen(660))).toEqual(new Set(upTo(660)));
});
