"""Desktop flows: three ways to keep a script, and what its statements use.

The corpus holds flows of the oldest generation alone; those of the other two are specimens made by hand after what
open-source tools read.
"""

import base64
import json
from collections.abc import Mapping
from html import escape

import pytest

from pllint.model.component import Component
from pllint.model.connector_id import ConnectorKey
from pllint.model.solution import ConnectionReference
from pllint.read.desktop_flow import desktop_flow
from pllint.read.document import Notes
from pllint.read.recognise import is_desktop_flow
from pllint.source import Anchor, Source
from pllint.text import json_text, xml_text
from pllint.text.node import Node
from tests.read.conftest import zipped

CHILD = "0c1d2e3f-0000-4b2c-9e10-1c2d3e4f5a6b"
APIS = "/providers/Microsoft.PowerApps/apis/"


def packed(script: str, member: str = "script.robin") -> dict[str, object]:
    content = zipped({member: script.encode("utf-16-le"), "project.manifest": "[]"})
    return of_package(base64.b64encode(content).decode())


def of_package(package: str) -> dict[str, object]:
    return {"properties": {"definition": {"package": package}, "inputs": {}}, "schemaversion": "ROBIN_20211012"}


def read(
    document: object,
    element: str | None = None,
    references: Mapping[str, ConnectionReference] | None = None,
    notes: Notes | None = None,
) -> Component:
    content = json.dumps(document).encode()
    source = Source("Workflows/Book.json", lambda: content, json_text.locate)
    node = Node(document, Anchor(source)) if document else None
    parsed = None
    if element is not None:
        text = element.encode()
        home = Source("customizations.xml", lambda: text, xml_text.locate)
        parsed = xml_text.parse(text)[0], home
    return desktop_flow(
        node,
        parsed,
        name="Book",
        id="1",
        at=Anchor(parsed[1] if parsed else source),
        solution="ParcelDesk",
        state=None,
        references=references or {},
        notes=notes or Notes(),
    )


def workflow(**children: str) -> str:
    inside = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in children.items())
    return f"<Workflow>{inside}</Workflow>"


SCRIPT = "Excel.LaunchExcel.Launch Visible: True\nText.Replace Text: X"


@pytest.mark.parametrize(
    ("document", "element"),
    [
        pytest.param(packed(SCRIPT), None, id="package in the document"),
        pytest.param(
            {"properties": {"definition": {"actions": {"scriptCode": SCRIPT}}}, "schemaVersion": "ROBIN_20211012"},
            None,
            id="draft, made by hand",
        ),
        pytest.param(None, workflow(Definition=json.dumps(SCRIPT)), id="element, made by hand"),
        pytest.param(of_package(""), workflow(Definition=json.dumps(SCRIPT)), id="element beside an empty document"),
    ],
)
def test_the_modules_of_a_script_are_used_wherever_it_is_kept(
    document: Mapping[str, object] | None, element: str | None
) -> None:
    flow = read(document, element)
    assert [use.connector for use in flow.uses] == ["DesktopFlow.Excel"]
    assert flow.gaps == ()


@pytest.mark.parametrize(
    ("script", "modules"),
    [
        pytest.param("    WebAutomation.LaunchEdge Url: 'x'", ["WebAutomation"], id="indented"),
        pytest.param("IF (File.IfFile.Exists File: X) THEN", ["File"], id="condition"),
        pytest.param("WAIT (UIAutomation.WaitForWindow.ByTitle Title: X)", ["UIAutomation"], id="wait"),
        pytest.param("DISABLE Cmd.Open", [], id="switched off"),
        pytest.param("# Excel.Launch", [], id="comment"),
        pytest.param("/# Excel.Launch\nExcel.Close #/\nDisplay.ShowMessage", ["Display"], id="block comment"),
        pytest.param("SET Excel.Launch TO 3", [], id="variable"),
        pytest.param("IF Excel.RowsCount > 3 THEN", [], id="property of a variable"),
        pytest.param("Display.Show Message: $'''first\nExcel.Launch'''", ["Display"], id="text over lines"),
        pytest.param("Variables.CreateNewList\nDateTime.Add", [], id="modules no policy governs"),
        pytest.param("EXCEL.Launch\nexcel.Close", ["Excel"], id="casing"),
    ],
)
def test_a_module_is_the_word_before_the_dot_of_a_statement(script: str, modules: list[str]) -> None:
    assert [use.connector for use in read(packed(script)).uses] == [f"DesktopFlow.{name}" for name in modules]


