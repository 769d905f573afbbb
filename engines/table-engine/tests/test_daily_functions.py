"""The functions of the daily batch, from raw files to a reconciliation that fails when a record is gone."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from table_engine import table_maintenance
from table_engine.environment import read_environment
from table_engine.function_job import function_job, memory_limit
from table_engine.metrics import NAMESPACE, metric_line
from table_engine.reconciliation import ReconciliationError
from tests.append_function import load_function
from tests.sink_bucket import USER, SinkBucket, dead_letter, jsonl
from tests.stream_support import appender, user_records
from tests.test_inspection import ledger_line
from tests.test_stream_inspection import acknowledge


@pytest.fixture
def function_environment(sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SinkBucket:
    monkeypatch.setenv("SINK_BUCKET", sink.name)
    monkeypatch.setenv("USER_ID", USER)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return sink


def invoke(name: str, **event: Any) -> dict[str, Any]:
    document: dict[str, Any] = load_function(name).handler(event, None)
    # Lambda hands it to the state machine as JSON, which takes 256 KB.
    assert len(json.dumps(document)) < 256_000
    return document


def metrics(output: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What CloudWatch would make of the log, by path and feed."""
    found = {}
    for line in output.splitlines():
        document = json.loads(line)
        (directive,) = document["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        if directive["Dimensions"] == [["UserId"]]:
            continue
        assert directive["Dimensions"] == [["UserId", "Path", "Feed"], ["UserId", "Path"]]
        assert document["UserId"] == USER
        names = [metric["Name"] for metric in directive["Metrics"]]
        found[document["Path"], document["Feed"]] = {name: document[name] for name in names}
    return found


def total(output: str) -> dict[str, Any]:
    """The metrics over both paths and all feeds, which the alarms look at."""
    documents = [json.loads(line) for line in output.splitlines()]
    (document,) = (one for one in documents if one["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["UserId"]])
    assert document["UserId"] == USER
    return {metric["Name"]: document[metric["Name"]] for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def fill(sink: SinkBucket) -> None:
    """Two posts and a reject in each topic, acknowledged."""
    for feed, key in (("pin", "index"), ("geo", "ind"), ("user", "ind")):
        sink.put(feed, 0, 0, jsonl({key: 1}, {key: 2}, {key: "none"}))
    lines = (ledger_line(feed, 3, 3, 0, [[0, 0, 2]]) for feed in ("pin", "geo", "user"))
    sink.bucket.write("sent/all/00000000.jsonl", jsonl(*lines))


def test_a_day(function_environment: SinkBucket, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    sink = function_environment
    fill(sink)
    assert invoke("batch")["feeds"]["pin"]["inserted"] == 2
    assert metrics(capsys.readouterr().out) == {
        ("topics", feed): {"Records": 3, "Rejects": 1} for feed in ("pin", "geo", "user")
    }

    assert invoke("answers") == {
        "key": "answers/answers.json",
        "rows": {"1": 0, "2": 0, "3a": 0, "3b": 0, "4": 0, "5": 0, "6": 0, "7": 0, "8": 0},
    }
    assert len(json.loads(sink.bucket.content("answers/answers.json"))["answers"]) == 9

    found = invoke("reconcile")
    assert found["ok"]
    assert [row["missing"] for row in (*found["feeds"], *found["streams"])] == [0] * 6
    assert [row["table"] for row in found["feeds"]] == [2, 2, 2]
    output = capsys.readouterr().out
    assert total(output) == {"Missing": 0, "Duplicate": 0}
    none = {"Missing": 0, "Duplicate": 0, "OnTheWay": 0, "OutsideRawFiles": 0}
    assert metrics(output) == {(path, feed): none for path in ("topics", "streams") for feed in ("pin", "geo", "user")}

    kept = json.loads(sink.bucket.content("reports/facts.json"))
    assert (kept["batch"], kept["reconciliation"]) == (1, found)
    assert [(row["feed"], row["source"], row["rows"]) for row in kept["quarantine"]] == [
        (feed, "batch", 1) for feed in ("geo", "pin", "user")
    ]
    assert [(row["feed"], row["batch"] is None, row["stream"]) for row in kept["newest"]] == [
        (feed, False, None) for feed in ("pin", "geo", "user")
    ]
    assert kept["questions"]["1"].startswith("-- The most popular category")

    maintained = invoke("batch_maintenance")["tables"]
    assert sorted(maintained) == ["batch_files", "geo", "pin", "user"]
    assert all(report["checkpoint"] == sink.commits(name) for name, report in maintained.items())
    assert list(tmp_path.glob("daily-batch-*")) == []


def test_where_spark_compacts_the_maintenance_leaves_that_to_it(
    function_environment: SinkBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_maintenance, "FEWEST_SMALL_FILES", 2)
    for day in range(2):
        for feed, key in (("pin", "index"), ("geo", "ind"), ("user", "ind")):
            function_environment.put(feed, 0, day, jsonl({key: day}))
        function_environment.batch()

    def compacted() -> dict[str, Any]:
        return {name: report["compacted_files"] for name, report in invoke("batch_maintenance")["tables"].items()}

    monkeypatch.setenv("SPARK_COMPACTS", "true")
    assert compacted() == {"pin": 0, "geo": 0, "user": 0, "batch_files": 2}
    monkeypatch.delenv("SPARK_COMPACTS")
    assert compacted() == {"pin": 2, "geo": 2, "user": 2, "batch_files": 0}


def test_removed_files_of_the_batch_tables_are_kept_for_a_week(function_environment: SinkBucket) -> None:
    """By the vacuum and, since a checkpoint forgets what was removed before, by the tables' own properties."""
    sink = function_environment
    fill(sink)
    sink.batch()
    now = time.time()
    paths = {}
    for days in (6, 8):
        sink.put("pin", 0, days, jsonl({"index": days}))
        sink.batch()
        paths[days] = next(iter(sink.newest("pin").get_add_actions().column("path").to_pylist()))
        removed = {"path": paths[days], "deletionTimestamp": int((now - days * 86400) * 1000), "dataChange": True}
        version = sink.commits("pin") + 1
        sink.bucket.write(f"tables/pin/_delta_log/{version:020}.json", jsonl({"remove": removed}))
    report = invoke("batch_maintenance")["tables"]["pin"]
    assert report["removed_files"] == 1
    left = {stored.key for stored in sink.bucket.list("tables/pin/")}
    assert {days for days, path in paths.items() if f"tables/pin/{path}" in left} == {6}
    kept = sink.newest("pin").metadata().configuration["delta.deletedFileRetentionDuration"]
    assert kept == "interval 168 hours"


def test_where_spark_cleans_the_reconciliation_counts_what_was_refused(
    function_environment: SinkBucket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(function_environment)
    function_environment.batch()
    monkeypatch.setenv("COUNTS_BATCH", "true")
    invoke("reconcile")
    lines = [line for line in capsys.readouterr().out.splitlines() if '"Rejects"' in line]
    # The very metrics that the function writes which cleans where Lambda is the engine.
    assert metrics("\n".join(lines)) == {
        ("topics", feed): {"Records": 3, "Rejects": 1} for feed in ("pin", "geo", "user")
    }


def test_a_lost_row_fails_the_reconciliation(
    function_environment: SinkBucket, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sink = function_environment
    fill(sink)
    records = user_records(range(10))
    acknowledge(sink, records)
    appender(sink, tmp_path, "user").append(records)
    invoke("batch")
    capsys.readouterr()
    DeltaTable(sink.tables.uri("geo"), storage_options=sink.tables.options).delete("ind = 2")
    table = DeltaTable(sink.tables.uri("pinterest_user_table"), storage_options=sink.tables.options)
    table.delete("ind = 4")
    with pytest.raises(ReconciliationError, match=r"geo \(topics\): 1 in raw files, but neither") as caught:
        invoke("reconcile")
    shard = records[0].shard
    assert f"user (streams): 1 acknowledged by {shard}, but neither" in str(caught.value)
    # The report has it all the same, without the shards.
    kept = json.loads(sink.bucket.content("reports/facts.json"))
    assert not kept["reconciliation"]["ok"]
    assert [row["shards"] for row in kept["reconciliation"]["streams"]] == [[], [], []]
    assert kept["newest"][2]["stream"] is not None
    output = capsys.readouterr().out
    assert total(output) == {"Missing": 2, "Duplicate": 0}
    lost = [("topics", "geo"), ("streams", "user")]
    assert [key for key, values in metrics(output).items() if values["Missing"]] == lost

    # On request it returns the document instead; the metrics are the same.
    found = invoke("reconcile", check=False)
    assert not found["ok"]
    rows = [*(("topics", row) for row in found["feeds"]), *(("streams", row) for row in found["streams"])]
    assert [(path, row["feed"]) for path, row in rows if row["missing"]] == lost
    assert [one["missing"] for one in found["streams"][2]["shards"] if one["shard"] == shard] == [1]
    assert total(capsys.readouterr().out) == {"Missing": 2, "Duplicate": 0}


def test_a_lost_dead_letter_fails_the_reconciliation(
    function_environment: SinkBucket, capsys: pytest.CaptureFixture[str]
) -> None:
    sink = function_environment
    fill(sink)
    sink.put("dead-letters", 0, 0, dead_letter(9) + dead_letter(10) + dead_letter(11, topic="pinterest.geo"))
    assert invoke("batch")["dead_letters"] == 3
    # The metrics of a batch are of its lines, with dead-letter records or without.
    assert metrics(capsys.readouterr().out)["topics", "pin"] == {"Records": 3, "Rejects": 1}
    assert invoke("reconcile")["ok"]
    capsys.readouterr()
    sink.tables.open("quarantine").delete("position = 'pinterest.pin/partition=0/offset=10'")
    with pytest.raises(
        ReconciliationError, match=r"pin \(topics\): 1 among the dead-letter records kept in the bucket, but not in"
    ):
        invoke("reconcile")
    assert total(capsys.readouterr().out) == {"Missing": 1, "Duplicate": 0}


def test_the_session_is_as_large_as_the_function(function_environment: SinkBucket) -> None:
    assert memory_limit({"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "10240"}) == "6144MiB"
    with function_job(read_environment("batch")) as job:
        row = job.session.execute("SELECT current_setting('memory_limit')").fetchone()
    assert row == ("307.0 MiB",)


def test_a_metric_is_one_line() -> None:
    line = metric_line({"A": 1, "B": 2}, {"UserId": "u"}, text="two\nlines")
    assert "\n" not in line
    directive = json.loads(line)["_aws"]["CloudWatchMetrics"][0]
    assert directive["Metrics"] == [{"Name": "A", "Unit": "Count"}, {"Name": "B", "Unit": "Count"}]
    assert directive["Dimensions"] == [["UserId"]]


def test_each_stage_has_metrics_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_NAMESPACE", "u-dev/tables")
    assert json.loads(metric_line({"A": 1}, {}))["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "u-dev/tables"
