"""Tables and answers of Spark, of DuckDB and of the TypeScript oracle over generated posts are equal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from spark_batch.answers import run_answers
from spark_batch.table_maintenance import run_maintenance
from spark_tests.quirks import LINES as QUIRKS
from spark_tests.spark_support import (
    TABLES,
    count,
    differing_rows,
    generate,
    lines_of,
    oracle_answers,
    put_lines,
    spark_batch,
    without_title,
)
from table_engine import answers as embedded
from table_engine.delta_tables import load_into
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.sink_bucket import SinkBucket, dead_letter
from tests.sweeps import IS_EXHAUSTIVE

NewBucket = Callable[[], SinkBucket]

#: More than one file for each partition of a topic.
MANY = 200_000 if IS_EXHAUSTIVE else 40_000


def test_11_000_posts_with_every_quirk(
    spark: SparkSession,
    new_bucket: NewBucket,
    session: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = generate(11_000, tmp_path, rows=True)
    # So that several tasks have rows of the same posts, and a table several files.
    monkeypatch.setattr("spark_batch.shares.LEAST_BYTES", 500_000)
    sinks = by_spark, by_duckdb = new_bucket(), new_bucket()
    for feed in FEED_NAMES:
        lines = lines_of(folder, feed)
        # Older rows of posts that are repeated, invalid lines with and without a line's end, and Windows line ends.
        key = load_feeds()[feed].row_number.encode()
        # Invalid-looking lines that are rows belong to row 0, which is repeated.
        rubbish = [line.replace(b"KEY", key).replace(b":1", b":0") + b"\n" for line in QUIRKS if b'"-2' not in line]
        put_lines(sinks, feed, [line.replace(b" ", b"  ") for line in lines[:3000]] + rubbish)
        again = [line.replace(b"\n", b"\r\n") if n % 5 == 0 else line for n, line in enumerate(lines)]
        again[-1] = again[-1].rstrip()
        put_lines(sinks, feed, again, start=50_000)
    report, expected = spark_batch(spark, by_spark), by_duckdb.batch()
    assert {**report, "seconds": 0} == {**expected, "seconds": 0}
    assert all(feed["rejects"] > 20 and feed["rows"] > 14_000 for feed in report["feeds"].values())
    for table in TABLES:
        assert differing_rows(by_spark, by_duckdb, table) == [], table
    assert_oracle_rows(by_spark, folder)

    # After compaction too; of each table there are fewer files than any number asks for.
    maintained = run_maintenance(lambda: spark, by_spark.bucket, fewest=1)
    assert all(table["files"] == 1 and not table["is_overtaken"] for table in maintained.values())
    answers = run_answers(spark, by_spark.bucket)
    assert answers == embedded.run_answers(session, by_duckdb.bucket)
    assert without_title(answers["answers"]) == oracle_answers(folder)
    # As of a table with more files.
    monkeypatch.setattr("spark_batch.table_files.MOST_NAMED_FILES", 0)
    assert run_answers(spark, by_spark.bucket) == answers


def assert_oracle_rows(sink: SinkBucket, folder: Path) -> None:
    """The tables are the oracle's rows, read by DuckDB with the tables' types."""
    session = duckdb.connect()
    session.execute("SET TimeZone = 'UTC'")
    for feed in FEED_NAMES:
        load_into(session, sink.tables.open(feed), "found", "SELECT * FROM t")
        types = dict(session.sql("SELECT column_name, column_type FROM (DESCRIBE found)").fetchall())
        session.execute(
            "CREATE OR REPLACE TEMP TABLE expected AS FROM read_json(?, format = 'newline_delimited', columns = ?)",
            [str(folder / f"{feed}.clean.jsonl"), types],
        )
        differing = session.sql(
            "((FROM found) EXCEPT ALL (FROM expected)) UNION ALL ((FROM expected) EXCEPT ALL (FROM found)) LIMIT 3"
        )
        assert differing.fetchall() == [], feed
        assert count(sink, feed) == 11_000


def test_many_posts(
    spark: SparkSession, new_bucket: NewBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    folder = generate(MANY, tmp_path)
    sinks = by_spark, by_duckdb = new_bucket(), new_bucket()
    for feed in FEED_NAMES:
        put_lines(sinks, feed, lines_of(folder, feed))
    report, expected = spark_batch(spark, by_spark), by_duckdb.batch()
    assert {**report, "seconds": 0} == {**expected, "seconds": 0}
    for table in FEED_NAMES:
        assert count(by_spark, table) == MANY
        assert differing_rows(by_spark, by_duckdb, table) == [], table
    answers = run_answers(spark, by_spark.bucket)
    assert answers == embedded.run_answers(session, by_duckdb.bucket)
    assert without_title(answers["answers"]) == oracle_answers(folder)


def test_dead_letters(spark: SparkSession, new_bucket: NewBucket) -> None:
    sinks = by_spark, by_duckdb = new_bucket(), new_bucket()

    def put(partition: int, start: int, lines: bytes) -> None:
        for sink in sinks:
            sink.put("dead-letters", partition, start, lines)

    for feed in FEED_NAMES:
        put_lines(sinks, feed, [b'{"ind":1,"index":1}\n', b"bad\n", b'{"ind":2,"index":2}\n', b"bad\n"])
    put(0, 0, dead_letter(1) + dead_letter(2, None) + dead_letter(1) + dead_letter(4, b"\xff\n\x00"))
    put(0, 4, dead_letter(1) + b"no letter\n" + dead_letter(5, topic=None, at=6))
    put(2, 0, dead_letter(8, b"[]", topic="pinterest.user"))
    report, expected = spark_batch(spark, by_spark), by_duckdb.batch()
    assert {**report, "seconds": 0} == {**expected, "seconds": 0}
    assert report["dead_letters"] == 6
    assert report["feeds"]["pin"]["rejects"] == 2
    # Each engine continues where the other one stopped.
    put(0, 7, dead_letter(9) + dead_letter(4, b"\xff\n\x00"))
    assert by_spark.batch()["dead_letters"] == spark_batch(spark, by_duckdb)["dead_letters"] == 1
    assert spark_batch(spark, by_spark)["dead_letters"] == by_duckdb.batch()["dead_letters"] == 0
    for table in TABLES:
        assert differing_rows(by_spark, by_duckdb, table) == [], table
    assert count(by_spark, "quarantine") == 6 + 7


def test_a_failure_of_the_dead_letter_records_stops_no_feed(
    spark: SparkSession, new_bucket: NewBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = new_bucket()
    put_lines([sink], "user", [b'{"ind":1}\n'])

    def broken(*_: object) -> int:
        raise OSError("no dead-letter records today")

    monkeypatch.setattr("spark_batch.batch.append_dead_letters", broken)
    with pytest.raises(OSError, match="today"):
        spark_batch(spark, sink)
    assert count(sink, "user") == 1
