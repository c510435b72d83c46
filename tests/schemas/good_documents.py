"""Small documents that each schema accepts, and what they are made of."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

HERE = Path(__file__).parent


def example(name: str) -> object:
    """Read one of the example files, with its dates as the text they are."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(HERE / "examples" / f"{name}.yaml"), default=str))


def flow(actions: object = None, *, triggers: object = None, references: object = None) -> dict[str, object]:
    return {
        "properties": {
            "connectionReferences": references or {},
            "definition": {
                "triggers": {"Daily": {"type": "Recurrence"}} if triggers is None else triggers,
                "actions": {} if actions is None else actions,
            },
        },
        "schemaVersion": "1.0.0.0",
    }


def connector(operation: object = None, **parts: object) -> dict[str, object]:
    return {
        "swagger": "2.0",
        "info": {"title": "Parcel tracking", "version": "1.0"},
        "host": "api.parcels.example",
        "paths": {"/parcels/{id}": {"get": operation or {"operationId": "GetParcel", "responses": {}}}},
        **parts,
    }


def policy(**parts: object) -> dict[str, object]:
    return {
        "displayName": "Tenant baseline",
        "defaultConnectorsClassification": "General",
        "environmentType": "AllEnvironments",
        "environments": [],
        "connectorGroups": [{"classification": "Blocked", "connectors": [{"id": "Http"}]}],
        **parts,
    }


REST = {
    "id": "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/e1",
    "name": "e1",
    "properties": {"displayName": "Depot", "environmentSku": "Production", "isDefault": False},
}
FINDING = {
    "check": "DLP101", "name": "blocked-connector", "severity": "error", "confidence": "certain",
    "message": "shared_twitter is blocked", "remedy": "Ask the admin",
    "path": "depot.zip!Workflows/Notify.json",
    "line": 1, "column": 812, "end-line": 1, "end-column": 840, "pointer": "/properties",
    "component": {"kind": "cloud-flow", "name": "Notify", "id": "5b1e0f5a", "solution": "ParcelDesk"},
    "environment": "depot-production", "policy": "Tenant baseline", "connectors": ["shared_twitter"],
    "related": [{"message": "listed here", "path": "policies/tenant.json", "line": 14, "column": 9}],
    "source": "https://example.com/rule", "fingerprint": "0a1b2c", "waived": False,
}  # fmt: skip
REPORT = {
    "pllint": "0.1.0", "as-of": "2026-11-21", "data": {"connectors": "2026-09-05", "plans": "2026-11-21"},
    "read": {"solutions": 1, "governance-files": 4},
    "skipped": [{"path": "notes/readme.json", "reason": "not a form pllint reads"}],
    "could-not-run": [{"check": "LIC401", "reason": "no licence counts"}], "findings": [FINDING],
    "summary": {"error": 1, "warning": 0, "info": 0}, "profile-met": "development", "exit": 1,
}  # fmt: skip
COMPONENT = {
    "kind": "cloud-flow", "name": "Notify", "id": "5b1e0f5a", "solution": "ParcelDesk",
    "path": "Workflows/Notify.json",
    "trigger": {"class": "automated", "type": "OpenApiConnectionWebhook", "starts-from": "connector"},
    "connectors": [{"id": "shared_office365", "custom": False, "tier": "standard", "steps": ["/properties"]}],
    "declared-not-used": ["shared_sql"], "premium": "no", "premium-reasons": [],
    "calls": {"flows": [], "desktop-flows": []},
}  # fmt: skip
GATE = {
    "solution": "ParcelDesk",
    "environment": "hr-production",
    "as-of": "2026-11-21",
    "passes": False,
    "rows": [
        {
            "stage": "deployment",
            "requirement": "the connector 'Parcel tracking' has a security review",
            "state": "missing",
            "evidence": "has no security review on record",
            "checks": ["LIF107"],
        }
    ],
}

