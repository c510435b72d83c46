"""Canvas apps read from their documents: packed, unpacked in both ways, alone and beside a solution's entry."""

import json
from collections.abc import Callable, Mapping
from html import escape

import pytest

from pllint.finding import Severity
from pllint.model.component import Component
from pllint.model.workspace import Workspace
from tests.read.conftest import Files, zipped

APIS = "/providers/microsoft.powerapps/apis/"
CUSTOM = "shared_ctx-5fparcel-20tracking-5f3c9e0d1a2b4c5d6e"
OTHER_HASH = "shared_parcel-20tracking-5f00a1b2c3d4e5f607-5f11a1b2c3d4e5f607"
MANIFEST = """<ImportExportXml><SolutionManifest><UniqueName>ParcelDesk</UniqueName><Version>1.0</Version>
  <Managed>0</Managed><Publisher><UniqueName>contosotools</UniqueName></Publisher><RootComponents />
  <MissingDependencies /></SolutionManifest></ImportExportXml>"""

Read = Callable[[Files], Workspace]


def wrapped(connector: str, **more: object) -> dict[str, object]:
    """Give a connection as a document writes it: an id of its own around the connector's."""
    return {"id": "3f2a", "dataSources": ["Source"], "connectionRef": {"id": APIS + connector}, **more}


def properties(connections: Mapping[str, object], databases: object = None, name: str = "Parcel desk") -> str:
    return json.dumps(
        {
            "Name": name,
            "FileID": "8aec57cc-0df7-4566-810f-6eb3fba29de6",
            "LocalConnectionReferences": json.dumps(connections),
            "LocalDatabaseReferences": json.dumps(databases or {}),
        }
    )


def members(connections: Mapping[str, object], sources: object = (), **more: str) -> dict[str, str]:
    """Give the members of an app's document, as they are named outside an archive."""
    return {
        "Header.json": "{}",
        "Properties.json": properties(connections),
        "References/DataSources.json": json.dumps({"DataSources": sources}),
        "Resources/PublishInfo.json": "{}",
        "Src/App.pa.yaml": "App:\n",
        **more,
    }


def msapp(parts: Mapping[str, str]) -> bytes:
    return zipped({name.replace("/", "\\"): text for name, text in parts.items()})


def entry(connections: Mapping[str, object], name: str = "ctx_parceldesk_0a1b2") -> str:
    return (
        f"<CanvasApp><Name>{name}</Name><DisplayName>Parcel desk</DisplayName>"
        f"<ConnectionReferences>{escape(json.dumps(connections))}</ConnectionReferences>"
        f"<DocumentUri>/CanvasApps/{name}_DocumentUri.msapp</DocumentUri></CanvasApp>"
    )


def bare(connector: str) -> dict[str, object]:
    return {"id": APIS + connector, "dataSources": ["Source"]}


def told(component: Component) -> tuple[str, str, str | None, list[str]]:
    return component.name, component.id, component.solution, [use.connector for use in component.uses]


SQL = {"a": wrapped("shared_sql")}
DOCUMENT = "ctx_parceldesk_0a1b2_DocumentUri.msapp"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"apps/desk.msapp": msapp(members(SQL))}, ("Parcel desk", "desk", None), id="loose file"),
        pytest.param(
            {"apps.zip": zipped({"desk.msapp": msapp(members(SQL))})}, ("Parcel desk", "desk", None), id="in a zip"
        ),
        pytest.param({"desk.zip": msapp(members(SQL))}, ("Parcel desk", "desk", None), id="under the ending of a zip"),
        pytest.param(
            {f"desk/{name}": text for name, text in members(SQL).items()},
            ("Parcel desk", "Parcel desk", None),
            id="members in a folder",
        ),
        pytest.param(
            {
                "s/Other/Solution.xml": MANIFEST,
                f"s/CanvasApps/{DOCUMENT}": msapp(members(SQL)),
            },
            ("Parcel desk", "ctx_parceldesk_0a1b2", "ParcelDesk"),
            id="in an unpacked solution without an entry",
        ),
        pytest.param(
            {
                "s.zip": zipped(
                    {
                        "solution.xml": MANIFEST,
                        "customizations.xml": "<ImportExportXml />",
                        f"CanvasApps/{DOCUMENT}": msapp(members(SQL)),
                    }
                ),
            },
            ("Parcel desk", "ctx_parceldesk_0a1b2", "ParcelDesk"),
            id="in a zipped solution without an entry",
        ),
        pytest.param(
            {
                "app/CanvasManifest.json": '{"Properties": {"Name": "Parcel desk", "FileID": "1"}}',
                "app/Connections/Connections.json": json.dumps(SQL),
                "app/Src/App.fx.yaml": "App As appinfo:",
                "app/Entropy/Entropy.json": "{}",
            },
            ("Parcel desk", "Parcel desk", None),
            id="unpacked by pac canvas unpack",
        ),
        pytest.param(
            {
                "app/desk/desk.msapr": zipped({"Header.json": "{}", "Properties.json": properties(SQL)}),
                "app/desk/Src/App.pa.yaml": "App:\n",
            },
            ("Parcel desk", "Parcel desk", None),
            id="pages with the rest of the document",
        ),
    ],
)
def test_an_app_is_read_from_its_document_wherever_it_lies(
    files: Files, expected: tuple[str, str, str | None], read_files: Read
) -> None:
    workspace = read_files(files)
    assert [told(component) for component in workspace.components] == [(*expected, ["shared_sql"])]
    assert (workspace.findings, workspace.skipped) == ((), ())


