"""Counts every record on both paths, puts the counts as metrics, and fails when they do not add up.

What it found it keeps in the bucket for the report.

Where an engine cleans that writes no metrics (`COUNTS_BATCH` is set), it also counts what the batches of the last day
read and refused, as `batch.py` does where that cleans.
"""

from __future__ import annotations

from typing import Any

from table_engine.documents import FeedReconciliation, Reconciliation, StreamReconciliation
from table_engine.environment import read_environment
from table_engine.function_job import function_job
from table_engine.inspection import run_inspection
from table_engine.metrics import feed_metric_line, metric_line
from table_engine.reconciliation import check, reconcile
from table_engine.report_facts import keep_report_facts
from table_engine.stream_inspection import run_stream_inspection


def handler(event: dict[str, Any], _context: object) -> Reconciliation:
    """Returns the reconciliation without Kafka's facts.

    With the event `{"check":false}` it returns whatever was found. Otherwise it raises ReconciliationError when
    records are missing or duplicate, and names no shards: a state machine carries 256 KB at most, and a stream may have
    had thousands.
    """
    variables = read_environment("reconcile")
    with function_job(variables) as job:
        inspection = run_inspection(job.session, job.bucket, job.user_id, job.folder)
        streams = run_stream_inspection(job.session, job.bucket, job.user_id)
        found = reconcile(inspection, streams)
        keep_report_facts(job.session, job.bucket, job.user_id, found)
    if variables.get("COUNTS_BATCH"):
        for feed, counts in inspection["feeds"].items():
            values = {"Records": counts["last_day"]["records"], "Rejects": counts["last_day"]["rejects"]}
            print(feed_metric_line(values, job.user_id, "topics", feed))
    for feed_row in found["feeds"]:
        _put_metrics(job.user_id, "topics", feed_row, feed_row["outsideRawFiles"])
    for stream_row in found["streams"]:
        _put_metrics(job.user_id, "streams", stream_row, 0)
    rows: list[FeedReconciliation | StreamReconciliation] = [*found["feeds"], *found["streams"]]
    total = {"Missing": sum(row["missing"] for row in rows), "Duplicate": sum(row["duplicate"] for row in rows)}
    print(metric_line(total, {"UserId": job.user_id}))
    if event.get("check") is False:
        return found
    check(found)
    return {**found, "streams": [{**row, "shards": []} for row in found["streams"]]}


def _put_metrics(user_id: str, path: str, row: FeedReconciliation | StreamReconciliation, outside: int) -> None:
    values = {
        "Missing": row["missing"],
        "Duplicate": row["duplicate"],
        "OnTheWay": row["onTheWay"],
        "OutsideRawFiles": outside,
    }
    print(feed_metric_line(values, user_id, path, row["feed"], findings=row["findings"]))
