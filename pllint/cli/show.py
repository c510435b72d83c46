"""`pllint show`: what was read, and what was skipped and why."""

import datetime
import sys
from collections.abc import Sequence

from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import settings_for
from pllint.cli.inventory import PremiumAnswer, inventory, listing
from pllint.cli.output import options_for, write
from pllint.cli.progress import Progress
from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.report.json_report import document

_NOTHING_READ = 3
_FORMATS = ("text", "json")


def run(arguments: Sequence[str]) -> int:
    """Read without judging, and print what was read; status 3 when that is nothing."""
    parser = Parser("show", "Show what pllint reads, and what it skips and why.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, solution .zip or file; default: the project")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default) or json")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    paths = tuple(str(path) for path in parsed.paths)
    existing(paths)
    settings = settings_for(paths, parsed.settings)
    with Progress() as progress:
        workspace = api.read(paths or (settings.root,), settings, progress)
    as_of = datetime.date.fromisoformat(settings.as_of) if settings.as_of else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is
    catalogue = Catalogue(overlay=settings.catalogue)
    context = Context(workspace, settings, as_of, catalogue)

    def premium_of(component: Component) -> PremiumAnswer:
        found = context.licensing.premium(component)
        return PremiumAnswer(found.verdict.value, tuple(dict.fromkeys(reason.word.value for reason in found.reasons)))

    def policies_of(environment: Environment) -> list[str]:
        return [one.name for one in context.policies.reaching(environment)]

    rows = inventory(workspace, premium_of, catalogue, policies_of)
    if form == "json":
        write(document(rows), sys.stdout, "json")
    else:
        shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
        write("".join(f"{line}\n" for line in listing(rows, shown.width, colour=shown.colour)), sys.stdout)
    return 0 if workspace.counts else _NOTHING_READ
