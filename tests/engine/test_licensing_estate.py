"""Licences of the whole organisation: what each plan is needed for, which prices count, when passes go back."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.estate_facts import EstateFacts
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    StartsFrom,
    Step,
    Trigger,
    TriggerClass,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.inventory import Capacity, Inventory
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("here", bytes))
DAY = datetime.date(2026, 11, 21)
STAFF = {"name": "staff", "people": "300", "holds": {"power-apps-premium": "40"}}
DESK = {"name": "Desk", "shared-with": ["staff"], "plan": "power-apps-per-app"}


def use(connector: str = "shared_sql", steps: int = 1) -> ConnectorUse:
    step = Step(name="Step", type="OpenApiConnection", at=AT)
    return ConnectorUse(connector=ConnectorKey(connector), custom=False, at=AT, steps=(step,) * steps)


def app(name: str, connector: str = "shared_sql") -> Component:
    return Component(kind=ComponentKind.CANVAS_APP, name=name, id=name.lower(), at=AT, uses=(use(connector),))


def flow(name: str, steps: int = 1) -> Component:
    timer = Trigger(
        name="T", type="Any", kind=None, trigger_class=TriggerClass.AUTOMATED, starts_from=StartsFrom.TIMER, at=AT
    )
    kind = ComponentKind.CLOUD_FLOW
    return Component(kind=kind, name=name, id=name.lower(), at=AT, trigger=timer, uses=(use(steps=steps),))


def estate(
    manifest: Mapping[str, object],
    *components: Component,
    day: datetime.date = DAY,
    capacities: tuple[Capacity, ...] = (),
) -> EstateFacts:
    licensing, workspace = licensing_of(manifest, *components, day=day, capacities=capacities)
    return EstateFacts(workspace, licensing)


def licensing_of(
    manifest: Mapping[str, object],
    *components: Component,
    day: datetime.date = DAY,
    capacities: tuple[Capacity, ...] = (),
) -> tuple[Licensing, Workspace]:
    governance = governance_files([Node(dict(manifest), AT)], Notes())
    inventory = Inventory(capacities=capacities)
    workspace = Workspace(governance=governance, components=components, inventory=inventory)
    return Licensing(workspace, Catalogue(), day, lambda _: ()), workspace


def needed(facts: EstateFacts) -> dict[str, tuple[int, bool]]:
    return {one.plan: (one.number, one.complete) for one in facts.cost.needs.required}


def test_a_person_takes_a_pass_for_each_app_and_premium_once() -> None:
    stock = {**DESK, "name": "Stock"}
    found = needed(estate({"populations": [STAFF], "apps": [DESK, stock]}, app("Desk"), app("Stock")))
    assert found == {"power-apps-premium": (40, True), "power-apps-per-app": (520, True)}


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"name": "Stock", "shared-with": ["staff"]}, id="an app without a plan"),
        pytest.param({**DESK, "name": "Stock", "shared-with": ["visitors"]}, id="people nobody counted"),
        pytest.param({"name": "Stock", "plan": "power-apps-per-app"}, id="nobody says for whom"),
    ],
)
def test_a_sum_that_lacks_an_app_is_not_complete(record: Mapping[str, object]) -> None:
    found = needed(estate({"populations": [STAFF], "apps": [DESK, record]}, app("Desk"), app("Stock")))
    assert found["power-apps-per-app"] == (260, False)


def test_flows_of_one_owner_take_one_plan_and_each_its_own_process_licence() -> None:
    flows = [
        {"name": "A", "owner": "svc", "plan": "power-automate-premium"},
        {"name": "B", "owner": "SVC", "plan": "power-automate-premium"},
        {"name": "C", "owner": "svc", "licence": "process"},
        {"name": "D", "owner": "svc", "licence": "process"},
    ]
    found = needed(estate({"flows": flows}, *map(flow, "ABCD")))
    assert found == {"power-automate-premium": (1, True), "power-automate-process": (2, True)}


def test_a_retired_app_takes_no_licence() -> None:
    retired = {**DESK, "retired": "true"}
    assert needed(estate({"populations": [STAFF], "apps": [retired]}, app("Desk"))) == {}


_LEAVE = {"name": "Leave", "plan": "power-apps-per-app", "shared-with": ["staff"]}


@pytest.mark.parametrize(("date", "in_use"), [("2026-11-20", False), ("2026-11-21", False), ("2026-11-22", True)])
def test_what_a_record_retires_takes_no_licence_from_its_day_on(date: str, in_use: bool) -> None:  # noqa: FBT001 - a table's column
    manifest = {
        "tenant": {"price-list": "usd-list", "agreement": {"count-reduction": "true", "anniversary": "04-01"}},
        "populations": [STAFF],
        "apps": [_LEAVE],
        "retirements": [{"app": "leave", "date": date, "population": "300"}],
        "licences": [{"plan": "power-apps-per-app", "purchased": "300"}],
    }
    facts = estate(manifest, app("Leave"))

    assert ("power-apps-per-app" in needed(facts)) == in_use
    assert [one.licences for one in facts.exits.still_bought()] == ([] if in_use else [300])


@pytest.mark.parametrize(
    ("record", "retired_on", "is_asked"),
    [
        pytest.param({"retired": "true"}, None, False, id="by its own word"),
        pytest.param({}, "2026-11-21", False, id="by a record of its retirement"),
        pytest.param({}, "2026-11-22", True, id="not before its day"),
        pytest.param({"retired": "true", "shared-with": ["staff"]}, None, True, id="not while it is shared"),
    ],
)
def test_of_a_retired_app_that_nobody_has_nothing_is_asked(
    record: Mapping[str, object],
    retired_on: str | None,
    is_asked: bool,  # noqa: FBT001 - a table's column
) -> None:
    manifest: dict[str, object] = {"apps": [{"name": "Leave", "plan": "power-apps-per-app", **record}]}
    if retired_on:
        manifest["retirements"] = [{"app": "Leave", "date": retired_on}]
    licensing, _ = licensing_of({**manifest, "populations": [{"name": "staff", "people": "3"}]}, leave := app("Leave"))
    judged = licensing.judged(leave)

    assert judged is not None
    assert bool(judged.judgement.remarks or judged.judgement.needs) == is_asked
    assert (licensing.uncounted(leave) is not None) == is_asked


@pytest.mark.parametrize(("date", "exists"), [("2026-11-21", False), ("2026-11-22", True)])
def test_a_flow_loses_its_app_on_the_day_it_retires(date: str, exists: bool) -> None:  # noqa: FBT001 - a table's column
    manifest = {
        "apps": [_LEAVE],
        "flows": [{"name": "Tell", "app": "Leave"}],
        "retirements": [{"app": "leave", "date": date}],
    }
    licensing, _ = licensing_of(manifest, app("Leave"), flow("Tell"))
    served = licensing.judged(flow("Tell"))

    assert served is not None
    assert served.flow is not None
    assert served.flow.app is not None
    assert served.flow.app.exists == exists


@pytest.mark.parametrize(
    ("tenant", "stated", "expected"),
    [
        pytest.param({"price-list": "gbp-ea"}, {}, Decimal(4), id="the list"),
        pytest.param({"price-list": "gbp-ea"}, {"price": "3.80"}, Decimal("3.80"), id="the tenant's own"),
        pytest.param({"price-list": "gbp-ea"}, {"price": "9", "currency": "USD"}, Decimal(4), id="another currency"),
        pytest.param({"currency": "GBP"}, {}, Decimal(4), id="the list of the currency"),
        pytest.param({"currency": "SEK"}, {"price": "48"}, Decimal(48), id="a currency without a list"),
        pytest.param({"currency": "SEK"}, {}, None, id="nor a price"),
        pytest.param({}, {}, None, id="no currency"),
        pytest.param({"price-list": "none-of-ours"}, {}, None, id="a list nobody knows"),
    ],
)
def test_a_price_is_the_tenants_own_else_the_lists_and_never_a_guess(
    tenant: Mapping[str, str], stated: Mapping[str, str], expected: Decimal | None
) -> None:
    record = {"plan": "power-apps-per-app", "purchased": "1", **stated}
    price = estate({"tenant": tenant, "licences": [record]}).cost.prices.get("power-apps-per-app")
    assert (price.middle if price else None) == expected


@pytest.mark.parametrize(
    ("agreement", "expected"),
    [
        pytest.param({"count-reduction": "true", "anniversary": "04-01"}, "2027-03-31", id="eve of the next"),
        pytest.param({"count-reduction": "true", "anniversary": "12-01"}, "2026-11-30", id="this year"),
        pytest.param({"count-reduction": "true", "anniversary": "11-21"}, "2027-11-20", id="on the day itself"),
        pytest.param(
            {"count-reduction": "true", "anniversary": "04-01", "ends": "2027-02-28"},
            "2027-02-28",
            id="term ends first",
        ),
        pytest.param({"count-reduction": "false", "ends": "2028-03-31"}, "2028-03-31", id="no right"),
        pytest.param({"anniversary": "04-01", "ends": "2028-03-31"}, None, id="nobody says"),
        pytest.param({"count-reduction": "true", "anniversary": "02-30"}, None, id="no day"),
    ],
)
def test_licences_may_be_given_back_at_the_anniversary_or_the_end(
    agreement: Mapping[str, str], expected: str | None
) -> None:
    assert estate({"tenant": {"agreement": agreement}}).exits.next.last_paid_day == expected


@pytest.mark.parametrize(
    ("bought", "passes"),
    [
        pytest.param("260", [], id="all are in use"),
        pytest.param("310", [50], id="fifty are spare"),
        pytest.param("900", [200], id="more are spare than it had"),
    ],
)
def test_passes_of_a_retired_app_are_those_that_nothing_else_needs(bought: str, passes: list[int]) -> None:
    manifest = {
        "tenant": {"price-list": "usd-list", "agreement": {"count-reduction": "true", "anniversary": "04-01"}},
        "populations": [STAFF],
        "apps": [DESK, {"name": "Leave", "plan": "power-apps-per-app", "retired": "true"}],
        "retirements": [{"app": "Leave", "date": "2026-09-30", "population": "200"}],
        "licences": [{"plan": "power-apps-per-app", "purchased": bought}],
    }
    # 260 of the 300 people take a pass: 40 hold Power Apps Premium.
    found = [one.licences for one in estate(manifest, app("Desk")).exits.still_bought()]
    assert found == passes


@pytest.mark.parametrize(
    ("flows", "per_day"),
    [
        pytest.param([{"name": "A", "owner": "svc"}, {"name": "B", "owner": "svc"}], [40_000], id="of one owner"),
        pytest.param([{"name": "A", "owner": "svc"}, {"name": "B", "owner": "dana"}], [20_000, 20_000], id="of two"),
        pytest.param(
            [{"name": "A", "owner": "svc"}, {"name": "B", "owner": "svc", "licence": "process"}],
            [20_000, 20_000],
            id="one on its own licence",
        ),
    ],
)
def test_requests_of_an_owners_flows_come_out_of_one_plan(flows: list[dict[str, str]], per_day: list[int]) -> None:
    records = [{**one, "runs-per-day": "5000"} for one in flows]
    found = estate({"flows": records}, flow("A", steps=3), flow("B", steps=3)).capacity.requests()
    assert [one.per_day for one in found] == per_day


def test_runs_a_day_may_be_a_fraction_or_none() -> None:
    records = [{"name": "A", "owner": "svc", "runs-per-day": "2.5"}, {"name": "B", "owner": "svc", "runs-per-day": "0"}]
    found = estate({"flows": records}, flow("A", steps=8), flow("B", steps=3)).capacity.requests()
    assert [one.per_day for one in found] == [22]


@pytest.mark.parametrize(
    ("mode", "licences", "expected"),
    [
        pytest.param("attended", [], None, id="attended"),
        pytest.param("unattended", [], (1, None), id="no record"),
        pytest.param("unattended", [{"plan": "power-automate-process", "purchased": "3"}], (1, 2), id="one on a flow"),
        pytest.param(
            "unattended", [{"plan": "power-automate-unattended-rpa", "purchased": "0"}], (1, 0), id="none is left"
        ),
    ],
)
def test_unattended_bots_are_those_no_cloud_flow_takes(
    mode: str, licences: list[dict[str, str]], expected: tuple[int, int | None] | None
) -> None:
    starter = flow("A")._replace(calls_desktop_flows=(Call(id="desk", at=AT, mode=mode),))
    found = estate({"licences": licences, "flows": [{"name": "C", "licence": "process"}]}, starter).capacity.bots()
    assert ((found.needed, found.bought) if found else None) == expected


@pytest.mark.parametrize(
    ("stated", "mode", "expected"),
    [
        pytest.param({"concurrent-runs": "3", "machines": "2"}, "unattended", (3, 2), id="more runs than machines"),
        pytest.param({"concurrent-runs": "2", "machines": "4"}, "unattended", (4, 2), id="more machines"),
        pytest.param({"machines": "4"}, "attended", (4, 2), id="the source shows none of them"),
        pytest.param({"concurrent-runs": "0"}, "attended", None, id="there are none"),
        pytest.param({"concurrent-runs": "0"}, "unattended", (1, 2), id="the source shows one"),
    ],
)
def test_unattended_runs_take_a_bot_each_and_every_machine_one(
    stated: dict[str, str], mode: str, expected: tuple[int, int] | None
) -> None:
    starter = flow("A")._replace(calls_desktop_flows=(Call(id="desk", at=AT, mode=mode),))
    licences = [{"plan": "power-automate-process", "purchased": "2"}]
    found = estate({"licences": licences, "capacity": {"desktop-flows": stated}}, starter).capacity.bots()
    assert ((found.needed, found.bought) if found else None) == expected


@pytest.mark.parametrize(
    ("cloud", "plan", "why"),
    [
        pytest.param("gcc", "power-apps-trial", "the government cloud GCC (as of 2020-03-16)", id="a trial"),
        pytest.param(
            "dod", "copilot-studio-teams", "the government cloud DoD (as of 2026-01-21)", id="agents in Teams"
        ),
        pytest.param("china", "ai-builder-addon", "the cloud of China (as of 2024-12-02)", id="AI Builder"),
        pytest.param("china", "power-automate-hosted-process", "the cloud of China (as of 2024-12-02)", id="machines"),
        pytest.param("china", "power-automate-process", None, id="what the cloud offers"),
        pytest.param("gcc", "power-apps-payg", None, id="what nobody has verified"),
        pytest.param("public", "power-apps-trial", None, id="the public cloud"),
        pytest.param(None, "power-apps-trial", None, id="nobody says which cloud"),
    ],
)
def test_a_plan_is_held_against_the_clouds_it_is_not_offered_in(cloud: str | None, plan: str, why: str | None) -> None:
    tenant = {"name": "Contoso"} | ({"cloud": cloud} if cloud else {})
    found = estate({"tenant": tenant, "licences": [{"plan": plan, "purchased": "5"}]}).unavailable()
    assert [one.why for one in found] == ([f"not offered in {why}"] if why else [])


def test_a_metered_environment_names_the_meter() -> None:
    environments = [{"name": "prod", "pay-as-you-go": "true"}, {"name": "test", "pay-as-you-go": "false"}]
    (found,) = estate({"tenant": {"cloud": "china"}, "environments": environments}).unavailable()
    assert [one.words for one in found.places] == ["pay-as-you-go in prod"]


def test_the_tenants_own_figures_of_storage_are_taken_before_those_of_its_licences() -> None:
    capacities = (
        Capacity(kind="Database", at=AT, total_mb=2048, used_mb=3072),
        Capacity(kind="File", at=AT, total_mb=2048, used_mb=0),
    )
    manifest = {"licences": [{"plan": "power-apps-premium", "purchased": "100"}]}
    found = estate(manifest, capacities=capacities).capacity.storage()
    assert found is not None
    assert (found.balance.entitled.database, found.balance.short_database) == (Decimal(2), Decimal(1))


@pytest.mark.parametrize(
    ("starts", "why"),
    [("2025-04-01", []), ("2026-01-02", [False]), (None, [True])],
    ids=["an existing customer", "a new one", "nobody says"],
)
def test_a_plan_is_held_against_the_day_the_agreement_started(starts: str | None, why: list[bool]) -> None:
    agreement = {"kind": "ea"} | ({"starts": starts} if starts else {})
    manifest = {"tenant": {"agreement": agreement}, "apps": [DESK]}
    assert [one.why is None for one in estate(manifest).unavailable()] == why
