/**
 * The batch with Spark, from the start of its process to answers, compaction and vacuum, next to the embedded engine on the same
 * raw files. The counts and answers of the two must be the same.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { SPARK_PARTS, ensureParts } from '../local-run/install';
import { PROJECT_ROOT } from '../local-run/paths';
import { embedded, USER_ID } from './batch';
import type { Benchmark } from './benchmark';
import { listed, progress, timed, withScratchAws, type ScratchAws } from './support';

/** The heap of Spark's JVM; what it has besides, and Python, come on top. */
const MEMORY = '2500MB';

/** What both engines print, as far as it is compared. */
interface Documents {
  /** Lines, rows, rejects, inserted and updated posts of each feed. */
  readonly feeds: unknown;
  readonly answers: unknown;
}

/** Deletes the tables of the bucket, so that the other engine finds none. */
async function removeTables({ s3, bucket }: ScratchAws): Promise<void> {
  const keys = (await listed(s3, bucket, 'tables/')).map(({ key }) => key);
  for (let from = 0; from < keys.length; from += 1000) {
    const Objects = keys.slice(from, from + 1000).map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `The batch with Spark on all cores, whose JVM has ${MEMORY}, and how it compares with DuckDB on the same raw files`,
  unit: 'posts',
  sizes: [10_000, 100_000, 1_000_000],
  async run(posts) {
    const { spark } = await ensureParts(progress, { only: SPARK_PARTS });
    return withScratchAws('spark-batch', async (scratch) => {
      const { batch, answers } = await embedded(scratch, posts);
      await removeTables(scratch);
      progress(`${posts} posts with Spark`);
      const main = join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py');
      const { stdout, seconds, processorSeconds, peakMiB } = await timed(
        spark.python,
        [main, 'batch', '--bucket', scratch.bucket, '--user-id', USER_ID].concat(
          ['--master', `local[${availableParallelism()}]`, '--memory-limit', MEMORY],
          ['--jars', spark.jars, spark.extensionJar],
        ),
        { env: scratch.env },
      );
      const made = JSON.parse(stdout) as Documents;
      const { feeds } = JSON.parse(batch.stdout) as Documents;
      const expected = { feeds, answers: (JSON.parse(answers.stdout) as Documents).answers };
      for (const part of ['feeds', 'answers'] as const) {
        if (!isDeepStrictEqual(made[part], expected[part])) {
          throw new Error(
            `Spark's ${part} are ${JSON.stringify(made[part])}, the embedded engine's ${JSON.stringify(expected[part])}.`,
          );
        }
      }
      const duckdb = batch.processorSeconds + answers.processorSeconds;
      return [
        { name: 'batch, answers and table maintenance', value: seconds, unit: 's' },
        { name: 'processor time', value: processorSeconds, unit: 's' },
        { name: 'the same for each million posts', value: processorSeconds / (posts / 1e6), unit: 's' },
        { name: 'most memory of the JVM', value: peakMiB, unit: 'MiB' },
        { name: 'Spark / DuckDB, processor time', value: processorSeconds / duckdb, unit: 'times' },
      ];
    });
  },
};
