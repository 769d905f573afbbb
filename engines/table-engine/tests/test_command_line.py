"""The commands as processes: output, exit codes, errors, signals."""

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

import pytest

from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.storage import storage_options
from tests.conftest import parsed
from tests.relay import Harm, relay
from tests.sink_bucket import SinkBucket, jsonl


def test_the_commands_print_one_document(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    sink.put("pin", 0, 0, jsonl({"index": 1}))
    arguments = ("--bucket", sink.name, "--user-id", "pinterest")
    batch = engine("batch", *arguments, "--memory-limit", "300MB", "--threads", "1")
    assert parsed(batch)["batch"] == 1
    assert "pin: batch 1 is in" in batch.stderr
    assert len(parsed(engine("answers", *arguments))["answers"]) == 9  # type: ignore[arg-type]
    inspection = parsed(engine("inspect", *arguments))
    assert inspection["feeds"]["pin"]["table_rows"] == 1  # type: ignore[index]
    streams = parsed(engine("inspect-streams", *arguments))
    topics = {name: {"endOffsets": {"0": 0}, "laterEndOffsets": {"0": 0}, "deadLetters": {}} for name in FEED_NAMES}
    topics["pin"]["endOffsets"] = topics["pin"]["laterEndOffsets"] = {"0": 3}
    for kafka, missing in ((None, 0), ({"feeds": topics}, 2)):
        facts = json.dumps({"inspection": inspection, "streams": streams, "kafka": kafka})
        found = parsed(engine("reconcile", *arguments, stdin=facts))
        assert (found["ok"], found["feeds"][0]["missing"]) == (missing == 0, missing)  # type: ignore[index]
    reported = parsed(engine("report-facts", *arguments, stdin=json.dumps(found)))
    assert (reported["batch"], reported["reconciliation"]) == (1, found)


@pytest.mark.parametrize("facts", ["", "[]", "{}", '{"inspection":{"feeds":{}},"streams":{"feeds":{}},"kafka":null}'])
def test_facts_that_are_none(engine: Callable[..., Any], facts: str) -> None:
    process = engine("reconcile", "--bucket", "abc", "--user-id", "u", stdin=facts)
    assert (process.returncode, process.stdout) == (1, "")
    assert "The facts on stdin cannot be used" in process.stderr and "Traceback" not in process.stderr


@pytest.mark.parametrize("text", ["", "[]", "5", '{"ok":true,"feeds":[]}'])
def test_a_reconciliation_that_is_none(engine: Callable[..., Any], text: str) -> None:
    process = engine("report-facts", "--bucket", "abc", "--user-id", "u", stdin=text)
    assert (process.returncode, process.stdout) == (1, "")
    assert "stdin is no reconciliation" in process.stderr and "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "required"),
        (("dance",), "invalid choice"),
        (("batch", "--user-id", "u"), "--bucket"),
        (("batch", "--bucket", "abc"), "--user-id"),
        (("batch", "--bucket", "s3://abc", "--user-id", "u"), "is no bucket name"),
        (("batch", "--bucket", "abc", "--user-id", "a.b"), "cannot be used"),
        (("batch", "--bucket", "abc", "--user-id", "../x"), "cannot be used"),
        (("batch", "--bucket", "abc", "--user-id", "u", "--memory-limit", "lots"), "is no amount of memory"),
        (("batch", "--bucket", "abc", "--user-id", "u", "--threads", "0"), "is no number of threads"),
        (("answers", "--bucket", "abc", "--user-id", "u", "--speed", "9"), "unrecognized"),
        (("inspect-streams", "--bucket", "abc", "--user-id", "u", "--commits", "0"), "--commits"),
    ],
)
def test_wrong_arguments(engine: Callable[..., Any], arguments: tuple[str, ...], message: str) -> None:
    process = engine(*arguments)
    assert (process.returncode, process.stdout) == (2, "")
    assert message in process.stderr


