"""Data files that DuckDB writes: each row once, in statistics that are true, by a commit that gives way to others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import CommitProperties, Transaction
from deltalake.exceptions import CommitFailedError

from table_engine import file_append
from table_engine.delta_tables import read_table
from table_engine.file_append import append_files
from tests.sink_bucket import SinkBucket

ROWS = """
SELECT ind::INT AS ind, 'A''ß' AS country, [1.5, NULL]::DOUBLE[] AS coordinates, t::TIMESTAMPTZ AS "timestamp"
FROM (VALUES
  (-7, '0001-01-01 00:00:00+00'), (2147483647, '9999-12-31 23:59:59.999999+00'), (3, NULL)
) AS rows(ind, t)
"""


def append(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, rows: str, folder: Path, version: int | None = None
) -> None:
    table = sink.tables.open_or_create("geo")
    if version is not None:
        table.load_as_version(version)
    properties = CommitProperties(app_transactions=[Transaction("batch", 5)], max_commit_retries=0)
    append_files(session, sink.bucket, "geo", table, rows, properties, folder)


def actions(sink: SinkBucket) -> list[dict[str, Any]]:
    commit = sink.bucket.content("tables/geo/_delta_log/00000000000000000001.json")
    return [action["add"] for line in commit.splitlines() if "add" in (action := json.loads(line))]


def test_rows_statistics_and_transaction(sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    append(sink, session, ROWS, tmp_path)
    assert sink.rows("geo") == [
        (-7, "A'ß", [1.5, None], "0001-01-01 00:00:00+00"),
        (3, "A'ß", [1.5, None], None),
        (2147483647, "A'ß", [1.5, None], "9999-12-31 23:59:59.999999+00"),
    ]
    assert sink.newest("geo").transaction_version("batch") == 5
    (action,) = actions(sink)
    assert action["size"] == len(sink.bucket.content(f"tables/geo/{action['path']}"))
    assert json.loads(action["stats"]) == {
        "numRecords": 3,
        "minValues": {"ind": -7, "timestamp": "0001-01-01T00:00:00Z"},
        "maxValues": {"ind": 2147483647, "timestamp": "9999-12-31T23:59:59.999999Z"},
        "nullCount": {"ind": 0, "country": 0, "timestamp": 1},
    }
    for condition, found in {"ind < -6": 1, "ind > 3": 1, "ind BETWEEN -6 AND 2147483646": 1, "ind < -7": 0}.items():
        counted = read_table(sink.tables.open("geo"), f"SELECT count(*) AS n FROM t WHERE {condition}")
        session.register("counted", counted)
        assert session.execute("SELECT n FROM counted").fetchone() == (found,), condition
    assert not (tmp_path / "parquet").exists()


def test_columns_that_are_null_throughout(sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    append(sink, session, ROWS.replace("'A''ß'", "NULL::VARCHAR").replace("t::TIME", "NULL::TIME"), tmp_path)
    assert [row[1:] for row in sink.rows("geo")] == [(None, [1.5, None], None)] * 3
    stats = json.loads(actions(sink)[0]["stats"])
    assert stats["nullCount"] == {"ind": 0, "country": 3, "timestamp": 3}
    assert stats["maxValues"] == {"ind": 2147483647}


def test_many_rows_are_several_files(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_append, "_FILE_BYTES", 100_000)
    monkeypatch.setattr(file_append, "ROW_GROUP_ROWS", 4096)
    many = """
    SELECT n::INT AS ind, md5(n::VARCHAR) AS country, NULL::DOUBLE[] AS coordinates, NULL::TIMESTAMPTZ AS "timestamp"
    FROM range(40000) AS numbers(n)
    """
    append(sink, session, many, tmp_path)
    counts = [json.loads(action["stats"])["numRecords"] for action in actions(sink)]
    assert len(counts) > 2
    assert sum(counts) == 40_000
    assert [row[0] for row in sink.rows("geo")] == list(range(40_000))


def test_no_rows_are_a_commit_all_the_same(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    append(sink, session, f"{ROWS} WHERE ind = 0", tmp_path)
    assert sink.rows("geo") == []
    assert sink.newest("geo").transaction_version("batch") == 5


def test_a_commit_that_was_overtaken_fails(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    append(sink, session, ROWS, tmp_path)
    with pytest.raises(CommitFailedError):
        append(sink, session, ROWS, tmp_path, version=0)
    assert len(sink.rows("geo")) == 3
    append(sink, session, ROWS, tmp_path)
    assert len(sink.rows("geo")) == 6
