"""Dead-letter records taken by concurrent runs: none is lost or duplicate. Killed runs are in test_batch_faults."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.conftest import parsed
from tests.relay import Harm, relay
from tests.sink_bucket import SinkBucket, dead_letter, jsonl
from tests.stream_support import appender, user_records
from tests.test_batch_faults import DEAD_LETTERS, fill_dead_letters


def rows(sink: SinkBucket) -> list[tuple[Any, ...]]:
    found = sink.rows("quarantine")
    assert len({row[2] for row in found}) == len(found)
    return found


def test_another_run_between_look_and_commit(
    sink: SinkBucket, engine: Callable[..., Any], environment: dict[str, str], tmp_path: Path
) -> None:
    """Before each commit of the first run others commit: a stream (no dead-letter records) or a whole run."""
    sink.batch()
    fill_dead_letters(sink)
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
    assert [row[1] for row in found].count("dead-letters") == DEAD_LETTERS
    assert [row[1] for row in found].count("stream") == 4


def test_runs_at_the_same_time(sink: SinkBucket, engine: Callable[..., Any]) -> None:
    sink.batch()
    fill_dead_letters(sink)
    for start in range(6, 36, 3):
        sink.put("dead-letters", 0, start, b"".join(dead_letter(offset) for offset in range(start, start + 3)))
    sink.put("pin", 0, 0, jsonl(*({"index": ind} for ind in range(100))) + b"bad\n")
    with ThreadPoolExecutor(3) as pool:
        runs: list[Any] = list(
            pool.map(lambda _: parsed(engine("batch", "--bucket", sink.name, "--user-id", "pinterest")), range(3))
        )
    assert sum(run["dead_letters"] for run in runs) == DEAD_LETTERS + 30
    assert len(rows(sink)) == DEAD_LETTERS + 30 + 1
    assert sink.batch()["dead_letters"] == 0
