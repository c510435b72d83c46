"""`pllint check --fix` and `--diff`: what takes no judgement is put right, and nothing else in the file moves."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pllint.cli.dispatch import run

_RETIRED = "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071"
_SQL = {
    "id": "/providers/Microsoft.PowerApps/apis/shared_sql",
    "name": "SQL Server",
    "type": "Microsoft.PowerApps/apis",
}


def _policy(
    *confidential: object, blocked: tuple[object, ...] = (), default: str = "Blocked", **further: object
) -> dict[str, object]:
    return {
        "name": "0b6e9f0e-5b0f-4f0e-9d55-6a0d1a3f6c11",
        "displayName": "HR \u00e9 environments",
        "defaultConnectorsClassification": default,
        "connectorGroups": [
            {"classification": "Confidential", "connectors": list(confidential)},
            {"classification": "General", "connectors": []},
            {"classification": "Blocked", "connectors": list(blocked)},
        ],
        **further,
    }


def _leave() -> dict[str, str]:
    return {"id": _RETIRED, "name": "Leave system", "type": "Microsoft.PowerApps/apis"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "governance").mkdir()
    (tmp_path / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (tmp_path / "governance" / "connectors.yaml").write_text(
        "connectors:\n  - {name: Leave system, owner: hr, stage: retired}\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _fix(project: Path, policy: object, name: str = "hr.json") -> object:
    """Write a policy, fix it, and read what is left."""
    path = project / "policies" / name
    path.write_text(json.dumps(policy, indent=2), encoding="utf-8")
    run(["check", "--fix"])
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_retired_connector_is_taken_out_of_the_policy(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _fix(project, _policy(_SQL, _leave())) == _policy(_SQL)
    told = capsys.readouterr()
    assert "pllint: fixed 1 finding in policies/hr.json\n" in told.err
    assert "LIF203" not in told.out


def test_a_blocked_line_stays_where_taking_it_out_would_open_the_connector(project: Path) -> None:
    open_by_default = _policy(_SQL, blocked=(_leave(),), default="General")
    assert _fix(project, open_by_default) == open_by_default
    assert _fix(project, _policy(_SQL, blocked=(_leave(),))) == _policy(_SQL)


def test_what_is_listed_twice_is_listed_once(project: Path) -> None:
    teams = {"id": "/providers/Microsoft.PowerApps/apis/shared_teams", "name": "Teams"}
    assert _fix(project, _policy(_SQL, teams, _SQL, _SQL, teams)) == _policy(_SQL, teams)


def test_entries_that_differ_are_left_to_people(project: Path) -> None:
    differing = _policy(_SQL, {**_SQL, "name": "SQL"})
    assert _fix(project, differing) == differing


def test_a_list_of_patterns_is_given_its_end(project: Path) -> None:
    rules: list[object] = [
        {"order": 1, "customConnectorRuleClassification": "Confidential", "pattern": "https://api.contoso.example/*"}
    ]
    end = {"order": 2, "customConnectorRuleClassification": "Ignore", "pattern": "*"}

    def policy(*listed: object) -> dict[str, object]:
        return {
            "policyDefinition": {**_policy(_SQL), "environmentType": "AllEnvironments", "environments": []},
            "customConnectorUrlPatternsDefinition": {"rules": list(listed)},
        }

    assert _fix(project, policy(*rules)) == policy(*rules, end)


def test_a_list_of_patterns_with_another_fault_is_left_to_people(project: Path) -> None:
    policy = {
        "policyDefinition": {**_policy(_SQL), "environmentType": "AllEnvironments", "environments": []},
        "customConnectorUrlPatternsDefinition": {
            "rules": [
                {"order": 5, "customConnectorRuleClassification": "Confidential", "pattern": "https://a.example/*"}
            ]
        },
    }
    assert _fix(project, policy) == policy


def test_a_waived_finding_is_not_fixed(project: Path) -> None:
    (project / "governance" / "waivers.yaml").write_text(
        "waivers:\n  - {check: LIF203, for: Leave system, reason: Audit first, by: Iris, ends: 2026-12-31}\n",
        encoding="utf-8",
    )
    assert _fix(project, _policy(_SQL, _leave())) == _policy(_SQL, _leave())


def test_diff_shows_what_fix_would_write_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "policies" / "hr.json"
    path.write_text(json.dumps(_policy(_SQL, _leave()), indent=2), encoding="utf-8")
    before = path.read_bytes()

    status = run(["check", "--diff"])

    shown = capsys.readouterr().out
    assert status == 1
    assert path.read_bytes() == before
    assert shown.startswith("--- a/policies/hr.json\n+++ b/policies/hr.json\n")
    assert f'-          "id": "{_RETIRED}",' in shown


def test_a_file_outside_the_project_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = project.parent / f"{project.name}-outside.json"
    outside.write_text(json.dumps(_policy(_SQL, _SQL)), encoding="utf-8")
    before = outside.read_bytes()

    run(["check", "--fix", ".", str(outside)])

    assert outside.read_bytes() == before
    assert "which is not a file of the project" in capsys.readouterr().err


@settings(max_examples=20, deadline=None)
@given(
    indent=st.sampled_from([None, 2, "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    places=st.lists(st.sampled_from(["sql", "leave"]), min_size=1, max_size=4),
)
def test_fixing_twice_is_fixing_once_and_the_form_of_the_file_stays(
    tmp_path_factory: pytest.TempPathFactory,
    indent: int | str | None,
    newline: str,
    mark: bool,  # noqa: FBT001 - a property's argument
    places: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("fix")
    (folder / "governance").mkdir()
    (folder / "policies").mkdir()
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (folder / "governance" / "connectors.yaml").write_text(
        "connectors:\n  - {name: Leave system, owner: hr, stage: retired}\n", encoding="utf-8"
    )
    entries = [_SQL if place == "sql" else _leave() for place in places]

    def written(policy: object) -> bytes:
        text = json.dumps(policy, indent=indent, ensure_ascii=False).replace("\n", newline)
        return (b"\xef\xbb\xbf" if mark else b"") + text.encode()

    path = folder / "policies" / "hr.json"
    path.write_bytes(written(_policy(*entries)))

    run(["check", "--fix", str(folder)])
    once = path.read_bytes()
    run(["check", "--fix", str(folder)])

    assert once == written(_policy(*([_SQL] if "sql" in places else [])))
    assert path.read_bytes() == once
    shutil.rmtree(folder)
