"""The plan data as shipped, and a file of a user laid over it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from pllint import schema
from pllint.catalogue import plans as plan_data
from pllint.catalogue.plan_file import opened
from pllint.catalogue.plans import Plans, plan_named, price_of
from pllint.errors import SettingsError

SHIPPED = json.loads(Path(plan_data.__file__).with_name("plans.json").read_text(encoding="utf-8"))


def test_the_shipped_data_has_the_shape_of_its_schema() -> None:
    assert schema.violations("plans", SHIPPED) == []


def test_every_plan_names_sources_that_are_dated() -> None:
    tags = {tag for row in SHIPPED["plans"] for tag in row["source"]}

    assert all(row["source"] for row in SHIPPED["plans"])
    assert tags <= set(SHIPPED["sources"])


def test_every_restricted_table_names_licences_and_sources_that_are_dated() -> None:
    rows = SHIPPED["restricted-tables"]

    assert all(row["licences"] and row["source"] for row in rows)
    assert {tag for row in rows for tag in row["source"]} <= set(SHIPPED["sources"])
    names = [name for row in rows for name in (row["table"], row.get("set")) if name]
    assert len(set(names)) == len(names)


def test_every_cloud_that_a_plan_is_not_offered_in_has_a_source_that_is_dated() -> None:
    rows = [row for plan in SHIPPED["plans"] for row in plan.get("sold", {}).get("not-in-clouds", [])]

    assert rows
    assert {row["source"] for row in rows} <= set(SHIPPED["sources"])


def test_no_name_means_two_plans() -> None:
    names: dict[str, str] = {}
    for row in SHIPPED["plans"]:
        for name in [entry["name"] for entry in row["names"]] + row.get("skus", []):
            assert names.setdefault(name.lower(), row["id"]) == row["id"], name


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("POWERAPPS_PER_USER", "power-apps-premium"),
        ("power apps  per user", "power-apps-premium"),
        ("Office 365 E3", "microsoft-365"),
        ("power-apps-m365", "power-apps-m365"),
        ("per user plan", "power-automate-per-user"),
        ("per user with attended RPA", "power-automate-per-user-rpa"),
        ("PER FLOW", "power-automate-per-flow"),
        ("Process", "power-automate-process"),
        ("unattended add-on", "power-automate-unattended-rpa"),
        ("Free", "power-automate-free"),
        ("Windows 11", "windows-desktop-flows"),
        ("Sales Professional", "dynamics-365-professional"),
        ("Team Members", "dynamics-365-team-member"),
        ("Dynamics 365 HR", "dynamics-365-enterprise"),
        ("Office 365 Education A3", "microsoft-365"),
        ("pay-as-you-go per app meter", "power-apps-payg"),
        ("Power Apps P2", "power-apps-plan-2"),
    ],
)
def test_names_old_and_new_mean_a_plan_whatever_their_case_and_spaces(name: str, plan: str) -> None:
    found = plan_named(name)

    assert found is not None
    assert found.id == plan


def test_an_unknown_name_means_no_plan() -> None:
    assert plan_named("Power Everything") is None


@pytest.mark.parametrize(
    ("day", "quantity", "amount"),
    [("2021-09-30", 1, "40"), ("2021-10-01", 1, "20"), ("2026-11-21", 1999, "20"), ("2026-11-21", 2000, "12")],
)
def test_the_list_price_is_that_of_the_day_and_the_quantity(day: str, quantity: int, amount: str) -> None:
    price = Plans().price("power-apps-premium", "usd-list", day, quantity)

    assert price is not None
    assert price.middle == Decimal(amount)


def test_a_price_that_a_list_lacks_is_none_and_no_other_currency_stands_in() -> None:
    assert Plans().price("power-automate-process", "gbp-ea", "2026-11-21") is None


def test_a_range_keeps_its_ends() -> None:
    price = Plans().price("power-apps-per-app", "gbp-ea", "2026-11-21")

    assert price is not None
    assert (price.low, price.middle, price.high) == (Decimal("3.50"), Decimal(4), Decimal("4.50"))


def test_a_users_file_is_laid_over_the_shipped_data_key_by_key() -> None:
    ours = {"plans": [{"id": "power-apps-premium", "entitles": {"database-gb": "0.5"}}, {"id": "contoso-suite"}]}

    merged = Plans(ours)

    assert merged.amount("power-apps-premium", "database-gb", "2026-11-21") == Decimal("0.5")
    assert merged.amount("power-apps-premium", "file-gb", "2026-11-21") == Decimal(2)
    assert "contoso-suite" in merged.ids
    assert Plans().amount("power-apps-premium", "database-gb", "2026-11-21") == Decimal("0.25")


def test_a_users_price_replaces_those_of_its_list_alone() -> None:
    price = {"currency": "GBP", "kind": "ea", "is": "3.80"}

    merged = Plans({"plans": [{"id": "power-apps-per-app", "price": [price]}]})

    ours, theirs = (merged.price("power-apps-per-app", name, "2026-11-21") for name in ("gbp-ea", "usd-list"))
    assert (ours, theirs) == (price_of(Decimal("3.80")), Plans().price("power-apps-per-app", "usd-list", "2026-11-21"))
    assert theirs is not None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("{", "the plan data is not JSON", id="cut off"),
        pytest.param('{"plans": [{"id": "p", "prices": []}]}', "plans.json:1:24: 'prices' is not known", id="a key"),
        pytest.param(None, "the plan data cannot be read", id="no file"),
    ],
)
def test_plan_data_that_cannot_be_used_is_an_error_of_the_settings(
    tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "plans.json").write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match=said):
        opened(str(tmp_path / "plans.json"))


@pytest.mark.parametrize("name", ["msdyn_workorder", "msdyn_workorders", " MSDYN_WorkOrders "])
def test_a_restricted_table_goes_by_its_logical_name_and_by_that_of_its_set(name: str) -> None:
    found = Plans().restricted_table(name, "2026-11-21")

    assert found is not None
    assert (found.name, found.licences) == ("Work Order", ("Field Service",))
    assert found.source is not None
    assert found.source.dated == "2025-08-27"


@pytest.mark.parametrize("name", ["account", "ctx_workorders", "workorder", ""])
def test_any_other_table_is_not_restricted(name: str) -> None:
    assert Plans().restricted_table(name, "2026-11-21") is None


def test_everybody_may_open_a_case_and_change_their_own() -> None:
    case = Plans().restricted_table("incidents", "2026-11-21")

    assert case is not None
    assert (case.any_licence, case.own_rows) == (("create",), ("update", "delete"))


def test_a_users_file_adds_a_restricted_table_and_ends_another() -> None:
    rows = [
        {"table": "ctx_job", "set": "ctx_jobs", "licences": ["Field Service"]},
        {"table": "goal", "until": "2026-06-30"},
    ]

    merged = Plans({"restricted-tables": rows})

    added = merged.restricted_table("ctx_jobs", "2026-11-21")
    assert added is not None
    assert (added.name, added.source) == ("ctx_job", None)
    assert merged.restricted_table("goals", "2026-07-01") is None
    ended = merged.restricted_table("goals", "2026-06-30")
    assert ended is not None
    assert ended.licences == ("Sales Professional", "Sales Enterprise")