def test_each_statement_is_a_step_at_its_line_of_the_script() -> None:
    flow = read(packed("Text.Trim\n  Excel.Launch Visible: True\n  Excel.Close\nExcel.Close"))
    steps = flow.uses[0].steps
    assert [(step.name, step.at.span.line, step.at.span.column, step.at.span.pointer) for step in steps] == [
        ("Excel.Launch", 2, 3, "/Excel.Launch/1"),
        ("Excel.Close", 3, 3, "/Excel.Close/1"),
        ("Excel.Close", 4, 1, "/Excel.Close/2"),
    ]
    assert steps[0].at.source.path == "Workflows/Book.json!script.robin"
    assert steps[0].at.source.read().splitlines()[1] == b"  Excel.Launch Visible: True"


@pytest.mark.parametrize(
    ("address", "value", "prefix"),
    [
        pytest.param("'https://parcels.example/'", "https://parcels.example/", "https://parcels.example/", id="text"),
        pytest.param("$'''https://parcels.example/'''", "https://parcels.example/", "https://parcels.example/", id="$"),
        pytest.param("$'''https://parcels.example/?q=%Q%'''", None, "https://parcels.example/?q=", id="computed"),
        pytest.param("Address", None, "", id="variable"),
    ],
)
def test_the_address_of_a_browser_is_an_endpoint(address: str, value: str | None, prefix: str) -> None:
    step = read(packed(f"WebAutomation.LaunchEdge.LaunchEdge Url: {address} BrowserInstance=> B")).uses[0].steps[0]
    assert step.endpoint is not None
    assert (step.endpoint.value, step.endpoint.prefix) == (value, prefix)


def test_a_cloud_connector_is_used_like_in_a_cloud_flow() -> None:
    reference = ConnectionReference(
        logical_name="ctx_Vault",
        at=Anchor(Source("x", bytes)),
        connector=ConnectorKey("shared_keyvault"),
        custom_guid="9",
    )
    script = (
        f"External.InvokeCloudConnector Connection: 'ctx_vault' ConnectorId: '{APIS}shared_keyvault'"
        " OperationId: 'GetSecret' @secretName: 'x'"
    )
    use = read(packed(script), references={"ctx_vault": reference}).uses[0]
    assert (use.connector, use.reference, use.steps[0].operation) == ("shared_keyvault", "ctx_Vault", "GetSecret")


def test_a_desktop_flow_calls_another() -> None:
    flow = read(packed(f"External.RunFlow FlowId: '{CHILD.upper()}' @Name: 'x'"))
    assert [call.id for call in flow.calls_desktop_flows] == [CHILD]
    assert [use.connector for use in flow.uses] == ["DesktopFlow.Runflow"]


def test_the_element_tells_of_children_and_connections_too() -> None:
    element = workflow(
        Dependencies=json.dumps({"childFlows": [CHILD]}),
        ConnectionReferences=json.dumps(
            [{"connectionReferenceLogicalName": "ctx_vault", "connectorId": APIS + "shared_keyvault"}]
        ),
    )
    flow = read(None, element)
    assert [call.id for call in flow.calls_desktop_flows] == [CHILD]
    assert [(declared.logical_name, declared.connector, declared.used) for declared in flow.declared] == [
        ("ctx_vault", "shared_keyvault", False)
    ]


@pytest.mark.parametrize("document", [pytest.param(of_package(""), id="empty"), pytest.param(None, id="no document")])
def test_no_script_is_said_and_is_not_no_modules(document: Mapping[str, object] | None) -> None:
    flow = read(document, workflow(Name="Book"))
    assert [(gap.words, gap.decides) for gap in flow.gaps] == [
        ("has no script in the files, so the modules it uses are not known", True)
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(of_package("?" * 5), "the package of the script: the file is no zip archive", id="not base64"),
        pytest.param(of_package("aGVsbG8="), "the package of the script: the file is no zip archive", id="no archive"),
        pytest.param(
            packed("x", "other.robin"), "the package of the script: the archive holds no script.robin", id="no script"
        ),
    ],
)
def test_a_package_that_cannot_be_opened_is_reported_at_its_place(document: Mapping[str, object], message: str) -> None:
    notes = Notes()
    flow = read(document, notes=notes)
    assert [(finding.check, finding.message, finding.at.path) for finding in notes.findings] == [
        ("SRC001", message, ("properties", "definition", "package"))
    ]
    assert len(flow.gaps) == 1


@pytest.mark.parametrize(
    ("document", "is_one"),
    [
        (of_package(""), True),
        ({"properties": {}, "schemaVersion": "ROBIN_20211012"}, True),
        ({"properties": {}, "schemaVersion": "1.0.0.0"}, False),
        ({"schemaversion": "ROBIN_20211012"}, False),
        ([], False),
    ],
)
def test_a_desktop_flow_is_told_by_the_version_of_its_schema(document: object, *, is_one: bool) -> None:
    assert is_desktop_flow(document) is is_one
