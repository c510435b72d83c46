"""What retirements gave back, and the licence counts on record as they stand after it."""

import datetime
from collections.abc import Mapping, Sequence

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.licensing import Licensing
from pllint.model.environment import Environment
from pllint.model.estate import GivenBack
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("here", bytes))
DAY = "2026-11-21"
PLACES = (Environment(name="hr-production", at=AT, id="e1"), Environment(name="hr-test", at=AT))
APP = {"name": "Leave", "plan": "power-apps-per-app", "environment": "hr-production"}
PASSES = {"plan": "power-apps-per-app", "purchased": "3000", "allocated": {"hr-production": "2900", "hr-test": "100"}}
PREMIUM = {"plan": "power-apps-premium", "purchased": "60", "assigned": "48"}
REVIEW = {"date": "2026-10-02", "keep": "50", "reassign": "60", "reclaim": "90"}
BEFORE, AFTER = "2026-09-01", "2026-11-02"


def stand(
    licences: Sequence[Mapping[str, object]],
    review: Mapping[str, str] = REVIEW,
    manifest: Mapping[str, object] | None = None,
    *,
    day: str = DAY,
    counted: str | None = None,
) -> Licensing:
    """Read a manifest with one retirement, unless it has its own, and give the licence rules on a day."""
    document: dict[str, object] = {
        "apps": [APP],
        "licences": list(licences),
        "retirements": [{"app": "Leave", "date": "2026-09-30", "licence-review": dict(review)}],
        **({"tenant": {"licences-as-of": counted}} if counted else {}),
        **(manifest or {}),
    }
    governance = governance_files([Node(document, AT)], Notes())
    workspace = Workspace(governance=governance, environments=PLACES)
    return Licensing(workspace, Catalogue(), datetime.date.fromisoformat(day), lambda _: ())


def numbers(licensing: Licensing) -> list[dict[str, int]]:
    """Give what each record allocates, and under no name what it assigns."""
    assert licensing.governance is not None
    found = []
    for one in licensing.governance.licences:
        counts = {name.text: number for name, number in one.allocated}
        found.append(counts if one.assigned is None else {**counts, "": one.assigned})
    return found


def only(licensing: Licensing) -> GivenBack:
    (found,) = licensing.counts.given_back
    return found


FULL, LOWERED = {"hr-production": 2900, "hr-test": 100}, {"hr-production": 2810, "hr-test": 100}


@pytest.mark.parametrize(
    ("own", "tenant", "standing", "left"),
    [
        pytest.param("2026-10-01", None, "lowered", LOWERED, id="a count of the day before"),
        pytest.param("2026-10-02", None, "shown", FULL, id="a count of the day itself"),
        pytest.param("2026-10-03", None, "shown", FULL, id="a count of the day after"),
        pytest.param(None, BEFORE, "lowered", LOWERED, id="the tenant says the day"),
        pytest.param(AFTER, BEFORE, "shown", FULL, id="the record's own day before the tenant's"),
        pytest.param(None, None, "unknown", FULL, id="nobody says the day"),
    ],
)
def test_a_count_older_than_the_review_is_lowered(
    own: str | None, tenant: str | None, standing: str, left: dict[str, int]
) -> None:
    licensing = stand([PASSES | ({"as-of": own} if own else {})], counted=tenant)

    assert (only(licensing).standing, numbers(licensing)) == (standing, [left])


@pytest.mark.parametrize(
    ("review", "day", "counted", "standing"),
    [
        pytest.param("2026-11-21", DAY, BEFORE, "lowered", id="today"),
        pytest.param("2026-11-22", DAY, BEFORE, "to-come", id="tomorrow"),
        pytest.param("2028-02-29", "2028-02-28", "2028-02-28", "to-come", id="the leap day is tomorrow"),
        pytest.param("2028-02-29", "2028-02-29", "2028-02-28", "lowered", id="the leap day, counted on its eve"),
        pytest.param("2028-02-29", "2028-03-01", "2028-02-29", "shown", id="the leap day, counted that day"),
        pytest.param("2027-01-01", "2027-01-01", "2026-12-31", "lowered", id="over the turn of a year"),
    ],
)
def test_a_review_counts_from_its_day_on(review: str, day: str, counted: str, standing: str) -> None:
    found = only(stand([PASSES], {**REVIEW, "date": review}, day=day, counted=counted))

    assert found.standing == standing


def test_a_review_without_a_date_lowers_nothing_and_leaves_a_doubt() -> None:
    licensing = stand([PASSES], {"reclaim": "90"}, counted=BEFORE)
    found = only(licensing)

    assert (found.standing, found.doubt, numbers(licensing)) == ("unknown", 90, [FULL])
    assert found.why == "the licence review has no date"


