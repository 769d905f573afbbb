"""The batch: new raw files to the Delta tables, exactly once (docs/adr/0003-batch-exactly-once.md)."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import duckdb
from deltalake import CommitProperties, DeltaTable

from table_engine.batch_plan import plan_new_files, read_plan
from table_engine.cleaned_batch import Counts, clean_files, leave_out
from table_engine.dead_letters import append_dead_letters
from table_engine.delta_tables import WRITER, DeltaTables, append_rows, commit_once, is_applied, load_into
from table_engine.documents import BatchReport, FeedBatch
from table_engine.duckdb_session import another_connection
from table_engine.feeds import FEED_NAMES, Feed, FeedName, load_feeds
from table_engine.file_append import append_files
from table_engine.quarantine import append_missing, missing_rejects, quarantine_rows
from table_engine.raw_files import RawFile
from table_engine.storage import Bucket

#: In the log of a feed's table: the newest batch that is in it.
APPLICATION = "batch"


def rejects_application(feed: Feed) -> str:
    """In the quarantine's log: the newest batch whose rejects of a feed are in."""
    return f"{APPLICATION}-{feed.name}"


def late_application(feed: Feed) -> str:
    """In the quarantine's log: how often rejects of a feed came after their batch's, by other rules."""
    return f"{APPLICATION}-{feed.name}-late"


# Lines are fetched and packed into groups by one thread: meanwhile another feed is cleaned or written.
_FEEDS_AT_A_TIME = 2


def no_batch() -> FeedBatch:
    """The report of a feed to which nothing has been done yet."""
    return {"files": 0, "lines": 0, "rows": 0, "rejects": 0, "inserted": 0, "updated": 0}


def run_batch(session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, temporary: Path) -> BatchReport:
    """Plans the new raw files as a batch, applies each batch that a table does not have, and takes dead-letter records.

    Returns the document that the command prints (docs/reference/table-engine.md). Files of unfinished work are kept in
    `temporary` and removed.
    """
    started = time.monotonic()
    tables = DeltaTables(bucket)
    missing = missing_batches(session, bucket, tables, user_id)

    def apply_feed(name: FeedName) -> FeedBatch:
        folder = temporary / name
        folder.mkdir()
        report = no_batch()
        with another_connection(session) as connection:
            for batch, files in missing[name]:
                _apply(connection, bucket, tables, load_feeds()[name], batch, files, folder, report)
        return report

    def take_dead_letters() -> int:
        with another_connection(session) as connection:
            return append_dead_letters(connection, bucket, user_id)

    # A feed that fails stops no other, nor the dead-letter records, nor they a feed: each catches up on its own.
    with ThreadPoolExecutor(_FEEDS_AT_A_TIME) as workers:
        done = {name: workers.submit(apply_feed, name) for name in FEED_NAMES}
        dead_letters = workers.submit(take_dead_letters)
    reports = {name: future.result() for name, future in done.items()}
    return batch_document(missing, reports, dead_letters.result(), started)


#: For each feed the batches that its table does not have yet, ascending: number, and the feed's files in source order.
MissingBatches = dict[FeedName, list[tuple[int, list[RawFile]]]]


def missing_batches(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, tables: DeltaTables, user_id: str
) -> MissingBatches:
    """Plans the new raw files as a batch, and finds what every table lacks. Tables that do not exist are created."""
    opened = {name: tables.open_or_create(name) for name in FEED_NAMES}
    tables.open_or_create("quarantine")
    plan_new_files(session, bucket, tables, user_id)
    plan = read_plan(tables.open("batch_files"))
    applied: dict[FeedName, int] = {}
    for name, table in opened.items():
        table.update_incremental()
        applied[name] = table.transaction_version(APPLICATION) or 0
    return {
        name: [(batch, plan.files[batch, name]) for batch in plan.batches_after(name, applied[name])]
        for name in FEED_NAMES
    }


def batch_document(
    missing: MissingBatches, reports: dict[FeedName, FeedBatch], dead_letters: int, started: float
) -> BatchReport:
    """The document of a run that began at `started` (by `time.monotonic`) and applied what was missing.

    `dead_letters` is how many of them it appended to the quarantine.
    """
    return {
        "batch": max((batch for batches in missing.values() for batch, _ in batches), default=None),
        "feeds": reports,
        "dead_letters": dead_letters,
        "seconds": round(time.monotonic() - started, 3),
    }


