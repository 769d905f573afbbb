"""Inspection: each figure must move when the thing it counts does."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from table_engine.batch_plan import Plan
from table_engine.documents import FeedInspection
from table_engine.errors import TableEngineError
from table_engine.feeds import FeedName
from table_engine.inspection import overlapping, run_inspection
from table_engine.ledger import merge_ranges
from table_engine.raw_files import RawFile
from tests.sink_bucket import SinkBucket, dead_letter, jsonl


@pytest.fixture
def inspect(sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path) -> Any:
    def run(feed: FeedName = "user") -> FeedInspection:
        return run_inspection(session, sink.bucket, "pinterest", tmp_path)["feeds"][feed]

    return run


def ledger_line(feed: str, sent: int, acknowledged: int, failed: int, offsets: list[list[int]]) -> dict[str, Any]:
    return {
        "run": "r", "seed": 100, "mode": "all", "from": 0, "to": sent, "feed": feed, "sent": sent,
        "acknowledged": acknowledged, "failed": failed, "attempts": 1, "offsets": offsets,
        "at": "2026-01-31T12:00:00.000Z",
    }  # fmt: skip


def test_the_last_day_is_of_batches_that_are_young(
    sink: SinkBucket, inspect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.put("user", 0, 0, jsonl({"ind": 1}, {"ind": "none"}))
    sink.batch()
    sink.put("user", 0, 2, jsonl({"ind": 3}, {"ind": "none"}, {"ind": "none"}))
    sink.put("pin", 0, 0, jsonl({"index": 1}))
    sink.batch()
    sink.put("user", 0, 5, jsonl({"ind": 6}))
    assert inspect()["last_day"] == {"records": 5, "rejects": 3}
    assert inspect("pin")["last_day"] == {"records": 1, "rejects": 0}
    monkeypatch.setattr("table_engine.inspection._DAY", timedelta(0))
    assert inspect()["last_day"] == {"records": 0, "rejects": 0}


def test_a_batch_is_young_when_one_of_its_files_is() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)

    def file(name: str, hours: int) -> RawFile:
        return RawFile(name, "etag", 1, noon + timedelta(hours=hours), 0, 0)

    plan = Plan(
        {
            (1, "pin"): [file("a", -30), file("b", -25)],
            (2, "pin"): [file("c", -30), file("d", -1)],
            (2, "geo"): [file("e", -30)],
            (3, "geo"): [file("f", 0)],
        }
    )
    since = noon - timedelta(hours=24)
    assert [plan.of_batches_since(since, feed) for feed in ("pin", "geo", "user")] == [{"c", "d"}, {"e", "f"}, set()]


def test_raw_partitions(sink: SinkBucket, inspect: Any) -> None:
    sink.put("user", 0, 0, jsonl({"ind": 1}, {"ind": 2}) + b"\n \n")
    sink.put("user", 0, 2, jsonl({"ind": 3}, {"ind": 4}, {"ind": 5}))
    sink.put("user", 0, 4, b'{"ind":5}\r\n\xff\nbad')
    sink.put("user", 3, 70, b"")
    sink.batch()
    sink.put("user", 0, 7, jsonl({"ind": 9}))
    assert inspect() == {
        "sent": 0,
        "acknowledged": 0,
        "failed": 0,
        "acknowledged_offsets": {},
        "raw_partitions": {
            "0": {
                "files": 4, "lines": 9, "blank_lines": 2, "overlapping_lines": 1, "last_start_offset": 7,
                "next_offset": 8, "pending_lines": 1,
            },
            "3": {
                "files": 1, "lines": 0, "blank_lines": 0, "overlapping_lines": 0, "last_start_offset": 70,
                "next_offset": 70, "pending_lines": 0,
            },
        },
        "table_rows": 5,
        "table_posts": 5,
        "quarantine_rows": 2,
        "quarantine_positions": 2,
        "missing_from_tables": 0,
        "dead_letters_kept": 0,
        "dead_letter_rows": 0,
        "dead_letter_positions": 0,
        "dead_letters_missing": 0,
        "last_day": {"records": 8, "rejects": 2},
    }  # fmt: skip
    assert inspect("pin")["raw_partitions"] == {}


def test_missing_lines_and_double_rows_are_seen(sink: SinkBucket, inspect: Any) -> None:
    sink.put("user", 0, 0, jsonl({"ind": 1}, {"ind": 2}, {"ind": "x"}, {"ind": 2.0}, {"ind": "4"}))
    sink.batch()
    assert inspect()["missing_from_tables"] == 0
    table = sink.tables.open("user")
    table.delete("ind = 2")
    assert inspect()["missing_from_tables"] == 2
    sink.tables.open("quarantine").delete("feed = 'user'")
    assert inspect()["missing_from_tables"] == 3
    sink.tables.open("user").update({"ind": "1"}, predicate="ind = 4")
    found = inspect()
    assert (found["table_rows"], found["table_posts"], found["missing_from_tables"]) == (2, 1, 4)


def test_dead_letters(sink: SinkBucket, inspect: Any) -> None:
    sink.put("pin", 0, 0, jsonl({"index": 1}) + b"bad\n")
    sink.put("dead-letters", 0, 0, dead_letter(0) + dead_letter(1) + dead_letter(2, topic="pinterest.geo"))
    sink.put("dead-letters", 0, 3, dead_letter(1) + dead_letter(3, topic="of.others") + b"no letter\n")
    sink.put("dead-letters", 7, 0, dead_letter(1))

    def figures(feed: str) -> list[int]:
        found = inspect(feed)
        # No other figure counts them.
        assert (found["quarantine_rows"], found["quarantine_positions"], found["missing_from_tables"]) == (
            (1, 1, 0) if feed == "pin" else (0, 0, 0)
        )
        assert found["last_day"] == ({"records": 2, "rejects": 1} if feed == "pin" else {"records": 0, "rejects": 0})
        names = ("dead_letters_kept", "dead_letter_rows", "dead_letter_positions", "dead_letters_missing")
        return [found[name] for name in names]

    sink.batch()
    assert [figures(feed) for feed in ("pin", "geo", "user")] == [[2, 2, 2, 0], [1, 1, 1, 0], [0, 0, 0, 0]]
    # What no batch has taken is not missing yet.
    sink.put("dead-letters", 0, 6, dead_letter(4) + dead_letter(0))
    sink.put("dead-letters", 9, 0, dead_letter(5))
    assert figures("pin") == [4, 2, 2, 0]
    quarantine = sink.tables.open("quarantine")
    quarantine.delete("position LIKE '%offset=0'")
    assert figures("pin") == [4, 1, 1, 1]
    assert sink.batch()["dead_letters"] == 3
    assert figures("pin") == [4, 4, 4, 0]
    sink.tables.open("quarantine").delete("position LIKE '%offset=1'")
    assert figures("pin") == [4, 3, 3, 1]
    assert sink.batch()["dead_letters"] == 0
    assert figures("pin") == [4, 3, 3, 1]
    sink.tables.open("quarantine").update(
        {"position": "'pinterest.pin/partition=0/offset=4'"}, predicate="position LIKE '%offset=5'"
    )
    assert figures("pin") == [4, 3, 2, 2]
    # Another dead-letter record at a known offset counts on its own.
    sink.put("dead-letters", 0, 8, dead_letter(0, None) + dead_letter(0, b"") + dead_letter(0))
    assert figures("pin") == [6, 3, 2, 2]
    assert sink.batch()["dead_letters"] == 2
    assert figures("pin") == [6, 5, 4, 2]
    # Those of a bucket that has lost its objects are no fault.
    for key in [stored.key for stored in sink.bucket.list("topics/pinterest.dead-letters/")]:
        sink.delete(key)
    assert figures("pin") == [0, 5, 4, 0]


def test_a_changed_file_is_pending_until_it_is_batched(sink: SinkBucket, inspect: Any) -> None:
    sink.put("user", 0, 0, jsonl({"ind": 1}))
    sink.batch()
    sink.put("user", 0, 0, jsonl({"ind": 1}, {"ind": 2}))
    assert inspect()["raw_partitions"]["0"]["pending_lines"] == 2
    assert inspect()["missing_from_tables"] == 0
    sink.batch()
    assert inspect()["raw_partitions"]["0"]["pending_lines"] == 0


def test_the_ledger(sink: SinkBucket, inspect: Any) -> None:
    sink.batch()
    first = [
        ledger_line("user", 500, 499, 1, [[0, 0, 249], [1, 0, 248]]),
        ledger_line("pin", 3, 3, 0, [[0, 5, 5]]),
        ledger_line("user", 10, 10, 0, [[0, 250, 259]]),
    ]
    sink.bucket.write("sent/a/00000000.jsonl", jsonl(*first) + b"\n")
    sink.bucket.write("sent/b/00000000.jsonl", jsonl(ledger_line("user", 1, 1, 0, [[1, 300, 300]])))
    found = inspect()
    assert (found["sent"], found["acknowledged"], found["failed"]) == (511, 510, 1)
    assert found["acknowledged_offsets"] == {"0": [(0, 259)], "1": [(0, 248), (300, 300)]}
    assert inspect("geo")["sent"] == 0


def test_before_the_first_batch(inspect: Any) -> None:
    with pytest.raises(TableEngineError, match="run the command 'batch' first"):
        inspect()


def test_of_duplicate_row_numbers_the_last_counts(sink: SinkBucket, inspect: Any) -> None:
    lines = [
        b'{"ind":1,"ind":7}',
        b'{"ind":2,"\\u0069nd":8,"x":[{"ind":3}]}',
        b'{"first_name":"\\u00e9","ind":4}',
        b'{"ind":"ind"}',
    ]
    sink.put("user", 0, 0, b"\n".join(lines) + b"\n")
    sink.batch()
    assert [row[0] for row in sink.rows("user")] == [4, 7, 8]
    assert inspect()["missing_from_tables"] == 0


def test_merge_ranges() -> None:
    assert merge_ranges([(5, 9), (0, 3), (4, 4), (20, 21), (6, 7)]) == [(0, 9), (20, 21)]
    assert merge_ranges([]) == []


def test_overlapping() -> None:
    assert overlapping([(0, 10), (10, 5), (20, 5)]) == 0
    assert overlapping([(0, 10), (8, 5), (9, 2)]) == 4
    assert overlapping([(0, 100), (10, 5), (50, 60)]) == 55
