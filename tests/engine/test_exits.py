"""When licences can be given up under an agreement, and what those of retired things cost until then."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.estate_facts import EstateFacts
from pllint.engine.licensing.exits import Exits, exit_since, next_exit
from pllint.model.component import Component, ComponentKind, ConnectorUse, Step
from pllint.model.connector_id import ConnectorKey
from pllint.model.estate import StillBought
from pllint.model.governance import Agreement
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("here", bytes))


def reducible(anniversary: str | None = "04-01", ends: str | None = None, starts: str | None = None) -> Agreement:
    return Agreement(at=AT, count_reduction=True, anniversary=anniversary, ends=ends, starts=starts)


def fixed(ends: str | None = "2028-03-31", starts: str | None = None) -> Agreement:
    return Agreement(at=AT, count_reduction=False, ends=ends, starts=starts)


@pytest.mark.parametrize(
    ("agreement", "day", "last", "lower_on"),
    [
        pytest.param(reducible(), "2027-03-31", "2027-03-31", "2027-04-01", id="on the eve"),
        pytest.param(reducible(), "2027-04-01", "2028-03-31", "2028-04-01", id="on the anniversary"),
        pytest.param(reducible("01-01"), "2026-12-31", "2026-12-31", "2027-01-01", id="at the turn of the year"),
        pytest.param(reducible("02-29"), "2027-02-28", "2027-02-28", "2027-03-01", id="a leap day, in another year"),
        pytest.param(reducible("02-29"), "2027-03-01", "2028-02-28", "2028-02-29", id="the day that stands for it"),
        pytest.param(reducible("02-29"), "2028-02-28", "2028-02-28", "2028-02-29", id="the eve of a leap day"),
        pytest.param(reducible("02-29"), "2028-02-29", "2029-02-28", "2029-03-01", id="on the leap day"),
        pytest.param(reducible("02-29"), "2099-12-01", "2100-02-28", "2100-03-01", id="a century that has none"),
        pytest.param(reducible("03-01"), "2028-02-01", "2028-02-29", "2028-03-01", id="the eve is a leap day"),
        pytest.param(reducible(ends="2027-02-28"), "2026-11-21", "2027-02-28", "2027-03-01", id="the term ends first"),
        pytest.param(reducible(ends="2026-11-21"), "2026-11-21", "2026-11-21", "2026-11-22", id="its last day"),
        pytest.param(fixed(), "2026-11-21", "2028-03-31", "2028-04-01", id="no right"),
        pytest.param(fixed("2026-11-21"), "2026-11-21", "2026-11-21", "2026-11-22", id="no right, its last day"),
    ],
)
def test_licences_are_paid_until_the_next_exit(agreement: Agreement, day: str, last: str, lower_on: str) -> None:
    found = next_exit(agreement, day)

    assert (found.last_paid_day, found.lower_on, found.why) == (last, lower_on, "")


@pytest.mark.parametrize(
    ("agreement", "why"),
    [
        pytest.param(None, "no agreement is on record", id="none"),
        pytest.param(fixed("2026-11-20"), "the agreement ended on 2026-11-20", id="ended yesterday"),
        pytest.param(reducible(ends="2026-11-20"), "the agreement ended on 2026-11-20", id="ended, with the right"),
        pytest.param(fixed(None), "nobody says when the agreement ends", id="no end"),
        pytest.param(
            Agreement(at=AT, anniversary="04-01", ends="2028-03-31"),
            "nobody says whether counts may be lowered at the anniversary of the agreement",
            id="no word on the right",
        ),
        pytest.param(
            reducible(None),
            "nobody says on which day of the year the agreement has its anniversary",
            id="no anniversary",
        ),
        pytest.param(
            reducible("04-31"), "nobody says on which day of the year the agreement has its anniversary", id="no day"
        ),
    ],
)
def test_an_exit_that_no_record_tells_is_not_guessed(agreement: Agreement | None, why: str) -> None:
    found = next_exit(agreement, "2026-11-21")

    assert (found.last_paid_day, found.lower_on, found.why) == (None, None, why)


@pytest.mark.parametrize(
    ("agreement", "retired", "expected"),
    [
        pytest.param(None, "2026-01-01", None, id="no agreement"),
        pytest.param(reducible(), "2026-03-31", "2026-04-01", id="retired on the eve"),
        pytest.param(reducible(), "2026-04-01", None, id="retired on the anniversary"),
        pytest.param(reducible("11-21"), "2026-09-30", "2026-11-21", id="the anniversary is today"),
        pytest.param(reducible("11-22"), "2026-09-30", None, id="the anniversary is tomorrow"),
        pytest.param(reducible(), "2024-01-01", "2026-04-01", id="the last one of several"),
        pytest.param(fixed(), "2026-01-01", None, id="no right"),
        pytest.param(fixed(starts="2026-10-01"), "2026-09-30", "2026-10-01", id="another agreement since"),
        pytest.param(fixed(starts="2026-12-01"), "2026-09-30", None, id="another agreement to come"),
    ],
)
def test_licences_may_have_been_given_up_since(agreement: Agreement | None, retired: str, expected: str | None) -> None:
    assert exit_since(agreement, retired, "2026-11-21") == expected


RIGHT = {"kind": "ea", "anniversary": "04-01", "ends": "2028-03-31", "count-reduction": "true"}
NO_RIGHT = {**RIGHT, "count-reduction": "false"}
PASSES = {"plan": "power-apps-per-app", "purchased": "500", "price": "4"}
PREMIUM = {"plan": "power-apps-premium", "purchased": "60", "assigned": "48", "price": "18"}
LEAVE = {"name": "Leave", "plan": "power-apps-per-app", "environment": "hr"}
REVIEW = {"date": "2026-10-02", "keep": "50", "reassign": "60", "reclaim": "90"}
GONE: Mapping[str, object] = {"app": "Leave", "date": "2026-09-30", "licence-review": REVIEW}
DESK = Component(
    kind=ComponentKind.CANVAS_APP,
    name="Desk",
    id="desk",
    at=AT,
    uses=(
        ConnectorUse(
            connector=ConnectorKey("shared_sql"),
            custom=False,
            at=AT,
            steps=(Step(name="Step", type="OpenApiConnection", at=AT),),
        ),
    ),
)


def exits(
    retirements: Sequence[Mapping[str, object]] = (GONE,),
    licences: Sequence[Mapping[str, object]] = (PASSES,),
    *,
    agreement: Mapping[str, str] = RIGHT,
    apps: Sequence[Mapping[str, object]] = (LEAVE,),
    components: Sequence[Component] = (),
    day: str = "2026-11-21",
    counted: str = "2026-09-01",
) -> Exits:
    tenant = {"currency": "GBP", "licences-as-of": counted, "agreement": dict(agreement)}
    document = {
        "tenant": {key: value for key, value in tenant.items() if value},
        "populations": [{"name": "staff", "people": "460"}],
        "apps": list(apps),
        "licences": list(licences),
        "retirements": list(retirements),
    }
    governance = governance_files([Node(document, AT)], Notes())
    workspace = Workspace(governance=governance, components=components)
    licensing = Licensing(workspace, Catalogue(), datetime.date.fromisoformat(day), lambda _: ())
    return EstateFacts(workspace, licensing).exits


def only(found: Exits) -> StillBought:
    (one,) = found.left_behind
    return one


@pytest.mark.parametrize(
    ("retired", "agreement", "day", "months", "amount"),
    [
        # 90 passes at GBP 4.
        pytest.param("2026-09-30", RIGHT, "2026-11-21", 6, 2160, id="to the anniversary"),
        pytest.param("2026-09-30", NO_RIGHT, "2026-11-21", 18, 6480, id="to the end of the term"),
        pytest.param("2026-12-31", RIGHT, "2027-01-01", 3, 1080, id="a quarter"),
        pytest.param("2027-03-31", RIGHT, "2027-03-31", 0, 0, id="retired on the last paid day"),
        pytest.param("2028-02-29", NO_RIGHT, "2028-03-01", 1, 360, id="retired on a leap day"),
    ],
)
def test_months_are_counted_from_the_one_after_the_retirement(
    retired: str, agreement: Mapping[str, str], day: str, months: int, amount: int
) -> None:
    retirement = {**GONE, "date": retired, "licence-review": {**REVIEW, "date": retired}}
    found = only(exits([retirement], agreement=agreement, day=day, counted=retired))

    assert (found.licences, found.months, found.amount and found.amount.middle) == (90, months, Decimal(amount))


def test_a_price_that_is_a_range_gives_a_range() -> None:
    found = only(exits(licences=[{"plan": "power-apps-per-app", "purchased": "500"}]))

    # 90 passes at 3.50 to 4.50, the middle at 4, over six months.
    assert found.amount == (Decimal(1890), Decimal(2430), Decimal(2160))


@pytest.mark.parametrize(
    ("retirement", "licences"),
    [
        pytest.param({"app": "Leave", "date": "2026-09-30", "population": "200"}, 200, id="no review: all of them"),
        pytest.param(
            {**GONE, "population": "200", "licence-review": {**REVIEW, "date": "2026-11-22"}},
            200,
            id="a review to come: all of them",
        ),
        pytest.param({**GONE, "population": "200"}, 90, id="reviewed: those given back"),
        pytest.param(
            {**GONE, "population": "200", "licence-review": {**REVIEW, "reclaim": "0"}}, 0, id="none given back"
        ),
        pytest.param({**GONE, "licence-review": {**REVIEW, "reclaim": "900"}}, 500, id="no more than there are"),
    ],
)
def test_paid_on_are_the_licences_that_the_review_gave_back(retirement: Mapping[str, object], licences: int) -> None:
    assert only(exits([retirement])).licences == licences


def test_what_another_app_needs_is_not_paid_for_nothing() -> None:
    apps: list[Mapping[str, object]] = [
        LEAVE, {"name": "Desk", "plan": "power-apps-per-app", "shared-with": ["staff"]},
    ]  # fmt: skip
    found = only(exits(apps=apps, components=[DESK]))

    assert (found.licences, found.at_most) == (40, False)  # 460 of the 500


def test_where_an_app_says_no_plan_it_is_no_more_than_a_bound() -> None:
    apps: list[Mapping[str, object]] = [LEAVE, {"name": "Desk", "shared-with": ["staff"]}]
    found = only(exits(apps=apps, components=[DESK]))

    assert (found.licences, found.at_most, found.what) == (90, True, "up to 90 Power Apps per app passes")


def test_of_user_plans_those_are_paid_on_that_nobody_is_assigned() -> None:
    apps = [{**LEAVE, "plan": "power-apps-premium"}]
    gone = {**GONE, "licence-review": {**REVIEW, "reclaim": "8"}}

    assert only(exits([gone], [PREMIUM], apps=apps)).licences == 8
    assert only(exits([gone], [{**PREMIUM, "purchased": "45"}], apps=apps)).licences == 5  # 40 are still assigned


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param(exits(agreement={}), "no agreement is on record", id="no agreement"),
        pytest.param(
            exits(apps=[]), "no record says which licences the people of the app 'Leave' had", id="the app is gone"
        ),
        pytest.param(
            exits(licences=[{"plan": "power-apps-per-app"}]),
            "no count on record says how many Power Apps per app passes are bought",
            id="nobody says how many are bought",
        ),
        pytest.param(
            exits([{"app": "Leave", "licence-review": REVIEW}]),
            "no record says since when the app 'Leave' is retired",
            id="no day of retirement",
        ),
        pytest.param(
            exits(day="2027-04-01", counted="2027-03-31"),
            "they may have been given up on 2027-04-01, and the count of what is bought is of 2027-03-31",
            id="an anniversary since, and an older count",
        ),
        pytest.param(
            exits(day="2027-04-01", counted=""),
            "they may have been given up on 2027-04-01, and the count of what is bought has no day",
            id="an anniversary since, and a count of no day",
        ),
        pytest.param(
            exits(licences=[PREMIUM], apps=[{**LEAVE, "plan": "power-apps-premium"}], counted=""),
            "whether the counts on record show it is not known: nobody says on which day they were counted",
            id="user plans, and nobody says how many are assigned now",
        ),
    ],
)
def test_a_cost_that_no_record_tells_is_not_guessed(found: Exits, why: str) -> None:
    one = only(found)

    assert (one.licences, one.amount, one.why) == (0, None, why)


def test_what_is_still_bought_after_the_anniversary_is_paid_until_the_next() -> None:
    found = only(exits(day="2027-04-01", counted="2027-04-01"))

    assert (found.exit.last_paid_day, found.months) == ("2028-03-31", 18)


def test_fewer_may_be_bought_from_the_exit_on() -> None:
    visits = {**GONE, "app": "Visits", "licence-review": {**REVIEW, "reclaim": "10"}}
    (found,) = exits([GONE, visits], apps=[LEAVE, {**LEAVE, "name": "Visits"}]).lower_counts()

    assert (found.plan, found.purchased, found.to, found.since) == ("power-apps-per-app", 500, 400, "2027-04-01")