def test_errors_are_sentences(engine: Callable[..., Any], sink: SinkBucket) -> None:
    for arguments, changed, message in (
        (("answers", "--bucket", sink.name), {}, "run the command 'batch' first"),
        (("batch", "--bucket", "no-such-bucket"), {}, "no-such-bucket"),
        (("batch", "--bucket", sink.name), {"AWS_ENDPOINT_URL": "http://example.com"}, "plain http is only allowed"),
        (("batch", "--bucket", sink.name), {"AWS_ENDPOINT_URL": "127.0.0.1:1"}, "expected a URL"),
    ):
        process = engine(*arguments, "--user-id", "pinterest", **changed)
        assert (process.returncode, process.stdout) == (1, "")
        assert message in process.stderr
        assert "Traceback" not in process.stderr


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({}, {}),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "x"}, {"aws_region": "eu-west-1"}),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, {"aws_region": "eu-west-1"}),
        ({"AWS_ENDPOINT_URL": "https://s3.example.com"}, {"aws_endpoint": "https://s3.example.com"}),
        (
            {"AWS_ENDPOINT_URL": "http://localhost:9"},
            {"aws_endpoint": "http://localhost:9", "aws_allow_http": "true"},
        ),
        (
            {"AWS_ENDPOINT_URL": "http://a.example", "AWS_ENDPOINT_URL_S3": "http://[::1]:9"},
            {"aws_endpoint": "http://[::1]:9", "aws_allow_http": "true"},
        ),
    ],
)
def test_storage_options(environment: dict[str, str], options: dict[str, str]) -> None:
    assert storage_options(environment) == {"aws_conditional_put": "etag", **options}


@pytest.mark.parametrize("url", ["http://10.0.0.1:9", "http://localhost.example.com", "ftp://localhost", "localhost:9"])
def test_endpoints_that_are_refused(url: str) -> None:
    with pytest.raises(TableEngineError, match="AWS_ENDPOINT_URL is"):
        storage_options({"AWS_ENDPOINT_URL": url})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_leaves_no_files(
    sink: SinkBucket, environment: dict[str, str], number: signal.Signals
) -> None:
    """The signal comes while the engine waits for the server, with its temporary files there."""
    sink.put("user", 0, 0, jsonl({"ind": 1}))
    temporary = Path(environment["TMPDIR"])
    process: list[subprocess.Popen[str]] = []
    seen: list[bool] = []

    def on_write(_count: int, _method: str, path: str) -> Harm:
        if "tables/user/part" in path and not seen:
            seen.append(any(temporary.glob("table-engine-*")))
            os.kill(process[0].pid, number)
            process[0].wait(60)
        return Harm.NONE

    with relay(environment["AWS_ENDPOINT_URL"], on_write) as url:
        process.append(sink.start_batch({**environment, "AWS_ENDPOINT_URL": url}))
        output, _ = process[0].communicate(timeout=300)
    assert seen == [True]
    assert (process[0].returncode, output) == (128 + number, "")
    assert list(temporary.glob("table-engine-*")) == []


def test_what_a_killed_process_left_is_removed_by_the_next(
    sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str]
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    temporary = Path(environment["TMPDIR"])
    for owner in (dead.pid, os.getpid()):
        folder = temporary / f"table-engine-{owner}-x"
        folder.mkdir()
        (folder / "lines-0.txt").write_text("x")
    parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest"))
    assert [folder.name for folder in temporary.glob("table-engine-*")] == [f"table-engine-{os.getpid()}-x"]


def test_a_reader_that_goes_away(sink: SinkBucket, environment: dict[str, str]) -> None:
    process = sink.start_batch(environment, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(300), "Traceback" in errors) == (1, False)


def test_the_server_is_away(engine: Callable[..., Any], sink: SinkBucket) -> None:
    started = time.monotonic()
    process = engine("inspect", "--bucket", sink.name, "--user-id", "u", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert process.returncode == 1
    assert time.monotonic() - started < 100
    assert "127.0.0.1:1" in process.stderr
    assert json.dumps("Traceback")[1:-1] not in process.stderr
