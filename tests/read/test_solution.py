"""Solutions: one made-up solution in all four forms, and what goes wrong in real ones.

The corpus holds one small solution in YAML, and no flow in it; ours is written by the same mechanical rules.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest

from pllint import api
from pllint.finding import Finding
from pllint.model.component import Component, ComponentKind
from pllint.read.canvas_app import canvas_app
from pllint.read.cloud_flow import cloud_flow
from pllint.read.document import Notes, open_json
from pllint.read.solution import SolutionParts, claimed, read_solution
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint.text import xml_text
from pllint.text.tree import Archive, Folder, Tree
from pllint.text.xml_text import Element

FLOW_ID = "5b1e0f5a-0000-4b2c-9e10-1c2d3e4f5a6b"
FLOW_FILE = f"Workflows/Sendparcelnotice-{FLOW_ID.upper()}.json"
UNLISTED_FILE = "Workflows/Leftover-0C1D2E3F-0000-4B2C-9E10-1C2D3E4F5A6B.json"
CONNECTOR_GUID = "9a0b1c2d-0000-4b2c-9e10-1c2d3e4f5a6b"
APIS = "/providers/Microsoft.PowerApps/apis/"

MANIFEST = """<ImportExportXml version="9.2">
  <SolutionManifest>
    <UniqueName>ParcelDesk</UniqueName>
    <LocalizedNames><LocalizedName description="Parcel desk" languagecode="1033" /></LocalizedNames>
    <Version>1.4.0.2</Version>
    <Managed>0</Managed>
    <Publisher>
      <UniqueName>contosotools</UniqueName>
      <CustomizationPrefix>ctx</CustomizationPrefix>
    </Publisher>
    <RootComponents>
      <RootComponent type="29" id="{5B1E0F5A-0000-4B2C-9E10-1C2D3E4F5A6B}" behavior="0" />
      <RootComponent type="380" schemaName="ctx_ApiHost" behavior="0" />
    </RootComponents>
    <MissingDependencies>
      <MissingDependency>
        <Required type="372" schemaName="fab_ledger" displayName="Ledger" solution="Active" />
        <Dependent type="connectionreference" displayName="Ledger ref"
          id.connectionreferencelogicalname="ctx_sharedledger_1f2e3" />
      </MissingDependency>
    </MissingDependencies>
  </SolutionManifest>
</ImportExportXml>"""

WORKFLOW = f"""<Workflow WorkflowId="{{{FLOW_ID.upper()}}}" Name="Send parcel notice">
  <JsonFileName>/{FLOW_FILE}</JsonFileName>
  <Category>5</Category><StateCode>1</StateCode><ModernFlowType>1</ModernFlowType>
</Workflow>"""

CANVAS_APP = """<CanvasApp>
  <Name>ctx_parceldesk_0a1b2</Name><DisplayName>Parcel desk</DisplayName>
  <ConnectionReferences>{"3f2a":{"id":"/providers/microsoft.powerapps/apis/shared_office365users","dataSources":["Users"]}}</ConnectionReferences>
  <DatabaseReferences>{"default.cds":{"dataSources":{"Parcels":{"logicalName":"ctx_parcel"}}}}</DatabaseReferences>
  <DocumentUri>/CanvasApps/ctx_parceldesk_0a1b2_DocumentUri.msapp</DocumentUri>
</CanvasApp>"""

CONNECTOR = f"""<Connector>
  <connectorid>{CONNECTOR_GUID}</connectorid><displayname>Parcel tracking</displayname>
  <name>ctx_5Fparcel-20tracking</name><scriptoperations>["GetParcel", 3]</scriptoperations>
  <openapidefinition>/Connector/ctx_5Fparcel-20tracking_openapidefinition.json</openapidefinition>
  <connectionparameters>/Connector/ctx_5Fparcel-20tracking_connectionparameters.json</connectionparameters>
  <iconblob>/Connector/ctx_5Fparcel-20tracking_iconblob.Png</iconblob>
