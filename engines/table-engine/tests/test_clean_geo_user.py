"""The rules of the feeds geo and user."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from table_engine.cleaning import clean
from table_engine.feeds import load_feeds
from tests.sink_bucket import fetch


def outcome(session: duckdb.DuckDBPyConnection, feed: str, record: object) -> tuple[Any, ...] | str:
    """The clean row, or the reason."""
    rows, rejects = clean(session, load_feeds()[feed], [json.dumps(record)])
    found = fetch(rows)
    assert len(found) + len(rejects) == 1
    return found[0] if found else rejects[0].reason


def test_whole_records(session: duckdb.DuckDBPyConnection) -> None:
    geo = {"ind": 3, "timestamp": "2018-03-28T08:15:15", "latitude": -28.5, "longitude": "-89.25", "country": "Aruba"}
    assert outcome(session, "geo", geo) == (3, "Aruba", [-28.5, -89.25], "2018-03-28 08:15:15+00")
    user = {"ind": 3, "first_name": "Ann", "last_name": "Lee", "age": 20, "date_joined": "2016-01-02 03:04:05"}
    assert outcome(session, "user", user) == (3, "Ann Lee", 20, "2016-01-02 03:04:05+00")
    assert outcome(session, "geo", {"ind": 3}) == (3, None, None, None)
    assert outcome(session, "user", {"ind": 3}) == (3, None, None, None)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2018-03-28T08:15:15", "2018-03-28 08:15:15+00"),
        ("2018-03-28 08:15:15", "2018-03-28 08:15:15+00"),
        ("2018-03-28T08:15:15Z", "2018-03-28 08:15:15+00"),
        ("2018-03-28T08:15:15.5", "2018-03-28 08:15:15.5+00"),
        ("2018-03-28T08:15:15.123456789Z", "2018-03-28 08:15:15.123456+00"),
        ("2018-03-28T00:15:15+02:30", "2018-03-27 21:45:15+00"),
        ("2018-12-31 23:30:00-01:00", "2019-01-01 00:30:00+00"),
        ("2018-03-28T08:15:15+0230", "2018-03-28 05:45:15+00"),
        ("2018-03-28T08:15:15-02", "2018-03-28 10:15:15+00"),
        ("2020-02-29T00:00:00", "2020-02-29 00:00:00+00"),
        ("0001-01-01T00:00:00", "0001-01-01 00:00:00+00"),
        ("9999-12-31T23:59:59", "9999-12-31 23:59:59+00"),
    ],
)
def test_timestamps(session: duckdb.DuckDBPyConnection, text: str, time: str) -> None:
    assert outcome(session, "geo", {"ind": 1, "timestamp": text}) == (1, None, None, time)
    assert outcome(session, "user", {"ind": 1, "date_joined": text}) == (1, None, None, time)


@pytest.mark.parametrize(
    "value",
    [
        "2018-02-30T00:00:00", "2019-02-29T00:00:00", "2018-13-01T00:00:00", "2018-00-01T00:00:00", "2018-03-28",
        "2018-03-28T24:00:00", "2018-03-28T08:60:00", "2018-03-28T08:15:60", "2018-03-28T08:15", "28.03.2018",
        "2018-3-28T08:15:15", " 2018-03-28T08:15:15", "2018-03-28T08:15:15 ", "2018-03-28T08:15:15+24:00",
        "2018-03-28T08:15:15+2:00", "2018-03-28T08:15:15 Europe/Paris", "0000-01-01T00:00:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00", "infinity", "epoch", "now", "", 1522224915, True,
        {"a": 1}, ["2018-03-28T08:15:15"],
    ],
)  # fmt: skip
def test_no_timestamps(session: duckdb.DuckDBPyConnection, value: object) -> None:
    assert "timestamp: expected an ISO 8601" in outcome(session, "geo", {"ind": 1, "timestamp": value})
    assert "date_joined: expected an ISO 8601" in outcome(session, "user", {"ind": 1, "date_joined": value})


@pytest.mark.parametrize(
    ("latitude", "longitude", "coordinates"),
    [
        (90, 180, [90.0, 180.0]), (-90, -180, [-90.0, -180.0]), ("1.5", "2e1", [1.5, 20.0]), (0, -0.0, [0.0, 0.0]),
        (None, None, None), (".5", "5.", [0.5, 5.0]),
    ],
)  # fmt: skip
def test_coordinates(
    session: duckdb.DuckDBPyConnection, latitude: object, longitude: object, coordinates: list[float] | None
) -> None:
    record = {"ind": 1, "latitude": latitude, "longitude": longitude}
    assert outcome(session, "geo", record) == (1, None, coordinates, None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "column"),
    [
        (90.0001, 0, "latitude"), (-91, 0, "latitude"), (0, 180.5, "longitude"), (0, -181, "longitude"),
        ("NaN", 0, "latitude"), (0, "Infinity", "longitude"), ("-inf", 0, "latitude"), ("1e999", 0, "latitude"),
        ("", 0, "latitude"), ("x", 0, "latitude"), (0, "1,5", "longitude"), (True, 0, "latitude"), ([1], 0, "latitude"),
        (0, {"a": 1}, "longitude"), (" 1", 0, "latitude"), ("1_0", 0, "latitude"), ("0x1", 0, "latitude"),
        (1, None, "longitude"), (None, 1, "latitude"),
    ],
)  # fmt: skip
def test_no_coordinates(session: duckdb.DuckDBPyConnection, latitude: object, longitude: object, column: str) -> None:
    found = outcome(session, "geo", {"ind": 1, "latitude": latitude, "longitude": longitude})
    assert isinstance(found, str)
    assert found.startswith(f"{column}: expected a number")


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Ann", "Lee", "Ann Lee"), ("Ann", None, None), (None, "Lee", None), (None, None, None), ("", "Lee", " Lee"),
        (1, True, "1 true"), (" Ann", "Lee ", " Ann Lee "),
    ],
)  # fmt: skip
def test_user_name(session: duckdb.DuckDBPyConnection, first: object, last: object, name: str | None) -> None:
    assert outcome(session, "user", {"ind": 1, "first_name": first, "last_name": last}) == (1, name, None, None)


@pytest.mark.parametrize(("value", "age"), [(20, 20), ("20", 20), (20.0, 20), (0, 0), (-1, -1), (None, None)])
def test_age(session: duckdb.DuckDBPyConnection, value: object, age: int | None) -> None:
    assert outcome(session, "user", {"ind": 1, "age": value}) == (1, None, age, None)


@pytest.mark.parametrize("value", [20.5, "twenty", "", True, [20], {"a": 20}, 2147483648])
def test_no_age(session: duckdb.DuckDBPyConnection, value: object) -> None:
    assert "age: expected a whole number in 32 bits, found" in outcome(session, "user", {"ind": 1, "age": value})


@pytest.mark.parametrize(("feed", "key"), [("geo", "country"), ("user", "first_name"), ("user", "last_name")])
def test_nested_texts(session: duckdb.DuckDBPyConnection, feed: str, key: str) -> None:
    assert outcome(session, feed, {"ind": 1, key: {"a": 1}}) == f"{key}: expected text, found an object"


@pytest.mark.parametrize("feed", ["geo", "user"])
@pytest.mark.parametrize("value", [None, 12.5, "x", True, [1]])
def test_no_row_number(session: duckdb.DuckDBPyConnection, feed: str, value: object) -> None:
    found = outcome(session, feed, {"ind": value})
    assert isinstance(found, str)
    assert found.startswith("no integer row number; ind: expected a whole number in 32 bits, found ")
