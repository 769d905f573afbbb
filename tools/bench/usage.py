"""Runs a command to its end and prints what it used, with all that descends from it, as a last line of JSON.

Seconds of processor time, and the most memory of any one process in MiB. Linux only.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36

# What outlives its parent, such as a JVM, comes to this process, which waits for it: only then is it counted.
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
code = subprocess.run(sys.argv[1:], check=False).returncode
with suppress(ChildProcessError):
    while True:
        os.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"processorSeconds": used.ru_utime + used.ru_stime, "peakMiB": used.ru_maxrss / 1024}))
sys.exit(code)