</Connector>"""

APP_MODULE = """<AppModule><UniqueName>ctx_ParcelAdmin</UniqueName>
  <LocalizedNames><LocalizedName description="Parcel administration" /></LocalizedNames></AppModule>"""

REFERENCES = f"""<connectionreferences>
  <connectionreference connectionreferencelogicalname="ctx_Mail_4be1c">
    <connectionreferencedisplayname>Mail</connectionreferencedisplayname>
    <connectorid>{APIS}shared_office365</connectorid>
  </connectionreference>
  <connectionreference connectionreferencelogicalname="ctx_parcel_77aa1">
    <customconnectorid><connectorid>{CONNECTOR_GUID.upper()}</connectorid></customconnectorid>
    <connectorid>{APIS}shared_parcel-20tracking-5f3c9e0d1a2b4c5d6e-5f00a1b2c3d4e5f607</connectorid>
  </connectionreference>
  <connectionreference connectionreferencelogicalname="ctx_bare">
    <customconnectorid><connectorid>0d0d0d0d-0000-0000-0000-000000000000</connectorid></customconnectorid>
  </connectionreference>
</connectionreferences>"""

FLOW = json.dumps(
    {
        "properties": {
            "connectionReferences": {
                "mail": {"connection": {"connectionReferenceLogicalName": "ctx_mail_4BE1C"}, "api": {"name": "x"}}
            },
            "definition": {
                "triggers": {"Daily": {"type": "Recurrence"}},
                "actions": {"Send": {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "mail"}}}},
            },
        },
        "schemaVersion": "1.0.0.0",
    }
)

VARIABLE = """<environmentvariabledefinition schemaname="ctx_ApiHost">
  <defaultvalue>api.parcels.example</defaultvalue><type>100000000</type></environmentvariabledefinition>"""
VALUE = {"environmentvariablevalues": {"environmentvariablevalue": [{"value": "live.parcels.example"}]}}


AGENT = """<bot schemaname="ctx_helper"><authenticationmode>2</authenticationmode><name>Helper</name></bot>"""


def customizations(*, empty: bool = False) -> str:
    held = {"Workflows": WORKFLOW, "CanvasApps": CANVAS_APP, "Connectors": CONNECTOR, "AppModules": APP_MODULE}
    inside = "".join(f"<{tag}>{'' if empty else element}</{tag}>" for tag, element in held.items())
    return f"<ImportExportXml>{inside}{REFERENCES}</ImportExportXml>"


ZIP_FILES = {
    "solution.xml": MANIFEST,
    "customizations.xml": customizations(),
    "[Content_Types].xml": "<Types />",
    FLOW_FILE: FLOW,
    UNLISTED_FILE: FLOW,
    "Connector/ctx_5Fparcel-20tracking_openapidefinition.json": "{}",
    "Connector/ctx_5Fparcel-20tracking_connectionparameters.json": "",
    "CanvasApps/ctx_parceldesk_0a1b2_DocumentUri.msapp": "",
    "environmentvariabledefinitions/ctx_ApiHost/environmentvariabledefinition.xml": VARIABLE,
    "environmentvariabledefinitions/ctx_ApiHost/environmentvariablevalues.json": json.dumps(VALUE),
    "bots/ctx_helper/bot.xml": AGENT,
    "bots/ctx_helper/configuration.json": "{}",
    "botcomponents/ctx_helper.topic.Track/botcomponent.xml": "<botcomponent />",
    "botcomponents/ctx_helper.topic.Track/data": "kind: AdaptiveDialog",
}


def unpacked(files: Mapping[str, str]) -> dict[str, str]:
    """Lay the solution out as the unpacking tools do, in the odd casing of some repositories."""
    moved = {name.replace("Connector/", "Connectors/"): text for name, text in files.items() if "/" in name}
    moved = {name.replace("Workflows/", "workflows/"): text for name, text in moved.items()}
    return {
        **moved,
        "other/Solution.xml": files["solution.xml"],
        "other/Customizations.xml": customizations(empty=True),
        f"{FLOW_FILE.replace('Workflows', 'workflows')}.data.xml": WORKFLOW,
        "CanvasApps/ctx_parceldesk_0a1b2.meta.xml": CANVAS_APP,
        "Connectors/ctx_5Fparcel-20tracking.xml": CONNECTOR,
        "AppModules/ctx_ParcelAdmin/AppModule.xml": APP_MODULE,
        "AppModules/ctx_ParcelAdmin/AppModule_managed.xml": APP_MODULE,
    }


def as_yaml(xml: str, *, indent: str = "") -> str:
    """Write an element as Dataverse's source control does: attributes with `@`, repeated children as a list."""
    root, _ = xml_text.parse(xml.encode())
    return "\n".join(yaml_lines({root.tag: yaml_value(root)}, indent)) + "\n"


