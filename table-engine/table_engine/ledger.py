"""Reads the emulator's ledger; its lines are described in `docs/architecture.md`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket

#: An inclusive range of offsets.
Range = tuple[int, int]


@dataclass
class FeedLedger:
    """What the emulator says it has sent of a feed; `offsets` are the acknowledged ones by partition."""

    sent: int = 0
    acknowledged: int = 0
    failed: int = 0
    offsets: dict[int, list[Range]] = field(default_factory=dict)


def merge(ranges: list[Range]) -> list[Range]:
    """Joins ranges that touch or overlap; ascending."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def read_ledger(bucket: Bucket) -> dict[str, FeedLedger]:
    """Sums up the ledger by feed. Raises TableEngineError naming a line that is none of the emulator's."""
    ledger = {feed: FeedLedger() for feed in FEED_NAMES}
    for stored in bucket.list("sent/"):
        text = b"".join(bucket.read(stored.key)).decode()
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                entry = json.loads(line)
                feed = ledger[entry["feed"]]
                feed.sent += entry["sent"]
                feed.acknowledged += entry["acknowledged"]
                feed.failed += entry["failed"]
                for partition, first, last in entry["offsets"]:
                    feed.offsets.setdefault(partition, []).append((first, last))
            except (ValueError, KeyError, TypeError) as error:
                raise TableEngineError(
                    f"Line {number} of s3://{bucket.name}/{stored.key} is no line of the ledger: "
                    f"{line[:200]!r} ({error!r})."
                ) from error
    for feed in ledger.values():
        feed.offsets = {partition: merge(ranges) for partition, ranges in sorted(feed.offsets.items())}
    return ledger
