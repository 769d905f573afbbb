/** What several benchmarks need: scratch folders, a local AWS, what is in its S3, and what commands take. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { startMiniStack } from '../local-run/parts/ministack';
import { PROJECT_ROOT, pythonExecutable } from '../local-run/paths';
import { awsEnvironment, type AwsClientConfig } from '../pipeline/deployment';
import { runCommand } from '../processes/run-command';

const LIMIT_MS = 3_600_000;

/** Gives `use` an empty folder that is removed afterwards. */
export async function withScratchFolder<T>(name: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), `pipeline-bench-${name}-`));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A local AWS that a benchmark has to itself, with a bucket. */
export interface ScratchAws {
  readonly aws: AwsClientConfig & { readonly endpoint: string };
  readonly s3: S3Client;
  readonly bucket: string;
  readonly serverPid: number;
  /** The environment that reaches it. */
  readonly env: Record<string, string>;
}

/** Gives `use` a local AWS, and an empty folder, where its data are too. */
export function withScratchAws<T>(
  name: string,
  use: (scratch: ScratchAws, folder: string) => Promise<T>,
): Promise<T> {
  return withScratchFolder(name, async (stateDir) => {
    const server = await startMiniStack({ stateDir });
    const credentials = { accessKeyId: 'BENCH', secretAccessKey: 'bench' };
    const aws = { region: 'us-east-1', endpoint: server.url, credentials };
    const s3 = new S3Client({ ...aws, forcePathStyle: true });
    try {
      const bucket = `bench-${name}`;
      await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      return await use({ aws, s3, bucket, serverPid: server.pid, env: awsEnvironment(aws) }, stateDir);
    } finally {
      s3.destroy();
      await server.stop();
    }
  });
}

/** An object of a bucket. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** When it was stored, in milliseconds since 1970. */
  readonly at: number;
}

/** The objects under a prefix, in the order of their keys; after one of them when it is given. */
export async function listed(
  s3: S3Client,
  bucket: string,
  prefix?: string,
  after?: string,
): Promise<StoredObject[]> {
  const found: StoredObject[] = [];
  const input = { Bucket: bucket, Prefix: prefix, StartAfter: after };
  for await (const page of paginateListObjectsV2({ client: s3 }, input)) {
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? [])
      found.push({ key: Key, bytes: Size, at: LastModified?.getTime() ?? NaN });
  }
  return found;
}

/** An object's text. */
export async function textOf(s3: S3Client, bucket: string, key: string): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** A finished command. */
export interface Timed {
  readonly stdout: string;
  readonly seconds: number;
  /** Processor time of the command and all that it started, in seconds. */
  readonly processorSeconds: number;
  /** The most memory of all their processes together, in MiB. */
  readonly peakMiB: number;
}

/** Runs a command to its end. @throws CommandError when it fails. */
export async function timed(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Record<string, string>; readonly input?: string } = {},
): Promise<Timed> {
  const began = performance.now();
  const output = await runCommand(pythonExecutable(), [join(__dirname, 'usage.py'), command, ...args], {
    ...options,
    timeoutMs: LIMIT_MS,
  });
  const seconds = (performance.now() - began) / 1000;
  const [, stdout = '', used = ''] = /^([^]*?)(\{[^{]*\})\s*$/.exec(output) ?? [];
  return { stdout, seconds, ...(JSON.parse(used) as Pick<Timed, 'processorSeconds' | 'peakMiB'>) };
}

/** The table engine's source, where its commands are run. */
export const TABLE_ENGINE = join(PROJECT_ROOT, 'engines', 'table-engine');

/** Runs a command of the table engine on a bucket, from its source. */
export function tableEngine(
  command: string,
  { bucket, env }: Pick<ScratchAws, 'bucket' | 'env'>,
  userId: string,
  ...args: readonly string[]
): Promise<Timed> {
  return timed(
    pythonExecutable(),
    ['-m', 'table_engine', command, '--bucket', bucket, '--user-id', userId, ...args],
    { env, cwd: TABLE_ENGINE },
  );
}

/** Writes a progress line to standard error. */
export function progress(line: string): void {
  console.error(line);
}
