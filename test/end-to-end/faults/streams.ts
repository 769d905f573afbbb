/** The streaming path in trouble: processes killed in mid-flow and bad records; each record ends in one place, once. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import type { Deployment } from '../../cli/deployment';
import { kinesisClient } from '../../cli/kinesis-client';
import { runningLocalDeployment } from '../../cli/local-deployment';
import type { Reconciliation } from '../../cli/reconcile';
import type { StreamReconciliation } from '../../cli/reconcile-streams';
import { streamRecords } from '../../cli/stream-records';
import type { EmulatorReport } from '../../emulator';
import { FEED_NAMES, streamName, type FeedName } from '../../feeds';
import { VICTIMS } from '../chaos/victims';
import { PipelineRun, pipelineJson, reset, startSending } from './support/pipeline-run';

const USER_ID = 'e2e-streams';
const POSTS = 1000;
const PROJECT = join(__dirname, '..', '..');
/** A bound, not an expectation. */
const APPEND_LIMIT_MS = 240_000;

type Reconciled = Readonly<Record<FeedName, StreamReconciliation>>;
const PLACES = ['sent', 'acknowledged', 'unacknowledged', 'table', 'quarantine'] as const;
type Place = (typeof PLACES)[number];

describe('the streaming path in trouble', () => {
  let pipeline: PipelineRun;
  let deployment: Deployment;
  let kinesis: KinesisClient;
  /** What the last test ended with: nothing is sent between two tests. */
  let last: Reconciled | undefined;

  beforeAll(async () => {
    await reset(USER_ID);
    // Nothing is sent but what the tests send, so that they can count it.
    pipeline = new PipelineRun(USER_ID, '--posts', String(POSTS), '--no-random', '--restarts', '20');
    await pipeline.printed(/Press Ctrl-C to stop/, 1, 2_000_000);
    deployment = await runningLocalDeployment(USER_ID);
    kinesis = kinesisClient(deployment.aws);
  }, 2_400_000);

  afterAll(async () => {
    kinesis.destroy();
    await pipeline.interrupt();
    await reset(USER_ID);
  }, 120_000);

  /** How many records a stream holds, told by nobody but the stream. Nothing may be on its way to it. */
  async function recordsOf(feed: FeedName): Promise<number> {
    let count = 0;
    const records = streamRecords(deployment.aws, streamName(USER_ID, feed), new Date(0), new Date());
    for await (const record of records) if (record.sequence_number !== '') count += 1;
    return count;
  }

  /**
   * Waits for the functions and reconciles: every feed must come out with nothing missing and nothing double, and each
   * record of its stream, whoever sent it, must be in one place. Nothing may be on its way to the streams.
   */
  async function reconciled(): Promise<Reconciled> {
    const records = Object.fromEntries(
      await Promise.all(FEED_NAMES.map(async (feed) => [feed, await recordsOf(feed)] as const)),
    );
    // The reconciliation does not wait for what is in no ledger.
    for (const deadline = Date.now() + APPEND_LIMIT_MS; ;) {
      const { streams } = await pipelineJson<Reconciliation>(USER_ID, 'reconcile', '--wait', '240');
      expect(streams.map(({ feed, missing, duplicate }) => ({ feed, missing, duplicate }))).toEqual(
        FEED_NAMES.map((feed) => ({ feed, missing: 0, duplicate: 0 })),
      );
      const stored = streams.map(({ feed, table, quarantine }) => [feed, table + quarantine] as const);
      if (stored.some(([feed, count]) => count < (records[feed] ?? 0)) && Date.now() < deadline) continue;
      expect(Object.fromEntries(stored)).toEqual(records);
      for (const { acknowledged, unacknowledged, table, quarantine } of streams) {
        expect(table + quarantine).toBe(acknowledged + unacknowledged);
      }
      last = Object.fromEntries(streams.map((row) => [row.feed, row])) as Reconciled;
      return last;
    }
  }

  /** What is there before a test sends anything. */
  async function known(): Promise<Reconciled> {
    const found = last ?? (await reconciled());
    last = undefined; // A test that fails leaves nobody knows what.
    return found;
  }

  /** What a feed has more than before. */
  function growth(after: StreamReconciliation, before: StreamReconciliation): Record<Place, number> {
    return Object.fromEntries(PLACES.map((place) => [place, after[place] - before[place]])) as Record<
      Place,
      number
    >;
  }

  /** The emulator's posts are rows, and besides them only those whose answer was lost, and that were sent again. */
  function expectRows(after: Reconciled, before: Reconciled, posts: number): void {
    for (const feed of FEED_NAMES) {
      const more = growth(after[feed], before[feed]);
      expect(more).toEqual({
        ...{ sent: posts, acknowledged: posts, quarantine: 0 },
        ...{ table: posts + more.unacknowledged, unacknowledged: expect.any(Number) as number },
      });
    }
  }

  function expectAllThrough({ feeds }: EmulatorReport, posts: number): void {
    expect(feeds).toMatchObject(
      Object.fromEntries(FEED_NAMES.map((feed) => [feed, { sent: posts, acknowledged: posts, failed: 0 }])),
    );
  }

  it.each(['functions', 'ministack'])(
    '%s killed in mid-flow: every acknowledged record is a row, once',
    async (name) => {
      const before = await known();
      const args = ['--to', 'streams', '--posts', '3000', '--rate', '300', '--run', `kill-${name}`];
      const { report } = await startSending(USER_ID, ...args);
      const victim = VICTIMS.find((one) => one.name === name && one.blow === 'kill');
      const pids = victim?.pids(pipeline) ?? [];
      expect(pids.length).toBeGreaterThan(0);
      const part = pipeline.part('ministack');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      expectAllThrough(await report, 3000);
      if (name === 'ministack') await pipeline.restarted(part);
      expectRows(await reconciled(), before, 3000);
    },
    900_000,
  );

  it('the local AWS, its S3 with it, stands still for 20 s', async () => {
    const before = await known();
    const args = ['--to', 'streams', '--posts', '3000', '--rate', '300', '--run', 'still'];
    const { report } = await startSending(USER_ID, ...args);
    const { pid } = pipeline.part('ministack');
    process.kill(pid, 'SIGSTOP');
    await sleep(20_000);
    process.kill(pid, 'SIGCONT');
    expectAllThrough(await report, 3000);
    expectRows(await reconciled(), before, 3000);
  }, 900_000);

  it('the emulator killed in mid-flow goes on where its ledger ends', async () => {
    const before = await known();
    const args = ['emulate', '--to', 'streams', '--mode', 'all', '--run', 'killed', '--user-id', USER_ID];
    // Node itself, without npm and tsx around it, so that the kill meets the emulator.
    const emulator = spawn(
      process.execPath,
      ['--import', 'tsx', 'cli/pipeline.ts', ...args, '--rate', '100', '--json'],
      { cwd: PROJECT, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await new Promise<void>((resolve, reject) => {
      emulator.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (/sent .* posts/.test(text)) resolve();
      });
      emulator.on('close', () => {
        reject(new Error('The emulator was over before it could be killed.'));
      });
    });
    emulator.kill('SIGKILL');
    const rest = await pipelineJson<EmulatorReport>(USER_ID, ...args.slice(0, -2), '--rate', '0');
    expect(rest.to).toBe(POSTS);
    const after = await reconciled();
    for (const feed of FEED_NAMES) {
      // What the killed one had sent since it last wrote its ledger was sent again.
      const { acknowledged, unacknowledged, table, quarantine } = growth(after[feed], before[feed]);
      expect([acknowledged, quarantine]).toEqual([POSTS, 0]);
      expect(table).toBe(POSTS + unacknowledged);
    }
  }, 900_000);

  it('10,000 records, 5 % of them bad in ten ways: good ones are rows, bad ones are in quarantine', async () => {
    const before = await known();
    const bad = [
      Buffer.from('not json'),
      Buffer.from('[1]'),
      Buffer.from('{"ind":1'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' \n'),
      Buffer.from('{"country":"Fiji"}'),
      Buffer.from('{"ind":"1a"}'),
      Buffer.from('{"ind":1,"latitude":95,"longitude":0}'),
      Buffer.from('{"ind":1,"timestamp":"2018-02-30T00:00:00"}'),
      Buffer.from('{"ind":1,"country":"\\ud800"}'),
    ];
    const good = (ind: number): Buffer =>
      Buffer.from(
        `{"ind":${ind},"timestamp":"2018-03-28T08:15:15","latitude":1.5,"longitude":-2,"country":"Fiji"}`,
      );
    const records = Array.from({ length: 10_000 }, (_, n) => ({
      Data: n % 20 === 0 ? (bad[(n / 20) % bad.length] ?? good(n)) : good(n),
      PartitionKey: String(n),
    }));
    for (let from = 0; from < records.length; from += 500) {
      const { FailedRecordCount } = await kinesis.send(
        new PutRecordsCommand({
          StreamName: streamName(USER_ID, 'geo'),
          Records: records.slice(from, from + 500),
        }),
      );
      expect(FailedRecordCount).toBe(0);
    }
    const after = await reconciled();
    // These are in no ledger.
    expect(growth(after.geo, before.geo)).toEqual({
      ...{ sent: 0, acknowledged: 0, unacknowledged: 10_000, table: 9500, quarantine: 500 },
    });
  }, 600_000);

  it('shards are split and merged while posts flow', async () => {
    const before = await known();
    const StreamName = streamName(USER_ID, 'user');
    const shards = async (): Promise<{ id: string; first: bigint; last: bigint }[]> => {
      const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
      return Shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined)
        .map(({ ShardId = '', HashKeyRange: range }) => ({
          id: ShardId,
          first: BigInt(range?.StartingHashKey ?? 0),
          last: BigInt(range?.EndingHashKey ?? 0),
        }))
        .sort((one, other) => (one.first < other.first ? -1 : 1));
    };
    const untilActive = async (): Promise<void> => {
      for (let tries = 0; tries < 100; tries += 1) {
        const { StreamDescriptionSummary: found } = await kinesis.send(
          new DescribeStreamSummaryCommand({ StreamName }),
        );
        if (found?.StreamStatus === 'ACTIVE') return;
        await sleep(100);
      }
    };
    const args = ['--to', 'streams', '--posts', '3000', '--rate', '300', '--run', 'resharded'];
    const { report } = await startSending(USER_ID, ...args);
    const [one] = await shards();
    if (one === undefined) throw new Error('The stream has no open shard.');
    await kinesis.send(
      new SplitShardCommand({
        StreamName,
        ShardToSplit: one.id,
        NewStartingHashKey: String((one.first + one.last) / 2n),
      }),
    );
    await untilActive();
    await sleep(2000);
    const [left, right] = await shards();
    await kinesis.send(
      new MergeShardsCommand({ StreamName, ShardToMerge: left?.id, AdjacentShardToMerge: right?.id }),
    );
    await untilActive();
    expectAllThrough(await report, 3000);
    const after = await reconciled();
    expectRows(after, before, 3000);
    // The two of the beginning, the two halves, and what they were merged to.
    expect(after.user.shards.length).toBe(5);
  }, 900_000);
});
