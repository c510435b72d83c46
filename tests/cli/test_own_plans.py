"""A plan of the organisation's own, as a user meets it: what it covers, what it costs, what is said of it."""

import json
from pathlib import Path

import pytest

from pllint.cli.dispatch import run
from pllint.schema import violations

APP = """<CanvasApp>
  <Name>ctx_claims</Name>
  <DisplayName>Claims</DisplayName>
  <ConnectionReferences>{"a1": {"id": "/providers/microsoft.powerapps/apis/shared_sql", "displayName": "SQL Server",
    "dataSources": ["Claims"]}}</ConnectionReferences>
</CanvasApp>
"""
SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Claims</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)
FLOW = {
    "name": "11111111-2222-3333-4444-555555555555",
    "properties": {
        "displayName": "Nightly",
        "connectionReferences": {},
        "definition": {
            "triggers": {"Daily": {"type": "Recurrence"}},
            "actions": {"Post": {"type": "Http", "inputs": {"method": "GET", "uri": "https://api.contoso.com"}}},
        },
    },
}
BUNDLE = """
plans:
  contoso-bundle:
    names: [Contoso bundle]
    skus: [CONTOSO_BUNDLE]
    entitles:
      apps: unlimited
      flows: unlimited
      tiers: [standard, premium, custom]
      managed-environments: true
    price: [{currency: GBP, is: 11.25}]
"""
ESTATE = """
tenant: {currency: GBP, licences-as-of: 2026-11-02}
environments: [{name: hr-production, type: production}]
populations:
  - {name: staff, people: 500, holds: {Contoso bundle: 480}}
  - {name: Nadia, people: 1, holds: {CONTOSO_BUNDLE: 1}}
apps:
  - {name: Claims, environment: hr-production, shared-with: [staff], plan: Contoso Bundle}
flows:
  - {name: Nightly, environment: hr-production, owner: Nadia}
licences:
  - {plan: contoso-bundle, purchased: 490, assigned: 481}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in (
        ("solutions/claims/CanvasApps/ctx_claims.meta.xml", APP),
        ("solutions/claims/Other/Solution.xml", SOLUTION),
        ("nightly.json", json.dumps(FLOW)),
        ("data/plans.yaml", BUNDLE),
        ("governance/estate.yaml", ESTATE),
        ("pllint.yaml", "as-of: 2026-11-21\nplans: data/plans.yaml\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _licences(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run(["licences", "--format", "json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    assert violations("licences", document) == []
    return document


def _findings(capsys: pytest.CaptureFixture[str], *selected: str) -> list[tuple[str, str]]:
    run(["check", "--output", "json", *(f"--select={one}" for one in selected)])
    document = json.loads(capsys.readouterr().out)
    return [(one["check"], one["message"]) for one in document["findings"]]


@pytest.mark.usefixtures("project")
def test_people_who_hold_it_are_covered_and_it_is_counted_and_priced(capsys: pytest.CaptureFixture[str]) -> None:
    document = _licences(capsys)

    components = document["components"]
    assert isinstance(components, list)
    flow, app = components
    assert "contoso-bundle" in flow["needs"][0]["plans"]
    assert "contoso-bundle" in app["needs"][0]["plans"]
    assert [(one["required"], one["available"], one["short"]) for one in (flow, app)] == [(1, 1, 0), (500, 480, 20)]
    assert document["plans"] == [
        {
            "plan": "contoso-bundle", "name": "Contoso bundle", "purchased": 490, "assigned": 481, "required": 501,
            "short": 11, "as-of": "2026-11-02",
        }
    ]  # fmt: skip
    cost = document["cost"]
    assert isinstance(cost, dict)
    assert (cost["currency"], cost["yearly"]["intended"]) == ("GBP", 67_635)


@pytest.mark.usefixtures("project")
def test_the_findings_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", "--output", "json", "--select=LIC101,LIC401,LIC201,LIF302,SRC002"])
    findings = json.loads(capsys.readouterr().out)["findings"]

    assert [one["check"] for one in findings] == ["LIC101"]
    assert "500 people (staff 500): 20 of them have no licence that covers it" in findings[0]["message"]
    assert "assign 20 Contoso bundle licences" in findings[0]["remedy"]


def test_a_count_is_asked_for_by_its_name_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _replace(project / "governance/estate.yaml", "  - {plan: contoso-bundle, purchased: 490, assigned: 481}\n", "")
    _replace(project / "governance/estate.yaml", "licences:", "licences: []")
    _replace(project / "governance/estate.yaml", ", holds: {CONTOSO_BUNDLE: 1}", "")

    (found,) = _findings(capsys, "LIC401")

    assert "needs Power Automate Premium, Contoso bundle or Power Automate Process for its owner Nadia" in found[1]


def test_without_entitlements_it_covers_nobody_and_that_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data/plans.yaml").write_text("plans:\n  contoso-bundle: {names: [Contoso bundle]}\n", encoding="utf-8")
    _replace(project / "governance/estate.yaml", "CONTOSO_BUNDLE", "Contoso bundle")

    found = dict(_findings(capsys, "SRC002", "LIC101", "LIC201"))

    assert "the plan contoso-bundle says nothing of what it entitles to" in found["SRC002"]
    assert "500 of them have no licence" in found["LIC101"]
    assert "LIC201" in found


@pytest.mark.usefixtures("project")
def test_reports_tell_the_day_of_the_data_they_counted_with(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    _replace(project / "data/plans.yaml", "\nplans:", "as-of: 2026-11-03\nplans:")

    run(["check", "--output", "json"])

    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["plans"], data["own-plans"]) == ("2026-11-21", "2026-11-03")


@pytest.mark.parametrize(
    ("price", "odd"),
    [("3.99", True), ("4.00", False), ("80", False), ("80.01", True)],
)
def test_a_price_far_from_the_shipped_one_is_told_at_its_place(
    project: Path, capsys: pytest.CaptureFixture[str], price: str, *, odd: bool
) -> None:
    # The shipped range is GBP 16 to 20: a quarter of the low end is 4, four times the high end 80.
    (project / "data/plans.yaml").write_text(
        f"plans:\n  power-apps-premium:\n    price: [{{currency: GBP, kind: ea, is: {price}}}]\n", encoding="utf-8"
    )

    run(["check", "--output", "json", "--select=LIC513"])

    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["path"], one["line"]) for one in findings] == ([("data/plans.yaml", 3)] if odd else [])


def test_a_licence_on_flows_of_ones_own_covers_the_flow(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "data/plans.yaml").write_text(
        "plans:\n  contoso-flow: {counts: flow, names: [Contoso flow], price: [{currency: GBP, is: 90}],\n"
        "    entitles: {flows: 1, tiers: [standard, premium, custom]}}\n",
        encoding="utf-8",
    )
    (project / "governance/estate.yaml").write_text(
        "tenant: {currency: GBP, licences-as-of: 2026-11-02}\n"
        "environments: [{name: hr-production, type: production}]\n"
        "flows: [{name: Nightly, environment: hr-production, owner: Nadia, licence: Contoso flow}]\n"
        "licences: [{plan: Contoso flow, purchased: 1}]\n",
        encoding="utf-8",
    )

    found = _findings(capsys, "LIC201", "LIC212", "LIF302")
    plans = _licences(capsys)["plans"]

    assert found == []
    assert isinstance(plans, list)
    assert [(one["plan"], one["required"], one["short"]) for one in plans] == [("contoso-flow", 1, 0)]


@pytest.mark.parametrize(
    ("entitles", "fault"),
    [
        pytest.param("associated-flows: 1", None, id="it carries other flows"),
        pytest.param(
            "covers-child-flows: true", "has a Contoso flow licence that covers its child flows alone", id="it does not"
        ),
    ],
)
def test_a_licence_on_flows_of_ones_own_reaches_as_far_as_it_says(
    project: Path, capsys: pytest.CaptureFixture[str], entitles: str, fault: str | None
) -> None:
    (project / "data/plans.yaml").write_text(
        "plans:\n  contoso-flow: {counts: flow, names: [Contoso flow],\n"
        f"    entitles: {{flows: 1, tiers: [standard, premium, custom], {entitles}}}}}\n",
        encoding="utf-8",
    )
    (project / "governance/estate.yaml").write_text(
        "environments: [{name: hr-production, type: production}]\n"
        "flows:\n"
        "  - {name: Nightly, environment: hr-production, owner: Nadia, covered-by: Close month}\n"
        "  - {name: Close month, environment: hr-production, licence: Contoso flow}\n"
        "licences: [{plan: contoso-flow, purchased: 1}, {plan: power-automate-premium, purchased: 0}]\n",
        encoding="utf-8",
    )

    found = _findings(capsys, "LIC201", "LIC207")

    assert [check for check, _ in found] == (["LIC201", "LIC207"] if fault else [])
    assert fault is None or any(fault in message for _, message in found)


def test_clouds_and_tables_may_be_ones_own_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "data/plans.yaml").write_text(
        BUNDLE
        + "    sold: {not-in-clouds: [{cloud: dod, source: OURS}]}\n"
        + "sources: {OURS: {url: 'https://wiki.contoso.example/licences', dated: 2026-11-01}}\n"
        + "restricted-tables: [{table: ctx_case, set: ctx_cases, licences: [Contoso desk], source: [OURS]}]\n",
        encoding="utf-8",
    )
    _replace(project / "governance/estate.yaml", "currency: GBP,", "currency: GBP, cloud: dod,")
    api = "/providers/Microsoft.PowerApps/apis/shared_commondataserviceforapps"
    write = {
        "type": "OpenApiConnection",
        "inputs": {
            "host": {"connectionName": "cds", "operationId": "CreateRecord", "apiId": api},
            "parameters": {"entityName": "ctx_cases"},
        },
    }
    flow = json.loads(json.dumps(FLOW))
    flow["properties"]["definition"]["actions"]["Add"] = write
    flow["properties"]["connectionReferences"] = {"cds": {"id": api}}
    (project / "nightly.json").write_text(json.dumps(flow), encoding="utf-8")
    _replace(
        project / "governance/estate.yaml",
        "populations:",
        "populations:\n  - {name: clerks, people: 3, holds: {contoso-bundle: 3}}",
    )
    _replace(project / "governance/estate.yaml", "owner: Nadia}", "owner: Nadia, writes-restricted: [clerks]}")

    found = dict(_findings(capsys, "LIC114", "LIC405"))

    assert "not offered in the government cloud DoD (as of 2026-11-01)" in found["LIC405"]
    assert "Contoso bundle" in found["LIC405"]
    assert (
        "writes to the table ctx_case (ctx_case), which Power Apps and Power Automate plans only read"
        in found["LIC114"]
    )


def test_what_a_retirement_gives_back_of_it_lowers_its_count(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "governance/retired.yaml").write_text(
        "apps: [{name: Leave, environment: hr-production, plan: Contoso Bundle, retired: true}]\n"
        "retirements:\n"
        "  - app: Leave\n    date: 2026-11-05\n    population: 40\n"
        "    licence-review: {by: licence-admin, date: 2026-11-06, keep: 0, reassign: 0, reclaim: 40}\n",
        encoding="utf-8",
    )

    document = _licences(capsys)

    plans, retirements = document["plans"], document["retirements"]
    assert isinstance(plans, list)
    assert isinstance(retirements, list)
    assert [(one["plan"], one["assigned"], one["given-back"]) for one in plans] == [("contoso-bundle", 441, 40)]
    assert retirements[0]["given-back"]["because"] == "the count of 2026-11-02 is lowered from 481 to 441"


def test_a_name_that_no_plan_bears_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate = project / "governance/estate.yaml"
    _replace(estate, "purchased: 490", "purchased: 490}\n  - {plan: power-apps-premum, purchased: 1")
    _replace(estate, "owner: Nadia", "owner: Nadia, licence: proces")
    _replace(estate, "currency: GBP", "currency: GBP, price-list: gbp-aa")

    told = [message for _, message in _findings(capsys, "LIF302")]

    assert told == [
        "'gbp-aa' is not the name of any price list; did you mean 'gbp-ea'",
        "'proces' is not the name of any capacity licence; did you mean 'process'",
        (
            "'power-apps-premum' is not the name of any licence plan that pllint knows, so it covers nobody; did you"
            " mean 'Power Apps Premium'"
        ),
    ]


def test_the_settings_check_tells_what_is_wrong_with_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "data/plans.yaml").write_text("plans:\n  own: {names: [Own]}\n", encoding="utf-8")

    assert run(["config", "check"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("data/plans.yaml:2:3: the plan own says nothing of what it entitles to")
    assert out.endswith("pllint.yaml is valid; data/plans.yaml has 1 fault\n")
