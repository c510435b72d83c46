"""pllint never reaches the network: every command is run under a guard that ends the process at the first attempt.

The guard sees what Python does. The one compiled library that could reach out by itself, jsonschema-rs, is handed a
retriever that refuses (see `pllint/schema.py`).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pllint.report import FORMATS

_ROOT = Path(__file__).parents[1]
_EXAMPLE = _ROOT / "examples" / "contoso"
_REACHED = 99

_GUARDED = f"""
import os, sys

def guard(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.")):
        print(event, arguments, file=sys.stderr)
        os._exit({_REACHED})  # an exception could be caught by the very code that is watched

sys.addaudithook(guard)
"""
_PLLINT = _GUARDED + "from pllint.cli import main\nsys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize(
    "statement",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import socket; socket.getaddrinfo('contoso.example', 443)",
        "from urllib.request import urlopen; urlopen('http://contoso.example')",
    ],
)
def test_the_guard_ends_a_process_that_reaches_out(statement: str) -> None:
    assert _run(_GUARDED + statement).returncode == _REACHED


@pytest.mark.parametrize("name", FORMATS)
def test_checking_reaches_no_network_in_any_format(name: str) -> None:
    done = _run(_PLLINT, "check", str(_EXAMPLE), "--output", name)

    assert (done.returncode, done.stdout != "") == (1, True), done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["checks"],
        ["checks", "--format", "json"],
        ["explain", "DLP112"],
        ["show", str(_EXAMPLE)],
        ["show", str(_EXAMPLE), "--format", "json"],
        ["why", "Remind line managers", str(_EXAMPLE)],
        ["matrix", str(_EXAMPLE)],
        ["impact", str(_EXAMPLE / "policies"), str(_EXAMPLE / "policies"), str(_EXAMPLE)],
    ],
    ids=lambda arguments: " ".join(arguments[:1]),
)
def test_no_other_command_reaches_the_network(arguments: list[str]) -> None:
    done = _run(_PLLINT, *arguments)

    assert (done.returncode, done.stdout != "") == (0, True), done.stderr


def test_explaining_a_rejected_file_reaches_no_network(tmp_path: Path) -> None:
    (tmp_path / "pllint.yaml").write_text("targets: 7\n", encoding="utf-8")
    (tmp_path / "policy.json").write_text('{"connectorGroups": 7, "environmentType": 7}', encoding="utf-8")

    assert _run(_PLLINT, "check", str(tmp_path / "policy.json")).returncode != _REACHED


def _run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=_ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
