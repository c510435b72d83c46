"""What retirements gave back, and the licence counts on record as they stand after it.

The licence review of a retirement says how many licences were given back, and on which day. A count of an earlier day
is lowered by them, one of that day or a later one shows them already. Passes lower what is allocated to the environment
they were taken out of, user plans what is assigned. What is purchased is lowered by a newer record alone.
"""

from collections.abc import Iterator, Sequence

from pllint.catalogue.plans import Plans
from pllint.engine.licensing.cover import capacity_licence
from pllint.model.estate import GivenBack, Lowered, Standing
from pllint.model.governance import (
    AppRecord,
    ConnectorRecord,
    FlowRecord,
    Governance,
    LicenceRecord,
    LicenceReview,
    Retirement,
)
from pllint.model.lifecycle import Retired
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.source import Anchor

_DATE_COUNTS = (
    "write `as-of` beside each count, or `licences-as-of` under `tenant`; a count of the day of the review or later"
    " shows what was given back"
)
_COUNT_AGAIN = "count these licences again, and write the day of the count under `as-of`"


class Counts(NamedTuple):
    """The licence records of a workspace as they stand on a day."""

    records: tuple[LicenceRecord, ...]
    """In the order of the files."""
    given_back: tuple[GivenBack, ...] = ()
    """In the order of the retirements."""
    lowered_by: tuple[tuple[GivenBack, ...], ...] = ()
    """For each record, what lowered it."""
    one_of_several: frozenset[int] = frozenset()
    """Indexes of records that share what was given back, and nobody says of which of them it was."""


class _Place(NamedTuple):
    """A count that what was given back may have been taken from."""

    record: int
    """Its place among the records."""
    at: Anchor
    number: int
    day: str | None
    name: str | None = None
    """The environment as the record names it; None: what is assigned to people."""


class _Meant(NamedTuple):
    """Which licences a retirement is about."""

    plan: str | None = None
    environment: str | None = None
    why: str = ""
    """Why one of them is not known."""
    remedy: str = ""


def counts_on(
    workspace: Workspace, governance: Governance | None, retired: Sequence[Retired], as_of: str, plans: Plans
) -> Counts:
    """Lower the licence counts on record by what retirements gave back until a day (ISO)."""
    if governance is None:
        return Counts(workspace.licences, lowered_by=((),) * len(workspace.licences))
    standing = _Counts(workspace, governance, as_of, plans)
    reviews = {
        id(thing.retirement): (thing.retirement, thing.retirement.licence_review)
        for thing in retired
        if thing.retirement and thing.retirement.licence_review and thing.retirement.licence_review.reclaim
    }
    # By day, so that of several the last ones meet a count that the first have used up.
    ordered = sorted(reviews.items(), key=lambda item: item[1][1].date or "" if item[1][1] else "")
    found = {key: standing.take(retirement, review) for key, (retirement, review) in ordered if review}
    return Counts(
        records=tuple(standing.records),
        given_back=tuple(found[key] for key in reviews),
        lowered_by=tuple(
            tuple(found[key] for key in reviews if index in standing.taken.get(key, ()))
            for index in range(len(standing.records))
        ),
        one_of_several=frozenset(standing.one_of_several),
    )


def plan_meant(retirement: Retirement, governance: Governance, plans: Plans, as_of: str) -> tuple[str | None, str]:
    """Give the plan that the people of what is retired had, or None and why it is not known."""
    for kind, name in retirement.things:
        meant = {plan for record in _named(governance, kind, name) if (plan := _plan_of(record, plans, as_of))}
        if len(meant) == 1:
            return meant.pop(), ""
        if meant:
            return None, f"the records of the {kind} '{name}' name several plans"
    return None, f"no record says which licences the people of {retirement.subject} had"


def units_of(plan: str | None, plans: Plans, as_of: str) -> tuple[str, str]:
    """Say what one and several licences of a plan are called."""
    if plan is None:
        return "licence", "licences"
    name = plans.name(plan, as_of)
    unit, units = ("pass", "passes") if plans.counts(plan) == "app-pass" else ("licence", "licences")
    return f"{name} {unit}", f"{name} {units}"


