"""The maintenance of tables: they get small, and no row, writer or reader comes to harm."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from table_engine import table_maintenance
from table_engine.delta_tables import read_table
from table_engine.documents import MaintainedTable
from table_engine.stream_records import StreamRecord
from table_engine.stream_tables import CONFIGURATION
from table_engine.table_maintenance import (
    HOLD_HOURS,
    compact_for_writer,
    held,
    maintain_table,
    run_maintenance,
)
from tests.append_function import load_function
from tests.conftest import parsed
from tests.sink_bucket import USER, SinkBucket
from tests.stream_support import appender, user_records
from tests.sweeps import amount
from tests.test_stream_faults import check, function, records, windows

TABLE = "pinterest_user_table"


def append_often(sink: SinkBucket, folder: Path, commits: int) -> list[StreamRecord]:
    one = appender(sink, folder, "user")
    given = records(range(commits * 5))
    for start in range(0, len(given), 5):
        one.append(given[start : start + 5])
    return given


def maintain(sink: SinkBucket, **options: Any) -> MaintainedTable:
    """Maintains the stream's table, which exists."""
    report = maintain_table(sink.bucket, TABLE, **options)
    assert report is not None
    return report


def maintained(sink: SinkBucket) -> dict[str, MaintainedTable]:
    """Maintains the tables; the reports of those that are there."""
    found = run_maintenance(sink.bucket, USER)["tables"]
    return {name: report for name, report in found.items() if report is not None}


def data_files(sink: SinkBucket, table: str = TABLE) -> set[str]:
    return {stored.key for stored in sink.bucket.list(f"tables/{table}/") if stored.key.endswith(".parquet")} - {
        stored.key for stored in sink.bucket.list(f"tables/{table}/_delta_log/")
    }


def test_before_there_is_a_table(sink: SinkBucket) -> None:
    assert run_maintenance(sink.bucket, USER)["tables"] == dict.fromkeys(
        ["pinterest_pin_table", "pinterest_geo_table", TABLE, "quarantine"]
    )


def test_files_and_log_are_bounded_after_many_commits(
    sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's retention is over at once, as it is after hours."""
    monkeypatch.setattr(
        table_maintenance, "CONFIGURATION", {**CONFIGURATION, "delta.logRetentionDuration": "interval 0 seconds"}
    )
    given = append_often(sink, tmp_path, 120)
    found = maintained(sink)
    for name in (TABLE, "quarantine"):
        report = found[name]
        assert (report["files"], report["is_overtaken"]) == (1, False)
        # The writer made few of its first 64 files itself.
        assert 56 < report["compacted_files"] < 64
        assert report["log_entries"] <= 2
        assert report["removed_log_entries"] > 110
        assert report["checkpoint"] == report["version"] == sink.commits(name)
    check(sink, range(600))
    # Who appended before continues, and so does a new one.
    one = appender(sink, tmp_path, "user")
    assert one.append(given).repeated == 600
    assert one.append(records(range(590, 605))).repeated == 10
    check(sink, range(605))


def test_a_second_maintenance_finds_nothing_to_do(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 10)
    first = maintained(sink)
    keys = {stored.key for stored in sink.bucket.list("tables/")}
    second = maintained(sink)
    assert {stored.key for stored in sink.bucket.list("tables/")} == keys
    for name in (TABLE, "quarantine"):
        assert first[name]["compacted_files"] == 10
        assert second[name] == {**first[name], "compacted_files": 0}


def test_few_small_files_are_left(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 5)
    report = maintain(sink)
    assert (report["files"], report["compacted_files"]) == (5, 0)


def test_large_files_are_left(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 10)
    before = data_files(sink)
    maintain_table(sink.bucket, TABLE, target_bytes=100)
    assert data_files(sink) == before


def test_what_a_killed_writer_left_goes_after_the_retention(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 10)
    orphan = f"tables/{TABLE}/part-00000-left-c000.zstd.parquet"
    sink.bucket.write(orphan, b"half a file")
    # The writer may be about to commit it.
    assert maintained(sink)[TABLE]["removed_files"] == 0
    assert orphan in data_files(sink)
    report = maintain(sink, retention_hours=0)
    assert report["removed_files"] == 11
    assert len(data_files(sink)) == 1
    check(sink, range(50))


def test_a_reader_that_opened_before_reads_all(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 10)
    reader = sink.tables.open(TABLE)
    version = reader.version()
    assert maintained(sink)[TABLE]["compacted_files"] == 10
    stream: Any = read_table(reader, "SELECT sum(ind) AS total FROM t")
    assert stream.read_all().column("total").to_pylist() == [sum(n for n in range(50) if n % 5 != 4)]
    assert reader.version() == version
    # And a version of before can still be opened.
    reader.load_as_version(version - 5)
    assert reader.get_add_actions().num_rows == 5


def test_a_process_appends_all_the_while(
    sink: SinkBucket, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_maintenance, "FEWEST_SMALL_FILES", 2)
    compacted, count = 0, amount(300, 900)
    with function(sink, environment, windows(count, 10, 3)) as process:
        while process.poll() is None:
            for report in run_maintenance(sink.bucket, USER)["tables"].values():
                compacted += report["compacted_files"] if report else 0
    assert process.returncode == 0
    assert compacted > 4
    check(sink, range(count))


def test_two_maintenances_at_once(sink: SinkBucket, tmp_path: Path) -> None:
    append_often(sink, tmp_path, 20)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: run_maintenance(sink.bucket, USER), range(3)))
    check(sink, range(100))
    report = maintain(sink)
    assert report["files"] == 1


