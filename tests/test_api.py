"""The call that lints, on small projects."""

import datetime
import json
from pathlib import Path

import pytest

from pllint import api
from pllint.errors import UsageError
from pllint.settings import load

AS_OF = datetime.date(2026, 11, 21)
POLICY = """{"name": "p1", "displayName": "Baseline", "environmentType": "OnlyEnvironments",
 "environments": [{"name": "hr-production"}], "defaultConnectorsClassification": "General",
 "connectorGroups": [{"classification": "Blocked", "connectors": [{"id": "Http", "name": "HTTP"}]}]}"""
FLOW = """{"properties": {"connectionReferences": {}, "definition": {"triggers": {"Daily": {"type": "Recurrence"}},
 "actions": {"Call": {"type": "Http", "inputs": {"method": "GET", "uri": "https://api.parcels.example"}}}}},
 "schemaVersion": "1.0.0.0"}"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "baseline.json").write_text(POLICY, encoding="utf-8")
    (tmp_path / "flow.json").write_text(FLOW, encoding="utf-8")
    return tmp_path


def _blocked(project: Path, *environments: str) -> list[str | None]:
    report = api.lint([str(project)], load(str(project)), AS_OF, environments=environments)
    return [finding.environment for finding in report.findings if finding.check == "DLP101"]


def test_a_flow_is_judged_in_every_environment_it_may_go_to(project: Path) -> None:
    assert _blocked(project) == ["hr-production"]


def test_the_environments_asked_for_replace_where_components_go(project: Path) -> None:
    (project / "pllint.yaml").write_text("targets: [{solution: '*', environments: [hr-test]}]\n", encoding="utf-8")

    assert _blocked(project, "HR-Production") == ["hr-production"]


def test_an_environment_that_no_file_knows_is_refused_with_the_one_that_may_be_meant(project: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'hr-production'"):
        _blocked(project, "hr-prodution")


def test_any_environment_may_be_asked_about_where_no_file_names_one(project: Path) -> None:
    (project / "policies" / "baseline.json").unlink()

    assert _blocked(project, "anything") == []


def test_a_single_file_is_judged_by_the_policies_of_its_project(project: Path) -> None:
    (project / "pllint.yaml").write_text("fail-on: error\n", encoding="utf-8")
    flow = str(project / "flow.json")

    report = api.lint([flow], load(flow), AS_OF)

    assert "DLP101" in {finding.check for finding in report.findings}
    assert {finding.place.path for finding in report.findings} == {"flow.json"}


def test_a_path_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        api.lint([str(tmp_path / "nothing")], load(str(tmp_path)), AS_OF)


def test_what_pac_prints_before_its_list_of_environments_is_passed_over(project: Path) -> None:
    row = {"EnvironmentId": "e1", "EnvironmentUrl": "https://x.example", "DisplayName": "hr-test", "Type": "Sandbox"}
    listed = json.dumps([row])
    printed = f"Connected as dana@contoso.example\r\n\r\n{listed}\r\n"
    (project / "environments.json").write_bytes(printed.encode())

    workspace = api.read([str(project)], load(str(project)))

    assert [(one.name, one.listed) for one in workspace.environments] == [("hr-production", False), ("hr-test", True)]
    assert not workspace.skipped
