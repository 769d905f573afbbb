"""Replays: what is missing comes back, nothing else changes, and twice changes nothing."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from table_engine.stream_records import StreamRecord
from table_engine.stream_replay import ReplayReport, replay_records, replay_stream
from table_engine.stream_tables import ShardProgress
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import BASE, SHARD, appender, stream_rows, user_records
from tests.sweeps import amount

OTHER = "shardId-000000000001"


def everything(sink: SinkBucket) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    return stream_rows(sink, "user"), sink.rows("quarantine")


def versions(sink: SinkBucket) -> tuple[int, int]:
    return sink.commits("pinterest_user_table"), sink.commits("quarantine")


def both_shards() -> list[StreamRecord]:
    return [*user_records(range(40), bad_every=4), *user_records(range(60, 80), shard=OTHER, bad_every=4)]


def test_what_was_deleted_comes_back_and_nothing_else_changes(sink: SinkBucket, tmp_path: Path) -> None:
    records = both_shards()
    appender(sink, tmp_path, "user").append(records)
    before = everything(sink)
    sink.tables.open("pinterest_user_table").delete("ind IN (0, 5, 38, 61)")
    sink.tables.open("quarantine").delete(f"position IN ('{SHARD}:{BASE + 3}', '{OTHER}:{BASE + 79}')")
    one = appender(sink, tmp_path, "user")
    # The order does not matter, nor that a record comes twice.
    assert replay_records(one, [*reversed(records), records[5]]) == ReplayReport(60, 4, 2, 54, 0)
    assert everything(sink) == before
    assert [row[5] for row in before[0]] != []
    after = versions(sink)
    for again in (one, appender(sink, tmp_path, "user")):
        assert replay_records(again, records) == ReplayReport(60, 0, 0, 60, 0)
    assert versions(sink) == after
    # The appender knows as before how far each shard has got.
    assert one.append(records).repeated == 60
    assert one.append(user_records(range(35, 45), bad_every=4)).rows == 4
    assert appender(sink, tmp_path, "user").append(user_records(range(30, 45), bad_every=4)).repeated == 15


def test_what_the_mapping_gave_up_on(sink: SinkBucket, tmp_path: Path) -> None:
    """A batch in the middle never came: rows and rejects, before any other reject."""
    records = user_records(range(30), bad_every=4)
    one = appender(sink, tmp_path, "user")
    one.append(records[:3])
    one.append([r for r in records[20:] if not r.data.startswith(b"bad")])
    assert replay_records(one, records) == ReplayReport(30, 12, 7, 11, 0)
    # Another run that still works on it is too late.
    assert one.append(records[3:20]).repeated == 17
    assert [row[0] for row in stream_rows(sink, "user")] == [n for n in range(30) if n % 4 != 3]
    assert len(sink.rows("quarantine")) == 7


def test_what_is_on_its_way_is_left_to_the_stream(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    records = user_records(range(20), bad_every=4)
    assert replay_records(one, records) == ReplayReport(20, 0, 0, 0, 20)
    one.append(records[:10])
    assert replay_records(one, records) == ReplayReport(20, 0, 0, 10, 10)
    assert one.append(records).repeated == 10
    assert len(stream_rows(sink, "user")) == 15


def test_rows_that_were_compacted_are_found(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    for start in range(0, 40, 10):
        one.append(user_records(range(start, start + 10)))
    sink.tables.open("pinterest_user_table").optimize.compact()
    assert replay_stream(one, iter(user_records(range(40)))) == ReplayReport(40, 0, 0, 40, 0)


def test_many_records_are_replayed_some_at_a_time(
    sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("table_engine.stream_replay._RECORDS", 7)
    one = appender(sink, tmp_path, "user")
    one.append(both_shards())
    sink.tables.open("pinterest_user_table").delete("ind IN (0, 5, 38, 61)")
    assert replay_stream(one, iter(both_shards())) == ReplayReport(60, 4, 0, 56, 0)


def test_replays_race_each_other_and_an_appender(
    new_bucket: Callable[[], SinkBucket], sink: SinkBucket, tmp_path: Path
) -> None:
    count = amount(250, 400)
    records = user_records(range(count), bad_every=5)
    first = appender(sink, tmp_path, "user")
    first.append(records[:150])
    sink.tables.open("pinterest_user_table").delete("ind % 3 = 0")
    sink.tables.open("quarantine").delete("TRUE")

    def append() -> None:
        own = appender(sink, tmp_path, "user")
        for start in range(150, count, 10):
            own.append(records[start : start + 10])

    def replay() -> list[ReplayReport]:
        own = appender(sink, tmp_path, "user")
        return [replay_records(own, records[start : start + 30]) for start in range(0, 150, 30)]

    with ThreadPoolExecutor(4) as pool:
        appending, replays = pool.submit(append), [pool.submit(replay) for _ in range(3)]
    appending.result()
    reports = [report for replayed in replays for report in replayed.result()]
    assert [row[0] for row in stream_rows(sink, "user")] == [n for n in range(count) if n % 5 != 4]
    assert len({row[2] for row in sink.rows("quarantine")}) == len(sink.rows("quarantine")) == count // 5
    assert sum(r.inserted for r in reports) == len([n for n in range(150) if n % 3 == 0 and n % 5 != 4])
    assert sum(r.quarantined for r in reports) == 30


def test_the_number_stays(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    one.append(user_records(range(40)))
    table = sink.tables.open("pinterest_user_table")
    table.delete("ind = 7")
    replay_records(one, user_records(range(20)))
    progress = ShardProgress(one.stream, SHARD)
    table.update_incremental()
    assert progress.highest(table) == BASE + 39
    assert (progress.commits(table), progress.replays(table)) == (2, 1)


def lines(records: list[StreamRecord]) -> bytes:
    return b"\n" + jsonl(
        *(
            {
                "shard": r.shard,
                "sequence_number": f"0{r.sequence_number}",
                "data": base64.b64encode(r.data).decode(),
                "arrived_at": r.arrived_at,
            }
            for r in records
        )
    )


def test_the_command(sink: SinkBucket, environment: dict[str, str], tmp_path: Path) -> None:
    appender(sink, tmp_path, "user").append(both_shards())
    before = everything(sink)
    sink.tables.open("pinterest_user_table").delete("ind IN (0, 61)")

    def run(given: bytes) -> subprocess.CompletedProcess[bytes]:
        arguments = ["--bucket", sink.name, "--user-id", USER, "--feed", "user"]
        command = [sys.executable, "-m", "table_engine", "replay-records", *arguments]
        return subprocess.run(command, env=environment, input=given, capture_output=True, timeout=300)

    found = json.loads(run(lines(both_shards())).stdout)
    assert found["seconds"] >= 0
    del found["seconds"]
    assert found == {"feed": "user", "records": 60, "inserted": 2, "quarantined": 0, "present": 58, "ahead": 0}
    assert everything(sink) == before
    good = json.loads(lines(both_shards()[:1]))
    wrongs: list[dict[str, object]] = [
        {"shard": "a'b"},
        {"sequence_number": "x"},
        {"data": "%"},
        {"arrived_at": None},
        # Milliseconds, nanoseconds, next week: what is there would be looked for at a wrong time, and not be found.
        {"arrived_at": 1_700_000_000_000},
        {"arrived_at": 1_700_000_000_000_000_000},
        {"arrived_at": round((time.time() + 7 * 86_400) * 1_000_000)},
    ]
    for wrong in wrongs:
        process = run(jsonl({**good, **wrong}))
        assert process.returncode == 1
        assert b"Line 1 of the records" in process.stderr
