"""Equal buckets for both engines, the batch on Spark in this process, and comparison of tables."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession

from spark_batch.batch import run_batch
from table_engine.delta_tables import load_into
from table_engine.documents import Answer, BatchReport
from table_engine.duckdb_session import open_session
from table_engine.feeds import FEED_NAMES
from tests.sink_bucket import USER, SinkBucket

PROJECT = Path(__file__).parents[3]

# As in the sink's files.
LINES = 10_000
PARTITIONS = 3

TABLES = (*FEED_NAMES, "quarantine")


def spark_batch(spark: SparkSession, sink: SinkBucket) -> BatchReport:
    with tempfile.TemporaryDirectory() as folder:
        return run_batch(lambda _bytes: spark, open_session(Path(folder), "500MB", 2), sink.bucket, USER)


def generate(posts: int, folder: Path, *, rows: bool = False) -> Path:
    """Generated posts, and the TypeScript oracle's results for them (test/oracle/write-posts.ts)."""
    command = [PROJECT / "node_modules" / ".bin" / "tsx", PROJECT / "test" / "oracle" / "write-posts.ts"]
    subprocess.run([*command, str(posts), "7", folder, *(["rows"] if rows else [])], check=True, timeout=900)
    return folder


def put_lines(sinks: Iterable[SinkBucket], feed: str, lines: list[bytes], start: int = 0) -> None:
    """Stores lines as the sink does: spread over the partitions, in files of LINES. `start` is the first offset of
    each."""
    for partition in range(PARTITIONS):
        own = lines[partition::PARTITIONS]
        for at in range(0, len(own), LINES):
            for sink in sinks:
                sink.put(feed, partition, start + at, b"".join(own[at : at + LINES]))


def lines_of(folder: Path, feed: str) -> list[bytes]:
    return (folder / f"{feed}.jsonl").read_bytes().splitlines(keepends=True)


def without_title(answers: list[Answer]) -> list[dict[str, Any]]:
    return [{name: value for name, value in answer.items() if name != "title"} for answer in answers]


def oracle_answers(folder: Path) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return answers


def differing_rows(one: SinkBucket, other: SinkBucket, table: str) -> list[Any]:
    """Rows, and how often, that only one of two buckets has in a table; ignoring the time of quarantine."""
    session = duckdb.connect()
    for name, sink in (("one", one), ("other", other)):
        load_into(session, sink.tables.open(table), name, "SELECT * FROM t")
    columns = "* EXCLUDE (quarantined_at)" if table == "quarantine" else "*"
    both = [f"SELECT {columns} FROM {name}" for name in ("one", "other")]
    return session.sql(
        f"(({both[0]}) EXCEPT ALL ({both[1]})) UNION ALL (({both[1]}) EXCEPT ALL ({both[0]})) LIMIT 3"
    ).fetchall()


def count(sink: SinkBucket, table: str) -> int:
    return sum(sink.tables.open(table).get_add_actions().column("num_records").to_pylist())
