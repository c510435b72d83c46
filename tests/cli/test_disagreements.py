"""Where the sources on licensing disagree: what a run makes of each matter by default, by date and by its setting."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from pllint.cli.dispatch import run

_TODAY = "2026-11-21"
_SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Desk</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)
_PLACES = "environments: [{name: prod, type: production}, {name: dana, type: developer}, {name: team, type: teams}]\n"


def _app(name: str, connector: str, **facts: object) -> dict[str, str]:
    reference = json.dumps(
        {"a": {"id": f"/providers/microsoft.powerapps/apis/{connector}", "dataSources": ["x"], **facts}}
    )
    xml = f"<CanvasApp><Name>{name}</Name><ConnectionReferences>{reference}</ConnectionReferences></CanvasApp>"
    return {"s/Other/Solution.xml": _SOLUTION, f"s/CanvasApps/{name}.meta.xml": xml}


def _flow(name: str, trigger: dict[str, object], *connectors: str, http: bool = False) -> dict[str, str]:
    actions: dict[str, object] = {
        f"Step {number}": {
            "type": "OpenApiConnection",
            "inputs": {"host": {"connectionName": connector, "operationId": "Do"}},
        }
        for number, connector in enumerate(connectors)
    }
    if http:
        actions["Call"] = {"type": "Http", "inputs": {"method": "GET", "uri": "https://api.contoso.com"}}
    definition = {"triggers": {"manual": trigger}, "actions": actions}
    references = {connector: {"api": {"name": connector}} for connector in connectors}
    properties = {"displayName": name, "connectionReferences": references, "definition": definition}
    return {f"{name}.json": json.dumps({"name": name, "properties": properties})}


_TIMER: dict[str, object] = {"type": "Recurrence"}
_BUTTON: dict[str, object] = {"type": "Request", "kind": "Button"}
_HTTP_REQUEST: dict[str, object] = {"type": "Request", "kind": "Http"}
_NIGHTLY = _flow("nightly", _TIMER, http=True)
_ITEMS = _flow("items", _TIMER, "shared_sql")
_START = _flow("start", _BUTTON, "shared_sql")
_CLAIMS = _app("claims", "shared_sql")
_CHILD = {
    "s/Other/Solution.xml": _SOLUTION,
    "s/Workflows/Collect-C0FFEE00-0000-4000-8000-00000000F001.json": json.dumps(
        {"properties": {"connectionReferences": {}, "definition": {
            "triggers": {"Daily": _TIMER},
            "actions": {"Store": {"type": "Workflow", "inputs": {
                "host": {"workflowReferenceName": "c0ffee00-0000-4000-8000-00000000f002"}}}},
        }}}
    ),
    "s/Workflows/Store-C0FFEE00-0000-4000-8000-00000000F002.json": json.dumps(
        {"properties": {"connectionReferences": {"shared_sql": {"api": {"name": "shared_sql"}}}, "definition": {
            "triggers": {"manual": _BUTTON},
            "actions": {
                "Read": {"type": "OpenApiConnection", "inputs": {
                    "host": {"connectionName": "shared_sql", "operationId": "GetItems_V2"}}},
                "Respond": {"type": "Response", "kind": "PowerApp", "inputs": {}},
            },
        }}}
    ),
}  # fmt: skip


class Told(NamedTuple):
    """What a run says."""

    findings: dict[str, str]
    """(check, message)."""
    severities: dict[str, str]
    remedies: dict[str, str]
    related: str
    could_not_run: dict[str, str]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> "Run":
    monkeypatch.chdir(tmp_path)
    return Run(tmp_path, capsys)


class Run:
    """Runs pllint over files, a manifest and settings."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def __call__(
        self,
        files: dict[str, str],
        manifest: str,
        *,
        as_of: str = _TODAY,
        setting: str = "",
        plans: str = "",
        places: str = _PLACES,
    ) -> Told:
        settings = f"as-of: {as_of}\n" + (f"licensing: {{{setting}}}\n" if setting else "")
        settings += "plans: own.yaml\n" if plans else ""
        written = {**files, "governance/estate.yaml": places + manifest, "pllint.yaml": settings, "own.yaml": plans}
        for path, text in written.items():
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).write_text(text, encoding="utf-8")
        run(["check", "--output", "json", "--select", "LIC"])
        document = json.loads(self._capsys.readouterr().out)
        return Told(
            findings={one["check"]: one["message"] for one in document["findings"]},
            severities={one["check"]: one["severity"] for one in document["findings"]},
            remedies={one["check"]: one["remedy"] for one in document["findings"]},
            related=" ".join(other["message"] for one in document["findings"] for other in one.get("related", ())),
            could_not_run={one["check"]: one["reason"] for one in document["could-not-run"]},
        )


