"""Licences, prices and people of the whole organisation, as checks are told of them."""

from decimal import Decimal
from enum import StrEnum

from pllint.model.component import Component
from pllint.model.governance import LicenceRecord, Population, Retirement
from pllint.record import NamedTuple
from pllint.source import Anchor


class Mention(NamedTuple):
    """A place that names a plan."""

    words: str
    """`licences on record`, `the plan of 'Expense approval'`."""
    at: Anchor


class Standing(StrEnum):
    """Whether the counts on record show what a retirement gave back."""

    LOWERED = "lowered"
    """They are older than the review, and are lowered by it."""
    SHOWN = "shown"
    """They are of its day or later."""
    TO_COME = "to-come"
    """The review is of a later day than the one that is asked for."""
    UNCOUNTED = "not-counted"
    """No count is on record that could show it."""
    UNKNOWN = "unknown"


class Lowered(NamedTuple):
    """A count on record, before and after what was given back."""

    at: Anchor
    counted: str
    """The day of the count."""
    before: int
    after: int


class GivenBack(NamedTuple):
    """The licences that the review of a retirement gave back."""

    retirement: Retirement
    at: Anchor
    """Where the review says how many."""
    number: int
    day: str | None
    """The day of the review."""
    standing: Standing = Standing.UNKNOWN
    plan: str | None = None
    """The id of the plan; None: nobody says which."""
    units: tuple[str, str] = ("licence", "licences")
    """What one and several of them are called: `Power Apps per app pass`, `Power Apps per app passes`."""
    environment: str | None = None
    """Where passes were taken out; user plans have no place."""
    lowered: tuple[Lowered, ...] = ()
    why: str = ""
    """What leaves it open, or that the counts show fewer; else empty."""
    remedy: str = ""
    doubt: int = 0
    """By how much the counts on record may be too high."""

    @property
    def taken(self) -> int:
        """Count by how much the counts on record are lowered."""
        return sum(one.before - one.after for one in self.lowered)

    @property
    def what(self) -> str:
        """Say how many of what: `90 Power Apps per app passes`."""
        return f"{self.number:,} {self.units[self.number != 1]}"

    @property
    def by(self) -> str:
        """Say what gave them back: `the retirement of the app 'Old leave app' (licence review of 2026-10-02)`."""
        return f"the retirement of {self.retirement.subject}{f' (licence review of {self.day})' if self.day else ''}"

    @property
    def line(self) -> str:
        """Say what was given back where and when, and whether the counts on record show it."""
        where = f" in {self.environment}" if self.environment else ""
        if self.standing is Standing.TO_COME:
            return f"{self.what}{where} to be given back: {self.told}"
        return f"{self.what}{where} given back{f' on {self.day}' if self.day else ''}: {self.told}"

    @property
    def told(self) -> str:
        """Say whether the counts on record show it."""
        match self.standing:
            case Standing.LOWERED:
                days = " and ".join(dict.fromkeys(one.counted for one in self.lowered))
                before, after = (sum(getattr(one, side) for one in self.lowered) for side in ("before", "after"))
                left = self.number - self.taken
                gap = (
                    f"; {self.why}, so {left:,} of them {'is' if left == 1 else 'are'} in no count" if self.why else ""
                )
                return f"the count of {days} is lowered from {before:,} to {after:,}{gap}" if self.lowered else self.why
            case Standing.SHOWN:
                return "the counts on record are of that day or later, and show it"
            case Standing.TO_COME:
                return f"the licence review is dated {self.day}, still to come, so no count is lowered yet"
            case Standing.UNCOUNTED:
                return f"{self.why}, so no count is lowered"
            case Standing.UNKNOWN:
                return f"whether the counts on record show it is not known: {self.why}"


class Stock(NamedTuple):
    """A licence record: what is bought of a plan, and where it went."""

    plan: str
    """The id of the plan, or what is written where no plan bears the name."""
    name: str
    record: LicenceRecord
    """With assigned and allocated as they stand after what retirements gave back."""
    given: int
    """Assigned, or allocated over all environments, whichever is more."""
    over: int
    as_of: str | None
    age: int | None
    """Days since it was counted."""
    dated_at: Anchor
    given_back: tuple[GivenBack, ...] = ()
    """What lowered the record."""
    over_in_doubt: bool = False
    """Whether too many are given out depends on how much of it was of another record of the plan."""


class Unsold(NamedTuple):
    """A plan past its sale that files still name."""

    name: str
    since: str
    """The first day it was not sold."""
    successor: str | None
    places: tuple[Mention, ...]


class Unavailable(NamedTuple):
    """A plan that this customer cannot buy; `why` is None where a fact is missing that would decide it."""

    name: str
    why: str | None
    places: tuple[Mention, ...]
    source: str = ""
    """The page that says so."""


class Sum(NamedTuple):
    """An amount of money or a range; `middle` is what comparisons work with."""

    low: Decimal
    high: Decimal
    middle: Decimal


class Basis(NamedTuple):
    """Where prices come from."""

    currency: str | None
    words: str
    """`gbp-ea, prices of 2026-11-21`."""
    at: Anchor


