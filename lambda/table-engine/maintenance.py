"""Keeps the tables of the streams small and quick to open."""

from __future__ import annotations

import json
from typing import Any

from table_engine.documents import Maintenance
from table_engine.environment import read_environment
from table_engine.storage import Bucket
from table_engine.table_maintenance import run_maintenance


def handler(_event: dict[str, Any], _context: object) -> Maintenance:
    """Maintains all tables of the streams and reports how they are."""
    variables = read_environment("maintenance")
    report = run_maintenance(Bucket(variables["SINK_BUCKET"]), variables["USER_ID"])
    print(json.dumps(report))
    return report
