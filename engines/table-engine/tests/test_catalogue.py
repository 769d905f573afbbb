"""Every input of the catalogue becomes what the catalogue says, on the batch's path and on that of the streams."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from importlib import import_module

import duckdb
import pytest

from table_engine.cleaning import LineCleaner
from table_engine.feeds import FEED_NAMES, MOST_NESTING, PROJECT, load_feeds
from tests.catalogue import CatalogueInput, Outcome, catalogue
from tests.sink_bucket import fetch

sys.path.append(str(PROJECT / "tools" / "local-run" / "ministack"))
templates = import_module("mapping_template")

TEMPLATES = PROJECT / "lib" / "api" / "mapping-templates"


def outcomes(session: duckdb.DuckDBPyConnection, feed: str, lines: list[bytes]) -> dict[int, Outcome]:
    """What the lines become, by their places."""
    rejects = LineCleaner(session, load_feeds()[feed]).clean(lines)
    rows = fetch(session.table(f"cleaned_lines_{feed}"))
    names = ("position", "line", "reason", *load_feeds()[feed].column_names)
    found: dict[int, Outcome] = {reject.position: (reject.raw_text, reject.reason) for reject in rejects}
    for row in rows:
        named = dict(zip(names, row, strict=True))
        found[row[0]] = {name: value for name, value in named.items() if value is not None and name in names[3:]}
    return found


def of_feed(feed: str) -> list[CatalogueInput]:
    return [one for one in catalogue() if one.feed == feed]


def by_templates(record: bytes) -> Iterator[bytes | None]:
    """The data that reaches a stream by each of the templates; None when the body cannot be read."""
    for name, body, records in (
        ("put-record", b'{"Data":%b,"PartitionKey":"1"}', "Data"),
        ("put-records", b'{"records":[{"data":%b,"partition-key":"1"}]}', "Records"),
    ):
        template = (TEMPLATES / f"{name}.vtl").read_text(encoding="utf-8")
        try:
            source = templates.Input((body % record).decode("utf-8"), {"stream-name": "%STREAM_NAME%"})
        except UnicodeDecodeError:
            source = templates.Input("", {})
        if source.path("$") == "":
            yield None  # The request model refuses what cannot be read.
            continue
        call = json.loads(templates.render(template, source, {"responseOverride": {}}))
        yield base64.b64decode(call["Data"] if records == "Data" else call["Records"][0]["Data"])


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_the_batch(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    inputs = of_feed(feed)
    found = outcomes(session, feed, [one.line for one in inputs])
    for place, one in enumerate(inputs):
        # As texts, in which -0.0 is not 0.0, and 1 is not true.
        assert (one.name, repr(found[place])) == (one.name, repr(one.batch))


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_the_streams(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    inputs = of_feed(feed)
    data = {one.name: list(by_templates(one.record)) for one in inputs}
    for one in inputs:
        by_record, by_records = data[one.name]
        assert by_record == by_records
        assert (one.name, by_record is None) == (one.name, one.door == 400)
    taken = [one for one in inputs if one.door == 200]
    found = outcomes(session, feed, [data[one.name][0] or b"" for one in taken])
    for place, one in enumerate(taken):
        assert (one.name, repr(found[place])) == (one.name, repr(one.streams))


def test_inputs_can_be_told_apart() -> None:
    assert len(catalogue()) > 200
    assert len({one.name for one in catalogue()}) == len(catalogue())
    for feed in FEED_NAMES:
        for path in ("batch", "streams"):
            ends = [getattr(one, path) for one in of_feed(feed)]
            keys = [end["ind"] if isinstance(end, dict) else end for end in ends]
            assert len(set(keys)) == len(keys), (feed, path)


def test_the_limit_of_nesting_is_in_the_catalogue() -> None:
    deepest = max((one.record.count(b"[") for one in catalogue() if "499 arrays" in one.name), default=0)
    assert deepest + 1 == MOST_NESTING
