/**
 * The table engine's documents. Made by `npm run generate` of `table_engine/documents.py`, which is the file to change.
 */

/**
 * One result set; question 3 has two, `3a` and `3b`.
 */
export interface Answer {
  question: string;
  title: string;
  columns: string[];
  rows: (string | number | boolean | null)[][];
}
/**
 * What `answers` prints, in the order of the questions.
 */
export interface Answers {
  answers: Answer[];
}
/**
 * What `batch` prints. `batch` is its number, null when there was nothing new in the raw files.
 *
 * `dead_letters` are the rows that dead-letter records added to the quarantine; they count in no other figure.
 */
export interface BatchReport {
  batch: number | null;
  feeds: {
    pin: FeedBatch;
    geo: FeedBatch;
    user: FeedBatch;
  };
  dead_letters: number;
  seconds: number;
}
/**
 * One feed of a batch. `rows` and `rejects` are the lines' fates, `inserted` and `updated` the table's rows.
 */
export interface FeedBatch {
  files: number;
  lines: number;
  rows: number;
  rejects: number;
  inserted: number;
  updated: number;
}
/**
 * One feed on the batch path; the figures of its tables and dead-letter records, and what was sent.
 *
 * `failed` were sent, not acknowledged, and not acknowledged either when their run went on. `acknowledged_offsets` has
 * by partition the inclusive ranges of acknowledged offsets, merged and ascending.
 */
export interface FeedInspection {
  table_rows: number;
  table_posts: number;
  quarantine_rows: number;
  quarantine_positions: number;
  missing_from_tables: number;
  dead_letters_kept: number;
  dead_letter_rows: number;
  dead_letter_positions: number;
  dead_letters_missing: number;
  sent: number;
  acknowledged: number;
  failed: number;
  acknowledged_offsets: {
    [k: string]: [number, number][];
  };
  raw_partitions: {
    [k: string]: RawPartition;
  };
  last_day: LastDay;
}
/**
 * The raw files of one partition of a topic. Blank lines are no records and count in no other figure.
 *
 * `overlapping_lines` are at positions that an earlier file covers. `last_start_offset` is the offset in the name of
 * the last file, `next_offset` the same plus the lines of the last file. `pending_lines` are those of files that no
 * batch has taken up yet.
 */
export interface RawPartition {
  files: number;
  lines: number;
  blank_lines: number;
  overlapping_lines: number;
  last_start_offset: number;
  next_offset: number;
  pending_lines: number;
}
/**
 * Lines of the batches that have a file uploaded within the last 24 hours, and their positions in quarantine.
 */
export interface LastDay {
  records: number;
  rejects: number;
}
/**
 * One feed on the batch path.
 *
 * `topic` are the records ever written to the topic. `unacknowledged` are those beyond the acknowledged ones: sent
 * since the ledger was read, sent again under the same key because a response was lost, or written by another
 * producer. `deadLetters` are the topic's records in the dead-letter topic. These three are null without Kafka's
 * facts. `pending` are in raw files that no batch has read yet: not missing. `onTheWay` are in no raw file yet;
 * with Kafka's facts they are missing as well, since the sink had its time. `outsideRawFiles` are offsets between
 * the raw files: the dead-letter records, and what is missing there. `findings` say what is behind a `missing` or
 * `duplicate` that is not 0, a sentence each.
 */
export interface FeedReconciliation {
  feed: 'pin' | 'geo' | 'user';
  sent: number;
  acknowledged: number;
  topic: number | null;
  unacknowledged: number | null;
  deadLetters: number | null;
  raw: number;
  pending: number;
  table: number;
  quarantine: number;
  missing: number;
  duplicate: number;
  onTheWay: number;
  outsideRawFiles: number;
  findings: string[];
}
/**
 * One feed of a redrive: `inserted` + `quarantined` + `present` (were there) = `records`.
 */
export interface FeedRedrive {
  objects: number;
  records: number;
  inserted: number;
  quarantined: number;
  present: number;
}
/**
 * What `trace` prints: where a row number was found.
 */
export interface Findings {
  raw_lines: RawLine[];
  rows: TableRow[];
  rejects: RejectedRecord[];
}
/**
 * A line of a raw file, from 0. The record's offset is `least_offset` or up to `dead_letters` more.
 *
 * So many dead-letter records were between those of the file.
 */
export interface RawLine {
  feed: 'pin' | 'geo' | 'user';
  key: string;
  line: number;
  text: string;
  partition: number;
  least_offset: number;
  dead_letters: number;
}
/**
 * A row of a table, as JSON. `shard` and `sequence_number` are null on the batch path.
 */
export interface TableRow {
  feed: 'pin' | 'geo' | 'user';
  table: string;
  row: string;
  shard: string | null;
  sequence_number: string | null;
}
/**
 * A refused record; `raw` is cut after a number of characters, with a mark; `time` ISO 8601, null outside of it.
 */
