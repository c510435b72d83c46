"""`pllint matrix`: the verdict of the data policies on every component in every environment it goes to."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from pllint.check import Context
from pllint.cli.arguments import Parser, one_of
from pllint.cli.judging import (
    EFFECTS,
    NOTHING_READ,
    WORDS,
    Judged,
    add_reading,
    considered,
    judged,
    judged_row,
    named,
    reason_row,
    reason_told,
)
from pllint.cli.output import options_for, write
from pllint.engine.dlp.matrix import Cell
from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.verdict import Outcome
from pllint.record import NamedTuple
from pllint.report.escape import for_csv, for_markdown, for_terminal
from pllint.report.json_report import array
from pllint.report.layout import counted, folded, joined, width_of

_FORMATS = ("text", "markdown", "json", "csv")
_COLOURS = {Outcome.VIOLATION: "1;31", Outcome.INDETERMINATE: "1;33", Outcome.ALLOWED: "32"}
_HEADINGS = ("kind", "name", "id", "solution", "environment", "verdict", "policies", "rules", "connectors")
_ELSEWHERE = "-"
_GAP = 2
_LEAST_NAME = 24


class Line(NamedTuple):
    """The verdict on a component in an environment."""

    judged: Judged
    cell: Cell


def run(arguments: Sequence[str]) -> int:
    """Print the matrix; status 3 when nothing was read."""
    parser = Parser("matrix", "Show what the data policies make of every component in every environment it goes to.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, solution .zip or file; default: the project")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default), markdown, json or csv")
    parser.add_argument(
        "--only", metavar="VERDICT", help="only components with this verdict: violation, open or allowed"
    )
    add_reading(parser)
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    only = one_of(str(parsed.only), sorted(WORDS.values()), "verdict") if parsed.only else None
    context = considered([str(path) for path in parsed.paths], parsed)
    lines = [Line(one, context.matrix.cell(one.component, one.environment)) for one in judged(context)]
    if form == "text":
        shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
        text = "".join(f"{line}\n" for line in table(lines, context, shown.width, only=only, colour=shown.colour))
        write(text, sys.stdout)
    else:
        write(rendered([line for line in lines if only in {None, WORDS[line.cell.outcome]}], form), sys.stdout, form)
    return 0 if context.workspace.counts else NOTHING_READ


def rendered(lines: Sequence[Line], form: str) -> str:
    """Give the matrix for programs and pages: json, csv or markdown."""
    if form == "json":
        return array([judged_row(one, cell.outcome, map(reason_row, cell.because)) for one, cell in lines])
    return _csv(lines) if form == "csv" else _markdown(lines)


def table(
    lines: Sequence[Line], context: Context, width: int, *, only: str | None = None, colour: bool = False
) -> Iterator[str]:
    """Lay the matrix out for a screen, environments of equal columns together, and tell the reasons below it."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colour else text

    grid = _Grid(lines, only)
    if grid.columns:
        name_width = max(_LEAST_NAME, min(width // 2, max(width_of(for_terminal(named(one))) for one in grid.rows)))
        heads = grid.names()
        cell_width = max(width_of(word) for word in (*heads, *WORDS.values())) + _GAP
        if any(len(group) > 1 for group in grid.columns) or name_width + len(heads) * cell_width > width:
            yield from grid.legend(width, paint("Environments", "1"))
            heads = [str(number) for number in range(1, len(heads) + 1)]
            cell_width = max(len(word) for word in WORDS.values()) + _GAP
        per_block = max(1, (width - name_width) // cell_width)
        for start in range(0, len(grid.columns), per_block):
            block = grid.columns[start : start + per_block]
            titles = "".join(
                f"{'':{_GAP}}{head}{' ' * (cell_width - _GAP - width_of(head))}"
                for head in heads[start : start + len(block)]
            )
            yield paint(f"{'Component':<{name_width}}{titles}".rstrip(), "1")
            for component in grid.rows:
                cells = [grid.cell(component, group[0]) for group in block]
                told = "".join(
                    f"{'':{_GAP}}"
                    + paint(f"{_word(cell):<{cell_width - _GAP}}", _COLOURS[cell.outcome] if cell else "2")
                    for cell in cells
                )
                *before, last = folded(for_terminal(named(component)), name_width)
                yield from before
                yield f"{last}{' ' * max(name_width - width_of(last), 0)}{told}".rstrip()
            yield ""
        yield from _reasons(lines, only, context, width)
    yield from folded(_summary(lines, context), width)


def _word(cell: Cell | None) -> str:
    return WORDS[cell.outcome] if cell else _ELSEWHERE


class _Grid:
    """The lines by component and environment, environments of equal columns together."""

    def __init__(self, lines: Sequence[Line], only: str | None) -> None:
        shown = {id(line.judged.component) for line in lines if only in {None, WORDS[line.cell.outcome]}}
        kept = [line for line in lines if id(line.judged.component) in shown]
        self.rows: list[Component] = list({id(one.component): one.component for one, _ in kept}.values())
        self._cells = {(id(one.component), one.environment): cell for one, cell in kept}
        self._places = {one.environment: one.place for one, _ in kept}
        groups: dict[tuple[str, ...], list[Environment]] = {}
        for environment in dict.fromkeys(one.environment for one, _ in kept):
            column = tuple(_word(self.cell(component, environment)) for component in self.rows)
            groups.setdefault(column, []).append(environment)
        self.columns = list(groups.values())

    def cell(self, component: Component, environment: Environment) -> Cell | None:
        """Give the verdict; None where the component does not go."""
        return self._cells.get((id(component), environment))

    def names(self) -> list[str]:
        """Give the name of the first environment of each column."""
        return [for_terminal(self.place(group[0])) for group in self.columns]

    def place(self, environment: Environment) -> str:
        """Give the name of an environment as it is told."""
        return self._places[environment]

    def legend(self, width: int, title: str) -> Iterator[str]:
        """Say which environments the numbered columns stand for."""
        yield title
        for number, group in enumerate(self.columns, 1):
            names = joined([self.place(environment) for environment in group])
            for position, line in enumerate(folded(for_terminal(names), width - 6)):
                yield f"  {number if not position else '':<3} {line}"
        yield ""


def _reasons(lines: Sequence[Line], only: str | None, context: Context, width: int) -> Iterator[str]:
    told: dict[tuple[str, str, str], list[str]] = {}
    for one, cell in lines:
        word = WORDS[cell.outcome]
        if cell.outcome is not Outcome.ALLOWED and only in {None, word}:
            for reason in cell.because:
                key = (named(one.component), word, reason_told(reason, context))
                told.setdefault(key, []).append(one.place)
    if not told:
        return
    for (name, word, why), environments in told.items():
        sentence = f"{name}: {word} in {joined(environments)}: {why}"
        for number, line in enumerate(folded(for_terminal(sentence), width - 2)):
            yield f"{'  ' if number else ''}{line}"
    yield ""


def _summary(lines: Sequence[Line], context: Context) -> str:
    if not lines:
        return "Read no app, flow or agent that data policies govern."
    counts = {word: sum(WORDS[line.cell.outcome] == word for line in lines) for word in WORDS.values()}
    components = len({id(line.judged.component) for line in lines})
    environments = len({line.judged.environment for line in lines})
    beside = len(context.workspace.components) - sum(one.kind in EFFECTS for one in context.workspace.components)
    others = f" {counted(beside, 'component')} of other kinds, which data policies do not govern." if beside else ""
    return (
        f"{counted(components, 'component')} in {counted(environments, 'environment')}:"
        f" {counts['violation']:,} violation, {counts['open']:,} open, {counts['allowed']:,} allowed.{others}"
        " `pllint why COMPONENT` tells the chain."
    )


def _csv(lines: Iterable[Line]) -> str:
    rows = [",".join(map(for_csv, _HEADINGS))]
    for (component, _, place), cell in lines:
        values = (
            component.kind.value,
            component.name,
            component.id,
            component.solution or "",
            place,
            WORDS[cell.outcome],
            "; ".join(dict.fromkeys(reason.policy for reason in cell.because if reason.policy)),
            "; ".join(dict.fromkeys(reason.rule.value for reason in cell.because)),
            "; ".join(dict.fromkeys(key for reason in cell.because for key in reason.connectors)),
        )
        rows.append(",".join(map(for_csv, values)))
    return "\n".join(rows) + "\n"


def _markdown(lines: Sequence[Line]) -> str:
    grid = _Grid(lines, None)
    if not grid.columns:
        return "No app, flow or agent that data policies govern.\n"
    heads = ["component", *("<br>".join(for_markdown(grid.place(one)) for one in group) for group in grid.columns)]
    rows = [heads, ["---"] * len(heads)]
    for component in grid.rows:
        cells = (grid.cell(component, group[0]) for group in grid.columns)
        rows.append([for_markdown(named(component)), *(_emphasised(cell) for cell in cells)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _emphasised(cell: Cell | None) -> str:
    word = _word(cell)
    return f"**{word}**" if cell and cell.outcome is Outcome.VIOLATION else word
