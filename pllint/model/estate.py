"""Licences, prices and people of the whole organisation, as checks are told of them."""

from decimal import Decimal

from pllint.model.component import Component
from pllint.model.governance import AppRecord, FlowRecord, LicenceRecord, Population
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


class PlannedCost(NamedTuple):
    """A plan that is intended, against what is cheaper; a year."""

    plan: str
    people: int
    apps: int
    intended: Sum
    cheaper: Sum
    cheaper_name: str
    places: tuple[Mention, ...]
    component: Component


class ManyApps(NamedTuple):
    """A population that is to use several premium apps."""

    population: Population
    apps: tuple[str, ...]
    break_even: int | None
    """Premium is cheaper than passes from this many apps; None: no price, or a pass costs nothing."""


class TwoWays(NamedTuple):
    """Two ways to license a flow or an app, a month."""

    component: Component
    people: int
    active: int
    first: Sum
    second: Sum


class BudgetExcess(NamedTuple):
    """An app or flow whose licences cost more than its budget."""

    component: Component
    record: AppRecord | FlowRecord
    plan: str
    number: int
    yearly: Sum
    budget: Decimal


class Exposure(NamedTuple):
    """What unlicensed use costs at list price since the day it was made."""

    component: Component
    plan: str
    people: int
    months: int
    amount: Decimal


class StillBought(NamedTuple):
    """Passes of a retired app that are paid until the next way out."""

    app: str
    at: Anchor
    passes: int
    months: int
    last_paid_day: str
    amount: Decimal | None
    """None: no price."""
