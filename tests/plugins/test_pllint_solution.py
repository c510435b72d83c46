"""What the pages of the solution checks do not show: that no secret is printed, copies, and joins."""

import json
import zipfile
from pathlib import Path

import pytest

from pllint import api, testing
from pllint.finding import Report
from pllint.report import FORMATS, RenderOptions, reporter
from pllint.settings import Settings, load
from pllint.source_checks import source_checks
from pllint_solution import pllint_checks

APIS = "/providers/Microsoft.PowerApps/apis/"
KEY = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
PASSWORD = "Blue7Kettle!"  # noqa: S105 - made up, and what the test looks for
CHILDREN = (f"c0ffee00-0000-4000-8000-00000000f00{number}" for number in "123")
FIRST, SECOND, THIRD = CHILDREN


def lint(folder: Path, *, checks: str = "SOL") -> Report:
    selected = [check for check in pllint_checks() if check.id.startswith(checks)]
    return api.lint([str(folder)], load(str(folder)), testing.AS_OF, selected=(*source_checks(), *selected))


def write(folder: Path, name: str, content: object) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def flow(actions: object) -> dict[str, object]:
    definition = {"triggers": {"Daily": {"type": "Recurrence"}}, "actions": actions}
    return {"properties": {"connectionReferences": {}, "definition": definition}}


def manifest(*, version: str = "1.0.0.0", managed: int = 0) -> str:
    return (
        f"<ImportExportXml><SolutionManifest><UniqueName>Expense</UniqueName><Version>{version}</Version>"
        f"<Managed>{managed}</Managed><Publisher><UniqueName>Contoso</UniqueName>"
        "<CustomizationPrefix>new</CustomizationPrefix></Publisher></SolutionManifest></ImportExportXml>"
    )


def write_solution(folder: Path, *flows: tuple[str, str], references: str = "") -> None:
    """Write an unzipped solution; a flow is its name and its id, its file is written by the test."""
    workflows = "".join(
        f'<Workflow WorkflowId="{{{id_}}}" Name="{name}"><JsonFileName>/Workflows/{name}-{id_.upper()}.json'
        "</JsonFileName><Category>5</Category><StateCode>1</StateCode></Workflow>"
        for name, id_ in flows
    )
    write(folder, "solution.xml", manifest())
    text = f"<Workflows>{workflows}</Workflows><connectionreferences>{references}</connectionreferences>"
    write(folder, "customizations.xml", f"<ImportExportXml>{text}</ImportExportXml>")


def reference(name: str) -> str:
    return (
        f'<connectionreference connectionreferencelogicalname="{name}"><connectorid>'
        "/providers/Microsoft.PowerApps/apis/shared_office365</connectorid></connectionreference>"
    )


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """One flow on a single line, whose other findings stand beside its secrets, and settings with another."""
    authentication = {"type": "Basic", "username": "svc-parcels", "password": PASSWORD}
    actions = {
        "Track": {
            "type": "Http",
            "inputs": {
                "method": "GET",
                "uri": "http://parcels.sharepoint.com/sites/desk",
                "headers": {"x-api-key": KEY},
                "authentication": authentication,
            },
        }
    }
    write(tmp_path, "flows/track.json", flow(actions))
    settings = {"EnvironmentVariables": [{"SchemaName": "ctx_ApiKey", "Value": KEY}], "ConnectionReferences": []}
    write(tmp_path, "test.deploymentSettings.json", settings)
    variable = f'<environmentvariabledefinition schemaname="ctx_ApiKey"><defaultvalue>{KEY}</defaultvalue>'
    write(tmp_path, "solution/solution.xml", manifest())
    write(tmp_path, "solution/customizations.xml", "<ImportExportXml/>")
    write(
        tmp_path,
        "solution/environmentvariabledefinitions/ctx_ApiKey/environmentvariabledefinition.xml",
        f"{variable}<type>100000000</type></environmentvariabledefinition>",
    )
    return tmp_path


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("checks", ["SOL", "SOL304"])
def test_no_output_holds_a_secret(estate: Path, format_name: str, checks: str) -> None:
    found = reporter(format_name)
    assert found is not None

    text = found.render(lint(estate, checks=checks), RenderOptions(width=10_000))

    assert "SOL304" in text
    assert KEY not in text
    assert PASSWORD not in text


def test_secrets_are_found_where_they_are_written(estate: Path) -> None:
    found = [(one.check, one.place.path) for one in lint(estate).findings if one.check in {"SOL301", "SOL306"}]

    assert sorted(found) == [
        ("SOL301", "flows/track.json"),
        ("SOL301", "solution/environmentvariabledefinitions/ctx_ApiKey/environmentvariabledefinition.xml"),
        ("SOL301", "test.deploymentSettings.json"),
        ("SOL306", "flows/track.json"),
    ]


def test_the_model_holds_no_secret(estate: Path) -> None:
    workspace = api.read([str(estate)], Settings())

    held = repr((workspace.components, workspace.solutions, workspace.deployment_settings))

    assert KEY not in held
    assert PASSWORD not in held


