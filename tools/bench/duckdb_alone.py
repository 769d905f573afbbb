"""The yardstick of the batch benchmark: DuckDB alone reading and cleaning the same raw files, without Delta tables.

Downloads each feed's raw files of a bucket to a folder, cleans them with the same SQL and writes one local Parquet file
a feed. Usage: ``python duckdb_alone.py BUCKET USER_ID FOLDER``; prints the seconds.
"""

import sys
import time
from pathlib import Path

from table_engine.cleaning import cleaned_relation
from table_engine.duckdb_session import open_session
from table_engine.feeds import load_feeds, topic_name
from table_engine.line_groups import lines_relation
from table_engine.raw_files import list_raw_files
from table_engine.storage import Bucket


def main(bucket_name: str, user_id: str, folder: Path) -> None:
    """Reads and cleans every feed of the bucket."""
    began = time.monotonic()
    bucket = Bucket(bucket_name)
    session = open_session(folder)
    for name, feed in load_feeds().items():
        spool = folder / f"{name}.txt"
        with spool.open("wb") as output:
            for file in list_raw_files(bucket, topic_name(user_id, name))[0]:
                for chunk in bucket.read(file.key):
                    output.write(chunk)
        lines = f"SELECT NULL::BIGINT AS position, line FROM {lines_relation(spool)}"
        select = cleaned_relation(session, feed, lines)
        session.execute(
            f"COPY (SELECT * EXCLUDE (position, reason) FROM ({select}) WHERE reason IS NULL) "
            f"TO '{folder / name}.parquet' (FORMAT parquet)"
        )
        spool.unlink()
    print(time.monotonic() - began)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
