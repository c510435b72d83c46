"""`pllint impact`: what a change of policies does, and the gate."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pllint.engine.dlp.impact import Change, change_of
from pllint.model.verdict import Outcome
from pllint.schema import violations
from tests.cli.conftest import GMAIL, SHAREPOINT, TWITTER, Run, flow, policy, write

_GIT = shutil.which("git")
needs_git = pytest.mark.skipif(_GIT is None, reason="git is not installed")


def _git(folder: Path, *arguments: str) -> None:
    assert _GIT is not None
    settings = ("-c", "user.name=Dana", "-c", "user.email=dana@contoso.example", "-c", "commit.gpgsign=false")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run([_GIT, "-C", folder, *settings, *arguments], check=True, capture_output=True, env=environment)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Outcome.ALLOWED, Outcome.ALLOWED, None),
        (Outcome.ALLOWED, Outcome.VIOLATION, Change.NEWLY_BLOCKED),
        (Outcome.INDETERMINATE, Outcome.VIOLATION, Change.NEWLY_BLOCKED),
        (Outcome.VIOLATION, Outcome.VIOLATION, Change.STILL_BLOCKED),
        (Outcome.VIOLATION, Outcome.ALLOWED, Change.NEWLY_ALLOWED),
        (Outcome.INDETERMINATE, Outcome.ALLOWED, Change.NEWLY_ALLOWED),
        (Outcome.ALLOWED, Outcome.INDETERMINATE, Change.NEWLY_OPEN),
        (Outcome.VIOLATION, Outcome.INDETERMINATE, Change.NEWLY_OPEN),
        (Outcome.INDETERMINATE, Outcome.INDETERMINATE, Change.STILL_OPEN),
    ],
)
def test_two_verdicts_make_a_change(before: Outcome, after: Outcome, change: Change | None) -> None:
    assert change_of(before, after) is change


def _new(folder: Path) -> Path:
    """Write a policy that blocks SharePoint and frees Twitter."""
    path = folder.parent / "new.json"
    write(path, policy("Baseline", general=[TWITTER], blocked=[SHAREPOINT]))
    return path


def test_json_holds_every_change_with_the_deciding_lines_of_both_sides(estate: Path, run: Run) -> None:
    new = _new(estate)

    status, out, _ = run("impact", "policies", str(new), "--env", "hr-test", "--format", "json")

    found = json.loads(out)
    assert status == 1
    assert not violations("impact", found)
    assert (found["unchanged"], [row["component"]["name"] for row in found["newly-blocked"]]) == (0, ["Copy"])
    (copy,) = found["newly-blocked"]
    assert copy["because"] == [{"policy": "Baseline", "rule": "blocked_connector", "connectors": [SHAREPOINT]}]
    assert [line["message"] for line in copy["lines"]] == ["is listed in Blocked of 'Baseline'"]
    assert [(line["message"], line["path"]) for line in copy["before"]["lines"]] == [
        ("is listed in Business of 'Baseline'", "policies/baseline.json")
    ]
    assert copy["lines"][0]["path"].endswith("/new.json")
    assert [row["component"]["name"] for row in found["still-blocked"]] == ["Notify"]


def test_a_freed_component_is_newly_allowed_and_no_reason_to_fail(estate: Path, run: Run) -> None:
    write(estate.parent / "new.json", policy("Baseline", business=[SHAREPOINT, TWITTER]))

    status, out, _ = run("impact", "policies/baseline.json", "../new.json", "--env", "hr-test")

    assert status == 0
    assert "Newly allowed (1)\n  Notify (cloud flow) in hr-test\n    now     allowed: " in out
    assert "before  violation: " in out


@pytest.mark.parametrize(("gate", "status"), [("newly-blocked", 0), ("any-change", 1), ("never", 0)], ids=str)
def test_the_gate_closes_for_what_it_is_told(estate: Path, run: Run, gate: str, status: int) -> None:
    write(estate.parent / "new.json", policy("Baseline", business=[SHAREPOINT, TWITTER]))

    assert run("impact", "policies", "../new.json", "--fail-on", gate)[0] == status


def test_other_policies_of_the_project_stay_in_force_on_both_sides(estate: Path, run: Run) -> None:
    write(estate / "policies" / "second.json", policy("Second", blocked=[TWITTER]))
    write(estate.parent / "new.json", policy("Baseline", business=[SHAREPOINT, TWITTER]))

    status, out, _ = run("impact", "policies/baseline.json", "../new.json", "--env", "hr-test")

    assert status == 0
    assert "the project's other policies stay in force: 'Second'" in out
    assert "Still blocked (1)" in out


def test_url_patterns_kept_in_their_own_file_count_on_both_sides(estate: Path, run: Run) -> None:
    old = policy("Baseline", business=[SHAREPOINT])
    write(estate / "policies" / "baseline.json", {"value": [old]})
    patterns = [{"order": 1, "customConnectorRuleClassification": "Blocked", "pattern": "*"}]
    write(estate / "policies" / "baseline.url-patterns.json", {"rules": patterns})
    write(estate.parent / "new.json", old)
    custom = flow("Custom", ("Call", "shared_ctx-5forders-5f5e6bd2b2c4d0a1f2", "Get"))
    write(estate / "flows" / "custom.json", custom)

    _, out, _ = run("impact", "policies/baseline.json", "../new.json", "--env", "hr-test", "--format", "json")

    assert json.loads(out)["newly-allowed"] == []


def test_a_policy_that_leaves_a_verdict_open_is_newly_open(estate: Path, run: Run) -> None:
    without_groups = policy("Baseline")
    del without_groups["connectorGroups"]
    write(estate.parent / "new.json", [without_groups])

    status, out, _ = run("impact", "policies", "../new.json", "--env", "hr-test", "--format", "json")

    assert status == 0
    assert [row["verdict"] for row in json.loads(out)["newly-open"]] == ["open"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["policies"], "impact compares two things"),
        (["policies", "nowhere"], "no file or folder 'nowhere'"),
        (["policies", "flows"], "there is no data policy in flows"),
        (["policies", "policies", "--fail-on", "blocked"], "unknown change to fail on 'blocked'"),
        (["policies", "broken.json"], "broken.json cannot be read whole"),
    ],
)
def test_wrong_use_is_status_2(estate: Path, run: Run, arguments: list[str], message: str) -> None:
    (estate / "broken.json").write_text('{"connectorGroups": [', encoding="utf-8")

    status, _, err = run("impact", *arguments)

    assert (status, message in err) == (2, True), err


@needs_git
def test_base_compares_with_the_policies_at_a_revision(estate: Path, run: Run) -> None:
    _git(estate, "init", "-q")
    _git(estate, "add", "-A")
    _git(estate, "commit", "-qm", "baseline")
    write(estate / "policies" / "baseline.json", policy("Baseline", business=[SHAREPOINT, TWITTER], blocked=[GMAIL]))
    write(estate / "flows" / "mail.json", flow("Mail", ("Send", GMAIL, "SendEmail")))

    status, out, _ = run("impact", "--base", "HEAD", "--env", "hr-test", "--format", "json")

    found = json.loads(out)
    assert status == 1
    assert [row["component"]["name"] for row in found["newly-blocked"]] == ["Mail"]
    assert [row["component"]["name"] for row in found["newly-allowed"]] == ["Notify"]
    assert found["newly-allowed"][0]["before"]["lines"][0]["path"] == "HEAD:policies/baseline.json"


@needs_git
def test_a_project_below_its_repository_is_read_from_its_own_folder(estate: Path, run: Run) -> None:
    write(estate.parent / "elsewhere" / "policy.json", policy("Elsewhere", blocked=[SHAREPOINT]))
    _git(estate.parent, "init", "-q")
    _git(estate.parent, "add", "-A")
    _git(estate.parent, "commit", "-qm", "all")

    status, out, _ = run("impact", "--base", "HEAD", "--env", "hr-test")

    assert status == 0
    assert "at HEAD (1 policy)" in out


@needs_git
@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nowhere", "git knows no revision 'nowhere'"),
        ("-x", "no git revision '-x'"),
    ],
)
def test_a_revision_that_is_none_is_wrong_use(estate: Path, run: Run, revision: str, message: str) -> None:
    _git(estate, "init", "-q")

    status, _, err = run("impact", f"--base={revision}")

    assert (status, message in err) == (2, True), err


def test_markdown_tells_both_sides(estate: Path, run: Run) -> None:
    _, out, _ = run("impact", "policies", str(_new(estate)), "--env", "hr-test", "--format", "markdown")

    assert "### Newly blocked (1)\n\n| component | environments | before | now |\n| --- | --- | --- | --- |\n" in out
    assert "| Copy (cloud flow) | hr-test | allowed<br>" in out
