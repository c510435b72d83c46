"""The connector catalogue: shipped rows, and a tenant's own facts over them, the newer one counting."""

import json
from pathlib import Path

import pytest

from pllint.catalogue import Catalogue, skus
from pllint.errors import SettingsError

SHIPPED = """{
"as-of": "2026-09-05",
"sources": {"exp2507": "2025-07-26", "exp2402": "2024-02", "learn2609": "2026-09-05", "ip-rule": "2026-06"},
"connectors": [
{"id": "shared_depot", "name": "Depot", "tier": "Premium", "publisher": "Contoso", "release": "ga", "kind": "certified", "unblockable": false, "deprecated": false, "replaced_by": null, "tier_basis": "export", "endpoint_filtering": false, "last_seen": "2026-09-05", "sources": ["learn2609", "exp2507", "exp2402"]},
{"id": "shared_parcels", "name": "Parcels", "tier": "Premium", "publisher": null, "release": "preview", "kind": null, "unblockable": null, "deprecated": false, "replaced_by": "shared_depot", "tier_basis": "inferred", "endpoint_filtering": false, "last_seen": "2026-09-05", "sources": ["learn2609"]}
]
}
"""  # noqa: E501 - one row a line is the form


@pytest.fixture
def shipped(tmp_path: Path) -> str:
    """Give a small list of the shipped form."""
    path = tmp_path / "connectors.json"
    path.write_text(SHIPPED, encoding="utf-8")
    return str(path)


def own(folder: Path, *rows: dict[str, object]) -> str:
    path = folder / "tenant.json"
    path.write_text(json.dumps({"as-of": "2026-11-02", "connectors": list(rows)}), encoding="utf-8")
    return str(path)


def row(key: str, day: str, **facts: object) -> dict[str, object]:
    return {"id": key, "last_seen": day, **facts}


def test_a_shipped_tier_has_the_day_of_the_newest_list_that_states_it(shipped: str) -> None:
    catalogue = Catalogue(shipped)

    found = [catalogue.find(key) for key in ("shared_depot", "shared_parcels", "shared_other")]

    assert [one and (one.tier, one.dated, one.tenant) for one in found] == [
        ("Premium", "2025-07-26", False),
        ("Premium", "2026-09-05", False),
        None,
    ]


@pytest.mark.parametrize(
    ("key", "day", "expected"),
    [
        pytest.param(
            "shared_depot", "2025-08-01", ("Standard", "export", "2025-08-01", True), id="newer than the tier"
        ),
        pytest.param("shared_depot", "2025-07-01", ("Premium", "export", "2025-07-26", False), id="older"),
        pytest.param(
            "shared_parcels", "2025-07-01", ("Standard", "export", "2025-07-01", True), id="older than a rule"
        ),
        pytest.param("shared_new", "2025-07-01", ("Standard", "export", "2025-07-01", True), id="nowhere else"),
    ],
)
def test_the_newer_tier_counts_and_a_tenants_own_beats_a_rule(
    shipped: str, tmp_path: Path, key: str, day: str, expected: tuple[object, ...]
) -> None:
    found = Catalogue(shipped, own(tmp_path, row(key, day, tier="Standard"))).find(key)

    assert found is not None
    assert (found.tier, found.tier_basis, found.dated, found.tenant) == expected


def test_every_fact_is_judged_by_itself(shipped: str, tmp_path: Path) -> None:
    facts: dict[str, object] = {"tier": "Standard", "publisher": "Parcels Ltd", "release": "ga", "unblockable": True}

    found = Catalogue(shipped, own(tmp_path, row("shared_parcels", "2026-08-01", **facts))).find("shared_parcels")

    assert found is not None
    # The release status was listed later than the export; nothing shipped says who publishes it.
    assert (found.tier, found.publisher, found.release, found.unblockable) == (
        "Standard",
        "Parcels Ltd",
        "preview",
        True,
    )
    assert (found.name, found.replaced_by, found.last_seen) == ("Parcels", "shared_depot", "2026-09-05")


