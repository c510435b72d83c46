"""Licence exports as each tool writes them, read without anybody's hand: encodings, separators, numbers, odd lines."""

import json
from pathlib import Path

import pytest

from pllint import api
from pllint.model.workspace import Workspace
from pllint.settings import load

_ID = "b30411f5-fea1-4a59-9ad9-3db7c7ead579"
_GRAPH = {
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscribedSkus",
    "value": [
        {
            "accountName": "contoso", "appliesTo": "User", "capabilityStatus": "Enabled", "consumedUnits": 14,
            "id": "a_b", "skuId": _ID, "skuPartNumber": "POWERAPPS_PER_USER",
            "prepaidUnits": {"enabled": 25, "suspended": 3, "warning": 5, "lockedOut": 0}, "servicePlans": [],
        }
    ],
}  # fmt: skip
_MSOL = {
    "AccountName": "contoso", "AccountSkuId": "contoso:POWERAPPS_PER_USER", "ActiveUnits": 25, "ConsumedUnits": 14,
    "SkuId": _ID, "SkuPartNumber": "POWERAPPS_PER_USER", "SuspendedUnits": 3, "WarningUnits": 5,
}  # fmt: skip
_MG_HEAD = (
    '"AccountId","AccountName","AppliesTo","CapabilityStatus","ConsumedUnits","Id","PrepaidUnits","ServicePlans",'
    '"SkuId","SkuPartNumber","SubscriptionIds","AdditionalProperties"\r\n'
)
_UNITS_OF_AZURE = "class LicenseUnitsDetail {\n  Enabled: 25\n  Suspended: 3\n  Warning: 5\n}\n"
_MARK = "\ufeff".encode("utf-16-le")
_MSOL_HEAD = '"AccountSkuId","ActiveUnits","WarningUnits","ConsumedUnits"\n'
_UNITS_OF_GRAPH = "@{Enabled=25; LockedOut=0; Suspended=3; Warning=5}"
_CENTRE = "License name,Licenses used,Assigned licenses,Purchased licenses\n"
_PREMIUM = "Power Apps Premium,30,0,14,\r\n"
_PORTAL = "Product title,Total licenses,Expired licenses,Assigned licenses,Status message\r\n"


def _read(folder: Path, name: str, content: str | bytes, settings: str = "") -> Workspace:
    (folder / "inventory").mkdir(exist_ok=True)
    (folder / "inventory" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "pllint.yaml").write_text(settings, encoding="utf-8")
    return api.read([str(folder)], load(str(folder)))


def _counts(workspace: Workspace) -> list[tuple[str, int | None, int | None]]:
    return [(one.plan, one.purchased, one.assigned) for one in workspace.licences]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("skus.json", json.dumps(_GRAPH), id="Graph"),
        pytest.param("skus.json", json.dumps(_GRAPH).encode("utf-8-sig"), id="Graph, with a mark"),
        pytest.param("skus.json", _MARK + json.dumps(_GRAPH).encode("utf-16-le"), id="Graph, UTF-16"),
        pytest.param("msol.json", json.dumps([_MSOL]), id="Get-MsolAccountSku"),
        pytest.param("msol.json", json.dumps(_MSOL), id="Get-MsolAccountSku, one object"),
        pytest.param(
            "msol.csv", f'{_MSOL_HEAD}"contoso:POWERAPPS_PER_USER","25","5","14"\n',
            id="Get-MsolAccountSku, the columns it shows",
        ),
        pytest.param(
            "msol.csv",
            '#TYPE Microsoft.Online.Administration.AccountSku\r\n"ExtensionData";"AccountSkuId";"ActiveUnits";'
            f'"ConsumedUnits";"SkuId";"SkuPartNumber";"WarningUnits"\r\n"x";"contoso:POWERAPPS_PER_USER";"25";"14";"{_ID}";'
            '"POWERAPPS_PER_USER";"5"\r\n',
            id="Get-MsolAccountSku, all columns, semicolons",
        ),
        pytest.param(
            "azure.csv",
            '"ObjectId","AppliesTo","CapabilityStatus","ConsumedUnits","PrepaidUnits","SkuId","SkuPartNumber"\n'
            f'"a_b","User","Enabled","14","{_UNITS_OF_AZURE}","{_ID}","POWERAPPS_PER_USER"\n',
            id="Get-AzureADSubscribedSku",
        ),
        pytest.param(
            "mg.csv",
            f'{_MG_HEAD}"a","contoso","User","Enabled","14","a_b","{_UNITS_OF_GRAPH}","x","{_ID}",'
            '"POWERAPPS_PER_USER","x","x"\r\n',
            id="Get-MgSubscribedSku, with its numbers",
        ),
        pytest.param("portal.csv", f"\ufeff{_PORTAL}Power Apps per user plan,30,0,14,\r\n", id="Microsoft 365"),
        pytest.param("portal.csv", f'{_PORTAL}"Power Apps\r\nPremium",30,0,14,\r\n', id="a name on two lines"),
        pytest.param("portal.csv", f"{_PORTAL}power apps  PREMIUM, 30 ,0,14,\r\n", id="a name in other letters"),
        pytest.param(
            "portal.csv",
            f"Region,{_PORTAL.strip()},Cost centre\r\nEU,{_PREMIUM.strip()},42\r\n",
            id="more columns",
        ),
        pytest.param(
            "portal.csv",
            _MARK + f"{_PORTAL}{_PREMIUM}".replace(",", "\t").encode("utf-16-le"),
            id="Unicode text of Excel",
        ),
        pytest.param("portal.csv", f"sep=;\r\n{_PORTAL}{_PREMIUM}".replace(",", ";"), id="sep=;"),
        pytest.param("centre.csv", f"{_CENTRE}Power Apps Premium,3,14,30\n", id="Power Platform"),
    ],
)  # fmt: skip
def test_every_form_says_the_same(tmp_path: Path, name: str, content: str | bytes) -> None:
    workspace = _read(tmp_path, name, content)

    assert _counts(workspace) == [("power-apps-premium", 30, 14)]
    assert [one.check for one in workspace.findings if one.check != "SRC006"] == []
    assert workspace.skipped == ()


