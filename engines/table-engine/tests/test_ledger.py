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


def test_what_failed_and_was_sent_again_has_not_failed(sink: SinkBucket) -> None:
    lines = [to_stream("pin", 0, 2, {SHARD: ["1"]}, failed=1), to_stream("pin", 0, 2, {SHARD: ["2", "3"]})]
    sink.bucket.write("sent/r-streams/00000000.jsonl", jsonl(lines[0]))
    assert read_stream_ledger(sink.bucket)["pin"] == StreamSent(2, 1, 1, {SHARD: ["1"]})
    sink.bucket.write("sent/r-streams/00000001.jsonl", jsonl(lines[1]))
    assert read_stream_ledger(sink.bucket)["pin"] == StreamSent(4, 3, 0, {SHARD: ["1", "2", "3"]})


def test_a_batch_that_sent_nothing(sink: SinkBucket) -> None:
    sink.bucket.write("sent/r-streams/00000000.jsonl", jsonl({**to_stream("geo", 0, 0, {}), "to": 4}))
    assert read_stream_ledger(sink.bucket)["geo"] == StreamSent()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (to_topic("pin", 0, 1, path="kinesis"), "path 'kinesis'"),
        (to_topic("pin", 0, 1, path=None), "path None"),
        (to_topic("pin", 0, 1, path="streams"), "sequences"),
        (to_stream("dog", 0, 1, {SHARD: ["1"]}), "dog"),
        (to_stream("pin", 0, 1, {SHARD: ["1", "2"]}), "2 sequence numbers of 1 acknowledged records"),
        (to_stream("pin", 0, 1, {}), "0 sequence numbers of 1 acknowledged records"),
        (to_stream("pin", 0, 1, {SHARD: ["1_0"]}), "'1_0' is no sequence number"),
        (to_stream("pin", 0, 1, {SHARD: [""]}), "'' is no sequence number"),
        ({**to_stream("pin", 0, 1, {}), "sequences": {SHARD: [1]}}, "1 is no sequence number"),
        ({**to_stream("pin", 0, 1, {}), "sequences": [SHARD]}, "AttributeError"),
        ([], "AttributeError"),
    ],
)
def test_a_broken_line_is_an_error_that_names_the_place(sink: SinkBucket, wrong: Any, reason: str) -> None:
    sink.bucket.write("sent/r/00000002.jsonl", b"\n" + json.dumps(wrong).encode())
    with pytest.raises(TableEngineError, match=rf"sent/r/00000002\.jsonl, line 2 .*{reason}"):
        read_stream_ledger(sink.bucket)


def test_a_line_of_no_known_path_is_no_line_of_the_topics(sink: SinkBucket) -> None:
    sink.bucket.write("sent/r/00000000.jsonl", jsonl(to_topic("pin", 0, 1, path="kinesis")))
    with pytest.raises(TableEngineError, match="path 'kinesis', expected 'topics' or 'streams'"):
        read_ledger(sink.bucket)
