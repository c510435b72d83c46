"""The command line: arguments in, exit status out; the only package that prints.

`--version` answers before anything else is imported.
"""

import sys
from collections.abc import Sequence

from pllint import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit status."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"]):
        print(f"pllint {__version__}")
        return 0
    from pllint.cli.dispatch import run

    return run(arguments)
