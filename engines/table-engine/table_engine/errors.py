"""Errors as the user sees them: a sentence, without a stack trace."""

import re


class TableEngineError(Exception):
    """Something the user can fix. The message says what was wrong, what was expected and how to fix it."""


def describe(error: Exception) -> str:
    """The name and the message of a library's error, without the colour codes that delta-rs always puts in."""
    return re.sub(r"\x1b\[[0-9;]*m", "", f"{type(error).__name__}: {error}")
