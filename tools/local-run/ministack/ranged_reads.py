"""Reads of a part of an S3 object that take as long as the part, not as the object.

MiniStack reads the whole object from the disk for each of them. Parquet files are read in parts, some 20 for 100 MB:
for tables of 1.2 GB that took half a minute of this server's time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from hooking import require, wrap
from ministack.services import s3  # type: ignore[import-untyped]

_asks_for_a_part: ContextVar[bool] = ContextVar("asks_for_a_part", default=False)


class _StoredBody:
    """The content of a file, of which MiniStack takes one slice."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def __getitem__(self, part: slice) -> bytes:
        with self._path.open("rb") as file:
            file.seek(part.start)
            return file.read(part.stop - part.start)


def install() -> None:
    """Replaces what reads objects. Raises HookError when MiniStack is another."""
    require(s3, "_object_disk_path", "S3_PERSIST")
    wrap(s3, "_get_object", _get_object)
    wrap(s3, "_read_body", _read_body)


def _get_object(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_object(bucket_name: str, key: str, headers: dict[str, str], query_params: Any = None) -> Any:
        # Of an object's older version MiniStack gives everything.
        token = _asks_for_a_part.set("range" in headers and "versionId" not in (query_params or {}))
        try:
            return original(bucket_name, key, headers, query_params)
        finally:
            _asks_for_a_part.reset(token)

    return get_object


def _read_body(original: Callable[..., Any]) -> Callable[..., Any]:
    def read_body(bucket_name: str, key: str, stored: dict[str, Any]) -> Any:
        if _asks_for_a_part.get() and stored.get("body") is None and s3.S3_PERSIST:
            path = s3._object_disk_path(bucket_name, key)
            if path is not None:
                return _StoredBody(path)
        return original(bucket_name, key, stored)

    return read_body
