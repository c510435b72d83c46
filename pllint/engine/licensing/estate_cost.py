"""What the licences of the organisation cost, gathered from manifest and source and put before the rules of cost.

A price is one of the tenant's price list or one that a licence record states; what has none stays without.
"""

import datetime
import os
import posixpath
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from pllint.catalogue.plans import Plans, Price
from pllint.engine.licensing.budget import PriceList, price_list
from pllint.engine.licensing.cost import (
    MONTHS,
    PASS,
    PREMIUM,
    VOLUME_FROM,
    Money,
    Prices,
    Profile,
    break_even,
    bundle_saving,
    exposure,
    has_leverage,
    is_dearer,
    is_outside_range,
    metered_or_plans,
    mix,
)
from pllint.engine.licensing.estate_needs import EstateNeeds, mention
from pllint.engine.licensing.workspace import Licensing
from pllint.model.component import Component
from pllint.model.estate import (
    Basis,
    Budgeted,
    Bundle,
    Exposed,
    Leverage,
    ManyApps,
    NotNeeded,
    OddPrice,
    PlannedCost,
    Sum,
    TwoWays,
    Volume,
)
from pllint.model.governance import Agreement, AppRecord, FlowRecord, Governance
from pllint.model.licence_facts import Group
from pllint.model.licensing import Licensed, Verdict
from pllint.model.workspace import Workspace

_METER = "power-apps-payg"
_LIST = "usd-list"
_DYNAMICS = "dynamics"


