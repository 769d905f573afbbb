"""The tables of both paths: delta-rs, DuckDB and Spark read identical rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import QueryBuilder
from pyspark.sql import SparkSession

from table_engine.delta_tables import TABLES
from table_engine.feeds import FEED_NAMES, load_feeds, stream_table_name
from table_engine.stream_records import StreamRecord
from table_engine.stream_tables import stream_columns
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import BASE, SHARD, appender

RECORDS: dict[str, list[Any]] = {
    "pin": [
        {"index": 1, "title": 'quote " and\nline \U0001f600 مرحبا', "follower_count": "1.5k", "tag_list": "a, b,,é"},
        {"index": 2, "title": "", "follower_count": "9223372036854775807", "tag_list": "", "downloaded": 1},
        {"index": -3, "description": "Untitled", "image_src": "Image src error.", "downloaded": False},
        "no record",
    ],
    "geo": [
        {"ind": 1, "country": "Côte d'Ivoire", "latitude": -0.0, "longitude": 179.123456789, "timestamp": t}
        for t in ("2018-03-28T08:15:15.123456", "0001-01-01T00:00:00", "9999-12-31 23:59:59", "1969-12-31T23:59:59Z")
    ]
    + [{"ind": 2}, {"ind": 3, "latitude": 91, "longitude": 0}],
    "user": [{"ind": 2147483647, "first_name": "A", "last_name": "B", "age": -1}, {"ind": 4, "age": "x"}],
}

Row = tuple[Any, ...]


def distinct_numbers(feed: str) -> list[Any]:
    """The records, each with its own row number: the batch keeps one row a post."""
    key = load_feeds()[feed].row_number
    return [
        {**record, key: number * 7 if number else record[key]} if isinstance(record, dict) else record
        for number, record in enumerate(RECORDS[feed])
    ]


@pytest.fixture
def filled(sink: SinkBucket, tmp_path: Path) -> SinkBucket:
    """Both paths' tables, with more than one commit, an update and a compaction."""
    for feed in FEED_NAMES:
        records = distinct_numbers(feed)
        sink.put(feed, 0, 0, jsonl(*records))
        data = [json.dumps(record).encode() for record in records]
        stream = [StreamRecord(SHARD, BASE + n, line, 1_700_000_000_000_001 + n) for n, line in enumerate(data)]
        append = appender(sink, tmp_path, feed).append
        append(stream[:1])
        append(stream)
        sink.tables.open(stream_table_name(USER, feed)).create_checkpoint()
    sink.batch()
    for feed in FEED_NAMES:
        first = distinct_numbers(feed)[0]
        sink.put(feed, 1, 0, jsonl(first, {**first, load_feeds()[feed].row_number: 99}))
    sink.put("user", 2, 0, jsonl({"ind": 2147483647, "first_name": "New", "last_name": "Name"}))
    sink.batch()
    sink.tables.open("geo").optimize.compact()
    return sink


def table_names() -> dict[str, Sequence[tuple[str, str]]]:
    """Every table with its columns and types in Delta Lake's terms."""
    batch = {name: list(TABLES[name].items()) for name in (*FEED_NAMES, "quarantine", "batch_files")}
    stream = {stream_table_name(USER, feed): list(stream_columns(load_feeds()[feed]).items()) for feed in FEED_NAMES}
    return {**batch, **stream}


def plain(value: Any) -> Any:
    """A value without differences between the engines' Python types. Times as UTC in microseconds."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=timezone.utc).isoformat(timespec="microseconds")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def in_order(rows: Sequence[Sequence[Any]]) -> list[Row]:
    return sorted((tuple(plain(value) for value in row) for row in rows), key=repr)


def by_spark(spark: SparkSession, sink: SinkBucket, name: str) -> list[Row]:
    # As whole microseconds: Python's own times are in the machine's zone.
    columns = [f"`{c}`" if t != "timestamp" else f"unix_micros(`{c}`) AS `{c}`" for c, t in table_names()[name]]
    frame = spark.read.format("delta").load(f"s3a://{sink.name}/tables/{name}")
    assert frame.columns == [column for column, _ in table_names()[name]]
    return in_order([tuple(row) for row in frame.selectExpr(*columns).collect()])


def by_duckdb(sink: SinkBucket, name: str, folder: Path) -> list[Row]:
    """DuckDB's own Parquet reader over the files of the table's newest state."""
    files = []
    for number, path in enumerate(sink.tables.open(name).get_add_actions().column("path").to_pylist()):
        place = folder / f"{name}-{number}.parquet"
        place.write_bytes(sink.bucket.content(f"tables/{name}/{path}"))
        files.append(str(place))
    columns = [f'"{c}"' if t != "timestamp" else f'epoch_us("{c}")' for c, t in table_names()[name]]
    loaded = duckdb.connect().read_parquet(files)
    assert loaded.columns == [column for column, _ in table_names()[name]]
    return in_order(loaded.project(", ".join(columns)).fetchall())


def by_delta_rs(sink: SinkBucket, name: str) -> list[Row]:
    """delta-rs's own query engine, without DuckDB."""
    columns = [f'"{c}"' if t != "timestamp" else f'CAST("{c}" AS BIGINT)' for c, t in table_names()[name]]
    table = (
        QueryBuilder().register("t", sink.tables.open(name)).execute(f"SELECT {', '.join(columns)} FROM t").read_all()
    )
    return in_order(list(zip(*(column.to_pylist() for column in table.columns), strict=True)))


def test_every_engine_sees_the_same_rows(spark: SparkSession, filled: SinkBucket, tmp_path: Path) -> None:
    counts = {}
    for name in table_names():
        seen = by_spark(spark, filled, name)
        assert seen == by_duckdb(filled, name, tmp_path), name
        assert seen == by_delta_rs(filled, name), name
        counts[name] = len(seen)
    assert counts == {
        "pin": 4, "geo": 6, "user": 2, "quarantine": 6, "batch_files": 7,
        "pinterest_pin_table": 3, "pinterest_geo_table": 5, "pinterest_user_table": 1,
    }  # fmt: skip
