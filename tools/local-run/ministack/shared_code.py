"""Functions that have the same code share its zip in memory, and their processes its unpacked files.

MiniStack unpacks a function's zip for every process of it: the 214 MB of the table engine for each of its functions,
which took two thirds of this server's processor time at a start. On AWS the folder is read-only, so that no function
can expect to be alone in it. And it keeps the zip, 86 MB, in memory for each function that was deployed.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hooking import require, wrap
from ministack.core import lambda_runtime  # type: ignore[import-untyped]
from ministack.services import lambda_svc  # type: ignore[import-untyped]

_lock = threading.Lock()


def install() -> None:
    """Replaces what fetches and unpacks a function's code. Raises HookError when MiniStack is another."""
    require(lambda_runtime, "zipfile", "Worker")
    require(lambda_svc, "_functions")
    wrap(lambda_svc, "_fetch_code_from_s3", _held_once)
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedZip})


def _held_once(original: Callable[..., bytes | None]) -> Callable[..., bytes | None]:
    def fetch(*arguments: Any, **options: Any) -> bytes | None:
        code = original(*arguments, **options)
        functions = list(lambda_svc._functions._data.values())
        return next((held for held in (each.get("code_zip") for each in functions) if held == code), code)

    return fetch


class _SharedZip(zipfile.ZipFile):
    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Replaces the empty folder by a link to one with everything that is in the zip."""
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        shared = Path(tempfile.gettempdir(), f"code-{digest}")
        with _lock:
            if not shared.exists():
                draft = Path(tempfile.mkdtemp(dir=shared.parent))
                super().extractall(draft)
                draft.rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared)
