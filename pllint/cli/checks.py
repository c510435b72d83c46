"""`pllint checks`: every check there is, with what it needs to run."""

import sys
from collections.abc import Iterator, Sequence

from pllint import api
from pllint.check import Check, Need, Status
from pllint.cli.arguments import Parser, one_of
from pllint.cli.output import options_for, write
from pllint.finding import Severity
from pllint.report.json_report import array
from pllint.report.layout import counted, folded

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_FORMATS = ("text", "json")


def run(arguments: Sequence[str]) -> int:
    """Print all checks as a table, or as JSON."""
    parser = Parser("checks", "List all checks.")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default) or json")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    checks = api.checks()
    if form == "json":
        write(array([check_row(check) for check in checks]), sys.stdout, "json")
        return 0
    shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
    write("".join(f"{line}\n" for line in table(checks, shown.width, colour=shown.colour)), sys.stdout)
    return 0


def check_row(check: Check) -> dict[str, object]:
    """Give the facts of a check with the keys of `schemas/checks.json`."""
    row: dict[str, object] = {
        "id": check.id,
        "name": check.name,
        "family": check.family,
        "summary": check.summary,
        "severity": check.severity.value,
        "status": check.status.value,
        "since": check.since,
        "needs": [word_of(need) for need in check.needs],
        "plugin": check.module.partition(".")[0],
    }
    if check.source:
        row["source"] = check.source
    return row


def table(checks: Sequence[Check], width: int, *, colour: bool) -> Iterator[str]:
    """Lay the checks out by family: id, severity and name, then the summary and what is needed below."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colour else text

    family = ""
    for check in checks:
        if check.family != family:
            if family:
                yield ""
            family = check.family
            yield paint(family, "1")
        severity = paint(f"{check.severity:<8}", _COLOURS[check.severity])
        status = "" if check.status is Status.STABLE else f" ({check.status})"
        yield f"  {check.id}  {severity}  {check.name}{status}"
        needs = (
            f" Needs {' and '.join(word_of(need).replace('-', ' ') for need in check.needs)}." if check.needs else ""
        )
        for line in folded(f"{check.summary}{needs}", width - 10):
            yield f"{'':10}{paint(line, '2')}"
    yield ""
    yield f"{counted(len(checks), 'check')}. `pllint explain CHECK` shows the page of one."


def word_of(need: Need) -> str:
    """Give the word for a need, such as licence-records."""
    return need.name.lower().replace("_", "-")
