"""The wheel: what is in it, and that it works where nothing else of this checkout is."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pllint import api

_ROOT = Path(__file__).parents[1]

_RUN_PAGES = """
import json
from pllint import api, testing
told = [[case.id, case.expected, case.run()] for check in api.checks() for case in testing.cases(check)]
print(json.dumps(told))
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(_ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment and give its folder of commands."""
    folder = tmp_path_factory.mktemp("installed")
    _run([sys.executable, "-m", "venv", str(folder)])
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    _run([str(commands / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)])
    return commands


def test_the_wheel_brings_pllint_and_its_plugins_and_nothing_else(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.startswith("pllint_")} == {"pllint", f"pllint-{_version(wheel)}.dist-info"}


@pytest.mark.parametrize(("folder", "below"), [("schemas", "pllint/schemas"), ("pllint", "pllint"), ("plugins", "")])
def test_the_wheel_holds_every_file_of_a_folder(wheel: Path, folder: str, below: str) -> None:
    there = {
        f"{below}/{path.relative_to(_ROOT / folder).as_posix()}".lstrip("/")
        for path in (_ROOT / folder).rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert there - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_installed_command_tells_its_version(wheel: Path, installed: Path) -> None:
    assert _run([str(installed / "pllint"), "--version"]).split() == ["pllint", _version(wheel)]


def test_the_installed_command_lists_every_check(installed: Path) -> None:
    listed = json.loads(_run([str(installed / "pllint"), "checks", "--format", "json"]))

    assert [check["id"] for check in listed] == [check.id for check in api.checks()]


def test_every_page_holds_where_the_wheel_is_installed(installed: Path) -> None:
    told = json.loads(_run([str(installed / "python"), "-c", _RUN_PAGES]))

    assert told
    assert [case for case, expected, given in told if given != expected] == []


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def _run(command: list[str]) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=Path(sys.prefix), env=environment, capture_output=True, check=False, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
