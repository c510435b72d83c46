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
from pllint.model.environment import Environment
from pllint.model.estate import Runs, Sum
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
    environments = [
        Environment(name=one.name, at=one.at, pay_as_you_go=one.pay_as_you_go)
        for one in (governance.environments if governance else ())
    ]
    workspace = Workspace(governance=governance, components=components, environments=environments, inventory=inventory)
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


def instant(name: str) -> Component:
    """Make a premium flow that people start with a button."""
    made = flow(name)
    assert made.trigger is not None
    return made._replace(trigger=made.trigger._replace(starts_from=StartsFrom.BUTTON))


_BY_DRIVERS = [{"who": "drivers", "role": "runs"}]
_METERED = {"name": "prod", "type": "production", "pay-as-you-go": "true"}


def runs_of(
    record: Mapping[str, object],
    people: str = "8",
    *,
    cloud: str = "public",
    others: tuple[dict[str, object], ...] = (),
) -> Runs | None:
    """Compare what pays for the runs of a flow A: started with a button where people run it, else by a timer."""
    made = instant("A") if "people" in record else flow("A")
    manifest = {
        "tenant": {"price-list": "usd-list", "cloud": cloud},
        "environments": [_METERED],
        "populations": [
            {"name": "drivers", "people": people, "within": "staff"},
            {"name": "staff", "people": "90"},
            {"name": "carriers", "people": "4", "guests": {"home": "licensed"}},
        ],
        "flows": [{"name": "A", **record}, *others],
    }
    return estate(manifest, made, instant("B"), flow("C")).flow_cost.of_runs(made)


@pytest.mark.parametrize(
    ("record", "people", "sums", "on_flow", "cheaper"),
    [
        # 0.60 a run in 30 days, against 15 for each person or 150 for the flow.
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "2"}, "8", (36, 120), 0, "meter", id="plans of people"),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "8"}, "50", (144, 150), 1, "meter", id="one on the flow"),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "9"}, "50", (162, 150), 1, "plan", id="run too often"),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "5"}, "6", (90, 90), 0, "equal", id="the same"),
        pytest.param({"owner": "nadia", "runs-per-day": "0.5"}, "8", (9, 15), 0, "meter", id="every other day"),
        pytest.param({"owner": "nadia", "runs-per-day": "1"}, "8", (18, 15), 0, "plan", id="every day"),
    ],
)
def test_the_meter_of_runs_is_held_against_the_cheapest_licences(
    record: Mapping[str, object], people: str, sums: tuple[int, int], on_flow: int, cheaper: str
) -> None:
    found = runs_of(record, people)
    assert found is not None
    assert (found.by_meter, found.by_plan) == tuple(Sum(*[Decimal(one)] * 3) for one in sums)
    assert (found.on_flow, found.cheaper, found.metered) == (on_flow, cheaper, False)


def test_an_owner_whom_nobody_names_pays_for_one_plan_in_place_of_the_meter() -> None:
    found = runs_of({"environment": "prod", "runs-per-day": "100"})
    assert found is not None
    assert (found.metered, found.people, found.cheaper) == (True, 1, "plan")


@pytest.mark.parametrize(
    ("record", "people", "cloud", "others"),
    [
        pytest.param({"people": _BY_DRIVERS}, "8", "public", (), id="nobody says how often"),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "0"}, "8", "public", (), id="never"),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "2"}, "", "public", (), id="people nobody counted"),
        pytest.param(
            {"people": [*_BY_DRIVERS, {"who": "visitors", "role": "runs"}], "runs-per-day": "2"},
            "8",
            "public",
            (),
            id="some of them nobody counted",
        ),
        pytest.param(
            {"people": [*_BY_DRIVERS, {"who": "carriers", "role": "runs"}], "runs-per-day": "2"},
            "8",
            "public",
            (),
            id="guests with licences of their own",
        ),
        pytest.param(
            {"people": _BY_DRIVERS, "runs-per-day": "2", "retired": "true"}, "8", "public", (), id="it is retired"
        ),
        pytest.param(
            {"people": _BY_DRIVERS, "runs-per-day": "2", "licence": "process"}, "8", "public", (), id="on its licence"
        ),
        pytest.param({"people": _BY_DRIVERS, "runs-per-day": "2"}, "8", "china", (), id="no meter in this cloud"),
        pytest.param(
            {"people": _BY_DRIVERS, "runs-per-day": "2"},
            "8",
            "public",
            ({"name": "B", "people": _BY_DRIVERS},),
            id="plans that pay for another flow too",
        ),
        pytest.param(
            {"owner": "nadia", "runs-per-day": "0.5"},
            "8",
            "public",
            ({"name": "C", "owner": "Nadia"},),
            id="an owner with another flow",
        ),
        pytest.param(
            {"people": _BY_DRIVERS, "runs-per-day": "2"},
            "8",
            "public",
            ({"name": "B", "people": [{"who": "staff", "role": "runs"}]},),
            id="people who are part of those of another flow",
        ),
        pytest.param({"runs-per-day": "0.5"}, "8", "public", (), id="an owner who may have another flow"),
        pytest.param(
            {"owner": "robot", "owner-kind": "service-principal", "runs-per-day": "0.5"},
            "8",
            "public",
            (),
            id="an application",
        ),
    ],
)
def test_runs_are_not_compared_where_something_else_decides(
    record: Mapping[str, object], people: str, cloud: str, others: tuple[dict[str, object], ...]
) -> None:
    assert runs_of(record, people, cloud=cloud, others=others) is None


