"""The batch on Spark: the table engine's plan and tables, exactly once (docs/adr/0007-spark-batch.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import duckdb
from deltalake import CommitProperties, DeltaTable, Transaction
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_batch.cleaned_batch import CleanedBatch, clean
from spark_batch.commits import commit_once
from spark_batch.shares import cut
from spark_batch.table_files import address
from table_engine.batch import (
    APPLICATION,
    MissingBatches,
    batch_document,
    late_application,
    missing_batches,
    no_batch,
    rejects_application,
)
from table_engine.dead_letters import append_dead_letters
from table_engine.delta_tables import DeltaTables, Step, commit_on_newest, is_applied
from table_engine.documents import BatchReport, FeedBatch
from table_engine.feeds import FEED_NAMES, Feed, FeedName, load_feeds
from table_engine.file_append import append_written
from table_engine.raw_files import RawFile
from table_engine.storage import Bucket

#: Opens the session when it is first called, given how many bytes of raw files there are to read.
OpenSpark = Callable[[int], SparkSession]


def run_batch(open_spark: OpenSpark, session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> BatchReport:
    """Plans the new raw files as a batch, applies each batch that a table does not have, and takes dead-letter records.

    `session` is for the plan and the dead-letter records, which the driver handles; Spark is opened when there is
    something to apply. Returns the same document as the table engine's batch.
    """
    started = time.monotonic()
    missing = missing_batches(session, bucket, DeltaTables(bucket), user_id)
    reports = {name: no_batch() for name in FEED_NAMES}
    # An error of the dead-letter records is raised after the feeds.
    with ThreadPoolExecutor(1) as worker:
        dead_letters = worker.submit(append_dead_letters, session, bucket, user_id)
        _apply_all(open_spark, bucket, missing, reports)
    return batch_document(missing, reports, dead_letters.result(), started)


def _apply_all(
    open_spark: OpenSpark, bucket: Bucket, missing: MissingBatches, reports: dict[FeedName, FeedBatch]
) -> None:
    size = sum(file.size for batches in missing.values() for _, files in batches for file in files)
    for number in sorted({number for batches in missing.values() for number, _ in batches}):
        spark = open_spark(size)
        waiting = [
            (_Batch(spark, bucket, load_feeds()[name], number, reports[name]), files)
            for name, batches in missing.items()
            for batch, files in batches
            if batch == number
        ]
        # One job for all feeds. Again for those of which another run has committed rejects meanwhile.
        while waiting:
            half_done = [batch.feed.name for batch, _ in waiting if batch.look()]
            files_by_feed = {batch.feed.name: files for batch, files in waiting}
            cores = spark.sparkContext.defaultParallelism
            cleaned = clean(spark, cut(bucket.name, files_by_feed, half_done, cores))
            waiting = [(batch, files) for batch, files in waiting if not batch.apply(cleaned[batch.feed.name], files)]


class _Batch:
    """One feed's part of one batch."""

    def __init__(self, spark: SparkSession, bucket: Bucket, feed: Feed, batch: int, report: FeedBatch) -> None:
        self.feed = feed
        self._spark = spark
        self._bucket = bucket
        self._tables = DeltaTables(bucket)
        self._batch = batch
        self._report = report
        self._rejects_seen = (0, 0)

    def look(self) -> bool:
        """Whether the batch's rejects are committed already. Keeps what the quarantine had of the feed."""
        self._rejects_seen = self._rejects(self._tables.open("quarantine"))
        return self._rejects_seen[0] >= self._batch

    def _rejects(self, quarantine: DeltaTable) -> tuple[int, int]:
        """The newest batch of which the quarantine has the feed's rejects, and how often some came late."""
        applications = rejects_application(self.feed), late_application(self.feed)
        newest, late = (quarantine.transaction_version(application) or 0 for application in applications)
        return newest, late

    def apply(self, cleaned: CleanedBatch, files: Sequence[RawFile]) -> bool:
        """Commits quarantine and table; False when the files must be cleaned again, see `look`."""
        # The quarantine first: a table that has the batch then implies that both have it.
        if not self._is_in():
            if self._commit_rejects(cleaned):
                self._commit_rows(cleaned)
            elif not self._is_in():
                return False
        for key in cleaned.changed:
            print(
                f"{key} was deleted or changed since batch {self._batch} was planned; "
                "the next batch reads its current content.",
                file=sys.stderr,
            )
        counts = cleaned.counts
        self._report["files"] += len(files)
        self._report["lines"] += counts.lines
        self._report["rows"] += counts.rows
        self._report["rejects"] += counts.rejects
        print(
            f"{self.feed.name}: batch {self._batch} is in, {counts.rows} rows, {counts.rejects} rejects.",
            file=sys.stderr,
        )
        return True

    def _is_in(self) -> bool:
        return is_applied(self._tables.open(self.feed.name), APPLICATION, self._batch)

    def _commit_rejects(self, cleaned: CleanedBatch) -> bool:
        """Names the rejects' files; False when the quarantine has got rejects of the feed since `look`."""
        newest, late = self._rejects_seen
        if newest < self._batch:
            transaction = Transaction(rejects_application(self.feed), self._batch)
        else:
            transaction = Transaction(late_application(self.feed), late + 1)
        is_current = True

        def decide(quarantine: DeltaTable) -> Step[None] | None:
            nonlocal is_current
            is_current = self._rejects(quarantine) == self._rejects_seen
            if not is_current or not cleaned.rejects:
                return None
            return [transaction], partial(append_written, quarantine, cleaned.rejects)

        commit_on_newest(self._tables.open("quarantine"), decide)
        return is_current

    def _commit_rows(self, cleaned: CleanedBatch) -> None:
        """Appends the rows' files as they are if each post is in them once and none is in the table; else by Spark."""
        table = self._tables.open(self.feed.name)
        repeated = cleaned.repeated(self._spark, self._bucket.name)
        is_left = False

        def decide(newest: DeltaTable) -> Step[bool] | None:
            nonlocal is_left
            is_left = not is_applied(newest, APPLICATION, self._batch)
            if not is_left or repeated or _may_have(newest, cleaned.bounds):
                return None

            def write(properties: CommitProperties) -> bool:
                append_written(newest, cleaned.rows, properties)
                return True

            return [Transaction(APPLICATION, self._batch)], write

        if commit_on_newest(table, decide):
            self._report["inserted"] += cleaned.posts
        elif is_left:
            self._write_by_spark(table, cleaned, repeated)

    def _write_by_spark(self, table: DeltaTable, cleaned: CleanedBatch, repeated: int) -> None:
        changed = [0, 0]

        def write() -> None:
            newest = cleaned.newest(self._spark, self._bucket.name)
            if _may_have(table, cleaned.bounds):
                changed[:] = self._merge(newest, cleaned.bounds)
            else:
                newest.write.format("delta").mode("append").save(address(self._bucket.name, self.feed.name))
                changed[:] = cleaned.posts - repeated, 0

        # Only what Spark's commit stands for is removed: a commit that seemed to fail may have named these files.
        if commit_once(self._spark, table, APPLICATION, self._batch, write):
            self._report["inserted"] += changed[0]
            self._report["updated"] += changed[1]
            folder = DeltaTables.folder(self.feed.name)
            self._bucket.remove([f"{folder}/{file.path}" for file in cleaned.rows])

    def _merge(self, newest: DataFrame, bounds: tuple[int, int] | None) -> tuple[int, int]:
        """Merges rows into the table; returns how many posts were inserted and how many were updated.

        Only changed rows are written: a merge rewrites every file that has one of its rows.
        """
        nearby = "t.ind BETWEEN {} AND {}".format(*bounds) if bounds else "false"
        same = " AND ".join(f"p.`{name}` <=> n.`{name}`" for name in self.feed.column_names)
        present = self._spark.read.format("delta").load(address(self._bucket.name, self.feed.name))
        (
            newest.alias("n")
            .join(present.alias("t").where(nearby).alias("p"), F.expr("p.ind = n.ind"), "left")
            .where(F.expr(f"p.ind IS NULL OR NOT ({same})"))
            .select("n.*")
            .createOrReplaceTempView("batch_changes")
        )
        merged = self._spark.sql(
            f"""MERGE INTO delta.`{address(self._bucket.name, self.feed.name)}` t
            USING batch_changes s ON t.ind = s.ind AND {nearby}
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
        ).first()
        # Delta Lake leaves a merge out whose number the table has.
        return (merged["num_inserted_rows"], merged["num_updated_rows"]) if merged else (0, 0)


def _may_have(table: DeltaTable, bounds: tuple[int, int] | None) -> bool:
    """Whether a table may have rows with numbers within the bounds, by those of its files."""
    files = table.get_add_actions(flatten=True)
    if bounds is None or files.num_rows == 0:
        return False
    if not {"min.ind", "max.ind"} <= set(files.schema.names):
        return True
    ranges = zip(files.column("min.ind").to_pylist(), files.column("max.ind").to_pylist(), strict=True)
    return any(None in found or (found[0] <= bounds[1] and bounds[0] <= found[1]) for found in ranges)
