from __future__ import annotations

import json
import time

import durable_kinesis
import pytest
import snapshot
from conftest import Emulator
from ministack import app  # type: ignore[import-untyped]
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]
from stream_journal import JournalError


def test_records_and_streams_outlive_a_kill(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=2)
    numbers = emulator.put("a", "b", "c")
    before = json.dumps(kinesis._streams["s"], sort_keys=True)
    emulator.kill_and_start()
    assert json.dumps(kinesis._streams["s"], sort_keys=True) == before
    assert min(emulator.put("d")) > max(numbers)
    emulator.kill_and_start()
    assert emulator.records() == ["a", "b", "c", "d"]


def test_what_was_saved_and_what_was_journalled_make_each_record_once(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=2)
    emulator.put("a")
    emulator.save()
    emulator.put("b")
    for _ in range(3):
        emulator.kill_and_start()
        assert emulator.records() == ["a", "b"]


def test_a_single_record_is_journalled_too(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.call("put_record", StreamName="s", Data="a", PartitionKey="1")
    emulator.kill_and_start()
    assert emulator.records() == ["a"]


def test_saving_leaves_the_records_to_the_journal(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("find me")
    emulator.save()
    assert "find me" not in (emulator.folder / "services.json").read_text()
    assert emulator.records() == ["find me"]


def test_a_deleted_stream_stays_deleted(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("a")
    emulator.save()
    emulator.call("delete_stream", StreamName="s")
    for _ in range(2):
        emulator.kill_and_start()
        assert "s" not in kinesis._streams


def test_a_recreated_stream_has_no_records_of_the_old_one(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("old")
    # As CloudFormation does it, past the handlers.
    kinesis._streams["s"]["shards"] = kinesis._build_shards(1)
    emulator.save()
    emulator.put("new")
    emulator.kill_and_start()
    assert emulator.records() == ["new"]


def test_a_line_cut_off_by_the_kill_is_left_out(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("a")
    whole = emulator.journal.read_bytes()
    emulator.put("b")
    emulator.journal.write_bytes(emulator.journal.read_bytes()[:-3])
    assert emulator.journal.read_bytes() != whole
    emulator.kill_and_start()
    emulator.put("c")
    emulator.kill_and_start()
    assert emulator.records() == ["a", "c"]


def test_a_broken_line_in_the_middle_is_an_error(emulator: Emulator) -> None:
    emulator.journal.write_text('{"at": nonsense\n{}\n')
    with pytest.raises(JournalError, match=r"Line 1 of .*kinesis.journal is no JSON document"):
        emulator.kill_and_start()


def test_expired_records_are_not_kept(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("old")
    kinesis._streams["s"]["shards"]["shardId-000000000000"]["records"][0]["ApproximateArrivalTimestamp"] -= 90_000
    durable_kinesis._journal.rewrite(durable_kinesis._current_lines(kinesis._streams._data))
    emulator.put("new")
    emulator.kill_and_start()
    assert emulator.records() == ["new"]
    assert "old" not in emulator.journal.read_text()


def test_a_put_is_refused_when_it_cannot_be_journalled(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)

    def full(_line: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable_kinesis._journal, "append", full)
    status, _headers, body = kinesis._put_record({"StreamName": "s", "Data": "a", "PartitionKey": "1"})
    assert status == 500
    assert b"No space left on device" in body


def test_sequence_numbers_grow_when_the_clock_is_set_back(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    first = emulator.put("a")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    second = emulator.put("b")
    assert second > first
    emulator.kill_and_start()
    assert emulator.put("c") > second


def test_streams_are_read_when_their_records_are_back(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("a")
    lambda_svc._esms["m"] = {"UUID": "m", "EventSourceArn": kinesis._streams["s"]["StreamARN"]}
    snapshot.save({"lambda": lambda_svc.get_state})
    emulator.forget()
    at_start: list[list[str]] = []

    def start_polling() -> None:
        at_start.append(emulator.records() if "s" in kinesis._streams else [])

    monkeypatch.setattr(lambda_svc, "_ensure_poller", start_polling)
    app._load_persisted_state()
    assert at_start == [["a"]]


def test_sequence_numbers_are_the_same_as_texts_and_as_numbers(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    first, second = emulator.put("one", "two")
    assert len(first) == len(second) == 56
    assert first == str(int(first))
    assert int(first) < int(second) and first < second
