"""The settings in force: found, validated and merged once, then frozen.

`pllint.yaml` is looked for from the linted path upwards. Presets and files it extends come first, then the file, then
the command line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pllint.errors import SettingsError, UsageError
from pllint.finding import Finding, Severity
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.problem import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class NamedCheck(Protocol):
        """What a check is called."""

        @property
        def id(self) -> str:
            """The id."""

        @property
        def name(self) -> str:
            """The pattern found."""


FILE_NAME = "pllint.yaml"
Presets = Callable[[], Mapping[str, Mapping[str, object]]]
"""Asks installed plugins for their presets; called only when a preset is named that pllint does not have."""


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

    member_size_mb: float | None = None
    members: int | None = None
    expanded_size_mb: float | None = None
    ratio: float | None = None
    archive_depth: int | None = None
    nesting: int | None = None
    alias_nodes: int | None = None


class LicenceExport(NamedTuple):
    """Licence exports that do not tell everything themselves."""

    files: tuple[str, ...]
    columns: tuple[tuple[str, str], ...] = ()
    """(fact, name of the column) of a portal's table."""
    as_of: str | None = None
    """The day they were exported, ISO."""


class Mention(NamedTuple):
    """A check as the settings name it, and where they do."""

    entry: str
    key: str
    """The key it stands under, such as `checks.ignore`, or the option of the command line."""
    at: Anchor | None = None


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
    inventory: tuple[str, ...] = ("inventory/**",)
    """Where exports of the tenant lie that are read whatever is linted."""
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
    mentions: tuple[Mention, ...] = ()
    """Every check the settings name; `verify_names` holds them against the checks there are."""
    profile: str | None = None
    """The profile every component has to meet."""
    catalogue: str | None = None
    """The path of a catalogue refreshed from the tenant's own export."""
    catalogue_age_days: int = 550
    """How old the data on a connector may be before a verdict that rests on it is told."""
    licence_exports: tuple[LicenceExport, ...] = ()
    plans: str | None = None
    """The path of plan data laid over the shipped one: the organisation's prices, names and entitlements."""
    population_growth_percent: int = 5
    """By how much a population may grow before its licences have to be counted again."""


def load(start: str, explicit: str | None = None, presets: Presets | None = None) -> Settings:
    """Give the settings for a linted path: those of `explicit`, else of the nearest `pllint.yaml`, else the defaults.

    Raises SettingsError, with the place, for a file that cannot be used.
    """
    folder = start if os.path.isdir(start) else os.path.dirname(start) or "."
    path = explicit or find(folder)
    if path is None:
        return Settings(root=folder)
    from pllint.settings.file import read

    # A file kept outside the project, say by a pipeline, moves the project nowhere.
    outside = explicit is not None and not _is_inside(folder, os.path.dirname(os.path.abspath(explicit)))
    return read(path, folder if outside else os.path.dirname(path) or ".", presets)


def find(folder: str) -> str | None:
    """Look for `pllint.yaml` upwards; a folder with `.git` is the last one looked at."""
    current = os.path.abspath(folder)
    while True:
        path = os.path.join(current, FILE_NAME)
        if os.path.isfile(path):
            return _shown(path)
        parent = os.path.dirname(current)
        if parent == current or os.path.exists(os.path.join(current, ".git")):
            return None
        current = parent


def override(
    settings: Settings,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    fail_on: str | None = None,
    as_of: str | None = None,
) -> Settings:
    """Apply the command line: `select` replaces, `ignore` adds; `fail_on` may be never.

    A check that the command line selects is not ignored by the same word in the file.
    """
    chosen = {entry.lower() for entry in select}
    kept = tuple(entry for entry in settings.checks.ignore if entry.lower() not in chosen)
    checks = settings.checks._replace(select=tuple(select) or settings.checks.select, ignore=(*kept, *ignore))
    mentions = [Mention(entry, "--select") for entry in select] + [Mention(entry, "--ignore") for entry in ignore]
    settings = settings._replace(checks=checks, mentions=(*settings.mentions, *mentions))
    if fail_on is not None:
        settings = settings._replace(fail_on=None if fail_on == "never" else Severity(fail_on))
    if as_of is not None:
        settings = settings._replace(as_of=None if as_of == "today" else as_of)
    return settings


def verify_names(settings: Settings, known: Iterable[NamedCheck]) -> None:
    """Hold every check that the settings name against those there are; raises with the nearest known one."""
    checks = tuple(known)
    ids = {check.id.lower() for check in checks}
    names = {check.name.lower() for check in checks}
    for mention in settings.mentions:
        entry = mention.entry.strip().lower()
        if entry in names or entry == "all" or (entry and any(id_.startswith(entry) for id_ in ids)):
            continue
        from pllint.nearest import nearest

        meant = nearest(mention.entry, (word for check in checks for word in (check.id, check.name)))
        hint = f"; did you mean {meant}?" if meant else "; `pllint checks` lists them"
        message = f"{mention.key} names '{mention.entry}', which is no check{hint}"
        if mention.at is None:
            raise UsageError(message)
        raise SettingsError(f"{place_of(mention.at)}: {message}")


def limits_of(settings: Settings) -> Limits:
    """Give the reading limits in force."""
    return DEFAULT_LIMITS._replace(**dict(_limits(settings.limits)))


def place_of(at: Anchor) -> str:
    """Write a place the way editors and compilers do."""
    return f"{at.source.path}:{at.span.line}:{at.span.column}"


def _limits(limits: LimitSettings) -> Iterator[tuple[str, int]]:
    megabyte = 1 << 20
    named = (
        ("member_bytes", limits.member_size_mb, megabyte),
        ("members", limits.members, 1),
        ("expanded_bytes", limits.expanded_size_mb, megabyte),
        ("ratio", limits.ratio, 1),
        ("archive_depth", limits.archive_depth, 1),
        ("nesting", limits.nesting, 1),
        ("alias_nodes", limits.alias_nodes, 1),
    )
    for name, value, unit in named:
        if value is not None:
            yield name, int(value * unit)


def _is_inside(path: str, folder: str) -> bool:
    absolute = os.path.abspath(path)
    return absolute == folder or absolute.startswith(folder.rstrip(os.sep) + os.sep)


def _shown(path: str) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # on another drive
        return path
