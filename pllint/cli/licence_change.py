"""`pllint licences --diff REV`: the people, licences and yearly cost that a change adds or frees, and the lines why."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum

from pllint.catalogue.groups import PlanGroups
from pllint.cli.coverage import Coverage, Row, money_told, money_value
from pllint.cli.judging import Places, named
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.budget import PriceList
from pllint.engine.licensing.cost import Money
from pllint.model.component import Component
from pllint.model.governance import AppRecord, FlowRecord
from pllint.model.licensing import PremiumReason, Verdict
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_markdown, for_terminal
from pllint.report.json_report import document
from pllint.report.layout import counted, folded
from pllint.source import Anchor

_ABSENT = "absent"
_UNREADABLE = frozenset({"SRC001", "SRC003", "SRC004"})
_FIRST = ("Component", "Tier", "Required", "Short", "A year", "Because of")


class Change(StrEnum):
    """What becomes of a component, in the order it is told."""

    NEWLY_PREMIUM = "newly-premium"
    NEWLY_UNKNOWN = "newly-unknown"
    NEEDS_CHANGED = "needs-changed"
    NO_LONGER_PREMIUM = "no-longer-premium"


_TITLES = {
    Change.NEWLY_PREMIUM: "Newly premium",
    Change.NEWLY_UNKNOWN: "Tier newly unknown",
    Change.NEEDS_CHANGED: "Licences changed",
    Change.NO_LONGER_PREMIUM: "No longer premium",
}


class State(NamedTuple):
    """One state of the project."""

    workspace: Workspace
    licensing: Licensing
    coverage: Coverage


class Side(NamedTuple):
    """One component as it is in one of the two states."""

    premium: str
    """yes, no, unknown or absent."""
    row: Row | None
    """Only for what takes a licence, or may."""
    component: Component | None

    @property
    def required(self) -> int | None:
        """Count the licences required; None where nobody has said how many."""
        if self.row is None:
            return 0
        return self.row.required if self.row.licensed else None

    @property
    def short(self) -> int | None:
        """Count those missing; None where nobody has said how many."""
        if self.row is None:
            return 0
        return self.row.short if self.row.licensed else None

    @property
    def needs(self) -> tuple[tuple[str, int, str, str], ...]:
        """Give who needs how many of which group of plans, and whether it is required."""
        licensed = self.row.licensed if self.row else None
        needs = licensed.judgement.needs if licensed else ()
        return tuple((need.who, need.number, need.any_of, need.level) for need in needs)

    @property
    def reasons(self) -> tuple[PremiumReason, ...]:
        """Give what makes it premium."""
        return self.row.premium.reasons if self.row else ()


class Cause(NamedTuple):
    """A line that brings or takes away a need."""

    message: str
    at: Anchor


class Entry(NamedTuple):
    """A component for which something changes."""

    change: Change
    component: Component
    environment: str | None
    before: Side
    after: Side
    because: tuple[Cause, ...]


class PlanChange(NamedTuple):
    """A plan before and after, each as required, purchased and short."""

    plan: str
    name: str
    before: tuple[int, int | None, int]
    after: tuple[int, int | None, int]


class Difference(NamedTuple):
    """All that a change does to licences."""

    base: str
    as_of: str
    entries: tuple[Entry, ...]
    unchanged: int
    plans: tuple[PlanChange, ...]
    prices: PriceList | None
    yearly: tuple[Money, Money, Money] | None
    """Before, after, and what is added."""
    no_cost: str | None
    """Why the cost cannot be compared."""
    groups: PlanGroups
    """Which plans meet which need."""
    prices_before: PriceList | None = None


def difference(base: str, before: State, after: State) -> Difference:
    """Compare two states that are judged by the same rules as of the same day."""
    entries: list[Entry] = []
    unchanged = 0
    for old, new, component, environment in _pairs(base, before, after):
        change = _change(old, new)
        if change is None:
            unchanged += 1
        else:
            because = tuple(_because(old, new, component, before, after))
            entries.append(Entry(change, component, environment, old, new, because))
    order = list(Change)
    entries.sort(key=lambda one: (order.index(one.change), one.component.at.source.path, one.component.id))
    yearly, no_cost = _yearly(before.coverage, after.coverage)
    return Difference(
        base=base,
        as_of=after.coverage.as_of,
        entries=tuple(entries),
        unchanged=unchanged,
        plans=tuple(_plans(before.coverage, after.coverage)),
        prices=after.coverage.prices,
        yearly=yearly,
        no_cost=no_cost,
        groups=after.licensing.groups,
        prices_before=before.coverage.prices,
    )


def _pairs(base: str, before: State, after: State) -> Iterator[tuple[Side, Side, Component, str | None]]:
    """Pair components by kind and id; among several of one id by solution and environment, then in order."""
    grouped: dict[tuple[str, str], tuple[list[Row], list[Row]]] = {}
    for number, state in enumerate((before, after)):
        for row in state.coverage.rows:
            grouped.setdefault(_key(row.component, base), ([], []))[number].append(row)
    known = tuple(
        {_key(one, base): one for one in state.workspace.components if not state.workspace.is_copied(one)}
        for state in (before, after)
    )
    for key, (olds, news) in grouped.items():
        for old, new in _matched(olds, news):
            shown = new or old
            if shown is None:
                continue
            yield (
                _side(old, known[0].get(key), before),
                _side(new, known[1].get(key), after),
                shown.component,
                shown.environment,
            )


def _matched(olds: Sequence[Row], news: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    def place(row: Row) -> tuple[str, str]:
        return row.component.solution or "", row.environment or ""

    left = sorted(olds, key=place)
    rest = []
    for new in sorted(news, key=place):
        same = next((old for old in left if place(old) == place(new)), None)
        if same is None:
            rest.append(new)
        else:
            left.remove(same)
            yield same, new
    for number in range(max(len(left), len(rest))):
        yield left[number] if number < len(left) else None, rest[number] if number < len(rest) else None


def _key(component: Component, base: str) -> tuple[str, str]:
    return component.kind.value, component.id.removeprefix(f"{base}:").lower()


def _side(row: Row | None, component: Component | None, state: State) -> Side:
    if row is not None:
        return Side(row.premium.verdict.value, row, row.component)
    if component is None:
        return Side(_ABSENT, None, None)
    return Side(state.licensing.premium(component).verdict.value, None, component)


def _change(old: Side, new: Side) -> Change | None:
    if new.premium == Verdict.YES and old.premium != Verdict.YES:
        return Change.NEWLY_PREMIUM
    if new.premium == Verdict.UNKNOWN and old.premium != Verdict.UNKNOWN:
        return Change.NEWLY_UNKNOWN
    if old.premium in {Verdict.YES, Verdict.UNKNOWN} and new.premium in {Verdict.NO, _ABSENT}:
        return Change.NO_LONGER_PREMIUM
    is_same = (old.needs, old.required, old.short, _reasons(old)) == (new.needs, new.required, new.short, _reasons(new))
    return None if is_same else Change.NEEDS_CHANGED


def _reasons(side: Side) -> set[tuple[str, str | None, str | None]]:
    return {_worded(reason) for reason in side.reasons}


def _worded(reason: PremiumReason) -> tuple[str, str | None, str | None]:
    return reason.word.value, reason.connector, reason.via


def _because(old: Side, new: Side, component: Component, before: State, after: State) -> Iterator[Cause]:
    """Give the steps that appear or go, and the records of the manifest that say something else than before."""
    had, has = _reasons(old), _reasons(new)
    found = [Cause(f"adds {_told(one)}", one.at) for one in new.reasons if _worded(one) not in had]
    found += [Cause(f"drops {_told(one)}", one.at) for one in old.reasons if _worded(one) not in has]
    if old.needs != new.needs or old.short != new.short or old.required != new.required:
        found += _records(old, new, before, after)
    if not found:
        found = [Cause("its tier, or what it needs, is decided here", component.at)]
    yield from dict.fromkeys(found)


def _told(reason: PremiumReason) -> str:
    subject = f" {reason.connector}" if reason.connector else ""
    return f"{reason.word.value}{subject}" + (f" through the flow {reason.via}" if reason.via else "")


def _records(old: Side, new: Side, before: State, after: State) -> Iterator[Cause]:
    was, now = _record(old, before), _record(new, after)
    yield from _changed("the record", was, was and was.at, now, now and now.at)
    groups = {name.lower() for record in (was, now) for name in _groups(record)}
    populations = [
        {
            one.name.lower(): one
            for one in (state.licensing.governance.populations if state.licensing.governance else ())
        }
        for state in (before, after)
    ]
    for name in sorted(groups):
        one, other = populations[0].get(name), populations[1].get(name)
        shown = other or one
        if shown is None:
            continue
        people = _arrow(_number(one.people if one else None), _number(other.people if other else None))
        yield from _changed(
            f"the population {shown.name} ({people} people)", one, one and one.at, other, other and other.at
        )
    plans = {plan for side in (old, new) for need in side.needs for plan in after.licensing.groups[need[2]]}
    records = [
        {state.licensing.plans.id_of(one.plan): one for one in state.workspace.licences} for state in (before, after)
    ]
    for plan in sorted(plans):
        bought, buys = records[0].get(plan), records[1].get(plan)
        name = after.licensing.name_of(plan)
        yield from _changed(f"the licences {name}", bought, bought and bought.at, buys, buys and buys.at)
    yield from _retirements(plans, before, after)


def _retirements(plans: set[str], before: State, after: State) -> Iterator[Cause]:
    """Give the retirements that lower the counts of some plans by more or less than before."""
    found = [
        {one.retirement.subject: one for one in state.licensing.counts.given_back if one.taken and one.plan in plans}
        for state in (before, after)
    ]
    for subject in sorted({*found[0], *found[1]}):
        gave, gives = found[0].get(subject), found[1].get(subject)
        numbers = _arrow(_number(gave.taken if gave else 0), _number(gives.taken if gives else 0))
        yield from _changed(
            f"the licences given back by the retirement of {subject} ({numbers})",
            gave and (gave.taken, gave.environment),
            gave and gave.at,
            gives and (gives.taken, gives.environment),
            gives and gives.at,
        )


def _record(side: Side, state: State) -> AppRecord | FlowRecord | None:
    if side.row is not None and side.row.licensed:
        return side.row.licensed.record
    records = state.workspace.records_of(side.component) if side.component else ()
    return records[0] if records else None


def _groups(record: AppRecord | FlowRecord | None) -> Iterator[str]:
    if isinstance(record, AppRecord):
        yield from (name.text for name in record.shared_with or ())
    elif record is not None:
        yield from (people.who.text for people in record.people if people.who)


def _changed(what: str, was: object, was_at: Anchor | None, now: object, now_at: Anchor | None) -> Iterator[Cause]:
    if _plain(was) == _plain(now):
        return
    if now_at is not None:
        yield Cause(f"{'changes' if was_at else 'adds'} {what}", now_at)
    elif was_at is not None:
        yield Cause(f"drops {what}", was_at)


def _plain(value: object) -> object:
    """Take the places out of a record, which differ between two states whatever it says."""
    if isinstance(value, Anchor):
        return None
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _plans(before: Coverage, after: Coverage) -> Iterator[PlanChange]:
    old, new = ({one.plan: one for one in side.plans} for side in (before, after))
    names = dict(before.names) | dict(after.names)
    for plan in sorted({*old, *new}, key=lambda plan: names[plan]):
        sides = [
            (one.required, one.purchased, one.short) if one else (0, None, 0) for one in (old.get(plan), new.get(plan))
        ]
        if sides[0] != sides[1]:
            yield PlanChange(plan, names[plan], sides[0], sides[1])


def _yearly(before: Coverage, after: Coverage) -> tuple[tuple[Money, Money, Money] | None, str | None]:
    """Give the sums of a year, or why there are none. A price that is missing is said, and currencies are not mixed."""
    for side, when in ((before, "before"), (after, "now")):
        if not side.has_manifest and (side.rows or when == "now"):
            return None, f"no governance files {when}: who uses what is not known"
        if side.has_manifest and (side.prices is None or side.cost is None):
            return None, f"no price list {when}: name `currency` or `price-list` under `tenant`"
        if side.cost is not None and side.cost.intended is None:
            names = ", ".join(dict(side.names).get(plan, plan) for plan in side.cost.missing)
            return None, f"no price {when} for {names}"
    nothing = Money(Decimal(0), Decimal(0), Decimal(0))
    old = before.cost.intended if before.cost and before.cost.intended else nothing
    new = after.cost.intended if after.cost and after.cost.intended else nothing
    if before.prices and after.prices and before.prices.currency != after.prices.currency:
        return None, f"the currency changes from {before.prices.currency} to {after.prices.currency}"
    # Of one list the ends belong together: where the lower price holds, it holds before and after.
    is_one_list = before.prices is None or after.prices is None or before.prices.prices == after.prices.prices
    ends = (new.low - old.low, new.high - old.high) if is_one_list else (new.low - old.high, new.high - old.low)
    return (old, new, Money(min(ends), max(ends), new.middle - old.middle)), None


def as_json(found: Difference) -> str:
    """Write the comparison with the keys of `schemas/licences-diff.json`."""
    places = Places(cause.at for entry in found.entries for cause in entry.because)
    members: dict[str, object] = {
        "base": found.base,
        "as-of": found.as_of,
        "components": [_component(entry, places, found.groups) for entry in found.entries],
        "unchanged": found.unchanged,
        "plans": [
            {"plan": one.plan, "name": one.name}
            | {"before": _plan_side(one.before), "after": _plan_side(one.after)}
            for one in found.plans
        ],
    }  # fmt: skip
    if found.yearly and found.prices:
        old, new, added = map(money_value, found.yearly)
        prices = {"currency": found.prices.currency, "price-list": found.prices.name}
        members["cost"] = {**prices, "yearly": {"before": old, "after": new, "added": added}}
    else:
        members["no-cost"] = found.no_cost
    return document(members)


def _plan_side(side: tuple[int, int | None, int]) -> dict[str, object]:
    required, purchased, short = side
    bought = {} if purchased is None else {"purchased": purchased}
    return {"required": required, **bought, "short": short}


def _component(entry: Entry, places: Places, groups: PlanGroups) -> dict[str, object]:
    component = entry.component
    row: dict[str, object] = {
        "change": entry.change.value, "kind": component.kind.value, "name": component.name, "id": component.id,
    }  # fmt: skip
    optional = (("solution", component.solution), ("environment", entry.environment))
    row |= {key: value for key, value in optional if value is not None}
    row["path"] = component.at.source.path
    row["before"], row["after"] = _state(entry.before, groups), _state(entry.after, groups)
    row["because"] = [{"message": cause.message, **places.row(cause.at)} for cause in entry.because]
    return row


def _state(side: Side, groups: PlanGroups) -> dict[str, object]:
    row: dict[str, object] = {"premium": side.premium}
    row["needs"] = [
        {"who": who, "people": number, "plans": list(groups[group]), "level": level}
        for who, number, group, level in side.needs
    ]
    yearly = side.row.yearly if side.row else None
    optional = (("required", side.required), ("short", side.short), ("yearly", yearly and money_value(yearly)))
    return row | {key: value for key, value in optional if value is not None}


def as_markdown(found: Difference) -> str:
    """Write the comparison for a comment on a pull request."""
    places = Places(cause.at for entry in found.entries for cause in entry.because)
    lines = [f"**{for_markdown(_head(found))}**", "", *(f"- {for_markdown(line)}" for line in _sums(found))]
    for change, title in _TITLES.items():
        entries = [entry for entry in found.entries if entry.change is change]
        if not entries:
            continue
        lines += ["", f"### {title} ({len(entries)})", ""]
        lines += ["| " + " | ".join(_FIRST) + " |", "|" + " --- |" * len(_FIRST)]
        for entry in entries:
            cells = [for_markdown(cell) for cell in _cells(entry, found)]
            cells.append("<br>".join(for_markdown(f"{one.message}: {places.told(one.at)}") for one in entry.because))
            lines.append("| " + " | ".join(cells) + " |")
    if found.plans:
        lines += ["", "| Plan | Required | Purchased | Short |", "| --- | ---: | ---: | ---: |"]
        for plan in found.plans:
            numbers = _numbers(plan)
            lines.append(f"| {for_markdown(plan.name)} | " + " | ".join(numbers) + " |")
    return "\n".join(lines) + "\n"


def as_text(found: Difference, width: int, *, colour: bool) -> Iterator[str]:
    """Lay the comparison out for a terminal."""
    places = Places(cause.at for entry in found.entries for cause in entry.because)

    def bold(text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if colour else text

    yield from (bold(line) for line in folded(for_terminal(_head(found)), width))
    for line in _sums(found):
        yield from folded(for_terminal(line), width)
    for change, title in _TITLES.items():
        entries = [entry for entry in found.entries if entry.change is change]
        if entries:
            yield ""
            yield bold(f"{title} ({len(entries)})")
        for entry in entries:
            told, tier, required, short, yearly = _cells(entry, found)
            yield f"  {for_terminal(told)}"
            numbers = f"tier {tier}; required {required}; short {short}" + (f"; a year {yearly}" if yearly else "")
            yield from (f"    {line}" for line in folded(numbers, width - 4))
            for cause in entry.because:
                yield f"    {for_terminal(f'{cause.message}: {places.told(cause.at)}')}"
    if found.plans:
        yield ""
    for plan in found.plans:
        required, bought, short = _numbers(plan)
        yield from folded(f"{plan.name}: required {required}, purchased {bought}, short {short}", width)


def _numbers(plan: PlanChange) -> list[str]:
    return [_arrow(_number(old), _number(new)) for old, new in zip(plan.before, plan.after, strict=True)]


def _head(found: Difference) -> str:
    changes = counted(len(found.entries), "component") if found.entries else "No component"
    verb = "takes" if len(found.entries) < 2 else "take"  # noqa: PLR2004 - one or none
    return f"{changes} {verb} other licences than at {found.base}"


def _sums(found: Difference) -> Iterator[str]:
    for plan in found.plans:
        added = plan.after[0] - plan.before[0]
        if added:
            verb = "Adds" if added > 0 else "Frees"
            yield f"{verb} {abs(added):,} of {plan.name}."
    if found.yearly and found.prices:
        old, new, added_money = found.yearly
        currency = found.prices.currency
        yield (
            f"A year: {_signed(added_money, currency)}"
            f" ({money_told(old, currency)} at {found.base}, {money_told(new, currency)} now;"
            f" prices of {found.prices.name} as of {found.as_of}, without tax)."
        )
    else:
        yield f"Cost: not compared, {found.no_cost}."
    yield f"Unchanged: {counted(found.unchanged, 'component')}."


def _signed(money: Money, currency: str) -> str:
    if money.low < 0 < money.high:
        less, more = (money_told(Money(sum_, sum_, sum_), currency) for sum_ in (-money.low, money.high))
        return f"between {less} less and {more} more"
    if money.low == money.high == 0:
        return "as much as before"
    if money.high <= 0 and money.low < 0:
        return f"{money_told(Money(-money.high, -money.low, -money.middle), currency)} less"
    return f"{money_told(money, currency)} more"


def _cells(entry: Entry, found: Difference) -> tuple[str, str, str, str, str]:
    where = f" in {entry.environment}" if entry.environment else ""
    words = {"yes": "premium", "no": "standard"}
    tiers = (words.get(side.premium, side.premium) for side in (entry.before, entry.after))
    moneys = (_year(entry.before, found.prices_before), _year(entry.after, found.prices))
    return (
        f"{named(entry.component)}{where}",
        _arrow(*tiers),
        _arrow(_number(entry.before.required), _number(entry.after.required)),
        _arrow(_number(entry.before.short), _number(entry.after.short)),
        _arrow(*moneys) if found.prices or found.prices_before else "",
    )


def _year(side: Side, prices: PriceList | None) -> str:
    if side.row is None:
        return "0"
    return money_told(side.row.yearly, prices.currency) if side.row.yearly and prices else "?"


def _arrow(old: str, new: str) -> str:
    return old if old == new else f"{old} -> {new}"


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}"


def unread(state: State) -> Iterator[str]:
    """Tell of the files that could not be read, which the comparison lacks."""
    for finding in state.workspace.findings:
        if finding.check in _UNREADABLE:
            yield f"{finding.at.source.path}: {finding.message}"
