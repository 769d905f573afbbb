"""Replays records of a stream: what the table and the quarantine lack is appended, and nothing that is there changes.

An appender only takes records above its shard's number, a replay only those at or below it (the others are still on
their way), so the two never take the same record. Of what is at or below the number, a replay looks up what is there.
Replays of a shard are counted in the log, so that a replay sees that another one was there since it looked.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from arro3.core import Array, DataType
from deltalake import DeltaTable

from table_engine.delta_tables import Step, commit_on_newest, load_into
from table_engine.documents import RecordsReplay
from table_engine.duckdb_session import refill
from table_engine.feeds import FeedName
from table_engine.stream_records import StreamRecord, by_shard
from table_engine.stream_tables import ShardProgress

if TYPE_CHECKING:
    from table_engine.stream_append import CleanedShard, StreamAppender

# Records that are cleaned and looked up together: as many, or as many bytes.
_RECORDS = 5000
_BYTES = 16 * 1024 * 1024

# A record has one arrival time, however it is read; the files that can hold it are found by it. Far more than rounding.
_SLACK = 3600 * 1_000_000


@dataclass
class ReplayReport:
    """What became of the records, as in the document `RecordsReplay`."""

    records: int = 0
    inserted: int = 0
    quarantined: int = 0
    present: int = 0
    ahead: int = 0

    def add(self, other: ReplayReport) -> None:
        """Adds another report's figures to these."""
        for figure in fields(self):
            setattr(self, figure.name, getattr(self, figure.name) + getattr(other, figure.name))


def records_replay(report: ReplayReport, feed: FeedName, started: float) -> RecordsReplay:
    """The document of a replay of a feed that began at `started` (by `time.monotonic`)."""
    return {
        "feed": feed,
        "records": report.records,
        "inserted": report.inserted,
        "quarantined": report.quarantined,
        "present": report.present,
        "ahead": report.ahead,
        "seconds": round(time.monotonic() - started, 3),
    }


def replay_stream(appender: StreamAppender, records: Iterable[StreamRecord]) -> ReplayReport:
    """Replays any number of records, some at a time. Raises what `replay_records` raises; then it can be done again."""
    report = ReplayReport()
    for some in _chunks(records):
        report.add(replay_records(appender, some))
    return report


def replay_records(appender: StreamAppender, records: Sequence[StreamRecord]) -> ReplayReport:
    """Replays records, of any shards and in any order. They are held in memory.

    Raises DeltaError or OSError when the S3 server cannot be reached, TableEngineError when other writers keep being
    faster; then the same records can be given again.
    """
    report = ReplayReport()
    for shard, own in by_shard(records).items():
        report.add(_ShardReplay(appender, shard, own).run())
    return report


