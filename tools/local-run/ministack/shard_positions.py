"""How far each event source mapping has read its shards, kept over a `kill -9`, and the expiry of old records.

MiniStack counts a mapping's position as an index into a shard's records, so the two belong together: records that
expire lower the positions. A position that is too low after a start is harmless, because a consumer of Kinesis has to
bear repeats; one that is too high would lose records.
"""

from __future__ import annotations

import json
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import resharding
from hooking import require, wrap
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]

EXPIRE_SECONDS = 60
SAVE_SECONDS = 1

#: Mapping (`account/region/id`) to shard to the sequence number that was processed last.
Progress = dict[str, dict[str, str]]

#: Held while records are added to shards or taken out of them.
records_lock = threading.RLock()

_file: Path
_done: Progress = {}
_saved_at = 0.0
_expired_at: dict[str, float] = {}
#: The stream that each mapping reads. A recreated one has the name and the shard ids of the one before.
_followed: dict[str, dict[str, Any]] = {}


def install(file: Path) -> None:
    """Hooks the polling of streams and the expiry of records. `file` is where the progress is kept."""
    global _file
    _file = file
    require(lambda_svc, "_kinesis_positions", "_esms", "_esm_backoff_until")
    require(kinesis, "_streams", "_shard_iterators")
    wrap(lambda_svc, "_poll_kinesis", _expiring_and_saving)
    wrap(kinesis, "_expire_records", lambda _original: _expire_unless_polled)
    wrap(kinesis, "_get_records", _locked)


def start_from_the_beginning(stream: dict[str, Any], shard_ids: list[str]) -> None:
    """Lets every mapping of a stream read these new shards from their first record."""
    for _mapping, arn, positions in _mappings():
        if arn == stream["StreamARN"]:
            positions.update(dict.fromkeys(shard_ids, 0))


def restore() -> None:
    """Sets the positions after the last processed record. Call it when streams and mappings are there again."""
    _done.update(json.loads(_file.read_text()) if _file.exists() else {})
    streams = {stream["StreamARN"]: stream for stream in kinesis._streams._data.values()}
    for key, mapping in lambda_svc._esms._data.items():
        stream = streams.get(mapping.get("EventSourceArn", ""))
        if stream is not None:
            done = _done.get("/".join(key), {})
            lambda_svc._kinesis_positions._data[key] = {
                shard_id: bisect_right(shard["records"], done.get(shard_id, ""), key=lambda r: r["SequenceNumber"])
                for shard_id, shard in stream["shards"].items()
            }


def expire(stream: dict[str, Any]) -> None:
    """Takes out the records, and the closed shards, that are older than the stream's retention."""
    cutoff = time.time() - stream["RetentionPeriodHours"] * 3600
    with records_lock:
        for shard_id, shard in stream["shards"].items():
            records = shard["records"]
            count = next(
                (i for i, record in enumerate(records) if record["ApproximateArrivalTimestamp"] >= cutoff), len(records)
            )
            if count > 0:
                _lower(stream["StreamARN"], shard_id, count)
                del records[:count]
        ended = [name for name, shard in stream["shards"].items() if _is_over(shard, cutoff)]
        if ended:
            stream["shards"] = {name: shard for name, shard in stream["shards"].items() if name not in ended}


def _is_over(shard: dict[str, Any], cutoff: float) -> bool:
    end = shard.get(resharding.CLOSED)
    return end is not None and not shard["records"] and int(end[:20]) / 1000 < cutoff


def _follow_recreated_streams() -> None:
    """Lets a mapping read a stream that was deleted and created again from its first record."""
    streams = {stream["StreamARN"]: stream for stream in list(kinesis._streams._data.values())}
    mappings = {"/".join(key): (key, mapping) for key, mapping in list(lambda_svc._esms._data.items())}
    for gone in _followed.keys() - mappings.keys():
        del _followed[gone]
    for name, (key, mapping) in mappings.items():
        stream = streams.get(mapping.get("EventSourceArn", ""))
        if stream is not None and _followed.setdefault(name, stream) is not stream:
            _followed[name] = stream
            _done.pop(name, None)
            lambda_svc._kinesis_positions._data[key] = dict.fromkeys(stream["shards"], 0)


def _lower(arn: str, shard_id: str, count: int) -> None:
    for mapping, mapping_arn, positions in _mappings():
        if mapping_arn == arn and shard_id in positions:
            _note(mapping, arn, positions)
            positions[shard_id] = max(0, positions[shard_id] - count)
    for iterator in list(kinesis._shard_iterators._data.values()):
        if iterator.get("stream_arn") == arn and iterator["shard_id"] == shard_id:
            iterator["position"] = max(0, iterator["position"] - count)


def _mappings() -> Iterator[tuple[str, str, dict[str, int]]]:
    """Each mapping that has positions: its key, its stream's ARN, the positions by shard."""
    for key, positions in list(lambda_svc._kinesis_positions._data.items()):
        mapping = lambda_svc._esms._data.get(key)
        if mapping is not None:
            yield "/".join(key), mapping.get("EventSourceArn", ""), positions


def _expire_unless_polled(stream: dict[str, Any]) -> None:
    """In the place of MiniStack's, which goes through all records at every call.

    A stream that a mapping reads is left to the polling thread: an invocation that is under way has an index in hand.
    """
    arn = stream["StreamARN"]
    if not any(mapping.get("EventSourceArn") == arn for mapping in list(lambda_svc._esms._data.values())):
        _expire_if_due(stream)


def _expire_if_due(stream: dict[str, Any]) -> None:
    now = time.monotonic()
    if now - _expired_at.get(stream["StreamARN"], 0.0) >= EXPIRE_SECONDS:
        _expired_at[stream["StreamARN"]] = now
        expire(stream)


def _expiring_and_saving(original: Callable[[], bool]) -> Callable[[], bool]:
    def poll() -> bool:
        global _saved_at
        for stream in list(kinesis._streams._data.values()):
            _expire_if_due(stream)
        _follow_recreated_streams()
        processed = original()
        _follow_recreated_streams()  # A position of before would be noted as one in the new stream.
        now = time.monotonic()
        if now - _saved_at >= SAVE_SECONDS:
            _saved_at = now
            _save()
        return processed

    return poll


def _note(mapping: str, arn: str, positions: dict[str, int]) -> None:
    """Remembers the last processed record of each shard, before it expires."""
    stream = next((one for one in list(kinesis._streams._data.values()) if one["StreamARN"] == arn), None)
    for shard_id, position in list(positions.items()):
        records = [] if stream is None else stream["shards"].get(shard_id, {}).get("records", [])
        index = min(position, len(records)) - 1
        if index >= 0:
            _done.setdefault(mapping, {})[shard_id] = records[index]["SequenceNumber"]


def _save() -> None:
    before = json.dumps(_done)
    for mapping, arn, positions in _mappings():
        _note(mapping, arn, positions)
    for gone in _done.keys() - {"/".join(key) for key in list(lambda_svc._esms._data)}:
        del _done[gone]
    text = json.dumps(_done)
    if text != before:
        draft = _file.with_suffix(".new")
        draft.write_text(text)
        draft.replace(_file)


def _locked(original: Callable[..., Any]) -> Callable[..., Any]:
    def read(data: Any) -> Any:
        with records_lock:
            return original(data)

    return read
