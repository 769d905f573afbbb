"""JSON as Java writes it, which API Gateway's `$input.json` does with what it has read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any


def java_json(value: Any) -> str:
    """A value as JSON without white space. However deep it is nested: it does not recurse."""
    parts: list[str] = []
    # What is still to be written: values of open arrays and objects, each with the text that ends it.
    waiting: list[tuple[Iterator[tuple[str, Any]], str]] = [(iter([("", value)]), "")]
    while waiting:
        members, end = waiting[-1]
        for before, member in members:
            parts.append(before)
            if isinstance(member, dict):
                parts.append("{")
                named = enumerate(member.items())
                waiting.append((iter([("," * (n > 0) + _text(name) + ":", v) for n, (name, v) in named]), "}"))
                break
            if isinstance(member, list):
                parts.append("[")
                waiting.append((iter([("," * (n > 0), v) for n, v in enumerate(member)]), "]"))
                break
            parts.append(java_double(member) if isinstance(member, float) else _text(member))
        else:
            waiting.pop()
            parts.append(end)
    return "".join(parts)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def java_double(value: float) -> str:
    """A 64-bit float as Java's Double.toString, with an exponent from 1e7 on and below 1e-3; null when it is infinite.

    What API Gateway writes for a number that is too large is not documented; null is what Java's JsonPath makes of it.
    """
    if math.isinf(value):
        return "null"
    sign = "-" if math.copysign(1, value) < 0 else ""
    if value == 0:
        return f"{sign}0.0"
    # The shortest digits that are the same float.
    _, digits, exponent = Decimal(repr(abs(value))).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if -3 < point <= 7:
        whole = text[: max(point, 0)].ljust(point, "0") if point > 0 else "0"
        fraction = text[point:] if point > 0 else "0" * -point + text
        return f"{sign}{whole}.{fraction or '0'}"
    return f"{sign}{text[0]}.{text[1:] or '0'}E{point - 1}"
