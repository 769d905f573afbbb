"""What the report of a batch shows besides the answers: kept in the bucket, where the report's own step reads it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import duckdb

from table_engine.delta_tables import DeltaTables, read_table
from table_engine.documents import NewestRows, Quarantined, Reconciliation, ReportFacts
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES, REPORT_FACTS_KEY, stream_table_name
from table_engine.sql_text import QUESTIONS, question_sql
from table_engine.storage import Bucket

#: How many reasons are listed, the most frequent first: a reason may have a part of the record in it.
MOST_REASONS = 100


def read_reconciliation(text: bytes) -> Reconciliation:
    """The JSON document that `reconcile` printed. Raises TableEngineError when it is none."""
    try:
        found: Reconciliation = json.loads(text)
        if all(key in found for key in ("ok", "feeds", "streams")):
            return found
        problem = "no ok, feeds or streams"
    except (ValueError, TypeError) as error:
        problem = str(error)
    raise TableEngineError(f"stdin is no reconciliation ({problem}): expected the document of the command 'reconcile'.")


def keep_report_facts(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, reconciliation: Reconciliation
) -> ReportFacts:
    """Counts what is refused, looks for the newest rows, and keeps both with the reconciliation in the bucket.

    A table that is not there yet has no rows. Shards are left out: a stream may have had thousands.
    """
    tables = DeltaTables(bucket)

    def rows(table: str, sql: str) -> list[tuple[Any, ...]]:
        found = tables.find(table)
        if found is None:
            return []
        session.register("report_stream", read_table(found, sql))
        try:
            return session.execute("FROM report_stream").fetchall()
        finally:
            session.unregister("report_stream")

    reasons = rows(
        "quarantine",
        "SELECT feed, source, reason, count(*) AS amount FROM t GROUP BY feed, source, reason "
        f"ORDER BY amount DESC, feed, source, reason LIMIT {MOST_REASONS}",
    )
    files = rows("batch_files", f"SELECT feed, max(batch), {_micros('uploaded_at')} FROM t GROUP BY feed")
    batches = {feed: _iso(uploaded_at) for feed, _, uploaded_at in files}
    newest: list[NewestRows] = []
    for feed in FEED_NAMES:
        arrived = rows(stream_table_name(user_id, feed), f"SELECT {_micros('_arrived_at')} FROM t")
        stream = _iso(arrived[0][0]) if arrived else None
        newest.append({"feed": feed, "batch": batches.get(feed), "stream": stream})
    quarantine: list[Quarantined] = [
        {"feed": feed, "source": source, "reason": reason, "rows": count} for feed, source, reason, count in reasons
    ]
    document: ReportFacts = {
        "batch": max((batch for _, batch, _ in files), default=None),
        "reconciliation": {
            **reconciliation,
            "streams": [{**row, "shards": []} for row in reconciliation["streams"]],
        },
        "quarantine": quarantine,
        "newest": newest,
        "questions": {question: question_sql(question) for question in QUESTIONS},
    }
    bucket.write(REPORT_FACTS_KEY, json.dumps(document, ensure_ascii=False).encode("utf-8"))
    return document


def _micros(column: str) -> str:
    """The newest time of a column in microseconds since 1970; for a time with a zone DuckDB wants another package."""
    return f"CAST(max({column}) AS bigint)"


def _iso(micros: int | None) -> str | None:
    return None if micros is None else datetime.fromtimestamp(micros / 1e6, timezone.utc).isoformat()
