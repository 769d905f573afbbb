"""Cuts the files of a batch into shares, each the work of one task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from table_engine.raw_files import RawFile

#: A share is as large as this at least, so that a small batch becomes few files…
LEAST_BYTES = 64 * 1024 * 1024

#: …and about this large at most: it becomes a data file that maintenance leaves as it is.
MOST_BYTES = 384 * 1024 * 1024

# So many shares for each core even out that some take longer.
_FOR_EACH_CORE = 2


@dataclass(frozen=True)
class Share:
    """Some of the files that a feed has in a batch, adjacent in source order.

    `number` is its place among the shares of the feed: of two rows of a post in two shares the one of the larger number
    is newer. `is_half_done` says that the batch's rejects are committed already; see `clean_share`.
    """

    bucket: str
    feed: str
    number: int
    files: tuple[RawFile, ...]
    is_half_done: bool = False

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(file.size for file in self.files)


def cut(bucket: str, batch: Mapping[str, Sequence[RawFile]], half_done: Sequence[str], cores: int) -> list[Share]:
    """The shares of a batch, given its files by feed in source order; the largest ones first.

    `half_done` are the feeds whose rejects are committed already.
    """
    total = sum(file.size for files in batch.values() for file in files)
    target = min(MOST_BYTES, max(LEAST_BYTES, total // (cores * _FOR_EACH_CORE)))
    shares = [
        Share(bucket, feed, number, tuple(part), feed in half_done)
        for feed, files in batch.items()
        for number, part in enumerate(_parts(files, target))
    ]
    return sorted(shares, key=lambda share: share.size, reverse=True)


def _parts(files: Sequence[RawFile], target: int) -> list[list[RawFile]]:
    """Adjacent files of about `target` bytes together: as many parts as that makes, about equally large."""
    total = sum(file.size for file in files)
    count = max(1, round(total / target))
    parts: list[list[RawFile]] = [[] for _ in range(count)]
    before = 0
    for file in files:
        # By the file's middle.
        parts[min(count - 1, (2 * before + file.size) * count // max(1, 2 * total))].append(file)
        before += file.size
    return [part for part in parts if part]
