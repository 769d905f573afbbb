/** The commits of a stream's table as its log has them: when rows could be queried, and what files they made. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { SentRecord } from './sent-records';
import { listed, textOf } from './support';

/** A commit that had rows of a shard: its highest sequence number, and when the commit was there (milliseconds since 1970). */
export interface Advance {
  readonly shard: string;
  readonly number: bigint;
  readonly at: number;
}

const GROUPS = [0, 1, 2, 3];
const DIGITS = 18;
/** Log entries that are read at the same time. */
const READS = 8;

interface Action {
  readonly txn?: { readonly appId: string; readonly version: string };
  readonly add?: { readonly stats: string };
  readonly commitInfo?: { readonly operation: string };
}

function actionsOf(commit: string): Action[] {
  // A group of a sequence number has up to 18 digits, more than a number of JavaScript holds.
  const lines = commit.replaceAll(/"version":\s*(\d+)/g, '"version":"$1"').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Action);
}

/** The highest sequence numbers that a commit carries, by shard (`ShardProgress` of the table engine wrote them). */
function numbersIn(actions: readonly Action[], stream: string): [string, bigint][] {
  const versions = new Map<string, string>();
  for (const { txn } of actions) if (txn) versions.set(txn.appId, txn.version);
  return [...versions.keys()].flatMap((application): [string, bigint][] => {
    const [name, shard, ...rest] = application.split('/');
    if (name !== stream || shard === undefined || rest.length > 0) return [];
    const digits = GROUPS.map((group) =>
      (versions.get(`${application}/${group}`) ?? '').padStart(DIGITS, '0'),
    );
    return [[shard, BigInt(digits.join(''))]];
  });
}

/** When each record was a row; undefined for one above the last commit of its shard. `advances` are in the order of the commits. */
export function rowTimes(
  records: readonly SentRecord[],
  advances: readonly Advance[],
): (number | undefined)[] {
  const names = new Set(records.map(({ shard }) => shard));
  const shards = new Map(Array.from(names, (name) => [name, advances.filter(({ shard }) => shard === name)]));
  return records.map(({ shard, number }) => {
    const commits = shards.get(shard) ?? [];
    // The first commit that is as far: numbers of a shard only grow.
    let [low, high] = [0, commits.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((commits[middle]?.number ?? 0n) >= number) high = middle;
      else low = middle + 1;
    }
    return commits[low]?.at;
  });
}

/** A record, by the times in milliseconds when it was sent and when it was a row. */
export type Span = readonly [sent: number, row: number];

/** How many of the records were sent and no rows, on average from one share of the time to another. */
export function lag(spans: readonly Span[], from: number, to: number): number {
  const first = Math.min(...spans.map(([sent]) => sent));
  const length = Math.max(...spans.map(([sent]) => sent)) - first;
  const [begin, end] = [first + from * length, first + to * length];
  const within = spans.map(([sent, row]) => Math.max(0, Math.min(row, end) - Math.max(sent, begin)));
  return within.reduce((sum, one) => sum + one, 0) / (end - begin);
}

/** Follows the log of one table. */
export class StreamCommits {
  /** Of the commits read so far. */
  readonly advances: Advance[] = [];
  /** Rows of each file that brought new rows. */
  readonly appended: number[] = [];
  private newest?: string;

  /** @param stream the stream's name. */
  constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly table: string,
    private readonly stream: string,
  ) {}

  /** Reads the commits that are new since the last time. */
  async read(): Promise<void> {
    const folder = `tables/${this.table}/_delta_log/`;
    const entries = (await listed(this.s3, this.bucket, folder, this.newest)).filter(({ key }) =>
      /\/\d{20}\.json$/.test(key),
    );
    for (let from = 0; from < entries.length; from += READS) {
      const some = entries.slice(from, from + READS);
      const texts = await Promise.all(some.map(({ key }) => textOf(this.s3, this.bucket, key)));
      // The time is when S3 had the entry: a commit's own is from before it was written.
      for (const [index, { at, key }] of some.entries()) {
        const actions = actionsOf(texts[index] ?? '');
        for (const [shard, number] of numbersIn(actions, this.stream))
          this.advances.push({ shard, number, at });
        this.newest = key;
        if (actions.some(({ commitInfo }) => commitInfo?.operation === 'OPTIMIZE')) continue;
        for (const { add } of actions)
          if (add) this.appended.push((JSON.parse(add.stats) as { numRecords: number }).numRecords);
      }
    }
  }
}
