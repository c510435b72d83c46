"""Finding plugins, with and without pluggy."""

from pathlib import Path

import pytest

from pllint import registry
from pllint.check import Check
from pllint.errors import PluginError


def test_pluggy_gives_the_same_checks_as_asking_the_families_in_turn() -> None:
    plugins = registry.load()

    arbitrated = [check for _, checks in registry.arbitrated(plugins, "pllint_checks") for check in _checks(checks)]

    assert sorted(check.id for check in arbitrated) == [check.id for check in registry.checks_of(plugins)]


@pytest.mark.parametrize(
    "text", ["[pllint]\nparcels = contoso_parcels\n", "[x]\na = b\n[pllint]\nparcels=contoso_parcels"]
)
def test_a_plugin_is_found_by_its_entry_point(tmp_path: Path, text: str) -> None:
    metadata = tmp_path / "contoso_checks-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(text, encoding="utf-8")

    assert registry.installed([str(tmp_path)]) == (
        registry.EntryPoint(name="parcels", module="contoso_parcels", distribution="contoso_checks"),
    )


def test_a_plugin_that_cannot_be_imported_is_named() -> None:
    missing = registry.EntryPoint(name="parcels", module="contoso_parcels", distribution="contoso_checks")

    with pytest.raises(PluginError, match=r"plugin parcels \(contoso_parcels\) cannot be loaded"):
        registry.load([missing])


def _checks(contribution: object) -> tuple[Check, ...]:
    assert isinstance(contribution, tuple | list)
    return tuple(check for check in contribution if isinstance(check, Check))
