"""Whatever rows come, the streaming path and the batch path make the same of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from table_engine.feeds import FEED_NAMES, FeedName, load_feeds
from table_engine.stream_records import StreamRecord
from tests.any_lines import any_lines
from tests.sink_bucket import SinkBucket
from tests.stream_support import BASE, SHARD, appender, stream_rows
from tests.sweeps import amount

# A byte order mark is only dropped where a file begins.
FIRST = b'{"ind":1000,"index":1000}'

Row = tuple[Any, ...]


def by_stream(sink: SinkBucket, folder: Path, feed: str, lines: list[bytes]) -> tuple[list[Row], dict[int, Row]]:
    """Appends the lines as records; returns the newest row of each post, and the rejects by place."""
    report = appender(sink, folder, feed).append(
        [StreamRecord(SHARD, BASE + place, line, 0) for place, line in enumerate(lines)]
    )
    assert report.rows + report.rejects == len(lines)
    newest: dict[int, Row] = {}
    width = len(load_feeds()[feed].column_names)
    for row in sorted(stream_rows(sink, feed), key=lambda row: int(row[width + 1])):
        newest[row[0]] = row[:width]
    rejects = {int(row[2].split(":")[1]) - BASE: row[3:5] for row in sink.rows("quarantine")}
    return list(newest.values()), rejects


def by_batch(sink: SinkBucket, feed: FeedName, lines: list[bytes]) -> tuple[list[Row], dict[int, Row]]:
    """Puts the lines in a raw file and runs a batch; returns the rows, and the rejects by place."""
    sink.put(feed, 0, 0, b"\n".join(lines) + b"\n")
    report = sink.batch()["feeds"][feed]
    blank = sum(not line.strip(b" \t\r") for line in lines)
    assert report["rows"] + report["rejects"] + blank == len(lines)
    rejects = {int(row[2].rsplit(":", 1)[1]): row[3:5] for row in sink.rows("quarantine")}
    return sink.rows(feed), rejects


@pytest.mark.parametrize("feed", FEED_NAMES)
# A case that fails is shown as it was drawn: to shrink it would take minutes.
@settings(
    max_examples=amount(3, 12),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
    database=None,
)
@given(data=st.data())
def test_any_rows(new_bucket: Callable[[], SinkBucket], tmp_path: Path, feed: FeedName, data: st.DataObject) -> None:
    lines = [FIRST, *data.draw(any_lines(load_feeds()[feed]))]
    stream_rows_found, stream_rejects = by_stream(new_bucket(), tmp_path, feed, lines)
    batch_rows, batch_rejects = by_batch(new_bucket(), feed, lines)
    assert sorted(map(repr, stream_rows_found)) == sorted(map(repr, batch_rows))
    # A line of white space is no line of a file, but a record that was sent.
    for place, line in enumerate(lines):
        if not line.strip(b" \t\r"):
            assert stream_rejects.pop(place)[1] == "not JSON: the record is empty or white space"
    assert stream_rejects == batch_rejects