def yaml_value(element: Element) -> object:
    value: dict[str, object] = {f"@{name}": text for name, text in element.attributes.items()}
    for tag in dict.fromkeys(child.tag for child in element.children):
        same = [yaml_value(child) for child in element.children if child.tag == tag]
        value[tag] = same if len(same) > 1 else same[0]
    return value or element.text.strip()


def yaml_lines(value: dict[str, object], indent: str) -> Iterator[str]:
    for key, child in value.items():
        name = f"{indent}'{key}':" if key.startswith("@") else f"{indent}{key}:"
        if isinstance(child, dict):
            yield name
            yield from yaml_lines(child, f"{indent}  ")
        elif isinstance(child, list):
            yield name
            for item in child:
                lines = list(yaml_lines(item, f"{indent}  ")) if isinstance(item, dict) else [f"{indent}  {item}"]
                yield f"{indent}- {lines[0].strip()}"
                yield from lines[1:]
        else:
            plain = re.fullmatch(r"[\w. ]+", str(child))
            yield f"{name} {child}" if plain else f"{name} '{str(child).replace(chr(39), chr(39) * 2)}'"


def yaml_form(files: Mapping[str, str]) -> dict[str, str]:
    """Lay the solution out as Dataverse's source control does."""
    manifest = files["solution.xml"]
    publisher = re.search(r"<Publisher>.*</Publisher>", manifest, re.DOTALL)
    roots = re.search(r"<RootComponents>.*</RootComponents>", manifest, re.DOTALL)
    needs = re.search(r"<MissingDependencies>.*</MissingDependencies>", manifest, re.DOTALL)
    assert publisher and roots and needs  # noqa: PT018
    bare = manifest.replace(roots[0], "").replace(needs[0], "")
    bare = bare.replace("<CustomizationPrefix>ctx</CustomizationPrefix>", "")
    home, connector = "solutions/ParcelDesk", "connectors/ctx_5Fparcel-20tracking"
    references = re.findall(r"<connectionreference .*?</connectionreference>", REFERENCES, re.DOTALL)
    flow_folder = f"modernflows/{FLOW_ID}"
    moved = {
        FLOW_FILE: FLOW_FILE.replace("Workflows", flow_folder),
        UNLISTED_FILE: UNLISTED_FILE.replace("Workflows", "modernflows/0c1d2e3f"),
    }
    moved |= {name: name.replace("Connector/", f"{connector}/") for name in files if name.startswith("Connector/")}
    parts = {moved[name]: text for name, text in files.items() if name in moved}
    variable = "environmentvariabledefinitions/ctx_ApiHost/environmentvariable"
    return {
        **parts,
        f"{home}/solution.yml": as_yaml(bare),
        f"{home}/rootcomponents.yml": as_yaml(roots[0]),
        f"{home}/missingdependencies.yml": as_yaml(needs[0]),
        "publishers/contosotools/publisher.yml": as_yaml(publisher[0]),
        **{f"connectionreferences/{i}/connectionreference.yml": as_yaml(text) for i, text in enumerate(references)},
        f"{flow_folder}/workflow.yml": as_yaml(WORKFLOW.replace(FLOW_FILE, moved[FLOW_FILE])),
        "canvasapps/ctx_parceldesk_0a1b2.meta.yml": as_yaml(CANVAS_APP),
        "canvasapps/ctx_parceldesk_0a1b2_DocumentUri.msapp": "",
        f"{connector}/connector.yml": as_yaml(CONNECTOR),
        "appmodules/ctx_ParcelAdmin/appmodule.yml": as_yaml(APP_MODULE),
        f"{variable}definition.yml": as_yaml(VARIABLE),
        f"{variable}values.json": json.dumps(VALUE),
        "bots/ctx_helper/bot.yml": as_yaml(AGENT),
        "bots/ctx_helper/configuration.json": "{}",
        "botcomponents/ctx_helper.topic.Track/botcomponent.yml": "botcomponent: {}",
        "botcomponents/ctx_helper.topic.Track/data": "kind: AdaptiveDialog",
    }


