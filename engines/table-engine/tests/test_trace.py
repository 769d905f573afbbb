"""The command `trace`: the raw line, the rows on both paths and the rejects of one post, and of no other."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import obstore

from table_engine.trace import run_trace
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import BASE, SHARD, appender, user_records


def test_a_post_on_both_paths(sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    old = {"ind": 7, "first_name": "Old", "last_name": "B", "age": 20, "date_joined": "2016-01-01T00:00:00"}
    new = {**old, "first_name": "New"}
    sink.put("user", 0, 0, jsonl(old))
    key = sink.put(
        "user", 0, 1, jsonl({**old, "ind": 71}, {"ind": 8, "first_name": '"ind":7'}, new, {**old, "ind": 17})
    )
    sink.put("pin", 0, 0, jsonl({"index": 7, "downloaded": "perhaps"}, {"index": 77, "downloaded": "perhaps"}))
    sink.batch()
    appender(sink, tmp_path, "user").append(user_records([6, 7, 8]))
    found = run_trace(session, sink.bucket, USER, 7)
    user = [line for line in found["raw_lines"] if line["feed"] == "user"]
    assert [(line["key"], line["line"], json.loads(line["text"])) for line in user] == [(key, 2, new)]
    assert (user[0]["partition"], user[0]["least_offset"], user[0]["dead_letters"]) == (0, 3, 0)
    batch, stream = found["rows"]
    assert json.loads(batch["row"])["user_name"] == "New B"
    assert (batch["table"], batch["shard"], batch["sequence_number"]) == ("user", None, None)
    assert json.loads(stream["row"])["user_name"] == "A 7"
    assert (stream["table"], stream["shard"], stream["sequence_number"]) == (
        "pinterest_user_table", SHARD, str(BASE + 7),
    )  # fmt: skip
    assert [(reject["feed"], reject["path"], "downloaded" in reject["reason"]) for reject in found["rejects"]] == [
        ("pin", "batch", True)
    ]
    assert found["rejects"][0]["position"].endswith(f"{0:020}.json:0")


def test_dead_letter_records_between_the_lines_of_a_file(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    key = f"topics/{USER}.geo/partition=2/{USER}.geo+2+{10:020}.json"
    metadata = {"record-count": "2", "last-offset": "14"}
    obstore.put(sink.bucket._store, key, jsonl({"ind": 1}, {"ind": 2}), attributes=metadata)
    (line,) = run_trace(session, sink.bucket, USER, 2)["raw_lines"]
    assert (line["partition"], line["least_offset"], line["dead_letters"]) == (2, 11, 3)


def test_what_is_nowhere(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    assert run_trace(session, sink.bucket, USER, 5) == {"raw_lines": [], "rows": [], "rejects": []}
