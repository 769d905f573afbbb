/** How many files a benchmark has left in a bucket, and how large they are. */
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Figure } from './benchmark';

/** A file with as many bytes and lines, or rows. */
export interface SizedFile {
  readonly bytes: number;
  readonly rows: number;
}

/** Number, lines and sizes of files as figures; only the number when there is none. `rows` is the word for what a file holds. */
export function fileFigures(name: string, files: readonly SizedFile[], rows: 'lines' | 'rows'): Figure[] {
  const number: Figure = { name: `${name}: files`, value: files.length, unit: 'files' };
  if (files.length === 0) return [number];
  const of = (values: readonly number[], what: string, unit: string): Figure[] => {
    const sorted = values.toSorted((a, b) => a - b);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [
      { name: `${name}: ${what}, mean`, value: mean, unit },
      { name: `${name}: ${what}, p50`, value: sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN, unit },
      { name: `${name}: ${what}, most`, value: sorted.at(-1) ?? NaN, unit },
    ];
  };
  return [
    number,
    ...of(
      files.map((file) => file.rows),
      `${rows} a file`,
      rows,
    ),
    ...of(
      files.map((file) => file.bytes / 1024),
      'size of a file',
      'KiB',
    ),
  ];
}

/** The objects under a prefix. */
export async function listed(
  s3: S3Client,
  bucket: string,
  prefix?: string,
): Promise<{ readonly key: string; readonly bytes: number }[]> {
  const found: { key: string; bytes: number }[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = '', Size = 0 } of page.Contents ?? []) found.push({ key: Key, bytes: Size });
  }
  return found;
}

/** What a commit's line says of a file that it adds, and of itself. */
interface Action {
  readonly add?: { readonly size: number; readonly stats: string };
  readonly commitInfo?: { readonly operation: string };
}

/**
 * The data files that commits of a Delta table have added, whether they are still part of it or not, as far back as its log
 * has the commits one by one.
 *
 * @returns those that brought rows, and those that compactions made of others.
 */
export async function addedFiles(
  s3: S3Client,
  bucket: string,
  table: string,
): Promise<{ readonly appended: readonly SizedFile[]; readonly compacted: readonly SizedFile[] }> {
  const appended: SizedFile[] = [];
  const compacted: SizedFile[] = [];
  for (const { key } of await listed(s3, bucket, `tables/${table}/_delta_log/`)) {
    if (!/\/\d{20}\.json$/.test(key)) continue;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const text = (await Body?.transformToString()) ?? '';
    const actions = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Action);
    const isCompaction = actions.some(({ commitInfo }) => commitInfo?.operation === 'OPTIMIZE');
    for (const { add } of actions) {
      if (!add) continue;
      const { numRecords } = JSON.parse(add.stats) as { numRecords: number };
      (isCompaction ? compacted : appended).push({ bytes: add.size, rows: numRecords });
    }
  }
  return { appended, compacted };
}
