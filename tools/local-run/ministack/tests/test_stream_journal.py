from __future__ import annotations

import os
from pathlib import Path

import pytest
from stream_journal import StreamJournal


def test_lines_come_back_in_their_order(tmp_path: Path) -> None:
    journal = StreamJournal(tmp_path / "a.journal")
    assert list(journal.lines()) == []
    for text in ("one", 'two "ü\n'):
        journal.append({"text": text})
    assert [line["text"] for line in journal.lines()] == ["one", 'two "ü\n']


def test_a_rewritten_journal_is_appended_to(tmp_path: Path) -> None:
    journal = StreamJournal(tmp_path / "a.journal")
    journal.append({"n": 1})
    journal.rewrite([{"n": 2}])
    journal.append({"n": 3})
    assert list(journal.lines()) == [{"n": 2}, {"n": 3}]


def test_a_line_that_does_not_fit_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = StreamJournal(tmp_path / "a.journal")
    journal.append({"n": 1})
    write = os.write
    parts = iter([lambda fd, data: write(fd, data[:3])])

    def full(descriptor: int, data: bytes) -> int:
        part = next(parts, None)
        if part is None:
            raise OSError(28, "No space left on device")
        return part(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        journal.append({"n": 2})
    monkeypatch.undo()
    journal.append({"n": 3})
    assert list(journal.lines()) == [{"n": 1}, {"n": 3}]
