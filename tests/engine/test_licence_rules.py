"""The licence rules beyond the case file: settings, passes, guests, what the manifest and the source say together."""

import datetime
from decimal import Decimal

import pytest

from pllint.catalogue import Catalogue
from pllint.catalogue.plans import Plans, price_of
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.apps import judge_app
from pllint.engine.licensing.capacity import daily_limit, storage, website_bill
from pllint.engine.licensing.cost import PASS, PREMIUM, MissingPriceError, break_even, flows_or_people, pass_or_user
from pllint.engine.licensing.estate import Customer, estate
from pllint.engine.licensing.flows import judge_flow
from pllint.engine.licensing.workspace import readings_of
from pllint.model.capacity_facts import Storage, WebsiteUse
from pllint.model.component import Component, ComponentKind, ConnectorUse, StartsFrom, Step, Trigger, TriggerClass
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import FlowRecord, Governance, LicenceRecord, Population
from pllint.model.licence_facts import (
    AppFacts,
    CapacityAdvice,
    FlowFacts,
    Group,
    GuestLicence,
    LicenceJudgement,
    Owner,
    Place,
    Readings,
    ServedApp,
)
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

_AT = Anchor(Source("estate.yaml", bytes))
_TODAY = "2026-11-21"


@pytest.mark.parametrize(
    ("setting", "before", "after"),
    [
        ("by-date", "required", "advised"),
        ("required", "required", "required"),
        ("advised", "advised", "advised"),
        ("ignore", None, None),
    ],
)
def test_team_benefit_is_read_as_the_setting_says(setting: str, before: str | None, after: str | None) -> None:
    flow = FlowFacts(
        premium=True,
        trigger="scheduled",
        owner=Owner(holds=("power-automate-premium",)),
        people=(Group(name="sales", number=40, role="benefits"),),
    )
    readings = readings_of({"team-benefit": setting})

    levels = []
    for day in ("2023-07-30", "2023-07-31"):
        judged = judge_flow(flow, day, Plans(), readings)
        levels.append(next((row.level for row in judged.needs if row.who == "team"), None))

    assert levels == [before, after]


@pytest.mark.parametrize(
    ("setting", "rows"),
    [
        ("both", {("parent-owners", "required"), ("child-owner", "advised")}),
        ("parent", {("parent-owners", "required")}),
        ("owner", {("child-owner", "required")}),
    ],
)
def test_child_context_is_read_as_the_setting_says(setting: str, rows: set[tuple[str, str]]) -> None:
    parent = FlowFacts(premium=False, trigger="scheduled", owner=Owner(name="ada"))
    child = FlowFacts(premium=True, trigger="child", owner=Owner(name="bo"), called_by=(parent,))

    judged = judge_flow(child, _TODAY, Plans(), readings_of({"child-context": setting}))

    assert {(row.who, row.level) for row in judged.needs} == rows


def test_a_setting_that_is_no_word_of_its_key_leaves_the_default() -> None:
    assert readings_of({"team-benefit": "sometimes", "per-user-from-apps": "many"}) == Readings()


def test_apps_per_pass_can_be_set_against_the_date() -> None:
    app = AppFacts(premium=True, people=(Group(number=1),), apps_per_user=4)

    assert judge_app(app, _TODAY, Plans()).passes_per_user == 4
    assert judge_app(app, _TODAY, Plans(), Readings(apps_per_pass=2)).passes_per_user == 2


def test_passes_go_to_members_before_guests_and_never_to_people_whose_licence_is_unknown() -> None:
    guests = Group(name="suppliers", number=10, guests=GuestLicence(home="unlicensed"))
    unknown = Group(name="auditors", number=5, guests=GuestLicence())
    app = AppFacts(premium=True, people=(guests, unknown, Group(name="staff", number=4)), passes=6)

    judged = judge_app(app, _TODAY, Plans())

    assert (judged.short, judged.unknown) == (8, 5)
    remark = judged.remark("app-users-unlicensed")
    assert remark is not None
    assert remark.who == ("suppliers",)


def _checks(judged: LicenceJudgement) -> set[str]:
    return {remark.check for remark in judged.remarks}


@pytest.mark.parametrize(
    ("holds", "short", "checks"),
    [
        pytest.param(("microsoft-365",), 1, {"managed-environment-unlicensed"}, id="no premium plan"),
        pytest.param(("power-automate-trial",), 0, {"licence-trial-only"}, id="a trial"),
        pytest.param(("dynamics-365-enterprise",), 0, set(), id="a premium plan of any kind"),
    ],
)
def test_a_standard_flow_in_a_managed_environment(holds: tuple[str, ...], short: int, checks: set[str]) -> None:
    flow = FlowFacts(
        premium=False, trigger="scheduled", place=Place(managed=True), owner=Owner(name="nadia", holds=holds)
    )

    judged = judge_flow(flow, _TODAY, Plans())

    assert (judged.short, _checks(judged)) == (short, checks)
    assert judged.alternative == (CapacityAdvice("power-automate-process") if short else None)


