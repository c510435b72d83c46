"""Retirements on a given day, their arithmetic, and approved uses of HTTP."""

import datetime

import pytest

from pllint.engine.lifecycle import Lifecycle
from pllint.model.component import Component, ComponentKind, ConnectorUse
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.governance import (
    AppRecord,
    Approval,
    ConnectorRecord,
    CreationRequest,
    Deployment,
    FlowRecord,
    Governance,
    LicenceCount,
    LicenceReview,
    Name,
    Operation,
    Population,
    Retirement,
    SpotCheck,
    Stage,
)
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, UrlPattern
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

AT = Anchor(Source("governance.yaml", bytes))
TODAY = datetime.date(2026, 11, 21)
LEAVE = ConnectorRecord(name="Leave system", at=AT, stage=Stage.RETIRED)


def answers(governance: Governance) -> Lifecycle:
    return Lifecycle(Workspace(governance=governance), TODAY)


@pytest.mark.parametrize(
    ("governance", "retired"),
    [
        pytest.param(Governance(at=AT, connectors=(LEAVE,)), [("connector", "Leave system")], id="by its stage"),
        pytest.param(
            Governance(at=AT, connectors=(LEAVE._replace(stage=Stage.PRODUCTION),)), [], id="not at another stage"
        ),
        pytest.param(
            Governance(at=AT, apps=(AppRecord(name="Desk", at=AT, retired=True),)),
            [("app", "Desk")],
            id="an app's word",
        ),
        pytest.param(
            Governance(at=AT, flows=(FlowRecord(name="Tell", at=AT, retired=False),)), [], id="a flow's word against it"
        ),
        pytest.param(
            Governance(at=AT, retirements=(Retirement(at=AT, app="Desk", connector="Leave", date="2026-11-21"),)),
            [("app", "Desk"), ("connector", "Leave")],
            id="both, by one record, from its day on",
        ),
        pytest.param(
            Governance(at=AT, retirements=(Retirement(at=AT, app="Desk", date="2026-11-22"),)), [], id="not before it"
        ),
        pytest.param(
            Governance(at=AT, retirements=(Retirement(at=AT, app="Desk"),)),
            [("app", "Desk")],
            id="a record without a day",
        ),
        pytest.param(
            Governance(
                at=AT,
                connectors=(LEAVE,),
                retirements=(Retirement(at=AT, connector="leave system", date="2027-01-01"),),
            ),
            [("connector", "leave system")],
            id="its stage before the record's day",
        ),
        pytest.param(
            Governance(
                at=AT,
                connectors=(LEAVE._replace(stage=Stage.PRODUCTION),),
                retirements=(Retirement(at=AT, connector="leave system", date="2026-11-21"),),
            ),
            [],
            id="not a connector whose stage is another",
        ),
        pytest.param(
            Governance(
                at=AT,
                connectors=(LEAVE._replace(stage=None),),
                retirements=(Retirement(at=AT, app="Desk", connector="Leave system", date="2026-11-21"),),
            ),
            [("app", "Desk")],
            id="not a connector without a stage",
        ),
    ],
)
def test_what_is_retired_on_the_day(governance: Governance, retired: list[tuple[str, str]]) -> None:
    assert [(thing.kind, thing.name) for thing in answers(governance).retired] == retired


def counted(*looks: tuple[str, int], licences: tuple[str, int] | None = None) -> ConnectorRecord:
    count = LicenceCount(at=AT, date=licences[0], people=licences[1]) if licences else None
    return LEAVE._replace(
        deployment=Deployment(at=AT, licences=count),
        operation=Operation(at=AT, spot_checks=tuple(SpotCheck(at=AT, date=day, people=n) for day, n in looks)),
    )


@pytest.mark.parametrize(
    ("governance", "retirement", "people"),
    [
        pytest.param(
            Governance(at=AT, connectors=(counted(("2026-08-01", 180)),)),
            Retirement(at=AT, connector="Leave system", population=200),
            200,
            id="the retirement's own count",
        ),
        pytest.param(
            Governance(
                at=AT, connectors=(counted(("2026-08-01", 180), ("2026-05-01", 150), licences=("2026-03-01", 90)),)
            ),
            Retirement(at=AT, connector="Leave system"),
            180,
            id="the newest spot check",
        ),
        pytest.param(
            Governance(at=AT, connectors=(counted(licences=("2026-03-01", 90)),)),
            Retirement(at=AT, connector="Leave system"),
            90,
            id="the licence count",
        ),
        pytest.param(
            Governance(
                at=AT,
                apps=(AppRecord(name="Desk", at=AT, shared_with=(Name("A", AT), Name("B", AT))),),
                populations=(Population(name="a", at=AT, people=30), Population(name="b", at=AT, people=12)),
            ),
            Retirement(at=AT, app="Desk"),
            42,
            id="the app's populations",
        ),
        pytest.param(
            Governance(
                at=AT,
                apps=(AppRecord(name="Desk", at=AT, shared_with=(Name("A", AT), Name("B", AT))),),
                populations=(Population(name="a", at=AT, people=30), Population(name="b", at=AT)),
            ),
            Retirement(at=AT, app="Desk"),
            None,
            id="no sum with an unknown part",
        ),
        pytest.param(Governance(at=AT), Retirement(at=AT, app="Desk"), None, id="nothing"),
    ],
)
def test_the_population_last_verified(governance: Governance, retirement: Retirement, people: int | None) -> None:
    found = answers(governance).population(retirement)

    assert (found.people if found else None) == people


