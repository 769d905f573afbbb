"""Raw files to bounded groups of lines on disk, which DuckDB reads as fast as it can.

Many small files become one group, one large file becomes many. A group's lines keep the source order, and `segments`
say which line came from where.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import duckdb

from table_engine.duckdb_session import insert_columns
from table_engine.raw_files import RawFile
from table_engine.raw_lines import LONGEST_LINE
from table_engine.raw_parts import PART_BYTES, Segment, raw_parts
from table_engine.storage import Bucket

#: A group is closed when it has as many bytes; it may exceed them by one part.
GROUP_BYTES = 96 * 1024 * 1024

#: The same for lines of more than LONG_LINE_BYTES on average: DuckDB works on 2,048 lines at a time.
LONG_LINE_GROUP_BYTES = 24 * 1024 * 1024
LONG_LINE_BYTES = 8 * 1024


@dataclass
class LineGroup:
    """Lines in `path`; the broken ones are empty there, and JSON documents in `broken_path`."""

    path: Path
    broken_path: Path
    lines: int = 0
    broken: int = 0
    bytes: int = 0
    segments: list[Segment] = field(default_factory=list)

    def is_full(self, group_bytes: int) -> bool:
        """Whether the next piece belongs in another group."""
        has_long_lines = self.bytes > LONG_LINE_BYTES * self.lines
        return self.bytes >= (min(group_bytes, LONG_LINE_GROUP_BYTES) if has_long_lines else group_bytes)

    def remove(self) -> None:
        """Deletes the group's files."""
        self.path.unlink(missing_ok=True)
        self.broken_path.unlink(missing_ok=True)


def lines_relation(path: Path) -> str:
    """A SQL table function that gives a group's lines in order, one column `line`; null for an empty line."""
    quoted = str(path).replace("'", "''")
    # The delimiter is the byte 1, as it is and not as an escape, and is in no line: raw_lines sees to it.
    return (
        f"read_csv('{quoted}', columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, "
        f"delim = '\x01', quote = '', escape = '', comment = '', new_line = '\\n', "
        f"max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE})"
    )


def create_positions(session: duckdb.DuckDBPyConnection) -> None:
    """Creates the empty temporary tables that `add_positions` fills."""
    session.execute(
        "CREATE OR REPLACE TEMP TABLE segments (first_row BIGINT, key VARCHAR, first_line BIGINT);"
        "CREATE OR REPLACE TEMP TABLE broken (row BIGINT, raw_text VARCHAR, reason VARCHAR)"
    )


def add_positions(session: duckdb.DuckDBPyConnection, group: LineGroup, rows_before: int = 0) -> None:
    """Adds a group to `segments` and `broken`; rows are counted from `rows_before` on."""
    columns: list[list[object]] = [
        [segment.first_row + rows_before for segment in group.segments],
        [segment.key for segment in group.segments],
        [segment.first_line for segment in group.segments],
    ]
    insert_columns(session, "segments", columns, ["BIGINT", "VARCHAR", "BIGINT"])
    if group.broken:
        session.execute(
            f"""INSERT INTO broken SELECT (line->>'row')::BIGINT + {rows_before}, line->>'raw', line->>'reason'
            FROM {lines_relation(group.broken_path)}"""
        )


def line_groups(
    bucket: Bucket,
    files: Iterable[RawFile],
    folder: Path,
    on_changed: Callable[[RawFile], None],
    group_bytes: int = GROUP_BYTES,
) -> Iterator[LineGroup]:
    """Reads files in the order given. The caller removes each group when it has used it.

    `on_changed` is called with a file that is gone or has another content than when it was planned; it is left out.
    """
    numbers = count()

    def new_group() -> LineGroup:
        number = next(numbers)
        return LineGroup(folder / f"lines-{number}.txt", folder / f"broken-{number}.jsonl")

    group = new_group()
    output = group.path.open("wb")
    broken = group.broken_path.open("w", encoding="utf-8")
    try:
        for part in raw_parts(bucket, files, min(PART_BYTES, group_bytes)):
            for file in part.changed:
                on_changed(file)
            if part.piece.lines and group.is_full(group_bytes):
                output.close()
                broken.close()
                yield group
                group = new_group()
                output = group.path.open("wb")
                broken = group.broken_path.open("w", encoding="utf-8")
            output.write(part.piece.data)
            for bad in part.piece.broken:
                entry = {"row": group.lines + bad.number, "raw": bad.raw_text, "reason": bad.reason}
                broken.write(json.dumps(entry) + "\n")
            group.segments += [
                Segment(group.lines + segment.first_row, segment.key, segment.first_line) for segment in part.segments
            ]
            group.lines += part.piece.lines
            group.broken += len(part.piece.broken)
            group.bytes += len(part.piece.data)
    finally:
        output.close()
        broken.close()
    yield group
