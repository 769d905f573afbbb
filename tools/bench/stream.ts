/**
 * The streaming path in a running pipeline: emulator, API, streams, functions, tables, all on this machine.
 *
 * `npm run bench -- stream [seconds]`: how long each rate is held, 60 by default. A post is three records. "Post to row" is
 * from just before the first request that a record is in, so with the API and all tries, to the commit that adds its row, over all
 * records sent; "arrival in the stream to row" is without what is before the stream, over the newest commits, as `status` shows
 * it. Both are the slowest feed's. The lag is of the records sent, while they are sent. At the end the files that both rates and the
 * background have made are counted, and what the care makes of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { type Deployment, awsEnvironment } from '../pipeline/deployment';
import { runningLocalDeployment } from '../local-run/local-deployment';
import { FEED_NAMES, streamTableName } from '../../services/contract';
import { installedParts } from '../local-run/install';
import { PROJECT_ROOT, pythonExecutable } from '../local-run/paths';
import { PipelineRun, reset } from '../../test/end-to-end/support/pipeline-run';
import type { Benchmark, Figure } from './benchmark';
import { addedFiles, fileFigures } from './file-sizes';
import { hold } from './stream-load';
import { folderMiB, statusMiB, timed } from './support';

const USER_ID = 'bench-stream';

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
      { env: awsEnvironment(target.aws), cwd: join(PROJECT_ROOT, 'engines', 'table-engine') },
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