@pytest.mark.parametrize(
    ("review", "accounted"),
    [
        pytest.param(LicenceReview(at=AT, keep=50, reassign=60, reclaim=90), 200, id="three groups"),
        pytest.param(LicenceReview(at=AT, keep=50), 50, id="a group that is not written has nobody in it"),
        pytest.param(LicenceReview(at=AT), 0, id="no group at all"),
    ],
)
def test_accounted_is_keep_and_reassign_and_reclaim(review: LicenceReview, accounted: int) -> None:
    assert review.accounted == accounted


def listing(connector: str, *, custom: bool = True) -> DlpPolicy:
    entry = ClassifiedConnector(
        connector=ConnectorKey(connector), group=DataGroup.BUSINESS, at=AT, spelling=connector, custom=custom
    )
    return DlpPolicy(id="1", name="Base", at=AT, classified=(entry,))


def using(connector: str, *, custom: bool = True, display_name: str | None = None) -> Component:
    use = ConnectorUse(connector=ConnectorKey(connector), custom=custom, at=AT, display_name=display_name)
    return Component(kind=ComponentKind.CLOUD_FLOW, name="Book", id="book", at=AT, uses=(use,))


DEFINITION = CustomConnector(name=ConnectorKey("ctx_absence"), display_name="Leave system", at=AT)


@pytest.mark.parametrize(
    ("record", "key", "custom", "definitions", "is_meant"),
    [
        pytest.param(LEAVE, "leave-20system", True, (), True, id="by its display name, written into the id"),
        pytest.param(LEAVE, "ctx_leave-20system", True, (), True, id="with a publisher's prefix"),
        pytest.param(LEAVE, "leave-20planner", True, (), False, id="not another connector"),
        pytest.param(LEAVE._replace(id="ctx_absence"), "ctx_absence", True, (), True, id="by its logical name"),
        pytest.param(LEAVE, "ctx_absence", True, (DEFINITION,), True, id="by its definition's name"),
        pytest.param(
            LEAVE._replace(name="Absence", definition="governance.yaml"),
            "ctx_absence",
            True,
            (DEFINITION,),
            True,
            id="by the path of its definition",
        ),
        pytest.param(
            LEAVE._replace(name="Twitter"), "shared_twitter", False, (), False, id="not the public connector so called"
        ),
        pytest.param(
            LEAVE._replace(name="shared_twitter"), "shared_twitter", False, (), True, id="the public connector, by id"
        ),
    ],
)
def test_a_retired_connector_is_found_in_policies_and_flows(
    record: ConnectorRecord,
    key: str,
    custom: bool,  # noqa: FBT001 - a table's column
    definitions: tuple[CustomConnector, ...],
    is_meant: bool,  # noqa: FBT001 - a table's column
) -> None:
    workspace = Workspace(
        governance=Governance(at=AT, connectors=(record,)),
        policies=(listing(key, custom=custom),),
        components=(using(key, custom=custom),),
        custom_connectors=definitions,
    )
    lifecycle = Lifecycle(workspace, TODAY)
    thing = lifecycle.retired[0]

    assert (bool(lifecycle.listings(thing)), bool(lifecycle.uses(thing))) == (is_meant, is_meant)


def test_a_retired_connector_is_found_by_the_name_a_flow_gives_it() -> None:
    component = using("x1", display_name="Leave System")
    workspace = Workspace(governance=Governance(at=AT, connectors=(LEAVE,)), components=(component,))
    lifecycle = Lifecycle(workspace, TODAY)

    assert [used.component for used in lifecycle.uses(lifecycle.retired[0])] == [component]


def patterned(pattern: str, group: DataGroup = DataGroup.BUSINESS) -> DlpPolicy:
    return DlpPolicy(id="1", name="Base", at=AT, patterns=(UrlPattern(order=1, pattern=pattern, group=group, at=AT),))


