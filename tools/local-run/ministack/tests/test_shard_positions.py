from __future__ import annotations

import durable_kinesis
import pytest
from conftest import Emulator, Mapping
from ministack.services import kinesis, lambda_svc  # type: ignore[import-untyped]

SHARD = "shardId-000000000000"


def test_reading_goes_on_after_the_last_processed_record(emulator: Emulator, mapping: Mapping) -> None:
    emulator.put(*"abc")
    mapping.poll()
    emulator.put("d")
    emulator.kill_and_start()
    mapping.poll()
    assert mapping.seen == list("abcd")


def test_records_that_have_expired_at_a_start_are_neither_kept_nor_lead_past_newer_ones(
    emulator: Emulator, mapping: Mapping
) -> None:
    for texts in ("abc", "d"):
        emulator.put(*texts)
        mapping.poll()
        # The start that takes them out may itself be killed before anything is saved.
        for record in kinesis._streams["s"]["shards"][SHARD]["records"]:
            record["ApproximateArrivalTimestamp"] -= 90_000
        durable_kinesis._journal.rewrite(durable_kinesis._current_lines(kinesis._streams._data))
        emulator.put("new " + texts)
        for _ in range(2):
            emulator.kill_and_start()
            assert emulator.records() == ["new " + texts]
        mapping.poll()
    assert mapping.seen == ["a", "b", "c", "new abc", "d", "new d"]


def test_a_batch_that_fails_is_read_again_after_a_kill(emulator: Emulator, mapping: Mapping) -> None:
    emulator.put(*"ab")
    mapping.poll()
    emulator.put(*"cd")
    mapping.fails = True
    mapping.poll()
    emulator.kill_and_start()
    mapping.fails = False
    lambda_svc._esm_backoff_until.clear()
    mapping.poll()
    assert mapping.seen == list("abcd")


def test_new_shards_are_read_from_their_beginning(emulator: Emulator, mapping: Mapping) -> None:
    emulator.put(*"ab")
    mapping.poll()
    emulator.put("c")
    emulator.call("split_shard", StreamName="s", ShardToSplit=SHARD, NewStartingHashKey=str(2**127))
    emulator.put(*"defgh")
    mapping.poll()
    assert sorted(mapping.seen) == list("abcdefgh")


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("starting_position", ["TRIM_HORIZON", "LATEST"])
def test_a_recreated_stream_is_read_from_its_beginning(
    emulator: Emulator, mapping: Mapping, shards: int, starting_position: str
) -> None:
    lambda_svc._esms["m"]["StartingPosition"] = starting_position
    mapping.poll()
    emulator.put(*"abc")
    mapping.poll()
    emulator.call("delete_stream", StreamName="s")
    emulator.call("create_stream", StreamName="s", ShardCount=shards)
    emulator.put(*"defghi")
    mapping.poll()
    assert sorted(mapping.seen) == list("abcdefghi")
    emulator.kill_and_start()
    emulator.put("j")
    mapping.poll()
    assert sorted(mapping.seen) == list("abcdefghij")


def test_a_stream_recreated_while_a_function_has_records_of_the_old_one_is_read_whole(
    emulator: Emulator, mapping: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.put(*"ab")
    seen = mapping._invoke

    def recreated_meanwhile(function: object, event: dict[str, list[dict[str, dict[str, str]]]]) -> dict[str, bool]:
        monkeypatch.setattr(lambda_svc, "_execute_function", seen)
        emulator.call("delete_stream", StreamName="s")
        emulator.call("create_stream", StreamName="s", ShardCount=1)
        emulator.put(*"cd")
        return seen(function, event)

    monkeypatch.setattr(lambda_svc, "_execute_function", recreated_meanwhile)
    mapping.poll()
    assert mapping.seen == list("abcd")
    emulator.kill_and_start()
    mapping.poll()
    assert mapping.seen == list("abcd")
