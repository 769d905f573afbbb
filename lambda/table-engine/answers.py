"""Answers the eight questions from the batch tables; the answers are kept in the bucket."""

from __future__ import annotations

from typing import Any

from table_engine.answers import run_answers
from table_engine.environment import read_environment
from table_engine.feeds import ANSWERS_KEY
from table_engine.function_job import function_job


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Returns where the answers are and how many rows each has: a state machine carries 256 KB at most."""
    with function_job(read_environment("answers")) as job:
        answers = run_answers(job.session, job.bucket)["answers"]
    return {"key": ANSWERS_KEY, "rows": {answer["question"]: len(answer["rows"]) for answer in answers}}
