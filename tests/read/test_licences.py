"""Licence exports: products of Graph and PowerShell, currencies, capacity, pay-as-you-go, tables of the portals."""

import json

import pytest

from pllint.model.inventory import BillingMember, LicenceSku
from pllint.read import licences
from pllint.read.document import Notes
from pllint.read.licences import LicenceFacts, count_of, day_in, day_of
from pllint.source import Anchor, Source
from pllint.text import csv_text
from pllint.text.node import Node

PREMIUM = "b30411f5-fea1-4a59-9ad9-3db7c7ead579"


def graph(**members: object) -> dict[str, object]:
    units = {"enabled": 40, "suspended": 3, "warning": 5, "lockedOut": 0}
    row = {"skuId": PREMIUM, "skuPartNumber": "POWERAPPS_PER_USER", "appliesTo": "User", "consumedUnits": 38}
    return {**row, "prepaidUnits": units, **members}


def powershell(**members: object) -> dict[str, object]:
    units = {"Enabled": 40, "Suspended": 3, "Warning": 5, "AdditionalProperties": {}}
    row = {"SkuId": PREMIUM, "SkuPartNumber": "POWERAPPS_PER_USER", "ConsumedUnits": 38, "AdditionalProperties": {}}
    return {**row, "PrepaidUnits": units, **members}


def node_of(value: object) -> Node:
    return Node(value, Anchor(Source("skus.json", json.dumps(value).encode)))


def read(value: object, notes: Notes | None = None) -> LicenceFacts:
    assert licences.recognises(value)
    return licences.licences(node_of(value), notes or Notes())


def facts(one: LicenceSku) -> tuple[object, ...]:
    return (one.name, one.plan, one.purchased, one.assigned, one.counts)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"value": [graph()]}, id="Graph"),
        pytest.param([powershell()], id="a list of PowerShell"),
        pytest.param(powershell(), id="one object of PowerShell"),
        pytest.param({"value": [powershell()], "Count": 1}, id="an array that PowerShell wrapped"),
        pytest.param({"license_information": [powershell()], "dlp_policies": []}, id="inside an assessment"),
    ],
)
def test_bought_are_those_enabled_and_those_in_grace(value: object) -> None:
    (sku,) = read(value).skus

    assert facts(sku) == ("POWERAPPS_PER_USER", "power-apps-premium", 45, 38, True)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"skuPartNumber": "RENAMED"}, ("RENAMED", "power-apps-premium", True, True), id="id before name"),
        pytest.param(
            {"skuId": "11111111-1111-4111-8111-111111111111"},
            ("POWERAPPS_PER_USER", "power-apps-premium", True, True),
            id="the name where another cloud has another id",
        ),
        pytest.param(
            {"skuId": None, "skuPartNumber": "FLOW_FREE"}, ("FLOW_FREE", "power-automate-free", True, False), id="free"
        ),
        pytest.param(
            {"skuId": None, "skuPartNumber": "POWERAPPS_PER_APP_IW"},
            ("POWERAPPS_PER_APP_IW", None, True, False),
            id="baseline access gives no rights",
        ),
        pytest.param(
            {"skuId": None, "skuPartNumber": "PARCEL_SUITE"}, ("PARCEL_SUITE", None, False, True), id="unknown, kept"
        ),
        pytest.param(
            {"skuId": None, "skuPartNumber": "PARCEL_VIRAL"}, ("PARCEL_VIRAL", None, False, False), id="unknown, viral"
        ),
    ],
)
def test_a_product_is_joined_by_its_id_and_unknown_ones_are_kept(
    members: dict[str, object], expected: tuple[object, ...]
) -> None:
    (sku,) = read([graph(**members)]).skus

    assert (sku.name, sku.plan, sku.known, sku.counts) == expected


def test_nobody_is_assigned_what_the_company_has() -> None:
    (sku,) = read([graph(skuPartNumber="FLOW_BUSINESS_PROCESS", skuId=None, appliesTo="Company", consumedUnits=0)]).skus

    assert (sku.purchased, sku.assigned) == (45, None)


def test_what_powershell_cut_off_is_unknown_and_told_once() -> None:
    notes = Notes()

    found = read([powershell(PrepaidUnits="@{Enabled=40; Warning=5}")] * 2, notes).skus

    assert [one.purchased for one in found] == [None, None]
    assert [finding.check for finding in notes.findings] == ["SRC007"]


def test_currencies_are_read_for_the_tenant_and_for_environments() -> None:
    tenant = [{"currencyType": "AppPass", "purchased": 30, "allocated": 25, "consumed": {}}]
    environment = {"environmentId": "e1", "currencyAllocations": [{"currencyType": "AppPass", "allocated": 20}]}

    found = [*read(tenant).currencies, *read(environment).currencies]

    assert [(one.kind, one.purchased, one.allocated, one.environment) for one in found] == [
        ("AppPass", 30, 25, None),
        ("AppPass", None, 20, "e1"),
    ]


