"""Every spelling of a connector id leads to one key, and custom connectors are told apart from all others."""

import json
from pathlib import Path

import pytest

from pllint.model.connector_id import custom_name, custom_names, is_custom, parse_connector_id, plain_key

HASH = "3c9e0d1a2b4c5d6e"
CATALOGUE = Path(__file__).parents[2] / "pllint" / "catalogue" / "connectors.json"


@pytest.mark.parametrize(
    ("spelling", "key", "custom"),
    [
        pytest.param("/providers/Microsoft.PowerApps/apis/shared_sql", "shared_sql", False, id="as flows write it"),
        pytest.param("/providers/microsoft.powerapps/apis/shared_sql", "shared_sql", False, id="as apps write it"),
        pytest.param("providers/Microsoft.PowerApps/apis/shared_sql", "shared_sql", False, id="no leading slash"),
        pytest.param("/PROVIDERS/MICROSOFT.POWERAPPS/APIS/SHARED_SQL", "shared_sql", False, id="capitals"),
        pytest.param("/providers/Microsoft.PowerApps/apis/shared_sql/", "shared_sql", False, id="trailing slash"),
        pytest.param(
            "/providers/Microsoft.PowerApps/apis/shared_sql/connections/0a1b2c", "shared_sql", False, id="connection id"
        ),
        pytest.param(
            "/providers/Microsoft.PowerApps/scopes/admin/environments/Default-1/apis/shared_parcel",
            "parcel",
            True,
            id="the admin scope is for custom connectors",
        ),
        pytest.param(
            "/providers/Microsoft.PowerApps/environments/Default-1/apis/shared_sql",
            "shared_sql",
            False,
            id="an environment's view of a listed connector",
        ),
        pytest.param("shared_sql", "shared_sql", False, id="bare"),
        pytest.param("  shared_sql ", "shared_sql", False, id="space around it"),
        pytest.param("shared_service-now", "shared_service-now", False, id="a hyphen is no hash"),
        pytest.param("shared_videoindexer-v2", "shared_videoindexer-v2", False, id="a version is no hash"),
        pytest.param("shared_chucknorrisioip", "shared_chucknorrisioip", False, id="independent publisher"),
        pytest.param(
            "providers/Microsoft.ProcessSimple/operationGroups/DesktopFlow.Excel",
            "DesktopFlow.Excel",
            False,
            id="desktop flow module",
        ),
        pytest.param("desktopflow.webautomation", "DesktopFlow.WebAutomation", False, id="module in lower case"),
        pytest.param("DesktopFlow.Brandnew", "DesktopFlow.Brandnew", False, id="module nobody has seen"),
        pytest.param(
            "providers/Microsoft.ProcessSimple/operationGroups/aibuilder", "aibuilder", False, id="AI Builder group"
        ),
        pytest.param("http", "Http", False, id="virtual, lower case"),
        pytest.param("HTTPREQUESTRECEIVED", "HttpRequestReceived", False, id="virtual, capitals"),
        pytest.param("PvaAuth", "PvaAuth", False, id="virtual of an agent"),
        pytest.param(
            f"/providers/Microsoft.PowerApps/apis/shared_ctx-5fparcel-20tracking-5f{HASH}",
            "ctx_parcel-20tracking",
            True,
            id="custom, made in a solution",
        ),
    ],
)
def test_every_spelling_is_reduced_to_its_key(spelling: str, key: str, custom: bool) -> None:  # noqa: FBT001
    parsed = parse_connector_id(spelling)
    assert parsed is not None
    assert (parsed.key, parsed.custom, parsed.spelling) == (key, custom, spelling)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("/systemuser", id="a table's path in a data source"),
        pytest.param("/providers/Microsoft.PowerApps/apis/", id="path without a name"),
        pytest.param("/providers/Microsoft.Flow/flows/123", id="another provider"),
        pytest.param("https://example.com/apim/sql", id="an address"),
        pytest.param("7b3f", id="starts with a digit"),
        pytest.param("two words", id="two words"),
    ],
)
def test_what_is_no_connector_id_is_not_taken_for_one(text: str) -> None:
    assert parse_connector_id(text) is None


def test_an_admin_scope_path_tells_its_environment() -> None:
    parsed = parse_connector_id(
        f"/providers/Microsoft.PowerApps/scopes/admin/environments/Default-1/apis/shared_parcel-5f{HASH}"
    )
    assert parsed is not None
    assert (parsed.environment, parsed.key) == ("Default-1", "parcel")


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        pytest.param(f"shared_ctx-5fparcel-20tracking-5f{HASH}", "ctx_parcel-20tracking", id="one hash"),
        pytest.param(f"shared_parcel-20tracking-5f{HASH}-5f00a1b2c3d4e5f607", "parcel-20tracking", id="two hashes"),
        pytest.param(f"shared_parcel-20tracking-5f{HASH}--41b08b038a7f9669", "parcel-20tracking", id="negative hash"),
        pytest.param(f"shared_parcel.20tracking.5f{HASH}.-170e8be966aa557f", "parcel-20tracking", id="dots"),
        pytest.param(f"shared_ctx-5Fparcel-20tracking-5F{HASH}", "ctx_parcel-20tracking", id="other casing"),
        pytest.param("ctx_parcel-20tracking", "ctx_parcel-20tracking", id="Dataverse name"),
        pytest.param("ctx_5Fparcel-20tracking", "ctx_parcel-20tracking", id="Dataverse name, escaped underscore"),
    ],
)
def test_a_custom_connector_has_one_name_in_all_environments(segment: str, name: str) -> None:
    assert custom_name(segment) == name


@pytest.mark.parametrize(
    ("name", "names"),
    [
        pytest.param("ctx_parcel-20tracking", ("ctx_parcel tracking", "parcel tracking"), id="prefix"),
        pytest.param("parcel-20tracking", ("parcel tracking", "parcel tracking"), id="no prefix"),
        pytest.param("cat_human-2din-2dthe-2dloop", ("cat_human-in-the-loop", "human-in-the-loop"), id="hyphens"),
        pytest.param("ctx_5Fparcel", ("ctx_parcel", "parcel"), id="escaped underscore"),
        pytest.param("ctx_dedupe", ("ctx_dedupe", "dedupe"), id="letters that look like an escape after the prefix"),
        pytest.param("admin_face", ("admin_face", "face"), id="hexadecimal letters throughout"),
    ],
)
def test_custom_connectors_are_compared_decoded_with_and_without_prefix(name: str, names: tuple[str, str]) -> None:
    assert custom_names(name) == names


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param("shared_azureblob", id="no hash"),
        pytest.param("shared_ctx-5fparcel-5f3c9e0d1a", id="hash too short"),
        pytest.param("ctx_parcel-20tracking", id="Dataverse name"),
        pytest.param(f"shared_{HASH}", id="nothing but a hash"),
    ],
)
def test_ids_without_hashes_are_not_custom(segment: str) -> None:
    assert not is_custom(segment)


def test_no_connector_of_the_catalogue_looks_custom_or_changes_its_key() -> None:
    connectors = json.loads(CATALOGUE.read_text())["connectors"]
    odd = [c["id"] for c in connectors if is_custom(c["id"]) or plain_key(c["id"]) != c["id"]]
    assert odd == []
