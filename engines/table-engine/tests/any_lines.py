"""Lines of every kind for the property tests: rows as the source makes them, with a value gone wrong, and rubbish."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from table_engine.feeds import Feed

# Any JSON value, as a producer could put it in any column.
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=4), SCALARS, max_size=2)

_ROW_NUMBERS = st.integers(0, 40) | st.sampled_from(
    ["7", "8.0", 9.0, " 5", "5a", -1, 2**31 - 1, 2**31, 1e3, 1.5, "", True]
)

_FOLLOWERS = st.sampled_from(
    ["124k", "3M", "1.5k", "842", " 12 ", "12 k", "0", "-5", "1e3", "1,000", ".5k", "5.", "k", "9223372036854775807",
     "9223372036854775808", "99999999999999M", "1.5K", "2m", "User Info Error", 77, 1.5]
)  # fmt: skip

_DATES = st.builds(
    "{}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
    st.integers(1900, 2200),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from(["T", " ", "t", "  "]),
    st.integers(0, 25),
    st.integers(0, 60),
    st.integers(0, 61),
    st.sampled_from(["", ".5", ".123456", ".1234567", ".", ","]),
    st.sampled_from(["", "Z", "z", "+01:00", "-0930", "+05", "+14:00", "+24:00", " UTC", "+1", "[Europe/Berlin]"]),
) | st.sampled_from(["2018-03-28", "28.03.2018", "now", "1522224915", "", "2018-03-28T08:15"])

_NUMBERS = st.floats(-200, 200) | st.sampled_from(
    ["12.5", "-90", "90.0000001", "180", "181", "N/A", "1e2", " 1", "NaN"]
)

_FLAGS = st.sampled_from([0, 1, 2, "0", "1", "true", "False", "TRUE", "yes", True, False, 1.0, ""])

_AGES = st.integers(-5, 130) | st.sampled_from(["20", "20.0", "old", 20.5, 2**40, ""])

_TEXTS = st.text(max_size=15) | st.sampled_from(
    ["Local save in /data/art", "a,b, c ,,", ",", 'say "hi"', "back\\slash", "עברית", "🎉", "line\nbreak", "tab\t", " "]
)

_COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "index": _ROW_NUMBERS, "ind": _ROW_NUMBERS, "follower_count": _FOLLOWERS, "timestamp": _DATES,
    "date_joined": _DATES, "latitude": _NUMBERS, "longitude": _NUMBERS, "downloaded": _FLAGS, "age": _AGES,
}  # fmt: skip


def _column(feed: Feed, name: str) -> st.SearchStrategy[Any]:
    usual = _COLUMNS.get(name, _TEXTS)
    sentinels = feed.sentinels.get(name, ())
    if sentinels:
        around = st.sampled_from(["", " ", "x", "é"])
        usual |= st.builds("{}{}{}".format, around, st.sampled_from(sentinels), around)
    # Mostly what belongs there, so that whole rows come through.
    return st.one_of(usual, usual, usual, st.none(), VALUES)


def _written(document: dict[str, Any], is_ascii: bool, separators: tuple[str, str]) -> bytes:
    text = json.dumps(document, ensure_ascii=is_ascii, separators=separators)
    return text.encode("utf-8", "surrogatepass")


def any_row(feed: Feed) -> st.SearchStrategy[bytes]:
    """A JSON object with any of the feed's columns, written in one of the ways that JSON can be."""
    columns = {name: _column(feed, name) for name in feed.source if name != feed.row_number}
    row = st.fixed_dictionaries(
        {feed.row_number: st.one_of(st.integers(0, 40), _column(feed, feed.row_number))},
        optional={**columns, "surplus": VALUES},
    )
    return st.builds(_written, row, st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", "\r:\r")]))


_LINES = [
    *(b"", b" ", b"\t", b"\r", b" \r\t", b"{}", b"\r{}\r", b"null", b"\xef\xbb\xbf{}"),
    *(b'{"ind":\r2,"index":\r2}\r', b'{"ind":NaN}', b'{"index":1,}', b"{'ind':1}"),
]
_HARM = [b"", b"}", b'"}', b"\xff", b"\x00", b"\x01", b"]", b"\r", b"\r\r", b"\xff\r"]


def any_rubbish(feed: Feed) -> st.SearchStrategy[bytes]:
    """A line that is most often no row: any bytes or text, or a row that was cut off or has bytes in it."""

    def harmed(row: bytes, place: int, extra: bytes) -> bytes:
        return row[: place % (len(row) + 1)] + extra

    def twice(row: bytes, other: bytes) -> bytes:
        return row[:-1] + b"," + other[1:]

    row = any_row(feed)
    return st.one_of(
        st.binary(max_size=20),
        st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.builds(harmed, row, st.integers(0, 500), st.sampled_from(_HARM)),
        st.builds(twice, row, row),
        VALUES.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")),
        st.sampled_from(_LINES),
    )


def any_lines(feed: Feed) -> st.SearchStrategy[list[bytes]]:
    """Some dozens of lines. None has a line feed, which ends it."""

    def one_line(line: bytes) -> bytes:
        return line.replace(b"\n", b"")

    line = st.one_of(any_row(feed), any_row(feed), any_rubbish(feed)).map(one_line)
    return st.lists(line, min_size=20, max_size=60)
