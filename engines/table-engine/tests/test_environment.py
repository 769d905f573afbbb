"""Every variable that a handler reads is one of those its stack sets, and the other way round."""

from __future__ import annotations

import re

import pytest

from table_engine.environment import VARIABLES, read_environment
from table_engine.errors import TableEngineError
from tests.append_function import PATH

HANDLERS = sorted(path.stem for path in PATH.glob("*.py"))


def test_every_handler_has_its_variables() -> None:
    assert set(VARIABLES) - {"emulator", "dead-letters", "report"} == set(HANDLERS)


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_reads_its_variables_and_no_others(name: str) -> None:
    source = (PATH / f"{name}.py").read_text(encoding="utf-8")
    assert f'read_environment("{name}")' in source
    assert "os.environ" not in source
    read = set(re.findall(r'variables(?:\["|\.get\(")([A-Z_]+)"', source))
    if "function_job" in source:
        read |= {"SINK_BUCKET", "USER_ID"}
    if "table_engine.metrics" in source:
        read.add("METRICS_NAMESPACE")
    declared = VARIABLES[name]
    assert read == set(declared["required"]) | set(declared["optional"])


def test_what_is_missing_is_named() -> None:
    variables = {"SINK_BUCKET": "b", "USER_ID": "u", "FEED": "pin", "PATH": "/bin"}
    assert read_environment("append", variables) == {"SINK_BUCKET": "b", "USER_ID": "u", "FEED": "pin"}
    with pytest.raises(TableEngineError, match=r"append lacks .* USER_ID \(.*\), FEED \(the feed\)"):
        read_environment("append", {"SINK_BUCKET": "b", "USER_ID": ""})