def packed(files: Mapping[str, str]) -> Archive:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return Archive.open(content.getvalue(), "ParcelDesk.zip!")


def folder(root: Path, files: Mapping[str, str]) -> Folder:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Folder(str(root), "src/")


def read(files: Mapping[str, str], form: str = "zip") -> tuple[SolutionParts, Notes]:
    notes = Notes()
    return read_solution(packed(files), form, notes), notes


def components(tree: Tree, parts: SolutionParts) -> list[Component]:
    """Read every component of a solution, as the assembling code does."""
    notes = Notes()
    found = list(parts.components)
    for entry in parts.flows:
        node = open_json(tree, entry.file, notes) if entry.file else None
        if node:
            flow = cloud_flow(
                node,
                name=entry.name,
                id=entry.id,
                solution=parts.solution.unique_name,
                state=entry.state,
                references=parts.references,
                variables=parts.variables,
            )
            found.append(flow)
    found += [
        canvas_app(entry, solution=parts.solution.unique_name, references=parts.references, notes=notes)
        for entry in parts.apps
    ]
    return found


def told(value: object, label: str = "", *, places: bool = False) -> object:
    """Give a record as plain values, with or without places, under one label for all forms."""
    if isinstance(value, Anchor):
        return (value.source.path.removeprefix(label), value.path) if places else None
    if isinstance(value, Source | Element):
        return None
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {field: told(getattr(value, field), label, places=places) for field in value._fields if field != "form"}
    if isinstance(value, str):
        folders = r"^(?:connectors?/(?:[^/]*/)?|workflows/|modernflows/[^/]*/|canvasapps/)"
        return re.sub(folders, "", value.removeprefix(label), flags=re.IGNORECASE)
    if isinstance(value, Iterable):
        items = sorted(value) if isinstance(value, frozenset) else value
        return [told(item, label, places=places) for item in items]
    return value


def model(tree: Tree, form: str, *, places: bool = False) -> tuple[object, object]:
    parts = read_solution(tree, form, Notes())
    parts_told = told(parts._replace(left=()), tree.label, places=places)
    return parts_told, told(components(tree, parts), tree.label, places=places)


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


# The manifest


def test_the_manifest_is_read() -> None:
    solution = read(ZIP_FILES)[0].solution
    assert solution[:1] + solution[2:7] == ("ParcelDesk", "Parcel desk", "1.4.0.2", False, "contosotools", "ctx")
    assert [(c.type, c.id, c.schema_name) for c in solution.root_components] == [
        ("29", FLOW_ID, None),
        ("380", None, "ctx_ApiHost"),
    ]
    needed = solution.missing_dependencies[0]
    assert needed[:3] == ("372", "fab_ledger", "ctx_sharedledger_1f2e3")
    assert needed.required_solution == "Active"