def test_runs_that_plans_of_people_cover_are_not_billed() -> None:
    manifest = {
        "tenant": {"price-list": "usd-list"},
        "environments": [_METERED],
        "populations": [{"name": "drivers", "people": "8", "holds": {"power-automate-premium": "8"}}],
        "flows": [{"name": "A", "environment": "prod", "people": _BY_DRIVERS, "runs-per-day": "100"}],
    }
    made = instant("A")
    assert estate(manifest, made).flow_cost.of_runs(made) is None


def test_a_desktop_flow_has_a_price_of_its_own() -> None:
    made = flow("A")._replace(calls_desktop_flows=(Call(id="desk", at=AT, mode="unattended"),))
    manifest = {"tenant": {"price-list": "usd-list"}, "flows": [{"name": "A", "owner": "nadia", "runs-per-day": "0.5"}]}
    assert estate(manifest, made).flow_cost.of_runs(made) is None


def test_a_list_without_the_meter_gives_no_sums() -> None:
    made = flow("A")
    manifest = {"tenant": {"price-list": "gbp-ea"}, "flows": [{"name": "A", "owner": "nadia", "runs-per-day": "2"}]}
    found = estate(manifest, made).flow_cost.of_runs(made)
    assert found is not None
    assert found.by_meter is None


def _packed(**more: object) -> dict[str, object]:
    return {"licence": "per-flow", **more}


@pytest.mark.parametrize(
    ("records", "on_flow", "people", "by_person"),
    [
        pytest.param({"A": _packed(owner="nadia"), "C": _packed(owner="nadia")}, 300, 1, 15, id="one owner"),
        pytest.param({"A": _packed(owner="nadia"), "C": _packed(owner="dana")}, 300, 2, 30, id="two owners"),
        pytest.param({"A": _packed(owner="nadia"), "B": _packed(people=_BY_DRIVERS)}, 300, 9, 135, id="runners"),
        pytest.param({"A": _packed(owner="nadia"), "C": _packed()}, 300, None, None, id="an owner nobody names"),
        pytest.param(
            {"A": _packed(owner="nadia"), "D": _packed(owner="dana")}, 300, None, None, id="not in the source"
        ),
        pytest.param(
            {"A": _packed(owner="r", **{"owner-kind": "service-principal"})}, 150, None, None, id="an application"
        ),
    ],
)
def test_a_pack_of_flow_licences_is_held_against_what_is_sold_today(
    records: Mapping[str, Mapping[str, object]], on_flow: int, people: int | None, by_person: int | None
) -> None:
    manifest = {
        "tenant": {"price-list": "usd-list"},
        "populations": [{"name": "drivers", "people": "8"}],
        "licences": [{"plan": "power-automate-per-flow", "purchased": "5"}],
        "flows": [{"name": name, **record} for name, record in records.items()],
    }
    pack = estate(manifest, flow("A"), instant("B"), flow("C")).flow_cost.pack()
    assert pack is not None
    assert (pack.flows, pack.monthly) == (len(records), Decimal(500))
    assert pack.on_flow is not None
    assert pack.on_flow.middle == on_flow
    assert (pack.people, pack.by_person.middle if pack.by_person else None) == (people, by_person)


def test_whom_a_pack_serves_is_not_known_where_nobody_knows_what_its_flows_connect_to() -> None:
    made = flow("A")._replace(uses=(use("shared_nobodyknows"),))
    manifest = {
        "tenant": {"price-list": "usd-list"},
        "licences": [{"plan": "power-automate-per-flow", "purchased": "5"}],
        "flows": [{"name": "A", "owner": "nadia", "licence": "per-flow"}],
    }
    pack = estate(manifest, made).flow_cost.pack()
    assert pack is not None
    assert pack.people is None
