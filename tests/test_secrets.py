"""A secret in a linted file appears in no output, whatever is found beside it."""

import json

import pytest

from pllint import api
from pllint.read import literals
from pllint.report import FORMATS, RenderOptions, reporter
from pllint.testing import File, lint_files

SECRET = "q8Rt4Zp0Lm3Vx7"  # noqa: S105 - made up for this test
ONE_LINE = (
    '{"properties": {"iconBrandColor": "blue", "stackowner": "Contoso", "connectionParameters": {"token": {"type":'
    ' "oauthSetting", "oAuthSettings": {"identityProvider": "oauth2", "redirectMode": "Global",'
    f' "clientSecret": "{SECRET}"}}}}}}}}}}\n'
)
DEFINITION = (
    '{"swagger": "2.0", "info": {"title": "Parcel tracking", "version": "1.0"}, "host": "localhost", "paths": {"/p":'
    ' {"get": {"operationId": "get p", "parameters": [{"name": "X-Api-Key", "in": "header", "required": true,'
    f' "x-ms-visibility": "internal", "default": "{SECRET}"}}]}}}}}}}}\n'
)
FILES = (File("parcel/apiDefinition.swagger.json", DEFINITION), File("parcel/apiProperties.json", ONE_LINE))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("ignored", [(), ("CON303",)], ids=["the check runs", "the check does not run"])
def test_no_output_shows_a_secret(name: str, ignored: tuple[str, ...]) -> None:
    report = lint_files(FILES, [check for check in api.checks() if check.id not in ignored])
    form = reporter(name)
    assert form is not None
    output = form.render(report, RenderOptions(width=400))
    assert len(report.findings) > 8
    assert SECRET not in output
    assert SECRET not in repr(report)


def test_the_line_is_shown_with_the_secret_blotted_out_and_columns_kept() -> None:
    report = lint_files(FILES, [check for check in api.checks() if check.id == "CON303"])
    shown = {finding.place.path: finding.excerpt[0] for finding in report.findings if finding.check == "CON303"}
    assert shown["parcel/apiProperties.json"] == ONE_LINE.rstrip("\n").replace(f'"{SECRET}"', "*" * len(f'"{SECRET}"'))


FLOW = {
    "properties": {
        "definition": {
            "parameters": {"key": {"type": "SecureString", "defaultValue": "Zr7!mNq2x"}},
            "triggers": {"Daily": {"type": "Recurrence"}},
            "actions": {
                "Token": {
                    "type": "Http",
                    "inputs": {
                        "uri": "https://api.parcels.example",
                        "authentication": {"type": "Raw", "value": "Bearer 9fK3mQ7zR1tX5vB8"},
                    },
                },
                "Sign in": {"type": "Http", "inputs": {"uri": "http://desk:Zr7!mNq2x@api.parcels.example/v1"}},
                "Signed": {"type": "Http", "inputs": {"uri": "https://x.example", "queries": {"sig": "9fK3mQ7zR1tX"}}},
            },
        }
    }
}
SETTINGS = {
    "EnvironmentVariables": [
        {"SchemaName": "ctx_Files", "Value": "https://parcels.blob.core.windows.net/in?sig=9fK3mQ7zR1tX5vB8yD2w%3D"},
        {"SchemaName": "ctx_Database", "Value": "Server=parcels;User Id=desk;Password=Zr7!mNq2x"},
    ],
    "ConnectionReferences": [],
}
HELD = ("Zr7!mNq2x", "9fK3mQ7zR1tX5vB8", "9fK3mQ7zR1tX")


def test_secrets_are_found_by_what_they_look_like_wherever_they_stand() -> None:
    files = (File("flow.json", json.dumps(FLOW)), File("test.deploymentSettings.json", json.dumps(SETTINGS)))
    report = lint_files(files, [check for check in api.checks() if check.id.startswith("SOL")])
    found = {(one.check, one.place.span.pointer.rpartition("/")[2]) for one in report.findings}

    assert found >= {("SOL301", "defaultValue"), ("SOL301", "uri"), ("SOL301", "sig"), ("SOL306", "value")}
    assert sum(one.check == "SOL301" and "deployment settings" in one.message for one in report.findings) == 2
    assert not any(secret in repr(report) for secret in HELD)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  apiKey: 9fK3mQ7zR1tX5vB8", "  apiKey: ****************"),
        ('"clientSecret": "9fK3mQ7zR1tX5vB8",', '"clientSecret": "****************",'),
        ("https://desk:Zr7!mNq2x@h.example", "https://desk:*********@h.example"),
        ("h.example/in?sig=9fK3mQ7zR1tX5vB8yD2w%3D", "h.example/in?sig=***********************"),
        ("password: @{variables('Password')}", "password: @{variables('Password')}"),
        ('"name": "apiKey", "in": "header"', '"name": "apiKey", "in": "header"'),
        ("https://h.example:8443/a@b", "https://h.example:8443/a@b"),
    ],
)
def test_what_no_reader_looks_at_is_blotted_out_by_its_look(line: str, shown: str) -> None:
    assert literals.blotted(line) == shown
