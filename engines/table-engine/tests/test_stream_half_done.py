"""A batch whose rejects are in quarantine and whose rows are not in the table, finished by another release's rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from deltalake import CommitProperties, DeltaTable

from table_engine.delta_tables import append_rows
from table_engine.stream_append import AppendReport
from table_engine.stream_records import StreamRecord
from tests.other_rules import RELEASES, KilledError, rules_that_refuse
from tests.sink_bucket import SinkBucket
from tests.stream_support import BASE, SHARD, appender, stream_rows, user_records

OTHER = "shardId-000000000001"


def use_rules(monkeypatch: pytest.MonkeyPatch, refused: Sequence[int]) -> None:
    monkeypatch.setattr("table_engine.cleaning.cleaning_sql", rules_that_refuse(refused))


def append_rejects_only(sink: SinkBucket, folder: Path, records: list[StreamRecord]) -> None:
    """Appends and is killed before the rows are committed."""

    def until_the_table(table: DeltaTable, rows: duckdb.DuckDBPyRelation, properties: CommitProperties) -> None:
        if not table.table_uri.rstrip("/").endswith("quarantine"):
            raise KilledError
        append_rows(table, rows, properties)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KilledError):
        patch.setattr("table_engine.stream_append.append_rows", until_the_table)
        appender(sink, folder, "user").append(records)


def check(sink: SinkBucket, quarantined: Sequence[int], end: int) -> None:
    """Each number below `end` is in quarantine or in the table, once."""
    assert sorted(row[2] for row in sink.rows("quarantine")) == [f"{SHARD}:{BASE + n}" for n in quarantined]
    assert [row[0] for row in stream_rows(sink, "user")] == [n for n in range(end) if n not in quarantined]


@pytest.mark.parametrize(("before", "after", "quarantined"), RELEASES)
def test_other_rules(
    sink: SinkBucket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: list[int],
    after: list[int],
    quarantined: list[int],
) -> None:
    records = user_records(range(10))
    use_rules(monkeypatch, before)
    if len(before) < len(records):
        append_rejects_only(sink, tmp_path, records)
    else:
        appender(sink, tmp_path, "user").append(records)
    use_rules(monkeypatch, after)
    one = appender(sink, tmp_path, "user")
    rejects = len(quarantined) - len(before)
    report = AppendReport(records=10, rows=10 - len(quarantined), rejects=rejects, repeated=len(before))
    assert one.append(records) == report
    check(sink, quarantined, 10)
    versions = sink.commits("pinterest_user_table"), sink.commits("quarantine")
    for again in (one, appender(sink, tmp_path, "user")):
        assert again.append(records) == AppendReport(records=10, rows=0, rejects=0, repeated=10)
    assert versions == (sink.commits("pinterest_user_table"), sink.commits("quarantine"))


def test_in_parts_and_with_what_came_after(sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch comes again bisected, begins earlier or continues further, and the function is warm."""
    use_rules(monkeypatch, [1])
    appender(sink, tmp_path, "user").append(user_records(range(5)))
    use_rules(monkeypatch, [6, 12])
    append_rejects_only(sink, tmp_path, user_records(range(5, 15)))
    use_rules(monkeypatch, [7, 8, 14, 17])
    one = appender(sink, tmp_path, "user")
    one.append(user_records(range(3, 8)))
    one.append(user_records(range(6, 11)))
    one.append(user_records(range(8, 20)))
    check(sink, [1, 6, 7, 8, 12, 14, 17], 20)


def test_a_warm_function_takes_over(sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has worked on this shard before, and learns by its own rejects that another one came in between."""
    use_rules(monkeypatch, [5, 8])
    warm = appender(sink, tmp_path, "user")
    warm.append(user_records(range(5)))
    use_rules(monkeypatch, [6])
    append_rejects_only(sink, tmp_path, user_records(range(5, 10)))
    assert warm.append(user_records(range(5, 10))) == AppendReport(records=5, rows=2, rejects=2, repeated=1)
    check(sink, [5, 6, 8], 10)


def test_a_shard_that_a_warm_function_sees_first(
    sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state of the quarantine that it has opened is older than the rejects."""
    warm = appender(sink, tmp_path, "user")
    warm.append(user_records(range(5, 10)))
    use_rules(monkeypatch, [2])
    append_rejects_only(sink, tmp_path, user_records(range(5), shard=OTHER))
    assert warm.append(user_records(range(5), shard=OTHER)) == AppendReport(records=5, rows=4, rejects=0, repeated=1)
    assert [row[2] for row in sink.rows("quarantine")] == [f"{OTHER}:{BASE + 2}"]
    assert [row[0] for row in stream_rows(sink, "user")] == [0, 1, 3, 4, *range(5, 10)]
