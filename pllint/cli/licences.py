"""`pllint licences`: who needs which licence and why, what there is, what is short, and what it costs."""

import datetime
import sys
from collections.abc import Sequence

from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import settings_for
from pllint.cli.coverage import as_csv, as_json, as_markdown, as_text, cover
from pllint.cli.output import options_for, print_line, write
from pllint.cli.progress import Progress
from pllint.model.workspace import Workspace
from pllint.report.escape import for_terminal

_NOTHING_READ = 3
_FORMATS = ("text", "json", "markdown", "csv")


def run(arguments: Sequence[str]) -> int:
    """Read, hold the licences against the rules, and print who needs which; status 3 when nothing was read."""
    parser = Parser("licences", "Say who needs which licence and why, what is short, and what it costs.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, solution .zip or file; default: the project")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default), json, markdown or csv")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--as-of", metavar="DATE", help="the day whose rules and prices apply; default: today")
    parser.add_argument("--diff", metavar="REV", help="what has changed since a git revision; not with csv")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    paths = tuple(str(path) for path in parsed.paths)
    existing(paths)
    settings = settings_for(paths, parsed.settings)
    day = parsed.as_of or settings.as_of
    try:
        as_of = datetime.date.fromisoformat(str(day)) if day and day != "today" else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is
    except ValueError:
        parser.error(f"--as-of: '{day}' is no day such as 2026-03-05")
    if parsed.diff is not None and form == "csv":
        parser.error("--diff is written as text, json or markdown")
    before = None
    with Progress() as progress:
        workspace = api.read(paths or (settings.root,), settings, progress)
        if parsed.diff is not None:
            before = api.read_project(str(parsed.diff), paths or (settings.root,), settings, progress)
    context = Context(workspace, settings, as_of, Catalogue(overlay=settings.catalogue))
    if before is not None:
        _write_difference(str(parsed.diff), before, context, form, coloured=not parsed.no_color)
        return 0 if workspace.counts or before.counts else _NOTHING_READ
    for finding in context.plans.findings if context.plans else ():
        place = f"{finding.at.source.path}:{finding.at.span.line}"
        print_line(for_terminal(f"{place}: {finding.message}"), sys.stderr)
    found = cover(context)
    if form == "json":
        write(as_json(found), sys.stdout, "json")
    elif form == "csv":
        write(as_csv(found), sys.stdout, "csv")
    elif form == "markdown":
        write(as_markdown(found), sys.stdout, "markdown")
    else:
        shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
        write("".join(f"{line}\n" for line in as_text(found, shown.width, colour=shown.colour)), sys.stdout)
    return 0 if workspace.counts else _NOTHING_READ


def _write_difference(base: str, before: Workspace, context: Context, form: str, *, coloured: bool) -> None:
    """Compare with an earlier state, which the settings, rules and prices of today judge as well."""
    from pllint.cli import licence_change

    then = Context(before, context.settings, context.as_of, context.catalogue)
    states = [licence_change.State(one.workspace, one.licensing, cover(one)) for one in (then, context)]
    found = licence_change.difference(base, *states)
    if form == "json":
        write(licence_change.as_json(found), sys.stdout, "json")
    elif form == "markdown":
        write(licence_change.as_markdown(found), sys.stdout, "markdown")
    else:
        shown = options_for(sys.stdout, colour=None if coloured else False)
        write(
            "".join(f"{line}\n" for line in licence_change.as_text(found, shown.width, colour=shown.colour)), sys.stdout
        )
    for state in states:
        for line in licence_change.unread(state):
            print_line(f"Not read: {for_terminal(line)}", sys.stderr)
