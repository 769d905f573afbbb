"""The batch against a real S3 server."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from table_engine.delta_tables import TABLES, delta_schema
from table_engine.feeds import FEED_NAMES
from tests.conftest import parsed
from tests.sink_bucket import SinkBucket, dead_letter, jsonl

ALL_TABLES = tuple(TABLES)


def user(ind: int, age: int = 20) -> dict[str, Any]:
    return {"ind": ind, "first_name": "A", "last_name": "B", "age": age, "date_joined": "2016-01-02T03:04:05"}


def ages(sink: SinkBucket) -> dict[int, int]:
    rows = sink.rows("user")
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[2] for row in rows}


def quarantine(sink: SinkBucket) -> list[tuple[str, str, str]]:
    """Feed, position after the partition, raw text."""
    return [(row[0], row[2].split("/")[-1], row[3]) for row in sink.rows("quarantine")]


def test_three_feeds_all_partitions_and_the_report(sink: SinkBucket) -> None:
    sink.put("pin", 0, 0, jsonl({"index": 1, "title": "a"}, {"index": 2}))
    sink.put("pin", 5, 0, jsonl({"index": 3, "tag_list": "a, b"}))
    sink.put("geo", 1, 0, jsonl({"ind": 1, "latitude": 1, "longitude": 2}, {"ind": 2, "latitude": 91, "longitude": 2}))
    sink.put("user", 2, 0, jsonl(user(1)))
    report = sink.batch()
    assert report["seconds"] > 0
    assert report == {
        "seconds": report["seconds"],
        "batch": 1,
        "feeds": {
            "pin": {"files": 2, "lines": 3, "rows": 3, "rejects": 0, "inserted": 3, "updated": 0},
            "geo": {"files": 1, "lines": 2, "rows": 1, "rejects": 1, "inserted": 1, "updated": 0},
            "user": {"files": 1, "lines": 1, "rows": 1, "rejects": 0, "inserted": 1, "updated": 0},
        },
        "dead_letters": 0,
    }
    nothing = (None,) * 5
    assert sink.rows("pin") == [
        (1, None, "a", None, None, None, None, *nothing),
        (2, None, None, None, None, None, None, *nothing),
        (3, None, None, None, None, None, ["a", "b"], *nothing),
    ]
    assert sink.rows("geo") == [(1, None, [1.0, 2.0], None)]
    assert sink.rows("user") == [(1, "A B", 20, "2016-01-02 03:04:05+00")]
    key = "topics/pinterest.geo/partition=1/pinterest.geo+1+00000000000000000000.json:1"
    reason = "latitude: expected a number from -90 to 90, found the number 91"
    assert sink.rows("quarantine") == [("geo", "batch", key, '{"ind": 2, "latitude": 91, "longitude": 2}', reason)]


def test_tables_have_exactly_the_contract_s_columns(sink: SinkBucket) -> None:
    sink.put("pin", 0, 0, jsonl({"index": 1}))
    sink.batch()
    for name in FEED_NAMES:
        assert sink.tables.open(name).schema() == delta_schema(TABLES[name])


def test_a_second_run_changes_nothing(sink: SinkBucket) -> None:
    for feed, key in (("pin", "index"), ("geo", "ind"), ("user", "ind")):
        sink.put(feed, 0, 0, jsonl({key: 1}, {key: "x"}))
    sink.batch()
    before = {name: (sink.commits(name), sink.rows(name)) for name in ALL_TABLES}
    report = sink.batch()
    assert report["batch"] is None
    assert all(not any(counts.values()) for counts in report["feeds"].values())
    assert {name: (sink.commits(name), sink.rows(name)) for name in ALL_TABLES} == before


def test_an_empty_bucket_makes_empty_tables(sink: SinkBucket) -> None:
    assert sink.batch()["batch"] is None
    assert all(sink.rows(name) == [] for name in ALL_TABLES)


def test_new_files_insert_update_and_leave_alone(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, jsonl(user(1), user(2), user(3)))
    sink.batch()
    sink.put("user", 0, 3, jsonl(user(2, 30), user(3), user(4)))
    assert sink.batch()["feeds"]["user"] == {
        "files": 1, "lines": 3, "rows": 3, "rejects": 0, "inserted": 1, "updated": 1
    }  # fmt: skip
    assert ages(sink) == {1: 20, 2: 30, 3: 20, 4: 20}
    sink.put("user", 0, 6, jsonl(user(5)))
    assert sink.batch()["feeds"]["user"]["inserted"] == 1
    sink.put("user", 0, 7, jsonl(user(5), user(1)))
    unchanged = sink.batch()
    assert (unchanged["batch"], unchanged["feeds"]["user"]["inserted"], unchanged["feeds"]["user"]["updated"]) == (
        4,
        0,
        0,
    )
    assert ages(sink) == {1: 20, 2: 30, 3: 20, 4: 20, 5: 20}
    assert sink.batch()["batch"] is None


def test_an_update_sees_every_kind_of_difference(sink: SinkBucket) -> None:
    sink.put(
        "pin", 0, 0, jsonl({"index": 1, "title": "a"}, {"index": 2}, {"index": 3, "tag_list": "a,b"}, {"index": 4})
    )
    sink.batch()
    sink.put(
        "pin", 0, 4, jsonl({"index": 1}, {"index": 2, "downloaded": 0}, {"index": 3, "tag_list": "a,c"}, {"index": 4})
    )
    assert sink.batch()["feeds"]["pin"]["updated"] == 3
    assert [(row[0], row[2], row[6], row[10]) for row in sink.rows("pin")] == [
        (1, None, None, None), (2, None, None, False), (3, None, ["a", "c"], None), (4, None, None, None)
    ]  # fmt: skip


def test_the_newest_row_of_a_batch_wins(sink: SinkBucket) -> None:
    sink.put("user", 0, 100, jsonl(user(1, 33), user(2, 21)))
    sink.put("user", 0, 20, jsonl(user(1, 31), user(1, 32), user(2, 22), user(3, 41), user(3, 42)))
    sink.put("user", 0, 9, jsonl(user(1, 30)))
    report = sink.batch()["feeds"]["user"]
    assert (report["rows"], report["inserted"]) == (8, 3)
    assert ages(sink) == {1: 33, 2: 21, 3: 42}


def test_a_reject_does_not_hide_an_earlier_good_row(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, jsonl(user(1, 30), {"ind": 1, "age": "old"}))
    sink.batch()
    assert ages(sink) == {1: 30}


def test_a_changed_file_is_read_again_and_newer_rows_stay(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, jsonl(user(1, 20), user(2, 20)) + b"bad\n")
    sink.put("user", 0, 3, jsonl(user(2, 25)) + b"worse\n")
    sink.batch()
    sink.put("user", 0, 0, jsonl(user(1, 21), user(2, 21), user(9, 21)) + b"bad\nbad too\n")
    report = sink.batch()["feeds"]["user"]
    assert (report["files"], report["inserted"], report["updated"]) == (2, 1, 1)
    assert ages(sink) == {1: 21, 2: 25, 9: 21}
    start = "pinterest.user+0+00000000000000000000.json"
    # "bad" has moved to another line; "worse" is where it was, once.
    assert quarantine(sink) == [
        ("user", f"{start}:2", "bad"),
        ("user", f"{start}:3", "bad"),
        ("user", f"{start}:4", "bad too"),
        ("user", "pinterest.user+0+00000000000000000003.json:1", "worse"),
    ]
    assert sink.batch()["batch"] is None


def test_a_post_that_moved_to_another_partition(sink: SinkBucket) -> None:
    sink.put("user", 2, 500, jsonl(user(1, 20)))
    sink.batch()
    sink.put("user", 0, 0, jsonl(user(1, 21)))
    sink.batch()
    assert ages(sink) == {1: 21}


def test_a_file_that_is_gone_or_changed_since_it_was_planned_stops_nothing(
    sink: SinkBucket, session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from table_engine.batch_plan import plan_new_files

    gone = sink.put("user", 0, 0, jsonl(user(1)))
    changed = sink.put("user", 0, 1, jsonl(user(2)))
    sink.put("user", 0, 2, jsonl(user(3)))
    assert plan_new_files(session, sink.bucket, sink.tables, "pinterest") == 1
    sink.delete(gone)
    sink.bucket.write(changed, jsonl(user(2, 40)))
    # The changed file is planned again in the same run.
    assert sink.batch()["batch"] == 2
    assert capsys.readouterr().err.count("is gone or has another content") == 2
    assert ages(sink) == {2: 40, 3: 20}


def test_two_user_ids_can_share_a_bucket(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    sink.put("user", 0, 0, jsonl(user(1)))
    sink.put("dead-letters", 0, 7, dead_letter(7))
    sink.batch()
    letters = dead_letter(0, topic="other.user") + dead_letter(7, at=1)
    sink.bucket.write(f"topics/other.dead-letters/partition=0/other.dead-letters+0+{0:020}.json", letters)
    sink.bucket.write("topics/other.user/partition=0/other.user+0+00000000000000000000.json", jsonl(user(2)))
    report = parsed(engine("batch", "--bucket", sink.name, "--user-id", "other"))
    assert (report["batch"], report["dead_letters"]) == (2, 1)
    assert [row[:3] for row in sink.rows("quarantine")] == [
        (feed, "dead-letters", f"{user_id}.{feed}/partition=0/offset={offset}")
        for feed, user_id, offset in (("pin", "pinterest", 7), ("user", "other", 0))
    ]
    assert ages(sink) == {1: 20, 2: 20}


@pytest.mark.parametrize("overlap", [False, True])
def test_runs_at_the_same_time_apply_each_batch_once(
    sink: SinkBucket, engine: Callable[..., Any], overlap: bool
) -> None:
    if overlap:
        sink.put("user", 0, 0, jsonl(*(user(ind) for ind in range(50))))
        sink.batch()
    sink.put("user", 0, 50, jsonl(*(user(ind, 30) for ind in range(100))) + b"bad\n")
    sink.put("pin", 0, 0, jsonl(*({"index": ind} for ind in range(100))) + b"bad\n")
    with ThreadPoolExecutor(3) as pool:
        runs = list(
            pool.map(lambda _: parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest")), range(3))
        )
    reports: list[Any] = [run["feeds"] for run in runs]
    assert sum(report["pin"]["inserted"] for report in reports) == 100
    assert sum(report["user"]["inserted"] for report in reports) == (50 if overlap else 100)
    assert sum(report["user"]["updated"] for report in reports) == (50 if overlap else 0)
    assert ages(sink) == dict.fromkeys(range(100), 30)
    assert [row[0] for row in sink.rows("pin")] == list(range(100))
    assert [(feed, text) for feed, _, text in quarantine(sink)] == [("pin", "bad"), ("user", "bad")]
    assert sink.batch()["batch"] is None


def test_line_positions_are_right_over_groups_and_threads(sink: SinkBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line says where it is; every seventh is a reject, whose position the quarantine has."""
    from table_engine import line_groups

    monkeypatch.setattr(line_groups.line_groups, "__defaults__", (200_000,))
    total = 0
    for start, count in ((0, 1), (1, 30_000), (30_001, 2), (30_003, 9_000)):
        lines = [
            json.dumps({"ind": n if n % 7 else "no", "first_name": f"{start}:{n - start}", "last_name": "x" * (n % 90)})
            for n in range(start, start + count)
        ]
        sink.put("user", 0, start, "\n".join(lines).encode())
        total += count
    report = sink.batch()["feeds"]["user"]
    assert report["lines"] == total
    assert report["rejects"] == len(range(0, total, 7))
    for _, position, raw in quarantine(sink):
        offset, line = position.removeprefix("pinterest.user+0+").split(".json:")
        assert json.loads(raw)["first_name"] == f"{int(offset)}:{line}"
