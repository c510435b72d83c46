"""The report for people: a paragraph per cause with the source line and a caret, then what was read and what was not.

One policy line often decides about many components in many environments. Findings that differ in nothing else are one
paragraph, which lists the other places.
"""

from collections.abc import Iterable, Iterator

from pllint.finding import ComponentRef, Confidence, Place, Report, ReportedFinding, Severity
from pllint.profiles import next_profile
from pllint.record import NamedTuple
from pllint.report import RenderOptions
from pllint.report.escape import at_line_start, for_terminal
from pllint.report.layout import counted, folded, joined, snippet
from pllint.report.rows import findings_in_words, summary_of

_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_BOLD, _DIM, _GREEN = "1", "2", "32"
_LABEL = 9
_MOST_PLACES = 8
_MOST_REASONS = 4
_MOST_ALIKE = 2
_LONG_LINE = 160
_CONFIDENCE = {
    Confidence.LIKELY: "rests on a documented default, because a file that would prove it is not here",
    Confidence.INFERRED: "rests on our reading where the documents are silent",
}
_MOST_CHECKS = 8
_NOTHING = "Read nothing: found no solution, flow, app, custom connector, policy or governance file"
_SINGULARS = {
    "deployment-settings": "deployment settings file",
    "policies": "policy",
    "model-driven-apps": "model-driven app",
}


class Occurrence(NamedTuple):
    """One place of a cause, and the environments it shows in."""

    finding: ReportedFinding
    environments: tuple[str, ...]


class Cause(NamedTuple):
    """Findings that differ in component, place and environment only; never empty."""

    occurrences: tuple[Occurrence, ...]


def render(report: Report, options: RenderOptions) -> str:
    """Give the report for a screen or a log; options say what it can show."""
    return "".join(f"{line}\n" for line in _lines(report, _Pen(options)))


def causes(findings: Iterable[ReportedFinding]) -> tuple[Cause, ...]:
    """Group findings that count by their cause, in the order of each cause's first finding."""
    groups: dict[tuple[object, ...], dict[tuple[object, ...], list[ReportedFinding]]] = {}
    for finding in findings:
        if not finding.waived:
            places = groups.setdefault(_cause_key(finding), {})
            places.setdefault((finding.component, finding.place), []).append(finding)
    return tuple(
        Cause(
            tuple(
                Occurrence(members[0], tuple(dict.fromkeys(one.environment for one in members if one.environment)))
                for members in places.values()
            )
        )
        for places in groups.values()
    )


def _cause_key(finding: ReportedFinding) -> tuple[object, ...]:
    return (
        finding.check,
        finding.severity,
        finding.confidence,
        finding.policy,
        finding.connectors,
        _anonymous(finding.message, finding),
        _anonymous(finding.remedy, finding),
    )


def _anonymous(text: str, finding: ReportedFinding) -> str:
    names = [finding.environment or ""]
    if finding.component:
        names += [finding.component.name, finding.component.id]
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = _without(name, text)
    return text


def _without(name: str, text: str) -> str:
    """Take a name out of a text where it is no part of a longer one; a pattern for each name would cost much more."""
    kept = []
    start = at = 0
    while (at := text.find(name, at)) >= 0:
        end = at + len(name)
        if _joins(text[at - 1 : at]) or _joins(text[end : end + 1]):
            at += 1
        else:
            kept.append(text[start:at])
            start = at = end
    return "\0".join([*kept, text[start:]])


def _joins(character: str) -> bool:
    return character.isalnum() or character in {"_", "-"}


class _Pen:
    """Colours, links and folds as far as the options allow."""

    def __init__(self, options: RenderOptions) -> None:
        self.options = options
        self.ellipsis = "..." if options.ascii_only else "…"

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.options.colour else text

    def link(self, text: str, address: str) -> str:
        if self.options.links and address.startswith("https://"):
            return f"\x1b]8;;{for_terminal(address)}\x1b\\{text}\x1b]8;;\x1b\\"
        return text

    def fold(self, text: str, indent: int, first: str = "") -> Iterator[str]:
        """Break text into indented lines; `first` stands in the indent of the first one."""
        lines = folded(for_terminal(text), max(self.options.width - indent, 20))
        yield first + " " * (indent - len(first)) + next(lines)
        for line in lines:
            yield " " * indent + at_line_start(line)

    def row(self, label: str, text: str) -> Iterator[str]:
        lines = self.fold(text, _LABEL + 2, f"  {label}")
        head = next(lines)
        yield f"  {self.paint(label, _DIM)}{head[2 + len(label) :]}"
        yield from lines


def _lines(report: Report, pen: _Pen) -> Iterator[str]:
    for cause in causes(report.findings):
        yield from _paragraph(cause, pen)
        yield ""
    yield from _closing(report, pen)


def _paragraph(cause: Cause, pen: _Pen) -> Iterator[str]:
    main, *others = cause.occurrences
    finding = main.finding
    word = f"{finding.severity}:"
    heading = pen.fold(finding.message, len(word) + 1, word)
    yield pen.paint(word, _COLOURS[finding.severity]) + pen.paint(next(heading)[len(word) :], _BOLD)
    for line in heading:
        yield pen.paint(line, _BOLD)
    yield f"  {pen.link(finding.check, finding.source)} {finding.name}"
    yield f"  {pen.paint('-->', _DIM)} {_where(finding.place)}"
    yield from _excerpt(finding, pen)
    if finding.component and finding.component.name not in finding.message:
        yield from pen.row("about", _component(finding.component))
    if main.environments and main.environments[0] not in finding.message:
        yield from pen.row("in", joined(list(main.environments)))
    elif main.environments[1:]:
        yield from pen.row("also in", joined(list(main.environments[1:])))
    for related in finding.related[:_MOST_REASONS]:
        yield from pen.row("because", f"{_where(related.place)} {related.message}")
    if finding.related[_MOST_REASONS:]:
        yield from pen.row("because", f"{len(finding.related) - _MOST_REASONS:,} more (--output json lists all)")
    if finding.confidence in _CONFIDENCE:
        yield from pen.row("sure?", f"{finding.confidence}: {_CONFIDENCE[finding.confidence]}")
    if finding.remedy:
        yield from pen.row("fix", finding.remedy)
    yield from _others(others, main, pen)


