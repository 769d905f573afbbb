/**
 * The streaming path in a running pipeline: emulator, API, streams, functions, tables, all on this machine.
 *
 * `npm run bench -- stream [seconds]`: how long each rate is held, 60 by default. A post is three records. Latency is from
 * the arrival in the stream to the commit that adds the row, over the newest commits; the API is before that. At the end the
 * files that both rates and the background have made are counted, and what the care makes of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { type Deployment, childEnvironment } from '../cli/deployment';
import { emulateDeployment } from '../cli/emulate';
import { readLag } from '../cli/kinesis-lag';
import { runningLocalDeployment } from '../cli/local-deployment';
import { inspectStreams, type StreamInspection } from '../cli/stream-inspection';
import { FEED_NAMES, streamName, streamTableName } from '../feeds';
import { installedParts } from '../local-run/install';
import { PROJECT_ROOT, pythonExecutable } from '../local-run/paths';
import { PipelineRun, reset } from '../test/end-to-end/support/pipeline-run';
import type { Benchmark, Figure } from './benchmark';
import { addedFiles, fileFigures } from './file-sizes';
import { folderMiB, progress, statusMiB, timed } from './support';

const USER_ID = 'bench-stream';
/** What the local run sends by itself meanwhile, in posts a second. */
const BACKGROUND = 10;
const COMMITS = '150';

const inspect = (target: Deployment): Promise<StreamInspection> =>
  inspectStreams(target, { python: pythonExecutable(), args: ['--commits', COMMITS] });

/** Records of all streams that are not in their tables. */
async function lag(target: Deployment): Promise<number> {
  const { feeds } = await inspect(target);
  let records = 0;
  for (const feed of FEED_NAMES) {
    const committed = new Map(
      Object.entries(feeds[feed].shards).flatMap(([shard, { highest_sequence_number: number }]) =>
        number === null ? [] : [[shard, number] as const],
      ),
    );
    for (const one of await readLag(target, streamName(USER_ID, feed), committed)) records += one.records;
  }
  return records;
}

/** The most memory that a process of a function has had, in MiB. */
function functionMiB(run: PipelineRun): number {
  const parent = run.part('ministack').pid;
  const children = readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/status`, 'utf8').includes(`PPid:\t${parent}\n`);
    } catch {
      return false;
    }
  });
  return Math.max(0, ...children.map((entry) => statusMiB(Number(entry), 'VmHWM')));
}

async function hold(target: Deployment, records: number, seconds: number): Promise<Figure[]> {
  const rate = records / FEED_NAMES.length - BACKGROUND;
  const options = {
    destination: 'streams',
    mode: 'random',
    run: `bench-${records}`,
    rate,
    posts: Math.round(rate * seconds),
  } as const;
  progress(`${records} records a second for ${seconds} s`);
  const sending = emulateDeployment(target, options, new AbortController().signal);
  await Promise.race([sleep((seconds * 1000) / 2), sending]);
  const halfway = await lag(target);
  const report = await sending;
  const atEnd = await lag(target);
  const { feeds } = await inspect(target);
  const name = `${records} records/s`;
  const quantile = (of: 'p50' | 'p95' | 'p99'): number =>
    Math.max(...FEED_NAMES.map((feed) => feeds[feed].recent?.latency?.[of] ?? Infinity));
  return [
    {
      name: `${name}: sent`,
      value: (report.posts * FEED_NAMES.length) / report.seconds + BACKGROUND * FEED_NAMES.length,
      unit: 'records/s',
    },
    { name: `${name}: lag halfway`, value: halfway, unit: 'records' },
    { name: `${name}: lag at the end`, value: atEnd, unit: 'records' },
    { name: `${name}: record to row, p50`, value: quantile('p50'), unit: 's' },
    {
      name: `${name}: record to row, p95`,
      value: quantile('p95'),
      unit: 's',
      aim: records === 300 ? '< 2' : undefined,
    },
    { name: `${name}: record to row, p99`, value: quantile('p99'), unit: 's' },
  ];
}

/** The files that the functions have made of all streams, and what the care of the tables makes of them. */
async function files(target: Deployment): Promise<Figure[]> {
  const bucket = target.outputs.SinkBucketName;
  const s3 = new S3Client({ ...target.aws, forcePathStyle: true });
  try {
    const added = async (): ReturnType<typeof addedFiles> => {
      const each = await Promise.all(
        FEED_NAMES.map((feed) => addedFiles(s3, bucket, streamTableName(USER_ID, feed))),
      );
      return {
        appended: each.flatMap(({ appended }) => appended),
        compacted: each.flatMap(({ compacted }) => compacted),
      };
    };
    const before = await added();
    const { stdout } = await timed(
      pythonExecutable(),
      ['-m', 'table_engine', 'care', '--bucket', bucket, '--user-id', USER_ID],
      { env: childEnvironment(target.aws, process.env), cwd: join(PROJECT_ROOT, 'table-engine') },
    );
    const { tables } = JSON.parse(stdout) as { tables: Record<string, { files: number } | null> };
    const after = await added();
    const left = FEED_NAMES.map((feed) => tables[streamTableName(USER_ID, feed)]?.files ?? NaN);
    return [
      ...fileFigures('appended to the three tables', before.appended, 'rows'),
      ...fileFigures('made by the functions of their own files', before.compacted, 'rows'),
      ...fileFigures('made by the care', after.compacted.slice(before.compacted.length), 'rows'),
      {
        name: 'the three tables after the care: files',
        value: left.reduce((sum, one) => sum + one, 0),
        unit: 'files',
      },
    ];
  } finally {
    s3.destroy();
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: 'Emulator to API, Kinesis, functions and Delta tables in a running local pipeline',
  async run([seconds = '60']) {
    await reset(USER_ID);
    const run = new PipelineRun(USER_ID, '--posts', '2000', '--report-every', '86400');
    try {
      await run.printed(/Press Ctrl-C to stop/, 1, 600_000);
      const target = await runningLocalDeployment(USER_ID);
      const figures = [
        ...(await hold(target, 300, Number(seconds))),
        ...(await hold(target, 3_000, Number(seconds))),
        { name: 'most memory of a function', value: functionMiB(run), unit: 'MiB', aim: '< 400' },
        {
          name: "the functions' package, unzipped",
          value: folderMiB(installedParts().tableEnginePackage),
          unit: 'MiB',
          aim: '< 240',
        },
        ...(await files(target)),
      ];
      return figures;
    } finally {
      await run.interrupt();
      await reset(USER_ID);
    }
  },
};
