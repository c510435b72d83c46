"""The governance manifest: every key by its own type, files merged, wrong values told and left out."""

import re
from pathlib import Path

import pytest

from pllint.finding import Finding
from pllint.model.governance import Governance, Stage
from pllint.read.document import Notes
from pllint.read.governance import governance_files, recognises
from pllint.source import Anchor, Source
from pllint.text import yaml_text
from pllint.text.node import Node

_ROOT = Path(__file__).parents[2]
_SCHEMA = _ROOT / "schemas" / "governance.json"
_EXAMPLE = _ROOT / "tests" / "schemas" / "examples" / "governance.yaml"


def read(*texts: str) -> tuple[Governance, list[Finding]]:
    """Read files named a.yaml, b.yaml and so on."""
    notes = Notes()
    nodes = []
    for name, text in zip("abc", texts, strict=False):
        value, _ = yaml_text.parse(text.encode())
        nodes.append(Node(value, Anchor(Source(f"{name}.yaml", text.encode, yaml_text.locate))))
    governance = governance_files(nodes, notes)
    assert governance is not None
    return governance, notes.findings


def facts(record: object) -> dict[str, object]:
    """Give the fields of a record that say something, places left out and names as text."""
    assert isinstance(record, tuple)
    fields: dict[str, object] = dict(zip(getattr(record, "_fields", ()), record, strict=True))
    return {key: _plain(value) for key, value in fields.items() if key != "at" and value not in (None, ())}


def _plain(value: object) -> object:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        plain = facts(value)
        return plain["text"] if set(plain) == {"text"} else plain
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


