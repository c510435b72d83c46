"""The production checklist in the formats of `pllint gate`: for a screen, for a pull request, for a machine."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from pllint.record import NamedTuple
from pllint.report import RenderOptions
from pllint.report.escape import for_markdown, for_terminal
from pllint.report.json_report import document
from pllint.report.layout import folded

_INDENT = 11


class Line(NamedTuple):
    """One requirement as it is shown."""

    stage: str
    requirement: str
    state: str
    evidence: str
    checks: tuple[str, ...]
    who: str
    place: str
    """`path:line` of what decides it; empty when it is met."""
    waived: str

    @property
    def passes(self) -> bool:
        """Tell whether it keeps the solution back no longer."""
        return self.state == "met" or bool(self.waived)

    @property
    def proof(self) -> str:
        """Give the evidence with its place, and why it is accepted."""
        place = f" ({self.place})" if self.place else ""
        waived = f"; waived: {self.waived}" if self.waived else ""
        return f"{self.evidence}{place}{waived}"


class Checklist(NamedTuple):
    """A checklist as it is shown."""

    solution: str
    environment: str
    lines: tuple[Line, ...]
    as_of: str
    """The day it is judged on, ISO."""

    @property
    def open(self) -> Sequence[Line]:
        """Give the requirements that keep the solution back."""
        return [line for line in self.lines if not line.passes]

    @property
    def outcome(self) -> str:
        """Say in a line whether the solution may go."""
        total, left = len(self.lines), len(self.open)
        if not left:
            waived = sum(bool(line.waived) for line in self.lines)
            how = f"met or waived ({waived} waived)" if waived else "met"
            return f"{self.solution} may go to {self.environment}: {total} of {total} requirements are {how}"
        verb = "is" if left == 1 else "are"
        return f"{self.solution} may not go to {self.environment}: {left} of {total} requirements {verb} open"


def as_json(checklist: Checklist) -> str:
    """Give the checklist as `schemas/gate.json` describes it."""
    return document(
        {
            "solution": checklist.solution,
            "environment": checklist.environment,
            "as-of": checklist.as_of,
            "passes": not checklist.open,
            "rows": [
                {
                    "stage": line.stage,
                    "requirement": line.requirement,
                    "state": line.state,
                    "evidence": line.proof if line.passes else f"{line.proof}; {line.who} has to act",
                    "checks": list(line.checks),
                }
                for line in checklist.lines
            ],
        }
    )


def as_markdown(checklist: Checklist) -> str:
    """Give the checklist for a pull request: what is open first, all of it folded away."""
    parts = [f"### {for_markdown(checklist.outcome)}", "", f"As of {checklist.as_of}.", ""]
    if checklist.open:
        parts += [*_table(checklist.open), ""]
    parts += [f"<details><summary>All {len(checklist.lines)} requirements</summary>", ""]
    parts += [*_table(checklist.lines), "", "</details>"]
    return "\n".join(parts) + "\n"


def _table(lines: Sequence[Line]) -> Iterator[str]:
    yield "| state | requirement | evidence | who acts | checks |"
    yield "| --- | --- | --- | --- | --- |"
    for line in lines:
        cells = (_state(line), line.requirement, line.proof, "" if line.passes else line.who, ", ".join(line.checks))
        yield f"| {' | '.join(map(for_markdown, cells))} |"


def as_text(checklist: Checklist, options: RenderOptions) -> str:
    """Give the checklist for a screen: a heading a stage, a line a requirement, and what to do under open ones."""
    lines: list[str] = []
    for stage, rows in groupby(checklist.lines, key=lambda line: line.stage):
        lines += [_bold(stage, options), *(text for row in rows for text in _text(row, options)), ""]
    lines += folded(f"As of {checklist.as_of}.", options.width)
    return "\n".join([*lines, *folded(for_terminal(checklist.outcome), options.width)]) + "\n"


def _text(line: Line, options: RenderOptions) -> Iterator[str]:
    state = f"  {_state(line):<{_INDENT - 2}}"
    first, *rest = folded(for_terminal(line.requirement), options.width - _INDENT)
    yield f"{_coloured(state, line, options)}{first}"
    yield from (f"{'':{_INDENT}}{text}" for text in rest)
    below = [line.proof] if line.proof else []
    if not line.passes:
        below += [f"{line.who} has to act ({', '.join(line.checks)})"]
    for text in below:
        for part in folded(for_terminal(text), options.width - _INDENT - 2):
            yield f"{'':{_INDENT + 2}}{part}"


def _state(line: Line) -> str:
    return "waived" if line.waived else line.state


def _bold(text: str, options: RenderOptions) -> str:
    return f"\x1b[1m{text}\x1b[0m" if options.colour else text


def _coloured(text: str, line: Line, options: RenderOptions) -> str:
    if not options.colour:
        return text
    return f"\x1b[{32 if line.passes else 31}m{text}\x1b[0m"
