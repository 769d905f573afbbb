"""Goes on with a batch whose rejects are in quarantine and whose rows are not in the table yet.

An invocation may have been killed between the two commits, and the function replaced by one with other cleaning rules
before the batch came again. Then what is in quarantine stays out of the table, and what is not there goes where the
present rules put it: each record is in one of the two, whichever rules decided it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from table_engine.stream_replay import load_quarantined, replay_records
from table_engine.stream_tables import ShardProgress

if TYPE_CHECKING:
    from table_engine.stream_append import CleanedShard, StreamAppender


def finish_rejects(
    appender: StreamAppender, progress: ShardProgress, cleaned: CleanedShard
) -> tuple[CleanedShard, int]:
    """Settles which records above the table's number and not above the quarantine's are in quarantine.

    Returns the other records of the batch, cleaned again: of those in question only rows. Rejects that the quarantine
    lacked were appended, the second value says how many.
    """
    in_table, in_quarantine = appender.newest_numbers(progress)
    shard, records = cleaned.shard, cleaned.records
    in_question = {place for place, record in enumerate(records) if in_table < record.sequence_number <= in_quarantine}
    if not in_question:
        return cleaned, 0
    load_quarantined(appender, shard)
    found = appender.session.execute(
        "SELECT place FROM stream_records WHERE sequence_number IN (SELECT number FROM quarantined_numbers)"
    ).fetchall()
    quarantined = in_question & {row[0] for row in found}
    lacking = [records[place] for place in sorted(in_question & cleaned.rejects - quarantined)]
    # They lie below the quarantine's number, which only a replay can deal with.
    appended = replay_records(appender, lacking).quarantined if lacking else 0
    settled = quarantined | (in_question & cleaned.rejects)
    rest = [record for place, record in enumerate(records) if place not in settled]
    # Tables were created for the look.
    appender.prepare()
    return appender.clean(shard, rest), appended