@pytest.mark.parametrize(
    "retirement",
    [
        pytest.param({"app": "Leave", "date": "2026-11-22", "licence-review": REVIEW}, id="is still to come"),
        pytest.param({"app": "Leave", "date": "2026-09-30"}, id="has no review"),
        pytest.param(
            {"app": "Leave", "date": "2026-09-30", "licence-review": {"date": BEFORE, "keep": "200"}},
            id="gave nothing back",
        ),
    ],
)
def test_nothing_is_given_back_where_a_retirement(retirement: Mapping[str, object]) -> None:
    licensing = stand([PASSES], manifest={"retirements": [retirement]}, counted=BEFORE)

    assert (licensing.counts.given_back, numbers(licensing)) == ((), [FULL])


def test_user_plans_lower_what_is_assigned() -> None:
    apps = [{**APP, "plan": "Power Apps Premium"}]
    licensing = stand([PREMIUM, PASSES], {**REVIEW, "reclaim": "8"}, {"apps": apps}, counted=BEFORE)

    assert numbers(licensing) == [{"": 40}, FULL]
    assert only(licensing).what == "8 Power Apps Premium licences"


@pytest.mark.parametrize(
    ("flow", "left"),
    [
        pytest.param({"plan": "power-apps-premium"}, 40, id="people who hold a plan"),
        pytest.param({"licence": "process"}, 48, id="a licence on the flow itself"),
    ],
)
def test_a_retired_flow_gives_back_what_its_people_hold(flow: Mapping[str, str], left: int) -> None:
    review = {**REVIEW, "reclaim": "8"}
    manifest = {
        "flows": [{"name": "Tell", **flow}],
        "retirements": [{"flow": "Tell", "date": "2026-09-30", "licence-review": review}],
    }
    process = {"plan": "power-automate-process", "purchased": "3", "assigned": "3"}
    licensing = stand([PREMIUM, process], manifest=manifest, counted=BEFORE)

    assert numbers(licensing) == [{"": left}, {"": 3}]


def test_without_any_count_nothing_is_asked() -> None:
    found = only(stand([], manifest={"apps": []}, counted=BEFORE))

    assert (found.standing, found.remedy) == ("not-counted", "")


def test_no_count_falls_below_zero_and_it_is_said() -> None:
    licensing = stand([PASSES], {**REVIEW, "reclaim": "3000"}, counted=BEFORE)
    found = only(licensing)

    assert numbers(licensing) == [{"hr-production": 0, "hr-test": 100}]
    assert (found.taken, found.why) == (2900, "the counts on record show 2,900 only")


def test_what_two_retirements_gave_back_adds_up_and_the_later_one_meets_what_is_left() -> None:
    retirements = [
        {"app": "Leave", "date": "2026-09-30", "licence-review": {"date": "2026-10-05", "reclaim": "2000"}},
        {"app": "Visits", "date": "2026-09-30", "licence-review": {"date": "2026-10-02", "reclaim": "1500"}},
    ]
    manifest = {"apps": [APP, {**APP, "name": "Visits"}], "retirements": retirements}
    licensing = stand([PASSES], manifest=manifest, counted=BEFORE)

    assert numbers(licensing) == [{"hr-production": 0, "hr-test": 100}]
    assert [one.taken for one in licensing.counts.given_back] == [1400, 1500]


_COUNT = {"deployment": {"licences": {"people": "200", "plan": "power-apps-per-app"}}}


