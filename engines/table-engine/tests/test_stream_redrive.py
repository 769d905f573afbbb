"""What a mapping gave up on comes into the tables, from objects as AWS writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from table_engine.documents import Redrive
from table_engine.feeds import FeedName, load_feeds
from table_engine.stream_records import StreamRecord
from table_engine.stream_redrive import run_redrive
from tests.append_function import load_function
from tests.sink_bucket import USER, SinkBucket
from tests.stream_support import BASE, SHARD, appender, kinesis_event, stream_rows, user_records

Run = Callable[[], Redrive]


@pytest.fixture
def failures(new_bucket: Callable[[], SinkBucket]) -> SinkBucket:
    return new_bucket()


@pytest.fixture
def redrive(sink: SinkBucket, failures: SinkBucket, session: duckdb.DuckDBPyConnection) -> Run:
    return lambda: run_redrive(session, sink.bucket, failures.bucket, USER)


def invocation_record(records: list[StreamRecord], stream: str = "streaming-pinterest-user") -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    return {
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": "arn:aws:lambda:us-east-2:123456789012:function:myfunction",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2019-11-14T00:38:06.021Z",
        "KinesisBatchInfo": {
            "shardId": records[0].shard,
            "startSequenceNumber": str(records[0].sequence_number),
            "endSequenceNumber": str(records[-1].sequence_number),
            "approximateArrivalOfFirstRecord": "2019-11-14T00:38:04.835Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:38:05.580Z",
            "batchSize": len(records),
            "streamArn": f"arn:aws:kinesis:us-east-2:123456789012:stream/{stream}",
        },
        "payload": json.dumps(kinesis_event(records)),
    }


def give_up(failures: SinkBucket, number: int, document: object) -> str:
    name = f"2019/11/14/2019-11-14T00.38.{number:02}-bbbbbbbb-4c3b"
    key = f"aws/lambda/aaaaaaaa-1b2c-4d5e/{SHARD}/{name}"
    failures.bucket.write(key, document if isinstance(document, bytes) else json.dumps(document).encode())
    return key


def keys(failures: SinkBucket) -> list[str]:
    return [stored.key for folder in ("aws/", "redriven/") for stored in failures.bucket.list(folder)]


def test_batches_below_and_above_the_number(
    sink: SinkBucket, failures: SinkBucket, redrive: Run, tmp_path: Path
) -> None:
    records = user_records(range(60), bad_every=5)
    one = appender(sink, tmp_path, "user")
    one.append(records[:10])
    one.append(records[30:40])
    done = [give_up(failures, n, invocation_record(some)) for n, some in enumerate((records[10:30], records[40:60]))]
    found = redrive()
    assert found["left"] == []
    assert found["feeds"]["user"] == {"objects": 2, "records": 40, "inserted": 32, "quarantined": 8, "present": 0}
    assert found["feeds"]["pin"]["objects"] == 0
    assert [row[0] for row in stream_rows(sink, "user")] == [n for n in range(60) if n % 5 != 4]
    assert sorted(row[2] for row in sink.rows("quarantine")) == [f"{SHARD}:{BASE + n}" for n in range(4, 60, 5)]
    assert keys(failures) == [f"redriven/{key}" for key in done]
    # The mapping continues with what came after.
    assert one.append(user_records(range(55, 65), bad_every=5)).repeated == 5
    assert sum(report["objects"] for report in redrive()["feeds"].values()) == 0


def test_feeds_take_turns(sink: SinkBucket, failures: SinkBucket, redrive: Run) -> None:
    """Objects are redriven in the order of their names, and a feed comes up again after another one."""
    for place, feed in enumerate(("pin", "geo", "pin", "user", "geo")):
        key = load_feeds()[feed].row_number
        data = [json.dumps({key: place * 10 + n}).encode() for n in range(3)] + [b"bad"]
        records = [
            StreamRecord(SHARD, BASE + place * 10 + n, line, 1_700_000_000_000_000) for n, line in enumerate(data)
        ]
        give_up(failures, place, invocation_record(records, f"streaming-pinterest-{feed}"))
    found = redrive()
    assert found["left"] == []
    kept: dict[FeedName, list[int]] = {
        "pin": [0, 1, 2, 20, 21, 22],
        "geo": [10, 11, 12, 40, 41, 42],
        "user": [30, 31, 32],
    }
    for feed, rows in kept.items():
        assert [row[0] for row in stream_rows(sink, feed)] == rows
        assert found["feeds"][feed]["quarantined"] == len(rows) // 3
    assert len(sink.rows("quarantine")) == 5


def test_an_object_again_changes_nothing(sink: SinkBucket, failures: SinkBucket, redrive: Run, tmp_path: Path) -> None:
    """A run that ended between the commit and the move."""
    records = user_records(range(20), bad_every=5)
    appender(sink, tmp_path, "user").append(records[10:])
    for present in (0, 20):
        give_up(failures, 1, invocation_record(records))
        assert redrive()["feeds"]["user"]["present"] == (10 if present == 0 else 20)
        assert len(stream_rows(sink, "user")) == 16
        assert len(sink.rows("quarantine")) == 4


def test_only_rejects(sink: SinkBucket, failures: SinkBucket, redrive: Run) -> None:
    give_up(failures, 1, invocation_record(user_records(range(3), bad_every=1)))
    assert redrive()["feeds"]["user"] == {
        "objects": 1, "records": 3, "inserted": 0, "quarantined": 3, "present": 0,
    }  # fmt: skip
    assert len(sink.rows("quarantine")) == 3


def test_what_cannot_be_read_stays_and_is_reported(sink: SinkBucket, failures: SinkBucket, redrive: Run) -> None:
    good = invocation_record(user_records(range(3)))
    wrong: list[tuple[object, str]] = [
        (b"", "no invocation record"),
        (b"\xff", "no invocation record"),
        ([], "no invocation record"),
        ({key: value for key, value in good.items() if key != "payload"}, "no 'payload'"),
        ({**good, "payload": "{}"}, "no Kinesis event"),
        ({**good, "KinesisBatchInfo": {**good["KinesisBatchInfo"], "batchSize": 4}}, "had 4 records, but 3"),
        ({**good, "KinesisBatchInfo": {**good["KinesisBatchInfo"], "shardId": "shardId-9"}}, "is of 'shardId-9'"),
        (invocation_record(user_records(range(3)), "streaming-other-user"), "none of the user id 'pinterest'"),
    ]
    expected = [(give_up(failures, n, document), problem) for n, (document, problem) in enumerate(wrong)]
    done = give_up(failures, 50, good)
    found = redrive()
    assert [entry["key"] for entry in found["left"]] == [key for key, _ in expected]
    for entry, (_, problem) in zip(found["left"], expected, strict=True):
        assert problem in entry["problem"]
    assert found["feeds"]["user"]["inserted"] == 3
    assert keys(failures) == [*(key for key, _ in expected), f"redriven/{done}"]


def test_the_handler(sink: SinkBucket, failures: SinkBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SINK_BUCKET", sink.name), ("FAILURES_BUCKET", failures.name), ("USER_ID", USER)):
        monkeypatch.setenv(name, value)
    give_up(failures, 1, invocation_record(user_records(range(3))))
    assert load_function("redrive").handler({}, None)["feeds"]["user"]["inserted"] == 3
    assert len(stream_rows(sink, "user")) == 3
