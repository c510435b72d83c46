"""The command line: arguments in, exit status out; the only package that prints.

`--version` answers before anything else is imported.
"""

import gc
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


def console() -> int:
    """Run the command line as the whole of a process: the `pllint` script.

    What start-up makes stays until the end, so the collector would search it in vain; readers collect as they go.
    """
    gc.disable()
    try:
        return main()
    finally:
        gc.freeze()
