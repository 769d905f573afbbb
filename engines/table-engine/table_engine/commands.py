"""What each command does: its words of help, its own arguments, and the document it returns."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from table_engine import argument_types
from table_engine.answers import run_answers
from table_engine.batch import run_batch
from table_engine.documents import QueryResult, RawFilesReplay, RecordsReplay
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.inspection import run_inspection
from table_engine.query import MOST_ROWS, list_tables, run_query
from table_engine.raw_replay import replay_raw_files
from table_engine.reconciliation import reconcile_facts
from table_engine.rejects import run_rejects
from table_engine.report_facts import keep_report_facts, read_reconciliation
from table_engine.storage import Bucket
from table_engine.stream_append import StreamAppender
from table_engine.stream_inspection import run_stream_inspection
from table_engine.stream_latency import COMMITS
from table_engine.stream_records import records_of_lines
from table_engine.stream_redrive import run_redrive
from table_engine.stream_replay import records_replay, replay_stream
from table_engine.table_maintenance import run_maintenance
from table_engine.trace import run_trace
from table_engine.watch import run_watch


@dataclass(frozen=True)
class Job:
    """What a command works with. Files may be kept in `folder` until it ends."""

    options: argparse.Namespace
    session: duckdb.DuckDBPyConnection
    bucket: Bucket
    folder: Path


@dataclass(frozen=True)
class Command:
    """One command: a sentence on it without a full stop, what it does, and arguments that not all commands have.

    What it does returns the document, or None when it has printed documents itself.
    """

    help: str
    run: Callable[[Job], Mapping[str, object] | None]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda _: None


def _feed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--feed", required=True, choices=FEED_NAMES, help="the feed")


def _failures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--failures-bucket", required=True, type=argument_types.bucket, help="the bucket that the mappings write to"
    )


def _commits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--commits",
        type=argument_types.commits,
        default=COMMITS,
        help="how many of a table's newest commits the latency is taken from (default: %(default)s)",
    )


def _newest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--newest",
        type=argument_types.records,
        default=20,
        help="how many of the newest rejects (default: %(default)s)",
    )


def _ind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ind", required=True, type=argument_types.row_number, help="the post's row number")


def _query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sql", nargs="?", help="one statement that returns rows (default: what is on stdin)")
    parser.add_argument(
        "--rows",
        type=argument_types.rows,
        default=MOST_ROWS,
        help="at most so many rows are printed (default: %(default)s)",
    )


def _run_query(job: Job) -> QueryResult:
    options = job.options
    sql = sys.stdin.buffer.read().decode("utf-8", "replace") if options.sql is None else options.sql
    return run_query(job.session, job.bucket, options.user_id, sql, options.rows)


def _times(parser: argparse.ArgumentParser) -> None:
    _feed(parser)
    for name, text in (("from", "the earliest"), ("to", "the latest")):
        parser.add_argument(
            f"--{name}",
            dest=f"{name}_",
            required=True,
            type=argument_types.moment,
            metavar="TIME",
            help=f"{text} time of upload, for example 2026-01-31T12:00:00Z",
        )


def _replay_raw_files(job: Job) -> RawFilesReplay:
    options = job.options
    if options.from_ > options.to_:
        raise TableEngineError(f"--from {options.from_.isoformat()} is after --to {options.to_.isoformat()}.")
    return replay_raw_files(
        job.session, job.bucket, options.user_id, options.feed, options.from_, options.to_, job.folder
    )


def _replay_records(job: Job) -> RecordsReplay:
    started = time.monotonic()
    appender = StreamAppender(job.session, job.bucket, job.options.user_id, job.options.feed)
    report = replay_stream(appender, records_of_lines(sys.stdin.buffer))
    return records_replay(report, job.options.feed, started)


COMMANDS: Mapping[str, Command] = {
    "batch": Command(
        "clean new raw files into the tables pin, geo and user",
        lambda job: run_batch(job.session, job.bucket, job.options.user_id, job.folder),
    ),
    "answers": Command(
        "answer the eight questions from the tables",
        lambda job: run_answers(job.session, job.bucket),
    ),
    "query": Command(
        "answer one SQL statement over the tables, read only",
        _run_query,
        _query,
    ),
    "tables": Command(
        "list the tables that queries may read, with their columns",
        lambda job: list_tables(job.session, job.bucket, job.options.user_id),
    ),
    "inspect": Command(
        "report what was sent, what is in raw files, tables and quarantine",
        lambda job: run_inspection(job.session, job.bucket, job.options.user_id, job.folder),
    ),
    "inspect-streams": Command(
        "report what the streams acknowledged, what is in their tables, and how fast it got there",
        lambda job: run_stream_inspection(job.session, job.bucket, job.options.user_id, job.options.commits),
        _commits,
    ),
    "reconcile": Command(
        "count missing and duplicate records by the documents of both inspections and Kafka's facts, given on stdin",
        lambda _: reconcile_facts(sys.stdin.buffer.read()),
    ),
    "maintain": Command(
        "compact, checkpoint and vacuum the tables of the streams",
        lambda job: run_maintenance(job.bucket, job.options.user_id),
    ),
    "redrive": Command(
        "append what the mappings of the streams gave up on",
        lambda job: run_redrive(job.session, job.bucket, Bucket(job.options.failures_bucket), job.options.user_id),
        _failures,
    ),
    "replay-records": Command(
        "append records of a stream, given on stdin, that its table and the quarantine lack",
        _replay_records,
        _feed,
    ),
    "replay-raw-files": Command(
        "add what the batch tables lack of the raw files uploaded in a span of time",
        _replay_raw_files,
        _times,
    ),
    "watch": Command(
        "report how records flow, a document for each line on stdin",
        lambda job: run_watch(job.session, job.bucket, job.options.user_id),
    ),
    "rejects": Command(
        "report the rejects by reason, and the newest, with dead-letter records given on stdin, a JSON line each",
        lambda job: run_rejects(job.session, job.bucket, job.options.user_id, job.options.newest, sys.stdin.buffer),
        _newest,
    ),
    "trace": Command(
        "report where a post is: raw lines, rows and rejects",
        lambda job: run_trace(job.session, job.bucket, job.options.user_id, job.options.ind),
        _ind,
    ),
    "report-facts": Command(
        "keep in the bucket what the report shows besides the answers; the reconciliation is given on stdin",
        lambda job: keep_report_facts(
            job.session, job.bucket, job.options.user_id, read_reconciliation(sys.stdin.buffer.read())
        ),
    ),
}
