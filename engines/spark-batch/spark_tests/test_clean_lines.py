"""Lines of every kind through the job, in several shares: the tables that the embedded engine makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from pyspark.sql import SparkSession

from spark_tests.quirks import LINES, VALUES
from spark_tests.spark_support import PROJECT, TABLES, differing_rows, put_lines, spark_batch
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.any_lines import any_lines
from tests.catalogue import catalogue
from tests.sink_bucket import SinkBucket


def drawn_lines(feed: str) -> list[bytes]:
    """The lines of many examples."""
    lines: list[bytes] = []

    @settings(max_examples=60, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_lines(load_feeds()[feed]))
    def gather(some: list[bytes]) -> None:
        lines.extend(some)

    gather()
    return lines


def row_number_lines(feed: str) -> list[bytes]:
    cases = json.loads((PROJECT / "test" / "row-numbers.json").read_text("utf-8"))
    return [case["value"].encode() for case in cases if case["feed"] == feed]


def quirks(feed: str) -> list[bytes]:
    """Each value in each column, in a post of its own."""
    key = load_feeds()[feed].row_number.encode()
    other = [column.encode() for column in load_feeds()[feed].source if column.encode() != key]
    lines = [line.replace(b"KEY", key) for line in LINES]
    lines += [b'{"%b":%b}' % (key, value) for value in VALUES]
    pairs = [(column, value) for column in other for value in VALUES]
    return lines + [b'{"%b":%d,"%b":%b}' % (key, 1000 + n, *pair) for n, pair in enumerate(pairs)]


def test_all_lines(spark: SparkSession, new_bucket: Callable[[], SinkBucket], monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn lines, row numbers, quirks, and the catalogue, of which tests/test_catalogue.py holds what DuckDB makes."""
    sinks = by_spark, by_duckdb = new_bucket(), new_bucket()
    for feed in FEED_NAMES:
        drawn, numbers = drawn_lines(feed), row_number_lines(feed)
        inputs = [one.line for one in catalogue() if one.feed == feed]
        assert len(drawn) > 1000
        assert numbers and inputs
        # Posts of the first lines again, so that shares have rows of the same posts.
        lines = [*drawn, *numbers, *quirks(feed), *inputs, *drawn[:200]]
        for start in range(0, len(lines), 500):
            put_lines(sinks, feed, [line + b"\n" for line in lines[start : start + 500]], start)
    monkeypatch.setattr("spark_batch.shares.LEAST_BYTES", 50_000)
    report, expected = spark_batch(spark, by_spark), by_duckdb.batch()
    assert {**report, "seconds": 0} == {**expected, "seconds": 0}
    assert all(feed["rows"] > 300 and feed["rejects"] > 300 for feed in report["feeds"].values())
    for table in TABLES:
        assert differing_rows(by_spark, by_duckdb, table) == [], table
