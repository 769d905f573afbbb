"""How records flow, asked again and again: what is known is kept, only what is new is read, and no table is read whole.

Each part of the figures is read when it is due, and takes at most a small share of the time: a part that is expensive
at the moment is read less often. A part that cannot be read is null until it can.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Generic, TypeVar

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from obstore.exceptions import BaseError

from table_engine.batch import APPLICATION
from table_engine.batch_plan import Plan, read_plan
from table_engine.dead_letters import DEAD_LETTERS
from table_engine.delta_tables import DeltaTables, load_into
from table_engine.documents import Latency, LatencyFigures, PlaceFigures, QuarantineFigures, Watch
from table_engine.duckdb_session import insert_columns
from table_engine.errors import TableEngineError, describe
from table_engine.feeds import FEED_NAMES, FeedName, stream_table_name
from table_engine.followed_raw_files import FollowedRawFiles
from table_engine.ledger import FollowedLedger
from table_engine.storage import Bucket, ObjectChangedError
from table_engine.stream_latency import COMMITS, StreamLog, as_latency, load_stream_rows, stream_latency, stream_log
from table_engine.table_log import Commit, newest_commits

Value = TypeVar("Value")

# A part rests so many times as long as it took, at most so many seconds.
_REST = 200
_MOST_REST = 15.0

# Of the batch tables, whose commits are few.
_BATCH_COMMITS = 10


class _Part(Generic[Value]):
    """A part of the figures; `every` is in seconds."""

    def __init__(self, every: float, read: Callable[[], Value]) -> None:
        self._every = every
        self._read = read
        self._due = 0.0
        self._value: Value | None = None

    def value(self) -> Value | None:
        """The newest value; None when it could not be read."""
        began = time.monotonic()
        if self.is_due(began):
            try:
                self._value = self._read()
            except (TableEngineError, ObjectChangedError, DeltaError, BaseError, duckdb.Error, OSError) as error:
                self._value = None
                print(describe(error), file=sys.stderr)
            ended = time.monotonic()
            self._due = ended + max(self._every, min(_MOST_REST, _REST * (ended - began))) - (ended - began)
        return self._value

    def is_due(self, now: float) -> bool:
        """Whether it is to be read at this moment."""
        return now >= self._due


class _FollowedTable:
    """A table that is opened once; its rows and times are by its files' own figures and its log."""

    def __init__(self, session: duckdb.DuckDBPyConnection, bucket: Bucket, name: str) -> None:
        self._session = session
        self._bucket = bucket
        self._name = name
        self._table: DeltaTable | None = None
        self._version: int | None = None
        self._commits: dict[int, Commit] = {}
        self.rows = 0
        #: When the newest commit was made, and when its newest row's record arrived in its stream.
        self.committed: datetime | None = None
        self.arrived: datetime | None = None

    def follow(self) -> DeltaTable | None:
        """Comes to the newest state; None while there is no table."""
        table, self._table = self._table, None  # Opened again after an error.
        if table is None:
            table = DeltaTables(self._bucket).find(self._name)
        else:
            table.update_incremental()
        if table is not None and table.version() != self._version:
            files = self._session.from_arrow(table.get_add_actions(flatten=True))
            arrived = '"max._arrived_at"' if "max._arrived_at" in files.columns else "NULL"
            found = files.aggregate(
                f"coalesce(sum(num_records), 0)::BIGINT, epoch_us(max({arrived})::TIMESTAMPTZ)"
            ).fetchone()
            assert found is not None
            self.rows = found[0]
            self.arrived = None if found[1] is None else _time(found[1] / 1e6)
            newest = self.commits(table, 1)
            self.committed = _time(newest[0].made_at / 1e3) if newest and newest[0].made_at else None
            self._version = table.version()
        self._table = table
        return table

    def commits(self, table: DeltaTable, most: int) -> list[Commit]:
        """The newest commits, newest first; what is known is not read again."""
        found = newest_commits(self._bucket, self._name, table.version(), most, self._commits)
        self._commits.update((commit.version, commit) for commit in found)
        for version in [version for version in self._commits if version <= table.version() - COMMITS]:
            del self._commits[version]
        return found

    def oldest_arrival(self, table: DeltaTable, made_at: int) -> datetime | None:
        """When the oldest row arrived in the files that were written at this time (ms since 1970) or later."""
        files = self._session.from_arrow(table.get_add_actions(flatten=True))
        if "min._arrived_at" not in files.columns:
            return None
        # The clock of the writer is older than that of its commit.
        found = (
            files.filter(f"modification_time >= {made_at - 60_000}")
            .aggregate('epoch_us(min("min._arrived_at")::TIMESTAMPTZ)')
            .fetchone()
        )
        return None if found is None or found[0] is None else _time(found[0] / 1e6)


