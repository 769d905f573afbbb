"""Replaces private functions of MiniStack, and fails at start when one is no longer there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class HookError(Exception):
    """MiniStack has not what a hook of ours builds on."""


def require(module: Any, *names: str) -> None:
    """Raises HookError naming what the module lacks."""
    missing = [name for name in names if not hasattr(module, name)]
    if missing:
        raise HookError(
            f"{module.__name__} has no {', '.join(missing)}: the hooks in tools/local-run/ministack/ were written for "
            "ministack 1.5.33. Install that version (npm start does), or adapt the hooks."
        )


def wrap(module: Any, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Puts `wrapper(original)` instead of the module's function."""
    require(module, name)
    setattr(module, name, wrapper(getattr(module, name)))
