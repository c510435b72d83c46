"""The shipped plan data, held against the tables of the licensing rules: each figure with the days it changes on."""

import json
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from pllint.catalogue import plans as plan_data
from pllint.catalogue import skus
from pllint.catalogue.plans import Plans

_PLANS = Plans()
_NOW, _UL = "2026-10-31", "2020-03-16"
_ALL = ("standard", "premium", "custom")
_SHIPPED = json.loads(Path(plan_data.__file__).with_name("plans.json").read_text(encoding="utf-8"))

_CAPACITY = {
    "people": "unlimited", "tiers": _ALL, "gateway": True, "dataverse": True, "business-process-flows": True,
    "covers-child-flows": True, "database-gb": "0.05", "file-gb": "0.2", "requests": 250_000,
}  # fmt: skip
_PER_USER = {
    "flows": "unlimited", "tiers": _ALL, "gateway": True, "dataverse": True, "business-process-flows": True,
    "attended-bots": 0, "unattended-bots": 0, "ai-credits": 0, "database-gb": "0.05", "file-gb": "0.2",
    "requests": 40_000,
}  # fmt: skip
_PROCESS = {
    **_CAPACITY, "minimum": 1, "associated-flows": 25, "stackable": True, "unattended-bots": 1, "ai-credits": 5000,
    "attended-bots": None,
}  # fmt: skip
_SEEDED = {"tiers": ("standard",), "gateway": False, "dataverse": False, "requests": 6000}
_DYNAMICS = {"tiers": _ALL, "gateway": True, "dataverse": True, "in-context-only": True}
_TODAY: Mapping[str, Mapping[str, object]] = {
    "power-apps-per-app": {
        "apps": 1, "websites": 1, "tiers": _ALL, "gateway": True, "dataverse": True, "restricted-tables": "read",
        "database-gb": "0.05", "file-gb": "0.4", "requests": 6000, "ai-credits": 250, "flows": "in-context",
    },
    "power-apps-premium": {
        "apps": "unlimited", "websites": "unlimited", "tiers": _ALL, "gateway": True, "dataverse": True,
        "restricted-tables": "read", "database-gb": "0.25", "file-gb": "2", "requests": 40_000, "ai-credits": 500,
    },
    "microsoft-365": {
        **_SEEDED, "apps": "unlimited", "websites": 0, "database-gb": "0", "file-gb": "0",
        "business-process-flows": False, "rpa": False, "ai-builder": False,
    },
    "power-apps-m365": {**_SEEDED, "apps": "unlimited", "websites": 0, "database-gb": "0", "file-gb": "0"},
    "power-automate-m365": {**_SEEDED, "business-process-flows": False, "rpa": False, "ai-builder": False},
    "power-automate-free": {**_SEEDED},
    "power-apps-developer": {
        "production": False, "rpa": False, "ai-builder": False, "environments": 3, "runs-per-month": 750,
        "database-gb": "2", "managed-environments": False,
    },
    "power-apps-trial": {"days": 30, "tiers": _ALL, "gateway": True, "dataverse": True, "requests": 40_000},
    "power-automate-per-user": {**_PER_USER, "rpa": False},
    "power-automate-per-user-rpa": {**_PER_USER, "attended-bots": 1, "ai-credits": 5000},
    "power-automate-premium": {
        **_PER_USER, "attended-bots": 1, "ai-credits": 5000, "database-gb": "0.25", "file-gb": "2",
    },
    "power-automate-per-flow": {
        **_CAPACITY, "minimum": 5, "associated-flows": 0, "stackable": None, "unattended-bots": None,
    },
    "power-automate-process": _PROCESS,
    "power-automate-hosted-process": _PROCESS,
    "power-automate-unattended-rpa": {"unattended-bots": 1, "attended-bots": None, "ai-credits": 5000},
    "power-automate-trial": {
        "days": 90, "attended-bots": 1, "unattended-bots": 1, "ai-credits": 0, "database-gb": "0", "file-gb": "0",
    },
    "dynamics-365-enterprise": {**_DYNAMICS, "restricted-tables": "write", "requests": 40_000},
    "dynamics-365-professional": {**_DYNAMICS, "restricted-tables": "write", "requests": 40_000},
    "dynamics-365-team-member": {**_DYNAMICS, "restricted-tables": "write-up-to-15", "requests": 6000},
    "copilot-studio": {
        "unit": "credits", "pack": 25_000, "tiers": _ALL, "tenant-database-gb": "5", "tenant-file-gb": "20",
        "tenant-log-gb": "2",
    },
    "copilot-studio-teams": {"sessions-per-day": 10},
    "ai-builder-addon": {"credits": 1_000_000},
    "portal-logins": {"included": 100, "set": 100},
    "portal-page-views": {"included": 100_000, "set": 100_000},
    "power-pages-authenticated": {"pack": 100, "allocated-minimum": 25},
    "power-pages-anonymous": {"pack": 500, "allocated-minimum": 200},
    "dataverse-database": {"database-gb": "1"},
    "dataverse-file": {"file-gb": "1"},
    "dataverse-log": {"log-gb": "1"},
    "request-addon": {"requests": 50_000},
    "process-mining": {"process-mining-gb": "100", "file-gb": None},
}  # fmt: skip
_CHANGES = [
    # plan, key, last day of the old, old, new
    ("power-apps-per-app", "apps", "2021-09-30", 2, 1),
    ("power-apps-per-app", "requests", "2021-11-30", 1000, 6000),
    ("power-apps-premium", "requests", "2021-11-30", 5000, 40_000),
    ("microsoft-365", "requests", "2021-11-30", 2000, 6000),
    ("power-automate-free", "requests", "2021-11-30", 2000, 6000),
    ("power-automate-per-user", "requests", "2021-11-30", 5000, 40_000),
    ("power-automate-per-user-rpa", "requests", "2021-11-30", 5000, 40_000),
    ("power-automate-per-flow", "requests", "2021-11-30", 15_000, 250_000),
    ("dynamics-365-team-member", "requests", "2021-11-30", 5000, 6000),
    ("dynamics-365-professional", "requests", "2021-11-30", 10_000, 40_000),
    ("dynamics-365-enterprise", "requests", "2021-11-30", 20_000, 40_000),
    ("power-apps-per-app", "ai-credits", "2022-10-31", 0, 250),
    ("power-apps-per-app", "ai-credits", "2026-10-31", 250, 0),
    ("power-apps-premium", "ai-credits", "2026-10-31", 500, 0),
    ("power-automate-premium", "ai-credits", "2026-10-31", 5000, 0),
    ("power-automate-per-user-rpa", "ai-credits", "2026-10-31", 5000, 0),
    ("power-automate-process", "ai-credits", "2026-10-31", 5000, 0),
    ("power-automate-hosted-process", "ai-credits", "2026-10-31", 5000, 0),
    ("power-automate-unattended-rpa", "ai-credits", "2026-10-31", 5000, 0),
    ("copilot-studio", "unit", "2023-11-30", "sessions", "messages"),
    ("copilot-studio", "unit", "2025-08-31", "messages", "credits"),
    ("copilot-studio", "pack", "2023-11-30", 2000, 25_000),
    ("copilot-studio", "tenant-database-gb", "2023-11-30", "10", "5"),
]
_PRICES = [
    # plan, list, day, how many, low, middle, high
    ("power-apps-per-app", "usd-list", "2021-09-30", 1, "10", "10", "10"),
    ("power-apps-per-app", "usd-list", "2021-10-01", 1, "5", "5", "5"),
    ("power-apps-per-app", "gbp-ea", _NOW, 1, "3.50", "4", "4.50"),
    ("power-apps-premium", "usd-list", "2021-09-30", 1, "40", "40", "40"),
    ("power-apps-premium", "usd-list", "2021-10-01", 1, "20", "20", "20"),
    ("power-apps-premium", "usd-list", _NOW, 1999, "20", "20", "20"),
    ("power-apps-premium", "usd-list", _NOW, 2000, "12", "12", "12"),
    ("power-apps-premium", "gbp-ea", _NOW, 1, "16", "18", "20"),
    ("power-apps-payg", "usd-list", _NOW, 1, "10", "10", "10"),
    ("power-apps-developer", "usd-list", _NOW, 1, "0", "0", "0"),
    ("power-automate-free", "usd-list", _NOW, 1, "0", "0", "0"),
    ("power-automate-per-user", "usd-list", _UL, 1, "15", "15", "15"),
    ("power-automate-per-user-rpa", "usd-list", "2020-04-15", 1, "40", "40", "40"),
    ("power-automate-premium", "usd-list", "2023-08-01", 1, "15", "15", "15"),
    ("power-automate-per-flow", "usd-list", _UL, 1, "100", "100", "100"),
    ("power-automate-process", "usd-list", "2023-08-01", 1, "150", "150", "150"),
    ("power-automate-hosted-process", "usd-list", _NOW, 1, "215", "215", "215"),
    ("power-automate-unattended-rpa", "usd-list", "2020-04-15", 1, "150", "150", "150"),
    ("power-automate-payg", "usd-list", _NOW, 1, "0.60", "0.60", "0.60"),
    ("copilot-studio", "usd-list", "2023-11-30", 1, "1000", "1000", "1000"),
    ("copilot-studio", "usd-list", "2023-12-01", 1, "200", "200", "200"),
    ("copilot-studio-payg", "usd-list", _NOW, 1, "0.01", "0.01", "0.01"),
    ("copilot-studio-user", "usd-list", _NOW, 1, "0", "0", "0"),
    ("microsoft-365-copilot", "usd-list", _NOW, 1, "30", "30", "30"),
    ("ai-builder-addon", "usd-list", _NOW, 1, "500", "500", "500"),
    ("portal-logins", "usd-list", _UL, 1, "200", "200", "200"),
    ("portal-page-views", "usd-list", _UL, 1, "100", "100", "100"),
    ("power-pages-authenticated", "usd-list", _NOW, 99, "200", "200", "200"),
    ("power-pages-authenticated", "usd-list", _NOW, 100, "75", "75", "75"),
    ("power-pages-authenticated", "usd-list", _NOW, 1000, "50", "50", "50"),
    ("power-pages-anonymous", "usd-list", _NOW, 19, "75", "75", "75"),
    ("power-pages-anonymous", "usd-list", _NOW, 20, "37.50", "37.50", "37.50"),
    ("power-pages-anonymous", "usd-list", _NOW, 200, "25", "25", "25"),
    ("dataverse-database", "usd-list", _NOW, 1, "40", "40", "40"),
    ("dataverse-file", "usd-list", _NOW, 1, "2", "2", "2"),
    ("dataverse-log", "usd-list", _NOW, 1, "10", "10", "10"),
    ("request-addon", "usd-list", _NOW, 1, "50", "50", "50"),
    ("process-mining", "usd-list", _NOW, 1, "5000", "5000", "5000"),
]
_SALES = [
    # plan, first day, last day, successor
    ("power-apps-per-app", "2019-10-01", None, None),
    ("power-apps-plan-1", None, "2020-12-31", "power-apps-premium"),
    ("power-apps-plan-2", None, "2020-12-31", "power-apps-premium"),
    ("power-automate-plan-1", None, "2020-12-31", "power-automate-premium"),
    ("power-automate-plan-2", None, "2020-12-31", "power-automate-premium"),
    ("power-automate-per-user", "2019-10-01", "2023-07-31", "power-automate-premium"),
    ("power-automate-per-user-rpa", "2020-04-02", "2023-07-31", "power-automate-premium"),
    ("power-automate-unattended-rpa", "2020-04-02", "2023-07-31", "power-automate-process"),
    ("power-automate-per-flow", "2019-10-01", "2024-01-31", "power-automate-process"),
    ("portal-logins", None, "2023-03-30", "power-pages-authenticated"),
    ("portal-page-views", None, "2023-03-30", "power-pages-anonymous"),
    ("ai-builder-addon", None, None, None),
]
_NAMES = {
    "power-apps-per-app": ["Run Single Apps", "Per App", "app pass", "POWERAPPS_PER_APP"],
    "power-apps-premium": [
        "Run Unlimited Apps", "Per User", "Power Apps per user", "Power Apps Premium", "POWERAPPS_PER_USER",
    ],
    "power-apps-m365": ["Power Apps Basic"],
    "power-apps-developer": ["Community plan", "Developer Plan", "POWERAPPS_DEV"],
    "power-apps-trial": ["POWERAPPS_VIRAL"],
    "power-apps-plan-2": ["POWERFLOW_P2"],
    "power-automate-free": ["FLOW_FREE"],
    "power-automate-m365": ["Power Automate Basic"],
    "power-automate-plan-2": ["FLOW_P2"],
    "power-automate-per-user": ["FLOW_PER_USER", "FLOW_PER_USER_DEPT"],
    "power-automate-premium": ["Power Automate Premium", "POWERAUTOMATE_ATTENDED_RPA"],
    "power-automate-per-flow": ["flow bundle", "FLOW_BUSINESS_PROCESS"],
    "power-automate-hosted-process": ["Hosted RPA add-on"],
    "power-automate-unattended-rpa": ["POWERAUTOMATE_UNATTENDED_RPA"],
    "dynamics-365-enterprise": [
        "Dynamics 365 Sales Enterprise", "Dynamics 365 Customer Service Enterprise", "Dynamics 365 Field Service",
        "Dynamics 365 Finance", "Dynamics 365 Supply Chain Management", "Dynamics 365 Commerce",
        "Dynamics 365 Human Resources", "Dynamics 365 Project Operations",
    ],
    "dynamics-365-professional": ["Dynamics 365 Sales Professional", "Dynamics 365 Customer Service Professional"],
    "dynamics-365-team-member": ["Dynamics 365 Team Members"],
    "copilot-studio": ["Power Virtual Agents", "Copilot Studio", "VIRTUAL_AGENT_BASE", "VIRTUAL_AGENT_ADDON"],
    "copilot-studio-user": ["VIRTUAL_AGENT_USL"],
    "microsoft-365-copilot": ["Microsoft 365 Copilot"],
    "ai-builder-addon": ["AI Builder capacity"],
    "portal-logins": [
        "POWERAPPS_PORTALS_LOGIN", "POWERAPPS_PORTALS_LOGIN_T2", "POWERAPPS_PORTALS_LOGIN_T3",
    ],
    "portal-page-views": ["POWERAPPS_PORTALS_PAGEVIEW"],
    "microsoft-365": [
        f"{suite} {edition}"
        for suite in ("Office 365", "Microsoft 365")
        for edition in (
            "E1", "E3", "E5", "F1", "F3", "Business Basic", "Business Standard", "Business Premium", "A1", "A3", "A5",
        )
    ],
}  # fmt: skip


