"""One SQL statement over the tables of the pipeline: read only, and closed against everything else of the machine."""

from __future__ import annotations

import math
import re
import time
from typing import Any

import duckdb

from table_engine.documents import QueryColumn, QueryResult, QueryTables
from table_engine.errors import TableEngineError
from table_engine.queryable import Queryable, find_queryable, register
from table_engine.storage import Bucket

#: How many rows are printed unless another number is given.
MOST_ROWS = 1000

_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)

# Types whose values JSON has a form for; of all others the text that DuckDB gives.
_PLAIN = re.compile(r"VARCHAR|BOOLEAN|FLOAT|DOUBLE|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")

# The largest whole number up to which JavaScript has all of them.
_MOST_INTEGER = 2**53


def run_query(
    session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str, sql: str, most_rows: int = MOST_ROWS
) -> QueryResult:
    """Runs one statement that returns rows, and returns the document that the command prints.

    The session is closed for good: it reads no file, and no setting can be changed. Raises TableEngineError with
    DuckDB's own sentence when the statement is wrong, and with what creates a table when it is not there yet.
    """
    started = time.monotonic()
    tables = find_queryable(bucket, user_id)
    for table in tables:
        register(session, table)
    session.execute(
        "SET python_enable_replacements = false; SET enable_external_access = false; SET lock_configuration = true"
    )
    try:
        relation = session.sql(_one_statement(session, sql))
        columns: list[QueryColumn] = [
            {"name": name, "type": str(type_)} for name, type_ in zip(relation.columns, relation.types, strict=True)
        ]
        rows = _as_json(relation, columns).fetchmany(most_rows + 1)
    except duckdb.Error as error:
        raise TableEngineError(_missing_table(error, tables) or str(error)) from error
    return {
        "columns": columns,
        "rows": [[_plain(value) for value in row] for row in rows[:most_rows]],
        "truncated": len(rows) > most_rows,
        "seconds": round(time.monotonic() - started, 3),
    }


def list_tables(session: duckdb.DuckDBPyConnection, bucket: Bucket, user_id: str) -> QueryTables:
    """Returns the document that the command `tables` prints: every name of every table."""
    document: QueryTables = {"tables": []}
    for table in find_queryable(bucket, user_id):
        register(session, table)
        for name in table.names:
            found = session.sql(f'FROM "{name}"') if table.scan is not None else None
            columns = [] if found is None else zip(found.columns, found.types, strict=True)
            document["tables"].append(
                {
                    "name": name,
                    "description": table.description,
                    "columns": [{"name": column, "type": str(type_)} for column, type_ in columns],
                }
            )
    return document


def _one_statement(session: duckdb.DuckDBPyConnection, sql: str) -> str:
    statements = session.extract_statements(sql)
    if len(statements) != 1:
        raise TableEngineError(
            f"Expected one SQL statement, got {len(statements)}, for example SELECT count(*) FROM pin"
        )
    if statements[0].type not in _READING:
        raise TableEngineError(
            f"A statement of the kind {statements[0].type.name} cannot be used: the tables are only read. Expected "
            "SELECT, WITH, FROM, VALUES, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN."
        )
    return str(statements[0].query)


def _as_json(relation: duckdb.DuckDBPyRelation, columns: list[QueryColumn]) -> duckdb.DuckDBPyRelation:
    """The relation with text in place of values that JSON has no form for. Its names may be duplicates."""
    names = [f"column{number}" for number in range(len(columns))]
    values = (
        name if _PLAIN.fullmatch(column["type"]) else f"{name}::VARCHAR"
        for name, column in zip(names, columns, strict=True)
    )
    return relation.query("result", f"SELECT {', '.join(values)} FROM result AS renamed({', '.join(names)})")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > _MOST_INTEGER:
        return str(value)
    return value


def _missing_table(error: duckdb.Error, tables: list[Queryable]) -> str | None:
    """A sentence on a table that is known, but not there yet."""
    name = re.match(r"Catalog Error: Table with name (.+) does not exist!", str(error))
    for table in tables:
        if name and table.scan is None and name[1].lower() in map(str.lower, table.names):
            return f"The table {name[1]} is not there yet: {table.created_by}"
    return None
