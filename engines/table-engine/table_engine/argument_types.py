"""The types of the command line's arguments. Each refuses with a sentence that says what is expected."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import datetime, timezone

from table_engine.errors import TableEngineError
from table_engine.feeds import check_user_id


def bucket(text: str) -> str:
    """A bucket's name."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text):
        raise ArgumentTypeError(f"{text!r} is no bucket name; expected 3 to 63 of a-z, 0-9, '.' and '-'")
    return text


def user_id(text: str) -> str:
    """A prefix of topics, streams and tables."""
    try:
        return check_user_id(text)
    except TableEngineError as error:
        raise ArgumentTypeError(str(error)) from error


def memory(text: str) -> str:
    """An amount of memory in DuckDB's terms."""
    if not re.fullmatch(r"[1-9][0-9]*(\.[0-9]+)?\s*(MB|GB|MiB|GiB)", text):
        raise ArgumentTypeError(f"{text!r} is no amount of memory; expected for example 500MB or 2GB")
    return text


def threads(text: str) -> int:
    """A number of threads."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text):
        raise ArgumentTypeError(f"{text!r} is no number of threads; expected 1 to 999")
    return int(text)


def commits(text: str) -> int:
    """A number of commits."""
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise ArgumentTypeError(f"{text!r} is no number of commits; expected 1 to 9999")
    return int(text)


def moment(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text!r} is no time ({error}); expected ISO 8601, for example 2026-01-31T12:00:00Z"
        ) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)
