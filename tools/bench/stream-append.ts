/**
 * The function that appends a stream to its table, from its Lambda package: 100 records at a time, one commit after
 * another, into MiniStack's S3; then what the care of the tables makes of the files.
 *
 * `npm run bench -- stream-append [commits]`: 1,000 by default. The cold start is from the start of the process to the end
 * of its first append, which makes the table: without what Lambda needs to fetch and unpack the package.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { awsEnvironment } from '../pipeline/deployment';
import { streamTableName } from '../../services/contract';
import { ensureParts } from '../local-run/install';
import { startMiniStack } from '../local-run/parts/ministack';
import { generatePosts } from '../../services/source/generator';
import type { Benchmark, Figure } from './benchmark';
import { listed } from './file-sizes';
import { folderMiB, progress, scratchAws, withScratchFolder } from './support';

const USER_ID = 'bench';
const BUCKET = 'bench-append';
const RECORDS = 100;
const SOME = 100;

interface Appended {
  readonly cold: number;
  readonly seconds: readonly number[];
  readonly memory: number;
}

const p50 = (seconds: readonly number[]): number =>
  1000 * (seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? NaN);

/** Runs Python with what it is to read; returns what it printed. @throws Error with its messages when it fails. */
function python(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string,
): Promise<string> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stderr}`));
    });
  });
}

interface Files {
  readonly count: number;
  readonly meanKiB: number;
}

/** The data files of a table, without the checkpoints of its log, with their mean size. */
async function dataFiles(s3: S3Client, prefix: string): Promise<Files> {
  const files = (await listed(s3, BUCKET, prefix)).filter(
    ({ key }) => key.endsWith('.parquet') && !key.includes('/_delta_log/'),
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { count: files.length, meanKiB: bytes / 1024 / Math.max(files.length, 1) };
}

function records(count: number): string {
  return Array.from(generatePosts({ seed: 100, from: 0, to: count }), ({ pin }) => JSON.stringify(pin)).join(
    '\n',
  );
}

/** See the module's comment. */
export const benchmark: Benchmark = {
  description: `the function that appends the feed pin, ${RECORDS} records at a time, from its package to MiniStack's S3`,
  async run([commits = '1000']) {
    const parts = await ensureParts(progress, { only: ['python', 'table-engine-package'] });
    const unzipped = parts.tableEnginePackage;
    const figures: Figure[] = [];
    await withScratchFolder('stream-append', async (stateDir) => {
      const server = await startMiniStack({ stateDir });
      const aws = scratchAws(server.url);
      const s3 = new S3Client({ ...aws, forcePathStyle: true });
      const env = {
        ...awsEnvironment(aws),
        PYTHONPATH: unzipped,
        SINK_BUCKET: BUCKET,
        USER_ID,
        FEED: 'pin',
      };
      try {
        await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
        const script = join(__dirname, 'stream_append.py');
        const append = async (times: string): Promise<Appended> =>
          JSON.parse(
            await python(parts.python, [script, times, String(RECORDS)], env, records(10_000)),
          ) as Appended;
        const { cold, seconds, memory } = await append(commits);
        const first = p50(seconds.slice(1, 1 + SOME));
        const last = p50(seconds.slice(-SOME));
        const table = `tables/${streamTableName(USER_ID, 'pin')}/`;
        const before = await dataFiles(s3, table);
        const cared = JSON.parse(
          await python(
            parts.python,
            ['-m', 'table_engine', 'care', '--bucket', BUCKET, '--user-id', USER_ID],
            env,
            '',
          ),
        ) as {
          tables: Record<string, { files: number; compacted_files: number; log_entries: number } | null>;
          seconds: number;
        };
        const after = cared.tables[streamTableName(USER_ID, 'pin')];
        if (!after) throw new Error(`The care does not know the table: ${JSON.stringify(cared)}`);
        const compacted = await dataFiles(s3, table);
        const compactedKiB =
          (compacted.count * compacted.meanKiB - before.count * before.meanKiB) /
          (compacted.count - before.count);
        figures.push(
          { name: 'cold start to the end of the first append', value: cold, unit: 's', aim: '< 1.5' },
          { name: 'append, p50', value: p50(seconds.slice(1)), unit: 'ms', aim: '< 40' },
          { name: `append, p50 of the first ${SOME} commits`, value: first, unit: 'ms' },
          { name: `append, p50 of the last ${SOME} of ${commits} commits`, value: last, unit: 'ms' },
          { name: 'append, last / first', value: last / first, unit: 'times' },
          { name: 'most memory of the function', value: memory, unit: 'MiB', aim: '< 400' },
          { name: "the functions' package, unzipped", value: folderMiB(unzipped), unit: 'MiB', aim: '< 240' },
          { name: 'data files before the care', value: before.count, unit: 'files' },
          { name: 'data files before the care, mean size', value: before.meanKiB, unit: 'KiB' },
          { name: 'the care', value: cared.seconds, unit: 's' },
          { name: 'data files that the care made superfluous', value: after.compacted_files, unit: 'files' },
          { name: 'data files after the care', value: after.files, unit: 'files' },
          { name: 'data files that the care made, mean size', value: compactedKiB, unit: 'KiB' },
          { name: 'log entries after the care', value: after.log_entries, unit: 'files' },
        );
      } finally {
        s3.destroy();
        await server.stop();
      }
    });
    return figures;
  },
};
