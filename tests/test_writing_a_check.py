"""The plugin that docs/writing-a-check.md shows is one: its check runs, its page holds, it can be listed."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from pllint import docs, registry, testing
from pllint.check import Check

_PAGE = Path(__file__).parents[1] / "docs" / "writing-a-check.md"
_FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>\w+)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Write the plugin as the page shows it, and give its check as a run would find it."""
    blocks = [match.group("language", "text") for match in _FENCE.finditer(_PAGE.read_text(encoding="utf-8"))]
    check, plugin = [text for language, text in blocks if language == "python"][:2]
    (page,) = [text for language, text in blocks if language == "markdown"]
    package = tmp_path / "contoso_checks"
    (package / "pages").mkdir(parents=True)
    (package / "naming.py").write_text(check, encoding="utf-8")
    (package / "__init__.py").write_text(plugin, encoding="utf-8")
    (package / "pages" / "test-flow.md").write_text(page, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import_module("contoso_checks")
    (found,) = registry.checks_of(registry.load([registry.EntryPoint("contoso", "contoso_checks", "contoso_checks")]))
    yield found
    for name in ("contoso_checks", "contoso_checks.naming"):
        del sys.modules[name]


def test_its_page_holds(shown: Check) -> None:
    (case,) = testing.cases(shown)

    assert case.run() == case.expected


def test_its_page_has_a_header_that_names_the_plugin_as_its_family(shown: Check) -> None:
    assert "severity: warning | family: contoso_checks | status: stable" in docs.page(shown)
