"""The JSON documents that the engine's commands and functions return, typed once.

`npm run generate` makes `documents.schema.json` of these types, and of that the types of TypeScript. Counts are of
records unless something else is said.
"""

from __future__ import annotations

import sys

from table_engine.feeds import FeedName

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    # Of the older Pythons' own one pydantic, which makes the schema, cannot read the annotations.
    from typing_extensions import TypedDict


class FeedBatch(TypedDict):
    """One feed of a batch. `rows` and `rejects` are the lines' fates, `inserted` and `updated` the table's rows."""

    files: int
    lines: int
    rows: int
    rejects: int
    inserted: int
    updated: int


class BatchReport(TypedDict):
    """What `batch` prints. `batch` is its number, null when there was nothing new in the raw files.

    `dead_letters` are the rows that dead-letter records added to the quarantine; they count in no other figure.
    """

    batch: int | None
    feeds: dict[FeedName, FeedBatch]
    dead_letters: int
    seconds: float


class Answer(TypedDict):
    """One result set; question 3 has two, `3a` and `3b`."""

    question: str
    title: str
    columns: list[str]
    rows: list[list[str | int | float | bool | None]]


class Answers(TypedDict):
    """What `answers` prints, in the order of the questions."""

    answers: list[Answer]


class QueryColumn(TypedDict):
    """A column of a result or of a table. `type` is as the engine names it, for example `VARCHAR`."""

    name: str
    type: str


class QueryResult(TypedDict):
    """What `query` prints. `truncated` says that there were more rows.

    What JSON has no form for is text: times, decimals, lists, NaN, and whole numbers beyond 2^53.
    """

    columns: list[QueryColumn]
    rows: list[list[str | int | float | bool | None]]
    truncated: bool
    seconds: float


class QueryTable(TypedDict):
    """A table that queries may read. `description` is a sentence without a full stop.

    `columns` is empty when the table is not there yet.
    """

    name: str
    description: str
    columns: list[QueryColumn]


class QueryTables(TypedDict):
    """What `tables` prints."""

    tables: list[QueryTable]


class RawPartition(TypedDict):
    """The raw files of one partition of a topic. Blank lines are no records and count in no other figure.

    `overlapping_lines` are at positions that an earlier file covers. `last_start_offset` is the offset in the name of
    the last file, `next_offset` the same plus the lines of the last file. `pending_lines` are those of files that no
    batch has taken up yet.
    """

    files: int
    lines: int
    blank_lines: int
    overlapping_lines: int
    last_start_offset: int
    next_offset: int
    pending_lines: int


class LastDay(TypedDict):
    """Lines of the batches that have a file uploaded within the last 24 hours, and their positions in quarantine."""

    records: int
    rejects: int


class TableFigures(TypedDict):
    """What a feed's table and the quarantine hold; the latter without its dead-letter records.

    `table_posts` are distinct row numbers in the table, `quarantine_positions` distinct source positions.
    `missing_from_tables` are raw lines of batched files whose post is neither in the table nor, by position, in
    quarantine.
    """

    table_rows: int
    table_posts: int
    quarantine_rows: int
    quarantine_positions: int
    missing_from_tables: int


class DeadLetterFigures(TypedDict):
    """Dead-letter records of a feed.

    `dead_letters_kept` are in the bucket, each position with the same text once; `dead_letter_rows` are in quarantine,
    `dead_letter_positions` the distinct ones of those, by position and text; `dead_letters_missing` are of objects that
    a batch has taken up, and not in quarantine.
    """

    dead_letters_kept: int
    dead_letter_rows: int
    dead_letter_positions: int
    dead_letters_missing: int


class FeedInspection(TableFigures, DeadLetterFigures):
    """One feed on the batch path; the figures of its tables and dead-letter records, and what was sent.

    `failed` were sent, not acknowledged, and not acknowledged either when their run went on. `acknowledged_offsets` has
    by partition the inclusive ranges of acknowledged offsets, merged and ascending.
    """

    sent: int
    acknowledged: int
    failed: int
    acknowledged_offsets: dict[str, list[tuple[int, int]]]
    raw_partitions: dict[str, RawPartition]
    last_day: LastDay


class Inspection(TypedDict):
    """What `inspect` prints."""

    feeds: dict[FeedName, FeedInspection]


class StreamCounts(TypedDict):
    """Records of one shard, or of one feed, on the streaming path.

    `pending` are acknowledged and above what the function has committed: on their way. `missing` are acknowledged, not
    above what is committed, and neither in the table nor in quarantine. `duplicate` is how often a record is in table
    and quarantine beyond the first time. `unacknowledged` are in table or quarantine and not in the ledger.
    """

    acknowledged: int
    rows: int
    quarantined: int
    pending: int
    missing: int
    duplicate: int
    unacknowledged: int


class ShardInspection(StreamCounts):
    """One shard on the streaming path. `highest_sequence_number` is null before the first commit."""

    highest_sequence_number: str | None


