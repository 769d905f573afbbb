"""The reconciliation: each count must move when the figure behind it does, with Kafka's facts and without."""

from __future__ import annotations

from typing import Any

import pytest

from table_engine.documents import (
    FeedInspection,
    FeedReconciliation,
    Inspection,
    KafkaFacts,
    KafkaFeedFacts,
    StreamFeedInspection,
    StreamInspection,
)
from table_engine.feeds import FEED_NAMES
from table_engine.reconciliation import ReconciliationError, check, reconcile, reconcile_feed, reconcile_stream

RAW = {
    "files": 2, "lines": 100, "blank_lines": 0, "overlapping_lines": 0, "last_start_offset": 60, "next_offset": 100,
    "pending_lines": 0,
}  # fmt: skip
SHARD = {
    "acknowledged": 50, "rows": 48, "quarantined": 2, "pending": 0, "missing": 0, "duplicate": 0, "unacknowledged": 0,
    "highest_sequence_number": "4959",
}  # fmt: skip


def topic(partition: dict[str, int] | None = None, **changes: Any) -> FeedInspection:
    """A feed whose 100 records are all stored, with changes."""
    figures: Any = {
        "sent": 100, "acknowledged": 100, "failed": 0, "acknowledged_offsets": {"0": [(0, 99)]},
        "raw_partitions": {"0": {**RAW, **(partition or {})}}, "table_rows": 90, "table_posts": 90,
        "quarantine_rows": 2, "quarantine_positions": 2, "missing_from_tables": 0,
        "dead_letters_kept": 7, "dead_letter_rows": 5, "dead_letter_positions": 5, "dead_letters_missing": 0,
        "last_day": {"records": 0, "rejects": 0}, **changes,
    }  # fmt: skip
    return figures  # type: ignore[no-any-return]


def kafka(
    ends: dict[str, int] | None = None, later: dict[str, int] | None = None, dead: dict[str, list[int]] | None = None
) -> KafkaFeedFacts:
    """A topic of 100 records, with changes."""
    ends = ends or {"0": 100}
    return {"endOffsets": ends, "laterEndOffsets": later or ends, "deadLetters": dead or {}}


def stream(*shards: dict[str, int], **changes: Any) -> StreamFeedInspection:
    """A feed whose shards have these changes; each shard's 50 records are all stored."""
    own: list[dict[str, Any]] = [{**SHARD, **shard} for shard in shards]
    names = ("acknowledged", "rows", "quarantined", "pending", "missing", "duplicate", "unacknowledged")
    sums = {name: sum(shard[name] for shard in own) for name in names}
    figures: Any = {
        "table": "pinterest_pin_table", **sums, "sent": sums["acknowledged"], "failed": 0,
        "shards": {f"shardId-{number}": shard for number, shard in enumerate(own)}, "recent": None, **changes,
    }  # fmt: skip
    return figures  # type: ignore[no-any-return]


def counts(found: Any) -> dict[str, int]:
    """What is not 0 of what is counted against the record."""
    names = ("missing", "duplicate", "onTheWay", "outsideRawFiles")
    return {name: found[name] for name in names if found.get(name)}


