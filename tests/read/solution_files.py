"""One made-up solution in all four forms, and what is read of it as plain values."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from pllint.model.component import Component
from pllint.read.canvas_app import canvas_app
from pllint.read.cloud_flow import cloud_flow
from pllint.read.document import Notes, open_json
from pllint.read.solution import SolutionParts, read_solution
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
