"""The dead-letter records that the bucket keeps, and what became of them: their figures of a reconciliation."""

from __future__ import annotations

import sys
from hashlib import sha256

import duckdb
from deltalake import DeltaTable

from table_engine.dead_letters import DEAD_LETTERS, progress_application, read_dead_letters
from table_engine.delta_tables import load_into
from table_engine.documents import DeadLetterFigures
from table_engine.duckdb_session import insert_columns
from table_engine.feeds import FEED_NAMES, FeedName, dead_letter_topic
from table_engine.raw_files import list_raw_files
from table_engine.storage import Bucket, ObjectChangedError


def dead_letter_figures(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, quarantine: DeltaTable
) -> dict[FeedName, DeadLetterFigures]:
    """Returns the figures of each feed by their names in the document of `inspect` (docs/reference/table-engine.md).

    Every object of dead-letter records is read, one at a time; what is taken goes by the given state of the quarantine.
    """
    rows = f"SELECT feed, position, raw_text FROM t WHERE source = '{DEAD_LETTERS}'"
    # A position may have several texts (`_append_missing`); of a text the hash is enough.
    load_into(session, quarantine, "dead_letter_rows", rows, "SELECT feed, position, sha256(raw_text) AS text")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE kept_dead_letters "
        "(feed VARCHAR, position VARCHAR, text VARCHAR, is_taken BOOLEAN)"
    )
    files, _ = list_raw_files(bucket, dead_letter_topic(user_id))
    partitions = {file.partition for file in files}
    taken = {p: quarantine.transaction_version(progress_application(user_id, p)) or 0 for p in partitions}
    for file in files:
        try:
            records = list(read_dead_letters(bucket, user_id, file))
        except ObjectChangedError:
            print(f"{file.key} was changed or removed while it was being inspected.", file=sys.stderr)
            continue
        is_taken = file.start_offset < taken[file.partition]
        columns: list[list[object]] = [
            [record.feed for record in records],
            [record.position for record in records],
            [None if record.raw_text is None else sha256(record.raw_text.encode()).hexdigest() for record in records],
            [is_taken for _ in records],
        ]
        insert_columns(session, "kept_dead_letters", columns, ["VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN"])
    return {name: _of_feed(session, name) for name in FEED_NAMES}


def _of_feed(session: duckdb.DuckDBPyConnection, feed: str) -> DeadLetterFigures:
    found = session.execute(
        f"""SELECT
          (SELECT count(DISTINCT (position, text)) FROM kept_dead_letters WHERE feed = '{feed}'),
          (SELECT count(*) FROM dead_letter_rows WHERE feed = '{feed}'),
          (SELECT count(DISTINCT (position, text)) FROM dead_letter_rows WHERE feed = '{feed}'),
          (SELECT count(DISTINCT (position, text)) FROM kept_dead_letters k WHERE k.feed = '{feed}' AND k.is_taken
             AND NOT EXISTS (FROM dead_letter_rows r WHERE r.feed = '{feed}' AND r.position = k.position
               AND r.text IS NOT DISTINCT FROM k.text))"""
    ).fetchone()
    assert found is not None
    return {
        "dead_letters_kept": found[0],
        "dead_letter_rows": found[1],
        "dead_letter_positions": found[2],
        "dead_letters_missing": found[3],
    }
