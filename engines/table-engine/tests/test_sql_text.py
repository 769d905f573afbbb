"""The SQL files and what is filled into them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from table_engine.feeds import FEED_NAMES, load_feeds
from table_engine.sql_text import (
    PATTERNS,
    QUESTIONS,
    SQL_FOLDER,
    cleaning_sql,
    question_sql,
    question_title,
    render,
)

PIN = load_feeds()["pin"]


def test_sentinels_come_from_feeds_json() -> None:
    other = replace(PIN, sentinels={"title": ("it's", "b")})
    assert render("{{sentinel title}}", other) == (
        "coalesce(contains(title_text, 'it''s') OR contains(title_text, 'b'), false)"
    )
    for texts in PIN.sentinels.values():
        for text in texts:
            assert text in cleaning_sql(PIN)
            assert text not in (SQL_FOLDER / "clean" / "pin.sql").read_text()


def test_patterns_are_filled_in_as_literals() -> None:
    assert render("matches(t, {{pattern number}})", PIN) == f"matches(t, '{PATTERNS['number']}')"
    assert re.fullmatch(PATTERNS["number"], "-1.5e3")
    assert re.fullmatch(PATTERNS["timestamp"], "2018-03-28 08:15:15.5+01:00")


@pytest.mark.parametrize("text", ["{{sentinel category}}", "{{pattern date}}", "{{unknown}}", "{{}}"])
def test_unknown_placeholders_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no sentinels|unknown placeholder"):
        render(text, PIN)


@pytest.mark.parametrize("path", sorted(SQL_FOLDER.glob("questions/*.sql")))
def test_shared_texts_use_nothing_that_only_one_engine_has(path: object) -> None:
    text = re.sub(r"--.*", "", SQL_FOLDER.joinpath(str(path)).read_text())
    assert not re.search(r"::|\\|\"|`|\[[a-z0-9]+\]\s*(?:AS|,)|regexp_replace|lambda|->|EXCLUDE|\bILIKE ANY\b", text)


def test_each_question_has_a_title() -> None:
    assert len({question_title(name) for name in QUESTIONS}) == 9
    assert all(question_sql(name).startswith("-- ") for name in QUESTIONS)
    assert question_title("6") == "How many users joined in each year, 2015 to 2020"


def test_feeds() -> None:
    assert [load_feeds()[name].row_number for name in FEED_NAMES] == ["index", "ind", "ind"]
