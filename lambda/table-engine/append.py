"""Appends what a feed's stream delivers to the feed's table."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from table_engine.duckdb_session import open_session
from table_engine.environment import read_environment
from table_engine.metrics import feed_metric_line
from table_engine.storage import Bucket
from table_engine.stream_append import StreamAppender
from table_engine.stream_records import records_of_event

# A batch is at most 6 MB; a few rows need no more than this.
_MEMORY = "150MB"

_appender: StreamAppender | None = None


def handler(event: dict[str, Any], _context: object) -> None:
    """Takes one batch of a shard. What cannot be stored is an error, and the event source mapping tries again."""
    global _appender
    records = records_of_event(event)
    variables = read_environment("append")
    if _appender is None:
        session = open_session(Path(tempfile.gettempdir()), _MEMORY, threads=1)
        _appender = StreamAppender(session, Bucket(variables["SINK_BUCKET"]), variables["USER_ID"], variables["FEED"])
    try:
        report = _appender.append(records)
    except BaseException:
        # Whatever state its tables are in, the next invocation opens them again.
        _appender = None
        raise
    values = {"Records": report.records, "Rejects": report.rejects}
    print(
        feed_metric_line(
            values, variables["USER_ID"], "streams", variables["FEED"], rows=report.rows, repeated=report.repeated
        )
    )
