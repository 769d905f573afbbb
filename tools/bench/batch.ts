/**
 * The batch, from raw files in MiniStack's S3 to Delta tables and answers: with the embedded engine, then with Spark on the same
 * raw files, each from the start of its first process to the end of its last. The counts and answers of the two must be the same.
 *
 * The raw files are as the sink's of the stage `prod` under load, up to 20,000 lines each. Up to {@link SMALL_UP_TO} posts the
 * embedded engine also reads files of {@link SMALL_LINES} lines, as at ten posts a second: there the server's part is measured too,
 * and how long the bare requests take. Either engine's memory is limited so that its processes together stay below 4 GiB.
 */
import { isDeepStrictEqual } from 'node:util';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { engine } from '../local-run/engine';
import { SPARK_PARTS, ensureParts } from '../local-run/install';
import type { Benchmark, Figure } from './benchmark';
import { processorMicroseconds } from './process-usage';
import { writeRawFiles } from './raw-files';
import { listed, progress, tableEngine, timed, withScratchAws, type ScratchAws, type Timed } from './support';

const USER_ID = 'bench';
/** `flushRecords` of the stage `prod`. */
const LINES = 20_000;
const SMALL_LINES = 200;
const SMALL_UP_TO = 1_000_000;
/** DuckDB's limit; what the process has besides comes on top. */
const MEMORY = '2500MB';
/** The heap of Spark's JVM; what it has besides, and Python, in which DuckDB cleans, come on top. */
const SPARK_MEMORY = '1500MB';
const MEMORY_AIM = '< 4096';
/** Requests at a time for the bare reads. */
const READERS = 4;

type BySize = Readonly<Record<number, string>>;
const DUCKDB_AIMS: BySize = { 1_000_000: '< 12', 10_000_000: '< 150' };
const SMALL_AIMS: BySize = { 1_000_000: '< 15' };
const SPARK_AIMS: BySize = { 10_000: '< 25', 1_000_000: '< 60', 10_000_000: '< 480' };
const SPARK_PROCESSOR_AIMS: BySize = { 1_000_000: '< 75' };

/** What both engines print, as far as it is compared. */
interface Documents {
  /** Lines, rows, rejects, inserted and updated posts of each feed. */
  readonly feeds: unknown;
  readonly answers: unknown;
}

/** What an engine took, and what came out. */
interface EngineRun extends Omit<Timed, 'stdout'> {
  readonly documents: Documents;
  /** Seconds of its parts. */
  readonly parts?: readonly Figure[];
}

async function withDuckDb(scratch: ScratchAws): Promise<EngineRun> {
  const batch = await tableEngine('batch', scratch, USER_ID, '--memory-limit', MEMORY);
  const answers = await tableEngine('answers', scratch, USER_ID, '--memory-limit', MEMORY);
  const { feeds } = JSON.parse(batch.stdout) as Documents;
  return {
    seconds: batch.seconds + answers.seconds,
    processorSeconds: batch.processorSeconds + answers.processorSeconds,
    peakMiB: Math.max(batch.peakMiB, answers.peakMiB),
    documents: { feeds, answers: (JSON.parse(answers.stdout) as Documents).answers },
    parts: [
      { name: 'DuckDB: batch', value: batch.seconds, unit: 's' },
      { name: 'DuckDB: answers', value: answers.seconds, unit: 's' },
    ],
  };
}

async function withSpark({ bucket, env }: ScratchAws): Promise<EngineRun> {
  const control = { signal: new AbortController().signal, tell: progress };
  const {
    python,
    program = [],
    args = [],
  } = await engine({ engine: 'spark', memoryLimit: SPARK_MEMORY }, control);
  const { stdout, ...used } = await timed(
    python,
    [...program, 'batch', '--bucket', bucket, '--user-id', USER_ID, ...args],
    { env },
  );
  return { ...used, documents: JSON.parse(stdout) as Documents };
}

/** The figures that every run of an engine has. */
function figuresOf(
  title: string,
  run: EngineRun,
  posts: number,
  aim?: string,
  processorAim?: string,
): Figure[] {
  return [
    ...(run.parts ?? []),
    { name: `${title}, in all`, value: run.seconds, unit: 's', aim },
    { name: `${title}, processor time`, value: run.processorSeconds, unit: 's', aim: processorAim },
    {
      name: `${title}, processor time for each million posts`,
      value: run.processorSeconds / (posts / 1e6),
      unit: 's',
    },
    { name: `${title}, most memory`, value: run.peakMiB, unit: 'MiB', aim: MEMORY_AIM },
  ];
}

