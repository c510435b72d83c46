"""The settings in force: found, validated and merged once, then frozen."""

from typing import NamedTuple

from pllint.finding import Finding, Severity
from pllint.source import Anchor


class Target(NamedTuple):
    """Where solutions whose unique name matches a pattern go."""

    solution: str
    environments: tuple[str, ...]
    at: Anchor | None = None


class CheckSelection(NamedTuple):
    """Which checks run; entries are ids, names, id prefixes (`LIC5`, `DLP`) or `ALL`."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Severity | None], ...] = ()
    """(entry, severity); None switches the check off."""


class PathIgnore(NamedTuple):
    """Checks ignored for files that match."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...]


class EnvironmentIgnore(NamedTuple):
    """Checks ignored for environments of these types or names."""

    types: tuple[str, ...]
    names: tuple[str, ...]
    ignore: tuple[str, ...]


class LimitSettings(NamedTuple):
    """Overrides of the reading limits; None keeps the default."""

    member_size_mb: int | None = None
    members: int | None = None
    expanded_size_mb: int | None = None
    ratio: int | None = None
    archive_depth: int | None = None
    nesting: int | None = None
    alias_nodes: int | None = None


class Settings(NamedTuple):
    """Everything a run may be told."""

    root: str = "."
    """The project: the folder of `pllint.yaml`, else the folder linted."""
    path: str | None = None
    """The settings file, relative to the working directory."""
    as_of: str | None = None
    """ISO day; None means today, which the command line fills in."""
    exclude: tuple[str, ...] = ()
    policies: tuple[str, ...] = ("policies/**",)
    governance: tuple[str, ...] = ("governance/**",)
    targets: tuple[Target, ...] = ()
    checks: CheckSelection = CheckSelection()
    per_path: tuple[PathIgnore, ...] = ()
    per_environment: tuple[EnvironmentIgnore, ...] = ()
    fail_on: Severity | None = Severity.ERROR
    """None: findings never fail a run."""
    mandatory: tuple[str, ...] = ()
    licensing: tuple[tuple[str, str], ...] = ()
    limits: LimitSettings = LimitSettings()
    approved_http_environments: tuple[str, ...] = ("production",)
    findings: tuple[Finding, ...] = ()
    """Unknown keys: SRC010."""