SHOW = {
    "solutions": [{"name": "ParcelDesk", "version": "1.4.0.2", "managed": "both", "path": "src"}],
    "components": [COMPONENT],
    "custom-connectors": [{"name": "Parcel tracking", "id": "ctx_parcel tracking", "path": "a.json"}],
    "policies": [{"name": "Tenant baseline", "path": "p.json", "default-group": "non-business"}],
    "environments": [{"name": "depot-production", "managed": True, "policies": ["Tenant baseline"]}],
    "skipped": [],
}  # fmt: skip
LICENCES = {
    "components": [
        {
            "kind": "canvas-app", "name": "Expense approval", "id": "ctx_expenses", "path": "e.zip!customizations.xml",
            "premium": "yes", "premium-reasons": ["custom-connector"], "population": 40,
            "needs": [
                {"who": "users", "people": 40, "plans": ["power-apps-premium"], "level": "required"},
            ],
            "required": 40, "available": 0, "short": 40, "yearly": [1680, 2160],
        },
    ],
    "plans": [{"plan": "power-apps-premium", "purchased": 0, "assigned": 0, "required": 40, "short": 40}],
    "cost": {"currency": "GBP", "yearly": {"per-app": 1920, "per-user": 8640, "mixed": 1920, "cheapest": "per-app"}},
}  # fmt: skip
LICENCES_DIFF = {
    "base": "main",
    "as-of": "2026-11-21",
    "components": [
        {
            "change": "newly-premium", "kind": "canvas-app", "name": "Expense approval", "id": "ctx_expenses",
            "path": "e.zip!customizations.xml",
            "before": {"premium": "no", "needs": [], "required": 0, "short": 0},
            "after": {"premium": "yes", "needs": [], "required": 40, "short": 40, "yearly": [1680, 2160]},
            "because": [{"message": "adds http Http", "path": "flows/notify.json", "line": 1, "column": 1}],
        },
    ],
    "unchanged": 3,
    "plans": [
        {
            "plan": "p", "name": "P", "before": {"required": 0, "short": 0},
            "after": {"required": 40, "purchased": 0, "short": 40},
        },
    ],
    "cost": {"currency": "GBP", "price-list": "gbp-ea", "yearly": {"before": 0, "after": 1920, "added": 1920}},
}  # fmt: skip
PLANS = {
    "as-of": "2026-11-21",
    "plans": [{"id": "p", "entitles": {"apps": [{"until": "2021-09-30", "is": 2}], "tiers": ["premium"]}, "price": [
        {"currency": "USD", "kind": "list", "is": "4.50"}, {"currency": "GBP", "kind": "ea", "low": "3", "high": "5"},
    ]}],
}  # fmt: skip

PLANS_OF_THE_RULES = {
    "plans": {
        "power-apps-per-app": {
            "names": [{"name": "Run Single Apps", "until": "2020-12-31"}, {"name": "Power Apps per app"}],
            "skus": ["POWERAPPS_PER_APP"],
            "counts": "app-pass",
            "sold": {"from": "2019-10-01", "until": "2026-01-02", "except": ["csp", "renewal"]},
            "entitles": {"tiers": ["standard", "premium", "custom"], "gateway": True, "flows": "in-context"},
            "apps-per-unit": [{"until": "2021-09-30", "is": 2}, {"from": "2021-10-01", "is": 1}],
            "requests": [{"until": "2021-11-30", "is": 1000}, {"from": "2021-12-01", "is": 6000}],
            "database-mb": 50,
            "file-mb": 400,
            "price": [
                {"currency": "USD", "kind": "list", "until": "2021-09-30", "is": 10},
                {"currency": "GBP", "kind": "ea", "low": 3.50, "high": 4.50},
            ],
            "source": ["UL", "CC", "PPF", "EOS"],
        },
    },
}

CHECK = {
    "id": "DLP101", "name": "blocked-connector", "family": "dlp", "summary": "It is used where blocked.",
    "severity": "error", "status": "stable", "since": "0.1", "source": "https://example.com/rule",
    "needs": ["policies"], "plugin": "pllint_dlp",
}  # fmt: skip
SOLUTION = {
    "unique-name": "ParcelDesk",
    "display-name": "Parcel desk",
    "version": "1.4.0.2",
    "managed": "2",
    "publisher": {"unique-name": "contosotools", "prefix": "ctx"},
    "root-components": [
        {"type": 29, "id": "{5b1e0f5a-0000-4b2c-9e10-1c2d3e4f5a6b}"},
        {"type": "380", "schema-name": "ctx_ApiHost"},
    ],
    "missing-dependencies": [
        {
            "required": {"type": "372", "schema-name": "fab_ledger", "solution": "Active"},
            "dependent": {"type": "connectionreference", "connection-reference": "ctx_ledger_1"},
        }
    ],
}
SETTINGS_OF_A_STAGE = {
    "EnvironmentVariables": [{"SchemaName": "ctx_ApiHost", "Value": "api.parcels.example"}],
    "ConnectionReferences": [{"LogicalName": "ctx_mail_1", "ConnectionId": "", "ConnectorId": "#{connector}#"}],
}

