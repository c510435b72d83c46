"""SRC013: data on connectors that is older than the settings allow is told once, where it decided something."""

import json

import pytest

from pllint.source_checks import source_checks
from pllint.testing import File, lint_files, listing

SETTINGS = "catalogue: tenant.json\n"
OLD, NEW = "2024-06-01", "2026-11-02"


def catalogue(**connectors: tuple[str, str]) -> File:
    rows = [{"id": f"shared_{key}", "tier": tier, "last_seen": day} for key, (tier, day) in connectors.items()]
    return File("tenant.json", json.dumps({"as-of": NEW, "connectors": rows}))


def flow(name: str, *connectors: str) -> File:
    references = {key: {"api": {"name": f"shared_{key}"}} for key in connectors}
    actions = {
        f"Use_{key}": {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": key, "operationId": "Do"}}}
        for key in connectors
    }
    definition = {"triggers": {"Daily": {"type": "Recurrence"}}, "actions": actions}
    properties = {"connectionReferences": references, "definition": definition}
    return File(name, json.dumps({"properties": properties}))


def told(settings: str, *files: File) -> list[str]:
    report = lint_files([File("pllint.yaml", settings), *files], source_checks())
    return [line.partition(" ")[2] for line in listing(report).splitlines()]


@pytest.mark.parametrize(
    ("connectors", "expected"),
    [
        pytest.param(
            {"parcels": ("Premium", OLD)},
            ["SRC013 the tier of shared_parcels (shared_parcels, 2024-06-01) is from lists older than 550 days"],
            id="an old premium tier",
        ),
        pytest.param(
            {"parcels": ("Standard", OLD)},
            ["SRC013 the tier of shared_parcels (shared_parcels, 2024-06-01) is from lists older than 550 days"],
            id="an old standard tier, and nothing else makes the flow premium",
        ),
        pytest.param({"parcels": ("Premium", NEW)}, [], id="a new tier"),
        pytest.param(
            {"parcels": ("Standard", OLD), "depot": ("Premium", NEW)},
            [],
            id="an old standard tier that decides nothing",
        ),
        pytest.param(
            {"depot": ("Premium", OLD), "parcels": ("Premium", OLD)},
            [
                (
                    "SRC013 the tiers of shared_depot (shared_depot, 2024-06-01), shared_parcels"
                    " (shared_parcels, 2024-06-01) are from lists older than 550 days"
                )
            ],
            id="two, told together",
        ),
    ],
)
def test_old_data_is_told_where_it_decided(connectors: dict[str, tuple[str, str]], expected: list[str]) -> None:
    assert told(SETTINGS, catalogue(**connectors), flow("a.json", *connectors)) == expected


def test_two_flows_with_one_old_connector_are_one_finding() -> None:
    files = [flow("a.json", "parcels"), flow("b.json", "parcels")]

    assert len(told(SETTINGS, catalogue(parcels=("Premium", OLD)), *files)) == 1


@pytest.mark.parametrize(("days", "count"), [(903, 0), (902, 1)])
def test_the_settings_say_what_is_old(days: int, count: int) -> None:
    settings = f"{SETTINGS}catalogue-age-days: {days}\n"

    assert len(told(settings, catalogue(parcels=("Premium", OLD)), flow("a.json", "parcels"))) == count


def test_what_a_rule_decides_is_never_old() -> None:
    used = flow("a.json", "commondataserviceforapps", "conversionservice")

    assert told(SETTINGS, catalogue(commondataserviceforapps=("Premium", OLD)), used) == []
