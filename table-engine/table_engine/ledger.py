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
    """One feed's sums.

    `failed` counts the records of batches that were not acknowledged, nor when the run sent the same positions again.
    `offsets` has for each partition the acknowledged inclusive ranges as they were written.
    """

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    offsets: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


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


def read_ledger(bucket: Bucket) -> dict[str, Sent]:
    """Adds up every ledger file of the bucket. Raises TableEngineError for a line that is no ledger entry."""
    total = {name: Sent() for name in FEED_NAMES}
    runs: dict[tuple[str, str], _Run] = {}
    for stored in bucket.list("sent/"):
        if stored.key.endswith(".jsonl"):
            content = b"".join(bucket.read(stored.key))
            for number, line in enumerate(content.split(b"\n"), 1):
                if line.strip():
                    _add(total, runs, line, f"{stored.key}, line {number}")
    for (_, feed), run in runs.items():
        total[feed].failed += run.still_failed()
    return total


def _add(total: dict[str, Sent], runs: dict[tuple[str, str], _Run], line: bytes, place: str) -> None:
    try:
        entry = json.loads(line)
        feed = total[entry["feed"]]
        run = runs.setdefault((str(entry["run"]), entry["feed"]), _Run())
        sent, acknowledged, failed = int(entry["sent"]), int(entry["acknowledged"]), int(entry["failed"])
        first, last = int(entry["from"]), int(entry["to"]) - 1
        ranges = [(int(p), int(begin), int(end)) for p, begin, end in entry["offsets"]]
    except (ValueError, KeyError, TypeError) as error:
        raise TableEngineError(
            f"The ledger {place} is no entry as docs/architecture.md describes it ({type(error).__name__}: {error})."
        ) from error
    feed.sent += sent
    feed.acknowledged += acknowledged
    if failed == 0:
        run.done.append((first, last))
    else:
        run.failed.append((first, last, failed))
    for partition, begin, end in ranges:
        feed.offsets.setdefault(partition, []).append((begin, end))


def merge_ranges(ranges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Inclusive ranges as few disjoint ones, ascending; neighbours become one."""
    merged: list[list[int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    return merged
