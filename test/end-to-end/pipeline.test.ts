/** The whole pipeline as a newcomer runs it, on the real parts, with its answers checked by the oracle. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Answers } from '../../tools/pipeline/answers';
import type { BatchReport } from '../../tools/pipeline/batch';
import type { EmulatorReports } from '../../tools/pipeline/emulate';
import { runningLocalDeployment } from '../../tools/local-run/local-deployment';
import type { Reconciliation } from '../../tools/pipeline/reconcile';
import type { LocalStatus } from '../../tools/pipeline/status';
import type { EmulatorDestination, EmulatorReport } from '../../services/emulator';
import { createApiClient } from '../../services/emulator/api-client';
import { TOPIC_CONTENT_TYPE } from '../../services/emulator/topic-destination';
import { FEED_NAMES, topicName } from '../../services/contract';
import { generatePosts } from '../../services/source/generator';
import type { Post } from '../../services/source/rows';
import { oracleAnswers } from '../oracle/answers';
import {
  catalogueOutcomes,
  expectedOutcomes,
  expectedStatuses,
  sendCatalogue,
} from './support/catalogue-run';
import { PipelineRun, isAlive, pipelineJson, reset } from './support/pipeline-run';

const USER_ID = 'e2e-whole';
const POSTS = 3000;
const SEED = 7;
/** What is sent once every post was sent. */
const BY_HAND = 250;
/** Of so many posts the geo row is sent without a key, twice. */
const WITHOUT_KEY = 40;

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

/** The deployed function, inside the local AWS, sends as its schedule for a destination would have it. */
async function invokeEmulator(destination: EmulatorDestination): Promise<EmulatorReport> {
  const { aws, outputs } = await runningLocalDeployment(USER_ID);
  const client = new LambdaClient(aws);
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({
      FunctionName: outputs.EmulatorFunctionName,
      Payload: destination === 'topics' ? '{}' : JSON.stringify({ destination }),
    }),
  );
  client.destroy();
  const text = Buffer.from(Payload ?? []).toString('utf8');
  if (FunctionError !== undefined) throw new Error(`The emulator's function failed: ${text}`);
  return JSON.parse(text) as EmulatorReport;
}

/**
 * Sends posts' geo rows without a key: first all with a country that there is not, then, at once, all as they are. As the
 * batch gets both together, only the order of the offsets tells it which is the newest.
 */
async function sendWithoutKey(): Promise<void> {
  const { aws, outputs } = await runningLocalDeployment(USER_ID);
  const { region, credentials } = aws;
  const api = createApiClient({ apiUrl: outputs.ApiUrl, region, credentials });
  const rows = [...generatePosts({ seed: SEED, from: 0, to: WITHOUT_KEY })].map(({ geo }) => geo);
  try {
    for (const sent of [rows.map((row) => ({ ...row, country: 'Nowhere' })), rows]) {
      const { status, body } = await api.request({
        method: 'POST',
        path: `/topics/${topicName(USER_ID, 'geo')}`,
        contentType: TOPIC_CONTENT_TYPE,
        body: JSON.stringify({ records: sent.map((value) => ({ value })) }),
      });
      expect([status, body.match(/"error_code":null/g)?.length]).toEqual([200, WITHOUT_KEY]);
    }
  } finally {
    api.close();
  }
}