def _owned(holds: str, more: str = "", name: str = "nightly") -> str:
    return (
        f"populations: [{{name: Nadia, people: 1, holds: {{{holds}}}}}]\n"
        f"flows: [{{name: {name}, environment: prod, owner: Nadia{more}}}]\n"
        "licences: [{plan: power-automate-premium, purchased: 0}]\n"
    )


_TWO_APPS = (
    "tenant: {currency: USD}\npopulations: [{name: staff, people: 10}]\n"
    "apps:\n  - {name: claims, environment: prod, shared-with: [staff]}\n"
    "  - {name: hours, environment: prod, shared-with: [staff]}\n"
)


@pytest.mark.parametrize(
    ("as_of", "setting", "even"),
    [
        pytest.param(_TODAY, "per-user-from-apps: 2", "from 5 apps on", id="one, by date"),
        pytest.param(_TODAY, "per-user-from-apps: 2, apps-per-pass: 2", "from 9 apps on", id="two, by the setting"),
        pytest.param("2021-09-30", "per-user-from-apps: 2", "from 9 apps on", id="two, by date"),
        pytest.param(
            "2021-09-30", "per-user-from-apps: 2, apps-per-pass: 1", "from 5 apps on", id="one, by the setting"
        ),
        pytest.param(_TODAY, "per-user-from-apps: 2, apps-per-pass: by-date", "from 5 apps on", id="the word"),
    ],
)
def test_14_1_apps_per_pass(told: Run, as_of: str, setting: str, even: str) -> None:
    found = told({**_CLAIMS, **_app("hours", "shared_sql")}, _TWO_APPS, as_of=as_of, setting=setting)

    assert even in found.findings["LIC502"]


@pytest.mark.parametrize(
    ("as_of", "plans", "money"),
    [
        pytest.param(_TODAY, "", "USD 50-200", id="today's list"),
        pytest.param("2021-09-30", "", "USD 100-400", id="the list of 2020"),
        pytest.param(
            _TODAY, "plans: {power-apps-per-app: {price: [{currency: USD, is: 6}]}}", "USD 60-200", id="one's own"
        ),
    ],
)
def test_14_2_prices(told: Run, as_of: str, plans: str, money: str) -> None:
    month = {"2021-09-30": "2021-08-30"}.get(as_of, "2026-10-21")
    manifest = (
        "tenant: {currency: USD}\npopulations: [{name: staff, people: 10, holds: {microsoft-365: 10}}]\n"
        f"apps: [{{name: claims, environment: prod, shared-with: [staff], created: {month}}}]\n"
        "licences: [{plan: power-apps-premium, purchased: 0}]\n"
    )

    found = told(_CLAIMS, manifest, as_of=as_of, plans=plans)

    assert money in found.findings["LIC517"]


@pytest.mark.parametrize(("setting", "advised"), [("", False), ("per-user-from-apps: 2", True)])
def test_14_3_from_how_many_apps_a_plan_for_each_person_is_advised(told: Run, setting: str, *, advised: bool) -> None:
    found = told({**_CLAIMS, **_app("hours", "shared_sql")}, _TWO_APPS, setting=setting)

    assert ("LIC502" in found.findings) == advised


