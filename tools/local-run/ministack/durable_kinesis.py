"""Lets MiniStack's Kinesis outlive a `kill -9` as the real one does.

MiniStack saves its streams on request, with every record in one file. Here the records, and whatever is done to
a stream, are appended to a journal before the response; what MiniStack saves are the streams without their records. At
start the journal is replayed over what was saved, and rewritten without the records that have expired: they expire at
start only.
"""

from __future__ import annotations

import copy
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import resharding
import sequence_numbers
import shard_positions
from hooking import require, wrap
from ministack import app  # type: ignore[import-untyped]
from ministack.core.responses import (  # type: ignore[import-untyped]
    AccountRegionScopedDict,
    error_response_json,
    get_account_id,
    get_region,
)
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]
from stream_journal import StreamJournal

logger = logging.getLogger("durable_kinesis")

Stream = dict[str, Any]
Handler = Callable[[dict[str, Any]], Any]

#: The handlers that change a stream, other than its deletion.
_CHANGES = (
    "_create_stream",
    "_split_shard",
    "_merge_shards",
    "_update_shard_count",
    "_increase_retention",
    "_decrease_retention",
    "_start_stream_encryption",
    "_stop_stream_encryption",
    "_add_tags",
    "_remove_tags",
)

#: Records in one line of a rewritten journal.
_CHUNK = 500

_journal: StreamJournal
#: The sequence number up to which the saved state has what was done to streams.
_saved_up_to = ""


def install() -> None:
    """Hooks Kinesis and the restoring of state. The journal is in `STATE_DIR`. Raises HookError."""
    global _journal
    folder = Path(os.environ["STATE_DIR"])
    _journal = StreamJournal(folder / "kinesis.journal")
    require(kinesis, "_streams", "_consumers", "_resource_policies", "_resolve_stream")
    require(lambda_svc, "_ensure_poller", "_esms")
    sequence_numbers.install()
    shard_positions.install(folder / "kinesis-positions.json")
    resharding.install(shard_positions.start_from_the_beginning)
    for name in ("_put_record", "_put_records"):
        wrap(kinesis, name, _journalled_put)
    for name in _CHANGES:
        wrap(kinesis, name, _journalled_change)
    wrap(kinesis, "_delete_stream", _journalled_deletion)
    wrap(kinesis, "get_state", lambda _original: _state_without_records)
    wrap(kinesis, "load_persisted_state", _noting_what_was_saved)
    wrap(app, "_load_persisted_state", _then_replay)


def _without_records(stream: Stream) -> Stream:
    shards = {name: {**shard, "records": []} for name, shard in stream["shards"].items()}
    return copy.deepcopy({**stream, "shards": shards})


def _state_without_records() -> dict[str, Any]:
    streams = AccountRegionScopedDict()
    streams._data = {key: _without_records(stream) for key, stream in list(kinesis._streams._data.items())}
    return {
        "streams": streams,
        "shard_iterators": AccountRegionScopedDict(),  # They are indexes, and expire in five minutes.
        "consumers": copy.deepcopy(kinesis._consumers),
        "resource_policies": copy.deepcopy(kinesis._resource_policies),
        "saved_up_to": sequence_numbers.last(),
    }


