"""Dead-letter records: each record that the sink could not store is in quarantine, once."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_engine.dead_letters import DeadLetter, read_dead_letters
from table_engine.delta_tables import load_into
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.raw_lines import KEPT_OF_A_BROKEN_LINE, readable
from tests.any_lines import VALUES
from tests.sink_bucket import SinkBucket, dead_letter, jsonl

TOPIC = "pinterest.dead-letters"


def place(offset: int, topic: str = "pinterest.pin") -> str:
    return f"{topic}/partition=0/offset={offset}"


def positions(sink: SinkBucket) -> list[str]:
    return [row[2] for row in sink.rows("quarantine")]


def offsets(sink: SinkBucket) -> list[int]:
    return sorted(int(position.rsplit("=", 1)[1]) for position in positions(sink))


def test_every_form(sink: SinkBucket) -> None:
    long = b"[" + b"x" * (KEPT_OF_A_BROKEN_LINE + 1000)
    strangers = {"topic": None, "partition": None, "offset": None, "reason": None}
    content = [
        dead_letter(0, b"good morning", reason="it is text"),
        dead_letter(1, b"[1]", topic="pinterest.geo"),
        dead_letter(2, b'{"a\xff":1}', topic="pinterest.user"),
        dead_letter(3, b'{"ind":\n1}\r\n'),
        dead_letter(4, None),
        dead_letter(5, b""),
        dead_letter(6, long),
        dead_letter(7, b"\x00\x01\t\x7f"),
        dead_letter(8, "קר, עברית 🎉".encode()),
        dead_letter(9, topic="pinterest.pins"),
        dead_letter(10, topic="a\nb"),
        dead_letter(0, b"who?", at=11, **strangers),
        dead_letter(0, b"where?", at=12, offset=None),
        dead_letter(13, reason=""),
        b" \t\r\n\n",
        b"\xffno letter\n",
    ]
    key = sink.put("dead-letters", 4, 0, b"".join(content))
    report = sink.batch()
    assert report["dead_letters"] == 15
    assert report["batch"] is None
    rows = {row[2]: row for row in sink.rows("quarantine")}
    reason, none = "it is an array", "the dead letter gives no reason: something else than the sink wrote it"
    expected = [
        ("pin", place(0), "good morning", "it is text"),
        ("geo", place(1, "pinterest.geo"), "[1]", reason),
        ("user", place(2, "pinterest.user"), '{"a\\xff":1}', reason),
        ("pin", place(3), '{"ind":\n1}\\x0d\n', reason),
        ("pin", place(4), None, reason),
        ("pin", place(5), "", reason),
        ("pin", place(6), long[:KEPT_OF_A_BROKEN_LINE].decode(), reason),
        ("pin", place(7), "\\x00\\x01\t\\x7f", reason),
        ("pin", place(8), "קר, עברית 🎉", reason),
        ("dead-letters", place(9, "pinterest.pins"), "[1]", reason),
        ("dead-letters", place(10, "a\nb"), "[1]", reason),
        ("dead-letters", f"{TOPIC}/partition=4/offset=11", "who?", none),
        ("pin", f"{TOPIC}/partition=4/offset=12", "where?", reason),
        ("pin", place(13), "[1]", none),
    ]
    for feed, position, raw_text, why in expected:
        assert rows.pop(position) == (feed, "dead-letters", position, raw_text, why)
    ((feed, source, position, raw_text, why),) = rows.values()
    assert (feed, source, position, raw_text) == ("dead-letters", "dead-letters", f"{key}:16", "\\xffno letter")
    assert why.startswith("the line is no copy of a dead letter (UnicodeDecodeError: ")


OTHER_FORMS = [
    *(b"{", b"[]", b"null", b"7", b'"text"', b"{}", b"[" * 100_000),
    b'{"deadLetterOffset":' + b"9" * 5000 + b"}",
    b'\xef\xbb\xbf{"a":1}',
    '{"utf": 16}'.encode("utf-16"),
    json.dumps({"value": None, "deadLetterOffset": 1}).encode(),
    dead_letter(1, deadLetterOffset=None),
    dead_letter(1, deadLetterOffset="1"),
    dead_letter(1, partition=True),
    dead_letter(-1),
    dead_letter(1, offset=1.0),
    dead_letter(1, topic=7),
    dead_letter(1, topic="\ud800"),
    dead_letter(1, reason=["x"]),
    *(dead_letter(1, value=value) for value in ("no base64", "a", "é", 7, ["x"])),
]


def test_lines_of_another_form_are_kept_and_stop_nothing(sink: SinkBucket) -> None:
    lines = [dead_letter(1), *(line.rstrip(b"\n") + b"\n" for line in OTHER_FORMS), dead_letter(2)]
    key = sink.put("dead-letters", 0, 0, b"".join(lines))
    assert sink.batch()["dead_letters"] == len(lines)
    rows = sorted(sink.rows("quarantine"), key=lambda row: (row[0], int(row[2].rsplit(":")[-1].rsplit("=")[-1])))
    found, others = rows[-2:], rows[:-2]
    assert [row[2] for row in found] == [place(1), place(2)]
    assert [row[:3] for row in others] == [
        ("dead-letters", "dead-letters", f"{key}:{number}") for number in range(1, len(OTHER_FORMS) + 1)
    ]
    for row, line in zip(others, OTHER_FORMS, strict=True):
        assert "no copy of a dead letter" in row[4]
        assert len(row[4]) < 500
        assert row[3] == readable(line.rstrip(b"\n"))


class Lines:
    """In the place of a bucket: one object."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def content(self, _key: str, _etag: str) -> bytes:
        return self._content


