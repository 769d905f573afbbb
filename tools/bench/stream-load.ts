/** Sends posts to the streams at a rate, and measures how soon they are rows, and how far the tables are behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { Deployment } from '../pipeline/deployment';
import { inspectStreams } from '../pipeline/stream-inspection';
import { systemClock } from '../../services/emulator/clock';
import { emulate, openPorts, type EmulatorOptions, type EmulatorReport } from '../../services/emulator';
import { FEED_NAMES, streamName, streamTableName } from '../../services/contract';
import { pythonExecutable } from '../local-run/paths';
import type { Figure } from './benchmark';
import { SentRecords } from './sent-records';
import { secondsToRow, StreamCommits } from './stream-commits';
import { lagFigures, type LagSample } from './stream-lag';
import { progress } from './support';

/** What the local run sends by itself meanwhile, in posts a second. */
const BACKGROUND = 10;
/** How many of the newest commits the time from a stream's arrival is taken from. */
const COMMITS = '150';
/** How often the lag is looked at; some dozen requests to S3 each time. */
const SAMPLES = 30;
const LONGEST_END_MS = 120_000;

const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;

/** One stream: what was sent to it, and what its table has. */
interface Path {
  readonly stream: string;
  readonly commits: StreamCommits;
}

/** Records that were sent and are in no table. */
async function lag(paths: readonly Path[], sent: SentRecords): Promise<number> {
  const each = await Promise.all(
    paths.map(async ({ stream, commits }) => {
      const committed = await commits.committed(new Set(sent.of(stream).map(({ shard }) => shard)));
      return sent.of(stream).filter(({ shard, number }) => number > (committed.get(shard) ?? -1n)).length;
    }),
  );
  return each.reduce((sum, one) => sum + one, 0);
}

/** Sends; throws when a record was not acknowledged. */
async function send(
  target: Deployment,
  sent: SentRecords,
  options: EmulatorOptions,
): Promise<EmulatorReport> {
  const { ApiUrl, SourceSecretArn, SinkBucketName } = target.outputs;
  const ports = await openPorts(
    { apiUrl: ApiUrl, sourceSecretArn: SourceSecretArn, sinkBucket: SinkBucketName },
    target.aws,
  );
  try {
    const report = await emulate(
      { ...options, userId: target.userId, destination: 'streams', mode: 'random' },
      { ...ports, api: sent.watching(ports.api) },
    );
    if (!report.ok) throw new Error(`The sending ${report.ended}: ${report.problems.join(' ')}`);
    return report;
  } finally {
    await ports.close();
  }
}

/** Looks at the lag again and again until the sending has ended. `took` is the time of the sending in seconds. */
async function sample(
  sending: Promise<EmulatorReport>,
  look: () => Promise<number>,
  every: number,
): Promise<{ report: EmulatorReport; samples: readonly LagSample[]; took: number }> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const ended = new AbortController();
  const samples: LagSample[] = [];
  const sampling = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      samples.push({ seconds: seconds(), records: await look() });
      await systemClock.sleep(every, ended.signal);
    }
  };
  let took = NaN;
  const sent = sending.finally(() => {
    took = seconds();
    ended.abort();
  });
  const [report] = await Promise.all([sent, sampling()]);
  return { report, samples, took };
}

/** Waits until all that was sent is in the tables. @returns the seconds. @throws Error when it takes too long. */
async function end(paths: readonly Path[], sent: SentRecords): Promise<number> {
  const began = performance.now();
  for (;;) {
    const left = await lag(paths, sent);
    const waited = performance.now() - began;
    if (left === 0) return waited / 1000;
    if (waited > LONGEST_END_MS) {
      throw new Error(
        `${left} records are not in their tables ${LONGEST_END_MS / 1000} s after the last was sent: see \`status\` and the functions' logs.`,
      );
    }
    await sleep(100);
  }
}

/** The seconds within which a share of a feed's records were rows; the slowest feed's. */
function quantile(feeds: readonly (readonly number[])[], of: number): number {
  return Math.max(
    ...feeds.map(
      (seconds) => seconds.toSorted((a, b) => a - b)[Math.ceil(seconds.length * of) - 1] ?? Infinity,
    ),
  );
}

/** Holds a rate of records of all feeds, the background's with it. */
export async function hold(target: Deployment, records: number, seconds: number): Promise<Figure[]> {
  const rate = records / FEED_NAMES.length - BACKGROUND;
  progress(`${records} records a second for ${seconds} s`);
  const s3 = new S3Client({ ...target.aws, forcePathStyle: true });
  try {
    const paths = FEED_NAMES.map((feed): Path => {
      const stream = streamName(target.userId, feed);
      const table = streamTableName(target.userId, feed);
      return { stream, commits: new StreamCommits(s3, target.outputs.SinkBucketName, table, stream) };
    });
    for (const { commits } of paths) await commits.start();
    const sent = new SentRecords();
    const { report, samples, took } = await sample(
      send(target, sent, { run: `bench-${records}`, rate, posts: Math.round(rate * seconds) }),
      () => lag(paths, sent),
      (seconds * 1000) / SAMPLES,
    );
    const last = await end(paths, sent);
    const toRow = await Promise.all(
      paths.map(async ({ stream, commits }) => secondsToRow(sent.of(stream), await commits.advances())),
    );
    const { feeds } = await inspectStreams(target, {
      python: pythonExecutable(),
      args: ['--commits', COMMITS],
    });
    const name = `${records} records/s`;
    const names = ['p50', 'p95', 'p99'] as const;
    return [
      {
        name: `${name}: sent`,
        value: (report.posts * FEED_NAMES.length) / report.seconds + BACKGROUND * FEED_NAMES.length,
        unit: 'records/s',
      },
      ...names.map((of) => ({
        name: `${name}: post to row, ${of}`,
        value: quantile(toRow, QUANTILES[of]),
        unit: 's',
        aim: records === 300 && of === 'p95' ? '< 2' : undefined,
      })),
      ...names.map((of) => ({
        name: `${name}: arrival in the stream to row, ${of}`,
        value: Math.max(...FEED_NAMES.map((feed) => feeds[feed].recent?.latency?.[of] ?? Infinity)),
        unit: 's',
      })),
      ...lagFigures(name, samples, took, records),
      { name: `${name}: until all are rows, after the last was sent`, value: last, unit: 's' },
    ];
  } finally {
    s3.destroy();
  }
}
