"""The rules of the feed pin."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from table_engine.cleaning import clean
from table_engine.feeds import load_feeds
from tests.sink_bucket import fetch

PIN = load_feeds()["pin"]


def cleaned(session: duckdb.DuckDBPyConnection, record: object) -> dict[str, Any]:
    line = record if isinstance(record, str) else json.dumps(record)
    rows, rejects = clean(session, PIN, [line])
    assert rejects == []
    return dict(zip(PIN.column_names, fetch(rows)[0], strict=True))


def reason(session: duckdb.DuckDBPyConnection, record: object) -> str:
    line = record if isinstance(record, str) else json.dumps(record)
    rows, rejects = clean(session, PIN, [line])
    assert fetch(rows) == []
    assert [reject.raw_text for reject in rejects] == [line]
    return rejects[0].reason


def test_a_whole_record(session: duckdb.DuckDBPyConnection) -> None:
    record = {
        "index": 7,
        "unique_id": "a-b",
        "title": 'T "q"\n😀 مرحبا',
        "description": "D",
        "poster_name": "P",
        "follower_count": "124k",
        "tag_list": "a, b ,c",
        "is_image_or_video": "image",
        "image_src": "https://i",
        "downloaded": 1,
        "save_location": "Local save in /data/x",
        "category": "art",
    }
    assert list(cleaned(session, record).values()) == [
        7, "a-b", 'T "q"\n😀 مرحبا', "D", 124000, "P", ["a", "b", "c"], "image", "https://i", "/data/x", True, "art"
    ]  # fmt: skip


def test_missing_and_null_columns_are_null(session: duckdb.DuckDBPyConnection) -> None:
    nothing = {name: None for name in PIN.column_names if name != "ind"}
    assert cleaned(session, {"index": 1}) == {"ind": 1, **nothing}
    assert cleaned(session, {"index": 1, **{key: None for key in PIN.source if key != "index"}}) == {
        "ind": 1,
        **nothing,
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", ""),
        ("title", "No Title Data Available"),
        ("title", "x No Title Data Available y"),
        ("description", "No description available"),
        ("description", "No description available Story format"),
        ("description", "Untitled"),
        ("description", "my Untitled work"),
        ("follower_count", "User Info Error"),
        ("poster_name", "User Info Error"),
        ("poster_name", "a User Info Error b"),
        ("image_src", "Image src error."),
        ("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"),
        ("tag_list", "a,N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e,b"),
    ],
)
def test_sentinels_become_null(session: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    assert cleaned(session, {"index": 1, key: value})[key] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "Untitled"),
        ("title", " "),
        ("title", "no title data available"),
        ("description", ""),
        ("description", "No Title Data Available"),
        ("poster_name", ""),
        ("image_src", "Image src error"),
        ("unique_id", "User Info Error"),
        ("category", "Untitled"),
    ],
)
def test_other_texts_stay(session: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    assert cleaned(session, {"index": 1, key: value})[key] == value


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("842", 842), ("0", 0), ("124k", 124_000), ("124K", 124_000), ("3M", 3_000_000), ("3m", 3_000_000),
        ("1.5k", 1500), ("1.5M", 1_500_000), ("12345678.999M", 12_345_678_999_000), ("0.5", 1), ("2.499", 2),
        ("123456789.5", 123456790), ("4.35k", 4350), ("1.1k", 1100), (".5k", 500), ("2.k", 2000),
        (" 12k ", 12_000), ("12 k", 12_000), (842, 842), (842.0, 842), ("1.2345k", 1235), ("842.4", 842), ("007", 7),
        ("9223372036854775807", 9223372036854775807), ("9223372036854.775807M", 9223372036854775807),
        ("9223372036854775808", None), ("99999999999999999999999999M", None), ("1" * 400, None),
        ("", None), (" ", None), ("k", None), ("M", None), ("-5", None), ("-5k", None), ("+5", None), ("1e3", None),
        ("1,5k", None), ("1.2.3", None), ("five", None), ("5kk", None), ("5 000", None), ("1_000", None),
        ("NaN", None), ("Infinity", None), (True, None), ({"a": 1}, None), ([1], None), ("5\u0000", None), ("٥", None),
        ("\u00a05", None), ("5\u2003k", None),
    ],
)  # fmt: skip
def test_follower_count(session: duckdb.DuckDBPyConnection, value: object, count: int | None) -> None:
    assert cleaned(session, {"index": 1, "follower_count": value})["follower_count"] == count


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("a,b", ["a", "b"]),
        (" a , b c ,d", ["a", "b c", "d"]),
        ("  a  b ,   ,, c  ", ["a  b", "", "", "c"]),
        (" , ,", ["", "", ""]),
        ("a, \u00a0b\u3000 ,\u00a0c", ["a", "\u00a0b\u3000", "\u00a0c"]),
        ("a", ["a"]),
        ("", [""]),
        ("a,,b,", ["a", "", "b", ""]),
        (5, ["5"]),
    ],
)
def test_tag_list(session: duckdb.DuckDBPyConnection, value: object, tags: list[str]) -> None:
    assert cleaned(session, {"index": 1, "tag_list": value})["tag_list"] == tags


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("Local save in /data/a", "/data/a"),
        ("Local save in ", ""),
        ("/data/a", "/data/a"),
        ("x Local save in /data", "x Local save in /data"),
        ("Local save in Local save in /d", "Local save in /d"),
    ],
)
def test_save_location(session: duckdb.DuckDBPyConnection, value: str, place: str) -> None:
    assert cleaned(session, {"index": 1, "save_location": value})["save_location"] == place


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (1, True), (0, False), ("1", True), ("0", False), (True, True), (False, False), ("TRUE", True),
        ("False", False), (1.0, True), (0.0, False), (None, None),
    ],
)  # fmt: skip
def test_downloaded(session: duckdb.DuckDBPyConnection, value: object, flag: bool | None) -> None:
    assert cleaned(session, {"index": 1, "downloaded": value})["downloaded"] is flag


@pytest.mark.parametrize("value", [2, -1, "yes", "", " 1", 0.5, {"a": 1}, [True]])
def test_downloaded_rejects(session: duckdb.DuckDBPyConnection, value: object) -> None:
    assert "downloaded: expected 1, 0, true or false, found" in reason(session, {"index": 1, "downloaded": value})


@pytest.mark.parametrize(
    ("value", "ind"),
    [
        (12, 12), ("12", 12), (12.0, 12), ("12.0", 12), (-3, -3), (0, 0), ("-0", 0), ("0012", 12),
        (2147483647, 2147483647), (-2147483648, -2147483648),
    ],
)  # fmt: skip
def test_row_number(session: duckdb.DuckDBPyConnection, value: object, ind: int) -> None:
    assert cleaned(session, {"index": value})["ind"] == ind


@pytest.mark.parametrize(
    "value",
    [12.5, "12.5", "", " 12", "12 ", "1e3", "+1", "0x1", "1_0", "x", None, True, [1], {"a": 1}, 2147483648, -2147483649,
     10**30, "9" * 500, "１２"],
)  # fmt: skip
def test_no_row_number(session: duckdb.DuckDBPyConnection, value: object) -> None:
    assert reason(session, {"index": value}).startswith("no integer row number; index: expected a whole number")


def test_a_missing_row_number_and_another_feeds(session: duckdb.DuckDBPyConnection) -> None:
    assert reason(session, {"title": "x"}).endswith("found no such key")
    assert reason(session, {"ind": 3}).endswith("found no such key")
    assert reason(session, "{}").endswith("found no such key")


@pytest.mark.parametrize("key", ["unique_id", "title", "description", "poster_name", "tag_list", "is_image_or_video",
                                 "image_src", "save_location", "category"])  # fmt: skip
def test_text_columns(session: duckdb.DuckDBPyConnection, key: str) -> None:
    for value, text in ((12, "12"), (1.25, "1.25"), (True, "true"), ('{"a":1}', '{"a":1}'), ("[x", "[x")):
        found = cleaned(session, {"index": 1, key: value})[key]
        assert found == ([text] if key == "tag_list" else text)
    assert reason(session, {"index": 1, key: {"a": 1}}) == f"{key}: expected text, found an object"
    assert reason(session, {"index": 1, key: [1, 2]}) == f"{key}: expected text, found an array"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x", "not JSON"),
        ('{"index":1', "not JSON"),
        ('{"index":1} {"index":2}', "not JSON"),
        ("{'index':1}", "not JSON"),
        ('{"index":01}', "not JSON"),
        ('{"index":1,}', "not JSON: NaN, Infinity or a comma before a closing bracket"),
        ('{"index":1, "x":[1 , ]}', "not JSON: NaN, Infinity or a comma before a closing bracket"),
        ('{"index":1,"x":NaN}', "not JSON: NaN, Infinity or a comma before a closing bracket"),
        ('{"index":1,"x": -Infinity}', "not JSON: NaN, Infinity or a comma before a closing bracket"),
        ('{"index":1,"x":[1,NaN]}', "not JSON: NaN, Infinity or a comma before a closing bracket"),
        ('{"index":1,"title":"a\tb"}', "not JSON"),
        ('{"index":1,"title":"\\ud800"}', "not JSON, or half of a surrogate pair"),
        ('{"index":1,"title":"\\udc00x"}', "not JSON, or half of a surrogate pair"),
        ("[1]", "not a JSON object but an array"),
        ('"x"', "not a JSON object but a string"),
        ("12", "not a JSON object but a number"),
        ("true", "not a JSON object but a boolean"),
        ("null", "not a JSON object but null"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_no_record(session: duckdb.DuckDBPyConnection, line: str, expected: str) -> None:
    assert reason(session, line) == expected


def test_text_that_looks_like_no_json_is_text(session: duckdb.DuckDBPyConnection) -> None:
    for title in (",}", ", ]", ":NaN", '":Infinity', "\\", '\\",}', "[NaN, inf]"):
        assert cleaned(session, {"index": 1, "title": title, "description": ": NaN,}"})["title"] == title


def test_escapes_nul_and_duplicate_keys(session: duckdb.DuckDBPyConnection) -> None:
    assert cleaned(session, '{"index":1,"title":"a\\u0000b\\ud83d\\ude00"}')["title"] == "a\x00b😀"
    assert cleaned(session, '{"ind\\u0065x":4}')["ind"] == 4
    assert cleaned(session, '{"index":1,"index":2,"title":"a","title":"b"}')["ind"] == 2
    assert cleaned(session, ' {"index": 1 , "other": {"title": "no"}} ')["title"] is None


def test_a_reason_cuts_a_long_value(session: duckdb.DuckDBPyConnection) -> None:
    assert len(reason(session, {"index": "x" * 5000})) < 250
