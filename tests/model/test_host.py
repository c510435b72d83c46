"""Where a custom connector sends its calls at each stage."""

from collections.abc import Mapping

import pytest

from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment
from pllint.model.solution import DeploymentSettings
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

AT = Anchor(Source("a.json", bytes))
PARCELS = Host(
    name="test.parcels.example",
    base_path="/api/v1",
    variable="ctx_Host",
    text='https://@environmentVariables("ctx_Host")/api',
    own_path="/v1",
    values=(("ctx_host", "test.parcels.example"),),
)
REGIONAL = PARCELS._replace(text="@environmentVariables('ctx_Region').@environmentVariables('ctx_Host')")
HR = Environment(name="hr-production", at=None)


@pytest.mark.parametrize(
    ("host", "values", "expected"),
    [
        pytest.param(PARCELS, {"ctx_host": "parcels.example"}, ("parcels.example", "/api/v1"), id="text around stays"),
        pytest.param(PARCELS, {}, ("test.parcels.example", "/api/v1"), id="nothing set: the default"),
        pytest.param(PARCELS, {"ctx_host": None}, (None, "/v1"), id="set in two ways"),
        pytest.param(
            REGIONAL, {"ctx_region": "eu"}, ("eu.test.parcels.example", "/v1"), id="one of two, the other by default"
        ),
        pytest.param(REGIONAL, {"ctx_host": "parcels.example"}, (None, "/v1"), id="one of two is nowhere given"),
        pytest.param(PARCELS, {"ctx_host": "@parameters('x')"}, (None, "/v1"), id="an expression"),
    ],
)
def test_a_stage_sets_the_variables_a_host_is_written_with(
    host: Host, values: Mapping[str, str | None], expected: tuple[str | None, str]
) -> None:
    found = host.where(values)

    assert (found.name, found.base_path) == expected


@pytest.mark.parametrize(
    ("values", "name"),
    [
        pytest.param([("hr-production", "parcels.example")], "parcels.example", id="its stage"),
        pytest.param([("hr-test", "parcels.example")], "test.parcels.example", id="another stage"),
        pytest.param([("hr-production", "")], "test.parcels.example", id="an empty value overrides nothing"),
        pytest.param([("hr-production", "a.example"), ("hr-production", "b.example")], None, id="two files disagree"),
        pytest.param([("hr-production", "a.example")] * 2, "a.example", id="two files agree"),
    ],
)
def test_the_host_in_an_environment_is_that_of_its_deployment_settings(
    values: list[tuple[str, str]], name: str | None
) -> None:
    connector = CustomConnector(name=ConnectorKey("ctx_parcels"), display_name="Parcels", at=AT, host=PARCELS)
    workspace = Workspace(
        custom_connectors=[connector],
        environments=[HR],
        deployment_settings=[
            DeploymentSettings(at=AT, stage=stage, variables=(("ctx_Host", value, AT),)) for stage, value in values
        ],
    )

    assert workspace.connector_in(connector, HR).host.name == name
