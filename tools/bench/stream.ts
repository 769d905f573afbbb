/**
 * The streaming path in a running pipeline: emulator, API, streams, functions, tables, all on this machine.
 *
 * A post is three records. "Post to row" is from just before the first request that a record is in, so with the API and all tries,
 * to the commit that adds its row, over all records sent; it is the slowest feed's. The lag is of the records sent, while they
 * are sent: those that are not rows yet. At the end the files that both rates and the background have made are counted, and what
 * the maintenance of the tables leaves of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { FEED_NAMES, streamName, streamTableName } from '../../services/contract';
import { emulate, openPorts } from '../../services/emulator';
import { PipelineRun, reset } from '../../test/end-to-end/support/pipeline-run';
import { ensureParts } from '../local-run/install';
import { runningLocalDeployment } from '../local-run/local-deployment';
import { awsEnvironment, type Deployment } from '../pipeline/deployment';
import type { Benchmark, Figure } from './benchmark';
import { SentRecords } from './sent-records';
import { lag, rowTimes, StreamCommits, type Span } from './stream-commits';
import { median, progress, tableEngine } from './support';

const USER_ID = 'bench-stream';
/** Records a second, the background's with it. */
const RATES = [300, 3_000];
/** What the local run sends by itself meanwhile, in posts a second. */
const BACKGROUND = 10;
const LONGEST_END_MS = 120_000;

/** Sends posts to the streams. @returns posts a second. @throws Error when a record was not acknowledged. */
async function send(
  target: Deployment,
  sent: SentRecords,
  run: string,
  rate: number,
  posts: number,
): Promise<number> {
  const { ApiUrl, SourceSecretArn, SinkBucketName } = target.outputs;
  const ports = await openPorts(
    { apiUrl: ApiUrl, sourceSecretArn: SourceSecretArn, sinkBucket: SinkBucketName },
    target.aws,
  );
  try {
    const report = await emulate(
      { userId: USER_ID, run, rate, posts, destination: 'streams', mode: 'random' },
      { ...ports, api: sent.watching(ports.api) },
    );
    if (!report.ok) throw new Error(`The sending ${report.ended}: ${report.problems.join(' ')}`);
    return report.posts / report.seconds;
  } finally {
    await ports.close();
  }
}

/** Waits until all that was sent is in a table. @throws Error when it takes too long. */
async function rows(commits: StreamCommits, sent: SentRecords, stream: string): Promise<Span[]> {
  for (const began = performance.now(); ;) {
    await commits.read();
    const times = rowTimes(sent.of(stream), commits.advances);
    const left = times.filter((time) => time === undefined).length;
    if (left === 0) return sent.of(stream).map(({ sentAt }, index): Span => [sentAt, times[index] ?? NaN]);
    if (performance.now() - began > LONGEST_END_MS) {
      throw new Error(
        `${left} records of ${stream} are not in its table ${LONGEST_END_MS / 1000} s after the last was sent: see \`status\` and the functions' logs.`,
      );
    }
    await sleep(250);
  }
}

/** Holds a rate of records of all feeds, the background's with it. */
async function hold(
  target: Deployment,
  tables: readonly StreamCommits[],
  records: number,
  seconds: number,
): Promise<Figure[]> {
  const rate = records / FEED_NAMES.length - BACKGROUND;
  progress(`${records} records a second for ${seconds} s`);
  const sent = new SentRecords();
  const reached = await send(target, sent, `bench-${records}`, rate, Math.round(rate * seconds));
  const feeds = await Promise.all(
    FEED_NAMES.map((feed, index) => rows(tables[index] as StreamCommits, sent, streamName(USER_ID, feed))),
  );
  const quantile = (of: number): number =>
    Math.max(
      ...feeds.map((spans) => {
        const took = spans.map(([begun, row]) => (row - begun) / 1000).sort((a, b) => a - b);
        return took[Math.ceil(took.length * of) - 1] ?? Infinity;
      }),
    );
  const all = feeds.flat();
  const growth = (lag(all, 2 / 3, 1) - lag(all, 1 / 3, 2 / 3)) / (seconds / 3);
  const name = `${records} records/s`;
  return [
    { name: `${name}: sent`, value: (reached + BACKGROUND) * FEED_NAMES.length, unit: 'records/s' },
    { name: `${name}: post to row, p50`, value: quantile(0.5), unit: 's' },
    {
      name: `${name}: post to row, p95`,
      value: quantile(0.95),
      unit: 's',
      aim: records === 300 ? '< 2' : undefined,
    },
    { name: `${name}: post to row, p99`, value: quantile(0.99), unit: 's' },
    { name: `${name}: lag, mean`, value: lag(all, 0, 1), unit: 'records' },
    // The first third is left out, as a lag must come up from nothing.
    {
      name: `${name}: lag, growth from the middle third to the last`,
      value: growth,
      unit: 'records/s',
      aim: `< ${records / 100}`,
    },
  ];
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: 'Emulator to API, Kinesis, functions and Delta tables in a running local pipeline',
  unit: 'seconds a rate',
  sizes: [60],
  async run(seconds) {
    await ensureParts(progress);
    await reset(USER_ID);
    const run = new PipelineRun(USER_ID, '--posts', '2000', '--report-every', '86400');
    try {
      await run.printed(/Press Ctrl-C to stop/, 1, 600_000);
      const target = await runningLocalDeployment(USER_ID);
      const bucket = target.outputs.SinkBucketName;
      const s3 = new S3Client({ ...target.aws, forcePathStyle: true });
      const tables = FEED_NAMES.map(
        (feed) => new StreamCommits(s3, bucket, streamTableName(USER_ID, feed), streamName(USER_ID, feed)),
      );
      const figures: Figure[] = [];
      for (const records of RATES) figures.push(...(await hold(target, tables, records, seconds)));
      const appended = tables.flatMap((table) => table.appended);
      const { stdout } = await tableEngine('maintain', { bucket, env: awsEnvironment(target.aws) }, USER_ID);
      const { tables: left } = JSON.parse(stdout) as { tables: Record<string, { files: number } | null> };
      s3.destroy();
      return [
        ...figures,
        { name: 'files appended to the three tables', value: appended.length, unit: 'files' },
        { name: 'rows of an appended file, p50', value: median(appended), unit: 'rows' },
        {
          name: 'files of the three tables after their maintenance',
          value: FEED_NAMES.reduce(
            (sum, feed) => sum + (left[streamTableName(USER_ID, feed)]?.files ?? NaN),
            0,
          ),
          unit: 'files',
        },
      ];
    } finally {
      await run.interrupt();
      await reset(USER_ID);
    }
  },
};
