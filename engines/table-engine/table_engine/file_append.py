"""Appends to a Delta table what DuckDB writes: data files made within its memory limit by all its threads.

delta-rs, given the same rows as a stream, gets a million at a time and holds some of these batches at once, 2 GiB of
`pin`, beyond any limit, and writes by one thread. The commit is delta-rs's in both cases.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from table_engine.delta_tables import HOOK, ROW_GROUP_ROWS, TABLES, DeltaTables
from table_engine.storage import Bucket

# About how large a file becomes; delta-rs's own default.
_FILE_BYTES = 100 * 1024 * 1024


def append_files(
    session: duckdb.DuckDBPyConnection,
    bucket: Bucket,
    name: str,
    table: DeltaTable,
    rows: str,
    properties: CommitProperties,
    folder: Path,
) -> None:
    """Appends the rows of a SELECT, which has the columns of the table `name`, in one commit.

    Raises CommitFailedError as delta-rs does; what was uploaded is then named by no commit.
    """
    append_written(table, write_files(session, bucket, name, rows, folder), properties)


def write_files(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, name: str, rows: str, folder: Path, part: int = 0
) -> list[AddAction]:
    """Writes the rows of a SELECT as data files into the folder of the table `name`; no reader sees them yet.

    The files are made in `folder` first, some 120 bytes a post, and removed. Their names begin with `part-<part>-`.
    What no commit names is left to a vacuum.
    """
    output = folder / "parquet"
    written = session.execute(
        f"""COPY ({rows}) TO '{str(output).replace("'", "''")}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
        ROW_GROUP_SIZE {ROW_GROUP_ROWS}, FILE_SIZE_BYTES {_FILE_BYTES}, RETURN_STATS)"""
    ).fetchall()
    actions: list[AddAction] = []
    for file_name, count, size, _footer, found, *_ in written:
        path = f"part-{part:05}-{uuid.uuid4()}.zstd.parquet"
        bucket.upload(f"{DeltaTables.folder(name)}/{path}", Path(file_name))
        Path(file_name).unlink()
        stats = json.dumps(_statistics(TABLES[name], count, found), ensure_ascii=False)
        actions.append(AddAction(path, size, {}, time.time_ns() // 1_000_000, True, stats))
    output.rmdir()
    return actions


def append_written(table: DeltaTable, files: Sequence[AddAction], properties: CommitProperties) -> None:
    """Appends what `write_files` wrote for the table, in one commit. Raises CommitFailedError as delta-rs does."""
    actions: list[AddAction | RemoveAction] = [*files]
    table.create_write_transaction(
        actions,
        "append",
        table.schema(),
        commit_properties=properties,
        post_commithook_properties=HOOK,
    )


def _statistics(columns: Mapping[str, str], count: int, found: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """A file's statistics in Delta Lake's form, by which readers leave files out: of texts only how many are null.

    https://github.com/delta-io/delta/blob/master/PROTOCOL.md#per-file-statistics
    """
    least: dict[str, object] = {}
    most: dict[str, object] = {}
    nulls: dict[str, int] = {}
    for column, type_ in columns.items():
        known = found.get(f'"{column}"', {})
        if "null_count" in known:
            nulls[column] = int(known["null_count"])
        if type_ in ("int", "long", "timestamp") and "min" in known and "max" in known:
            read = _timestamp if type_ == "timestamp" else int
            least[column], most[column] = read(known["min"]), read(known["max"])
    return {"numRecords": count, "minValues": least, "maxValues": most, "nullCount": nulls}


def _timestamp(text: str) -> str:
    """DuckDB's text of a time with the zone UTC, which every session has, as ISO 8601."""
    if not text.endswith("+00"):
        raise ValueError(f"DuckDB gives the time {text!r}: expected one in UTC, such as '2018-03-28 08:15:15+00'")
    return text.removesuffix("+00").replace(" ", "T") + "Z"
