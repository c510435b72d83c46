"""Licences, prices and people of the whole organisation, as checks are told of them."""

from decimal import Decimal

from pllint.model.component import Component
from pllint.model.governance import LicenceRecord, Population
from pllint.record import NamedTuple
from pllint.source import Anchor


class Mention(NamedTuple):
    """A place that names a plan."""

    words: str
    """`licences on record`, `the plan of 'Expense approval'`."""
    at: Anchor


class Stock(NamedTuple):
    """A licence record: what is bought of a plan, and where it went."""

    plan: str
    """The id of the plan, or what is written where no plan bears the name."""
    name: str
    record: LicenceRecord
    given: int
    """Assigned, or allocated over all environments, whichever is more."""
    over: int
    as_of: str | None
    age: int | None
    """Days since it was counted."""
    dated_at: Anchor


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


class StillBought(NamedTuple):
    """Passes of a retired app that are paid until the next way out."""

    app: str
    at: Anchor
    retired: str
    passes: int
    months: int
    last_paid_day: str
    amount: Decimal | None
    """None: no price."""


class Leverage(NamedTuple):
    """Apps with custom connectors and their people."""

    apps: int
    people: int
    at: Anchor
