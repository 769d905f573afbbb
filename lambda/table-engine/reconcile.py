"""Counts every record on both paths, puts the counts as metrics, and fails when they do not add up.

Where an engine cleans that writes no metrics (`COUNTS_BATCH` is set), it also counts what the batches of the last day
read and refused, as `batch.py` does where that cleans.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from table_engine.function_job import function_job
from table_engine.inspection import run_inspection
from table_engine.metrics import feed_metric_line, metric_line
from table_engine.reconciliation import assess, check
from table_engine.stream_inspection import run_stream_inspection


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Returns one assessment for each path and feed. Raises ReconciliationError when records are missing or double."""
    with function_job() as job:
        inspection = run_inspection(job.session, job.bucket, job.user_id, job.folder)
        streams = run_stream_inspection(job.session, job.bucket, job.user_id)
    if os.environ.get("COUNTS_BATCH"):
        for feed, counts in inspection["feeds"].items():
            values = {"Records": counts["last_day"]["records"], "Rejects": counts["last_day"]["rejects"]}
            print(feed_metric_line(values, job.user_id, "topics", feed))
    assessments = assess(inspection, streams)
    for found in assessments:
        values = {
            "Missing": found.missing,
            "Duplicate": found.duplicate,
            "OnTheWay": found.on_the_way,
            "OutsideRawFiles": found.outside_raw_files,
        }
        print(feed_metric_line(values, job.user_id, found.path, found.feed, findings=found.findings))
    total = {
        "Missing": sum(found.missing for found in assessments),
        "Duplicate": sum(found.duplicate for found in assessments),
    }
    print(metric_line(total, {"UserId": job.user_id}))
    check(assessments)
    return {"assessments": [asdict(found) for found in assessments]}