class EstateCost:
    """Answers about the cost of licences of one workspace on one day."""

    def __init__(self, workspace: Workspace, licensing: Licensing, purchased: Callable[[str], int | None]) -> None:
        self._workspace = workspace
        self._licensing = licensing
        self._as_of = licensing.as_of
        self._plans: Plans = licensing.plans
        self._governance: Governance = licensing.governance or Governance(at=workspace.licences[0].at)
        self._purchased = purchased
        self._groups = licensing.groups

    @cached_property
    def needs(self) -> EstateNeeds:
        """What is needed of each plan."""
        return EstateNeeds(self._workspace, self._licensing, self._prices, self._purchased)

    # Prices

    @cached_property
    def _prices(self) -> PriceList | None:
        return price_list(self._governance, self._plans, self._as_of)

    @property
    def _list_name(self) -> str | None:
        """Give the shipped list that is counted with; None where only prices on record are."""
        found = self._prices
        return found.name if found and self._plans.currency(found.name) else None

    @cached_property
    def basis(self) -> Basis | None:
        """Say which prices are counted with; None when neither a price list nor a currency is on record."""
        found, name = self._prices, self._list_name
        if found is None:
            return None
        words = [f"{name}, prices of {self._plans.as_of}"] if name else []
        words += [self._own_file] if found.laid_over else []
        words += ["prices on record"] if found.own else []
        tenant = self._governance.tenant
        return Basis(
            currency=found.currency,
            words=" and ".join(words) or f"price list {found.name}",
            at=tenant.at / ("price-list" if tenant.price_list else "currency") if tenant else self._governance.at,
        )

    @cached_property
    def prices(self) -> Prices:
        """Give the price of every plan that has one, a month."""
        return self._prices.prices if self._prices else {}

    def _listed(self, plan: str, quantity: int = 1) -> Price | None:
        """Give the price of the shipped list, whatever the tenant states."""
        return self._plans.price(plan, self._list_name, self._as_of, quantity) if self._list_name else None

    def lacks(self, *plans: str) -> tuple[str, ...]:
        """Name the plans that have no price."""
        return tuple(self._licensing.name_of(plan) for plan in plans if plan not in self.prices)

    @property
    def _own_file(self) -> str:
        day = f" of {self._plans.own_as_of}" if self._plans.own_as_of else ""
        return f"prices of {posixpath.basename((self._plans.path or '').replace(os.sep, '/'))}{day}"

    def odd_prices(self) -> Iterator[OddPrice]:
        """Give the prices of records and of one's own plan data that are far from the shipped list's."""
        yield from self._odd_on_record()
        for one in self._plans.stated:
            listed = [
                (name, price)
                for name, currency, kind in self._plans.lists
                if currency == one.currency and one.kind in {kind, None}
                if (price := self._plans.shipped_price(one.plan, name, self._as_of, one.quantity, per=one.per))
            ]
            if not listed or not one.starts <= self._as_of <= one.until:
                continue
            name, price = listed[0]
            for amount in dict.fromkeys((one.price.low, one.price.high)):
                if is_outside_range(amount, price):
                    yield OddPrice(
                        name=self._licensing.name_of(one.plan),
                        amount=amount,
                        listed=sum_of(price),
                        at=one.at,
                        basis=f"{name}, prices of {self._plans.as_of}",
                        currency=one.currency,
                    )

    def _odd_on_record(self) -> Iterator[OddPrice]:
        tenant, basis = self._governance.tenant, self.basis
        for record in self._workspace.licences:
            plan, currency = self._plans.id_of(record.plan), record.currency or (tenant.currency if tenant else None)
            listed = self._plans.shipped_price(plan, self._list_name, self._as_of) if self._list_name else None
            if record.price is None or basis is None or listed is None or currency not in {basis.currency, None}:
                continue
            amount = Decimal(record.price)
            if is_outside_range(amount, listed):
                yield OddPrice(
                    name=self._licensing.name_of(plan),
                    amount=amount,
                    listed=sum_of(listed),
                    at=record.at / "price",
                    basis=f"{self._list_name}, prices of {self._plans.as_of}",
                    currency=basis.currency,
                )

    # What it would cost

    @cached_property
    def _apps_per_pass(self) -> int:
        return self._licensing.apps_per_pass

    def _profiles(self, people: Sequence[Group]) -> tuple[Profile, ...] | None:
        """Give people with their number of premium apps; None where somebody is not counted."""
        found = []
        for group in people:
            if group.number is None:
                return None
            apps = len(self.needs.apps_of.get((group.name or "").lower(), ()))
            found.append(Profile(people=group.number, apps=max(1, apps)))
        return tuple(found)

    # One answer for each check

    def dearer_plans(self) -> Iterator[PlannedCost]:
        """Give the plans that are intended and cost more than the cheapest for the same people."""
        told = set()
        if self.lacks(PASS, PREMIUM):
            return
        for one in self.needs.apps:
            if one.app is None or one.app.plan not in {PASS, PREMIUM} or not one.app.people:
                continue
            profiles = self._profiles(one.app.people)
            names = tuple(sorted((group.name or one.component.id).lower() for group in one.app.people))
            if not profiles or (names, one.app.plan) in told:
                continue
            told.add((names, one.app.plan))
            found = mix(self.prices, profiles, self._apps_per_pass)
            intended = found.all_pass if one.app.plan == PASS else found.all_premium
            if not is_dearer(intended.middle, found.mixed.middle):
                continue
            people = sum(profile.people for profile in profiles)
            alone = {0: self._licensing.name_of(PASS), people: self._licensing.name_of(PREMIUM)}
            same = {app.component.id: app for name in names for app in self.needs.apps_of.get(name, ())}
            yield PlannedCost(
                component=one.component,
                name=self._licensing.name_of(one.app.plan),
                people=people,
                apps=max(profile.apps for profile in profiles),
                intended=sum_of(intended),
                cheaper=sum_of(found.mixed),
                cheaper_name=alone.get(
                    found.premium_people,
                    f"{self._licensing.name_of(PREMIUM)} for {found.premium_people:,} of them and passes for the"
                    " others",
                ),
                at=mention(one).at,
                places=tuple(mention(app) for app in same.values() if app.component.id != one.component.id),
            )

    def many_apps(self) -> Iterator[ManyApps]:
        """Give the populations with so many premium apps that a plan for each person is worth a thought."""
        for population in self._governance.populations:
            apps = self.needs.apps_of.get(population.name.lower(), ())
            if len(apps) < self._licensing.readings.per_user_from_apps:
                continue
            if all(app.app and app.app.plan in self._groups.given_to("person", "app-premium") for app in apps):
                continue
            even = None if self.lacks(PASS, PREMIUM) else break_even(self.prices, self._apps_per_pass)
            yield ManyApps(population=population, apps=tuple(app.component.name for app in apps), break_even=even)

    def of_meter(self, component: Component) -> TwoWays | None:
        """Compare the meter of an app's active people with the cheapest plan for all, a month."""
        licensed = self._licensing.judged(component)
        if licensed is None or licensed.app is None or not licensed.app.premium:
            return None
        record = licensed.record
        active = record.active_people if isinstance(record, AppRecord) else None
        numbers = [group.number for group in licensed.app.people if group.number is not None]
        people = sum(numbers)
        if active is None or not people or len(numbers) != len(licensed.app.people):
            return None
        if licensed.app.plan == PREMIUM and any(one.apps > 1 for one in self._profiles(licensed.app.people) or ()):
            # Premium is paid for the other apps of these people as well.
            return None
        if self.lacks(PASS, PREMIUM, _METER):
            return TwoWays(people=people, active=active)
        found = metered_or_plans(self.prices, people, active)
        plan, cost = min(((PASS, found.passes), (PREMIUM, found.premium)), key=lambda one: one[1].middle)
        cheaper = {"metered": "first", "equal": "equal"}.get(found.cheapest, "second")
        if found.metered.middle == cost.middle:
            cheaper = "equal"
        return TwoWays(
            people=people,
            active=active,
            first=sum_of(found.metered),
            second=sum_of(cost),
            second_name=self._licensing.name_of(plan),
            cheaper=cheaper,
            metered=licensed.app.place.pay_as_you_go,
        )

    def volume(self) -> Volume | None:
        """Give the number of Premium licences that reaches the volume price, and the price where it is known."""
        needed = self.needs.needed(PREMIUM)
        number = max(needed.number if needed else 0, self._purchased(PREMIUM) or 0)
        if number < VOLUME_FROM:
            return None
        volume, listed = self._listed(PREMIUM, VOLUME_FROM), self._listed(PREMIUM)
        if volume is not None and listed is not None and volume.middle >= listed.middle:
            volume = None
        is_own = self._prices is not None and PREMIUM in self._prices.own
        if is_own and (volume is None or self.prices[PREMIUM].middle <= volume.middle):
            return None
        records = [one for one in self._workspace.licences if self._plans.id_of(one.plan) == PREMIUM]
        at = records[0].at if records else needed.places[0].at if needed else self._governance.at
        paid = self.prices.get(PREMIUM)
        return Volume(
            number=number, at=at, each=sum_of(volume) if volume else None, paid=sum_of(paid) if paid else None
        )

    def not_needed(self) -> Iterator[NotNeeded]:
        """Give the paid plans of people or things that are standard alone."""
        seen: dict[str, list[Licensed]] = {}
        for one in self.needs.licensed:
            for group in (one.app or one.flow or _NOBODY).people:
                if group.name:
                    seen.setdefault(group.name.lower(), []).append(one)
        for population in self._governance.populations:
            used = seen.get(population.name.lower(), [])
            held_here = [(self._plans.id_of(plan), count) for plan, count in population.holds]
            paid = {plan: count for plan, count in held_here if count and plan in self._groups["app-premium"]}
            number = sum(paid.values())
            named = [
                one
                for one in self._governance.apps
                if _is_shared(one, population.name) and not self._licensing.is_retired(one)
            ]
            if number and used and len(named) <= len(used) and all(_is_plain(one) for one in used):
                names = tuple(one.component.name for one in used)
                words = f"{number:,} of {population.name} {'holds' if number == 1 else 'hold'}"
                plans = tuple(map(self._licensing.name_of, paid))
                yield NotNeeded(words=words, plans=plans, things=names, at=population.at / "holds", number=number)
        yield from self._planned_without_need()

    def _planned_without_need(self) -> Iterator[NotNeeded]:
        for one in self.needs.licensed:
            plan = (one.app or one.flow or _NOBODY).plan
            if plan is None or one.record is None or not _is_plain(one):
                continue
            if one.app:
                wanted: tuple[str, ...] = self._groups["app-premium"]
                is_alone = True
            else:
                wanted = self._groups["flow-standalone"]
                owner = _owner(one)
                is_alone = owner is None or all(
                    _is_plain(other) for other in self.needs.licensed if _owner(other) == owner
                )
            if plan in wanted and is_alone:
                yield NotNeeded(
                    words=f"'{one.component.name}' is to run on",
                    plans=(self._licensing.name_of(plan),),
                    things=(one.component.name,),
                    at=one.record.at / "plan",
                    component=one.component,
                )

    def budgets(self) -> Iterator[Budgeted]:
        """Give every app and flow with a budget, and what its licences cost a year where a price is known."""
        for one in (*self.needs.apps, *self.needs.flows):
            budget = one.record.budget if one.record else None
            if budget is None or budget.yearly is None or self.basis is None or (one.flow and one.flow.covered_by):
                continue
            facts = Budgeted(component=one.component, at=budget.at, budget=Decimal(budget.yearly))
            if budget.currency is not None and budget.currency != self.basis.currency:
                yield facts._replace(missing=f"its budget is in {budget.currency}, and prices are in"
                                             f" {self.basis.currency or 'a currency that nobody names'}")  # fmt: skip
                continue
            plan, number = self._to_pay(one)
            if not number:
                yield facts._replace(missing="its people are not counted")
            elif plan is None or plan not in self.prices:
                named = self._licensing.name_of(plan) if plan else "the plan it is to run on"
                yield facts._replace(missing=f"there is no price of {named}")
            else:
                price = self.prices[plan]
                yearly = Money(*(one * number * MONTHS for one in (price.low, price.high, price.middle)))
                yield facts._replace(plan=self._licensing.name_of(plan), number=number, yearly=sum_of(yearly))

    def _to_pay(self, one: Licensed) -> tuple[str | None, int]:
        """Give the plan that an app or flow is to run on, else the cheaper one, and how many it takes."""
        if one.app:
            if any(group.number is None for group in one.app.people):
                return one.app.plan, 0
            number = sum(group.number or 0 for group in one.app.people)
            known = [plan for plan in (PASS, PREMIUM) if plan in self.prices]
            cheaper = (
                min(known, key=lambda plan: self.prices[plan].middle) if len(known) == len((PASS, PREMIUM)) else None
            )
            return one.app.plan or cheaper, number
        if one.flow and one.flow.licence:
            return one.flow.licence, 1
        number = sum(row.number for row in one.judgement.needs if row.level == "required" and row.any_of != _DYNAMICS)
        return one.flow.plan if one.flow else None, number

    def exposed(self, component: Component) -> Exposed | None:
        """Give what unlicensed use costs at list price since something was made; None where nobody is short."""
        one = self._licensing.judged(component)
        # What a Dynamics 365 licence costs is on no list here.
        rows = one.judgement.needs if one else ()
        short = sum(row.short for row in rows if row.level == "required" and row.any_of != _DYNAMICS)
        if one is None or not short or self._workspace.is_copied(component):
            return None
        if not one.counted or self._licensing.uncounted(component) is not None:
            return None
        record = one.record
        facts = one.app or one.flow
        wanted = (PASS, PREMIUM) if one.app else (self._licensing.on_offer("flow-standalone"),)
        intended = facts.plan if facts else None
        fitting = self._groups["app-premium" if one.app else "flow-standalone"]
        listed = {plan: self._plans.price(plan, _LIST, self._as_of) for plan in fitting}
        plans = (intended,) if intended and listed.get(intended) else wanted
        listed = {plan: listed[plan] for plan in plans}
        prices = {plan: price for plan, price in listed.items() if price is not None}
        if record is None or record.created is None or not prices:
            return Exposed(people=short)
        start, end = datetime.date.fromisoformat(record.created), datetime.date.fromisoformat(self._as_of)
        months = (end.year - start.year) * MONTHS + end.month - start.month
        if months <= 0:
            return None
        amounts = sorted(exposure(prices, plan, short, months) for plan in prices)
        return Exposed(
            people=short,
            plans=tuple(self._licensing.name_of(plan) for plan in prices),
            months=months,
            since=record.created,
            at=record.at / "created",
            amount=Sum(low=amounts[0], high=amounts[-1], middle=(amounts[0] + amounts[-1]) / 2),
            basis=f"{_LIST}, prices of {self._plans.as_of}",
            currency=self._plans.currency(_LIST),
        )

    # The agreement

    @property
    def agreement(self) -> Agreement | None:
        """The licence agreement."""
        return self._governance.tenant.agreement if self._governance.tenant else None

    def committed(self) -> tuple[int, Sum | None]:
        """Count the app passes that are bought, and what they cost a year."""
        passes = self._purchased(PASS) or 0
        price = self.prices.get(PASS)
        return passes, sum_of(Money(*(one * passes * MONTHS for one in price))) if price and passes else None

    def pass_lines(self) -> Bundle | None:
        """Give what passes that are bought app by app cost a year, and what one line would save."""
        agreement = self.agreement
        apps = [one for one in self.needs.apps if one.app and one.app.plan == PASS]
        lines = [one for one in self._workspace.licences if self._plans.id_of(one.plan) == PASS]
        if agreement is None or agreement.per_app_lines != "per-app" or max(len(apps), len(lines)) < 2:  # noqa: PLR2004
            return None
        passes, yearly = self.committed()
        low, high = bundle_saving(yearly.middle) if yearly else (None, None)
        return Bundle(
            at=agreement.at / "per-app-lines",
            apps=max(len(apps), len(lines)),
            passes=passes,
            yearly=yearly,
            saving=Sum(low, high, (low + high) / 2) if low is not None and high is not None else None,
        )

    def leverage(self) -> Leverage | None:
        """Give the apps with custom connectors and their people, where they are many."""
        apps = [
            one
            for one in self.needs.licensed
            if one.app and any(use.custom for use in one.component.uses)
        ]  # fmt: skip
        within = {one.name.lower() for one in self._governance.populations if one.within}
        people: dict[str, int] = {}
        for one in apps:
            for group in one.app.people if one.app else ():
                key = (group.name or one.component.id).lower()
                if key not in within:
                    people[key] = max(people.get(key, 0), group.number or 0)
        total = sum(people.values())
        if not has_leverage(len(apps), total):
            return None
        agreement = self.agreement
        return Leverage(apps=len(apps), people=total, at=agreement.at if agreement else self._governance.at)


class _Nobody:
    people: tuple[Group, ...] = ()
    plan: str | None = None


_NOBODY = _Nobody()


def _is_plain(one: Licensed) -> bool:
    """Tell what is standard and asks for no plan by where it runs, nor for one that the meter spares."""
    facts = one.app or one.flow
    asks = facts is not None and (facts.place.managed or facts.place.pay_as_you_go)
    return one.premium.verdict is Verdict.NO and not one.premium.reasons and not asks


def _owner(one: Licensed) -> str | None:
    record = one.record
    return record.owner.strip().lower() if isinstance(record, FlowRecord) and record.owner else None


def _is_shared(record: AppRecord, population: str) -> bool:
    return any(name.text.strip().lower() == population.strip().lower() for name in record.shared_with or ())


def sum_of(money: Money | Price) -> Sum:
    return Sum(low=money.low, high=money.high, middle=money.middle)
