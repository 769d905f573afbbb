"""One DuckDB session: bounded memory, times in UTC, files spilled to a folder of ours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
from arro3.core import Array, DataType, Table

_ARROW_TYPES = {
    "BIGINT": DataType.int64(),
    "BOOLEAN": DataType.bool(),
    "DOUBLE": DataType.float64(),
    "INTEGER": DataType.int32(),
    "VARCHAR": DataType.utf8(),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)


def open_session(temporary: Path, memory_limit: str = "1GB", threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Opens an in-memory DuckDB.

    `temporary` is the folder for what does not fit in `memory_limit`; `threads` defaults to the number of cores.
    Nothing is fetched: extensions are neither installed nor loaded from outside.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(temporary / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads is not None:
        config["threads"] = threads
    session = duckdb.connect(":memory:", config=config)
    session.execute("SET TimeZone = 'UTC'")
    return session


def another_connection(session: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A connection to the same DuckDB for another thread or feed: memory limit shared, temporary tables of its own."""
    connection = session.cursor()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def insert_columns(
    session: duckdb.DuckDBPyConnection, table: str, columns: list[list[object]], types: list[str]
) -> None:
    """Appends equally long lists, one a column, to a table; `types` are the columns' types in DuckDB.

    By way of Arrow: DuckDB takes a third of a millisecond a row for lists that are parameters of a statement.
    """
    append_arrays(session, table, *(_as_array(values, type_) for values, type_ in zip(columns, types, strict=True)))


def append_arrays(session: duckdb.DuckDBPyConnection, table: str, *columns: Array) -> None:
    """Appends equally long Arrow arrays, one a column, to a table."""
    if len(columns[0]) == 0:
        return
    new_rows = Table.from_arrays(list(columns), names=[f"column{number}" for number in range(len(columns))])
    # DuckDB finds the Arrow table by the name of the variable.
    session.execute(f"INSERT INTO {table} FROM new_rows")
    del new_rows


def refill(session: duckdb.DuckDBPyConnection, table: str, *columns: Array) -> None:
    """Replaces the rows of a table by equally long Arrow arrays, one a column.

    The catalog stays as it is, so that plans prepared over the table stay valid.
    """
    session.execute(f"DELETE FROM {table}")
    append_arrays(session, table, *columns)


def count_rows(session: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    found = session.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert found is not None
    return int(found[0])


def _as_array(values: list[object], type_: str) -> Array:
    if type_ != "TIMESTAMPTZ":
        return Array(values, _ARROW_TYPES[type_])
    moments = [(value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else None for value in values]
    return Array(moments, DataType.int64()).cast(DataType.timestamp("us", tz="UTC"))
