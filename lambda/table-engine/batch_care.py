"""Keeps the tables of the batch small and quick to open; those of the streams have a care of their own.

Where Spark is the engine (`SPARK_COMPACTS` is set), its job compacts the tables of the feeds, and this does the rest.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket
from table_engine.table_care import BATCH_RETENTION_HOURS, care_for


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Cares for the tables of the feeds and the list of files, and reports how they are."""
    bucket = Bucket(os.environ["SINK_BUCKET"])
    compacted_by_spark = FEED_NAMES if os.environ.get("SPARK_COMPACTS") else ()
    reports = {
        name: care_for(bucket, name, retention_hours=BATCH_RETENTION_HOURS, compacts=name not in compacted_by_spark)
        for name in (*FEED_NAMES, "batch_files")
    }
    report = {"tables": {name: None if found is None else asdict(found) for name, found in reports.items()}}
    print(json.dumps(report))
    return report
