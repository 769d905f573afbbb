"""Entry point of the Spark job: `spark-submit main.py batch --bucket NAME --user-id ID`."""

from __future__ import annotations

import sys

from spark_batch.command_line import main

if __name__ == "__main__":
    sys.exit(main())
