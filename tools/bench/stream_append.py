"""Appends small batches of records to one table by the function that runs on Lambda, from its own package.

Usage: ``python stream_append.py COMMITS RECORDS < LINES`` with the environment of the function; LINES are records, one
JSON text a line, used over and over. Prints a JSON document: seconds from the start of the process to the end of the
first append, and seconds of every append.
"""

import base64
import json
import os
import sys
import time
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path


def _running_seconds() -> float:
    """How long this process has been running, the interpreter's own start included. Linux only."""
    ticks = int(Path("/proc/self/stat").read_text().rsplit(") ", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def main(commits: int, records: int) -> None:
    """Runs the appends one after another, as the invocations for one shard come."""
    handler = import_module("append").handler
    seconds: list[float] = []
    cold = 0.0
    lines = [line for line in sys.stdin.buffer.read().split(b"\n") if line]
    for commit in range(commits):
        event = {
            "Records": [
                {
                    "eventID": f"shardId-000000000000:{place + 1}",
                    "kinesis": {
                        "sequenceNumber": f"{place + 1}",
                        "data": base64.b64encode(lines[place % len(lines)]).decode(),
                        "approximateArrivalTimestamp": 1_700_000_000.0,
                    },
                }
                for place in range(commit * records, (commit + 1) * records)
            ]
        }
        began = time.monotonic()
        with redirect_stdout(sys.stderr):
            handler(event, None)
        seconds.append(time.monotonic() - began)
        if commit == 0:
            cold = _running_seconds()
    print(json.dumps({"cold": cold, "seconds": seconds}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
