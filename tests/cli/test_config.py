"""`pllint config`: what is in force and who said so; and whether the file can be used."""

import json
from pathlib import Path

import pytest

from pllint.cli import main
from pllint.schema import known_keys, violations
from pllint.settings import FILE_NAME


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty repository that is the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _write(folder: Path, text: str, name: str = FILE_NAME) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def _shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict[str, object]]:
    assert main(["config", "show", "--format", "json", *arguments]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert violations("config", shown) == []
    return {row.pop("key"): row for row in shown["values"]}


@pytest.mark.usefixtures("project")
def test_without_a_file_every_setting_has_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    shown = _shown(capsys)

    assert {row["from"] for row in shown.values()} == {"default"}
    assert set(known_keys("settings")) == {key.partition(".")[0] for key in shown}
    assert shown["checks.select"] == {"value": ["ALL"], "from": "default"}
    assert shown["limits.member-size-mb"] == {"value": 64, "from": "default"}


def test_each_value_names_what_decided_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "limits: {nesting: 20}\nmandatory: [DLP101]\n", "base.yaml")
    _write(
        project,
        """\
extends: [strict, base.yaml]
checks: {ignore: [LIC], severity: {blocked-connector: off}}
targets: [{solution: Parcel*, environments: [hr-test]}]
per-environment: [{types: [developer], ignore: [LIF1]}]
limits: {member-size-mb: 0.5}
policies: []
""",
    )

    shown = _shown(capsys)

    def file(value: object, line: int, column: int, path: str = FILE_NAME) -> dict[str, object]:
        return {"value": value, "from": "file", "path": path, "line": line, "column": column}

    assert {key: row for key, row in shown.items() if row["from"] != "default"} == {
        "extends": file(["strict", "base.yaml"], 1, 1),
        "checks.ignore": file(["LIC"], 2, 10),
        "checks.severity.blocked-connector": file("off", 2, 55),
        "fail-on": {"value": "warning", "from": "preset", "preset": "strict"},
        "limits.member-size-mb": file(0.5, 5, 26),
        "limits.nesting": file(20, 1, 19, "base.yaml"),
        "mandatory": file(["DLP101"], 2, 1, "base.yaml"),
        "per-environment": file([{"types": ["developer"], "ignore": ["LIF1"]}], 4, 1),
        "targets": file([{"solution": "Parcel*", "environments": ["hr-test"]}], 3, 1),
    }
    assert shown["policies"] == {"value": ["policies/**"], "from": "default"}


def test_the_command_line_comes_last(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "as-of: 2026-03-05\nfail-on: info\nchecks: {ignore: [LIC, LIF]}\n")

    shown = _shown(capsys, "--as-of", "today", "--fail-on", "never", "--select", "LIC,DLP", "--ignore", "SRC010")

    assert {key: (row["value"], row["option"]) for key, row in shown.items() if row["from"] == "command-line"} == {
        "as-of": ("today", "--as-of"),
        "fail-on": ("never", "--fail-on"),
        "checks.select": (["LIC", "DLP"], "--select"),
        "checks.ignore": (["LIF", "SRC010"], "--ignore"),
    }


def test_people_get_a_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "fail-on: warning\nchecks: {ignore: [LIC5]}\n")

    assert main(["config", "show", "--ignore", "DLP"]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Settings of pllint.yaml"
    assert [line.split(maxsplit=1) for line in told if line.startswith(("fail-on", "profile", "checks.ignore"))] == [
        ["checks.ignore", f"{'[LIC5, DLP]':<40}  pllint.yaml:2:10 and command line (--ignore)"],
        ["fail-on", f"{'warning':<40}  pllint.yaml:1:10"],
        ["profile", f"{'not set':<40}  default"],
    ]


def test_a_valid_file_is_told_so(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "fail-on: warning\n")

    assert (main(["config", "check"]), capsys.readouterr().out) == (0, "pllint.yaml is valid\n")


def test_unknown_keys_are_warnings(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "fail_on: warning\n")

    assert main(["config", "check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "pllint.yaml:1:10: 'fail_on' is no key of the settings, and nothing reads it; write fail-on, if that is meant",
        "pllint.yaml is valid, but for 1 warning",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail-on: often\n", "pllint.yaml:1:10: 'fail-on' is the text 'often', expected error, warning or"),
        (
            "checks: {select: [blocked-conector]}\n",
            "pllint.yaml:1:19: checks.select names 'blocked-conector', which is",
        ),
        ("a: [\n", "pllint.yaml:2:1: "),
        ("extends: [base.yaml]\n", "pllint.yaml:1:11: extends names base.yaml, which is no file"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    project: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(project, text)

    assert main(["config", "check"]) == 2

    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith(f"pllint: {message}")


@pytest.mark.usefixtures("project")
def test_no_file_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check"]) == 0

    assert capsys.readouterr().out.startswith("no pllint.yaml here or above: the defaults are in force")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required ACTION; see `pllint config --help`"),
        (["shwo"], "unknown action of config 'shwo'; did you mean show?"),
        (["check", "nowhere"], "no file or folder 'nowhere'"),
        (["show", "nowhere"], "no file or folder 'nowhere'"),
        (["show", "--fail-on", "warn"], "unknown severity 'warn'; did you mean warning?"),
        (["check", "--settings", "x.yaml"], "x.yaml: the settings cannot be read: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_use_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["config", *arguments]), capsys.readouterr()) == (2, ("", f"pllint: {message}\n"))