@pytest.mark.parametrize(
    ("people", "check"),
    [
        pytest.param("{who: writers, role: triggers, value: none}", None, id="they get nothing"),
        pytest.param("{who: writers, role: triggers-and-receives}", "LIC217", id="they get something back"),
        pytest.param("{who: writers, role: receives}", None, id="14.25: they receive and did not cause it"),
    ],
)
def test_14_4_and_14_25_people_behind_a_flow(told: Run, people: str, check: str | None) -> None:
    manifest = (
        "populations: [{name: writers, people: 5000}, {name: Nadia, people: 1, holds: {power-automate-premium: 1}}]\n"
        f"flows: [{{name: items, environment: prod, owner: Nadia, people: [{people}]}}]\n"
        "licences: [{plan: power-automate-premium, purchased: 1}]\n"
    )

    found = told(_ITEMS, manifest)

    assert {*found.findings} & {"LIC201", "LIC217", "LIC218", "LIC219"} == ({check} if check else set())
    assert "5,000 people" in found.findings.get("LIC217", "5,000 people")


@pytest.mark.parametrize(
    ("as_of", "setting", "severity"),
    [
        ("2023-07-30", "", "error"), ("2023-07-31", "", "warning"), (_TODAY, "team-benefit: required", "error"),
        ("2023-07-30", "team-benefit: advised", "warning"), (_TODAY, "team-benefit: ignore", None),
    ],
)  # fmt: skip
def test_14_5_team_value(told: Run, as_of: str, setting: str, severity: str | None) -> None:
    manifest = (
        "populations: [{name: sales, people: 40}, {name: Nadia, people: 1, holds: {power-automate-per-user: 1}}]\n"
        "flows: [{name: items, environment: prod, owner: Nadia, people: [{who: sales, role: benefits}]}]\n"
        "licences: [{plan: power-automate-per-user, purchased: 1}]\n"
    )

    assert told(_ITEMS, manifest, as_of=as_of, setting=setting).severities.get("LIC219") == severity


@pytest.mark.parametrize("as_of", ["2023-07-30", _TODAY])
def test_14_5_approvers_need_nothing_and_those_who_benefit_are_written_so(told: Run, as_of: str) -> None:
    people = "{who: managers, role: approves}"
    manifest = (
        "populations: [{name: managers, people: 10}, {name: Nadia, people: 1, holds: {power-automate-per-user: 1}}]\n"
        f"flows: [{{name: items, environment: prod, owner: Nadia, people: [{people}]}}]\n"
        "licences: [{plan: power-automate-per-user, purchased: 1}]\n"
    )

    approves, benefits = (
        told(_ITEMS, manifest.replace("approves", role), as_of=as_of).findings for role in ("approves", "benefits")
    )

    assert "LIC219" not in approves
    assert benefits["LIC219"].startswith("10 people (managers)")


@pytest.mark.parametrize(
    ("setting", "premium"), [("", True), ("http-tier: premium", True), ("http-tier: standard", False)]
)
def test_14_6_plain_http(told: Run, setting: str, *, premium: bool) -> None:
    found = told(_NIGHTLY, _owned("microsoft-365: 1"), setting=setting)

    assert ("LIC201" in found.findings) == premium
    assert ("lists plain HTTP as included in Microsoft 365" in found.related) == premium


def test_14_6_the_doubt_is_as_old_as_the_page(told: Run) -> None:
    found = told(_NIGHTLY, _owned("microsoft-365: 1"), as_of="2026-03-18")

    assert "LIC201" in found.findings
    assert "lists plain HTTP" not in found.related