@pytest.mark.parametrize(("managed", "expected"), [("0", False), ("1", True), ("2", None)])
def test_managed_two_stands_for_both(managed: str, expected: bool | None) -> None:  # noqa: FBT001
    text = MANIFEST.replace("<Managed>0<", f"<Managed>{managed}<")
    assert read({**ZIP_FILES, "solution.xml": text})[0].solution.managed is expected


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        pytest.param("<Version>1.4.0.2<", "<Version>one<", 5, id="version"),
        pytest.param("<Managed>0<", "<Managed>yes<", 6, id="managed"),
        pytest.param("<CustomizationPrefix>ctx<", "<CustomizationPrefix>c t x<", 9, id="prefix"),
        pytest.param('type="380"', 'type=""', 13, id="type of a root component"),
        pytest.param("{5B1E0F5A-0000", "{5B1E", 12, id="id of a root component"),
        pytest.param("    <Version>1.4.0.2</Version>\n", "", 2, id="version missing"),
        pytest.param('<Required type="372" ', "<Required ", 17, id="type of a need missing"),
    ],
)
def test_what_breaks_the_schema_is_found_on_its_xml_element(old: str, new: str, line: int) -> None:
    notes = read({**ZIP_FILES, "solution.xml": MANIFEST.replace(old, new)})[1]
    assert [(finding.check, finding.at.span.line) for finding in notes.findings] == [("SRC002", line)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({**ZIP_FILES, "solution.xml": "<ImportExportXml>"}, id="manifest"),
        pytest.param({**ZIP_FILES, "customizations.xml": "no xml"}, id="customizations"),
        pytest.param(
            {
                **ZIP_FILES,
                "environmentvariabledefinitions/ctx_ApiHost/environmentvariabledefinition.xml": "<broken",
            },
            id="environment variable",
        ),
    ],
)
def test_a_broken_file_is_found_and_the_rest_is_read(files: Mapping[str, str]) -> None:
    parts, notes = read(files)
    assert [finding.check for finding in notes.findings] == ["SRC001"]
    assert UNLISTED_FILE in {entry.file for entry in parts.flows}


def test_without_a_readable_manifest_a_solution_goes_by_the_name_of_its_file() -> None:
    assert read({**ZIP_FILES, "solution.xml": "<"})[0].solution.unique_name == "ParcelDesk"


# Connection references and environment variables


def test_a_connection_reference_names_its_own_connector_not_the_one_nested_in_it() -> None:
    mail, parcel, bare = read(ZIP_FILES)[0].solution.connection_references
    assert (mail.logical_name, mail.connector, mail.custom, mail.display_name) == (
        "ctx_Mail_4be1c",
        "shared_office365",
        False,
        "Mail",
    )
    assert (parcel.custom, parcel.custom_guid) == (True, CONNECTOR_GUID)
    assert (bare.connector, bare.custom, bare.spelling) == (None, True, "")


def test_a_reference_to_a_connector_of_the_solution_goes_by_that_connectors_name() -> None:
    assert read(ZIP_FILES)[0].references["ctx_parcel_77aa1"].connector == "ctx_parcel-20tracking"


def test_an_environment_variable_has_default_and_value_and_their_places() -> None:
    variable = read(ZIP_FILES)[0].variables["ctx_apihost"]
    assert (variable.type, variable.default, variable.value) == ("text", "api.parcels.example", "live.parcels.example")
    assert variable.value_at is not None
    assert variable.value_at.source.path.endswith("environmentvariablevalues.json")


def test_environment_variables_of_older_exports_are_read_from_the_customizations() -> None:
    text = (
        "<ImportExportXml xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><EnvironmentVariables><Definition>"
        "<SchemaName>ctx_Old</SchemaName><Type>100000005</Type><DefaultValue xsi:nil='true'></DefaultValue>"
        "</Definition></EnvironmentVariables></ImportExportXml>"
    )
    variable = read({**ZIP_FILES, "customizations.xml": text})[0].variables["ctx_old"]
    assert (variable.type, variable.default) == ("secret", None)