def test_rows_are_those_of_both_lists(shipped: str, tmp_path: Path) -> None:
    catalogue = Catalogue(shipped, own(tmp_path, row("shared_new", "2026-11-02", name="New")))

    assert [one.key for one in catalogue.rows()] == ["shared_depot", "shared_new", "shared_parcels"]
    assert (catalogue.as_of, catalogue.tenant_as_of, catalogue.name_of("shared_new")) == (
        "2026-09-05",
        "2026-11-02",
        "New",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "tenant.json: the catalogue cannot be read: No such file or directory"),
        ("{", "tenant.json: the catalogue is not JSON"),
        ('{"as-of": "2026-11-02"}', "tenant.json: "),
        ('{"as-of": "2026-11-02", "connectors": [{"id": "a", "last_seen": "x"}]}', "at connectors/0/last_seen: "),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_a_mistake_in_the_settings(
    tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "tenant.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        Catalogue(overlay=str(path))

    assert message in str(caught.value)


def test_the_shipped_list_can_be_read_row_by_row_and_whole() -> None:
    catalogue = Catalogue()
    rows = catalogue.rows()

    assert len(rows) == 1667
    assert [catalogue.find(one.key) for one in rows[::50]] == list(rows[::50])
    assert not any(one.tenant for one in rows)


# Products

PLANS = {
    "microsoft-365", "microsoft-365-copilot", "dynamics-365-enterprise", "dynamics-365-professional",
    "dynamics-365-team-member", "ai-builder-addon", "portal-logins", "portal-page-views", "power-pages-authenticated",
    "dataverse-database", "dataverse-file", "dataverse-log",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("POWERAPPS_PER_APP", "power-apps-per-app"),
        ("POWERAPPS_PER_APP_IW", None),
        ("POWERAPPS_PER_USER", "power-apps-premium"),
        ("POWERAPPS_DEV", "power-apps-developer"),
        ("POWERAPPS_VIRAL", "power-apps-trial"),
        ("POWERFLOW_P2", "power-apps-plan-2"),
        ("FLOW_FREE", "power-automate-free"),
        ("FLOW_P2", "power-automate-plan-2"),
        ("FLOW_PER_USER", "power-automate-per-user"),
        ("FLOW_PER_USER_DEPT", "power-automate-per-user"),
        ("POWERAUTOMATE_ATTENDED_RPA", "power-automate-premium"),
        ("POWERAUTOMATE_UNATTENDED_RPA", "power-automate-unattended-rpa"),
        ("FLOW_BUSINESS_PROCESS", "power-automate-per-flow"),
        ("VIRTUAL_AGENT_BASE", "copilot-studio"),
        ("VIRTUAL_AGENT_ADDON", "copilot-studio"),
        ("VIRTUAL_AGENT_USL", "copilot-studio-user"),
        ("POWERAPPS_PORTALS_LOGIN", "portal-logins"),
        ("powerapps_portals_login_t3", "portal-logins"),
        ("POWERAPPS_PORTALS_PAGEVIEW", "portal-page-views"),
    ],
)
def test_the_stock_keeping_names_of_tenant_exports_are_known(name: str, plan: str | None) -> None:
    found = skus.sku(None, name)

    assert found is not None
    assert found.plan == plan


def test_every_product_is_of_a_plan_there_is() -> None:
    from pllint.catalogue.plans import plan_named

    content = json.loads((Path(skus.__file__).parent / "skus.json").read_text(encoding="utf-8"))
    plans = {row["plan"] for row in content["skus"]} - {None}

    assert {plan for plan in plans if plan not in PLANS and plan_named(plan) is None} == set()
    assert len({row["id"] for row in content["skus"] if row["id"]}) == sum(bool(row["id"]) for row in content["skus"])
    assert skus.source()
    assert skus.as_of()
