"""Sweeps over every write, or every case: a sample of them by a seed, or, with TESTS_EXHAUSTIVE set, all of them.

Tests that draw examples, or repeat one thing often, take `amount`s: fewer usually, the whole in an exhaustive run.

TESTS_SEED (1) chooses the sample, which pytest prints. `npm test` draws a seed; `npm run test:exhaustive` takes all.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

IS_EXHAUSTIVE = bool(os.environ.get("TESTS_EXHAUSTIVE"))
SEED = int(os.environ.get("TESTS_SEED") or 1)

#: What a failed run is repeated by.
DESCRIPTION = "sweeps: whole" if IS_EXHAUSTIVE else f"sweeps: a sample by TESTS_SEED={SEED}"


def amount(usual: int, whole: int) -> int:
    """How many examples or records a test takes: `usual`, or `whole` in an exhaustive run."""
    return whole if IS_EXHAUSTIVE else usual


def sample(sweep: str, cases: Sequence[T], size: int) -> list[T]:
    """`size` of the cases, in their order; all of them in an exhaustive run. `sweep` names the sweep."""
    if IS_EXHAUSTIVE or size >= len(cases):
        return list(cases)
    chosen = sorted(random.Random(f"{SEED} {sweep}").sample(range(len(cases)), size))
    return [cases[number] for number in chosen]
