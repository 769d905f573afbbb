"""Whether every record is stored, and once: by both inspections and, where they are known, Kafka's facts.

Posts may continue flowing: each figure is compared with one that was read before it. With Kafka's facts, the caller has
waited for sink and functions, and what is still on its way counts as missing. Without them it does not: iterator age
and the connector's state say when that lasts too long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from table_engine.documents import (
    FeedInspection,
    FeedReconciliation,
    Inspection,
    KafkaFacts,
    KafkaFeedFacts,
    RawPartition,
    Reconciliation,
    ReconciliationFacts,
    ShardReconciliation,
    StreamFeedInspection,
    StreamInspection,
    StreamReconciliation,
)
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES, FeedName


class ReconciliationError(TableEngineError):
    """Records are missing or there more than once. To try again does not help."""


@dataclass
class _Findings:
    """What is missing or duplicate, and a sentence on each."""

    missing: int = 0
    duplicate: int = 0
    texts: list[str] = field(default_factory=list)

    def lose(self, count: int, what: str) -> None:
        """Counts records as missing."""
        if count > 0:
            self.missing += count
            self.texts.append(f"{count} {what}")

    def double(self, count: int, what: str) -> None:
        """Counts copies too many."""
        if count > 0:
            self.duplicate += count
            self.texts.append(f"{count} {what}")


def reconcile(inspection: Inspection, streams: StreamInspection, kafka: KafkaFacts | None = None) -> Reconciliation:
    """Both paths of every feed."""
    feeds = [
        reconcile_feed(name, inspection["feeds"][name], None if kafka is None else kafka["feeds"][name])
        for name in FEED_NAMES
    ]
    has_waited = kafka is not None
    stream_rows = [reconcile_stream(name, streams["feeds"][name], has_waited=has_waited) for name in FEED_NAMES]
    counts = [row["missing"] + row["duplicate"] for row in (*feeds, *stream_rows)]
    return {"ok": not any(counts), "feeds": feeds, "streams": stream_rows}


def reconcile_facts(text: bytes) -> Reconciliation:
    """The same for a JSON document of ReconciliationFacts. Raises TableEngineError when it is none."""
    try:
        facts: ReconciliationFacts = json.loads(text)
        return reconcile(facts["inspection"], facts["streams"], facts["kafka"])
    except (ValueError, KeyError, TypeError) as error:
        raise TableEngineError(
            f"The facts on stdin cannot be used ({type(error).__name__}: {error}): expected "
            '{"inspection":…,"streams":…,"kafka":…}, with the documents of inspect and inspect-streams.'
        ) from error


def reconcile_feed(feed: FeedName, found: FeedInspection, kafka: KafkaFeedFacts | None = None) -> FeedReconciliation:
    """The batch path of a feed."""
    findings = _Findings()
    findings.lose(found["failed"], "sent, but never acknowledged")
    on_the_way = _by_ledger(findings, found) if kafka is None else _by_topic(findings, found, kafka)
    partitions = found["raw_partitions"].values()
    findings.lose(found["missing_from_tables"], "in raw files, but neither in the table nor in quarantine")
    findings.lose(
        found["dead_letters_missing"], "among the dead-letter records kept in the bucket, but not in quarantine"
    )
    findings.double(sum(raw["overlapping_lines"] for raw in partitions), "in more than one raw file")
    findings.double(found["table_rows"] - found["table_posts"], "rows of the table whose post already exists")
    findings.double(
        found["quarantine_rows"] - found["quarantine_positions"],
        "rows of the quarantine whose source position already exists",
    )
    findings.double(
        found["dead_letter_rows"] - found["dead_letter_positions"],
        "dead-letter records in quarantine whose source position already exists",
    )
    topic = None if kafka is None else sum(kafka["laterEndOffsets"].values())
    return {
        "feed": feed,
        "sent": found["sent"],
        "acknowledged": found["acknowledged"],
        "topic": topic,
        "unacknowledged": None if topic is None else max(0, topic - found["acknowledged"]),
        "deadLetters": None if kafka is None else sum(len(offsets) for offsets in kafka["deadLetters"].values()),
        "raw": sum(raw["lines"] for raw in partitions),
        "pending": sum(raw["pending_lines"] for raw in partitions),
        "table": found["table_rows"],
        "quarantine": found["quarantine_rows"],
        "missing": findings.missing,
        "duplicate": findings.duplicate,
        "onTheWay": on_the_way,
        "outsideRawFiles": sum(_outside(raw) for raw in partitions),
        "findings": findings.texts,
    }


def _by_topic(findings: _Findings, found: FeedInspection, kafka: KafkaFeedFacts) -> int:
    """Adds what the topic has and the raw files lack; returns how many of its records are in no raw file yet."""
    for partition, acknowledged in found["acknowledged_offsets"].items():
        end = kafka["laterEndOffsets"].get(partition, 0)
        findings.lose(
            _count(acknowledged) - _count(acknowledged, below=end),
            f"acknowledged in partition {partition} at offsets the topic does not have (it ends at {end})",
        )
    in_flight = 0
    for partition, end in kafka["endOffsets"].items():
        dead = kafka["deadLetters"].get(partition, [])
        stored = len(dead)
        raw = found["raw_partitions"].get(partition)
        if raw is not None:
            dead_before = sum(offset < raw["last_start_offset"] for offset in dead)
            findings.lose(_outside(raw) - dead_before, f"between the raw files of partition {partition}")
            stored = raw["next_offset"] + len(dead) - dead_before
        in_flight += max(0, end - stored)
    findings.lose(in_flight, "in the topic, but in no raw file and not among the dead-letter records")
    return in_flight


def _by_ledger(findings: _Findings, found: FeedInspection) -> int:
    """Adds what the ledger has and the raw files lack; returns how many of its records are in no raw file yet."""
    on_the_way = 0
    for partition, acknowledged in found["acknowledged_offsets"].items():
        raw = found["raw_partitions"].get(partition)
        below = 0
        if raw is not None:
            below = _count(acknowledged, below=raw["next_offset"])
            # The emulator's records are JSON objects: none of those it was told of is among the dead-letter records.
            stored = raw["lines"] - raw["overlapping_lines"]
            findings.lose(below - stored, f"acknowledged in partition {partition}, but between its raw files")
        on_the_way += _count(acknowledged) - below
    return on_the_way


def _outside(raw: RawPartition) -> int:
    """How many offsets before the last raw file of a partition are in no raw file."""
    before = raw["lines"] - raw["overlapping_lines"] - (raw["next_offset"] - raw["last_start_offset"])
    return max(0, raw["last_start_offset"] - before)


def _count(ranges: Iterable[tuple[int, int]], below: int | None = None) -> int:
    """How many offsets the inclusive ranges have: all, or those below a limit."""
    return sum(max(0, (last + 1 if below is None else min(last + 1, below)) - first) for first, last in ranges)


def reconcile_stream(feed: FeedName, found: StreamFeedInspection, *, has_waited: bool) -> StreamReconciliation:
    """The streaming path of a feed. What is on its way is missing if the caller has waited for it."""
    findings = _Findings()
    findings.lose(found["failed"], "sent, but never acknowledged")
    shards: list[ShardReconciliation] = []
    for name, shard in found["shards"].items():
        of_shard = _Findings(texts=findings.texts)
        of_shard.lose(shard["missing"], f"acknowledged by {name}, but neither in the table nor in quarantine")
        if has_waited:
            of_shard.lose(shard["pending"], f"acknowledged by {name}, to which the function has not got yet")
        of_shard.double(shard["duplicate"], f"of {name} in the table or in quarantine more than once")
        shards.append(
            {
                "shard": name,
                "acknowledged": shard["acknowledged"],
                "table": shard["rows"],
                "quarantine": shard["quarantined"],
                "missing": of_shard.missing,
                "duplicate": of_shard.duplicate,
            }
        )
    return {
        "feed": feed,
        "sent": found["sent"],
        "acknowledged": found["acknowledged"],
        "unacknowledged": found["unacknowledged"],
        "table": found["rows"],
        "quarantine": found["quarantined"],
        "missing": findings.missing + sum(shard["missing"] for shard in shards),
        "duplicate": sum(shard["duplicate"] for shard in shards),
        "onTheWay": found["pending"],
        "shards": shards,
        "findings": findings.texts,
    }


def check(found: Reconciliation) -> None:
    """Raises ReconciliationError, which names every finding, when something is missing or duplicate."""
    findings = [
        f"{row['feed']} ({path}): {text}"
        for path, rows in (("topics", found["feeds"]), ("streams", found["streams"]))
        for row in rows
        for text in row["findings"]
    ]
    if findings:
        raise ReconciliationError(
            f"The reconciliation found: {'; '.join(findings)}. What to do about each is in docs/runbook.md."
        )
