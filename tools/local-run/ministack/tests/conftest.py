"""MiniStack with the hooks, in this process; what it saves is in a folder of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_folder = tempfile.TemporaryDirectory(prefix="ministack-hooks-")
# MiniStack reads these when it is imported.
os.environ.update(STATE_DIR=_folder.name, PERSIST_STATE="1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import api_to_kinesis  # noqa: E402
import batching_window  # noqa: E402
import durable_kinesis  # noqa: E402
import sequence_numbers  # noqa: E402
import shard_positions  # noqa: E402
import snapshot  # noqa: E402
import unfinished_stacks  # noqa: E402
from ministack import app  # type: ignore[import-untyped]  # noqa: E402
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]  # noqa: E402

api_to_kinesis.install()
batching_window.install()
durable_kinesis.install()
unfinished_stacks.install()
snapshot.install()


class Emulator:
    """The running Kinesis, which can be killed and started again."""

    folder = Path(_folder.name)
    journal = folder / "kinesis.journal"

    def forget(self) -> None:
        """What a kill -9 does to the memory of a process."""
        kinesis.reset()
        lambda_svc._kinesis_positions.clear()
        lambda_svc._esms.clear()
        lambda_svc._esm_backoff_until.clear()
        durable_kinesis._saved_up_to = ""
        sequence_numbers._last = 0
        shard_positions._done.clear()
        shard_positions._followed.clear()

    def kill_and_start(self) -> None:
        """A kill -9, and a start from what is on the disk."""
        mappings = dict(lambda_svc._esms._data)
        self.forget()
        # MiniStack saves and restores mappings itself.
        lambda_svc._esms._data.update(mappings)
        start_polling, lambda_svc._ensure_poller = lambda_svc._ensure_poller, lambda: None
        try:
            app._load_persisted_state()
        finally:
            lambda_svc._ensure_poller = start_polling

    def save(self) -> None:
        """What a deployment does at its end."""
        snapshot.save({"kinesis": kinesis.get_state})

    def call(self, handler: str, **data: Any) -> Any:
        """Calls a handler of Kinesis. Returns its document. Raises AssertionError when it fails."""
        status, _headers, body = getattr(kinesis, f"_{handler}")(data)
        assert status == 200, body
        return app.json.loads(body)

    def put(self, *texts: str, stream: str = "s") -> list[str]:
        """Puts a record for each text, which is its partition key too. Returns the sequence numbers."""
        records = [{"Data": text, "PartitionKey": text} for text in texts]
        response = self.call("put_records", StreamName=stream, Records=records)
        return [record["SequenceNumber"] for record in response["Records"]]

    def records(self, stream: str = "s") -> list[str]:
        """The data of all records in the order of their arrival."""
        shards = kinesis._streams[stream]["shards"].values()
        found = [(record["SequenceNumber"], record["Data"]) for shard in shards for record in shard["records"]]
        return [data for _number, data in sorted(found)]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Kinesis without streams."""
    one = Emulator()
    one.forget()
    for file in one.folder.iterdir():
        if file.is_file():
            file.unlink()
    durable_kinesis._journal.rewrite([])
    yield one
    one.forget()


class Mapping:
    """An event source mapping on the stream `s`, with the polling that MiniStack does in a thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Takes batches of two records; `fails` lets its function fail."""
        self.batches: list[list[str]] = []
        self.fails = False
        lambda_svc._esms["m"] = {
            "UUID": "m",
            "EventSourceArn": kinesis._streams["s"]["StreamARN"],
            "FunctionName": "f",
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 2,
        }
        monkeypatch.setattr(lambda_svc, "_get_func_record_for_qualifier", lambda *_: ({}, {}))
        monkeypatch.setattr(lambda_svc, "_execute_function", self._invoke)

    def _invoke(self, _function: object, event: dict[str, list[dict[str, dict[str, str]]]]) -> dict[str, bool]:
        if self.fails:
            return {"error": True}
        self.batches.append([record["kinesis"]["partitionKey"] for record in event["Records"]])
        return {}

    @property
    def seen(self) -> list[str]:
        """The partition keys of all records that were processed."""
        return [key for batch in self.batches for key in batch]

    def poll(self) -> None:
        """Polls until there is nothing more."""
        shard_positions._saved_at = 0.0
        while lambda_svc._poll_kinesis():
            shard_positions._saved_at = 0.0


@pytest.fixture
def mapping(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Mapping:
    """A mapping on a stream with one shard."""
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    return Mapping(monkeypatch)
