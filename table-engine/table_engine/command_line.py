"""The engine's commands: arguments in, one JSON document on stdout out."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from deltalake.exceptions import DeltaError
from obstore.exceptions import BaseError

from table_engine.answers import run_answers
from table_engine.batch import run_batch
from table_engine.duckdb_session import open_session
from table_engine.errors import TableEngineError
from table_engine.feeds import check_user_id
from table_engine.inspection import run_inspection
from table_engine.storage import Bucket
from table_engine.stream_inspection import run_stream_inspection
from table_engine.stream_latency import COMMITS
from table_engine.temporary_folder import run_in_temporary_folder

_DESCRIPTION = """Cleans the raw files of a sink bucket into Delta tables, answers the eight questions, and reports what
arrived. S3 is reached by the standard AWS environment: AWS_ENDPOINT_URL, AWS_REGION, and keys or a role. One JSON
document is printed on stdout; progress and errors go to stderr. Exit codes: 0 done, 1 failed, 2 wrong arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        document = run_in_temporary_folder(lambda folder: _run(options, folder))
    except TableEngineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except (DeltaError, BaseError, duckdb.Error, OSError) as error:
        print(f"The command {options.command!r} failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    try:
        print(json.dumps(document, ensure_ascii=False))
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more; keep the interpreter from complaining about it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    bucket = Bucket(options.bucket)
    session = open_session(folder, options.memory_limit, options.threads)
    if options.command == "batch":
        return run_batch(session, bucket, options.user_id, folder)
    if options.command == "answers":
        return run_answers(session, bucket)
    if options.command == "inspect-streams":
        return run_stream_inspection(session, bucket, options.user_id, options.commits)
    return run_inspection(session, bucket, options.user_id, folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m table_engine", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in (
        ("batch", "clean new raw files into the tables pin, geo and user"),
        ("answers", "answer the eight questions from the tables"),
        ("inspect", "report what was sent, what is in raw files, tables and quarantine"),
        ("inspect-streams", "report what the streams acknowledged, what is in their tables, and how fast it got there"),
    ):
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--bucket", required=True, type=_bucket, help="the sink bucket's name")
        command.add_argument("--user-id", required=True, type=_user_id, help="the prefix of the topics")
        command.add_argument(
            "--memory-limit",
            default="1GB",
            type=_memory,
            help="what DuckDB may hold in memory before it uses the disk, for example 500MB (default: %(default)s)",
        )
        command.add_argument("--threads", type=_threads, help="threads of DuckDB (default: the number of cores)")
        if name == "inspect-streams":
            command.add_argument(
                "--commits",
                type=_count,
                default=COMMITS,
                help="how many of a table's newest commits the latency is taken from (default: %(default)s)",
            )
    return parser


def _bucket(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no bucket name; expected 3 to 63 of a-z, 0-9, '.' and '-'")
    return text


def _user_id(text: str) -> str:
    try:
        return check_user_id(text)
    except TableEngineError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _memory(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?\s*(MB|GB|MiB|GiB)", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of memory; expected for example 500MB or 2GB")
    return text


def _threads(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of threads; expected 1 to 999")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of commits; expected 1 to 9999")
    return int(text)
