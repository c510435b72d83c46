"""Groups of plans follow from what each plan entitles to."""

import pytest

from pllint.catalogue.groups import GROUPS
from pllint.catalogue.plans import Plans

_TODAY = "2026-11-21"
_ALL = ["standard", "premium", "custom"]
_APPS = {"apps": "unlimited", "tiers": _ALL, "flows": "in-context"}
_BOTH_CONTEXTS = {"flow-in-app-context", "flow-in-dynamics-context", "flow-instant-until-2023"}
_FLOWS = {"flows": "unlimited", "tiers": _ALL}


def _holding(counts: str | None = None, **entitles: object) -> set[str]:
    row: dict[str, object] = {"id": "own", "entitles": {key.replace("_", "-"): one for key, one in entitles.items()}}
    if counts:
        row["counts"] = counts
    return set(Plans({"plans": [row]}).groups(_TODAY).holding("own"))


@pytest.mark.parametrize(
    ("counts", "entitles", "groups"),
    [
        pytest.param(
            None, _APPS,
            {"app-premium", "app-premium-in-dynamics", "flow-in-app-context", "flow-instant-until-2023"},
            id="apps for a person",
        ),
        pytest.param(
            "app-pass", _APPS, {"app-premium", "app-premium-in-dynamics", "flow-in-app-context"}, id="a pass"
        ),
        pytest.param(None, {"apps": 3, "tiers": _ALL}, {"app-premium", "app-premium-in-dynamics"}, id="apps alone"),
        pytest.param(
            "person", _FLOWS, {"flow-standalone", *_BOTH_CONTEXTS}, id="flows"
        ),
        pytest.param(
            "person", {**_FLOWS, "attended-bots": 1}, {"flow-standalone", "attended", *_BOTH_CONTEXTS},
            id="flows and a bot",
        ),
        pytest.param("flow", {"flows": 1, "tiers": _ALL}, {"flow-capacity"}, id="a licence on a flow"),
        pytest.param(
            "person", {"in-context-only": True, "tiers": _ALL, "apps": "unlimited", "flows": "in-context"},
            {"dynamics", "app-premium-in-dynamics", "flow-in-dynamics-context", "flow-instant-until-2023"},
            id="Dynamics",
        ),
        pytest.param("person", {"in-context-only": True, "tiers": _ALL}, {"dynamics"}, id="Dynamics without apps"),
        pytest.param("pool", {"agents": True}, {"agent"}, id="agents"),
        pytest.param("person", {"managed-environments": True, "tiers": _ALL}, {"managed-environment"}, id="managed"),
        pytest.param("person", {"attended-bots": 1}, set(), id="a bot without cloud flows"),
        pytest.param("person", {"apps": "unlimited", "tiers": ["standard"]}, set(), id="standard apps"),
        pytest.param("person", {"apps": "unlimited"}, set(), id="no tiers"),
        pytest.param("person", {**_APPS, "production": False}, set(), id="for development alone"),
        pytest.param("person", {**_APPS, "dataverse": False}, set(), id="without Dataverse"),
        pytest.param("person", {**_APPS, "gateway": False}, set(), id="without the gateway"),
        pytest.param("meter", _APPS, set(), id="a meter"),
        pytest.param("pool", {"database-gb": 5}, set(), id="storage"),
    ],
)  # fmt: skip
def test_what_a_plan_entitles_to_places_it(counts: str | None, entitles: dict[str, object], groups: set[str]) -> None:
    assert _holding(counts, **entitles) == groups


def test_a_trial_stands_in_and_is_no_plan_of_the_group() -> None:
    plans = Plans({"plans": [{"id": "own", "entitles": {**_APPS, "days": 14}}]}).groups(_TODAY)

    assert "own" not in plans["app-premium"]
    assert "own" in plans.trials("app-premium")


def test_an_entitlement_counts_on_the_days_it_holds() -> None:
    apps = [{"from": "2026-01-01", "until": "2026-06-30", "is": "unlimited"}]
    plans = Plans({"plans": [{"id": "own", "entitles": {**_APPS, "apps": apps}}]})

    days = ["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"]
    assert [("own" in plans.groups(day)["app-premium"]) for day in days] == [False, True, True, False]


def test_what_is_laid_over_a_shipped_plan_moves_it() -> None:
    plans = Plans({"plans": [{"id": "power-automate-per-user", "entitles": {"managed-environments": True}}]})

    assert "power-automate-per-user" in plans.groups(_TODAY)["managed-environment"]
    assert "power-automate-per-user" not in Plans().groups(_TODAY)["managed-environment"]


@pytest.mark.parametrize(("day", "count"), [("2020-12-31", True), ("2021-01-01", False)])
def test_grandfathered_plans_count_until_the_end_of_2020(day: str, *, count: bool) -> None:
    groups = Plans().groups(day)

    old = {"power-apps-plan-1", "power-apps-plan-2"}
    assert (old <= {*groups["app-premium"]}, old <= {*groups["managed-environment"]}) == (count, count)
    assert ({"power-automate-plan-1", "power-automate-plan-2"} <= {*groups["flow-standalone"]}) == count


def test_standard_plans_and_those_for_development_are_told_apart() -> None:
    groups = Plans().groups(_TODAY)

    assert groups.seeded == ("microsoft-365", "power-apps-m365", "power-automate-m365", "power-automate-free")
    assert groups.developer == ("power-apps-developer",)


def test_every_group_has_a_shipped_plan() -> None:
    groups = Plans().groups(_TODAY)

    assert [group for group in GROUPS if not groups[group]] == []
