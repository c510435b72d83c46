"""`pllint check --fix` and `--diff`: write the safe fixes of a report, or show them, and say what is left and why."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from pllint import api
from pllint.cli.output import print_line, write, write_bytes
from pllint.finding import Report, ReportedFinding
from pllint.fix import Fixed, Fixes, Left, data_groups, fixes
from pllint.report.escape import for_display, for_terminal
from pllint.settings import Settings
from pllint.source import Anchor


def write_fixes(report: Report, lists: Sequence[Anchor], root: str) -> bool:
    """Write what can be put right safely, and say so on stderr; tell whether anything was written."""
    found = fixes(report, lists)
    written = 0
    for fixed in found.files:
        path = os.path.join(root, fixed.path)
        shown = for_terminal(fixed.path)
        if _is_that_file(path, root, fixed):
            write_bytes(path, fixed.after)
            written += 1
            if fixed.findings:
                print_line(f"pllint: fixed {_counted(fixed.findings)} in {shown}: {_checks(fixed)}", sys.stderr)
            if fixed.is_sorted:
                print_line(f"pllint: sorted the data groups in {shown}", sys.stderr)
        else:
            print_line(f"pllint: left what can be fixed in {shown}, which is not a file of the project", sys.stderr)
    _tell_left(found)
    if not found.files and not found.left:
        print_line("pllint: nothing to fix", sys.stderr)
    return bool(written)


def show(report: Report, lists: Sequence[Anchor]) -> None:
    """Print what would be written as a diff, and on stderr what would be left."""
    found = fixes(report, lists)
    write("".join(f"{line}\n" for fixed in found.files for line in _diff(fixed)), sys.stdout)
    _tell_left(found)


def sortable(paths: Sequence[str], settings: Settings) -> tuple[Anchor, ...]:
    """Give the lists that `--sort` puts in order: the data groups of the policies that are asked for."""
    asked = [api.displayed(path, settings) for path in paths]
    found = data_groups(api.read(paths or (settings.root,), settings))
    return tuple(at for at in found if not asked or any(_lies_in(at.source.path, path) for path in asked))


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith((f"{folder}/", f"{folder}!"))


def _tell_left(found: Fixes) -> None:
    for left in found.left:
        print_line(f"pllint: {_told(left)}", sys.stderr)


def _told(left: Left) -> str:
    place = f"{for_terminal(left.path)}:{left.span.line}:{left.span.column}"
    if left.finding is None:
        return f"not sorted: {place}: {left.reason}"
    verb = "fixed only in part" if left.in_part else "not fixed"
    return f"{verb}: {place} {left.finding.check} {left.finding.name}: {left.reason}"


def _counted(findings: Sequence[ReportedFinding]) -> str:
    return f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'}"


def _checks(fixed: Fixed) -> str:
    return ", ".join(_distinct(f"{finding.check} {finding.name}" for finding in fixed.findings))


def _distinct(words: Iterable[str]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    yield from (word if count == 1 else f"{word} ({count})" for word, count in sorted(counts.items()))


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
