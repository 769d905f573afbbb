"""The transaction versions of a Delta table, followed commit by commit.

delta-rs looks up a transaction version by reading the log again, which takes longer with every commit. A process that
appends all the time knows what it wrote, and has to read only the commits of others.
"""

from __future__ import annotations

from collections.abc import Iterable

from deltalake import DeltaTable, Transaction

from table_engine.storage import Bucket, ObjectChangedError
from table_engine.table_log import read_commit


class KnownTransactions:
    """The transaction versions of one table at the state it was last followed to."""

    def __init__(self, bucket: Bucket, table_name: str) -> None:
        """`table_name` is the folder under `tables/`."""
        self._bucket = bucket
        self._name = table_name
        self._table: DeltaTable | None = None
        self._version = -1
        self._known: dict[str, int | None] = {}
        #: Whether no one else committed between the last commit of one's own and the state followed to.
        self.is_alone = False

    def follow(self, table: DeltaTable) -> None:
        """Comes to the table's present state by reading the commits since the last one."""
        version = table.version()
        self.is_alone = self._table is table and version == self._version
        if self._table is not table or version < self._version:
            self._known.clear()
        else:
            try:
                for number in range(self._version + 1, version + 1):
                    self._known.update(read_commit(self._bucket, self._name, number).transactions)
            except ObjectChangedError:
                # The log was cleaned up; the versions are in the checkpoint, where delta-rs finds them.
                self._known.clear()
        self._table = table
        self._version = version

    def learn(self, version: int, transactions: Iterable[Transaction]) -> None:
        """Takes note of a commit of one's own, the one right after the state followed to."""
        if version == self._version + 1:
            self._version = version
            self._known.update((transaction.app_id, transaction.version) for transaction in transactions)

    def transaction_version(self, application: str) -> int | None:
        """The application's newest version in the state followed to; None when it has none."""
        if application not in self._known:
            assert self._table is not None, "follow() comes first"
            self._known[application] = self._table.transaction_version(application)
        return self._known[application]
