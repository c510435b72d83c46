"""What licensing an estate takes: licences of each plan, and what they cost by the tenant's price list."""

import datetime
from collections.abc import Iterator, Sequence
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
from pllint.engine.licensing.people import held
from pllint.engine.licensing.workspace import Licensing
from pllint.model.governance import ConnectorRecord, Governance
from pllint.model.licence_facts import Group, NeedRow
from pllint.model.licensing import Licensed
from pllint.record import NamedTuple

_BY_PERSON = frozenset({"owner", "account"})


class PriceList(NamedTuple):
    """The prices of a tenant: a shipped list with the tenant's own prices laid over it."""

    name: str
    currency: str
    prices: Prices
    own: tuple[str, ...] = ()
    """Plans whose price the manifest states."""
    laid_over: tuple[str, ...] = ()
    """Plans whose price plan data of one's own states."""
    other: tuple[tuple[str, str], ...] = ()
    """(plan, currency) of prices that the manifest states in another currency; no sum counts them."""


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
    name = named or plans.list_in((tenant.currency or "") if tenant else "")
    currency = (plans.currency(name) if name else None) or (tenant.currency if tenant else None)
    if currency is None:
        return None
    prices: dict[str, Price] = {}
    for plan in plans.ids if name else ():
        if found := plans.price(plan, name or "", as_of):
            prices[plan] = found
    if name and (tier := plans.price(PREMIUM, name, as_of, VOLUME_FROM)) and tier != prices.get(PREMIUM):
        prices[f"{PREMIUM}-volume"] = tier
    own, other = [], []
    for record in governance.licences:
        stated = record.currency or (tenant.currency if tenant else None) or currency
        if record.price is not None and stated != currency:
            other.append((plans.id_of(record.plan), stated))
        elif record.price is not None:
            prices[plans.id_of(record.plan)] = price_of(Decimal(record.price))
            own.append(plans.id_of(record.plan))
    ours = {one.plan for one in plans.stated if one.price == prices.get(one.plan)} - {*own}
    laid_over = tuple(plan for plan in prices if plan in ours)
    return PriceList(
        name=name or "manifest",
        currency=currency,
        prices=prices,
        own=tuple(own),
        laid_over=laid_over,
        other=tuple(dict.fromkeys(other)),
    )


def profiles(licensed: Sequence[Licensed]) -> tuple[Profile, ...]:
    """Give for each population how many premium apps its people use; people without a population are their own."""
    return tuple(Profile(people, apps) for people, apps in populations_of(licensed).values())


class Share(NamedTuple):
    """People of one kind who are to run on one plan."""

    plan: str
    number: int
    who: str | None = None
    """The key of a population, or of a person; None: nobody says who, so that they cannot be met twice."""


class Shares:
    """Says by which plan each need is to be met: one that people hold, else the intended one, else the usual one."""

    def __init__(self, licensed: Sequence[Licensed], prices: PriceList | None, licensing: Licensing) -> None:
        self._licensing = licensing
        self._groups = licensing.groups
        self._populations = populations_of(licensed)
        self._threshold = None
        if prices and PASS in prices.prices and PREMIUM in prices.prices:
            self._threshold = break_even(prices.prices, licensing.apps_per_pass)

    def of(self, one: Licensed, row: NeedRow) -> Iterator[Share]:
        """Give who takes which plan for one need; people of a known group are told apart."""
        groups = _people_of(one, row)
        intended = self._intended(one, row, groups)
        if not groups:
            yield Share(intended, row.number)
            return
        for group in groups:
            shares = [share for share in self._held(one, row, group) if share.plan != intended]
            yield from shares
            if left := _number(group, row) - sum(share.number for share in shares):
                yield Share(intended, left, _key(one, group))

    def held(self, one: Licensed, row: NeedRow) -> Iterator[Share]:
        """Give the plans of people for one need that they hold."""
        for group in _people_of(one, row):
            yield from self._held(one, row, group)

    def _held(self, one: Licensed, row: NeedRow, group: Group) -> Iterator[Share]:
        left = _number(group, row)
        for plan in self._groups[row.any_of]:
            taken = min(left, held(group.holds, (plan,)))
            left -= taken
            if taken:
                yield Share(plan, taken, _key(one, group))

    def _intended(self, one: Licensed, row: NeedRow, groups: Sequence[Group]) -> str:
        fitting = self._groups[row.any_of]
        plan = self._licensing.plans.id_of(one.record.plan) if one.record is not None and one.record.plan else None
        if plan in fitting:
            return plan
        if row.who in {"users", "app-users", "makers"}:
            known = [self._populations[key][1] for group in groups if (key := _key(one, group)) in self._populations]
            apps = max(known, default=1)
            return PREMIUM if self._threshold is not None and apps >= self._threshold else PASS
        usual = self._licensing.usual(fitting)
        standalone = [plan for plan in usual if plan in self._groups["flow-standalone"]]
        return (*standalone, *usual, *fitting)[0]


