"""Bytes of a raw file to lines that can be cleaned; lines that are no text are set aside with the reason.

A line ends at a line feed only; a carriage return before it is no part of the line. A byte order mark at the start of a
file is dropped. What is not UTF-8, holds a control character that can stand nowhere in JSON, or is longer than
LONGEST_LINE can be no record: it is kept, readably, as a broken line.
"""

from __future__ import annotations

import re
from codecs import utf_8_decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

#: The longest line in bytes that is cleaned. Kafka's default limit of a record is 1 MiB.
LONGEST_LINE = 16 * 1024 * 1024

#: Of a line that is no text at most this many bytes are kept in quarantine; the raw file has the rest.
KEPT_OF_A_BROKEN_LINE = 2 * 1024 * 1024

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Neither may stand in JSON, and DuckDB's line reader takes one for a field's end and stumbles over the other.
_FORBIDDEN = (b"\x00", b"\x01")
# Far more than a character's four bytes, so that a part always has a whole one.
_PART_BYTES = 32 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class BrokenLine:
    """A line that is no text. `number` counts from 0 in its piece."""

    number: int
    raw_text: str
    reason: str


@dataclass(frozen=True)
class Piece:
    """Whole lines, each ended by a line feed, valid UTF-8. A broken line is left as an empty one."""

    data: bytes
    lines: int
    broken: list[BrokenLine] = field(default_factory=list)


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cuts a file's chunks again so that each ends with a line feed, the last line of the file too.

    Of a line longer than LONGEST_LINE only its beginning is held: one byte more than the limit, by which it is found.
    """
    rest: list[bytes] = []
    held = 0
    at_start = True
    for chunk in chunks:
        if at_start and (chunk or rest):
            # The mark may be cut in two by a chunk's end.
            chunk = b"".join(rest) + chunk
            rest, held = [], 0
            if len(chunk) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(chunk):
                rest, held = [chunk], len(chunk)
                continue
            chunk = chunk.removeprefix(BYTE_ORDER_MARK)
            at_start = False
        end = chunk.rfind(b"\n") + 1
        if end == 0:
            if held <= LONGEST_LINE:
                rest.append(chunk)
                held += len(chunk)
            continue
        yield b"".join((*rest, chunk[:end]))
        rest, held = [chunk[end:]], len(chunk) - end
    last = b"".join(rest)
    if last and not (at_start and last == BYTE_ORDER_MARK):
        yield last + b"\n"


def to_piece(data: bytes) -> Piece:
    """Checks whole lines. Almost always they pass as they are, without a copy."""
    lines = data.count(b"\n")
    plain = b"\r" not in data and not any(byte in data for byte in _FORBIDDEN) and len(data) <= LONGEST_LINE
    if plain and (data.isascii() or _is_utf8(data)):
        return Piece(data, lines)
    good: list[bytes] = []
    broken: list[BrokenLine] = []
    for number, ended in enumerate(data.split(b"\n")[:-1]):
        line = without_end(ended)
        problem = line_problem(line)
        if problem is not None:
            broken.append(BrokenLine(number, readable(line), problem))
            line = b""
        good.append(to_text(line))
    return Piece(b"\n".join((*good, b"")), lines, broken)


def without_end(line: bytes) -> bytes:
    """The line without a carriage return at its end."""
    return line.removesuffix(b"\r")


def to_text(line: bytes) -> bytes:
    """The line as it is cleaned, and kept when it is refused: with tabs for carriage returns.

    Between values a carriage return is white space as a tab is; in a string neither may stand.
    """
    return line.replace(b"\r", b"\t")


def line_problem(line: bytes) -> str | None:
    """Why a line is no text that could be JSON; None when it may be."""
    if len(line) > LONGEST_LINE:
        return f"not JSON that can be read: the line is longer than {LONGEST_LINE} bytes; the raw file has it whole"
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not JSON: byte {error.start} of the line (0x{line[error.start]:02x}) is not UTF-8"
    for byte in _FORBIDDEN:
        if byte in line:
            return f"not JSON: byte {line.index(byte)} of the line is the control character 0x{byte[0]:02x}"
    return None


def readable(line: bytes) -> str:
    """The line as text: what is not UTF-8 and control characters as backslash escapes, the rest as it is."""
    text = line[:KEPT_OF_A_BROKEN_LINE].decode("utf-8", errors="backslashreplace")
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8. In small parts: the text, which is not needed, stays in the processor's cache."""
    view = memoryview(data)
    place = 0
    try:
        while place < len(data):
            part = view[place : place + _PART_BYTES]
            place += utf_8_decode(part, "strict", place + len(part) == len(data))[1]
    except UnicodeDecodeError:
        return False
    return True
