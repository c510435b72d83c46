"""`pllint check --fix` and `--diff`: write the safe fixes of a report, or show them."""

import os
import sys
from collections.abc import Iterator

from pllint.cli.output import print_line, write, write_bytes
from pllint.finding import Report
from pllint.fix import Fixed, fixes
from pllint.report.escape import for_display, for_terminal


def write_fixes(report: Report, root: str) -> bool:
    """Write what can be put right safely, and say so on stderr; tell whether anything was written."""
    written = 0
    for fixed in fixes(report):
        path = os.path.join(root, fixed.path)
        count = f"{fixed.findings} {'finding' if fixed.findings == 1 else 'findings'}"
        shown = for_terminal(fixed.path)
        if _is_that_file(path, root, fixed):
            write_bytes(path, fixed.after)
            written += 1
            print_line(f"pllint: fixed {count} in {shown}", sys.stderr)
        else:
            print_line(f"pllint: left {count} in {shown}, which is not a file of the project", sys.stderr)
    if not written:
        print_line("pllint: nothing to fix", sys.stderr)
    return bool(written)


def show(report: Report) -> None:
    """Print what would be written as a diff."""
    write("".join(f"{line}\n" for fixed in fixes(report) for line in _diff(fixed)), sys.stdout)


def _is_that_file(path: str, root: str, fixed: Fixed) -> bool:
    """Tell whether the project's file of this path is the one that was linted."""
    real = os.path.realpath(path)
    if not real.startswith(os.path.join(os.path.realpath(root), "")):
        return False
    try:
        with open(real, "rb") as file:
            return file.read() == fixed.before
    except OSError:
        return False


def _diff(fixed: Fixed) -> Iterator[str]:
    from difflib import unified_diff

    before = fixed.before.decode("utf-8-sig").splitlines()
    after = fixed.after.decode("utf-8-sig").splitlines()
    for line in unified_diff(before, after, f"a/{fixed.path}", f"b/{fixed.path}", lineterm=""):
        yield for_display(line)
