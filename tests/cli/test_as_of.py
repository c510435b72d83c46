"""One project on the days that the rules change on: what plans are called and cost, who is covered, what is on sale."""

import json
from pathlib import Path

import pytest

from pllint.cli.dispatch import run

_APP = (
    '<CanvasApp><Name>claims</Name><ConnectionReferences>{"a": {"id":'
    ' "/providers/microsoft.powerapps/apis/shared_sql", "dataSources": ["x"]}}</ConnectionReferences></CanvasApp>'
)
_SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Desk</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)
_STEP = {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "shared_sql", "operationId": "Do"}}}
_BUTTON = {
    "name": "items",
    "properties": {
        "displayName": "items",
        "connectionReferences": {"shared_sql": {"api": {"name": "shared_sql"}}},
        "definition": {"triggers": {"manual": {"type": "Request", "kind": "Button"}}, "actions": {"Read": _STEP}},
    },
}
_NIGHTLY = json.loads(
    json.dumps(_BUTTON)
    .replace("items", "nightly")
    .replace('"type": "Request", "kind": "Button"', '"type": "Recurrence"')
)
_MANIFEST = """
tenant: {currency: USD, agreement: {kind: ea, starts: 2026-05-01}}
environments: [{name: prod, type: production}]
populations:
  - {name: staff, people: 100, holds: {power-apps-premium: 30, power-apps-plan-2: 10}}
  - {name: desk, people: 50, holds: {power-apps-premium: 50}}
apps:
  - {name: claims, environment: prod, shared-with: [staff], plan: power-apps-per-app}
flows:
  - {name: nightly, environment: prod, owner: Omar, runs-per-day: 3000, plan: power-automate-per-user}
  - {name: items, environment: prod, owner: Nadia, people: [{who: desk, role: runs}]}
licences:
  - {plan: power-apps-per-app, purchased: 50, allocated: {prod: 50}}
  - {plan: power-apps-premium, purchased: 80}
  - {plan: power-automate-per-user, purchased: 1}
  - {plan: copilot-studio, purchased: 1}
agents: [{name: HR helper, environment: prod, credits-per-month: 50000, service-enabled: true}]
capacity: {ai-credits: {used: 100000, month: 2026-10}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in (
        ("s/Other/Solution.xml", _SOLUTION), ("s/CanvasApps/claims.meta.xml", _APP),
        ("items.json", json.dumps(_BUTTON)), ("nightly.json", json.dumps(_NIGHTLY)), ("governance/e.yaml", _MANIFEST),
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _findings(capsys: pytest.CaptureFixture[str], day: str) -> dict[str, str]:
    run(["check", "--as-of", day, "--output", "json", "--select", "LIC"])
    return {
        one["check"]: f"{one['message']} | {one['remedy']}" for one in json.loads(capsys.readouterr().out)["findings"]
    }


_DAYS = [
    # day, plan for apps, plan for flows, licence on flows
    ("2020-06-01", "Run Unlimited Apps", "Power Automate per user", "Power Automate per flow"),
    ("2021-09-30", "Power Apps per user plan", "Power Automate per user", "Power Automate per flow"),
    ("2023-07-31", "Power Apps per user plan", "Power Automate per user", "Power Automate per flow"),
    ("2024-02-01", "Power Apps Premium", "Power Automate Premium", "Power Automate Process"),
    ("2026-11-01", "Power Apps Premium", "Power Automate Premium", "Power Automate Process"),
]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("day", "premium", "flow_plan", "on_flow"), _DAYS)
def test_plans_are_called_and_advised_as_on_the_day(
    capsys: pytest.CaptureFixture[str], day: str, premium: str, flow_plan: str, on_flow: str
) -> None:
    run(["licences", "--as-of", day])
    shown = capsys.readouterr().out

    assert f"users 100: any of {premium}" in shown
    assert ("owner 1: any of Power Automate Premium" in shown) == (day >= "2023-08-01")
    assert f"{premium} licence" in _findings(capsys, day)["LIC101"]
    if day >= "2023-07-31":
        found = _findings(capsys, day)["LIC206"]
        assert f"{flow_plan} licences" in found
        assert f"1 {on_flow} licence" in found


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("day", "short", "per_app"),
    [
        # Ten hold a grandfathered plan that counts until the end of 2020; a pass covers two apps until 2021-09-30.
        ("2020-06-01", 10, 12_000), ("2021-09-30", 20, 12_000), ("2021-10-01", 20, 6_000), ("2026-11-01", 20, 6_000),
    ],
)  # fmt: skip
def test_who_is_covered_and_what_it_costs_is_that_of_the_day(
    capsys: pytest.CaptureFixture[str], day: str, short: int, per_app: int
) -> None:
    run(["licences", "--as-of", day, "--format", "json"])

    document = json.loads(capsys.readouterr().out)
    app = next(one for one in document["components"] if one["kind"] == "canvas-app")
    assert app["short"] == short
    assert document["cost"]["yearly"]["per-app"] == per_app


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("day", "checks"),
    [
        # LIC206: runners with a Power Apps plan alone; LIC310: credits that came with licences; LIC312: agents' packs;
        # LIC315: 5,000 requests a day; LIC404: a plan past its sale; LIC405: passes under a new agreement.
        ("2020-06-01", {"LIC315"}),
        ("2021-09-30", {"LIC315"}),
        ("2021-10-01", {"LIC315"}),
        ("2023-07-31", {"LIC206"}),
        ("2024-02-01", {"LIC206", "LIC312", "LIC404"}),
        ("2026-01-02", {"LIC206", "LIC312", "LIC404", "LIC405"}),
        ("2026-10-31", {"LIC206", "LIC312", "LIC404", "LIC405"}),
        ("2026-11-01", {"LIC206", "LIC310", "LIC312", "LIC404", "LIC405"}),
    ],
)
def test_checks_speak_from_the_day_their_rule_begins(
    capsys: pytest.CaptureFixture[str], day: str, checks: set[str]
) -> None:
    dated = {"LIC206", "LIC310", "LIC312", "LIC315", "LIC404", "LIC405"}

    assert {*_findings(capsys, day)} & dated == checks


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("day", "unused"), [("2020-06-01", False), ("2023-07-31", True)])
def test_a_plan_is_used_by_whoever_holds_it_for_something_that_it_covers(
    capsys: pytest.CaptureFixture[str], day: str, *, unused: bool
) -> None:
    # 30 use an app, and 50 run a flow that the plan covers until 2023-07-30.
    assert ("LIC509" in _findings(capsys, day)) == unused
