"""The eight answers to small cases that were worked out by hand."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from table_engine.answers import answer_all
from table_engine.errors import TableEngineError
from table_engine.feeds import ANSWERS_KEY
from tests.sink_bucket import SinkBucket, jsonl

Post = tuple[str | None, str | None, int | None, str | None, str | None, str | None, int | None, str | None]


@pytest.fixture
def answers(session: duckdb.DuckDBPyConnection) -> Any:
    """Answers for posts given as (category, poster, followers, country, posted, user, age, joined)."""

    def answer(*posts: Post) -> dict[str, list[list[Any]]]:
        session.execute(
            "CREATE TABLE cleaned_pin (ind INT, category VARCHAR, poster_name VARCHAR, follower_count BIGINT)"
        )
        session.execute("CREATE TABLE cleaned_geo (ind INT, country VARCHAR, timestamp TIMESTAMPTZ)")
        session.execute("CREATE TABLE cleaned_user (ind INT, user_name VARCHAR, age INT, date_joined TIMESTAMPTZ)")
        for ind, (category, poster, followers, country, posted, user, age, joined) in enumerate(posts):
            session.execute("INSERT INTO cleaned_pin VALUES (?, ?, ?, ?)", [ind, category, poster, followers])
            session.execute("INSERT INTO cleaned_geo VALUES (?, ?, ?)", [ind, country, posted])
            session.execute("INSERT INTO cleaned_user VALUES (?, ?, ?, ?)", [ind, user, age, joined])
        return {found["question"]: found["rows"] for found in answer_all(session)}

    return answer


def post(**given: Any) -> Post:
    default = dict(
        category="art", poster="P", followers=1, country="Aruba", posted="2018-06-01 00:00:00Z", user="U", age=20,
        joined="2016-06-01 00:00:00Z",
    )  # fmt: skip
    return tuple({**default, **given}.values())


def test_most_popular_categories_with_ties(answers: Any) -> None:
    found = answers(
        post(category="travel", country="B", posted="2022-12-31 23:59:59Z", age=18),
        post(category="art", country="B", posted="2022-01-01 00:00:00Z", age=24),
        post(category="art", country="A", posted="2017-12-31 23:59:59Z", age=25),
        post(category="beauty", country="A", posted="2018-01-01 00:00:00Z", age=35),
        post(category="beauty", country="A", posted="2023-01-01 00:00:00Z", age=36),
        post(category=None, country="A", posted=None, age=50),
        post(category=None, country="A", posted=None, age=50),
        post(category=None, country="A", posted=None, age=50),
        post(category="diy", country=None, age=51),
        post(category="diy", country=None, age=17),
        post(category="diy", country=None, age=None),
    )
    assert found["1"] == [["A", "beauty", 2], ["B", "art", 1]]
    assert found["2"] == [[2018, "diy", 3], [2022, "art", 1]]
    assert found["4"] == [["18-24", "art", 1], ["25-35", "art", 1], ["36-50", "beauty", 1], ["50+", "diy", 1]]


def test_posters_with_the_most_followers(answers: Any) -> None:
    found = answers(
        post(country="B", poster="Zoe", followers=50),
        post(country="B", poster="Amy", followers=50),
        post(country="B", poster=None, followers=99),
        post(country="A", poster="Bob", followers=50),
        post(country="A", poster="Cat", followers=None),
        post(country="C", poster="Dan", followers=None),
        post(country=None, poster="Eve", followers=100),
    )
    assert found["3a"] == [["A", "Bob", 50], ["B", "Amy", 50]]
    assert found["3b"] == [["A", 50]]


def test_medians_count_users_once_with_their_largest_post(answers: Any) -> None:
    found = answers(
        # One user of three posts (largest 30), and two others of the same name who are not the same user.
        post(user="Ann", followers=10), post(user="Ann", followers=30), post(user="Ann", followers=None),
        post(user="Ann", age=21, followers=41),
        post(user="Ann", joined="2015-01-01 00:00:00Z", followers=5),
        post(user="Ann", joined="2014-12-31 23:59:59Z", followers=1000),
        # In no age group, but they joined.
        post(user="Kid", age=17, followers=7), post(user="Old", age=None, followers=8),
        post(user=None, age=51, joined="2020-12-31 23:59:59Z", followers=None),
        post(user=None, age=51, joined="2020-12-31 23:59:59Z", followers=None),
        post(user="X", age=60, joined=None, followers=3),
        post(user="Y", age=70, joined="2021-01-01 00:00:00Z", followers=4),
    )  # fmt: skip
    # 18-24: 30, 41, 5, 1000; 50+: null, 3, 4
    assert found["5"] == [["18-24", 35.5], ["50+", 3.5]]
    # 2015: 5; 2016: 30, 41, 7, 8; 2020: null
    assert found["6"] == [[2015, 1], [2016, 4], [2020, 1]]
    assert found["7"] == [[2015, 5], [2016, 19], [2020, None]]
    assert found["8"] == [["18-24", 2015, 5], ["18-24", 2016, 35.5], ["50+", 2020, None]]
    assert [type(row[1]) for row in found["7"]] == [int, int, type(None)]


def test_years_are_those_of_utc(answers: Any) -> None:
    found = answers(post(posted="2018-12-31 23:30:00-01:00", joined="2016-01-01 00:30:00+01:00"))
    assert found["2"] == [[2019, "art", 1]]
    assert found["6"] == [[2015, 1]]


def test_text_is_ordered_by_code_point(answers: Any) -> None:
    found = answers(post(category="é"), post(category="z"), post(category="Z"), post(country="Ä"), post(country="a"))
    assert found["1"] == [["Aruba", "Z", 1], ["a", "art", 1], ["Ä", "art", 1]]


def test_no_posts(answers: Any) -> None:
    assert answers() == {question: [] for question in ("1", "2", "3a", "3b", "4", "5", "6", "7", "8")}


def test_a_post_counts_when_all_three_rows_are_there(answers: Any, session: duckdb.DuckDBPyConnection) -> None:
    answers(post(), post(country="B"))
    session.execute("DELETE FROM cleaned_user WHERE ind = 1")
    found = {answer["question"]: answer["rows"] for answer in answer_all(session)}
    assert found["1"] == [["Aruba", "art", 1]]


def test_answers_from_the_tables(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    from table_engine.answers import run_answers

    with pytest.raises(TableEngineError, match="run the command 'batch' first"):
        run_answers(session, sink.bucket)
    sink.put("pin", 0, 0, jsonl({"index": 1, "category": "art", "poster_name": "P", "follower_count": "1.5k"}))
    sink.put("geo", 1, 0, jsonl({"ind": 1, "country": "Aruba", "timestamp": "2018-01-01T00:00:00"}))
    sink.put("user", 2, 0, jsonl({"ind": 1, "first_name": "A", "age": 20, "date_joined": "2015-01-01T00:00:00"}))
    sink.batch()
    document = run_answers(session, sink.bucket)
    assert [answer["question"] for answer in document["answers"]] == ["1", "2", "3a", "3b", "4", "5", "6", "7", "8"]
    assert document["answers"][2] == {
        "question": "3a",
        "title": "The poster with the most followers in each country",
        "columns": ["country", "poster_name", "follower_count"],
        "rows": [["Aruba", "P", 1500]],
    }
    assert b'"Aruba", "P", 1500' in sink.bucket.content(ANSWERS_KEY)


def test_answers_from_empty_tables(sink: SinkBucket, session: duckdb.DuckDBPyConnection) -> None:
    from table_engine.answers import run_answers

    assert sink.batch()["batch"] is None
    assert all(answer["rows"] == [] for answer in run_answers(session, sink.bucket)["answers"])
