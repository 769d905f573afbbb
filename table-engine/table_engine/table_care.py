"""Keeps tables that are appended to all the time small and quick to open: compaction, checkpoint, vacuum, log clean-up.

None of it breaks a writer or reader in progress: compaction is a commit like any other and gives way to appends, and
what it made superfluous is deleted only after its retention.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from table_engine.delta_tables import WRITER, DeltaTables
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket, ObjectChangedError
from table_engine.stream_tables import CONFIGURATION, RETENTION_HOURS, stream_table_name
from table_engine.table_log import count_log_entries, log_folder

#: About how large compacted files are.
TARGET_BYTES = 64 * 1024 * 1024

#: Fewer files below the target are left as they are: compacting writes all of them anew.
FEWEST_SMALL_FILES = 8

#: What a writer that appends all the time makes itself of small files, between two cares: files of about this size…
WRITER_TARGET_BYTES = 1024 * 1024

#: …whenever it finds as many below it. An append takes the longer the more files the table has: delta-rs lists all of
#: them anew with each commit.
WRITER_SMALL_FILES = 64

# A property of the table: which care was the last to begin a compaction.
_CLAIM = "care.claim"

# Some reads and writes of a function with little memory.
_TASKS = 1


@dataclass
class CareReport:
    """One table after its care, and what was done.

    `files` are the data files of the newest state, `log_entries` the commits that the log holds one by one,
    `checkpoint` the version of the newest checkpoint. `compacted_files` small files are gone into larger ones,
    `removed_files` that no state needs were deleted. `is_overtaken` says that another writer came in between; the next
    care makes up for it.
    """

    version: int = 0
    files: int = 0
    log_entries: int = 0
    compacted_files: int = 0
    removed_files: int = 0
    removed_log_entries: int = 0
    checkpoint: int | None = None
    is_overtaken: bool = False


def run_care(bucket: Bucket, user_id: str) -> dict[str, Any]:
    """Cares for the tables of the streams and the quarantine; the document that the command prints.

    A table that is not there yet is null in it. Raises DeltaError or OSError when the S3 server cannot be reached; it
    can be run again at any time, also while it runs.
    """
    started = time.monotonic()
    names = [*(stream_table_name(user_id, feed) for feed in FEED_NAMES), "quarantine"]
    tables = {name: care_for(bucket, name) for name in names}
    return {
        "tables": {name: None if report is None else asdict(report) for name, report in tables.items()},
        "seconds": round(time.monotonic() - started, 3),
    }


def care_for(
    bucket: Bucket, name: str, target_bytes: int = TARGET_BYTES, retention_hours: int = RETENTION_HOURS
) -> CareReport | None:
    """Cares for one table under `tables/`; None when it is not there."""
    tables = DeltaTables(bucket)
    try:
        table = DeltaTable(tables.uri(name), storage_options=tables.options)
    except TableNotFoundError:
        return None
    report = CareReport()
    log_entries = count_log_entries(bucket, name)
    try:
        _configure(table, CONFIGURATION)
        report.compacted_files = _compact(table, target_bytes, FEWEST_SMALL_FILES)
        report.removed_files = _vacuum(table, retention_hours)
    except CommitFailedError:
        report.is_overtaken = True
    table.update_incremental()
    report.version = table.version()
    report.files = table.get_add_actions().num_rows
    report.checkpoint = _checkpoint(bucket, name, table)
    # Deletes what is older than its retention and before the newest checkpoint.
    table.cleanup_metadata()
    report.log_entries = count_log_entries(bucket, name)
    report.removed_log_entries = max(0, log_entries - report.log_entries)
    return report


def _configure(table: DeltaTable, properties: Mapping[str, str]) -> None:
    """Gives the table properties that it does not have, or not with these values."""
    found = table.metadata().configuration
    if any(found.get(name) != value for name, value in properties.items()):
        table.alter.set_table_properties(dict(properties))


def compact_for_writer(table: DeltaTable) -> bool:
    """Makes fewer files of a writer's small ones, if they are many; whether it did.

    Takes some 100 ms. Nothing is deleted. Raises DeltaError or OSError when the S3 server cannot be reached; another
    compaction that came in between is no error, and the next try makes up for it.
    """
    try:
        return _compact(table, WRITER_TARGET_BYTES, WRITER_SMALL_FILES) > 0
    except CommitFailedError:
        return False


def _compact(table: DeltaTable, target_bytes: int, fewest: int) -> int:
    """Makes large files of small ones, if there are at least `fewest`; returns how many small ones are gone."""
    sizes: list[int] = table.get_add_actions().column("size_bytes").to_pylist()
    if sum(size < target_bytes for size in sizes) < fewest:
        return 0
    _claim(table)
    metrics = table.optimize.compact(target_size=target_bytes, max_concurrent_tasks=_TASKS, writer_properties=WRITER)
    return int(metrics["numFilesRemoved"])


def _claim(table: DeltaTable) -> None:
    """Sees to it that no other care compacts the table from this state on. Raises CommitFailedError when one does.

    delta-rs lets two compactions of the same files both commit, whatever their transactions and retries, and each row
    is there twice. What it does not let pass is a change of the table's properties that came in between: who claims
    last may compact, and all before him fail. Appends in between are let pass.
    """
    claim = uuid.uuid4().hex
    table.alter.set_table_properties({_CLAIM: claim}, raise_if_not_exists=False)
    if table.metadata().configuration.get(_CLAIM) != claim:
        raise CommitFailedError("another care has claimed the table")


def _vacuum(table: DeltaTable, retention_hours: int) -> int:
    """Deletes files that no state within the retention has, also those that a killed writer left; returns how many."""

    def vacuum(*, dry_run: bool) -> list[str]:
        return table.vacuum(retention_hours, dry_run=dry_run, enforce_retention_duration=False, full=True)

    # A vacuum makes two commits, whether there is something to delete or not.
    return len(vacuum(dry_run=False)) if vacuum(dry_run=True) else 0


def _checkpoint(bucket: Bucket, name: str, table: DeltaTable) -> int:
    """Makes a checkpoint of the table's state, unless it has one; returns its version."""
    try:
        newest = json.loads(b"".join(bucket.read(f"{log_folder(name)}/_last_checkpoint")))["version"]
    except ObjectChangedError:
        newest = -1
    if newest < table.version():
        table.create_checkpoint()
    return max(int(newest), table.version())