_REVIEW = "{by: it-security, person: Omar, date: 2026-02-03, ref: REQ-118, result: approved}"
_REVIEWED = {"by": "it-security", "person": "Omar", "date": "2026-02-03", "ref": "REQ-118", "result": "approved"}


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [
        pytest.param(
            "environments",
            "{name: depot, id: 1f-22, url: 'https://depot.crm4.dynamics.com', type: production, owner: platform-team,"
            " managed: true, managed-by: it, group: EU, pay-as-you-go: false, policies: [base, depot only],"
            " database-gb: 1.2, runs-per-month: 400}",
            {
                "name": "depot",
                "id": "1f-22",
                "url": "https://depot.crm4.dynamics.com",
                "type": "production",
                "owner": "platform-team",
                "managed": True,
                "managed_by": "it",
                "group": "EU",
                "pay_as_you_go": False,
                "policies": ("base", "depot only"),
                "database_gb": "1.2",
                "runs_per_month": 400,
            },
            id="an environment",
        ),
        pytest.param(
            "populations",
            "{name: drivers, people: 2600, counted: 2026-11-02, from: Entra group Drivers, within: staff,"
            " holds: {microsoft-365: 2600, power-apps-premium: 40},"
            " guests: {home: unknown, plan: power-apps-premium, cloud: gcc}}",
            {
                "name": "drivers",
                "people": 2600,
                "counted": "2026-11-02",
                "drawn_from": "Entra group Drivers",
                "within": "staff",
                "holds": (("microsoft-365", 2600), ("power-apps-premium", 40)),
                "guests": {"home": "unknown", "plan": "power-apps-premium", "cloud": "gcc"},
            },
            id="a population",
        ),
        pytest.param(
            "apps",
            "{name: Parcel desk, id: ctx_parceldesk, solution: Parcels, environment: depot, owner: nadia, maker: dana,"
            " shared-with: [drivers], groups: 2, people: 300, active-people: 120, plan: power-apps-per-app,"
            " budget: {currency: GBP, yearly: 140000.50}, impact: high, justification: Replaces paper,"
            " mitigation: docs/desk.md, purpose: use, created: 2025-01-31, last-used: 2026-11-20, retired: false,"
            " owner-left: 2026-10-01, runs-per-day: 40, licence: none, credential-holders: 3,"
            " writes-restricted: [drivers]}",
            {
                "name": "Parcel desk",
                "id": "ctx_parceldesk",
                "solution": "Parcels",
                "environment": "depot",
                "owner": "nadia",
                "maker": "dana",
                "shared_with": ("drivers",),
                "groups": 2,
                "people": 300,
                "active_people": 120,
                "plan": "power-apps-per-app",
                "budget": {"currency": "GBP", "yearly": "140000.50"},
                "impact": "high",
                "justification": "Replaces paper",
                "mitigation": "docs/desk.md",
                "purpose": "use",
                "created": "2025-01-31",
                "last_used": "2026-11-20",
                "retired": False,
                "owner_left": "2026-10-01",
                "runs_per_day": "40",
                "licence": "none",
                "credential_holders": 3,
                "writes_restricted": ("drivers",),
            },
            id="an app",
        ),
        pytest.param(
            "flows",
            "{name: Tell depot, id: 0a-1, environment: depot, owner: svc, owner-kind:"
            " service-account, owner-left: 2026-10-01, credential-holders: {count: 3, holds:"
            " {power-automate-premium: 2}}, licence: process, plan: power-automate-premium, app: Parcel desk,"
            " people: [{who: drivers, role: triggers, value: none}, {who: managers, role: approves}], groups: 1,"
            " active-people: 7, budget: {yearly: 900}, purpose: test, created: 2025-01-31, last-used: 2026-11-20,"
            " retired: true, runs-per-day: 0.5, covered-by: Month end, writes-restricted: [drivers]}",
            {
                "name": "Tell depot",
                "id": "0a-1",
                "environment": "depot",
                "owner": "svc",
                "owner_kind": "service-account",
                "owner_left": "2026-10-01",
                "credential_holders": 3,
                "holders_hold": (("power-automate-premium", 2),),
                "licence": "process",
                "plan": "power-automate-premium",
                "app": "Parcel desk",
                "people": (
                    {"who": "drivers", "role": "triggers", "value": "none"},
                    {"who": "managers", "role": "approves"},
                ),
                "groups": 1,
                "active_people": 7,
                "budget": {"yearly": "900"},
                "purpose": "test",
                "created": "2025-01-31",
                "last_used": "2026-11-20",
                "retired": True,
                "runs_per_day": "0.5",
                "covered_by": "Month end",
                "writes_restricted": ("drivers",),
            },
            id="a flow",
        ),
        pytest.param(
            "connectors",
            "{name: Parcel tracking, id: ctx_parcel, definition: connectors/parcel/apiDefinition.swagger.json,"
            " description: Where is it, stage: production, owner: depot-it, maker: dana, api-management: true,"
            " environments: [depot], created: {environment: depot-test, date: 2026-02-10},"
            " request: {endpoint: api.contoso.com, authentication: oauth2, data: internal, use-case: Tracking,"
            f" operations: [Find, List], reviewed: {_REVIEW}}},"
            " development: {environment: dana-dev, test-environment: depot-test},"
            f" deployment: {{security-review: {_REVIEW}, approved: {_REVIEW},"
            " dlp: {policy: base, group: business, by: coe, person: Iris, date: 2026-03-03, ref: DLP-1},"
            " licences: {people: 2900, plan: power-apps-per-app, available: 2800, by: admin, person: Lee,"
            " date: 2026-03-04, ref: LIC-1}},"
            " operation: {usage: {date: 2026-10-30, by: coe, from: admin-centre},"
            " spot-checks: [{date: 2026-06-02, people: 2900, licensed: 2899}],"
            " rate-limit: {watched-in: api-management, limit: 600 per minute, date: 2026-10-30}}}",
            {
                "name": "Parcel tracking",
                "id": "ctx_parcel",
                "definition": "connectors/parcel/apiDefinition.swagger.json",
                "description": "Where is it",
                "stage": Stage.PRODUCTION,
                "owner": "depot-it",
                "maker": "dana",
                "api_management": True,
                "environments": ("depot",),
                "created": {"environment": "depot-test", "date": "2026-02-10"},
                "request": {
                    "endpoint": "api.contoso.com",
                    "authentication": "oauth2",
                    "data": "internal",
                    "use_case": "Tracking",
                    "operations": ("Find", "List"),
                    "reviewed": _REVIEWED,
                },
                "development": {"environment": "dana-dev", "test_environment": "depot-test"},
                "deployment": {
                    "security_review": _REVIEWED,
                    "approved": _REVIEWED,
                    "dlp": {
                        "policy": "base",
                        "group": "business",
                        "by": "coe",
                        "person": "Iris",
                        "date": "2026-03-03",
                        "ref": "DLP-1",
                    },
                    "licences": {
                        "people": 2900,
                        "plan": "power-apps-per-app",
                        "available": 2800,
                        "by": "admin",
                        "person": "Lee",
                        "date": "2026-03-04",
                        "ref": "LIC-1",
                    },
                },
                "operation": {
                    "usage": {"date": "2026-10-30", "by": "coe", "watched_in": "admin-centre"},
                    "spot_checks": ({"date": "2026-06-02", "people": 2900, "licensed": 2899},),
                    "rate_limit": {"watched_in": "api-management", "limit": "600 per minute", "date": "2026-10-30"},
                },
            },
            id="a connector",
        ),
        pytest.param(
            "licences",
            "{plan: power-apps-per-app, purchased: 3000, assigned: 0, allocated: {depot: 2900, depot-test: 100},"
            " price: 4.00, currency: GBP, ends: 2028-03-31, as-of: 2026-11-02}",
            {
                "plan": "power-apps-per-app",
                "purchased": 3000,
                "assigned": 0,
                "allocated": (("depot", 2900), ("depot-test", 100)),
                "price": "4.00",
                "currency": "GBP",
                "ends": "2028-03-31",
                "as_of": "2026-11-02",
            },
            id="a licence record",
        ),
        pytest.param(
            "agents",
            "{name: Helper, environment: depot, credits-per-month: 18000, service-enabled: true}",
            {"name": "Helper", "environment": "depot", "credits_per_month": 18000, "service_enabled": True},
            id="an agent",
        ),
        pytest.param(
            "websites",
            "{name: Portal, environment: depot, authenticated: 900, anonymous: 4000}",
            {"name": "Portal", "environment": "depot", "authenticated": 900, "anonymous": 4000},
            id="a website",
        ),
        pytest.param(
            "approvals",
            "{of: http, flow: Tell depot, environment: depot, by: it, person: Omar, date: 2026-05-04, ref: HTTP-3,"
            " ends: 2027-05-04}",
            {
                "of": "http",
                "flow": "Tell depot",
                "environment": "depot",
                "by": "it",
                "person": "Omar",
                "date": "2026-05-04",
                "ref": "HTTP-3",
                "ends": "2027-05-04",
            },
            id="an approval",
        ),
        pytest.param(
            "retirements",
            "{app: Old desk, flow: Old flow, connector: Old tracking, date: 2026-09-30, population: 200,"
            " licence-review: {by: admin, person: Lee, date: 2026-10-02, ref: R-1, keep: 50, reassign: 60,"
            " reassigned-to: Parcel desk, reclaim: 90}, dlp-change: {policy: base, by: coe, person: Iris,"
            " date: 2026-10-01, ref: DLP-19}, dependents-gone: 2026-09-29}",
            {
                "app": "Old desk",
                "flow": "Old flow",
                "connector": "Old tracking",
                "date": "2026-09-30",
                "population": 200,
                "licence_review": {
                    "by": "admin",
                    "person": "Lee",
                    "date": "2026-10-02",
                    "ref": "R-1",
                    "keep": 50,
                    "reassign": 60,
                    "reassigned_to": "Parcel desk",
                    "reclaim": 90,
                },
                "dlp_change": {"policy": "base", "by": "coe", "person": "Iris", "date": "2026-10-01", "ref": "DLP-19"},
                "dependents_gone": "2026-09-29",
            },
            id="a retirement",
        ),
        pytest.param(
            "waivers",
            "{check: spot-check-overdue, for: Parcel tracking, reason: Freeze, by: Iris, ends: 2026-12-31,"
            " environment: depot}",
            {
                "check": "spot-check-overdue",
                "target": "Parcel tracking",
                "reason": "Freeze",
                "by": "Iris",
                "ends": "2026-12-31",
                "environment": "depot",
            },
            id="a waiver",
        ),
    ],
)
def test_every_key_of_a_record_is_read(section: str, text: str, expected: dict[str, object]) -> None:
    governance, findings = read(f"{section}:\n  - {text}\n")

    assert (facts(getattr(governance, section)[0]), findings) == (expected, [])


