"""The command `watch`: each figure moves when the thing it counts does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import obstore
import pytest

from table_engine import watch
from table_engine.documents import Watch
from table_engine.stream_inspection import run_stream_inspection
from tests.sink_bucket import USER, SinkBucket, dead_letter, jsonl
from tests.stream_support import appender, user_records
from tests.test_stream_inspection import acknowledge

EMPTY = {"total": 0, "newest": None}


class Asking:
    """A watcher in this process that is asked when the test wants to know; nothing is kept from being due."""

    def __init__(self, session: duckdb.DuckDBPyConnection, sink: SinkBucket) -> None:
        self._watcher = watch._Watcher(session, sink.bucket, USER)

    def __call__(self) -> Watch:
        return self._watcher.figures()


@pytest.fixture
def ask(sink: SinkBucket, session: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setattr(watch._Part, "is_due", lambda _self, _now: True)
    return Asking(session, sink)


def totals(found: Watch) -> list[int | None]:
    """Of raw files, planned files and tables."""
    places = (found["raw_files"], found["planned"], found["tables"])
    return [None if place is None else place["total"] for place in places]


def test_before_there_is_anything(ask: Asking) -> None:
    nothing = {"sent": 0, "acknowledged": 0}
    assert ask() == {
        "topics": nothing,
        "streams": nothing,
        "raw_files": EMPTY,
        "planned": EMPTY,
        "tables": EMPTY,
        "stream_arrivals": EMPTY,
        "stream_tables": EMPTY,
        "quarantine": {"batch": 0, "stream": 0, "dead_letters": 0},
        "latency": {"batch": None, "stream": None},
    }


def test_the_batch_path(sink: SinkBucket, ask: Asking) -> None:
    sink.put("pin", 0, 0, jsonl({"index": 1}, {"index": 2}) + b"bad\n")
    sink.put("geo", 1, 0, jsonl({"ind": 1}))
    found = ask()
    assert found["raw_files"] and found["raw_files"]["total"] == 4 and found["raw_files"]["newest"]
    assert (found["planned"], found["tables"]) == (EMPTY, EMPTY)
    sink.batch()
    found = ask()
    assert totals(found) == [4, 4, 3]
    assert found["quarantine"] == {"batch": 1, "stream": 0, "dead_letters": 0}
    latency = found["latency"] and found["latency"]["batch"]
    assert latency and latency["rows"] == 4 and latency["commits"] == 2 and latency["p99"] > 0
    # Another file in a partition that was listed, one in a new partition, and a post that is there already.
    sink.put("pin", 0, 3, jsonl({"index": 3}))
    sink.put("pin", 2, 0, jsonl({"index": 1}))
    sink.bucket.write(f"topics/{USER}.dead-letters/partition=0/{USER}.dead-letters+0+{0:020}.json", dead_letter(9))
    assert totals(ask()) == [6, 4, 3]
    sink.batch()
    found = ask()
    assert totals(found) == [6, 6, 4]
    assert found["quarantine"] == {"batch": 1, "stream": 0, "dead_letters": 1}


def test_the_streaming_path_is_as_the_inspection_has_it(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, ask: Asking, tmp_path: Path
) -> None:
    records = user_records(range(40), bad_every=4)
    acknowledge(sink, records)
    to = appender(sink, tmp_path, "user")
    to.append(records[:20])
    found = ask()
    assert found["streams"] == found["topics"] == {"sent": 40, "acknowledged": 40}
    assert found["stream_tables"] and found["stream_tables"]["total"] == 15
    assert found["stream_arrivals"] and str(found["stream_arrivals"]["newest"]).startswith("2023-11-14T22:13:20.018")
    to.append(records[20:])
    to.append(user_records(range(40, 50), shard="shardId-000000000001"))
    acknowledge(sink, user_records(range(40, 50), shard="shardId-000000000001"), number=1)
    found = ask()
    assert found["streams"] == {"sent": 50, "acknowledged": 50}
    assert found["stream_tables"] and found["stream_tables"]["total"] == 40
    assert found["quarantine"] == {"batch": 0, "stream": 10, "dead_letters": 0}
    recent = run_stream_inspection(session, sink.bucket, USER)["feeds"]["user"]["recent"]
    assert recent and recent["latency"] and found["latency"]
    assert found["latency"]["stream"] == recent["latency"]


def test_what_cannot_be_read_is_null_until_it_can(
    sink: SinkBucket, ask: Asking, capfd: pytest.CaptureFixture[str]
) -> None:
    key = f"topics/{USER}.pin/partition=0/{USER}.pin+0+{0:020}.json"
    sink.bucket.write(key, jsonl({"index": 1}))
    found = ask()
    assert (found["raw_files"], found["planned"], found["tables"]) == (None, None, EMPTY)
    assert "Another program than the sink wrote it" in capfd.readouterr().err
    obstore.put(sink.bucket._store, key, jsonl({"index": 1}), attributes={"record-count": "1"})
    found = ask()
    assert found["raw_files"] and found["raw_files"]["total"] == 1
    assert found["planned"] == EMPTY


def test_a_document_for_each_line_until_there_are_no_more(sink: SinkBucket, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "table_engine", "watch", "--bucket", sink.name, "--user-id", USER]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    for _ in range(2):
        process.stdin.write("\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["tables"] == EMPTY
    rest, _ = process.communicate(timeout=60)
    assert (rest, process.returncode) == ("", 0)
