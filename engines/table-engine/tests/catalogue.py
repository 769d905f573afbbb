"""The catalogue of inputs (test/catalogue/README.md) as the Python tests read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from table_engine.feeds import PROJECT

#: The row without its nulls; or raw text and reason of a reject.
Outcome = dict[str, Any] | tuple[str, str]


@dataclass(frozen=True)
class CatalogueInput:
    """One input; `door` is the status of the API of the streams."""

    name: str
    feed: str
    record: bytes
    door: int
    batch: Outcome
    streams: Outcome

    @property
    def line(self) -> bytes:
        """The record as the sink writes it: without line breaks."""
        return self.record.replace(b"\r", b"").replace(b"\n", b"")


def joined(parts: Any) -> Any:
    """A text of parts in one; anything else as it is."""
    if isinstance(parts, list) and any(isinstance(part, dict) for part in parts):
        return "".join(part if isinstance(part, str) else part["repeat"] * part["times"] for part in parts)
    return parts


@cache
def catalogue() -> list[CatalogueInput]:
    """All inputs."""
    with (PROJECT / "test" / "catalogue" / "inputs.jsonl").open(encoding="utf-8") as lines:
        return [_read(json.loads(line)) for line in lines]


def _read(entry: dict[str, Any]) -> CatalogueInput:
    record = bytes.fromhex(entry["bytes"]) if "bytes" in entry else joined(entry["record"]).encode()
    given = {"rawText": record.replace(b"\r", b"").replace(b"\n", b"").decode("utf-8", "replace"), **entry}
    return CatalogueInput(
        entry["name"],
        entry["feed"],
        record,
        entry.get("door", 200),
        _outcome(given),
        # A row there is in the place of a reject here, and the other way round.
        _outcome({**({} if "row" in entry.get("streams", {}) else given), **entry.get("streams", {})}),
    )


def _outcome(entry: dict[str, Any]) -> Outcome:
    if "reject" in entry:
        return joined(entry["rawText"]), joined(entry["reject"])
    return {name: joined(value) for name, value in entry["row"].items()}