def test_every_key_of_the_tenant_is_read() -> None:
    governance, findings = read(
        "tenant: {name: Contoso, cloud: public, sector: commercial, currency: GBP, price-list: gbp-ea,"
        " licences-as-of: 2026-11-02, agreement: {kind: ea, starts: 2025-04-01, anniversary: 04-01, ends: 2028-03-31,"
        " count-reduction: false, per-app-lines: one}}\n"
    )

    assert findings == []
    assert facts(governance.tenant) == {
        "name": "Contoso",
        "cloud": "public",
        "sector": "commercial",
        "currency": "GBP",
        "price_list": "gbp-ea",
        "licences_as_of": "2026-11-02",
        "agreement": {
            "kind": "ea",
            "starts": "2025-04-01",
            "anniversary": "04-01",
            "ends": "2028-03-31",
            "count_reduction": False,
            "per_app_lines": "one",
        },
    }


def test_every_key_of_the_capacity_is_read() -> None:
    governance, findings = read(
        "capacity:\n  dataverse: {database-gb: 46, file-gb: 80, log-gb: 1.2, date: 2026-11-01}\n"
        "  ai-credits: {used: 640000, month: 2026-10}\n"
    )

    assert findings == []
    assert facts(governance.dataverse) == {
        "database_gb": "46",
        "file_gb": "80",
        "log_gb": "1.2",
        "date": "2026-11-01",
    }
    assert facts(governance.ai_credits) == {"used": 640000, "month": "2026-10"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("NO", "NO", id="Norway"),
        pytest.param("yes", "yes", id="a word YAML 1.1 takes for true"),
        pytest.param("on", "on", id="on"),
        pytest.param("1.10", "1.10", id="a version"),
        pytest.param("12:30", "12:30", id="a time"),
        pytest.param("0123", "0123", id="a number with a leading nought"),
        pytest.param("1_000", "1_000", id="digits with an underscore"),
        pytest.param("2026-03-05", "2026-03-05", id="a date"),
    ],
)
def test_a_name_is_the_text_that_was_written(name: str, expected: str) -> None:
    governance, findings = read(f"populations:\n  - name: {name}\n")

    assert ([population.name for population in governance.populations], findings) == ([expected], [])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("people: 12:30", "people", id="a time for a number"),
        pytest.param("people: yes", "people", id="yes for a number"),
        pytest.param("people: -4", "people", id="a number below nought"),
        pytest.param("people: 0x1F", "people", id="a number YAML knows and people do not"),
        pytest.param("people: 1.10", "people", id="a version for a number"),
        pytest.param("people: [1]", "people", id="a list for a number"),
        pytest.param("counted: yes", "counted", id="yes for a date"),
        pytest.param("counted: 02/11/2026", "counted", id="a date of another spelling"),
        pytest.param("counted: 2026-02-30", "counted", id="a day that does not exist"),
        pytest.param("counted: 20261102", "counted", id="a date without dashes"),
        pytest.param("from: [a, b]", "drawn_from", id="a list for text"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_at_its_place_and_left_out(text: str, field: str) -> None:
    governance, findings = read(f"populations:\n  - name: drivers\n    {text}\n")

    assert getattr(governance.populations[0], field) is None
    assert [(finding.check, finding.at.span.line) for finding in findings] == [("SRC002", 3)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("managed: yes", "managed", id="yes is not an answer"),
        pytest.param("managed: 1", "managed", id="nor is 1"),
        pytest.param("type: prod", "type", id="a word of no list"),
        pytest.param("managed-by: IT", "managed_by", id="a word in capitals"),
        pytest.param("database-gb: 1,2", "database_gb", id="a decimal comma"),
    ],
)
def test_answers_and_words_are_taken_from_their_lists(text: str, field: str) -> None:
    governance, findings = read(f"environments:\n  - name: depot\n    {text}\n")

    assert getattr(governance.environments[0], field) is None
    assert [finding.check for finding in findings] == ["SRC002"]