_VALUES = [(plan, key, value) for plan, values in _TODAY.items() for key, value in values.items()]


@pytest.mark.parametrize(("plan", "key", "value"), _VALUES)
def test_a_plan_entitles_to_what_the_rules_say(plan: str, key: str, value: object) -> None:
    assert _PLANS.value(plan, key, _NOW) == value


@pytest.mark.parametrize(("plan", "key", "last", "old", "new"), _CHANGES)
def test_an_entitlement_changes_on_its_day(plan: str, key: str, last: str, old: object, new: object) -> None:
    year, month, day = map(int, last.split("-"))
    following = {(9, 30): "10-01", (11, 30): "12-01", (10, 31): "11-01", (8, 31): "09-01"}[month, day]

    found = [_PLANS.value(plan, key, on) for on in (last, f"{year}-{following}")]

    assert found == [old, new]


@pytest.mark.parametrize("row", _PRICES, ids=lambda row: "-".join(map(str, row)))
def test_a_price_is_that_of_the_list(row: tuple[str, str, str, int, str, str, str]) -> None:
    plan, price_list, day, quantity, low, middle, high = row

    price = _PLANS.price(plan, price_list, day, quantity)

    assert price is not None
    assert tuple(price) == (Decimal(low), Decimal(high), Decimal(middle))


