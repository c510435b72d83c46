"""Look-ups of the workspace."""

import pytest

from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector
from pllint.model.governance import FlowRecord, Governance
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

AT = Anchor(Source("definition.json", bytes))


def _connector(name: str) -> CustomConnector:
    return CustomConnector(name=ConnectorKey(name), display_name=name, at=AT)


@pytest.mark.parametrize(
    ("asked", "defined", "found"),
    [
        pytest.param("ctx_parcel-20tracking", ("ctx_parcel-20tracking",), "ctx_parcel-20tracking", id="the same name"),
        pytest.param("ctx_5Fparcel-20tracking", ("ctx_parcel-20tracking",), "ctx_parcel-20tracking", id="escaped"),
        pytest.param("azureusage", ("ctx_azureusage",), "ctx_azureusage", id="an id made outside a solution"),
        pytest.param("order_tracking", ("ctx_order_tracking",), "ctx_order_tracking", id="an underscore in the name"),
        pytest.param("ctx_azureusage", ("azureusage",), "azureusage", id="a definition without prefix"),
        pytest.param("usage", ("ctx_usage", "fab_usage"), None, id="two publishers have one of that name"),
        pytest.param("fab_usage", ("ctx_usage", "fab_usage"), "fab_usage", id="the prefix tells two publishers apart"),
        pytest.param("parcel", ("ledger",), None, id="another connector"),
    ],
)
def test_a_custom_connector_is_found_by_any_spelling_that_can_mean_only_one(
    asked: str, defined: tuple[str, ...], found: str | None
) -> None:
    workspace = Workspace(custom_connectors=[_connector(name) for name in defined])
    connector = workspace.custom_connector(asked)
    assert (connector.name if connector else None) == found


@pytest.mark.parametrize(
    ("workspace", "held"),
    [
        pytest.param(Workspace(), set(), id="nothing"),
        pytest.param(Workspace(custom_connectors=[_connector("ctx_a")]), {"custom_connectors"}, id="elements"),
        pytest.param(Workspace(governance=Governance(at=AT)), {"governance"}, id="a manifest of nothing"),
        pytest.param(
            Workspace(governance=Governance(at=AT, flows=(FlowRecord("Post", AT),))),
            {"governance", "governance.flows"},
            id="records",
        ),
    ],
)
def test_a_part_is_held_when_there_is_something_in_it(workspace: Workspace, held: set[str]) -> None:
    parts = ("custom_connectors", "components", "governance", "governance.flows", "governance.tenant", "storage_use")
    assert {part for part in parts if workspace.holds(part)} == held
