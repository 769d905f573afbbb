"""The job as a process, killed at critical points: the next run ends with the same tables as an undisturbed one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from spark_tests.spark_support import TABLES, differing_rows, spark_batch
from tests.relay import Harm, relay
from tests.sink_bucket import SinkBucket, jsonl
from tests.sweeps import sample

MAIN = str(Path(__file__).parents[1] / "main.py")

#: Where the driver is killed, one run after the other: the write that is then never made; and what is there before it,
#: as versions of quarantine, pin and geo.
PLACES = {
    # Data files of some tasks, without a commit.
    "tables/user/part.*parquet": [1, 1, 1],
    # Those of all tasks.
    "tables/quarantine/_delta_log/.*json": [1, 1, 1],
    # The quarantine's commit, and the merged rows without one.
    "tables/pin/_delta_log/.*json": [2, 1, 1],
    # Both commits of pin, nothing of geo.
    "tables/geo/_delta_log/.*json": [2, 2, 1],
}


def fill(sink: SinkBucket) -> None:
    """An applied batch, and one that inserts, updates and rejects."""
    sink.put("pin", 0, 0, jsonl(*({"index": n, "title": "old"} for n in range(20))) + b"bad 1\n")
    sink.put("geo", 0, 0, jsonl(*({"ind": n, "country": "old"} for n in range(20))))
    sink.batch()
    sink.put("pin", 0, 21, jsonl(*({"index": n, "title": "new"} for n in range(10, 30))) + b"bad 2\n")
    sink.put("geo", 1, 0, jsonl(*({"ind": n, "country": "new"} for n in range(20, 30))))
    sink.put("user", 0, 0, jsonl(*({"ind": n, "age": 20} for n in range(30))) + b"bad 3\n")


def start(sink: SinkBucket, environment: dict[str, str], url: str) -> subprocess.Popen[str]:
    jars = os.environ["SPARK_BATCH_JARS"].split(os.pathsep)
    job = (MAIN, "batch", "--bucket", sink.name, "--user-id", "pinterest")
    return subprocess.Popen(
        [sys.executable, *job, "--master", "local[2]", "--memory-limit", "1GB", "--jars", *jars],
        env={**environment, "AWS_ENDPOINT_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # The JVM is in the same process group.
        start_new_session=True,
    )


def kill_at(sink: SinkBucket, environment: dict[str, str], place: str) -> None:
    """Runs the job until it is about to write to a path, and kills Python and JVM before the server receives it."""
    process: list[subprocess.Popen[str]] = []
    killed = False

    def on_write(_count: int, _method: str, path: str) -> Harm:
        nonlocal killed
        if killed or re.search(place, path):
            if not killed:
                os.killpg(process[0].pid, signal.SIGKILL)
                killed = True
            return Harm.DROP
        return Harm.NONE

    with relay(environment["AWS_ENDPOINT_URL"], on_write) as url:
        process.append(start(sink, environment, url))
        _, messages = process[0].communicate(timeout=900)
    assert process[0].returncode == -signal.SIGKILL, messages


def test_killed_between_any_two_commits(
    spark: SparkSession, new_bucket: Callable[[], SinkBucket], environment: dict[str, str]
) -> None:
    sink, undisturbed = new_bucket(), new_bucket()
    for bucket in (sink, undisturbed):
        fill(bucket)
    undisturbed.batch()
    for place in sample("killed driver", list(PLACES), 1):
        kill_at(sink, environment, place)
        assert [version(sink, table) for table in ("quarantine", "pin", "geo")] == PLACES[place]

    # The job as started on EMR: only arguments, and one document on stdout.
    run = start(sink, environment, environment["AWS_ENDPOINT_URL"])
    output, messages = run.communicate(timeout=900)
    assert run.returncode == 0, messages
    document: dict[str, Any] = json.loads(output)
    assert document["batch"] == 2
    assert document["feeds"]["geo"]["inserted"] == 10
    assert len(document["answers"]) == 9
    assert set(document["tables"]) == {"pin", "geo", "user"}
    for table in TABLES:
        assert differing_rows(sink, undisturbed, table) == [], table
    versions = [sink.commits(table) for table in TABLES]
    assert spark_batch(spark, sink)["batch"] is None
    assert [sink.commits(table) for table in TABLES] == versions


def version(sink: SinkBucket, table: str) -> int:
    """The batches a table has; of the quarantine, its commits."""
    opened = sink.tables.open(table)
    return opened.version() if table == "quarantine" else (opened.transaction_version("batch") or 0)
