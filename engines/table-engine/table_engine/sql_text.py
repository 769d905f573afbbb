"""Reads the SQL files and fills in what comes from `feeds.json`.

A placeholder is in double braces: `{{sentinel title}}` (a condition: the column's text contains one of its
sentinels), `{{pattern timestamp}}` (the literal of a regular expression), `{{row number}}`, `{{texts}}`,
`{{key list}}`, `{{most nesting}}` and `{{json structure}}` (see `engines/sql/duckdb.sql`).
"""

from __future__ import annotations

import json
import re

from table_engine.feeds import MOST_NESTING, PROJECT, Feed

SQL_FOLDER = PROJECT / "engines" / "sql"

#: The questions in the order in which they are answered.
QUESTIONS = ("1", "2", "3a", "3b", "4", "5", "6", "7", "8")

#: The texts that are taken for a value.
PATTERNS = {
    "number": r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$",
    "timestamp": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
    r"(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?$",
}


def sql_string(text: str) -> str:
    """The text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def render(text: str, feed: Feed) -> str:
    """Fills in the placeholders of a SQL text for a feed. Raises ValueError for one that is not known."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("sentinel "):
            key = name.removeprefix("sentinel ")
            if key not in feed.sentinels:
                raise ValueError(f"feeds.json gives no sentinels for {feed.name}.{key}")
            found = (f"contains({key}_text, {sql_string(sentinel)})" for sentinel in feed.sentinels[key])
            return f"coalesce({' OR '.join(found)}, false)"
        if name.startswith("pattern ") and (pattern := PATTERNS.get(name.removeprefix("pattern "))):
            return sql_string(pattern)
        if name == "row number":
            return f'"{feed.row_number}"'
        if name == "texts":
            return ",\n  ".join(f'record."{key}" AS {key}_text' for key in feed.source)
        if name == "key list":
            return f"[{', '.join(map(sql_string, feed.source))}]"
        if name == "most nesting":
            return str(MOST_NESTING)
        if name == "json structure":
            return json.dumps(dict.fromkeys(feed.source, "VARCHAR"))
        raise ValueError(f"unknown placeholder {match[0]} in the SQL text")

    return re.sub(r"\{\{(.*?)\}\}", fill, text)


def cleaning_sql(feed: Feed) -> str:
    """The SELECT that cleans the relation `decoded` of a feed."""
    return render((SQL_FOLDER / "clean" / f"{feed.name}.sql").read_text(encoding="utf-8"), feed)


def duckdb_functions(feed: Feed) -> str:
    """The statements that make DuckDB ready for `cleaning_sql`: functions, and `decoded` over `lines`."""
    return render((SQL_FOLDER / "duckdb.sql").read_text(encoding="utf-8"), feed)


def question_sql(name: str) -> str:
    """The text of a file in `engines/sql/questions`, for example `3a`."""
    return (SQL_FOLDER / "questions" / f"{name}.sql").read_text(encoding="utf-8")


def question_title(name: str) -> str:
    """The question in words: the first comment line of its file."""
    return question_sql(name).splitlines()[0].removeprefix("--").strip()
