"""Every page of a check is its test, and every check has a page that explains it."""

import os

import pytest

from pllint import api, docs, registry, testing
from pllint.check import Check
from pllint.model.governance import Governance
from pllint.model.workspace import Workspace
from pllint.registry import Plugin
from pllint.source import Anchor, Source
from pllint.testing import Case

CHECKS = api.checks()
CASES = [case for check in CHECKS for case in testing.cases(check)]


@pytest.fixture(scope="session", autouse=True)
def _accepted(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        for plugin in registry.load():
            testing.write_list(plugin.entry.module)
        for check in CHECKS:
            testing.accept(check)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_section_with_files_reports_what_the_page_says(case: Case, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        case = next(c for c in testing.cases(case.check) if c.section == case.section)
    assert case.run() == case.expected


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_page_shows_the_pattern_and_its_remedy(check: Check) -> None:
    sections = [line.removeprefix("## ") for line in docs.body(check).splitlines() if line.startswith("## ")]
    assert "How to fix it" in sections


@pytest.mark.parametrize("check", [check for check in CHECKS if check.id != "SRC012"], ids=lambda check: check.id)
def test_a_page_has_bad_and_good_examples_that_run(check: Check) -> None:
    cases = testing.cases(check)
    bad = [case for case in cases if case.section.startswith("Bad")]
    good = [case for case in cases if case.section.startswith("Good")]
    assert bad
    assert good
    assert all(f": {check.id} " in case.expected for case in bad)
    assert all(f": {check.id} " not in case.expected for case in good)


def test_no_page_is_without_a_check() -> None:
    folders = {os.path.dirname(docs.page_path(check)) for check in CHECKS}
    pages = {os.path.join(folder, name) for folder in folders for name in os.listdir(folder)}
    assert pages == {docs.page_path(check) for check in CHECKS}


@pytest.mark.parametrize("check", [check for check in CHECKS if check.given], ids=lambda check: check.id)
def test_what_a_check_works_on_is_a_part_of_a_workspace(check: Check) -> None:
    workspace = Workspace(governance=Governance(at=Anchor(Source("governance/all.yaml", bytes))))
    assert not any(workspace.holds(part) for part in check.given)


def test_where_there_is_nothing_a_check_works_on_it_has_nothing_to_say() -> None:
    asked = [check for check in CHECKS if check.given]
    always = [check._replace(given=()) for check in asked]

    differing = [
        case.id for case in CASES if testing.lint_files(case.files, asked) != testing.lint_files(case.files, always)
    ]

    assert differing == []


@pytest.mark.parametrize("plugin", registry.load(), ids=lambda plugin: plugin.entry.name)
def test_the_list_of_a_familys_checks_says_what_their_decorators_say(plugin: Plugin) -> None:
    package = plugin.entry.module
    with open(os.path.join(os.path.dirname(plugin.module.__file__ or ""), "checks.json"), encoding="utf-8") as file:
        assert file.read() == testing.check_list(package)
