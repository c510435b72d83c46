"""A revision is read as it was committed, and nothing of the repository's own settings runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pllint.errors import UsageError
from pllint.text.git_tree import GitTree
from pllint.text.problem import DEFAULT_LIMITS, MalformedError

_GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(_GIT is None, reason="git is not installed")


def _git(folder: Path, *arguments: str) -> None:
    assert _GIT is not None
    settings = ("-c", "user.name=Dana", "-c", "user.email=dana@contoso.example", "-c", "commit.gpgsign=false")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run([_GIT, "-C", folder, *settings, *arguments], check=True, capture_output=True, env=environment)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Give a repository with two commits."""
    folder = tmp_path / "repository"
    (folder / "policies").mkdir(parents=True)
    _git(folder, "init", "-q", "-b", "main")
    (folder / "policies" / "tenant é.json").write_bytes(b"one\r\n")
    (folder / "notes.md").write_bytes(b"notes")
    os.symlink("notes.md", folder / "link.json")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "one")
    (folder / "policies" / "tenant é.json").write_bytes(b"two")
    _git(folder, "commit", "-qam", "two")
    (folder / "policies" / "tenant é.json").write_bytes(b"not committed")
    return folder


def _tree(folder: Path, revision: str) -> GitTree:
    return GitTree(os.fspath(folder), revision, lambda name: name.endswith(".json"))


@pytest.mark.parametrize(("revision", "content"), [("HEAD", b"two"), ("HEAD~1", b"one\r\n"), ("main", b"two")])
def test_files_are_as_they_were_committed(repository: Path, revision: str, content: bytes) -> None:
    tree = _tree(repository, revision)

    assert [entry.name for entry in tree.entries()] == ["policies/tenant é.json"]
    assert tree.read("policies/tenant é.json") == content
    assert tree.source("policies/tenant é.json").path == f"{revision}:policies/tenant é.json"


def test_a_folder_of_a_repository_has_names_from_there(repository: Path) -> None:
    assert [entry.name for entry in _tree(repository / "policies", "HEAD").entries()] == ["tenant é.json"]


def test_a_file_that_is_too_large_is_refused(repository: Path) -> None:
    tree = GitTree(os.fspath(repository), "HEAD", lambda _name: True, DEFAULT_LIMITS._replace(member_bytes=4))

    assert tree.read("policies/tenant é.json") == b"two"
    with pytest.raises(MalformedError):
        tree.read("notes.md")


@pytest.mark.parametrize("revision", ["nowhere", "-h", "", "HEAD:policies"])
def test_a_revision_that_is_none_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError):
        _tree(repository, revision)


def test_a_folder_outside_repositories_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        _tree(tmp_path, "HEAD")


def test_commands_that_the_repository_sets_do_not_run(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.x.textconv", "filter.x.smudge", "core.sshCommand"):
        _git(repository, "config", key, os.fspath(trap))
    (repository / ".git" / "info" / "attributes").write_text("*.json diff=x filter=x\n", encoding="utf-8")

    assert _tree(repository, "HEAD").read("policies/tenant é.json") == b"two"
    assert not (tmp_path / "sprung").exists()


def test_variables_that_git_sets_for_hooks_lead_nowhere_else(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", os.fspath(tmp_path / "other"))

    assert _tree(repository, "HEAD").read("policies/tenant é.json") == b"two"
