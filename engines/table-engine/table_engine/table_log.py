"""The newest commits of a Delta table, read from its log."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from table_engine.storage import Bucket, ObjectChangedError

# Commits that are fetched at the same time.
_THREADS = 8


@dataclass(frozen=True)
class Commit:
    """One commit: its version, when it was made (milliseconds since 1970, UTC; None when it does not say), and the
    transaction versions it carries by application.
    """

    version: int
    made_at: int | None
    transactions: Mapping[str, int] = field(default_factory=dict)


def log_folder(table_name: str) -> str:
    """Where the log of a table under `tables/` is, without a slash at the end."""
    return f"tables/{table_name}/_delta_log"


def read_commit(bucket: Bucket, table_name: str, version: int) -> Commit:
    """Reads one commit. Raises ObjectChangedError when the log does not have it any more."""
    made_at: int | None = None
    transactions: dict[str, int] = {}
    for line in bucket.content(f"{log_folder(table_name)}/{version:020}.json").splitlines():
        # A commit may name thousands of files: most lines need not be understood.
        if b'"txn"' not in line and b'"commitInfo"' not in line:
            continue
        # https://github.com/delta-io/delta/blob/master/PROTOCOL.md#transaction-identifiers
        action: dict[str, Any] = json.loads(line)
        if "txn" in action:
            transactions[action["txn"]["appId"]] = int(action["txn"]["version"])
        elif "commitInfo" in action and "timestamp" in action["commitInfo"]:
            made_at = int(action["commitInfo"]["timestamp"])
    return Commit(version, made_at, transactions)


def newest_commits(
    bucket: Bucket, table_name: str, version: int, most: int, known: Mapping[int, Commit] = MappingProxyType({})
) -> list[Commit]:
    """The commits up to and with `version`, newest first, at most `most`; fewer when the log was cleaned up.

    Those that are `known`, by version, are not read again.
    """

    def read(number: int) -> Commit | None:
        try:
            return known.get(number) or read_commit(bucket, table_name, number)
        except ObjectChangedError:
            return None

    with ThreadPoolExecutor(_THREADS) as threads:
        found = threads.map(read, range(version, max(-1, version - most), -1))
        return [commit for commit in takewhile(lambda commit: commit is not None, found) if commit is not None]


def count_log_entries(bucket: Bucket, table_name: str) -> int:
    """How many commits the log of a table holds as files of their own."""
    return sum(
        bool(re.fullmatch(r".*/\d{20}\.json", stored.key)) for stored in bucket.list(f"{log_folder(table_name)}/")
    )
