from __future__ import annotations

import time

import pytest
from conftest import Emulator, Mapping
from ministack.services import lambda_svc  # type: ignore[import-untyped]

#: Longer than any test.
WINDOW = 300


@pytest.fixture
def collecting(mapping: Mapping) -> Mapping:
    """A mapping with batches of two records and a window."""
    lambda_svc._esms["m"]["MaximumBatchingWindowInSeconds"] = WINDOW
    return mapping


def test_the_first_record_is_not_waited_with(emulator: Emulator, collecting: Mapping) -> None:
    emulator.put("a")
    collecting.poll()
    assert collecting.seen == ["a"]


def test_records_of_the_window_are_one_batch(
    emulator: Emulator, collecting: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.put("a")
    collecting.poll()
    for text in "bc":
        emulator.put(text)
        collecting.poll()
    assert collecting.seen == ["a"]
    ended = time.time() + WINDOW
    monkeypatch.setattr(time, "time", lambda: ended)
    collecting.poll()
    assert collecting.batches == [["a"], ["b", "c"]]


def test_a_full_batch_is_followed_by_the_next_at_once(emulator: Emulator, collecting: Mapping) -> None:
    emulator.put(*"abcde")
    collecting.poll()
    assert collecting.batches == [["a", "b"], ["c", "d"], ["e"]]


def test_a_failure_is_waited_for_as_before(emulator: Emulator, collecting: Mapping) -> None:
    collecting.fails = True
    emulator.put("a")
    collecting.poll()
    pause = lambda_svc._esm_backoff_until["m"] - time.time()
    assert 0 < pause <= lambda_svc._ESM_BACKOFF_SECONDS < WINDOW


def test_without_a_window_nothing_is_waited_for(emulator: Emulator, mapping: Mapping) -> None:
    for text in "ab":
        emulator.put(text)
        mapping.poll()
    assert mapping.batches == [["a"], ["b"]]
