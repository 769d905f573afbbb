"""A real S3 server (MiniStack) for the tests, and a bucket of its own for each test."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, settings

from table_engine.duckdb_session import open_session
from tests.sink_bucket import SinkBucket
from tests.sweeps import DESCRIPTION

# How long an example takes, or its making, says more of the machine than of the code. The examples are the same in
# every run, so that a run tells of a change in the code; `--hypothesis-profile=any` draws others each time.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("any"), derandomize=True)
settings.load_profile("same")


def pytest_report_header() -> str:
    return DESCRIPTION


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server at {url} ended with exit code {server.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server at {url} did not answer in {seconds} s")


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("ministack")
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment.update(BIND_HOST="127.0.0.1", GATEWAY_PORT=str(port), TMPDIR=str(folder))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, cwd=folder, stdout=log, stderr=log
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/_ministack/health", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(120)


@pytest.fixture
def environment(s3_url: str, tmp_path: Path) -> dict[str, str]:
    """The AWS environment of the test's server, as a process gets it. Temporary folders are below the test's own."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": s3_url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "table-engine-tests",
        "AWS_SECRET_ACCESS_KEY": "any",
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }


@pytest.fixture
def new_bucket(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], SinkBucket]:
    """Makes new, empty buckets."""
    for name, value in environment.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)

    def make() -> SinkBucket:
        name = f"test-{time.time_ns()}"
        request = urllib.request.Request(f"{environment['AWS_ENDPOINT_URL']}/{name}", method="PUT")
        urllib.request.urlopen(request).close()
        return SinkBucket(name)

    return make


@pytest.fixture
def sink(new_bucket: Callable[[], SinkBucket]) -> SinkBucket:
    return new_bucket()


@pytest.fixture
def session(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return open_session(tmp_path, "500MB", 2)


@pytest.fixture
def engine(environment: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command of the engine as a process and returns it when it has ended."""

    def run(*arguments: str, stdin: str = "", **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "table_engine", *arguments],
            env={**environment, **changed},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


def parsed(process: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert process.returncode == 0, process.stderr
    document = json.loads(process.stdout)
    assert isinstance(document, dict)
    return document
