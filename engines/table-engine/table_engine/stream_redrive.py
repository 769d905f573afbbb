"""Appends what an event source mapping gave up on and put into its bucket of failures.

The mapping has gone past these records. Those above their shard's number are appended as it would have appended them;
the others, which lie below what came after them, are replayed. What is done is moved under `redriven/`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import duckdb

from table_engine.documents import FeedRedrive, LeftObject, Redrive
from table_engine.duckdb_session import another_connection
from table_engine.feeds import FEED_NAMES, FeedName, stream_name
from table_engine.storage import Bucket, ObjectChangedError
from table_engine.stream_append import StreamAppender
from table_engine.stream_records import StreamRecord, records_of_event
from table_engine.stream_replay import replay_records

#: Where a mapping puts its objects, and where they go when they are done.
GIVEN_UP = "aws/lambda/"
DONE = "redriven/"


class UnreadableError(Exception):
    """An object that is no invocation record with its records."""


def run_redrive(session: duckdb.DuckDBPyConnection, sink: Bucket, failures: Bucket, user_id: str) -> Redrive:
    """Redrives every object of the bucket of failures.

    What cannot be read stays where it is and is reported in `left`. Raises DeltaError or OSError when the S3 server
    cannot be reached; whatever was done is then done, and the rest can be redriven again.
    """
    reports: dict[FeedName, FeedRedrive] = {
        feed: {"objects": 0, "records": 0, "inserted": 0, "quarantined": 0, "present": 0} for feed in FEED_NAMES
    }
    left: list[LeftObject] = []
    with ExitStack() as connections:
        appenders: dict[str, StreamAppender] = {}
        for key in [stored.key for stored in failures.list(GIVEN_UP)]:
            try:
                feed, records = _read(failures, key, user_id)
                if feed not in appenders:
                    # One of its own for each feed: their objects come mixed.
                    connection = connections.enter_context(another_connection(session))
                    appenders[feed] = StreamAppender(connection, sink, user_id, feed)
                _redrive(appenders[feed], records, reports[feed])
            except ObjectChangedError:
                # Another run was faster.
                continue
            except (UnreadableError, duckdb.Error) as error:
                print(f"{key} is left: {error}", file=sys.stderr)
                left.append({"key": key, "problem": str(error)})
                continue
            failures.move(key, DONE + key)
    return {"feeds": reports, "left": left}


def _redrive(appender: StreamAppender, records: list[StreamRecord], report: FeedRedrive) -> None:
    # First those above the number, then the rest: the other way round, what the stream brings in between would raise
    # the number past records that were left to the appending.
    appended = appender.append(records)
    replayed = replay_records(appender, records)
    report["objects"] += 1
    report["records"] += appended.records
    report["inserted"] += appended.rows + replayed.inserted
    report["quarantined"] += appended.rejects + replayed.quarantined
    report["present"] += appended.repeated - replayed.inserted - replayed.quarantined


def _read(failures: Bucket, key: str, user_id: str) -> tuple[FeedName, list[StreamRecord]]:
    """The feed and the records of one object. Raises UnreadableError."""
    try:
        # https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
        document = json.loads(failures.content(key))
        stream = str(document["KinesisBatchInfo"]["streamArn"]).rpartition("/")[2]
        payload = document["payload"]
        # The event is a text in the document.
        records = records_of_event(json.loads(payload) if isinstance(payload, str) else payload)
    except KeyError as error:
        raise UnreadableError(
            f"it has no {error}; expected an invocation record with KinesisBatchInfo and payload. Without the payload, "
            "replay the stream over the time that it names."
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableError(f"it is no invocation record ({type(error).__name__}: {error})") from error
    feeds = [feed for feed in FEED_NAMES if stream_name(user_id, feed) == stream]
    if not feeds:
        raise UnreadableError(f"its stream {stream!r} is none of the user id {user_id!r}")
    return feeds[0], list(_checked(document["KinesisBatchInfo"], records))


def _checked(info: dict[str, Any], records: list[StreamRecord]) -> Iterator[StreamRecord]:
    """The records, when they are as many as the batch had, and of its shard."""
    if info.get("batchSize", len(records)) != len(records):
        raise UnreadableError(f"its batch had {info['batchSize']} records, but {len(records)} are in it")
    for record in records:
        if record.shard != info.get("shardId", record.shard):
            raise UnreadableError(f"its batch is of {info['shardId']!r}, but a record is of {record.shard!r}")
        yield record
