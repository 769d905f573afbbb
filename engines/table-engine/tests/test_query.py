"""SQL over the tables: what it sees, and that it can do nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from table_engine.delta_tables import TABLES
from table_engine.duckdb_session import open_session
from table_engine.errors import TableEngineError
from table_engine.query import list_tables, run_query
from table_engine.queryable import LEDGER
from tests.conftest import parsed
from tests.sink_bucket import USER, SinkBucket, jsonl
from tests.stream_support import appender, user_records

HOSTILE = "<script>alert(1)</script> '; DROP TABLE pin; -- \u0000 \U0001f600"


@pytest.fixture
def filled(sink: SinkBucket, tmp_path: Path) -> SinkBucket:
    """Three posts and a reject on the batch path, three rows and a reject on the streaming path, and a ledger."""
    sink.put("pin", 0, 0, jsonl(*({"index": n, "title": HOSTILE, "tag_list": "a,b"} for n in range(3))) + b"{bad\n")
    sink.put("user", 0, 0, jsonl(*({"ind": n, "date_joined": f"201{n}-01-01T00:00:00"} for n in range(3))))
    sink.batch()
    appender(sink, tmp_path, "user").append(user_records(range(4), bad_every=4))
    entry = {"run": "all-1", "seed": 1, "mode": "all", "from": 0, "to": 3, "sent": 3, "acknowledged": 3, "failed": 0}
    entry = {**entry, "feed": "pin", "attempts": 1, "at": "2026-01-31T12:00:00.000Z"}
    streams = {**entry, "run": "all-1-streams", "path": "streams", "refused": 1, "sequences": {"shardId-0": ["1"]}}
    sink.bucket.write("sent/all-1/00000000.jsonl", jsonl({**entry, "offsets": [[0, 0, 2]]}))
    sink.bucket.write("sent/all-1-streams/00000000.jsonl", jsonl(streams))
    return sink


@pytest.fixture
def ask(sink: SinkBucket, tmp_path: Path) -> Callable[..., Any]:
    def query(sql: str, *most_rows: int, user: str = USER) -> Any:
        return run_query(open_session(tmp_path, "200MB", 2), sink.bucket, user, sql, *most_rows)

    return query


def test_every_table_is_there(filled: SinkBucket, ask: Callable[..., Any]) -> None:
    for table, rows in {
        "pin": 3, "geo": 0, "user": 3, "PIN": 3, "pinterest_user_table": 3, "quarantine": 2, "batch_files": 2,
        "ledger": 2,
    }.items():  # fmt: skip
        assert ask(f"SELECT count(*) FROM {table}")["rows"] == [[rows]], table
    assert ask("SELECT count(*) FROM pin a JOIN pin b USING (ind) JOIN user ON user.ind = a.ind")["rows"] == [[3]]
    assert ask("SELECT DISTINCT title FROM pin")["rows"] == [[HOSTILE]]


def test_the_ledger_has_a_row_for_each_batch(filled: SinkBucket, ask: Callable[..., Any]) -> None:
    found = ask("FROM ledger ORDER BY path DESC")
    assert [column["name"] for column in found["columns"]] == list(LEDGER)
    rest = [3, 3, 0]
    assert found["rows"] == [
        ["all-1", "topics", "pin", "all", 1, 0, 3, *rest, None, 1, "[[0, 0, 2]]", "2026-01-31 12:00:00+00"],
        ["all-1-streams", "streams", "pin", "all", 1, 0, 3, *rest, 1, 1, None, "2026-01-31 12:00:00+00"],
    ]


def test_a_table_that_is_not_there_yet(ask: Callable[..., Any]) -> None:
    for sql, command in (
        ("SELECT * FROM pin", "npm run pipeline -- batch"),
        ("FROM Quarantine", "npm run pipeline -- batch"),
        ('FROM "my-id_geo_table"', "npm run pipeline -- emulate --to streams"),
        ("FROM my_id_geo_table", "npm run pipeline -- emulate --to streams"),
    ):
        with pytest.raises(TableEngineError, match=f"is not there yet: .*{command}"):
            ask(sql, user="my-id")
    assert ask("FROM ledger")["rows"] == []
    with pytest.raises(TableEngineError, match=r"^Catalog Error: Table with name nothing does not exist!"):
        ask("FROM nothing")


def test_the_list_of_tables(filled: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    tables = {table["name"]: table for table in list_tables(session, filled.bucket, USER)["tables"]}
    assert list(tables) == [
        *("pin", "geo", "user", "pinterest_pin_table", "pinterest_geo_table", "pinterest_user_table"),
        *("quarantine", "batch_files", "ledger"),
    ]
    assert [column["name"] for column in tables["pin"]["columns"]] == list(TABLES["pin"])
    assert tables["user"]["columns"][-1] == {"name": "date_joined", "type": "TIMESTAMP WITH TIME ZONE"}
    assert tables["pinterest_pin_table"]["columns"] == []
    assert "raw files" in tables["batch_files"]["description"]


@pytest.mark.parametrize(("user", "names"), [("a", ["a_pin_table"]), ("0A-b", ["0A-b_pin_table", "u0a_b_pin_table"])])
def test_a_name_that_needs_quotes_has_another(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, user: str, names: list[str]
) -> None:
    found = [table["name"] for table in list_tables(session, sink.bucket, user)["tables"]]
    assert [name for name in found if name.endswith("pin_table")] == names


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO pin SELECT * FROM pin",
        "CREATE TABLE x AS FROM pin",
        "DROP VIEW pin",
        "COPY (SELECT 1) TO '/tmp/x'",
        "ATTACH '/tmp/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '9GB'",
        "RESET memory_limit",
        "CALL pragma_version()",
        "BEGIN",
        "PREPARE x AS SELECT 1",
        "EXPORT DATABASE '/tmp/x'",
    ],
)
def test_statements_that_are_refused(ask: Callable[..., Any], sql: str) -> None:
    with pytest.raises(TableEngineError, match=r"cannot be used: the tables are only read. Expected SELECT"):
        ask(sql)


@pytest.mark.parametrize("sql", ["", " ; ", "-- nothing", "SELECT 1; SELECT 2"])
def test_one_statement_is_expected(ask: Callable[..., Any], sql: str) -> None:
    with pytest.raises(TableEngineError, match=r"Expected one SQL statement, got [02]"):
        ask(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('/etc/passwd')",
        "FROM read_text('/etc/passwd')",
        "FROM '/etc/passwd.csv'",
        "FROM read_parquet('s3://bucket/x.parquet')",
        "FROM read_json('http://127.0.0.1:1/')",
        "FROM glob('/*')",
        "FROM query('COPY (SELECT 1) TO ''/tmp/x''')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/table-engine-test'",
        "SELECT getenv('HOME')",
        "FROM tables",
        "FROM sql",
    ],
)
def test_nothing_of_the_machine_can_be_read_or_written(ask: Callable[..., Any], sql: str) -> None:
    with pytest.raises(TableEngineError, match=r"^(Permission|Catalog|Binder|Parser|Invalid Input) Error: "):
        ask(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM (VALUES (1))",
        "VALUES (1)",
        "WITH a AS (SELECT 1) FROM a",
        "SELECT 1 -- the end",
        "SELECT 1;",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE FROM ledger",
        "DESCRIBE ledger",
        "SHOW TABLES",
        "SUMMARIZE ledger",
    ],
)
def test_statements_that_return_rows(ask: Callable[..., Any], sql: str) -> None:
    found = ask(sql)
    assert len(found["rows"]) >= 1
    assert {len(row) for row in found["rows"]} == {len(found["columns"])}
    json.dumps(found, allow_nan=False)


def test_rows_beyond_the_limit_are_cut_off(ask: Callable[..., Any]) -> None:
    found = ask("FROM range(1_000_000_000_000_000)", 3)
    assert (found["rows"], found["truncated"]) == ([[0], [1], [2]], True)
    assert ask("FROM range(3)", 3)["truncated"] is False
    assert len(ask("FROM range(1001)")["rows"]) == 1000


def test_values_have_a_form_in_json(ask: Callable[..., Any]) -> None:
    values = {
        "9007199254740992": 9007199254740992,
        "-9007199254740993": "-9007199254740993",
        "170141183460469231731687303715884105727": "170141183460469231731687303715884105727",
        "1.50::DECIMAL(9,2)": "1.50",
        "1.5::DOUBLE": 1.5,
        "'nan'::DOUBLE": "nan",
        "'-inf'::FLOAT": "-inf",
        "TIMESTAMPTZ '2026-01-31 12:00:00.5Z'": "2026-01-31 12:00:00.5+00",
        "DATE '2026-01-31'": "2026-01-31",
        "INTERVAL 1 DAY": "1 day",
        "['a', NULL]": "[a, NULL]",
        "{'a': 1}": "{'a': 1}",
        "'\\x00'::BLOB": "\\x00",
        "'{\"a\":1}'::JSON": '{"a":1}',
        "true": True,
        "NULL": None,
        "chr(0) || 'x'": "\x00x",
    }
    found = ask(f"SELECT {', '.join(values)}")
    assert found["rows"] == [list(values.values())]
    json.dumps(found, allow_nan=False)


def test_duplicate_and_hostile_column_names(ask: Callable[..., Any]) -> None:
    found = ask('SELECT 1 AS a, now() AS a, 2 AS "x"" FROM pin"')
    assert [column["name"] for column in found["columns"]] == ["a", "a", 'x" FROM pin']
    assert (found["rows"][0][0], found["rows"][0][2]) == (1, 2)


def test_wrong_sql_gets_the_sentence_of_duckdb(engine: Callable[..., Any], filled: SinkBucket) -> None:
    arguments = ("query", "--bucket", filled.name, "--user-id", USER)
    for sql, message in (
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT tittle FROM pin", 'Binder Error: Referenced column "tittle" not found'),
        ("SELECT title::INT FROM pin", "Conversion Error: Could not convert string"),
    ):
        process = engine(*arguments, stdin=sql)
        assert (process.returncode, process.stdout) == (1, "")
        assert process.stderr.startswith(message)
        assert "Traceback" not in process.stderr
    assert parsed(engine(*arguments, "SELECT 1 AS one"))["rows"] == [[1]]
    assert parsed(engine(*arguments, "--rows", "1", stdin="FROM pin"))["truncated"] is True
    assert len(parsed(engine("tables", *arguments[1:]))["tables"]) == 9  # type: ignore[arg-type]


def test_more_than_memory_is_refused_or_spilled(ask: Callable[..., Any]) -> None:
    assert ask("SELECT count(*) FROM (SELECT DISTINCT md5(range::VARCHAR) FROM range(4_000_000))")["rows"] == [
        [4_000_000]
    ]
    with pytest.raises(TableEngineError, match="Out of Memory Error"):
        ask("SELECT length(string_agg(repeat('x', 1000000), '')) FROM range(1000)")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_query_at_once(
    sink: SinkBucket, environment: dict[str, str], number: signal.Signals, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "table_engine", "query", "--bucket", sink.name, "--user-id", USER]
    endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b"
    process = subprocess.Popen([*command, endless], env=environment, stdout=subprocess.PIPE, text=True)
    # It computes once it has used more processor time than the start takes.
    ticks = os.sysconf("SC_CLK_TCK")
    while sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().split()[13:15])) < 2.5 * ticks:
        assert process.poll() is None
        time.sleep(0.05)
    sent = time.monotonic()
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output) == (128 + number, "")
    assert time.monotonic() - sent < 5
    assert list(Path(environment["TMPDIR"]).glob("table-engine-*")) == []