def test_14_7_an_http_request_runs_on_the_owners_plan(told: Run) -> None:
    found = told(_flow("hook", _HTTP_REQUEST, "shared_sql"), _owned("microsoft-365: 1", name="hook"))

    assert "is called over HTTP" in found.findings["LIC201"]
    assert "the plan of Nadia" in found.findings["LIC201"]


@pytest.mark.parametrize("plan", ["power-apps-premium", "dynamics-365-enterprise"])
@pytest.mark.parametrize(("as_of", "enough"), [("2023-07-30", True), ("2023-07-31", False), (_TODAY, False)])
def test_14_8_runners_with_a_plan_of_apps_or_dynamics(told: Run, plan: str, as_of: str, *, enough: bool) -> None:
    manifest = (
        f"populations: [{{name: staff, people: 10, holds: {{{plan}: 10}}}}]\n"
        "flows: [{name: start, environment: prod, owner: Nadia, people: [{who: staff, role: runs}]}]\n"
        "licences: [{plan: power-automate-premium, purchased: 0}]\n"
    )

    found = told(_START, manifest, as_of=as_of).findings

    assert ("LIC206" in found) != enough
    # Only an owner's flow is turned off for it.
    assert "turned off" not in found.get("LIC206", "")


@pytest.mark.parametrize(
    ("setting", "checks"),
    [
        ("", {"LIC209", "LIC210"}), ("child-context: both", {"LIC209", "LIC210"}),
        ("child-context: parent", {"LIC209"}), ("child-context: owner", {"LIC210"}),
    ],
)  # fmt: skip
def test_14_9_child_flows(told: Run, setting: str, checks: set[str]) -> None:
    manifest = (
        "populations:\n  - {name: ada, people: 1, holds: {microsoft-365: 1}}\n"
        "  - {name: bo, people: 1, holds: {microsoft-365: 1}}\n"
        "flows: [{name: Collect, environment: prod, owner: ada}, {name: Store, environment: prod, owner: bo}]\n"
        "licences: [{plan: power-automate-premium, purchased: 0}]\n"
    )

    assert {*told(_CHILD, manifest, setting=setting).findings} & {"LIC209", "LIC210"} == checks


def test_14_10_a_dynamics_plan_counts_in_context_alone(told: Run) -> None:
    found = told(_ITEMS, _owned("dynamics-365-enterprise: 1", name="items"))

    assert "holds only a Power Apps or Dynamics 365 plan" in found.findings["LIC206"]
    assert "turned off after 90 days" in found.findings["LIC206"]


def test_14_11_the_gateway_is_in_no_seeded_plan(told: Run) -> None:
    manifest = (
        "populations: [{name: plant, people: 15, holds: {microsoft-365: 15}}]\n"
        "apps: [{name: stock, environment: prod, shared-with: [plant]}]\n"
        "licences: [{plan: power-apps-premium, purchased: 0}]\n"
    )

    found = told(_app("stock", "shared_sharepointonline", isOnPremiseConnection=True), manifest)

    assert "because of an on-premises data gateway" in found.findings["LIC101"]
    assert "15 of them have no licence" in found.findings["LIC101"]


@pytest.mark.parametrize(("plans", "days"), [("", 14), ("facts: {grace-days: {is: 30}}", 30)])
def test_14_12_and_14_22_what_happens_is_told_with_the_days_of_the_data(told: Run, plans: str, days: int) -> None:
    found = told(_NIGHTLY, _owned("microsoft-365: 1"), plans=plans)

    assert f"such a flow is turned off after {days} days" in found.findings["LIC201"]


@pytest.mark.parametrize(
    ("purpose", "setting", "told_of"),
    [
        ("test", "", False), ("test", "developer-sharing: test", False), ("test", "developer-sharing: none", True),
        ("use", "", True),
    ],
)  # fmt: skip
def test_14_13_other_people_in_a_developer_environment(told: Run, purpose: str, setting: str, *, told_of: bool) -> None:
    manifest = (
        "populations: [{name: testers, people: 4}]\n"
        f"apps: [{{name: claims, environment: dana, shared-with: [testers], purpose: {purpose}}}]\n"
    )

    assert ("LIC115" in told(_CLAIMS, manifest, setting=setting).findings) == told_of


