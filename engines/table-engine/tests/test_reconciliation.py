"""The assessment: each count must move when the figure behind it does."""

from __future__ import annotations

from typing import Any

import pytest

from table_engine.reconciliation import ReconciliationError, assess, assess_stream, assess_topic, check

RAW = {
    "files": 2, "lines": 100, "blank_lines": 0, "overlapping_lines": 0, "last_start_offset": 60, "next_offset": 100,
    "pending_lines": 0,
}  # fmt: skip


def topic(partition: dict[str, int] | None = None, **changes: Any) -> dict[str, Any]:
    """A feed whose 100 records are all stored, with changes."""
    return {
        "sent": 100, "acknowledged": 100, "failed": 0, "acknowledged_offsets": {"0": [[0, 99]]},
        "raw_partitions": {"0": {**RAW, **(partition or {})}}, "table_rows": 90, "table_posts": 90,
        "quarantine_rows": 10, "quarantine_positions": 10, "missing_from_tables": 0,
        "dead_letters_kept": 7, "dead_letter_rows": 5, "dead_letter_positions": 5, "dead_letters_missing": 0, **changes,
    }  # fmt: skip


def stream(**changes: Any) -> dict[str, Any]:
    return {"table": "u_pin_table", "failed": 0, "pending": 0, "missing": 0, "duplicate": 0, **changes}


def counts(found: Any) -> dict[str, int]:
    names = ("missing", "duplicate", "on_the_way", "outside_raw_files")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_all_is_there() -> None:
    found = assess({"feeds": dict.fromkeys(("pin", "geo", "user"), topic())},
                   {"feeds": dict.fromkeys(("pin", "geo", "user"), stream())})  # fmt: skip
    assert [(one.path, one.feed) for one in found] == [
        (path, feed) for path in ("topics", "streams") for feed in ("pin", "geo", "user")
    ]
    assert [counts(one) for one in found] == [{}] * 6
    check(found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (topic(failed=3), {"missing": 3}),
        (topic(missing_from_tables=2), {"missing": 2}),
        (topic({"overlapping_lines": 4, "lines": 104}), {"duplicate": 4}),
        (topic(table_rows=91), {"duplicate": 1}),
        (topic(quarantine_rows=12), {"duplicate": 2}),
        (topic(dead_letters_missing=2), {"missing": 2}),
        (topic(dead_letter_rows=8), {"duplicate": 3}),
        # Five records that are not the emulator's between the files: dead letters, or missing.
        (
            topic({"last_start_offset": 65, "next_offset": 105}, acknowledged_offsets={"0": [[0, 49], [55, 104]]}),
            {"outside_raw_files": 5},
        ),
        # The same, acknowledged: no dead letters.
        (
            topic({"last_start_offset": 65, "next_offset": 105}, acknowledged_offsets={"0": [[0, 104]]}),
            {"missing": 5, "outside_raw_files": 5},
        ),
        (topic(acknowledged_offsets={"0": [[0, 99], [104, 113]]}), {"on_the_way": 10}),
        (topic(acknowledged_offsets={"0": [[0, 99]], "7": [[0, 6]]}), {"on_the_way": 7}),
        (topic(acknowledged_offsets={}), {}),
    ],
)
def test_topics(found: dict[str, Any], expected: dict[str, int]) -> None:
    result = assess_topic("pin", found)
    assert counts(result) == expected
    assert len(result.findings) == len({"missing", "duplicate"} & set(expected))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (stream(failed=3), {"missing": 3}),
        (stream(missing=2), {"missing": 2}),
        (stream(duplicate=1), {"duplicate": 1}),
        (stream(pending=8), {"on_the_way": 8}),
    ],
)
def test_streams(found: dict[str, Any], expected: dict[str, int]) -> None:
    assert counts(assess_stream("pin", found)) == expected


def test_every_finding_is_named() -> None:
    with pytest.raises(ReconciliationError, match=r"pin: 3 sent, but never .*; geo: 2 of the stream in u_pin_table"):
        check([assess_topic("pin", topic(failed=3)), assess_stream("geo", stream(duplicate=2))])
