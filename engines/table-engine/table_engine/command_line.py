"""The engine's command line: arguments in, one JSON document on stdout out."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from deltalake.exceptions import DeltaError
from obstore.exceptions import BaseError

from table_engine import argument_types
from table_engine.commands import COMMANDS, Job
from table_engine.duckdb_session import open_session
from table_engine.errors import TableEngineError, describe
from table_engine.storage import Bucket
from table_engine.temporary_folder import run_in_temporary_folder

_DESCRIPTION = """Cleans the raw files of a sink bucket into Delta tables, answers the eight questions, reports what
arrived on both paths, and replays. S3 is reached by the standard AWS environment: AWS_ENDPOINT_URL, AWS_REGION, and
keys or a role. One JSON document is printed on stdout; progress and errors go to stderr. Exit codes: 0 done, 1 failed,
2 wrong arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        document = run_in_temporary_folder(lambda folder: _run(options, folder))
    except TableEngineError as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except (DeltaError, BaseError, duckdb.Error, OSError) as error:
        print(f"The command {options.command!r} failed: {describe(error)}", file=sys.stderr)
        return 1
    try:
        if document is not None:
            print(json.dumps(document, ensure_ascii=False))
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more; keep the interpreter from complaining about it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _run(options: argparse.Namespace, folder: Path) -> Mapping[str, object] | None:
    session = open_session(folder, options.memory_limit, options.threads)
    return COMMANDS[options.command].run(Job(options, session, Bucket(options.bucket), folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m table_engine", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, known in COMMANDS.items():
        description = known.help[0].upper() + known.help[1:] + "."
        command = commands.add_parser(name, help=known.help, description=description)
        command.add_argument("--bucket", required=True, type=argument_types.bucket, help="the sink bucket's name")
        command.add_argument(
            "--user-id", required=True, type=argument_types.user_id, help="the prefix of topics, streams and tables"
        )
        command.add_argument(
            "--memory-limit",
            default="1GB",
            type=argument_types.memory,
            help="what DuckDB may hold in memory before it uses the disk, for example 500MB (default: %(default)s)",
        )
        command.add_argument(
            "--threads", type=argument_types.threads, help="threads of DuckDB (default: the number of cores)"
        )
        known.add_arguments(command)
    return parser
