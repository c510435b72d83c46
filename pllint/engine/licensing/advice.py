"""What licences cost in one workspace: figures behind the cost checks, all of the tenant's own price list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from pllint.engine.licensing.budget import (
    PlanCount,
    PriceList,
    YearlyCost,
    plan_counts,
    populations_of,
    price_list,
    yearly_cost,
    yearly_of,
)
from pllint.engine.licensing.cost import (
    MONTHS,
    PASS,
    PREMIUM,
    VOLUME_FROM,
    Metered,
    StillPaid,
    break_even,
    bundle_saving,
    has_leverage,
    is_dearer,
    is_outside_range,
    metered_or_plans,
    still_paid,
)
from pllint.engine.licensing.gather import plan_id
from pllint.model.governance import AppRecord, LicenceRecord, Retirement
from pllint.model.licensing import Licensed
from pllint.record import NamedTuple

if TYPE_CHECKING:
    from pllint.catalogue.plans import Price
    from pllint.engine.licensing.workspace import Licensing
    from pllint.model.governance import Agreement, Governance


_MONTH_AND_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class Dearer(NamedTuple):
    """An intended plan and a cheaper one, a year."""

    intended: str
    yearly: Decimal
    cheaper: str
    cheaper_yearly: Decimal
    premium_from_apps: int | None


class Advice:
    """Figures of one workspace."""

    def __init__(self, licensing: Licensing, governance: Governance, licensed: tuple[Licensed, ...]) -> None:
        self._licensing = licensing
        self._governance = governance
        self.licensed = licensed

    @cached_property
    def prices(self) -> PriceList | None:
        """The tenant's price list, its own prices laid over it."""
        return price_list(self._governance, self._licensing.plans, self._licensing.as_of)

    @cached_property
    def counts(self) -> tuple[PlanCount, ...]:
        """What is required of each plan, and what is bought."""
        return plan_counts(self.licensed, self._governance, self.prices)

    @cached_property
    def cost(self) -> YearlyCost | None:
        """What a year costs."""
        return yearly_cost(self.licensed, self.counts, self.prices) if self.prices else None

    @cached_property
    def populations(self) -> dict[str, tuple[int, int]]:
        """(people, premium apps they use) of each population, by its name in lower case."""
        return populations_of(self.licensed)

    def price(self, plan: str) -> Price | None:
        """Give the price of a plan; None when the list lacks it."""
        return self.prices.prices.get(plan) if self.prices else None

    def listed(self, plan: str) -> Price | None:
        """Give the shipped list price of a plan in the tenant's currency."""
        prices = self.prices
        return self._licensing.plans.price(plan, prices.name, self._licensing.as_of) if prices else None

    @property
    def currency(self) -> str:
        """The currency of all figures."""
        return self.prices.currency if self.prices else ""

    def dearer(self, one: Licensed) -> Dearer | None:
        """Say whether the intended plan of an app costs over 5% more than the other way, for its people's apps."""
        each, all_apps, app = self.price(PASS), self.price(PREMIUM), one.app
        if each is None or all_apps is None or app is None or app.plan not in {PASS, PREMIUM}:
            return None
        groups = [group for group in app.people if group.number]
        known = [self.populations.get((group.name or "").strip().lower(), (0, 1))[1] for group in groups]
        if not groups:
            return None
        passes = sum((group.number or 0) * max(apps, 1) for group, apps in zip(groups, known, strict=True))
        by_pass = each.middle * passes
        by_user = sum((all_apps.middle * (group.number or 0) for group in groups), Decimal(0))
        sums = {PASS: by_pass * MONTHS, PREMIUM: by_user * MONTHS}
        other = PREMIUM if app.plan == PASS else PASS
        if not is_dearer(sums[app.plan], sums[other]) or not any(row.who == "users" for row in one.judgement.needs):
            return None
        prices = self.prices.prices if self.prices else {}
        return Dearer(app.plan, sums[app.plan], other, sums[other], break_even(prices))

    def over_budget(self, one: Licensed) -> tuple[Decimal, Decimal] | None:
        """Give (a year's cost, its budget) of an app whose cost is above its budget in the same currency."""
        budget = one.record.budget if one.record else None
        if budget is None or budget.yearly is None or self.prices is None:
            return None
        yearly = yearly_of(one, self.prices)
        stated = budget.currency or self.currency
        if yearly is None or stated != self.currency or yearly.middle <= Decimal(budget.yearly):
            return None
        return yearly.middle, Decimal(budget.yearly)

    def process_saves(self, runners: int) -> tuple[Decimal, Decimal] | None:
        """Give (a Process licence, a plan for each runner) a month where the former is cheaper."""
        process, premium = self.price("power-automate-process"), self.price("power-automate-premium")
        if process is None or premium is None or process.middle >= premium.middle * runners:
            return None
        return process.middle, premium.middle * runners

    def metered(self, one: Licensed) -> Metered | None:
        """Compare the meter with plans for an app whose people and active people are on record."""
        record = one.record
        if not isinstance(record, AppRecord) or record.active_people is None or one.app is None or not one.app.premium:
            return None
        people = sum(group.number or 0 for group in one.app.people)
        if self.prices is None or not {PASS, PREMIUM, "power-apps-payg"} <= set(self.prices.prices) or not people:
            return None
        return metered_or_plans(self.prices.prices, people, record.active_people)

    def volume_price(self) -> tuple[int, Decimal, Decimal] | None:
        """Give (people, list price, volume price) where Power Apps Premium is needed or bought for 2,000 or more."""
        count = next((one for one in self.counts if one.plan == PREMIUM), None)
        number = max(count.required, count.purchased or 0) if count else 0
        listed, tier = self.price(PREMIUM), self.price(f"{PREMIUM}-volume")
        if number < VOLUME_FROM or listed is None or tier is None or listed.middle <= tier.middle:
            return None
        return number, listed.middle, tier.middle

    def outside_range(self, record: LicenceRecord) -> Price | None:
        """Give the list price of a plan whose stated price is far from it."""
        listed = self.listed(plan_id(record.plan))
        currency = record.currency or (self._governance.tenant.currency if self._governance.tenant else None)
        if record.price is None or listed is None or (currency or self.currency) != self.currency:
            return None
        return listed if is_outside_range(Decimal(record.price), listed) else None

    def bundle(self) -> tuple[int, Decimal, Decimal, Decimal] | None:
        """Give (passes, spend a year, least and most saving) of passes bought app by app."""
        price = self.price(PASS)
        passes = self._licensing.purchased(PASS)
        if price is None or not passes:
            return None
        yearly = price.middle * passes * MONTHS
        return passes, yearly, *bundle_saving(yearly)

    def still_paid(self, retirement: Retirement, agreement: Agreement) -> StillPaid | None:
        """Give what the passes of a retired app that are to be given back cost until the next way out."""
        name = (retirement.app or "").strip().lower()
        record = next((one for one in self._governance.apps if one.name.strip().lower() == name), None)
        price = self.price(PASS)
        if record is None or plan_id(record.plan or "") != PASS or price is None or retirement.date is None:
            return None
        review = retirement.licence_review
        passes = review.reclaim if review and review.reclaim is not None else retirement.population
        last = agreement.ends
        if agreement.count_reduction and agreement.anniversary and _MONTH_AND_DAY.fullmatch(agreement.anniversary):
            last = _eve_of_next(agreement.anniversary, self._licensing.as_of)
        if not passes or last is None or last < self._licensing.as_of:
            return None
        found = still_paid(passes, price.middle, retirement.date, last)
        return found if found.months else None

    def exposure(self, one: Licensed) -> tuple[int, Decimal] | None:
        """Give (months, amount at list price) since an app was made, for the people without a licence."""
        record = one.record
        short = one.judgement.remark("app-users-unlicensed")
        listed = self.listed(PREMIUM) if one.app is None or one.app.plan != PASS else self.listed(PASS)
        if record is None or record.created is None or short is None or listed is None or not one.counted:
            return None
        made, today = (datetime.date.fromisoformat(day) for day in (record.created, self._licensing.as_of))
        months = (today.year - made.year) * MONTHS + today.month - made.month
        return (months, listed.middle * short.number * months) if months > 0 else None

    def leverage(self) -> tuple[int, int] | None:
        """Give (apps with custom connectors, their people) where there are enough of both."""
        apps = [one for one in self.licensed if one.app and "custom-connector" in one.app.why]
        people = {
            (group.name or one.component.id).lower(): group.number or 0
            for one in apps
            for group in (one.app.people if one.app else ())
        }
        total = sum(people.values())
        return (len(apps), total) if has_leverage(len(apps), total) else None

    def unused(self) -> Iterator[tuple[PlanCount, int]]:
        """Give the plans of which more is bought than is needed or given out, and how many."""
        for count in self.counts:
            over = (count.purchased or 0) - max(count.required, count.assigned or 0)
            if over > 0:
                yield count, over


def _eve_of_next(anniversary: str, as_of: str) -> str:
    """Give the last day paid before the next anniversary (`04-01`)."""
    today = datetime.date.fromisoformat(as_of)
    month, day = (int(part) for part in anniversary.split("-"))
    for year in (today.year, today.year + 1):
        eve = datetime.date(year, month, min(day, 28)) - datetime.timedelta(days=1)
        if eve >= today:
            return eve.isoformat()
    return as_of
