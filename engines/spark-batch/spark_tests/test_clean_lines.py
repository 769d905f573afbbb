"""Lines cleaned by Spark equal DuckDB's: rows, rejects, and their reasons."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from pyspark.sql import SparkSession

from spark_batch.raw_text import clean_lines, describe_broken
from spark_tests.quirks import LINES, VALUES
from spark_tests.spark_support import PROJECT
from table_engine.cleaning import LineCleaner
from table_engine.duckdb_session import open_session
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.any_lines import any_lines
from tests.catalogue import catalogue

Outcome = dict[int, Any]


@cache
def duckdb_cleaner(feed: str) -> tuple[duckdb.DuckDBPyConnection, LineCleaner]:
    session = open_session(Path(tempfile.gettempdir()) / "none", "500MB", 1)
    return session, LineCleaner(session, load_feeds()[feed])


def columns(feed: str, micros: str) -> str:
    """The table's columns; times as microseconds since 1970."""
    return ", ".join(
        f"{micros}({column.name}) AS {column.name}" if column.type == "timestamp" else column.name
        for column in load_feeds()[feed].table
    )


def by_duckdb(feed: str, lines: list[bytes]) -> Outcome:
    session, cleaner = duckdb_cleaner(feed)
    found: Outcome = {reject.position: (reject.raw_text, reject.reason) for reject in cleaner.clean(lines)}
    rows = session.execute(f"SELECT position, {columns(feed, 'epoch_us')} FROM cleaned_lines_{feed}").fetchall()
    return {**found, **{row[0]: row[1:] for row in rows}}


def by_spark(spark: SparkSession, feed: str, lines: list[bytes]) -> Outcome:
    given = spark.createDataFrame(
        [(0, 0, n, bytearray(line)) for n, line in enumerate(lines)],
        "sequence INT, block BIGINT, id BIGINT, value BINARY",
    )
    cleaned = clean_lines(spark, load_feeds()[feed], given.withColumn("value", given["value"].cast("string"))).cache()
    rows = cleaned.where("reason IS NULL AND ind IS NOT NULL")
    refused = cleaned.where("reason IS NOT NULL").select("id", "raw_text", "reason")
    broken = cleaned.where("broken IS NOT NULL").withColumn("d", describe_broken(cleaned["broken"]))
    found: Outcome = {
        row[0]: tuple(row[1:]) for row in rows.selectExpr("id", *columns(feed, "unix_micros").split(", ")).collect()
    }
    for row in refused.unionByName(broken.selectExpr("id", "d.raw_text", "d.reason")).collect():
        assert row["id"] not in found
        found[row["id"]] = (row["raw_text"], row["reason"])
    cleaned.unpersist()
    return found


def difference(spark: SparkSession, feed: str, lines: list[bytes]) -> list[Any]:
    """The lines whose results differ."""
    spark_found, duckdb_found = by_spark(spark, feed, lines), by_duckdb(feed, lines)
    return [
        (line, {"spark": spark_found.get(n), "duckdb": duckdb_found.get(n)})
        for n, line in enumerate(lines)
        # As texts, in which -0.0 differs from 0.0.
        if repr(spark_found.get(n)) != repr(duckdb_found.get(n))
    ]


def drawn_lines(feed: str) -> list[bytes]:
    """Lines of many examples, cleaned by Spark in one job: one takes as long as thousands."""
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
    key = load_feeds()[feed].row_number.encode()
    other = [column.encode() for column in load_feeds()[feed].source if column.encode() != key]
    lines = [line.replace(b"KEY", key) for line in LINES]
    lines += [b'{"%b":%b}' % (key, value) for value in VALUES]
    return lines + [b'{"%b":7,"%b":%b}' % (key, column, value) for column in other for value in VALUES]


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_all_lines(spark: SparkSession, feed: str) -> None:
    """Drawn lines, row numbers, quirks, and the catalogue, of which tests/test_catalogue.py holds what DuckDB makes."""
    drawn, numbers = drawn_lines(feed), row_number_lines(feed)
    inputs = [one.line for one in catalogue() if one.feed == feed]
    assert len(drawn) > 1000
    assert numbers and inputs
    assert difference(spark, feed, [*drawn, *numbers, *quirks(feed), *inputs])[:5] == []
