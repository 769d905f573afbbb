"""A sink bucket as a test fills it and looks into its tables."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import obstore
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from table_engine.batch import run_batch
from table_engine.delta_tables import DeltaTables, load_into
from table_engine.documents import BatchReport
from table_engine.duckdb_session import another_connection, open_session
from table_engine.storage import Bucket

USER = "pinterest"


def jsonl(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def dead_letter(offset: int, value: bytes | None = b"[1]", /, *, at: int | None = None, **changed: object) -> bytes:
    """The copy of a dead-letter record of `pinterest.pin`, partition 0, with changes; `at` is its own offset."""
    text = None if value is None else base64.b64encode(value).decode()
    document = {"topic": f"{USER}.pin", "partition": 0, "offset": offset, "reason": "it is an array", "value": text}
    return jsonl({**document, "deadLetterOffset": offset if at is None else at, **changed})


class SinkBucket:
    def __init__(self, name: str) -> None:
        self.name = name
        self.bucket = Bucket(name)
        self.tables = DeltaTables(self.bucket)
        self._known: dict[str, DeltaTable] = {}

    def put(self, feed: str, partition: int, start: int, content: bytes) -> str:
        topic = f"{USER}.{feed}"
        key = f"topics/{topic}/partition={partition}/{topic}+{partition}+{start:020}.json"
        # As the sink does.
        records = sum(bool(line.strip()) for line in content.split(b"\n"))
        obstore.put(self.bucket._store, key, content, attributes={"record-count": str(records)})
        return key

    def delete(self, key: str) -> None:
        obstore.delete(self.bucket._store, key)

    def batch(self) -> BatchReport:
        """Runs a batch in this process."""
        with tempfile.TemporaryDirectory() as folder:
            return run_batch(another_connection(_session()), self.bucket, USER, Path(folder))

    def start_batch(
        self, environment: dict[str, str], *, stdout: int = subprocess.PIPE, stderr: int | None = None
    ) -> subprocess.Popen[str]:
        """Starts a batch as a process of its own."""
        command = [sys.executable, "-m", "table_engine", "batch", "--bucket", self.name, "--user-id", USER]
        return subprocess.Popen(command, env=environment, stdout=stdout, stderr=stderr, text=True)

    def newest(self, table: str) -> DeltaTable:
        """The newest state of a table. To open a table takes ten times as long as to look what is new."""
        known = self._known.get(table)
        if known is not None:
            # Of commits that were cleaned up since, it is opened again.
            with suppress(DeltaError):
                known.update_incremental()
                return known
        self._known[table] = self.tables.open(table)
        return self._known[table]

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """A table's rows in order; times as text, and without the time of quarantine."""
        session = another_connection(_session())
        load_into(session, self.newest(table), "loaded", "SELECT * FROM t")
        columns = "* EXCLUDE (quarantined_at)" if table == "quarantine" else "*"
        return fetch(session.sql(f"SELECT {columns} FROM loaded ORDER BY ALL"))

    def commits(self, table: str) -> int:
        """The table's Delta version."""
        return self.newest(table).version()


_FOLDER = tempfile.TemporaryDirectory()


@cache
def _session() -> duckdb.DuckDBPyConnection:
    """Of all buckets in this process: to open one takes as long as a small batch."""
    return open_session(Path(_FOLDER.name), "500MB", 2)


def fetch(relation: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
    """A relation's rows; times as text."""
    columns = [
        f'"{name}"::VARCHAR' if str(type_) == "TIMESTAMP WITH TIME ZONE" else f'"{name}"'
        for name, type_ in zip(relation.columns, relation.types, strict=True)
    ]
    return relation.project(", ".join(columns)).fetchall()