def test_a_trial_is_told_of_whoever_it_covers() -> None:
    trial = (("power-automate-trial", 4),)
    parent = FlowFacts(premium=False, trigger="button", people=(Group(number=4, holds=trial, role="runs"),))
    licensed = Owner(name="nadia", holds=("power-automate-premium",))
    child = FlowFacts(premium=True, trigger="child", owner=licensed, called_by=(parent,))
    receivers = Group(number=4, holds=trial, role="triggers-and-receives")
    mailing = FlowFacts(premium=True, trigger="automated", owner=licensed, people=(receivers,))
    maker = Group(name="dana", holds=(("power-apps-trial", 1),))
    app = AppFacts(premium=True, people=(Group(number=2, holds=(("power-apps-premium", 2),)),), makers=(maker,))

    assert "licence-trial-only" in _checks(judge_flow(child, _TODAY, Plans()))
    assert "licence-trial-only" in _checks(judge_flow(mailing, _TODAY, Plans()))
    assert "licence-trial-only" in _checks(judge_app(app, _TODAY, Plans()))


@pytest.mark.parametrize(
    ("trigger", "plan", "short"),
    [
        ("automated", "power-automate-per-flow", 1),
        ("automated", "power-automate-process", 0),
        ("child", "power-automate-per-flow", 0),
    ],
)
def test_a_per_flow_licence_reaches_child_flows_and_no_associated_ones(trigger: str, plan: str, short: int) -> None:
    parent = FlowFacts(premium=False, trigger="scheduled", owner=Owner(name="omar"))
    called_by = (parent,) if trigger == "child" else ()
    flow = FlowFacts(premium=True, trigger=trigger, owner=Owner(name="nadia"), covered_by=plan, called_by=called_by)

    assert judge_flow(flow, "2023-09-01", Plans()).short == short


@pytest.mark.parametrize(
    ("flow", "metered"),
    [
        pytest.param(FlowFacts(premium=True, trigger="child"), False, id="a child flow"),
        pytest.param(FlowFacts(premium=True, trigger="child", unattended=True), True, id="an unattended child flow"),
        pytest.param(
            FlowFacts(premium=True, trigger="automated", licence="power-automate-process"), False, id="Process"
        ),
        pytest.param(FlowFacts(premium=False, trigger="automated"), None, id="standard"),
    ],
)
def test_what_a_meter_bills(flow: FlowFacts, metered: bool | None) -> None:  # noqa: FBT001 - a table's column
    assert judge_flow(flow._replace(place=Place(pay_as_you_go=True)), _TODAY, Plans()).metered is metered


@pytest.mark.parametrize(
    ("app", "group", "short"),
    [
        pytest.param(None, "app-premium", 9, id="an app nobody names"),
        pytest.param(ServedApp(name="Sales", kind="dynamics-365"), "app-premium-in-dynamics", 0, id="of Dynamics"),
        pytest.param(ServedApp(name="Sales", exists=False), "flow-standalone", 9, id="an app that is gone"),
    ],
)
def test_the_users_of_an_app_need_its_plans_for_the_flow_it_starts(
    app: ServedApp | None, group: str, short: int
) -> None:
    users = Group(name="sellers", number=9, holds=(("dynamics-365-enterprise", 9),), role="runs")
    flow = FlowFacts(premium=True, trigger="power-app", app=app, people=(users,))
    child = FlowFacts(premium=True, trigger="child", called_by=(flow,))

    judged, as_parent = judge_flow(flow, _TODAY, Plans()), judge_flow(child, _TODAY, Plans())

    assert [(row.who, row.any_of, row.short) for row in judged.needs] == [("app-users", group, short)]
    assert [(row.who, row.any_of, row.short) for row in as_parent.needs][:1] == [("app-users", group, short)]


@pytest.mark.parametrize(
    ("number", "is_told"), [pytest.param(1, False, id="one"), (2, True), pytest.param(None, True, id="not counted")]
)
def test_many_people_whose_data_goes_to_dataverse(number: int | None, is_told: bool) -> None:  # noqa: FBT001 - a table's column
    flow = FlowFacts(
        premium=True,
        trigger="automated",
        owner=Owner(name="nadia", holds=("power-automate-premium",)),
        people=(Group(name="drivers", number=number, role="triggers"),),
        on_dataverse=True,
    )

    assert ("multiplexing-dataverse-writes" in _checks(judge_flow(flow, _TODAY, Plans()))) is is_told


