"""The hooks, run by the real pre-commit in a sample repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

_ROOT = Path(__file__).parents[1]
_SHIPPED = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "pllint", "plugins", "schemas")
"""What pre-commit needs of this checkout to build the hook's environment."""

_FLOW = """\
{
  "properties": {
    "connectionReferences": {
      "shared_office365": {"runtimeSource": "embedded", "connection": {}, "api": {"name": "shared_office365"}}
    },
    "definition": {
      "$schema": "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
      "contentVersion": "1.0.0.0",
      "triggers": {"Every_day": {"type": "Recurrence", "recurrence": {"frequency": "Day", "interval": 1}}},
      "actions": {
        "Send_mail": {
          "runAfter": {},
          "type": "OpenApiConnection",
          "inputs": {
            "host": {
              "connectionName": "shared_office365",
              "operationId": "SendEmailV2",
              "apiId": "/providers/Microsoft.PowerApps/apis/shared_office365"
            },
            "parameters": {"emailMessage/To": "front-desk@contoso.example", "emailMessage/Subject": "Parcels"}
          }
        }
      }
    }
  },
  "schemaVersion": "1.0.0.0"
}
"""
_BLOCKS_MAIL = """\
{
  "displayName": "No mail",
  "environmentType": "AllEnvironments",
  "defaultConnectorsClassification": "Blocked",
  "connectorGroups": [
    {
      "classification": "Blocked",
      "connectors": [{"id": "/providers/Microsoft.PowerApps/apis/shared_office365"}]
    }
  ]
}
"""


class Git(NamedTuple):
    """A git repository made for a test."""

    folder: Path
    environment: dict[str, str]

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run git and give what it said; a commit that a hook stops is no error here."""
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
        )

    def commit(self, word: str) -> "subprocess.CompletedProcess[str]":
        """Commit everything that changed."""
        self("add", "--all")
        return self("commit", "--message", word)


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give an environment in which git has an author, nobody's settings, and pre-commit a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    kept.pop("PYTHONPATH", None)  # the hook has to find pllint in its own environment
    return kept | {
        "GIT_AUTHOR_NAME": "Dana",
        "GIT_AUTHOR_EMAIL": "dana@contoso.example",
        "GIT_COMMITTER_NAME": "Dana",
        "GIT_COMMITTER_EMAIL": "dana@contoso.example",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "PRE_COMMIT_COLOR": "never",
    }


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Git:
    """Give this checkout as a git repository, as it is on disk, committed or not."""
    git = Git(tmp_path_factory.mktemp("hooks"), environment)
    for name in _SHIPPED:
        source, target = _ROOT / name, git.folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    git("init", "--quiet")
    git.commit("The checkout")
    return git


@pytest.fixture
def project(tmp_path: Path, hooks: Git) -> Git:
    """Give a project whose only flow sends mail, with the hook installed."""
    return _project(tmp_path, hooks, "pllint")


def test_a_commit_that_is_in_order_passes(project: Git) -> None:
    done = project.commit("A flow")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_commit_with_an_error_is_stopped_and_told_why(project: Git) -> None:
    (project.folder / "policy.json").write_text(_BLOCKS_MAIL, encoding="utf-8")

    done = project.commit("A policy")

    assert (done.returncode, "DLP101" in done.stdout + done.stderr) == (1, True), done.stdout + done.stderr


def test_a_commit_that_only_deletes_is_linted(project: Git) -> None:
    (project.folder / "policy.json").write_text(_BLOCKS_MAIL, encoding="utf-8")
    (project.folder / "notes.txt").write_text("To be thrown away\n", encoding="utf-8")
    project("add", "--all")
    project("commit", "--no-verify", "--message", "A policy, past the hook")
    (project.folder / "notes.txt").unlink()

    done = project.commit("Without the notes")

    assert (done.returncode, "DLP101" in done.stdout + done.stderr) == (1, True), done.stdout + done.stderr


def test_the_strict_hook_stops_a_commit_for_a_warning(tmp_path: Path, hooks: Git) -> None:
    project = _project(tmp_path, hooks, "pllint-strict")
    (project.folder / "governance").mkdir()
    (project.folder / "governance" / "tenant.yaml").write_text("tenant: {nmae: Contoso}\n", encoding="utf-8")

    done = project.commit("A typing mistake")

    assert (done.returncode, "SRC010" in done.stdout + done.stderr) == (1, True), done.stdout + done.stderr


def _project(folder: Path, hooks: Git, hook: str) -> Git:
    git = Git(folder, hooks.environment)
    git("init", "--quiet")
    (folder / "flow.json").write_text(_FLOW, encoding="utf-8")
    revision = hooks("rev-parse", "HEAD").stdout.strip()
    config = f"repos:\n  - repo: {hooks.folder.as_posix()}\n    rev: {revision}\n    hooks: [{{id: {hook}}}]\n"
    (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    installed = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"],
        cwd=folder,
        env=hooks.environment,
        capture_output=True,
        check=False,
        text=True,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return git
