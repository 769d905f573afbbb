"""Renders API Gateway's mapping templates: Velocity, with the variables `$input`, `$util` and `$context`."""

from __future__ import annotations

import base64
import json
import math
import urllib.parse
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from airspeed import Template  # type: ignore[import-untyped]
from json_path import MISSING, look_up


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float | None:
    """A number with fraction or exponent; what API Gateway makes of one that is too large is not documented."""
    number = float(text)
    return number if math.isfinite(number) else None


class Input:
    """`$input`: a body, and the parameters of the request."""

    def __init__(self, body: str, params: Mapping[str, str]) -> None:
        """Takes the body's text, and the parameters by name."""
        self.body = body
        self._params = params

    @cached_property
    def _document(self) -> Any:
        """Of a duplicate key the last counts. A number with fraction or exponent is a 64-bit float."""
        try:
            return json.loads(self.body, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError):
            return MISSING

    def json(self, path: str) -> str:
        """The value at a JSONPath as JSON without white space; `""` when it is not there or null."""
        value = look_up(self._document, path)
        value = "" if value is MISSING or value is None else value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def path(self, path: str) -> Any:
        """The value at a JSONPath; an empty text when it is not there."""
        value = look_up(self._document, path)
        return "" if value is MISSING else value

    def params(self, name: str) -> str:
        """A path, query or header parameter; an empty text when it is not there."""
        return self._params.get(name, "")


class Util:
    """`$util`."""

    def base64Encode(self, text: str) -> str:
        """The text's UTF-8 in base64. Half a surrogate pair becomes a question mark, as in Java."""
        return base64.b64encode(str(text).encode("utf-8", "replace")).decode("ascii")

    def escapeJavaScript(self, text: str) -> str:
        """The text escaped for a JavaScript string, single quotes and slashes as well."""
        return json.dumps(str(text))[1:-1].replace("'", "\\'").replace("/", "\\/")

    def urlEncode(self, text: str) -> str:
        """The text as part of a form."""
        return urllib.parse.quote_plus(str(text))

    def parseJson(self, text: str) -> Any:
        """The value of a JSON text."""
        return json.loads(text)


_compiled = cache(Template)


def render(template: str, source: Input, context: dict[str, Any]) -> str:
    """Renders a template. What it sets, such as `$context.responseOverride.status`, is then in `context`."""
    text: str = _compiled(template).merge({"input": source, "util": Util(), "context": context})
    return text
