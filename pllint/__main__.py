"""`python -m pllint` is the command line."""

import sys

from pllint.cli import console

sys.exit(console())
