"""Where a post is: the newest raw lines that have its row number, its rows in the tables, and its rejects."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from typing import cast

import duckdb

from table_engine.delta_tables import TABLES, DeltaTables, load_into
from table_engine.documents import Findings, RawLine, RejectedRecord, TableRow
from table_engine.feeds import FEED_NAMES, Feed, FeedName, load_feeds, stream_table_name, topic_name
from table_engine.followed_raw_files import RECORD_COUNT
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.rejects import MOST_CHARACTERS, REJECT_COLUMNS, as_documents
from table_engine.storage import Bucket, ObjectChangedError

# The batch tables say not from which raw file a row is: the files are looked through, the newest first, for so long.
_SECONDS_A_FEED = 4.0

# A post may have been sent any number of times.
_MOST = 20


def run_trace(session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, ind: int) -> Findings:
    """Returns the document that the command `trace` prints. What is not there, or not found in time, is left out."""
    tables = DeltaTables(bucket)
    raw_lines: list[RawLine] = []
    rows: list[TableRow] = []
    for name in FEED_NAMES:
        raw_lines += _raw_lines(bucket, user_id, load_feeds()[name], name, ind)
        for table in (name, stream_table_name(user_id, name)):
            rows += _rows(session, tables, name, table, ind)
    return {"raw_lines": raw_lines, "rows": rows, "rejects": _rejects(session, tables, ind)}


def _raw_lines(bucket: Bucket, user_id: str, feed: Feed, name: FeedName, ind: int) -> list[RawLine]:
    """The lines of the newest file that has any."""
    deadline = time.monotonic() + _SECONDS_A_FEED
    files, _ = list_raw_files(bucket, topic_name(user_id, name))
    for file in sorted(files, key=lambda file: (file.modified, file.start_offset), reverse=True):
        if time.monotonic() > deadline:
            print(f"The raw files of {name} are not searched further back than {file.key}.", file=sys.stderr)
            break
        try:
            lines = list(_lines_of(bucket.content(file.key, file.etag), feed.row_number, ind))[-_MOST:]
            if lines:
                dead_letters = _dead_letters(bucket, file)
                return [
                    {
                        "feed": name, "key": file.key, "line": number, "text": text[:MOST_CHARACTERS],
                        "partition": file.partition, "least_offset": file.start_offset + number,
                        "dead_letters": dead_letters,
                    }
                    for number, text in lines
                ]  # fmt: skip
        except ObjectChangedError:
            continue
    return []


def _lines_of(content: bytes, row_number: str, ind: int) -> Iterator[tuple[int, str]]:
    """The lines whose record has this row number, each with its number from 0."""
    likely = re.compile(rb'"%s"\s*:\s*"?%d(?![0-9])' % (row_number.encode(), ind))
    for match in likely.finditer(content):
        start = content.rfind(b"\n", 0, match.start()) + 1
        end = content.find(b"\n", match.start())
        line = content[start : len(content) if end < 0 else end]
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict) and str(record.get(row_number)) == str(ind):
            yield content.count(b"\n", 0, start), line.decode("utf-8", errors="replace")


def _dead_letters(bucket: Bucket, file: RawFile) -> int:
    """How many dead-letter records were between those of a file, as the sink's metadata say (ADR 2); else 0."""
    said = bucket.metadata(file.key)
    try:
        return max(0, int(said["last-offset"]) + 1 - file.start_offset - int(said[RECORD_COUNT]))
    except (KeyError, ValueError):
        return 0


def _rows(
    session: duckdb.DuckDBPyConnection, tables: DeltaTables, feed: FeedName, table: str, ind: int
) -> list[TableRow]:
    found = tables.find(table)
    if found is None:
        return []
    is_stream = table != feed
    order = "_sequence_number DESC" if is_stream else "ind"
    load_into(session, found, "traced", f"SELECT * FROM t WHERE ind = {ind} ORDER BY {order} LIMIT {_MOST}")
    place = "_shard_id, _sequence_number" if is_stream else "NULL, NULL"
    return [
        {"feed": feed, "table": table, "row": row, "shard": shard, "sequence_number": number}
        for row, shard, number in session.sql(f"SELECT to_json(traced)::VARCHAR, {place} FROM traced").fetchall()
    ]


def _rejects(session: duckdb.DuckDBPyConnection, tables: DeltaTables, ind: int) -> list[RejectedRecord]:
    """The rejects whose text has the row number: they may be no JSON."""
    quarantine = tables.find("quarantine")
    if quarantine is None:
        return []
    names = ", ".join(TABLES["quarantine"])
    keys = "|".join(sorted({load_feeds()[name].row_number for name in FEED_NAMES}))
    load_into(
        session,
        quarantine,
        "traced_rejects",
        f"SELECT {names} FROM t WHERE raw_text LIKE '%{ind}%'",
        f"""WHERE regexp_matches(raw_text, '"({keys})"\\s*:\\s*"?{ind}([^0-9]|$)')""",
    )
    relation = session.sql(
        f"SELECT {REJECT_COLUMNS} FROM traced_rejects ORDER BY quarantined_at DESC, position DESC LIMIT {_MOST}"
    )
    return cast(list[RejectedRecord], as_documents(relation))
