"""Fetches raw files as parts of whole lines in source order: adjacent small files together, a large one in many."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from table_engine.raw_files import RawFile
from table_engine.raw_lines import Piece, to_piece, whole_lines
from table_engine.storage import CHUNK_BYTES, Bucket, ObjectChangedError

#: Adjacent files become one part up to as many bytes: a check, a write and a task of a thread for each file cost more
#: than its lines when it is small.
PART_BYTES = 4 * 1024 * 1024

# More would be fetched one after the other for too long where a request takes tens of milliseconds.
_PART_FILES = 8

# Parts that are fetched at the same time, ahead of need.
_AHEAD = 16
_AHEAD_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Segment:
    """Adjacent lines of one file: the row where they begin in a part or a group, and the line in the file."""

    first_row: int
    key: str
    first_line: int


@dataclass(frozen=True)
class Part:
    """Adjacent lines of one large file, or all lines of adjacent small ones.

    The rows of `segments` count from 0 in the part. `changed` are the files whose lines are left out of it, because
    they are gone or have another content than when they were listed.
    """

    piece: Piece
    segments: list[Segment]
    changed: list[RawFile]


def raw_parts(bucket: Bucket, files: Iterable[RawFile], part_bytes: int = PART_BYTES) -> Iterator[Part]:
    """The files' lines in the order given: small files are fetched ahead by threads, large ones streamed in turn."""
    waiting: deque[tuple[list[RawFile], Future[Part] | None]] = deque()
    with closing(_Ahead(_AHEAD)) as ahead:
        for adjacent in _adjacent(files, part_bytes):
            is_large = adjacent[0].size > CHUNK_BYTES
            waiting.append((adjacent, None if is_large else ahead.submit(_small_files, bucket, adjacent)))
            while len(waiting) > _AHEAD or sum(_size(fetched) for fetched, future in waiting if future) > _AHEAD_BYTES:
                first, future = waiting.popleft()
                yield from _large_file(bucket, first[0]) if future is None else [future.result()]
        for first, future in waiting:
            yield from _large_file(bucket, first[0]) if future is None else [future.result()]


def _adjacent(files: Iterable[RawFile], part_bytes: int) -> Iterator[list[RawFile]]:
    """The files in order, small ones together."""
    found: list[RawFile] = []
    for file in files:
        if found and (len(found) == _PART_FILES or _size(found) + file.size > part_bytes):
            yield found
            found = []
        found.append(file)
    if found:
        yield found


def _size(files: list[RawFile]) -> int:
    return sum(file.size for file in files)


def _small_files(bucket: Bucket, files: list[RawFile]) -> Part:
    """All lines of the files, fetched one after the other."""
    contents: list[bytes] = []
    segments: list[Segment] = []
    changed: list[RawFile] = []
    row = 0
    for file in files:
        try:
            content = b"".join(whole_lines([bucket.content(file.key, file.etag)]))
        except ObjectChangedError:
            changed.append(file)
            continue
        if content:
            contents.append(content)
            segments.append(Segment(row, file.key, 0))
            row += content.count(b"\n")
    return Part(to_piece(b"".join(contents)), segments, changed)


def _large_file(bucket: Bucket, file: RawFile) -> Iterator[Part]:
    """The lines of a file as they arrive."""
    line = 0
    try:
        for data in whole_lines(bucket.read(file.key, file.etag)):
            piece = to_piece(data)
            yield Part(piece, [Segment(0, file.key, line)], [])
            line += piece.lines
    except ObjectChangedError:
        yield Part(to_piece(b""), [], [file])


class _Ahead(ThreadPoolExecutor):
    def close(self) -> None:
        self.shutdown(wait=True, cancel_futures=True)
