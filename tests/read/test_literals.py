"""What is a secret and what only looks like one; which addresses and ids belong to one stage."""

import pytest

from pllint.model.component import LiteralKind, SecretKind
from pllint.read import literals

# Made up, of the length and letters that each service gives.
KEY = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
HEX = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
GUID = "0a1b2c3d-1111-4222-8333-444455556666"


def secrets(inputs: object, name: str = "Step") -> list[tuple[SecretKind, tuple[str | int, ...]]]:
    return [(found.kind, found.path) for found in literals.search(inputs, name).secrets]


@pytest.mark.parametrize(
    ("inputs", "kind", "path"),
    [
        pytest.param({"headers": {"x-api-key": KEY}}, SecretKind.KEY, ("headers", "x-api-key"), id="key in a header"),
        pytest.param(
            {"headers": {"Ocp-Apim-Subscription-Key": KEY}},
            SecretKind.KEY,
            ("headers", "Ocp-Apim-Subscription-Key"),
            id="subscription key",
        ),
        pytest.param(
            {"headers": {"Authorization": "Bearer " + KEY}},
            SecretKind.TOKEN,
            ("headers", "Authorization"),
            id="bearer token",
        ),
        pytest.param(
            {"parameters": {"item/password": "Blue7Kettle!"}},
            SecretKind.PASSWORD,
            ("parameters", "item/password"),
            id="password of a row",
        ),
        pytest.param(
            {"variables": [{"name": "varClientSecret", "type": "string", "value": "Hf38~kq.2LmNvT5pYw_rXz"}]},
            SecretKind.CLIENT_SECRET,
            ("variables", 0, "value"),
            id="variable",
        ),
        pytest.param({"name": "ApiKey", "value": KEY}, SecretKind.KEY, ("value",), id="variable set"),
        pytest.param({"endpointSecret": KEY}, SecretKind.CLIENT_SECRET, ("endpointSecret",), id="some secret"),
        pytest.param(
            {"body": f"grant_type=client_credentials&client_secret={KEY}"},
            SecretKind.CLIENT_SECRET,
            ("body",),
            id="form body",
        ),
        pytest.param(
            {"uri": f"https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/run?sv=1.0&sig={KEY}"},
            SecretKind.SIGNATURE,
            ("uri",),
            id="signed address",
        ),
        pytest.param(
            {"uri": f"https://parcels.azurewebsites.net/api/track?code={KEY}ab=="},
            SecretKind.KEY,
            ("uri",),
            id="function key",
        ),
        pytest.param(
            {"text": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY}{HEX}=="},
            SecretKind.KEY,
            ("text",),
            id="connection string",
        ),
        pytest.param(
            {"text": "Server=tcp:sql.parcels.example;Database=p;User Id=svc; Password=Blue7Kettle!"},
            SecretKind.PASSWORD,
            ("text",),
            id="connection string of a database",
        ),
        pytest.param(
            {"uri": "@concat('https://a.example/', base64('svc:Blue7Kettle!'))"},
            SecretKind.PASSWORD,
            ("uri",),
            id="user and password in an expression",
        ),
    ],
)
def test_a_secret_is_told_by_its_field_or_its_shape(
    inputs: object, kind: SecretKind, path: tuple[str | int, ...]
) -> None:
    assert secrets(inputs) == [(kind, path)]


