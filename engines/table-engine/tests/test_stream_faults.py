"""The function that appends, killed, cut off and raced against itself: each record ends where it belongs, once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from table_engine.stream_records import StreamRecord
from tests.conftest import free_port
from tests.relay import Harm, relay
from tests.sink_bucket import USER, SinkBucket
from tests.stream_support import BASE, SHARD, appender, kinesis_event, stream_rows, user_records
from tests.sweeps import amount, sample

OTHER = "shardId-000000000001"
BAD_EVERY = 5

Batches = Iterable[list[StreamRecord]]


def records(numbers: range, shard: str = SHARD) -> list[StreamRecord]:
    return user_records(numbers, shard=shard, bad_every=BAD_EVERY)


def windows(end: int, step: int, back: int, shard: str = SHARD, start: int = 0) -> list[list[StreamRecord]]:
    """Batches up to `end`, each of which begins `back` records before the last one's end."""
    return [records(range(max(start, n - back), min(end, n + step)), shard) for n in range(start, end, step)]


@contextmanager
def function(
    sink: SinkBucket,
    environment: dict[str, str],
    batches: Batches,
    tries: int = 1,
    url: str | None = None,
    small_files: int = 16,
) -> Iterator[subprocess.Popen[str]]:
    """The function in a process of its own, given batches one after another. It has ended when this ends.

    It compacts a table after `small_files` commits.
    """
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.jsonl"
        events.write_text("".join(json.dumps(kinesis_event(batch)) + "\n" for batch in batches), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.append_function", str(events), str(tries), str(small_files)],
            env={
                **environment,
                "AWS_ENDPOINT_URL": url or environment["AWS_ENDPOINT_URL"],
                **{"SINK_BUCKET": sink.name, "USER_ID": USER, "FEED": "user"},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
            process.wait(600)
        finally:
            process.kill()
            process.communicate()


def check(
    sink: SinkBucket, numbers: Iterable[int], when: str = "", shard_of: Callable[[int], str] | None = None
) -> None:
    """Each number is a row of the table or, when it is bad, a reject, once."""
    all_numbers = list(numbers)
    good = [n for n in all_numbers if n % BAD_EVERY != BAD_EVERY - 1]
    bad = [n for n in all_numbers if n % BAD_EVERY == BAD_EVERY - 1]
    found = [row[0] for row in stream_rows(sink, "user")]
    assert (len(found), sum(found)) == (len(good), sum(good)), when
    assert found == good, when
    shard = shard_of or (lambda _: SHARD)
    assert sorted(row[2] for row in sink.rows("quarantine")) == sorted(f"{shard(n)}:{BASE + n}" for n in bad), when


@pytest.mark.parametrize("harm", sample("harms of kills", [Harm.NONE, Harm.DROP], 1))
def test_killed_at_every_write(
    new_bucket: Callable[[], SinkBucket], environment: dict[str, str], tmp_path: Path, harm: Harm
) -> None:
    """Killed when a write is done and not answered, and when it has not arrived: also of tables and compactions."""

    def killed_at(sink: SinkBucket, number: int | None) -> tuple[int, list[str]]:
        """The function's exit code, and what it wrote or was about to write."""
        written: list[str] = []
        process: list[subprocess.Popen[str]] = []

        def on_write(count: int, _method: str, path: str) -> Harm:
            written.append(path.split("?")[0])
            if count != number:
                return Harm.NONE
            os.kill(process[0].pid, signal.SIGKILL)
            process[0].wait()
            return harm

        port = free_port()
        batches = [records(range(0, 30)), records(range(30, 60))]
        with function(sink, environment, batches, 20, f"http://127.0.0.1:{port}", small_files=2) as started:
            process.append(started)
            with relay(environment["AWS_ENDPOINT_URL"], on_write, port):
                started.wait(600)
        return started.returncode, written

    undisturbed = new_bucket()
    code, written = killed_at(undisturbed, None)
    assert code == 0
    check(undisturbed, range(60))
    # Two new tables; for each of two batches the rejects and the rows, each a file and a commit; two compactions, each
    # a claim, a file and a commit.
    assert len(written) >= 16
    for number in sample(f"stream {harm.name}", range(1, len(written) + 1), 2):
        sink = new_bucket()
        code, written = killed_at(sink, number)
        assert code == -signal.SIGKILL
        again = appender(sink, tmp_path, "user")
        for window in ((0, 17), (9, 45), (30, 60), (0, 60)):
            again.append(records(range(*window)))
        check(sink, range(60), f"after a kill at write {number}: {written[-1]}")


@pytest.mark.parametrize("harm", sample("harms", [Harm.WITHHOLD, Harm.DROP, Harm.FAIL], 1))
def test_every_write_is_harmed_once(sink: SinkBucket, environment: dict[str, str], harm: Harm) -> None:
    harmed: set[str] = set()

    def on_write(_count: int, _method: str, path: str) -> Harm:
        name = path.split("?")[0]
        if name in harmed:
            return Harm.NONE
        harmed.add(name)
        return harm

    with relay(environment["AWS_ENDPOINT_URL"], on_write) as url:
        with function(sink, environment, windows(120, 30, 10), 20, url, small_files=2) as process:
            pass
        assert process.returncode == 0
    assert len(harmed) >= 20
    check(sink, range(120))


def test_racing_processes(sink: SinkBucket, environment: dict[str, str]) -> None:
    """The same batches twice, others that overlap them, and another shard, during maintenance of the table."""
    half = amount(150, 300)
    given = [
        windows(half, 25, 0),
        windows(half, 25, 0),
        windows(half, 40, 15),
        windows(2 * half, 30, 5, OTHER, half),
        windows(2 * half, 50, 20, OTHER, half),
    ]
    with ExitStack() as running:
        processes = [running.enter_context(function(sink, environment, batches)) for batches in given]
        appender(sink, Path(environment["TMPDIR"]), "user").tables()
        while any(process.poll() is None for process in processes):
            table = sink.tables.open("pinterest_user_table")
            table.optimize.compact()
            table.create_checkpoint()
            # Far longer than a writer takes from its upload to its commit.
            table.vacuum(retention_hours=1, enforce_retention_duration=False, dry_run=False, full=True)
    assert [process.returncode for process in processes] == [0] * 5
    check(sink, range(2 * half), shard_of=lambda n: SHARD if n < half else OTHER)


def test_the_server_is_away(sink: SinkBucket, environment: dict[str, str]) -> None:
    """Nothing listens: an error for each try, until it is back."""
    port = free_port()
    with function(sink, environment, windows(60, 20, 5), 100, f"http://127.0.0.1:{port}") as process:
        assert process.stderr is not None
        errors = [process.stderr.readline() for _ in range(2)]
        with relay(environment["AWS_ENDPOINT_URL"], lambda *_: Harm.NONE, port):
            process.wait(600)
    assert process.returncode == 0
    assert all("S3 error" in error for error in errors)
    check(sink, range(60))


BAD = [
    *(b"", b" \n", b"not json", b"[1]", b'"text"', b"null", b'{"ind":1', b"\xff\xfe{}", b"\x00", b'{"ind":"1a"}'),
    *(b'{"first_name":"A","age":3}', b'{"ind":1,"age":"old"}', b'{"ind":1,"date_joined":"2018-13-01T00:00:00"}'),
    *(b'{"ind":1,"last_name":["a"]}', b'{"ind":1,"first_name":{"a":1}}', b'{"ind":1,"first_name":"\\ud800"}'),
]


def test_ten_thousand_records_of_which_one_in_twenty_is_bad_in_every_way(
    sink: SinkBucket, environment: dict[str, str]
) -> None:
    given = [
        StreamRecord(r.shard, r.sequence_number, BAD[n // 20 % len(BAD)], r.arrived_at) if n % 20 == 7 else r
        for n, r in enumerate(user_records(range(10_000)))
    ]
    batches = [given[start : start + 500] for start in range(0, 10_000, 450)]
    with function(sink, environment, batches) as process:
        pass
    assert process.returncode == 0
    good = [n for n in range(10_000) if n % 20 != 7]
    rows = [row[0] for row in stream_rows(sink, "user")]
    assert (len(rows), sum(rows)) == (9500, sum(good))
    assert rows == good
    rejects = sink.rows("quarantine")
    assert sorted(row[2] for row in rejects) == sorted(f"{SHARD}:{BASE + n}" for n in range(7, 10_000, 20))
    assert {row[:2] for row in rejects} == {("user", "stream")}
    assert len({row[3] for row in rejects}) == len(BAD)
    assert all(row[4] for row in rejects)