@pytest.mark.parametrize(
    ("plan", "per", "amount"),
    [
        ("power-automate-payg", "unattended-run", "3.00"),
        ("dataverse-database", "metered", "48"),
        ("dataverse-file", "metered", "2.40"),
        ("dataverse-log", "metered", "12"),
    ],
)
def test_what_is_billed_by_the_meter_has_a_price_of_its_own(plan: str, per: str, amount: str) -> None:
    price = _PLANS.price(plan, "usd-list", _NOW, per=per)

    assert price is not None
    assert price.middle == Decimal(amount)


@pytest.mark.parametrize(("plan", "starts", "until", "successor"), _SALES)
def test_a_plan_was_sold_from_one_day_to_another(
    plan: str, starts: str | None, until: str | None, successor: str | None
) -> None:
    sale = _PLANS.sale(plan)

    assert (sale.starts, sale.until, sale.successor) == (starts, until, successor)


def test_passes_ended_for_new_customers_of_two_agreements() -> None:
    sale = _PLANS.sale("power-apps-per-app")

    assert (sale.ended_for_new, sale.agreements) == ("2026-01-02", ("ea", "mpsa"))


@pytest.mark.parametrize(("plan", "name"), [(plan, name) for plan, names in _NAMES.items() for name in names])
def test_a_name_of_any_time_means_its_plan_whatever_its_case(plan: str, name: str) -> None:
    assert [_PLANS.id_of(one) for one in (name, name.lower(), name.upper(), f" {name} ")] == [plan] * 4


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2020-06-01", "Run Unlimited Apps"), ("2021-01-01", "Power Apps per user plan"),
        ("2023-11-30", "Power Apps per user plan"), ("2023-12-01", "Power Apps Premium"),
    ],
)  # fmt: skip
def test_a_plan_is_called_what_it_was_called_on_the_day(day: str, name: str) -> None:
    assert _PLANS.name("power-apps-premium", day) == name


