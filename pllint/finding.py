"""What is reported about a workspace: findings, what was not read, what could not be judged."""

from enum import StrEnum

from pllint.record import NamedTuple
from pllint.source import Anchor, Span


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"
    """Broken, rejected, blocked, or a required fact is missing."""
    WARNING = "warning"
    """Probably wrong, or about to be."""
    INFO = "info"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """Order severities: the higher, the worse."""
        return _RANKS[self]


_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Confidence(StrEnum):
    """How sure a finding is of its facts."""

    CERTAIN = "certain"
    LIKELY = "likely"
    """It rests on a documented default, because a file that would prove it is not here."""
    INFERRED = "inferred"
    """It rests on our reading where the documents are silent."""


class ComponentRef(NamedTuple):
    """Names a component in a report and in a waiver."""

    kind: str
    name: str
    id: str
    solution: str | None = None


class Related(NamedTuple):
    """Another place that belongs to a finding, such as the policy line that decides it."""

    message: str
    at: Anchor


class Edit(NamedTuple):
    """A change of a list that takes no judgement; everything else in the file stays as it is, byte for byte.

    The item is taken out of its list. With `copy` instead a copy of the item is put behind it, in which the members
    named have other values; the item is then the last of its list. With `numbered` all items of the list are put in the
    order of a member that holds a number, and numbered from 1.
    """

    at: Anchor
    """The item of a list, or the member that names it."""
    same_as: Anchor | None = None
    """An item of the same list that has to hold the very same; else nothing is changed."""
    copy: tuple[tuple[str, str | int], ...] = ()
    """(member, value); all the members the copy has, names compared without regard to case."""
    numbered: str = ""
    """The member that holds the number."""


class Finding(NamedTuple):
    """One thing found, as a check or a reader states it.

    A check leaves `check`, `severity` and `source` to the runner, which fills in its own facts; a reader names the
    SRC check. `severity` is set by checks that grade one situation several ways.
    """

    at: Anchor
    message: str
    remedy: str = ""
    check: str = ""
    severity: Severity | None = None
    confidence: Confidence = Confidence.CERTAIN
    component: ComponentRef | None = None
    environment: str | None = None
    policy: str | None = None
    connectors: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    source: str = ""
    chain: tuple[Related, ...] = ()
    """The places that lead to the finding, in order; without them the related ones stand for it."""
    cause: str = ""
    """What tells it from other findings of its check on the same component; part of the fingerprint."""
    secret: bool = False
    """The text at its place is a secret: no report shows it."""
    edits: tuple[Edit, ...] = ()
    """What `pllint check --fix` does about it: only what nobody has to decide. Each is made for itself, or not made."""
    left_to_people: str = ""
    """Why there are no edits where other findings of the check have some; it follows "not fixed:"."""


class CouldNotRun(NamedTuple):
    """A check, or one question of it, lacks a fact; never mistaken for "nothing found"."""

    reason: str
    remedy: str = ""
    check: str = ""
    component: ComponentRef | None = None


class Skipped(NamedTuple):
    """A file that was looked at and not read."""

    path: str
    reason: str


class Place(NamedTuple):
    """A span of a named file, as reports print it."""

    path: str
    span: Span


class ReportedRelated(NamedTuple):
    """A related place, worked out."""

    message: str
    place: Place


class ReportedFinding(NamedTuple):
    """A finding with everything a reporter prints: its check's facts, its place, its fingerprint."""

    check: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    remedy: str
    place: Place
    component: ComponentRef | None
    environment: str | None
    policy: str | None
    connectors: tuple[str, ...]
    related: tuple[ReportedRelated, ...]
    source: str
    fingerprint: str
    """Stable over line moves and re-exports: made of check, component, environment, policy, connectors and pointer."""
    waived: str = ""
    """The reason of the waiver that accepts this finding; empty when it counts."""
    chain: tuple[ReportedRelated, ...] = ()
    """The places that lead to the finding, in order, for formats that show a path."""
    excerpt: tuple[str, ...] = ()
    """The source line the finding starts on, when the text was at hand; text reporters draw the caret under it."""
    edits: tuple[Edit, ...] = ()
    left_to_people: str = ""


class Report(NamedTuple):
    """The outcome of a run."""

    version: str
    as_of: str
    """The day every date rule used, ISO."""
    data: tuple[tuple[str, str], ...]
    """Dates of the shipped data: ("connectors", "2026-09-05")…"""
    read: tuple[tuple[str, int], ...]
    """How many of each thing were read: ("solutions", 2)…"""
    skipped: tuple[Skipped, ...]
    could_not_run: tuple[CouldNotRun, ...]
    findings: tuple[ReportedFinding, ...]
    """Sorted by path, place and check; waived ones included and marked."""
    exit_status: int
    profile_met: str | None = None
    profile_asked: str | None = None
    """The profile that the settings ask for."""
    held_back_by: tuple[str, ...] = ()
    """Ids of the checks that keep the run from the profile after the one met."""
