"""The eight questions over the cleaned tables, answered by Spark with the table engine's SQL."""

from __future__ import annotations

import json

from pyspark.sql import SparkSession

from spark_batch.table_files import read_table
from table_engine.answers import COLUMNS, plain
from table_engine.documents import Answer, Answers
from table_engine.feeds import ANSWERS_KEY, FEED_NAMES
from table_engine.sql_text import QUESTIONS, question_sql, question_title
from table_engine.storage import Bucket


def run_answers(spark: SparkSession, bucket: Bucket) -> Answers:
    """Answers the questions from the tables as they are now, and keeps the answers in the bucket.

    Returns the same document as the table engine. Raises TableEngineError when a table does not exist.
    """
    for name in FEED_NAMES:
        read_table(spark, bucket, name).select(*COLUMNS[name]).createOrReplaceTempView(f"cleaned_{name}")
    document: Answers = {"answers": answer_all(spark)}
    bucket.write(ANSWERS_KEY, json.dumps(document, ensure_ascii=False).encode("utf-8"))
    return document


def answer_all(spark: SparkSession) -> list[Answer]:
    """Answers every question over the session's relations `cleaned_pin`, `cleaned_geo` and `cleaned_user`."""
    kept = []
    try:
        for name in ("posts", "people"):
            frame = spark.sql(question_sql(name)).persist()
            kept.append(frame)
            frame.createOrReplaceTempView(name)
        return [_answer(spark, question) for question in QUESTIONS]
    finally:
        for frame in kept:
            frame.unpersist()


def _answer(spark: SparkSession, question: str) -> Answer:
    frame = spark.sql(question_sql(question))
    return {
        "question": question,
        "title": question_title(question),
        "columns": frame.columns,
        "rows": [[plain(value) for value in row] for row in frame.collect()],
    }
