"""What MiniStack saves, in one file that is replaced in one step.

MiniStack saves a file for each service, and continues when one of them fails: a kill in between leaves stacks whose
functions or roles are not there. Here all of them are one document.

It is the state before a deployment or after one, never in between: while a stack is worked on, an end in order saves
nothing, as a kill does not. The next start then has what was saved before, and deploys again from there. Objects in
buckets and records of streams are not in the document; they are on the disk as soon as they are acknowledged.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import unfinished_stacks
from hooking import require, wrap
from ministack import app  # type: ignore[import-untyped]
from ministack.core import persistence  # type: ignore[import-untyped]
from ministack.services import lambda_svc  # type: ignore[import-untyped]

logger = logging.getLogger("snapshot")

#: Services by name, each with what gives its state, or None for one that has none.
Services = dict[str, Callable[[], Any]]

#: Other threads may change a service's state while it is read.
_TRIES = 10

_file: Path
#: The document while it is being restored; empty at the first start.
_document: dict[str, Any] = {}
_prune_code: Callable[[set[str]], None]
_referenced_code: set[str] | None = None


class SnapshotError(Exception):
    """The document cannot be read."""


def install() -> None:
    """Hooks saving and restoring. The document is `services.json` in `STATE_DIR`. Raises HookError."""
    global _file, _prune_code
    _file = Path(os.environ["STATE_DIR"]) / "services.json"
    require(persistence, "_json_default", "_json_object_hook")
    require(lambda_svc, "_prune_orphan_code_blobs")
    _prune_code = lambda_svc._prune_orphan_code_blobs
    wrap(lambda_svc, "_prune_orphan_code_blobs", lambda _original: _prune_later)
    wrap(app, "save_all", lambda _original: _save_at_the_end)
    wrap(app, "load_state", lambda _original: lambda service: _document.get(service))
    wrap(app, "_load_persisted_state", _reading_the_document)


def save(services: Services) -> None:
    """Replaces the document. Raises OSError when the disk is full, and what a service raises again and again."""
    text = _encoded(services)
    draft = _file.with_suffix(".new")
    draft.write_text(text)
    draft.replace(_file)
    if _referenced_code is not None:
        _prune_code(_referenced_code)


def _encoded(services: Services) -> str:
    for last in range(_TRIES):
        try:
            states = {name: get_state() for name, get_state in services.items()}
            document = {name: state for name, state in states.items() if state is not None}
            return json.dumps(document, default=persistence._json_default)
        except RuntimeError:  # A dictionary changed during the iteration.
            if last == _TRIES - 1:
                raise
    raise AssertionError


def _prune_later(referenced: set[str]) -> None:
    """Keeps the code that the document on the disk refers to until there is another document."""
    global _referenced_code
    _referenced_code = referenced


def _save_at_the_end(services: Services) -> None:
    names = unfinished_stacks.under_way()
    if names:
        logger.warning("Not saved, because these stacks are being worked on: %s", ", ".join(names))
        os._exit(0)  # What works on them may wait for other programs for many seconds.
    try:
        save(services)
    except Exception:
        logger.exception("The state could not be saved; the next start has that of before")


def _reading_the_document(original: Callable[[], None]) -> Callable[[], None]:
    def load() -> None:
        global _document
        try:
            if _file.exists():
                _document = json.loads(_file.read_text(), object_hook=persistence._json_object_hook)
        except ValueError as error:
            raise SnapshotError(
                f"{_file} cannot be read ({error}), so the local AWS does not know what is deployed. Forget the local "
                "data by `npm run reset`, with the --user-id of the start, and start again."
            ) from error
        try:
            original()
        finally:
            _document = {}

    return load
