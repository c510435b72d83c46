"""Custom connectors as a folder and as parts of a solution."""

import json
from pathlib import Path

import pytest

from pllint.model.connector_id import custom_name
from pllint.model.custom_connector import CustomConnector, Host, Operation
from pllint.model.solution import EnvironmentVariable
from pllint.read import connector_join, custom_connector
from pllint.read.document import Notes
from pllint.read.solution import ConnectorEntry
from pllint.source import Anchor, Source
from pllint.text.tree import Folder
from pllint.text.xml_text import Element

AT = Anchor(Source("solution.xml", bytes))
DEFINITION: dict[str, object] = {
    "swagger": "2.0",
    "info": {"title": "Parcel tracking", "version": "1.0"},
    "host": "api.parcels.example",
    "basePath": "/v1",
    "schemes": ["https"],
    "paths": {
        "/parcels/{id}": {"get": {"operationId": "GetParcel", "responses": {"200": {"description": "ok"}}}},
        "/hooks": {
            "x-ms-notification-content": {"schema": {"type": "object"}},
            "post": {
                "operationId": "OnParcel",
                "x-ms-trigger": "single",
                "deprecated": True,
                "responses": {"200": {"description": "ok"}},
            },
        },
        "/mcp": {
            "post": {
                "operationId": "InvokeServer",
                "x-ms-agentic-protocol": "mcp-streamable-1.0",
                "responses": {"200": {"description": "ok"}},
            }
        },
    },
}
KEY = {"api_key": {"type": "securestring"}}
SIBLINGS = ("apiDefinition.swagger.json", "apiProperties.json", "settings.json", "script.csx")


def definition(**changes: object) -> dict[str, object]:
    return {**DEFINITION, **changes}


