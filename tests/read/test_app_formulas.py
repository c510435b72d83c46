"""What the formulas of canvas apps write to tables, told from what they only mention."""

import json
from collections.abc import Callable

import pytest

from pllint.model.workspace import Workspace
from pllint.read.app_formulas import calls_in
from tests.read.conftest import Files, zipped

Read = Callable[[Files], Workspace]

TABLES = {"Work Orders": "msdyn_workorder", "Cases": "incident", "Driver's logs": "ctx_log"}
DATABASES = {"default.cds": {"dataSources": {"Work Orders": {"logicalName": "msdyn_workorder"}}}}
BUTTON = """Screens:
  Board:
    Children:
      - Done:
          Properties:
            OnSelect: |-
              =Set(busy, true);
              Remove('Work Orders', Gallery1.Selected)
"""


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        pytest.param("Patch(Cases, Gallery1.Selected, {a: 1})", [("incident", "update")], id="patch"),
        pytest.param("Patch(Cases, Defaults(Cases), {a: 1})", [("incident", "create")], id="a new row"),
        pytest.param("Patch( 'Work Orders' ,x,y)", [("msdyn_workorder", "update")], id="a quoted name"),
        pytest.param("Remove('Driver''s logs', x)", [("ctx_log", "delete")], id="a name with an apostrophe"),
        pytest.param("Collect(Cases, {a: 1})", [("incident", "create")], id="collect"),
        pytest.param(
            "If(ok, UpdateIf(Cases, a = 1, {a: 2}), RemoveIf(Cases, true))",
            [("incident", "update"), ("incident", "delete")],
            id="two in one",
        ),
        pytest.param('Notify("done"); Update(Cases, a, b)', [("incident", "update")], id="behind a text"),
        pytest.param("ClearCollect(Cases, x)", [], id="a collection of that name"),
        pytest.param("Collect(mine, Cases)", [], id="it is what is collected"),
        pytest.param("LookUp(Cases, a = 1)", [], id="it reads"),
        pytest.param("// Patch(Cases, x, y)", [], id="a comment"),
        pytest.param("/* was:\nPatch(Cases, x, y) */ Back()", [], id="a comment over lines"),
        pytest.param('Notify("call Patch(Cases, x, y)")', [], id="a text"),
        pytest.param("Patch(Accounts, x, y)", [], id="another table"),
    ],
)
def test_a_call_that_writes_is_told_from_a_mention(formula: str, expected: list[tuple[str, str]]) -> None:
    assert [(table, action) for table, action, _ in calls_in(formula, TABLES)] == expected


def document(**pages: str) -> dict[str, str]:
    properties = {"Name": "Job board", "LocalDatabaseReferences": json.dumps(DATABASES)}
    return {
        "Header.json": "{}",
        "Properties.json": json.dumps(properties),
        "References/DataSources.json": json.dumps({"DataSources": []}),
        "Resources/PublishInfo.json": "{}",
        **pages,
    }


def test_a_page_of_a_package_tells_its_line(read_files: Read) -> None:
    workspace = read_files({"board.msapp": zipped(document(**{"Src/Board.pa.yaml": BUTTON}))})

    (write,) = workspace.components[0].table_writes
    assert (write.table, write.action) == ("msdyn_workorder", "delete")
    assert (write.at.source.path, write.at.span.line) == ("board.msapp!Src/Board.pa.yaml", 8)


def test_the_controls_stand_in_where_there_are_no_pages(read_files: Read) -> None:
    script = {"Rules": [{"InvariantScript": "Notify(\"a\");\nPatch('Work Orders', x, y)"}]}
    workspace = read_files({"board.msapp": zipped(document(**{"Controls/1.json": json.dumps(script)}))})

    assert [write.action for write in workspace.components[0].table_writes] == ["update"]


def test_a_comment_in_a_control_is_no_write(read_files: Read) -> None:
    script = {"Rules": [{"InvariantScript": "Back(); // Patch('Work Orders', x, y)"}]}
    workspace = read_files({"board.msapp": zipped(document(**{"Controls/1.json": json.dumps(script)}))})

    assert workspace.components[0].table_writes == ()


def test_an_app_of_a_solution_takes_its_tables_from_its_entry(read_files: Read) -> None:
    manifest = (
        "<ImportExportXml><SolutionManifest><UniqueName>Desk</UniqueName><Version>1.0</Version></SolutionManifest>"
        "</ImportExportXml>"
    )
    entry = (
        "<CanvasApp><Name>ctx_board</Name><DisplayName>Job board</DisplayName><ConnectionReferences>{}"
        f"</ConnectionReferences><DatabaseReferences>{json.dumps(DATABASES)}</DatabaseReferences>"
        "<DocumentUri>/CanvasApps/ctx_board_DocumentUri.msapp</DocumentUri></CanvasApp>"
    )
    pages = document(**{"Src/Board.pa.yaml": BUTTON})
    pages["Properties.json"] = "{}"
    workspace = read_files(
        {
            "solution.xml": manifest,
            "customizations.xml": f"<ImportExportXml><CanvasApps>{entry}</CanvasApps></ImportExportXml>",
            "CanvasApps/ctx_board_DocumentUri.msapp": zipped(pages),
        }
    )

    (app,) = workspace.components
    assert [write.table for write in app.table_writes] == ["msdyn_workorder"]