# Flows


def with_workflows(elements: str, **files: str) -> dict[str, str]:
    text = f"<ImportExportXml><Workflows>{elements}</Workflows></ImportExportXml>"
    return {"solution.xml": MANIFEST, "customizations.xml": text, **files}


def test_a_flow_has_name_id_state_and_kind_from_its_element() -> None:
    entry = read(ZIP_FILES)[0].flows[0]
    assert (entry.name, entry.id, entry.file, entry.state) == ("Send parcel notice", FLOW_ID, FLOW_FILE, "on")
    assert (entry.category, entry.modern_type, entry.listed) == ("5", "1", True)
    assert entry.at.source.path == "ParcelDesk.zip!customizations.xml"


@pytest.mark.parametrize(("code", "state"), [("0", "off"), ("1", "on"), ("2", "suspended"), ("9", None)])
def test_the_state_code_is_told_in_words(code: str, state: str | None) -> None:
    element = WORKFLOW.replace("<StateCode>1", f"<StateCode>{code}")
    assert read(with_workflows(element))[0].flows[0].state == state


def test_a_flow_file_that_nothing_names_is_a_flow_called_after_its_file() -> None:
    entry = read(ZIP_FILES)[0].flows[1]
    assert (entry.name, entry.id) == ("Leftover", "0c1d2e3f-0000-4b2c-9e10-1c2d3e4f5a6b")
    assert (entry.file, entry.listed) == (UNLISTED_FILE, False)


def test_a_flow_whose_file_is_not_here_keeps_its_entry() -> None:
    entry = read(with_workflows(WORKFLOW))[0].flows[0]
    assert (entry.name, entry.file) == ("Send parcel notice", None)


def test_a_hand_made_element_with_children_alone_is_a_flow() -> None:
    element = (
        "<Workflow><Name>By hand</Name><JsonFileName>/workflows/ByHand.json</JsonFileName>"
        "<WorkflowId>{0C1D2E3F}</WorkflowId></Workflow><Workflow/>"
    )
    flows = read(with_workflows(element, **{"Workflows/ByHand.json": FLOW}))[0].flows
    assert [(entry.name, entry.id, entry.file) for entry in flows] == [("By hand", "0c1d2e3f", "Workflows/ByHand.json")]


@pytest.mark.parametrize(
    "element",
    [
        pytest.param("", id="no element"),
        pytest.param("<Workflow><JsonFileName>/Workflows/workflow.json</JsonFileName></Workflow>", id="no category"),
    ],
)
def test_json_that_is_no_flow_definition_is_left_out(element: str) -> None:
    parts = read(with_workflows(element, **{"Workflows/workflow.json": '{"trigger": {}, "actions": []}'}))[0]
    assert parts.flows == ()
    assert [skipped.path for skipped in parts.left] == ["ParcelDesk.zip!Workflows/workflow.json"]


def test_broken_json_among_the_flows_stays_a_flow_for_whoever_opens_it() -> None:
    parts, notes = read(with_workflows("", **{"Workflows/Broken.json": '{"properties": '}))
    assert [entry.file for entry in parts.flows] == ["Workflows/Broken.json"]
    assert notes.findings == []


def test_a_business_process_flow_is_a_component_and_no_cloud_flow() -> None:
    element = WORKFLOW.replace("<Category>5", "<Category>4")
    parts = read(with_workflows(element))[0]
    assert [(component.kind, component.id) for component in parts.components] == [
        (ComponentKind.BUSINESS_PROCESS_FLOW, FLOW_ID)
    ]
    assert parts.flows == ()


