"""A Spark session for the table engine's bucket."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, StringType

from table_engine.storage import storage_options

_LOGGING = Path(__file__).with_name("log4j2.properties")

# SQL functions of the Spark extension: class and return type.
_FUNCTIONS = {
    "decode_record": ("io.github.pinterestpipeline.spark.DecodeRecord", ArrayType(StringType())),
    "value_kind": ("io.github.pinterestpipeline.spark.ValueKind", StringType()),
}


@dataclass(frozen=True)
class LocalSpark:
    """A local Spark, which ends with this process.

    `master` in Spark's notation, for example `local[2]`; `memory` of its JVM, for example `1g`; `jars` are files, or
    folders of jars; what does not fit in memory is written below `temporary`; `java_options` are further options of
    the JVM.
    """

    master: str
    memory: str
    jars: Sequence[Path]
    temporary: Path
    java_options: str = ""


def open_spark(local: LocalSpark | None = None) -> SparkSession:
    """Opens the session. Without `local`, master, memory and jars are those of `spark-submit`.

    S3 is configured by the standard AWS environment. Raises TableEngineError for an invalid endpoint.
    """
    settings = {**_TABLES, **_storage()}
    if local is not None:
        settings |= _local(local)
    builder = SparkSession.builder.appName("pinterest-batch")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    for name, (class_name, type_) in _FUNCTIONS.items():
        spark.udf.registerJavaFunction(name, class_name, type_)
    return spark


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
    # Parallelism of listing folders; a vacuum always starts this many tasks (default: 10,000).
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "64",
    "spark.databricks.delta.optimize.minFileSize": str(64 * 1024 * 1024),
    "spark.databricks.delta.optimize.maxFileSize": str(256 * 1024 * 1024),
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


def _local(local: LocalSpark) -> dict[str, str]:
    jars = [jar for place in local.jars for jar in (sorted(place.glob("*.jar")) if place.is_dir() else [place])]
    # The JVM and Spark's Python processes use this interpreter.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return {
        "spark.master": local.master,
        "spark.driver.memory": local.memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING.as_uri()} {local.java_options}",
        "spark.jars": ",".join(str(jar) for jar in jars),
        "spark.local.dir": str(local.temporary),
        "spark.sql.warehouse.dir": str(local.temporary / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # For a few cores; a table's log is a few files.
        "spark.sql.shuffle.partitions": "8",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
    }
