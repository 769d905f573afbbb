"""`python -m tests.table_rows … --bucket B --user-id U`: the rows of every feed on both paths, and rejects, as JSON.

For the end-to-end test, which has no reader of Delta tables of its own. Rows are without their nulls.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from table_engine.delta_tables import DeltaTables, load_into
from table_engine.duckdb_session import open_session
from table_engine.feeds import FEED_NAMES, load_feeds, stream_table_name
from table_engine.storage import Bucket
from tests.sink_bucket import fetch


def rows(session: duckdb.DuckDBPyConnection, tables: DeltaTables, table: str, columns: str) -> list[dict[str, Any]]:
    """A table's rows by column, times as text."""
    load_into(session, tables.open(table), "loaded", f"SELECT {columns} FROM t")
    relation = session.table("loaded")
    found = [dict(zip(relation.columns, row, strict=True)) for row in fetch(relation)]
    return [{name: value for name, value in row.items() if value is not None} for row in found]


def main() -> None:
    """Prints the document."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--user-id", required=True)
    options = parser.parse_args()
    tables = DeltaTables(Bucket(options.bucket))
    with TemporaryDirectory() as folder:
        session = open_session(Path(folder))
        document: dict[str, Any] = {
            "quarantine": rows(session, tables, "quarantine", "feed, source, raw_text, reason"),
            "topics": {},
            "streams": {},
        }
        for feed in FEED_NAMES:
            columns = ", ".join(f'"{name}"' for name in load_feeds()[feed].column_names)
            for path, table in (("topics", feed), ("streams", stream_table_name(options.user_id, feed))):
                document[path][feed] = rows(session, tables, table, columns)
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
