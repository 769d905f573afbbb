"""Cleans lines with the shared SQL in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from arro3.core import Array, DataType

from table_engine.duckdb_session import refill
from table_engine.feeds import Feed
from table_engine.raw_lines import line_problem, readable, to_text, without_end
from table_engine.sql_text import cleaning_sql, duckdb_functions

#: The types of Delta Lake's terms in DuckDB's.
DUCKDB_TYPES = {
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
    return [(f'"{column.name}"', DUCKDB_TYPES[column.type]) for column in feed.table]


def cleaned_relation(session: duckdb.DuckDBPyConnection, feed: Feed, lines: str) -> str:
    """Prepares the session and returns the SELECT that cleans `lines`, a relation (position, line).

    It is valid until the next call with the same session, of whatever feed.

    The result has one row for each line: position, line, reason, and the cleaned table's columns. `line` is null for a
    line that is no record (the other columns are null too); `reason` is null for a clean row.
    """
    session.execute(f"CREATE OR REPLACE TEMP VIEW lines AS {lines}")
    session.execute(duckdb_functions(feed))
    return cleaning_sql(feed)


class LineCleaner:
    """Cleans records that are in memory, batch after batch, with a plan that is made once.

    The result of a batch is the temporary table `cleaned_lines_<feed>`: `position`, the record's place in the batch,
    from 0, and the cleaned table's columns; a row for each clean record. It is valid until the next batch.
    """

    def __init__(self, session: duckdb.DuckDBPyConnection, feed: Feed) -> None:
        """Prepares the session, which is then this cleaner's: the views and functions of one feed replace another's."""
        self._session = session
        self._given = f"given_lines_{feed.name}"
        self._cleaned = f"cleaned_lines_{feed.name}"
        self._plan = f"clean_{feed.name}"
        session.execute(f"CREATE OR REPLACE TEMP TABLE {self._given} (position BIGINT, line VARCHAR)")
        select = cleaned_relation(session, feed, f"SELECT position, line FROM {self._given}")
        session.execute(f"CREATE OR REPLACE TEMP TABLE {self._cleaned} AS {select} LIMIT 0")
        # Planning takes several times as long as cleaning a hundred records.
        session.execute(f"PREPARE {self._plan} AS INSERT INTO {self._cleaned} {select}")

    def clean(self, lines: Sequence[bytes]) -> list[Reject]:
        """Cleans a batch and returns its rejects in order. A line of white space only is neither row nor reject."""
        rejects: list[Reject] = []
        positions: list[int] = []
        texts: list[str] = []
        for position, record in enumerate(lines):
            # Carriage returns as in a raw file, so that a record is the same reject on both paths.
            line = without_end(record)
            problem = line_problem(line)
            if problem is not None:
                rejects.append(Reject(position, readable(line), problem))
            elif line.strip(b" \t\r\n"):
                positions.append(position)
                texts.append(to_text(line).decode("utf-8"))
        session = self._session
        refill(session, self._given, Array(positions, DataType.int64()), Array(texts, DataType.utf8()))
        session.execute(f"DELETE FROM {self._cleaned}")
        session.execute(f"EXECUTE {self._plan}")
        refused = session.execute(
            f"SELECT position, line, reason FROM {self._cleaned} WHERE reason IS NOT NULL"
        ).fetchall()
        if refused:
            rejects.extend(Reject(*row) for row in refused)
            session.execute(f"DELETE FROM {self._cleaned} WHERE reason IS NOT NULL")
        return sorted(rejects, key=lambda reject: reject.position)
