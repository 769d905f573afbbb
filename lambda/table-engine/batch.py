"""Cleans the new raw files into the batch tables, as the first step of the daily batch."""

from __future__ import annotations

from typing import Any

from table_engine.batch import run_batch
from table_engine.documents import BatchReport
from table_engine.environment import read_environment
from table_engine.function_job import function_job
from table_engine.metrics import feed_metric_line


def handler(_event: dict[str, Any], _context: object) -> BatchReport:
    """Runs a batch and reports it; one that was cut off is finished by the next try."""
    with function_job(read_environment("batch")) as job:
        report = run_batch(job.session, job.bucket, job.user_id, job.folder)
    for feed, counts in report["feeds"].items():
        values = {"Records": counts["rows"] + counts["rejects"], "Rejects": counts["rejects"]}
        print(feed_metric_line(values, job.user_id, "topics", feed, batch=report["batch"]))
    return report
