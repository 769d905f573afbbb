"""The Spark job's command line: prints one JSON document on stdout, like the table engine's."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import duckdb
from deltalake.exceptions import DeltaError
from obstore.exceptions import BaseError
from pyspark.sql import SparkSession

from spark_batch.answers import run_answers
from spark_batch.batch import OpenSpark, run_batch
from spark_batch.commits import SPARK_ERRORS
from spark_batch.spark_session import LocalSpark, close_spark, open_spark, raw_bytes_of_tables
from spark_batch.table_maintenance import run_maintenance
from table_engine import argument_types
from table_engine.duckdb_session import open_session
from table_engine.errors import TableEngineError, describe
from table_engine.storage import Bucket
from table_engine.temporary_folder import run_in_temporary_folder

_DESCRIPTION = """The batch of the table engine on Spark, with the same SQL, tables and results. Master, memory and jars
are those of spark-submit; --master starts a local Spark instead. S3 is configured by the standard AWS
environment. One JSON document is printed on stdout; progress and errors go to stderr. Exit codes: 0 done, 1 failed,
2 wrong arguments."""

_HELP = {
    "batch": "clean new raw files into the tables pin, geo and user, answer the questions, compact and vacuum",
    "answers": "answer the eight questions from the tables",
}

# The driver's own DuckDB, which only plans batches.
_PLAN_MEMORY = "500MB"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.master and not options.jars:
        parser.error("--master needs --jars: Delta Lake's, S3A's and the extension's, files or folders")
    try:
        with _stdout_kept() as stdout:
            document = run_in_temporary_folder(lambda folder: _run(options, folder))
            print(json.dumps(document, ensure_ascii=False), file=stdout, flush=True)
    except TableEngineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except (*SPARK_ERRORS, DeltaError, BaseError, duckdb.Error, OSError) as error:
        print(f"The command {options.command!r} failed: {describe(error)}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def _stdout_kept() -> Iterator[TextIO]:
    """Yields the program's stdout and redirects everything else, including the JVM's, to stderr.

    Delta Lake's vacuum prints what it deleted to the JVM's stdout.
    """
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as stdout:
        os.dup2(2, 1)
        try:
            yield stdout
        finally:
            os.dup2(stdout.fileno(), 1)


def _run(options: argparse.Namespace, folder: Path) -> Mapping[str, object]:
    bucket = Bucket(options.bucket)
    local = None
    if options.master:
        memory = f"{_mebibytes(options.memory_limit)}m"
        local = LocalSpark(options.master, memory, options.jars, folder)
    opened: list[SparkSession] = []

    def spark(raw_bytes: int = 0) -> SparkSession:
        if not opened:
            opened.append(open_spark(local, raw_bytes + raw_bytes_of_tables(bucket)))
        return opened[0]

    try:
        if options.command == "answers":
            return run_answers(spark(), bucket)
        return _run_everything(spark, bucket, options.user_id, folder)
    finally:
        for one in opened:
            close_spark(one, local)


def _run_everything(spark: OpenSpark, bucket: Bucket, user_id: str, folder: Path) -> dict[str, Any]:
    """The batch, the answers and table maintenance; each is idempotent, whatever happened to the others."""
    started = time.monotonic()
    report = run_batch(spark, open_session(folder, _PLAN_MEMORY, 2), bucket, user_id)
    answers = run_answers(spark(0), bucket)
    tables = run_maintenance(lambda: spark(0), bucket)
    return {**report, **answers, "tables": tables, "seconds": round(time.monotonic() - started, 3)}


def _mebibytes(amount: str) -> int:
    """An amount of memory from the arguments, in the only unit that a JVM accepts too."""
    number, unit = amount.rstrip("MGiB"), amount.lstrip("0123456789. ")
    bytes_ = float(number) * {"MB": 1e6, "GB": 1e9, "MiB": 2**20, "GiB": 2**30}[unit]
    return int(bytes_ / 2**20)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in _HELP.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--bucket", required=True, type=argument_types.bucket, help="the sink bucket's name")
        command.add_argument("--user-id", required=True, type=argument_types.user_id, help="the prefix of topics")
        here = command.add_argument_group("a Spark on this machine")
        here.add_argument("--master", help="for example 'local[2]': two threads")
        here.add_argument(
            "--memory-limit",
            default="1.5GB",
            type=argument_types.memory,
            help="memory of its JVM (default: %(default)s)",
        )
        here.add_argument("--jars", nargs="+", type=Path, help="what its distribution lacks: jars, or folders of jars")
    return parser
