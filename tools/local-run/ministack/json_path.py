"""The part of JSONPath that mapping templates use: `$`, `.name`, `['name']` and `[0]`."""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"\.([\w-]+)|\['([^']*)'\]|\[(\d+)\]")

#: Placeholder of a missing value.
MISSING = object()


def look_up(document: Any, path: str) -> Any:
    """The value at a path, or MISSING. Raises ValueError for a path of another form."""
    if not path.startswith("$"):
        raise ValueError(f"the JSONPath {path!r} does not begin with $")
    value, end = document, 1
    while end < len(path):
        step = _STEP.match(path, end)
        if step is None:
            raise ValueError(f"the JSONPath {path!r} has something other than .name, ['name'] and [0] at {end}")
        end = step.end()
        name = step[1] or step[2]
        if name is not None:
            value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
        else:
            index = int(step[3])
            value = value[index] if isinstance(value, list) and index < len(value) else MISSING
    return value
