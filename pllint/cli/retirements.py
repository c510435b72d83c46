"""What the coverage report says of retirements: their people, the licences given back, and the cost until the exit."""

from collections.abc import Iterator, Sequence

from pllint.check import Context
from pllint.model.estate import GivenBack, Sum
from pllint.model.estate import StillBought as Cost
from pllint.model.governance import Retirement
from pllint.model.lifecycle import Headcount, Retired
from pllint.record import NamedTuple
from pllint.report.escape import for_markdown, for_terminal
from pllint.report.layout import folded
from pllint.report.retirements import cost_told, money, people_told

_COLUMNS = ("Retired", "Since", "People", "Given back", "Cost until they can be given up")


class Gone(NamedTuple):
    """One retirement, or something that says itself that it is retired and has no record of a retirement."""

    things: tuple[Retired, ...]
    population: Headcount | None = None
    given_back: GivenBack | None = None
    cost: Cost | None = None

    @property
    def retirement(self) -> Retirement | None:
        """Give the record of the retirement."""
        return self.things[0].retirement

    @property
    def subject(self) -> str:
        """Say what is retired."""
        first = self.things[0]
        return self.retirement.subject if self.retirement else f"the {first.kind} '{first.name}'"

    @property
    def date(self) -> str | None:
        """Give the day of the retirement."""
        return self.retirement.date if self.retirement else None


def gone(context: Context) -> Iterator[Gone]:
    """Give every retirement until the day, in the order of the manifest."""
    exits = context.estate.exits
    costs = {id(one.retirement): one for one in exits.left_behind}
    given_back = {id(one.retirement): one for one in context.estate.given_back}
    told = set()
    for thing in context.lifecycle.retired:
        retirement = thing.retirement
        if retirement is None:
            yield Gone(things=(thing,))
        elif id(retirement) not in told:
            told.add(id(retirement))
            yield Gone(
                things=tuple(one for one in context.lifecycle.retired if one.retirement is retirement),
                population=context.lifecycle.population(retirement),
                given_back=given_back.get(id(retirement)),
                cost=costs.get(id(retirement)),
            )


def as_json(one: Gone) -> dict[str, object]:
    """Give a retirement with the keys of `schemas/licences.json`."""
    retirement, review = one.retirement, one.retirement.licence_review if one.retirement else None
    found: dict[str, object] = {thing.kind: thing.name for thing in one.things}
    people = one.population.people if one.population else None
    optional: tuple[tuple[str, object], ...] = (
        ("date", one.date),
        ("population", people),
        ("counted-by", one.population.counted_by if one.population else None),
    )
    if review is not None:
        decided: tuple[tuple[str, object], ...] = (
            ("date", review.date),
            ("by", review.by),
            ("keep", review.keep),
            ("reassign", review.reassign),
            ("reassigned-to", review.reassigned_to.text if review.reassigned_to else None),
            ("reclaim", review.reclaim),
            ("accounted", review.accounted),
            ("left-over", people - review.accounted if people is not None else None),
        )
        optional = (*optional, ("licence-review", _present(decided)))
    if one.given_back is not None:
        optional = (*optional, ("given-back", _given_back(one.given_back)))
    if one.cost is not None and retirement is not None:
        optional = (*optional, ("until-exit", _cost(one.cost)))
    return found | _present(optional)


def _given_back(one: GivenBack) -> dict[str, object]:
    return _present((
        ("licences", one.number),
        ("plan", one.plan),
        ("environment", one.environment),
        ("date", one.day),
        ("counts", one.standing.value),
        ("lowered-by", one.taken or None),
        ("because", one.told),
    ))  # fmt: skip


def _cost(one: Cost) -> dict[str, object]:
    if one.why:
        return _present((("plan", one.plan), ("not-known", one.why)))
    return _present((
        ("plan", one.plan),
        ("licences", one.licences),
        ("at-most", one.at_most or None),
        ("until", one.exit.last_paid_day if one.licences else None),
        ("months", one.months if one.licences else None),
        ("amount", _number(one.amount) if one.amount and one.licences else None),
    ))  # fmt: skip


def _present(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    return {key: value for key, value in pairs if value is not None}


def _number(total: Sum) -> object:
    low, high = (int(one) if one == one.to_integral_value() else float(one) for one in (total.low, total.high))
    return low if low == high else [low, high]


def as_text(found: Sequence[Gone], currency: str | None, width: int) -> Iterator[str]:
    """Lay the retirements out for a terminal."""
    for one in found:
        yield from folded(for_terminal(f"{one.subject}, retired{f' on {one.date}' if one.date else ''}"), width)
        for line in _told(one, currency):
            yield from (f"  {part}" for part in folded(for_terminal(line), width - 2))


def as_markdown(found: Sequence[Gone], currency: str | None) -> Iterator[str]:
    """Give the retirements as a table of Markdown."""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|" + " --- |" * len(_COLUMNS)
    for one in found:
        people, given_back, cost = _parts(one, currency)
        cells = (one.subject, one.date or "", people, given_back, cost)
        yield f"| {' | '.join(map(for_markdown, cells))} |"


def cells_of(one: Gone) -> tuple[str, str, str, str, str, str, str, str]:
    """Give name, environment, population, plan, given back, paid until, cost until then and the decision, for CSV."""
    given, cost = one.given_back, one.cost
    paid = cost is not None and bool(cost.licences)
    return (
        ", ".join(thing.name for thing in one.things),
        (given.environment if given else None) or "",
        f"{one.population.people:,}" if one.population else "",
        (cost.plan if cost else None) or "",
        f"{given.number:,}" if given else "",
        (cost.exit.last_paid_day or "") if cost and paid else "",
        money(cost.amount, None) if cost and paid and cost.amount else "",
        "; ".join(_told(one, None)),
    )


def _told(one: Gone, currency: str | None) -> Iterator[str]:
    people, given_back, cost = _parts(one, currency)
    yield people
    if given_back:
        yield given_back
    if cost:
        yield f"cost until they can be given up: {cost}"


def _parts(one: Gone, currency: str | None) -> tuple[str, str, str]:
    if one.retirement is None:
        return "no record under `retirements`, so nobody has decided about its licences", "", ""
    given_back = one.given_back.line if one.given_back else ""
    review = one.retirement.licence_review
    return people_told(one.population, review), given_back, cost_told(one.cost, currency) if one.cost else ""
