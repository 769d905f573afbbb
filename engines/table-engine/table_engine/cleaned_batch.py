"""One feed's part of one batch, read and cleaned into temporary DuckDB tables.

The table `cleaned` has a row for every line in source order, so that the row id is the line's place in the batch: of
two rows of a post the one with the larger row id is newer, and `segments` leads from a row id to the raw file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from table_engine.cleaning import cleaned_relation, duckdb_columns
from table_engine.feeds import Feed
from table_engine.line_groups import LineGroup, add_positions, create_positions, line_groups, lines_relation
from table_engine.raw_files import RawFile
from table_engine.storage import Bucket


@dataclass(frozen=True)
class Counts:
    """What was read: records (blank lines are none), clean rows, and rejects. `lines` is the sum of the other two."""

    lines: int
    rows: int
    rejects: int


def clean_files(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    feed: Feed,
    files: list[RawFile],
    folder: Path,
    on_changed: Callable[[RawFile], None],
) -> Counts:
    """Reads and cleans files, given in source order, into the temporary tables `newest` and `rejects`.

    `newest` is a relation with the cleaned table's columns, each post once; `rejects` has (position, raw_text, reason).
    """
    columns = ", ".join(f"{name} {type_}" for name, type_ in duckdb_columns(feed))
    names = ", ".join(name for name, _ in duckdb_columns(feed))
    session.execute(f"CREATE OR REPLACE TEMP TABLE cleaned (reason VARCHAR, raw_text VARCHAR, {columns})")
    create_positions(session)
    rows_before = 0
    for group in _one_ahead(line_groups(bucket, files, folder, on_changed)):
        if group.lines:
            select = cleaned_relation(
                session,
                feed,
                f"SELECT NULL::BIGINT AS position, {_LINE} AS line FROM {lines_relation(group.path)}",
            )
            session.execute(
                f"INSERT INTO cleaned SELECT reason, CASE WHEN reason IS NOT NULL THEN line END, {names} "
                f"FROM ({select})"
            )
            add_positions(session, group, rows_before)
            rows_before += group.lines
        group.remove()
    _check_order(session, rows_before)
    session.execute(_REJECTS)
    session.execute(
        f"""CREATE OR REPLACE TEMP VIEW newest AS SELECT {names} FROM cleaned
        WHERE reason IS NULL AND ind IS NOT NULL AND rowid IN (
          SELECT max(rowid) FROM cleaned WHERE reason IS NULL AND ind IS NOT NULL GROUP BY ind)"""
    )
    counted = session.execute(
        "SELECT count(ind) FILTER (reason IS NULL), (SELECT count(*) FROM rejects) FROM cleaned"
    ).fetchone()
    assert counted is not None
    return Counts(counted[0] + counted[1], counted[0], counted[1])


def leave_out(session: duckdb.DuckDBPyConnection, positions: str, keys: Collection[str]) -> int:
    """Takes the lines at the positions of a relation out of `newest`, but only those of files with certain keys.

    Returns how many clean rows that were.
    """
    found = session.execute(
        f"""DELETE FROM cleaned WHERE rowid IN (
          SELECT r.row FROM (SELECT rowid AS row FROM cleaned WHERE reason IS NULL AND ind IS NOT NULL) r
          ASOF JOIN segments s ON r.row >= s.first_row
          WHERE list_contains(?, s.key) AND {_POSITION} IN (SELECT position FROM {positions}))""",
        [list(keys)],
    ).fetchone()
    assert found is not None
    return int(found[0])


# A line of white space only is no record.
_LINE = r"CASE WHEN starts_with(line, '{') OR regexp_matches(line, '[^ \t]') THEN line END"

# Of the line with the row id r.row, in the segment s.
_POSITION = "s.key || ':' || (r.row - s.first_row + s.first_line)"

_REJECTS = f"""
CREATE OR REPLACE TEMP TABLE rejects AS
SELECT {_POSITION} AS position, r.raw_text, r.reason
FROM (
  SELECT rowid AS row, raw_text, reason FROM cleaned WHERE reason IS NOT NULL
  UNION ALL SELECT row, raw_text, reason FROM broken
) r ASOF JOIN segments s ON r.row >= s.first_row
ORDER BY r.row
"""


def _check_order(session: duckdb.DuckDBPyConnection, lines: int) -> None:
    """The row ids must be the lines' places: stop rather than write wrong positions."""
    found = session.execute("SELECT count(*), coalesce(max(rowid) + 1, 0) FROM cleaned").fetchone()
    if found != (lines, lines):
        raise AssertionError(f"{lines} lines were read, but DuckDB has (rows, last row id + 1) = {found}")


def _one_ahead(groups: Iterator[LineGroup]) -> Iterator[LineGroup]:
    """The same groups; the next one is fetched while the caller works on this one."""
    with ThreadPoolExecutor(1) as fetcher:
        coming = fetcher.submit(next, groups, None)
        while (group := coming.result()) is not None:
            coming = fetcher.submit(next, groups, None)
            yield group
