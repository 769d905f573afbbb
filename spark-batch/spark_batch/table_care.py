"""Keeps the batch tables few in files: compaction and vacuum by Spark.

Only the tables pin, geo and user. The quarantine is compacted by the table engine's care: delta-rs lets its compaction
pass when another writer has compacted the same files in the meantime, and each row is there twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pyspark.sql import SparkSession

from spark_batch.commits import SPARK_ERRORS, is_overtaken
from table_engine.delta_tables import DeltaTables
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket
from table_engine.table_care import FEWEST_SMALL_FILES, TARGET_BYTES

#: How long removed files are kept, in hours; Delta Lake's own default. A reader or writer may be as old as this.
RETENTION_HOURS = 168


@dataclass
class CareReport:
    """One table after its care: its data files, and how many small ones are gone into larger ones.

    `is_overtaken` says that another writer came in between; the next care makes up for it.
    """

    files: int = 0
    compacted_files: int = 0
    is_overtaken: bool = False


def run_care(spark: SparkSession, bucket: Bucket, fewest: int = FEWEST_SMALL_FILES) -> dict[str, dict[str, Any]]:
    """Cares for the three tables and returns a report for each.

    A table with `fewest` files or more below the target size is compacted. It can be run again at any time.
    """
    return {name: asdict(_care_for(spark, bucket, name, fewest)) for name in FEED_NAMES}


def _care_for(spark: SparkSession, bucket: Bucket, name: str, fewest: int) -> CareReport:
    report = CareReport()
    table = DeltaTables(bucket).open(name)
    sizes: list[int] = table.get_add_actions().column("size_bytes").to_pylist()
    address = f"delta.`s3a://{bucket.name}/tables/{name}`"
    if sum(size < TARGET_BYTES for size in sizes) >= fewest:
        try:
            compacted = spark.sql(f"OPTIMIZE {address}").first()
            assert compacted is not None
            report.compacted_files = compacted["metrics"]["numFilesRemoved"]
        except SPARK_ERRORS as error:
            if not is_overtaken(error):
                raise
            report.is_overtaken = True
    spark.sql(f"VACUUM {address} RETAIN {RETENTION_HOURS} HOURS").collect()
    table.update_incremental()
    report.files = table.get_add_actions().num_rows
    return report
