"""The batch killed when it writes, and responses that are lost: the tables end as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import Any

from tests.conftest import parsed
from tests.relay import Harm, losing_first_responses, relay
from tests.sink_bucket import SinkBucket, dead_letter, jsonl
from tests.sweeps import sample

ALL_TABLES = ("pin", "geo", "user", "quarantine")


def fill_first(sink: SinkBucket) -> None:
    """What a first batch has applied when the harm begins."""
    sink.put("pin", 0, 0, jsonl(*({"index": n, "title": "old"} for n in range(20))) + b"bad 1\n")
    sink.put("geo", 0, 0, jsonl(*({"ind": n, "country": "old"} for n in range(20))))
    sink.batch()


def fill_second(sink: SinkBucket) -> None:
    """Inserts and updates (a merge), new rows only (an append), a first load, rejects, and dead-letter records."""
    sink.put("pin", 0, 21, jsonl(*({"index": n, "title": "new"} for n in range(10, 30))) + b"bad 2\n")
    sink.put("geo", 1, 0, jsonl(*({"ind": n, "country": "new"} for n in range(20, 30))))
    sink.put("user", 0, 0, jsonl(*({"ind": n, "age": 20} for n in range(30))) + b"bad 3\n")
    fill_dead_letters(sink)


DEAD_LETTERS = 6


def fill_dead_letters(sink: SinkBucket) -> None:
    """Six dead-letter records in two partitions, some more than once."""
    sink.put("dead-letters", 0, 0, dead_letter(0) + dead_letter(1) + dead_letter(1, at=2))
    sink.put("dead-letters", 0, 3, dead_letter(2, at=3) + dead_letter(0, at=4) + b"no letter\n")
    sink.put("dead-letters", 1, 0, dead_letter(2, at=0) + dead_letter(3, None, at=1) + dead_letter(4, at=2))


def tables(sink: SinkBucket) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sink.rows(name) for name in ALL_TABLES}


def kill_at(sink: SinkBucket, environment: dict[str, str], number: int | None) -> tuple[int, int]:
    """Runs a batch that is killed when it is about to write for the n-th time, or never.

    Returns its exit code, and how often it was about to write.
    """
    process: list[subprocess.Popen[str]] = []
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
            sink.start_batch(
                {**environment, "AWS_ENDPOINT_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
    assert [len(expected[name]) for name in ALL_TABLES] == [30, 30, 30, 3 + DEAD_LETTERS]
    # Plan, three tables, two quarantine commits and three objects of dead-letter records have two writes each.
    assert writes >= 18

    for number in sample("batch", range(1, writes + 1), 2):
        sink = new_bucket()
        fill_first(sink)
        fill_second(sink)
        assert kill_at(sink, environment, number)[0] == -signal.SIGKILL
        sink.batch()
        assert tables(sink) == expected, f"after a kill at write {number}"
        versions = [sink.commits(name) for name in ALL_TABLES]
        report = sink.batch()
        assert (report["batch"], report["dead_letters"]) == (None, 0)
        assert [sink.commits(name) for name in ALL_TABLES] == versions


def test_lost_responses_to_writes(sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str]) -> None:
    """Every first response to a commit is lost after the server has done it; the repeated request is refused."""
    fill_first(sink)
    fill_second(sink)
    lost: set[str] = set()
    with relay(environment["AWS_ENDPOINT_URL"], losing_first_responses(lost)) as url:
        parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest", AWS_ENDPOINT_URL=url))
    assert len(lost) >= 8
    found = tables(sink)
    assert [len(found[name]) for name in ALL_TABLES] == [30, 30, 30, 3 + DEAD_LETTERS]
    report = sink.batch()
    assert (report["batch"], report["dead_letters"]) == (None, 0)
