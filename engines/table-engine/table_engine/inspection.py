"""What was sent, what is in the raw files, and what became of it: the figures of a reconciliation."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb

from table_engine.batch_plan import read_plan
from table_engine.dead_letter_inspection import dead_letter_figures
from table_engine.delta_tables import DeltaTables, load_into
from table_engine.documents import FeedInspection, Inspection, LastDay, RawPartition, TableFigures
from table_engine.duckdb_session import insert_columns
from table_engine.feeds import FEED_NAMES, Feed, FeedName, load_feeds, topic_name
from table_engine.ledger import merge_ranges, read_ledger
from table_engine.line_groups import add_positions, create_positions, line_groups, lines_relation
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.storage import Bucket

_DAY = timedelta(hours=24)


def run_inspection(session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, temporary: Path) -> Inspection:
    """Returns the document that the command `inspect` prints (docs/reference/table-engine.md).

    Reads every raw file and every object of dead-letter records. Raises TableEngineError when a table does not exist.
    """
    tables = DeltaTables(bucket)
    quarantine = tables.open("quarantine")
    load_into(session, quarantine, "quarantine", "SELECT feed, position FROM t WHERE source = 'batch'")
    dead_letters = dead_letter_figures(session, bucket, user_id, quarantine)
    plan = read_plan(tables.open("batch_files"))
    since = datetime.now(timezone.utc) - _DAY
    ledger = read_ledger(bucket)
    feeds: dict[FeedName, FeedInspection] = {}
    for name in FEED_NAMES:
        feed = load_feeds()[name]
        load_into(session, tables.open(name), "table_rows", "SELECT ind FROM t")
        files, _ = list_raw_files(bucket, topic_name(user_id, name))
        planned = {(file.key, file.etag) for file in plan.of_feed(name)}
        batched = {file.key for file in files if (file.key, file.etag) in planned}
        _read_lines(session, bucket, feed, files, batched, temporary)
        sent = ledger[name]
        feeds[name] = {
            "sent": sent.sent,
            "acknowledged": sent.acknowledged,
            "failed": sent.failed,
            "acknowledged_offsets": {str(p): merge_ranges(sent.offsets[p]) for p in sorted(sent.offsets)},
            "raw_partitions": _partitions(session, files, batched),
            **_tables(session, name),
            **dead_letters[name],
            "last_day": _last_day(session, name, plan.of_batches_since(since, name) & batched),
        }
    return {"feeds": feeds}


def _read_lines(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    feed: Feed,
    files: list[RawFile],
    batched: set[str],
    temporary: Path,
) -> None:
    """Fills `raw_lines` (key, line, ind, is_record, is_batched) with every line.

    `ind` is null for a line without a row number, which is read without the cleaning's SQL, so that a fault there
    shows. A blank line is no record.
    """
    session.execute(
        "CREATE OR REPLACE TEMP TABLE raw_lines "
        "(key VARCHAR, line BIGINT, ind DOUBLE, is_record BOOLEAN, is_batched BOOLEAN);"
        "CREATE OR REPLACE TEMP TABLE batched_keys (key VARCHAR)"
    )
    insert_columns(session, "batched_keys", [list(batched)], ["VARCHAR"])

    def on_changed(file: RawFile) -> None:
        print(f"{file.key} was changed or removed while it was being inspected.", file=sys.stderr)

    name = feed.row_number
    # DuckDB takes the first of duplicate keys; the last counts.
    last = f"len(json_keys(line)) - list_position(list_reverse(json_keys(line)), '{name}') + 1"
    may_be_duplicate = f'regexp_matches(line, \'"{name}".*"{name}"|\\\\u00\')'
    for group in line_groups(bucket, files, temporary, on_changed):
        if group.lines:
            create_positions(session)
            add_positions(session, group)
            # A table, whose row ids are the lines' places.
            session.execute(
                f"""CREATE OR REPLACE TEMP TABLE group_lines AS SELECT
                regexp_matches(line, '[^ \\t]') AS is_text,
                TRY(CAST(CASE WHEN {may_be_duplicate} THEN json_extract_string(line, '$.*')[{last}]
                  ELSE from_json(line, '{{"{name}":"VARCHAR"}}')."{name}" END AS DOUBLE)) AS ind
                FROM (SELECT line FROM {lines_relation(group.path)})"""
            )
            session.execute(
                """INSERT INTO raw_lines SELECT s.key, l.rowid - s.first_row + s.first_line, l.ind,
                  coalesce(l.is_text, false) OR l.rowid IN (SELECT row FROM broken), s.key IN (FROM batched_keys)
                FROM group_lines l ASOF JOIN segments s ON l.rowid >= s.first_row"""
            )
        group.remove()


def _partitions(session: duckdb.DuckDBPyConnection, files: list[RawFile], batched: set[str]) -> dict[str, RawPartition]:
    counted = session.execute(
        "SELECT key, count(*) FILTER (is_record), count(*) FILTER (NOT is_record) FROM raw_lines GROUP BY key"
    ).fetchall()
    lines, blank = ({row[0]: row[place] for row in counted} for place in (1, 2))
    by_partition: dict[int, list[RawFile]] = {}
    for file in sorted(files, key=lambda file: (file.partition, file.start_offset)):
        by_partition.setdefault(file.partition, []).append(file)
    return {
        str(partition): {
            "files": len(own),
            "lines": sum(lines.get(file.key, 0) for file in own),
            "blank_lines": sum(blank.get(file.key, 0) for file in own),
            "overlapping_lines": overlapping((file.start_offset, lines.get(file.key, 0)) for file in own),
            "last_start_offset": own[-1].start_offset,
            "next_offset": own[-1].start_offset + lines.get(own[-1].key, 0),
            "pending_lines": sum(lines.get(file.key, 0) for file in own if file.key not in batched),
        }
        for partition, own in by_partition.items()
    }


def overlapping(files: Iterable[tuple[int, int]]) -> int:
    """Lines at a position that an earlier file covers, given each file's start offset and lines, by offset."""
    covered = 0
    total = 0
    for start, lines in files:
        total += max(0, min(covered, start + lines) - start)
        covered = max(covered, start + lines)
    return total


