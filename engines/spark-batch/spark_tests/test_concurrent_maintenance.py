"""Concurrent maintenance of a table by delta-rs and Spark: delta-rs alone lets both succeed, which duplicates rows."""

from __future__ import annotations

from typing import Any, cast

import pytest
from deltalake import DeltaTable
from pyspark.sql import DataFrame, SparkSession

from spark_batch.table_maintenance import run_maintenance
from table_engine import table_maintenance
from table_engine.documents import MaintainedTable
from table_engine.table_maintenance import (
    BATCH_RETENTION_HOURS,
    configure,
    held,
    maintain_table,
    retention,
)
from tests.sink_bucket import SinkBucket, jsonl

FILES = 9
ROWS = 5


@pytest.fixture
def filled(sink: SinkBucket) -> SinkBucket:
    """The feeds' tables, geo in enough small files for both."""
    sink.put("pin", 0, 0, jsonl({"index": 1}))
    sink.put("user", 0, 0, jsonl({"ind": 1}))
    for start in range(0, FILES * ROWS, ROWS):
        sink.put("geo", 0, start, jsonl(*({"ind": n} for n in range(start, start + ROWS))))
        sink.batch()
    assert sink.tables.open("geo").get_add_actions().num_rows == FILES
    return sink


def assert_each_row_once(spark: SparkSession, sink: SinkBucket) -> None:
    expected = list(range(FILES * ROWS))
    assert [row[0] for row in sink.rows("geo")] == expected
    frame = spark.read.format("delta").load(f"s3a://{sink.name}/tables/geo")
    assert sorted(row["ind"] for row in frame.select("ind").collect()) == expected


def test_spark_s_in_the_middle_of_delta_rs_s(
    spark: SparkSession, filled: SinkBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = table_maintenance._claim
    inner: list[dict[str, Any]] = []

    def claim_and_wait(table: DeltaTable, hold_hours: int = 0) -> str:
        claimed = claim(table, hold_hours)
        if not inner and not hold_hours:
            inner.append({})
            inner[0] = run_maintenance(lambda: spark, filled.bucket)["geo"]
        return claimed

    monkeypatch.setattr(table_maintenance, "_claim", claim_and_wait)
    outer = maintain_table(filled.bucket, "geo", retention_hours=BATCH_RETENTION_HOURS)
    assert inner == [{"files": 1, "compacted_files": FILES, "is_overtaken": False}]
    assert outer is not None
    assert (outer["compacted_files"], outer["is_overtaken"]) == (0, True)
    assert_each_row_once(spark, filled)


def test_delta_rs_s_in_the_middle_of_spark_s(
    spark: SparkSession, filled: SinkBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins before Spark compacts and would end after it."""
    inner: list[MaintainedTable | None] = []

    class Interrupted:
        def sql(self, text: str) -> DataFrame:
            if inner or not text.startswith("OPTIMIZE"):
                return spark.sql(text)
            optimized: list[DataFrame] = []
            claim = table_maintenance._claim

            def claim_and_wait(table: DeltaTable) -> str:
                claimed = claim(table)
                optimized.append(spark.sql(text))
                return claimed

            with monkeypatch.context() as patched:
                patched.setattr(table_maintenance, "_claim", claim_and_wait)
                inner.append(maintain_table(filled.bucket, "geo", retention_hours=BATCH_RETENTION_HOURS))
            return optimized[0] if optimized else spark.sql(text)

    outer = run_maintenance(lambda: cast(SparkSession, Interrupted()), filled.bucket)["geo"]
    assert outer == {"files": 1, "compacted_files": FILES, "is_overtaken": False}
    assert inner[0] is not None
    assert (inner[0]["compacted_files"], inner[0]["is_overtaken"]) == (0, True)
    assert_each_row_once(spark, filled)
    # It was let go of.
    monkeypatch.setattr(table_maintenance, "FEWEST_SMALL_FILES", 1)
    after = maintain_table(filled.bucket, "geo", retention_hours=BATCH_RETENTION_HOURS)
    assert after is not None
    assert not after["is_overtaken"]


def test_spark_leaves_a_table_that_another_spark_holds(spark: SparkSession, filled: SinkBucket) -> None:
    table = filled.tables.open("geo")
    configure(table, retention(1))
    with held(table):
        report = run_maintenance(lambda: spark, filled.bucket)["geo"]
    assert report == {"files": FILES, "compacted_files": 0, "is_overtaken": True}
    assert run_maintenance(lambda: spark, filled.bucket)["geo"]["compacted_files"] == FILES
    # Files that it removed are kept as long as by delta-rs's maintenance of the batch tables.
    table.update_incremental()
    assert retention(BATCH_RETENTION_HOURS).items() <= table.metadata().configuration.items()
