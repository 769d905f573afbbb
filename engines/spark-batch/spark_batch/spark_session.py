"""A Spark session for the table engine's bucket."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from table_engine.delta_tables import DeltaTables
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket, storage_options

_LOGGING = Path(__file__).with_name("log4j2.properties")

# With the first compiler alone the JVM's code cache would be 48 MiB, which one job can fill, failing tasks: as usual.
_SMALL_JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"

# The second compiler pays off for more.
_SMALL_BYTES = 2 * 1024 * 1024 * 1024

# Raw files become Parquet files of about a sixth of their size.
_RAW_FOR_EACH_BYTE = 6

# Raw bytes for each partition of a shuffle, and of a table's log.
_SHUFFLE_BYTES = 32 * 1024 * 1024
_LOG_BYTES = 16 * 1024 * 1024 * 1024


@dataclass(frozen=True)
class LocalSpark:
    """A local Spark, which ends with this process.

    `master` in Spark's notation, for example `local[2]`; `memory` of its JVM, for example `1g`; `jars` are files, or
    folders of jars; what does not fit in memory is written below `temporary`.
    """

    master: str
    memory: str
    jars: Sequence[Path]
    temporary: Path


def open_spark(local: LocalSpark | None = None, size: int = 0) -> SparkSession:
    """Opens the session. Without `local`, master, memory and jars are those of `spark-submit`.

    `size` is how many bytes of raw files there are to clean and to answer about, roughly: a local JVM is made for them.
    S3 is configured by the standard AWS environment. Raises TableEngineError for an invalid endpoint.
    """
    settings = {**_TABLES, **_storage(), **_for_size(size)}
    if local is not None:
        settings |= _local(local, size)
    builder = SparkSession.builder.appName("pinterest-batch")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def close_spark(spark: SparkSession, local: LocalSpark | None = None) -> None:
    """Ends the session; with `local`, its JVM has ended as well."""
    gateway = spark.sparkContext._gateway
    spark.stop()
    if local is not None:
        assert gateway is not None
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


_TABLES = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.delta.logStore.s3a.impl": "io.github.pinterestpipeline.spark.ConditionalPutLogStore",
    # As delta-rs writes them; years before 1582 in the proleptic Gregorian calendar.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.databricks.delta.optimize.minFileSize": str(64 * 1024 * 1024),
    "spark.databricks.delta.optimize.maxFileSize": str(256 * 1024 * 1024),
}


def raw_bytes_of_tables(bucket: Bucket) -> int:
    """About how many bytes of raw files the feeds' tables were made of."""
    tables = filter(None, (DeltaTables(bucket).find(name) for name in FEED_NAMES))
    sizes = (table.get_add_actions().column("size_bytes").to_pylist() for table in tables)
    return _RAW_FOR_EACH_BYTE * sum(map(sum, sizes))


def _for_size(size: int) -> dict[str, str]:
    """Few partitions for little data, so that there are few tasks and files; many for much."""
    return {
        "spark.sql.shuffle.partitions": str(min(2000, max(4, size // _SHUFFLE_BYTES))),
        # Of the files that a table's log names.
        "spark.databricks.delta.snapshotPartitions": str(min(50, max(1, size // _LOG_BYTES))),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(min(64, max(2, size // _LOG_BYTES))),
    }


def _storage() -> dict[str, str]:
    """S3A's settings. S3A takes credentials from the environment or the role."""
    options = storage_options()
    settings = {}
    if "aws_region" in options:
        settings["spark.hadoop.fs.s3a.endpoint.region"] = options["aws_region"]
    if "aws_endpoint" in options:
        settings |= {
            "spark.hadoop.fs.s3a.endpoint": options["aws_endpoint"],
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": str(options["aws_endpoint"].startswith("https:")).lower(),
        }
    return settings


def _local(local: LocalSpark, size: int) -> dict[str, str]:
    folders = [place for place in local.jars if place.is_dir()]
    options = [f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}"]
    if size < _SMALL_BYTES:
        options.append(_SMALL_JVM)
    # The JVM and Spark's Python processes use this interpreter.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return {
        "spark.master": local.master,
        "spark.driver.memory": local.memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(options),
        # Those of `spark.jars` are copied at each start.
        "spark.driver.extraClassPath": os.pathsep.join(
            str(jar) for folder in folders for jar in sorted(folder.glob("*.jar"))
        ),
        "spark.jars": ",".join(str(place) for place in local.jars if place not in folders),
        "spark.local.dir": str(local.temporary),
        "spark.sql.warehouse.dir": str(local.temporary / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
