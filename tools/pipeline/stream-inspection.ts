/** What `table_engine inspect-streams` reports; described in `docs/architecture.md`, "The table engine's commands". */
import { FEED_NAMES, type FeedName } from '../../services/contract';
import type { Deployment } from './deployment';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** Counts of one shard's, or one feed's, records. */
export interface StreamCounts {
  /** Records whose sequence number the emulator was told. */
  readonly acknowledged: number;
  /** Rows of the table. */
  readonly rows: number;
  readonly quarantined: number;
  /** Acknowledged, and above what the function has committed: on their way. */
  readonly pending: number;
  /** Acknowledged, not above what is committed, and neither in the table nor in quarantine. */
  readonly missing: number;
  /** How often a record is in table and quarantine beyond the first time. */
  readonly duplicate: number;
  /** Records in table or quarantine that are not in the ledger. */
  readonly unacknowledged: number;
}

/** One shard's figures. */
export interface ShardInspection extends StreamCounts {
  /** Null before the first commit. */
  readonly highest_sequence_number: string | null;
}

/** How a feed's table is doing at the moment. */
export interface RecentFigures {
  /** Seconds from the record's arrival in the stream to the commit that added its row; null without such commits. */
  readonly latency: {
    readonly commits: number;
    readonly rows: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  } | null;
  /** Seconds since the newest row's record arrived in the stream; null for an empty table. */
  readonly newest_row_age: number | null;
  /** Over the last minute. */
  readonly rows_per_second: number;
  /** Parquet files of the table. */
  readonly files: number;
  /** Commits that the log holds as files of their own. */
  readonly log_entries: number;
}

/** One feed's figures; the counts are the sums of its shards'. */
export interface StreamFeedInspection extends StreamCounts {
  /** The table's name. */
  readonly table: string;
  readonly sent: number;
  /** Records that were sent, not acknowledged, and not acknowledged either when their run went on. */
  readonly failed: number;
  readonly shards: Readonly<Record<string, ShardInspection>>;
  /** Null when there is no table yet. */
  readonly recent: RecentFigures | null;
}

/** The whole report. */
export interface StreamInspection {
  readonly feeds: Readonly<Record<FeedName, StreamFeedInspection>>;
}

/** Acknowledged records that the functions have not got to yet, over all feeds. */
export function onTheirWay({ feeds }: StreamInspection): number {
  return FEED_NAMES.reduce((sum, feed) => sum + feeds[feed].pending, 0);
}

/** Inspects the streaming path of a deployment. */
export function inspectStreams(
  deployment: Deployment,
  options: TableEngineOptions,
): Promise<StreamInspection> {
  return runTableEngine<StreamInspection>(deployment, 'inspect-streams', options);
}
