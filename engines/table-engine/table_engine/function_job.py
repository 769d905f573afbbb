"""What a function of the daily batch works with: a session as large as the function, the bucket, a folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from table_engine.duckdb_session import open_session
from table_engine.storage import Bucket

# Of a function's memory; the rest is for Python, for delta-rs and for what DuckDB does not count.
_SHARE_OF_DUCKDB = 0.6


@dataclass(frozen=True)
class FunctionJob:
    """Files may be kept in `folder` until the invocation ends; it is on the function's temporary storage."""

    session: duckdb.DuckDBPyConnection
    bucket: Bucket
    user_id: str
    folder: Path


def memory_limit(environment: Mapping[str, str]) -> str:
    """What DuckDB may hold in memory, by the memory that Lambda says the function has (1 GB where nothing is said)."""
    mebibytes = int(environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1707"))
    return f"{int(mebibytes * _SHARE_OF_DUCKDB)}MiB"


@contextmanager
def function_job(variables: Mapping[str, str]) -> Iterator[FunctionJob]:
    """Opens what the function's variables `SINK_BUCKET` and `USER_ID` name; folder and session are gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="daily-batch-") as folder,
        open_session(Path(folder), memory_limit(os.environ)) as session,
    ):
        yield FunctionJob(session, Bucket(variables["SINK_BUCKET"]), variables["USER_ID"], Path(folder))