def test_an_empty_value_is_no_value_and_no_mistake() -> None:
    governance, findings = read("populations:\n  - name: drivers\n    people:\n    counted: ~\n")

    assert (facts(governance.populations[0]), findings) == ({"name": "drivers"}, [])


def test_a_record_without_its_name_is_told_and_left_out() -> None:
    governance, findings = read("apps:\n  - owner: nadia\n  - name: Parcel desk\n")

    assert [app.name for app in governance.apps] == ["Parcel desk"]
    assert [finding.check for finding in findings] == ["SRC002"]


def test_an_unknown_key_is_told_with_the_nearest_known_one() -> None:
    _, findings = read("environments:\n  - name: depot\n    pay-as-you-og: true\n")

    assert [(f.check, f.at.span.line, f.remedy) for f in findings] == [
        ("SRC010", 3, "Write 'pay-as-you-go', or correct where it stands")
    ]


def test_what_the_schema_calls_a_number_may_be_a_fraction() -> None:
    numbers = set(re.findall(r'"([a-z-]+)": \{\s*"\$ref": "#/definitions/number"', _SCHEMA.read_text(encoding="utf-8")))
    example = _EXAMPLE.read_text(encoding="utf-8")
    changed, times = re.subn(rf"\b({'|'.join(numbers)}): [0-9.]+", r"\1: 1.5", example)
    _, told = read(changed)
    assert times >= len(numbers)
    assert told == []


