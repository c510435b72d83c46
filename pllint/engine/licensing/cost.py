"""What licences cost: by pass, per user, mixed, per flow, metered; break-even, exposure and agreements.

All sums are of one price list, so of one currency, without tax. A price may be a range; a range is worked at its middle
wherever one number is asked for.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pllint.catalogue.plans import Price
from pllint.record import NamedTuple

MONTHS = 12
PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan
PREMIUM = "power-apps-premium"
VOLUME_FROM = 2000
DEARER_FROM = Decimal("1.05")
"""A plan this many times as dear as the cheaper one is told."""
_PACK_OF_FLOWS = 5
_FLOW_PLANS = ("power-automate-per-user", "power-automate-premium")
_LOWEST, _HIGHEST = Decimal("0.25"), Decimal(4)
_BUNDLE_SAVES = (Decimal("0.20"), Decimal("0.35"))
_LEVERAGE_APPS = 15
_LEVERAGE_PEOPLE = 1000

Prices = Mapping[str, Price]


class Money(NamedTuple):
    """A sum, or a range with the sum to work with."""

    low: Decimal
    high: Decimal
    middle: Decimal

    @property
    def is_range(self) -> bool:
        """Tell a range from a sum."""
        return self.low != self.high


class MissingPriceError(LookupError):
    """A price list lacks a plan; the message is the plan's id."""


class PassOrUser(NamedTuple):
    """Passes against a plan for each user."""

    passes: int
    pass_yearly: Money
    user_yearly: Money
    cheaper: str
    """The id of a plan, or `equal`."""
    saving_yearly: Decimal
    premium_cheaper_from_apps: int | None
    """None: never, a pass costs nothing."""


class Profile(NamedTuple):
    """People who use the same number of premium apps."""

    people: int
    apps: int


class Mix(NamedTuple):
    """All by pass, all by Premium, and each population by what is cheaper for it; a year."""

    all_pass: Money
    all_premium: Money
    mixed: Money
    premium_people: int


class Compared(NamedTuple):
    """Two ways, a month; `cheaper` is one of their names, or `equal`."""

    first: Money
    second: Money
    cheaper: str


class Metered(NamedTuple):
    """The pay-as-you-go meter against plans, a month."""

    metered: Money
    passes: Money
    premium: Money
    cheapest: str


class StillPaid(NamedTuple):
    """What passes of a retired app cost until the next way out."""

    months: int
    amount: Decimal


def needed(prices: Prices, plan: str) -> Price:
    """Give the price of a plan, or raise MissingPriceError: a price is never guessed."""
    try:
        return prices[plan]
    except KeyError:
        raise MissingPriceError(plan) from None


def times(price: Price, number: int) -> Money:
    """Multiply a price; a range stays a range."""
    return Money(low=price.low * number, high=price.high * number, middle=price.middle * number)


