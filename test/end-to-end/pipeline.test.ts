/** The whole pipeline as a newcomer runs it, on the real parts, with its answers checked by the oracle. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Answers } from '../../cli/answers';
import type { BatchReport } from '../../cli/batch';
import { runningLocalDeployment } from '../../cli/local-deployment';
import type { Reconciliation } from '../../cli/reconcile';
import type { Status } from '../../cli/status';
import type { EmulatorReport } from '../../emulator';
import { FEED_NAMES } from '../../feeds';
import { generatePosts } from '../../source-data/generator';
import type { Post } from '../../source-data/rows';
import { oracleAnswers } from '../oracle/answers';
import { PipelineRun, isAlive, pipelineJson, reset, run } from './support/pipeline-run';

const USER_ID = 'e2e-whole';
const POSTS = 3000;
const SEED = 7;

function expectedAnswers(): { question: string; columns: readonly string[]; rows: readonly unknown[] }[] {
  const posts: Post[] = [...generatePosts({ seed: SEED, from: 0, to: POSTS })];
  return oracleAnswers({
    pin: posts.map((post) => ({ ...post.pin })),
    geo: posts.map((post) => ({ ...post.geo })),
    user: posts.map((post) => ({ ...post.user })),
  }).map(({ question, columns, rows }) => ({ question, columns, rows }));
}

const comparable = ({ answers }: Answers): unknown[] =>
  answers.map(({ question, columns, rows }) => ({ question, columns, rows }));

async function invokeEmulator(): Promise<EmulatorReport> {
  const { aws, outputs } = await runningLocalDeployment(USER_ID);
  const client = new LambdaClient(aws);
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName: outputs.EmulatorFunctionName, Payload: '{}' }),
  );
  client.destroy();
  const text = Buffer.from(Payload ?? []).toString('utf8');
  if (FunctionError !== undefined) throw new Error(`The emulator's function failed: ${text}`);
  return JSON.parse(text) as EmulatorReport;
}

describe('the whole pipeline', () => {
  beforeAll(() => reset(USER_ID), 60_000);
  afterAll(() => reset(USER_ID), 60_000);

  let pids: number[] = [];

  it('answers the eight questions as the oracle does, and loses and doubles nothing', async () => {
    const pipeline = new PipelineRun(USER_ID, '--posts', String(POSTS), '--seed', String(SEED));
    try {
      await pipeline.printed(/Press Ctrl-C to stop/);
      expect(pipeline.output).toMatch(/pin: missing 0, duplicate 0/);
      pids = pipeline.runFile().parts.map(({ pid }) => pid);
      expect(pids.length).toBeGreaterThanOrEqual(5);

      expect(comparable(await pipelineJson<Answers>(USER_ID, 'answers'))).toEqual(expectedAnswers());

      const sent = await pipelineJson<EmulatorReport>(
        USER_ID,
        'emulate',
        '--posts',
        '250',
        '--run',
        'by-hand',
      );
      expect(sent.feeds.pin).toMatchObject({ sent: 250, acknowledged: 250, failed: 0 });

      // The deployed function, inside the local AWS, sends as its schedule would have it.
      const scheduled = await invokeEmulator();
      expect(scheduled.feeds.user).toMatchObject({ sent: scheduled.posts, failed: 0 });
      expect(scheduled).toMatchObject({ ok: true, run: 'scheduled-100', problems: [] });
      expect(scheduled.posts).toBeGreaterThan(0);

      await pipelineJson<BatchReport>(USER_ID, 'batch');
      const reconciled = await pipelineJson<Reconciliation>(USER_ID, 'reconcile');
      for (const row of reconciled.streams) {
        expect(row).toMatchObject({
          sent: POSTS,
          acknowledged: POSTS,
          table: POSTS,
          missing: 0,
          duplicate: 0,
        });
        expect(row.shards.length).toBeGreaterThan(1);
      }
      for (const row of reconciled.feeds) {
        expect(row).toMatchObject({ missing: 0, duplicate: 0, table: POSTS, quarantine: 0, deadLetters: 0 });
        expect(row.raw).toBeGreaterThanOrEqual(POSTS + 250);
      }
      // The same posts again change nothing in the answers.
      expect(comparable(await pipelineJson<Answers>(USER_ID, 'answers'))).toEqual(expectedAnswers());

      const status = await pipelineJson<Status>(USER_ID, 'status');
      expect(status.parts.map(({ part, up }) => [part, up])).toEqual([
        ['Kafka', true],
        ['REST proxy', true],
        ['S3 sink', true],
        ['Tables', true],
        ['Streams', true],
      ]);
      expect(status.feeds?.map(({ feed, table }) => [feed, table])).toEqual(
        FEED_NAMES.map((feed) => [feed, POSTS]),
      );
      for (const stream of status.streams ?? []) {
        expect(stream).toMatchObject({ rows: POSTS, quarantine: 0 });
        expect(stream.lag.map(({ records }) => records)).toEqual([0, 0]);
        const { p50, p95, p99 } = stream.recent?.latency ?? { p50: 0, p95: 0, p99: 0 };
        expect(0 < p50 && p50 <= p95 && p95 <= p99).toBe(true);
      }
    } finally {
      await pipeline.interrupt();
    }
    expect(await pipeline.ended).toBe(130);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 600_000);

  it('goes on with its data at the next start, and --once ends with exit code 0', async () => {
    const { code, stdout } = await run('npm', [
      'start',
      '--',
      '--once',
      '--user-id',
      USER_ID,
      '--posts',
      String(POSTS),
      '--seed',
      String(SEED),
    ]);
    expect(stdout).toMatch(/Every post was sent to the topics already/);
    expect(stdout).toMatch(/Every post was sent to the streams already/);
    for (const feed of FEED_NAMES) {
      expect(stdout.split(`${feed}: missing 0, duplicate 0`)).toHaveLength(3); // Once for each path.
    }
    expect(code).toBe(0);
    expect(await run('npm', ['run', '-s', 'pipeline', '--', 'status', '--user-id', USER_ID])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`npm start -- --user-id ${USER_ID}`) as string,
    });
  }, 600_000);
});
