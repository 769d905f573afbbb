"""How fast a stream's records became rows, and how the stream's table is doing."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
from deltalake import DeltaTable

from table_engine.delta_tables import load_into
from table_engine.documents import Latency, RecentFigures
from table_engine.duckdb_session import insert_columns
from table_engine.feeds import stream_name, stream_table_name
from table_engine.storage import Bucket
from table_engine.stream_tables import ShardProgress
from table_engine.table_log import Commit, count_log_entries, newest_commits

#: How many of the newest commits the latency is taken from.
COMMITS = 100

_MINUTE = 60

# Sequence numbers compare as texts when they are equally long.
_PADDED = 72


@dataclass(frozen=True)
class StreamLog:
    """What the newest commits of a stream's table say about each shard.

    `numbers` has, by shard, the highest committed sequence number; `advances` has for each commit that raised it
    (shard, number from which, number to which, when in milliseconds since 1970).
    """

    commits: int
    numbers: dict[str, int]
    advances: list[tuple[str, int, int, int]]


def read_stream_log(bucket: Bucket, user_id: str, feed: str, version: int, most: int = COMMITS) -> StreamLog:
    """Reads the newest commits, up to `most`, of a feed's table at a version."""
    return stream_log(user_id, feed, newest_commits(bucket, stream_table_name(user_id, feed), version, most))


def stream_log(user_id: str, feed: str, commits: Sequence[Commit]) -> StreamLog:
    """What commits of a feed's table say, given newest first."""
    stream = stream_name(user_id, feed)
    numbers: dict[str, int] = {}
    advances: list[tuple[str, int, int, int]] = []
    for commit in reversed(commits):
        for application, count in commit.transactions.items():
            shard = re.fullmatch(rf"{re.escape(stream)}/([^/]+)", application)
            number = ShardProgress(stream, shard[1]).carried(commit.transactions) if shard else None
            if shard is None or number is None:
                continue
            # Where the shard's first commit is not among these, the oldest one says only how far it came itself.
            before = -1 if count == 1 else numbers.get(shard[1], number)
            if number > before and commit.made_at is not None:
                advances.append((shard[1], before, number, commit.made_at))
            numbers[shard[1]] = number
    return StreamLog(sum(bool(commit.transactions) for commit in commits), numbers, advances)


def load_stream_rows(session: duckdb.DuckDBPyConnection, table: DeltaTable, since: datetime | None = None) -> None:
    """Fills `stream_rows` (shard, sequence_number, arrived_at), only with what arrived at `since` or later if given."""
    columns = "_shard_id AS shard, _sequence_number AS sequence_number, _arrived_at AS arrived_at"
    only = "" if since is None else f" WHERE _arrived_at >= to_timestamp_micros({int(since.timestamp() * 1_000_000)})"
    load_into(session, table, "stream_rows", f"SELECT {columns} FROM t{only}")


def stream_latency(session: duckdb.DuckDBPyConnection, log: StreamLog) -> Latency | None:
    """The latency of the rows in `stream_rows` that the commits of the log added; None when they added none."""
    session.execute(
        """CREATE OR REPLACE TEMP TABLE advances
        (shard VARCHAR, first VARCHAR, number VARCHAR, made_at BIGINT)"""
    )
    insert_columns(
        session,
        "advances",
        [
            [shard for shard, *_ in log.advances],
            [f"{before + 1:0{_PADDED}d}" for _, before, _, _ in log.advances],
            [f"{number:0{_PADDED}d}" for _, _, number, _ in log.advances],
            [made_at for *_, made_at in log.advances],
        ],
        ["VARCHAR", "VARCHAR", "VARCHAR", "BIGINT"],
    )
    return as_latency(
        session,
        log.commits,
        f"""WITH places AS (
          SELECT shard, lpad(sequence_number, {_PADDED}, '0') AS number, epoch_us(arrived_at) / 1e6 AS arrived_at
          FROM stream_rows
        )
        SELECT a.made_at / 1e3 - p.arrived_at AS seconds
        FROM places p ASOF JOIN advances a ON p.shard = a.shard AND p.number <= a.number
        WHERE p.number >= a.first""",
    )


def as_latency(session: duckdb.DuckDBPyConnection, commits: int, latencies: str) -> Latency | None:
    """The quantiles of a relation (seconds), given how many commits it is of; None when it has no row."""
    found = session.execute(
        f"SELECT count(seconds), quantile_cont(seconds, [0.5, 0.95, 0.99]) FROM ({latencies})"
    ).fetchone()
    assert found is not None
    rows, quantiles = found
    if rows == 0:
        return None
    p50, p95, p99 = (round(quantile, 3) for quantile in quantiles)
    return {"commits": commits, "rows": rows, "p50": p50, "p95": p95, "p99": p99}


def recent_figures(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, table: DeltaTable, table_name: str, log: StreamLog
) -> RecentFigures:
    """`recent` of the command `inspect-streams` (docs/reference/table-engine.md) from one state of a feed's table."""
    now = time.time()
    found = session.execute(
        f"""SELECT max(arrived), count(*) FILTER (arrived > {now - _MINUTE})
        FROM (SELECT epoch_us(arrived_at) / 1e6 AS arrived FROM stream_rows)"""
    ).fetchone()
    assert found is not None
    newest, last_minute = found
    return {
        "latency": stream_latency(session, log),
        "newest_row_age": None if newest is None else round(max(0.0, now - newest), 3),
        "rows_per_second": round(last_minute / _MINUTE, 3),
        "files": table.get_add_actions().num_rows,
        "log_entries": count_log_entries(bucket, table_name),
    }
