"""`python -m table_engine`."""

import sys

from table_engine.command_line import main

sys.exit(main())