def test_billing_policies_and_their_members_are_read() -> None:
    policies = {"value": [{"id": "B1", "name": "Depot", "status": "Disabled", "billingInstrument": {"id": "x"}}]}
    members = {"value": [{"billingPolicyId": "B1", "environmentId": "e1"}]}

    (policy,) = read(policies).billing_policies
    (member,) = read(members).billing_members

    assert (policy.id, policy.name, policy.enabled) == ("b1", "Depot", False)
    assert member == BillingMember(policy="b1", environment="e1", at=member.at)


def test_capacity_has_a_day_of_its_own() -> None:
    consumption = {"actual": 3.5, "rated": 2.5, "ratedUpdatedOn": "2026-11-01T08:00:00+00:00"}
    report = {"tenantCapacities": [{"capacityType": "Database", "totalCapacity": 20, "consumption": consumption}]}

    (capacity,) = read(report).capacities

    assert (capacity.kind, capacity.total_mb, capacity.used_mb, capacity.as_of) == ("Database", 20.0, 2.5, "2026-11-01")


@pytest.mark.parametrize(
    "value",
    [
        {"value": []},
        {"skuId": PREMIUM},
        {"id": 1, "name": "x"},
        [{"purchased": 1}],
        "text",
        {"value": [{"environmentId": "e1"}]},
    ],
)
def test_other_documents_are_no_licence_exports(value: object) -> None:
    assert not licences.recognises(value)


# Tables


def table(text: str, mapping: dict[str, str] | None = None) -> list[tuple[object, ...]]:
    content = text.encode()
    columns = licences.columns_for(csv_text.header(content), tuple((mapping or {}).items()))
    assert columns is not None
    rows, _ = csv_text.parse(content)
    node = Node(rows, Anchor(Source("licences.csv", lambda: content, csv_text.locate)))
    return [facts(one) for one in licences.of_table(node, columns, Notes()).skus]


def test_the_table_of_the_admin_centre_is_read_as_it_is() -> None:
    text = "License name,Licenses used,Assigned licenses,Purchased licenses\nPower Apps Premium,10,38,40\n"

    assert table(text) == [("Power Apps Premium", "power-apps-premium", 40, 38, True)]


def test_the_settings_name_the_columns_of_another_language() -> None:
    text = "Produkttitel;Lizenzen gesamt;Zugewiesen;Nachfrist\nPower Automate Premium;1.200;1.100;7\n;1;1;0\n"
    mapping = {"name": "Produkttitel", "purchased": "Lizenzen gesamt", "assigned": "Zugewiesen", "warning": "Nachfrist"}

    assert table(text, mapping) == [("Power Automate Premium", "power-automate-premium", 1207, 1100, True)]


@pytest.mark.parametrize(
    "columns", [["Product title", "Licences"], ["License name", "Cost"], ["Purchased licenses"], []]
)
def test_a_table_with_other_columns_is_not_guessed_at(columns: list[str]) -> None:
    assert licences.columns_for(columns, ()) is None


def test_product_names_fill_in_what_an_unknown_id_is() -> None:
    rows = [
        {
            "Product_Display_Name": "Power Apps per user plan",
            "String_Id": "POWERAPPS_PER_USER",
            "GUID": "22222222-2222-4222-8222-222222222222",
        }
    ]
    names = licences.products(node_of(rows))
    unknown = read([graph(skuId="22222222-2222-4222-8222-222222222222", skuPartNumber="")]).skus

    (sku,) = licences.named_by(unknown, names)

    assert (sku.name, sku.plan, sku.known) == ("POWERAPPS_PER_USER", "power-apps-premium", True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("40", 40),
        ("1,200", 1200),
        ("1.200", 1200),
        ("1\u00a0200", 1200),
        ("1'200'000", 1_200_000),
        ("0", 0),
        ("", None),
        ("12.5", None),
        ("1,20", None),
        ("-3", None),
        ("\u0664", None),
        (None, None),
    ],
)
def test_counts_are_read_as_portals_write_them(text: str | None, count: int | None) -> None:
    assert count_of(text) == count


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("inventory/skus-2026-11-02.json", "2026-11-02"),
        ("skus_20261102.csv", "2026-11-02"),
        ("2026-01-01/skus.json", None),
        ("skus-2026-13-02.json", None),
        ("skus-120261102.json", None),
        ("2025-01-01-to-2026-11-02.json", "2026-11-02"),
    ],
)
def test_a_file_name_may_tell_the_day(path: str, day: str | None) -> None:
    assert day_in(path) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-02T08:00:00Z", "2026-11-02"), ("2026-11-02", "2026-11-02"), ("02/11/2026", None), ("", None)],
)
def test_only_iso_days_are_taken(text: str, day: str | None) -> None:
    assert day_of(text) == day
