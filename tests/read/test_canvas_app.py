"""Canvas apps: what of their map of connections is theirs, and what belongs to the flows they call."""

import json
from collections.abc import Mapping
from html import escape

import pytest

from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.solution import ConnectionReference
from pllint.read.canvas_app import canvas_app, code_app
from pllint.read.document import Notes
from pllint.read.solution import CanvasAppEntry
from pllint.source import Anchor, Source
from pllint.text import xml_text
from pllint.text.node import Node

APIS = "/providers/microsoft.powerapps/apis/"
CUSTOM = "shared_ctx-5fparcel-20tracking-5f3c9e0d1a2b4c5d6e"
FLOW_ID = "0c1d2e3f-0000-4b2c-9e10-1c2d3e4f5a6b"


def app_xml(connections: object, databases: object = None, app_type: str | None = None) -> str:
    connections_text = connections if isinstance(connections, str) else json.dumps(connections)
    kind = f"<CanvasAppType>{app_type}</CanvasAppType>" if app_type else ""
    return (
        "<CanvasApp><Name>ctx_parceldesk_0a1b2</Name><DisplayName>Parcel desk</DisplayName>\n"
        f"<ConnectionReferences>{escape(connections_text)}</ConnectionReferences>\n"
        f"<DatabaseReferences>{escape(json.dumps(databases or {}))}</DatabaseReferences>{kind}</CanvasApp>"
    )


def read(
    connections: object,
    databases: object = None,
    app_type: str | None = None,
    references: Mapping[str, ConnectionReference] | None = None,
    notes: Notes | None = None,
) -> Component:
    content = app_xml(connections, databases, app_type).encode()
    root, _ = xml_text.parse(content)
    source = Source("CanvasApps/ctx_parceldesk_0a1b2.meta.xml", lambda: content, xml_text.locate)
    entry = CanvasAppEntry(name="ctx_parceldesk_0a1b2", element=root, source=source)
    return canvas_app(entry, solution="ParcelDesk", references=references or {}, notes=notes or Notes())


def connection(connector: str, **more: object) -> dict[str, object]:
    return {"id": APIS + connector, "dataSources": ["Source"], "dependents": [], **more}


def test_a_data_source_is_a_use_with_all_the_map_says_of_it() -> None:
    app = read({"3f2a": connection("shared_sql", displayName="SQL", apiTier="Premium", isOnPremiseConnection=True)})
    use = app.uses[0]
    assert (use.connector, use.custom, use.gateway, use.stated_tier, use.display_name, use.spelling) == (
        "shared_sql",
        False,
        True,
        "Premium",
        "SQL",
        APIS + "shared_sql",
    )


def test_a_use_is_placed_inside_the_json_text_of_its_element() -> None:
    app = read({"3f2a": connection("shared_sql")})
    at = app.uses[0].at
    assert at.path == (3, "3f2a")
    assert (at.span.line, at.span.pointer) == (2, "/CanvasApp/ConnectionReferences#/3f2a")


def test_two_data_sources_of_one_connector_are_one_use_that_keeps_the_gateway() -> None:
    app = read({"a": connection("shared_sql"), "b": connection("shared_sql", isOnPremiseConnection=True)})
    assert [(use.connector, use.gateway) for use in app.uses] == [("shared_sql", True)]
    assert [declared.label for declared in app.declared] == ["a", "b"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param(connection(CUSTOM), "ctx_parcel-20tracking", id="hashes"),
        pytest.param(connection("shared_parcel", isCustomApiSolutionAware=True), "parcel", id="flag of a solution"),
        pytest.param(connection("shared_parcel", isCustomApiConnection=True), "parcel", id="flag of an app"),
        pytest.param(connection("shared_parcel", customApiLogicalName="ctx_5Fparcel"), "ctx_parcel", id="logical name"),
    ],
)
def test_a_custom_connector_is_told_by_any_of_its_marks(entry: Mapping[str, object], name: str) -> None:
    assert [(use.connector, use.custom) for use in read({"a": entry}).uses] == [(name, True)]


