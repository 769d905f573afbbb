"""Sequence numbers that look like Amazon's and only ever grow, also when the clock is set back or MiniStack restarts.

Amazon's have 56 digits and begin with 49. MiniStack's own begin with zeros, which a client that reads them as numbers
does not give back, while MiniStack compares them as texts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from hooking import wrap
from ministack.services import kinesis  # type: ignore[import-untyped]

DIGITS = 56
_FIRST = 49 * 10 ** (DIGITS - 2)

_lock = threading.Lock()
_last = 0


def install() -> None:
    """Hooks the function that issues sequence numbers."""
    wrap(kinesis, "_next_sequence_number", _growing)


def not_before(number: str) -> None:
    """Makes every later number greater than this one."""
    global _last
    with _lock:
        _last = max(_last, int(number))


def last() -> str:
    """The newest number issued; zeros at first."""
    return f"{_last:0{DIGITS}d}"


def _growing(original: Callable[[], str]) -> Callable[[], str]:
    def following() -> str:
        global _last
        with _lock:
            _last = max(_FIRST + int(original()), _last + 1)
            return f"{_last:0{DIGITS}d}"

    return following
