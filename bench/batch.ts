/**
 * The batch with the embedded engine, against DuckDB alone doing the same read and clean; both from MiniStack's S3.
 *
 * `npm run bench -- batch [posts …]`: 10,000, 100,000 and 1,000,000 by default. The raw files are as the sink writes
 * them: up to 10,000 lines each, three partitions.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { childEnvironment } from '../cli/deployment';
import { FEED_NAMES, topicName } from '../feeds';
import { ensureParts } from '../local-run/install';
import { startMiniStack } from '../local-run/parts/ministack';
import { PROJECT_ROOT } from '../local-run/paths';
import { generatePosts } from '../source-data/generator';
import type { Benchmark, Figure } from './benchmark';
import { progress, timed, withScratchFolder } from './support';

const USER_ID = 'bench';
const PARTITIONS = 3;
const LINES = 10_000;

/** Writes raw files of generated posts as the S3 sink does. */
async function upload(s3: S3Client, bucket: string, posts: number): Promise<void> {
  const open = new Map<string, { lines: string[]; start: number }>();
  const write = async (
    feed: string,
    partition: number,
    file: { lines: string[]; start: number },
  ): Promise<void> => {
    const topic = `${USER_ID}.${feed}`;
    const key = `topics/${topic}/partition=${partition}/${topic}+${partition}+${String(file.start).padStart(20, '0')}.json`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `${file.lines.join('\n')}\n` }));
    file.start += file.lines.length;
    file.lines = [];
  };
  let n = 0;
  for (const post of generatePosts({ seed: 100, from: 0, to: posts })) {
    const partition = n++ % PARTITIONS;
    for (const feed of FEED_NAMES) {
      const name = `${feed}/${partition}`;
      const file = open.get(name) ?? { lines: [], start: 0 };
      open.set(name, file);
      if (file.lines.push(JSON.stringify(post[feed])) === LINES) await write(feed, partition, file);
    }
  }
  for (const [name, file] of open) {
    const [feed = '', partition] = name.split('/');
    if (file.lines.length > 0) await write(feed, Number(partition), file);
  }
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `raw files of ${FEED_NAMES.map((feed) => topicName(USER_ID, feed)).join(', ')} to Delta tables`,
  async run(args) {
    const { python } = await ensureParts(progress, { only: ['python'] });
    const sizes = args.length > 0 ? args.map(Number) : [10_000, 100_000, 1_000_000];
    const figures: Figure[] = [];
    await withScratchFolder('batch', async (stateDir) => {
      const server = await startMiniStack({ stateDir });
      const aws = {
        region: 'us-east-1',
        endpoint: server.url,
        credentials: { accessKeyId: 'BENCH', secretAccessKey: 'bench' },
      };
      const s3 = new S3Client({ ...aws, forcePathStyle: true });
      const engine = join(PROJECT_ROOT, 'table-engine');
      const env = { ...childEnvironment(aws, process.env), PYTHONPATH: engine };
      try {
        for (const posts of sizes) {
          const bucket = `bench-${posts}`;
          await s3.send(new CreateBucketCommand({ Bucket: bucket }));
          await upload(s3, bucket, posts);
          const folder = join(stateDir, `alone-${posts}`);
          mkdirSync(folder);
          const alone = await timed(python, [join(__dirname, 'duckdb_alone.py'), bucket, USER_ID, folder], {
            env,
          });
          const ours = (command: string): ReturnType<typeof timed> =>
            timed(python, ['-m', 'table_engine', command, '--bucket', bucket, '--user-id', USER_ID], {
              env,
              cwd: engine,
            });
          const batch = await ours('batch');
          const answers = await ours('answers');
          figures.push(
            { name: `${posts} posts: DuckDB alone`, value: alone.seconds, unit: 's' },
            { name: `${posts} posts: DuckDB alone, most memory`, value: alone.peakMiB, unit: 'MiB' },
            { name: `${posts} posts: batch`, value: batch.seconds, unit: 's' },
            {
              name: `${posts} posts: batch / DuckDB alone`,
              value: batch.seconds / alone.seconds,
              unit: 'times',
              aim: posts === 1_000_000 ? '< 1.5' : undefined,
            },
            {
              name: `${posts} posts: batch, most memory`,
              value: batch.peakMiB,
              unit: 'MiB',
              aim: posts === 1_000_000 ? '< 2048' : undefined,
            },
            { name: `${posts} posts: answers`, value: answers.seconds, unit: 's' },
          );
        }
      } finally {
        s3.destroy();
        await server.stop();
      }
    });
    return figures;
  },
};
