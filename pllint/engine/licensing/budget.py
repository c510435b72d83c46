"""What licensing an estate takes: licences of each plan, and what they cost by the tenant's price list."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from pllint.catalogue.plans import Plans, Price, price_of
from pllint.engine.licensing.cost import (
    MONTHS,
    PASS,
    PREMIUM,
    VOLUME_FROM,
    Money,
    Prices,
    Profile,
    break_even,
    mix,
    times,
)
from pllint.engine.licensing.estate import QUARTER
from pllint.engine.licensing.gather import plan_id
from pllint.model.governance import ConnectorRecord, Governance
from pllint.model.licence_facts import GROUPS, Group, NeedRow
from pllint.model.licensing import Licensed
from pllint.record import NamedTuple

_LISTS = {"USD": "usd-list", "GBP": "gbp-ea"}
_FLOW_PLAN = "power-automate-premium"
_PROCESS = "power-automate-process"
_BY_PERSON = frozenset({"owner", "account"})


class PriceList(NamedTuple):
    """The prices of a tenant: a shipped list with the tenant's own prices laid over it."""

    name: str
    currency: str
    prices: Prices
    own: tuple[str, ...] = ()
    """Plans whose price the manifest states."""


class PlanCount(NamedTuple):
    """One plan of the estate; None where no record says."""

    plan: str
    required: int
    purchased: int | None = None
    assigned: int | None = None
    """Or allocated, whichever is more; after what was given back."""
    as_of: str | None = None
    given_back: int = 0
    """By how much that is lowered."""

    @property
    def short(self) -> int:
        """Count the licences that are missing."""
        return max(0, self.required - (self.purchased or 0))


class YearlyCost(NamedTuple):
    """Sums of a year by the ways to license apps, and as it is intended; None where a price is missing."""

    per_app: Money | None
    per_user: Money | None
    mixed: Money | None
    cheapest: str | None
    intended: Money | None
    missing: tuple[str, ...] = ()
    """Plans of which the list has no price."""


class SpotCheck(NamedTuple):
    """The last look at the licences of a connector's people, and when the next one is due."""

    last: str | None
    due: str | None


def price_list(governance: Governance, plans: Plans, as_of: str) -> PriceList | None:
    """Give the tenant's prices; None where neither a list nor a currency is named. Currencies are never mixed."""
    tenant = governance.tenant
    named = tenant.price_list if tenant else None
    name = named or _LISTS.get((tenant.currency or "") if tenant else "")
    currency = (plans.currency(name) if name else None) or (tenant.currency if tenant else None)
    if currency is None:
        return None
    prices: dict[str, Price] = {}
    for plan in plans.ids if name else ():
        if found := plans.price(plan, name or "", as_of):
            prices[plan] = found
    if name and (tier := plans.price(PREMIUM, name, as_of, VOLUME_FROM)) and tier != prices.get(PREMIUM):
        prices[f"{PREMIUM}-volume"] = tier
    own = []
    for record in governance.licences:
        stated = record.currency or (tenant.currency if tenant else None) or currency
        if record.price is not None and stated == currency:
            prices[plan_id(record.plan)] = price_of(Decimal(record.price))
            own.append(plan_id(record.plan))
    return PriceList(name=name or "manifest", currency=currency, prices=prices, own=tuple(own))


def profiles(licensed: Sequence[Licensed]) -> tuple[Profile, ...]:
    """Give for each population how many premium apps its people use; people without a population are their own."""
    return tuple(Profile(people, apps) for people, apps in populations_of(licensed).values())


def intended_plan(one: Licensed, row: NeedRow, apps: int, threshold: int | None) -> str | None:
    """Say by which plan a need is to be met: the intended one if it fits, else the usual one.

    `apps` is how many premium apps the people use, `threshold` from how many of them Power Apps Premium is cheaper.
    """
    fitting = GROUPS[row.any_of]
    plan = plan_id(one.record.plan) if one.record is not None and one.record.plan else None
    if plan in fitting:
        return plan
    if row.who in {"users", "app-users", "makers"}:
        return PREMIUM if threshold is not None and apps >= threshold else PASS
    if row.any_of == "flow-capacity":
        return _PROCESS
    return _FLOW_PLAN if _FLOW_PLAN in fitting else fitting[0]


def plan_counts(
    licensed: Sequence[Licensed], governance: Governance, prices: PriceList | None
) -> tuple[PlanCount, ...]:
    """Count the licences required of each plan against the records; a user plan is needed once for each person."""
    threshold = None
    if prices and PASS in prices.prices and PREMIUM in prices.prices:
        threshold = break_even(prices.prices)
    populations = populations_of(licensed)
    total: dict[str, int] = {}
    once: dict[str, dict[str, int]] = {}
    for one in licensed:
        if one.record is not None and one.record.licence not in {None, "none"} and one.flow is not None:
            total[one.flow.licence or _PROCESS] = total.get(one.flow.licence or _PROCESS, 0) + 1
        for row in one.judgement.needs:
            if row.level != "required":
                continue
            groups = _people_of(one, row)
            apps = max(
                (populations[_key(one, group)][1] for group in groups if _key(one, group) in populations), default=1
            )
            plan = intended_plan(one, row, apps, threshold)
            if plan is None:
                continue
            if plan == PASS or not groups:
                total[plan] = total.get(plan, 0) + row.number
                continue
            for group in groups:
                known = once.setdefault(plan, {})
                key = _key(one, group)
                known[key] = max(known.get(key, 0), group.number or 0)
    for plan, people in once.items():
        total[plan] = total.get(plan, 0) + sum(people.values())
    on_record = dict.fromkeys(plan_id(record.plan) for record in governance.licences)
    return tuple(_count(plan, total.get(plan, 0), governance) for plan in dict.fromkeys((*on_record, *total)))


