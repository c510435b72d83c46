"""The house rules that a tool can hold: types, lint, layout, layers and spelling."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "mypy"], id="types hold"),
        pytest.param(["-m", "ruff", "check"], id="nothing to lint"),
        pytest.param(["-m", "ruff", "format", "--check"], id="everything is formatted"),
        pytest.param(["-c", "from importlinter.cli import lint_imports_command as run; run()"], id="layers hold"),
    ],
)
def test_the_house_is_in_order(command: list[str]) -> None:
    done = _run([sys.executable, *command])

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_spelling_is_british() -> None:
    done = _run([_command("typos"), "--format", "brief", "--force-exclude"])

    assert done.returncode == 0, done.stdout + done.stderr


def _command(name: str) -> str:
    """Find a command that has no module of its own, beside the interpreter first."""
    found = shutil.which(name, path=sysconfig.get_path("scripts") + os.pathsep + os.environ.get("PATH", ""))
    assert found, f"{name} is not installed: pip install -e '.[dev]'"
    return found


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    paths = [str(_ROOT), str(_ROOT / "plugins")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1", "PYTHONWARNINGS": ""}
    return subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, check=False, text=True)