def test_every_plan_of_the_rules_is_there_and_no_other() -> None:
    rest = {
        "power-apps-payg", "power-apps-plan-1", "power-apps-plan-2", "power-automate-payg", "power-automate-plan-1",
        "power-automate-plan-2", "windows-desktop-flows", "copilot-studio-payg", "copilot-studio-user",
        "microsoft-365-copilot",
    }  # fmt: skip

    assert {*_PLANS.ids} == {*_TODAY} | rest


def test_a_product_that_gives_no_rights_is_no_plan() -> None:
    assert _PLANS.named("POWERAPPS_PER_APP_IW") is None
    known = skus.sku(None, "POWERAPPS_PER_APP_IW")
    assert known is not None
    assert known.plan is None


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("POWERAPPS_PER_USER_GCC", "power-apps-premium"),
        ("Power Apps per app plan (1 app or portal)", "power-apps-per-app"),
        ("Microsoft Power Automate Plan 2", "power-automate-plan-2"),
        ("Common Data Service Database Capacity", "dataverse-database"),
        ("Dynamics 365 for Sales Enterprise Edition", "dynamics-365-enterprise"),
        ("power virtual  agent", "copilot-studio"),
    ],
)
def test_a_name_that_only_tenant_exports_use_means_its_plan_too(name: str, plan: str) -> None:
    assert _PLANS.id_of(name) == plan


