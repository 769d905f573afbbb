"""The plan: which raw files belong to which batch, written to `tables/batch_files` before any of them is read."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from typing import Any

import duckdb
from deltalake import CommitProperties, DeltaTable

from table_engine.cleaning import DUCKDB_TYPES
from table_engine.delta_tables import TABLES, DeltaTables, append_rows, commit_once, read_table
from table_engine.duckdb_session import insert_columns
from table_engine.feeds import FEED_NAMES, topic_name
from table_engine.raw_files import RawFile, list_raw_files, to_be_planned
from table_engine.storage import Bucket

_APPLICATION = "batch-plan"

_COLUMNS = {name: DUCKDB_TYPES[type_] for name, type_ in TABLES["batch_files"].items()}


@dataclass(frozen=True)
class Plan:
    """All planned files: for each batch and feed, in source order."""

    files: dict[tuple[int, str], list[RawFile]]

    def of_feed(self, feed: str) -> list[RawFile]:
        """The files of a feed in all batches."""
        return [file for (_, name), files in self.files.items() if name == feed for file in files]

    def of_batches_since(self, moment: datetime, feed: str) -> set[str]:
        """The keys of a feed's files in the batches with a file, of any feed, uploaded at this moment or later."""
        batches = {batch for (batch, _), files in self.files.items() if any(file.modified >= moment for file in files)}
        return {file.key for batch in batches for file in self.files.get((batch, feed), [])}

    def batches_after(self, feed: str, version: int) -> list[int]:
        """The batches later than `version` that have files of the feed, ascending."""
        return sorted(batch for batch, name in self.files if name == feed and batch > version)


def read_plan(table: DeltaTable) -> Plan:
    """Reads the plan from `tables/batch_files`."""
    # Times travel as whole microseconds: DuckDB needs another package to give Python a time with a zone.
    stream: Any = read_table(
        table,
        "SELECT batch, sequence, feed, key, etag, size, to_unixtime(uploaded_at) * 1000000 AS uploaded_at, "
        "partition, start_offset, again FROM t",
    )
    rows = duckdb.arrow(stream.read_all()).order("batch, sequence").fetchall()
    files: dict[tuple[int, str], list[RawFile]] = {}
    for batch, _, feed, key, etag, size, uploaded_at, partition, start_offset, again in rows:
        file = RawFile(key, etag, size, _from_microseconds(uploaded_at), partition, start_offset, again)
        files.setdefault((batch, feed), []).append(file)
    return Plan(files)


def plan_new_files(session: duckdb.DuckDBPyConnection, bucket: Bucket, tables: DeltaTables, user_id: str) -> int | None:
    """Plans the raw files that no batch has as one new batch.

    Returns the batch's number, or None when there are none. When another run plans at the same moment, one is first
    and the other looks again.
    """
    table = tables.open_or_create("batch_files")
    while True:
        table.update_incremental()
        plan = read_plan(table)
        new: dict[str, list[RawFile]] = {}
        for feed in FEED_NAMES:
            listed, others = list_raw_files(bucket, topic_name(user_id, feed))
            for key in others:
                print(f"{key} is not named like a raw file and is left out.", file=sys.stderr)
            new[feed] = to_be_planned(listed, plan.of_feed(feed))
        if not any(new.values()):
            return None
        batch = (table.transaction_version(_APPLICATION) or 0) + 1
        if commit_once(table, _APPLICATION, batch, partial(_append, _as_relation(session, batch, new))):
            return batch


def _append(rows: duckdb.DuckDBPyRelation, table: DeltaTable, properties: CommitProperties) -> bool:
    append_rows(table, rows, properties)
    return True


def _as_relation(
    session: duckdb.DuckDBPyConnection, batch: int, new: dict[str, list[RawFile]]
) -> duckdb.DuckDBPyRelation:
    rows = [
        (batch, sequence, feed, f.key, f.etag, f.size, f.modified, f.partition, f.start_offset, f.again)
        for feed, files in new.items()
        for sequence, f in enumerate(files)
    ]
    columns = ", ".join(f"{name} {type_}" for name, type_ in _COLUMNS.items())
    session.execute(f"CREATE OR REPLACE TEMP TABLE planned ({columns})")
    insert_columns(session, "planned", [list(column) for column in zip(*rows, strict=True)], list(_COLUMNS.values()))
    return session.sql("SELECT * FROM planned")


def _from_microseconds(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=timezone.utc)
