"""`pllint gate`: may a solution go to an environment; the production checklist, and its status."""

import datetime
import os
import sys
from collections.abc import Sequence

from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import day, settings_for
from pllint.cli.output import options_for, write
from pllint.cli.progress import Progress
from pllint.discover import displayed_in
from pllint.errors import UsageError
from pllint.gate import Gate, find_solution, gate
from pllint.gate.retirements import placed
from pllint.gate.row import Row
from pllint.report.checklist import Checklist, Line, as_json, as_markdown, as_text
from pllint.settings import Settings, override, verify_names

_FORMATS = ("text", "markdown", "json")


def run(arguments: Sequence[str]) -> int:
    """Print the checklist; status 0 when every requirement is met or waived, else 1."""
    parser = Parser("gate", "Say whether a solution may go to an environment, requirement by requirement.")
    parser.add_argument("solution", metavar="SOLUTION", help="its unique name, or the .zip of the export step")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="what to read; default: the project")
    parser.add_argument("--to", metavar="ENV", help="the environment it goes to")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default), markdown or json")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day every date rule uses; default: today")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    if not parsed.to:
        raise UsageError("--to ENV says which environment the solution goes to; it is missing")
    form = one_of(str(parsed.format), _FORMATS, "format")
    paths = tuple(str(path) for path in parsed.paths)
    existing(paths)
    settings = override(settings_for(paths, parsed.settings), as_of=day(str(parsed.as_of)) if parsed.as_of else None)
    checklist = _shown(_judge(str(parsed.solution), str(parsed.to), paths, settings))
    if form == "json":
        write(as_json(checklist), sys.stdout, "json")
    elif form == "markdown":
        write(as_markdown(checklist), sys.stdout, "markdown")
    else:
        write(as_text(checklist, options_for(sys.stdout, colour=False if parsed.no_color else None)), sys.stdout)
    return int(bool(checklist.open))


def _judge(solution: str, to: str, paths: Sequence[str], settings: Settings) -> Gate:
    checks = api.checks()
    verify_names(settings, checks)
    read = tuple(paths) or (settings.root,)
    package = _is_package(solution)
    if package and not any(_holds(path, solution) for path in read):
        read = (*read, solution)
    with Progress() as progress:
        workspace = api.read(read, settings, progress)
    environment = api.environment_named(to, workspace)
    as_of = datetime.date.fromisoformat(settings.as_of) if settings.as_of else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is
    context = Context(workspace, settings, as_of, Catalogue(overlay=settings.catalogue), (environment,))
    found = find_solution(context, solution, displayed_in(solution, settings.root) if package else None)
    return gate(context, checks, found, environment)


def _is_package(solution: str) -> bool:
    return os.path.exists(solution) or solution.lower().endswith(".zip") or os.sep in solution


def _holds(folder: str, path: str) -> bool:
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder))
    return os.path.isdir(folder) and not inside.startswith("..")


def _shown(found: Gate) -> Checklist:
    lines = tuple(map(_line, found.rows))
    return Checklist(solution=found.solution, environment=found.environment, lines=lines, as_of=found.as_of)


def _line(row: Row) -> Line:
    place = placed(row.at) if row.at is not None and row.state != "met" else ""
    if place in row.evidence:
        place = ""
    return Line(
        stage=row.stage,
        requirement=row.requirement,
        state=row.state,
        evidence=row.evidence,
        checks=row.checks,
        who=row.who,
        place=place,
        waived=row.waived,
    )
