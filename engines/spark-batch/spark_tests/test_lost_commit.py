"""A commit of Spark below the newest checkpoint, after the log was cleaned up while it wrote, is repeated."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from deltalake import write_deltalake
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from spark_batch.commits import commit_once
from table_engine.delta_tables import is_applied
from tests.sink_bucket import SinkBucket

ROWS = 3


@pytest.mark.parametrize("kind", ["append", "merge"])
def test_the_log_is_cleaned_up_meanwhile(spark: SparkSession, sink: SinkBucket, tmp_path: Path, kind: str) -> None:
    address = f"s3a://{sink.name}/tables/any"
    begun, cleaned = tmp_path / "begun", tmp_path / "cleaned"
    writes = []

    def append(number: int) -> None:
        write_deltalake(
            sink.tables.uri("any"),
            duckdb.sql(f"SELECT {number}::INT AS ind, 'old' AS value"),
            mode="append",
            storage_options=sink.tables.options,
            configuration={"delta.logRetentionDuration": "interval 0 seconds"},
        )

    def others() -> None:
        while not begun.exists():
            time.sleep(0.05)
        for number in range(ROWS):
            append(100 + number)
        table = sink.tables.open("any")
        table.create_checkpoint()
        time.sleep(0.1)
        table.cleanup_metadata()
        cleaned.touch()

    def write() -> None:
        writes.append(kind)
        paths = str(begun), str(cleaned)

        def wait(value: str) -> str:
            # The state that Spark commits on is read first.
            Path(paths[0]).touch()
            while not Path(paths[1]).exists():
                time.sleep(0.05)
            return value

        # PySpark inspects a function's type hints, unless it has none.
        slow = F.udf(lambda value: wait(value), "string")
        rows = spark.range(1).select(F.lit(1).alias("ind"), slow(F.lit("new")).alias("value"))
        if kind == "append":
            rows.write.format("delta").mode("append").save(address)
        else:
            rows.createOrReplaceTempView("slow_rows")
            spark.sql(
                f"""MERGE INTO delta.`{address}` t USING slow_rows s ON t.ind = s.ind
                WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
            )

    for number in range(ROWS):
        append(number)
    # As in a batch, Spark has read the table before.
    assert spark.read.format("delta").load(address).count() == ROWS
    with ThreadPoolExecutor(1) as pool:
        cleaning = pool.submit(others)
        assert commit_once(spark, sink.tables.open("any"), "batch", 1, write)
        cleaning.result()
    assert len(writes) == 2
    table = sink.tables.open("any")
    assert is_applied(table, "batch", 1)
    assert not commit_once(spark, table, "batch", 1, write)
    found = [(row["ind"], row["value"]) for row in spark.read.format("delta").load(address).collect()]
    old = [(number, "old") for number in (0, 1, 2, 100, 101, 102)]
    assert sorted(found) == sorted([*old, (1, "new")] if kind == "append" else [(0, "old"), (1, "new"), *old[2:]])
