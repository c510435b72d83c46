"""All that a plugin may import: the hooks, `check`, what a check is handed and what it gives back.

A plugin is a module or package named by an entry point of the group `pllint`. It defines any of the hook functions
below under their own names; nothing has to be registered. Built-in families come the same way.
"""

from collections.abc import Mapping, Sequence

from pllint.catalogue import Catalogue, CatalogueConnector
from pllint.check import Check, Context, Need, Outcome, Status, check, listed
from pllint.finding import (
    ComponentRef,
    Confidence,
    CouldNotRun,
    Edit,
    Finding,
    Related,
    Report,
    ReportedFinding,
    Severity,
)
from pllint.nearest import nearest
from pllint.report import Reporter
from pllint.source import Anchor, Source, Span

__all__ = [
    "Anchor",
    "Catalogue",
    "CatalogueConnector",
    "Check",
    "ComponentRef",
    "Confidence",
    "Context",
    "CouldNotRun",
    "Edit",
    "Finding",
    "Need",
    "Outcome",
    "Related",
    "Report",
    "ReportedFinding",
    "Reporter",
    "Severity",
    "Source",
    "Span",
    "Status",
    "check",
    "listed",
    "nearest",
    "pllint_checks",
    "pllint_presets",
    "pllint_reporters",
]


def pllint_checks() -> Sequence[Check]:  # type: ignore[empty-body]
    """Give the plugin's checks. Called once, at the start of a run."""


def pllint_reporters() -> Sequence[Reporter]:  # type: ignore[empty-body]
    """Give further output formats. Called once, when an output is asked for that pllint does not have itself."""


def pllint_presets() -> Mapping[str, Mapping[str, object]]:  # type: ignore[empty-body]
    """Give settings that a project can name under `extends`."""