class Latency(TypedDict):
    """Seconds from a record's arrival in the stream to the commit that added its row, over the newest commits."""

    commits: int
    rows: int
    p50: float
    p95: float
    p99: float


class RecentFigures(TypedDict):
    """How a stream's table is doing at the moment.

    `latency` is null without rows in the newest commits; `newest_row_age` are seconds since the newest row's record
    arrived in the stream, null for an empty table; `rows_per_second` is over the last minute; `files` are the table's
    Parquet files, `log_entries` the commits that the log holds as files of their own.
    """

    latency: Latency | None
    newest_row_age: float | None
    rows_per_second: float
    files: int
    log_entries: int


class StreamFeedInspection(StreamCounts):
    """One feed on the streaming path; the counts are the sums of its shards'. `recent` is null without a table."""

    table: str
    shards: dict[str, ShardInspection]
    recent: RecentFigures | None
    sent: int
    failed: int


class StreamInspection(TypedDict):
    """What `inspect-streams` prints."""

    feeds: dict[FeedName, StreamFeedInspection]


class KafkaFeedFacts(TypedDict):
    """What Kafka itself says of one feed's topic, by partition.

    `endOffsets` (one past the last record) were read before the inspection: what must be stored by then.
    `laterEndOffsets` were read after it: what can have been acknowledged by then. `deadLetters` are the offsets of the
    topic's records that went to the dead-letter topic, each once, read after the inspection.
    """

    endOffsets: dict[str, int]
    laterEndOffsets: dict[str, int]
    deadLetters: dict[str, list[int]]


class KafkaFacts(TypedDict):
    """What Kafka itself says of the topics."""

    feeds: dict[FeedName, KafkaFeedFacts]


class ReconciliationFacts(TypedDict):
    """What `reconcile` reads from its standard input. Without Kafka's facts (null) it goes by the other two alone."""

    inspection: Inspection
    streams: StreamInspection
    kafka: KafkaFacts | None


class FeedReconciliation(TypedDict):
    """One feed on the batch path.

    `topic` are the records ever written to the topic. `unacknowledged` are those beyond the acknowledged ones: sent
    since the ledger was read, sent again under the same key because a response was lost, or written by another
    producer. `deadLetters` are the topic's records in the dead-letter topic. These three are null without Kafka's
    facts. `pending` are in raw files that no batch has read yet: not missing. `onTheWay` are in no raw file yet;
    with Kafka's facts they are missing as well, since the sink had its time. `outsideRawFiles` are offsets between
    the raw files: the dead-letter records, and what is missing there. `findings` say what is behind a `missing` or
    `duplicate` that is not 0, a sentence each.
    """

    feed: FeedName
    sent: int
    acknowledged: int
    topic: int | None
    unacknowledged: int | None
    deadLetters: int | None
    raw: int
    pending: int
    table: int
    quarantine: int
    missing: int
    duplicate: int
    onTheWay: int
    outsideRawFiles: int
    findings: list[str]


class ShardReconciliation(TypedDict):
    """One shard on the streaming path."""

    shard: str
    acknowledged: int
    table: int
    quarantine: int
    missing: int
    duplicate: int


class StreamReconciliation(TypedDict):
    """One feed on the streaming path.

    `unacknowledged` are records beyond the acknowledged ones: sent since the ledger was read, sent again under another
    sequence number because a response was lost, or put by another producer. `onTheWay` are acknowledged and not yet
    appended; with Kafka's facts they are missing as well, since the function had its time. `findings` say what is
    behind a `missing` or `duplicate` that is not 0, a sentence each.
    """

    feed: FeedName
    sent: int
    acknowledged: int
    unacknowledged: int
    table: int
    quarantine: int
    missing: int
    duplicate: int
    onTheWay: int
    shards: list[ShardReconciliation]
    findings: list[str]


class Reconciliation(TypedDict):
    """Whether every record is stored, and once. `ok` when `missing` and `duplicate` are 0 everywhere.

    `feeds` has the batch path, `streams` the streaming path, a row for each feed.
    """

    ok: bool
    feeds: list[FeedReconciliation]
    streams: list[StreamReconciliation]


class MaintainedTable(TypedDict):
    """One table after its maintenance, and what was done.

    `files` are the data files of the newest state, `log_entries` the commits that the log holds one by one,
    `checkpoint` the version of the newest checkpoint. `compacted_files` small files are gone into larger ones,
    `removed_files` that no state needs were deleted. `is_overtaken` says that another writer came in between, or that
    Spark holds the table; the next maintenance makes up for it.
    """

    version: int
    files: int
    log_entries: int
    compacted_files: int
    removed_files: int
    removed_log_entries: int
    checkpoint: int
    is_overtaken: bool


class Maintenance(TypedDict):
    """What `maintain` prints, by table; null for a table that is not there."""

    tables: dict[str, MaintainedTable | None]
    seconds: float


class FeedRedrive(TypedDict):
    """One feed of a redrive: `inserted` + `quarantined` + `present` (were there) = `records`."""

    objects: int
    records: int
    inserted: int
    quarantined: int
    present: int


