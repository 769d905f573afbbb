"""Cleaning as a function of lines, for any lines."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from table_engine.cleaning import LineCleaner, Reject
from table_engine.duckdb_session import open_session
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.sink_bucket import fetch
from tests.sweeps import amount


def clean(
    session: duckdb.DuckDBPyConnection, feed: str, lines: list[bytes]
) -> tuple[duckdb.DuckDBPyRelation, list[Reject]]:
    """The clean rows in the order of the lines, and the rejects."""
    rejects = LineCleaner(session, load_feeds()[feed]).clean(lines)
    columns = ", ".join(f'"{name}"' for name in load_feeds()[feed].column_names)
    return session.sql(f"SELECT {columns} FROM cleaned_lines_{feed} ORDER BY position"), rejects


@cache
def shared_session() -> duckdb.DuckDBPyConnection:
    return open_session(Path(tempfile.gettempdir()) / "none", "500MB", 1)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2)
)


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def records(feed: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(load_feeds()[feed].source, VALUES))


@settings(max_examples=amount(12, 40), deadline=None)
@given(st.sampled_from(FEED_NAMES), st.lists(st.binary(max_size=60) | st.text(max_size=60).map(encoded), max_size=6))
def test_nothing_is_dropped_and_nothing_stops(feed: str, lines: list[bytes]) -> None:
    rows, rejects = clean(shared_session(), feed, lines)
    blank = sum(not line.strip(b" \t\r\n") for line in lines)
    assert len(fetch(rows)) + len(rejects) + blank == len(lines)
    assert len({reject.position for reject in rejects}) == len(rejects)
    assert all(reject.reason for reject in rejects)


@settings(max_examples=amount(20, 60), deadline=None)
@given(st.data())
def test_any_values_give_a_row_of_the_right_post_or_a_reason(data: st.DataObject) -> None:
    feed = load_feeds()[data.draw(st.sampled_from(FEED_NAMES))]
    given_records = data.draw(st.lists(records(feed.name), min_size=1, max_size=5))
    numbered = [{**record, feed.row_number: number} for number, record in enumerate(given_records)]
    rows, rejects = clean(shared_session(), feed.name, [json.dumps(record).encode() for record in numbered])
    clean_numbers = [row[0] for row in fetch(rows)]
    assert sorted(clean_numbers + [reject.position for reject in rejects]) == list(range(len(numbered)))
    for reject in rejects:
        assert reject.reason.startswith("not JSON") or reject.reason.split(":")[0] in feed.source


def test_rows_keep_the_order_and_rejects_their_positions(session: duckdb.DuckDBPyConnection) -> None:
    rows, rejects = clean(session, "user", [b'{"ind":5}', b"", b"\xff", b" \t\r", b'{"ind":4}', b"[]"])
    assert fetch(rows) == [(5, None, None, None), (4, None, None, None)]
    assert rejects == [
        Reject(2, "\\xff", "not JSON: byte 0 of the line (0xff) is not UTF-8"),
        Reject(5, "[]", "not a JSON object but an array"),
    ]


def test_no_lines(session: duckdb.DuckDBPyConnection) -> None:
    rows, rejects = clean(session, "pin", [])
    assert (fetch(rows), rejects) == ([], [])


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_columns_and_types_are_those_of_feeds_json(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    names = {
        "INTEGER": "int",
        "BIGINT": "long",
        "VARCHAR": "string",
        "BOOLEAN": "boolean",
        "TIMESTAMP WITH TIME ZONE": "timestamp",
        "VARCHAR[]": "array<string>",
        "DOUBLE[]": "array<double>",
    }
    rows, _ = clean(session, feed, [])
    found = [(name, names[str(type_)]) for name, type_ in zip(rows.columns, rows.types, strict=True)]
    assert found == [(column.name, column.type) for column in load_feeds()[feed].table]
