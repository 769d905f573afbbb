"""Which raw files a batch must read, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from table_engine.raw_files import RawFile, in_source_order, list_raw_files, to_be_planned
from tests.sink_bucket import SinkBucket

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def file(partition: int, start: int, minutes: int = 0, etag: str = "a") -> RawFile:
    return RawFile(f"{partition}+{start}", etag, 10, START + timedelta(minutes=minutes), partition, start)


def named(files: list[RawFile]) -> list[tuple[str, bool]]:
    return [(f.key, f.again) for f in files]


def test_offsets_order_a_partition_and_upload_times_order_partitions() -> None:
    files = [file(1, 0, 5), file(0, 10, 1), file(0, 0, 3), file(0, 20, 9)]
    assert [f.key for f in in_source_order(files)] == ["0+0", "0+10", "1+0", "0+20"]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 9)), unique_by=lambda f: f[:2]))
def test_any_order_keeps_each_partition_s_offsets(given_files: list[tuple[int, int, int]]) -> None:
    ordered = in_source_order(file(*given_file) for given_file in given_files)
    assert len(ordered) == len(given_files)
    for partition in range(4):
        offsets = [f.start_offset for f in ordered if f.partition == partition]
        assert offsets == sorted(offsets)


def test_only_new_files_are_planned() -> None:
    old = [file(0, 0), file(1, 0)]
    assert to_be_planned(old, old) == []
    assert named(to_be_planned([*old, file(0, 10), file(2, 0)], old)) == [("0+10", False), ("2+0", False)]


def test_a_changed_file_is_read_again_with_those_after_it_in_its_partition() -> None:
    old = [file(0, 0), file(0, 10), file(0, 20), file(1, 30)]
    listed = [file(0, 0), file(0, 10, etag="b"), file(0, 20), file(1, 30)]
    assert named(to_be_planned(listed, old)) == [("0+10", True), ("0+20", True)]
    # Once planned, both contents are known.
    assert to_be_planned(listed, [*old, file(0, 10, etag="b")]) == []


def test_a_late_file_is_followed_by_the_files_that_hold_newer_rows() -> None:
    old = [file(0, 0), file(0, 20)]
    assert named(to_be_planned([*old, file(0, 10)], old)) == [("0+10", False), ("0+20", True)]


def test_listing_reads_names_and_every_partition(sink: SinkBucket) -> None:
    sink.put("pin", 0, 0, b"{}\n")
    sink.put("pin", 12, 340, b"{}\n")
    sink.put("geo", 0, 0, b"{}\n")
    sink.bucket.write("topics/pinterest.pin/partition=0/other.txt", b"x")
    sink.bucket.write("topics/pinterest.pin/partition=1/pinterest.pin+2+00000000000000000000.json", b"x")
    sink.bucket.write("topics/pinterest.pins/partition=1/pinterest.pins+1+00000000000000000000.json", b"x")
    files, others = list_raw_files(sink.bucket, "pinterest.pin")
    assert sorted((f.partition, f.start_offset, f.size) for f in files) == [(0, 0, 3), (12, 340, 3)]
    assert len(others) == 2


def test_a_name_with_a_number_that_kafka_cannot_have_is_no_raw_file_s(sink: SinkBucket) -> None:
    last = [sink.put("pin", 2**31 - 1, 0, b"{}\n"), sink.put("pin", 0, 2**63 - 2, b"{}\n")]
    too_large = [sink.put("pin", 2**31, 0, b"{}\n"), sink.put("pin", 0, 2**63 - 1, b"{}\n")]
    too_large.append(sink.put("pin", 0, 10**20 - 1, b"{}\n"))
    other_digits = "topics/pinterest.pin/partition=٣/pinterest.pin+٣+00000000000000000000.json"
    sink.bucket.write(other_digits, b"{}\n")
    files, others = list_raw_files(sink.bucket, "pinterest.pin")
    assert sorted(file.key for file in files) == sorted(last)
    assert sorted(others) == sorted([*too_large, other_digits])
