"""Keeps tables that are appended to all the time small and quick to open: compaction, checkpoint, vacuum, log clean-up.

None of it breaks a writer or reader in progress: compaction is a commit like any other and gives way to appends, and
what it made superfluous is deleted only after its retention.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from table_engine.delta_tables import WRITER, DeltaTables
from table_engine.documents import MaintainedTable, Maintenance
from table_engine.feeds import FEED_NAMES, stream_table_name
from table_engine.storage import Bucket, ObjectChangedError
from table_engine.stream_tables import CONFIGURATION, RETENTION_HOURS
from table_engine.table_log import count_log_entries, log_folder

#: About how large compacted files are.
TARGET_BYTES = 64 * 1024 * 1024

#: Fewer files below the target are left as they are: compacting rewrites all of them.
FEWEST_SMALL_FILES = 8

#: What a writer that appends all the time makes itself of small files, between two maintenances: files of about this
#: size…
WRITER_TARGET_BYTES = 1024 * 1024

#: …whenever it finds as many below it. An append takes the longer the more files the table has: delta-rs lists all of
#: them again with each commit.
WRITER_SMALL_FILES = 64

#: How many hours removed files of the batch tables are kept, by whichever engine maintains them; Delta Lake's own
#: default. A query or a job on Spark in progress may be as old as this.
BATCH_RETENTION_HOURS = 168

#: How many hours Spark may hold a table. A job on AWS ends after three (lib/batch/spark-job.ts); what a killed one
#: held is free again after this.
HOLD_HOURS = 6

# A property of the table: which maintenance was the last to begin a compaction, and, after a space, until when it holds
# the table, in seconds since 1970; without a time it does not.
_CLAIM = "care.claim"

_RELEASE_ATTEMPTS = 5

# Some reads and writes of a function with little memory.
_TASKS = 1


def run_maintenance(bucket: Bucket, user_id: str) -> Maintenance:
    """Maintains the tables of the streams and the quarantine; the document that the command prints.

    A table that is not there yet is null in it. Raises DeltaError or OSError when the S3 server cannot be reached; it
    can be run again at any time, also while it runs.
    """
    started = time.monotonic()
    names = [*(stream_table_name(user_id, feed) for feed in FEED_NAMES), "quarantine"]
    tables = {name: maintain_table(bucket, name) for name in names}
    return {
        "tables": tables,
        "seconds": round(time.monotonic() - started, 3),
    }


def maintain_table(
    bucket: Bucket,
    name: str,
    target_bytes: int = TARGET_BYTES,
    retention_hours: int = RETENTION_HOURS,
    *,
    compacts: bool = True,
) -> MaintainedTable | None:
    """Maintains one table under `tables/`; None when it is not there.

    `retention_hours` is how long removed files are kept. `compacts` is False where another engine compacts the table.
    """
    table = DeltaTables(bucket).find(name)
    if table is None:
        return None
    log_entries = count_log_entries(bucket, name)
    compacted = removed = 0
    is_overtaken = False
    try:
        configure(table, {**CONFIGURATION, **retention(retention_hours)})
        if compacts:
            compacted = _compact(table, target_bytes, FEWEST_SMALL_FILES)
        removed = vacuum(table, retention_hours)
    except CommitFailedError:
        is_overtaken = True
    table.update_incremental()
    checkpoint = _checkpoint(bucket, name, table)
    # Deletes what is older than its retention and before the newest checkpoint.
    table.cleanup_metadata()
    log_entries_left = count_log_entries(bucket, name)
    return {
        "version": table.version(),
        "files": table.get_add_actions().num_rows,
        "log_entries": log_entries_left,
        "compacted_files": compacted,
        "removed_files": removed,
        "removed_log_entries": max(0, log_entries - log_entries_left),
        "checkpoint": checkpoint,
        "is_overtaken": is_overtaken,
    }


def retention(hours: int) -> Mapping[str, str]:
    """The properties of a table that keeps removed files for so long.

    Spark's vacuum goes by nothing else. A checkpoint forgets what was removed earlier, and a vacuum then takes it for a
    killed writer's, which it deletes by its own age.
    """
    return {"delta.deletedFileRetentionDuration": f"interval {hours} hours"}


def configure(table: DeltaTable, properties: Mapping[str, str]) -> None:
    """Gives the table properties that it does not have, or not with these values.

    Raises CommitFailedError when another writer changes its properties at the same time.
    """
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


def _claim(table: DeltaTable, hold_hours: int = 0) -> str:
    """Sees to it that no other maintenance compacts the table from this state on; returns the claim.

    Raises CommitFailedError when another one does, or when Spark holds the table.

    delta-rs lets its compaction pass when another one, also Spark's, has compacted the same files in the meantime,
    whatever its transactions and retries, and each row is duplicate. What it does not let pass is a change of the
    table's properties that came in between: who claims last may compact, and all before him fail. Appends in between
    are let pass. Nor does it let one claim pass over another, so that none is overlooked.
    """
    _, _, until = table.metadata().configuration.get(_CLAIM, "").partition(" ")
    if until and time.time() < int(until):
        raise CommitFailedError(f"Spark holds the table for {int(until) - time.time():.0f} seconds at most")
    claim = uuid.uuid4().hex
    if hold_hours:
        claim += f" {int(time.time()) + hold_hours * 3600}"
    table.alter.set_table_properties({_CLAIM: claim}, raise_if_not_exists=False)
    if table.metadata().configuration.get(_CLAIM) != claim:
        raise CommitFailedError("another maintenance has claimed the table")
    return claim


@contextmanager
def held(table: DeltaTable) -> Iterator[None]:
    """Holds a table while Spark compacts it: maintenance by delta-rs that began before fails, and none begins.

    A claim alone is not enough for Spark, whose compaction gives way to no change of properties as long as its files
    are there. A killed holder's table is free after HOLD_HOURS. Raises CommitFailedError when another one holds or
    claims it.
    """
    claim = _claim(table, HOLD_HOURS)
    try:
        yield
    finally:
        _release(table, claim)


def _release(table: DeltaTable, claim: str) -> None:
    for _ in range(_RELEASE_ATTEMPTS):
        table.update_incremental()
        if table.metadata().configuration.get(_CLAIM) != claim:
            return
        # Another writer's change of properties in between; a claim that stays lapses.
        with suppress(CommitFailedError):
            table.alter.set_table_properties({_CLAIM: claim.partition(" ")[0]}, raise_if_not_exists=False)


def vacuum(table: DeltaTable, retention_hours: int) -> int:
    """Deletes files that no state within the retention has, also those that a killed writer left; returns how many."""

    def unused(*, dry_run: bool) -> list[str]:
        return table.vacuum(retention_hours, dry_run=dry_run, enforce_retention_duration=False, full=True)

    # A vacuum makes two commits, whether there is something to delete or not.
    return len(unused(dry_run=False)) if unused(dry_run=True) else 0


def _checkpoint(bucket: Bucket, name: str, table: DeltaTable) -> int:
    """Makes a checkpoint of the table's state, unless it has one; returns its version."""
    try:
        newest = json.loads(bucket.content(f"{log_folder(name)}/_last_checkpoint"))["version"]
    except ObjectChangedError:
        newest = -1
    if newest < table.version():
        table.create_checkpoint()
    return max(int(newest), table.version())
