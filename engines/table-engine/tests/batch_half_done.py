"""A batch of ten rows of the feed user that the embedded engine began and another run, maybe of Spark, finishes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from table_engine.documents import FeedBatch
from tests.other_rules import KilledError, rules_that_refuse
from tests.sink_bucket import SinkBucket, jsonl


def put_ten(sink: SinkBucket) -> None:
    """Ten posts in two files."""
    sink.put("user", 0, 0, jsonl(*({"ind": n, "age": 20} for n in range(5))) + b" \n")
    sink.put("user", 1, 0, jsonl(*({"ind": n, "age": 20} for n in range(5, 10))))


def begin(sink: SinkBucket, refused: Sequence[int]) -> None:
    """Ten posts, by rules that refuse some; killed before the rows are committed."""
    put_ten(sink)
    begin_again(sink, refused)


def begin_again(sink: SinkBucket, refused: Sequence[int]) -> None:
    """A batch of the files that are new, killed before the rows are committed."""

    def killed(*_: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KilledError):
        patch.setattr("table_engine.cleaning.cleaning_sql", rules_that_refuse(refused))
        patch.setattr("table_engine.batch._append_or_merge", killed)
        sink.batch()


def check(sink: SinkBucket, report: FeedBatch, quarantined: Sequence[int]) -> None:
    """Each of the ten posts is in quarantine or in the table, once, and so the report says."""
    assert [row[0] for row in sink.rows("user")] == [n for n in range(10) if n not in quarantined]
    topic = "topics/pinterest.user/partition={0}/pinterest.user+{0}+00000000000000000000.json:{1}"
    assert [row[2] for row in sink.rows("quarantine")] == [topic.format(n // 5, n % 5) for n in quarantined]
    rows = 10 - len(quarantined)
    assert report == {
        "files": 2, "lines": 10, "rows": rows, "rejects": len(quarantined), "inserted": rows, "updated": 0,
    }  # fmt: skip


#: A file that was replaced: what was refused of its old content says nothing of the new one.
OLD = b"bad 0\n" + jsonl({"ind": 1, "age": 20})
NEW = jsonl({"ind": 0, "age": 20}, {"ind": 1, "age": 30}, {"ind": 2, "age": 20})