def test_a_lone_string_is_what_its_step_is_called() -> None:
    assert secrets(KEY, "Compose_API_Key") == [(SecretKind.KEY, ())]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"headers": {"x-api-key": "@parameters('Key (ctx_Key)')"}}, id="expression"),
        pytest.param({"headers": {"x-api-key": "@{variables('key')}"}}, id="expression in text"),
        pytest.param({"headers": {"Authorization": "Bearer  @{body('Token')?['access_token']}"}}, id="token computed"),
        pytest.param({"headers": {"x-api-key": "<your key 1234567890>"}}, id="angle brackets"),
        pytest.param({"headers": {"x-api-key": "REPLACE-WITH-KEY-1234"}}, id="says that it is to be replaced"),
        pytest.param({"headers": {"x-api-key": "xxxxxxxx12345678"}}, id="blotted out"),
        pytest.param({"headers": {"x-api-key": "#{api-key-1234567}#"}}, id="token of a pipeline"),
        pytest.param({"parameters": {"password": "password"}}, id="its own name"),
        pytest.param({"parameters": {"item/forgotPassword": "true"}}, id="an answer"),
        pytest.param({"parameters": {"item/password": "Please choose a new one"}}, id="a sentence"),
        pytest.param({"parameters": {"targetsecretname": "parcel-2024-key"}}, id="the name of a secret"),
        pytest.param({"parameters": {"token": "next"}}, id="a word"),
        pytest.param({"parameters": {"rowKey": HEX}}, id="the key of a row"),
        pytest.param({"body": "client_secret=@{variables('secret')}"}, id="form body computed"),
        pytest.param({"uri": "https://parcels.example/v1?code=A17&key=parcels"}, id="short codes"),
        pytest.param({"schema": {"properties": {"password": {"default": KEY}}}}, id="a schema"),
        pytest.param({"host": {"connectionName": "shared_keyvault_access_token"}}, id="a host"),
        pytest.param({"signature": "Kind regards, the parcel desk"}, id="a signature under a letter"),
    ],
)
def test_what_only_looks_like_a_secret_is_none(inputs: object) -> None:
    assert secrets(inputs) == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        pytest.param(
            {"dataset": "https://Parcels.sharepoint.com/sites/Desk/Lists/a"},
            [(LiteralKind.SITE, "https://parcels.sharepoint.com/sites/desk")],
            id="a site, without what follows",
        ),
        pytest.param(
            {
                "dataset": "@if(true, 'https://parcels.sharepoint.com/sites/a', 'https://parcels.sharepoint.com/sites/b')"
            },
            [
                (LiteralKind.SITE, "https://parcels.sharepoint.com/sites/a"),
                (LiteralKind.SITE, "https://parcels.sharepoint.com/sites/b"),
            ],
            id="two sites in an expression",
        ),
        pytest.param(
            {"uri": "https://parcels-test.api.crm4.dynamics.com/api/data/v9.2/accounts"},
            [(LiteralKind.ORGANISATION, "https://parcels-test.api.crm4.dynamics.com")],
            id="an organisation",
        ),
        pytest.param({"tenant": GUID}, [(LiteralKind.TENANT, GUID)], id="a tenant by its key"),
        pytest.param(
            {"uri": "https://login.microsoftonline.com/parcels.onmicrosoft.com/oauth2/token"},
            [(LiteralKind.TENANT, "parcels.onmicrosoft.com")],
            id="a tenant by its domain",
        ),
        pytest.param(
            {"environment": f"Default-{GUID}"}, [(LiteralKind.ENVIRONMENT, f"default-{GUID}")], id="an environment"
        ),
        pytest.param(
            {"body": f"See https://make.powerautomate.com/environments/{GUID}/flows"},
            [(LiteralKind.ENVIRONMENT, GUID)],
            id="an environment in a link",
        ),
        pytest.param({"body": "See https://parcels.sharepoint.com/sites/handbook"}, [], id="a site that is mentioned"),
        pytest.param({"dataset": "https://yourtenant.sharepoint.com/sites/a"}, [], id="a placeholder"),
        pytest.param({"dataset": "@parameters('Site (ctx_Site)')"}, [], id="an environment variable"),
        pytest.param(
            {"dataset": "@parameters('Desk - https://parcels.sharepoint.com/sites/desk (ctx_Site)')"},
            [],
            id="an environment variable named after an address",
        ),
        pytest.param({"uri": "https://login.microsoftonline.com/common/oauth2/token"}, [], id="any tenant"),
        pytest.param({"tenant": "00000000-0000-0000-0000-000000000000"}, [], id="an empty id"),
        pytest.param({"environment": "production"}, [], id="a word"),
        pytest.param({"uri": "https://docs.microsoft.com/sharepoint"}, [], id="documentation"),
    ],
)
def test_addresses_and_ids_of_one_stage(inputs: object, expected: list[tuple[LiteralKind, str]]) -> None:
    assert [(found.kind, found.value) for found in literals.search(inputs, "Step").literals] == expected
