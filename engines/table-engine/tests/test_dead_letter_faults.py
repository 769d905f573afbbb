"""Dead letters taken by runs that are killed, cut off or raced: none is lost, and none is there twice."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.conftest import parsed
from tests.relay import Harm, losing_first_answers, relay
from tests.sink_bucket import SinkBucket, dead_letter, jsonl
from tests.stream_support import appender, user_records
from tests.sweeps import sample
from tests.test_batch_faults import kill_at


def fill(sink: SinkBucket) -> None:
    """Seven dead letters in two partitions, some more than once; the tables are there."""
    sink.batch()
    sink.put("dead-letters", 0, 0, dead_letter(0) + dead_letter(1) + dead_letter(1, at=2))
    sink.put("dead-letters", 0, 3, dead_letter(2, at=3) + dead_letter(0, at=4) + b"no letter\n")
    sink.put("dead-letters", 1, 0, dead_letter(2, at=0) + dead_letter(3, None, at=1) + dead_letter(4, at=2))


ROWS = 6


def rows(sink: SinkBucket) -> list[tuple[Any, ...]]:
    found = sink.rows("quarantine")
    assert len({row[2] for row in found}) == len(found)
    return found


def test_killed_at_every_write(new_bucket: Callable[[], SinkBucket], environment: dict[str, str]) -> None:
    undisturbed = new_bucket()
    fill(undisturbed)
    assert undisturbed.batch()["dead_letters"] == ROWS
    expected = rows(undisturbed)
    other = new_bucket()
    fill(other)
    # Three objects: data and commit.
    assert kill_at(other, environment, None) == (0, 6)
    assert rows(other) == expected
    for number in sample("dead letters", range(1, 7), 2):
        sink = new_bucket()
        fill(sink)
        assert kill_at(sink, environment, number)[0] == -signal.SIGKILL
        before = len(rows(sink))
        assert sink.batch()["dead_letters"] == ROWS - before
        assert rows(sink) == expected, f"after a kill at write {number}"
        version = sink.commits("quarantine")
        assert sink.batch()["dead_letters"] == 0
        assert sink.commits("quarantine") == version


def test_another_run_between_look_and_commit(
    sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str], tmp_path: Path
) -> None:
    """Before each commit of the first run others commit: a stream, whose rows are no dead letters, or a whole run."""
    fill(sink)
    commits: list[str] = []
    records = user_records(range(20), bad_every=5)

    def on_write(_count: int, method: str, path: str) -> Harm:
        if method == "PUT" and "/quarantine/_delta_log/" in path:
            commits.append(path)
            if len(commits) == 1:
                appender(sink, tmp_path, "user").append(records)
            elif len(commits) == 3:
                assert sink.batch()["dead_letters"] > 0
        return Harm.NONE

    with relay(environment["AWS_ENDPOINT_URL"], on_write) as url:
        document: Any = parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest", AWS_ENDPOINT_URL=url))
    # The first commit was refused and repeated, the one of the second object found that the other run had done all.
    assert document["dead_letters"] == 2
    assert len(commits) == 3
    found = rows(sink)
    assert [row[1] for row in found].count("dead-letters") == ROWS
    assert [row[1] for row in found].count("stream") == 4


def test_runs_at_the_same_time(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    fill(sink)
    for start in range(6, 36, 3):
        sink.put("dead-letters", 0, start, b"".join(dead_letter(offset) for offset in range(start, start + 3)))
    sink.put("pin", 0, 0, jsonl(*({"index": ind} for ind in range(100))) + b"bad\n")
    with ThreadPoolExecutor(3) as pool:
        runs: list[Any] = list(
            pool.map(lambda _: parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest")), range(3))
        )
    assert sum(run["dead_letters"] for run in runs) == ROWS + 30
    assert len(rows(sink)) == ROWS + 30 + 1
    assert sink.batch()["dead_letters"] == 0


def test_lost_answers_to_commits(sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str]) -> None:
    fill(sink)
    lost: set[str] = set()
    with relay(environment["AWS_ENDPOINT_URL"], losing_first_answers(lost)) as url:
        parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest", AWS_ENDPOINT_URL=url))
    assert len(lost) == 3
    assert len(rows(sink)) == ROWS
    assert sink.batch()["dead_letters"] == 0
