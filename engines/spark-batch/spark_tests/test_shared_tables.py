"""One bucket for both engines, together with the function that appends the streams."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest
from pyspark.sql import SparkSession

from spark_tests.spark_support import TABLES, differing_rows, spark_batch
from table_engine.batch_plan import plan_new_files
from table_engine.documents import BatchReport
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.sink_bucket import SinkBucket, jsonl
from tests.stream_support import appender, stream_rows, user_records

NewBucket = Callable[[], SinkBucket]
Engine = Callable[[SinkBucket], BatchReport]

# The column that distinguishes the steps, by feed.
COLUMN = {"pin": "title", "geo": "country", "user": "first_name"}


def fill(sinks: list[SinkBucket], step: int) -> None:
    """Step n inserts 40 new posts, changes 20 of the step before, repeats 20 unchanged, and has two rejects."""
    for feed in FEED_NAMES:
        key = load_feeds()[feed].row_number
        first = step * 40
        rows = [{key: n, COLUMN[feed]: f"new in {step}", "last_name": "x"} for n in range(first, first + 40)]
        if step:
            rows += [
                {key: n, COLUMN[feed]: f"changed in {step}", "last_name": "x"} for n in range(first - 40, first - 20)
            ]
            rows += [{key: n, COLUMN[feed]: f"new in {step - 1}", "last_name": "x"} for n in range(first - 20, first)]
        for sink in sinks:
            sink.put(feed, step % 3, step * 100, jsonl(*rows) + b"bad\n[]")


def reports(engines: list[Engine], sink: SinkBucket, other: SinkBucket) -> list[Any]:
    found = []
    for step, engine in enumerate(engines):
        fill([sink, other], step)
        report, expected = engine(sink), other.batch()
        assert report["feeds"] == expected["feeds"]
        found.append(report["batch"])
    return found


def test_tables_written_by_both_engines_in_turn(spark: SparkSession, new_bucket: NewBucket) -> None:
    mixed, by_duckdb = new_bucket(), new_bucket()

    def on_spark(sink: SinkBucket) -> BatchReport:
        return spark_batch(spark, sink)

    assert reports([SinkBucket.batch, on_spark, SinkBucket.batch, on_spark], mixed, by_duckdb) == [1, 2, 3, 4]
    for table in TABLES:
        assert differing_rows(mixed, by_duckdb, table) == [], table
    # The next run finds nothing to do, and a batch that changes nothing is not read again.
    assert on_spark(mixed)["batch"] is None
    mixed.put("geo", 0, 900, jsonl({"ind": 130, "country": "new in 3", "last_name": "x"}))
    assert on_spark(mixed)["feeds"]["geo"] == {
        "files": 1, "lines": 1, "rows": 1, "rejects": 0, "inserted": 0, "updated": 0
    }  # fmt: skip
    assert mixed.batch()["batch"] is None
    assert on_spark(mixed)["batch"] is None


def test_changed_and_missing_files(
    spark: SparkSession, new_bucket: NewBucket, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed file is read again, its rejects once; a deleted one stops nothing."""
    by_spark, by_duckdb = sinks = [new_bucket(), new_bucket()]
    for content in (jsonl({"ind": 1, "country": "a"}) + b"bad\n", jsonl({"ind": 1, "country": "b"}) + b"bad\nworse\n"):
        for sink in sinks:
            sink.put("geo", 0, 0, content)
            sink.put("geo", 0, 5, jsonl({"ind": 2, "country": "c"}) + b"later\n")
        assert spark_batch(spark, by_spark)["feeds"] == by_duckdb.batch()["feeds"]
    for sink in sinks:
        sink.put("geo", 0, 10, jsonl({"ind": 3}))
        gone = sink.put("geo", 0, 12, jsonl({"ind": 4}))
        assert plan_new_files(duckdb.connect(), sink.bucket, sink.tables, "pinterest") == 3
        sink.delete(gone)
    assert spark_batch(spark, by_spark)["feeds"] == by_duckdb.batch()["feeds"]
    assert "was deleted or changed since" in capsys.readouterr().err
    for table in TABLES:
        assert differing_rows(by_spark, by_duckdb, table) == [], table
    assert [row[3] for row in by_spark.rows("quarantine")] == ["bad", "worse", "later"]


def test_while_the_function_appends(spark: SparkSession, sink: SinkBucket, tmp_path: Path) -> None:
    """Batches on Spark and the function write to the quarantine concurrently, and each row is there once."""
    stop = Event()
    appended = 0

    def append() -> None:
        nonlocal appended
        function = appender(sink, tmp_path, "user")
        while not stop.is_set():
            function.append(user_records(range(appended, appended + 10), bad_every=5))
            appended += 10
            # Every 80 commits or so it makes fewer files of its own, which refuses Spark's commit in progress.
            stop.wait(0.1)

    batches = 0
    with ThreadPoolExecutor(1) as pool:
        appending = pool.submit(append)
        try:
            while (batches < 3 or appended < 100) and not appending.done():
                rejects = b"".join(b"bad %d of %d\n" % (n, batches) for n in range(50))
                sink.put("user", 0, batches * 1000, rejects + jsonl({"ind": batches, "age": 20}))
                assert spark_batch(spark, sink)["feeds"]["user"]["rejects"] == 50
                batches += 1
        finally:
            stop.set()
        appending.result()
    assert len(stream_rows(sink, "user")) == appended - appended // 5
    quarantine = sink.rows("quarantine")
    assert len(set(quarantine)) == len(quarantine) == appended // 5 + 50 * batches
    assert [row[0] for row in sink.rows("user")] == list(range(batches))
