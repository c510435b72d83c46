"""Makes what is measured: flows of a given size, connectors composed from the example, a manifest."""

import json
import os
from collections.abc import Mapping

_SCHEMA = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
_SHAREPOINT = "shared_sharepointonline"


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


def manifest(connectors: int) -> str:
    """Give a governance file that records so many custom connectors."""
    records = "".join(
        f"  - name: Connector {number}\n    id: ctx_connector{number}\n    stage: request\n    owner: platform-team\n"
        f"    environments: [hr-test]\n    request: {{endpoint: api{number}.contoso.example, authentication: oauth2,"
        f" data: internal, use-case: Measuring}}\n"
        for number in range(connectors)
    )
    return f"environments:\n  - {{name: hr-test, type: developer}}\nconnectors:\n{records}"


def connectors(example: str, folder: str, count: int, operations: int) -> None:
    """Write so many connector folders, each the example's with its operations repeated."""
    with open(os.path.join(example, "apiDefinition.swagger.json"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(example, "apiProperties.json"), encoding="utf-8") as file:
        properties = file.read()
    for number in range(count):
        definition = json.loads(text)
        definition["info"]["title"] = f"Parcel tracking {number}"
        definition["paths"] = {
            f"/copy{copy}{path}": {
                verb: {**operation, "operationId": f"{operation['operationId']}{copy}"}
                for verb, operation in verbs.items()
            }
            for copy in range(operations // 2)
            for path, verbs in definition["paths"].items()
        }
        target = os.path.join(folder, f"connector{number:04d}")
        write(os.path.join(target, "apiDefinition.swagger.json"), json.dumps(definition, indent=2))
        write(os.path.join(target, "apiProperties.json"), properties)


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
