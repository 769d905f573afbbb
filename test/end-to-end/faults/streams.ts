/** The streaming path in trouble: processes killed in mid-flow, shards split; each record ends in one place, once. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { kinesisClient } from '../../../tools/pipeline/kinesis-client';
import type { EmulatorReport } from '../../../services/emulator';
import { FEED_NAMES, streamName } from '../../../services/contract';
import { VICTIMS } from '../../chaos/victims';
import { pipelineJson, startSending } from '../support/pipeline-run';
import { POSTS, TEST_LIMIT_MS, expectAllThrough, growth, type FaultRun } from './fault-run';

const PROJECT = join(__dirname, '..', '..', '..');

/** The tests; `run` is started when they are. */
export function streamFaults(run: FaultRun): void {
  const { userId } = run;
  let kinesis: KinesisClient;

  beforeAll(() => {
    kinesis = kinesisClient(run.deployment.aws);
  });
  afterAll(() => {
    kinesis.destroy();
  });

  it(
    'the functions killed in mid-flow: every acknowledged record is a row, once',
    async () => {
      const before = await run.knownStreams();
      const args = ['--to', 'streams', '--posts', '1500', '--rate', '300', '--run', 'kill-functions'];
      const { report } = await startSending(userId, ...args);
      const victim = VICTIMS.find(({ name, blow }) => name === 'functions' && blow === 'kill');
      const pids = victim?.pids(run.pipeline) ?? [];
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      expectAllThrough(await report, 1500);
      run.expectRows(await run.streams(), before, 1500);
    },
    TEST_LIMIT_MS,
  );

  it(
    'the local AWS, its S3 with it, stands still for 20 s',
    async () => {
      const before = await run.knownStreams();
      const args = ['--to', 'streams', '--posts', '1500', '--rate', '300', '--run', 'still'];
      const { report } = await startSending(userId, ...args);
      const { pid } = run.pipeline.part('ministack');
      process.kill(pid, 'SIGSTOP');
      await sleep(20_000);
      process.kill(pid, 'SIGCONT');
      expectAllThrough(await report, 1500);
      run.expectRows(await run.streams(), before, 1500);
    },
    TEST_LIMIT_MS,
  );

  it(
    'the emulator killed in mid-flow continues where its ledger ends',
    async () => {
      const before = await run.knownStreams();
      const args = ['emulate', '--to', 'streams', '--mode', 'all', '--run', 'killed', '--user-id', userId];
      // Node itself, without npm and tsx around it, so that the kill meets the emulator.
      const emulator = spawn(
        process.execPath,
        ['--import', 'tsx', 'tools/cli/pipeline.ts', ...args, '--rate', '100', '--json'],
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
      const rest = await pipelineJson<EmulatorReport>(userId, ...args.slice(0, -2), '--rate', '0');
      expect(rest.to).toBe(POSTS);
      const after = await run.streams();
      for (const feed of FEED_NAMES) {
        // What the killed one had sent since it last wrote its ledger was sent again.
        const { acknowledged, unacknowledged, table, quarantine } = growth(after[feed], before[feed]);
        expect([acknowledged, quarantine]).toEqual([POSTS, 0]);
        expect(table).toBe(POSTS + unacknowledged);
      }
    },
    TEST_LIMIT_MS,
  );

  it(
    'shards are split and merged while posts flow',
    async () => {
      const before = await run.knownStreams();
      const StreamName = streamName(userId, 'user');
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
      const args = ['--to', 'streams', '--posts', '1500', '--rate', '300', '--run', 'resharded'];
      const { report } = await startSending(userId, ...args);
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
      expectAllThrough(await report, 1500);
      const after = await run.streams();
      run.expectRows(after, before, 1500);
      // The two of the beginning, the two halves, and what they were merged to.
      expect(after.user.shards.length).toBe(5);
    },
    TEST_LIMIT_MS,
  );
}