def folder(
    path: Path, api: object = DEFINITION, properties: object = None, settings: object = None, *, script: bool = False
) -> tuple[CustomConnector | None, Notes]:
    """Write a connector's folder and read it."""
    home = path / "parcel"
    home.mkdir()
    files = {"apiDefinition.swagger.json": api, "settings.json": settings}
    if properties is not None:
        files["apiProperties.json"] = {"properties": properties}
    for name, value in files.items():
        if value is not None:
            (home / name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    if script:
        (home / "script.csx").write_text("public class Script {}", encoding="utf-8")
    notes = Notes()
    siblings = sorted(file.name for file in home.iterdir())
    found = custom_connector.definition_in_folder(
        Folder(str(path)), "parcel/apiDefinition.swagger.json", siblings, notes
    )
    return found.connector if found else None, notes


def read(
    path: Path, api: object = DEFINITION, properties: object = None, settings: object = None, *, script: bool = False
) -> CustomConnector:
    connector, _ = folder(path, api, properties, settings, script=script)
    assert connector is not None
    return connector


def in_solution(
    path: Path,
    api: object = DEFINITION,
    parameters: str | None = "",
    templates: str = "null",
    variable: EnvironmentVariable | None = None,
) -> CustomConnector:
    """Write the parts of a connector in a solution and read it."""
    home = path / "Connector"
    home.mkdir()
    (home / "ctx_parcel_openapidefinition.json").write_text(json.dumps(api), encoding="utf-8")
    (home / "ctx_parcel_connectionparameters.json").write_text(parameters or "", encoding="utf-8")
    (home / "ctx_parcel_policytemplateinstances.json").write_text(templates, encoding="utf-8")
    entry = ConnectorEntry(
        element=Element("Connector", {}, 0),
        source=AT.source,
        name="ctx_5Fparcel-20tracking",
        at=AT,
        guid="9a0b1c2d-0000-4000-8000-000000000001",
        display_name="Parcel tracking",
        definition="Connector/ctx_parcel_openapidefinition.json",
        parameters="Connector/ctx_parcel_connectionparameters.json",
        policies="Connector/ctx_parcel_policytemplateinstances.json",
    )
    notes = Notes()
    variables = {variable.schema_name.lower(): variable} if variable else {}
    found = custom_connector.definition_in_solution(Folder(str(path)), entry, "Expense", variables, notes)
    assert notes.findings == []
    return found.connector


@pytest.mark.parametrize(
    ("name", "value", "siblings", "claimed"),
    [
        pytest.param("apiDefinition.swagger.json", {"swagger": "2.0"}, (), True, id="paconn's name"),
        pytest.param("apidefinition.json", {"swagger": "2.0"}, (), True, id="any case"),
        pytest.param("apiDefinition.swagger.json", {"openapi": "3.0.1"}, (), True, id="its name, the wrong version"),
        pytest.param("ctx_parcel_openapidefinition.json", {"swagger": "2.0"}, (), True, id="in a solution"),
        pytest.param("apiDefination.swagger.json", {"swagger": "2.0"}, (), True, id="misspelt"),
        pytest.param("Parcels.swagger.json", {"swagger": "2.0"}, (), True, id="without properties"),
        pytest.param("openapi.json", {"swagger": "2.0"}, ("apiProperties.json",), True, id="beside properties"),
        pytest.param("openapi.json", {"swagger": "2.0"}, ("package.json",), False, id="any web interface"),
        pytest.param("openapi.json", {"swagger": "2.0"}, SIBLINGS, False, id="beside a definition"),
        pytest.param("Parcels.swagger.json", {"swagger": "2.0"}, SIBLINGS, False, id="named alike beside a definition"),
        pytest.param("Parcels.swagger.json", {"openapi": "3.0.1"}, (), False, id="not Swagger 2.0"),
        pytest.param("apiDefinition.json", {"name": "x"}, (), False, id="not a definition at all"),
        pytest.param("apiDefinition.json", [], (), False, id="a list"),
    ],
)
def test_definitions_are_told_from_other_descriptions(
    name: str,
    value: object,
    siblings: tuple[str, ...],
    claimed: bool,  # noqa: FBT001
) -> None:
    assert custom_connector.recognises_definition(name, value, siblings) is claimed


@pytest.mark.parametrize(
    ("name", "value", "claimed"),
    [
        ("apiProperties.json", {"properties": {"iconBrandColor": "#0050aa"}}, True),
        ("apiproperties.prod.json", {"properties": {"capabilities": []}}, True),
        ("api.Schema.json", {"properties": {"connectionParameters": {}}}, False),
        ("apiProperties.json", {"properties": {"displayName": "x"}}, False),
    ],
)
def test_properties_are_told_by_name_and_content(name: str, value: object, claimed: bool) -> None:  # noqa: FBT001
    assert custom_connector.recognises_properties(name, value) is claimed


def test_a_folder_gives_host_operations_and_places(tmp_path: Path) -> None:
    connector = read(tmp_path, properties={"connectionParameters": KEY}, script=True)
    assert (connector.name, connector.display_name, connector.script) == ("parcel-20tracking", "Parcel tracking", True)
    assert (connector.host.name, connector.host.base_path, connector.host.scheme) == (
        "api.parcels.example",
        "/v1",
        "https",
    )
    assert [
        (one.id, one.method, one.trigger, one.deprecated, one.agentic_protocol) for one in connector.operations
    ] == [
        ("GetParcel", "get", False, False, None),
        ("OnParcel", "post", True, True, None),
        ("InvokeServer", "post", False, False, "mcp-streamable-1.0"),
    ]
    assert connector.at.path == ("info", "title")
    assert connector.operations[0].at.path == ("paths", "/parcels/{id}", "get", "operationId")
    assert connector.properties_at is not None
    assert connector.properties_at.source.path == "parcel/apiProperties.json"


def test_an_operation_without_an_id_is_kept_with_its_place(tmp_path: Path) -> None:
    connector = read(tmp_path, definition(paths={"/a": {"get": {"responses": {}}}}))
    assert [(one.id, one.at.path) for one in connector.operations] == [("", ("paths", "/a", "get"))]


@pytest.mark.parametrize(
    ("settings", "title", "name"),
    [
        pytest.param(
            {"connectorId": "shared_ctx-5fparcel-20tracking-5f3c9e0d1a2b4c5d6e"},
            "Parcel tracking",
            "ctx_parcel-20tracking",
            id="settings.json names it",
        ),
        pytest.param({"connectorId": None, "apiDefinition": "x.json"}, "Parcel", "parcel", id="not created yet"),
        pytest.param({"editor.tabSize": 2}, "Parcel", "parcel", id="an editor's settings.json"),
        pytest.param(None, "Parcel & Co-op_2", "parcel-20-26-20co-2dop_2", id="title with other characters"),
        pytest.param(None, "Päckchen", "p-e4ckchen", id="title outside ASCII"),
        pytest.param(None, "", "parcel", id="no title: the folder's name"),
    ],
)
def test_a_folders_connector_is_named_by_settings_or_title(
    tmp_path: Path, settings: object, title: str, name: str
) -> None:
    assert read(tmp_path, definition(info={"title": title, "version": "1"}), settings=settings).name == name


def template(url: str, *operations: str, identity: str = "dynamichosturl") -> dict[str, object]:
    parameters: dict[str, object] = {"x-ms-apimTemplateParameter.urlTemplate": url}
    if operations:
        parameters["x-ms-apimTemplate-operationName"] = list(operations)
    return {"templateId": identity, "title": "Host", "parameters": parameters}


@pytest.mark.parametrize(
    ("changes", "templates", "expected"),
    [
        pytest.param({"schemes": None}, [], ("api.parcels.example", "/v1", "https", "host"), id="no scheme is https"),
        pytest.param({"schemes": ["http"]}, [], ("api.parcels.example", "/v1", "http", "host"), id="only http"),
        pytest.param({"schemes": ["http", "https"]}, [], ("api.parcels.example", "/v1", "https", "host"), id="both"),
        pytest.param({"host": None}, [], (None, "/v1", "https", "host"), id="no host"),
        pytest.param(
            {"host": "@connectionParameters('server')"}, [], (None, "/v1", "https", "host"), id="connection parameter"
        ),
        pytest.param(
            {"host": '@environmentVariables("ctx_Host")'},
            [],
            (None, "/v1", "https", "environment-variable"),
            id="variable",
        ),
        pytest.param(
            {},
            [template("https://@connectionParameters('tenant').example")],
            (None, "", "https", "policy-template"),
            id="template with a connection parameter",
        ),
        pytest.param(
            {},
            [template("http://eu.parcels.example/v2", identity="DynamicHostUrl")],
            ("eu.parcels.example", "/v2", "http", "policy-template"),
            id="template with a literal",
        ),
        pytest.param(
            {},
            [template("https://eu.parcels.example", "GetParcel")],
            (None, "/v1", "https", "policy-template"),
            id="template for some operations",
        ),
        pytest.param(
            {},
            [template("https://API.parcels.example", "GetParcel")],
            ("api.parcels.example", "/v1", "https", "host"),
            id="template that changes nothing",
        ),
        pytest.param(
            {},
            [template("https://eu.parcels.example", identity="routerequesttoendpoint")],
            ("api.parcels.example", "/v1", "https", "host"),
            id="another template",
        ),
    ],
)
def test_the_host_follows_definition_and_policy_templates(
    tmp_path: Path, changes: dict[str, object], templates: list[object], expected: tuple[object, ...]
) -> None:
    host = read(tmp_path, definition(**changes), {"policyTemplateInstances": templates}).host
    assert (host.name, host.base_path, host.scheme, host.decided_by) == expected


@pytest.mark.parametrize(
    ("variable", "name", "base_path"),
    [
        pytest.param({"default": "api.parcels.example"}, "api.parcels.example", "/v1", id="default"),
        pytest.param(
            {"default": "old.example", "value": "api.parcels.example"}, "api.parcels.example", "/v1", id="value first"
        ),
        pytest.param({"default": "https://api.parcels.example/eu"}, "api.parcels.example", "/eu/v1", id="a whole URL"),
        pytest.param({}, None, "/v1", id="no value"),
    ],
)
def test_a_host_in_an_environment_variable_is_resolved_in_the_same_solution(
    tmp_path: Path, variable: dict[str, str], name: str | None, base_path: str
) -> None:
    stated = EnvironmentVariable(schema_name="ctx_host", at=AT)._replace(**variable)  # type: ignore[arg-type]
    host = in_solution(tmp_path, definition(host="@environmentVariables('ctx_Host')"), variable=stated).host
    assert (host.name, host.base_path, host.decided_by, host.variable) == (
        name,
        base_path,
        "environment-variable",
        "ctx_Host",
    )


def oauth(provider: str, **custom: str) -> dict[str, object]:
    settings = {"identityProvider": provider, "customParameters": {name: {"value": v} for name, v in custom.items()}}
    return {"token": {"type": "oauthSetting", "oAuthSettings": settings}}


USER = {"username": {"type": "string"}, "password": {"type": "securestring"}}
WINDOWS = {"authType": {"type": "string", "allowedValues": [{"value": "windows"}]}, **USER}
SETS = {"values": [{"name": "key", "parameters": KEY}, {"name": "oauth", "parameters": oauth("aad")}]}


@pytest.mark.parametrize(
    ("properties", "security", "word"),
    [
        pytest.param({"connectionParameters": {}}, {"key": {"type": "apiKey"}}, "none", id="no parameters"),
        pytest.param({"connectionParameters": KEY}, {}, "api-key", id="a secret"),
        pytest.param({"connectionParameters": USER}, {}, "basic", id="user and password"),
        pytest.param({"connectionParameters": KEY}, {"b": {"type": "basic"}}, "basic", id="a secret used as basic"),
        pytest.param({"connectionParameters": {"host": {"type": "string"}}}, {}, "none", id="plain text only"),
        pytest.param(
            {"connectionParameters": {"key": {"type": "string"}}}, {"k": {"type": "apiKey"}}, "api-key", id="plain key"
        ),
        pytest.param({"connectionParameters": oauth("oauth2")}, {}, "oauth2", id="OAuth"),
        pytest.param({"connectionParameters": oauth("aad")}, {}, "entra-id", id="Entra ID"),
        pytest.param(
            {"connectionParameters": oauth("oauth2", authorizationUrl="https://login.microsoftonline.com/common/x")},
            {},
            "entra-id",
            id="OAuth at Entra ID's address",
        ),
        pytest.param(
            {"connectionParameters": oauth("oauth2", authorizationUrl="https://login.microsoftonline.com.example/x")},
            {},
            "oauth2",
            id="OAuth at an address that only looks like it",
        ),
        pytest.param({"connectionParameters": WINDOWS}, {}, "windows", id="Windows"),
        pytest.param(
            {"connectionParameters": {"c": {"type": "clientCertificate"}}}, {}, "certificate", id="certificate"
        ),
        pytest.param({"connectionParameterSets": SETS}, {}, "other", id="a choice of two kinds"),
        pytest.param(None, {"key": {"type": "apiKey"}}, "api-key", id="no properties: the definition's word"),
        pytest.param(None, {}, "none", id="nothing at all"),
    ],
)
def test_authentication_is_said_in_the_manifests_words(
    tmp_path: Path, properties: object, security: object, word: str
) -> None:
    assert read(tmp_path, definition(securityDefinitions=security), properties).authentication == word


@pytest.mark.parametrize(
    "properties",
    [{"capabilities": ["Gateway"]}, {"connectionParameters": {"gateway": {"type": "gatewaySetting"}}}],
)
def test_a_gateway_is_told_by_capability_or_parameter(tmp_path: Path, properties: object) -> None:
    assert read(tmp_path, properties=properties).gateway


def test_a_broken_definition_is_noted_and_gives_nothing(tmp_path: Path) -> None:
    connector, notes = folder(tmp_path, '{"swagger": ')
    assert connector is None
    assert [finding.check for finding in notes.findings] == ["SRC001"]


def test_definition_and_properties_are_held_to_their_schemas(tmp_path: Path) -> None:
    _, notes = folder(tmp_path, definition(host=7), {"connectionParameters": {"key": {}}})
    assert [(finding.check, finding.at.source.path) for finding in notes.findings] == [
        ("SRC002", "parcel/apiDefinition.swagger.json"),
        ("SRC002", "parcel/apiProperties.json"),
    ]


def test_several_definitions_of_a_folder_find_their_own_properties(tmp_path: Path) -> None:
    for stage, parameters in (("test", {}), ("prod", KEY)):
        (tmp_path / f"apiDefinition.{stage}.swagger.json").write_text(json.dumps(DEFINITION), encoding="utf-8")
        properties = {"properties": {"connectionParameters": parameters}}
        (tmp_path / f"apiProperties.{stage}.json").write_text(json.dumps(properties), encoding="utf-8")
    names = sorted(file.name for file in tmp_path.iterdir())
    words = [
        found.connector.authentication
        for stage in ("test", "prod")
        if (
            found := custom_connector.definition_in_folder(
                Folder(str(tmp_path)), f"apiDefinition.{stage}.swagger.json", names, Notes()
            )
        )
    ]
    assert words == ["none", "api-key"]


@pytest.mark.parametrize("parameters", [pytest.param("", id="empty file"), "{}", "\ufeff"])
def test_a_connector_in_a_solution_needs_no_parameters(tmp_path: Path, parameters: str) -> None:
    connector = in_solution(tmp_path, parameters=parameters)
    assert (connector.name, connector.connector_guid, connector.solution, connector.authentication) == (
        "ctx_parcel-20tracking",
        "9a0b1c2d-0000-4000-8000-000000000001",
        "Expense",
        "none",
    )


def test_parameters_of_a_solution_stand_without_a_wrapper(tmp_path: Path) -> None:
    assert in_solution(tmp_path, parameters=json.dumps(oauth("aad"))).authentication == "entra-id"


def test_an_empty_file_of_connection_parameters_leaves_the_sign_in_to_the_definition(tmp_path: Path) -> None:
    security = {"oauth2_auth": {"type": "oauth2", "flow": "accessCode", "tokenUrl": "https://login.windows.net/common"}}

    assert in_solution(tmp_path, definition(securityDefinitions=security), parameters="").authentication == "entra-id"


def connector(name: str, path: str, solution: str | None = None, host: str | None = "a.example") -> CustomConnector:
    at = Anchor(Source(path, bytes))
    return CustomConnector(
        name=custom_name(name),
        display_name=name,
        at=at,
        solution=solution,
        connector_guid="g-1" if solution else None,
        host=Host(name=host),
        operations=(Operation(id="GetParcel", method="get", path="/p", at=at),),
        definition_at=at,
    )


@pytest.mark.parametrize("name", ["ctx_parcel-20tracking", "parcel-20tracking"])
def test_folder_and_solution_form_of_one_connector_are_one_element(name: str) -> None:
    notes = Notes()
    forms = [connector(name, "connectors/parcel"), connector("ctx_parcel-20tracking", "src/solution", "Expense")]
    (joined,) = connector_join.join(forms, notes)
    assert (joined.name, joined.connector_guid, joined.solution) == ("ctx_parcel-20tracking", "g-1", "Expense")
    assert joined.definition_at is not None
    assert joined.definition_at.source.path == "connectors/parcel"
    assert notes.findings == []


def test_a_folder_and_a_solution_that_differ_both_stay_for_a_check_to_compare() -> None:
    notes = Notes()
    forms = [connector("parcel", "folder", host="b.example"), connector("ctx_parcel", "solution", "Expense")]
    joined = connector_join.join(forms, notes)
    assert [one.solution for one in joined] == ["Expense", None]
    assert notes.findings == []


def test_a_name_without_prefix_that_two_solutions_bear_joins_neither() -> None:
    forms = [
        connector("parcel", "folder"),
        connector("ctx_parcel", "one", "One"),
        connector("abc_parcel", "two", "Two"),
    ]
    assert len(connector_join.join(forms, Notes())) == 3


@pytest.mark.parametrize(("host", "count"), [("a.example", 1), ("b.example", 2)])
@pytest.mark.parametrize("solutions", [(None, None), ("One", "Two")])
def test_two_definitions_of_one_name_are_reported_where_they_differ(
    host: str, count: int, solutions: tuple[str | None, str | None]
) -> None:
    notes = Notes()
    forms = [connector("parcel", "one", solutions[0]), connector("parcel", "two", solutions[1], host)]
    assert len(connector_join.join(forms, notes)) == count
    assert [(finding.check, finding.at.source.path) for finding in notes.findings] == [("SRC011", "two")] * (count - 1)
