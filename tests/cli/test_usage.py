"""Wrong use is one line that says what was probably meant, and status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pllint import __version__
from pllint.cli import main
from pllint.cli.dispatch import COMMANDS


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project with one odd governance file that is the working directory."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "governance").mkdir()
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (folder / "governance" / "environments.yaml").write_text(
        "environments:\n  - {name: hr-production, typ: production}\n", encoding="utf-8"
    )
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["expalin"], "no file or folder 'expalin'; did you mean the command explain?"),
        (["nowhere.json"], "no file or folder 'nowhere.json'"),
        (["check", "nowhere"], "no file or folder 'nowhere'"),
        (["show", "nowhere"], "no file or folder 'nowhere'"),
        (["--slect", "DLP"], "unknown option --slect; did you mean --select?"),
        (["-x"], "unknown option -x; see `pllint check --help`"),
        (["--env"], "--env expected one argument; see `pllint check --help`"),
        (["--fail-on", "warn"], "unknown severity 'warn'; did you mean warning?"),
        (["--as-of", "yesterday"], "--as-of takes a day such as 2026-03-05, or today, not 'yesterday'"),
        (["--select", "unknwon-key"], "--select names 'unknwon-key', which is no check; did you mean unknown-key?"),
        (["--output", "jsn"], "unknown output format 'jsn'; did you mean json?"),
        (["--output", "out.sarif"], "unknown output format 'out.sarif'; did you mean --output sarif:out.sarif?"),
        (
            ["--output", "text", "--output", "json"],
            "two outputs go to the standard output; give one of them a file, as in --output json:FILE",
        ),
        (["--output", "json:nowhere/a.json"], "cannot write nowhere/a.json: no folder 'nowhere'"),
        (["--output", "json:governance"], "cannot write governance: Is a directory"),
        (["--settings", "x.yaml"], "x.yaml: the settings cannot be read: No such file or directory"),
        (["explain", "unreadabel"], "unknown check 'unreadabel'; did you mean unreadable?"),
        (["explain"], "the following arguments are required CHECK; see `pllint explain --help`"),
        (["explain", "SRC001", "SRC002"], "SRC002 is one argument too many; see `pllint explain --help`"),
        (["checks", "--format", "jsonn"], "unknown format 'jsonn'; did you mean json?"),
        (["no\x1b[2Jwhere"], r"no file or folder 'no\x1b[2Jwhere'"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_mistake_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(arguments)

    assert (status, capsys.readouterr()) == (2, ("", f"pllint: {message}\n"))


def test_mistakes_in_settings_are_told_with_their_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pllint.yaml").write_text("fail-on: info\nchecks: {select: [NOTHING]}\n", encoding="utf-8")

    assert main([]) == 2
    assert capsys.readouterr().err.startswith(
        "pllint: pllint.yaml:2:19: checks.select names 'NOTHING', which is no check"
    )


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param([], 0, id="a warning is below the threshold"),
        pytest.param(["--fail-on", "warning"], 1, id="or at it"),
        pytest.param(["--fail-on", "warning", "--output", "json"], 1, id="in any format"),
        pytest.param(["--fail-on", "warning", "--ignore", "SRC010"], 0, id="unless it is ignored"),
        pytest.param(["--fail-on=never"], 0, id="never"),
        pytest.param(["check", "governance", "--fail-on", "warning", "pllint.yaml"], 1, id="options among paths"),
    ],
)
def test_the_exit_status_follows_the_threshold(arguments: list[str], status: int) -> None:
    assert main(arguments) == status


@pytest.mark.usefixtures("project")
def test_a_run_that_recognises_nothing_has_a_status_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert main([str(tmp_path / "empty")]) == 3


def test_a_path_named_like_a_command_is_written_with_a_dot(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "checks").mkdir()

    assert main(["./checks"]) in {0, 3}
    assert "Rules as of 2026-11-21" in capsys.readouterr().out


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0

    printed = capsys.readouterr().out
    assert all(f"\n  {command} " in printed for command in COMMANDS)


def _run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path), **settings}
    command = [sys.executable, "-m", "pllint", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False)


def test_the_version_is_told_without_importing_the_rest() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "pllint", "--version"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    told = subprocess.run(command, env=environment, capture_output=True, check=True)

    assert told.stdout.decode().strip() == f"pllint {__version__}"
    assert b"argparse" not in told.stderr
    assert b"pllint.finding" not in told.stderr


@pytest.mark.usefixtures("project")
def test_a_plain_run_does_without_argparse_and_json_schema_of_others() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-X", "importtime", "-m", "pllint", "."]

    told = subprocess.run(command, env=environment, capture_output=True, check=False)

    imported = {line.rpartition(b"|")[2].strip().decode() for line in told.stderr.split(b"\n")}
    assert not imported & {"argparse", "difflib", "textwrap", "shutil", "importlib.metadata", "pllint.report.sarif"}


def test_an_output_that_lacks_characters_gets_question_marks(project: Path) -> None:
    (project / "governance" / "environments.yaml").write_text(
        "environments:\n  - {name: a, 東京: b}\n", encoding="utf-8"
    )

    told = _run(".", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert told.returncode == 0
    assert told.stderr == b""
    assert b"'??'" in told.stdout or rb"'\u6771\u4eac'" in told.stdout


def test_machine_formats_are_utf_8_whatever_the_locale(project: Path) -> None:
    (project / "governance" / "environments.yaml").write_text(
        "environments:\n  - {name: a, 東京: b}\n", encoding="utf-8"
    )

    told = _run(".", "--output", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert "東京" in told.stdout.decode()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "settings", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": ""}, False),
    ],
)
def test_colour_is_for_terminals_unless_asked_for(
    arguments: list[str],
    settings: dict[str, str],
    coloured: bool,  # noqa: FBT001 - an expectation
) -> None:
    assert (b"\x1b[" in _run(".", *arguments, **settings).stdout) is coloured


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
@pytest.mark.usefixtures("project")
def test_a_reader_that_goes_away_ends_the_output_quietly() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "pllint", ".", "--output", "json", "--fail-on", "warning"]

    told = subprocess.run(command, env=environment, stdout=writing, stderr=subprocess.PIPE, check=False)

    os.close(writing)
    assert (told.returncode, told.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("command", "status", "told"),
    [
        ("exec {pllint} check . >&-", 0, ""),
        ("exec {pllint} check . >/dev/full", 2, "pllint: cannot write the output: No space left on device\n"),
        (
            "mkdir gone && cd gone && rmdir ../gone && exec {pllint} check",
            2,
            "pllint: the working directory cannot be used: No such file or directory\n",
        ),
    ],
    ids=["closed", "full", "gone"],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
@pytest.mark.usefixtures("project")
def test_a_place_that_takes_no_output_ends_the_run_in_one_line(command: str, status: int, told: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path if path)}
    script = command.format(pllint=f"{sys.executable} -m pllint")

    done = subprocess.run(["sh", "-c", script], check=False, capture_output=True, text=True, env=environment)

    assert (done.returncode, done.stderr) == (status, told)
