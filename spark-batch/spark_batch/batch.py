"""The batch on Spark: the table engine's plan and tables, exactly once (docs/adr/0007-spark-batch.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import duckdb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark_batch.cleaned_batch import CleanedBatch
from spark_batch.commits import commit_once
from table_engine.batch import APPLICATION, FeedReport, batch_document, missing_batches
from table_engine.delta_tables import DeltaTables
from table_engine.feeds import FEED_NAMES, Feed, load_feeds, topic_name
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.storage import Bucket


def run_batch(spark: SparkSession, session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> dict[str, Any]:
    """Plans the new raw files as a batch and applies every batch that a table does not have yet.

    `session` is for the plan, which the driver makes. Returns the same document as the table engine's batch.
    """
    started = time.monotonic()
    missing = missing_batches(session, bucket, DeltaTables(bucket), user_id)
    reports = {name: FeedReport() for name in FEED_NAMES}
    for name, batches in missing.items():
        for batch, files in batches:
            _Batch(spark, bucket, user_id, load_feeds()[name], batch, reports[name]).apply(files)
    return batch_document(missing, reports, started)


class _Batch:
    """One feed's part of one batch."""

    def __init__(
        self, spark: SparkSession, bucket: Bucket, user_id: str, feed: Feed, batch: int, report: FeedReport
    ) -> None:
        self._spark = spark
        self._bucket = bucket
        self._tables = DeltaTables(bucket)
        self._topic = topic_name(user_id, feed.name)
        self._feed = feed
        self._batch = batch
        self._report = report

    def apply(self, files: Sequence[RawFile]) -> None:
        """Brings the files into quarantine and table, but for those that have changed since they were planned."""
        present = self._unchanged(files)
        while True:
            with CleanedBatch(self._spark, self._bucket.name, self._feed, present) as cleaned:
                counts = cleaned.counts()
                # Spark asks for no etag: what is the same before and after was the same while it was read.
                still_present = self._unchanged(present)
                if len(still_present) == len(present):
                    self._commit(cleaned, counts.rejects, any(file.again for file in present))
                    break
            present = still_present
        self._report.files += len(files)
        self._report.lines += counts.lines
        self._report.rows += counts.rows
        self._report.rejects += counts.rejects
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
                    f"{file.key} is gone or has another content since batch {self._batch} was planned; "
                    "what it holds now is read by the next batch.",
                    file=sys.stderr,
                )
        return [file for file in files if (file.key, file.etag) in known]

    def _commit(self, cleaned: CleanedBatch, rejects: int, again: bool) -> None:
        # The quarantine first: a table that has the batch then says that both have it.
        if rejects:
            commit_once(
                self._spark,
                self._tables.open("quarantine"),
                f"{APPLICATION}-{self._feed.name}",
                self._batch,
                partial(self._append_rejects, cleaned, again),
            )
        changed = [0, 0]

        def write() -> None:
            changed[:] = self._append_or_merge(cleaned)

        if commit_once(self._spark, self._tables.open(self._feed.name), APPLICATION, self._batch, write):
            self._report.inserted += changed[0]
            self._report.updated += changed[1]

    def _append_rejects(self, cleaned: CleanedBatch, again: bool) -> None:
        """Appends the rejects; when positions were read again, only those that are not there with the same text."""
        rows = cleaned.rejects()
        if again:
            known = self._read("quarantine").where(F.col("feed") == self._feed.name)
            rows = rows.join(known, ["position", "raw_text"], "left_anti")
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
        """Brings rows into the table; returns how many posts were new and how many were changed.

        Only what differs is written: a merge writes every file anew that holds one of its rows.
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
            # A merge also when all are new: it is refused when another writer has added rows since they were compared.
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