@pytest.mark.parametrize(
    ("manifest", "left"),
    [
        pytest.param({"apps": [{**APP, "name": "LEAVE", "environment": "E1"}]}, LOWERED, id="names in other letters"),
        pytest.param(
            {
                "apps": [],
                "connectors": [
                    {"name": "Leave system", "stage": "retired", **_COUNT, "environments": ["hr-production"]}
                ],
                "retirements": [{"connector": "leave system", "date": "2026-09-30", "licence-review": REVIEW}],
            },
            LOWERED,
            id="a connector in one environment",
        ),
        pytest.param(
            {
                "apps": [],
                "connectors": [
                    {"name": "Leave system", "stage": "retired", **_COUNT, "environments": ["hr-dev", "hr-production"]}
                ],
                "retirements": [{"connector": "Leave system", "date": "2026-09-30", "licence-review": REVIEW}],
            },
            LOWERED,
            id="a connector in two environments, of which one holds passes",
        ),
        pytest.param(
            {
                "apps": [],
                "connectors": [
                    {"name": "Leave system", "stage": "retired", **_COUNT, "environments": ["hr-production"]}
                ],
                "retirements": [
                    {"app": "Leave", "connector": "Leave system", "date": "2026-09-30", "licence-review": REVIEW}
                ],
            },
            LOWERED,
            id="the app is gone from the record, its connector is not",
        ),
    ],
)
def test_plan_and_environment_are_those_on_record(manifest: Mapping[str, object], left: dict[str, int]) -> None:
    assert numbers(stand([PASSES], manifest=manifest, counted=BEFORE)) == [left]


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        pytest.param(
            {"apps": []}, "no record says which licences the people of the app 'Leave' had", id="the app is gone"
        ),
        pytest.param(
            {"apps": [{"name": "Leave", "environment": "hr-production"}]},
            "no record says which licences the people of the app 'Leave' had",
            id="the app has no plan",
        ),
        pytest.param(
            {"apps": [APP, {**APP, "environment": "hr-test", "plan": "power-apps-premium"}]},
            "the records of the app 'Leave' name several plans",
            id="the app has two plans",
        ),
        pytest.param(
            {"apps": [{"name": "Leave", "plan": "power-apps-per-app"}]},
            "no record says in which environment the app 'Leave' lay",
            id="the app has no environment",
        ),
        pytest.param(
            {"apps": [APP, {**APP, "environment": "hr-test"}]},
            "the app 'Leave' lies in hr-production and hr-test",
            id="the app has two environments",
        ),
        pytest.param(
            {
                "apps": [],
                "connectors": [
                    {"name": "Leave system", "stage": "retired", **_COUNT, "environments": ["hr-test", "hr-production"]}
                ],
                "retirements": [{"connector": "Leave system", "date": "2026-09-30", "licence-review": REVIEW}],
            },
            "the connector 'Leave system' lies in hr-test and hr-production",
            id="a connector in two environments with passes",
        ),
        pytest.param(
            {"apps": [{**APP, "plan": "copilot-studio"}]},
            "Copilot Studio is not a licence that people hold",
            id="a plan that nobody holds",
        ),
    ],
)
def test_what_no_record_tells_is_not_guessed(manifest: Mapping[str, object], why: str) -> None:
    copilot = {"plan": "copilot-studio", "purchased": "2", "assigned": "0"}
    licensing = stand([PASSES, copilot], manifest=manifest, counted=BEFORE)
    found = only(licensing)

    assert (found.standing, found.why, found.taken) == ("unknown", why, 0)
    assert numbers(licensing)[0] == FULL


def test_counts_that_are_all_newer_show_it_whatever_it_was() -> None:
    assert only(stand([PASSES, PREMIUM], manifest={"apps": []}, counted=AFTER)).standing == "shown"


@pytest.mark.parametrize(
    ("licences", "why"),
    [
        pytest.param([], "no count on record allocates such passes to hr-production", id="no record"),
        pytest.param(
            [{"plan": "power-apps-per-app", "purchased": "100", "allocated": {"hr-test": "100"}}],
            "no count on record allocates such passes to hr-production",
            id="passes elsewhere",
        ),
    ],
)
def test_without_a_count_there_is_nothing_to_lower(licences: Sequence[Mapping[str, object]], why: str) -> None:
    found = only(stand(licences, counted=BEFORE))

    assert (found.standing, found.why) == ("not-counted", why)


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        pytest.param(BEFORE, BEFORE, [10, 40], id="both counts are older"),
        pytest.param(BEFORE, AFTER, [100, 40], id="one is older and one is not"),
        pytest.param(AFTER, AFTER, [100, 40], id="both are newer"),
    ],
)
def test_two_agreements_are_lowered_together_or_not_at_all(first: str, second: str, left: list[int]) -> None:
    record = {"plan": "power-apps-per-app", "purchased": "100"}
    licences = [
        {**record, "ends": "2027-03-31", "allocated": {"hr-production": "100"}, "as-of": first},
        {**record, "ends": "2028-03-31", "allocated": {"hr-production": "40"}, "as-of": second},
    ]

    assert [one["hr-production"] for one in numbers(stand(licences))] == left


def test_of_two_agreements_nobody_says_which_gave_back() -> None:
    licences = [{**PASSES, "ends": end} for end in ("2027-03-31", "2028-03-31")]

    assert stand(licences, counted=BEFORE).counts.one_of_several == {0, 1}
    assert stand([PASSES, PREMIUM], counted=BEFORE).counts.one_of_several == set()
    assert stand(licences, {**REVIEW, "reclaim": "5800"}, counted=BEFORE).counts.one_of_several == set()
