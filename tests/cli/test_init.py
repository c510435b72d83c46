"""`pllint init`: what is missing is written, what is there stays, and the project can be linted afterwards."""

import datetime
import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pllint import __version__, api
from pllint.cli import main
from pllint.cli.init import HOOK, WORKFLOW
from pllint.settings import load

_ROOT = Path(__file__).parents[2]
_CORPUS = _ROOT.parent / "shared" / "corpus"
_FLOWS = "governance/flows.yaml"
_EVIDENCE = frozenset(
    (
        "owner-missing",
        "creation-review-missing",
        "security-review-missing",
        "dlp-confirmation-missing",
        "licence-verification-missing",
        "deployment-approval-missing",
        "usage-monitoring-missing",
        "spot-check-overdue",
        "rate-limit-unmonitored",
    )
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the example without anything people wrote, as the working directory."""
    folder = tmp_path / "project"
    shutil.copytree(_ROOT / "examples" / "contoso", folder)
    shutil.rmtree(folder / "governance")
    (folder / "pllint.yaml").unlink()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _write(folder: Path, path: str, content: str | bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)


def _about_what_was_written(folder: Path) -> list[str]:
    report = api.lint([os.fspath(folder)], load(os.fspath(folder)), datetime.date(2026, 11, 21))
    return [
        f"{finding.place.path}: {finding.message}"
        for finding in report.findings
        if finding.place.path.startswith(("governance/", "pllint.yaml")) or finding.name == "connector-unregistered"
        # What evidence is missing is told from then on, since every connector has a stage.
        if finding.name not in _EVIDENCE
    ]


def test_what_is_missing_is_written_and_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0

    assert {path for path in _files(project) if path.startswith("governance/")} == {
        f"governance/{name}.yaml" for name in ("apps", "connectors", "environments", "flows", "licences", "populations")
    }
    told = capsys.readouterr().out
    assert told.startswith(
        "Found 2 solutions, 5 cloud flows, 1 canvas app, 2 custom connectors, 3 policies and 4 environments in project."
        "\n\n  wrote   pllint.yaml                   the settings of this project\n"
        "  wrote   governance/environments.yaml  4 environments\n"
    )


def test_the_project_can_be_linted_afterwards(project: Path) -> None:
    main(["init"])

    assert _about_what_was_written(project) == []


def test_targets_are_written_for_environments_that_are_declared_with_them(project: Path) -> None:
    inventory = (project / "inventory" / "environments.json").read_text(encoding="utf-8")
    named = inventory.replace("HR test", "hr-test").replace("HR production", "hr-production")
    _write(project, "inventory/environments.json", named)

    main(["init"])

    targets = [(target.solution, target.environments) for target in load(".").targets]
    assert targets == [(name, ("hr-production", "hr-test")) for name in ("ExpenseApproval", "ParcelDesk")]
    assert _about_what_was_written(project) == []


def test_licences_that_nobody_counted_stay_uncounted(project: Path) -> None:
    main(["init"])

    report = api.lint(["."], load("."), datetime.date(2026, 11, 21))
    named: dict[str, set[str]] = {"LIC102": set(), "LIC401": set()}
    for finding in report.findings:
        if finding.component and finding.check in named:
            named[finding.check].add(finding.component.name)
    # An app whose people nobody has written down is asked for them first.
    assert named["LIC102"] == {"Expense approval"}
    assert named["LIC401"] == {"Announce parcels", "Refresh exchange rates", "Remind line managers"}
    assert project


def test_running_it_again_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init"])
    before = _files(project)
    capsys.readouterr()

    assert main(["init"]) == 0

    assert _files(project) == before
    assert "\n  Nothing is missing, and no file was written.\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mark", "line_break"),
    [(b"", "\n"), (b"", "\r\n"), (b"\xef\xbb\xbf", "\r\n")],
    ids=["as we write", "CRLF", "CRLF and a byte order mark"],
)
def test_records_are_put_behind_those_of_people(project: Path, mark: bytes, line_break: str) -> None:
    ours = """\
# Our flows
flows:
- name: Announce parcels   # front desk
  owner:   svc-front-desk
  # Dana looks after it

# The end
"""
    new = """\

- name: Notify approver
  id: c0ffee00-0000-4000-8000-00000000f001
  # environment:             # where people use it; the files name hr-production and hr-test
  # owner:                   # whose flow it is; a flow that starts by itself runs on the licence of its owner
  # owner-kind:              # person, service-account or service-principal
"""
    _write(project, _FLOWS, mark + ours.replace("\n", line_break).encode())

    main(["init"])

    written = (project / _FLOWS).read_bytes()
    head, end = (part.replace("\n", line_break).encode() for part in ours.split("\n# The end"))
    assert written.startswith(mark + head + new.replace("\n", line_break).encode())
    assert written.endswith(f"{line_break}# The end".encode() + end)
    assert _about_what_was_written(project) == []


_RECORDS = {
    "flows": ["name: Announce parcels   # front desk", 'name: "Remind"', "{name: Old flow, owner: dana}"],
    "connectors": ["name: Leave system\n    # retired soon\n    stage:   production", "{name: parcel Tracking}"],
    "apps": ["name: Old app\n\n    owner: nadia # since May"],
}


@st.composite
def _written_by_people(draw: st.DrawFn) -> bytes:
    """Give a governance file in the style of its writer: comments, empty lines, order, line ends."""
    notes = st.lists(st.sampled_from(["# ours", "", "  # - name: gone"]), max_size=2)
    lines = draw(notes)
    for key in draw(st.lists(st.sampled_from(sorted(_RECORDS)), min_size=1, max_size=3, unique=True)):
        records = draw(st.lists(st.sampled_from(_RECORDS[key]), max_size=3, unique=True))
        lines += [f"{key}:{draw(st.sampled_from(['', ' # kept by hand']))}", *draw(notes)]
        for record in records:
            lines += [*f"  - {record}".split("\n"), *draw(notes)]
    text = "\n".join([*lines, draw(st.sampled_from(["", "# the end"]))])
    written = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + written


def _are_lines_of(before: bytes, after: bytes) -> bool:
    """Tell whether every line of a text is one of another, in their order."""
    lines = iter(after.splitlines())
    return all(any(line == other for other in lines) for line in before.splitlines())


@hypothesis_settings(max_examples=15, deadline=None)
@given(_written_by_people())
def test_what_people_wrote_stays_and_a_second_run_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("init")
    for part in ("solutions", "connectors"):
        shutil.copytree(_ROOT / "examples" / "contoso" / part, folder / part)
    _write(folder, "governance/ours.yaml", content)
    before = YAML(typ="safe").load(content.decode("utf-8-sig")) or {}

    assert main(["init", os.fspath(folder)]) == 0
    once = _files(folder)
    assert main(["init", os.fspath(folder)]) == 0

    assert _files(folder) == once
    after = once["governance/ours.yaml"]
    assert _are_lines_of(content, after)
    assert after.startswith(b"\xef\xbb\xbf") is content.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in after) is (b"\r\n" in content)
    assert after.count(b"\r\n") in {0, after.count(b"\n")}
    read = YAML(typ="safe").load(after.decode("utf-8-sig")) or {}
    assert {key: (read[key] or [])[: len(records or [])] for key, records in before.items()} == {
        key: records or [] for key, records in before.items()
    }
    shutil.rmtree(folder)


def test_records_go_to_the_file_that_holds_the_list(project: Path) -> None:
    _write(project, "governance/ours.yaml", "flows:\n  - name: Announce parcels\n")

    main(["init"])

    assert not (project / _FLOWS).exists()
    assert "  - name: Notify approver\n" in (project / "governance" / "ours.yaml").read_text(encoding="utf-8")


def test_several_lists_of_one_file_all_grow(project: Path) -> None:
    ours = "apps:\n  - name: Old leave app\nflows:\n  - name: Announce parcels\nconnectors: []\n"
    _write(project, "governance/ours.yaml", ours)

    main(["init"])

    grown = YAML(typ="safe").load(project / "governance" / "ours.yaml")
    assert {key: len(records) for key, records in grown.items()} == {"apps": 2, "flows": 5, "connectors": 0}
    main(["init"])
    assert YAML(typ="safe").load(project / "governance" / "ours.yaml") == grown


def test_a_file_keeps_its_mode(project: Path) -> None:
    _write(project, _FLOWS, "flows:\n")
    (project / _FLOWS).chmod(0o640)

    main(["init"])

    assert (project / _FLOWS).stat().st_mode & 0o777 == 0o640


def test_a_list_that_cannot_be_added_to_safely_is_left_to_people(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = "apps: &apps []\nflows: *apps\n"
    _write(project, _FLOWS, ours)

    assert main(["init"]) == 0

    assert (project / _FLOWS).read_text(encoding="utf-8") == ours
    told = capsys.readouterr().out
    assert re.search(r"\n  left    governance/flows\.yaml +5 flows to add by hand:\n +flows:\n +- name: Announce", told)


def test_diff_shows_what_would_be_written_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, _FLOWS, "flows:\n  - name: Announce parcels\n  - name: Notify approver\n")
    before = _files(project)

    assert main(["init", "--diff"]) == 0

    assert _files(project) == before
    told = capsys.readouterr().out
    assert told.startswith("--- /dev/null\n+++ b/pllint.yaml\n@@ -0,0 +1,")
    assert (
        """\
--- a/governance/flows.yaml
+++ b/governance/flows.yaml
@@ -1,3 +1,18 @@
 flows:
   - name: Announce parcels
   - name: Notify approver
+  - name: Refresh exchange rates
"""
        in told
    )


def test_the_project_is_where_its_settings_are(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "pllint.yaml", "governance: [records/**]\n")

    assert main(["init", "solutions"]) == 0

    assert (project / "records" / "flows.yaml").is_file()
    assert not (project / "solutions" / "pllint.yaml").exists()
    assert "That is the project: its pllint.yaml is in force in solutions." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "no folder 'nowhere'"),
        ("README.md", "'README.md' is a file; init takes a folder"),
    ],
)
@pytest.mark.usefixtures("project")
def test_only_a_folder_is_taken(path: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["init", path]), capsys.readouterr()) == (2, ("", f"pllint: {message}\n"))


def test_broken_records_are_not_begun_a_second_time(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "governance/ours.yaml", "flows: [\n")
    before = _files(project)

    assert main(["init"]) == 2

    assert _files(project) == before
    told = capsys.readouterr().err
    assert told.startswith(f"pllint: {os.path.join('governance', 'ours.yaml')}:2:1: ")
    assert told.endswith("; put that right first, then run `pllint init` again\n")


@pytest.mark.parametrize("link", ["governance", "pllint.yaml"])
def test_nothing_is_written_outside_the_project(
    project: Path, tmp_path: Path, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / ("" if link == "governance" else "pllint.yaml")
    (project / link).symlink_to(target)
    before = _files(project)

    assert main(["init"]) == 2

    assert (_files(project), list((tmp_path / "elsewhere").iterdir())) == (before, [])
    assert "leads out of the project, where init writes nothing" in capsys.readouterr().err


def test_a_file_in_place_of_the_folder_is_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(project, "governance", "none\n")

    assert main(["init"]) == 2

    assert capsys.readouterr().err == "pllint: cannot read governance/environments.yaml: Not a directory\n"
    assert not (project / "pllint.yaml").exists()


def test_an_empty_folder_can_be_begun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", os.fspath(tmp_path)]) == 0

    told = capsys.readouterr().out
    assert told.startswith(f"Found nothing yet that pllint reads in {tmp_path.name}.\n")
    assert "1. No data policy was found" in told


def test_names_from_exports_are_harmless_on_a_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inventory = project / "inventory" / "environments.json"
    _write(
        project, "inventory/environments.json", inventory.read_text(encoding="utf-8").replace("HR test", r"\u001b[2J")
    )

    main(["init", "--diff"])

    assert "\x1b" not in capsys.readouterr().out


def test_the_hook_is_one_that_we_ship() -> None:
    shipped = {hook["id"] for hook in YAML(typ="safe").load(_ROOT / ".pre-commit-hooks.yaml")}
    repository = YAML(typ="safe").load(HOOK)["repos"][0]

    assert repository["rev"] == f"v{__version__}"
    assert {hook["id"] for hook in repository["hooks"]} <= shipped
    assert set(re.findall(r"pllint-\w+", HOOK)) <= shipped


def test_the_workflow_lints_with_options_that_exist_and_uploads_what_that_writes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = YAML(typ="safe").load(WORKFLOW)["jobs"]["pllint"]["steps"]
    command = next(step["run"] for step in steps if step.get("run", "").startswith("pllint check"))
    upload = next(step for step in steps if "upload-sarif" in step.get("uses", ""))
    monkeypatch.chdir(project)

    assert main(command.split()[1:]) == 1
    assert (project / upload["with"]["sarif_file"]).is_file()


@pytest.mark.skipif(not _CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize(
    "name", sorted(folder.name for folder in _CORPUS.iterdir() if folder.is_dir()) if _CORPUS.is_dir() else []
)
def test_a_real_repository_can_be_begun(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(_CORPUS / name, folder, symlinks=True)

    assert main(["init", os.fspath(folder)]) == 0

    assert _about_what_was_written(folder) == []
    before = _files(folder / "governance")
    assert main(["init", os.fspath(folder)]) == 0
    assert _files(folder / "governance") == before
