"""Processes of functions that have the same code share its unpacked files.

MiniStack unpacks a function's zip for every process of it: the 214 MB of the table engine for each of its functions,
which took two thirds of this server's processor time at a start. On AWS the folder is read-only, so that no function
can expect to be alone in it.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hooking import require
from ministack.core import lambda_runtime  # type: ignore[import-untyped]

_lock = threading.Lock()


def install() -> None:
    """Replaces what unpacks a function's code. Raises HookError when MiniStack is another."""
    require(lambda_runtime, "zipfile", "Worker")
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": _SharedZip})


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
