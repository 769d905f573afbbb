"""Records of streams in their tables: each once, whatever is delivered again, and rejects in the quarantine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from table_engine.duckdb_session import open_session
from table_engine.stream_append import AppendReport, StreamAppender
from table_engine.stream_records import StreamRecord, records_of_event
from table_engine.stream_tables import ShardProgress
from tests.sink_bucket import SinkBucket
from tests.stream_support import BASE, SHARD, appender, kinesis_event, stream_rows, user_records
from tests.sweeps import amount


def test_rows_arrive_with_the_contract_s_columns_and_their_source(sink: SinkBucket, tmp_path: Path) -> None:
    record = StreamRecord(
        SHARD,
        BASE + 7,
        b'{"ind":5,"first_name":"\xc3\x89va","last_name":"Li","age":30,"date_joined":"2016-01-02T03:04:05"}',
        1_700_000_000_123_456,
    )
    report = appender(sink, tmp_path, "user").append([record])
    assert report == AppendReport(records=1, rows=1, rejects=0, repeated=0)
    table = sink.tables.open("pinterest_user_table")
    names = [(field.name, str(field.type)) for field in table.schema().fields]
    assert names == [
        ("ind", 'PrimitiveType("integer")'),
        ("user_name", 'PrimitiveType("string")'),
        ("age", 'PrimitiveType("integer")'),
        ("date_joined", 'PrimitiveType("timestamp")'),
        ("_shard_id", 'PrimitiveType("string")'),
        ("_sequence_number", 'PrimitiveType("string")'),
        ("_arrived_at", 'PrimitiveType("timestamp")'),
    ]
    assert stream_rows(sink, "user") == [
        (
            *(5, "Éva Li", 30, "2016-01-02 03:04:05+00"),
            *(SHARD, str(BASE + 7), "2023-11-14 22:13:20.123456+00"),
        )
    ]


def test_a_replayed_batch_changes_nothing(sink: SinkBucket, tmp_path: Path) -> None:
    records = user_records(range(50))
    one = appender(sink, tmp_path, "user")
    one.append(records)
    before = stream_rows(sink, "user")
    version = sink.commits("pinterest_user_table")
    assert one.append(records) == AppendReport(records=50, rows=0, rejects=0, repeated=50)
    assert appender(sink, tmp_path, "user").append(records).repeated == 50
    assert stream_rows(sink, "user") == before
    assert sink.commits("pinterest_user_table") == version


@settings(
    max_examples=amount(4, 8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 25)), min_size=1, max_size=6))
def test_any_way_of_delivering_gives_each_record_once(
    new_bucket: Callable[[], SinkBucket], tmp_path: Path, windows: list[tuple[int, int]]
) -> None:
    """Windows go back by any number of records and on by any number, as retries, bisections and re-polls do."""
    sink = new_bucket()
    one = appender(sink, tmp_path, "user")
    delivered = 0
    for back, size in windows:
        start = max(0, delivered - back)
        one.append(user_records(range(start, start + size), bad_every=4))
        delivered = max(delivered, start + size)
    good = [n for n in range(delivered) if n % 4 != 3]
    bad = [n for n in range(delivered) if n % 4 == 3]
    assert [row[0] for row in stream_rows(sink, "user")] == good
    positions = sorted(row[2] for row in sink.rows("quarantine")) if bad else []
    assert positions == sorted(f"{SHARD}:{BASE + n}" for n in bad)


def test_several_shards_share_the_table(sink: SinkBucket, tmp_path: Path) -> None:
    one, other = appender(sink, tmp_path, "user"), appender(sink, tmp_path, "user")
    one.append(user_records(range(0, 10), shard="shardId-000000000000"))
    # The other's state is stale, and its sequence numbers are lower: they say nothing about another shard's.
    other.append(user_records(range(100, 110), shard="shardId-000000000001", base=BASE - 500))
    mixed = user_records(range(10, 15), shard="shardId-000000000000")
    mixed += user_records(range(110, 115), shard="shardId-000000000001", base=BASE - 500)
    assert one.append(mixed).rows == 10
    assert [row[0] for row in stream_rows(sink, "user")] == [*range(15), *range(100, 115)]


def test_who_is_alone_commits_without_a_look_and_still_sees_who_comes(sink: SinkBucket, tmp_path: Path) -> None:
    one, other = appender(sink, tmp_path, "user"), appender(sink, tmp_path, "user")
    for start in (0, 10, 20):
        one.append(user_records(range(start, start + 10)))
    assert one.known[0].is_alone
    # The same shard: the invocation that took over from one that timed out.
    assert other.append(user_records(range(20, 40))).rows == 10
    assert one.append(user_records(range(30, 50))) == AppendReport(records=20, rows=10, rejects=0, repeated=10)
    assert not one.known[0].is_alone
    assert [row[0] for row in stream_rows(sink, "user")] == list(range(50))


def test_a_split_and_a_merge(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    parent = user_records(range(0, 20), shard="shardId-000000000000")
    children = [
        user_records(range(20, 30), shard="shardId-000000000001"),
        user_records(range(30, 40), shard="shardId-000000000002"),
    ]
    merged = user_records(range(40, 50), shard="shardId-000000000003")
    for batch in (parent, *children, parent[10:], merged, *children, merged):
        one.append(batch)
    assert [row[0] for row in stream_rows(sink, "user")] == list(range(50))


def test_a_compacted_cleaned_and_checkpointed_table_still_knows(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    for start in range(0, 60, 10):
        one.append(user_records(range(start, start + 10)))
    table = sink.tables.open("pinterest_user_table")
    table.optimize.compact()
    table.create_checkpoint()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    table.alter.set_table_properties({"delta.logRetentionDuration": "interval 0 seconds"})
    table.create_checkpoint()
    table.cleanup_metadata()
    log = [o.key for o in sink.bucket.list("tables/pinterest_user_table/_delta_log/")]
    assert not any(key.endswith("00000000000000000003.json") for key in log)
    fresh = appender(sink, tmp_path, "user")
    assert fresh.append(user_records(range(40, 65))).rows == 5
    assert one.append(user_records(range(60, 70))).rows == 5
    assert [row[0] for row in stream_rows(sink, "user")] == list(range(70))


def test_only_rejects_make_no_commit_in_the_table(sink: SinkBucket, tmp_path: Path) -> None:
    one = appender(sink, tmp_path, "user")
    report = one.append([StreamRecord(SHARD, BASE, b"bad", 0)])
    assert report == AppendReport(records=1, rows=0, rejects=1, repeated=0)
    assert sink.commits("pinterest_user_table") == 0


@given(st.integers(0, 10**72 - 1), st.integers(0, 10**72 - 1))
def test_a_sequence_number_survives_as_transactions(first: int, second: int) -> None:
    class Log:
        def __init__(self) -> None:
            self.versions: dict[str, int] = {}

        def transaction_version(self, application: str) -> int | None:
            return self.versions.get(application)

    log = Log()
    progress = ShardProgress("stream", SHARD)
    assert progress.highest(log) == -1
    for count, number in enumerate((first, second), 1):
        for transaction in progress.transactions(log, number):
            assert 0 <= transaction.version < 2**63
            log.versions[transaction.app_id] = transaction.version
        assert progress.highest(log) == number
        assert progress.commits(log) == count


def test_a_sequence_number_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="72 decimal digits"):
        ShardProgress("stream", SHARD).transactions(None, 10**72)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": 3},
        {"Records": [{}]},
        {"Records": [{"eventID": "x", "kinesis": {"sequenceNumber": "1", "data": ""}}]},
        {"Records": [{"eventID": "shard'--:1", "kinesis": {"sequenceNumber": "1", "data": ""}}]},
        {"Records": [{"eventID": "s:1", "kinesis": {"sequenceNumber": "1", "data": "%"}}]},
    ],
)
def test_what_is_no_event_is_an_error(event: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no Kinesis event"):
        records_of_event(event)


def test_an_event_is_read_as_aws_sends_it() -> None:
    records = user_records(range(3))
    assert records_of_event(json.loads(json.dumps(kinesis_event(records)))) == records


def test_a_megabyte_in_one_record(sink: SinkBucket, tmp_path: Path) -> None:
    name = "é" * 500_000
    data = json.dumps({"ind": 1, "first_name": name, "last_name": "B", "age": 1, "date_joined": None}).encode()
    session = open_session(tmp_path, "150MB", 1)
    one = StreamAppender(session, sink.bucket, "pinterest", "user")
    assert one.append([StreamRecord(SHARD, BASE, data, 0)]).rows == 1
    assert stream_rows(sink, "user")[0][1] == f"{name} B"
