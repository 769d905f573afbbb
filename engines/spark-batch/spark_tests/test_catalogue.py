"""Spark's results for the inputs of the catalogue equal DuckDB's, which tests/test_catalogue.py checks."""

from __future__ import annotations

from pyspark.sql import SparkSession

from spark_tests.test_clean_lines import difference
from table_engine.feeds import FEED_NAMES
from tests.catalogue import catalogue


def test_the_batch(spark: SparkSession) -> None:
    for feed in FEED_NAMES:
        assert difference(spark, feed, [one.line for one in catalogue() if one.feed == feed])[:5] == []
