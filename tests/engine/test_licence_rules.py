"""The licence rules beyond the case file: settings, passes, guests, what the manifest and the source say together."""

import datetime
from decimal import Decimal

import pytest

from pllint.catalogue import Catalogue
from pllint.catalogue.plans import Plans, price_of
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.apps import judge_app
from pllint.engine.licensing.cost import PASS, PREMIUM, MissingPriceError, break_even, pass_or_user
from pllint.engine.licensing.flows import judge_flow
from pllint.engine.licensing.workspace import readings_of
from pllint.model.component import Component, ComponentKind, ConnectorUse, StartsFrom, Step, Trigger, TriggerClass
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import FlowRecord, Governance, LicenceRecord, Population
from pllint.model.licence_facts import AppFacts, FlowFacts, Group, GuestLicence, Owner, Readings
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
