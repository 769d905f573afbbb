from __future__ import annotations

import durable_kinesis
from conftest import Emulator
from ministack.services import kinesis  # type: ignore[import-untyped]

MIDDLE = str(2**127)


def test_a_split_keeps_what_nobody_has_read(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("a", "b")
    emulator.call("split_shard", StreamName="s", ShardToSplit="shardId-000000000000", NewStartingHashKey=MIDDLE)
    emulator.put(*"cdefgh")
    shards = kinesis._streams["s"]["shards"]
    assert [len(shard["records"]) > 0 for shard in shards.values()] == [True, True, True]
    assert [record["Data"] for record in shards["shardId-000000000000"]["records"]] == ["a", "b"]
    emulator.kill_and_start()
    assert emulator.records() == list("abcdefgh")
    kinesis._streams["s"]["shards"]["shardId-000000000000"]["records"].clear()  # They have expired.
    durable_kinesis._expire(kinesis._streams["s"])
    assert [name[-1] for name in kinesis._streams["s"]["shards"]] == ["1", "2"]


def test_closed_shards_are_shown_with_their_end_and_cannot_be_split_again(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=2)
    merge = {"ShardToMerge": "shardId-000000000000", "AdjacentShardToMerge": "shardId-000000000001"}
    emulator.call("merge_shards", StreamName="s", **merge)
    shards = emulator.call("describe_stream", StreamName="s")["StreamDescription"]["Shards"]
    assert [shard["ShardId"][-1] for shard in shards] == ["0", "1", "2"]
    assert ["EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in shards] == [True, True, False]
    summary = emulator.call("describe_stream_summary", StreamName="s")["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 1
    assert kinesis._merge_shards({"StreamName": "s", **merge})[0] == 400


def test_another_shard_count_gives_new_ids(emulator: Emulator) -> None:
    emulator.call("create_stream", StreamName="s", ShardCount=1)
    emulator.put("a")
    emulator.call("update_shard_count", StreamName="s", TargetShardCount=2)
    emulator.put("b")
    assert [name[-1] for name in kinesis._streams["s"]["shards"]] == ["0", "1", "2"]
    assert emulator.records() == ["a", "b"]
