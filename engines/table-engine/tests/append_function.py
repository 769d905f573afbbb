"""Runs the function that appends as Lambda does: one process, invocation after invocation.

`python -m tests.append_function EVENTS TRIES [SMALL_FILES]`: each line of the file is an event; one that fails is
delivered again, up to so many times. Small files are counted every SMALL_FILES commits (16), and compacted if there
are as many. Each failure is a line on stderr, each success what the handler prints. Exit code 1: it stopped trying.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from types import ModuleType

from table_engine import stream_append, table_maintenance

PATH = Path(__file__).parents[3] / "lambda" / "table-engine"


def load_function(name: str) -> ModuleType:
    """Imports a handler's module from its source."""
    spec = importlib.util.spec_from_file_location(name, PATH / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(events: str, tries: str, small_files: str = "16") -> int:
    table_maintenance.WRITER_SMALL_FILES = stream_append.COUNT_EVERY = int(small_files)
    function = load_function("append")
    for line in Path(events).read_text(encoding="utf-8").splitlines():
        for left in reversed(range(int(tries))):
            try:
                function.handler(json.loads(line), None)
                break
            except Exception as error:
                print(f"{type(error).__name__}: {str(error)[:200]!r}", file=sys.stderr, flush=True)
                if left == 0:
                    return 1
                time.sleep(0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
