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


def profile_met(
    findings: Iterable[ReportedFinding],
    could_not_run: Iterable[CouldNotRun],
    severities: Mapping[str, Severity],
) -> str | None:
    """Give the last profile without an error that counts, and without an error check that could not run.

    `severities` are those of the checks that ran, as the settings grade them.
    """
    failed = {one.check for one in findings if one.severity is Severity.ERROR and not one.waived}
    failed |= {one.check for one in could_not_run if severities.get(one.check) is Severity.ERROR}
    met = None
    for profile in PROFILES:
        if any(map(profile.covers, failed)):
            break
        met = profile.name
    return met


def falls_short(met: str | None, asked: str | None) -> bool:
    """Tell whether the profile met is an earlier one than the profile asked for."""
    names = [profile.name for profile in PROFILES]
    return asked in names and (met is None or names.index(met) < names.index(asked))