def test_14_14_everybody_it_is_shared_with_counts(told: Run) -> None:
    manifest = (
        "populations: [{name: sales, people: 1000, holds: {power-apps-premium: 200}}]\n"
        "apps: [{name: claims, environment: prod, shared-with: [sales], active-people: 200}]\n"
        "licences: [{plan: power-apps-premium, purchased: 200}]\n"
    )

    assert "800 of them have no licence" in told(_CLAIMS, manifest).findings["LIC101"]


def test_14_14_the_duty_of_a_managed_environment_counts_active_people(told: Run) -> None:
    manifest = (
        "apps: [{name: news, environment: managed, people: 1000, active-people: 200}]\n"
        "licences: [{plan: power-apps-premium, purchased: 0}]\n"
    )
    managed = "environments: [{name: managed, type: production, managed: true}]\n"

    found = told(_app("news", "shared_sharepointonline"), manifest, places=managed)

    assert "200 of the 200 people" in found.findings.get("LIC118", "")


def test_14_15_an_application_needs_a_licence_on_the_flow(told: Run) -> None:
    found = told(_NIGHTLY, _owned("microsoft-365: 1", ", owner-kind: service-principal"))

    assert "owned by the application Nadia" in found.findings["LIC216"]


@pytest.mark.parametrize(
    ("holders", "setting", "widely"), [(12, "", True), (10, "", False), (10, "many-holders: 9", True)]
)
def test_14_16_every_holder_of_a_service_account_needs_a_plan(
    told: Run, holders: int, setting: str, *, widely: bool
) -> None:
    more = f", owner-kind: service-account, credential-holders: {holders}"

    found = told(_NIGHTLY, _owned("power-automate-premium: 1", more), setting=setting).findings

    assert f"{holders} of them have no plan" in found["LIC214"]
    assert ("LIC215" in found) == widely


@pytest.mark.parametrize(
    ("as_of", "setting", "limit"),
    [
        (_TODAY, "", None), ("2021-11-30", "", "5,000"), ("2021-12-01", "", None),
        (_TODAY, "request-limits: until-2021", "5,000"), ("2021-11-30", "request-limits: since-2021", None),
    ],
)  # fmt: skip
def test_14_17_request_limits(told: Run, as_of: str, setting: str, limit: str | None) -> None:
    found = told(_NIGHTLY, _owned("power-automate-premium: 1", ", runs-per-day: 10000"), as_of=as_of, setting=setting)

    assert ("LIC315" in found.findings) == (limit is not None)
    assert f"allows {limit}:" in found.findings.get("LIC315", f"allows {limit}:")


@pytest.mark.parametrize(("plan", "short"), [("power-automate-premium", False), ("power-automate-per-user", True)])
def test_14_18_storage_of_premium_and_of_legacy_plans(told: Run, plan: str, *, short: bool) -> None:
    manifest = (
        f"licences: [{{plan: {plan}, purchased: 10}}]\ncapacity: {{dataverse: {{database-gb: 11, file-gb: 1}}}}\n"
    )

    assert ("LIC317" in told(_NIGHTLY, manifest).findings) == short


@pytest.mark.parametrize(
    ("as_of", "unit"), [("2023-12-01", "messages"), ("2025-08-31", "messages"), ("2025-09-01", "credits")]
)
def test_14_19_what_agents_are_counted_in(told: Run, as_of: str, unit: str) -> None:
    manifest = (
        "agents: [{name: HR helper, environment: prod, credits-per-month: 50000, service-enabled: true}]\n"
        "licences: [{plan: copilot-studio, purchased: 1}]\n"
    )

    message = told(_NIGHTLY, manifest, as_of=as_of).findings["LIC312"]

    assert message.startswith(f"50,000 {unit} a month take 2 Copilot Studio packs")


