"""Solutions: what each of their parts says, and what goes wrong in real ones."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pllint.finding import Finding
from pllint.model.component import ComponentKind
from pllint.read.document import Notes
from pllint.read.solution import claimed, read_solution
from tests.read.solution_files import (
    CANVAS_APP,
    CONNECTOR_GUID,
    FLOW,
    FLOW_FILE,
    FLOW_ID,
    MANIFEST,
    UNLISTED_FILE,
    WORKFLOW,
    ZIP_FILES,
    folder,
    read,
    unpacked,
)

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
