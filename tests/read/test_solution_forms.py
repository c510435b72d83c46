"""Solutions: one made-up solution in all four forms is the same solution.

The corpus holds one small solution in YAML, and no flow in it; ours is written by the same mechanical rules.
"""

import json
import zipfile
from pathlib import Path

import pytest

from pllint import api
from pllint.read.canvas_app import canvas_app
from pllint.read.document import Notes
from pllint.read.solution import read_solution
from pllint.settings import Settings
from pllint.text.tree import Folder, Tree
from tests.read.solution_files import (
    FLOW,
    FLOW_FILE,
    FLOW_ID,
    MANIFEST,
    ZIP_FILES,
    as_yaml,
    folder,
    model,
    packed,
    told,
    unpacked,
    yaml_form,
)

# One solution, three forms


def test_a_zip_and_the_same_unzipped_give_one_model_with_the_same_places(tmp_path: Path) -> None:
    zipped = model(packed(ZIP_FILES), "zip", places=True)
    assert model(folder(tmp_path, ZIP_FILES), "exploded", places=True) == zipped


def test_a_zip_and_the_same_unpacked_give_one_model(tmp_path: Path) -> None:
    assert model(folder(tmp_path, unpacked(ZIP_FILES)), "unpacked") == model(packed(ZIP_FILES), "zip")


def test_a_zip_and_the_same_in_yaml_give_one_model(tmp_path: Path) -> None:
    assert model(folder(tmp_path, yaml_form(ZIP_FILES)), "yaml") == model(packed(ZIP_FILES), "zip")


@pytest.mark.parametrize("form", ["zip", "unpacked", "yaml"])
def test_every_part_is_read_without_a_finding(tmp_path: Path, form: str) -> None:
    layout = {"unpacked": unpacked, "yaml": yaml_form}
    tree: Tree = packed(ZIP_FILES) if form == "zip" else folder(tmp_path, layout[form](ZIP_FILES))
    notes = Notes()
    parts = read_solution(tree, form, notes)
    counts = (len(parts.flows), len(parts.apps), len(parts.connectors), len(parts.components))
    assert (counts, notes.findings) == ((2, 1, 1, 1), [])


def rich_files() -> dict[str, str]:
    """Give the solution with content in every kind of component, so that what is read of them can be compared."""
    flow = json.loads(FLOW)
    properties = flow["properties"]
    properties["connectionReferences"]["parcel"] = {
        "connection": {"connectionReferenceLogicalName": "ctx_parcel_77aa1"},
        "api": {"name": "y"},
    }
    properties["definition"]["parameters"] = {
        "Host (ctx_ApiHost)": {"type": "String", "metadata": {"schemaName": "ctx_ApiHost"}}
    }
    address = "@concat('https://', parameters('Host (ctx_ApiHost)'), '/v1')"
    properties["definition"]["actions"] |= {
        "Track": {
            "type": "OpenApiConnection",
            "inputs": {"host": {"connectionName": "parcel", "operationId": "GetParcel"}},
        },
        "Call": {"type": "Http", "inputs": {"method": "GET", "uri": address}},
    }
    swagger = {
        "swagger": "2.0",
        "info": {"title": "Parcel tracking", "version": "1.0"},
        "host": "api.parcels.example",
        "basePath": "/v1",
        "schemes": ["https"],
        "paths": {"/parcels": {"get": {"operationId": "GetParcel", "responses": {"200": {"description": "OK"}}}}},
    }
    parameters = {"api_key": {"type": "securestring", "uiDefinition": {"displayName": "Key"}}}
    channels = [{"$kind": "ChannelDefinition", "channelId": "MsTeams"}]
    tool = (
        "kind: AdaptiveDialog\nbeginDialog:\n  kind: OnUnknownIntent\n  actions:\n"
        "    - kind: InvokeConnectorAction\n      id: mail\n      connectionReference: ctx_Mail_4be1c\n"
        "      operationId: SendEmailV2\n"
        "    - kind: HttpRequestAction\n      id: call\n      url: https://live.parcels.example/v1\n"
        "    - kind: SearchAndSummarizeContent\n      id: search\n      source:\n"
        "        kind: PublicSiteSearchSource\n        site: https://www.parcels.example\n"
    )
    connector = "Connector/ctx_5Fparcel-20tracking_"
    return {
        **ZIP_FILES,
        FLOW_FILE: json.dumps(flow),
        f"{connector}openapidefinition.json": json.dumps(swagger),
        f"{connector}connectionparameters.json": json.dumps(parameters),
        "bots/ctx_helper/configuration.json": json.dumps({"$kind": "BotConfiguration", "channels": channels}),
        "botcomponents/ctx_helper.topic.Track/data": tool,
    }


def whole_model(path: Path) -> dict[str, object]:
    """Give all that a run reads of a solution, without places."""
    workspace = api.read([str(path)], Settings())
    label = workspace.solutions[0].folder
    kinds = {
        "solutions": [one._replace(missing_files=(), unlisted_files=()) for one in workspace.solutions],
        "components": sorted(workspace.components, key=lambda one: (one.kind, one.id)),
        "connectors": workspace.custom_connectors,
        "definitions": workspace.connector_definitions,
    }
    return {kind: told(elements, label) for kind, elements in kinds.items()}