@pytest.mark.parametrize(
    ("version", "managed", "expected"),
    [
        pytest.param("1.0.0.0", 0, ["source/Other/Solution.xml"], id="a zip of the same version is a copy"),
        pytest.param("1.0.0.0", 1, ["source/Other/Solution.xml"], id="so is a managed one"),
        pytest.param(
            "0.9.0.0", 0, ["Expense.zip!solution.xml", "source/Other/Solution.xml"], id="another version is not"
        ),
    ],
)
def test_of_a_source_and_its_export_the_source_is_spoken_of(
    tmp_path: Path, version: str, managed: int, expected: list[str]
) -> None:
    write(tmp_path, "source/Other/Solution.xml", manifest())
    write(tmp_path, "source/Other/Customizations.xml", "<ImportExportXml/>")
    with zipfile.ZipFile(tmp_path / "Expense.zip", "w") as archive:
        archive.writestr("solution.xml", manifest(version=version, managed=managed))
        archive.writestr("customizations.xml", "<ImportExportXml/>")

    assert [one.place.path for one in lint(tmp_path, checks="SOL409").findings] == expected


def test_a_circle_of_three_is_one_finding_with_its_calls(tmp_path: Path) -> None:
    ids = {"One": FIRST, "Two": SECOND, "Three": THIRD}
    following = {"One": SECOND, "Two": THIRD, "Three": FIRST}
    write_solution(tmp_path, *ids.items())
    for name, id_ in ids.items():
        call = {"type": "Workflow", "inputs": {"host": {"workflowReferenceName": following[name]}}}
        write(tmp_path, f"Workflows/{name}-{id_.upper()}.json", flow({"Call": call}))

    findings = lint(tmp_path, checks="SOL402").findings

    assert [one.message for one in findings] == [
        "'One' calls 'Two' calls 'Three' calls 'One': the circle never ends by itself"
    ]
    assert len(findings[0].related) == 2


def test_one_address_in_many_steps_is_one_finding_with_five_places_at_most(tmp_path: Path) -> None:
    step = {"type": "Compose", "inputs": "https://parcels.sharepoint.com/sites/desk"}
    write(tmp_path, "flow.json", flow({f"Step_{number}": step for number in range(14)}))

    findings = lint(tmp_path, checks="SOL302").findings

    assert [(one.message.partition(" written into it ")[2], len(one.related)) for one in findings] == [
        ("in 14 steps, the first is 'Step_0': every stage it goes to would use this one", 5)
    ]


def test_settings_serve_the_solution_that_holds_most_of_their_names(tmp_path: Path) -> None:
    write_solution(tmp_path / "expense", references=reference("ctx_mail") + reference("ctx_shared"))
    write_solution(tmp_path / "booking", references=reference("ctx_book") + reference("ctx_shared"))
    rows = [
        {
            "LogicalName": name,
            "ConnectionId": "0a1b",
            "ConnectorId": "/providers/Microsoft.PowerApps/apis/shared_office365",
        }
        for name in ("ctx_mail", "ctx_shared")
    ]
    write(tmp_path, "test.deploymentSettings.json", {"EnvironmentVariables": [], "ConnectionReferences": rows})

    # The shared reference alone would make the other solution lack its own.
    assert lint(tmp_path, checks="SOL106").findings == ()


def test_sources_in_the_zip_of_a_project_are_judged_as_sources(tmp_path: Path) -> None:
    app = (
        "<CanvasApp><Name>ctx_desk</Name><DocumentUri>/CanvasApps/ctx_desk_DocumentUri.msapp</DocumentUri></CanvasApp>"
    )
    with zipfile.ZipFile(tmp_path / "project.zip", "w") as archive:
        archive.writestr("source/Other/Solution.xml", manifest())
        archive.writestr("source/Other/Customizations.xml", "<ImportExportXml/>")
        archive.writestr("source/CanvasApps/ctx_desk.meta.xml", app)

    assert lint(tmp_path, checks="SOL404").findings == ()


def test_the_unpacked_source_of_an_app_needs_no_package(tmp_path: Path) -> None:
    app = (
        "<CanvasApp><Name>ctx_desk</Name><DocumentUri>/CanvasApps/ctx_desk_DocumentUri.msapp</DocumentUri></CanvasApp>"
    )
    write(tmp_path, "source/Other/Solution.xml", manifest())
    write(tmp_path, "source/Other/Customizations.xml", "<ImportExportXml/>")
    write(tmp_path, "source/CanvasApps/ctx_desk.meta.xml", app)
    with zipfile.ZipFile(tmp_path / "Old.zip", "w") as archive:
        archive.writestr("solution.xml", manifest(version="0.9.0.0"))
        archive.writestr("customizations.xml", f"<ImportExportXml><CanvasApps>{app}</CanvasApps></ImportExportXml>")

    assert [one.place.path for one in lint(tmp_path, checks="SOL404").findings] == ["Old.zip!customizations.xml"]
