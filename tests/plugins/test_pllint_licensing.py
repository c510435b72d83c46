"""What the pages of the licensing checks do not show: how sure a finding is, and questions that stay open."""

import datetime
from collections.abc import Mapping

import pytest

from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.finding import Confidence, CouldNotRun, Finding
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    StartsFrom,
    TableWrite,
    Trigger,
    TriggerClass,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint.text.node import Node
from pllint_licensing import pllint_checks

Record = Mapping[str, object]

AT = Anchor(Source("here", bytes))
RESTRICTED = next(check for check in pllint_checks() if check.name == "restricted-table-write")
BOTS = next(check for check in pllint_checks() if check.name == "unattended-bots-short")
USE = ConnectorUse(connector=ConnectorKey("shared_commondataserviceforapps"), custom=False, at=AT)
TIMER = Trigger("T", "Recurrence", None, TriggerClass.SCHEDULED, StartsFrom.TIMER, AT)
UPDATE = ("msdyn_workorders", "update")
NADIA = {"name": "nadia", "people": "1", "holds": {"power-automate-premium": "1"}}
CREW = {"name": "crew", "people": "40", "counted": "2026-11-01", "holds": {"power-apps-premium": "40"}}
MANAGER = {"dynamics-365-enterprise": "3"}
FLOW = {"name": "Close", "owner": "nadia"}
APP = {"name": "Close", "shared-with": ["crew"]}


def outcomes(check: Check, manifest: Record, component: Component) -> list[Finding | CouldNotRun]:
    governance = governance_files([Node(dict(manifest), AT)], Notes())
    workspace = Workspace(governance=governance, components=(component,))
    context = Context(workspace, Settings(), datetime.date(2026, 11, 21), Catalogue())
    return [one for element in workspace.elements(check.on) for one in check.judge(element, context)]


def close(kind: ComponentKind, *writes: tuple[str | None, str]) -> Component:
    return Component(
        kind=kind,
        name="Close",
        id="close",
        at=AT,
        trigger=TIMER if kind is ComponentKind.CLOUD_FLOW else None,
        uses=(USE,),
        table_writes=tuple(TableWrite(table=table, action=action, at=AT) for table, action in writes),
    )


def flow(*writes: tuple[str | None, str]) -> Component:
    return close(ComponentKind.CLOUD_FLOW, *(writes or [UPDATE]))


def app(*writes: tuple[str | None, str]) -> Component:
    return close(ComponentKind.CANVAS_APP, *(writes or [UPDATE]))


@pytest.mark.parametrize(
    ("component", "manifest", "confidence"),
    [
        pytest.param(flow(), {"flows": [FLOW], "populations": [NADIA]}, Confidence.CERTAIN, id="its owner"),
        pytest.param(
            flow(("incidents", "update")), {"flows": [FLOW], "populations": [NADIA]}, Confidence.LIKELY,
            id="rows that may be the owner's own",
        ),
        pytest.param(
            flow(("incidents", "update"), UPDATE), {"flows": [FLOW], "populations": [NADIA]}, Confidence.CERTAIN,
            id="such rows and others",
        ),
        pytest.param(app(), {"apps": [APP], "populations": [CREW]}, Confidence.LIKELY, id="some of an app's people"),
        pytest.param(
            app(), {"apps": [{**APP, "writes-restricted": ["crew"]}], "populations": [CREW]}, Confidence.CERTAIN,
            id="people who are named",
        ),
    ],
)  # fmt: skip
def test_a_finding_is_certain_where_it_is_known_who_writes_what(
    component: Component, manifest: Record, confidence: Confidence
) -> None:
    (found,) = outcomes(RESTRICTED, manifest, component)

    assert isinstance(found, Finding)
    assert found.confidence is confidence


@pytest.mark.parametrize(
    ("component", "manifest", "reason"),
    [
        pytest.param(
            flow((None, "update")), {"flows": [FLOW], "populations": [NADIA]}, "computed when it runs", id="which table"
        ),
        pytest.param(flow(), {"flows": [{"name": "Close"}]}, "nobody has written on whose licence", id="who writes"),
        pytest.param(
            app(), {"apps": [APP], "populations": [{"name": "crew", "holds": {}}]}, "nobody has counted crew",
            id="how many",
        ),
        pytest.param(
            flow(), {"flows": [FLOW], "populations": [{"name": "nadia", "people": "1"}]},
            "which Dynamics 365 licences the people hold", id="what they hold",
        ),
        pytest.param(
            app(), {"apps": [APP], "populations": [{**CREW, "holds": MANAGER}]},
            "which of the people it is for do so", id="which of the people",
        ),
    ],
)  # fmt: skip
def test_what_nobody_has_written_is_asked_for(component: Component, manifest: Record, reason: str) -> None:
    (found,) = outcomes(RESTRICTED, manifest, component)

    assert isinstance(found, CouldNotRun)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("component", "manifest"),
    [
        pytest.param(flow((None, "update"), UPDATE), {"flows": [FLOW], "populations": [{**NADIA, "holds": MANAGER}]},
                     id="the Dynamics licence covers the table that is computed"),
        pytest.param(app(), {"apps": [{**APP, "writes-restricted": ["crew"]}],
                             "populations": [{**CREW, "people": "3", "holds": MANAGER}]}, id="all who write hold one"),
        pytest.param(flow(("accounts", "update")), {"flows": [FLOW], "populations": [NADIA]}, id="a table of anybody"),
    ],
)  # fmt: skip
def test_nothing_is_said_where_nothing_is_missing(component: Component, manifest: Record) -> None:
    assert outcomes(RESTRICTED, manifest, component) == []


@pytest.mark.parametrize(
    ("stated", "purchased", "found"),
    [
        pytest.param(None, "0", Finding, id="not even one"),
        pytest.param(None, "3", CouldNotRun, id="nobody says how many run"),
        pytest.param({"concurrent-runs": "3", "machines": "2"}, "2", Finding, id="fewer than run at one time"),
        pytest.param({"concurrent-runs": "2", "machines": "3"}, "2", Finding, id="fewer than machines"),
        pytest.param({"concurrent-runs": "3", "machines": "2"}, "3", None, id="enough"),
    ],
)
def test_bots_are_enough_only_where_it_is_known_how_many_run(
    stated: Record | None, purchased: str, found: type | None
) -> None:
    manifest = {
        "licences": [{"plan": "power-automate-process", "purchased": purchased}],
        **({"capacity": {"desktop-flows": stated}} if stated else {}),
    }
    starter = flow()._replace(table_writes=(), calls_desktop_flows=(Call(id="d", at=AT, mode="unattended"),))

    assert [type(one) for one in outcomes(BOTS, manifest, starter)] == ([found] if found else [])
