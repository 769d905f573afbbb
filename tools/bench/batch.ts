/**
 * The batch with the embedded engine, from MiniStack's S3 to Delta tables and answers, and how it grows.
 *
 * The raw files are as the sink's of the stage `prod` under load, up to 20,000 lines each. Up to {@link SMALL_UP_TO} posts the
 * same is done with files of {@link SMALL_LINES} lines, as at ten posts a second. DuckDB's memory is limited so that the whole
 * process stays below 4 GiB; what does not fit goes to disk.
 */
import { ensureParts } from '../local-run/install';
import type { Benchmark, Figure } from './benchmark';
import { writeRawFiles } from './raw-files';
import { progress, tableEngine, withScratchAws, type ScratchAws, type Timed } from './support';

/** The user id of the batches. */
export const USER_ID = 'bench';
/** `flushRecords` of the stage `prod`. */
const LINES = 20_000;
const SMALL_LINES = 200;
const SMALL_UP_TO = 1_000_000;
const SMALL_FIGURES = ['raw files', 'batch and answers', 'batch and answers, processor time', 'most memory'];
const MEMORY_LIMIT = '2500MB';
const AIMS: Readonly<Record<number, string>> = { 1_000_000: '< 12', 10_000_000: '< 150' };

/** What both commands took and printed. */
export interface EmbeddedRun {
  readonly batch: Timed;
  readonly answers: Timed;
  readonly figures: readonly Figure[];
}

/** Writes the raw files of posts into the bucket, and runs batch and answers over them. */
export async function embedded(scratch: ScratchAws, posts: number, lines = LINES): Promise<EmbeddedRun> {
  progress(`${posts} posts in files of ${lines} lines`);
  const raw = await writeRawFiles(scratch.s3, scratch.bucket, USER_ID, posts, lines);
  const batch = await tableEngine('batch', scratch, USER_ID, '--memory-limit', MEMORY_LIMIT);
  const answers = await tableEngine('answers', scratch, USER_ID, '--memory-limit', MEMORY_LIMIT);
  const processor = batch.processorSeconds + answers.processorSeconds;
  const figures = [
    { name: 'raw files', value: raw.files, unit: 'files' },
    { name: 'raw files, in all', value: raw.bytes / 2 ** 20, unit: 'MiB' },
    { name: 'batch', value: batch.seconds, unit: 's' },
    { name: 'answers', value: answers.seconds, unit: 's' },
    {
      name: 'batch and answers',
      value: batch.seconds + answers.seconds,
      unit: 's',
      aim: lines === LINES ? AIMS[posts] : undefined,
    },
    { name: 'batch and answers, processor time', value: processor, unit: 's' },
    { name: 'the same for each million posts', value: processor / (posts / 1e6), unit: 's' },
    { name: 'most memory', value: Math.max(batch.peakMiB, answers.peakMiB), unit: 'MiB', aim: '< 4096' },
  ];
  return { batch, answers, figures };
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `Raw files of the three topics to Delta tables and answers, DuckDB's memory limited to ${MEMORY_LIMIT}`,
  unit: 'posts',
  sizes: [10_000, 100_000, 1_000_000, 10_000_000],
  async run(posts) {
    await ensureParts(progress, { only: ['python'] });
    // A server for each: what is in it goes with it.
    const run = (lines: number): Promise<readonly Figure[]> =>
      withScratchAws('batch', async (scratch) => (await embedded(scratch, posts, lines)).figures);
    const large = await run(LINES);
    if (posts > SMALL_UP_TO) return large;
    const small = (await run(SMALL_LINES)).filter(({ name }) => SMALL_FIGURES.includes(name));
    return [...large, ...small.map((figure) => ({ ...figure, name: `${figure.name}, small files` }))];
  },
};
