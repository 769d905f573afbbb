"""Replays of raw files: what the batch tables lack comes back, and nothing else changes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from table_engine.raw_replay import replay_raw_files
from tests.conftest import parsed
from tests.sink_bucket import USER, SinkBucket, jsonl

EVER = (datetime(2000, 1, 1, tzinfo=timezone.utc), datetime(2200, 1, 1, tzinfo=timezone.utc))


@pytest.fixture
def replay(sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(start: datetime = EVER[0], end: datetime = EVER[1]) -> dict[str, Any]:
        report = replay_raw_files(session, sink.bucket, USER, "user", start, end, tmp_path)
        assert report["feed"] == "user"
        return {name: count for name, count in report.items() if name not in ("feed", "seconds")}

    return run


def counts(*given: int, **more: int) -> dict[str, int]:
    names = ("files", "pending_files", "lines", "rows", "rejects", "inserted", "quarantined")
    return {**dict.fromkeys(names, 0), **dict(zip(names, given, strict=False)), **more}


def fill(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, jsonl(*({"ind": n, "age": 20} for n in range(10))) + b"bad 1\nbad 2\n")
    sink.put("user", 1, 0, jsonl(*({"ind": n, "age": 20} for n in range(10, 20))) + b"bad 3\n")
    sink.put("pin", 0, 0, b"bad 4\n")
    sink.batch()
    sink.put("user", 0, 12, jsonl(*({"ind": n, "age": 30} for n in range(5, 8))))
    sink.batch()


def state(sink: SinkBucket) -> tuple[list[Any], list[Any]]:
    return sink.rows("user"), sink.rows("quarantine")


def test_what_was_deleted_comes_back_and_nothing_else_changes(sink: SinkBucket, replay: Any) -> None:
    fill(sink)
    before = state(sink)
    sink.tables.open("user").delete("ind IN (3, 6, 15)")
    sink.tables.open("quarantine").delete("raw_text IN ('bad 2', 'bad 4')")
    assert replay() == counts(3, 0, 26, 23, 3, inserted=3, quarantined=1)
    assert state(sink)[0] == before[0]
    assert state(sink)[1] == [row for row in before[1] if row[3] != "bad 4"]
    versions = [sink.commits(name) for name in ("user", "quarantine")]
    assert replay() == counts(3, 0, 26, 23, 3)
    assert [sink.commits(name) for name in ("user", "quarantine")] == versions
    assert sink.batch()["batch"] is None


def test_a_row_that_is_there_stays_as_it_is(sink: SinkBucket, replay: Any) -> None:
    fill(sink)
    sink.tables.open("user").update({"age": "99"}, predicate="ind = 4")
    assert replay()["inserted"] == 0
    assert [row[2] for row in sink.rows("user") if row[0] == 4] == [99]


def test_files_that_no_batch_has_taken_up_are_left_to_it(sink: SinkBucket, replay: Any) -> None:
    fill(sink)
    sink.put("user", 0, 15, jsonl({"ind": 50}) + b"bad 5\n")
    sink.put("user", 1, 0, jsonl({"ind": 51}))
    assert replay() == counts(2, 2, 15, 13, 2)
    sink.batch()
    assert len([row for row in sink.rows("quarantine") if row[3] == "bad 5"]) == 1
    assert [row[0] for row in sink.rows("user")] == [*range(20), 50, 51]


def test_only_files_of_the_time_are_read(sink: SinkBucket, replay: Any) -> None:
    fill(sink)
    uploaded = [o.modified for o in sink.bucket.list(f"topics/{USER}.user/")]
    sink.tables.open("user").delete("TRUE")
    assert replay(max(uploaded) + timedelta(seconds=1)) == counts()
    assert replay(end=min(uploaded) - timedelta(seconds=1)) == counts()
    assert replay(min(uploaded), max(uploaded))["inserted"] == 20


def test_of_a_missing_post_the_newest_row_comes_back_though_it_is_after_the_time(sink: SinkBucket, replay: Any) -> None:
    first = sink.put("user", 0, 0, jsonl({"ind": 1, "age": 20}, {"ind": 2, "age": 20}) + b"bad 1\n")
    sink.put("user", 1, 0, jsonl({"ind": 3, "age": 20}))
    # As the server knows times.
    time.sleep(1.1)
    sink.put("user", 0, 3, jsonl({"ind": 1, "age": 99}, {"ind": 4, "age": 20}) + b"bad 2\n")
    sink.batch()
    time.sleep(1.1)
    sink.put("user", 0, 6, jsonl({"ind": 1, "age": 77}))
    uploaded = {o.key: o.modified for o in sink.bucket.list(f"topics/{USER}.user/")}
    before = state(sink)
    assert [row[2] for row in before[0]] == [99, 20, 20, 20]
    sink.tables.open("user").delete("ind IN (1, 4)")
    sink.tables.open("quarantine").delete("TRUE")
    # The last file is left to the batch, and what is only in the second one is not in this time.
    assert replay(end=uploaded[first] + timedelta(seconds=1)) == counts(2, 0, 4, 3, 1, 1, 1)
    assert state(sink) == ([row for row in before[0] if row[0] != 4], [row for row in before[1] if row[3] == "bad 1"])


def test_a_file_that_was_uploaded_again_is_older_than_what_follows_it(sink: SinkBucket, replay: Any) -> None:
    first, second = jsonl({"ind": 1, "age": 20}), jsonl({"ind": 1, "age": 99})
    sink.put("user", 0, 0, first)
    sink.put("user", 0, 1, second)
    sink.batch()
    time.sleep(1.1)
    again = sink.put("user", 0, 0, first)
    uploaded = {o.key: o.modified for o in sink.bucket.list(f"topics/{USER}.user/")}
    sink.tables.open("user").delete("TRUE")
    assert replay(start=uploaded[again])["inserted"] == 1
    assert [row[2] for row in sink.rows("user")] == [99]


def test_the_command(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    fill(sink)
    sink.tables.open("user").delete("ind = 3")
    arguments = ("--bucket", sink.name, "--user-id", USER, "--feed", "user")
    times = ("--from", "2000-01-01T00:00:00Z", "--to", "2200-01-01T00:00:00+01:00")
    found = parsed(engine("replay-raw-files", *arguments, *times))
    assert (found["feed"], found["files"], found["inserted"]) == ("user", 3, 1)
    for wrong, message in (
        (("--from", "yesterday", "--to", "2200-01-01"), "'yesterday' is no time"),
        (("--from", "2001-01-01", "--to", "2000-01-01"), "is after --to"),
        (("--from", "2001-01-01"), "--to"),
    ):
        process = engine("replay-raw-files", *arguments, *wrong)
        assert process.returncode != 0
        assert message in process.stderr
    assert json.dumps(found)
