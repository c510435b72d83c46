"""`pllint explain CHECK`: the page of a check, offline."""

import sys
from collections.abc import Sequence

from pllint import api, docs
from pllint.check import Check
from pllint.cli.arguments import Parser
from pllint.cli.output import options_for, write
from pllint.cli.pages import render
from pllint.errors import UsageError
from pllint.nearest import nearest


def run(arguments: Sequence[str]) -> int:
    """Print the page of a check, found by id or name in any case."""
    parser = Parser("explain", "Show the page of a check.")
    parser.add_argument("check", metavar="CHECK", help="its id (DLP101) or name (blocked-connector)")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    check = _found(str(parsed.check), api.checks())
    shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
    write(render(_page(check), shown.width, colour=shown.colour), sys.stdout)
    return 0


def _found(word: str, checks: Sequence[Check]) -> Check:
    for check in checks:
        if word.lower() in {check.id.lower(), check.name.lower()}:
            return check
    meant = nearest(word, (known for check in checks for known in (check.id, check.name)))
    hint = f"did you mean {meant}?" if meant else "`pllint checks` lists them"
    raise UsageError(f"unknown check '{word}'; {hint}")


def _page(check: Check) -> str:
    try:
        return docs.page(check)
    except OSError:  # a plugin's check without a page
        return f"# {check.id} {check.name}\n\n{check.summary}\n"
