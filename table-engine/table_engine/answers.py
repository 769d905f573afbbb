"""Answers the eight questions from the cleaned tables."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TypedDict

import duckdb
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import TableNotFoundError

from table_engine.duckdb_session import open_session
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES
from table_engine.sql_text import QUESTIONS, question_sql, question_title, view_sql
from table_engine.storage import Bucket

#: Where the newest answers are kept in the bucket.
ANSWERS_KEY = "answers/answers.json"

#: The columns that the view `posts` reads, by feed.
NEEDED = {
    "pin": "ind, category, poster_name, follower_count",
    "geo": "ind, country, timestamp",
    "user": "ind, user_name, age, date_joined",
}

Cell = str | int | float | None


class Answer(TypedDict):
    """One result set; question 3 has two."""

    question: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]


class Answers(TypedDict):
    """All answers, in the order of the questions."""

    answers: list[Answer]


def answer(bucket: Bucket, memory_limit: str = "1GB", threads: int | None = None) -> Answers:
    """Answers every question and writes the answers to the bucket.

    Raises TableEngineError when a cleaned table does not exist yet.
    """
    with tempfile.TemporaryDirectory(prefix="table-engine-") as temporary:
        session = open_session(Path(temporary), memory_limit, threads)
        try:
            for feed in FEED_NAMES:
                _load(session, bucket, feed)
            answers = answer_in(session)
        finally:
            session.close()
    bucket.write(ANSWERS_KEY, json.dumps(answers, ensure_ascii=False, indent=1).encode())
    return answers


def _load(session: duckdb.DuckDBPyConnection, bucket: Bucket, feed: str) -> None:
    """Copies the needed columns of a cleaned table into the session, as `cleaned_<feed>`."""
    uri = f"s3://{bucket.name}/tables/{feed}"
    try:
        table = DeltaTable(uri, storage_options=bucket.options)
    except TableNotFoundError as error:
        raise TableEngineError(f"There is no table {uri} yet: run the batch first.") from error
    stream = QueryBuilder().register(feed, table).execute(f"SELECT {NEEDED[feed]} FROM {feed}")
    session.register("stream", stream)
    session.execute(f"CREATE TEMP TABLE cleaned_{feed} AS SELECT * FROM stream")
    session.unregister("stream")


def answer_in(session: duckdb.DuckDBPyConnection) -> Answers:
    """Answers every question in a session that has `cleaned_pin`, `cleaned_geo` and `cleaned_user`."""
    for view in ("posts", "users"):
        session.execute(f"CREATE TEMP TABLE {view} AS {view_sql(view)}")
    answers: list[Answer] = []
    for name in QUESTIONS:
        result = session.execute(question_sql(name))
        answers.append(
            {
                "question": name,
                "title": question_title(name),
                "columns": [column[0] for column in result.description],
                "rows": [list(row) for row in result.fetchall()],
            }
        )
    return {"answers": answers}
