"""The eight questions over the cleaned tables."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from table_engine.delta_tables import TABLES, DeltaTables, read_table
from table_engine.documents import Answer, Answers
from table_engine.feeds import ANSWERS_KEY, FEED_NAMES
from table_engine.sql_text import QUESTIONS, question_sql, question_title
from table_engine.storage import Bucket

#: The columns that the questions use; the others are not read.
COLUMNS = {
    "pin": ("ind", "category", "poster_name", "follower_count"),
    "geo": ("ind", "country", "timestamp"),
    "user": ("ind", "user_name", "age", "date_joined"),
}


def run_answers(session: duckdb.DuckDBPyConnection, bucket: Bucket) -> Answers:
    """Answers the questions from the tables as they are now, and keeps the answers in the bucket.

    Returns the document that the command prints. Raises TableEngineError when a table does not exist.
    """
    tables = DeltaTables(bucket)
    for name in FEED_NAMES:
        columns = ", ".join(_wall_clock(name, column) for column in COLUMNS[name])
        # Streams, which can be read once: `posts` does. Held as tables they would take as much memory again.
        session.register(f"cleaned_{name}", read_table(tables.open(name), f"SELECT {columns} FROM t"))
    try:
        document: Answers = {"answers": answer_all(session)}
    finally:
        for name in FEED_NAMES:
            session.unregister(f"cleaned_{name}")
    bucket.write(ANSWERS_KEY, json.dumps(document, ensure_ascii=False).encode("utf-8"))
    return document


def _wall_clock(table: str, column: str) -> str:
    """A column in the SQL of `read_table`; a time in UTC without its zone, with which DuckDB finds years slowly."""
    if TABLES[table][column] == "timestamp":
        return f'arrow_cast("{column}", \'Timestamp(Microsecond, None)\') AS "{column}"'
    return f'"{column}"'


def answer_all(session: duckdb.DuckDBPyConnection) -> list[Answer]:
    """Answers every question over the session's relations `cleaned_pin`, `cleaned_geo` and `cleaned_user`.

    Each of the three is read once.
    """
    for name in ("posts", "people"):
        session.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {question_sql(name)}")
    return [_answer(session, question) for question in QUESTIONS]


def _answer(session: duckdb.DuckDBPyConnection, question: str) -> Answer:
    result = session.execute(question_sql(question))
    return {
        "question": question,
        "title": question_title(question),
        "columns": [column[0] for column in result.description],
        "rows": [[plain(value) for value in row] for row in result.fetchall()],
    }


def plain(value: Any) -> Any:
    """A median that is a whole number is written as one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
