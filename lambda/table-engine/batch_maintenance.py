"""Keeps the tables of the batch small and quick to open; those of the streams have a maintenance of their own.

Where Spark is the engine (`SPARK_COMPACTS` is set), its job compacts the tables of the feeds, and this does the rest.
"""

from __future__ import annotations

import json
from typing import Any

from table_engine.environment import read_environment
from table_engine.feeds import FEED_NAMES
from table_engine.storage import Bucket
from table_engine.table_maintenance import BATCH_RETENTION_HOURS, maintain_table


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Maintains the tables of the feeds and the list of files, and reports how they are."""
    variables = read_environment("batch_maintenance")
    bucket = Bucket(variables["SINK_BUCKET"])
    compacted_by_spark = FEED_NAMES if variables.get("SPARK_COMPACTS") else ()
    tables = {
        name: maintain_table(
            bucket, name, retention_hours=BATCH_RETENTION_HOURS, compacts=name not in compacted_by_spark
        )
        for name in (*FEED_NAMES, "batch_files")
    }
    report = {"tables": tables}
    print(json.dumps(report))
    return report