export interface RejectedRecord {
  feed: string;
  path: string;
  reason: string;
  position: string;
  raw: string | null;
  time: string | null;
}
/**
 * What `inspect` prints.
 */
export interface Inspection {
  feeds: {
    pin: FeedInspection;
    geo: FeedInspection;
    user: FeedInspection;
  };
}
/**
 * What Kafka itself says of the topics.
 */
export interface KafkaFacts {
  feeds: {
    pin: KafkaFeedFacts;
    geo: KafkaFeedFacts;
    user: KafkaFeedFacts;
  };
}
/**
 * What Kafka itself says of one feed's topic, by partition.
 *
 * `endOffsets` (one past the last record) were read before the inspection: what must be stored by then.
 * `laterEndOffsets` were read after it: what can have been acknowledged by then. `deadLetters` are the offsets of the
 * topic's records that went to the dead-letter topic, each once, read after the inspection.
 */
export interface KafkaFeedFacts {
  endOffsets: {
    [k: string]: number;
  };
  laterEndOffsets: {
    [k: string]: number;
  };
  deadLetters: {
    [k: string]: number[];
  };
}
/**
 * Seconds from a record's arrival in the stream to the commit that added its row, over the newest commits.
 */
export interface Latency {
  commits: number;
  rows: number;
  p50: number;
  p95: number;
  p99: number;
}
/**
 * The latency of the newest commits; null while there are none.
 *
 * On the batch path it begins with the upload of the raw file.
 */
export interface LatencyFigures {
  batch: Latency | null;
  stream: Latency | null;
}
/**
 * An object that was left where it is, and why.
 */
export interface LeftObject {
  key: string;
  problem: string;
}
/**
 * One table after its maintenance, and what was done.
 *
 * `files` are the data files of the newest state, `log_entries` the commits that the log holds one by one,
 * `checkpoint` the version of the newest checkpoint. `compacted_files` small files are gone into larger ones,
 * `removed_files` that no state needs were deleted. `is_overtaken` says that another writer came in between, or that
 * Spark holds the table; the next maintenance makes up for it.
 */
export interface MaintainedTable {
  version: number;
  files: number;
  log_entries: number;
  compacted_files: number;
  removed_files: number;
  removed_log_entries: number;
  checkpoint: number;
  is_overtaken: boolean;
}
/**
 * What `maintain` prints, by table; null for a table that is not there.
 */
export interface Maintenance {
  tables: {
    [k: string]: MaintainedTable | null;
  };
  seconds: number;
}
/**
 * How new a feed's tables are, ISO 8601; null without rows.
 *
 * `batch`: when the newest raw file that was cleaned had been uploaded. `stream`: when the record of the newest row
 * arrived in the stream.
 */
export interface NewestRows {
  feed: 'pin' | 'geo' | 'user';
  batch: string | null;
  stream: string | null;
}
/**
 * How many records have come to a place, over all feeds, and when the newest came, ISO 8601; null when none has.
 */
export interface PlaceFigures {
  total: number;
  newest: string | null;
}
/**
 * Rows in quarantine by their source.
 */
export interface QuarantineFigures {
  batch: number;
  stream: number;
  dead_letters: number;
}
/**
 * How many rows of the quarantine have a reason. `source` is `batch`, `stream` or `dead-letters`.
 */
export interface Quarantined {
  feed: 'pin' | 'geo' | 'user';
  source: string;
  reason: string;
  rows: number;
}
/**
 * A column of a result or of a table. `type` is as the engine names it, for example `VARCHAR`.
 */
export interface QueryColumn {
  name: string;
  type: string;
}
/**
 * What `query` prints. `truncated` says that there were more rows.
 *
 * What JSON has no form for is text: times, decimals, lists, NaN, and whole numbers beyond 2^53.
 */
export interface QueryResult {
  columns: QueryColumn[];
  rows: (string | number | boolean | null)[][];
  truncated: boolean;
  seconds: number;
}
/**
 * A table that queries may read. `description` is a sentence without a full stop.
 *
 * `columns` is empty when the table is not there yet.
 */
export interface QueryTable {
  name: string;
  description: string;
  columns: QueryColumn[];
}
/**
 * What `tables` prints.
 */
export interface QueryTables {
  tables: QueryTable[];
}
/**
 * What `replay-raw-files` prints. `lines` are the records of the `files` that were read: `rows` + `rejects`.
 *
 * `inserted` posts were missing in the table, `quarantined` positions in quarantine. `pending_files` are in the time
 * too, but no batch has taken them up: they are left to it.
 */
export interface RawFilesReplay {
  feed: 'pin' | 'geo' | 'user';
  files: number;
  pending_files: number;
  lines: number;
  rows: number;
  rejects: number;
  inserted: number;
  quarantined: number;
  seconds: number;
}
/**
 * How a stream's table is doing at the moment.
 *
 * `latency` is null without rows in the newest commits; `newest_row_age` are seconds since the newest row's record
 * arrived in the stream, null for an empty table; `rows_per_second` is over the last minute; `files` are the table's
 * Parquet files, `log_entries` the commits that the log holds as files of their own.
 */
