"""When licences can next be given up under the agreement, and what those of retired things cost until then."""

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from pllint.engine.licensing.cost import PASS, still_paid, times
from pllint.engine.licensing.estate_cost import EstateCost
from pllint.engine.licensing.given_back import plan_meant, units_of
from pllint.engine.licensing.workspace import Licensing
from pllint.model.estate import Exit, GivenBack, LowerCount, Standing, StillBought, Stock, Sum
from pllint.model.governance import Agreement, Retirement
from pllint.record import NamedTuple

_LEAP_DAY = (2, 29)


def next_exit(agreement: Agreement | None, as_of: str) -> Exit:
    """Say until when licences are paid that nobody wants: to the anniversary's eve, without that right to the end."""
    if agreement is None:
        return Exit(why="no agreement is on record", remedy="write down the agreement under `tenant`")
    if agreement.ends is not None and agreement.ends < as_of:
        return Exit(why=f"the agreement ended on {agreement.ends}", remedy="write down the agreement that followed it")
    if agreement.count_reduction is None:
        return Exit(
            why="nobody says whether counts may be lowered at the anniversary of the agreement",
            remedy="write `count-reduction` under `tenant: agreement`",
        )
    if not agreement.count_reduction:
        last = agreement.ends
        missing = Exit(why="nobody says when the agreement ends", remedy="write `ends` under `tenant: agreement`")
    else:
        following = _anniversary(agreement, as_of, following=True)
        last = min(_before(following), agreement.ends or following) if following else None
        missing = Exit(
            why="nobody says on which day of the year the agreement has its anniversary",
            remedy="write `anniversary` under `tenant: agreement`",
        )
    return Exit(last, _after(last)) if last else missing


def exit_since(agreement: Agreement | None, day: str, as_of: str) -> str | None:
    """Give the last day after another on which licences could be given up already; None where there was none."""
    if agreement is None:
        return None
    days = [agreement.starts] if agreement.starts and agreement.starts <= as_of else []
    if agreement.count_reduction and (last := _anniversary(agreement, as_of, following=False)):
        days.append(last)
    return max((one for one in days if one > day), default=None)


def _anniversary(agreement: Agreement, as_of: str, *, following: bool) -> str | None:
    """Give the first anniversary after a day, or the last one until then; None where no file says which day it is."""
    try:
        month, day = map(int, (agreement.anniversary or "").split("-"))
        year = datetime.date.fromisoformat(as_of).year
        days = [_in_year(number, month, day) for number in (year - 1, year, year + 1)]
    except ValueError:
        return None
    return min(one for one in days if one > as_of) if following else max(one for one in days if one <= as_of)


def _in_year(year: int, month: int, day: int) -> str:
    # Twelve months from a leap day end on 28 February, so the next term begins on 1 March.
    is_missing = (month, day) == _LEAP_DAY and (year % 4 or (not year % 100 and year % 400))
    return (datetime.date(year, 3, 1) if is_missing else datetime.date(year, month, day)).isoformat()


def _before(day: str) -> str:
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


def _after(day: str) -> str:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=1)).isoformat()


class _Spare(NamedTuple):
    """Licences of a plan that are bought and that nothing on record needs."""

    number: int
    at_most: bool
    """Something may need them all the same: not everything on record says which plan it is to run on."""


