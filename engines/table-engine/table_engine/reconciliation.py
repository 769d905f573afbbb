"""Whether every record is stored, and once, as far as bucket and tables know: by both inspections, without Kafka.

Posts may go on flowing. What is acknowledged and not yet in a raw file, or not yet appended, is on its way: iterator
age and the connector's state say when that lasts too long. `npm run pipeline -- reconcile` also reads the topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES


class ReconciliationError(TableEngineError):
    """Records are missing or there more than once. To try again does not help."""


@dataclass
class Assessment:
    """One feed on one path. All figures are counts of records.

    `missing` are acknowledged or read and stored nowhere, `duplicate` are copies too many, `on_the_way` were
    acknowledged and will be stored. `outside_raw_files` are offsets between raw files: the dead letters, and what is
    missing there. `findings` say what is behind each count, a sentence each.
    """

    feed: str
    path: Literal["topics", "streams"]
    missing: int = 0
    duplicate: int = 0
    on_the_way: int = 0
    outside_raw_files: int = 0
    findings: list[str] = field(default_factory=list)

    def lose(self, count: int, what: str) -> None:
        """Counts records as missing."""
        if count > 0:
            self.missing += count
            self.findings.append(f"{self.feed}: {count} {what}")

    def double(self, count: int, what: str) -> None:
        """Counts copies too many."""
        if count > 0:
            self.duplicate += count
            self.findings.append(f"{self.feed}: {count} {what}")


def assess(inspection: Mapping[str, Any], streams: Mapping[str, Any]) -> list[Assessment]:
    """Both paths of every feed, from the documents of `inspect` and `inspect-streams`."""
    return [
        *(assess_topic(name, inspection["feeds"][name]) for name in FEED_NAMES),
        *(assess_stream(name, streams["feeds"][name]) for name in FEED_NAMES),
    ]


def assess_topic(feed: str, found: Mapping[str, Any]) -> Assessment:
    """The batch path of a feed."""
    result = Assessment(feed, "topics")
    result.lose(found["failed"], "sent, but never acknowledged")
    acknowledged = found["acknowledged_offsets"]
    for partition in sorted({*acknowledged, *found["raw_partitions"]}):
        _assess_partition(result, partition, acknowledged.get(partition, []), found["raw_partitions"].get(partition))
    result.lose(found["missing_from_tables"], "in raw files, but neither in the table nor in quarantine")
    partitions = found["raw_partitions"].values()
    result.double(sum(raw["overlapping_lines"] for raw in partitions), "in more than one raw file")
    result.double(found["table_rows"] - found["table_posts"], "rows of the table whose post is there already")
    result.double(
        found["quarantine_rows"] - found["quarantine_positions"],
        "rows of the quarantine whose source position is there already",
    )
    result.lose(found["dead_letters_missing"], "among the dead letters kept in the bucket, but not in quarantine")
    result.double(
        found["dead_letter_rows"] - found["dead_letter_positions"],
        "rows of the quarantine whose dead letter is there already",
    )
    return result


def _assess_partition(
    result: Assessment, partition: str, acknowledged: list[list[int]], raw: Mapping[str, int] | None
) -> None:
    """Adds one partition of the topic; `raw` is None when it has no raw file yet."""
    if raw is None:
        result.on_the_way += _count_below(acknowledged, None)
        return
    stored = raw["lines"] - raw["overlapping_lines"]
    before_last = stored - (raw["next_offset"] - raw["last_start_offset"])
    result.outside_raw_files += max(0, raw["last_start_offset"] - before_last)
    below = _count_below(acknowledged, raw["next_offset"])
    # The emulator's records are JSON objects: none of those it was told of is among the dead letters.
    result.lose(below - stored, f"acknowledged in partition {partition}, but between its raw files")
    result.on_the_way += _count_below(acknowledged, None) - below


def assess_stream(feed: str, found: Mapping[str, Any]) -> Assessment:
    """The streaming path of a feed."""
    result = Assessment(feed, "streams", on_the_way=found["pending"])
    result.lose(found["failed"], "sent to the stream, but never acknowledged")
    result.lose(found["missing"], f"acknowledged by the stream, but neither in {found['table']} nor in quarantine")
    result.double(found["duplicate"], f"of the stream in {found['table']} or in quarantine more than once")
    return result


def check(assessments: Iterable[Assessment]) -> None:
    """Raises ReconciliationError, which names every finding, when something is missing or duplicate."""
    findings = [finding for assessment in assessments for finding in assessment.findings]
    if findings:
        raise ReconciliationError(
            f"The reconciliation found: {'; '.join(findings)}. What to do about each is in docs/runbook.md."
        )


def _count_below(ranges: Iterable[Iterable[int]], limit: int | None) -> int:
    """How many offsets of inclusive ranges are below `limit` (all where it is None)."""
    total = 0
    for first, last in ranges:
        end = last + 1 if limit is None else min(last + 1, limit)
        total += max(0, end - first)
    return total
