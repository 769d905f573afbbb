"""Runs a command to its end and prints what it used, with all that descends from it, as a last line of JSON.

Seconds of processor time, and the most memory in MiB of all its processes together. Linux only.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.5


def descendants(pid: int) -> list[int]:
    """The processes that descend from one."""
    children: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # The thread has ended.
            children += map(int, file.read_text().split())
    return [*children, *(descendant for child in children for descendant in descendants(child))]


def memory_kib() -> int:
    """The memory of all descendants now. A page that some of them share counts once."""
    total = 0
    for pid in descendants(os.getpid()):
        with suppress(OSError):  # It has ended.
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def sample() -> None:
    """Keeps the most memory in `most_kib` until `ended`."""
    global most_kib
    while not ended.wait(SAMPLE_SECONDS):
        most_kib = max(most_kib, memory_kib())


# What outlives its parent, such as a JVM, comes to this process, which waits for it: only then is it counted.
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
most_kib = 0
ended = threading.Event()
threading.Thread(target=sample, daemon=True).start()
code = subprocess.run(sys.argv[1:], check=False).returncode
with suppress(ChildProcessError):
    while True:
        os.wait()
ended.set()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
# That of the largest process is exact: a short peak, or a short command, falls between two samples.
peak_mib = max(most_kib, used.ru_maxrss) / 1024
print(json.dumps({"processorSeconds": used.ru_utime + used.ru_stime, "peakMiB": peak_mib}))
sys.exit(code)