export interface RecentFigures {
  latency: Latency | null;
  newest_row_age: number | null;
  rows_per_second: number;
  files: number;
  log_entries: number;
}
/**
 * Whether every record is stored, and once. `ok` when `missing` and `duplicate` are 0 everywhere.
 *
 * `feeds` has the batch path, `streams` the streaming path, a row for each feed.
 */
export interface Reconciliation {
  ok: boolean;
  feeds: FeedReconciliation[];
  streams: StreamReconciliation[];
}
/**
 * One feed on the streaming path.
 *
 * `unacknowledged` are records beyond the acknowledged ones: sent since the ledger was read, sent again under another
 * sequence number because a response was lost, or put by another producer. `onTheWay` are acknowledged and not yet
 * appended; with Kafka's facts they are missing as well, since the function had its time. `findings` say what is
 * behind a `missing` or `duplicate` that is not 0, a sentence each.
 */
export interface StreamReconciliation {
  feed: 'pin' | 'geo' | 'user';
  sent: number;
  acknowledged: number;
  unacknowledged: number;
  table: number;
  quarantine: number;
  missing: number;
  duplicate: number;
  onTheWay: number;
  shards: ShardReconciliation[];
  findings: string[];
}
/**
 * One shard on the streaming path.
 */
export interface ShardReconciliation {
  shard: string;
  acknowledged: number;
  table: number;
  quarantine: number;
  missing: number;
  duplicate: number;
}
/**
 * What `reconcile` reads from its standard input. Without Kafka's facts (null) it goes by the other two alone.
 */
export interface ReconciliationFacts {
  inspection: Inspection;
  streams: StreamInspection;
  kafka: KafkaFacts | null;
}
/**
 * What `inspect-streams` prints.
 */
export interface StreamInspection {
  feeds: {
    pin: StreamFeedInspection;
    geo: StreamFeedInspection;
    user: StreamFeedInspection;
  };
}
/**
 * One feed on the streaming path; the counts are the sums of its shards'. `recent` is null without a table.
 */
export interface StreamFeedInspection {
  acknowledged: number;
  rows: number;
  quarantined: number;
  pending: number;
  missing: number;
  duplicate: number;
  unacknowledged: number;
  table: string;
  shards: {
    [k: string]: ShardInspection;
  };
  recent: RecentFigures | null;
  sent: number;
  failed: number;
}
/**
 * One shard on the streaming path. `highest_sequence_number` is null before the first commit.
 */
export interface ShardInspection {
  acknowledged: number;
  rows: number;
  quarantined: number;
  pending: number;
  missing: number;
  duplicate: number;
  unacknowledged: number;
  highest_sequence_number: string | null;
}
/**
 * What `replay-records` prints: `inserted` + `quarantined` + `present` + `ahead` = `records`.
 *
 * `present` were there already; `ahead` are above their shard's number, and the stream will bring them.
 */
export interface RecordsReplay {
  feed: 'pin' | 'geo' | 'user';
  records: number;
  inserted: number;
  quarantined: number;
  present: number;
  ahead: number;
  seconds: number;
}
/**
 * What `redrive` prints.
 */
export interface Redrive {
  feeds: {
    pin: FeedRedrive;
    geo: FeedRedrive;
    user: FeedRedrive;
  };
  left: LeftObject[];
}
/**
 * Rows in quarantine. `path` is `batch` or `stream`; `feed` is `dead-letters` for a topic of no feed.
 */
export interface RejectCount {
  feed: string;
  path: string;
  reason: string;
  rows: number;
}
/**
 * What `rejects` prints: counts, the largest first, and the newest records.
 */
export interface RejectedRecords {
  counts: RejectCount[];
  newest: RejectedRecord[];
}
/**
 * What `report-facts` prints and keeps in the bucket. `questions` has the SQL of each.
 *
 * `batch` is the number of the newest batch, null before the first; the reconciliation is without shards.
 */
export interface ReportFacts {
  batch: number | null;
  reconciliation: Reconciliation;
  quarantine: Quarantined[];
  newest: NewestRows[];
  questions: {
    [k: string]: string;
  };
}
/**
 * Records by the ledger, over all feeds of a path.
 */
export interface SentFigures {
  sent: number;
  acknowledged: number;
}
/**
 * What `watch` prints whenever it is asked; null is what cannot be read at the moment.
 *
 * `planned` are the lines of the raw files that batches have taken up. `stream_arrivals` has the same rows as
 * `stream_tables`; its `newest` is when the newest row's record arrived in the stream, not when the row was committed.
 */
export interface Watch {
  topics: SentFigures | null;
  streams: SentFigures | null;
  raw_files: PlaceFigures | null;
  planned: PlaceFigures | null;
  tables: PlaceFigures | null;
  stream_arrivals: PlaceFigures | null;
  stream_tables: PlaceFigures | null;
  quarantine: QuarantineFigures | null;
  latency: LatencyFigures | null;
}