def test_a_website_flow_gets_no_finding() -> None:
    flow = FlowFacts(premium=True, trigger="power-pages", attended=True, people=(Group(number=9, role="runs"),))

    assert judge_flow(flow, _TODAY, Plans()) == LicenceJudgement()


def test_the_developer_plan_is_no_plan_for_a_shared_environment() -> None:
    check, plan = "developer-plan-outside-developer-environment", "power-apps-developer"
    app = AppFacts(premium=True, plan=plan, people=(Group(number=2, holds=(("power-apps-premium", 2),)),))
    flow = FlowFacts(premium=True, trigger="scheduled", plan=plan, owner=Owner(holds=("power-automate-premium",)))
    developer = Place(type="developer")

    assert check in _checks(judge_app(app, _TODAY, Plans()))
    assert check in _checks(judge_flow(flow, _TODAY, Plans()))
    assert check not in _checks(judge_app(app._replace(place=developer), _TODAY, Plans()))
    assert check not in _checks(judge_flow(flow._replace(place=developer, purpose="use"), _TODAY, Plans()))


@pytest.mark.parametrize(
    ("others", "is_told"),
    [
        pytest.param((), True, id="nobody"),
        pytest.param((Group(number=None, holds=(("power-apps-premium", 3),)),), False, id="a group of unknown size"),
        pytest.param((Group(number=None, guests=GuestLicence()),), False, id="guests of unknown home"),
    ],
)
def test_a_licence_in_a_group_nobody_has_counted_is_a_licence(others: tuple[Group, ...], is_told: bool) -> None:  # noqa: FBT001 - a table's column
    app = AppFacts(premium=True, people=(Group(number=4), *others))

    assert ("licence-count-missing" in _checks(judge_app(app, _TODAY, Plans()))) is is_told


def test_a_metered_developer_environment_asks_nobody_for_people() -> None:
    app = AppFacts(premium=True, place=Place(pay_as_you_go=True))

    assert _checks(judge_app(app, _TODAY, Plans())) == {"app-users-unknown"}
    assert not judge_app(app._replace(place=Place(type="developer", pay_as_you_go=True)), _TODAY, Plans()).remarks


def test_the_active_people_of_all_groups_are_those_with_a_licence_first() -> None:
    people = (Group(number=30), Group(number=20, holds=(("power-apps-premium", 8),)))
    app = AppFacts(premium=False, place=Place(managed=True), people=people, active_people=10)

    managed = judge_app(app, _TODAY, Plans())
    metered = judge_app(app._replace(premium=True, place=Place(pay_as_you_go=True)), _TODAY, Plans())

    assert [(row.number, row.short) for row in managed.needs] == [(10, 2)]
    assert metered.metered_users == 2


def test_a_circle_of_child_flows_ends() -> None:
    one = FlowFacts(premium=True, trigger="child", owner=Owner(name="ada"))
    two = FlowFacts(premium=True, trigger="child", owner=Owner(name="bo"), called_by=(one,))

    assert judge_flow(one._replace(called_by=(two,)), _TODAY, Plans()).needs == ()


@pytest.mark.parametrize(
    ("each", "everybody", "per_pass", "apps"),
    [
        ("4", "18", 1, 5), ("4.50", "16", 1, 4), ("3.50", "20", 1, 6), ("5", "20", 1, 5), ("5", "12", 1, 3),
        ("10", "40", 2, 9), ("0", "20", 1, None),
    ],
)  # fmt: skip
def test_the_break_even_follows_from_the_prices(each: str, everybody: str, per_pass: int, apps: int | None) -> None:
    prices = {PASS: price_of(Decimal(each)), PREMIUM: price_of(Decimal(everybody))}

    assert break_even(prices, per_pass) == apps


@pytest.mark.parametrize("plan", ["power-automate-per-user", "power-automate-premium"])
def test_a_flow_licence_is_compared_with_the_plan_for_a_person_that_has_a_price(plan: str) -> None:
    prices = {"power-automate-per-flow": price_of(Decimal(100)), plan: price_of(Decimal(15))}

    per_flow, compared = flows_or_people(prices, flows=1, people=34)

    assert compared is not None
    assert [per_flow, compared.second.middle] == [500, 510]
    assert compared.cheaper == "per-flow"