describe('the whole pipeline', () => {
  beforeAll(() => reset(USER_ID), 600_000);
  afterAll(() => reset(USER_ID), 600_000);

  let pids: number[] = [];

  it('answers the eight questions as the oracle does, and loses and doubles nothing', async () => {
    // Nothing is sent but what is sent here, so that every count is known. A run that continues sending, and
    // the next start, are tested in test/integration/local-run-start.test.ts.
    const args = ['--posts', String(POSTS), '--seed', String(SEED), '--no-random'];
    const pipeline = new PipelineRun(USER_ID, ...args);
    try {
      await pipeline.printed(/Press Ctrl-C to stop/, 1, 1_200_000);
      expect(pipeline.output).toMatch(/pin: missing 0, duplicate 0/);
      pids = pipeline.runFile().parts.map(({ pid }) => pid);
      expect(pids.length).toBeGreaterThanOrEqual(5);

      expect(comparable(await pipelineJson<Answers>(USER_ID, 'answers'))).toEqual(expectedAnswers());

      const emulation = ['emulate', '--to', 'both', '--posts', String(BY_HAND), '--run', 'by-hand'];
      const sent = await pipelineJson<EmulatorReports>(USER_ID, ...emulation);
      const [topics, streams] = await Promise.all([invokeEmulator('topics'), invokeEmulator('streams')]);
      const scheduled = { topics, streams };
      const total = { topics: 0, streams: 0 };
      for (const destination of ['topics', 'streams'] as const) {
        const { posts, feeds, ...report } = scheduled[destination];
        const run = destination === 'topics' ? 'scheduled-100' : 'scheduled-100-streams';
        expect(report).toMatchObject({ ok: true, run, destination, problems: [] });
        expect(posts).toBe(500);
        for (const feed of FEED_NAMES) {
          expect(sent[destination].feeds[feed]).toMatchObject({
            sent: BY_HAND,
            acknowledged: BY_HAND,
            failed: 0,
          });
          expect(feeds[feed]).toMatchObject({ sent: posts, acknowledged: posts, failed: 0 });
        }
        total[destination] = POSTS + BY_HAND + posts;
      }
      await sendWithoutKey();

      const toCome = await pipelineJson<Reconciliation>(USER_ID, 'reconcile', '--wait', '400');
      expect(toCome.ok).toBe(true);
      await pipelineJson<BatchReport>(USER_ID, 'batch', '--engine', 'spark');
      const reconciled = await pipelineJson<Reconciliation>(USER_ID, 'reconcile');
      for (const row of reconciled.streams) {
        const { acknowledged, unacknowledged, table, quarantine } = row;
        expect(row).toMatchObject({ sent: total.streams, acknowledged: total.streams });
        expect(row).toMatchObject({ missing: 0, duplicate: 0, quarantine: 0 });
        expect(table + quarantine).toBe(acknowledged + unacknowledged);
        expect(row.shards.length).toBeGreaterThan(1);
      }
      for (const row of reconciled.feeds) {
        const { feed, topic, unacknowledged } = row;
        expect(unacknowledged).toBeGreaterThanOrEqual(feed === 'geo' ? 2 * WITHOUT_KEY : 0);
        expect(row).toMatchObject({ sent: total.topics, acknowledged: total.topics });
        expect(row).toMatchObject({ missing: 0, duplicate: 0, quarantine: 0, deadLetters: 0, pending: 0 });
        expect(row.table).toBe(POSTS); // Each post once, however often it was sent.
        expect(topic).toBe(total.topics + (unacknowledged ?? NaN));
        expect(row.raw).toBe(topic);
      }
      // The same posts again change nothing in the answers, whoever gives them; nor do older rows that were replaced.
      for (const engine of ['duckdb', 'spark']) {
        const answers = await pipelineJson<Answers>(USER_ID, 'answers', '--engine', engine);
        expect(comparable(answers)).toEqual(expectedAnswers());
      }

      const status = await pipelineJson<LocalStatus>(USER_ID, 'status');
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
      expect(status.streams?.map(({ feed, rows, quarantine }) => [feed, rows, quarantine])).toEqual(
        reconciled.streams.map(({ feed, table }) => [feed, table, 0]),
      );
      for (const stream of status.streams ?? []) {
        expect(stream.lag.map(({ records }) => records)).toEqual([0, 0]);
        const { p50, p95, p99 } = stream.recent?.latency ?? { p50: 0, p95: 0, p99: 0 };
        expect(0 < p50 && p50 <= p95 && p95 <= p99).toBe(true);
      }

      // Inputs of every kind, last: they are no posts. Some have no row number, so that the proxy chooses the partition.
      const deployment = await runningLocalDeployment(USER_ID);
      expect(await sendCatalogue(deployment)).toEqual(expectedStatuses());
      const outcomes = await catalogueOutcomes(deployment, POSTS);
      for (const feed of FEED_NAMES) {
        for (const path of ['topics', 'streams'] as const) {
          expect([path, feed, outcomes(path, feed)]).toEqual([path, feed, expectedOutcomes(path, feed)]);
        }
      }
      expect((await pipelineJson<Reconciliation>(USER_ID, 'reconcile')).ok).toBe(true);
    } finally {
      await pipeline.interrupt();
    }
    expect(await pipeline.ended).toBe(130);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 3_600_000);
});
