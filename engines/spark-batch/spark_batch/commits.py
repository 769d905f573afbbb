"""Exactly-once commits by Spark, concurrent with any other writers (docs/adr/0007-spark-batch.md)."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import Any

from deltalake import DeltaTable
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from table_engine.delta_tables import is_applied
from table_engine.errors import TableEngineError

# What a call of Spark raises: PySpark does not convert some of the JVM's errors.
SPARK_ERRORS = (PySparkException, Py4JJavaError)

# Delta Lake's errors for a conflicting commit of another writer. The table engine's maintenance, and now and then its
# writers, change a table property.
_OVERTAKEN = re.compile(r"io\.delta\.exceptions\.(Concurrent.*|MetadataChanged|ProtocolChanged)Exception")

# A commit that lost a race retries; each loss means that another one made progress.
_ATTEMPTS = 20

_APPLICATION = "spark.databricks.delta.write.txnAppId"
_VERSION = "spark.databricks.delta.write.txnVersion"
_LAST_COMMIT = "spark.databricks.delta.lastCommitVersionInSession"


def commit_once(
    spark: SparkSession, table: DeltaTable, application: str, version: int, write: Callable[[], None]
) -> bool:
    """Runs `write` until its commit succeeds, unless the table already has this version of the application.

    What `write` commits to the table, in one commit, carries (application, version): Delta Lake leaves it out when the
    table has them, and refuses it when another writer has brought them in the meantime. `write` must look at the table
    again each time. Returns whether the commit is this call's. Raises TableEngineError when other writers keep being
    faster.

    What Spark calls a success is believed only when the table's newest state has it: when the log was cleaned up while
    Spark wrote, the version after the one that it read is free again, below the newest checkpoint, where no one looks.
    """
    for tries in range(_ATTEMPTS):
        table.update_incremental()
        if is_applied(table, application, version):
            return False
        spark.conf.set(_APPLICATION, application)
        spark.conf.set(_VERSION, str(version))
        spark.conf.unset(_LAST_COMMIT)
        try:
            write()
            table.update_incremental()
            if is_applied(table, application, version):
                return spark.conf.get(_LAST_COMMIT, None) is not None
        except SPARK_ERRORS as error:
            if not is_overtaken(error):
                raise
        finally:
            spark.conf.unset(_APPLICATION)
            spark.conf.unset(_VERSION)
        time.sleep(random.uniform(0.05, 0.3 * (tries + 1)))
    raise TableEngineError(
        f"{_ATTEMPTS} commits to {table.table_uri} conflicted with other writers: run the command again."
    )


def is_overtaken(error: BaseException) -> bool:
    """Whether a commit was refused because of another writer's concurrent commit."""
    cause: Any = getattr(error, "_origin", None) or getattr(error, "java_exception", None)
    while cause is not None:
        if _OVERTAKEN.fullmatch(cause.getClass().getName()):
            return True
        cause = cause.getCause()
    return False
