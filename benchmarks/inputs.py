"""Makes what is measured: flows of a given size, connectors composed from the example, a manifest."""

import json
import os
from collections.abc import Mapping

_SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
_SHAREPOINT = "shared_sharepointonline"
OPERATIONS = (2, 4, 4, 6, 6, 8, 8, 8, 10, 10, 12, 12, 14, 16, 20, 24, 30, 44, 60, 120)
"""Of composed connectors: of the published ones half have less than 32 KB, and one in ten more than 189."""
_FIELDS = 26
"""Of the answer of two operations: an operation then takes as many bytes as in published connectors, 3.6 KB."""


def clean_flow(size: int) -> str:
    """Give a flow of at least `size` characters that reads SharePoint items, and in which nothing is wrong."""
    return _flow(size, {})


def flow_with_findings(size: int, findings: int) -> str:
    """Give a flow of at least `size` characters with so many steps that `policy_against_http` denies."""
    calls: dict[str, object] = {
        f"Call_{number:02d}": {
            "runAfter": {},
            "type": "Http",
            "inputs": {"method": "GET", "uri": f"https://rates{number}.example/latest"},
        }
        for number in range(findings)
    }
    return _flow(size, calls)


def policy_against_http() -> str:
    """Give a data policy that denies every address to HTTP steps: a finding for each of them."""
    policy = {"displayName": "No HTTP", "environmentType": "AllEnvironments", "environments": [], "connectorGroups": []}
    rules = [{"order": 1, "behavior": "Deny", "endPoint": "*"}]
    return json.dumps(
        {
            "policyDefinition": {**policy, "defaultConnectorsClassification": "General"},
            "connectorConfigurationsDefinition": {
                "endpointConfigurations": [{"connectorId": "Http", "endpointRules": rules}]
            },
        }
    )


def policy(name: str, environments: list[str]) -> str:
    """Give a data policy for some environments that lets through what is composed here, and blocks HTTP."""
    groups = (
        ("Confidential", [f"/providers/Microsoft.PowerApps/apis/{_SHAREPOINT}"]),
        ("Blocked", ["Http", "HttpWebhook"]),
    )
    patterns = (("Confidential", "https://api.parcels.example*"), ("Blocked", "*"))
    return json.dumps(
        {
            "policyDefinition": {
                "name": name,
                "displayName": name,
                "environmentType": "OnlyEnvironments",
                "environments": [{"name": environment} for environment in environments],
                "defaultConnectorsClassification": "General",
                "connectorGroups": [
                    {"classification": group, "connectors": [{"id": one, "name": one} for one in connectors]}
                    for group, connectors in groups
                ],
            },
            "customConnectorUrlPatternsDefinition": {
                "rules": [
                    {"order": order, "customConnectorRuleClassification": group, "pattern": pattern}
                    for order, (group, pattern) in enumerate(patterns, 1)
                ]
            },
        }
    )


def manifest(connectors: int) -> str:
    """Give a governance file that records so many custom connectors."""
    records = "".join(
        f"  - name: Connector {number}\n    id: ctx_connector{number}\n    stage: request\n    owner: platform-team\n"
        f"    environments: [hr-test]\n    request: {{endpoint: api{number}.contoso.example, authentication: oauth2,"
        f" data: internal, use-case: Measuring}}\n"
        for number in range(connectors)
    )
    return f"environments:\n  - {{name: hr-test, type: developer}}\nconnectors:\n{records}"


def connectors(example: str, folder: str, count: int) -> None:
    """Write so many connector folders of all sizes, each composed of the example's operations."""
    with open(os.path.join(example, "apiDefinition.swagger.json"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(example, "apiProperties.json"), encoding="utf-8") as file:
        properties = file.read()
    texts = [definition(text, operations) for operations in OPERATIONS]
    for number in range(count):
        target = os.path.join(folder, f"connector{number:04d}")
        write(os.path.join(target, "apiDefinition.swagger.json"), titled(texts[number % len(texts)], number))
        write(os.path.join(target, "apiProperties.json"), properties)


def definition(text: str, operations: int) -> str:
    """Give a connector definition with its operations repeated under ids of their own, each with what it answers."""
    found = json.loads(text)
    copies = range(operations // 2)
    paths = {
        f"/copy{copy}{path}": {verb: _copied(operation, copy) for verb, operation in verbs.items()}
        for copy in copies
        for path, verbs in found["paths"].items()
    }
    answers = {f"Answer{copy}": {"type": "object", "properties": _fields()} for copy in copies}
    return json.dumps({**found, "paths": paths, "definitions": {**found["definitions"], **answers}}, indent=2)


def titled(definition_text: str, number: int) -> str:
    """Give a definition a title of its own."""
    return definition_text.replace("Parcel tracking", f"Parcel tracking {number}", 1)


def _copied(operation: Mapping[str, object], copy: int) -> dict[str, object]:
    answer = {"description": "Success", "schema": {"$ref": f"#/definitions/Answer{copy}"}}
    return {**operation, "operationId": f"{operation['operationId']}{copy}", "responses": {"200": answer}}


def _fields() -> dict[str, object]:
    return {
        f"field{number}": {
            "type": "string",
            "title": f"Field {number}",
            "description": f"What the service tells in field {number} of its answer.",
            "x-ms-summary": f"Field {number}",
        }
        for number in range(_FIELDS)
    }


def write(path: str, text: str) -> str:
    """Write a file, with the folders it needs, and give its path."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def _flow(size: int, more: Mapping[str, object]) -> str:
    steps = 1
    while True:
        text = json.dumps(_definition({**_reads(steps), **more}), indent=2)
        if len(text) >= size:
            return text
        steps += max(1, (size - len(text)) * steps // (2 * len(text)))


def _reads(steps: int) -> dict[str, object]:
    return {
        f"Get_items_{number:04d}": {
            "runAfter": {f"Get_items_{number - 1:04d}": ["Succeeded"]} if number else {},
            "type": "OpenApiConnection",
            "inputs": {
                "host": {
                    "connectionName": _SHAREPOINT,
                    "operationId": "GetItems",
                    "apiId": f"/providers/Microsoft.PowerApps/apis/{_SHAREPOINT}",
                },
                "parameters": {"dataset": "@parameters('Site')", "table": f"List {number}", "$filter": "Done eq 0"},
                "authentication": "@parameters('$authentication')",
            },
        }
        for number in range(steps)
    }


def _definition(actions: dict[str, object]) -> dict[str, object]:
    return {
        "properties": {
            "connectionReferences": {
                _SHAREPOINT: {"runtimeSource": "embedded", "connection": {}, "api": {"name": _SHAREPOINT}}
            },
            "definition": {
                "$schema": _SCHEMA,
                "contentVersion": "1.0.0.0",
                "parameters": {
                    "$connections": {"defaultValue": {}, "type": "Object"},
                    "$authentication": {"defaultValue": {}, "type": "SecureObject"},
                    "Site": {"defaultValue": "", "type": "String", "metadata": {"schemaName": "ctx_Site"}},
                },
                "triggers": {
                    "Every_day": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}},
                },
                "actions": actions,
            },
            "templateName": None,
        },
        "schemaVersion": "1.0.0.0",
    }
