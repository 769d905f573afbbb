"""The tables that queries may read, as relations of a DuckDB session that are read as often as a query asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import duckdb
from arro3.core import Array, DataType, Field, Schema, Table

from table_engine.delta_tables import DeltaTables, read_table
from table_engine.feeds import FEED_NAMES, stream_table_name
from table_engine.ledger import ledger_entries
from table_engine.storage import Bucket

#: The columns of `ledger`: the keys of an entry (docs/reference/storage.md) with DuckDB's types.
LEDGER: Mapping[str, str] = {
    "run": "VARCHAR",
    "path": "VARCHAR",
    "feed": "VARCHAR",
    "mode": "VARCHAR",
    "seed": "BIGINT",
    "from": "BIGINT",
    "to": "BIGINT",
    "sent": "BIGINT",
    "acknowledged": "BIGINT",
    "failed": "BIGINT",
    "refused": "BIGINT",
    "attempts": "BIGINT",
    "offsets": "BIGINT[][]",
    "at": "TIMESTAMPTZ",
}

_BATCH = "the command 'batch' creates it: npm run pipeline -- batch"
_STREAMS = "the first record of the stream creates it: npm run pipeline -- emulate --to streams"


class Scan:
    """A relation for DuckDB. Each scan is a new Arrow stream: nothing is held, and a query may scan it twice."""

    def __init__(self, schema: Schema, start: Callable[[], Any]) -> None:
        """`start` begins a stream of this schema."""
        self._schema = schema
        self._start = start

    def __arrow_c_schema__(self) -> object:
        """The columns."""
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """All rows, from the first."""
        return self._start().__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Queryable:
    """A table that queries may read. `names` are its own and, where that needs quotes in SQL, one that does not."""

    names: tuple[str, ...]
    description: str
    #: What creates it, a clause.
    created_by: str
    #: None when it is not there yet.
    scan: Scan | None


def find_queryable(bucket: Bucket, user_id: str) -> list[Queryable]:
    """Every table, whether it is there or not. Opens those that are; no row is read."""
    known = [
        *((feed, f"each {feed} once, from the batch path", _BATCH) for feed in FEED_NAMES),
        *(
            (stream_table_name(user_id, feed), f"each record of the {feed} stream once", _STREAMS)
            for feed in FEED_NAMES
        ),
        ("quarantine", "rejected records of both paths, with the reason", _BATCH),
        ("batch_files", "the raw files that batches have taken up", _BATCH),
    ]
    tables = DeltaTables(bucket)

    def scan(name: str) -> Scan | None:
        table = tables.find(name)
        if table is None:
            return None

        def start() -> Any:
            return read_table(table, "SELECT * FROM t")

        return Scan(start().schema, start)

    # Mostly waiting for the server.
    with ThreadPoolExecutor(len(known)) as pool:
        scans = list(pool.map(scan, [name for name, _, _ in known]))
    return [
        *(
            Queryable(_names(name), description, created_by, found)
            for (name, description, created_by), found in zip(known, scans, strict=True)
        ),
        Queryable(("ledger",), "what the emulator sent, a row for each batch of a feed", "", _ledger(bucket)),
    ]


def _names(name: str) -> tuple[str, ...]:
    """The name, and the one by which Athena has it; `pinterest_pin_table` is the same in both."""
    plain = re.sub(r"^(?=\d)", "u", name.lower().replace("-", "_"))
    return (name,) if plain == name.lower() else (name, plain)


def _ledger(bucket: Bucket) -> Scan:
    """The entries as JSON, without the sequence numbers, which are most of the ledger."""
    schema = Schema([Field("entry", DataType.string())])

    def start() -> Any:
        entries = (json.dumps({"path": path, **entry, "sequences": None}) for _, path, entry in ledger_entries(bucket))
        return Table.from_arrays([Array(list(entries), type=DataType.string())], schema=schema)

    return Scan(schema, start)


def register(session: duckdb.DuckDBPyConnection, table: Queryable) -> None:
    """Gives the session a table under each of its names; nothing when it is not there."""
    if table.names == ("ledger",):
        session.register("_ledger_entries", table.scan)
        columns = ", ".join(f'entry."{name}"' for name in LEDGER)
        session.execute(
            f"CREATE VIEW ledger AS SELECT {columns} FROM "
            f"(SELECT from_json(entry, '{json.dumps(LEDGER)}') AS entry FROM _ledger_entries)"
        )
    elif table.scan is not None:
        for name in table.names:
            session.register(name, table.scan)
