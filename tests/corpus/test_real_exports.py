"""Real exports give what a plain look at their JSON gives, and nothing else in the corpus is taken for one."""

import json
import os
from functools import cache
from pathlib import Path

import pytest

from pllint import api
from pllint.catalogue import Catalogue
from pllint.cli.refresh import refreshed
from pllint.model.workspace import Workspace
from pllint.read import licences, resources
from pllint.read.document import Notes, open_json
from pllint.settings import Settings
from pllint.text import csv_text
from pllint.text.node import Node
from pllint.text.tree import Folder

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
SCUBA = "cisagov+ScubaGear/PowerShell/ScubaGear"
EXPORT = f"{SCUBA}/Testing/Unit/PowerShell/CreateReport/CreateReportStubs/ProviderSettingsExport.json"
NAMES = f"{SCUBA}/Modules/CreateReport/MicrosoftLicenseToProductNameMappings.csv"
TERRAFORM = "microsoft+terraform-provider-power-platform/internal/services"
CONNECTORS = f"{TERRAFORM}/connectors/tests/Validate_Read"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


def _raw(path: str) -> dict[str, object]:
    content = json.loads((CORPUS / path).read_text(encoding="utf-8-sig"))
    return content if isinstance(content, dict) else {"value": content}


def _rows(path: str, key: str = "value") -> list[dict[str, object]]:
    rows = _raw(path)[key]
    assert isinstance(rows, list)
    return rows


def _node(path: str) -> Node:
    node = open_json(Folder(str(CORPUS)), path, Notes())
    assert node is not None
    return node


@cache
def workspace() -> Workspace:
    return api.read([str(CORPUS)], Settings(root=str(CORPUS)))


def test_the_products_of_the_tenant_export_are_read() -> None:
    expected = [(row["SkuPartNumber"], row["ConsumedUnits"]) for row in _rows(EXPORT, "license_information")]

    found = licences.licences(_node(EXPORT), Notes()).skus

    assert [(one.name, one.assigned) for one in found] == expected
    assert [one.counts for one in found] == [False, True]  # FLOW_FREE has 10,000 units that nobody bought


def test_the_capacity_of_every_type_is_read() -> None:
    path = f"{TERRAFORM}/capacity/tests/datasource/Validate_Read/get_tenant_capacity.json"
    expected = [(row["capacityType"], row["totalCapacity"]) for row in _rows(path, "tenantCapacities")]

    found = licences.licences(_node(path), Notes()).capacities

    assert [(one.kind, one.total_mb) for one in found] == expected
    assert expected


@pytest.mark.parametrize("name", ["policies/get_billing_policies", "environments/get_environments_for_policy"])
def test_billing_policies_and_members_are_read(name: str) -> None:
    path = f"{TERRAFORM}/licensing/test/datasource/{name}.json"

    found = licences.licences(_node(path), Notes())

    assert len(found.billing_policies) + len(found.billing_members) == len(_rows(path))


def test_the_apps_of_an_environment_are_read() -> None:
    path = f"{TERRAFORM}/powerapps/tests/Validate_Read/get_apps_00000000-0000-0000-0000-000000000001.json"
    facts = [row["properties"] for row in _rows(path)]
    expected = [(one["displayName"], one["sharedUsersCount"]) for one in facts if isinstance(one, dict)]

    found = resources.resources(_node(path), Notes()).resources

    assert [(one.name, one.shared_users) for one in found] == expected


def test_every_row_of_microsofts_product_names_is_found() -> None:
    content = (CORPUS / NAMES).read_bytes()
    rows, _ = csv_text.parse(content)
    plain = {line.rsplit(",", 1)[-1].strip() for line in content.decode("utf-8-sig").splitlines()[1:] if line}

    assert licences.is_product_names(csv_text.header(content))
    assert {row["GUID"] for row in rows} == plain
    assert len(rows) == content.count(b"\n") - 1 + (not content.endswith(b"\n"))


def test_the_products_that_ship_have_the_ids_of_microsofts_table() -> None:
    from pllint.catalogue import skus

    rows, _ = csv_text.parse((CORPUS / NAMES).read_bytes())
    known = {row["GUID"]: row["String_Id"] for row in rows}
    shipped = json.loads((Path(skus.__file__).parent / "skus.json").read_text(encoding="utf-8"))["skus"]

    assert {row["id"]: row["name"] for row in shipped if row["id"]}.items() <= known.items()


def test_a_catalogue_is_made_of_the_three_rest_answers() -> None:
    paths = [str(CORPUS / CONNECTORS / f"get_{name}.json") for name in ("apis", "unblockable", "virtual")]
    listed = {row["name"] for row in _rows(f"{CONNECTORS}/get_apis.json")}
    also = [row["id"] for name in ("unblockable", "virtual") for row in _rows(f"{CONNECTORS}/get_{name}.json")]
    others = {str(identity).rpartition("/")[2] for identity in also}

    done = refreshed(paths, "nowhere/tenant.json", "2026-11-02", Catalogue())

    assert {row["id"] for row in json.loads(done.text)["connectors"]} == listed | others
    assert (done.custom, done.changes) == (0, ())


def test_nothing_else_in_the_corpus_is_an_export() -> None:
    inventory = workspace().inventory
    paths = {one.at.source.path for rows in inventory for one in rows}

    assert {path.partition("/")[0] for path in paths} == {
        "cisagov+ScubaGear",
        "microsoft+terraform-provider-power-platform",
    }
    assert {path.split("/")[3] for path in paths if path.startswith("microsoft")} == {
        "capacity",
        "connection",
        "licensing",
        "powerapps",
    }


def test_lists_of_connectors_are_left_out_with_the_reason() -> None:
    reasons = {one.path: one.reason for one in workspace().skipped}
    lists = [f"{CONNECTORS}/get_{name}.json" for name in ("apis", "unblockable", "virtual")]

    assert {reasons[path] for path in lists} == {
        "a tenant's list of connectors; `pllint catalogue refresh` makes a catalogue of it"
    }
