"""Reaching S3 by the standard AWS environment, the same way for raw files (obstore) and tables (delta-rs)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import NotFoundError, PreconditionError
from obstore.store import S3Store

from table_engine.errors import TableEngineError

#: Bytes asked for at a time when an object is read as a stream.
CHUNK_BYTES = 8 * 1024 * 1024

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class ObjectChangedError(Exception):
    """The object is gone, or its content is no longer the one asked for."""


@dataclass(frozen=True)
class StoredObject:
    """One entry of a listing. `etag` differs between contents; `size` in bytes."""

    key: str
    etag: str
    size: int
    modified: datetime


def storage_options(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The options for obstore and delta-rs that the environment asks for.

    Plain HTTP is allowed only to an endpoint on this machine; a commit of a Delta table is a conditional PUT.
    Credentials are not among the options: both libraries take them from the environment or the role.

    Raises TableEngineError for an endpoint that cannot be used.
    """
    options = {"aws_conditional_put": "etag"}
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if region:
        options["aws_region"] = region
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    if not endpoint:
        return options
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TableEngineError(f"AWS_ENDPOINT_URL is {endpoint!r}: expected a URL such as http://127.0.0.1:4566.")
    if parts.scheme == "http":
        if parts.hostname not in _LOOPBACK:
            raise TableEngineError(
                f"AWS_ENDPOINT_URL is {endpoint!r}: plain http is only allowed to this machine; use https."
            )
        options["aws_allow_http"] = "true"
    options["aws_endpoint"] = endpoint
    return options


class Bucket:
    """A bucket of an S3 server."""

    def __init__(self, name: str) -> None:
        """`name` is the bucket's name, without `s3://`."""
        self.name = name
        self.options = storage_options()
        self._store = S3Store(name, config=self.options)  # type: ignore[arg-type]

    def list(self, prefix: str, after: str | None = None) -> Iterator[StoredObject]:
        """The objects under a prefix that ends with `/`, only those with a key after `after` when it is given.

        Raises TableEngineError when the bucket does not exist.
        """
        try:
            for page in obstore.list(self._store, prefix=prefix, offset=after, chunk_size=1000):
                for entry in page:
                    yield StoredObject(entry["path"], entry["e_tag"] or "", entry["size"], entry["last_modified"])
        except (FileNotFoundError, NotFoundError) as error:
            raise TableEngineError(f"The bucket {self.name!r} does not exist: check --bucket.") from error

    def folders(self, prefix: str) -> Sequence[str]:
        """The folders right under a prefix; they and it end with `/`."""
        return [
            f"{folder.rstrip('/')}/" for folder in obstore.list_with_delimiter(self._store, prefix)["common_prefixes"]
        ]

    def metadata(self, key: str) -> Mapping[str, str]:
        """The metadata of an object that its writer gave it. Raises ObjectChangedError when it is not there."""
        try:
            return obstore.get(self._store, key, options={"head": True}).attributes
        except (FileNotFoundError, NotFoundError) as error:
            raise ObjectChangedError(key) from error

    def read(self, key: str, etag: str | None = None) -> Iterator[bytes]:
        """The object's content in chunks. Raises ObjectChangedError when it is not there with this etag."""
        try:
            result = obstore.get(self._store, key, options={"if_match": etag} if etag else {})
            for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)
        except (FileNotFoundError, NotFoundError, PreconditionError) as error:
            raise ObjectChangedError(key) from error

    def content(self, key: str, etag: str | None = None) -> bytes:
        """The object's whole content. Raises ObjectChangedError when it is not there with this etag."""
        try:
            return bytes(obstore.get(self._store, key, options={"if_match": etag} if etag else {}).bytes())
        except (FileNotFoundError, NotFoundError, PreconditionError) as error:
            raise ObjectChangedError(key) from error

    def write(self, key: str, content: bytes) -> None:
        """Writes an object, replacing the one that was there."""
        obstore.put(self._store, key, content)

    def upload(self, key: str, file: Path) -> None:
        """Writes an object from a file, in parts when it is large."""
        obstore.put(self._store, key, file)

    def remove(self, keys: Sequence[str]) -> None:
        """Deletes objects; one that is not there is no error."""
        if keys:
            obstore.delete(self._store, keys)

    def move(self, key: str, new_key: str) -> None:
        """Gives an object another key. Done twice it is the same; ended halfway, both are there."""
        obstore.copy(self._store, key, new_key)
        obstore.delete(self._store, key)