VERDICT = {
    "component": {"kind": "cloud-flow", "name": "Notify", "id": "5b8f", "solution": "Expense"},
    "environment": "hr-production",
    "verdict": "violation",
    "because": [{"policy": "Tenant baseline", "rule": "blocked_connector", "connectors": ["shared_twitter"]}],
}
LINE = {"connector": "shared_twitter", "message": "is listed in Blocked", "path": "a.json", "line": 1, "column": 2}
IMPACT = {
    "newly-blocked": [
        {**VERDICT, "lines": [LINE], "before": {"verdict": "allowed", "because": [], "lines": [{"message": "free"}]}}
    ],
    "newly-open": [],
    "newly-allowed": [],
    "still-blocked": [],
    "still-open": [],
    "unchanged": 3,
}
WHY = {
    "component": VERDICT["component"],
    "path": "flows/notify.json",
    "uses": [{"id": "shared_twitter", "name": "Twitter", "custom": False, "tier": "standard", "steps": []}],
    "environments": [
        {
            "environment": "hr-production",
            "verdict": "allowed",
            "because": [],
            "groups": [],
            "chain": [],
            "notes": [],
            "remedies": [],
            "passes-because": "it uses no connector",
            "would-be-blocked-by": [],
        }
    ],
    "licence": {"premium": "no", "reasons": [], "tier-unknown": [], "plans": []},
}
CATALOGUE = {
    "as-of": "2026-11-02",
    "connectors": [{"id": "shared_parcels", "name": "Parcels", "tier": "Premium", "last_seen": "2026-11-02"}],
}
CONFIG = {
    "project": ".",
    "settings": "pllint.yaml",
    "values": [
        {"key": "as-of", "value": "today", "from": "command-line", "option": "--as-of"},
        {"key": "checks.select", "value": ["ALL"], "from": "file", "path": "pllint.yaml", "line": 1, "column": 10},
        {"key": "fail-on", "value": "warning", "from": "preset", "preset": "strict"},
        {"key": "profile", "from": "default"},
    ],
}