def _apply(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    tables: DeltaTables,
    feed: Feed,
    batch: int,
    files: list[RawFile],
    temporary: Path,
    report: FeedBatch,
) -> None:
    def on_changed(file: RawFile) -> None:
        print(
            f"{file.key} is gone or has another content since batch {batch} was planned; "
            "what it holds now is read by the next batch.",
            file=sys.stderr,
        )

    counts = clean_files(session, bucket, feed, files, temporary, on_changed)
    # The quarantine first: a table that has the batch then says that both have it.
    quarantine, application = tables.open("quarantine"), rejects_application(feed)
    if counts.rejects:
        again = any(file.again for file in files)
        is_first = commit_once(
            quarantine,
            application,
            batch,
            lambda table, properties: _append_rejects(session, table, properties, feed, again),
        )
    else:
        is_first = not is_applied(quarantine, application, batch)
    if not is_first:
        counts = _finish_rejects(session, quarantine, feed, files, counts)
    report["files"] += len(files)
    report["lines"] += counts.lines
    report["rows"] += counts.rows
    report["rejects"] += counts.rejects
    done = commit_once(
        tables.open(feed.name),
        APPLICATION,
        batch,
        lambda table, properties: _append_or_merge(session, bucket, table, properties, feed, temporary),
    )
    if done is not None:
        report["inserted"] += done[0]
        report["updated"] += done[1]
    session.execute("DROP VIEW newest; DROP TABLE cleaned; DROP TABLE rejects")
    print(f"{feed.name}: batch {batch} is in, {counts.rows} rows, {counts.rejects} rejects.", file=sys.stderr)


def _append_rejects(
    session: duckdb.DuckDBPyConnection,
    table: DeltaTable,
    properties: CommitProperties,
    feed: Feed,
    again: bool,
) -> bool:
    """Appends the rejects; when the batch read positions again, only those that are not there with the same text."""
    known = ""
    if again:
        load_into(session, table, "known_rejects", f"SELECT position, raw_text FROM t WHERE feed = '{feed.name}'")
        known = "WHERE NOT EXISTS (FROM known_rejects k WHERE k.position = r.position AND k.raw_text = r.raw_text)"
    rows = session.sql(f"{quarantine_rows(feed, 'rejects')} r {known}")
    append_rows(table, rows, properties)
    return True


def _finish_rejects(
    session: duckdb.DuckDBPyConnection, quarantine: DeltaTable, feed: Feed, files: list[RawFile], counts: Counts
) -> Counts:
    """Settles which lines of a batch are in quarantine when its rejects were committed and its rows were not.

    Other rules may have applied then. What is in quarantine is left out of `newest`, and rejects that it lacks
    are appended. Returns the new counts.
    """
    append_missing(quarantine, late_application(feed), partial(missing_rejects, session, feed))
    # Positions that were read before may be there for what the file held then.
    keys = {file.key for file in files if not file.again}
    left_out = leave_out(session, "known_rejects", keys)
    return Counts(counts.lines, counts.rows - left_out, counts.rejects + left_out)


def _append_or_merge(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    table: DeltaTable,
    properties: CommitProperties,
    feed: Feed,
    folder: Path,
) -> tuple[int, int]:
    """Brings `newest` into the table; returns how many posts were new and how many were changed."""
    names = ", ".join(f'"{name}"' for name in feed.column_names)
    bounds = session.execute("SELECT min(ind), max(ind), count(*) FROM newest").fetchone()
    assert bounds is not None
    if bounds[2] == 0 or table.get_add_actions().num_rows == 0:
        append_files(session, bucket, feed.name, table, "FROM newest", properties, folder)
        return bounds[2], 0
    nearby = f"SELECT {names} FROM t WHERE ind BETWEEN {bounds[0]} AND {bounds[1]}"
    load_into(session, table, "present", nearby, "SEMI JOIN (SELECT ind FROM newest) USING (ind)")
    same = " AND ".join(f'p."{name}" IS NOT DISTINCT FROM n."{name}"' for name in feed.column_names)
    session.execute(
        f"""CREATE OR REPLACE TEMP TABLE changes AS SELECT n.*, p.ind IS NOT NULL AS is_update
        FROM newest n LEFT JOIN present p ON p.ind = n.ind WHERE p.ind IS NULL OR NOT ({same})"""
    )
    session.execute("DROP TABLE present")
    counted = session.execute("SELECT count(*), count(*) FILTER (is_update) FROM changes").fetchone()
    assert counted is not None
    rows = f"SELECT {names} FROM changes"
    if counted[1] == 0:
        append_files(session, bucket, feed.name, table, rows, properties, folder)
    else:
        table.merge(
            session.sql(rows),
            predicate="t.ind = s.ind",
            source_alias="s",
            target_alias="t",
            writer_properties=WRITER,
            commit_properties=properties,
        ).when_matched_update_all().when_not_matched_insert_all().execute()
    return counted[0] - counted[1], counted[1]