/** Deletes the tables of the bucket, so that the other engine finds none. */
async function removeTables({ s3, bucket }: ScratchAws): Promise<void> {
  const keys = (await listed(s3, bucket, 'tables/')).map(({ key }) => key);
  for (let from = 0; from < keys.length; from += 1000) {
    const Objects = keys.slice(from, from + 1000).map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}

/** @throws Error when the engines did not do the same. */
function checkEqual(spark: Documents, duckdb: Documents): void {
  for (const part of ['feeds', 'answers'] as const) {
    if (isDeepStrictEqual(spark[part], duckdb[part])) continue;
    const [one, other] = [spark, duckdb].map((documents) => JSON.stringify(documents[part]));
    throw new Error(`Spark's ${part} are ${one}, the embedded engine's ${other}.`);
  }
}

/** Both engines, one after the other. */
function largeFiles(posts: number): Promise<readonly Figure[]> {
  return withScratchAws('batch', async (scratch) => {
    progress(`${posts} posts in files of ${LINES} lines`);
    const raw = await writeRawFiles(scratch.s3, scratch.bucket, USER_ID, posts, LINES);
    const duckdb = await withDuckDb(scratch);
    await removeTables(scratch);
    progress(`${posts} posts with Spark`);
    const spark = await withSpark(scratch);
    checkEqual(spark.documents, duckdb.documents);
    const ratio = (name: string, of: (run: EngineRun) => number): Figure => ({
      name: `Spark / DuckDB, ${name}`,
      value: of(spark) / of(duckdb),
      unit: 'times',
      better: 'lower',
    });
    return [
      { name: 'raw files', value: raw.files, unit: 'files' },
      { name: 'raw files, in all', value: raw.bytes / 2 ** 20, unit: 'MiB' },
      ...figuresOf('DuckDB: batch and answers', duckdb, posts, DUCKDB_AIMS[posts]),
      ...figuresOf(
        'Spark: batch, answers and table maintenance',
        spark,
        posts,
        SPARK_AIMS[posts],
        SPARK_PROCESSOR_AIMS[posts],
      ),
      ratio('time', ({ seconds }) => seconds),
      ratio('processor time', ({ processorSeconds }) => processorSeconds),
      ratio('most memory', ({ peakMiB }) => peakMiB),
    ];
  });
}

/** Reads each raw file once by nothing but HTTP requests: what no engine can be below. */
async function readAll({ aws, s3, bucket }: ScratchAws): Promise<void> {
  const keys = (await listed(s3, bucket, 'topics/')).map(({ key }) => key).values();
  const read = async (): Promise<void> => {
    for (const key of keys) {
      const response = await fetch(`${aws.endpoint}/${bucket}/${encodeURIComponent(key)}`);
      if (!response.ok) throw new Error(`${key}: HTTP ${response.status}, expected 200.`);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
}

/** The embedded engine on small files, and the server's part of it. */
function smallFiles(posts: number): Promise<readonly Figure[]> {
  return withScratchAws('batch', async (scratch) => {
    progress(`${posts} posts in files of ${SMALL_LINES} lines`);
    const raw = await writeRawFiles(scratch.s3, scratch.bucket, USER_ID, posts, SMALL_LINES);
    const server = (): number => processorMicroseconds(scratch.serverPid) / 1e6;
    const before = server();
    const run = await withDuckDb(scratch);
    const after = server();
    const began = performance.now();
    await readAll(scratch);
    const readSeconds = (performance.now() - began) / 1000;
    const title = 'DuckDB, small files';
    return [
      { name: 'small raw files', value: raw.files, unit: 'files' },
      ...figuresOf(title, { ...run, parts: [] }, posts, SMALL_AIMS[posts]),
      { name: `${title}, the server's processor time`, value: after - before, unit: 's' },
      { name: 'bare requests of the small files', value: readSeconds, unit: 's' },
      {
        name: "bare requests of the small files, the server's processor time",
        value: server() - after,
        unit: 's',
      },
    ];
  });
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `Raw files of the three topics to Delta tables and answers: DuckDB, whose memory is limited to ${MEMORY}, and Spark on all cores, whose JVM has ${SPARK_MEMORY}`,
  unit: 'posts',
  sizes: [10_000, 100_000, 1_000_000, 10_000_000],
  async run(posts) {
    await ensureParts(progress, { only: SPARK_PARTS });
    // A server for each: what is in it goes with it.
    const figures = await largeFiles(posts);
    return posts > SMALL_UP_TO ? figures : [...figures, ...(await smallFiles(posts))];
  },
};
