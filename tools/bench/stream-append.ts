/**
 * The function that appends a stream to its table, from its Lambda package: {@link RECORDS} records at a time, one commit after
 * another, into MiniStack's S3; then what the maintenance of the tables makes of the files.
 *
 * The cold start is from the start of the process to the end of its first append, which creates the table: without what Lambda
 * needs to fetch and unpack the package.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { streamTableName } from '../../services/contract';
import { generatePosts } from '../../services/source/generator';
import { ensureParts } from '../local-run/install';
import type { Benchmark } from './benchmark';
import { listed, median, progress, tableEngine, timed, withScratchAws } from './support';

const USER_ID = 'bench';
const RECORDS = 100;
const SOME = 100;

/** The size of all files of a folder and the folders in it, in MiB. */
function folderMiB(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return (
    files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 2 ** 20
  );
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `The function that appends the feed pin, ${RECORDS} records at a time, from its package to MiniStack's S3`,
  unit: 'commits',
  sizes: [1_000],
  async run(commits) {
    const { python, tableEnginePackage } = await ensureParts(progress, {
      only: ['python', 'table-engine-package'],
    });
    return withScratchAws('stream-append', async ({ s3, bucket, env: aws }) => {
      const env = { ...aws, PYTHONPATH: tableEnginePackage, SINK_BUCKET: bucket, USER_ID, FEED: 'pin' };
      const lines = Array.from(generatePosts({ seed: 100, from: 0, to: 10_000 }), ({ pin }) =>
        JSON.stringify(pin),
      );
      const script = join(__dirname, 'stream_append.py');
      const { stdout, peakMiB } = await timed(python, [script, String(commits), String(RECORDS)], {
        env,
        input: lines.join('\n'),
      });
      const { cold, seconds } = JSON.parse(stdout) as { cold: number; seconds: readonly number[] };
      const table = streamTableName(USER_ID, 'pin');
      const dataFiles = async (): Promise<number> =>
        (await listed(s3, bucket, `tables/${table}/`)).filter(
          ({ key }) => key.endsWith('.parquet') && !key.includes('/_delta_log/'),
        ).length;
      const before = await dataFiles();
      const { stdout: report } = await tableEngine('maintain', { bucket, env }, USER_ID);
      const { tables, seconds: took } = JSON.parse(report) as {
        tables: Record<string, { files: number } | null>;
        seconds: number;
      };
      const first = median(seconds.slice(1, 1 + SOME));
      const last = median(seconds.slice(-SOME));
      return [
        { name: 'cold start to the end of the first append', value: cold, unit: 's', aim: '< 1.5' },
        { name: 'append, p50', value: 1000 * median(seconds.slice(1)), unit: 'ms', aim: '< 40' },
        { name: `append, p50 of the last ${SOME} / the first ${SOME}`, value: last / first, unit: 'times' },
        { name: 'most memory of the function', value: peakMiB, unit: 'MiB', aim: '< 400' },
        {
          name: "the functions' package, unzipped",
          value: folderMiB(tableEnginePackage),
          unit: 'MiB',
          aim: '< 240',
        },
        { name: 'data files before the maintenance', value: before, unit: 'files' },
        { name: 'data files of the table after it', value: tables[table]?.files ?? NaN, unit: 'files' },
        { name: 'the maintenance', value: took, unit: 's' },
      ];
    });
  },
};
