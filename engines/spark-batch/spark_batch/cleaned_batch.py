"""One feed's part of one batch, read and cleaned by Spark; the counterpart of `table_engine.cleaned_batch`."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from spark_batch.raw_text import clean_lines, describe_broken, read_files
from table_engine.cleaned_batch import Counts
from table_engine.feeds import Feed
from table_engine.raw_files import RawFile


class CleanedBatch:
    """The cleaned lines of files in source order; a context manager that caches them in memory or on disk."""

    def __init__(self, spark: SparkSession, bucket: str, feed: Feed, files: Sequence[RawFile]) -> None:
        """Reads nothing yet."""
        #: The lowest and the highest row number of the clean rows, once `counts` has been called; None without rows.
        self.bounds: tuple[int, int] | None = None
        self._spark = spark
        self._feed = feed
        self._files = files
        self._left_out: DataFrame | None = None
        self._lines = clean_lines(spark, feed, read_files(spark, bucket, files))

    def __enter__(self) -> CleanedBatch:
        """Starts caching."""
        self._lines.persist()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Releases the cache."""
        self._lines.unpersist()

    def counts(self) -> Counts:
        """The counts; the first call reads the files."""
        counted = self._lines.agg(
            F.count(F.when(F.col("reason").isNull(), F.col("ind"))).alias("rows"),
            F.count("reason").alias("refused"),
            F.count("broken").alias("broken"),
            F.min(F.when(F.col("reason").isNull(), F.col("ind"))).alias("lowest"),
            F.max(F.when(F.col("reason").isNull(), F.col("ind"))).alias("highest"),
        ).first()
        assert counted is not None
        if counted["rows"]:
            self.bounds = counted["lowest"], counted["highest"]
        rejects = counted["refused"] + counted["broken"]
        return Counts(counted["rows"] + rejects, counted["rows"], rejects)

    def newest(self) -> DataFrame:
        """The cleaned table's columns, each post once: the last of its rows in source order."""
        newest_first = Window.partitionBy("ind").orderBy(F.desc("sequence"), F.desc("block"), F.desc("id"))
        lines = self._lines.where("reason IS NULL AND ind IS NOT NULL")
        if self._left_out is not None:
            lines = lines.join(F.broadcast(self._left_out), ["sequence", "block", "id"], "left_anti")
        return (
            lines.withColumn("place", F.row_number().over(newest_first))
            .where("place = 1")
            .select(*self._feed.column_names)
        )

    def leave_out(self, positions: DataFrame) -> int:
        """Excludes the lines at the positions of a relation from `newest`, but only those of files read for the first
        time.

        Returns how many clean rows were excluded.
        """
        rows = self._lines.where("reason IS NULL AND ind IS NOT NULL").select("sequence", "block", "id")
        found = self._at_positions(rows).where("NOT again").join(positions, "position", "left_semi")
        left_out = found.select("sequence", "block", "id").collect()
        if left_out:
            self._left_out = self._spark.createDataFrame(left_out, "sequence INT, block BIGINT, id BIGINT")
        return len(left_out)

    def rejects(self) -> DataFrame:
        """The rejects: `position` as `<object key>:<line>`, `raw_text` and `reason`."""
        refused = self._lines.where("reason IS NOT NULL").select("sequence", "block", "id", "raw_text", "reason")
        broken = (
            self._lines.where("broken IS NOT NULL")
            .withColumn("described", describe_broken(F.col("broken")))
            .select("sequence", "block", "id", "described.raw_text", "described.reason")
        )
        return self._at_positions(refused.unionByName(broken)).select("position", "raw_text", "reason")

    def _at_positions(self, lines: DataFrame) -> DataFrame:
        """Lines with `position`, as `<object key>:<line>`, and `again`, whether their file is read again."""
        keys = self._spark.createDataFrame(
            [(n, file.key, file.again) for n, file in enumerate(self._files)],
            "sequence INT, key STRING, again BOOLEAN",
        )
        line = F.col("id") - F.col("first_id") + F.col("first_line")
        return (
            lines.join(F.broadcast(self._splits()), ["sequence", "block"])
            .join(F.broadcast(keys), "sequence")
            .withColumn("position", F.concat("key", F.lit(":"), line))
        )

    def _splits(self) -> DataFrame:
        """For each split of a file its first line's `id`, and that line's number in the file, from 0."""
        before = Window.partitionBy("sequence").orderBy("block").rowsBetween(Window.unboundedPreceding, -1)
        return (
            self._lines.groupBy("sequence", "block")
            .agg(F.min("id").alias("first_id"), F.count("*").alias("lines"))
            .withColumn("first_line", F.coalesce(F.sum("lines").over(before), F.lit(0)))
        )
