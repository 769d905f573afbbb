/** The commits of a stream's table as its log has them: when rows could be queried, and how far the table is. */
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { SentRecord } from './sent-records';

/** A commit that had rows of a shard: its highest sequence number, and when the commit was there (milliseconds since 1970). */
export interface Advance {
  readonly shard: string;
  readonly number: bigint;
  readonly at: number;
}

const GROUPS = 4;
const DIGITS = 18;
/** Log entries that are read at the same time. */
const READS = 8;

/** The highest sequence numbers that a commit carries, by shard (`ShardProgress` of the table engine wrote them). */
export function numbersIn(commit: string, stream: string): Map<string, bigint> {
  const versions = new Map<string, bigint>();
  for (const line of commit.split('\n')) {
    if (!line.includes('"txn"')) continue;
    // A group has up to 18 digits, more than a number of JavaScript holds.
    const action = JSON.parse(line.replace(/"version":\s*(\d+)/, '"version":"$1"')) as {
      readonly txn?: { readonly appId: string; readonly version: string };
    };
    if (action.txn) versions.set(action.txn.appId, BigInt(action.txn.version));
  }
  const numbers = new Map<string, bigint>();
  for (const application of versions.keys()) {
    const shard = application.slice(stream.length + 1);
    if (!application.startsWith(`${stream}/`) || shard.includes('/')) continue;
    const groups = Array.from(
      { length: GROUPS },
      (_, group) => versions.get(`${application}/${group}`) ?? 0n,
    );
    numbers.set(
      shard,
      groups.reduce((number, group) => number * 10n ** BigInt(DIGITS) + group, 0n),
    );
  }
  return numbers;
}

/**
 * Seconds from the sending of each record to its row.
 *
 * @param advances in the order of the commits.
 * @returns one for each record that is in a commit; records above the last one of their shard have none.
 */
export function secondsToRow(records: readonly SentRecord[], advances: readonly Advance[]): number[] {
  const shards = new Map<string, Advance[]>();
  for (const advance of advances) {
    const some = shards.get(advance.shard);
    if (some === undefined) shards.set(advance.shard, [advance]);
    else some.push(advance);
  }
  return records.flatMap(({ shard, number, sentAt }) => {
    const commits = shards.get(shard) ?? [];
    // The first commit that is as far: numbers of a shard only grow.
    let [low, high] = [0, commits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((commits[middle] as Advance).number >= number) high = middle;
      else low = middle + 1;
    }
    const commit = commits[low];
    return commit === undefined ? [] : [(commit.at - sentAt) / 1000];
  });
}

interface LogEntry {
  readonly key: string;
  readonly at: number;
}

/** Follows the log of one table from the moment that it is begun. */
export class StreamCommits {
  private readonly folder: string;
  private readonly numbers = new Map<string, bigint>();
  private begin = '';
  private newest = '';

  /** @param stream the stream's name. */
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    table: string,
    private readonly stream: string,
  ) {
    this.folder = `tables/${table}/_delta_log/`;
  }

  /** Passes over the commits that are there. */
  async start(): Promise<void> {
    this.newest = (await this.entries('')).at(-1)?.key ?? '';
    this.begin = this.newest;
  }

  /**
   * The highest committed numbers since the start, of those shards of which there is one. Costs a listing of what is new and
   * some two reads a shard, as the newest commits tell all.
   */
  async committed(shards: ReadonlySet<string>): Promise<ReadonlyMap<string, bigint>> {
    const entries = await this.entries(this.newest);
    const found = new Set<string>();
    for (const { key } of entries.toReversed()) {
      if ([...shards].every((shard) => found.has(shard))) break;
      for (const [shard, number] of numbersIn(await this.text(key), this.stream)) {
        if (found.has(shard)) continue;
        found.add(shard);
        this.numbers.set(shard, number);
      }
    }
    this.newest = entries.at(-1)?.key ?? this.newest;
    return this.numbers;
  }

  /** All commits since the start. */
  async advances(): Promise<Advance[]> {
    const entries = await this.entries(this.begin);
    const found: Advance[] = [];
    for (let from = 0; from < entries.length; from += READS) {
      const some = entries.slice(from, from + READS);
      const texts = await Promise.all(some.map(({ key }) => this.text(key)));
      for (const [index, { at }] of some.entries()) {
        for (const [shard, number] of numbersIn(texts[index] as string, this.stream)) {
          found.push({ shard, number, at });
        }
      }
    }
    return found;
  }

  /** The commits after one. The time is when S3 had the entry: a commit's own is from before it was written. */
  private async entries(after: string): Promise<LogEntry[]> {
    const found: LogEntry[] = [];
    const input = { Bucket: this.bucket, Prefix: this.folder, StartAfter: after === '' ? undefined : after };
    for await (const page of paginateListObjectsV2({ client: this.s3 }, input)) {
      for (const { Key: key = '', LastModified } of page.Contents ?? []) {
        if (/\/\d{20}\.json$/.test(key)) found.push({ key, at: LastModified?.getTime() ?? NaN });
      }
    }
    return found;
  }

  private async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }
}
