"""Appends a stream's records to a feed's table, each record exactly once (docs/adr/0004-stream-exactly-once.md)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
from arro3.core import Array, DataType
from deltalake import CommitProperties, DeltaTable, Transaction

from table_engine.cleaning import LineCleaner, Reject
from table_engine.delta_tables import DeltaTables, Step, append_rows, commit_on_newest
from table_engine.duckdb_session import refill
from table_engine.feeds import load_feeds, stream_name, stream_table_name
from table_engine.storage import Bucket
from table_engine.stream_half_done import finish_rejects
from table_engine.stream_records import StreamRecord, by_shard
from table_engine.stream_tables import ShardProgress, open_stream_table
from table_engine.table_maintenance import compact_for_writer
from table_engine.transactions import KnownTransactions

# A function that was idle may hold a state whose log is gone; far less than the log's retention.
_REOPEN_SECONDS = 300.0

#: Commits between two looks at how many small files a table has, which take some milliseconds.
COUNT_EVERY = 16


@dataclass
class AppendReport:
    """What became of the records: `rows` + `rejects` + `repeated` (were there already) = `records`."""

    records: int = 0
    rows: int = 0
    rejects: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class CleanedShard:
    """Records of one shard that were cleaned: what is in the temporary tables of `StreamAppender.clean`."""

    shard: str
    records: Sequence[StreamRecord]
    #: The places of the rejects in `records`.
    rejects: frozenset[int]


@dataclass(frozen=True)
class Target:
    """A table that an appender commits to: the feed's, or the quarantine with its rejects."""

    is_reject: bool
    table: DeltaTable
    known: KnownTransactions
    #: Given a shard and a condition on `r.place`, the rows of what was cleaned.
    select: Callable[[str, str], duckdb.DuckDBPyRelation]

    def newest_number(self, progress: ShardProgress) -> int:
        """A shard's highest committed sequence number in the newest state."""
        self.table.update_incremental()
        self.known.follow(self.table)
        return progress.highest(self.known)

    def step(self, rows: duckdb.DuckDBPyRelation, count: int, transactions: list[Transaction]) -> Step[int]:
        """Commits `count` rows to the state followed to; gives their number."""

        def write(properties: CommitProperties) -> int:
            append_rows(self.table, rows, properties)
            self.known.learn(self.table.version(), transactions)
            return count

        return transactions, write


