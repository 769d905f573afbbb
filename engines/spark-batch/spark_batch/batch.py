"""The batch on Spark: the table engine's plan and tables, exactly once (docs/adr/0007-spark-batch.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import duckdb
from deltalake import DeltaTable
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_batch.cleaned_batch import CleanedBatch
from spark_batch.commits import commit_once
from table_engine.batch import (
    APPLICATION,
    batch_document,
    late_application,
    missing_batches,
    no_batch,
    rejects_application,
)
from table_engine.cleaned_batch import Counts
from table_engine.dead_letters import append_dead_letters
from table_engine.delta_tables import DeltaTables, is_applied
from table_engine.documents import BatchReport, FeedBatch
from table_engine.feeds import FEED_NAMES, Feed, load_feeds, topic_name
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.storage import Bucket


def run_batch(spark: SparkSession, session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> BatchReport:
    """Plans the new raw files as a batch, applies each batch that a table does not have, and takes dead-letter records.

    `session` is for the plan and the dead-letter records, which the driver handles. Returns the same document as the
    table engine's batch.
    """
    started = time.monotonic()
    missing = missing_batches(session, bucket, DeltaTables(bucket), user_id)
    # Before Spark commits to the quarantine, so that a run does not race with itself. Its error is raised after the
    # feeds.
    with ThreadPoolExecutor(1) as worker:
        dead_letters = worker.submit(append_dead_letters, session, bucket, user_id)
    reports = {name: no_batch() for name in FEED_NAMES}
    for name, batches in missing.items():
        for batch, files in batches:
            _Batch(spark, bucket, user_id, load_feeds()[name], batch, reports[name]).apply(files)
    return batch_document(missing, reports, dead_letters.result(), started)


class _Batch:
    """One feed's part of one batch."""

    def __init__(
        self, spark: SparkSession, bucket: Bucket, user_id: str, feed: Feed, batch: int, report: FeedBatch
    ) -> None:
        self._spark = spark
        self._bucket = bucket
        self._tables = DeltaTables(bucket)
        self._topic = topic_name(user_id, feed.name)
        self._feed = feed
        self._batch = batch
        self._report = report

    def apply(self, files: Sequence[RawFile]) -> None:
        """Writes the files into quarantine and table, except those that changed since they were planned."""
        present = self._unchanged(files)
        while True:
            with CleanedBatch(self._spark, self._bucket.name, self._feed, present) as cleaned:
                counts = cleaned.counts()
                # Spark does not check etags: a file with the same etag before and after was not changed while it was
                # read.
                still_present = self._unchanged(present)
                if len(still_present) == len(present):
                    counts = self._commit(cleaned, counts, any(file.again for file in present))
                    break
            present = still_present
        self._report["files"] += len(files)
        self._report["lines"] += counts.lines
        self._report["rows"] += counts.rows
        self._report["rejects"] += counts.rejects
        print(
            f"{self._feed.name}: batch {self._batch} is in, {counts.rows} rows, {counts.rejects} rejects.",
            file=sys.stderr,
        )

    def _unchanged(self, files: Sequence[RawFile]) -> list[RawFile]:
        listed, _ = list_raw_files(self._bucket, self._topic)
        known = {(file.key, file.etag) for file in listed}
        for file in files:
            if (file.key, file.etag) not in known:
                print(
                    f"{file.key} was deleted or changed since batch {self._batch} was planned; "
                    "the next batch reads its current content.",
                    file=sys.stderr,
                )
        return [file for file in files if (file.key, file.etag) in known]

    def _commit(self, cleaned: CleanedBatch, counts: Counts, again: bool) -> Counts:
        # The quarantine first: a table that has the batch then implies that both have it.
        quarantine, application = self._tables.open("quarantine"), rejects_application(self._feed)
        if counts.rejects:
            append = partial(self._append_rejects, cleaned, again)
            is_first = commit_once(self._spark, quarantine, application, self._batch, append)
        else:
            is_first = not is_applied(quarantine, application, self._batch)
        if not is_first:
            counts = self._finish_rejects(cleaned, quarantine, counts)
        changed = [0, 0]

        def write() -> None:
            changed[:] = self._append_or_merge(cleaned)

        if commit_once(self._spark, self._tables.open(self._feed.name), APPLICATION, self._batch, write):
            self._report["inserted"] += changed[0]
            self._report["updated"] += changed[1]
        return counts

    def _finish_rejects(self, cleaned: CleanedBatch, quarantine: DeltaTable, counts: Counts) -> Counts:
        """Like `table_engine.batch` when a batch's rejects were committed and its rows were not."""
        application = late_application(self._feed)
        while not self._missing_rejects(cleaned).isEmpty():
            quarantine.update_incremental()
            late = (quarantine.transaction_version(application) or 0) + 1
            commit_once(self._spark, quarantine, application, late, partial(self._append_rejects, cleaned, True))
        left_out = cleaned.leave_out(self._known_rejects())
        return Counts(counts.lines, counts.rows - left_out, counts.rejects + left_out)

    def _known_rejects(self) -> DataFrame:
        return self._read("quarantine").where(F.col("feed") == self._feed.name).select("position", "raw_text")

    def _missing_rejects(self, cleaned: CleanedBatch) -> DataFrame:
        return cleaned.rejects().join(self._known_rejects(), ["position", "raw_text"], "left_anti")

    def _append_rejects(self, cleaned: CleanedBatch, again: bool) -> None:
        """Appends the rejects; when positions are read again, only those not yet there with the same text."""
        rows = self._missing_rejects(cleaned) if again else cleaned.rejects()
        self._append(
            "quarantine",
            rows.select(
                F.lit(self._feed.name).alias("feed"),
                F.lit("batch").alias("source"),
                "position",
                "raw_text",
                "reason",
                F.current_timestamp().alias("quarantined_at"),
            ),
        )

    def _append_or_merge(self, cleaned: CleanedBatch) -> tuple[int, int]:
        """Merges rows into the table; returns how many posts were inserted and how many were updated.

        Only changed rows are written: a merge rewrites every file that has one of its rows.
        """
        present = self._read(self._feed.name)
        if cleaned.bounds is None or present.isEmpty():
            rows = cleaned.newest().persist()
            try:
                self._append(self._feed.name, rows)
                return rows.count(), 0
            finally:
                rows.unpersist()
        nearby = "t.ind BETWEEN {} AND {}".format(*cleaned.bounds)
        same = F.expr(" AND ".join(f"p.`{name}` <=> n.`{name}`" for name in self._feed.column_names))
        changes = (
            cleaned.newest()
            .alias("n")
            .join(present.alias("t").where(nearby).alias("p"), F.expr("p.ind = n.ind"), "left")
            .where(F.col("p.ind").isNull() | ~same)
            .select("n.*", F.col("p.ind").isNotNull().alias("is_update"))
            .persist()
        )
        try:
            counted = changes.agg(F.count("*").alias("all"), F.count_if("is_update").alias("updates")).first()
            assert counted is not None
            # A merge even when all are new: it is refused when another writer has added rows since they were compared.
            self._merge(changes.drop("is_update"), nearby)
            return counted["all"] - counted["updates"], counted["updates"]
        finally:
            changes.unpersist()

    def _merge(self, rows: DataFrame, nearby: str) -> None:
        rows.createOrReplaceTempView("batch_changes")
        self._spark.sql(
            f"""MERGE INTO delta.`{self._address(self._feed.name)}` t
            USING batch_changes s ON t.ind = s.ind AND {nearby}
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
        )

    def _append(self, name: str, rows: DataFrame) -> None:
        rows.write.format("delta").mode("append").save(self._address(name))

    def _read(self, name: str) -> DataFrame:
        return self._spark.read.format("delta").load(self._address(name))

    def _address(self, name: str) -> str:
        return f"s3a://{self._bucket.name}/tables/{name}"
