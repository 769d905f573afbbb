"""Values beyond the catalogue's (test/catalogue): what a column makes of each, or why it refuses it."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from table_engine.feeds import FEED_NAMES, PROJECT, load_feeds
from tests.catalogue import Outcome
from tests.test_catalogue import outcomes

Cases = list[tuple[Any, Any]]

FOLLOWERS: Cases = [
    ("124K", 124_000), ("3m", 3_000_000), ("1.5M", 1_500_000), ("12345678.999M", 12_345_678_999_000), ("0.5", 1),
    ("2.499", 2), ("123456789.5", 123456790), ("4.35k", 4350), ("1.1k", 1100), ("2.k", 2000), (" 12k ", 12_000),
    ("12 k", 12_000), (842, 842), (842.0, 842), ("1.2345k", 1235), ("842.4", 842), ("007", 7),
    ("9223372036854.775807M", 9223372036854775807), ("99999999999999999999999999M", None), ("1" * 400, None),
    ("", None), (" ", None), ("M", None), ("-5k", None), ("+5", None), ("1,5k", None), ("1.2.3", None),
    ("five", None), ("5kk", None), ("5 000", None), ("1_000", None), ("NaN", None), ("Infinity", None), ([1], None),
    ("5\u0000", None), ("٥", None), ("\u00a05", None), ("5\u2003k", None), ("User Info Error", None),
]  # fmt: skip
TAGS: Cases = [
    ("a,b", ["a", "b"]), (" a , b c ,d", ["a", "b c", "d"]), ("  a  b ,   ,, c  ", ["a  b", "", "", "c"]),
    (" , ,", ["", "", ""]), ("a, \u00a0b\u3000 ,\u00a0c", ["a", "\u00a0b\u3000", "\u00a0c"]), ("a", ["a"]),
    (1.25, ["1.25"]), (True, ["true"]), ("[x", ["[x"]), ("a,N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e,b", None),
]  # fmt: skip
PLACES: Cases = [
    ("Local save in ", ""), ("/data/a", "/data/a"), ("x Local save in /data", "x Local save in /data"),
    ("Local save in Local save in /d", "Local save in /d"),
]  # fmt: skip
FLAGS: Cases = [("1", True), ("0", False), (True, True), ("False", False), (1.0, True), (0.0, False)]
LOOKS_LIKE_NO_JSON = (",}", ", ]", ":NaN", '": Infinity', "\\", '\\",}', "[NaN, inf]", '{"a":1}', "[x")
TEXTS: Cases = [(text, text) for text in (*LOOKS_LIKE_NO_JSON, "Untitled", " ")]
TIMES: Cases = [
    ("2018-03-28T08:15:15.123456789Z", "2018-03-28 08:15:15.123456+00"),
    ("2018-03-28T00:15:15+02:30", "2018-03-27 21:45:15+00"), ("2018-12-31 23:30:00-01:00", "2019-01-01 00:30:00+00"),
    ("2018-03-28T08:15:15+0230", "2018-03-28 05:45:15+00"), ("2018-03-28T08:15:15-02", "2018-03-28 10:15:15+00"),
    ("2020-02-29T00:00:00", "2020-02-29 00:00:00+00"), ("0001-01-01T00:00:00", "0001-01-01 00:00:00+00"),
    ("9999-12-31T23:59:59", "9999-12-31 23:59:59+00"),
]  # fmt: skip
COORDINATES: Cases = [(("1.5", "2e1"), [1.5, 20.0]), ((0, -0.0), [0.0, 0.0]), ((".5", "5."), [0.5, 5.0])]
NAMES: Cases = [
    (("Ann", None), None), ((None, None), None), (("", "Lee"), " Lee"), ((1, True), "1 true"),
    ((" Ann", "Lee "), " Ann Lee "),
]  # fmt: skip


def of(feed: str, column: str, cases: Cases, key: str | None = None) -> tuple[str, str, Cases]:
    return feed, column, [({key or column: value}, expected) for value, expected in cases]


TAKEN = [
    of("pin", "follower_count", FOLLOWERS),
    of("pin", "tag_list", TAGS),
    of("pin", "save_location", PLACES),
    of("pin", "downloaded", FLAGS),
    of("pin", "title", TEXTS),
    of("pin", "description", [("No Title Data Available", "No Title Data Available"), ("my Untitled work", None)]),
    of("pin", "image_src", [("Image src error", "Image src error")]),
    of("pin", "unique_id", [("User Info Error", "User Info Error")]),
    of("pin", "category", [("Untitled", "Untitled"), (1.25, "1.25")]),
    of("geo", "timestamp", TIMES),
    of("user", "date_joined", TIMES),
    of("user", "age", [(20.0, 20), (0, 0)]),
    ("geo", "coordinates", [({"latitude": y, "longitude": x}, found) for (y, x), found in COORDINATES]),
    ("user", "user_name", [({"first_name": a, "last_name": b}, name) for (a, b), name in NAMES]),
    *((feed, "ind", [(dict.fromkeys(load_feeds()[feed].source), None)]) for feed in ("pin", "geo", "user")),
]

NO_TIMES = [
    "2018-13-01T00:00:00", "2018-00-01T00:00:00", "2018-03-28T08:60:00", "2018-3-28T08:15:15", "2018-03-28T08:15:15 ",
    "2018-03-28T08:15:15+24:00", "2018-03-28T08:15:15+2:00", "2018-03-28T08:15:15 Europe/Paris",
    "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "infinity", "epoch", "now", "", 1522224915, True,
    {"a": 1}, ["2018-03-28T08:15:15"], "2018-03-28T24:00:00", "2018-03-28",
]  # fmt: skip
NO_LATITUDES = [90.0001, -91, "-inf", "1e999", "x", "1_0", "0x1"]
NO_LONGITUDES = [180.5, -181, "1,5", {"a": 1}]

REFUSED = [
    ("pin", "downloaded", "expected 1, 0, true or false, found", [-1, " 1", 0.5, {"a": 1}, [True]]),
    *(("pin", key, "expected text, found an array", [[1, 2]]) for key in ("title", "category", "tag_list")),
    ("geo", "timestamp", "expected an ISO 8601", NO_TIMES),
    ("user", "date_joined", "expected an ISO 8601", NO_TIMES),
    ("user", "age", "expected a whole number in 32 bits, found", ["twenty"]),
    ("geo", "country", "expected text, found an object", [{"a": 1}]),
    ("user", "last_name", "expected text, found an object", [{"a": 1}]),
    ("geo", "latitude", "expected a number", NO_LATITUDES),
    ("geo", "longitude", "expected a number", NO_LONGITUDES),
]


def cleaned(session: duckdb.DuckDBPyConnection, feed: str, records: list[dict[str, Any]]) -> list[Outcome]:
    """What the records become, numbered in their order."""
    numbered = [{**record, load_feeds()[feed].row_number: place} for place, record in enumerate(records)]
    found = outcomes(session, feed, [json.dumps(record).encode() for record in numbered])
    return [found[place] for place in range(len(records))]


@pytest.mark.parametrize(("feed", "column", "cases"), TAKEN)
def test_values_that_are_taken(session: duckdb.DuckDBPyConnection, feed: str, column: str, cases: Cases) -> None:
    found = cleaned(session, feed, [record for record, _ in cases])
    for place, (row, (record, expected)) in enumerate(zip(found, cases, strict=True)):
        rest = {} if column == "ind" or expected is None else {column: expected}
        assert (record, row) == (record, {"ind": place, **rest})


@pytest.mark.parametrize(("feed", "key", "reason", "values"), REFUSED)
def test_values_that_are_refused(
    session: duckdb.DuckDBPyConnection, feed: str, key: str, reason: str, values: list[Any]
) -> None:
    number = {"latitude": "longitude", "longitude": "latitude"}
    other = {number[key]: 0} if key in number else {}
    for value, found in zip(values, cleaned(session, feed, [{**other, key: v} for v in values]), strict=True):
        assert isinstance(found, tuple), value
        assert found[1].startswith(f"{key}: {reason}"), value


def test_no_record_and_a_reason_that_is_cut(session: duckdb.DuckDBPyConnection) -> None:
    found = outcomes(
        session, "pin", [b"[" * 100_000, b'{"index":1, "x":[1 , NaN]}', json.dumps({"index": "x" * 5000}).encode()]
    )
    assert [found[place][1] for place in (0, 1)] == [  # type: ignore[index]
        "not JSON",
        "not JSON: NaN, Infinity or a comma before a closing bracket",
    ]
    assert len(found[2][1]) < 250  # type: ignore[index]


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_row_numbers_are_those_that_the_proxy_finds(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    """The cases by which the REST proxy chooses a post's partition (services/rest-proxy/row-number.test.ts)."""
    cases = [case for case in json.loads((PROJECT / "test" / "row-numbers.json").read_text()) if case["feed"] == feed]
    found = outcomes(session, feed, [case["value"].encode() for case in cases])
    assert cases
    for place, case in enumerate(cases):
        outcome = found[place]
        assert (case, outcome["ind"] if isinstance(outcome, dict) else None) == (case, case["rowNumber"])
        if isinstance(outcome, tuple):
            assert outcome[1].startswith(("no integer row number", "not a JSON object"))
