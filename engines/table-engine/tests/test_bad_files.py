"""Invalid raw files: nothing stops, and every record ends in a table or in quarantine."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from table_engine import raw_lines
from table_engine.documents import Inspection
from table_engine.inspection import run_inspection
from tests.sink_bucket import USER, SinkBucket, dead_letter

ROW = b'{"ind":%d}'


def outcome(sink: SinkBucket) -> tuple[list[int], list[tuple[int, str, str]]]:
    """The posts in the table, and (line, raw text, reason) in quarantine."""
    rejects = [(int(row[2].rsplit(":", 1)[1]), row[3], row[4]) for row in sink.rows("quarantine")]
    return [row[0] for row in sink.rows("user")], sorted(rejects)


@pytest.mark.parametrize(
    ("content", "posts", "rejects"),
    [
        (b"", [], []),
        (b"\n\n \t\n\r\n", [], []),
        (b"\xef\xbb\xbf", [], []),
        (b'{"ind":1}', [1], []),
        (b'\xef\xbb\xbf{"ind":1}\r\n\r\n{"ind":2}\r\n', [1, 2], []),
        (b'\n{"ind":1}\n\n{"ind":2', [1], [(3, '{"ind":2', "not JSON")]),
        (b'{"ind":1}\n\xff\xfe{\n{"ind":2}\n', [1, 2], [(1, "\\xff\\xfe{", "0xff) is not UTF-8")]),
        (b'{"ind":1,"first_name":"\\ud800"}\n{"ind":2}\n', [2], [(0, '{"ind":1,"first_name":"\\ud800"}', "surrogate")]),
        (b'{"ind":1,"first_name":"\\u0000"}\n', [1], []),
        # The reader's delimiter is the byte 1, not these four characters.
        (b'{"ind":1,"first_name":"\\\\x01"}\n\\x01\n', [1], [(1, "\\x01", "not JSON")]),
        (b'{"ind":1}\x01\n', [], [(0, '{"ind":1}\\x01', "control character 0x01")]),
        (b'{"ind":1}\x00\n{"ind":2}\n', [2], [(0, '{"ind":1}\\x00', "control character 0x00")]),
        (b'{"ind":1,\r"age":2}\n', [1], []),
        (b'{"ind":1,"first_name":"a\rb"}\n', [], [(0, '{"ind":1,"first_name":"a\tb"}', "not JSON")]),
        (b'"\n\'\n#\n,\n\\N\nNULL\n', [], [(0, '"', "not"), (1, "'", "not"), (2, "#", "not"), (3, ",", "not"),
                                         (4, "\\N", "not"), (5, "NULL", "not")]),
        (b'[{"ind":1}]\n{"ind":2}{"ind":3}\n', [], [(0, '[{"ind":1}]', "an array"),
                                                    (1, '{"ind":2}{"ind":3}', "not JSON")]),
        (b"a\x0bb\x1b\n", [], [(0, "a\x0bb\x1b", "not JSON")]),
        (b"\xc2\x85\n\xe2\x80\xa8\n", [], [(0, "\x85", "not JSON"), (1, "\u2028", "not JSON")]),
    ],
)  # fmt: skip
def test_bad_bytes(sink: SinkBucket, content: bytes, posts: list[int], rejects: list[tuple[int, str, str]]) -> None:
    sink.put("user", 0, 0, content)
    sink.put("user", 0, 900, b'{"ind":99}\n')
    report = sink.batch()["feeds"]["user"]
    found_posts, found_rejects = outcome(sink)
    assert found_posts == [*posts, 99]
    assert [reject[:2] for reject in found_rejects] == [reject[:2] for reject in rejects]
    for (_, _, reason), (_, _, part) in zip(found_rejects, rejects, strict=True):
        assert part in reason
    assert (report["files"], report["lines"], report["rejects"]) == (2, len(posts) + len(rejects) + 1, len(rejects))


def test_a_line_of_ten_megabytes(sink: SinkBucket) -> None:
    name = b"x" * 10_000_000
    long = b'{"ind":1,"first_name":"A","last_name":"' + name + b'"}\n'
    sink.put("user", 0, 0, long + b'{"ind":2}\n{"ind":3,"age":"' + name + b'"}\n')
    sink.batch()
    assert [(row[0], len(row[1] or "")) for row in sink.rows("user")] == [(1, 10_000_002), (2, 0)]
    (reject,) = sink.rows("quarantine")
    assert len(reject[3]) == 10_000_018
    assert len(reject[4]) < 300


def test_a_line_over_the_limit_keeps_its_beginning(sink: SinkBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_lines, "KEPT_OF_A_BROKEN_LINE", 30)
    long = b'{"ind":1,"first_name":"' + b"x" * (raw_lines.LONGEST_LINE + 5) + b'"}\n'
    sink.put("user", 0, 0, b'{"ind":5}\n' + long + b'{"ind":6}\n')
    sink.batch()
    posts, rejects = outcome(sink)
    assert posts == [5, 6]
    assert [(line, len(raw)) for line, raw, _ in rejects] == [(1, 30)]
    assert "longer than 16777216 bytes" in rejects[0][2]


def test_many_broken_lines(sink: SinkBucket) -> None:
    sink.put("user", 0, 0, b"".join(b'\xff%d\n{"ind":%d}\n' % (n, n) for n in range(3000)))
    report = sink.batch()["feeds"]["user"]
    assert (report["rows"], report["rejects"]) == (3000, 3000)
    assert {(line, raw) for line, raw, _ in outcome(sink)[1]} == {(2 * n, f"\\xff{n}") for n in range(3000)}


def test_many_tiny_files(sink: SinkBucket) -> None:
    for n in range(300):
        sink.put("user", n % 3, n, ROW % n + b"\nbad\n")
    report = sink.batch()["feeds"]["user"]
    assert (report["files"], report["rows"], report["rejects"]) == (300, 300, 300)
    assert {line for line, *_ in outcome(sink)[1]} == {1}


def test_objects_whose_names_no_raw_file_can_have(
    sink: SinkBucket, session: duckdb.DuckDBPyConnection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sink.put("user", 0, 0, b'{"ind":1}\n')
    sink.put("dead-letters", 0, 0, dead_letter(7))
    before = run_batch_and_inspection(sink, session, tmp_path)
    strange = [
        sink.put(topic, partition, start, b'{"ind":2}\n')
        for topic in ("user", "dead-letters")
        for partition, start in ((0, 10**20 - 1), (99_999_999_999, 0))
    ]
    capsys.readouterr()
    assert run_batch_and_inspection(sink, session, tmp_path) == before
    warned = capsys.readouterr().err
    assert all(f"{key} is not named like" in warned for key in strange)
    assert [row[0] for row in sink.rows("user")] == [1]


def run_batch_and_inspection(sink: SinkBucket, session: duckdb.DuckDBPyConnection, folder: Path) -> Inspection:
    sink.batch()
    return run_inspection(session, sink.bucket, USER, folder)
