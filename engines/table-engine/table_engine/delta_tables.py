"""The Delta tables of a bucket: opening, creating, and commits that happen exactly once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from typing import TypeVar

import duckdb
from deltalake import (
    CommitProperties,
    DeltaTable,
    Field,
    PostCommitHookProperties,
    QueryBuilder,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import ArrayType, PrimitiveType

from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES, load_feeds
from table_engine.storage import Bucket

Result = TypeVar("Result")

#: For each batch table its columns with their types in Delta Lake's terms.
TABLES: Mapping[str, Mapping[str, str]] = {
    **{name: {column.name: column.type for column in load_feeds()[name].table} for name in FEED_NAMES},
    "quarantine": {
        "feed": "string",
        "source": "string",
        "position": "string",
        "raw_text": "string",
        "reason": "string",
        "quarantined_at": "timestamp",
    },
    "batch_files": {
        "batch": "long",
        "sequence": "long",
        "feed": "string",
        "key": "string",
        "etag": "string",
        "size": "long",
        "uploaded_at": "timestamp",
        "partition": "int",
        "start_offset": "long",
        "again": "boolean",
    },
}

#: Small enough row groups that a reader of Parquet files can skip and share the work.
ROW_GROUP_ROWS = 128 * 1024

#: How Parquet files are written.
WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=ROW_GROUP_ROWS)

#: What follows a commit. Old ones are deleted by the maintenance; a function that appends may delete nothing.
HOOK = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)

# A commit that lost a race looks again; each loss means that another one made progress.
_ATTEMPTS = 50


def delta_schema(columns: Mapping[str, str]) -> Schema:
    """The Delta schema of columns given as in `TABLES`; every column may be null."""

    def delta_type(name: str) -> PrimitiveType | ArrayType:
        if name.startswith("array<"):
            return ArrayType(PrimitiveType(name[len("array<") : -1]), contains_null=True)
        return PrimitiveType("integer" if name == "int" else name)

    return Schema([Field(name, delta_type(type_)) for name, type_ in columns.items()])


class DeltaTables:
    """The tables under `tables/` of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        """`bucket` says where the tables are and how to reach them."""
        self._bucket = bucket

    @property
    def options(self) -> dict[str, str]:
        """How delta-rs reaches the tables."""
        return self._bucket.options

    def uri(self, name: str) -> str:
        """The table's address, for example `s3://bucket/tables/pin`."""
        return f"s3://{self._bucket.name}/{self.folder(name)}"

    @staticmethod
    def folder(name: str) -> str:
        """Where in its bucket a table is, without a slash at the end."""
        return f"tables/{name}"

    def open(self, name: str) -> DeltaTable:
        """Opens a table. Raises TableEngineError when no batch has created it yet."""
        table = self.find(name)
        if table is None:
            raise TableEngineError(
                f"There is no table {self.uri(name)} yet: run the command 'batch' first, and check --bucket."
            )
        return table

    def find(self, name: str) -> DeltaTable | None:
        """Opens a table; None if it does not exist."""
        try:
            return DeltaTable(self.uri(name), storage_options=self.options)
        except TableNotFoundError:
            return None

    def open_or_create(
        self, name: str, columns: Mapping[str, str] | None = None, configuration: Mapping[str, str] | None = None
    ) -> DeltaTable:
        """Opens a table, creating an empty one if it does not exist; by default with the columns that `TABLES` has."""
        for attempt in range(_ATTEMPTS):
            table = self.find(name)
            if table is not None:
                return table
            with suppress(DeltaError) if attempt < _ATTEMPTS - 1 else nullcontext():
                return DeltaTable.create(
                    self.uri(name),
                    delta_schema(columns or TABLES[name]),
                    mode="ignore",
                    configuration=dict(configuration or {}),
                    storage_options=self.options,
                )
            # Another writer created it at the same moment, or it cannot be created: the next attempt shows which.
            _pause(attempt)
        raise AssertionError("unreachable")


def read_table(table: DeltaTable, sql: str) -> object:
    """Reads a table by a SQL text over the relation `t`; the result is an Arrow stream that DuckDB can scan."""
    return QueryBuilder().register("t", table).execute(sql)


def load_into(session: duckdb.DuckDBPyConnection, table: DeltaTable, name: str, sql: str, only: str = "") -> None:
    """Reads a table by a SQL text over the relation `t` into the session's temporary table `name`.

    `only` is a clause in DuckDB's SQL that keeps some of the rows, as they stream by: `SEMI JOIN …` or `WHERE …`.
    """
    session.register("delta_stream", read_table(table, sql))
    session.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM delta_stream {only}")
    session.unregister("delta_stream")


def append_rows(table: DeltaTable, rows: duckdb.DuckDBPyRelation, properties: CommitProperties) -> None:
    """Appends a relation that has the table's columns, in one commit."""
    write_deltalake(
        table,
        rows,
        mode="append",
        commit_properties=properties,
        writer_properties=WRITER,
        post_commithook_properties=HOOK,
    )


def is_applied(table: DeltaTable, application: str, version: int) -> bool:
    """Whether the table has a commit of the application with this version or a later one."""
    return (table.transaction_version(application) or 0) >= version


#: What to do on a state of a table: the transactions that the commit carries, and the function that writes and commits.
Step = tuple[list[Transaction], Callable[[CommitProperties], Result]]


def commit_on_newest(
    table: DeltaTable, decide: Callable[[DeltaTable], Step[Result] | None], *, is_newest: bool = False
) -> Result | None:
    """Looks at the newest state of the table and commits on exactly this state; looks again when others were faster.

    `is_newest` says that the table's state is the newest as far as the caller knows, and saves the first look: when it
    is wrong, the commit is refused, and the file that was written for it is left to a vacuum. "Nothing to do" must then
    be true of a later state as well.

    `decide` is given the state; it returns None when there is nothing to do. Of several writers one succeeds, and the
    others decide again on what it wrote; a writer whose commit went through unseen finds it. Returns what the writing
    function returned, or None when there was nothing to do. Raises TableEngineError when other writers keep being
    faster.
    """
    for tries in range(_ATTEMPTS):
        unseen = is_newest and tries == 0
        if not unseen:
            table.update_incremental()
        step = decide(table)
        if step is None:
            return None
        transactions, write = step
        try:
            return write(CommitProperties(app_transactions=transactions, max_commit_retries=0))
        except DeltaError as error:
            # Of a state whose commits were cleaned up meanwhile, delta-rs says only that its version is invalid.
            if not unseen and not isinstance(error, CommitFailedError):
                raise
            _pause(tries)
    raise TableEngineError(
        f"{_ATTEMPTS} commits to {table.table_uri} conflicted with other writers: run the command again."
    )


def commit_once(
    table: DeltaTable,
    application: str,
    version: int,
    write: Callable[[DeltaTable, CommitProperties], Result],
) -> Result | None:
    """Runs `write` until its commit succeeds, unless the table already has this version of the application.

    The commit carries (application, version). Returns what `write` returned, or None when there was nothing to do.
    Raises TableEngineError when other writers keep being faster.
    """

    def decide(newest: DeltaTable) -> Step[Result] | None:
        if is_applied(newest, application, version):
            return None
        return [Transaction(application, version)], lambda properties: write(newest, properties)

    return commit_on_newest(table, decide)


def _pause(tries: int) -> None:
    time.sleep(random.uniform(0.01, 0.05 * min(tries + 1, 10)))
