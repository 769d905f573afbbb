"""The row numbers that the cleaning finds: the cases by which the REST proxy chooses a post's partition."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from table_engine.cleaning import clean
from table_engine.feeds import FEED_NAMES, load_feeds
from tests.sink_bucket import fetch

# test/unit/services/rest-proxy/row-number.test.ts holds the proxy to them.
CASES = json.loads((Path(__file__).parents[3] / "test" / "row-numbers.json").read_text("utf-8"))


@pytest.mark.parametrize("feed", FEED_NAMES)
def test_the_cleaning_finds_the_row_numbers_that_the_proxy_finds(session: duckdb.DuckDBPyConnection, feed: str) -> None:
    cases = [(case["value"], case["rowNumber"]) for case in CASES if case["feed"] == feed]
    rows, rejects = clean(session, load_feeds()[feed], [value for value, _ in cases])
    reasons = {reject.position: reject.reason for reject in rejects}
    numbers = iter([row[0] for row in fetch(rows)])
    found = [(value, None if place in reasons else next(numbers)) for place, (value, _) in enumerate(cases)]
    assert len(found) > 0
    assert found == cases
    for reason in reasons.values():
        assert reason.startswith(("no integer row number", "not a JSON object"))