def plan_counts(licensed: Sequence[Licensed], shares: Shares, licensing: Licensing) -> tuple[PlanCount, ...]:
    """Count the licences required of each plan against the records.

    A person needs a user plan once, whatever it is for, and a pass for as many apps of one environment as it covers.
    """
    total: dict[str, int] = {}
    once: dict[str, dict[str, int]] = {}
    by_app: dict[str, dict[tuple[str, str], tuple[int, frozenset[str]]]] = {}
    apps = {one.component.name.strip().lower(): one.component.id for one in licensed if one.app is not None}
    for one in licensed:
        if one.flow is not None and one.flow.licence:
            total[one.flow.licence] = total.get(one.flow.licence, 0) + 1
        for row in one.judgement.needs:
            for share in shares.of(one, row) if row.level == "required" else ():
                if licensing.plans.counts(share.plan) == "app-pass":
                    served = (one.flow.app.name or "").strip().lower() if one.flow and one.flow.app else ""
                    app = apps.get(served, one.component.id)
                    where = (share.who or f"\0{app}", one.environment.name if one.environment else "")
                    people, covered = by_app.setdefault(share.plan, {}).get(where, (0, frozenset()))
                    by_app[share.plan][where] = (max(people, share.number), covered | {app})
                elif share.who is None:
                    total[share.plan] = total.get(share.plan, 0) + share.number
                else:
                    known = once.setdefault(share.plan, {})
                    known[share.who] = max(known.get(share.who, 0), share.number)
    for plan, people_of in once.items():
        total[plan] = total.get(plan, 0) + sum(people_of.values())
    for plan, places in by_app.items():
        passes = sum(people * -(-len(covered) // licensing.apps_per_pass) for people, covered in places.values())
        total[plan] = total.get(plan, 0) + passes
    governance = licensing.governance
    on_record = dict.fromkeys(licensing.plans.id_of(one.plan) for one in (governance.licences if governance else ()))
    return tuple(_count(plan, total.get(plan, 0), licensing) for plan in dict.fromkeys((*on_record, *total)))


def yearly_cost(
    licensed: Sequence[Licensed], counts: Sequence[PlanCount], prices: PriceList, apps_per_pass: int
) -> YearlyCost:
    """Add up what a year costs: all apps by pass, by Premium, mixed, and everything as it is intended."""
    people = profiles(licensed)
    missing = [plan for plan in (PASS, PREMIUM) if people and plan not in prices.prices]
    per_app = per_user = mixed = cheapest = None
    if people and not missing:
        found = mix(prices.prices, people, apps_per_pass)
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


def yearly_of(one: Licensed, prices: PriceList, shares: Shares) -> tuple[Money | None, tuple[str, ...]]:
    """Give what the licences of one app or flow cost a year, and the plans without a price, for which there is no sum.

    No sum either where nobody needs a licence.
    """
    sums: Money | None = None
    missing: dict[str, None] = {}
    for share in (share for row in one.judgement.needs if row.level == "required" for share in shares.of(one, row)):
        price = prices.prices.get(share.plan)
        if price is None:
            missing[share.plan] = None
            continue
        cost = times(price, share.number * MONTHS)
        sums = cost if sums is None else Money(*(left + right for left, right in zip(sums, cost, strict=True)))
    return (None if missing else sums), tuple(missing)


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


def _count(plan: str, required: int, licensing: Licensing) -> PlanCount:
    governance = licensing.governance
    listed = governance.licences if governance else ()
    records = [record for record in listed if licensing.plans.id_of(record.plan) == plan]
    bought = [record.purchased for record in records if record.purchased is not None]
    given = [
        max(record.assigned or 0, sum(number for _, number in record.allocated))
        for record in records
        if record.assigned is not None or record.allocated
    ]
    tenant = governance.tenant if governance else None
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
        owner = flow.owner
        holds = tuple((plan, 1) for plan in owner.holds) if owner and not owner.left else ()
        return (Group(name=owner.name if owner else None, number=1, holds=holds),)
    if row.who == "credential-holders":
        return (flow.credential_holders,) if flow.credential_holders else ()
    roles = {"runners": "runs", "app-users": "runs", "indirect": "triggers-and-receives"}
    if row.who in roles:
        return tuple(group for group in flow.people if group.role == roles[row.who])
    return ()


def _number(group: Group, row: NeedRow) -> int:
    """Count the people of a group behind a need: those active where the duty is that of a managed environment."""
    number = group.number or 0
    is_active = row.who == "users" and row.any_of == "managed-environment" and group.active is not None
    return min(number, group.active or 0) if is_active else number


def _key(one: Licensed, group: Group) -> str:
    return group.name.strip().lower() if group.name else f"\0{one.component.id}"