class _ShardReplay:
    """The replay of records of one shard."""

    def __init__(self, appender: StreamAppender, shard: str, records: Sequence[StreamRecord]) -> None:
        self._appender = appender
        self._progress = ShardProgress(appender.stream, shard)
        self._cleaned: CleanedShard = appender.clean(shard, records)
        self._table, self._quarantine = appender.tables()
        appender.session.execute("CREATE TEMP TABLE IF NOT EXISTS replayed_places (place BIGINT)")
        self._covered = self._covered_places()

    def run(self) -> ReplayReport:
        """Replays the records."""
        records, covered = len(self._cleaned.records), len(self._covered)
        quarantined = self._bring(is_reject=True)
        inserted = self._bring(is_reject=False)
        return ReplayReport(records, inserted, quarantined, covered - quarantined - inserted, records - covered)

    def _bring(self, *, is_reject: bool) -> int:
        """Commits what is missing of the rejects or of the clean rows; returns how many."""
        target = self._appender.target(is_reject=is_reject)
        known = target.known
        looked_at: tuple[int, int] | None = None
        missing: list[int] = []

        def attempt(newest: DeltaTable) -> Step[int] | None:
            nonlocal looked_at, missing
            known.follow(newest)
            replays, highest = self._progress.replays(known), self._progress.highest(known)
            if looked_at is None or not self._is_still_true(looked_at, (replays, highest), missing):
                missing = self._missing(is_reject=is_reject)
                looked_at = (replays, highest)
            if not missing:
                return None
            refill(self._appender.session, "replayed_places", Array(missing, DataType.int64()))
            rows = target.select(self._cleaned.shard, "r.place IN (SELECT place FROM replayed_places)")
            # The number is that of the table already; the quarantine's may be lower when the stream brought no reject.
            highest = max(highest, self._cleaned.records[missing[-1]].sequence_number)
            return target.step(rows, len(missing), self._progress.replay_transactions(known, highest))

        return commit_on_newest(target.table, attempt) or 0

    def _is_still_true(self, then: tuple[int, int], now: tuple[int, int], missing: list[int]) -> bool:
        """Whether what was missing then is missing now: no other replay came, and no appender may have brought it."""
        return then[0] == now[0] and (
            then[1] == now[1] or all(self._cleaned.records[place].sequence_number <= then[1] for place in missing)
        )

    def _covered_places(self) -> list[int]:
        """The places of the records that the stream will not bring any more."""
        numbers = self._appender.newest_numbers(self._progress)
        return [
            place
            for place, record in enumerate(self._cleaned.records)
            if record.sequence_number <= (max(numbers) if place in self._cleaned.rejects else numbers[0])
        ]

    def _missing(self, *, is_reject: bool) -> list[int]:
        """The places of clean rows or rejects that are in neither table."""
        # The one to commit to is at the state that the commit is decided on.
        (self._table if is_reject else self._quarantine).update_incremental()
        self._load_present()
        found = self._appender.session.execute(
            "SELECT place FROM stream_records WHERE sequence_number NOT IN (SELECT number FROM present_numbers)"
        ).fetchall()
        absent = {row[0] for row in found}
        return [place for place in self._covered if place in absent and (place in self._cleaned.rejects) == is_reject]

    def _load_present(self) -> None:
        """Fills `present_numbers` with the sequence numbers that are in the table or in quarantine."""
        session, shard = self._appender.session, self._cleaned.shard
        times = [record.arrived_at for record in self._cleaned.records]
        load_into(
            session,
            self._table,
            "present_numbers",
            f"""SELECT _sequence_number AS number FROM t WHERE _shard_id = '{shard}'
            AND _arrived_at BETWEEN {_moment(min(times) - _SLACK)} AND {_moment(max(times) + _SLACK)}""",
            "SEMI JOIN (SELECT sequence_number AS number FROM stream_records) USING (number)",
        )
        load_quarantined(self._appender, shard)
        session.execute("INSERT INTO present_numbers FROM quarantined_numbers")


def load_quarantined(appender: StreamAppender, shard: str) -> None:
    """Fills `quarantined_numbers` with those sequence numbers of `stream_records` that are in quarantine."""
    session = appender.session
    load_into(
        session,
        appender.tables()[1],
        "quarantined_positions",
        f"""SELECT position FROM t WHERE source = 'stream' AND feed = '{appender.feed.name}'
        AND starts_with(position, '{shard}:')""",
        f"SEMI JOIN (SELECT '{shard}:' || sequence_number AS position FROM stream_records) USING (position)",
    )
    session.execute(
        f"""CREATE OR REPLACE TEMP TABLE quarantined_numbers AS
        SELECT substr(position, {len(shard) + 2}) AS number FROM quarantined_positions"""
    )


def _moment(microseconds: int) -> str:
    """A time in DataFusion's SQL."""
    return f"arrow_cast({microseconds}, 'Timestamp(Microsecond, Some(\"UTC\"))')"


def _chunks(records: Iterable[StreamRecord]) -> Iterator[list[StreamRecord]]:
    some: list[StreamRecord] = []
    held = 0
    for record in records:
        some.append(record)
        held += len(record.data)
        if len(some) >= _RECORDS or held >= _BYTES:
            yield some
            some, held = [], 0
    if some:
        yield some
