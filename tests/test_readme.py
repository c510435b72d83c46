"""README.md tells the truth: its output is the tool's, its checks are those there are, its links lead somewhere.

`pytest --accept` rewrites what is generated; review the diff.
"""

import os
import re
import shlex
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from pllint import api
from pllint.catalogue import Catalogue
from pllint.cli.dispatch import COMMANDS

_ROOT = Path(__file__).parents[1]
_README = _ROOT / "README.md"
_CONSOLE = re.compile(r"```console\n\$ pllint (?P<arguments>.+)\n(?P<output>(?:.*\n)*?)```\n")
_FAMILY = re.compile(r"^(\| (?P<family>\w+) \| [A-Z]{3} \| .* \|)(?P<checks>[^|]*)\|$", re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


@pytest.fixture(scope="module", autouse=True)
def _accepted(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        text = _README.read_text(encoding="utf-8")
        text = _CONSOLE.sub(lambda shown: f"```console\n$ pllint {shown[1]}\n{_said(shown[1])}```\n", text)
        text = _FAMILY.sub(lambda row: f"{row[1]} {_checks_of(row[2])} |", text)
        _README.write_text(text, encoding="utf-8", newline="\n")


def test_the_output_shown_is_what_pllint_says() -> None:
    shown = [(match["arguments"], match["output"]) for match in _CONSOLE.finditer(_readme())]

    assert shown
    assert shown == [(arguments, _said(arguments)) for arguments, _ in shown]


def test_the_checks_listed_are_those_there_are() -> None:
    listed = {match["family"]: match["checks"].strip() for match in _FAMILY.finditer(_readme())}

    assert listed == {family: _checks_of(family) for family in sorted({check.family for check in api.checks()})}


def test_every_command_there_is_has_its_row() -> None:
    assert set(re.findall(r"^\| `pllint \[?(\w+)", _readme(), re.MULTILINE)) == set(COMMANDS)


def test_the_date_of_the_connector_data_is_told() -> None:
    assert f"Connector data is of {Catalogue().as_of}" in _readme()


@pytest.mark.parametrize(
    "page",
    [*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md"), *(_ROOT / "examples").rglob("*.md")],
    ids=lambda page: page.relative_to(_ROOT).as_posix(),
)
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def _readme() -> str:
    return _README.read_text(encoding="utf-8")


def _said(arguments: str) -> str:
    path = os.pathsep.join((str(_ROOT), str(_ROOT / "plugins")))
    done = subprocess.run(
        [sys.executable, "-m", "pllint", *shlex.split(arguments)],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": path, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    return done.stdout


def _checks_of(family: str) -> str:
    """Give a family's checks, runs of consecutive ids shortened: `DLP101 to DLP104, DLP109`."""
    ids = [check.id for check in api.checks() if check.family == family]
    runs = [list(run) for _, run in groupby(enumerate(ids), key=lambda one: int(one[1][3:]) - one[0])]
    return ", ".join(
        run[0][1] if len(run) == 1 else f"{run[0][1]}{', ' if len(run) == 2 else ' to '}{run[-1][1]}" for run in runs
    )
