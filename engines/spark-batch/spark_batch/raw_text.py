"""Reads raw files as lines in Spark, by the rules of `table_engine.raw_lines`."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from table_engine.feeds import Feed
from table_engine.raw_files import RawFile
from table_engine.raw_lines import LONGEST_LINE, line_problem, readable
from table_engine.sql_text import cleaning_sql, spark_statements

# Columns that the cleaning passes through. `sequence` is the file's place in the batch, `block` the start of the file's
# split, `id` ascends in a split; `broken` are the bytes of a line that is not text.
POSITION = "sequence INT, block BIGINT, id BIGINT, broken BINARY"


def read_files(spark: SparkSession, bucket: str, files: Sequence[RawFile]) -> DataFrame:
    """Every line of the files, including blank ones: `sequence`, `block`, `id` and `value`, which may not be UTF-8."""
    if not files:
        return spark.createDataFrame([], "sequence INT, block BIGINT, id BIGINT, value STRING")
    address = f"s3a://{bucket}/"
    places = spark.createDataFrame(
        [(address + file.key, n) for n, file in enumerate(files)], "path STRING, sequence INT"
    )
    lines = (
        spark.read.option("lineSep", "\n")
        .text([address + file.key for file in files])
        .select(
            "value",
            F.col("_metadata.file_path").alias("path"),
            F.col("_metadata.file_block_start").alias("block"),
            F.monotonically_increasing_id().alias("id"),
        )
    )
    return lines.join(F.broadcast(places), "path").select("sequence", "block", "id", "value")


def clean_lines(spark: SparkSession, feed: Feed, lines: DataFrame) -> DataFrame:
    """Cleans lines from `read_files`; one row each: POSITION, `reason`, `raw_text`, the table's columns.

    `reason` and `raw_text` are null for a clean row and, like all columns, for a blank line and a `broken` one.
    """
    _as_text(lines).createOrReplaceTempView("lines")
    for statement in spark_statements(feed):
        spark.sql(statement)
    return spark.sql(cleaning_sql(feed)).select(
        "position.*",
        "reason",
        F.when(F.col("reason").isNotNull(), F.col("line")).alias("raw_text"),
        *feed.column_names,
    )


def _as_text(lines: DataFrame) -> DataFrame:
    """The relation (position, line) that the cleaning reads; `line` is null for blank and broken lines."""
    ended = lines.withColumn("text", _without_carriage_return(F.col("value")))
    is_broken = (
        ~F.is_valid_utf8("text")
        | F.contains("text", F.lit("\x00"))
        | F.contains("text", F.lit("\x01"))
        | (F.octet_length("text") > LONGEST_LINE)
    )
    checked = ended.withColumn("is_broken", is_broken)
    # Between values a carriage return is white space like a tab; neither is valid in a string.
    line = F.replace("text", F.lit("\r"), F.lit("\t"))
    is_record = ~F.col("is_broken") & (F.expr("trim(BOTH ' \t\r' FROM text)") != "")
    broken = F.when(F.col("is_broken"), F.col("text").cast("binary"))
    position = F.struct("sequence", "block", "id", broken.alias("broken"))
    return checked.select(position.alias("position"), F.when(is_record, line).alias("line"))


def _without_carriage_return(value: Column) -> Column:
    # By bytes: characters of invalid UTF-8 cannot be counted.
    shorter = F.substring(value.cast("binary"), F.lit(1), F.octet_length(value) - 1).cast("string")
    return F.when(F.endswith(value, F.lit("\r")), shorter).otherwise(value)


def describe_broken(line: Column) -> Column:
    """`raw_text` and `reason` for the bytes of a broken line, as in the table engine."""

    def describe(data: bytearray) -> tuple[str, str | None]:
        return readable(bytes(data)), line_problem(bytes(data))

    return F.udf(describe, "raw_text STRING, reason STRING", useArrow=False)(line)