class TestTopicsWithKafka:
    def test_nothing_is_found_when_every_record_is_accounted_for(self) -> None:
        expected: FeedReconciliation = {
            "feed": "pin", "sent": 100, "acknowledged": 100, "topic": 100, "unacknowledged": 0, "deadLetters": 0,
            "raw": 100, "pending": 0, "table": 90, "quarantine": 2, "missing": 0, "duplicate": 0, "onTheWay": 0,
            "outsideRawFiles": 0, "findings": [],
        }  # fmt: skip
        assert reconcile_feed("pin", topic(), kafka()) == expected
        assert list(reconcile_feed("pin", topic(), kafka())) == list(expected)

    @pytest.mark.parametrize(
        ("found", "missing", "finding"),
        [
            (topic(sent=107, failed=7), 7, "7 sent, but never acknowledged"),
            # Failed, and acknowledged when it was sent again.
            (topic(sent=107), 0, None),
            (
                topic(acknowledged_offsets={"0": [(0, 89), (95, 104)]}),
                5,
                "5 acknowledged in partition 0 at offsets the topic does not have (it ends at 100)",
            ),
            (
                topic(acknowledged_offsets={"3": [(10, 12)]}),
                3,
                "3 acknowledged in partition 3 at offsets the topic does not have (it ends at 0)",
            ),
            (topic({"lines": 96}), 4, "4 between the raw files of partition 0"),
            (topic(missing_from_tables=3), 3, "3 in raw files, but neither in the table nor in quarantine"),
            (
                topic(dead_letters_missing=2),
                2,
                "2 among the dead-letter records kept in the bucket, but not in quarantine",
            ),
        ],
    )
    def test_what_is_missing(self, found: FeedInspection, missing: int, finding: str | None) -> None:
        result = reconcile_feed("pin", found, kafka())
        assert (result["missing"], result["duplicate"]) == (missing, 0)
        assert result["findings"] == ([] if finding is None else [finding])

    @pytest.mark.parametrize(
        ("found", "duplicate", "finding"),
        [
            (topic({"lines": 104, "overlapping_lines": 4}), 4, "4 in more than one raw file"),
            # A whole file again under another name.
            (topic({"files": 3, "lines": 140, "overlapping_lines": 40}), 40, "40 in more than one raw file"),
            (topic(table_rows=92), 2, "2 rows of the table whose post already exists"),
            (topic(quarantine_rows=5), 3, "3 rows of the quarantine whose source position already exists"),
            (
                topic(dead_letter_rows=8),
                3,
                "3 dead-letter records in quarantine whose source position already exists",
            ),
        ],
    )
    def test_what_is_duplicate(self, found: FeedInspection, duplicate: int, finding: str) -> None:
        result = reconcile_feed("pin", found, kafka())
        assert (result["missing"], result["duplicate"], result["findings"]) == (0, duplicate, [finding])

    def test_dead_letters_before_and_behind_the_start_of_the_last_file(self) -> None:
        found = topic({"lines": 95, "last_start_offset": 60, "next_offset": 98})
        result = reconcile_feed("pin", found, kafka(dead={"0": [10, 11, 12, 70, 71]}))
        assert counts(result) == {"outsideRawFiles": 3}
        assert (result["deadLetters"], result["raw"]) == (5, 95)

    def test_what_is_in_the_topic_and_in_no_raw_file_is_missing(self) -> None:
        result = reconcile_feed("pin", topic(), kafka({"0": 130, "1": 5}))
        assert (result["missing"], result["onTheWay"]) == (35, 35)
        assert result["findings"] == ["35 in the topic, but in no raw file and not among the dead-letter records"]

    def test_a_partition_whose_records_are_all_dead_letters_is_stored(self) -> None:
        result = reconcile_feed("pin", topic(), kafka({"0": 100, "1": 2}, dead={"1": [0, 1]}))
        assert (result["missing"], result["onTheWay"]) == (0, 0)

    def test_posts_may_flow_meanwhile(self) -> None:
        result = reconcile_feed("pin", topic(), kafka({"0": 80}, {"0": 100}))
        assert (result["missing"], result["duplicate"], result["topic"]) == (0, 0, 100)
        assert reconcile_feed("pin", topic(), kafka({"0": 80}, {"0": 99}))["missing"] == 1

    def test_what_waits_for_a_batch_is_not_missing(self) -> None:
        result = reconcile_feed("pin", topic({"pending_lines": 40}), kafka())
        assert (result["pending"], result["missing"]) == (40, 0)

    def test_records_beyond_the_acknowledged_ones_are_no_duplicates(self) -> None:
        result = reconcile_feed("pin", topic(acknowledged=96, sent=96), kafka())
        assert result["unacknowledged"] == 4
        assert counts(result) == {}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (topic(), {}),
        (topic(failed=3), {"missing": 3}),
        (topic(missing_from_tables=2), {"missing": 2}),
        (topic({"overlapping_lines": 4, "lines": 104}), {"duplicate": 4}),
        (topic(table_rows=91), {"duplicate": 1}),
        (topic(quarantine_rows=4), {"duplicate": 2}),
        (topic(dead_letters_missing=2), {"missing": 2}),
        (topic(dead_letter_rows=8), {"duplicate": 3}),
        # Five records that are not the emulator's between the files: dead-letter records, or missing.
        (
            topic({"last_start_offset": 65, "next_offset": 105}, acknowledged_offsets={"0": [(0, 49), (55, 104)]}),
            {"outsideRawFiles": 5},
        ),
        # The same, acknowledged: no dead-letter records.
        (
            topic({"last_start_offset": 65, "next_offset": 105}, acknowledged_offsets={"0": [(0, 104)]}),
            {"missing": 5, "outsideRawFiles": 5},
        ),
        (topic(acknowledged_offsets={"0": [(0, 99), (104, 113)]}), {"onTheWay": 10}),
        (topic(acknowledged_offsets={"0": [(0, 99)], "7": [(0, 6)]}), {"onTheWay": 7}),
        (topic(acknowledged_offsets={}), {}),
    ],
)
def test_topics_without_kafka(found: FeedInspection, expected: dict[str, int]) -> None:
    result = reconcile_feed("pin", found)
    assert counts(result) == expected
    assert len(result["findings"]) == len({"missing", "duplicate"} & set(expected))
    assert (result["topic"], result["unacknowledged"], result["deadLetters"]) == (None, None, None)


