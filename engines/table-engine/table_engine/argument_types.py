"""The types of the command line's arguments. Each refuses with a sentence that says what is expected."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar

from table_engine.errors import TableEngineError
from table_engine.feeds import check_user_id

Value = TypeVar("Value")


def _matching(pattern: str, what: str, expected: str, convert: Callable[[str], Value]) -> Callable[[str], Value]:
    def check(text: str) -> Value:
        if not re.fullmatch(pattern, text):
            raise ArgumentTypeError(f"{text!r} is no {what}; expected {expected}")
        return convert(text)

    return check


#: A bucket's name.
bucket = _matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "bucket name", "3 to 63 of a-z, 0-9, '.' and '-'", str)

#: An amount of memory in DuckDB's terms.
memory = _matching(r"[1-9][0-9]*(\.[0-9]+)?\s*(MB|GB|MiB|GiB)", "amount of memory", "for example 500MB or 2GB", str)

#: A number of threads.
threads = _matching(r"[1-9][0-9]{0,2}", "number of threads", "1 to 999", int)

#: A number of commits.
commits = _matching(r"[1-9][0-9]{0,3}", "number of commits", "1 to 9999", int)

#: A number of records.
records = _matching(r"[0-9]{1,4}", "number of records", "0 to 9999", int)

#: A row number.
row_number = _matching(r"-?[0-9]{1,10}", "row number", "an integer of at most 10 digits", int)
#: A number of rows.
rows = _matching(r"[1-9][0-9]{0,6}", "number of rows", "1 to 9999999", int)


def user_id(text: str) -> str:
    """A prefix of topics, streams and tables."""
    try:
        return check_user_id(text)
    except TableEngineError as error:
        raise ArgumentTypeError(str(error)) from error


def moment(text: str) -> datetime:
    """A time in ISO 8601; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError as error:
        raise ArgumentTypeError(
            f"{text!r} is no time ({error}); expected ISO 8601, for example 2026-01-31T12:00:00Z"
        ) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)
