"""Deployment settings, their stage, and the shapes that only look like them."""

import json

import pytest

from pllint.read import deployment_settings
from pllint.read.document import Notes
from pllint.source import Anchor, Source
from pllint.text.node import Node

SETTINGS = {
    "EnvironmentVariables": [{"SchemaName": "ctx_ApiHost", "Value": "api.parcels.example"}],
    "ConnectionReferences": [
        {
            "LogicalName": "ctx_office",
            "ConnectionId": "#{connectionreference.ctx_office}#",
            "ConnectorId": "/providers/Microsoft.PowerApps/apis/shared_office365",
        }
    ],
}


def node(value: object, path: str = "deploymentSettings.json") -> Node:
    return Node(value, Anchor(Source(path, json.dumps(value).encode)))


def test_variables_and_references_are_read_with_their_places() -> None:
    found = deployment_settings.deployment_settings(node(SETTINGS, "test.deploymentsettings.json"), Notes())
    assert found.stage == "test"
    ((name, value, at),) = found.variables
    assert (name, value, at.path) == ("ctx_ApiHost", "api.parcels.example", ("EnvironmentVariables", 0, "Value"))
    ((logical_name, connector, _),) = found.references
    assert (logical_name, connector) == ("ctx_office", "/providers/Microsoft.PowerApps/apis/shared_office365")


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("config/test.deploymentsettings.json", "test"),
        ("deploymentSettings.Prod.json", "prod"),
        ("deployment-settings-uat.json", "uat"),
        ("environmentVariables.dev.json", "dev"),
        ("expense/config/Validation/deploymentSettings.json", "validation"),
        ("expense/config/Test/uat.deploymentsettings.json", "uat"),
        ("deploymentSettings.json", None),
        ("config/deploymentSettings.json", None),
        ("template.deploymentsettings.json", None),
        ("settings/deploymentConfig.json", None),
    ],
)
def test_the_stage_comes_from_the_file_name_else_its_folder_below_config(path: str, stage: str | None) -> None:
    assert deployment_settings.stage_of(path) == stage


@pytest.mark.parametrize(
    ("value", "claimed"),
    [
        pytest.param(SETTINGS, True, id="settings"),
        pytest.param({"EnvironmentVariables": [], "ConnectionReferences": []}, True, id="empty lists"),
        pytest.param({"EnvironmentVariables": []}, False, id="half of it"),
        pytest.param({"EnvironmentVariables": {}, "ConnectionReferences": {}}, False, id="objects"),
        pytest.param([], False, id="a list"),
    ],
)
def test_settings_are_recognised_by_both_lists(value: object, claimed: bool) -> None:  # noqa: FBT001
    assert deployment_settings.recognises(value) is claimed


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"ActivateFlowConfiguration": [], "SolutionComponentOwnershipConfiguration": []}, id="skeleton"),
        pytest.param(
            {"EnvironmentVariables": [["ctx_ApiHost", "x"]], "ConnectionReferences": []}, id="pairs in place of objects"
        ),
    ],
)
def test_the_alm_accelerators_own_settings_are_skipped_with_a_reason(value: object) -> None:
    assert not deployment_settings.recognises(value)
    reason = deployment_settings.other_form(value)
    assert reason is not None
    assert "ALM Accelerator" in reason


def test_settings_and_unrelated_documents_have_no_other_form() -> None:
    assert deployment_settings.other_form(SETTINGS) is None
    assert deployment_settings.other_form({"name": "x"}) is None


def test_settings_are_held_to_their_schema() -> None:
    notes = Notes()
    value = {"EnvironmentVariables": [{"Value": "x"}], "ConnectionReferences": []}
    deployment_settings.deployment_settings(node(value), notes)
    assert [finding.check for finding in notes.findings] == ["SRC002"]
