"""Whatever is fetched together, each line keeps its place, and a file that changed takes no other with it."""

from __future__ import annotations

import pytest

from table_engine import raw_parts, storage
from table_engine.raw_files import list_raw_files
from table_engine.raw_lines import LONGEST_LINE
from table_engine.raw_parts import Part
from tests.sink_bucket import SinkBucket

CONTENTS = [
    b"a0\na1\n",
    b"",
    b"\xef\xbb\xbfb0\r\nb1",
    b"\n",
    b"c0\n\xff\nc2\n",
    b"gone\n",
    b"replaced\n",
    "d0 ü\n\nd2\n".encode(),
    b"\xef\xbb\xbf",
    b"".join(b"e%d %s\n" % (line, b"x" * 90) for line in range(500)) + b"\x00\n",
    *(b"f%d\n" % file for file in range(20)),
]
LINES = [
    [b"a0", b"a1"], [], [b"b0", b"b1"], [b""], [b"c0", b"", b"c2"], [], [], ["d0 ü".encode(), b"", b"d2"], [],
    [*(b"e%d %s" % (line, b"x" * 90) for line in range(500)), b""], *([b"f%d" % file] for file in range(20)),
]  # fmt: skip


def places(parts: list[Part]) -> list[tuple[str, int, bytes]]:
    """Key, line in the file and text of each line."""
    found = []
    for part in parts:
        lines = part.piece.data.split(b"\n")[:-1]
        assert len(lines) == part.piece.lines
        assert [segment.first_row for segment in part.segments] == sorted({s.first_row for s in part.segments})
        for row, line in enumerate(lines):
            segment = [segment for segment in part.segments if segment.first_row <= row][-1]
            found.append((segment.key, row - segment.first_row + segment.first_line, line))
    return found


@pytest.mark.parametrize("part_bytes", [1, 20, 60_000, raw_parts.PART_BYTES])
@pytest.mark.parametrize("streamed_from", [1000, storage.CHUNK_BYTES])
def test_every_line_keeps_its_place(
    sink: SinkBucket, monkeypatch: pytest.MonkeyPatch, part_bytes: int, streamed_from: int
) -> None:
    keys = [sink.put("user", 0, number * 1000, content) for number, content in enumerate(CONTENTS)]
    files, _ = list_raw_files(sink.bucket, "pinterest.user")
    sink.delete(keys[5])
    sink.put("user", 0, 6000, b"other\n")
    for module in (storage, raw_parts):
        monkeypatch.setattr(module, "CHUNK_BYTES", streamed_from)
    parts = list(raw_parts.raw_parts(sink.bucket, files, part_bytes))
    assert places(parts) == [
        (key, number, line) for key, lines in zip(keys, LINES, strict=True) for number, line in enumerate(lines)
    ]
    assert [file.key for part in parts for file in part.changed] == keys[5:7]
    broken = [bad.raw_text for part in parts for bad in part.piece.broken]
    assert broken == ["\\xff", "\\x00"]


def test_parts_are_bounded_by_files_and_bytes(sink: SinkBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        sink.put("user", 0, number, b"x" * 99 + b"\n")
    files, _ = list_raw_files(sink.bucket, "pinterest.user")
    assert [part.piece.lines for part in raw_parts.raw_parts(sink.bucket, files)] == [8, 8, 4]
    assert [part.piece.lines for part in raw_parts.raw_parts(sink.bucket, files, 350)] == [3] * 6 + [2]
    # A joined part is checked as one piece; were it longer than a line may be, it would be checked line by line.
    assert raw_parts.PART_BYTES <= LONGEST_LINE
    monkeypatch.setattr(raw_parts, "_AHEAD_BYTES", 0)
    assert sum(part.piece.lines for part in raw_parts.raw_parts(sink.bucket, files)) == 20
