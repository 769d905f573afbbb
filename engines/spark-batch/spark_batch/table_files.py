"""Reads a table's data files in Spark, by name."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame, SparkSession

from table_engine.delta_tables import TABLES, DeltaTables
from table_engine.storage import Bucket

#: Of a table with at most as many files delta-rs reads the log, which takes milliseconds; of a larger one Delta Lake,
#: which distributes it, and takes seconds for the smallest.
MOST_NAMED_FILES = 1000

# Tables for such readers have neither deleted rows in their files nor columns of other names.
# https://github.com/delta-io/delta/blob/master/PROTOCOL.md#reader-version-requirements
_PLAIN_READER = 1


def address(bucket: str, name: str) -> str:
    """A table's address for Spark."""
    return f"s3a://{bucket}/{DeltaTables.folder(name)}"


def read_files(spark: SparkSession, bucket: str, name: str, paths: Iterable[str]) -> DataFrame:
    """Some files of the table `name`, one at least, given their paths in its folder."""
    columns = TABLES[name].items()
    schema = ", ".join(f"`{column}` {'bigint' if type_ == 'long' else type_}" for column, type_ in columns)
    return spark.read.schema(schema).parquet(*(f"{address(bucket, name)}/{path}" for path in paths))


def read_table(spark: SparkSession, bucket: Bucket, name: str) -> DataFrame:
    """A table as it is now. Raises TableEngineError when it does not exist."""
    table = DeltaTables(bucket).open(name)
    paths: list[str] = table.get_add_actions().column("path").to_pylist()
    if 0 < len(paths) <= MOST_NAMED_FILES and table.protocol().min_reader_version == _PLAIN_READER:
        return read_files(spark, bucket.name, name, paths)
    return spark.read.format("delta").load(address(bucket.name, name))
