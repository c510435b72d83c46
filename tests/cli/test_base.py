"""`--base REV` tells of solutions whose content changed under the version they had at that revision."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from pllint.cli import main

_GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(_GIT is None, reason="git is not installed")

MANIFEST = """<ImportExportXml version="9.2"><SolutionManifest><UniqueName>Expense</UniqueName>
<Version>{version}</Version><Managed>0</Managed></SolutionManifest></ImportExportXml>
"""
YAML_MANIFEST = """ImportExportXml:
  SolutionManifest:
    UniqueName: Expense
    Version: {version}
    Managed: 0
"""


def _git(folder: Path, *arguments: str) -> None:
    assert _GIT is not None
    settings = ("-c", "user.name=Dana", "-c", "user.email=dana@contoso.example", "-c", "commit.gpgsign=false")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run([_GIT, "-C", folder, *settings, *arguments], check=True, capture_output=True, env=environment)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _flow(trigger: str) -> str:
    definition = {"triggers": {trigger: {"type": "Recurrence"}}, "actions": {}}
    return json.dumps({"properties": {"connectionReferences": {}, "definition": definition}}, indent=2) + "\n"


def _write_source(folder: Path, version: str, trigger: str) -> None:
    _write(folder / "Other" / "Solution.xml", MANIFEST.format(version=version))
    _write(folder / "Other" / "Customizations.xml", "<ImportExportXml><Workflows/></ImportExportXml>\n")
    _write(folder / "Workflows" / "Notify.json", _flow(trigger))


def _write_zip(path: Path, version: str, trigger: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("solution.xml", MANIFEST.format(version=version))
        archive.writestr("customizations.xml", "<ImportExportXml/>")
        archive.writestr("Workflows/Notify.json", _flow(trigger))


def _write_yaml(folder: Path, version: str, trigger: str) -> None:
    _write(folder / "solutions" / "Expense" / "solution.yml", YAML_MANIFEST.format(version=version))
    _write(folder / "workflows" / "c0ffee00-0000-4000-8000-00000000f001" / "Notify.json", _flow(trigger))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a repository whose project, with one solution, lies in a folder of it."""
    folder = tmp_path / "repository" / "platform"
    _write(folder / "pllint.yaml", "version: 1\n")
    _write_source(folder / "solutions" / "expense", "1.0.0.9", "Daily")
    _git(tmp_path / "repository", "init", "-q", "-b", "main")
    return folder


def _commit(folder: Path) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "base")


def _found(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    main(["check", str(folder), "--base", "main", "--select", "SOL407", "--output", "json", *arguments])
    report = json.loads(capsys.readouterr().out)
    return [f"{one['path']}: {one['message']}" for one in report["findings"] if one["check"] == "SOL407"]


def test_a_change_under_the_same_version_is_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _commit(project)
    _write(project / "solutions" / "expense" / "Workflows" / "Notify.json", _flow("Hourly"))
    _write(project / "solutions" / "expense" / "Roles" / "Clerk.xml", "<Role/>")

    assert _found(project, capsys) == [
        (
            "solutions/expense/Other/Solution.xml: Roles/Clerk.xml and Workflows/Notify.json of the solution 'Expense'"
            " changed since main, and its version is still 1.0.0.9"
        )
    ]


@pytest.mark.parametrize(
    ("version", "count"),
    [
        pytest.param("1.0.0.10", 0, id="10 lies above 9"),
        pytest.param("1.0.0.8", 1, id="a version may not go down"),
        pytest.param("1.1", 0, id="missing parts are zero"),
    ],
)
def test_versions_are_compared_as_numbers(
    project: Path, capsys: pytest.CaptureFixture[str], version: str, count: int
) -> None:
    _commit(project)
    _write_source(project / "solutions" / "expense", version, "Hourly")

    assert len(_found(project, capsys)) == count


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Workflows/Notify.json", _flow("Daily").replace("\n", "\r\n"), id="line ends"),
        pytest.param("README.md", "Notes", id="a file that is not packed"),
        pytest.param("Other/Solution.xml", MANIFEST.format(version="1.0.0.9").replace("9.2", "9.3"), id="the manifest"),
    ],
)
def test_what_is_no_content_asks_for_no_version(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    _commit(project)
    _write(project / "solutions" / "expense" / name, text)

    assert _found(project, capsys) == []


def test_a_solution_that_moved_is_compared_with_what_it_was(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _commit(project)
    shutil.move(project / "solutions" / "expense", project / "expense")
    assert _found(project, capsys) == []

    _write(project / "expense" / "Workflows" / "Notify.json", _flow("Hourly"))
    assert len(_found(project, capsys)) == 1


def test_a_new_solution_has_no_version_to_raise(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.move(project / "solutions", project.parent.parent / "solutions")
    _commit(project)
    shutil.move(project.parent.parent / "solutions", project / "solutions")

    assert _found(project, capsys) == []


def test_a_zip_is_compared_member_by_member(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(project / "solutions")
    _write_zip(project / "Expense.zip", "1.0.0.9", "Daily")
    _commit(project)
    os.utime(project / "Expense.zip", (0, 0))
    _write_zip(project / "Expense.zip", "1.0.0.9", "Daily")
    assert _found(project, capsys) == []

    _write_zip(project / "Expense.zip", "1.0.0.9", "Hourly")
    assert len(_found(project, capsys)) == 1


def test_a_solution_in_yaml_is_compared(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(project / "solutions")
    _write_yaml(project, "1.0.0.9", "Daily")
    _commit(project)
    _write_yaml(project, "1.0.0.9", "Hourly")

    assert len(_found(project, capsys)) == 1


def test_without_a_base_nothing_is_said_of_versions(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(project), "--select", "SOL407", "--output", "json"])

    report = json.loads(capsys.readouterr().out)
    assert (report["findings"], report.get("could-not-run", [])) == ([], [])


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", ""])
def test_a_revision_that_git_does_not_know_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    _commit(project)

    assert main(["check", str(project), f"--base={revision}"]) == 2
    assert "revision" in capsys.readouterr().err