GOOD = [
    pytest.param("settings", example("settings"), id="settings: every key"),
    pytest.param("settings", {}, id="settings: none"),
    pytest.param("settings", None, id="settings: an empty file"),
    pytest.param("settings", {"as-of": "today", "unheard-of": 1}, id="settings: an unknown key is no violation"),
    pytest.param("governance", example("governance"), id="governance: every key"),
    pytest.param("governance", {"licences": None, "apps": []}, id="governance: empty lists"),
    pytest.param("governance", {"apps": [{"name": 1.1}, {"name": True}]}, id="governance: names YAML takes for values"),
    pytest.param("governance", {"tenant": {"name": False, "colour": "red"}}, id="governance: an unknown key"),
    pytest.param("governance", {"populations": [{"name": "a", "people": "900"}]}, id="governance: a quoted number"),
    pytest.param("cloud-flow", flow(), id="flow: no action"),
    pytest.param(
        "cloud-flow",
        flow(
            {
                "If": {
                    "type": "If",
                    "expression": "@true",
                    "actions": {"Say": {"type": "Compose", "inputs": [1]}},
                    "else": {"actions": {}},
                    "runAfter": {},
                },
                "Mail": {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "mail"}}},
            },
            references={"mail": {"connection": {}, "api": {"name": "shared_office365"}}},
        ),
        id="flow: nested actions",
    ),
    pytest.param(
        "cloud-flow",
        {
            "name": "a",
            "type": "Microsoft.Flow/flows",
            "properties": {
                "displayName": "Notice",
                "definition": {"triggers": {"When": {"type": "Request", "kind": "Button"}}, "actions": {}},
                "connectionReferences": {"m": {"connectionName": "m", "source": "Embedded", "id": "x", "tier": "N"}},
            },
        },
        id="flow: of a legacy package",
    ),
    pytest.param("connector-definition", connector(), id="connector: small"),
    pytest.param("connector-definition", {"swagger": "2.0"}, id="connector: what is missing is for the checks"),
    pytest.param(
        "connector-definition",
        connector(definitions={"Tree": {"properties": {"kids": {"items": {"$ref": "#/definitions/Tree"}}}}}),
        id="connector: schemas inside schemas",
    ),
    pytest.param("connector-properties", {"properties": {}}, id="properties: none"),
    pytest.param(
        "connector-properties",
        {
            "properties": {
                "connectionParameters": {"key": {"type": "securestring", "uiDefinition": None}},
                "policyTemplateInstances": [{"templateId": "setheader", "parameters": {"x": ["GetParcel"]}}],
                "scriptOperations": [],
            }
        },
        id="properties: parameters and policies",
    ),
    pytest.param("policy", policy(), id="policy: one object"),
    pytest.param("policy", [policy()], id="policy: a list"),
    pytest.param("policy", {"value": [policy()]}, id="policy: the answer of a cmdlet"),
    pytest.param("policy", {"Value": [policy()], "Count": 1}, id="policy: as PowerShell 5.1 writes lists"),
    pytest.param("policy", [{"value": [policy()]}], id="policy: a list of one answer"),
    pytest.param("policy", {"dlp_policies": [{"value": [policy()]}]}, id="policy: inside an assessment"),
    pytest.param(
        "policy",
        {
            "policyDefinition": policy(),
            "connectorConfigurationsDefinition": {
                "connectorActionConfigurations": [
                    {
                        "connectorId": "shared_sql",
                        "actionRules": [{"actionId": "Delete", "behavior": "Block"}],
                    }
                ],
                "endpointConfigurations": [
                    {
                        "connectorId": "Http",
                        "endpointRules": [{"order": 1, "behavior": "Deny", "endPoint": "*"}],
                    }
                ],
            },
            "customConnectorUrlPatternsDefinition": {
                "rules": [{"order": 1, "customConnectorRuleClassification": "Ignore", "pattern": "*"}]
            },
        },
        id="policy: the REST wrapper",
    ),
    pytest.param("policy", {"value": [{"policyDefinition": {"name": "a"}}]}, id="policy: a REST list"),
    pytest.param("policy", {"connectorActionConfigurations": []}, id="policy: configurations alone"),
    pytest.param("policy", {"rules": [{"order": 1, "pattern": "*"}]}, id="policy: patterns alone"),
    pytest.param("policy", policy(connectorGroups="System.Object[]"), id="policy: cut off by PowerShell"),
    pytest.param("policy", policy(connectorGroups=["@{classification=General}"]), id="policy: cut off deeper"),
    pytest.param("environments", REST, id="environments: one"),
    pytest.param("environments", {"value": [REST]}, id="environments: the REST list"),
    pytest.param(
        "environments",
        [{"EnvironmentName": "e1", "EnvironmentType": "Production", "IsDefault": False, "Internal": REST}],
        id="environments: of the cmdlet",
    ),
    pytest.param(
        "environments",
        [{"EnvironmentName": "e1", "Internal": "@{id=e1}"}],
        id="environments: cut off by PowerShell",
    ),
    pytest.param("environments", [{"EnvironmentId": "e1", "Type": "Sandbox"}], id="environments: of pac"),
    pytest.param("environments", {"value": [{"id": "e1", "protectionLevel": "Basic"}]}, id="environments: of the API"),
    pytest.param(
        "environments",
        {"totalRecords": 1, "data": [{"name": "e1", "properties": {"isManaged": True}}]},
        id="environments: of the inventory",
    ),
    pytest.param("deployment-settings", SETTINGS_OF_A_STAGE, id="deployment settings"),
    pytest.param(
        "deployment-settings",
        {"EnvironmentVariables": [["ctx_ApiHost", 1]], "ConnectionReferences": [["ctx_mail_1", "#{mail}#"]]},
        id="deployment settings: of the ALM Accelerator",
    ),
    pytest.param("solution", SOLUTION, id="solution"),
    pytest.param("report", REPORT, id="report"),
    pytest.param("show", SHOW, id="show"),
    pytest.param("gate", GATE, id="gate"),
    pytest.param("checks", [CHECK], id="checks"),
    pytest.param("matrix", [VERDICT], id="matrix"),
    pytest.param("impact", IMPACT, id="impact"),
    pytest.param("why", WHY, id="why"),
    pytest.param("licences", LICENCES, id="licences"),
    pytest.param("licences-diff", LICENCES_DIFF, id="licences-diff"),
    pytest.param("plans", PLANS, id="plans"),
    pytest.param("plans", PLANS_OF_THE_RULES, id="plans, as the rules show them"),
    pytest.param("catalogue", CATALOGUE, id="catalogue"),
    pytest.param("config", CONFIG, id="config"),
]
