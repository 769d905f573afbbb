"""The raw files of a topic: what their names say, and the order in which their lines are newest last."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from table_engine.storage import Bucket, StoredObject

#: The largest number of a partition, and the largest offset of a record, that Kafka has: the one after it must fit too.
MOST_PARTITION = 2**31 - 1
MOST_OFFSET = 2**63 - 2


@dataclass(frozen=True)
class RawFile:
    """A raw file with one content (`etag`). `again` says that a batch has read lines of its positions before."""

    key: str
    etag: str
    size: int
    modified: datetime
    partition: int
    start_offset: int
    again: bool = False


def list_raw_files(bucket: Bucket, topic: str) -> tuple[list[RawFile], list[str]]:
    """All raw files of a topic, every partition, and the keys that are not named like one.

    A name with a partition or an offset that Kafka cannot have is none either: no column could hold it.
    """
    files: list[RawFile] = []
    others: list[str] = []
    for stored in bucket.list(raw_folder(topic)):
        file = as_raw_file(topic, stored)
        if file is None:
            others.append(stored.key)
        else:
            files.append(file)
    return files, others


def raw_folder(topic: str) -> str:
    """Where the raw files of a topic are, with a slash at the end."""
    return f"topics/{topic}/"


def as_raw_file(topic: str, stored: StoredObject) -> RawFile | None:
    """The raw file of a topic that an object is by its name; None when it is none."""
    name = re.escape(topic)
    match = re.fullmatch(rf"topics/{name}/partition=([0-9]+)/{name}\+\1\+([0-9]+)\.json", stored.key)
    if match is None or int(match[1]) > MOST_PARTITION or int(match[2]) > MOST_OFFSET:
        return None
    return RawFile(stored.key, stored.etag, stored.size, stored.modified, int(match[1]), int(match[2]))


def in_source_order(files: Iterable[RawFile]) -> list[RawFile]:
    """Sorts files so that of two rows of one post the newer comes later.

    In a partition the offset decides. Between partitions, which matter to a post only when the number of partitions
    was raised in between, the time of upload decides; to keep the order of the offsets, a file counts as no older
    than the files before it in its partition.
    """
    latest: dict[int, datetime] = {}
    keyed: list[tuple[datetime, int, int, RawFile]] = []
    for file in sorted(files, key=lambda file: (file.partition, file.start_offset)):
        time = max(file.modified, latest.get(file.partition, file.modified))
        latest[file.partition] = time
        keyed.append((time, file.partition, file.start_offset, file))
    return [file for *_, file in sorted(keyed, key=lambda entry: entry[:3])]


def to_be_planned(listed: Iterable[RawFile], planned: Iterable[RawFile]) -> list[RawFile]:
    """The listed files that a new batch must read, in source order, given those of all earlier batches.

    That is each file whose key and etag no batch has, and, when such a file comes before others of its partition,
    these too: their rows are newer, and reading them again after it keeps them the winners.
    """
    known: dict[str, set[str]] = {}
    for file in planned:
        known.setdefault(file.key, set()).add(file.etag)
    listed = list(listed)
    first_new: dict[int, int] = {}
    for file in listed:
        if file.etag not in known.get(file.key, ()):
            first_new[file.partition] = min(file.start_offset, first_new.get(file.partition, file.start_offset))
    wanted = (
        replace(file, again=file.key in known)
        for file in listed
        if file.partition in first_new
        and (file.etag not in known.get(file.key, ()) or file.start_offset > first_new[file.partition])
    )
    return in_source_order(wanted)
