"""Legacy packages, zipped and unzipped: their flows and apps, and how the manifest joins them."""

import json
from collections.abc import Callable, Mapping

import pytest

from pllint.model.workspace import Workspace
from tests.read.conftest import Files, zipped

APIS = "/providers/Microsoft.PowerApps/apis/"
FLOW_RESOURCE = "AAAA0000-0000-4b2c-9e10-1c2d3e4f5a6b"
FLOW_ID = "7282fbc7-0000-4b2c-9e10-1c2d3e4f5a6b"
NUMBER = "851329018820977837"

Read = Callable[[Files], Workspace]

MANIFEST = {
    "schema": "1.0",
    "details": {"displayName": "Parcel package"},
    "resources": {
        FLOW_RESOURCE: {"type": "Microsoft.Flow/flows", "details": {"displayName": "Parcel notice"}},
        "BBBB": {"type": "Microsoft.PowerApps/apis", "id": APIS + "shared_sql", "name": "shared_sql"},
        "cccc": {"type": "Microsoft.PowerApps/apis", "name": "shared_logicflows"},
        "dddd": {"type": "Microsoft.PowerApps/apps", "details": {"displayName": "Parcel desk"}},
    },
}
FLOW = {
    "name": FLOW_ID,
    "type": "Microsoft.Flow/flows",
    "properties": {
        "apiId": APIS + "shared_logicflows",
        "displayName": "Parcel notice",
        "definition": {
            "triggers": {"Daily": {"type": "Recurrence"}},
            "actions": {"Send": {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "mail"}}}},
        },
        "connectionReferences": {
            "mail": {"connectionName": "x", "source": "Embedded", "id": APIS + "shared_office365"}
        },
    },
}
APP = {
    "appDefinitionTemplate": {
        "properties": {
            "displayName": "Parcel desk",
            "connectionReferences": {
                "1": {"id": "bbbb", "dataSources": ["Parcels"], "dependents": []},
                "2": {
                    "id": "cccc",
                    "dataSources": ["Notice"],
                    "parameterHints": {"workflowName": {"value": FLOW_RESOURCE.lower()}},
                },
            },
        }
    }
}


def package() -> dict[str, str]:
    files = {
        "manifest.json": MANIFEST,
        "Microsoft.Flow/flows/manifest.json": {"flowAssets": {"assetPaths": [FLOW_RESOURCE]}},
        f"Microsoft.Flow/flows/{FLOW_RESOURCE}/definition.json": FLOW,
        f"Microsoft.Flow/flows/{FLOW_RESOURCE}/apisMap.json": {},
        f"Microsoft.PowerApps/apps/{NUMBER}/{NUMBER}.json": APP,
    }
    return {name: json.dumps(value) for name, value in files.items()}


def unzipped(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {folder + name: text for name, text in files.items()}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"notice.zip": zipped(package())}, id="zipped"),
        pytest.param(package(), id="at the root"),
        pytest.param(unzipped("exports/notice/", package()), id="in a folder"),
    ],
)
def test_a_package_gives_its_flows_and_apps(files: Files, read_files: Read) -> None:
    workspace = read_files(files)
    flow, app = workspace.components
    assert (flow.kind, flow.name, flow.id, [use.connector for use in flow.uses]) == (
        "cloud-flow",
        "Parcel notice",
        FLOW_ID,
        ["shared_office365"],
    )
    assert (app.kind, app.name, app.id, [use.connector for use in app.uses]) == (
        "canvas-app",
        "Parcel desk",
        NUMBER,
        ["shared_sql"],
    )
    assert (workspace.findings, workspace.skipped) == ((), ())


def test_an_app_calls_the_flow_behind_the_resource(read_files: Read) -> None:
    assert [call.id for call in read_files(package()).components[1].calls_flows] == [FLOW_ID]


def test_a_flow_the_package_does_not_hold_is_said_to_be_missing(read_files: Read) -> None:
    files = {name: text for name, text in package().items() if "definition.json" not in name}
    assert [(skipped.path, skipped.reason) for skipped in read_files(files).skipped] == [
        ("manifest.json", "the package names the flow 'Parcel notice', but does not hold its definition")
    ]


def test_the_manifest_of_something_else_is_no_packages(read_files: Read) -> None:
    files = {"manifest.json": '{"manifest_version": 3}', "Microsoft.Flow/readme.json": "{}"}
    workspace = read_files(files)
    assert (workspace.components, sorted(skipped.path for skipped in workspace.skipped)) == ((), sorted(files))
