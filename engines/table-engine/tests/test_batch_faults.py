"""The batch killed when it writes, and answers that are lost: the tables end as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.conftest import parsed
from tests.relay import Harm, losing_first_answers, relay
from tests.sink_bucket import SinkBucket, jsonl
from tests.sweeps import sample

ALL_TABLES = ("pin", "geo", "user", "quarantine")


def fill_first(sink: SinkBucket) -> None:
    """What a first batch has applied when the harm begins."""
    sink.put("pin", 0, 0, jsonl(*({"index": n, "title": "old"} for n in range(20))) + b"bad 1\n")
    sink.put("geo", 0, 0, jsonl(*({"ind": n, "country": "old"} for n in range(20))))
    sink.batch()


def fill_second(sink: SinkBucket) -> None:
    """Inserts and updates (a merge), new rows only (an append), a first load, and rejects."""
    sink.put("pin", 0, 21, jsonl(*({"index": n, "title": "new"} for n in range(10, 30))) + b"bad 2\n")
    sink.put("geo", 1, 0, jsonl(*({"ind": n, "country": "new"} for n in range(20, 30))))
    sink.put("user", 0, 0, jsonl(*({"ind": n, "age": 20} for n in range(30))) + b"bad 3\n")


def tables(sink: SinkBucket) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sink.rows(name) for name in ALL_TABLES}


def kill_at(sink: SinkBucket, environment: dict[str, str], number: int | None) -> tuple[int, int]:
    """Runs a batch that is killed when it is about to write for the n-th time, or never.

    Returns its exit code, and how often it was about to write.
    """
    process: list[subprocess.Popen[bytes]] = []
    writes = 0

    def on_write(count: int, _method: str, _path: str) -> Harm:
        nonlocal writes
        writes = count
        if count == number:
            os.kill(process[0].pid, signal.SIGKILL)
            process[0].wait()
        return Harm.NONE

    # The relay only begins to answer when the process is known to it.
    with relay(environment["AWS_ENDPOINT_URL"], on_write) as url:
        process.append(
            subprocess.Popen(
                [sys.executable, "-m", "table_engine", "batch", "--bucket", sink.name, "--user-id", "pinterest"],
                env={**environment, "AWS_ENDPOINT_URL": url},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return process[0].wait(600), writes


def test_killed_at_every_write(new_bucket: Callable[[], SinkBucket], environment: dict[str, str]) -> None:
    undisturbed = new_bucket()
    fill_first(undisturbed)
    fill_second(undisturbed)
    code, writes = kill_at(undisturbed, environment, None)
    assert code == 0
    expected = tables(undisturbed)
    assert [len(expected[name]) for name in ALL_TABLES] == [30, 30, 30, 3]
    # Plan, three tables and two quarantine commits have two writes each, data and commit.
    assert writes >= 12

    for number in sample("batch", range(1, writes + 1), 3):
        sink = new_bucket()
        fill_first(sink)
        fill_second(sink)
        assert kill_at(sink, environment, number)[0] == -signal.SIGKILL
        sink.batch()
        assert tables(sink) == expected, f"after a kill at write {number}"
        versions = [sink.commits(name) for name in ALL_TABLES]
        assert sink.batch()["batch"] is None
        assert [sink.commits(name) for name in ALL_TABLES] == versions


def test_killed_again_and_again(sink: SinkBucket, environment: dict[str, str]) -> None:
    """Each run gets one write further than the last, on the same bucket."""
    fill_first(sink)
    fill_second(sink)
    for number in sample("again and again", (1, 2, 3, 2, 4, 1, 3), 4):
        kill_at(sink, environment, number)
    sink.batch()
    found = tables(sink)
    assert [len(found[name]) for name in ALL_TABLES] == [30, 30, 30, 3]


def test_lost_answers_to_writes(sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str]) -> None:
    """Every first answer to a commit is lost after the server has done it; the repeated request is refused."""
    fill_first(sink)
    fill_second(sink)
    lost: set[str] = set()
    with relay(environment["AWS_ENDPOINT_URL"], losing_first_answers(lost)) as url:
        parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest", AWS_ENDPOINT_URL=url))
    assert len(lost) >= 5
    found = tables(sink)
    assert [len(found[name]) for name in ALL_TABLES] == [30, 30, 30, 3]
    assert sink.batch()["batch"] is None
