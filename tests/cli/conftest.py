"""A small estate in files: two flows, a policy for everywhere and one for production, three environments."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest

from pllint.cli import main


class Run(Protocol):
    """Runs the command line and gives status, standard output and standard error."""

    def __call__(self, *arguments: str) -> tuple[int, str, str]: ...


SHAREPOINT, TWITTER, GMAIL = "shared_sharepointonline", "shared_twitter", "shared_gmail"
_BASE = "/providers/Microsoft.PowerApps/apis/"


def flow(name: str, *steps: tuple[str, str, str]) -> dict[str, object]:
    """Give a flow with steps: name, connector, operation."""
    return {
        "properties": {
            "displayName": name,
            "connectionReferences": {
                connector: {
                    "api": {"name": connector},
                    "connection": {"connectionReferenceLogicalName": f"ctx_{connector}"},
                }
                for _, connector, _ in steps
            },
            "definition": {
                "triggers": {"Daily": {"type": "Recurrence"}},
                "actions": {
                    step: {
                        "type": "OpenApiConnection",
                        "inputs": {"host": {"connectionName": connector, "operationId": operation}},
                    }
                    for step, connector, operation in steps
                },
            },
        }
    }


def policy(
    name: str,
    *,
    business: Sequence[str] = (),
    general: Sequence[str] = (),
    blocked: Sequence[str] = (),
    scope: str = "AllEnvironments",
    environments: Sequence[str] = (),
    default: str = "General",
) -> dict[str, object]:
    """Give a policy in the form of the cmdlets."""
    groups = {"Confidential": business, "General": general, "Blocked": blocked}
    return {
        "name": name.lower().replace(" ", "-"),
        "displayName": name,
        "defaultConnectorsClassification": default,
        "environmentType": scope,
        "environments": [{"name": environment} for environment in environments],
        "connectorGroups": [
            {"classification": group, "connectors": [{"id": f"{_BASE}{key}"} for key in keys]}
            for group, keys in groups.items()
        ],
    }


def write(path: Path, value: object) -> None:
    """Write JSON, indented, so that lines tell places apart."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a project that is the working directory."""
    folder = tmp_path / "estate"
    write(folder / "flows" / "notify.json", flow("Notify", ("Post", TWITTER, "Tweet"), ("Read", SHAREPOINT, "Get")))
    write(folder / "flows" / "copy.json", flow("Copy", ("Read", SHAREPOINT, "Get")))
    write(folder / "policies" / "baseline.json", policy("Baseline", business=[SHAREPOINT], blocked=[TWITTER]))
    (folder / "governance").mkdir()
    (folder / "governance" / "environments.yaml").write_text(
        "environments:\n"
        "  - {name: hr-test, type: sandbox}\n"
        "  - {name: hr-production, type: production}\n"
        "  - {name: dana, type: developer}\n",
        encoding="utf-8",
    )
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Give what runs the command line: status, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call
