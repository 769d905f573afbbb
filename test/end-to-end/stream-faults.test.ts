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
import type { EmulatorReport } from '../../emulator';
import { FEED_NAMES, streamName, type FeedName } from '../../feeds';
import { VICTIMS } from '../chaos/victims';
import { PipelineRun, pipelineJson, reset, startSending } from './support/pipeline-run';

const USER_ID = 'e2e-streams';
const POSTS = 1000;
const PROJECT = join(__dirname, '..', '..');

describe('the streaming path in trouble', () => {
  let pipeline: PipelineRun;
  let deployment: Deployment;
  let kinesis: KinesisClient;

  beforeAll(async () => {
    await reset(USER_ID);
    // Reports are an hour apart, so that what the tests count is what they sent (and ten random posts a second).
    pipeline = new PipelineRun(
      USER_ID,
      '--posts',
      String(POSTS),
      '--report-every',
      '3600',
      '--restarts',
      '20',
    );
    await pipeline.printed(/Press Ctrl-C to stop/, 1, 2_000_000);
    deployment = await runningLocalDeployment(USER_ID);
    kinesis = kinesisClient(deployment.aws);
  }, 2_400_000);

  afterAll(async () => {
    kinesis.destroy();
    await pipeline.interrupt();
    await reset(USER_ID);
  }, 120_000);

  /** Waits for the functions and reconciles; every feed must come out with nothing missing and nothing double. */
  async function reconciled(): Promise<Record<FeedName, StreamReconciliation>> {
    const { streams } = await pipelineJson<Reconciliation>(USER_ID, 'reconcile', '--wait', '240');
    expect(streams.map(({ feed, missing, duplicate }) => ({ feed, missing, duplicate }))).toEqual(
      FEED_NAMES.map((feed) => ({ feed, missing: 0, duplicate: 0 })),
    );
    for (const { acknowledged, unacknowledged, table, quarantine } of streams) {
      expect(table + quarantine).toBe(acknowledged + unacknowledged);
    }
    return Object.fromEntries(streams.map((row) => [row.feed, row])) as Record<
      FeedName,
      StreamReconciliation
    >;
  }

  function expectAllThrough({ feeds }: EmulatorReport, posts: number): void {
    expect(feeds).toMatchObject(
      Object.fromEntries(FEED_NAMES.map((feed) => [feed, { sent: posts, acknowledged: posts, failed: 0 }])),
    );
  }

  it.each(['functions', 'ministack'])(
    '%s killed in mid-flow: every acknowledged record is a row, once',
    async (name) => {
      const before = await reconciled();
      const args = ['--to', 'streams', '--posts', '3000', '--rate', '300', '--run', `kill-${name}`];
      const { report } = await startSending(USER_ID, ...args);
      const victim = VICTIMS.find((one) => one.name === name && one.blow === 'kill');
      const pids = victim?.pids(pipeline) ?? [];
      expect(pids.length).toBeGreaterThan(0);
      const part = pipeline.part('ministack');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      expectAllThrough(await report, 3000);
      if (name === 'ministack') await pipeline.restarted(part);
      const after = await reconciled();
      for (const feed of FEED_NAMES) {
        expect(after[feed].table - before[feed].table).toBeGreaterThanOrEqual(3000);
      }
    },
    900_000,
  );

  it('the local AWS, its S3 with it, stands still for 20 s', async () => {
    const args = ['--to', 'streams', '--posts', '3000', '--rate', '300', '--run', 'still'];
    const { report } = await startSending(USER_ID, ...args);
    const { pid } = pipeline.part('ministack');
    process.kill(pid, 'SIGSTOP');
    await sleep(20_000);
    process.kill(pid, 'SIGCONT');
    expectAllThrough(await report, 3000);
    await reconciled();
  }, 900_000);

  it('the emulator killed in mid-flow goes on where its ledger ends', async () => {
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
    await reconciled();
  }, 900_000);

  it('10,000 records, 5 % of them bad in ten ways: good ones are rows, bad ones are in quarantine', async () => {
    const before = await reconciled();
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
    // These are in no ledger, so the reconciliation does not wait for them.
    let after = await reconciled();
    for (let tries = 0; tries < 60 && after.geo.quarantine - before.geo.quarantine < 500; tries += 1) {
      await sleep(1000);
      after = await reconciled();
    }
    expect(after.geo.quarantine - before.geo.quarantine).toBe(500);
    expect(after.geo.unacknowledged - before.geo.unacknowledged).toBeGreaterThanOrEqual(10_000);
  }, 600_000);

  it('shards are split and merged while posts flow', async () => {
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
    const { user } = await reconciled();
    // The two of the beginning, the two halves, and what they were merged to.
    expect(user.shards.length).toBe(5);
  }, 900_000);
});
