"""``python -m xiaqu``: the command line."""

import sys

from xiaqu.cli import main

sys.exit(main())