HOSTED = LEAVE._replace(request=CreationRequest(at=AT, endpoint="leave.contoso.com"))


@pytest.mark.parametrize(
    ("policy", "others", "is_listed"),
    [
        pytest.param(patterned("https://leave.contoso.com/*"), (), True, id="a pattern for its host"),
        pytest.param(patterned("https://LEAVE.contoso.com*"), (), True, id="ignoring case"),
        pytest.param(patterned("https://*.contoso.com/*"), (), False, id="a pattern for many hosts"),
        pytest.param(patterned("*"), (), False, id="a pattern for every host"),
        pytest.param(patterned("https://leave.contoso.com.evil.net/*"), (), False, id="another host"),
        pytest.param(
            patterned("https://leave.contoso.com/*", DataGroup.BLOCKED), (), False, id="a pattern that blocks it"
        ),
        pytest.param(
            patterned("https://leave.contoso.com/*"),
            (HOSTED._replace(name="Leave 2", stage=Stage.PRODUCTION),),
            False,
            id="the host of a connector that is alive",
        ),
        pytest.param(
            patterned("https://leave.contoso.com/*"),
            (HOSTED._replace(name="Leave 0"),),
            True,
            id="of another retired one",
        ),
    ],
)
def test_a_pattern_for_the_host_of_a_retired_connector_alone_is_a_listing(
    policy: DlpPolicy,
    others: tuple[ConnectorRecord, ...],
    is_listed: bool,  # noqa: FBT001 - a table's column
) -> None:
    workspace = Workspace(governance=Governance(at=AT, connectors=(HOSTED, *others)), policies=(policy,))
    lifecycle = Lifecycle(workspace, TODAY)

    assert bool(lifecycle.listings(lifecycle.retired[0])) is is_listed


@pytest.mark.parametrize(
    ("connector", "expected"),
    [
        pytest.param("Http", True, id="HTTP"),
        pytest.param("HttpWebhook", True, id="HTTP webhook"),
        pytest.param("shared_webcontents", True, id="HTTP with Entra ID"),
        pytest.param("shared_webcontentsv2", True, id="HTTP with Entra ID, the newer"),
        pytest.param("HttpRequestReceived", False, id="being called over HTTP"),
        pytest.param("shared_sharepointonline", False, id="SharePoint"),
    ],
)
def test_what_counts_as_calling_over_http(connector: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert (answers(Governance(at=AT)).http_use(using(connector, custom=False)) is not None) is expected


DEPOT = Environment(name="depot", at=AT, aliases=("1f-22",))


@pytest.mark.parametrize(
    ("approval", "refusals"),
    [
        pytest.param(Approval(at=AT, of="http", flow="Book", date="2026-11-21"), None, id="of today"),
        pytest.param(Approval(at=AT, of="HTTP", flow="bOOK", date="2026-01-05"), None, id="ignoring case"),
        pytest.param(Approval(at=AT, of="http", flow="book", ends="2026-11-21"), None, id="on its last day"),
        pytest.param(Approval(at=AT, of="http", flow="Book", environment="1F-22"), None, id="by the environment's id"),
        pytest.param(
            Approval(at=AT, of="http", flow="Book", ends="2026-11-20"), ["ended on 2026-11-20"], id="ended yesterday"
        ),
        pytest.param(
            Approval(at=AT, of="http", flow="Book", date="2026-11-22"),
            ["is dated 2026-11-22, which is still to come"],
            id="of tomorrow",
        ),
        pytest.param(
            Approval(at=AT, of="http", flow="Book", environment="hub"), ["is for hub"], id="for another environment"
        ),
        pytest.param(Approval(at=AT, of="http", flow="Other"), [], id="of another flow"),
        pytest.param(Approval(at=AT, of="http"), [], id="of no flow"),
        pytest.param(Approval(at=AT, of="http", flow="*"), [], id="of every flow"),
        pytest.param(Approval(at=AT, of="http", flow="All"), [], id="of all"),
        pytest.param(Approval(at=AT, of="sql", flow="Book"), [], id="of something else"),
    ],
)
def test_which_approval_holds(approval: Approval, refusals: list[str] | None) -> None:
    found = answers(Governance(at=AT, approvals=(approval,))).refusals(using("Http", custom=False), DEPOT)

    assert (None if found is None else [refusal.reason for refusal in found]) == refusals


def test_one_approval_that_holds_is_enough() -> None:
    approvals = (Approval(at=AT, of="http", flow="Book", ends="2025-01-01"), Approval(at=AT, of="http", flow="Book"))

    assert answers(Governance(at=AT, approvals=approvals)).refusals(using("Http", custom=False), DEPOT) is None
