from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import ranged_reads
from ministack.services import s3  # type: ignore[import-untyped]

ranged_reads.install()

CONTENT = bytes(range(256)) * 400


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An object that is on the disk only."""
    monkeypatch.setattr(s3, "S3_PERSIST", True)
    monkeypatch.setattr(s3, "DATA_DIR", str(tmp_path))
    call("PUT", "/ranged-reads")
    assert call("PUT", "/ranged-reads/one", body=CONTENT)[0] == 200
    return "/ranged-reads/one"


def call(
    method: str, path: str, body: bytes = b"", range_: str | None = None, version: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    headers = {"host": "localhost", **({} if range_ is None else {"range": range_})}
    query = {} if version is None else {"versionId": [version]}
    response: tuple[int, dict[str, str], bytes] = asyncio.run(s3.handle_request(method, path, headers, body, query))
    return response


def test_a_part_is_the_part_that_was_asked_for(key: str) -> None:
    assert call("GET", key)[2] == CONTENT
    for text, expected in {
        "bytes=0-0": CONTENT[:1],
        "bytes=1000-1999": CONTENT[1000:2000],
        "bytes=102000-": CONTENT[102000:],
        "bytes=-8": CONTENT[-8:],
        "bytes=102399-200000": CONTENT[-1:],
    }.items():
        status, headers, body = call("GET", key, range_=text)
        assert (status, body) == (206, expected), text
        assert headers["Content-Length"] == str(len(expected))
        assert headers["Content-Range"].endswith("/102400")
    assert call("GET", key, range_="bytes=102400-")[0] == 416


def test_no_more_is_read_than_the_part(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = ranged_reads._StoredBody.__getitem__
    parts: list[slice] = []

    def read(body: ranged_reads._StoredBody, part: slice) -> bytes:
        parts.append(part)
        return original(body, part)

    monkeypatch.setattr(ranged_reads._StoredBody, "__getitem__", read)
    call("GET", key, range_="bytes=5-9")
    call("GET", key)
    assert parts == [slice(5, 10)]


def test_an_older_version_is_given_whole(key: str) -> None:
    versioning = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    s3._put_bucket_versioning("ranged-reads", versioning)
    version = call("PUT", key, body=b"first")[1]["x-amz-version-id"]
    call("PUT", key, body=b"second")
    assert call("GET", key, range_="bytes=0-1")[2] == b"se"
    assert call("GET", key, range_="bytes=0-1", version=version)[::2] == (200, b"first")