def _others(others: list[Occurrence], main: Occurrence, pen: _Pen) -> Iterator[str]:
    for occurrence in others[:_MOST_PLACES]:
        finding = occurrence.finding
        text = _where(finding.place)
        if finding.component and finding.component != main.finding.component:
            text = f"{_component(finding.component)}, {text}"
        if occurrence.environments and occurrence.environments != main.environments:
            text = f"{text}, in {joined(list(occurrence.environments))}"
        yield from pen.row("also", text)
    if others[_MOST_PLACES:]:
        yield from pen.row("also", f"{counted(len(others) - _MOST_PLACES, 'more place')} (--output concise lists all)")


def _where(place: Place) -> str:
    return for_terminal(f"{place.path}:{place.span.line}:{place.span.column}")


def _component(component: ComponentRef) -> str:
    solution = f" of {component.solution}" if component.solution else ""
    return f"{component.name} ({str(component.kind).replace('-', ' ')}{solution})"


def _excerpt(finding: ReportedFinding, pen: _Pen) -> Iterator[str]:
    span = finding.place.span
    line = finding.excerpt[0] if finding.excerpt else ""
    if line.strip() and (span.end_line, span.end_column) > (span.line, span.column):
        number = str(span.line)
        end_column = span.end_column if span.end_line == span.line else None
        room = pen.options.width - len(number) - 5
        shown = snippet(line, span.column, end_column, room, pen.ellipsis)
        yield f"  {pen.paint(number + ' |', _DIM)} {shown.text}"
        yield f"  {' ' * len(number)} {pen.paint('|', _DIM)} {pen.paint(shown.caret, _COLOURS[finding.severity])}"
    # A line and a column say little about a file that is all one line.
    if span.pointer and (span.line == 1 or len(line) > _LONG_LINE):
        yield from pen.row("at", span.pointer)


def _closing(report: Report, pen: _Pen) -> Iterator[str]:
    read = [_counted_kind(name, number) for name, number in report.read]
    told = f"Read {joined(read)}" if read else _NOTHING
    if report.skipped:
        told += f"; skipped {counted(len(report.skipped), 'file')} (`pllint show` says why)"
    yield from pen.fold(f"{told}.", 0)
    if read:  # where nothing was read, everything lacks everything
        yield from _gaps(report, pen)
    dates = "".join(f"; {name.replace('-', ' ')} data of {date}" for name, date in report.data)
    yield from pen.fold(f"Rules as of {report.as_of}{dates}.", 0)
    counts = summary_of(report)
    worst = next((severity for severity in Severity if counts[severity.value]), None)
    text = findings_in_words(report)
    waived = sum(bool(finding.waived) for finding in report.findings)
    text = text[0].upper() + text[1:]
    text += f"; {counted(waived, 'finding')} waived" if waived else ""
    text += f"; profile met: {report.profile_met or 'none'}" if report.profile_met or report.held_back_by else ""
    if report.profile_asked and report.profile_asked != report.profile_met:
        text += f"; profile asked for: {report.profile_asked}"
    if (wanted := next_profile(report.profile_met)) and report.held_back_by:
        shown = list(report.held_back_by[:_MOST_CHECKS])
        shown += [f"{left} more"] if (left := len(report.held_back_by) - len(shown)) else []
        yield from pen.fold(f"The profile {wanted.name} is held back by {joined(shown)}.", 0)
    yield pen.paint(f"{text}.", _COLOURS[worst] if worst else _GREEN if read else _BOLD)


def _gaps(report: Report, pen: _Pen) -> Iterator[str]:
    told: dict[tuple[str, str], list[str]] = {}
    for gap in report.could_not_run:
        told.setdefault((gap.reason, gap.remedy), []).append(gap.check)
    # One check often lacks the same kind of fact about many components: a few tell the story.
    reasons_of: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for fact, lacking in told.items():
        reasons_of.setdefault(tuple(dict.fromkeys(lacking)), []).append(fact)
    if told:
        number = len({gap.check for gap in report.could_not_run})
        yield f"{counted(number, 'check')} could not run, or not on everything:"
    for checks, reasons in reasons_of.items():
        listed = list(checks)
        if listed[_MOST_PLACES:]:
            listed[_MOST_PLACES:] = [f"{len(listed) - _MOST_PLACES} more"]
        for reason, remedy in reasons[:_MOST_ALIKE]:
            yield from pen.fold(f"{joined(listed)}: {reason}{f': {remedy}' if remedy else ''}", 2)
        if reasons[_MOST_ALIKE:]:
            more = len(reasons) - _MOST_ALIKE
            yield from pen.fold(f"{joined(listed)}: {more:,} more like this (--output json lists all)", 2)


def _counted_kind(name: str, number: int) -> str:
    singular = _SINGULARS.get(name, name.removesuffix("s"))
    return counted(number, singular if " " in singular else singular.replace("-", " "))
