"""What is weak in a data policy or in a set of them, as the dlp engine answers it."""

from enum import StrEnum

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy, UrlPattern
from pllint.model.verdict import Classification
from pllint.record import NamedTuple
from pllint.source import Anchor


class Fault(NamedTuple):
    """Something that makes the service reject an ordered list."""

    words: str
    at: Anchor
    endless: bool = False
    """The pattern * is missing at its end; the place is the last entry."""
    misnumbered: bool = False
    """The order of the entries is plain, and only its numbers are not 1, 2, 3 and so on."""


class FaultyList(NamedTuple):
    """An ordered list of a policy that the service would not take."""

    connector: ConnectorKey | None
    """The connector whose endpoints the list filters; None: the list of URL patterns."""
    faults: tuple[Fault, ...]


class Shadow(NamedTuple):
    """A rule that nothing reaches: an earlier one takes all it matches, with another result."""

    connector: ConnectorKey | None
    """The connector whose endpoints the list filters; None: the list of URL patterns."""
    text: str
    result: str
    """Business, Allow…"""
    at: Anchor
    by: str
    """The earlier rule."""
    by_result: str
    by_at: Anchor


class Hazard(NamedTuple):
    """What a URL pattern takes, or misses, against what its author had in mind."""

    pattern: UrlPattern
    words: str
    slight: bool
    """It is a matter of one character, which much published advice leaves out as well."""


class Family(NamedTuple):
    """Connectors that stand for one thing."""

    name: str
    members: tuple[ConnectorKey, ...]
    why: str
    """What follows when they are classified in different ways."""


class FamilySplit(NamedTuple):
    """A family of which a policy has members in different groups."""

    family: Family
    parts: tuple[tuple[ConnectorKey, Classification], ...]
    """The members whose class is known."""


class Separation(NamedTuple):
    """Connectors that one policy declares together in Business and another one separates."""

    declaring: DlpPolicy
    separating: DlpPolicy
    business: tuple[ConnectorKey, ...]
    """Of the declared ones, those the other policy has in Business, sorted."""
    non_business: tuple[ConnectorKey, ...]
    environments: tuple[Environment, ...]
    """Where both are in force, by name."""


class Emptiness(StrEnum):
    """Why a policy has no effect."""

    NOWHERE = "nowhere"
    """It reaches none of the environments known."""
    NOTHING = "nothing"
    """It leaves every connector in Non-Business and has no rules."""