def test_what_a_run_reads_of_flows_apps_agents_connectors_and_variables_is_the_same_in_all_four_forms(
    tmp_path: Path,
) -> None:
    files = rich_files()
    with_content = yaml_form(files) | {
        name: text for name, text in files.items() if name.endswith(("configuration.json", "/data"))
    }
    layouts = {"exploded": files, "unpacked": unpacked(files), "yaml": with_content}
    for form, laid_out in layouts.items():
        folder(tmp_path / form, laid_out)
    with zipfile.ZipFile(tmp_path / "ParcelDesk.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    zipped = whole_model(tmp_path / "ParcelDesk.zip")

    read_at_all = "Http PvaMicrosoftTeams CSKnowledgePublicSites ctx_parcel-20tracking https://live.parcels.example/v1"
    assert [word for word in read_at_all.split() if word not in repr(zipped)] == []
    for form in layouts:
        assert whole_model(tmp_path / form) == zipped, form


# Solutions in YAML


def yaml_tree(root: Path, **changed: str) -> Folder:
    files = yaml_form(ZIP_FILES)
    return folder(root, {name: changed.pop(name.rpartition("/")[2], text) for name, text in files.items()})


def test_elements_in_yaml_are_placed_in_the_yaml(tmp_path: Path) -> None:
    parts = read_solution(yaml_tree(tmp_path), "yaml", Notes())
    reference = parts.solution.connection_references[1]
    root = parts.solution.root_components[1]
    assert (reference.at.source.path, reference.at.span.pointer) == (
        "src/connectionreferences/1/connectionreference.yml",
        "/connectionreference",
    )
    assert (root.at.span.line, root.at.span.pointer) == (6, "/RootComponents/RootComponent/1")
    assert parts.apps[0].element.child("ConnectionReferences") is not None
    app = canvas_app(parts.apps[0], solution=None, references={}, notes=Notes())
    assert app.uses[0].at.span.pointer == "/CanvasApp/ConnectionReferences/3f2a"


def test_a_violation_is_found_in_the_file_that_holds_it(tmp_path: Path) -> None:
    text = "RootComponents:\n  RootComponent:\n    '@type': ''\n"
    notes = Notes()
    read_solution(yaml_tree(tmp_path, **{"rootcomponents.yml": text}), "yaml", notes)
    assert [(finding.check, finding.at.source.path, finding.at.span.line) for finding in notes.findings] == [
        ("SRC002", "src/solutions/ParcelDesk/rootcomponents.yml", 3)
    ]


def listing(*paths: str) -> str:
    return "SolutionComponents:\n  Component:\n" + "".join(f"  - '@path': {path}\n" for path in paths)


@pytest.mark.parametrize(
    ("home", "flows", "references"),
    [
        pytest.param("solutions/Other", [], ["ctx_Mail_4be1c"], id="what it lists"),
        pytest.param("solutions/ParcelDesk", ["Send parcel notice"], ["ctx_parcel_77aa1"], id="what the other lists"),
    ],
)
def test_solutions_that_share_folders_hold_what_they_list(
    home: str, flows: list[str], references: list[str], tmp_path: Path
) -> None:
    shared = {
        **yaml_form(ZIP_FILES),
        "solutions/Other/solution.yml": as_yaml(MANIFEST.replace("ParcelDesk", "Other")),
        "solutions/Other/solutioncomponents.yml": listing("connectionreferences/0"),
        "solutions/ParcelDesk/solutioncomponents.yml": listing(f"/modernflows/{FLOW_ID}", "/connectionreferences/1"),
    }
    parts = read_solution(folder(tmp_path, shared), "yaml", Notes(), home)
    assert [entry.name for entry in parts.flows] == flows
    assert [reference.logical_name for reference in parts.solution.connection_references] == references


def test_what_no_solution_lists_is_left_out_once_and_said(tmp_path: Path) -> None:
    shared = {
        **yaml_form(ZIP_FILES),
        "solutions/Other/solution.yml": as_yaml(MANIFEST.replace("ParcelDesk", "Other")),
        "solutions/Other/solutioncomponents.yml": listing("connectionreferences"),
        "solutions/ParcelDesk/solutioncomponents.yml": listing("appmodules", "canvasapps", "connectors", "bots"),
    }
    tree = folder(tmp_path, shared)
    left = [read_solution(tree, "yaml", Notes(), f"solutions/{name}").left for name in ("Other", "ParcelDesk")]
    assert [[(skipped.path, skipped.reason) for skipped in each] for each in left] == [
        [
            (
                "src/environmentvariabledefinitions/ctx_ApiHost/environmentvariabledefinition.yml",
                "no solution beside it lists it among its components",
            ),
            (f"src/modernflows/{FLOW_ID}/workflow.yml", "no solution beside it lists it among its components"),
        ],
        [],
    ]
