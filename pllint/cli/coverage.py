"""The coverage report: rows of `schemas/licences.json`, and the same as a table for people, Markdown and CSV."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from pllint.catalogue.groups import PlanGroups
from pllint.check import Context
from pllint.cli import retirements
from pllint.cli.retirements import Gone, gone
from pllint.engine.licensing.budget import (
    PlanCount,
    PriceList,
    Shares,
    SpotCheck,
    YearlyCost,
    plan_counts,
    price_list,
    spot_check,
    yearly_cost,
    yearly_of,
)
from pllint.engine.licensing.cost import Money
from pllint.model.component import APPS, Component, ComponentKind
from pllint.model.estate import GivenBack, LowerCount
from pllint.model.governance import ConnectorRecord, Stage
from pllint.model.licensing import Licensed, Premium, Verdict
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_csv, for_markdown, for_terminal
from pllint.report.json_report import document
from pllint.report.layout import amount, folded

_STAGES = list(Stage)
_JUDGED = frozenset({*APPS, ComponentKind.CLOUD_FLOW})
_COLUMNS = (
    "Name", "Environment", "Stage", "Tier", "Because of", "Population", "Plan", "Required", "Available", "Short",
    "A year", "Currency", "Last spot check", "Next due", "Who needs what",
)  # fmt: skip
_CSV_COLUMNS = (*_COLUMNS[:-1], "Given back", "Paid until", "Cost until then", _COLUMNS[-1])


class Row(NamedTuple):
    """One app or flow of the report."""

    component: Component
    premium: Premium
    licensed: Licensed | None
    stage: Stage | None
    spot_check: SpotCheck
    yearly: Money | None
    unpriced: tuple[str, ...] = ()
    """Plans it takes that have no price; without them there is no sum."""
    given_back: tuple[GivenBack, ...] = ()
    """What was taken out of the passes of its environment since they were counted."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Give the reasons, each once."""
        return tuple(dict.fromkeys(reason.word.value for reason in self.premium.reasons))

    @property
    def required(self) -> int:
        """Count the licences required."""
        needs = self.licensed.judgement.needs if self.licensed else ()
        return sum(row.number for row in needs if row.level == "required")

    @property
    def short(self) -> int:
        """Count those missing."""
        return self.licensed.judgement.short if self.licensed else 0

    @property
    def unknown(self) -> int:
        """Count the people whose licence nobody knows."""
        return self.licensed.judgement.unknown + self.licensed.doubtful if self.licensed else 0

    @property
    def available(self) -> int:
        """Count those that are there."""
        return self.required - self.short - self.unknown

    @property
    def population(self) -> int | None:
        """Count the people it is shared with, as far as they are counted."""
        people = self.licensed.app.people if self.licensed and self.licensed.app else ()
        return sum(group.number or 0 for group in people) if people else None

    @property
    def plan(self) -> str | None:
        """Give the plan that is intended."""
        facts = (self.licensed.app or self.licensed.flow) if self.licensed else None
        return facts.plan if facts else None

    @property
    def environment(self) -> str | None:
        """Name where it is judged for."""
        return self.licensed.environment.name if self.licensed and self.licensed.environment else None


class Coverage(NamedTuple):
    """The whole report."""

    as_of: str
    rows: tuple[Row, ...]
    plans: tuple[PlanCount, ...]
    names: tuple[tuple[str, str], ...]
    """(id of a plan, what it is called today)."""
    sold: frozenset[str]
    """Plans still sold."""
    groups: PlanGroups
    """Which plans meet which need."""
    prices: PriceList | None
    cost: YearlyCost | None
    has_manifest: bool
    gone: tuple[Gone, ...] = ()
    """The retirements."""
    lower_counts: tuple[LowerCount, ...] = ()


