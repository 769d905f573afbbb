"""A temporary folder that is gone when the process ends: normally, by an error, by SIGTERM or by Ctrl-C.

After a SIGKILL nothing can tidy up; the next process of the same kind then removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_PREFIX = "table-engine-"


def run_in_temporary_folder(work: Callable[[Path], Result]) -> Result:
    """Runs `work` with a new folder and returns its result or raises its error.

    The work runs in a thread of its own, because a signal is only noticed by the main thread, and a long call into a
    library would keep that one busy. On SIGTERM and SIGINT the folder is removed and the process ends at once with
    exit code 128 + the signal's number; what was not committed leaves no trace in a table.
    """
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    outcome: list[tuple[Result | None, BaseException | None]] = []

    def body() -> None:
        try:
            outcome.append((work(folder), None))
        except BaseException as error:
            outcome.append((None, error))

    def end(number: int, _frame: object) -> None:
        _remove(folder)
        os._exit(128 + number)

    previous = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker = threading.Thread(target=body, daemon=True)
        worker.start()
        worker.join()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        _remove(folder)
    result, error = outcome[0]
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def _remove(folder: Path) -> None:
    # The worker may still be adding files.
    for _ in range(5):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name[len(_PREFIX) :].split("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