@pytest.mark.parametrize(
    ("as_of", "plan"), [("2023-07-31", "Power Automate per flow"), ("2023-08-01", "Power Automate Process")]
)
def test_14_20_the_licence_on_a_flow_is_that_of_the_day(told: Run, as_of: str, plan: str) -> None:
    found = told(_NIGHTLY, _owned("microsoft-365: 1"), as_of=as_of)

    assert f"put 1 {plan} licence on the flow" in found.remedies["LIC201"]


@pytest.mark.parametrize(("plans", "over"), [("", False), ("plans: {request-addon: {requests: 10000}}", True)])
def test_14_21_the_request_add_on(told: Run, plans: str, *, over: bool) -> None:
    manifest = _owned("power-automate-premium: 1", ", runs-per-day: 40000").rstrip()
    manifest = manifest.replace("purchased: 0}", "purchased: 0}, {plan: request-addon, purchased: 1}") + "\n"

    found = told(_NIGHTLY, manifest, plans=plans)

    assert ("LIC315" in found.findings) == over
    assert ("1 Power Platform requests add-on is on record" in found.could_not_run.get("LIC315", "")) != over


def test_14_23_custom_connectors_in_a_teams_environment_are_premium_with_a_doubt(told: Run) -> None:
    connector = "shared_ctx-5flookup-5f0123456789abcdef"
    manifest = (
        "populations: [{name: staff, people: 10, holds: {microsoft-365: 10}}]\n"
        "apps: [{name: claims, environment: team, shared-with: [staff]}]\n"
        "licences: [{plan: power-apps-premium, purchased: 0}]\n"
    )

    found = told(_app("claims", connector), manifest)

    assert {"LIC101", "LIC119"} <= {*found.findings}
    assert "may use custom connectors is documented both ways" in found.related


@pytest.mark.parametrize(("value", "warned"), [("", True), (", value: none", False)])
def test_14_24_many_peoples_rows_in_dataverse(told: Run, value: str, *, warned: bool) -> None:
    manifest = (
        "populations: [{name: desk, people: 300}, {name: Nadia, people: 1, holds: {power-automate-premium: 1}}]\n"
        f"flows: [{{name: rows, environment: prod, owner: Nadia, people: [{{who: desk, role: triggers{value}}}]}}]\n"
        "licences: [{plan: power-automate-premium, purchased: 1}]\n"
    )

    found = told(_flow("rows", _TIMER, "shared_commondataserviceforapps"), manifest).findings

    assert ("LIC218" in found) == warned
    assert "LIC201" not in found


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("team-benefit: sometimes", "expected by-date, required, advised or ignore"),
        ("child-context: child", "expected parent, owner or both"),
        ("http-tier: premum", "expected premium or standard; did you mean premium"),
        ("apps-per-pass: two", "expected a whole number above 0, or by-date"),
        ("apps-per-pass: 0", "expected a whole number above 0, or by-date"),
        ("per-user-from-apps: many", "expected a whole number above 0"),
        ("many-holders: few", "expected a whole number such as 10"),
        ("developer-sharing: all", "expected test or none"),
        ("request-limits: 2021", "expected by-date, until-2021 or since-2021"),
    ],
)
def test_a_word_that_no_setting_has_ends_the_run_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: str, said: str
) -> None:
    (tmp_path / "pllint.yaml").write_text(f"licensing:\n  {setting}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert run(["check"]) == 2

    error = capsys.readouterr().err
    assert "pllint.yaml:2:" in error
    assert said in error


def test_a_setting_that_there_is_not_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pllint.yaml").write_text("licensing: {team-benefits: ignore}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert run(["config", "check"]) == 0

    assert "'team-benefits' is no key of the settings, and nothing reads it" in capsys.readouterr().out
