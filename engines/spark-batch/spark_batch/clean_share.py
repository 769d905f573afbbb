"""What a task does: the table engine reads and cleans a share, and writes data files that no commit names yet."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from deltalake.transaction import AddAction

from spark_batch.shares import Share
from table_engine.cleaned_batch import Counts, clean_files, leave_out
from table_engine.delta_tables import DeltaTables
from table_engine.duckdb_session import open_session
from table_engine.feeds import load_feeds
from table_engine.file_append import write_files
from table_engine.quarantine import missing_rejects, quarantine_rows
from table_engine.storage import Bucket

#: DuckDB's memory in a task; what does not fit goes to disk. With it and with Python a task has some 800 MB.
TASK_MEMORY = "512MB"


@dataclass(frozen=True)
class CleanedShare:
    """A share's result: counts, its data files for the feed's table and for the quarantine, and the files left out.

    The data files have the newest row of each post in the share, `posts` in all, with row numbers from `lowest` to
    `highest`.
    """

    feed: str
    counts: Counts
    rows: list[AddAction]
    rejects: list[AddAction]
    posts: int
    lowest: int
    highest: int
    changed: list[str] = field(default_factory=list)


def clean_share(share: Share) -> CleanedShare:
    """Cleans a share and writes its data files into the tables' folders.

    Where a batch's rejects are committed already, maybe by other rules, or its positions were read before, the rejects
    are only those that the quarantine lacks; in the first case what it has is no row either. The quarantine is read
    now: the caller must not commit when rejects of the feed were committed after it had looked.
    """
    # Spark's folder for what does not fit in memory.
    places = os.environ.get("SPARK_LOCAL_DIRS", tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="share-", dir=places.split(",")[0]))
    try:
        return _clean(share, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clean(share: Share, folder: Path) -> CleanedShare:
    feed, bucket = load_feeds()[share.feed], Bucket(share.bucket)
    changed: list[str] = []
    with open_session(folder, TASK_MEMORY, 1) as session:
        counts = clean_files(session, bucket, feed, list(share.files), folder, lambda file: changed.append(file.key))
        refused, new_rejects = "rejects", counts.rejects
        if share.is_half_done or any(file.again for file in share.files):
            _, new_rejects = missing_rejects(session, feed, DeltaTables(bucket).open("quarantine"))
            refused = "missing_rejects"
        if share.is_half_done:
            # Positions that were read before may be there for what the file held then.
            keys = {file.key for file in share.files if not file.again}
            left_out = leave_out(session, "known_rejects", keys)
            counts = Counts(counts.lines, counts.rows - left_out, counts.rejects + left_out)
        rejects, rows = [], []
        if new_rejects:
            rejects = write_files(session, bucket, "quarantine", quarantine_rows(feed, refused), folder, share.number)
        found = session.execute("SELECT count(*), min(ind), max(ind) FROM newest").fetchone()
        assert found is not None
        if found[0]:
            rows = write_files(session, bucket, feed.name, "FROM newest", folder, share.number)
        return CleanedShare(feed.name, counts, rows, rejects, found[0], found[1] or 0, found[2] or 0, changed)