def _tables(session: duckdb.DuckDBPyConnection, feed: str) -> TableFigures:
    found = session.execute(
        f"""SELECT
          (SELECT count(*) FROM table_rows), (SELECT count(DISTINCT ind) FROM table_rows),
          (SELECT count(*) FROM quarantine WHERE feed = '{feed}'),
          (SELECT count(DISTINCT position) FROM quarantine WHERE feed = '{feed}'),
          (SELECT count(*) FROM raw_lines r WHERE r.is_batched AND r.is_record
             AND NOT EXISTS (FROM table_rows t WHERE t.ind = r.ind)
             AND NOT EXISTS (FROM quarantine q WHERE q.feed = '{feed}' AND q.position = r.key || ':' || r.line))"""
    ).fetchone()
    assert found is not None
    return {
        "table_rows": found[0],
        "table_posts": found[1],
        "quarantine_rows": found[2],
        "quarantine_positions": found[3],
        "missing_from_tables": found[4],
    }


def _last_day(session: duckdb.DuckDBPyConnection, feed: str, keys: set[str]) -> LastDay:
    """The records of these files, and how many of them were refused."""
    session.execute("CREATE OR REPLACE TEMP TABLE last_day_keys (key VARCHAR)")
    insert_columns(session, "last_day_keys", [list(keys)], ["VARCHAR"])
    found = session.execute(
        f"""SELECT
          (SELECT count(*) FROM raw_lines WHERE is_record AND key IN (FROM last_day_keys)),
          (SELECT count(DISTINCT position) FROM quarantine
             WHERE feed = '{feed}' AND regexp_replace(position, ':[0-9]+$', '') IN (FROM last_day_keys))"""
    ).fetchone()
    assert found is not None
    return {"records": found[0], "rejects": found[1]}
