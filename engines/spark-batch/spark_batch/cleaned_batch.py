"""One feed's part of one batch, cleaned by tasks: counts, and the newest row of each post across the shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from deltalake.transaction import AddAction
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_batch.clean_share import CleanedShare, clean_share
from spark_batch.shares import Share
from spark_batch.table_files import read_files
from table_engine.cleaned_batch import Counts


@dataclass(frozen=True)
class CleanedBatch:
    """What the tasks made of a feed's files in a batch; the data files are named by no commit yet."""

    feed: str
    shares: list[CleanedShare]

    @property
    def counts(self) -> Counts:
        """Lines, rows and rejects of all shares."""
        return Counts(
            sum(share.counts.lines for share in self.shares),
            sum(share.counts.rows for share in self.shares),
            sum(share.counts.rejects for share in self.shares),
        )

    @property
    def changed(self) -> list[str]:
        """The keys of files that were left out: deleted or changed since the batch was planned."""
        return [key for share in self.shares for key in share.changed]

    @property
    def rejects(self) -> list[AddAction]:
        """The data files for the quarantine."""
        return [file for share in self.shares for file in share.rejects]

    @property
    def rows(self) -> list[AddAction]:
        """The data files for the feed's table: each post once in a share."""
        return [file for share in self.shares for file in share.rows]

    @property
    def posts(self) -> int:
        """The rows of the data files."""
        return sum(share.posts for share in self.shares)

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The lowest and the highest row number; None without rows."""
        found = [share for share in self.shares if share.posts]
        return (min(one.lowest for one in found), max(one.highest for one in found)) if found else None

    def repeated(self, spark: SparkSession, bucket: str) -> int:
        """How many rows are older than one of the same post in another share."""
        ranges = sorted((share.lowest, share.highest) for share in self.shares if share.posts)
        if all(one[1] < other[0] for one, other in pairwise(ranges)):
            return 0
        counted = self._repeated(spark, bucket).agg(F.sum(F.col("rows") - 1)).first()
        return int((counted and counted[0]) or 0)

    def newest(self, spark: SparkSession, bucket: str) -> DataFrame:
        """Each post once, the newest of its rows; the feed's columns."""
        newest = self._repeated(spark, bucket).select(F.col("ind").alias("repeated_ind"), "newest_share")
        return (
            self._read(spark, bucket)
            .withColumn("share", _share())
            .join(newest, F.expr("ind = repeated_ind AND share < newest_share"), "left_anti")
            .drop("share")
        )

    def _repeated(self, spark: SparkSession, bucket: str) -> DataFrame:
        """The posts that several shares have: `ind`, `newest_share`, `rows`."""
        return (
            self._read(spark, bucket)
            .select("ind", _share().alias("share"))
            .groupBy("ind")
            .agg(F.max("share").alias("newest_share"), F.count("*").alias("rows"))
            .where("rows > 1")
        )

    def _read(self, spark: SparkSession, bucket: str) -> DataFrame:
        return read_files(spark, bucket, self.feed, (file.path for file in self.rows))


def _share() -> Column:
    """The share's number, which leads the names of its data files."""
    return F.regexp_extract("_metadata.file_name", "^part-([0-9]+)-", 1).cast("int")


def clean(spark: SparkSession, shares: Iterable[Share]) -> dict[str, CleanedBatch]:
    """Cleans the shares of a batch in one job, a task each; the result by feed."""
    given = list(shares)
    found = spark.sparkContext.parallelize(given, len(given)).map(clean_share).collect()
    in_order = sorted(zip(given, found, strict=True), key=lambda pair: pair[0].number)
    return {
        feed: CleanedBatch(feed, [cleaned for share, cleaned in in_order if share.feed == feed])
        for feed in dict.fromkeys(share.feed for share in given)
    }
