"""Inspection of the streaming path: each figure must move when the thing it counts does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from table_engine.documents import StreamFeedInspection
from table_engine.feeds import FeedName
from table_engine.stream_inspection import run_stream_inspection
from table_engine.stream_records import StreamRecord
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import BASE, SHARD, appender, user_records

OTHER = "shardId-000000000001"


def acknowledge(sink: SinkBucket, records: list[StreamRecord], number: int = 0, feed: str = "user") -> None:
    """Writes a ledger object in which the records are acknowledged; numbers with the zeros that a service may lead."""
    sequences: dict[str, list[str]] = {}
    for record in records:
        sequences.setdefault(record.shard, []).append(f"{record.sequence_number:060d}")
    line = {
        "run": "r", "seed": 1, "mode": "all", "from": 0, "to": len(records), "feed": feed, "sent": len(records),
        "acknowledged": len(records), "failed": 0, "attempts": 1, "path": "streams", "sequences": sequences,
        "at": "2026-01-31T12:00:00.000Z",
    }  # fmt: skip
    topics = {**line, "path": "topics", "offsets": [[0, 0, 9]]}
    del topics["path"], topics["sequences"]
    sink.bucket.write(f"sent/r/{number:08d}.jsonl", jsonl(line, topics) + b"\n")


@pytest.fixture
def inspect(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> Callable[..., StreamFeedInspection]:
    def run(feed: FeedName = "user", commits: int = 100) -> StreamFeedInspection:
        return run_stream_inspection(session, sink.bucket, USER, commits)["feeds"][feed]

    return run


def counts(found: dict[str, Any]) -> dict[str, int]:
    """The figures that are not 0."""
    names = ("acknowledged", "rows", "quarantined", "pending", "missing", "duplicate", "unacknowledged")
    return {name: found[name] for name in names if found[name]}


def test_before_anything_was_sent(inspect: Any) -> None:
    found = inspect()
    assert counts(found) == {}
    assert (found["table"], found["shards"], found["recent"]) == ("pinterest_user_table", {}, None)


def test_all_is_there(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    one, other = user_records(range(40), bad_every=4), user_records(range(100, 110), shard=OTHER, base=BASE - 500)
    acknowledge(sink, [*one, *other])
    appender(sink, tmp_path, "user").append([*one, *other])
    found = inspect()
    assert counts(found) == {"acknowledged": 50, "rows": 40, "quarantined": 10}
    assert (found["sent"], found["failed"]) == (50, 0)
    assert found["shards"] == {
        SHARD: {
            "acknowledged": 40, "rows": 30, "quarantined": 10, "pending": 0, "missing": 0, "duplicate": 0,
            "unacknowledged": 0, "highest_sequence_number": str(BASE + 38),
        },
        OTHER: {
            "acknowledged": 10, "rows": 10, "quarantined": 0, "pending": 0, "missing": 0, "duplicate": 0,
            "unacknowledged": 0, "highest_sequence_number": str(BASE - 500 + 109),
        },
    }  # fmt: skip
    assert counts(inspect("pin")) == {}


def test_what_is_on_its_way_is_pending(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    acknowledge(sink, [*user_records(range(50)), *user_records(range(7), shard=OTHER)])
    assert counts(inspect()) == {"acknowledged": 57, "pending": 57}
    appender(sink, tmp_path, "user").append(user_records(range(30)))
    assert counts(inspect()) == {"acknowledged": 57, "rows": 30, "pending": 27}
    assert inspect()["shards"][OTHER]["highest_sequence_number"] is None


def test_between_the_quarantine_and_the_table_nothing_is_missing(
    sink: SinkBucket, inspect: Any, tmp_path: Path
) -> None:
    records = user_records(range(8), bad_every=4)
    acknowledge(sink, records)
    appender(sink, tmp_path, "user").append([record for record in records if record.data.startswith(b"bad")])
    assert counts(inspect()) == {"acknowledged": 8, "quarantined": 2, "pending": 6}


def test_missing_rows_and_rejects(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    records = user_records(range(40), bad_every=4)
    acknowledge(sink, records)
    appender(sink, tmp_path, "user").append(records)
    sink.tables.open("pinterest_user_table").delete("ind IN (5, 38)")
    sink.tables.open("quarantine").delete(f"position = '{SHARD}:{BASE + 3}'")
    assert counts(inspect()) == {"acknowledged": 40, "rows": 28, "quarantined": 9, "missing": 3}


def test_doubles_within_the_table_and_across(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    records = user_records(range(10), bad_every=10)
    acknowledge(sink, records)
    appender(sink, tmp_path, "user").append(records)
    table = sink.tables.open("pinterest_user_table")
    table.update({"_sequence_number": f"'{BASE}'"}, predicate="ind = 1")
    table.update({"_sequence_number": f"'{BASE + 9}'"}, predicate="ind = 2")
    assert counts(inspect()) == {"acknowledged": 10, "rows": 9, "quarantined": 1, "missing": 2, "duplicate": 2}


def test_rows_that_nobody_acknowledged(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    acknowledge(sink, user_records(range(5)))
    appender(sink, tmp_path, "user").append(user_records(range(8), bad_every=8))
    assert counts(inspect()) == {"acknowledged": 5, "rows": 7, "quarantined": 1, "unacknowledged": 3}


def test_a_record_that_two_lines_acknowledge_is_one(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    for number in range(2):
        acknowledge(sink, user_records(range(5)), number)
    appender(sink, tmp_path, "user").append(user_records(range(5)))
    assert counts(inspect()) == {"acknowledged": 5, "rows": 5}


def test_the_number_of_a_quiet_shard(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    """Its last commit is not among those that are read."""
    one = appender(sink, tmp_path, "user")
    one.append(user_records(range(5)))
    for start in range(0, 50, 10):
        one.append(user_records(range(start, start + 10), shard=OTHER))
    assert inspect(commits=3)["shards"][SHARD]["highest_sequence_number"] == str(BASE + 4)


def arrived(numbers: range, seconds_ago: float) -> list[StreamRecord]:
    moment = int((time.time() - seconds_ago) * 1e6)
    return [StreamRecord(r.shard, r.sequence_number, r.data, moment) for r in user_records(numbers)]


def test_latency_and_rate(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    one.append(arrived(range(0, 60), 1000))
    one.append(arrived(range(60, 90), 30))
    one.append(arrived(range(90, 100), 5))
    recent = inspect()["recent"]
    latency = recent["latency"]
    assert (latency["commits"], latency["rows"]) == (3, 100)
    assert 1000 < latency["p50"] < 1060
    assert 0.6 < recent["rows_per_second"] < 0.7
    assert 5 < recent["newest_row_age"] < 60
    assert (recent["files"], recent["log_entries"]) == (3, 4)
    # Of the two newest commits only the newer says where it began.
    latency = inspect(commits=2)["recent"]["latency"]
    assert (latency["commits"], latency["rows"]) == (2, 10)
    assert 5 < latency["p50"] <= latency["p95"] <= latency["p99"] < 60


def test_compaction_changes_the_files_only(sink: SinkBucket, inspect: Any, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    for start in range(0, 50, 10):
        one.append(arrived(range(start, start + 10), 100))
    before = inspect()
    sink.tables.open("pinterest_user_table").optimize.compact()
    after = inspect()
    assert (before["recent"]["files"], after["recent"]["files"]) == (5, 1)
    assert after["recent"]["latency"] == before["recent"]["latency"]
    assert after["shards"] == before["shards"]
