"""The records of a stream as an event source mapping delivers them."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from table_engine.errors import TableEngineError

#: No record of a stream arrived earlier: the year 2013, in microseconds since 1970.
EARLIEST = 1_356_998_400_000_000

_SHARD = re.compile(r"[A-Za-z0-9_.-]{1,128}")


@dataclass(frozen=True)
class StreamRecord:
    """One record: its shard's id, its sequence number there, what was put, and when (microseconds since 1970, UTC)."""

    shard: str
    sequence_number: int
    data: bytes
    arrived_at: int


def records_of_event(event: Mapping[str, Any]) -> list[StreamRecord]:
    """The records of a Kinesis event, in its order.

    Raises ValueError for an event of another form: then something else than an event source mapping sent it.
    """
    try:
        return [_record(record) for record in event["Records"]]
    except (KeyError, TypeError, AttributeError, binascii.Error, ValueError) as error:
        raise ValueError(
            f"This is no Kinesis event ({type(error).__name__}: {error}): expected Records with eventID and kinesis."
        ) from error


def _record(record: Mapping[str, Any]) -> StreamRecord:
    kinesis = record["kinesis"]
    # https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html: eventID is "<shard id>:<sequence number>".
    shard, _, sequence = str(record["eventID"]).rpartition(":")
    if not _SHARD.fullmatch(shard) or sequence != kinesis["sequenceNumber"]:
        raise ValueError(f"the event id {record['eventID']!r} is not <shard id>:{kinesis['sequenceNumber']}")
    return StreamRecord(
        shard,
        int(sequence),
        base64.b64decode(kinesis["data"], validate=True),
        round(float(kinesis["approximateArrivalTimestamp"]) * 1_000_000),
    )


def records_of_lines(lines: Iterable[bytes]) -> Iterator[StreamRecord]:
    """Records as JSON lines, one by one; blank lines are none.

    A line is `{"shard":"shardId-…","sequence_number":"…","data":"<base64>","arrived_at":1700000000123456}`, the time in
    microseconds since 1970, UTC. Raises TableEngineError for a line of another form, and for a time that cannot be:
    what is there already is looked for around it.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not _SHARD.fullmatch(record["shard"]) or not re.fullmatch(r"\d{1,72}", record["sequence_number"]):
                raise ValueError("shard or sequence_number is none")
            data = base64.b64decode(record["data"], validate=True)
            arrived_at = int(record["arrived_at"])
            if not EARLIEST <= arrived_at <= (time.time() + 86_400) * 1_000_000:
                raise ValueError(
                    f"arrived_at is {arrived_at}, which as microseconds since 1970 is before 2013, when Kinesis began, "
                    "or more than a day ahead"
                )
            yield StreamRecord(record["shard"], int(record["sequence_number"]), data, arrived_at)
        except (ValueError, KeyError, TypeError) as error:
            raise TableEngineError(
                f"Line {number} of the records is none ({type(error).__name__}: {error}): expected JSON with shard, "
                "sequence_number (decimal text), data (base64) and arrived_at (microseconds since 1970)."
            ) from error


def by_shard(records: Sequence[StreamRecord]) -> dict[str, list[StreamRecord]]:
    """The records of each shard by ascending sequence number, each once."""
    shards: dict[str, dict[int, StreamRecord]] = {}
    for record in records:
        shards.setdefault(record.shard, {})[record.sequence_number] = record
    return {shard: [found[number] for number in sorted(found)] for shard, found in shards.items()}
