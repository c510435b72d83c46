"""What exports prove beside what the manifest says, read as whole projects."""

import json
from pathlib import Path

import pytest

from pllint import api
from pllint.model.component import Component, ComponentKind
from pllint.model.governance import LicenceRecord
from pllint.model.workspace import Workspace
from pllint.settings import load
from pllint.source import Anchor, Source

SKU = "inventory/skus-2026-11-02.json"
PREMIUM = "b30411f5-fea1-4a59-9ad9-3db7c7ead579"
DECLARED = "environments:\n  - {name: hr-production, id: e1}\n  - {name: hr-test, id: e2}\n"
APP = "11111111-1111-4111-8111-111111111111"


def project(folder: Path, **files: object) -> Workspace:
    """Write files, named by their path with `__` for a slash and `_` for a dot, and read the project."""
    names = {
        "skus": SKU,
        "undated": "inventory/skus.json",
        "older": "inventory/skus-2026-08-01.json",
        "licences": "governance/licences.yaml",
        "apps": "governance/apps.yaml",
        "environments": "governance/environments.yaml",
        "listed": "inventory/apps.json",
        "roles": "inventory/roles.json",
        "billing": "inventory/billing.json",
        "members": "inventory/members.json",
        "currency": "inventory/currency.json",
        "settings": "pllint.yaml",
        "table": "inventory/licences.csv",
        "names": "inventory/product-names.csv",
    }
    for name, content in files.items():
        path = folder / names[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return api.read([str(folder)], load(str(folder)))


def bought(enabled: int, assigned: int = 0, **members: object) -> dict[str, object]:
    row = {"skuId": PREMIUM, "skuPartNumber": "POWERAPPS_PER_USER", "consumedUnits": assigned}
    return {**row, "prepaidUnits": {"enabled": enabled, "warning": 0}, **members}


def manifest(purchased: int | None = None, as_of: str = "", assigned: int | None = None) -> str:
    text = "licences:\n  - plan: power-apps-premium\n"
    text += f"    purchased: {purchased}\n" if purchased is not None else ""
    text += f"    assigned: {assigned}\n" if assigned is not None else ""
    return text + (f"    as-of: {as_of}\n" if as_of else "")


def counts(found: tuple[LicenceRecord, ...]) -> list[tuple[object, ...]]:
    return [(one.plan, one.purchased, one.assigned, one.as_of) for one in found]


def contradictions(workspace: Workspace) -> list[str]:
    return [f"{one.severity or 'error'}: {one.message}" for one in workspace.findings if one.check == "SRC011"]


def test_an_export_alone_gives_licence_records(tmp_path: Path) -> None:
    workspace = project(tmp_path, skus={"value": [bought(40, 38), bought(9, skuId=None, skuPartNumber="FLOW_FREE")]})

    assert workspace.governance is None
    assert workspace.lists_licences
    assert counts(workspace.licences) == [("power-apps-premium", 40, 38, "2026-11-02")]
    assert len(workspace.inventory.skus) == 2


def test_products_of_one_plan_are_added_up(tmp_path: Path) -> None:
    government = bought(10, 4, skuId="8e4c6baa-f2ff-4884-9c38-93785d0d7ba1", skuPartNumber="POWERAPPS_PER_USER_GCC")

    workspace = project(tmp_path, skus=[bought(40, 38), government])

    assert counts(workspace.licences) == [("power-apps-premium", 50, 42, "2026-11-02")]


def test_unknown_products_are_kept_and_told(tmp_path: Path) -> None:
    workspace = project(tmp_path, skus=[bought(3, skuId=None, skuPartNumber="PARCEL_SUITE")])

    assert counts(workspace.licences) == []
    assert [tuple(one) for one in workspace.skipped] == [
        (SKU, "in part: no licence plan that pllint knows is called PARCEL_SUITE")
    ]


def test_the_manifest_is_filled_where_it_is_silent(tmp_path: Path) -> None:
    text = "licences:\n  - plan: Power Apps per user\n    price: '12'\n    assigned: 30\n"

    workspace = project(tmp_path, licences=text, skus=[bought(40, 38)])

    assert workspace.governance is not None
    assert workspace.governance.licences == workspace.licences
    assert [(one.plan, one.purchased, one.price) for one in workspace.licences] == [("Power Apps per user", 40, "12")]


@pytest.mark.parametrize(
    ("text", "expected", "counted"),
    [
        pytest.param(manifest(40, "2026-11-02", 38), [], (40, 38), id="the same"),
        pytest.param(
            manifest(30, "2026-11-02", 38),
            [
                (
                    "error: 'Power Apps Premium' is recorded as 30 purchased, but inventory/skus-2026-11-02.json lists"
                    " 40 on 2026-11-02"
                )
            ],
            (40, 38),
            id="another count on the same day",
        ),
        pytest.param(
            manifest(40, "2026-11-02", 20),
            [
                (
                    "error: 'Power Apps Premium' is recorded as 20 assigned, but inventory/skus-2026-11-02.json lists"
                    " 38 on 2026-11-02"
                )
            ],
            (40, 38),
            id="another assigned count on the same day",
        ),
        pytest.param(manifest(30, "2026-08-01", 20), [], (40, 38), id="the manifest is older"),
        pytest.param(manifest(30, "2026-11-20", 20), [], (30, 20), id="the manifest is newer"),
        pytest.param(
            manifest(30, "", 20),
            [
                (
                    "warning: 'Power Apps Premium' is recorded as 30 purchased, but inventory/skus-2026-11-02.json"
                    " lists 40, and the day of one of them is not known"
                )
            ],
            (40, 38),
            id="a day is missing: only what was bought is told",
        ),
        pytest.param(
            "tenant:\n  licences-as-of: 2026-08-01\n" + manifest(30), [], (40, 38), id="the day of the whole manifest"
        ),
    ],
)
def test_a_contradiction_depends_on_the_days(
    tmp_path: Path, text: str, expected: list[str], counted: tuple[int, int]
) -> None:
    workspace = project(tmp_path, licences=text, skus=[bought(40, 38)])

    assert contradictions(workspace) == expected
    assert [(one.purchased, one.assigned) for one in workspace.licences] == [counted]


def test_a_contradiction_names_both_places(tmp_path: Path) -> None:
    workspace = project(tmp_path, licences=manifest(30, "2026-11-02"), skus=[bought(40)])

    (finding,) = [one for one in workspace.findings if one.check == "SRC011"]
    assert (finding.at.source.path, finding.at.path) == ("governance/licences.yaml", ("licences", 0, "purchased"))
    assert [one.at.source.path for one in finding.related] == [SKU]


def test_several_purchases_of_one_plan_are_compared_as_one(tmp_path: Path) -> None:
    text = "licences:\n" + "".join(
        f"  - {{plan: power-apps-premium, purchased: {count}, as-of: 2026-11-02, ends: {end}}}\n"
        for count, end in ((30, "2027-01-01"), (10, "2028-01-01"))
    )

    workspace = project(tmp_path, licences=text, skus=[bought(40)])

    assert contradictions(workspace) == []
    assert [one.purchased for one in workspace.licences] == [30, 10]


def test_of_two_exports_the_newer_counts(tmp_path: Path) -> None:
    older = [bought(90), bought(5, skuId="4a51bf65-409c-4a91-b845-1121b571cc9d", skuPartNumber="FLOW_PER_USER")]

    workspace = project(tmp_path, older=older, skus=[bought(40)])

    assert contradictions(workspace) == []
    assert counts(workspace.licences) == [("power-apps-premium", 40, 0, "2026-11-02")]


def test_two_purchases_of_a_product_in_one_list_are_added_up(tmp_path: Path) -> None:
    workspace = project(tmp_path, skus=[bought(40, 38), bought(2, 1)])

    assert contradictions(workspace) == []
    assert counts(workspace.licences) == [("power-apps-premium", 42, 39, "2026-11-02")]


def test_two_undated_exports_that_differ_are_told(tmp_path: Path) -> None:
    settings = "licence-exports: [{files: [inventory/skus-*.json], as-of: 2026-11-01}]\n"

    workspace = project(tmp_path, older=[bought(90)], skus=[bought(40)], settings=settings)

    assert contradictions(workspace) == [
        (
            "warning: 'POWERAPPS_PER_USER' is listed with 40 bought, but inventory/skus-2026-08-01.json lists 90, and"
            " neither tells a later day"
        )
    ]


def test_the_settings_tell_the_day_and_columns_of_a_table(tmp_path: Path) -> None:
    settings = (
        "licence-exports:\n  - files: [inventory/*.csv]\n    as-of: 2026-10-01\n"
        "    columns: {name: Produkt, purchased: Gesamt, assigned: Vergeben}\n"
    )

    workspace = project(tmp_path, table="Produkt;Gesamt;Vergeben\nPower Apps Premium;40;38\n", settings=settings)

    assert counts(workspace.licences) == [("power-apps-premium", 40, 38, "2026-10-01")]


def test_a_table_that_may_be_of_licences_is_told_when_its_columns_are_not_known(tmp_path: Path) -> None:
    workspace = project(tmp_path, table="Produkt;Lizenzen gesamt\nPower Apps Premium;40\n")

    (skipped,) = workspace.skipped
    assert skipped.reason == (
        "a table whose columns pllint does not know (Produkt, Lizenzen gesamt), since portals change them with language"
        " and version; map them under licence-exports in pllint.yaml"
    )


def test_a_table_of_something_else_is_none_of_ours(tmp_path: Path) -> None:
    assert project(tmp_path, table="Depot;Parcels\nNorth;40\n").skipped == ()


def test_product_names_tell_what_an_unknown_id_is(tmp_path: Path) -> None:
    other = "33333333-3333-4333-8333-333333333333"
    names = f"Product_Display_Name,String_Id,GUID\nPower Apps per user plan,POWERAPPS_PER_USER,{other}\n"

    workspace = project(tmp_path, skus=[bought(40, skuId=other, skuPartNumber="")], names=names)

    assert [one.plan for one in workspace.licences] == ["power-apps-premium"]
    assert workspace.skipped == ()


def test_passes_are_allocated_to_environments_by_the_currency_report(tmp_path: Path) -> None:
    report = [
        {"currencyType": "AppPass", "purchased": 30, "allocated": 25},
        {"currencyType": "MCSMessages", "purchased": 25000, "allocated": 0},
        {"environmentId": "E1", "currencyAllocations": [{"currencyType": "AppPass", "allocated": 20}]},
    ]
    declared = "environments:\n  - {name: hr-production, id: e1, type: production}\n"

    workspace = project(tmp_path, currency=report, environments=declared)

    (record,) = workspace.licences
    assert (record.plan, record.purchased) == ("power-apps-per-app", 30)
    assert [(name.text, passes) for name, passes in record.allocated] == [("hr-production", 20)]


@pytest.mark.parametrize(
    ("passes", "told"),
    [
        pytest.param(20, [], id="the same"),
        pytest.param(
            25,
            [
                (
                    "warning: 25 passes are recorded as allocated to hr-production, but inventory/currency.json lists"
                    " 20, and the day of one of them is not known"
                )
            ],
            id="another count",
        ),
    ],
)
def test_recorded_passes_of_an_environment_are_compared(tmp_path: Path, passes: int, told: list[str]) -> None:
    report = [
        {"currencyType": "AppPass", "purchased": 30, "allocated": 20},
        {"environmentId": "e1", "currencyAllocations": [{"currencyType": "AppPass", "allocated": 20}]},
    ]
    text = f"licences:\n  - plan: power-apps-per-app\n    purchased: 30\n    allocated: {{hr-production: {passes}}}\n"

    workspace = project(tmp_path, currency=report, licences=text, environments=DECLARED)

    assert contradictions(workspace) == told


@pytest.mark.parametrize(
    ("allocated", "as_of", "expected"),
    [
        pytest.param("", "2026-09-01", (38, "2026-11-02", 20, None), id="both by exports, one of no day"),
        pytest.param(
            ", allocated: {hr-production: 25}", "2026-09-01", (38, "2026-11-02", 25, "2026-09-01"), id="one by each"
        ),
        pytest.param(
            ", assigned: 36, allocated: {hr-production: 25}",
            "2026-11-20",
            (36, "2026-11-20", 25, "2026-11-20"),
            id="both by a newer manifest",
        ),
        pytest.param(", assigned: 36", "2026-09-01", (38, "2026-11-02", 20, None), id="a newer export"),
    ],
)
def test_each_count_of_a_record_keeps_its_own_day(
    tmp_path: Path, allocated: str, as_of: str, expected: tuple[object, ...]
) -> None:
    passes = {"skuPartNumber": "POWERAPPS_PER_APP", "skuId": "a8ad7d2b-b8cf-49d6-b25a-69094a0be206"}
    report = [{"environmentId": "e1", "currencyAllocations": [{"currencyType": "AppPass", "allocated": 20}]}]
    text = f"licences:\n  - {{plan: power-apps-per-app, as-of: {as_of}{allocated}}}\n"

    workspace = project(
        tmp_path, skus=[bought(40, 38, **passes)], currency=report, licences=text, environments=DECLARED
    )

    (record,) = workspace.licences
    days = dict(record.counted)
    assert (record.assigned, days["assigned"], record.allocated[0][1], days["allocated"]) == expected


def test_used_storage_comes_from_the_capacity_report(tmp_path: Path) -> None:
    rows = [
        {
            "capacityType": kind,
            "totalCapacity": 9000,
            "consumption": {"actual": 1, "rated": used, "ratedUpdatedOn": f"2026-11-{day}T08:00:00+00:00"},
        }
        for kind, used, day in (("Database", 2048, "02"), ("Log", 512, "01"))
    ]

    workspace = project(tmp_path, currency={"tenantCapacities": rows}, environments=DECLARED)

    assert workspace.governance is not None
    used = workspace.governance.dataverse
    assert used is not None
    assert (used.database_gb, used.file_gb, used.log_gb, used.date) == ("2.000", None, "0.500", "2026-11-01")


# Pay-as-you-go


def _billing(status: str) -> object:
    return [{"id": "B1", "name": "Depot", "status": status, "billingInstrument": {"id": "x"}}]


MEMBERS = {"value": [{"billingPolicyId": "b1", "environmentId": "E1"}]}


@pytest.mark.parametrize(
    ("said", "status", "metered", "told"),
    [
        pytest.param("", "Enabled", True, 0, id="the manifest is silent"),
        pytest.param("", "Disabled", None, 0, id="the plan is off"),
        pytest.param("true", "Enabled", True, 0, id="both say so"),
        pytest.param("true", "Disabled", True, 0, id="the manifest alone says so"),
        pytest.param("false", "Enabled", True, 1, id="the manifest denies it"),
    ],
)
def test_an_environment_linked_to_a_billing_policy_is_metered(
    tmp_path: Path, said: str, status: str, metered: object, told: int
) -> None:
    declared = "environments:\n  - name: hr-production\n    id: e1\n" + (f"    pay-as-you-go: {said}\n" if said else "")

    workspace = project(tmp_path, environments=declared, billing=_billing(status), members=MEMBERS)

    assert [one.pay_as_you_go for one in workspace.environments] == [metered]
    assert len(contradictions(workspace)) == told


# Apps and flows


def listed(**members: object) -> dict[str, object]:
    owner = {"id": "o1", "email": "nadia@contoso.example", "type": "User"}
    plain = {"AppName": APP, "DisplayName": "Parcel desk", "EnvironmentName": "E1", "Owner": owner}
    raw = {"properties": {"displayName": "Parcel desk", "sharedUsersCount": 12, "sharedGroupsCount": 2}}
    return {**plain, "CreatedTime": "2018-03-01T10:00:00Z", "Internal": raw, **members}


def test_the_record_of_an_app_is_filled_from_the_list(tmp_path: Path) -> None:
    workspace = project(tmp_path, environments=DECLARED, apps="apps:\n  - name: Parcel desk\n", listed=[listed()])

    assert workspace.governance is not None
    (record,) = workspace.governance.apps
    assert (record.owner, record.created, record.groups) == ("nadia@contoso.example", "2018-03-01", 2)
    assert record.environment is not None
    assert record.environment.text == "hr-production"


@pytest.mark.parametrize(
    ("owner", "told"),
    [
        ("omar@contoso.example", 1),
        ("Nadia@Contoso.example", 0),
        ("nadia", 0),
    ],
)
def test_an_owner_is_contradicted_only_by_another_address(tmp_path: Path, owner: str, told: int) -> None:
    apps = f"apps:\n  - name: Parcel desk\n    owner: {owner}\n"

    workspace = project(tmp_path, apps=apps, listed=[listed()])

    assert workspace.governance is not None
    assert [one.owner for one in workspace.governance.apps] == [owner]
    assert len(contradictions(workspace)) == told


def test_a_service_principal_on_the_platform_contradicts_no_owner(tmp_path: Path) -> None:
    owner = {"id": "o1", "email": "deploy@contoso.example", "type": "ServicePrincipal"}
    apps = "apps:\n  - {name: Parcel desk, owner: omar@contoso.example}\n"

    assert contradictions(project(tmp_path, apps=apps, listed=[listed(Owner=owner)])) == []


@pytest.mark.parametrize(
    ("record", "told"),
    [
        pytest.param(f"id: {APP}, environment: hr-test", 1, id="its id is listed elsewhere"),
        pytest.param("environment: hr-test", 0, id="an app of the same name may be meant"),
        pytest.param(f"id: {APP}, environment: hr-production", 0, id="listed there"),
    ],
)
def test_an_app_recorded_in_another_environment_is_told(tmp_path: Path, record: str, told: int) -> None:
    apps = f"apps:\n  - {{name: Parcel desk, {record}}}\n"

    assert len(contradictions(project(tmp_path, environments=DECLARED, apps=apps, listed=[listed()]))) == told


def test_one_of_two_apps_of_a_name_fills_nothing(tmp_path: Path) -> None:
    other = listed(AppName="22222222-2222-4222-8222-222222222222")

    workspace = project(tmp_path, apps="apps:\n  - name: Parcel desk\n", listed=[listed(), other])

    assert workspace.governance is not None
    assert [one.owner for one in workspace.governance.apps] == [None]


@pytest.mark.parametrize(
    ("kind", "expected"), [("Tenant", (12, 2, True)), ("Group", (12, 2, False)), ("User", (12, 2, False))]
)
def test_an_app_knows_that_everyone_may_use_it(tmp_path: Path, kind: str, expected: tuple[object, ...]) -> None:
    role = {"RoleType": "CanView", "PrincipalType": kind, "PrincipalObjectId": "p1", "AppName": APP.upper()}
    workspace = project(tmp_path, listed=[listed(), listed()], roles=[role])
    app = Component(kind=ComponentKind.CANVAS_APP, name="Parcel desk", id="x", at=Anchor(Source("a.json", bytes)))

    (found,) = workspace.listed_as(app)

    assert (found.shared_users, found.shared_groups, found.shared_with_everyone) == expected


def test_shares_are_counted_where_the_list_has_no_counts(tmp_path: Path) -> None:
    def role(kind: str, who: str, role: str = "CanView") -> dict[str, object]:
        return {"RoleType": role, "PrincipalType": kind, "PrincipalObjectId": who, "AppName": APP}

    roles = [role("User", "p1"), role("User", "p2", "CanEdit"), role("User", "p3", "Owner"), role("Group", "g1")]
    workspace = project(tmp_path, listed=[listed(Internal=None)], roles=[*roles, roles[0]])

    (found,) = workspace.inventory.resources
    assert (found.shared_users, found.shared_groups, found.shared_with_everyone) == (2, 1, False)


def test_exports_beside_what_is_linted_are_read_too(tmp_path: Path) -> None:
    settings = "licence-exports: [{files: [more/*.json]}]\n"
    project(tmp_path, skus=[bought(40)], settings=settings)
    for folder in ("more", "elsewhere", "solutions"):
        (tmp_path / folder).mkdir()
        content = json.dumps([bought(5, skuId=None, skuPartNumber=folder.upper())])
        (tmp_path / folder / "skus.json").write_text(content, encoding="utf-8")

    workspace = api.read([str(tmp_path / "solutions")], load(str(tmp_path / "solutions")))

    assert sorted(one.name for one in workspace.inventory.skus) == ["MORE", "POWERAPPS_PER_USER", "SOLUTIONS"]
