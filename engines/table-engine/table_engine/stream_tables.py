"""The streaming path's Delta tables, and how far each shard has got in them (docs/adr/0004-stream-exactly-once.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from deltalake import DeltaTable, Transaction

from table_engine.delta_tables import TABLES, DeltaTables
from table_engine.feeds import Feed, stream_table_name

#: The columns that follow the cleaned ones: where a row comes from.
SOURCE_COLUMNS: Mapping[str, str] = {
    "_shard_id": "string",
    "_sequence_number": "string",
    "_arrived_at": "timestamp",
}

#: How many hours removed files are kept. A reader or writer in progress may be as old as this; a function's invocation
#: ends after at most 15 minutes.
RETENTION_HOURS = 24

#: How many hours the commits before a checkpoint are kept: at some commits a second a day of them would be too many.
LOG_RETENTION_HOURS = 2

#: The properties of tables that are appended to all the time; the maintenance gives them to those that lack them.
CONFIGURATION: Mapping[str, str] = {
    "delta.logRetentionDuration": f"interval {LOG_RETENTION_HOURS} hours",
    "delta.deletedFileRetentionDuration": f"interval {RETENTION_HOURS} hours",
    "delta.checkpointInterval": "50",
}

# A sequence number of Kinesis has 56 digits, a version of a Delta transaction 63 bits: it takes four.
_GROUPS = 4
_DIGITS = 18
_LIMIT = 10 ** (_GROUPS * _DIGITS)


def stream_columns(feed: Feed) -> Mapping[str, str]:
    """The table's columns with their types in Delta Lake's terms: the cleaned ones, then SOURCE_COLUMNS."""
    return {**TABLES[feed.name], **SOURCE_COLUMNS}


def open_stream_table(tables: DeltaTables, user_id: str, feed: Feed) -> DeltaTable:
    """Opens a feed's table, creating an empty one if it does not exist."""
    return tables.open_or_create(stream_table_name(user_id, feed.name), stream_columns(feed), CONFIGURATION)


class Transactions(Protocol):
    """The transaction versions of a state of a table: a DeltaTable, or KnownTransactions that follow it."""

    def transaction_version(self, app_id: str, /) -> int | None:
        """The newest version of an application."""


class ShardProgress:
    """How far one shard has got in one table, kept in the table's log.

    The application `<stream>/<shard>` counts the commits that had rows of the shard; `<stream>/<shard>/0` to `/3` are
    the highest committed sequence number, in groups of 18 decimal digits. `<stream>/<shard>/replays` counts the commits
    of replays among them.
    """

    def __init__(self, stream: str, shard: str) -> None:
        """`shard` is the shard's id, for example `shardId-000000000000`."""
        self._application = f"{stream}/{shard}"
        self._groups = [f"{self._application}/{number}" for number in range(_GROUPS)]
        self._replays = f"{self._application}/replays"

    def highest(self, table: Transactions) -> int:
        """The highest sequence number that is committed in this state of the table; -1 when there is none."""
        first = table.transaction_version(self._groups[0])
        # Looking in vain takes as long as the log is.
        if first is None:
            return -1
        return self._number([first, *(table.transaction_version(group) for group in self._groups[1:])])

    def carried(self, transactions: Mapping[str, int]) -> int | None:
        """The highest sequence number in what one commit carries; None when the commit is not of this shard."""
        groups = [transactions.get(group) for group in self._groups]
        return None if groups[0] is None else self._number(groups)

    @staticmethod
    def _number(groups: list[int | None]) -> int:
        if groups[0] is None:
            return -1
        number = 0
        for group in groups:
            number = number * 10**_DIGITS + (group or 0)
        return number

    def commits(self, table: Transactions) -> int:
        """How many commits had rows of the shard."""
        return table.transaction_version(self._application) or 0

    def transactions(self, table: Transactions, highest: int) -> list[Transaction]:
        """What the next commit on this state of the table carries so that `highest` is its highest sequence number.

        Raises ValueError for a number of more than 72 digits.
        """
        if not 0 <= highest < _LIMIT:
            raise ValueError(f"{highest} is no sequence number: expected 1 to {_GROUPS * _DIGITS} decimal digits")
        groups: list[int] = []
        for _ in range(_GROUPS):
            highest, group = divmod(highest, 10**_DIGITS)
            groups.insert(0, group)
        return [
            Transaction(self._application, self.commits(table) + 1),
            *(Transaction(name, group) for name, group in zip(self._groups, groups, strict=True)),
        ]

    def replays(self, table: Transactions) -> int:
        """How many commits were replays of the shard."""
        return table.transaction_version(self._replays) or 0

    def replay_transactions(self, table: Transactions, highest: int) -> list[Transaction]:
        """The same for the commit of a replay."""
        return [*self.transactions(table, highest), Transaction(self._replays, self.replays(table) + 1)]
