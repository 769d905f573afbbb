"""Brings back what a table lacks, from records of its stream that the caller has read, or from raw files."""

from __future__ import annotations

import time
from typing import Any

from table_engine.argument_types import moment
from table_engine.documents import RawFilesReplay, RecordsReplay
from table_engine.environment import read_environment
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.function_job import function_job
from table_engine.raw_replay import replay_raw_files
from table_engine.stream_append import StreamAppender
from table_engine.stream_records import records_of_lines
from table_engine.stream_replay import records_replay, replay_stream


def handler(event: dict[str, Any], _context: object) -> RecordsReplay | RawFilesReplay:
    """Replays, and reports as the commands `replay-records` and `replay-raw-files` do.

    The event is `{"source":"stream","feed":"pin","lines":"…"}`, with the lines that `replay-records` reads, or
    `{"source":"raw-files","feed":"pin","from":"…","to":"…"}`, with times of upload. It can be done again at any time.
    """
    feed = event.get("feed")
    if feed not in FEED_NAMES:
        raise TableEngineError(f"The feed is {feed!r}: expected one of {', '.join(FEED_NAMES)}.")
    started = time.monotonic()
    source = event.get("source")
    with function_job(read_environment("replay")) as job:
        if source == "stream":
            appender = StreamAppender(job.session, job.bucket, job.user_id, feed)
            records = records_of_lines(event["lines"].encode().split(b"\n"))
            return records_replay(replay_stream(appender, records), feed, started)
        if source == "raw-files":
            start, end = moment(event["from"]), moment(event["to"])
            return replay_raw_files(job.session, job.bucket, job.user_id, feed, start, end, job.folder)
    raise TableEngineError(f"The source is {source!r}: expected stream or raw-files.")
