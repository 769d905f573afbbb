"""The ledger's two paths: lines of one must not count for the other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from table_engine.errors import TableEngineError
from table_engine.ledger import Sent, StreamSent, read_ledger, read_stream_ledger
from tests.sink_bucket import SinkBucket, jsonl

SHARD = "shardId-000000000000"


def line(feed: str, first: int, end: int, failed: int = 0, **more: Any) -> dict[str, Any]:
    """A batch of a run; `more` holds what its path makes of the acknowledged records."""
    sent = end - first
    return {
        "run": "r", "seed": 100, "mode": "all", "from": first, "to": end, "feed": feed, "sent": sent,
        "acknowledged": sent - failed, "failed": failed, "attempts": 1, "at": "2026-01-31T12:00:00.000Z", **more,
    }  # fmt: skip


def to_topic(feed: str, first: int, end: int, **more: Any) -> dict[str, Any]:
    return line(feed, first, end, offsets=[[0, first, end - 1]], **more)


def to_stream(feed: str, first: int, end: int, sequences: dict[str, list[str]], failed: int = 0) -> dict[str, Any]:
    return {**line(feed, first, end, failed, path="streams", sequences=sequences), "run": "r-streams"}


def test_each_path_counts_its_own_lines(sink: SinkBucket) -> None:
    sink.bucket.write(
        "sent/r/00000000.jsonl",
        jsonl(to_topic("pin", 0, 5), to_topic("pin", 5, 7, path="topics")),
    )
    sink.bucket.write(
        "sent/r-streams/00000000.jsonl",
        jsonl(
            to_stream("pin", 0, 3, {SHARD: ["0049", "50"], "shardId-1": ["7"]}),
            to_stream("pin", 3, 5, {SHARD: ["51"]}, failed=1),
            to_stream("geo", 0, 1, {SHARD: ["0"]}),
        ),
    )
    topics = read_ledger(sink.bucket)
    assert topics == {"pin": Sent(7, 7, 0, {0: [(0, 4), (5, 6)]}), "geo": Sent(), "user": Sent()}
    streams = read_stream_ledger(sink.bucket)
    assert streams == {
        "pin": StreamSent(5, 4, 1, {SHARD: ["49", "50", "51"], "shardId-1": ["7"]}),
        "geo": StreamSent(1, 1, 0, {SHARD: ["0"]}),
        "user": StreamSent(),
    }


def test_lines_of_both_paths_in_one_object(sink: SinkBucket) -> None:
    sink.bucket.write("sent/r/00000000.jsonl", jsonl(to_topic("user", 0, 5), to_stream("user", 0, 1, {SHARD: ["1"]})))
    assert read_ledger(sink.bucket)["user"] == Sent(5, 5, 0, {0: [(0, 4)]})
    assert read_stream_ledger(sink.bucket)["user"] == StreamSent(1, 1, 0, {SHARD: ["1"]})


def test_what_one_path_acknowledged_makes_no_failure_of_the_other_good(sink: SinkBucket) -> None:
    failed = {**to_stream("pin", 0, 2, {SHARD: ["1"]}, failed=1), "run": "r"}
    sink.bucket.write("sent/r/00000000.jsonl", jsonl(failed, to_topic("pin", 0, 2)))
    assert read_stream_ledger(sink.bucket)["pin"].failed == 1
    assert read_ledger(sink.bucket)["pin"].failed == 0


def test_a_batch_that_sent_nothing(sink: SinkBucket) -> None:
    sink.bucket.write("sent/r-streams/00000000.jsonl", jsonl({**to_stream("geo", 0, 0, {}), "to": 4}))
    assert read_stream_ledger(sink.bucket)["geo"] == StreamSent()


def test_what_failed_and_was_sent_again_has_not_failed(sink: SinkBucket) -> None:
    def put(key: str, *batches: tuple[int, int, int]) -> int:
        """Adds batches (first, end, failed) of both paths; returns how many records have failed, the same for both."""
        lines = [
            entry
            for first, end, failed in batches
            for entry in (
                {**to_topic("pin", first, end, failed=failed), "run": key[0]},
                {**to_stream("pin", first, end, {SHARD: ["1"] * (end - first - failed)}, failed), "run": key[0]},
            )
        ]
        sink.bucket.write(f"sent/{key}.jsonl", jsonl(*lines))
        failed = read_ledger(sink.bucket)["pin"].failed
        assert read_stream_ledger(sink.bucket)["pin"].failed == failed
        return failed

    assert put("a/00000000", (0, 10, 0), (10, 20, 3), (20, 30, 1)) == 4
    # Other batches of the same run, and the same positions of another run.
    put("a/00000001", (10, 14, 0), (14, 22, 0))
    assert put("b/00000000", (20, 30, 0)) == 1
    assert put("a/00000002", (22, 30, 0)) == 0
    assert (read_ledger(sink.bucket)["pin"].sent, read_stream_ledger(sink.bucket)["pin"].sent) == (60, 60)


BROKEN: list[tuple[Any, Any, str]] = [
    *((read_ledger, wrong, "KeyError") for wrong in ({}, {"feed": "pin"}, to_topic("dog", 0, 1))),
    *(
        (read, wrong, reason)
        for read in (read_ledger, read_stream_ledger)
        for wrong, reason in (
            (to_topic("pin", 0, 1, path="kinesis"), "path 'kinesis', expected 'topics' or 'streams'"),
            (to_topic("pin", 0, 1, path=None), "path None"),
            ([], "AttributeError"),
            (b"x", "JSONDecodeError"),
        )
    ),
    *(
        (read_stream_ledger, wrong, reason)
        for wrong, reason in (
            (to_topic("pin", 0, 1, path="streams"), "sequences"),
            (to_stream("dog", 0, 1, {SHARD: ["1"]}), "dog"),
            (to_stream("pin", 0, 1, {SHARD: ["1", "2"]}), "2 sequence numbers of 1 acknowledged records"),
            (to_stream("pin", 0, 1, {}), "0 sequence numbers of 1 acknowledged records"),
            (to_stream("pin", 0, 1, {SHARD: ["1_0"]}), "'1_0' is no sequence number"),
            (to_stream("pin", 0, 1, {SHARD: [""]}), "'' is no sequence number"),
            ({**to_stream("pin", 0, 1, {}), "sequences": {SHARD: [1]}}, "1 is no sequence number"),
            ({**to_stream("pin", 0, 1, {}), "sequences": {SHARD: 3}}, "TypeError"),
            ({**to_stream("pin", 0, 1, {}), "sequences": [SHARD]}, "AttributeError"),
            ({"feed": "pin", "path": "streams"}, "KeyError"),
        )
    ),
]


@pytest.mark.parametrize(("read", "wrong", "reason"), BROKEN)
def test_a_broken_line_is_an_error_that_names_the_place(sink: SinkBucket, read: Any, wrong: Any, reason: str) -> None:
    line = wrong if isinstance(wrong, bytes) else json.dumps(wrong).encode()
    sink.bucket.write("sent/r/00000002.jsonl", b"\n" + line)
    with pytest.raises(TableEngineError, match=rf"sent/r/00000002\.jsonl, line 2 .*{reason}"):
        read(sink.bucket)
