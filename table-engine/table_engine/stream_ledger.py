"""The streaming path's lines of the emulator's ledger (docs/architecture.md): which records were acknowledged."""

from __future__ import annotations

import json

import duckdb
from arro3.core import Array, DataType

from table_engine.duckdb_session import append_arrays
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket


def load_acknowledged(session: duckdb.DuckDBPyConnection, bucket: Bucket) -> None:
    """Fills the temporary table `acknowledged` (feed, shard, sequence_number), each record once.

    Sequence numbers are without leading zeros. Raises TableEngineError for a line that is no ledger entry.
    """
    session.execute(
        "CREATE OR REPLACE TEMP TABLE acknowledged_lines (feed VARCHAR, shard VARCHAR, sequence_number VARCHAR)"
    )
    for stored in bucket.list("sent/"):
        if stored.key.endswith(".jsonl"):
            rows: list[tuple[str, str, str]] = []
            for number, line in enumerate(b"".join(bucket.read(stored.key)).split(b"\n"), 1):
                if line.strip():
                    rows += _places(line, f"{stored.key}, line {number}")
            append_arrays(
                session,
                "acknowledged_lines",
                *(Array([row[column] for row in rows], DataType.utf8()) for column in range(3)),
            )
    session.execute("CREATE OR REPLACE TEMP TABLE acknowledged AS SELECT DISTINCT * FROM acknowledged_lines")
    session.execute("DROP TABLE acknowledged_lines")


def _places(line: bytes, place: str) -> list[tuple[str, str, str]]:
    try:
        entry = json.loads(line)
        if entry.get("path", "topics") != "streams":
            return []
        if entry["feed"] not in FEED_NAMES:
            raise ValueError(f"there is no feed {entry['feed']!r}")
        return [
            # int() sees to it that it is a number.
            (entry["feed"], str(shard), str(int(number)))
            for shard, numbers in entry["sequences"].items()
            for number in numbers
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableEngineError(
            f"The ledger {place} is no entry as docs/architecture.md describes it ({type(error).__name__}: {error})."
        ) from error