@pytest.mark.parametrize(
    ("key", "day", "figure"),
    [
        ("tenant-database-gb", _NOW, 10), ("tenant-file-gb", _NOW, 20), ("tenant-log-gb", _NOW, 2),
        ("storage-low-percent", _NOW, 15), ("grace-days", _NOW, 14), ("out-of-context-days", _NOW, 90),
        ("seeded-ai-credits-at-most", "2026-10-31", 1_000_000), ("seeded-ai-credits-at-most", "2026-11-01", 0),
        ("requests-in-five-minutes", _NOW, 100_000), ("pool-requests", _NOW, 25_000),
        ("pool-requests-with-dynamics", _NOW, 500_000), ("pool-requests-a-dynamics-licence", _NOW, 5000),
        ("pool-requests-at-most", _NOW, 10_000_000), ("ai-credits-a-receipt", _NOW, 32),
    ],
)  # fmt: skip
def test_figures_of_no_single_plan_are_data_too(key: str, day: str, figure: int) -> None:
    assert _PLANS.fact(key, day) == figure


@pytest.mark.parametrize(
    ("kind", "rate"),
    [
        ("classic", (1, 1)), ("generative", (2, 1)), ("action", (5, 1)), ("grounding", (10, 1)), ("page", (8, 1)),
        ("flow-actions", (13, 100)), ("text-basic", (1, 10)), ("text-standard", (15, 10)), ("text-premium", (100, 10)),
    ],
)  # fmt: skip
def test_what_agents_do_is_charged_by_the_rate_card(kind: str, rate: tuple[int, int]) -> None:
    assert _PLANS.rate(f"agent-{kind}", _NOW) == rate


def test_every_figure_names_sources_that_are_dated() -> None:
    rows = [*_SHIPPED["plans"], *_SHIPPED["facts"].values()]
    tags = {tag for row in rows for tag in row["source"]}

    assert all(row["source"] for row in rows)
    assert tags <= {*_SHIPPED["sources"]}
    assert all(source["dated"] and source["url"] for source in _SHIPPED["sources"].values())
    assert all(_PLANS.source(tag) is not None for tag in tags)


def test_dated_values_follow_each_other_without_a_gap_or_a_second_answer() -> None:
    dated = [
        (f"{row['id']} {key}", values)
        for row in _SHIPPED["plans"]
        for key, values in row["entitles"].items()
        if isinstance(values, list) and values and isinstance(values[0], dict)
    ]
    assert dated

    wrong = []
    for what, values in dated:
        days = [day for one in values for day in (one.get("from"), one.get("until")) if day]
        wrong += [
            (what, day)
            for day in days
            if sum(one.get("from", "") <= day <= one.get("until", "9999") for one in values) != 1
        ]
        wrong += [(what, "order") for one, other in pairwise(values) if one["until"] >= other["from"]]
    assert wrong == []
