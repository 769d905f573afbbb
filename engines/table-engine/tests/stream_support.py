"""Records of a stream as the tests make them, and what is in a stream's table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from table_engine.duckdb_session import open_session
from table_engine.feeds import stream_table_name
from table_engine.stream_append import StreamAppender
from table_engine.stream_records import StreamRecord
from tests.sink_bucket import USER, SinkBucket

SHARD = "shardId-000000000000"

#: A sequence number as long as Amazon's.
BASE = 49590338271490256608559692538361571095921575989136588898


def user_records(
    numbers: Iterable[int], shard: str = SHARD, base: int = BASE, bad_every: int | None = None
) -> list[StreamRecord]:
    """Records of the feed user: number n has the sequence number base + n. Every `bad_every`-th is no JSON."""
    return [
        StreamRecord(
            shard,
            base + n,
            b"bad %d" % n
            if bad_every and n % bad_every == bad_every - 1
            else json.dumps(
                {"ind": n, "first_name": "A", "last_name": str(n), "age": 20, "date_joined": "2016-01-01T00:00:00"}
            ).encode(),
            1_700_000_000_000_000 + n * 1000,
        )
        for n in numbers
    ]


def kinesis_event(records: list[StreamRecord]) -> dict[str, Any]:
    """The event in which an event source mapping delivers records."""
    return {
        "Records": [
            {
                "eventID": f"{record.shard}:{record.sequence_number}",
                "eventSource": "aws:kinesis",
                "kinesis": {
                    "sequenceNumber": str(record.sequence_number),
                    "partitionKey": "1",
                    "data": base64.b64encode(record.data).decode(),
                    "approximateArrivalTimestamp": record.arrived_at / 1_000_000,
                },
            }
            for record in records
        ]
    }


def appender(sink: SinkBucket, folder: Path, feed: str) -> StreamAppender:
    """A new appender, as a function has it after a cold start."""
    return StreamAppender(open_session(folder, "150MB", 1), sink.bucket, USER, feed)


def stream_rows(sink: SinkBucket, feed: str) -> list[tuple[Any, ...]]:
    """The rows of a feed's table in order; times as text."""
    return sink.rows(stream_table_name(USER, feed))
