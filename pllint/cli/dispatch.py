"""Which command is meant, and what its errors look like: one line that begins with `pllint:`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from pllint.cli.output import print_line
from pllint.errors import PllintError, UsageError
from pllint.report.escape import for_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Command(Protocol):
        """What the module of a command holds."""

        def run(self, arguments: Sequence[str]) -> int:
            """Run the command with the arguments behind its name, and give the exit status."""


WRONG_USE = 2
_INTERRUPTED = 130  # what shells give for a process that Ctrl-C ended

COMMANDS = {
    "check": "lint paths; the default command",
    "explain": "the page of a check",
    "checks": "all checks, and what each needs to run",
    "show": "what was read, and what was skipped and why",
    "why": "why a component is allowed or not: step, connector, data group, policy line, licence",
    "matrix": "every component in every environment: allowed, violation or open",
    "impact": "what a change of data policies newly blocks and newly allows",
    "gate": "whether a solution may go to an environment, requirement by requirement",
    "licences": "who needs which licence and why, what is short, and what it costs",
    "catalogue": "the shipped connector data and its dates; search it; refresh it from a tenant's export",
    "init": "write the settings and governance records that a project lacks",
    "config": "the settings in force and where each value came from; or whether they are valid",
}
"""The commands and what they do; each is a module beside this one."""


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name; an error is one line on stderr and status 2."""
    if sys.stdout is None:  # it was closed before the start, as in `pllint >&-`
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open to the end of the process
    try:
        _check_working_directory()
        return _run(arguments)
    except PllintError as error:
        print_line(f"pllint: {for_terminal(str(error))}", sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return _INTERRUPTED


def _check_working_directory() -> None:
    try:
        os.getcwd()
    except OSError as error:
        raise UsageError(f"the working directory cannot be used: {error.strerror}") from None


def _run(arguments: Sequence[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in {"-h", "--help", "help"}:
        print_line(_help(), sys.stdout)
        return 0
    if first in COMMANDS:
        return _command(first, arguments[1:])
    if first and not first.startswith("-") and not os.path.exists(first) and first.isidentifier():
        from pllint.nearest import nearest

        if meant := nearest(first, COMMANDS):
            raise UsageError(f"no file or folder '{first}'; did you mean the command {meant}?")
    return _command("check", arguments)


def _command(name: str, arguments: Sequence[str]) -> int:
    module: Command = import_module(f"pllint.cli.{name}")
    return module.run(arguments)


def _help() -> str:
    lines = [
        "pllint lints the governance of a Power Platform estate kept in source control, offline.",
        "",
        "usage: pllint [COMMAND] [PATH...] [OPTIONS]",
        "",
        *(f"  {name:<11}{summary}" for name, summary in COMMANDS.items()),
        "",
        "`pllint COMMAND --help` lists the options of a command; a path named like a command is written ./check.",
        "Exit status: 0 nothing at or above the threshold, 1 findings, 2 wrong use, 3 nothing was linted,",
        "4 a check crashed.",
    ]
    return "\n".join(lines)
