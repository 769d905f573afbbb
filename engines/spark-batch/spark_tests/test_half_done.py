"""A batch that the embedded engine left between its two commits, finished by Spark with other rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pytest
from pyspark.sql import SparkSession

from spark_batch.clean_share import CleanedShare, clean_share
from spark_batch.cleaned_batch import CleanedBatch, clean
from spark_batch.shares import Share
from spark_tests.spark_support import spark_batch
from tests.batch_half_done import NEW, OLD, begin, begin_again, check, put_ten
from tests.other_rules import RELEASES, rules_that_refuse
from tests.sink_bucket import SinkBucket
from tests.sweeps import sample


def cleaner_that_refuses(numbers: Collection[int]) -> Callable[[Share], CleanedShare]:
    """What takes the place of `clean_share`: in the processes of the tasks the rules are others as well."""

    def other_clean_share(share: Share) -> CleanedShare:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("table_engine.cleaning.cleaning_sql", rules_that_refuse(numbers))
            return clean_share(share)

    return other_clean_share


def test_other_rules(
    spark: SparkSession, new_bucket: Callable[[], SinkBucket], monkeypatch: pytest.MonkeyPatch
) -> None:
    for before, after, quarantined in sample("releases", RELEASES, 2):
        sink = new_bucket()
        begin(sink, before)
        monkeypatch.setattr("spark_batch.cleaned_batch.clean_share", cleaner_that_refuses(after))
        check(sink, spark_batch(spark, sink)["feeds"]["user"], quarantined)
        versions = [sink.commits(name) for name in ("user", "quarantine")]
        assert spark_batch(spark, sink)["batch"] is None
        assert [sink.commits(name) for name in ("user", "quarantine")] == versions


@pytest.mark.parametrize("is_killed", [True, False])
def test_another_run_while_the_tasks_clean(
    spark: SparkSession, sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, is_killed: bool
) -> None:
    """It commits rejects by other rules and is killed before the rows; or is done with all."""
    put_ten(sink)
    cleaned: list[Sequence[Share]] = []

    def clean_and_wait(session: SparkSession, shares: Sequence[Share]) -> dict[str, CleanedBatch]:
        result = clean(session, shares)
        cleaned.append(shares)
        if len(cleaned) == 1:
            begin_again(sink, [2, 7]) if is_killed else sink.batch()
        return result

    monkeypatch.setattr("spark_batch.batch.clean", clean_and_wait)
    monkeypatch.setattr("spark_batch.cleaned_batch.clean_share", cleaner_that_refuses([4, 9]))
    report = spark_batch(spark, sink)["feeds"]["user"]
    if is_killed:
        check(sink, report, [2, 4, 7, 9])
        assert [share.is_half_done for shares in cleaned for share in shares] == [False, True]
    else:
        assert report["inserted"] == report["updated"] == 0
        assert [row[0] for row in sink.rows("user")] == list(range(10))
        assert sink.rows("quarantine") == []


def test_a_file_that_was_replaced(spark: SparkSession, sink: SinkBucket) -> None:
    sink.put("user", 0, 0, OLD)
    sink.batch()
    sink.put("user", 0, 0, NEW)
    begin_again(sink, [2])
    assert spark_batch(spark, sink)["feeds"]["user"]["rejects"] == 0
    assert [(row[0], row[2]) for row in sink.rows("user")] == [(0, 20), (1, 30), (2, 20)]
    assert len(sink.rows("quarantine")) == 2
