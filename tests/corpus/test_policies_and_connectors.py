"""Real policies, environment lists, connectors and deployment settings are read, and nothing else is claimed."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from pllint.model.policy import DataGroup
from pllint.read import custom_connector, deployment_settings, dlp_policy, inventory
from pllint.read.document import Notes, open_json
from pllint.read.solution import read_solution
from pllint.source import Anchor, Source
from pllint.text.node import Node
from pllint.text.tree import Folder

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
SCUBA = (
    "cisagov+ScubaGear/PowerShell/ScubaGear/Testing/Unit/PowerShell/CreateReport/CreateReportStubs/"
    "ProviderSettingsExport.json"
)
TERRAFORM = "microsoft+terraform-provider-power-platform/internal/services/dlp_policy/tests"
WORDS = {"Confidential": DataGroup.BUSINESS, "General": DataGroup.NON_BUSINESS, "Blocked": DataGroup.BLOCKED}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


@cache
def documents() -> tuple[tuple[str, Node], ...]:
    tree, notes = Folder(str(CORPUS)), Notes()
    names = [entry.name for entry in tree.entries() if entry.name.lower().endswith(".json")]
    opened = ((name, open_json(tree, name, notes)) for name in names)
    return tuple((name, node) for name, node in opened if node is not None)


def claimed(recognises: Callable[[object], object]) -> Iterator[str]:
    return (name for name, node in documents() if recognises(node.value))


def counts_in(definition: dict[str, list[dict[str, list[object] | str]]]) -> Counter[DataGroup]:
    """Count the connectors of each group straight from the JSON."""
    counts: Counter[DataGroup] = Counter()
    for group in definition.get("connectorGroups", ()):
        counts[WORDS[str(group["classification"])]] += len(group["connectors"])
    return +counts


def test_the_whole_tenant_export_gives_its_policy_with_the_counts_of_the_file() -> None:
    raw = json.loads((CORPUS / SCUBA).read_text(encoding="utf-8-sig"))
    expected = counts_in(raw["dlp_policies"][0]["value"][0])
    node = open_json(Folder(str(CORPUS)), SCUBA, Notes())
    assert node is not None
    notes = Notes()
    (policy,) = dlp_policy.policies(node, notes)
    assert Counter(entry.group for entry in policy.classified or ()) == expected
    assert sum(expected.values()) == 156
    assert notes.findings == []


def test_the_cut_environment_list_of_that_export_leaves_the_managed_flag_unknown() -> None:
    node = open_json(Folder(str(CORPUS)), SCUBA, Notes())
    assert node is not None
    notes = Notes()
    (environment,) = inventory.environments(node, notes)
    assert (environment.is_default, environment.managed) == (True, None)
    assert [finding.check for finding in notes.findings] == ["SRC007"]


def test_recorded_answers_of_the_rest_interface_are_read_as_their_json_says() -> None:
    files = sorted((CORPUS / TERRAFORM).rglob("*.json"))
    assert len(files) == 4
    for file in files:
        raw = json.loads(file.read_text(encoding="utf-8"))
        notes = Notes()
        policies = dlp_policy.policies(Node(raw, Anchor(Source(file.name, file.read_bytes))), notes)
        items = raw.get("value", [raw])
        assert [policy.name for policy in policies] == [item["policyDefinition"]["displayName"] for item in items]
        for policy, item in zip(policies, items, strict=True):
            whole = "connectorGroups" in item["policyDefinition"]
            assert (policy.classified is not None) is whole
            counts = Counter(entry.group for entry in policy.classified or ())
            assert counts == counts_in(item["policyDefinition"])
            patterns = item.get("customConnectorUrlPatternsDefinition")
            assert len(policy.patterns or ()) == len(patterns["rules"] if patterns else ())
        assert notes.findings == []


def test_no_unrelated_document_is_claimed_as_policy_environments_or_settings() -> None:
    assert sorted(name for name in claimed(dlp_policy.recognises) if not name.startswith(TERRAFORM)) == [SCUBA]
    environments = [name for name in claimed(inventory.recognises) if name != SCUBA]
    assert len(environments) == 72
    assert all(
        name.startswith("microsoft+terraform-provider") and ("get_environment" in name or "get_lifecycle_new" in name)
        for name in environments
    )
    settings = list(claimed(deployment_settings.recognises))
    assert len(settings) == 31
    assert all("deploymentsettings" in name.lower() for name in settings)
    others = list(claimed(deployment_settings.other_form))
    assert len(others) == 23
    assert all(name.endswith("/customDeploymentSettings.json") for name in others)


def test_every_connector_folder_gives_one_connector_or_a_noted_problem() -> None:
    tree = Folder(str(CORPUS))
    folders: dict[str, list[str]] = {}
    for entry in tree.entries():
        folder, _, name = entry.name.rpartition("/")
        folders.setdefault(folder, []).append(name)
    connectors, broken = 0, 0
    for folder, names in folders.items():
        if not folder.startswith("microsoft+PowerPlatformConnectors/"):
            continue
        if not any(map(custom_connector.is_properties_name, names)):
            continue
        found = []
        notes = Notes()
        for name in names:
            if not name.lower().endswith(".json"):
                continue
            node = open_json(tree, f"{folder}/{name}", notes)
            if node is not None and custom_connector.recognises_definition(name, node.value, names):
                found.append(custom_connector.definition_in_folder(tree, f"{folder}/{name}", names, notes, node))
        assert len(found) == 1 or (not found and notes.findings), folder
        connectors += len(found)
        broken += not found
    assert (connectors, broken) == (304, 5)


def test_connectors_of_unpacked_solutions_are_read_without_a_finding() -> None:
    tree = Folder(str(CORPUS))
    roots = [
        entry.name.rpartition("Other/")[0] for entry in tree.entries() if entry.name.endswith("/Other/Solution.xml")
    ]
    holders = {
        entry.name.rpartition("/Connectors/")[0] + "/" for entry in tree.entries() if "/Connectors/" in entry.name
    }
    found = []
    for root in sorted(holders & set(roots)):
        subtree = tree.subtree(root.rstrip("/"))
        parts = read_solution(subtree, "unpacked", Notes())
        notes = Notes()
        found += [
            custom_connector.definition_in_solution(
                subtree, entry, parts.solution.unique_name, parts.variables, notes
            ).connector
            for entry in parts.connectors
        ]
        assert [finding.message for finding in notes.findings if finding.check != "SRC006"] == [], root
    assert len(found) == 8
    assert all(connector.operations for connector in found)
    by_variable = [connector.host for connector in found if connector.host.decided_by == "environment-variable"]
    assert [host.variable for host in by_variable] == ["cat_HitlHostUrl", "archer_AzureOpenAIHost"]
