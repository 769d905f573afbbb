"""What the streams acknowledged and what became of it: the figures of the streaming path's reconciliation."""

from __future__ import annotations

from typing import Final, cast

import duckdb
from arro3.core import Array, DataType
from deltalake import DeltaTable

from table_engine.delta_tables import DeltaTables, load_into
from table_engine.documents import ShardInspection, StreamCounts, StreamFeedInspection, StreamInspection
from table_engine.duckdb_session import append_arrays, insert_columns
from table_engine.feeds import FEED_NAMES, FeedName, stream_name, stream_table_name
from table_engine.ledger import StreamSent, read_stream_ledger
from table_engine.storage import Bucket
from table_engine.stream_latency import COMMITS, StreamLog, load_stream_rows, read_stream_log, recent_figures
from table_engine.stream_tables import ShardProgress

_COUNTS: Final = ("acknowledged", "rows", "quarantined", "pending", "missing", "duplicate", "unacknowledged")


def run_stream_inspection(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, commits: int = COMMITS
) -> StreamInspection:
    """Returns the document that the command `inspect-streams` prints (docs/reference/table-engine.md).

    `commits` is how many of a table's newest commits the latency is taken from. Tables that are not there yet count
    as empty. Raises TableEngineError when the bucket does not exist or the ledger is broken.
    """
    ledger = read_stream_ledger(bucket)
    _load_acknowledged(session, ledger)
    tables = DeltaTables(bucket)
    # The tables before the quarantine: it is written first, so what a table's number covers is then in one of them.
    opened = {name: tables.find(stream_table_name(user_id, name)) for name in FEED_NAMES}
    _load_rejects(session, tables.find("quarantine"))
    return {
        "feeds": {
            name: _feed(session, bucket, user_id, name, opened[name], ledger[name], commits) for name in FEED_NAMES
        }
    }


def _load_acknowledged(session: duckdb.DuckDBPyConnection, ledger: dict[FeedName, StreamSent]) -> None:
    """Fills `acknowledged` (feed, shard, sequence_number), each record once."""
    session.execute("CREATE OR REPLACE TEMP TABLE acknowledged_lines (feed VARCHAR, shard VARCHAR, number VARCHAR)")
    for feed, sent in ledger.items():
        for shard, numbers in sent.sequences.items():
            names = [Array([name] * len(numbers), DataType.utf8()) for name in (feed, shard)]
            append_arrays(session, "acknowledged_lines", *names, Array(numbers, DataType.utf8()))
    session.execute(
        "CREATE OR REPLACE TEMP TABLE acknowledged AS "
        "SELECT DISTINCT feed, shard, number AS sequence_number FROM acknowledged_lines; DROP TABLE acknowledged_lines"
    )


def _load_rejects(session: duckdb.DuckDBPyConnection, quarantine: DeltaTable | None) -> None:
    """Fills `stream_rejects` (feed, shard, sequence_number)."""
    session.execute(
        "CREATE OR REPLACE TEMP TABLE stream_rejects (feed VARCHAR, shard VARCHAR, sequence_number VARCHAR)"
    )
    if quarantine is not None:
        load_into(session, quarantine, "rejects", "SELECT feed, position FROM t WHERE source = 'stream'")
        session.execute(
            "INSERT INTO stream_rejects SELECT feed, split_part(position, ':', 1), split_part(position, ':', 2) "
            "FROM rejects; DROP TABLE rejects"
        )


def _feed(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    user_id: str,
    feed: FeedName,
    table: DeltaTable | None,
    sent: StreamSent,
    commits: int,
) -> StreamFeedInspection:
    name = stream_table_name(user_id, feed)
    session.execute(
        "CREATE OR REPLACE TEMP TABLE stream_rows (shard VARCHAR, sequence_number VARCHAR, arrived_at TIMESTAMPTZ)"
    )
    log = StreamLog(0, {}, [])
    if table is not None:
        load_stream_rows(session, table)
        log = read_stream_log(bucket, user_id, feed, table.version(), commits)
    _load_places(session, feed)
    numbers = _numbers(session, stream_name(user_id, feed), table, log)
    shards = _shards(session, numbers)
    return {
        "table": name,
        **_counts([sum(shard[count] for shard in shards.values()) for count in _COUNTS]),
        "shards": shards,
        "recent": None if table is None else recent_figures(session, bucket, table, name, log),
        "sent": sent.sent,
        "failed": sent.failed,
    }


def _load_places(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    """Fills `places` (shard, sequence_number, acknowledged, rows, rejects): how often each record is where."""
    session.execute(
        f"""CREATE OR REPLACE TEMP TABLE places AS
        SELECT shard, sequence_number, sum(a) AS acknowledged, sum(r) AS rows, sum(q) AS rejects FROM (
          SELECT shard, sequence_number, 1 AS a, 0 AS r, 0 AS q FROM acknowledged WHERE feed = '{feed}'
          UNION ALL SELECT shard, sequence_number, 0, 1, 0 FROM stream_rows
          UNION ALL SELECT shard, sequence_number, 0, 0, 1 FROM stream_rejects WHERE feed = '{feed}'
        ) GROUP BY shard, sequence_number"""
    )


def _numbers(
    session: duckdb.DuckDBPyConnection, stream: str, table: DeltaTable | None, log: StreamLog
) -> dict[str, int]:
    """The highest committed sequence number of each shard that has records; -1 when it has none."""
    shards = [row[0] for row in session.execute("SELECT DISTINCT shard FROM places ORDER BY shard").fetchall()]
    return {
        shard: log.numbers[shard]
        if shard in log.numbers
        # The shard has been quiet for long, or is closed.
        else (-1 if table is None else ShardProgress(stream, shard).highest(table))
        for shard in shards
    }


def _shards(session: duckdb.DuckDBPyConnection, numbers: dict[str, int]) -> dict[str, ShardInspection]:
    session.execute("CREATE OR REPLACE TEMP TABLE numbers (shard VARCHAR, number VARCHAR)")
    known = {shard: str(number) if number >= 0 else None for shard, number in numbers.items()}
    insert_columns(session, "numbers", [list(known.keys()), list(known.values())], ["VARCHAR", "VARCHAR"])
    found = session.execute(
        # Numbers without leading zeros: the longer one is the larger one.
        """SELECT shard, sum(acknowledged)::BIGINT, sum(rows)::BIGINT, sum(rejects)::BIGINT,
          count(*) FILTER (rows + rejects = 0 AND NOT is_covered),
          count(*) FILTER (rows + rejects = 0 AND is_covered),
          sum(greatest(rows + rejects - 1, 0))::BIGINT,
          count(*) FILTER (acknowledged = 0)
        FROM (
          SELECT p.*, number IS NOT NULL AND (length(sequence_number), sequence_number) <= (length(number), number)
            AS is_covered
          FROM places p JOIN numbers USING (shard)
        ) GROUP BY shard ORDER BY shard"""
    ).fetchall()
    return {shard: {**_counts(counts), "highest_sequence_number": known[shard]} for shard, *counts in found}


def _counts(counts: list[int]) -> StreamCounts:
    """Counts in the order of _COUNTS under their names."""
    return cast(StreamCounts, dict(zip(_COUNTS, counts, strict=True)))