@pytest.mark.parametrize(
    ("held", "missing"),
    [
        ((("authenticated-packs", 3),), []),
        ((("authenticated-packs", 2),), ["website-capacity-short"]),
        ((("authenticated-packs", 3), ("anonymous-packs", 1)), ["website-capacity-short"]),
    ],
    ids=["enough of what is counted", "too few of it", "too few of one"],
)
def test_packs_that_nobody_has_counted_are_not_called_short(
    held: tuple[tuple[str, int], ...], missing: list[str]
) -> None:
    use = WebsiteUse(authenticated=250, anonymous=900, held=held)

    assert [one.check for one in website_bill(use, _TODAY, Plans()).remarks] == missing


def test_developer_plans_add_nothing_to_the_storage_of_the_tenant() -> None:
    found = storage({"power-apps-developer": 3, "power-apps-premium": 4}, _TODAY, Plans())

    assert found.entitled == Storage(Decimal(11), Decimal(28), Decimal(2))


@pytest.mark.parametrize(
    ("plans", "limit"),
    [
        (["power-apps-trial"], 40_000),
        (["power-automate-trial", "power-automate-per-user"], 40_000),
        (["power-automate-trial", "power-apps-per-app"], 46_000),
    ],
)
def test_a_trial_has_the_request_limit_of_premium(plans: list[str], limit: int) -> None:
    assert daily_limit(plans, 1, 0, _TODAY, Plans()) == limit


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ("power-apps-premium", {"licence-count-missing"}),
        ("power-automate-per-flow", {"licence-count-missing", "plan-no-longer-sold"}),
        ("power-apps-per-app", {"licence-count-missing", "plan-not-available"}),
    ],
)
def test_a_plan_that_is_needed_and_not_on_record_is_judged_as_one_that_is(plan: str, told: set[str]) -> None:
    customer = Customer(agreement="mpsa", existing=False)

    found = estate((), {plan: 45}, customer, _TODAY, Plans())

    assert {one.check for one in found.remarks} == told


def test_a_missing_price_is_said_and_never_guessed() -> None:
    with pytest.raises(MissingPriceError, match=PREMIUM):
        pass_or_user({PASS: price_of(Decimal(4))}, 10)


def _flow(name: str) -> Component:
    start = Trigger(
        name="Daily",
        type="Recurrence",
        kind=None,
        trigger_class=TriggerClass.SCHEDULED,
        starts_from=StartsFrom.TIMER,
        at=_AT,
    )
    step = Step(name="Post", type="Http", at=_AT)
    use = ConnectorUse(connector=ConnectorKey("Http"), custom=False, at=_AT, steps=(step,))
    return Component(kind=ComponentKind.CLOUD_FLOW, name=name, id=name.lower(), at=_AT, trigger=start, uses=(use,))


def _licensing(governance: Governance, *flows: Component, **settings: str) -> Licensing:
    environment = Environment(name="prod", at=_AT, type=EnvironmentType.PRODUCTION)
    workspace = Workspace(components=flows, environments=(environment,), governance=governance)
    return Licensing(
        workspace, Catalogue(), datetime.date(2026, 11, 21), lambda _: (environment,), tuple(settings.items())
    )


def test_as_many_owners_are_covered_as_plans_are_bought() -> None:
    plan = "power-automate-premium"
    governance = Governance(
        at=_AT,
        flows=(
            FlowRecord(name="One", at=_AT, owner="ada", plan=plan),
            FlowRecord(name="Two", at=_AT, owner="bo", plan=plan),
            FlowRecord(name="Three", at=_AT, owner="ada", plan=plan),
        ),
        licences=(LicenceRecord(plan="POWERAUTOMATE_ATTENDED_RPA", at=_AT, purchased=1),),
    )
    flows = (_flow("One"), _flow("Two"), _flow("Three"))
    licensing = _licensing(governance, *flows)

    judged = [licensing.judged(flow) for flow in flows]

    assert [one.judgement.short for one in judged if one] == [0, 1, 0]


def test_a_population_of_the_owners_name_says_what_the_owner_holds() -> None:
    governance = Governance(
        at=_AT,
        flows=(FlowRecord(name="One", at=_AT, owner="Nadia"),),
        populations=(Population(name="nadia", at=_AT, people=1, holds=(("Office 365 E3", 1),)),),
        licences=(LicenceRecord(plan="power-automate-premium", at=_AT, purchased=9),),
    )
    flow = _flow("One")

    judged = _licensing(governance, flow).judged(flow)

    assert judged is not None
    assert [remark.check for remark in judged.judgement.remarks] == ["flow-owner-unlicensed"]


@pytest.mark.parametrize(("tier", "verdict"), [("premium", "yes"), ("standard", "no")])
def test_plain_http_is_premium_unless_the_settings_say_standard(tier: str, verdict: str) -> None:
    flow = _flow("One")

    licensing = _licensing(Governance(at=_AT), flow, **{"http-tier": tier})

    assert licensing.premium(flow).verdict == verdict