@pytest.mark.parametrize(
    ("sources", "uses", "native"),
    [
        pytest.param(
            [{"Type": "ConnectedDataSourceInfo", "ApiId": APIS + "shared_office365"}],
            ["shared_sql", "shared_office365"],
            False,
            id="connected source",
        ),
        pytest.param(
            [{"Type": "ServiceInfo", "ApiId": APIS + "shared_sql"}], ["shared_sql"], False, id="known already"
        ),
        pytest.param(
            [{"Type": "NativeCDSDataSourceInfo", "ApiId": "/systemuser"}], ["shared_sql"], True, id="path to a table"
        ),
        pytest.param(
            [{"Type": "ServiceInfo", "ApiId": APIS + "shared_logicflows"}], ["shared_sql"], False, id="a flow"
        ),
        pytest.param([{"Type": "ServiceInfo"}, {"Type": "OptionSetInfo"}, 3], ["shared_sql"], False, id="nothing"),
    ],
)
def test_the_list_of_data_sources_adds_what_the_map_leaves_out(
    sources: object, uses: list[str], *, native: bool, read_files: Read
) -> None:
    app = read_files({"desk.msapp": msapp(members(SQL, sources))}).components[0]
    assert [use.connector for use in app.uses] == uses
    assert (app.dataverse_at is not None) is native


def test_a_custom_connector_with_other_hashes_in_the_list_is_one_use(read_files: Read) -> None:
    sources = [{"Type": "ServiceInfo", "ApiId": APIS + OTHER_HASH}]
    app = read_files({"desk.msapp": msapp(members({"a": wrapped(CUSTOM)}, sources))}).components[0]
    assert [(use.connector, use.custom) for use in app.uses] == [("ctx_parcel-20tracking", True)]


def test_a_use_is_placed_in_the_json_text_inside_the_json(read_files: Read) -> None:
    use = read_files({"desk.msapp": msapp(members(SQL))}).components[0].uses[0]
    assert use.at.source.path == "desk.msapp!Properties.json"
    assert use.at.path == ("LocalConnectionReferences", "a", "connectionRef")
    assert use.at.span.pointer == "/LocalConnectionReferences/a/connectionRef"


def test_an_app_that_was_saved_to_a_file_goes_by_the_name_of_the_file(read_files: Read) -> None:
    parts = {**members({}), "Properties.json": properties({}, name="App.msapp")}
    assert read_files({"desk.msapp": msapp(parts)}).components[0].name == "desk"


def test_pages_alone_leave_open_what_the_app_is_connected_to(read_files: Read) -> None:
    app = read_files({"app/desk/Src/App.pa.yaml": "App:\n"}).components[0]
    assert [gap.words for gap in app.gaps] == [
        "has only its pages in the files, which do not say what it is connected to"
    ]
    assert app.at.source.path == "app/desk/Src/App.pa.yaml"


def test_a_document_and_its_unpacked_source_are_one_app(read_files: Read) -> None:
    manifest = {"Properties": {"Name": "Parcel desk", "FileID": "8aec57cc-0df7-4566-810f-6eb3fba29de6"}}
    workspace = read_files(
        {"build/desk.msapp": msapp(members(SQL)), "sourcecode/CanvasManifest.json": json.dumps(manifest)}
    )
    assert [told(component) for component in workspace.components] == [("Parcel desk", "desk", None, ["shared_sql"])]


