"""Cleans lines with the shared SQL in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from arro3.core import Array, DataType

from table_engine.duckdb_session import load_columns
from table_engine.feeds import Feed
from table_engine.raw_lines import line_problem, readable
from table_engine.sql_text import cleaning_sql, duckdb_functions

_DUCKDB_TYPES = {
    "int": "INTEGER",
    "long": "BIGINT",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMPTZ",
    "array<string>": "VARCHAR[]",
    "array<double>": "DOUBLE[]",
}


@dataclass(frozen=True)
class Reject:
    """A line that is no clean row: its position in what was given, from 0, its text and the reason."""

    position: int
    raw_text: str
    reason: str


def duckdb_columns(feed: Feed) -> list[tuple[str, str]]:
    """The cleaned table's column names, quoted, with their DuckDB types."""
    return [(f'"{column.name}"', _DUCKDB_TYPES[column.type]) for column in feed.table]


def cleaned_relation(session: duckdb.DuckDBPyConnection, feed: Feed, lines: str) -> str:
    """Prepares the session and returns the SELECT that cleans `lines`, a relation (position, line).

    The result has one row for each line: position, line, reason, and the cleaned table's columns. `line` is null for a
    line that is no record (the other columns are null too); `reason` is null for a clean row.
    """
    session.execute(f"CREATE OR REPLACE TEMP VIEW lines AS {lines}")
    session.execute(duckdb_functions(feed))
    return cleaning_sql(feed)


def clean_lines(session: duckdb.DuckDBPyConnection, feed: Feed, lines: Sequence[bytes | str]) -> list[Reject]:
    """Cleans records that are in memory, for example those of a stream, into the temporary table `cleaned_lines`.

    The table has `position`, the record's place in `lines`, from 0, and the cleaned table's columns; a row for each
    clean record. Returns the rejects in the order of the records. A line of white space only is neither.
    """
    rejects: list[Reject] = []
    positions: list[int] = []
    texts: list[str] = []
    for position, record in enumerate(lines):
        line = record.encode("utf-8", "surrogatepass") if isinstance(record, str) else record
        problem = line_problem(line)
        if problem is not None:
            rejects.append(Reject(position, readable(line), problem))
        elif line.strip(b" \t\r\n"):
            positions.append(position)
            texts.append(line.decode("utf-8"))
    load_columns(
        session, "given_lines", {"position": Array(positions, DataType.int64()), "line": Array(texts, DataType.utf8())}
    )
    select = cleaned_relation(session, feed, "SELECT position, line FROM given_lines")
    session.execute(f"CREATE OR REPLACE TEMP TABLE cleaned_lines AS {select}")
    for position, raw_text, reason in session.execute(
        "SELECT position, line, reason FROM cleaned_lines WHERE reason IS NOT NULL"
    ).fetchall():
        rejects.append(Reject(position, raw_text, reason))
    session.execute("DELETE FROM cleaned_lines WHERE reason IS NOT NULL")
    return sorted(rejects, key=lambda reject: reject.position)


def clean(
    session: duckdb.DuckDBPyConnection, feed: Feed, lines: Sequence[bytes | str]
) -> tuple[duckdb.DuckDBPyRelation, list[Reject]]:
    """Cleans records that are in memory.

    Returns the clean rows, a relation with exactly the cleaned table's columns in the order of the records, which
    is valid until the next call, and the rejects. A line of white space only is neither.
    """
    rejects = clean_lines(session, feed, lines)
    columns = ", ".join(name for name, _ in duckdb_columns(feed))
    return session.sql(f"SELECT {columns} FROM cleaned_lines ORDER BY position"), rejects
