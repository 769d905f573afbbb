"""Runs MiniStack with the hooks of this folder, and saves its state when asked.

MiniStack saves its state (stacks, functions, secrets; S3 objects are on disk anyway) only when it stops in order.
After a deployment the local run sends SIGUSR1, so that what was deployed survives a ``kill -9`` as well. The time of
the last such save is written to ``STATE_DIR/saved-at``.
"""

import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import api_to_kinesis
import batching_window
import durable_kinesis
import ranged_reads
import request_validation
import shared_code
import snapshot
import unfinished_stacks
from hooking import wrap
from ministack import app  # type: ignore[import-untyped]


def save_state(_signal: int, _frame: FrameType | None) -> None:
    """Save the state of every service and note the time."""
    try:
        snapshot.save(app._build_persistence_save_dict())
    except Exception:  # Raised here, it would end whatever the signal interrupted.
        logging.getLogger("launch").exception("The state could not be saved")
        return
    note = Path(os.environ["STATE_DIR"]) / "saved-at"
    draft = note.with_suffix(".new")
    draft.write_text(str(time.time_ns()))
    draft.replace(note)


def or_end(load: Callable[[], None]) -> Callable[[], None]:
    """End the process when the state cannot be loaded. The server would continue without, and save that."""

    def load_or_end() -> None:
        try:
            load()
        except Exception as error:
            logging.getLogger("launch").critical("%s", error)
            os._exit(1)

    return load_or_end


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, save_state)
    api_to_kinesis.install()
    batching_window.install()
    durable_kinesis.install()
    ranged_reads.install()
    request_validation.install()
    shared_code.install()
    unfinished_stacks.install()
    snapshot.install()
    wrap(app, "_load_persisted_state", or_end)
    app.main()