def cover(context: Context) -> Coverage:
    """Hold everything that was read against the licence rules."""
    workspace, licensing = context.workspace, context.licensing
    governance = licensing.governance
    prices = price_list(governance, licensing.plans, licensing.as_of) if governance else None
    judged = [
        licensed
        for component in workspace.components
        if not workspace.is_copied(component) and (licensed := licensing.judged(component))
    ]
    shares = Shares(judged, prices, licensing)
    rows = []
    for component in sorted(workspace.components, key=lambda one: (one.at.source.path, one.kind, one.id)):
        if workspace.is_copied(component):
            continue
        premium, licensed = licensing.premium(component), licensing.judged(component)
        if premium.verdict is Verdict.NO and not (licensed and licensed.judgement.needs):
            continue
        if premium.verdict is Verdict.UNKNOWN and component.kind not in _JUDGED:
            continue
        is_retired = bool(licensed and licensed.record and licensing.is_retired(licensed.record))
        if is_retired and not (licensed and licensed.judgement.needs):
            continue
        yearly, unpriced = yearly_of(licensed, prices, shares) if licensed and prices else (None, ())
        connectors = tuple(_connectors(workspace, component))
        stages = [record.stage for record in connectors if record.stage]
        rows.append(
            Row(
                component=component,
                premium=premium,
                licensed=licensed,
                stage=Stage.RETIRED if is_retired else min(stages, key=_STAGES.index, default=None),
                spot_check=spot_check(connectors),
                yearly=yearly,
                unpriced=unpriced,
                given_back=tuple(_taken_out(licensed, context)) if licensed else (),
            )
        )
    licensed_rows = [row.licensed for row in rows if row.licensed]
    counts = plan_counts(licensed_rows, shares, licensing) if governance else ()
    counts = tuple(count._replace(given_back=_taken(count.plan, context)) for count in counts)
    ids = licensing.plans.ids
    return Coverage(
        as_of=licensing.as_of,
        rows=tuple(rows),
        plans=counts,
        names=tuple((plan, licensing.name_of(plan)) for plan in dict.fromkeys((*ids, *(c.plan for c in counts)))),
        sold=frozenset(plan for plan in ids if licensing.plans.sale(plan).is_open_on(licensing.as_of)),
        groups=licensing.groups,
        prices=prices,
        cost=yearly_cost(licensed_rows, counts, prices, licensing.apps_per_pass) if prices else None,
        has_manifest=governance is not None,
        gone=tuple(gone(context)) if governance else (),
        lower_counts=context.estate.exits.lower_counts() if governance else (),
    )


def _taken_out(licensed: Licensed, context: Context) -> Iterator[GivenBack]:
    environment = licensed.environment
    if licensed.app is None or not licensed.app.premium or environment is None:
        return
    for one in context.estate.given_back:
        if one.taken and one.environment and environment.goes_by(one.environment):
            yield one


def _taken(plan: str, context: Context) -> int:
    return sum(one.taken for one in context.estate.given_back if one.plan == plan)


def as_json(found: Coverage) -> str:
    """Write the report with the keys of `schemas/licences.json`."""
    members: dict[str, object] = {
        "components": [_component(row, found) for row in found.rows],
        "plans": [_plan(count, found) for count in found.plans],
    }
    if found.gone:
        members["retirements"] = [retirements.as_json(one) for one in found.gone]
    if found.cost and found.prices:
        sums = found.cost
        yearly: dict[str, object] = {}
        for key, money in (
            ("intended", sums.intended),
            ("per-app", sums.per_app),
            ("per-user", sums.per_user),
            ("mixed", sums.mixed),
        ):
            if money is not None:
                yearly[key] = money_value(money)
        if sums.cheapest:
            yearly["cheapest"] = sums.cheapest
        cost: dict[str, object] = {"currency": found.prices.currency, "price-list": found.prices.name, "yearly": yearly}
        if sums.missing:
            cost["price-missing"] = list(sums.missing)
        if found.prices.other:
            cost["price-in-other-currency"] = [
                {"plan": plan, "currency": currency} for plan, currency in found.prices.other
            ]
        members["cost"] = cost
    return document(members)