class LeftObject(TypedDict):
    """An object that was left where it is, and why."""

    key: str
    problem: str


class Redrive(TypedDict):
    """What `redrive` prints."""

    feeds: dict[FeedName, FeedRedrive]
    left: list[LeftObject]


class RecordsReplay(TypedDict):
    """What `replay-records` prints: `inserted` + `quarantined` + `present` + `ahead` = `records`.

    `present` were there already; `ahead` are above their shard's number, and the stream will bring them.
    """

    feed: FeedName
    records: int
    inserted: int
    quarantined: int
    present: int
    ahead: int
    seconds: float


class RawFilesReplay(TypedDict):
    """What `replay-raw-files` prints. `lines` are the records of the `files` that were read: `rows` + `rejects`.

    `inserted` posts were missing in the table, `quarantined` positions in quarantine. `pending_files` are in the time
    too, but no batch has taken them up: they are left to it.
    """

    feed: FeedName
    files: int
    pending_files: int
    lines: int
    rows: int
    rejects: int
    inserted: int
    quarantined: int
    seconds: float


class Quarantined(TypedDict):
    """How many rows of the quarantine have a reason. `source` is `batch`, `stream` or `dead-letters`."""

    feed: FeedName
    source: str
    reason: str
    rows: int


class NewestRows(TypedDict):
    """How new a feed's tables are, ISO 8601; null without rows.

    `batch`: when the newest raw file that was cleaned had been uploaded. `stream`: when the record of the newest row
    arrived in the stream.
    """

    feed: FeedName
    batch: str | None
    stream: str | None


class ReportFacts(TypedDict):
    """What `report-facts` prints and keeps in the bucket. `questions` has the SQL of each.

    `batch` is the number of the newest batch, null before the first; the reconciliation is without shards.
    """

    batch: int | None
    reconciliation: Reconciliation
    quarantine: list[Quarantined]
    newest: list[NewestRows]
    questions: dict[str, str]


class SentFigures(TypedDict):
    """Records by the ledger, over all feeds of a path."""

    sent: int
    acknowledged: int


class PlaceFigures(TypedDict):
    """How many records have come to a place, over all feeds, and when the newest came, ISO 8601; null when none has."""

    total: int
    newest: str | None


class QuarantineFigures(TypedDict):
    """Rows in quarantine by their source."""

    batch: int
    stream: int
    dead_letters: int


class LatencyFigures(TypedDict):
    """The latency of the newest commits; null while there are none.

    On the batch path it begins with the upload of the raw file.
    """

    batch: Latency | None
    stream: Latency | None


class Watch(TypedDict):
    """What `watch` prints whenever it is asked; null is what cannot be read at the moment.

    `planned` are the lines of the raw files that batches have taken up. `stream_arrivals` has the same rows as
    `stream_tables`; its `newest` is when the newest row's record arrived in the stream, not when the row was committed.
    """

    topics: SentFigures | None
    streams: SentFigures | None
    raw_files: PlaceFigures | None
    planned: PlaceFigures | None
    tables: PlaceFigures | None
    stream_arrivals: PlaceFigures | None
    stream_tables: PlaceFigures | None
    quarantine: QuarantineFigures | None
    latency: LatencyFigures | None


class RejectCount(TypedDict):
    """Rows in quarantine. `path` is `batch` or `stream`; `feed` is `dead-letters` for a topic of no feed."""

    feed: str
    path: str
    reason: str
    rows: int


class RejectedRecord(TypedDict):
    """A refused record; `raw` is cut after a number of characters, with a mark; `time` ISO 8601, null outside of it."""

    feed: str
    path: str
    reason: str
    position: str
    raw: str | None
    time: str | None


class RejectedRecords(TypedDict):
    """What `rejects` prints: counts, the largest first, and the newest records."""

    counts: list[RejectCount]
    newest: list[RejectedRecord]


class RawLine(TypedDict):
    """A line of a raw file, from 0. The record's offset is `least_offset` or up to `dead_letters` more.

    So many dead-letter records were between those of the file.
    """

    feed: FeedName
    key: str
    line: int
    text: str
    partition: int
    least_offset: int
    dead_letters: int


class TableRow(TypedDict):
    """A row of a table, as JSON. `shard` and `sequence_number` are null on the batch path."""

    feed: FeedName
    table: str
    row: str
    shard: str | None
    sequence_number: str | None


class Findings(TypedDict):
    """What `trace` prints: where a row number was found."""

    raw_lines: list[RawLine]
    rows: list[TableRow]
    rejects: list[RejectedRecord]


#: Every document.
DOCUMENTS = (
    BatchReport,
    Answers,
    QueryResult,
    QueryTables,
    Inspection,
    StreamInspection,
    ReconciliationFacts,
    Reconciliation,
    Maintenance,
    Redrive,
    RecordsReplay,
    RawFilesReplay,
    Watch,
    RejectedRecords,
    Findings,
    ReportFacts,
)
