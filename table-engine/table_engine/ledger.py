"""The emulator's ledger: what was sent and acknowledged, by feed (docs/architecture.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket


@dataclass
class Sent:
    """One feed's sums. `offsets` has for each partition the acknowledged inclusive ranges as they were written."""

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    offsets: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def read_ledger(bucket: Bucket) -> dict[str, Sent]:
    """Adds up every ledger file of the bucket. Raises TableEngineError for a line that is no ledger entry."""
    total = {name: Sent() for name in FEED_NAMES}
    for stored in bucket.list("sent/"):
        if stored.key.endswith(".jsonl"):
            content = b"".join(bucket.read(stored.key))
            for number, line in enumerate(content.split(b"\n"), 1):
                if line.strip():
                    _add(total, line, f"{stored.key}, line {number}")
    return total


def _add(total: dict[str, Sent], line: bytes, place: str) -> None:
    try:
        entry = json.loads(line)
        feed = total[entry["feed"]]
        numbers = (int(entry["sent"]), int(entry["acknowledged"]), int(entry["failed"]))
        ranges = [(int(p), int(first), int(last)) for p, first, last in entry["offsets"]]
    except (ValueError, KeyError, TypeError) as error:
        raise TableEngineError(
            f"The ledger {place} is no entry as docs/architecture.md describes it ({type(error).__name__}: {error})."
        ) from error
    feed.sent += numbers[0]
    feed.acknowledged += numbers[1]
    feed.failed += numbers[2]
    for partition, first, last in ranges:
        feed.offsets.setdefault(partition, []).append((first, last))


def merge_ranges(ranges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Inclusive ranges as few disjoint ones, ascending; neighbours become one."""
    merged: list[list[int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    return merged
