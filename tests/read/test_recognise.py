"""Which form a file is: the loose forms, and everything beside them that is none of ours."""

import json
from collections.abc import Callable

import pytest

from pllint.model.workspace import Workspace
from tests.read.conftest import Files, zipped

APIS = "/providers/Microsoft.PowerApps/apis/"
FLOW_ID = "5b1e0f5a-0000-4b2c-9e10-1c2d3e4f5a6b"

Read = Callable[[Files], Workspace]

FLOW = {
    "properties": {
        "connectionReferences": {"mail": {"api": {"name": "shared_office365"}}},
        "definition": {
            "triggers": {"Daily": {"type": "Recurrence"}},
            "actions": {"Send": {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "mail"}}}},
        },
    },
    "schemaVersion": "1.0.0.0",
}
DESKTOP_FLOW = {
    "properties": {"definition": {"actions": {"scriptCode": "Excel.Launch"}}},
    "schemaVersion": "ROBIN_20211012",
}
CODE_APP = {
    "appId": "{3F2A0000-0000-4b2c-9e10-1c2d3e4f5a6b}",
    "appDisplayName": "Parcel console",
    "buildEntryPoint": "index.html",
    "connectionReferences": {"a": {"id": APIS + "shared_office365", "dataSources": ["mail"]}},
}


def row(definition: object) -> dict[str, object]:
    return {"workflowid": FLOW_ID.upper(), "name": "Notify", "statecode": 1, "clientdata": json.dumps(definition)}


@pytest.mark.parametrize(
    ("name", "document", "kind", "id_"),
    [
        pytest.param("flows/Notify.json", FLOW, "cloud-flow", "notify", id="cloud flow"),
        pytest.param("flows/Notify.json", DESKTOP_FLOW, "desktop-flow", "notify", id="desktop flow"),
        pytest.param("row.json", row(FLOW), "cloud-flow", FLOW_ID, id="row of a table"),
        pytest.param("rows.json", [row(FLOW)], "cloud-flow", FLOW_ID, id="rows of a table"),
        pytest.param("rows.json", {"value": [row(FLOW)]}, "cloud-flow", FLOW_ID, id="answer of a query"),
        pytest.param("row.json", row(DESKTOP_FLOW), "desktop-flow", FLOW_ID, id="row of a desktop flow"),
        pytest.param(
            "app/power.config.json", CODE_APP, "code-app", "3f2a0000-0000-4b2c-9e10-1c2d3e4f5a6b", id="code app"
        ),
        pytest.param(
            "power.config.json.example", CODE_APP, "code-app", "3f2a0000-0000-4b2c-9e10-1c2d3e4f5a6b", id="its sample"
        ),
    ],
)
def test_a_loose_document_is_told_by_its_content(
    name: str, document: object, kind: str, id_: str, read_files: Read
) -> None:
    workspace = read_files({name: json.dumps(document)})
    assert [(component.kind, component.id.lower(), len(component.uses)) for component in workspace.components] == [
        (kind, id_, 1)
    ]
    assert (workspace.findings, workspace.skipped) == ((), ())


def test_a_flow_in_a_row_is_placed_in_the_text_inside_the_text(read_files: Read) -> None:
    flow = read_files({"rows.json": json.dumps({"value": [row(FLOW)]})}).components[0]
    assert (flow.name, flow.state) == ("Notify", "on")
    assert flow.uses[0].at.span.pointer == "/value/0/clientdata/properties/definition/actions/Send"


def test_the_sample_beside_a_code_app_is_not_read_twice(read_files: Read) -> None:
    text = json.dumps(CODE_APP)
    workspace = read_files({"power.config.json": text, "power.config.json.example": text})
    assert len(workspace.components) == 1


NOT_OURS: Files = {
    ".github/workflows/build.yml": "name: build\non: push\njobs:\n  test:\n    runs-on: ubuntu\n",
    "docker-compose.yml": "services:\n  web:\n    image: x\nnetworks: {}\n",
    "k8s/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n",
    "k8s/custom.yaml": "apiVersion: x/v1\nkind: TaskDialogs\n",
    "mkdocs.yml": "site_name: Docs\nnav:\n  - Home: index.md\n",
    "solution.yml": "name: not a solution\n",
    "solutions/build/solution.yml": "steps:\n  - run: make\n",
    "package.json": '{"name": "x", "scripts": {}}',
    "extension/manifest.json": '{"manifest_version": 3, "name": "x"}',
    "api/openapi.json": '{"swagger": "2.0", "info": {}, "paths": {}}',
    "appsettings.json": '{"ConnectionStrings": {}}',
    "logic/workflow.json": '{"definition": {"trigger": {}}}',
    "power.config.json": '{"power": "on"}',
    "process/state.json": '{"clientdata": "not JSON"}',
    "process/other.json": '{"clientdata": "{}"}',
    "web/header.json": "{}",
    "web/properties.json": "{}",
    "Entities/Solution/Other/Notes.xml": "<notes />",
    "pom.xml": "<project />",
    "solution.xml": "<Solution />",
    "data.zip": zipped({"readme.txt": "x"}),
    "extension.zip": zipped({"manifest.json": "{}", "icon.png": "x"}),
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_what_is_not_ours_gives_nothing_and_no_finding(name: str, read_files: Read) -> None:
    workspace = read_files({name: NOT_OURS[name]})
    assert (workspace.solutions, workspace.components, workspace.custom_connectors, workspace.findings) == (
        (),
        (),
        (),
        (),
    )


def test_a_whole_repository_of_other_things_gives_nothing(read_files: Read) -> None:
    workspace = read_files(NOT_OURS)
    assert (workspace.solutions, workspace.components, workspace.findings) == ((), (), ())


def test_solutions_in_yaml_are_read_with_what_lies_beside_them(read_files: Read) -> None:
    manifest = "ImportExportXml:\n  SolutionManifest:\n    UniqueName: {}\n    Version: 1.0\n    Managed: 0\n"
    manifest += "    Publisher:\n      UniqueName: contosotools\n"
    flow = f"modernflows/{FLOW_ID}/Notify-{FLOW_ID.upper()}.json"
    workspace = read_files(
        {
            "src/solutions/ParcelDesk/solution.yml": manifest.format("ParcelDesk"),
            "src/publishers/contosotools/publisher.yml": "Publisher:\n  UniqueName: contosotools\n",
            f"src/{flow}": json.dumps(FLOW),
            f"src/modernflows/{FLOW_ID}/workflow.yml": (
                f"Workflow:\n  '@WorkflowId': '{FLOW_ID}'\n  '@Name': Notify\n  JsonFileName: /{flow}\n  Category: 5\n"
            ),
            "docs/guide.yml": "title: x\n",
        }
    )
    assert [(solution.unique_name, solution.form) for solution in workspace.solutions] == [("ParcelDesk", "yaml")]
    assert [(component.name, component.id, component.solution) for component in workspace.components] == [
        ("Notify", FLOW_ID, "ParcelDesk")
    ]
    assert [skipped.path for skipped in workspace.skipped] == ["docs/guide.yml"]
    assert workspace.findings == ()