class TestStreams:
    def test_nothing_is_found_where_every_record_is_in_the_table_or_in_quarantine(self) -> None:
        result = reconcile_stream(
            "pin", stream({}, {"acknowledged": 10, "rows": 10, "quarantined": 0}), has_waited=True
        )
        assert result == {
            "feed": "pin", "sent": 60, "acknowledged": 60, "unacknowledged": 0, "table": 58, "quarantine": 2,
            "missing": 0, "duplicate": 0, "onTheWay": 0,
            "shards": [
                {"shard": "shardId-0", "acknowledged": 50, "table": 48, "quarantine": 2, "missing": 0, "duplicate": 0},
                {"shard": "shardId-1", "acknowledged": 10, "table": 10, "quarantine": 0, "missing": 0, "duplicate": 0},
            ],
            "findings": [],
        }  # fmt: skip

    @pytest.mark.parametrize("has_waited", [True, False])
    @pytest.mark.parametrize(
        ("found", "missing", "duplicate", "findings"),
        [
            (
                stream({}, {"missing": 3}),
                [0, 3],
                [0, 0],
                ["3 acknowledged by shardId-1, but neither in the table nor in quarantine"],
            ),
            (
                stream({"duplicate": 2}),
                [0],
                [2],
                ["2 of shardId-0 in the table or in quarantine more than once"],
            ),
            # Of other producers, or acknowledged by a response that was lost.
            (stream({"rows": 60, "unacknowledged": 12}), [0], [0], []),
        ],
    )
    def test_the_shard_is_named(
        self,
        found: StreamFeedInspection,
        missing: list[int],
        duplicate: list[int],
        findings: list[str],
        has_waited: bool,
    ) -> None:
        result = reconcile_stream("pin", found, has_waited=has_waited)
        assert [shard["missing"] for shard in result["shards"]] == missing
        assert [shard["duplicate"] for shard in result["shards"]] == duplicate
        assert (result["missing"], result["duplicate"]) == (sum(missing), sum(duplicate))
        assert result["findings"] == findings
        assert result["unacknowledged"] == found["unacknowledged"]

    def test_what_is_on_its_way_is_missing_after_the_wait(self) -> None:
        found = stream({"pending": 4, "missing": 1})
        waited = reconcile_stream("pin", found, has_waited=True)
        assert (waited["missing"], waited["onTheWay"], waited["shards"][0]["missing"]) == (5, 4, 5)
        assert "4 acknowledged by shardId-0, to which the function has not got yet" in waited["findings"]
        assert counts(reconcile_stream("pin", found, has_waited=False)) == {"missing": 1, "onTheWay": 4}
        assert counts(reconcile_stream("pin", stream({"pending": 8}), has_waited=False)) == {"onTheWay": 8}

    @pytest.mark.parametrize("has_waited", [True, False])
    def test_what_was_never_acknowledged_is_missing(self, has_waited: bool) -> None:
        result = reconcile_stream("pin", stream({}, sent=57, failed=7), has_waited=has_waited)
        assert (result["missing"], result["findings"]) == (7, ["7 sent, but never acknowledged"])


def inspections(found: FeedInspection) -> Inspection:
    return {"feeds": dict.fromkeys(FEED_NAMES, found)}


def test_the_document_has_both_paths_of_every_feed() -> None:
    found = reconcile(inspections(topic()), {"feeds": dict.fromkeys(FEED_NAMES, stream({}))})
    assert found["ok"]
    assert [row["feed"] for row in found["feeds"]] == [row["feed"] for row in found["streams"]] == list(FEED_NAMES)
    check(found)


@pytest.mark.parametrize(
    ("found", "streams"),
    [
        (topic(failed=1), stream({})),
        (topic(table_rows=91), stream({})),
        (topic(), stream({"missing": 1})),
        (topic(), stream({"duplicate": 1})),
        (topic(), stream({"pending": 1})),
    ],
)
def test_one_record_is_enough(found: FeedInspection, streams: StreamFeedInspection) -> None:
    facts: KafkaFacts = {"feeds": dict.fromkeys(FEED_NAMES, kafka())}
    every: StreamInspection = {"feeds": dict.fromkeys(FEED_NAMES, stream({}))}
    assert reconcile(inspections(topic()), every, facts)["ok"]
    one: Any = (
        {"feeds": {**inspections(topic())["feeds"], "geo": found}},
        {"feeds": {**every["feeds"], "user": streams}},
    )
    assert not reconcile(one[0], one[1], facts)["ok"]


def test_every_finding_is_named() -> None:
    found = reconcile(
        {"feeds": {**inspections(topic())["feeds"], "pin": topic(failed=3)}},
        {"feeds": {"pin": stream({}), "geo": stream({"duplicate": 2}), "user": stream({})}},
    )
    with pytest.raises(
        ReconciliationError, match=r"pin \(topics\): 3 sent, but never .*; geo \(streams\): 2 of shardId-0 in the table"
    ):
        check(found)
