"""The emulator's ledger: what was sent and acknowledged, by feed (docs/reference/storage.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from table_engine.documents import SentFigures
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES, FeedName
from table_engine.storage import Bucket

Path = Literal["topics", "streams"]


@dataclass
class _Counts:
    """One feed's sums.

    `failed` counts the records of batches that were not acknowledged, nor when the run sent the same positions again.
    """

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0


@dataclass
class Sent(_Counts):
    """What was sent to a feed's topic.

    `offsets` has for each partition the acknowledged inclusive ranges as they were written.
    """

    offsets: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


@dataclass
class StreamSent(_Counts):
    """What was sent to a feed's stream.

    `sequences` has for each shard id the acknowledged sequence numbers, decimal and without leading zeros, in the order
    of the ledger.
    """

    sequences: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class _Run:
    """One run's batches of a feed, as inclusive ranges of positions: acknowledged, or failed with how many records."""

    done: list[tuple[int, int]] = field(default_factory=list)
    failed: list[tuple[int, int, int]] = field(default_factory=list)

    def still_failed(self) -> int:
        """The failed records whose positions were not acknowledged at another time."""
        done = merge_ranges(self.done)
        return sum(
            count
            for first, last, count in self.failed
            if not any(start <= first and last <= end for start, end in done)
        )


class _Adder:
    """Adds entries up into the sums of their feeds."""

    def __init__(self) -> None:
        self._runs: dict[tuple[str, str], _Run] = {}

    def add(self, counts: _Counts, entry: dict[str, Any]) -> None:
        run = self._runs.setdefault((str(entry["run"]), entry["feed"]), _Run())
        sent, acknowledged, failed = int(entry["sent"]), int(entry["acknowledged"]), int(entry["failed"])
        first, last = int(entry["from"]), int(entry["to"]) - 1
        counts.sent += sent
        counts.acknowledged += acknowledged
        if failed == 0:
            run.done.append((first, last))
        else:
            run.failed.append((first, last, failed))

    def still_failed(self, feed: str) -> int:
        return sum(run.still_failed() for (_, name), run in self._runs.items() if name == feed)


def read_ledger(bucket: Bucket) -> dict[FeedName, Sent]:
    """Adds up what was sent to the topics, over every ledger object of the bucket.

    Raises TableEngineError for a line that is no ledger entry.
    """
    total = {name: Sent() for name in FEED_NAMES}
    adder = _Adder()
    for place, path, entry in ledger_entries(bucket):
        if path != "topics":
            continue
        with _naming(place):
            feed = total[entry["feed"]]
            adder.add(feed, entry)
            for partition, begin, end in entry["offsets"]:
                feed.offsets.setdefault(int(partition), []).append((int(begin), int(end)))
    for name, feed in total.items():
        feed.failed = adder.still_failed(name)
    return total


def read_stream_ledger(bucket: Bucket) -> dict[FeedName, StreamSent]:
    """Adds up what was sent to the streams, over every ledger object of the bucket.

    In memory are one object at a time and the sequence numbers, some 120 bytes a record. Raises TableEngineError for
    a line that is no ledger entry, or that has another number of sequence numbers than of acknowledged records.
    """
    total = {name: StreamSent() for name in FEED_NAMES}
    adder = _Adder()
    for place, path, entry in ledger_entries(bucket):
        if path != "streams":
            continue
        with _naming(place):
            feed = total[entry["feed"]]
            adder.add(feed, entry)
            count = 0
            for shard, numbers in entry["sequences"].items():
                feed.sequences.setdefault(shard, []).extend(map(_sequence_number, numbers))
                count += len(numbers)
            if count != entry["acknowledged"]:
                raise ValueError(f"{count} sequence numbers of {entry['acknowledged']} acknowledged records")
    for name, feed in total.items():
        feed.failed = adder.still_failed(name)
    return total


def _sequence_number(text: Any) -> str:
    if not (isinstance(text, str) and text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no sequence number")
    return text.lstrip("0") or "0"


class FollowedLedger:
    """The sums of both paths, kept up object by object: an object of the ledger never changes."""

    def __init__(self, bucket: Bucket) -> None:
        """Nothing is read yet."""
        self._bucket = bucket
        # By folder the last key that is in the sums.
        self._last: dict[str, str] = {}
        self._sums: dict[Path, SentFigures] = {
            "topics": {"sent": 0, "acknowledged": 0},
            "streams": {"sent": 0, "acknowledged": 0},
        }

    def follow(self) -> Mapping[Path, SentFigures]:
        """Adds the objects that are new. Raises TableEngineError for a line that is no ledger entry."""
        for folder in self._bucket.folders("sent/"):
            for stored in self._bucket.list(folder, self._last.get(folder)):
                found: list[tuple[Path, int, int]] = []
                for place, path, entry in _object_entries(self._bucket, stored.key):
                    with _naming(place):
                        found.append((path, int(entry["sent"]), int(entry["acknowledged"])))
                for path, sent, acknowledged in found:
                    self._sums[path]["sent"] += sent
                    self._sums[path]["acknowledged"] += acknowledged
                self._last[folder] = stored.key
        return self._sums


def _object_entries(bucket: Bucket, key: str) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """The entries of one object, each with its place and its path; none of an object of another kind."""
    if not key.endswith(".jsonl"):
        return
    for number, line in enumerate(bucket.content(key).split(b"\n"), 1):
        if line.strip():
            place = f"{key}, line {number}"
            with _naming(place):
                entry = json.loads(line)
                path = entry.get("path", "topics")
                if path not in ("topics", "streams"):
                    raise ValueError(f"path {path!r}, expected 'topics' or 'streams'")
            yield place, path, entry


def ledger_entries(bucket: Bucket) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Every entry with its place and its path. Raises TableEngineError for a line that is no entry."""
    for stored in bucket.list("sent/"):
        yield from _object_entries(bucket, stored.key)


@contextmanager
def _naming(place: str) -> Iterator[None]:
    """Turns what an entry of another form leads to into an error that names its place."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableEngineError(
            f"The ledger {place} is no entry as docs/reference/storage.md says ({type(error).__name__}: {error})."
        ) from error


def merge_ranges(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Inclusive ranges as few disjoint ones, ascending; neighbours become one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