def test_one_in_the_middle_of_another(sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """delta-rs on its own lets both compactions through, and each row is duplicate. Appends are let pass."""
    given = append_often(sink, tmp_path, 20)
    claim = table_maintenance._claim
    inner: list[MaintainedTable] = []
    begun: list[bool] = []

    def claim_and_wait(table: DeltaTable) -> None:
        claim(table)
        if not begun:
            begun.append(True)
            inner.append(maintain(sink))
        appender(sink, tmp_path, "user").append(records(range(len(given) + 5)))

    monkeypatch.setattr(table_maintenance, "_claim", claim_and_wait)
    outer = maintain(sink)
    assert (inner[0]["compacted_files"], inner[0]["is_overtaken"]) == (20, False)
    assert (outer["compacted_files"], outer["is_overtaken"]) == (0, True)
    check(sink, range(105))


def test_a_table_that_spark_holds_is_left(sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append_often(sink, tmp_path, 10)

    def compacted() -> tuple[int, bool]:
        report = maintain(sink)
        return report["compacted_files"], report["is_overtaken"]

    with pytest.raises(ZeroDivisionError), held(sink.tables.open(TABLE)):
        assert compacted() == (0, True)
        # Who holds a table lets no other one hold it, and who appends continues.
        with pytest.raises(CommitFailedError, match="Spark holds the table"), held(sink.tables.open(TABLE)):
            pass
        append_often(sink, tmp_path, 11)
        1 / 0  # noqa: B018
    assert compacted() == (11, False)
    # What a killed holder has not let go of is free after its time.
    monkeypatch.setattr(table_maintenance, "FEWEST_SMALL_FILES", 1)
    table_maintenance._claim(sink.tables.open(TABLE), HOLD_HOURS)
    assert compacted() == (0, True)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + HOLD_HOURS * 3600)
    assert not compacted()[1]
    check(sink, range(55))


def test_a_writer_keeps_its_own_files_few(sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_maintenance, "WRITER_SMALL_FILES", 16)
    one = appender(sink, tmp_path, "user")
    given = records(range(100))
    counts = []
    for start in range(0, 100, 2):
        one.append(given[start : start + 2])
        counts.append(sink.newest(TABLE).get_add_actions().num_rows)
    # As many as it leaves, and what comes until it looks again.
    assert 16 <= max(counts) <= 32
    assert one.append(given).repeated == 100
    check(sink, range(100))
    # It deletes nothing: who reads a state of before can continue.
    assert len(data_files(sink)) > 50


@pytest.mark.parametrize("other", ["writer", "maintenance"])
def test_another_compaction_in_the_middle_of_a_writer_s(
    sink: SinkBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    given = append_often(sink, tmp_path, 15)
    monkeypatch.setattr(table_maintenance, "WRITER_SMALL_FILES", 15)
    claim = table_maintenance._claim
    inner: list[bool] = []

    def claim_and_wait(table: DeltaTable) -> None:
        claim(table)
        if inner:
            return
        inner.append(False)
        appender(sink, tmp_path, "user").append(records(range(len(given) + 5)))
        if other == "writer":
            inner[0] = compact_for_writer(sink.tables.open(TABLE))
        else:
            inner[0] = maintain(sink)["compacted_files"] == 16

    monkeypatch.setattr(table_maintenance, "_claim", claim_and_wait)
    assert not compact_for_writer(sink.tables.open(TABLE))
    assert inner == [True]
    check(sink, range(80))


def test_tables_get_the_properties_that_they_lack(sink: SinkBucket) -> None:
    sink.tables.open_or_create("quarantine")
    maintain_table(sink.bucket, "quarantine")
    found = sink.newest("quarantine").metadata().configuration
    assert {name: found.get(name) for name in CONFIGURATION} == CONFIGURATION


def test_the_command_and_the_handler(
    sink: SinkBucket, engine: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    appender(sink, tmp_path, "user").append(user_records(range(5)))
    found: Any = parsed(engine("maintain", "--bucket", sink.name, "--user-id", USER))
    assert found["tables"][TABLE]["files"] == 1
    monkeypatch.setenv("SINK_BUCKET", sink.name)
    monkeypatch.setenv("USER_ID", USER)
    again = load_function("maintenance").handler({}, None)
    assert again["tables"] == found["tables"]
    assert json.dumps(again)