def pass_or_user(prices: Prices, users: int, apps: int = 1, apps_per_pass: int = 1) -> PassOrUser:
    """Compare passes with Premium for people who use the same number of apps.

    The rule as it is written down, and as cases ask for it. An organisation has people with one app and people with
    five, so that checks and `pllint licences` ask `mix` and `break_even`, which hold for both.
    """
    passes = users * -(-apps // apps_per_pass)
    by_pass = times(needed(prices, PASS), passes * MONTHS)
    by_user = times(needed(prices, PREMIUM), users * MONTHS)
    return PassOrUser(
        passes=passes,
        pass_yearly=by_pass,
        user_yearly=by_user,
        cheaper=_cheaper({PASS: by_pass.middle, PREMIUM: by_user.middle}),
        saving_yearly=abs(by_pass.middle - by_user.middle),
        premium_cheaper_from_apps=break_even(prices, apps_per_pass),
    )


def break_even(prices: Prices, apps_per_pass: int = 1) -> int | None:
    """Give the smallest number of apps from which Premium is cheaper than passes."""
    one, all_apps = needed(prices, PASS).middle, needed(prices, PREMIUM).middle
    if one <= 0:
        return None
    return int(all_apps // one) * apps_per_pass + 1


def mix(prices: Prices, profiles: Sequence[Profile], apps_per_pass: int = 1) -> Mix:
    """Choose for each population what is cheaper; a tie takes passes."""
    one, all_apps = needed(prices, PASS), needed(prices, PREMIUM)
    passes = premium = 0
    all_passes = 0
    for profile in profiles:
        each = -(-profile.apps // apps_per_pass)
        all_passes += profile.people * each
        if one.middle * each <= all_apps.middle:
            passes += profile.people * each
        else:
            premium += profile.people
    people = sum(profile.people for profile in profiles)
    by_pass, by_premium = times(one, passes * MONTHS), times(all_apps, premium * MONTHS)
    return Mix(
        all_pass=times(one, all_passes * MONTHS),
        all_premium=times(all_apps, people * MONTHS),
        mixed=Money(*(left + right for left, right in zip(by_pass, by_premium, strict=True))),
        premium_people=premium,
    )


def flows_or_people(prices: Prices, flows: int, people: int | None) -> tuple[Decimal, Compared | None]:
    """Compare the legacy flow licence, sold from five, with a plan for each person; a month, ranges at the middle.

    The plan is the per user one of its time, or Power Automate Premium where only that has a price.
    """
    per_flow = needed(prices, "power-automate-per-flow").middle * max(flows, _PACK_OF_FLOWS)
    if people is None:
        return per_flow, None
    plan = next((one for one in _FLOW_PLANS if one in prices), _FLOW_PLANS[0])
    per_user = needed(prices, plan).middle * people
    cheaper = _cheaper({"per-flow": per_flow, "per-user": per_user})
    return per_flow, Compared(_exactly(per_flow), _exactly(per_user), cheaper)


def process_or_premium(prices: Prices, people: int, processes: int = 1) -> Compared:
    """Compare Process licences with Power Automate Premium for each person, a month."""
    process = times(needed(prices, "power-automate-process"), processes)
    premium = times(needed(prices, "power-automate-premium"), people)
    return Compared(process, premium, _cheaper({"process": process.middle, "premium": premium.middle}))


def metered_or_plans(prices: Prices, people: int, active: int, apps: int = 1) -> Metered:
    """Compare the meter of active people with passes and with Premium for all, a month."""
    metered = times(needed(prices, "power-apps-payg"), active * apps)
    passes = times(needed(prices, PASS), people * apps)
    premium = times(needed(prices, PREMIUM), people)
    sums = {"metered": metered.middle, PASS: passes.middle, PREMIUM: premium.middle}
    return Metered(metered=metered, passes=passes, premium=premium, cheapest=_cheaper(sums))


def flow_runs(runs: Sequence[int | Decimal], run_price: Decimal, plans: int, plan_price: Decimal) -> Compared:
    """Compare metered flow runs with plans over the months whose runs are given."""
    metered, plan = run_price * sum(runs), plan_price * plans * len(runs)
    return Compared(_exactly(metered), _exactly(plan), _cheaper({"metered": metered, "plan": plan}))


def volume(prices: Prices, people: int) -> tuple[Money, Money | None]:
    """Give a year of Premium at list price and, from 2,000 people, at the volume price."""
    listed = times(needed(prices, PREMIUM), people * MONTHS)
    price = prices.get(f"{PREMIUM}-volume")
    if people < VOLUME_FROM or price is None:
        return listed, None
    return listed, times(price, people * MONTHS)


def alternative(prices: Prices, plan: str, count: int, monthly: Decimal) -> Compared:
    """Compare a plan with an alternative whose monthly cost somebody has stated, a year."""
    yearly = needed(prices, plan).middle * count * MONTHS
    other = monthly * MONTHS
    return Compared(_exactly(yearly), _exactly(other), _cheaper({"plan": yearly, "alternative": other}))


def exposure(prices: Prices, plan: str, unlicensed: int, months: int) -> Decimal:
    """Give what discovered use costs: list price for the whole time."""
    return needed(prices, plan).middle * unlicensed * months


def is_outside_range(override: Decimal, listed: Price) -> bool:
    """Tell a price below a quarter of the list price or above four times it; the bounds themselves pass."""
    return override < listed.low * _LOWEST or override > listed.high * _HIGHEST


def is_dearer(intended: Decimal, cheaper: Decimal) -> bool:
    """Tell an intended plan that costs over 5% more than the cheaper one."""
    return intended > cheaper * DEARER_FROM


def bundle_saving(yearly: Decimal) -> tuple[Decimal, Decimal]:
    """Give the range that one agreement line saves against lines for each app."""
    return yearly * _BUNDLE_SAVES[0], yearly * _BUNDLE_SAVES[1]


def has_leverage(custom_connector_apps: int, people: int) -> bool:
    """Tell whether an estate is worth naming in a negotiation."""
    return custom_connector_apps >= _LEVERAGE_APPS and people >= _LEVERAGE_PEOPLE


def still_paid(passes: int, price: Decimal, retired: str, last_paid_day: str) -> StillPaid:
    """Count the months from the one after retirement to that of the last paid day, and what they cost."""
    end, start = datetime.date.fromisoformat(last_paid_day), datetime.date.fromisoformat(retired)
    months = max(0, (end.year - start.year) * MONTHS + end.month - start.month)
    return StillPaid(months=months, amount=price * passes * months)


def _cheaper(sums: Mapping[str, Decimal]) -> str:
    lowest = min(sums.values())
    names = [name for name, amount in sums.items() if amount == lowest]
    return names[0] if len(names) == 1 else "equal"


def _exactly(amount: Decimal) -> Money:
    return Money(amount, amount, amount)