@pytest.mark.parametrize(
    "hints",
    [
        pytest.param({"parameterHints": {"workflowEntityId": {"value": FLOW_ID.upper()}}}, id="entity id"),
        pytest.param({"parameterHintsV2": {"workflowEntityId": {"value": FLOW_ID}}}, id="second form"),
        pytest.param({"parameterHints": {"workflowName": {"value": FLOW_ID}}}, id="name alone"),
        pytest.param(
            {"parameterHints": {"workflowName": {"value": "other"}, "workflowEntityId": {"value": FLOW_ID}}}, id="both"
        ),
    ],
)
def test_a_flow_is_called_and_is_no_connector(hints: Mapping[str, object]) -> None:
    app = read({"a": connection("shared_logicflows", **hints)})
    assert ([call.id for call in app.calls_flows], app.uses, app.declared) == ([FLOW_ID], (), ())


def test_the_connectors_of_a_called_flow_are_not_the_apps() -> None:
    app = read({"a": connection("shared_sql", dataSources=[], dependents=["b"])})
    assert (app.uses, app.declared) == ((), ())


def test_a_data_source_that_a_flow_needs_as_well_is_the_apps() -> None:
    app = read({"a": connection("shared_sql", dependents=["b"])})
    assert [use.connector for use in app.uses] == ["shared_sql"]


@pytest.mark.parametrize(
    ("databases", "is_native"),
    [
        pytest.param({"default.cds": {"dataSources": {"Parcels": {"logicalName": "ctx_parcel"}}}}, True, id="tables"),
        pytest.param({"default.cds": {"dataSources": {}}}, False, id="no tables"),
        pytest.param({"other.cds": {"dataSources": {"Parcels": {}}}}, True, id="another environment"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_tables_make_a_native_dataverse_source(databases: object, is_native: bool) -> None:  # noqa: FBT001
    assert (read({}, databases).dataverse_at is not None) is is_native


@pytest.mark.parametrize(
    ("app_type", "kind"),
    [
        (None, ComponentKind.CANVAS_APP),
        ("0", ComponentKind.CANVAS_APP),
        ("1", ComponentKind.CANVAS_APP),
        ("2", ComponentKind.CANVAS_APP),
        ("4", ComponentKind.CODE_APP),
    ],
)
def test_only_type_four_is_a_code_app(app_type: str | None, kind: ComponentKind) -> None:
    assert read({}, app_type=app_type).kind is kind


def test_a_connection_reference_is_named_and_lends_its_guid() -> None:
    told = ConnectionReference(
        logical_name="ctx_parcel",
        at=Anchor(Source("x", lambda: b"")),
        connector=ConnectorKey("ctx_parcel"),
        custom=True,
        custom_guid="9a0b",
    )
    entry = connection(CUSTOM, xrmConnectionReferenceLogicalName="CTX_parcel")
    use = read({"a": entry}, references={"ctx_parcel": told}).uses[0]
    assert (use.reference, use.custom_guid) == ("CTX_parcel", "9a0b")


@pytest.mark.parametrize(
    "connections",
    [
        pytest.param("{not json", id="no JSON"),
        pytest.param("[" * 5000, id="hostile nesting"),
    ],
)
def test_broken_json_text_is_found_on_its_element(connections: str) -> None:
    notes = Notes()
    app = read(connections, notes=notes)
    assert app.uses == ()
    assert [(finding.check, finding.at.span.line) for finding in notes.findings] == [("SRC001", 2)]


@pytest.mark.parametrize(
    "connections",
    [
        pytest.param([], id="list"),
        pytest.param({"a": None}, id="null entry"),
        pytest.param({"a": {"id": 5}}, id="id is a number"),
        pytest.param({"a": {"id": "/systemuser", "dataSources": ["Users"]}}, id="a table's path"),
    ],
)
def test_entries_of_another_shape_are_no_uses(connections: object) -> None:
    assert read(connections).uses == ()


def test_a_code_apps_own_file_is_read_like_an_app() -> None:
    document = {
        "appId": "{7C4F}",
        "appDisplayName": "Parcel console",
        "connectionReferences": {"7c4f": connection("shared_office365users")},
        "databaseReferences": {"default.cds": {"dataSources": {"parcels": {}}}},
    }
    node = Node(document, Anchor(Source("power.config.json", lambda: b"")))
    app = code_app(node, name="console", solution=None, references={})
    assert (app.kind, app.name, app.id) == (ComponentKind.CODE_APP, "Parcel console", "7c4f")
    assert ([use.connector for use in app.uses], app.dataverse_at is not None) == (["shared_office365users"], True)
