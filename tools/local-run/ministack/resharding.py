"""Splits and merges of shards as Kinesis does them.

MiniStack drops a shard that is split or merged together with the records that no one has read yet. Here it stays,
closed: it takes no more records and can be read until they have expired. Its children's ids are new ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sequence_numbers
from hooking import require, wrap
from ministack.services import kinesis  # type: ignore[import-untyped]

Shards = dict[str, dict[str, Any]]

#: The key that a closed shard has: the sequence number at its end.
CLOSED = "ending_sequence_number"

_resolve: Callable[[dict[str, Any]], tuple[str, dict[str, Any] | None]]


def install(on_new_shards: Callable[[dict[str, Any], list[str]], None]) -> None:
    """Hooks what changes and shows a stream's shards.

    `on_new_shards(stream, ids)` is called before the new shards can be seen.
    """
    global _resolve
    require(kinesis, "_resolve_stream", "_max_shard_index")
    _resolve = kinesis._resolve_stream
    for name in ("_split_shard", "_merge_shards", "_update_shard_count"):
        wrap(kinesis, name, lambda original: _keeping_parents(original, on_new_shards))
    wrap(kinesis, "_describe_stream_summary", _counting_open_shards)
    wrap(kinesis, "_route_to_shard", _to_open_shard)
    wrap(kinesis, "_shard_out", _with_end)


def open_shards(stream: dict[str, Any]) -> Shards:
    """The shards that take records."""
    return {name: shard for name, shard in stream["shards"].items() if CLOSED not in shard}


def _on_draft(original: Callable[..., Any], data: Any, name: str, draft: dict[str, Any]) -> Any:
    """Lets a handler work on a copy: another thread goes through the shards meanwhile."""
    kinesis._resolve_stream = lambda _data: (name, draft)
    try:
        return original(data)
    finally:
        kinesis._resolve_stream = _resolve


def _keeping_parents(
    original: Callable[..., Any], on_new_shards: Callable[[dict[str, Any], list[str]], None]
) -> Callable[..., Any]:
    def change(data: Any) -> Any:
        name, stream = _resolve(data)
        if stream is None:
            return original(data)
        draft = {**stream, "shards": open_shards(stream)}
        response = _on_draft(original, data, name, draft)
        if response[0] != 200:
            return response
        shards: Shards = dict(stream["shards"])
        before = {id(shard) for shard in shards.values()}
        left = {id(shard) for shard in draft["shards"].values()}
        for shard in shards.values():
            if CLOSED not in shard and id(shard) not in left:
                shard[CLOSED] = sequence_numbers.last()
        new = [shard for shard in draft["shards"].values() if id(shard) not in before]
        first = kinesis._max_shard_index(stream) + 1
        ids = [f"shardId-{first + index:012d}" for index in range(len(new))]
        on_new_shards(stream, ids)
        stream["shards"] = {**shards, **dict(zip(ids, new, strict=True))}
        return response

    return change


def _counting_open_shards(original: Callable[..., Any]) -> Callable[..., Any]:
    def describe(data: Any) -> Any:
        name, stream = _resolve(data)
        if stream is None:
            return original(data)
        return _on_draft(original, data, name, {**stream, "shards": open_shards(stream)})

    return describe


def _to_open_shard(original: Callable[..., str]) -> Callable[..., str]:
    def route(hash_key: int, stream: dict[str, Any]) -> str:
        return original(hash_key, {"shards": open_shards(stream)})

    return route


def _with_end(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def describe(shard_id: str, shard: dict[str, Any]) -> dict[str, Any]:
        result = original(shard_id, shard)
        if CLOSED in shard:
            result["SequenceNumberRange"]["EndingSequenceNumber"] = shard[CLOSED]
        return result

    return describe