class Required(NamedTuple):
    """How many licences of a plan the apps and flows of the source take."""

    plan: str
    name: str
    number: int
    places: tuple[Mention, ...]
    complete: bool
    """Whether every app and flow that may draw on the plan says so, and its people are counted."""


class OddPrice(NamedTuple):
    """A price on record that is far from the list's."""

    name: str
    amount: Decimal
    listed: Sum
    at: Anchor
    basis: str
    currency: str | None = None


class PlannedCost(NamedTuple):
    """A plan that is intended, against what is cheaper; a year."""

    component: Component
    name: str
    people: int
    apps: int
    """Premium apps that these people use, at most."""
    intended: Sum
    cheaper: Sum
    cheaper_name: str
    at: Anchor
    places: tuple[Mention, ...]


class ManyApps(NamedTuple):
    """A population that is to use several premium apps."""

    population: Population
    apps: tuple[str, ...]
    break_even: int | None
    """Premium is cheaper than passes from this many apps; None: no price, or a pass costs nothing."""


class TwoWays(NamedTuple):
    """Two ways to license a flow or an app, a month; no sums where a price is missing."""

    people: int
    active: int = 0
    first: Sum | None = None
    second: Sum | None = None
    first_name: str = ""
    second_name: str = ""
    cheaper: str = ""
    """first, second or equal."""
    metered: bool = False


class Runs(NamedTuple):
    """What pays for the runs of a flow: the meter, in 30 days, or licences, a month; no sums without all prices."""

    people: int
    """On whose plans it runs otherwise."""
    a_day: Decimal
    metered: bool
    """The meter bills them now."""
    by_meter: Sum | None = None
    by_plan: Sum | None = None
    plan: str = ""
    """The name of the cheapest licence."""
    on_flow: int = 0
    """How many of these on the flow; 0: one for each person."""
    cheaper: str = ""
    """meter, plan or equal."""


class Pack(NamedTuple):
    """Fewer flows than one pack of the legacy flow licence is for, and the ways to license them today, a month."""

    flows: int
    monthly: Decimal | None
    """What the pack costs; None where it has no price."""
    places: tuple[Mention, ...]
    on_flow: Sum | None = None
    """A licence of today on each of them."""
    on_flow_name: str = ""
    people: int | None = None
    """On whose plans they would run; None where nobody can say."""
    by_person: Sum | None = None
    by_person_name: str = ""


class Volume(NamedTuple):
    """Licences in a number that has a price of its own."""

    number: int
    at: Anchor
    each: Sum | None
    paid: Sum | None


class NotNeeded(NamedTuple):
    """A paid plan for what takes none."""

    words: str
    plans: tuple[str, ...]
    things: tuple[str, ...]
    at: Anchor
    number: int | None = None
    """People; None: the plan of an app or flow."""
    component: Component | None = None


class Budgeted(NamedTuple):
    """An app or flow with a budget, and the cost of its licences; a year."""

    component: Component
    at: Anchor
    budget: Decimal
    plan: str = ""
    number: int = 0
    yearly: Sum | None = None
    missing: str = ""
    """Why the cost is not known."""


class Exposed(NamedTuple):
    """What unlicensed use costs at list price since the day it was made."""

    people: int
    plans: tuple[str, ...] = ()
    """The plan it is to run on, else those that would do, the cheaper one first."""
    months: int = 0
    since: str = ""
    at: Anchor | None = None
    amount: Sum | None = None
    """None: nobody says since when."""
    basis: str = ""
    currency: str | None = None


class Bundle(NamedTuple):
    """Passes bought app by app; a year."""

    at: Anchor
    apps: int
    passes: int
    yearly: Sum | None
    saving: Sum | None


class Exit(NamedTuple):
    """When licences can next be given up under the agreement."""

    last_paid_day: str | None = None
    """None: nobody can tell."""
    lower_on: str | None = None
    """The first day on which fewer may be bought."""
    why: str = ""
    """Why nobody can tell."""
    remedy: str = ""


class StillBought(NamedTuple):
    """What the licences of a retirement cost until they can be given up."""

    retirement: Retirement
    plan: str | None
    """The id of the plan; None: nobody says which."""
    units: tuple[str, str]
    """What one and several of them are called."""
    exit: Exit
    purchased: int | None = None
    licences: int = 0
    """Those given back, or waiting for it, that are bought and that nothing else on record needs."""
    at_most: bool = False
    """Something else may need them: not everything on record says which plan it is to run on."""
    months: int = 0
    """Months still paid after the one of the retirement."""
    amount: Sum | None = None
    """None: no price."""
    why: str = ""
    """Why nobody can tell; else empty."""
    remedy: str = ""
    is_told: bool = False
    """Another check tells what is missing."""

    @property
    def what(self) -> str:
        """Say how many of what: `up to 90 Power Apps per app passes`."""
        return f"{'up to ' if self.at_most else ''}{self.licences:,} {self.units[self.licences != 1]}"


class LowerCount(NamedTuple):
    """How few licences of a plan may be bought from the next exit on, because retirements gave the others back."""

    plan: str
    name: str
    purchased: int
    to: int
    since: str
    """The first day."""
    at_lowest: bool = False
    """Something else may need some of them, so that more may have to stay."""


class Leverage(NamedTuple):
    """Apps with custom connectors and their people."""

    apps: int
    people: int
    at: Anchor
