"""Dead-letter records to the quarantine, each once (docs/adr/0003-batch-exactly-once.md).

What is no JSON object is in no raw file: the sink sends it to the dead-letter topic, whose records are
copied into objects of the bucket, a JSON line each. These are never changed, and follow one another by offset.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import duckdb
from arro3.core import Array, DataType
from deltalake import CommitProperties, DeltaTable

from table_engine.delta_tables import DeltaTables, append_rows, commit_once, load_into
from table_engine.duckdb_session import count_rows, refill
from table_engine.feeds import FEED_NAMES, dead_letter_topic, topic_name
from table_engine.raw_files import RawFile, list_raw_files
from table_engine.raw_lines import readable
from table_engine.storage import Bucket, ObjectChangedError

#: The quarantine's source of these rows, and their feed where the topic they were meant for is none of a feed.
DEAD_LETTERS = "dead-letters"

_NO_REASON = "the dead letter gives no reason: something else than the sink wrote it"


@dataclass(frozen=True)
class DeadLetter:
    """A row of the quarantine; `raw_text` is None for a record without a value."""

    feed: str
    position: str
    raw_text: str | None
    reason: str


def progress_application(user_id: str, partition: int) -> str:
    """In the quarantine's log: start offset + 1 of a partition's newest object whose dead-letter records are in."""
    return f"{dead_letter_topic(user_id)}-{partition}"


def append_dead_letters(session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> int:
    """Appends what the quarantine, which must be there, lacks of the objects that are new; returns how many rows.

    An object is in memory at a time. Raises DeltaError or OSError when the S3 server cannot be reached; it can be run
    again at any time, also while it runs.
    """
    listed, others = list_raw_files(bucket, dead_letter_topic(user_id))
    for key in others:
        print(f"{key} is not named like an object of dead-letter records and is left out.", file=sys.stderr)
    quarantine = DeltaTables(bucket).open("quarantine")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE dead_letters "
        "(place BIGINT, feed VARCHAR, position VARCHAR, raw_text VARCHAR, reason VARCHAR)"
    )
    appended = 0
    for partition in sorted({file.partition for file in listed}):
        taken = quarantine.transaction_version(progress_application(user_id, partition)) or 0
        new = [file for file in listed if file.partition == partition and file.start_offset >= taken]
        for file in sorted(new, key=lambda file: file.start_offset):
            try:
                _load(session, read_dead_letters(bucket, user_id, file))
            except ObjectChangedError:
                # Those after it wait: taking them first would pass over it.
                print(f"{file.key} is gone or has changed since it was listed; the next run looks.", file=sys.stderr)
                break
            # Also when nothing of it is missing, so that it is not read again.
            application, version = progress_application(user_id, partition), file.start_offset + 1
            count = commit_once(quarantine, application, version, partial(_append_missing, session)) or 0
            if count:
                print(f"{file.key}: {count} dead-letter records are in the quarantine now.", file=sys.stderr)
            appended += count
    session.execute(
        "DROP TABLE dead_letters; DROP TABLE IF EXISTS known_dead_letters; DROP TABLE IF EXISTS missing_dead_letters"
    )
    return appended


def read_dead_letters(bucket: Bucket, user_id: str, file: RawFile) -> Iterator[DeadLetter]:
    """The dead-letter records of an object, in order; other lines as they are. Blank lines are none.

    Raises ObjectChangedError when the object is not the one listed any more.
    """
    for number, line in enumerate(bucket.content(file.key, file.etag).split(b"\n")):
        if line.strip():
            yield dead_letter(user_id, file.partition, line, f"{file.key}:{number}")


def dead_letter(user_id: str, partition: int, line: bytes, place: str) -> DeadLetter:
    """The dead-letter record that a line is the copy of; another line, at this place, as it is."""
    try:
        return _dead_letter(user_id, partition, json.loads(line.decode("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        problem = f"the line is no copy of a dead letter ({type(error).__name__}: {error})"
        return DeadLetter(DEAD_LETTERS, place, readable(line), problem)


def _dead_letter(user_id: str, partition: int, document: Any) -> DeadLetter:
    """Raises ValueError, KeyError, TypeError or AttributeError for a document of another form."""
    topic, reason = _text(document, "topic"), _text(document, "reason")
    source = topic, _number(document, "partition"), _number(document, "offset")
    own = dead_letter_topic(user_id), partition, _number(document, "deadLetterOffset")
    if own[2] is None:
        raise ValueError("deadLetterOffset is null")
    place = own if None in source else source
    value = document["value"]
    return DeadLetter(
        {topic_name(user_id, name): name for name in FEED_NAMES}.get(topic or "", DEAD_LETTERS),
        "{}/partition={}/offset={}".format(*place),
        None if value is None else readable(base64.b64decode(value, validate=True)),
        reason or _NO_REASON,
    )


def _text(document: Any, key: str) -> str | None:
    value = document[key]
    # A lone surrogate, which JSON can write and no table can hold, is a ValueError too.
    return None if value is None else readable(value.encode("utf-8"))


def _number(document: Any, key: str) -> int | None:
    value = document[key]
    if value is not None and (type(value) is not int or value < 0):
        raise ValueError(f"{key} is no offset or partition")
    return value


def _load(session: duckdb.DuckDBPyConnection, found: Iterable[DeadLetter]) -> None:
    """Fills `dead_letters`, of several with the same position and text the first."""
    first: dict[tuple[str, str | None], DeadLetter] = {}
    for record in found:
        first.setdefault((record.position, record.raw_text), record)
    records = list(first.values())
    refill(
        session,
        "dead_letters",
        Array(list(range(len(records))), DataType.int64()),
        Array([record.feed for record in records], DataType.utf8()),
        Array([record.position for record in records], DataType.utf8()),
        Array([record.raw_text for record in records], DataType.utf8()),
        Array([record.reason for record in records], DataType.utf8()),
    )


def _append_missing(session: duckdb.DuckDBPyConnection, quarantine: DeltaTable, properties: CommitProperties) -> int:
    """Commits those of `dead_letters` that this state of the quarantine lacks, even none; returns how many.

    By position and text: a recreated cluster continues after the raw files, so its offsets may be those of
    dead-letter records that came after the last of them.
    """
    known = f"SELECT position, raw_text FROM t WHERE source = '{DEAD_LETTERS}'"
    load_into(session, quarantine, "known_dead_letters", known, "SEMI JOIN dead_letters USING (position)")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE missing_dead_letters AS FROM dead_letters l ANTI JOIN known_dead_letters k "
        "ON k.position = l.position AND k.raw_text IS NOT DISTINCT FROM l.raw_text"
    )
    rows = session.sql(
        f"""SELECT feed, '{DEAD_LETTERS}' AS source, position, raw_text, reason, now() AS quarantined_at
        FROM missing_dead_letters ORDER BY place"""
    )
    append_rows(quarantine, rows, properties)
    return count_rows(session, "missing_dead_letters")