class Exits:
    """Answers about the licences of retired things of one workspace on one day."""

    def __init__(self, licensing: Licensing, cost: EstateCost, stocks: tuple[Stock, ...]) -> None:
        self._licensing = licensing
        self._cost = cost
        self._stocks = stocks
        self._as_of = licensing.as_of

    @cached_property
    def next(self) -> Exit:
        """When licences can next be given up."""
        return next_exit(self._cost.agreement, self._as_of)

    @cached_property
    def left_behind(self) -> tuple[StillBought, ...]:
        """Give for each retirement until the day what its licences cost until the next exit, or why nobody can tell."""
        found, taken = [], dict[str, int]()
        for retirement in self._retirements:
            one = self._left_behind(retirement, taken)
            taken[one.plan or ""] = taken.get(one.plan or "", 0) + one.licences
            found.append(one)
        return tuple(found)

    def still_bought(self) -> Iterator[StillBought]:
        """Give the retirements of which licences are paid for months."""
        return (one for one in self.left_behind if one.licences and one.months)

    def lower_counts(self) -> tuple[LowerCount, ...]:
        """Say for each plan how few may be bought from the next exit on."""
        since = self.next.lower_on
        left: dict[str, list[StillBought]] = {}
        for one in self.left_behind if since else ():
            if one.plan and one.licences:
                left.setdefault(one.plan, []).append(one)
        return tuple(
            LowerCount(
                plan=plan,
                name=self._licensing.name_of(plan),
                purchased=bought,
                to=bought - sum(one.licences for one in found),
                since=since or "",
                at_lowest=any(one.at_most for one in found),
            )
            for plan, found in left.items()
            if (bought := self._bought(plan)) is not None
        )

    @cached_property
    def _retirements(self) -> tuple[Retirement, ...]:
        things = (thing.retirement for thing in self._licensing.retired if thing.retirement)
        return tuple({id(one): one for one in things}.values())

    @cached_property
    def _given_back(self) -> Mapping[int, GivenBack]:
        return {id(one.retirement): one for one in self._licensing.counts.given_back}

    def _left_behind(self, retirement: Retirement, taken: Mapping[str, int]) -> StillBought:
        governance = self._licensing.governance
        plans, as_of = self._licensing.plans, self._as_of
        plan, why = plan_meant(retirement, governance, plans, as_of) if governance else (None, "")
        found = StillBought(retirement=retirement, plan=plan, units=units_of(plan, plans, as_of), exit=self.next)
        number = self._number(retirement, plan)
        if number == 0:
            return found
        if number is None:
            return found._replace(why="no licence review says how many were given back", is_told=True)
        if plan is None:
            return found._replace(why=why, remedy="write `plan` into the record of the app")
        bought = self._bought(plan)
        if bought is None:
            return found._replace(
                why=f"no count on record says how many {found.units[1]} are bought",
                remedy="write `purchased` into the licence record",
                is_told=not any(one.plan == plan for one in self._stocks),
            )
        found = found._replace(purchased=bought)
        since, last = retirement.date, self.next.last_paid_day
        unknown = self._open(retirement, plan)
        if unknown is not None or since is None or last is None:
            return found._replace(why=(unknown or self.next).why, remedy=(unknown or self.next).remedy)
        spare = self._spare(plan, bought)
        licences = min(number, max(0, spare.number - taken.get(plan, 0)))
        price = self._cost.prices.get(plan)
        months = still_paid(licences, Decimal(0), since, last).months
        return found._replace(
            licences=licences,
            at_most=spare.at_most,
            months=months,
            amount=Sum(*times(price, licences * months)) if price else None,
        )

    def _number(self, retirement: Retirement, plan: str | None) -> int | None:
        """Count what was given back; without a review all passes of an app wait for that."""
        review = retirement.licence_review
        if review is not None and review.reclaim is not None and (review.date or "") <= self._as_of:
            return review.reclaim
        return retirement.population if retirement.app and plan == PASS else None

    def _open(self, retirement: Retirement, plan: str) -> Exit | None:
        """Say what leaves the cost open; None where it can be told."""
        given = self._given_back.get(id(retirement))
        if given is not None and given.standing is Standing.UNKNOWN and plan != PASS:
            return Exit(why=given.told, remedy=given.remedy)
        if retirement.date is None or retirement.date > self._as_of:
            unsaid = f"no record says since when {retirement.subject} is retired"
            return Exit(
                why=f"its retirement is dated {retirement.date}, still to come" if retirement.date else unsaid,
                remedy="write `date` into its record under `retirements`",
            )
        passed = exit_since(self._cost.agreement, retirement.date, self._as_of)
        days = [one.as_of for one in self._stocks if one.plan == plan and one.record.purchased is not None]
        if passed and any(day is None or day < passed for day in days):
            counted = next((f"is of {day}" for day in sorted(filter(None, days))), "has no day")
            return Exit(
                why=f"they may have been given up on {passed}, and the count of what is bought {counted}",
                remedy="count what is bought again, and write the day of the count under `as-of`",
            )
        return None

    def _bought(self, plan: str) -> int | None:
        return self._licensing.purchased(plan)

    def _spare(self, plan: str, bought: int) -> _Spare:
        needed = self._cost.needs.needed(plan)
        in_use = needed.number if needed else 0
        assigned = [one.record.assigned for one in self._stocks if one.plan == plan and one.record.assigned is not None]
        if plan != PASS and assigned:
            return _Spare(bought - max(in_use, sum(assigned)), at_most=False)
        return _Spare(bought - in_use, at_most=not self._cost.needs.is_complete(plan))
