"""One Spark for all tests, with the table engine's S3 server and buckets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from spark_batch.spark_session import LocalSpark, open_spark
from tests.conftest import environment, new_bucket, pytest_report_header, s3_url, session, sink
from tests.sweeps import sample

__all__ = ["environment", "new_bucket", "pytest_report_header", "s3_url", "session", "sink"]

# The access key of the tests; any is accepted.
KEYS = {"AWS_ACCESS_KEY_ID": "table-engine-tests", "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}

# Tested in every run: that both engines write the same.
ALWAYS = ("test_equal_engines.py", "test_clean_lines.py", "test_shares.py")
# Long; it holds at a larger size what another one holds.
SAMPLED = "test_many_posts"
# So many of the others: faults, rivals, and many posts.
OTHERS = 3


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves a sample of the tests of faults and rivals, unless one file or all of them are asked for."""
    others = [item for item in items if item.path.name not in ALWAYS or item.name == SAMPLED]
    left_out = set(others) - set(sample("spark", others, OTHERS))
    if len({item.path for item in items}) == 1 or not left_out:
        return
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def spark(s3_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    # The JVM takes its credentials from the environment at its start.
    os.environ.update(KEYS, AWS_ENDPOINT_URL=s3_url)
    # A checkout's path may have any of these characters (docs/environment.md): jars are passed to Spark as texts.
    odd = tmp_path_factory.mktemp("spark") / "ü '\"%41#& $x(a){b}[c]!;@+~^`<>|"
    odd.mkdir()
    installed = local_spark(odd / "temporary")
    jars = []
    for place in installed.jars:
        jars.append(odd / place.name)
        jars[-1].symlink_to(place)
    opened = open_spark(replace(installed, jars=jars))
    yield opened
    opened.stop()


def local_spark(temporary: Path) -> LocalSpark:
    """The installed Spark, located by the environment from test/run-all.ts."""
    jars = [Path(place) for place in os.environ["SPARK_BATCH_JARS"].split(os.pathsep)]
    return LocalSpark("local[2]", "1500m", jars, temporary)
