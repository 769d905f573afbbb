"""Commits that happen once, whatever other writers do."""

from __future__ import annotations

import duckdb
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake

from table_engine import delta_tables
from table_engine.delta_tables import TABLES, commit_once, delta_schema, load_into
from table_engine.errors import TableEngineError
from tests.sink_bucket import SinkBucket


@pytest.fixture
def table(sink: SinkBucket) -> DeltaTable:
    return sink.tables.open_or_create("user")


def append(
    session: duckdb.DuckDBPyConnection, table: DeltaTable, ind: int, properties: CommitProperties | None
) -> None:
    rows = session.sql(f"SELECT {ind}::INT AS ind, 'A' AS user_name, 20::INT AS age, now() AS date_joined")
    write_deltalake(table, rows, mode="append", commit_properties=properties)


def inds(session: duckdb.DuckDBPyConnection, table: DeltaTable) -> list[int]:
    table.update_incremental()
    load_into(session, table, "loaded", "SELECT ind FROM t")
    return [row[0] for row in session.execute("SELECT ind FROM loaded ORDER BY ind").fetchall()]


def test_a_version_is_committed_once(sink: SinkBucket, session: duckdb.DuckDBPyConnection, table: DeltaTable) -> None:
    def attempt(target: DeltaTable, properties: CommitProperties) -> str:
        append(session, target, 1, properties)
        return "done"

    assert commit_once(table, "batch", 1, attempt) == "done"
    assert commit_once(table, "batch", 1, attempt) is None
    assert commit_once(sink.tables.open("user"), "batch", 1, attempt) is None
    assert commit_once(table, "other", 1, attempt) == "done"
    assert inds(session, table) == [1, 1]


def test_another_writer_s_commit_means_another_look(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, table: DeltaTable
) -> None:
    attempts: list[int] = []

    def attempt(target: DeltaTable, properties: CommitProperties) -> int:
        attempts.append(target.version())
        if len(attempts) == 1:
            append(session, sink.tables.open("user"), 7, None)
        append(session, target, 1, properties)
        return len(attempts)

    assert commit_once(table, "batch", 1, attempt) == 2
    assert attempts == [0, 1]
    assert inds(session, table) == [1, 7]


def test_when_another_run_was_first_nothing_is_left_to_do(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, table: DeltaTable
) -> None:
    def attempt(target: DeltaTable, properties: CommitProperties) -> bool:
        append(session, sink.tables.open("user"), 1, properties)
        append(session, target, 1, properties)
        return True

    assert commit_once(table, "batch", 1, attempt) is None
    assert inds(session, table) == [1]


def test_a_writer_that_is_always_overtaken_gives_up(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, table: DeltaTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delta_tables, "_ATTEMPTS", 3)

    def attempt(target: DeltaTable, properties: CommitProperties) -> None:
        append(session, sink.tables.open("user"), 7, None)
        append(session, target, 1, properties)

    with pytest.raises(TableEngineError, match=r"3 commits to .* conflicted with other writers"):
        commit_once(table, "batch", 1, attempt)
    assert inds(session, table) == [7, 7, 7]


def test_tables_are_created_once_with_their_columns(sink: SinkBucket) -> None:
    for name, columns in TABLES.items():
        assert sink.tables.open_or_create(name).schema() == delta_schema(columns)
        assert sink.tables.open_or_create(name).version() == 0
