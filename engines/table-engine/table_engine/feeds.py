"""The three feeds as `services/contract/feeds.json` defines them: columns, row number, sentinels, names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from table_engine.errors import TableEngineError

_PACKAGE = Path(__file__).resolve().parent

#: The folder that holds `services/contract/` and `engines/sql/`. In the functions' package `table_engine` is at the top
#: of it (lib/packaging/package-files.ts), in the project in `engines/table-engine/`.
PROJECT = _PACKAGE.parent if (_PACKAGE.parent / "services").is_dir() else _PACKAGE.parents[2]

_DEFINITIONS = json.loads((PROJECT / "services" / "contract" / "feeds.json").read_text(encoding="utf-8"))

#: How deep objects and arrays of a record may be nested, itself included: one limit for the whole pipeline.
MOST_NESTING: int = _DEFINITIONS["mostNesting"]

#: The name of a feed. A post is one row of each.
FeedName = Literal["pin", "geo", "user"]

#: Where the newest answers are kept in the sink bucket.
ANSWERS_KEY: str = _DEFINITIONS["answersKey"]

#: Where the newest facts for the report are kept in the sink bucket.
REPORT_FACTS_KEY: str = _DEFINITIONS["reports"]["facts"]

#: The feeds in the order in which everything lists them.
FEED_NAMES: tuple[FeedName, ...] = ("pin", "geo", "user")


@dataclass(frozen=True)
class Column:
    """A column of a cleaned table; `type` in Delta Lake's terms, for example `array<string>`."""

    name: str
    type: str


@dataclass(frozen=True)
class Feed:
    """All that is fixed about a feed.

    `row_number` is the source key that joins the three rows of a post, `source` the keys of a record, `table` the
    columns of the cleaned table in order, `sentinels` by source key the texts that stand for "no value".
    """

    name: str
    row_number: str
    source: tuple[str, ...]
    table: tuple[Column, ...]
    sentinels: Mapping[str, tuple[str, ...]]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The cleaned table's column names, in order."""
        return tuple(column.name for column in self.table)


@cache
def load_feeds() -> Mapping[str, Feed]:
    """The feeds by name, as `services/contract/feeds.json` has them."""
    return {
        name: Feed(
            name=name,
            row_number=_DEFINITIONS[name]["rowNumber"],
            source=tuple(column["name"] for column in _DEFINITIONS[name]["source"]),
            table=tuple(Column(column["name"], column["type"]) for column in _DEFINITIONS[name]["table"]),
            sentinels={key: tuple(texts) for key, texts in _DEFINITIONS[name]["sentinels"].items()},
        )
        for name in FEED_NAMES
    }


def check_user_id(user_id: str) -> str:
    """Returns the user id, or raises TableEngineError when it cannot be a prefix of topic names."""
    rule = _DEFINITIONS["userId"]
    if not re.fullmatch(rule["pattern"], user_id):
        raise TableEngineError(
            f"The user id {user_id!r} cannot be used: expected {rule['expected']}, for example {rule['default']!r}."
        )
    return user_id


def _name(kind: str, user_id: str, feed: str = "") -> str:
    template: str = _DEFINITIONS["names"][kind]
    return template.format(userId=check_user_id(user_id), feed=feed)


def topic_name(user_id: str, feed: str) -> str:
    """The Kafka topic of a feed, for example `pinterest.pin`."""
    return _name("topic", user_id, feed)


def dead_letter_topic(user_id: str) -> str:
    """The topic to which the sink sends what is no JSON object, for example `pinterest.dead-letters`."""
    return _name("deadLetterTopic", user_id)


def stream_name(user_id: str, feed: str) -> str:
    """The Kinesis stream of a feed, for example `streaming-pinterest-pin`."""
    return _name("stream", user_id, feed)


def stream_table_name(user_id: str, feed: str) -> str:
    """The table to which a feed's stream is appended, for example `pinterest_pin_table`."""
    return _name("streamTable", user_id, feed)
