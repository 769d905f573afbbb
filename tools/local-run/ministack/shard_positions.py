"""How far each event source mapping has read its shards, kept over a `kill -9`.

MiniStack counts a mapping's position as an index into a shard's records. Records therefore expire at start only, before
the positions are restored. A position that is too low after a start is harmless, because a consumer of Kinesis has to
bear repeats; one that is too high would lose records.
"""

from __future__ import annotations

import json
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hooking import require, wrap
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]

SAVE_SECONDS = 1

#: Mapping (`account/region/id`) to shard to the sequence number that was processed last.
Progress = dict[str, dict[str, str]]

_file: Path
_done: Progress = {}
_saved_at = 0.0
#: The stream that each mapping reads. A recreated one has the name and the shard ids of the one before.
_followed: dict[str, dict[str, Any]] = {}


def install(file: Path) -> None:
    """Hooks the polling of streams and the expiry of records. `file` is where the progress is kept."""
    global _file
    _file = file
    require(lambda_svc, "_kinesis_positions", "_esms")
    require(kinesis, "_streams")
    wrap(lambda_svc, "_poll_kinesis", _saving)
    wrap(kinesis, "_expire_records", lambda _original: lambda _stream: None)


def start_from_the_beginning(stream: dict[str, Any], shard_ids: list[str]) -> None:
    """Lets every mapping of a stream read these new shards from their first record."""
    for key, mapping_stream in _mappings():
        positions = lambda_svc._kinesis_positions._data.get(key)
        if mapping_stream is stream and positions is not None:  # One that was never polled has its own start.
            positions.update(dict.fromkeys(shard_ids, 0))


def restore() -> None:
    """Sets the positions after the last processed record. Call it when streams and mappings are there again."""
    _done.update(json.loads(_file.read_text()) if _file.exists() else {})
    for key, stream in _mappings():
        done = _done.get("/".join(key), {})
        lambda_svc._kinesis_positions._data[key] = {
            shard_id: bisect_right(shard["records"], done.get(shard_id, ""), key=lambda r: r["SequenceNumber"])
            for shard_id, shard in stream["shards"].items()
        }


def _mappings() -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    """The key and the stream of each mapping whose stream is there."""
    streams = {stream["StreamARN"]: stream for stream in list(kinesis._streams._data.values())}
    for key, mapping in list(lambda_svc._esms._data.items()):
        stream = streams.get(mapping.get("EventSourceArn", ""))
        if stream is not None:
            yield key, stream


def _follow_recreated_streams() -> None:
    """Lets a mapping read a stream that was deleted and created again from its first record."""
    for key, stream in _mappings():
        name = "/".join(key)
        if _followed.setdefault(name, stream) is not stream:
            _followed[name] = stream
            _done.pop(name, None)
            lambda_svc._kinesis_positions._data[key] = dict.fromkeys(stream["shards"], 0)


def _saving(original: Callable[[], bool]) -> Callable[[], bool]:
    def poll() -> bool:
        global _saved_at
        _follow_recreated_streams()
        processed = original()
        _follow_recreated_streams()  # A position of before would be noted as one in the new stream.
        now = time.monotonic()
        if now - _saved_at >= SAVE_SECONDS:
            _saved_at = now
            _save()
        return processed

    return poll


def _save() -> None:
    """Writes the last processed record of each shard. One that has expired since is still remembered."""
    before = json.dumps(_done)
    for key, stream in _mappings():
        for shard_id, position in list(lambda_svc._kinesis_positions._data.get(key, {}).items()):
            records = stream["shards"].get(shard_id, {}).get("records", [])
            index = min(position, len(records)) - 1
            if index >= 0:
                _done.setdefault("/".join(key), {})[shard_id] = records[index]["SequenceNumber"]
    text = json.dumps(_done)
    if text != before:
        draft = _file.with_suffix(".new")
        draft.write_text(text)
        draft.replace(_file)