def test_the_lists_of_several_files_are_joined_in_order() -> None:
    governance, findings = read("apps:\n  - name: A\n", "flows:\n  - name: F\n", "apps:\n  - name: B\n")

    assert ([app.name for app in governance.apps], [flow.name for flow in governance.flows]) == (["A", "B"], ["F"])
    assert findings == []


def test_what_two_files_say_of_the_tenant_is_joined() -> None:
    governance, findings = read("tenant: {name: Contoso}\n", "tenant: {agreement: {kind: csp}}\n")

    assert facts(governance.tenant) == {"name": "Contoso", "agreement": {"kind": "csp"}}
    assert findings == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("populations: [{name: drivers}]", "populations: [{name: Drivers}]", id="a population"),
        pytest.param("connectors: [{name: X}]", "connectors: [{name: x}]", id="a connector"),
        pytest.param(
            "flows: [{name: F}]", "flows: [{name: F, environment: depot}]", id="a flow, once without its environment"
        ),
        pytest.param("licences: [{plan: p}]", "licences: [{plan: P}]", id="a plan"),
        pytest.param("tenant: {currency: GBP}", "tenant: {currency: EUR}", id="a fact of the tenant"),
    ],
)
def test_the_same_name_twice_is_told_with_both_places(first: str, second: str) -> None:
    _, findings = read(first, second)

    assert [(f.check, f.at.source.path, f.related[0].at.source.path) for f in findings] == [
        ("SRC011", "b.yaml", "a.yaml")
    ]


def test_the_first_of_two_definitions_counts() -> None:
    governance, _ = read("populations: [{name: drivers, people: 3}]", "populations: [{name: drivers, people: 5}]")

    assert [population.people for population in governance.populations] == [3]


def test_one_flow_in_two_environments_is_two_records() -> None:
    governance, findings = read("flows:\n  - {name: F, environment: depot}\n  - {name: F, environment: depot-test}\n")

    assert (len(governance.flows), findings) == (2, [])


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        pytest.param({"environments": [{"name": "depot"}]}, "estate.yaml", True, id="a list of the manifest"),
        pytest.param({"licences": []}, "estate.yaml", True, id="a list with nothing in it yet"),
        pytest.param({"tenant": {"cloud": "public"}}, "estate.yaml", True, id="the tenant"),
        pytest.param({"people": [], "x": 1}, "governance/x.yaml", True, id="a mapping in the governance folder"),
        pytest.param({"people": []}, "a/governance.yaml", False, id="a file that only looks like the folder"),
        pytest.param({"name": "CI", "environments": [{"name": "x"}]}, "ci.yaml", False, id="one key of two"),
        pytest.param({"environments": {"depot": {"cpu": 2}}}, "ci.yaml", False, id="a mapping where a list is due"),
        pytest.param({"flows": [{"path": "a.json"}]}, "ci.yaml", False, id="records without names"),
        pytest.param([{"name": "x"}], "governance/x.yaml", False, id="a list at the top"),
        pytest.param(None, "governance/x.yaml", False, id="an empty file"),
    ],
)
def test_a_governance_file_is_told_by_its_folder_or_its_keys(value: object, path: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert recognises(value, path, ("governance/**",)) is expected
