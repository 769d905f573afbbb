"""The journal of MiniStack's Kinesis: a file to which everything that must outlive a `kill -9` is appended.

A line is a JSON document with `at`, a sequence number that orders the lines, `key` (account, region, stream name), and
either `records` (`[[shard, sequence number, arrival, partition key, data], ...]`), `stream` (the stream without its
records) or `deleted`. Lines are handed to the operating system before the response. They are not forced to the disk:
they have to survive the end of the process only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


class JournalError(Exception):
    """The journal has a line that cannot be read, and more after it."""


class StreamJournal:
    """An append-only file of JSON lines."""

    def __init__(self, file: Path) -> None:
        """Nothing is opened until the first append."""
        self._file = file
        self._descriptor: int | None = None

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines that are there. One at the end that was cut off by a kill is left out.

        Raises JournalError for one that cannot be read anywhere else.
        """
        if not self._file.exists():
            return
        with self._file.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise JournalError(
                        f"Line {number} of {self._file} is no JSON document. Delete the file to continue without the "
                        "records that are in the streams."
                    ) from error

    def append(self, line: dict[str, Any]) -> None:
        """Adds a line, whole or not at all. Raises OSError when the disk is full."""
        if self._descriptor is None:
            self._descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        start = os.fstat(self._descriptor).st_size
        data = memoryview(_encode(line))
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            os.ftruncate(self._descriptor, start)
            raise

    def rewrite(self, lines: Iterable[dict[str, Any]]) -> None:
        """Replaces the file by these lines in one step."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        with draft.open("wb") as file:
            for line in lines:
                file.write(_encode(line))
        draft.replace(self._file)


def _encode(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
