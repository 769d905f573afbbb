"""Appends what a feed's stream delivers to the feed's table."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from table_engine.duckdb_session import open_session
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
    if _appender is None:
        session = open_session(Path(tempfile.gettempdir()), _MEMORY, threads=1)
        _appender = StreamAppender(
            session, Bucket(os.environ["SINK_BUCKET"]), os.environ["USER_ID"], os.environ["FEED"]
        )
    try:
        report = _appender.append(records)
    except BaseException:
        # Whatever state its tables are in, the next invocation opens them anew.
        _appender = None
        raise
    values = {"Records": report.records, "Rejects": report.rejects}
    user_id, feed = os.environ["USER_ID"], os.environ["FEED"]
    print(feed_metric_line(values, user_id, "streams", feed, rows=report.rows, repeated=report.repeated))
