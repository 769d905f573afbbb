/** What `table_engine inspect` reports; described in `docs/architecture.md`, "The table engine's commands". */
import type { FeedName } from '../../services/contract';

/** The raw files of one partition of a topic. Blank lines are no records and count in no other figure. */
export interface RawPartition {
  readonly files: number;
  readonly lines: number;
  readonly blank_lines: number;
  /** Lines that stand at a position which an earlier file already covers. */
  readonly overlapping_lines: number;
  /** The offset in the name of the last file. */
  readonly last_start_offset: number;
  /** `last_start_offset` plus the lines of the last file. */
  readonly next_offset: number;
  /** Lines in files that no batch has taken up yet. */
  readonly pending_lines: number;
}

/** One feed's figures. */
export interface FeedInspection {
  readonly sent: number;
  readonly acknowledged: number;
  /** Records that were sent, not acknowledged, and not acknowledged either when their run went on. */
  readonly failed: number;
  /** By partition: inclusive ranges of acknowledged offsets, merged and ascending. */
  readonly acknowledged_offsets: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** By partition. */
  readonly raw_partitions: Readonly<Record<string, RawPartition>>;
  readonly table_rows: number;
  /** Distinct row numbers in the table. */
  readonly table_posts: number;
  readonly quarantine_rows: number;
  /** Distinct source positions in quarantine. */
  readonly quarantine_positions: number;
  /** Raw lines of batched files whose post is neither in the table nor, by position, in quarantine. */
  readonly missing_from_tables: number;
  /** Dead letters in the bucket, each position with the same text once. */
  readonly dead_letters_kept: number;
  /** Dead letters in quarantine. */
  readonly dead_letter_rows: number;
  /** Distinct ones of those, by position and text. */
  readonly dead_letter_positions: number;
  /** Dead letters of objects that a batch has taken up, which are not in quarantine. */
  readonly dead_letters_missing: number;
  /** Of the batches with a file that was uploaded within the last 24 hours: their lines, and positions in quarantine. */
  readonly last_day: { readonly records: number; readonly rejects: number };
}

/** The whole report. */
export interface Inspection {
  readonly feeds: Readonly<Record<FeedName, FeedInspection>>;
}