def test_a_table_in_which_a_cmdlet_left_the_numbers_out_is_told(tmp_path: Path) -> None:
    units = "Microsoft.Graph.PowerShell.Models.MicrosoftGraphLicenseUnitsDetail"
    row = f'"a","contoso","User","Enabled","14","a_b","{units}","x","{_ID}","POWERAPPS_PER_USER","x","x"\r\n'

    workspace = _read(tmp_path, "mg.csv", _MG_HEAD + row)

    assert _counts(workspace) == [("power-apps-premium", None, 14)]
    assert [(one.check, one.at.span.line) for one in workspace.findings] == [("SRC007", 2)]


def test_expired_licences_leave_the_total_open(tmp_path: Path) -> None:
    workspace = _read(tmp_path, "portal.csv", f"{_PORTAL}Power Apps Premium,30,2,14,\r\n")

    assert _counts(workspace) == [("power-apps-premium", None, 14)]
    ((_, reason),) = workspace.skipped
    assert "whether expired licences are among the total of Power Apps Premium is not known" in reason


def test_columns_in_another_language_are_named_and_said_not_to_be_known(tmp_path: Path) -> None:
    content = "Produkttitel;Lizenzen gesamt;Zugewiesene Lizenzen\r\nPower Apps Premium;1.200;1.100\r\n"

    unknown = _read(tmp_path, "portal.csv", content)

    assert _counts(unknown) == []
    ((_, reason),) = unknown.skipped
    assert "columns pllint does not know (Produkttitel, Lizenzen gesamt, Zugewiesene Lizenzen)" in reason
    columns = "{name: Produkttitel, purchased: Lizenzen gesamt, assigned: Zugewiesene Lizenzen}"
    known = _read(
        tmp_path, "portal.csv", content, f"licence-exports: [{{files: [inventory/*.csv], columns: {columns}}}]"
    )
    assert _counts(known) == [("power-apps-premium", 1200, 1100)]


def test_a_list_of_people_is_said_not_to_be_counted(tmp_path: Path) -> None:
    content = "Display name,User principal name,Licenses\nNadia,nadia@contoso.com,Power Apps Premium+Visio Plan 2\n"

    workspace = _read(tmp_path, "users.csv", content)

    assert _counts(workspace) == []
    ((_, reason),) = workspace.skipped
    assert "a list of people with their licences" in reason


def test_a_product_of_ones_own_plan_data_is_known_by_its_stock_keeping_name(tmp_path: Path) -> None:
    (tmp_path / "plans.yaml").write_text(
        "plans: {contoso-bundle: {skus: [CONTOSO_BUNDLE], entitles: {apps: 1, tiers: [standard, premium, custom]}}}\n",
        encoding="utf-8",
    )
    content = json.dumps({**_MSOL, "AccountSkuId": "contoso:CONTOSO_BUNDLE", "SkuPartNumber": None, "SkuId": None})

    workspace = _read(tmp_path, "msol.json", content, "plans: plans.yaml\n")

    assert _counts(workspace) == [("contoso-bundle", 30, 14)]
    assert [path for path, _ in workspace.skipped if path.startswith("inventory")] == []


def test_an_unknown_product_is_kept_and_told(tmp_path: Path) -> None:
    workspace = _read(tmp_path, "portal.csv", f"{_PORTAL}Contoso Everything,30,0,14,\r\n")

    assert [(one.name, one.plan, one.purchased) for one in workspace.inventory.skus] == [
        ("Contoso Everything", None, 30)
    ]
    ((_, reason),) = workspace.skipped
    assert reason == "in part: no licence plan that pllint knows is called Contoso Everything"