@pytest.mark.parametrize("category", ["<Category>6</Category>", ""])
def test_a_desktop_flow_is_told_by_its_category_else_by_its_document(category: str) -> None:
    element = WORKFLOW.replace("<Category>5</Category>", category)
    parts = read(with_workflows(element, **{FLOW_FILE: '{"properties": {}, "schemaversion": "ROBIN_20211012"}'}))[0]
    assert [(entry.name, entry.id, entry.file) for entry in parts.desktop_flows] == [
        ("Send parcel notice", FLOW_ID, FLOW_FILE)
    ]
    assert (parts.flows, parts.left) == ((), ())


@pytest.mark.parametrize("category", ["0", "1", "2", "3"])
def test_classic_processes_and_business_rules_are_nothing_to_read(category: str) -> None:
    inside = f"<XamlFileName>/Workflows/x.xaml</XamlFileName><Category>{category}</Category>"
    element = f"<Workflow WorkflowId='1'>{inside}</Workflow>"
    parts = read(with_workflows(element, **{"Workflows/x.xaml": ""}))[0]
    assert (parts.flows, parts.components) == ((), ())
    assert [skipped.reason for skipped in parts.left] == ["classic workflow, rule or process: uses no connectors"]


# Connectors, apps, agents, and what is whose


def test_the_parts_of_a_connector_are_found_by_their_base_names(tmp_path: Path) -> None:
    connector = read_solution(folder(tmp_path, unpacked(ZIP_FILES)), "unpacked", Notes()).connectors[0]
    assert connector.definition == "Connectors/ctx_5Fparcel-20tracking_openapidefinition.json"
    assert connector.parameters == "Connectors/ctx_5Fparcel-20tracking_connectionparameters.json"
    assert (connector.guid, connector.script_operations, connector.policies) == (CONNECTOR_GUID, ("GetParcel",), None)
    assert connector.missing == ("/Connector/ctx_5Fparcel-20tracking_iconblob.Png",)


def test_a_managed_twin_is_not_read_twice(tmp_path: Path) -> None:
    files = {**unpacked(ZIP_FILES), "CanvasApps/ctx_parceldesk_0a1b2_managed.meta.xml": CANVAS_APP}
    assert len(read_solution(folder(tmp_path, files), "unpacked", Notes()).apps) == 1


def test_a_folder_lying_at_the_root_of_a_repository_leaves_the_rest_to_others(tmp_path: Path) -> None:
    files = {**unpacked(ZIP_FILES), "README.md": "", "governance/apps.yaml": "", "deploymentSettings.json": "{}"}
    names = {entry.name for entry in folder(tmp_path, files).entries()}
    assert names - claimed(names, "unpacked") == {
        "README.md",
        "governance/apps.yaml",
        "deploymentSettings.json",
    }


def test_all_of_a_zip_is_the_solutions() -> None:
    names = {*ZIP_FILES, "Surprise/x.bin"}
    assert claimed(names, "zip") == names


def test_an_agent_has_its_parts() -> None:
    agent = read(ZIP_FILES)[0].agents[0]
    assert (agent.name, agent.id, agent.authentication) == ("Helper", "ctx_helper", "2")
    assert [(part.schema_name, part.data, part.is_file) for part in agent.parts] == [
        ("ctx_helper.topic.Track", "botcomponents/ctx_helper.topic.Track/data", False)
    ]


def test_a_model_driven_app_goes_by_its_unique_name() -> None:
    app = read(ZIP_FILES)[0].components[0]
    assert (app.kind, app.id, app.name, app.solution) == (
        ComponentKind.MODEL_DRIVEN_APP,
        "ctx_ParcelAdmin",
        "Parcel administration",
        "ParcelDesk",
    )


def test_no_manifest_and_no_customizations_make_an_empty_solution_without_an_error() -> None:
    parts, notes = read({"Workflows/Loose.json": FLOW})
    findings: list[Finding] = notes.findings
    assert ([entry.name for entry in parts.flows], findings) == (["Loose"], [])