class StreamAppender:
    """Appends the records of one feed. Not for several threads at once."""

    def __init__(self, session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, feed: str) -> None:
        """The session is this appender's alone. Raises TableEngineError for a wrong user id. Nothing is opened yet."""
        self.feed = load_feeds()[feed]
        self.user_id = user_id
        self.stream = stream_name(user_id, feed)
        self.session = session
        session.execute(
            "CREATE OR REPLACE TEMP TABLE stream_records (place BIGINT, sequence_number VARCHAR, arrived_at BIGINT);"
            "CREATE OR REPLACE TEMP TABLE stream_rejects (place BIGINT, raw_text VARCHAR, reason VARCHAR)"
        )
        self.prepare()
        self._tables = DeltaTables(bucket)
        #: The transaction versions of the feed's table and of the quarantine, to be followed.
        self.known = (
            KnownTransactions(bucket, stream_table_name(user_id, feed)),
            KnownTransactions(bucket, "quarantine"),
        )
        self._opened: tuple[float, DeltaTable, DeltaTable] | None = None
        # For each shard how far its rejects have got, as far as is known without another look at the quarantine.
        self._quarantined: dict[str, int] = {}
        # Commits to each table since its small files were last counted.
        self._commits = Counter[KnownTransactions]()

    def prepare(self) -> None:
        """Prepares the cleaning. Needed again whenever anything was created in the session, for speed alone.

        DuckDB plans what was prepared before that again each time.
        """
        self._cleaner = LineCleaner(self.session, self.feed)

    def tables(self) -> tuple[DeltaTable, DeltaTable]:
        """The feed's table and the quarantine, opened and made when needed."""
        if self._opened is None or time.monotonic() - self._opened[0] > _REOPEN_SECONDS:
            table = open_stream_table(self._tables, self.user_id, self.feed)
            quarantine = self._tables.open_or_create("quarantine")
            self._opened = (time.monotonic(), table, quarantine)
        return self._opened[1], self._opened[2]

    def target(self, *, is_reject: bool) -> Target:
        """The feed's table or the quarantine, opened when needed."""
        opened = self.tables()[is_reject]
        return Target(is_reject, opened, self.known[is_reject], self.rejects if is_reject else self.rows)

    def append(self, records: Sequence[StreamRecord]) -> AppendReport:
        """Cleans and appends records, of any shards, whatever of them is in the tables already.

        Records of a shard must come in its order, as an event source mapping delivers them: what lies below the
        highest committed sequence number counts as committed. Raises DeltaError or OSError when the S3 server cannot
        be reached; then the same records can be given again.
        """
        report = AppendReport()
        for shard, own in by_shard(records).items():
            rows, rejects = self._append_shard(shard, own)
            report.records += len(own)
            report.rows += rows
            report.rejects += rejects
            report.repeated += len(own) - rows - rejects
        return report

    def newest_numbers(self, progress: ShardProgress) -> tuple[int, int]:
        """Looks at the newest states: a shard's highest committed number in the feed's table and in the quarantine."""
        table, quarantine = (self.target(is_reject=side).newest_number(progress) for side in (False, True))
        return table, quarantine

    def clean(self, shard: str, records: Sequence[StreamRecord]) -> CleanedShard:
        """Cleans records of a shard into the temporary tables that `rows` and `rejects` read."""
        rejects = self._cleaner.clean([record.data for record in records])
        known = {reject.position for reject in rejects}
        rejects += [
            Reject(place, record.data.decode("ascii"), "not JSON: the record is empty or white space")
            for place, record in enumerate(records)
            if place not in known and not record.data.strip(b" \t\r\n")
        ]
        refill(
            self.session,
            "stream_records",
            Array(list(range(len(records))), DataType.int64()),
            Array([str(record.sequence_number) for record in records], DataType.utf8()),
            Array([record.arrived_at for record in records], DataType.int64()),
        )
        refill(
            self.session,
            "stream_rejects",
            Array([reject.position for reject in rejects], DataType.int64()),
            Array([reject.raw_text for reject in rejects], DataType.utf8()),
            Array([reject.reason for reject in rejects], DataType.utf8()),
        )
        return CleanedShard(shard, records, frozenset(reject.position for reject in rejects))

    def rows(self, shard: str, where: str) -> duckdb.DuckDBPyRelation:
        """The cleaned rows whose `r.place` fulfils a condition, with the source columns, in the shard's order."""
        columns = ", ".join(f'c."{name}"' for name in self.feed.column_names)
        return self.session.sql(
            f"""SELECT {columns}, '{shard}' AS _shard_id, r.sequence_number AS _sequence_number,
            make_timestamptz(r.arrived_at) AS _arrived_at
            FROM cleaned_lines_{self.feed.name} c JOIN stream_records r ON r.place = c.position
            WHERE {where} ORDER BY r.place"""
        )

    def rejects(self, shard: str, where: str) -> duckdb.DuckDBPyRelation:
        """The rejects whose `r.place` fulfils a condition, as rows of the quarantine."""
        return self.session.sql(
            f"""SELECT '{self.feed.name}' AS feed, 'stream' AS source, '{shard}:' || r.sequence_number AS position,
            j.raw_text, j.reason, now() AS quarantined_at
            FROM stream_rejects j JOIN stream_records r ON r.place = j.place WHERE {where} ORDER BY r.place"""
        )

    def _append_shard(self, shard: str, records: Sequence[StreamRecord]) -> tuple[int, int]:
        """Appends a shard's records, by ascending number; returns how many rows and how many rejects."""
        table, quarantine = (self.target(is_reject=side) for side in (False, True))
        progress = ShardProgress(self.stream, shard)
        cleaned = self.clean(shard, records)
        first = records[0].sequence_number
        if shard not in self._quarantined:
            self._quarantined[shard] = quarantine.newest_number(progress)
        number, rejects = self._quarantined[shard], 0
        # The quarantine first; each of the two knows for itself how far the shard has got.
        if first > number:
            rejects, found = self._bring(quarantine, progress, cleaned)
            number = max(number, found)
        if first <= number:
            cleaned, lacking = finish_rejects(self, progress, cleaned)
            more, _ = self._bring(quarantine, progress, cleaned)
            rejects += lacking + more
        if cleaned.rejects:
            self._quarantined[shard] = max(number, cleaned.records[max(cleaned.rejects)].sequence_number)
        rows, _ = self._bring(table, progress, cleaned)
        return rows, rejects

    def _bring(self, target: Target, progress: ShardProgress, cleaned: CleanedShard) -> tuple[int, int]:
        """Commits what the target does not have yet of the clean rows or the rejects.

        Returns how many, and the number on which it was decided; without any rows or rejects that is not looked up.
        """
        mine = [place for place in range(len(cleaned.records)) if (place in cleaned.rejects) == target.is_reject]
        highest = -1
        if not mine:
            return 0, highest

        def attempt(newest: DeltaTable) -> Step[int] | None:
            nonlocal highest
            target.known.follow(newest)
            highest = progress.highest(target.known)
            fresh = [place for place in mine if cleaned.records[place].sequence_number > highest]
            if not fresh:
                return None
            # Records ascend by sequence number, so the fresh ones are those from the first fresh on.
            transactions = progress.transactions(target.known, cleaned.records[fresh[-1]].sequence_number)
            return target.step(target.select(cleaned.shard, f"r.place >= {fresh[0]}"), len(fresh), transactions)

        brought = commit_on_newest(target.table, attempt, is_newest=target.known.is_alone) or 0
        if brought:
            self._commits[target.known] += 1
            if self._commits[target.known] >= COUNT_EVERY:
                self._commits[target.known] = 0
                compact_for_writer(target.table)
        return brought, highest
