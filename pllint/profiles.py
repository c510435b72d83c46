"""Profiles: which checks a project has to pass before it is developed further, tested, or put into production."""

from __future__ import annotations

from pllint.finding import CouldNotRun, ReportedFinding, Severity
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Profile(NamedTuple):
    """A profile, and the beginnings of the ids of the checks it asks, besides those of the profiles before it."""

    name: str
    asks: tuple[str, ...]

    def covers(self, check_id: str) -> bool:
        """Tell whether the profile itself asks a check."""
        return check_id.startswith(self.asks)


PROFILES = (
    Profile("development", ("SRC", "SOL", "CON")),
    Profile("test", ("DLP1", "LIF10", "LIF11", "LIF12")),
    Profile("production", ("",)),
)
"""In their order: development asks what a file says of itself; test, whether it may run where it goes and IT has looked
at it; production asks everything."""


def held_back_by(
    met: str | None,
    findings: Iterable[ReportedFinding],
    could_not_run: Iterable[CouldNotRun],
    severities: Mapping[str, Severity],
) -> tuple[str, ...]:
    """Give the ids of the checks that keep a run from the profile after the one met."""
    wanted = next_profile(met)
    return tuple(sorted(filter(wanted.covers, _failed(findings, could_not_run, severities)))) if wanted else ()


def _failed(
    findings: Iterable[ReportedFinding], could_not_run: Iterable[CouldNotRun], severities: Mapping[str, Severity]
) -> set[str]:
    failed = {one.check for one in findings if one.severity is Severity.ERROR and not one.waived}
    return failed | {one.check for one in could_not_run if severities.get(one.check) is Severity.ERROR}


def profile_met(
    findings: Iterable[ReportedFinding],
    could_not_run: Iterable[CouldNotRun],
    severities: Mapping[str, Severity],
) -> str | None:
    """Give the last profile without an error that counts, and without an error check that could not run.

    `severities` are those of the checks that ran, as the settings grade them.
    """
    failed = _failed(findings, could_not_run, severities)
    met = None
    for profile in PROFILES:
        if any(map(profile.covers, failed)):
            break
        met = profile.name
    return met


def next_profile(met: str | None) -> Profile | None:
    """Give the profile after the one met; None after the last."""
    names = [None, *(profile.name for profile in PROFILES)]
    return dict(zip(names, PROFILES, strict=False)).get(met)


def falls_short(met: str | None, asked: str | None) -> bool:
    """Tell whether the profile met is an earlier one than the profile asked for."""
    names = [profile.name for profile in PROFILES]
    return asked in names and (met is None or names.index(met) < names.index(asked))
