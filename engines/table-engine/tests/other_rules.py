"""Rules of another release: the feed user's, by which rows with certain numbers are rejects as well."""

from __future__ import annotations

from collections.abc import Callable, Collection

from table_engine.feeds import Feed
from table_engine.sql_text import cleaning_sql

#: Of ten rows those that the rules refused when the rejects were committed, those that they refuse when the rows are,
#: and those that must be in quarantine then.
RELEASES = [
    ([2, 7], [2, 7], [2, 7]),
    ([2, 7], [2, 4, 7], [2, 4, 7]),
    ([2, 7], [4, 9], [2, 4, 7, 9]),
    ([2, 7], [7], [2, 7]),
    ([2, 7], [], [2, 7]),
    ([9], [], [9]),
    ([9], list(range(10)), list(range(10))),
    (list(range(10)), [3], list(range(10))),
]


class KilledError(BaseException):
    """As if the process had been killed here."""


def rules_that_refuse(numbers: Collection[int]) -> Callable[[Feed], str]:
    """What takes the place of `cleaning_sql`."""

    def other_cleaning_sql(feed: Feed) -> str:
        text = cleaning_sql(feed)
        if feed.name != "user" or not numbers:
            return text
        place = "WHEN is_nested(document, 'first_name'"
        assert place in text
        refused = ", ".join(str(number) for number in numbers)
        return text.replace(place, f"WHEN row_number_value IN ({refused}) THEN 'other rules' {place}")

    return other_cleaning_sql
