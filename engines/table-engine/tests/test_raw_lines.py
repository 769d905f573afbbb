"""Bytes of raw files to lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_engine import raw_lines
from table_engine.raw_lines import BrokenLine, line_problem, readable, to_piece, whole_lines


def test_clean_bytes_pass_untouched() -> None:
    data = '{"a":"é😀"}\n\n{"b":1}\n'.encode()
    assert to_piece(data).data is data
    assert to_piece(data).lines == 3


@pytest.mark.parametrize("shift", range(5))
def test_characters_that_stand_over_the_edge_of_a_part(shift: int) -> None:
    text = b"a" * shift + "é😀".encode() * 20_000 + b"\n"
    assert to_piece(text).data is text
    broken = to_piece(text[: 3 * 32 * 1024] + b"\n").broken
    assert [line.number for line in broken] == ([] if _ends_whole(text[: 3 * 32 * 1024]) else [0])
    assert to_piece(text[:-2] + b"\n" + text).broken[0].number == 0


def _ends_whole(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_broken_lines_are_set_aside_and_the_others_keep_their_place() -> None:
    piece = to_piece(b"a\r\n\xff\xfe\nb\x00c\nd\x01\n \rx\n")
    assert piece.data == b"a\n\n\n\n \tx\n"
    assert piece.lines == 5
    assert piece.broken == [
        BrokenLine(1, "\\xff\\xfe", "not JSON: byte 0 of the line (0xff) is not UTF-8"),
        BrokenLine(2, "b\\x00c", "not JSON: byte 1 of the line is the control character 0x00"),
        BrokenLine(3, "d\\x01", "not JSON: byte 1 of the line is the control character 0x01"),
    ]


def test_a_surrogate_in_bytes_is_no_text() -> None:
    assert line_problem(b'{"a":"\xed\xa0\x80"}') == "not JSON: byte 6 of the line (0xed) is not UTF-8"
    assert readable(b"\xed\xa0\x80\x1b[0m\t\x7f") == "\\xed\\xa0\\x80\\x1b[0m\t\\x7f"


def test_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_lines, "LONGEST_LINE", 20)
    monkeypatch.setattr(raw_lines, "KEPT_OF_A_BROKEN_LINE", 5)
    pieces = [to_piece(data) for data in whole_lines([b"ab", b"x" * 19, b"y" * 30, b"z" * 30, b"\nlast"])]
    assert b"".join(piece.data for piece in pieces) == b"\nlast\n"
    assert [bad.raw_text for piece in pieces for bad in piece.broken] == ["abxxx"]
    assert "longer than 20 bytes" in pieces[0].broken[0].reason


def test_only_a_file_s_first_byte_order_mark_is_dropped() -> None:
    assert b"".join(whole_lines([b"\xef", b"\xbb", b"\xbfa\n\xef\xbb\xbfb"])) == b"a\n\xef\xbb\xbfb\n"
    assert list(whole_lines([b"\xef\xbb\xbf"])) == []
    assert list(whole_lines([b"\xef\xbb"])) == [b"\xef\xbb\n"]
    assert list(whole_lines([])) == []
    assert list(whole_lines([b""])) == []


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_how_a_file_is_cut_does_not_matter(content: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    chunks = [content[a:b] for a, b in pairwise(places)]
    body = content.removeprefix(b"\xef\xbb\xbf")
    expected = body + b"\n" if body and not body.endswith(b"\n") else body
    found = list(whole_lines(chunks))
    assert b"".join(found) == expected
    assert all(data.endswith(b"\n") for data in found)


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8))
def test_every_line_is_kept_in_its_place_or_set_aside(lines: list[bytes]) -> None:
    piece = to_piece(b"".join(line + b"\n" for line in lines))
    kept = piece.data.split(b"\n")[:-1]
    assert len(kept) == piece.lines == len(lines)
    broken = {bad.number for bad in piece.broken}
    for number, (line, result) in enumerate(zip(lines, kept, strict=True)):
        if number in broken:
            assert result == b""
        else:
            assert result == line.removesuffix(b"\r").replace(b"\r", b"\t")
            result.decode("utf-8")