class _Watcher:
    """The figures of one pipeline."""

    def __init__(self, session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> None:
        self._session = session
        self._user_id = user_id
        self._raw = FollowedRawFiles(bucket, user_id)
        self._plan = Plan({})
        self._planned: int | None = None
        # The figures that take a query, with the versions of the tables they are of.
        self._quarantined: tuple[int, QuarantineFigures] | None = None
        self._latest: tuple[list[int | None], LatencyFigures] | None = None

        def followed(name: str) -> _FollowedTable:
            return _FollowedTable(session, bucket, name)

        self._batch_files, self._quarantine = followed("batch_files"), followed("quarantine")
        self._tables = {name: followed(name) for name in FEED_NAMES}
        self._streams = {name: followed(stream_table_name(user_id, name)) for name in FEED_NAMES}
        self._read_ledger = _Part(2, FollowedLedger(bucket).follow)
        self._read_raw = _Part(2, self._raw.follow)
        self._read_planned = _Part(5, self._planned_lines)
        self._read_tables = _Part(5, lambda: self._rows(self._tables))
        self._read_streams = _Part(1, lambda: self._rows(self._streams))
        self._read_quarantine = _Part(5, self._quarantine_rows)
        self._read_latency = _Part(15, self._latency)

    def figures(self) -> Watch:
        """The newest figures."""
        ledger = self._read_ledger.value()
        streams = self._read_streams.value()
        return {
            "topics": None if ledger is None else ledger["topics"],
            "streams": None if ledger is None else ledger["streams"],
            "raw_files": self._read_raw.value(),
            "planned": self._read_planned.value(),
            "tables": self._read_tables.value(),
            "stream_arrivals": streams and {**streams, "newest": _newest(t.arrived for t in self._streams.values())},
            "stream_tables": streams,
            "quarantine": self._read_quarantine.value(),
            "latency": self._read_latency.value(),
        }

    def _planned_lines(self) -> PlaceFigures | None:
        """None while the lines of raw files are not known."""
        table = self._batch_files.follow()
        if table is not None and table.version() != self._planned:
            self._plan = read_plan(table)
            self._planned = table.version()
        if self._raw.total is None:
            return None
        keys = {file.key for files in self._plan.files.values() for file in files}
        # A file that was planned this moment may not have been listed here.
        total = sum(self._raw.lines.get(key, 0) for key in keys)
        return {"total": total, "newest": _iso(self._batch_files.committed)}

    @staticmethod
    def _rows(tables: Mapping[FeedName, _FollowedTable]) -> PlaceFigures:
        for table in tables.values():
            table.follow()
        newest = _newest(table.committed for table in tables.values())
        return {"total": sum(table.rows for table in tables.values()), "newest": newest}

    def _quarantine_rows(self) -> QuarantineFigures:
        table = self._quarantine.follow()
        if table is None:
            return {"batch": 0, "stream": 0, "dead_letters": 0}
        if self._quarantined is None or self._quarantined[0] != table.version():
            load_into(self._session, table, "quarantined", "SELECT source, count(*) AS n FROM t GROUP BY source")
            found = dict(self._session.sql("FROM quarantined").fetchall())
            batch, stream, dead_letters = (found.get(source, 0) for source in ("batch", "stream", DEAD_LETTERS))
            figures: QuarantineFigures = {"batch": batch, "stream": stream, "dead_letters": dead_letters}
            self._quarantined = (table.version(), figures)
        return self._quarantined[1]

    def _latency(self) -> LatencyFigures:
        """Of what has not changed the latency is the same."""
        followed = [table.follow() for table in (*self._tables.values(), *self._streams.values())]
        versions = [None if table is None else table.version() for table in followed]
        versions += [self._planned, int(self._raw.total is None)]
        if self._latest is None or self._latest[0] != versions:
            self._latest = (versions, {"batch": self._batch_latency(), "stream": self._stream_latency()})
        return self._latest[1]

    def _batch_latency(self) -> Latency | None:
        """Each line of the newest batches from the upload of its file to the commit of its feed's table."""
        seconds: list[float] = []
        lines: list[int] = []
        commits = 0
        for feed, followed in self._tables.items():
            table = followed.follow()
            for commit in [] if table is None else followed.commits(table, _BATCH_COMMITS):
                batch = commit.transactions.get(APPLICATION)
                if batch is None or commit.made_at is None:
                    continue
                commits += 1
                for file in self._plan.files.get((batch, feed), []):
                    seconds.append(commit.made_at / 1e3 - file.modified.timestamp())
                    lines.append(self._raw.lines.get(file.key, 0))
        self._session.execute("CREATE OR REPLACE TEMP TABLE applied (seconds DOUBLE, lines BIGINT)")
        insert_columns(self._session, "applied", [list(seconds), list(lines)], ["DOUBLE", "BIGINT"])
        return as_latency(self._session, commits, "SELECT seconds, unnest(range(lines)) FROM applied")

    def _stream_latency(self) -> Latency | None:
        """Over all feeds: their shards, which have the same names, get the feed's before them."""
        advances: list[tuple[str, int, int, int]] = []
        commits = 0
        self._session.execute(
            "CREATE OR REPLACE TEMP TABLE all_rows (shard VARCHAR, sequence_number VARCHAR, arrived_at TIMESTAMPTZ)"
        )
        for feed, followed in self._streams.items():
            table = followed.follow()
            if table is None:
                continue
            log = stream_log(self._user_id, feed, followed.commits(table, COMMITS))
            oldest = followed.oldest_arrival(table, min((advance[3] for advance in log.advances), default=0))
            if oldest is None:
                continue
            load_stream_rows(self._session, table, oldest)
            self._session.execute(
                f"INSERT INTO all_rows SELECT '{feed}/' || shard, sequence_number, arrived_at FROM stream_rows"
            )
            advances += [(f"{feed}/{shard}", before, number, at) for shard, before, number, at in log.advances]
            commits += log.commits
        self._session.execute("CREATE OR REPLACE TEMP TABLE stream_rows AS FROM all_rows; DROP TABLE all_rows")
        return stream_latency(self._session, StreamLog(commits, {}, advances))


def run_watch(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, asked: Iterable[bytes] = sys.stdin.buffer
) -> None:
    """Prints a line with the document of the command `watch` for each line of `asked`, until there are no more."""
    watcher = _Watcher(session, bucket, user_id)
    for _ in asked:
        print(json.dumps(watcher.figures()), flush=True)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.utc)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _newest(moments: Iterable[datetime | None]) -> str | None:
    return _iso(max((moment for moment in moments if moment is not None), default=None))
