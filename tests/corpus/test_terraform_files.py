"""Real Terraform: every file is read or skipped with a reason, and what is read agrees with a naive count."""

import json
import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pllint.discover import discover
from pllint.model.policy import DataGroup, PolicyPart
from pllint.model.workspace import Workspace
from pllint.read.workspace import read_workspace
from pllint.settings import load
from pllint.text import hcl_text
from pllint.text.problem import DEFAULT_LIMITS

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
GOVERNANCE = "rpothin+ppcc25-terraform-power-platform-governance"
PROVIDER = "microsoft+terraform-provider-power-platform"
OUTPUT = "configurations/utl-generate-dlp-tfvars/terraform-output-utl-generate-dlp-tfvars.json"
REASON = "Terraform that declares no data policy, environment or tenant setting"
DECLARES = re.compile(
    r'^resource "powerplatform_(?:data_loss_prevention_policy|environment|managed_environment|tenant_settings'
    r'|environment_group_rule_set|tenant_isolation_policy)"',
    re.MULTILINE,
)

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


@cache
def read(repository: str) -> Workspace:
    path = str(CORPUS / repository)
    settings = load(path)._replace(root=path)
    return read_workspace(discover([path], settings, DEFAULT_LIMITS), settings, DEFAULT_LIMITS)


def test_every_file_of_terraform_is_understood() -> None:
    files = [path for ending in ("tf", "tfvars") for path in CORPUS.rglob(f"*.{ending}")]
    assert len(files) == 184
    for path in files:
        text = path.read_text(encoding="utf-8")
        document = hcl_text.parse_text(text)
        # A naive count: blocks and attributes stand at the start of a line, save in heredocs.
        bare = re.sub(r"<<-?(\w+)\n.*?\n\s*\1\b", "", text, flags=re.DOTALL)
        resources = sum(len(named) for named in _mappings(document.get("resource")))
        assert resources == len(re.findall(r'^resource "', bare, re.MULTILINE)), path
        variables = document.get("variable", {})
        assert isinstance(variables, dict)
        assert len(variables) == len(re.findall(r'^variable "', bare, re.MULTILINE)), path


def _mappings(value: object) -> list[dict[str, object]]:
    return [inner for inner in value.values() if isinstance(inner, dict)] if isinstance(value, dict) else []


def test_the_policy_kept_as_text_in_an_output_is_read_whole() -> None:
    outputs = json.loads((CORPUS / GOVERNANCE / OUTPUT).read_text(encoding="utf-8"))["terraform_output"]
    text, summary = outputs["generated_tfvars_content"]["value"], outputs["generation_summary"]["value"]
    (policy,) = [policy for policy in read(GOVERNANCE).policies if policy.at.source.path == OUTPUT]
    counts = Counter(entry.group for entry in policy.classified or ())
    assert counts == {
        DataGroup.BUSINESS: summary["connector_counts"]["business_connectors"],
        DataGroup.NON_BUSINESS: summary["connector_counts"]["non_business_connectors"],
        DataGroup.BLOCKED: summary["connector_counts"]["blocked_connectors"],
    }
    assert sum(counts.values()) == len(re.findall(r"^ +id +=", text, re.MULTILINE)) == 1420
    assert (policy.name, len(policy.environments)) == (summary["source_policy_name"], 3)
    assert policy.open_parts == ()
    # The text has one place in the JSON, however far inside it a connector stands.
    spans = {entry.at.span[:2] for entry in (policy.classified or ())[:5]}
    assert len(spans) == 1


def test_variables_are_read_with_the_code_they_are_given_to() -> None:
    policies = [policy for policy in read(GOVERNANCE).policies if policy.at.source.path.endswith(".tfvars")]
    folder = CORPUS / GOVERNANCE / "configurations" / "res-dlp-policy" / "tfvars"
    named = {}
    for path in folder.glob("*.tfvars"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
        title = next(line.split('"')[1] for line in lines if line.startswith("display_name"))
        named[title] = sum(line.strip().startswith("id ") for line in lines)
    assert {policy.name: len(policy.classified or ()) for policy in policies} == named
    assert {policy.opening(PolicyPart.BLOCKED) is not None for policy in policies} == {True}


@pytest.mark.parametrize("repository", [GOVERNANCE, PROVIDER])
def test_every_folder_is_read_or_skipped_with_a_reason(repository: str) -> None:
    workspace = read(repository)
    skipped = {entry.path: entry.reason for entry in workspace.skipped}
    root = CORPUS / repository
    for path in root.rglob("*.tf"):
        name = path.relative_to(root).as_posix()
        if name in skipped:
            assert skipped[name] == REASON
            # A folder of its own says nothing; a module is skipped only when nothing in it governs.
            assert not any(DECLARES.search(file.read_text(encoding="utf-8")) for file in path.parent.glob("*.tf")), name
    expected = {path.parent for path in root.rglob("*.tf") if DECLARES.search(path.read_text(encoding="utf-8"))}
    assert len(expected) == {GOVERNANCE: 2, PROVIDER: 24}[repository]


def test_environments_of_the_examples_are_those_with_a_written_name() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (CORPUS / PROVIDER / "examples").rglob("*.tf")]
    blocks = [
        found[1]
        for text in texts
        for found in re.finditer(
            r'^resource "powerplatform_environment" "\w+" \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE
        )
        if not re.search(r"^  (?:count|for_each)", found[1], re.MULTILINE)
    ]
    titles = {
        found[1] for block in blocks if (found := re.search(r'^  display_name +?= "([^"$]*)"', block, re.MULTILINE))
    }
    workspace = read(PROVIDER)
    read_names = {e.name for e in workspace.environments if e.at is not None and e.at.source.path.endswith(".tf")}
    assert read_names <= titles
    # One example bears the name of an environment in the recorded answers, and is taken for it.
    assert {title for title in titles if workspace.environment(title) is None} == set()
    assert len(titles - read_names) == 1
    managed = {e.name for e in workspace.environments if e.managed and e.name in titles}
    assert managed == {"example_environment", "example_environment_settings", "example_managed_environment"}


def test_tenant_isolation_is_read_from_every_recorded_answer() -> None:
    raw = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (CORPUS / PROVIDER).rglob("*.json")
        if "allowedTenants" in path.read_text(encoding="utf-8", errors="replace")
    ]
    facts = sorted(
        (not holder["isDisabled"], len(holder["allowedTenants"])) for holder in (v.get("properties", v) for v in raw)
    )
    found = [each for each in read(PROVIDER).tenant_isolation if each.at.source.path.endswith(".json")]
    assert sorted((each.enabled, len(each.allowed or ())) for each in found) == facts
