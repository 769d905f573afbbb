"""What was refused: the quarantine by reason, its newest rows, and dead-letter records that are not in it yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import duckdb

from table_engine.dead_letters import DEAD_LETTERS, dead_letter
from table_engine.delta_tables import TABLES, DeltaTables, load_into
from table_engine.documents import RejectCount, RejectedRecord, RejectedRecords
from table_engine.duckdb_session import insert_columns
from table_engine.storage import Bucket

#: Of a raw text at most so many characters.
MOST_CHARACTERS = 100_000
_CUT = " … (cut)"

# Reasons name bytes and values, so that there may be as many as rejects.
_MOST_REASONS = 500

#: The expressions of RejectedRecord over the quarantine's columns, in DuckDB's SQL.
REJECT_COLUMNS = f"""feed, CASE source WHEN 'stream' THEN 'stream' ELSE 'batch' END AS path, reason, position,
CASE WHEN length(raw_text) > {MOST_CHARACTERS} THEN raw_text[:{MOST_CHARACTERS}] || '{_CUT}' ELSE raw_text END AS raw,
strftime(quarantined_at, '%Y-%m-%dT%H:%M:%S.%fZ') AS time"""


def run_rejects(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, newest: int, dead_letters: Iterable[bytes] = ()
) -> RejectedRecords:
    """Returns the document that the command `rejects` prints.

    `dead_letters` are lines as the objects of dead-letter records have them; those that are in quarantine count once.
    """
    session.execute(
        "CREATE OR REPLACE TEMP TABLE newest_rejects (feed VARCHAR, source VARCHAR, position VARCHAR, raw_text VARCHAR,"
        " reason VARCHAR, quarantined_at TIMESTAMPTZ);"
        "CREATE OR REPLACE TEMP TABLE reject_counts (feed VARCHAR, source VARCHAR, reason VARCHAR, rows BIGINT);"
        "CREATE OR REPLACE TEMP TABLE waiting (feed VARCHAR, position VARCHAR, raw_text VARCHAR, reason VARCHAR)"
    )
    found = [dead_letter(user_id, 0, line, f"stdin:{number}") for number, line in enumerate(dead_letters)]
    columns = [[getattr(one, name) for one in found] for name in ("feed", "position", "raw_text", "reason")]
    insert_columns(session, "waiting", columns, ["VARCHAR"] * 4)
    quarantine = DeltaTables(bucket).find("quarantine")
    if quarantine is not None:
        load_into(
            session, quarantine, "reject_counts",
            "SELECT feed, source, reason, count(*) AS rows FROM t GROUP BY feed, source, reason",
        )  # fmt: skip
        names = ", ".join(TABLES["quarantine"])
        load_into(
            session,
            quarantine,
            "newest_rejects",
            f"SELECT {names} FROM t ORDER BY quarantined_at DESC, position DESC LIMIT {newest}",
        )
        load_into(
            session, quarantine, "known_letters",
            f"SELECT position, raw_text FROM t WHERE source = '{DEAD_LETTERS}'", "SEMI JOIN waiting USING (position)",
        )  # fmt: skip
        session.execute(
            "DELETE FROM waiting w WHERE EXISTS (FROM known_letters k WHERE k.position = w.position "
            "AND k.raw_text IS NOT DISTINCT FROM w.raw_text)"
        )
    session.execute(
        f"INSERT INTO newest_rejects SELECT feed, '{DEAD_LETTERS}', position, raw_text, reason, NULL FROM waiting;"
        f"INSERT INTO reject_counts SELECT feed, '{DEAD_LETTERS}', reason, count(*) FROM waiting GROUP BY feed, reason"
    )
    counts = session.sql(
        f"""SELECT feed, CASE source WHEN 'stream' THEN 'stream' ELSE 'batch' END AS path, reason,
          sum(rows)::BIGINT AS rows FROM reject_counts GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3 LIMIT {_MOST_REASONS}"""
    )
    # What is in no quarantine yet has no time of it, and is the newest.
    rejects = session.sql(
        f"""SELECT {REJECT_COLUMNS} FROM newest_rejects
        ORDER BY quarantined_at DESC NULLS FIRST, position DESC LIMIT {newest}"""
    )
    return {
        "counts": cast(list[RejectCount], as_documents(counts)),
        "newest": cast(list[RejectedRecord], as_documents(rejects)),
    }


def as_documents(relation: duckdb.DuckDBPyRelation) -> list[dict[str, object]]:
    """A relation's rows by column."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