def _noting_what_was_saved(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def load(data: Any) -> None:
        global _saved_up_to
        _saved_up_to = data.get("saved_up_to", "")
        original(data)

    return load


def _append(key: list[str], what: dict[str, Any], response: Any) -> Any:
    """Journals something that was done. Returns the response, or a failure that the client then tries again."""
    try:
        _journal.append({"at": kinesis._next_sequence_number(), "key": key, **what})
    except OSError as error:
        logger.error("The journal of the streams could not be written: %s", error)
        return error_response_json("InternalFailure", f"The journal of the streams: {error}", 500)
    return response


def _journalled_put(original: Handler) -> Handler:
    def put(data: dict[str, Any]) -> Any:
        before = sequence_numbers.last()
        response = original(data)
        if response[0] != 200:
            return response
        name, stream = kinesis._resolve_stream(data)
        records = [_row(shard_id, record) for shard_id, record in _newer_than(before, stream)]
        return _append([get_account_id(), get_region(), name], {"records": records}, response)

    return put


def _newer_than(number: str, stream: Stream) -> Iterator[tuple[str, dict[str, Any]]]:
    for shard_id, shard in stream["shards"].items():
        count = 0
        for record in reversed(shard["records"]):
            if record["SequenceNumber"] <= number:
                break
            count += 1
        for record in shard["records"][len(shard["records"]) - count :]:
            yield shard_id, record


def _row(shard_id: str, record: dict[str, Any]) -> list[Any]:
    return [
        shard_id,
        record["SequenceNumber"],
        record["ApproximateArrivalTimestamp"],
        record["PartitionKey"],
        record["Data"],
    ]


def _journalled_change(original: Handler) -> Handler:
    def change(data: dict[str, Any]) -> Any:
        response = original(data)
        if response[0] != 200:
            return response
        name, stream = kinesis._resolve_stream(data)
        return _append([get_account_id(), get_region(), name], {"stream": _without_records(stream)}, response)

    return change


def _journalled_deletion(original: Handler) -> Handler:
    def delete(data: dict[str, Any]) -> Any:
        name, _stream = kinesis._resolve_stream(data)
        response = original(data)
        if response[0] != 200:
            return response
        return _append([get_account_id(), get_region(), name], {"deleted": True}, response)

    return delete


def _then_replay(original: Callable[[], None]) -> Callable[[], None]:
    def load() -> None:
        # Restoring the mappings starts the thread that reads streams; they are not there before the replay.
        start_polling = lambda_svc._ensure_poller
        lambda_svc._ensure_poller = lambda: None
        try:
            original()
        finally:
            lambda_svc._ensure_poller = start_polling
        _replay()
        shard_positions.restore()
        if lambda_svc._esms.has_any():
            start_polling()

    return load


def _replay() -> None:
    """Brings the streams to what they were, and rewrites the journal without what has expired."""
    streams: dict[tuple[str, ...], Stream] = kinesis._streams._data
    sequence_numbers.not_before(_saved_up_to or "0")
    deletions = []
    for line in _journal.lines():
        sequence_numbers.not_before(line["at"])
        key = tuple(line["key"])
        if "records" in line:
            _put_back(streams.get(key), line["records"])
        elif line["at"] > _saved_up_to:
            if "deleted" in line:
                streams.pop(key, None)
                deletions.append(line)
            else:
                streams[key] = _with_records_of(streams.get(key), line["stream"])
    for stream in streams.values():
        _expire(stream)
    _journal.rewrite([*deletions, *_current_lines(streams)])


def _expire(stream: Stream) -> None:
    """Takes out the records that are older than the stream's retention, and the closed shards that are empty then."""
    cutoff = time.time() - stream["RetentionPeriodHours"] * 3600
    for shard in stream["shards"].values():
        shard["records"] = [record for record in shard["records"] if record["ApproximateArrivalTimestamp"] >= cutoff]
    shards = stream["shards"].items()
    stream["shards"] = {name: shard for name, shard in shards if shard["records"] or resharding.CLOSED not in shard}


def _put_back(stream: Stream | None, rows: list[list[Any]]) -> None:
    """Adds records that are newer than their shard's last; those of a stream or shard that is no more are dropped."""
    for shard_id, number, arrival, partition_key, data in rows:
        shard = (stream or {"shards": {}})["shards"].get(shard_id)
        if shard is None:
            continue
        records = shard["records"]
        if number > (records[-1]["SequenceNumber"] if records else shard["starting_sequence_number"]):
            records.append(
                {
                    "SequenceNumber": number,
                    "ApproximateArrivalTimestamp": arrival,
                    "Data": data,
                    "PartitionKey": partition_key,
                }
            )


def _with_records_of(before: Stream | None, stream: Stream) -> Stream:
    old = {} if before is None else before["shards"]
    for shard_id, shard in stream["shards"].items():
        same = old.get(shard_id)
        if same is not None and same["starting_sequence_number"] == shard["starting_sequence_number"]:
            shard["records"] = same["records"]
    return stream


def _current_lines(streams: dict[tuple[str, ...], Stream]) -> Iterator[dict[str, Any]]:
    for key, stream in streams.items():
        yield {"at": kinesis._next_sequence_number(), "key": key, "stream": _without_records(stream)}
        for shard_id, shard in stream["shards"].items():
            for start in range(0, len(shard["records"]), _CHUNK):
                rows = [_row(shard_id, record) for record in shard["records"][start : start + _CHUNK]]
                yield {"at": rows[-1][1], "key": key, "records": rows}
