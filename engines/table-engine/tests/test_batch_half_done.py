"""A batch whose rejects are in quarantine and whose rows are not in the table, finished by another release's rules."""

from __future__ import annotations

import pytest

from tests.batch_half_done import NEW, OLD, begin, begin_again, check
from tests.other_rules import RELEASES, rules_that_refuse
from tests.sink_bucket import SinkBucket


@pytest.mark.parametrize(("before", "after", "quarantined"), RELEASES)
def test_other_rules(
    sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, before: list[int], after: list[int], quarantined: list[int]
) -> None:
    begin(sink, before)
    monkeypatch.setattr("table_engine.cleaning.cleaning_sql", rules_that_refuse(after))
    check(sink, sink.batch()["feeds"]["user"], quarantined)
    versions = [sink.commits(name) for name in ("user", "quarantine")]
    assert sink.batch()["batch"] is None
    assert [sink.commits(name) for name in ("user", "quarantine")] == versions


def test_a_file_that_was_replaced(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, OLD)
    sink.batch()
    sink.put("user", 0, 0, NEW)
    begin_again(sink, [2])
    assert sink.batch()["feeds"]["user"]["rejects"] == 0
    # The reject of the old content stays, and is no reason to leave out the row in its place.
    assert [(row[0], row[2]) for row in sink.rows("user")] == [(0, 20), (1, 30), (2, 20)]
    assert len(sink.rows("quarantine")) == 2