def yearly_cost(licensed: Sequence[Licensed], counts: Sequence[PlanCount], prices: PriceList) -> YearlyCost:
    """Add up what a year costs: all apps by pass, by Premium, mixed, and everything as it is intended."""
    people = profiles(licensed)
    missing = [plan for plan in (PASS, PREMIUM) if people and plan not in prices.prices]
    per_app = per_user = mixed = cheapest = None
    if people and not missing:
        found = mix(prices.prices, people)
        per_app, per_user, mixed = found.all_pass, found.all_premium, found.mixed
        sums = {"per-app": per_app.middle, "per-user": per_user.middle, "mixed": mixed.middle}
        # What a mix comes to is one of the two where nothing is mixed.
        lowest = min(sums.values())
        names = [name for name, amount in sums.items() if amount == lowest]
        cheapest = names[0] if len(names) == 1 or names[1:] == ["mixed"] else "equal"
    intended: Money | None = Money(Decimal(0), Decimal(0), Decimal(0))
    for count in counts:
        if not count.required:
            continue
        price = prices.prices.get(count.plan)
        if price is None:
            missing.append(count.plan)
            intended = None
        elif intended is not None:
            cost = times(price, count.required * MONTHS)
            intended = Money(*(left + right for left, right in zip(intended, cost, strict=True)))
    return YearlyCost(
        per_app=per_app,
        per_user=per_user,
        mixed=mixed,
        cheapest=cheapest,
        intended=intended,
        missing=tuple(dict.fromkeys(missing)),
    )


def yearly_of(one: Licensed, prices: PriceList) -> Money | None:
    """Give what the licences of one app or flow cost a year, by the intended plan; None where a price is missing."""
    sums: Money | None = None
    for row in one.judgement.needs:
        plan = intended_plan(one, row, 1, None) if row.level == "required" else None
        if plan is None:
            continue
        price = prices.prices.get(plan)
        if price is None:
            return None
        cost = times(price, row.number * MONTHS)
        sums = cost if sums is None else Money(*(left + right for left, right in zip(sums, cost, strict=True)))
    return sums


def spot_check(records: Sequence[ConnectorRecord]) -> SpotCheck:
    """Give the last look at the licences of some connectors' people, and when the first of them is due again."""
    lasts, dues = [], []
    for record in records:
        looks = [one.date for one in record.operation.spot_checks if one.date] if record.operation else []
        last = max(looks, default=None)
        approved = record.deployment.approved.date if record.deployment and record.deployment.approved else None
        from_day = max((day for day in (last, approved) if day), default=None)
        lasts += [last] if last else []
        if from_day:
            due = datetime.date.fromisoformat(from_day) + datetime.timedelta(days=QUARTER)
            dues.append(due.isoformat())
    return SpotCheck(last=min(lasts, default=None), due=min(dues, default=None))


def _count(plan: str, required: int, governance: Governance) -> PlanCount:
    records = [record for record in governance.licences if plan_id(record.plan) == plan]
    bought = [record.purchased for record in records if record.purchased is not None]
    given = [
        max(record.assigned or 0, sum(number for _, number in record.allocated))
        for record in records
        if record.assigned is not None or record.allocated
    ]
    tenant = governance.tenant
    days = [record.as_of or (tenant.licences_as_of if tenant else None) for record in records]
    return PlanCount(
        plan=plan,
        required=required,
        purchased=sum(bought) if bought else None,
        assigned=sum(given) if given else None,
        as_of=min((day for day in days if day), default=None),
    )


def populations_of(licensed: Sequence[Licensed]) -> dict[str, tuple[int, int]]:
    """Give (people, premium apps they use) of each population."""
    found: dict[str, tuple[int, int]] = {}
    for one in licensed:
        if one.app is None or not any(
            row.who == "users" and row.any_of != "managed-environment" for row in one.judgement.needs
        ):
            continue
        for group in one.app.people:
            if group.number:
                people, apps = found.get(_key(one, group), (0, 0))
                found[_key(one, group)] = (max(people, group.number), apps + 1)
    return found


def _people_of(one: Licensed, row: NeedRow) -> tuple[Group, ...]:
    """Give the groups behind a row, so that a person who is needed twice is counted once."""
    if one.app is not None:
        return one.app.makers if row.who == "makers" else one.app.people if row.who == "users" else ()
    flow = one.flow
    if flow is None:
        return ()
    if row.who in _BY_PERSON:
        return (Group(name=flow.owner.name if flow.owner else None, number=1),)
    roles = {"runners": "runs", "app-users": "runs", "indirect": "triggers-and-receives"}
    if row.who in roles:
        return tuple(group for group in flow.people if group.role == roles[row.who])
    return ()


def _key(one: Licensed, group: Group) -> str:
    return group.name.strip().lower() if group.name else f"\0{one.component.id}"
