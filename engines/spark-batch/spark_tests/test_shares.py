"""A batch's files are cut into shares that keep their order and are about equally large."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from spark_batch.shares import LEAST_BYTES, MOST_BYTES, cut
from table_engine.raw_files import RawFile

MIB = 1024 * 1024


def files(*sizes: int) -> list[RawFile]:
    now = datetime.now(timezone.utc)
    return [RawFile(f"{number}", "etag", size, now, 0, number) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("sizes", "cores", "shares"),
    [
        ([0], 2, 1),
        ([5 * MIB] * 3, 200, 1),
        # Two for each core…
        ([10 * MIB] * 80, 2, 4),
        # …unless they became smaller than is good for a table, or larger.
        ([10 * MIB] * 80, 100, 12),
        ([10 * MIB] * 800, 2, 21),
        # A large file is not cut.
        ([MIB, 2000 * MIB, MIB], 2, 3),
        ([400 * MIB] * 3, 1, 3),
    ],
)
def test_shares(sizes: list[int], cores: int, shares: int) -> None:
    given = files(*sizes)
    found = cut("bucket", {"pin": given}, [], cores)
    assert len(found) == shares
    assert [share.size for share in found] == sorted((share.size for share in found), reverse=True)
    in_order = sorted(found, key=lambda share: share.number)
    assert [file for share in in_order for file in share.files] == given
    if max(sizes) <= 10 * MIB and shares > 1:
        assert all(LEAST_BYTES * 0.8 < share.size < MOST_BYTES * 1.2 for share in found)


def test_feeds_share_the_cores() -> None:
    found = cut("bucket", {"pin": files(*[10 * MIB] * 60), "geo": files(*[10 * MIB] * 20)}, ["geo"], 2)
    assert [(share.feed, share.number, share.is_half_done) for share in found] == [
        ("pin", 0, False), ("pin", 1, False), ("pin", 2, False), ("geo", 0, True),
    ]  # fmt: skip
