import { formatReplay } from '../../../../tools/cli/format-jobs';
import { replayOnStage } from '../../../../tools/deployed-stage/stage-replay';
import type { StreamRecordLine } from '../../../../tools/pipeline/stream-records';
import { functionError, invocation, ScriptedAws, stacksAnswer, type AwsAnswer } from './scripted-aws';

const { signal } = new AbortController();
const control = { signal, tell: () => undefined };
const TIMES = { from: new Date('2026-01-31T00:00:00Z'), to: new Date('2026-02-01T00:00:00Z') };
const INVOKED = invocation('replayer');

let aws: ScriptedAws;
beforeEach(async () => {
  aws = await ScriptedAws.start();
  aws.answers.set(
    'DescribeStacks',
    stacksAnswer({ 'pinterest-dev-stream': { ReplayFunctionName: 'replayer' } }),
  );
});
afterEach(() => aws.stop());

const json = (document: object): AwsAnswer => ({ body: JSON.stringify(document) });

/** The inputs of the function, in order. */
const events = (): Readonly<Record<string, unknown>>[] =>
  aws.requests.filter(({ operation }) => operation === INVOKED).map(({ input }) => input);

/** A stream of one shard with records of so many bytes, all of noon. */
function stream(...sizes: readonly number[]): void {
  aws.answers.set('ListShards', json({ Shards: [{ ShardId: 'shardId-0' }] }));
  aws.answers.set('GetShardIterator', json({ ShardIterator: 'here' }));
  const Records = sizes.map((size, index) => ({
    SequenceNumber: String(100 + index),
    ApproximateArrivalTimestamp: Date.parse('2026-01-31T12:00:00Z') / 1000,
    Data: Buffer.alloc(size, 'x').toString('base64'),
    PartitionKey: '1',
  }));
  aws.answers.set('GetRecords', [
    json({ Records, NextShardIterator: 'next', MillisBehindLatest: 0 }),
    json({ Records: [], NextShardIterator: 'next', MillisBehindLatest: 0 }),
  ]);
}

const counted = (records: number, inserted: number): AwsAnswer =>
  json({ feed: 'user', records, inserted, quarantined: 1, present: 2, ahead: 3, seconds: 0.1 });

test('the records of a stream are handed to the function, and its counts told', async () => {
  stream(10, 10, 10);
  aws.answers.set(INVOKED, counted(3, 1));
  const report = await replayOnStage(aws.stage(), { feed: 'user', source: 'stream', ...TIMES }, control);
  expect(report).toMatchObject({
    source: 'stream',
    table: 'pinterest_user_table',
    ...{ records: 3, inserted: 1, quarantined: 1, present: 2, ahead: 3 },
  });
  expect(formatReplay(report)).toContain('1 rows added to pinterest_user_table, 1 to quarantine');
  const [{ lines, ...event } = {}] = events();
  expect(event).toEqual({ source: 'stream', feed: 'user' });
  const records = String(lines)
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRecordLine);
  expect(records.map(({ sequence_number }) => sequence_number)).toEqual(['100', '101', '102']);
  expect(records[0]).toEqual({
    shard: 'shardId-0',
    sequence_number: '100',
    data: Buffer.from('xxxxxxxxxx').toString('base64'),
    arrived_at: Date.parse('2026-01-31T12:00:00Z') * 1000,
  });
});

test('many records are handed over some megabytes at a time, none left out, and the counts added up', async () => {
  const megabyte = 1_000_000;
  stream(...Array<number>(7).fill(megabyte));
  aws.answers.set(INVOKED, [counted(3, 2), counted(3, 0), counted(1, 1)]);
  const told: string[] = [];
  const report = await replayOnStage(
    aws.stage(),
    { feed: 'user', source: 'stream', ...TIMES },
    { signal, tell: (line) => told.push(line) },
  );
  expect(report).toMatchObject({ records: 7, inserted: 3, quarantined: 3, present: 6, ahead: 9 });
  expect(told).toEqual([
    '3 records read again, 2 rows added',
    '6 records read again, 2 rows added',
    '7 records read again, 3 rows added',
  ]);
  for (const event of events()) expect(JSON.stringify(event).length).toBeLessThan(6 * megabyte);
  const numbers = events().flatMap(({ lines }) => String(lines).match(/(?<="sequence_number":")\d+/g));
  expect(numbers).toEqual(['100', '101', '102', '103', '104', '105', '106']);
});

test('a stream without records of that time needs no function', async () => {
  stream();
  const report = await replayOnStage(aws.stage(), { feed: 'pin', source: 'stream', ...TIMES }, control);
  expect([report, events()]).toEqual([expect.objectContaining({ records: 0, inserted: 0 }), []]);
});

test('raw files are read by the function', async () => {
  const counts = { files: 2, pending_files: 1, lines: 9, rows: 8, rejects: 1, inserted: 4, quarantined: 0 };
  aws.answers.set(INVOKED, json({ feed: 'geo', ...counts, seconds: 2.5 }));
  const report = await replayOnStage(aws.stage(), { feed: 'geo', source: 'raw-files', ...TIMES }, control);
  expect(report).toEqual({ source: 'raw-files', table: 'geo', feed: 'geo', ...counts, seconds: 2.5 });
  expect(events()).toEqual([
    {
      source: 'raw-files',
      feed: 'geo',
      from: '2026-01-31T00:00:00.000Z',
      to: '2026-02-01T00:00:00.000Z',
    },
  ]);
});

test('a function that is cut off is told, with what to do', async () => {
  const flags = { feed: 'geo', source: 'raw-files', ...TIMES } as const;
  aws.answers.set(
    INVOKED,
    functionError('Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 900.00 seconds'),
  );
  await expect(replayOnStage(aws.stage(), flags, control)).rejects.toThrow('replay shorter spans of time');
  aws.answers.set(INVOKED, functionError('TableEngineError', 'no batch has run yet'));
  await expect(replayOnStage(aws.stage(), flags, control)).rejects.toThrow(
    'failed with TableEngineError: no batch has run yet',
  );
});

test('a stream that does not exist is an error', async () => {
  const body = JSON.stringify({ __type: 'ResourceNotFoundException', message: 'Stream is not there.' });
  aws.answers.set('ListShards', { status: 400, body });
  const flags = { feed: 'pin', source: 'stream', ...TIMES } as const;
  await expect(replayOnStage(aws.stage(), flags, control)).rejects.toThrow('Stream is not there.');
});