class _Counts:
    """Takes what was given back out of the records, one retirement after another."""

    def __init__(self, workspace: Workspace, governance: Governance, as_of: str, plans: Plans) -> None:
        self.records = list(workspace.licences)
        self.taken: dict[int, set[int]] = {}
        """The indexes of the records that each retirement lowered, by the id of the retirement."""
        self.one_of_several: set[int] = set()
        self._written = workspace.licences
        self._workspace = workspace
        self._governance = governance
        self._as_of = as_of
        self._plans = plans

    def take(self, retirement: Retirement, review: LicenceReview) -> GivenBack:
        """Say what a review gave back, and lower the counts that do not show it yet."""
        number, day = review.reclaim or 0, review.date
        found = GivenBack(retirement=retirement, at=review.at / "reclaim", number=number, day=day)
        meant = self._meant(retirement)
        found = found._replace(
            plan=meant.plan, units=units_of(meant.plan, self._plans, self._as_of), environment=meant.environment
        )
        if day is not None and day > self._as_of:
            return found._replace(standing=Standing.TO_COME)
        places = self._places(meant)
        if day is not None and places and all(place.day is not None and place.day >= day for place in places):
            return found._replace(standing=Standing.SHOWN)
        if not places:
            return found._replace(standing=Standing.UNCOUNTED, why=meant.why or self._nothing_to_lower(meant))
        if meant.why:
            return found._replace(why=meant.why, remedy=meant.remedy)
        return self._lowered(found, places)

    def _lowered(self, found: GivenBack, places: Sequence[_Place]) -> GivenBack:
        day, there = found.day, sum(place.number for place in places)
        doubt = found._replace(doubt=min(found.number, there))
        if day is None:
            return doubt._replace(why="the licence review has no date", remedy="write `date` into the licence review")
        if any(place.day is None for place in places):
            return doubt._replace(why="nobody says on which day they were counted", remedy=_DATE_COUNTS)
        if any(place.day is not None and place.day >= day for place in places):
            why = f"some of the counts are older than the review of {day} and some are not"
            return doubt._replace(why=why, remedy=_COUNT_AGAIN)
        left, lowered = found.number, []
        for place in places:
            taken = min(left, place.number)
            left -= taken
            if taken:
                self._lower(place, taken, found.retirement)
                lowered.append(Lowered(place.at, place.day or "", place.number, place.number - taken))
        holding = {place.record for place in places if place.number}
        if found.number < there and len(holding) > 1:
            self.one_of_several |= holding
        return found._replace(
            standing=Standing.LOWERED,
            lowered=tuple(lowered),
            why=f"the counts on record show {there:,} only" if left else "",
            remedy=_COUNT_AGAIN if left else "",
        )

    def _lower(self, place: _Place, number: int, retirement: Retirement) -> None:
        record = self.records[place.record]
        self.taken.setdefault(id(retirement), set()).add(place.record)
        if place.name is None:
            self.records[place.record] = record._replace(assigned=place.number - number)
        else:
            allocated = ((name, count - number * (name.at == place.at)) for name, count in record.allocated)
            self.records[place.record] = record._replace(allocated=tuple(allocated))

    def _is_pass(self, plan: str | None) -> bool:
        return plan is not None and self._plans.counts(plan) == "app-pass"

    # Which licences are meant

    def _meant(self, retirement: Retirement) -> _Meant:
        plan, why = plan_meant(retirement, self._governance, self._plans, self._as_of)
        if plan is None:
            return _Meant(
                why=why, remedy="write `plan` into the record of the app, or into the licence count of the connector"
            )
        if self._plans.counts(plan) == "person":
            return _Meant(plan)
        if not self._is_pass(plan):
            why = f"{self._plans.name(plan, self._as_of)} is not a licence that people hold"
            return _Meant(plan, why=why, remedy=_COUNT_AGAIN)
        environment, why = self._environment(retirement, plan)
        return _Meant(plan, environment, why, "write `environment` into the record of the app" if why else "")

    def _environment(self, retirement: Retirement, plan: str) -> tuple[str | None, str]:
        """Give the environment the passes were taken out of: the one of the app, the only one of a connector."""
        for kind, name in retirement.things:
            places = list(
                dict.fromkeys(
                    place for record in _named(self._governance, kind, name) for place in _environments(record)
                )
            )
            if kind == "connector" and len(places) > 1:
                held = [place for place in places if self._holds_passes(plan, place)]
                places = held or places
            if len(places) == 1:
                return places[0], ""
            if places:
                return None, f"the {kind} '{name}' lies in {', '.join(places[:-1])} and {places[-1]}"
        return None, f"no record says in which environment {retirement.subject} lay"

    # Which counts could show them

    def _places(self, meant: _Meant) -> Sequence[_Place]:
        """Give the counts that a retirement may have lowered; of all plans or environments where it is not known."""
        plans = (
            [meant.plan] if meant.plan else list(dict.fromkeys(self._plans.id_of(one.plan) for one in self._written))
        )
        return [place for plan in plans for place in self._counts_of(plan, meant.environment)]

    def _counts_of(self, plan: str, environment: str | None) -> Iterator[_Place]:
        if self._is_pass(plan):
            yield from self._allocated(plan, environment)
            return
        for index, record in enumerate(self.records):
            if self._plans.id_of(record.plan) == plan and record.assigned is not None:
                yield _Place(index, record.at / "assigned", record.assigned, self._day(index, "assigned"))

    def _allocated(self, plan: str, environment: str | None) -> Sequence[_Place]:
        return [
            _Place(index, name.at, number, self._day(index, "allocated"), name.text)
            for index, record in enumerate(self.records)
            if self._plans.id_of(record.plan) == plan
            for name, number in record.allocated
            if environment is None or self._is_one(name.text, environment)
        ]

    def _holds_passes(self, plan: str, environment: str) -> bool:
        return any(
            number and self._plans.id_of(record.plan) == plan and self._is_one(name.text, environment)
            for record in self._written
            for name, number in record.allocated
        )

    def _is_one(self, name: str, environment: str) -> bool:
        known = self._workspace.environment(environment)
        return known.goes_by(name) if known else name.strip().lower() == environment.strip().lower()

    def _day(self, index: int, fact: str) -> str | None:
        record, tenant = self._written[index], self._governance.tenant
        return dict(record.counted).get(fact, record.as_of or (tenant.licences_as_of if tenant else None))

    def _nothing_to_lower(self, meant: _Meant) -> str:
        if self._is_pass(meant.plan):
            return f"no count on record allocates such passes to {meant.environment}"
        return "no count on record says how many of them are assigned"


def _named(governance: Governance, kind: str, name: str) -> Sequence[AppRecord | FlowRecord | ConnectorRecord]:
    kinds: dict[str, Sequence[AppRecord | FlowRecord | ConnectorRecord]] = {
        "app": governance.apps, "flow": governance.flows, "connector": governance.connectors,
    }  # fmt: skip
    return [one for one in kinds[kind] if one.name.strip().lower() == name.strip().lower()]


def _plan_of(record: AppRecord | FlowRecord | ConnectorRecord, plans: Plans, as_of: str) -> str | None:
    if isinstance(record, ConnectorRecord):
        count = record.deployment.licences if record.deployment else None
        named = count.plan if count else None
    else:
        named = record.plan
        if not named and isinstance(record, FlowRecord):
            return capacity_licence(record.licence, plans, as_of)
    return plans.id_of(named) if named else None


def _environments(record: AppRecord | FlowRecord | ConnectorRecord) -> Iterator[str]:
    if isinstance(record, ConnectorRecord):
        yield from (name.text for name in record.environments)
    elif record.environment is not None:
        yield record.environment.text
