"""The command `rejects`: the quarantine's counts and newest rows, and dead-letter records that are not in it yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from table_engine.rejects import MOST_CHARACTERS, run_rejects
from tests.conftest import parsed
from tests.sink_bucket import USER, SinkBucket, dead_letter, jsonl
from tests.stream_support import BASE, SHARD, appender, user_records


def test_counts_by_reason_and_the_newest_first(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    key = sink.put("pin", 0, 0, b"first\n" + jsonl([1], [2]))
    sink.batch()
    appender(sink, tmp_path, "user").append(user_records([0, 1], bad_every=2))
    found = run_rejects(session, sink.bucket, USER, 2)
    counts = [(count["feed"], count["path"], count["rows"]) for count in found["counts"]]
    assert sorted(counts) == [("pin", "batch", 1), ("pin", "batch", 2), ("user", "stream", 1)]
    assert counts[0] == ("pin", "batch", 2)
    newest, second = found["newest"]
    assert (newest["feed"], newest["path"], newest["raw"]) == ("user", "stream", "bad 1")
    assert newest["position"] == f"{SHARD}:{BASE + 1}" and newest["reason"].startswith("not JSON")
    assert (second["path"], second["position"], second["raw"]) == ("batch", f"{key}:2", "[2]")
    assert str(second["time"]).endswith("Z") and str(second["time"]) < str(newest["time"])


def test_a_dead_letter_record_counts_once_in_quarantine_or_not(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    lines = dead_letter(9, b"kept") + dead_letter(9, b"other text", at=10)
    arguments = ("--bucket", sink.name, "--user-id", USER)
    before = parsed(engine("rejects", *arguments, stdin=lines.decode()))
    assert before["counts"] == [{"feed": "pin", "path": "batch", "reason": "it is an array", "rows": 2}]
    sink.bucket.write(
        f"topics/{USER}.dead-letters/partition=0/{USER}.dead-letters+0+{0:020}.json", dead_letter(9, b"kept")
    )
    sink.batch()
    after = parsed(engine("rejects", *arguments, stdin=lines.decode()))
    assert after["counts"] == before["counts"]
    newest: Any = after["newest"]
    assert [(reject["raw"], reject["time"] is None) for reject in newest] == [("other text", True), ("kept", False)]
    assert newest[1]["position"] == f"{USER}.pin/partition=0/offset=9"


def test_a_long_text_is_cut_with_a_mark(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    sink.put("pin", 0, 0, b"x" * (MOST_CHARACTERS + 5) + b"\n")
    sink.batch()
    assert run_rejects(session, sink.bucket, USER, 1)["newest"][0]["raw"] == "x" * MOST_CHARACTERS + " … (cut)"


def test_before_there_is_anything(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    assert run_rejects(session, sink.bucket, USER, 20) == {"counts": [], "newest": []}
