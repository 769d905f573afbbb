"""Replays raw files into the batch tables: what the tables lack is added, and nothing that is there changes."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from table_engine.batch import APPLICATION
from table_engine.batch_plan import Plan, read_plan
from table_engine.cleaned_batch import clean_files
from table_engine.delta_tables import DeltaTables, load_into
from table_engine.documents import RawFilesReplay
from table_engine.duckdb_session import count_rows
from table_engine.feeds import FeedName, load_feeds, topic_name
from table_engine.quarantine import append_missing, missing_rejects
from table_engine.raw_files import RawFile, in_source_order, list_raw_files
from table_engine.storage import Bucket

_APPLICATION = "raw-replay"


def replay_raw_files(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    user_id: str,
    feed_name: FeedName,
    start: datetime,
    end: datetime,
    temporary: Path,
) -> RawFilesReplay:
    """Reads the raw files of a feed again that were uploaded from `start` to `end`, both included.

    Of a post that these files have and the table has not, the newest row is added, be it in a file that was uploaded
    after `end` and that a batch has taken up: such files are read too when a post is missing. Raises
    TableEngineError when no batch has run yet. It is idempotent.
    """
    started = time.monotonic()
    feed = load_feeds()[feed_name]
    tables = DeltaTables(bucket)
    table, quarantine = tables.open(feed_name), tables.open("quarantine")
    listed, _ = list_raw_files(bucket, topic_name(user_id, feed_name))
    chosen = {file for file in listed if start <= file.modified <= end}
    applied = _applied(read_plan(tables.open("batch_files")), table, feed_name)
    ordered = in_source_order(file for file in listed if (file.key, file.etag) in applied)
    files = [file for file in ordered if file in chosen]
    report: RawFilesReplay = {
        "feed": feed_name,
        "files": len(files),
        "pending_files": len(chosen) - len(files),
        "lines": 0,
        "rows": 0,
        "rejects": 0,
        "inserted": 0,
        "quarantined": 0,
        "seconds": 0,
    }
    if not files:
        return report

    def on_changed(file: RawFile) -> None:
        print(
            f"{file.key} is gone or has another content since it was listed; it is left to the batch.", file=sys.stderr
        )

    counts = clean_files(session, bucket, feed, files, temporary, on_changed)
    report["lines"], report["rows"], report["rejects"] = counts.lines, counts.rows, counts.rejects
    report["quarantined"] = append_missing(quarantine, _APPLICATION, partial(missing_rejects, session, feed))
    # The newest row may be in any file from the first one on.
    since = ordered[ordered.index(files[0]) :]
    if len(since) > len(files) and _missing_posts(session, "newest", table)[1]:
        session.execute("CREATE OR REPLACE TEMP TABLE wanted AS SELECT ind FROM missing_posts")
        clean_files(session, bucket, feed, since, temporary, on_changed)
        find = partial(_missing_posts, session, "(FROM newest SEMI JOIN wanted USING (ind))")
    else:
        find = partial(_missing_posts, session, "newest")
    report["inserted"] = append_missing(table, _APPLICATION, find)
    session.execute("DROP VIEW newest; DROP TABLE cleaned; DROP TABLE rejects")
    report["seconds"] = round(time.monotonic() - started, 3)
    return report


def _applied(plan: Plan, table: DeltaTable, feed: str) -> set[tuple[str, str]]:
    """The key and etag of each file whose batch is in the table."""
    version = table.transaction_version(APPLICATION) or 0
    return {
        (file.key, file.etag)
        for (batch, name), files in plan.files.items()
        if name == feed and batch <= version
        for file in files
    }


def _missing_posts(
    session: duckdb.DuckDBPyConnection, posts: str, table: DeltaTable
) -> tuple[duckdb.DuckDBPyRelation, int]:
    load_into(session, table, "known_posts", "SELECT ind FROM t", f"SEMI JOIN (SELECT ind FROM {posts}) USING (ind)")
    session.execute(f"CREATE OR REPLACE TEMP TABLE missing_posts AS FROM {posts} ANTI JOIN known_posts USING (ind)")
    return session.sql("FROM missing_posts"), count_rows(session, "missing_posts")
