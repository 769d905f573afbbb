"""The raw files' lines, kept up file by file: a raw file never changes (docs/adr/0002-s3-sink-exactly-once.md)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from table_engine.documents import PlaceFigures
from table_engine.errors import TableEngineError
from table_engine.feeds import FEED_NAMES, topic_name
from table_engine.raw_files import RawFile, as_raw_file, raw_folder
from table_engine.storage import Bucket

#: The sink's metadata with the number of a file's lines.
RECORD_COUNT = "record-count"

# Of a bucket with many files some are asked for at a time, so that nobody waits for all.
_MOST_NEW = 200
_THREADS = 4


class FollowedRawFiles:
    """The files of all feeds: listed from where the last listing ended, their lines by their metadata."""

    def __init__(self, bucket: Bucket, user_id: str) -> None:
        """Nothing is read yet."""
        self._bucket = bucket
        self._topics = [topic_name(user_id, feed) for feed in FEED_NAMES]
        # By folder the last key that was listed.
        self._last: dict[str, str] = {}
        self._new: list[RawFile] = []
        self._newest: RawFile | None = None
        #: By key the lines that are known.
        self.lines: dict[str, int] = {}
        #: All lines; None while they are not all known.
        self.total: int | None = None

    def follow(self) -> PlaceFigures | None:
        """Adds the files that are new; None while there are more of them than can be asked for at once.

        Raises TableEngineError for a file that does not say how many lines it has: another program wrote it.
        """
        for topic in self._topics:
            for folder in self._bucket.folders(raw_folder(topic)):
                for stored in self._bucket.list(folder, self._last.get(folder)):
                    file = as_raw_file(topic, stored)
                    if file is not None:
                        self._new.append(file)
                    self._last[folder] = stored.key
        now, later = self._new[:_MOST_NEW], self._new[_MOST_NEW:]
        self.total = None
        with ThreadPoolExecutor(_THREADS) as threads:
            found = list(threads.map(self._count, now))
        self.lines.update((file.key, lines) for file, lines in zip(now, found, strict=True))
        self._newest = max([*now, *([self._newest] if self._newest else [])], key=lambda f: f.modified, default=None)
        self._new = later
        if later:
            return None
        self.total = sum(self.lines.values())
        return {"total": self.total, "newest": None if self._newest is None else self._newest.modified.isoformat()}

    def _count(self, file: RawFile) -> int:
        count = self._bucket.metadata(file.key).get(RECORD_COUNT, "")
        if not (count.isascii() and count.isdigit()):
            raise TableEngineError(
                f"The raw file {file.key} has the metadata {RECORD_COUNT} {count!r}: expected its number of lines. "
                "Another program than the sink wrote it; until it is moved away, raw lines cannot be counted here."
            )
        return int(count)
