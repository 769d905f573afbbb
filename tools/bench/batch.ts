/**
 * The batch with both engines, from MiniStack's S3 to Delta tables and answers, and how it grows.
 *
 * `npm run bench -- batch [--sizes 10000,100000] [--spark-up-to 1000000]`: 10,000, 100,000, 1,000,000 and 10,000,000 posts by
 * default. The raw files are as the sink's of the stage `prod` under load, up to 20,000 lines each. Up to
 * {@link SMALL_UP_TO} posts the same is done with files of {@link SMALL_LINES} lines, as at ten posts a second, and DuckDB
 * alone does the same read and clean. DuckDB's memory is limited so that the whole process stays below 4 GiB; what does not
 * fit goes to disk. Up to `--spark-up-to` posts (default {@link SPARK_UP_TO}; 0 for none) Spark does the same, from the same
 * large files, and what it made is held against the other's.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsEnvironment } from '../pipeline/deployment';
import { FEED_NAMES, topicName } from '../../services/contract';
import { SPARK_PARTS, ensureParts } from '../local-run/install';
import { startMiniStack } from '../local-run/parts/ministack';
import { PROJECT_ROOT } from '../local-run/paths';
import type { Benchmark, Figure } from './benchmark';
import { writeRawFiles } from './raw-files';
import { SPARK_MEMORY, removeTables, sparkFigures } from './spark-batch';
import { progress, scratchAws, timed, withScratchFolder, type Timed } from './support';

const USER_ID = 'bench';
const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];
/** `flushRecords` of the stage `prod`. */
const LINES = 20_000;
const SMALL_LINES = 200;
const SMALL_UP_TO = 1_000_000;
const MEMORY_LIMIT = '2500MB';
/** Ten million would take a quarter of an hour, by what a million takes. */
const SPARK_UP_TO = 1_000_000;
const AIMS: Readonly<Record<number, string>> = { 1_000_000: '< 12', 10_000_000: '< 150' };

function optionsOf(args: readonly string[]): { sizes: number[]; sparkUpTo: number } {
  const { values } = parseArgs({
    args: [...args],
    options: { sizes: { type: 'string' }, 'spark-up-to': { type: 'string' } },
  });
  const sizes = values.sizes?.split(',').map(Number) ?? SIZES;
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0)) {
    throw new Error(`--sizes is ${values.sizes}: expected numbers of posts such as 10000,100000.`);
  }
  const sparkUpTo = Number(values['spark-up-to'] ?? SPARK_UP_TO);
  if (!Number.isSafeInteger(sparkUpTo) || sparkUpTo < 0) {
    throw new Error(`--spark-up-to is ${values['spark-up-to']}: expected a number of posts such as 1000000.`);
  }
  return { sizes, sparkUpTo };
}

interface Run {
  readonly raw: { readonly files: number; readonly bytes: number };
  readonly batch: Timed;
  readonly answers: Timed;
}

/** The figures of one run. */
function figuresOf(name: string, posts: number, { raw, batch, answers }: Run): Figure[] {
  const processor = batch.processorSeconds + answers.processorSeconds;
  return [
    { name: `${name}: raw files`, value: raw.files, unit: 'files' },
    { name: `${name}: raw files, in all`, value: raw.bytes / 2 ** 20, unit: 'MiB' },
    { name: `${name}: batch`, value: batch.seconds, unit: 's' },
    { name: `${name}: answers`, value: answers.seconds, unit: 's' },
    {
      name: `${name}: batch and answers`,
      value: batch.seconds + answers.seconds,
      unit: 's',
      aim: AIMS[posts],
    },
    { name: `${name}: batch and answers, processor time`, value: processor, unit: 's' },
    { name: `${name}: the same for each million posts`, value: processor / (posts / 1e6), unit: 's' },
    {
      name: `${name}: most memory`,
      value: Math.max(batch.peakMiB, answers.peakMiB),
      unit: 'MiB',
      aim: '< 4096',
    },
  ];
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `raw files of ${FEED_NAMES.map((feed) => topicName(USER_ID, feed)).join(', ')} to Delta tables and answers, DuckDB's memory limited to ${MEMORY_LIMIT}, and with Spark, whose JVM has ${SPARK_MEMORY}`,
  async run(args) {
    const { sizes, sparkUpTo } = optionsOf(args);
    const withSpark = sizes.some((size) => size <= sparkUpTo);
    const { python, spark } = await ensureParts(progress, { only: withSpark ? SPARK_PARTS : ['python'] });
    const figures: Figure[] = [];
    const engine = join(PROJECT_ROOT, 'engines', 'table-engine');
    for (const posts of sizes) {
      // A server for each size: what is in it goes with it.
      await withScratchFolder('batch', async (stateDir) => {
        const server = await startMiniStack({ stateDir });
        const aws = scratchAws(server.url);
        const s3 = new S3Client({ ...aws, forcePathStyle: true });
        const env = { ...awsEnvironment(aws), PYTHONPATH: engine };
        const run = async (bucket: string, lines: number): Promise<Run> => {
          progress(`${posts} posts in files of ${lines} lines`);
          await s3.send(new CreateBucketCommand({ Bucket: bucket }));
          const raw = await writeRawFiles(s3, bucket, USER_ID, posts, lines);
          const ours = (command: string): ReturnType<typeof timed> =>
            timed(
              python,
              ['-m', 'table_engine', command, '--bucket', bucket, '--user-id', USER_ID].concat(
                '--memory-limit',
                MEMORY_LIMIT,
              ),
              { env, cwd: engine },
            );
          return { raw, batch: await ours('batch'), answers: await ours('answers') };
        };
        try {
          const large = await run('bench-large', LINES);
          figures.push(...figuresOf(`${posts} posts`, posts, large));
          if (posts <= sparkUpTo) {
            progress(`${posts} posts with Spark`);
            await removeTables(s3, 'bench-large');
            const target = { name: `${posts} posts`, bucket: 'bench-large', userId: USER_ID, posts, env };
            figures.push(...(await sparkFigures(spark, target, large)));
          }
          if (posts > SMALL_UP_TO) return;
          const folder = join(stateDir, 'alone');
          mkdirSync(folder);
          const alone = await timed(
            python,
            [join(__dirname, 'duckdb_alone.py'), 'bench-large', USER_ID, folder],
            { env },
          );
          figures.push(
            { name: `${posts} posts: DuckDB alone, without answers`, value: alone.seconds, unit: 's' },
            {
              name: `${posts} posts: batch / DuckDB alone, processor time`,
              value: large.batch.processorSeconds / alone.processorSeconds,
              unit: 'times',
              aim: posts === 1_000_000 ? '< 1.5' : undefined,
            },
          );
          const small = await run('bench-small', SMALL_LINES);
          figures.push(...figuresOf(`${posts} posts in small files`, posts, small));
        } finally {
          s3.destroy();
          await server.stop();
        }
      });
    }
    return figures;
  },
};
