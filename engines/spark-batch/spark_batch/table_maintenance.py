"""Maintains the batch tables with Spark: compaction and vacuum.

Only the tables pin, geo and user; the table engine's maintenance compacts the quarantine, which its functions write to.
A table is held while it is compacted (table_engine/table_maintenance.py): delta-rs would let its own compaction of
these files pass as well, which would duplicate each row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from deltalake.exceptions import CommitFailedError
from pyspark.sql import SparkSession

from spark_batch.commits import SPARK_ERRORS, is_overtaken
from spark_batch.table_files import address
from table_engine.delta_tables import DeltaTables
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket
from table_engine.table_maintenance import (
    BATCH_RETENTION_HOURS,
    FEWEST_SMALL_FILES,
    TARGET_BYTES,
    configure,
    held,
    retention,
    vacuum,
)


@dataclass
class SparkMaintenance:
    """One table after its maintenance: its data files, and how many small ones are gone into larger ones.

    `is_overtaken` means that another writer committed first or holds the lock; the next run makes up for it.
    """

    files: int = 0
    compacted_files: int = 0
    is_overtaken: bool = False


def run_maintenance(
    open_spark: Callable[[], SparkSession], bucket: Bucket, fewest: int = FEWEST_SMALL_FILES
) -> dict[str, dict[str, Any]]:
    """Maintains the three tables and returns a report for each.

    A table with `fewest` or more files below the target size is compacted, and only then is Spark used. Idempotent.
    """
    return {name: asdict(_maintain(open_spark, bucket, name, fewest)) for name in FEED_NAMES}


def _maintain(open_spark: Callable[[], SparkSession], bucket: Bucket, name: str, fewest: int) -> SparkMaintenance:
    report = SparkMaintenance()
    table = DeltaTables(bucket).open(name)
    sizes: list[int] = table.get_add_actions().column("size_bytes").to_pylist()
    try:
        configure(table, retention(BATCH_RETENTION_HOURS))
        if sum(size < TARGET_BYTES for size in sizes) >= fewest:
            with held(table):
                compacted = open_spark().sql(f"OPTIMIZE delta.`{address(bucket.name, name)}`").first()
            assert compacted is not None
            report.compacted_files = compacted["metrics"]["numFilesRemoved"]
        table.update_incremental()
        vacuum(table, BATCH_RETENTION_HOURS)
    except CommitFailedError:
        report.is_overtaken = True
    except SPARK_ERRORS as error:
        if not is_overtaken(error):
            raise
        report.is_overtaken = True
    table.update_incremental()
    report.files = table.get_add_actions().num_rows
    return report
