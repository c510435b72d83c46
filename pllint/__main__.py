"""`python -m pllint` is the command line."""

import sys

from pllint.cli import main

sys.exit(main())
