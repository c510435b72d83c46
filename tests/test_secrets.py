"""A secret in a linted file appears in no output, whatever is found beside it."""

import pytest

from pllint import api
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
