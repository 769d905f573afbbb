"""Rows of a batch for the quarantine, and appending what a table lacks, whatever number it has."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
from deltalake import CommitProperties, DeltaTable, Transaction

from table_engine.delta_tables import Step, append_rows, commit_on_newest, load_into
from table_engine.duckdb_session import count_rows
from table_engine.feeds import Feed


def quarantine_rows(feed: Feed, rejects: str) -> str:
    """The SELECT that makes rows of the quarantine from a relation (position, raw_text, reason) of a batch."""
    return (
        f"SELECT '{feed.name}' AS feed, 'batch' AS source, position, raw_text, reason, now() AS quarantined_at "
        f"FROM {rejects}"
    )


#: Given a state of a table, the rows that it lacks and how many.
Find = Callable[[DeltaTable], tuple[duckdb.DuckDBPyRelation, int]]


def append_missing(table: DeltaTable, application: str, find: Find) -> int:
    """Appends what a table lacks; looks again when another writer was faster. Returns how many rows.

    Its commits are counted as the versions of the application.
    """

    def decide(newest: DeltaTable) -> Step[int] | None:
        rows, count = find(newest)
        if count == 0:
            return None

        def write(properties: CommitProperties) -> int:
            append_rows(newest, rows, properties)
            return count

        return [Transaction(application, (newest.transaction_version(application) or 0) + 1)], write

    return commit_on_newest(table, decide) or 0


def missing_rejects(
    session: duckdb.DuckDBPyConnection, feed: Feed, table: DeltaTable
) -> tuple[duckdb.DuckDBPyRelation, int]:
    """Of the session's `rejects` those that the quarantine lacks, by position and text, as its rows; and how many.

    `known_rejects` then has position and text of all that it has of the feed.
    """
    load_into(session, table, "known_rejects", f"SELECT position, raw_text FROM t WHERE feed = '{feed.name}'")
    session.execute(
        "CREATE OR REPLACE TEMP TABLE missing_rejects AS FROM rejects "
        "ANTI JOIN known_rejects USING (position, raw_text)"
    )
    return session.sql(quarantine_rows(feed, "missing_rejects")), count_rows(session, "missing_rejects")
