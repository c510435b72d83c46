"""The helpers of the benchmarks; what they measure is no test's business."""

import json
import os
import subprocess
import sys
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

import counters
import estate
import inputs
import policies
import run
from pllint import api, testing
from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet, Resources
from pllint.model.verdict import Outcome
from pllint.settings import load

_EXAMPLE = Path(__file__).parents[1] / "examples" / "contoso" / "connectors" / "parcel-tracking"


def test_the_measured_estate_is_judged_as_the_verdicts_judge_it() -> None:
    workspace = policies.estate(60, 5, 12)
    rules, resources = PolicySet(workspace.policies, Catalogue()), Resources(workspace)
    outcomes = [
        rules.verdict(resources.of(component, place), place).outcome
        for component in workspace.components
        for place in workspace.environments
    ]

    measured = policies.measure(workspace)

    assert measured.violations == outcomes.count(Outcome.VIOLATION) > 0
    assert measured.open == outcomes.count(Outcome.INDETERMINATE)


@pytest.mark.parametrize("size", [1_000, 19_000])
def test_a_flow_is_as_large_as_asked_for(size: int) -> None:
    assert size <= len(inputs.clean_flow(size)) < size + 2_000


def test_a_flow_with_findings_has_one_for_each_step_the_policy_denies() -> None:
    report = testing.lint_files(
        [
            testing.File("flow.json", inputs.flow_with_findings(20_000, 14)),
            testing.File("policy.json", inputs.policy_against_http()),
        ],
        api.checks(),
    )

    assert sum(finding.check == "DLP104" for finding in report.findings) == 14


def test_a_clean_flow_has_no_finding() -> None:
    report = testing.lint_files([testing.File("flow.json", inputs.clean_flow(2_000))], api.checks())

    assert (report.findings, report.exit_status) == ((), 0)


_SPARED = frozenset({"decimal", "jsonschema_rs", "pllint.engine.licensing"})


@pytest.mark.parametrize(
    ("name", "text", "spared"),
    [
        pytest.param(
            "flow.json",
            inputs.clean_flow(2_000),
            {*_SPARED, "typing", "contextlib", "copy", "ruamel.yaml"},
            id="a flow",
        ),
        pytest.param("manifest.yaml", inputs.manifest(2), _SPARED, id="a manifest"),
    ],
)
def test_a_clean_file_is_linted_without_importing_what_others_need(
    tmp_path: Path, name: str, text: str, spared: AbstractSet[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    program = f"import sys\nfrom pllint.cli import main\nmain()\nprint({set(spared)!r} & set(sys.modules))"
    command = [sys.executable, "-S", "-c", program, "check", os.fspath(tmp_path / name)]

    told = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, check=True
    )

    assert told.stdout.decode().splitlines()[-1] == "set()"


def test_a_measured_manifest_has_no_finding() -> None:
    report = testing.lint_files([testing.File("governance/all.yaml", inputs.manifest(2))], api.checks())

    assert (report.findings, report.exit_status) == ((), 0)


def test_composed_connectors_have_operation_ids_of_their_own(tmp_path: Path) -> None:
    inputs.connectors(os.fspath(_EXAMPLE), os.fspath(tmp_path), count=4)

    definition = json.loads((tmp_path / "connector0003" / "apiDefinition.swagger.json").read_text(encoding="utf-8"))
    ids = [operation["operationId"] for path in definition["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids)) == 6


def test_a_composed_estate_is_read_as_what_it_is_made_of(tmp_path: Path) -> None:
    files = estate.estate(os.fspath(tmp_path), 1, estate.parts(os.fspath(_EXAMPLE)))

    read = api.read([os.fspath(tmp_path)], load(os.fspath(tmp_path)))

    assert files == sum(path.is_file() for path in tmp_path.rglob("*"))
    assert sum(path.is_file() for path in (tmp_path / "solutions").rglob("*")) == estate.SOLUTION_FILES == 200
    assert read.findings == ()
    assert read.counts == (
        ("solutions", 1),
        ("cloud-flows", 60),
        ("canvas-apps", 6),
        ("agents", 2),
        ("custom-connectors", 130),
        ("policies", 1),
        ("environments", 10),
        ("governance-files", 1),
    )


def test_a_cost_tells_status_and_time_and_memory(tmp_path: Path) -> None:
    cost = counters.cost([sys.executable, "-c", "raise SystemExit(3)"], os.fspath(tmp_path))

    assert (cost.status, cost.cpu > 0, cost.wall > 0, cost.peak_mb > 1) == (3, True, True, True)


def test_the_best_counter_counts_more_for_more_work(tmp_path: Path) -> None:
    counter = counters.best_counter()
    little, much = (
        counter.measure([sys.executable, "-c", f"sum(range({size}))"], os.fspath(tmp_path)) for size in (1, 5_000_000)
    )

    assert little < much


def test_medians_are_taken_of_runs_in_turn() -> None:
    order: list[str] = []

    def measure(name: str, value: float) -> float:
        order.append(name)
        return value

    medians = counters.interleaved({"a": lambda: measure("a", 1), "b": lambda: measure("b", 2)}, 3)

    assert (medians, "".join(order)) == ({"a": 1, "b": 2}, "ababab")


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.0, "met"), (1.2, "met"), (1.3, "above the target"), (1.6, "PAST THE LIMIT")]
)
def test_a_verdict_says_how_a_value_stands(value: float, verdict: str) -> None:
    assert run.Measured(value, target=1.2, limit=1.5, unit="").verdict == verdict
