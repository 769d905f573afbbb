"""Appends what the event source mappings of the streams gave up on."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from table_engine.documents import Redrive
from table_engine.duckdb_session import open_session
from table_engine.environment import read_environment
from table_engine.storage import Bucket
from table_engine.stream_redrive import run_redrive

_MEMORY = "150MB"


def handler(_event: dict[str, Any], _context: object) -> Redrive:
    """Redrives everything in the bucket of failures and reports what became of it."""
    variables = read_environment("redrive")
    with open_session(Path(tempfile.gettempdir()), _MEMORY, threads=1) as session:
        report = run_redrive(
            session, Bucket(variables["SINK_BUCKET"]), Bucket(variables["FAILURES_BUCKET"]), variables["USER_ID"]
        )
    print(json.dumps(report))
    return report