@given(
    st.binary(max_size=60)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {name: VALUES for name in ("topic", "partition", "offset", "reason", "value")},
        optional={"deadLetterOffset": VALUES},
    ).map(lambda document: json.dumps(document).encode())
)
def test_any_line_is_a_row(line: bytes) -> None:
    file = RawFile("key", "etag", 1, datetime.now(timezone.utc), 0, 0)
    bucket: Any = Lines(line.replace(b"\n", b"") + b"\n")
    rows = list(read_dead_letters(bucket, "pinterest", file))
    assert len(rows) == bool(line.replace(b"\n", b"").strip())
    for row in rows:
        assert isinstance(row, DeadLetter)
        for text in (row.feed, row.position, row.raw_text or "", row.reason):
            text.encode("utf-8")


def test_when_it_was_quarantined(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    sink.put("dead-letters", 0, 0, dead_letter(1))
    sink.batch()
    load_into(session, sink.tables.open("quarantine"), "found", "SELECT quarantined_at FROM t")
    found = session.execute("SELECT epoch(now()) - epoch(quarantined_at) FROM found").fetchall()
    assert len(found) == 1
    assert 0 <= found[0][0] < 60


def test_a_duplicate_record(sink: SinkBucket) -> None:
    sink.put("dead-letters", 0, 0, dead_letter(5, at=0) + dead_letter(5, at=1) + dead_letter(6, at=2))
    assert sink.batch()["dead_letters"] == 2
    sink.put("dead-letters", 0, 3, dead_letter(6, at=3) + dead_letter(7, at=4))
    sink.put("dead-letters", 1, 0, dead_letter(5, at=0) + dead_letter(7, at=1) + dead_letter(8, at=2))
    assert sink.batch()["dead_letters"] == 2
    assert offsets(sink) == [5, 6, 7, 8]


def test_another_record_at_the_same_offset(sink: SinkBucket) -> None:
    """After parking the new topic continues where raw files end; dead-letter records after that had these offsets."""
    sink.put("dead-letters", 0, 0, dead_letter(5, b"[1]", at=0) + dead_letter(6, None, at=1))
    assert sink.batch()["dead_letters"] == 2
    again = dead_letter(5, b"[1]", at=2) + dead_letter(5, b"no", at=3) + dead_letter(6, None, at=4)
    sink.put("dead-letters", 0, 2, again + dead_letter(6, b"", at=5))
    assert sink.batch()["dead_letters"] == 2
    found = sorted((row[2], row[3]) for row in sink.rows("quarantine") if row[3] is not None)
    assert found == [(place(5), "[1]"), (place(5), "no"), (place(6), "")]
    assert len(sink.rows("quarantine")) == 4


def test_the_chain_is_read_on_from_where_it_was_left(sink: SinkBucket) -> None:
    for start in (0, 9, 10, 200):
        sink.put("dead-letters", 0, start, dead_letter(start))
    sink.put("dead-letters", 11, 3, dead_letter(500))
    assert sink.batch()["dead_letters"] == 5
    before = sink.commits("quarantine"), sink.rows("quarantine")
    assert before[0] == 5
    assert sink.batch()["dead_letters"] == 0
    assert (sink.commits("quarantine"), sink.rows("quarantine")) == before
    sink.put("dead-letters", 0, 201, dead_letter(201))
    assert sink.batch()["dead_letters"] == 1
    assert offsets(sink) == [0, 9, 10, 200, 201, 500]


def test_an_object_that_brings_nothing_new_is_taken_too(sink: SinkBucket) -> None:
    sink.put("dead-letters", 0, 0, dead_letter(5))
    sink.put("dead-letters", 0, 1, dead_letter(5, at=1) + b"\n")
    sink.put("dead-letters", 0, 2, b"")
    assert sink.batch()["dead_letters"] == 1
    table = sink.tables.open("quarantine")
    assert table.transaction_version("pinterest.dead-letters-0") == 3
    assert table.get_add_actions().num_rows == 1
    before = sink.commits("quarantine")
    assert sink.batch()["dead_letters"] == 0
    assert sink.commits("quarantine") == before


def test_keys_of_another_form_are_named(sink: SinkBucket, capsys: pytest.CaptureFixture[str]) -> None:
    sink.bucket.write(f"topics/{TOPIC}/notes.txt", dead_letter(1))
    assert sink.batch()["dead_letters"] == 0
    assert f"topics/{TOPIC}/notes.txt is not named like an object of dead-letter records" in capsys.readouterr().err


def test_an_object_that_goes_away_meanwhile(
    sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = sink.put("dead-letters", 0, 0, dead_letter(0))
    sink.put("dead-letters", 0, 1, dead_letter(1))
    sink.put("dead-letters", 1, 0, dead_letter(2))

    def list_and_remove(*arguments: Any) -> Any:
        found = list_raw_files(*arguments)
        sink.delete(first)
        return found

    with monkeypatch.context() as patch:
        patch.setattr("table_engine.dead_letters.list_raw_files", list_and_remove)
        assert sink.batch()["dead_letters"] == 1
    assert f"{first} is gone or has changed" in capsys.readouterr().err
    assert sink.batch()["dead_letters"] == 1
    assert offsets(sink) == [1, 2]


@pytest.mark.parametrize(
    ("part", "rows"),
    [("dead_letters.read_dead_letters", [1, 1, 1, 0]), ("batch.clean_files", [0, 0, 0, 1])],
)
def test_dead_letters_and_feeds_do_not_stop_each_other(
    sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, part: str, rows: list[int]
) -> None:
    for feed, key in (("pin", "index"), ("geo", "ind"), ("user", "ind")):
        sink.put(feed, 0, 0, jsonl({key: 1}))
    sink.put("dead-letters", 0, 0, dead_letter(0))

    def broken(*_: object) -> Any:
        raise OSError("not today")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="today"):
        patch.setattr(f"table_engine.{part}", broken)
        sink.batch()
    assert [len(sink.rows(table)) for table in ("pin", "geo", "user", "quarantine")] == rows
    sink.batch()
    assert [len(sink.rows(table)) for table in ("pin", "geo", "user", "quarantine")] == [1, 1, 1, 1]