def test_two_documents_with_one_file_id_are_two_apps(read_files: Read) -> None:
    packed = msapp(members(SQL))
    assert [app.id for app in read_files({"a.msapp": packed, "b.msapp": packed}).components] == ["a", "b"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({f"CanvasApps/{DOCUMENT}": msapp(members(SQL))}, id="packed"),
        pytest.param(
            {f"CanvasApps/src/ctx_parceldesk_0a1b2/{name}": text for name, text in members(SQL).items()},
            id="members in a folder",
        ),
        pytest.param(
            {
                "CanvasApps/ctx_parceldesk_0a1b2_DocumentUri_msapp_src/CanvasManifest.json": "{}",
                "CanvasApps/ctx_parceldesk_0a1b2_DocumentUri_msapp_src/Connections/Connections.json": json.dumps(SQL),
                "CanvasApps/ctx_parceldesk_0a1b2_DocumentUri_msapp_src/Src/App.fx.yaml": "App:",
            },
            id="unpacked",
        ),
    ],
)
def test_an_entry_and_a_document_that_differ_are_one_app_and_a_warning(files: Files, read_files: Read) -> None:
    meta = entry({"a": bare("shared_sql"), "b": bare("shared_office365")})
    workspace = read_files(
        {"s/Other/Solution.xml": MANIFEST, "s/CanvasApps/ctx_parceldesk_0a1b2.meta.xml": meta}
        | {f"s/{name}": text for name, text in files.items()}
    )
    assert [told(app)[3] for app in workspace.components] == [["shared_sql", "shared_office365"]]
    assert [(finding.check, finding.severity, finding.message) for finding in workspace.findings] == [
        (
            "SRC011",
            Severity.WARNING,
            (
                "the app Parcel desk is connected differently in two places:"
                " only its entry in the solution names shared_office365"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("listed", "in_document"),
    [
        pytest.param({"a": bare(CUSTOM)}, {"a": wrapped(OTHER_HASH)}, id="hashes"),
        pytest.param({"a": bare("shared_sql")}, {}, id="a document that leaves its connections to the solution"),
    ],
)
def test_what_is_no_difference_is_not_reported(
    listed: Mapping[str, object], in_document: Mapping[str, object], read_files: Read
) -> None:
    workspace = read_files(
        {
            "s/Other/Solution.xml": MANIFEST,
            "s/CanvasApps/ctx_parceldesk_0a1b2.meta.xml": entry(listed),
            f"s/CanvasApps/{DOCUMENT}": msapp(members(in_document)),
        }
    )
    assert workspace.findings == ()


def test_pages_kept_under_the_shown_name_belong_to_the_entry(read_files: Read) -> None:
    workspace = read_files(
        {
            "s/Other/Solution.xml": MANIFEST,
            "s/CanvasApps/ctx_parceldesk_0a1b2.meta.xml": entry({}),
            "s/CanvasApps/ParcelDesk/Src/App.pa.yaml": "App:\n",
        }
    )
    assert [app.gaps for app in workspace.components] == [()]


def test_what_the_platform_writes_loosely_is_no_finding(read_files: Read) -> None:
    parts = {**members(SQL), "References/DataSources.json": '{"DataSources": [], "DataSources": []}'}
    assert read_files({"desk.msapp": msapp(parts)}).findings == ()


def test_a_part_that_cannot_be_read_is_reported_in_its_place(read_files: Read) -> None:
    parts = {**members(SQL), "References/DataSources.json": "{"}
    workspace = read_files({"desk.msapp": msapp(parts)})
    assert [(finding.check, finding.at.source.path) for finding in workspace.findings] == [
        ("SRC001", "desk.msapp!References/DataSources.json")
    ]
    assert [use.connector for use in workspace.components[0].uses] == ["shared_sql"]


def test_a_document_that_is_no_archive_is_reported(read_files: Read) -> None:
    workspace = read_files({"desk.msapp": "not a zip"})
    assert [finding.check for finding in workspace.findings] == ["SRC001"]
    assert [skipped.path for skipped in workspace.skipped] == ["desk.msapp"]


def test_a_page_without_its_app_is_skipped_with_a_reason(read_files: Read) -> None:
    workspace = read_files({"docs/Screen1.pa.yaml": "Screens:\n"})
    assert [(skipped.path, skipped.reason) for skipped in workspace.skipped] == [
        ("docs/Screen1.pa.yaml", "a page of a canvas app, without the parts that name its connections")
    ]