def as_text(found: Coverage, width: int, *, colour: bool) -> Iterator[str]:
    """Lay the report out for a terminal."""

    def bold(text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if colour else text

    if not found.rows:
        yield "Nothing that was read takes a premium licence."
    if found.rows:
        yield bold(f"{'Apps and flows':<{width - 31}} {'required':>9} {'available':>10} {'short':>9}")
    for row in found.rows:
        name = for_terminal(row.component.name)[: width - 32]
        numbers = (row.required, row.available, row.short) if row.licensed else ("?", "?", "?")
        yield f"{name:<{width - 31}} " + " ".join(
            f"{number:>{size},}" if isinstance(number, int) else f"{number:>{size}}"
            for number, size in zip(numbers, (9, 10, 9), strict=True)
        )
        for detail in _details(row, found):
            yield from (f"  {line}" for line in folded(for_terminal(detail), width - 2))
    if found.plans:
        yield ""
        yield from _plan_table(found, width, bold)
    if found.gone:
        yield ""
        yield bold("Retirements")
        yield from retirements.as_text(found.gone, found.prices.currency if found.prices else None, width)
        for line in map(_lower_count, found.lower_counts):
            yield from folded(line, width)
    yield ""
    yield from _told_cost(found, width)


def _plan_table(found: Coverage, width: int, bold: Callable[[str], str]) -> Iterator[str]:
    """Give the plans, a line each; what was given back has a column where there is any."""
    columns = {"purchased": 10, "assigned": 10, "given back": 11, "required": 9, "short": 9}
    if not _gave_back(found):
        del columns["given back"]
    room = width - sum(columns.values()) - len(columns)
    yield bold(f"{'Plans':<{room}}" + "".join(f" {column:>{size}}" for column, size in columns.items()))
    for count in found.plans:
        told = {
            "purchased": count.purchased, "assigned": count.assigned, "given back": count.given_back,
            "required": count.required, "short": count.short,
        }  # fmt: skip
        numbers = (f" {_number(told[column], unknown='?'):>{size}}" for column, size in columns.items())
        yield f"{dict(found.names)[count.plan][: room - 1]:<{room}}" + "".join(numbers)


def _gave_back(found: Coverage) -> bool:
    return any(count.given_back for count in found.plans)


def _lower_count(one: LowerCount) -> str:
    return (
        f"From {one.since} on, the {one.purchased:,} {one.name} licences that are bought may be lowered to {one.to:,}"
        f"{' at the lowest' if one.at_lowest else ''};"
        " only a newer count shows that they were."
    )


def as_markdown(found: Coverage) -> str:
    """Write the report as tables of Markdown."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|" + " --- |" * len(_COLUMNS)]
    lines += [
        "| " + " | ".join(for_markdown(cell) for cell in cells) + " |"
        for cells in (_cells(row, found) for row in found.rows)
    ]
    if found.plans:
        extra = _gave_back(found)
        head, rule = ("| Given back ", "| ---: ") if extra else ("", "")
        lines += ["", f"| Plan | Purchased | Assigned {head}| Required | Short |"]
        lines.append(f"| --- | ---: | ---: {rule}| ---: | ---: |")
        for count in found.plans:
            cells = (dict(found.names)[count.plan], _number(count.purchased), _number(count.assigned))
            told = " | ".join(map(for_markdown, cells)) + (f" | {count.given_back:,}" if extra else "")
            lines.append(f"| {told} | {count.required:,} | {count.short:,} |")
    if found.gone:
        lines += ["", *retirements.as_markdown(found.gone, found.prices.currency if found.prices else None)]
        lines += [part for one in found.lower_counts for part in ("", for_markdown(_lower_count(one)))]
    lines += ["", *(for_markdown(line) for line in _told_cost(found, 10_000))]
    return "\n".join(lines) + "\n"


def as_csv(found: Coverage) -> str:
    """Write the rows of apps and flows, and a row for each retirement, as CSV, safe to open in a spreadsheet."""
    rows = [_csv_cells(row, found) for row in found.rows] + [_retired_cells(one, found) for one in found.gone]
    lines = [",".join(_CSV_COLUMNS), *(",".join(for_csv(_plain(cell)) for cell in row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _csv_cells(row: Row, found: Coverage) -> Sequence[str]:
    *cells, needs = _cells(row, found)
    taken = sum(one.taken for one in row.given_back)
    return (*cells, f"{taken:,}" if taken else "", "", "", needs)


def _retired_cells(one: Gone, found: Coverage) -> Sequence[str]:
    name, environment, population, plan, given_back, until, cost, decided = retirements.cells_of(one)
    known = {
        "Name": name, "Environment": environment, "Stage": Stage.RETIRED.value, "Population": population, "Plan": plan,
        "Currency": found.prices.currency if found.prices and cost else "", "Given back": given_back,
        "Paid until": until, "Cost until then": cost, "Who needs what": decided,
    }  # fmt: skip
    return tuple(known.get(column, "") for column in _CSV_COLUMNS)


def _plain(cell: str) -> str:
    """Take the separators of thousands out of numbers."""
    return cell.replace(",", "") if cell and not cell.strip("0123456789,.-") else cell


def _component(row: Row, found_in: Coverage) -> dict[str, object]:
    component = row.component
    found: dict[str, object] = {"kind": component.kind.value, "name": component.name, "id": component.id}
    judgement = row.licensed.judgement if row.licensed else None
    optional: tuple[tuple[str, object], ...] = (
        ("solution", component.solution),
        ("path", component.at.source.path),
        ("environment", row.environment),
        ("stage", row.stage.value if row.stage else None),
        ("premium", row.premium.verdict.value),
        ("premium-reasons", list(row.reasons)),
        ("population", row.population),
        ("plan", row.plan),
        ("needs", [
            {"who": need.who, "people": need.number, "plans": list(found_in.groups[need.any_of]), "level": need.level}
            for need in (judgement.needs if judgement else ())
        ]),
        ("required", row.required),
        ("available", row.available),
        ("short", row.short),
        ("unknown", row.unknown or None),
        ("metered-users", judgement.metered_users if judgement else None),
        ("yearly", money_value(row.yearly) if row.yearly else None),
        ("price-missing", list(row.unpriced) or None),
        ("last-spot-check", row.spot_check.last),
        ("next-spot-check", row.spot_check.due),
    )  # fmt: skip
    return found | {key: value for key, value in optional if value is not None}


def _plan(count: PlanCount, found: Coverage) -> dict[str, object]:
    names = dict(found.names)
    fewer = next((one for one in found.lower_counts if one.plan == count.plan), None)
    optional: tuple[tuple[str, object], ...] = (
        ("plan", count.plan),
        ("name", names[count.plan]),
        ("purchased", count.purchased),
        ("assigned", count.assigned),
        ("given-back", count.given_back or None),
        ("required", count.required),
        ("short", count.short),
        ("as-of", count.as_of),
        ("may-be-lowered", _may_be_lowered(fewer) if fewer else None),
    )
    return {key: value for key, value in optional if value is not None}


def _may_be_lowered(one: LowerCount) -> dict[str, object]:
    found: dict[str, object] = {"to": one.to, "from": one.since}
    return found | {"at-lowest": True} if one.at_lowest else found


def _connectors(workspace: Workspace, component: Component) -> Iterator[ConnectorRecord]:
    """Give the records of the custom connectors that a component uses."""
    governance = workspace.governance
    for use in component.uses:
        definition = workspace.definition_of(use)
        if governance is None or not use.custom:
            continue
        names = {use.connector.lower(), (use.display_name or use.connector).strip().lower()}
        if definition is not None:
            names |= {definition.name.lower(), definition.display_name.strip().lower()}
        yield from (
            record
            for record in governance.connectors
            if names & {record.name.strip().lower(), (record.id or record.name).lower()}
        )


def _details(row: Row, found: Coverage) -> Iterator[str]:
    where = f" in {row.environment}" if row.environment else ""
    stage = f", {row.stage.value}" if row.stage else ""
    because = ", ".join(row.reasons)
    known = {"yes": f"premium because of {because}", "no": because, "unknown": "its tier is not known"}
    yield f"{row.component.kind.value.replace('-', ' ')}{where}{stage}; {known[row.premium.verdict.value]}"
    yield from _told_needs(row, found)
    if row.licensed and row.licensed.judgement.unknown:
        yield f"of {row.licensed.judgement.unknown:,} people nobody says which licences they hold"
    for one in row.given_back:
        yield f"{one.number:,} passes there were given back by {one.by}: {one.told}"
    if row.licensed and row.licensed.doubtful:
        first = row.licensed.doubts[0]
        yield (
            f"whether {row.licensed.doubtful:,} of its people have a licence is not known:"
            f" {first.what} were given back by {first.by}, and {first.told}"
        )
    if row.yearly and found.prices:
        yield f"a year: {money_told(row.yearly, found.prices.currency)}"
    if row.unpriced:
        yield f"a year: {_no_price(row, found)}"
    if row.spot_check.due:
        yield f"last spot check {row.spot_check.last or 'never'}, next due {row.spot_check.due}"


def _told_needs(row: Row, found: Coverage) -> Iterator[str]:
    names = dict(found.names)
    for need in row.licensed.judgement.needs if row.licensed else ():
        plans = [names[plan] for plan in found.groups[need.any_of] if plan in found.sold]
        advised = " (advised)" if need.level == "advised" else ""
        yield f"{need.who.replace('-', ' ')} {need.number:,}{advised}: any of {', '.join(plans)}"


def _told_cost(found: Coverage, width: int) -> Iterator[str]:
    if not found.has_manifest:
        yield "No governance files: who uses what and which licences there are is not known."
        return
    if found.cost is None or found.prices is None:
        yield "Cost: no price list; name `currency` or `price-list` under `tenant`."
        return
    currency, cost = found.prices.currency, found.cost
    if cost.intended is not None:
        yield f"A year as intended: {money_told(cost.intended, currency)}"
    if cost.per_app and cost.per_user and cost.mixed:
        sums = [money_told(sum_, currency) for sum_ in (cost.per_app, cost.per_user, cost.mixed)]
        ways = f"Apps: all by pass {sums[0]}, all Premium {sums[1]}, mixed {sums[2]}; cheapest: {cost.cheapest}"
        yield from folded(ways, width)
    if cost.missing:
        names = dict(found.names)
        missing = ", ".join(names.get(plan, plan) for plan in cost.missing)
        yield from folded(f"No price in {currency} for {missing}: write `price` under `licences`", width)
    for plan, other in found.prices.other:
        named = dict(found.names).get(plan, plan)
        yield from folded(f"The price of {named} on record is in {other}, and no sum in {currency} counts it", width)
    yield from folded(
        f"Prices of {found.prices.name} as of {found.as_of}, without tax; list prices are indicative", width
    )


def _cells(row: Row, found: Coverage) -> Sequence[str]:
    return (
        row.component.name,
        row.environment or "",
        row.stage.value if row.stage else "",
        {"yes": "premium", "no": "standard", "unknown": "unknown"}[row.premium.verdict.value],
        ", ".join(row.reasons),
        _number(row.population),
        row.plan or "",
        f"{row.required:,}" if row.licensed else "",
        f"{row.available:,}" if row.licensed else "",
        f"{row.short:,}" if row.licensed else "",
        money_told(row.yearly, "") if row.yearly else _no_price(row, found),
        found.prices.currency if found.prices and row.yearly else "",
        row.spot_check.last or "",
        row.spot_check.due or "",
        "; ".join(_told_needs(row, found)),
    )


def _no_price(row: Row, found: Coverage) -> str:
    """Say which prices are missing for a sum; nothing where none is."""
    if found.prices is None:
        return "no price list" if row.required else ""
    names = dict(found.names)
    return f"no price of {', '.join(names.get(plan, plan) for plan in row.unpriced)}" if row.unpriced else ""


def _number(number: int | None, unknown: str = "") -> str:
    return unknown if number is None else f"{number:,}"


def money_told(money: Money, currency: str) -> str:
    """Write a sum, or a range with a dash: `GBP 126,000-162,000`."""
    sums = f"{amount(money.low)}-{amount(money.high)}" if money.is_range else amount(money.middle)
    return f"{currency} {sums}".strip()


def money_value(money: Money) -> object:
    """Give a sum, or the two ends of a range, for JSON."""

    def number(total: Decimal) -> int | float:
        return int(total) if total == total.to_integral_value() else float(total)

    return [number(money.low), number(money.high)] if money.is_range else number(money.middle)
