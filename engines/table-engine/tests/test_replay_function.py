"""The function that replays, with the events that the command line sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from table_engine.errors import TableEngineError
from tests.append_function import load_function
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import appender, stream_rows, user_records
from tests.test_stream_replay import lines

EVER = {"from": "1970-01-01T00:00:00.000Z", "to": "2200-01-01T00:00:00.000Z"}


@pytest.fixture
def replay(sink: SinkBucket, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SINK_BUCKET", sink.name)
    monkeypatch.setenv("USER_ID", USER)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    return load_function("replay").handler


def test_records_that_were_deleted_come_back(replay: Any, sink: SinkBucket, tmp_path: Path) -> None:
    records = user_records(range(20), bad_every=4)
    appender(sink, tmp_path, "user").append(records)
    before = stream_rows(sink, "user"), sink.rows("quarantine")
    sink.tables.open(f"{USER}_user_table").delete("ind IN (1, 2)")
    sink.tables.open("quarantine").delete("TRUE")
    event = {"source": "stream", "feed": "user", "lines": lines(records).decode()}
    report = replay(event, None)
    assert report.pop("seconds") >= 0
    assert report == {"feed": "user", "records": 20, "inserted": 2, "quarantined": 5, "present": 13, "ahead": 0}
    assert (stream_rows(sink, "user"), len(sink.rows("quarantine"))) == (before[0], len(before[1]))
    assert replay(event, None)["present"] == 20


def test_raw_files_bring_back_what_a_batch_table_lacks(replay: Any, sink: SinkBucket) -> None:
    sink.put("user", 0, 0, jsonl({"ind": 1}, {"ind": 2}, {"ind": "none"}))
    load_function("batch").handler({}, None)
    before = sink.rows("user")
    sink.tables.open("user").delete("ind = 2")
    report = replay({"source": "raw-files", "feed": "user", **EVER}, None)
    assert report.pop("seconds") >= 0
    counts = {"files": 1, "pending_files": 0, "lines": 3, "rows": 2, "rejects": 1, "inserted": 1, "quarantined": 0}
    assert report == {"feed": "user", **counts}
    assert sink.rows("user") == before
    assert replay({"source": "raw-files", "feed": "user", **EVER, "to": EVER["from"]}, None)["files"] == 0


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"source": "stream", "feed": "pins", "lines": ""}, "The feed is 'pins'"),
        ({"source": "topics", "feed": "pin"}, "The source is 'topics'"),
        ({"source": "stream", "feed": "pin", "lines": "{}"}, "Line 1 of the records"),
    ],
)
def test_another_event_is_refused(replay: Any, event: dict[str, Any], message: str) -> None:
    with pytest.raises(TableEngineError, match=message):
        replay(event, None)
