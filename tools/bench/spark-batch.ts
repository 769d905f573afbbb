/** The Spark half of the benchmark `batch`: the same raw files, and tables and answers that must be the other engine's. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { SparkParts } from '../local-run/install';
import { PROJECT_ROOT } from '../local-run/paths';
import type { Figure } from './benchmark';
import { listed } from './file-sizes';
import { timed, type Timed } from './support';

/** The heap of Spark's JVM; what it has besides, and Python, come on top. */
export const SPARK_MEMORY = '2500MB';

/** What the batch is run on. */
export interface SparkTarget {
  /** How the figures' names begin. */
  readonly name: string;
  readonly bucket: string;
  readonly userId: string;
  readonly posts: number;
  /** The environment that reaches the S3 server. */
  readonly env: NodeJS.ProcessEnv;
}

interface Documents {
  /** Lines, rows, rejects, inserted and updated posts of each feed. */
  readonly feeds: unknown;
  readonly answers: unknown;
}

/** Deletes the tables of a bucket, so that another engine finds none. */
export async function removeTables(s3: S3Client, bucket: string): Promise<void> {
  const keys = (await listed(s3, bucket, 'tables/')).map(({ key }) => key);
  for (let from = 0; from < keys.length; from += 1000) {
    const Objects = keys.slice(from, from + 1000).map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}

/**
 * Runs the Spark job, from the start of its process to answers, compaction and vacuum, and compares it with the embedded
 * engine's run over the same raw files.
 *
 * @throws Error when a feed's counts or an answer differ.
 */
export async function sparkFigures(
  spark: SparkParts,
  { name, bucket, userId, posts, env }: SparkTarget,
  embedded: { readonly batch: Timed; readonly answers: Timed },
): Promise<Figure[]> {
  const cores = availableParallelism();
  const done = await timed(
    spark.python,
    [
      join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py'),
      'batch',
      '--bucket',
      bucket,
      '--user-id',
      userId,
    ].concat(
      ['--master', `local[${cores}]`, '--memory-limit', SPARK_MEMORY],
      ['--jars', spark.jars, spark.extensionJar],
    ),
    { env, family: true },
  );
  const made = JSON.parse(done.stdout) as Documents;
  const expected: Documents = {
    feeds: (JSON.parse(embedded.batch.stdout) as Documents).feeds,
    answers: (JSON.parse(embedded.answers.stdout) as Documents).answers,
  };
  for (const part of ['feeds', 'answers'] as const) {
    if (!isDeepStrictEqual(made[part], expected[part])) {
      throw new Error(
        `${name}: Spark's ${part} are ${JSON.stringify(made[part])}, the embedded engine's ${JSON.stringify(expected[part])}.`,
      );
    }
  }
  const processor = embedded.batch.processorSeconds + embedded.answers.processorSeconds;
  const spent = done.processorSeconds;
  return [
    { name: `${name}, Spark on ${cores} cores: batch, answers and care`, value: done.seconds, unit: 's' },
    { name: `${name}, Spark: processor time`, value: spent, unit: 's' },
    { name: `${name}, Spark: the same for each million posts`, value: spent / (posts / 1e6), unit: 's' },
    { name: `${name}, Spark: most memory, JVM and Python`, value: done.peakMiB, unit: 'MiB' },
    {
      name: `${name}: Spark / DuckDB, processor time`,
      value: spent / processor,
      unit: 'times',
      ratioOf: {
        dividend: `${name}, Spark: processor time`,
        divisor: `${name}: batch and answers, processor time`,
      },
    },
  ];
}
