"""`pllint impact`: what a change of data policies newly blocks, newly allows and leaves."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from pllint import api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import settings_for
from pllint.cli.judging import (
    EFFECTS,
    NOTHING_READ,
    WORDS,
    Judged,
    Places,
    add_reading,
    day_of,
    judged,
    judged_row,
    named,
    reason_row,
)
from pllint.cli.output import options_for, print_line, write
from pllint.cli.progress import Progress
from pllint.engine.dlp.impact import Change, Line, Side, change_of, is_same
from pllint.engine.dlp.matrix import Cell, Matrix
from pllint.engine.dlp.policy_set import PolicySet
from pllint.engine.dlp.remedies import Governing
from pllint.errors import UsageError
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy
from pllint.model.verdict import Outcome
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_markdown, for_terminal
from pllint.report.json_report import document
from pllint.report.layout import counted, folded, joined
from pllint.report.rows import Row
from pllint.settings import Settings

_FORMATS = ("text", "markdown", "json")
_GATES = ("newly-blocked", "any-change", "never")
_TITLES = {
    Change.NEWLY_BLOCKED: ("Newly blocked", "1;31"),
    Change.NEWLY_OPEN: ("Newly open", "1;33"),
    Change.NEWLY_ALLOWED: ("Newly allowed", "1;32"),
    Change.STILL_BLOCKED: ("Still blocked", "1"),
    Change.STILL_OPEN: ("Still open", "1"),
}
_UNREADABLE = frozenset({"SRC001", "SRC003", "SRC004"})
"""Files left out. What was cut off in an export is not among them: it leaves verdicts open, and is told as that."""
_NEW = frozenset({Change.NEWLY_BLOCKED, Change.NEWLY_OPEN, Change.NEWLY_ALLOWED})


class Sources(NamedTuple):
    """The two sets of policies, and what is judged by them."""

    workspace: Workspace
    before: tuple[Governing, ...]
    after: tuple[Governing, ...]
    told: str
    """What is compared with what."""
    remarks: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A component in an environment whose verdict changes, or stays a bad one."""

    change: Change
    judged: Judged
    before: Cell
    after: Cell
    lines_before: tuple[Line, ...] = ()
    lines_after: tuple[Line, ...] = ()


class Impact(NamedTuple):
    """All that a change of policies does."""

    entries: tuple[Entry, ...]
    unchanged: int
    """Allowed before and after."""


def run(arguments: Sequence[str]) -> int:
    """Print the impact; status 1 when the gate closes, 3 when there is nothing to judge."""
    parser = Parser("impact", "Show what a change of data policies newly blocks, newly allows and leaves.")
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="OLD NEW [PATH...]",
        help="two policy files or folders of policies, then what to judge (default: the project);"
        " with --base only what to judge",
    )
    parser.add_argument("--base", metavar="REV", help="compare with the project's own policies at a git revision")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default), markdown or json")
    parser.add_argument(
        "--fail-on", default="newly-blocked", metavar="CHANGE", help="newly-blocked (default), any-change or never"
    )
    add_reading(parser)
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    gate = one_of(str(parsed.fail_on), _GATES, "change to fail on")
    paths = [str(path) for path in parsed.paths]
    if not parsed.base and len(paths) < 2:  # noqa: PLR2004 - OLD and NEW
        raise UsageError(
            "impact compares two things: pllint impact OLD NEW [PATH...], or pllint impact --base REV [PATH...]"
        )
    judged_paths = paths if parsed.base else paths[2:]
    existing(paths)
    settings = settings_for(judged_paths, parsed.settings)
    with Progress() as progress:
        if parsed.base:
            sources = _at_revision(str(parsed.base), judged_paths, settings, progress)
        else:
            sources = _of_files(paths[0], paths[1], judged_paths, settings, progress)
    asked = tuple(api.environment_named(str(name), sources.workspace) for name in parsed.env)
    context = Context(sources.workspace, settings, day_of(settings), Catalogue(overlay=settings.catalogue), asked)
    impact = impact_of(sources, context)
    if form == "text":
        shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
        lines = told(impact, sources, context, shown.width, colour=shown.colour)
        write("".join(f"{line}\n" for line in lines), sys.stdout)
    else:
        write(_json(impact) if form == "json" else _markdown(impact, sources, context), sys.stdout, form)
        _remark(sources, sys.stderr)
    if not impact.entries and not impact.unchanged:
        return NOTHING_READ
    found = {entry.change for entry in impact.entries}
    return int(gate != "never" and (Change.NEWLY_BLOCKED in found or (gate == "any-change" and bool(found & _NEW))))


def impact_of(sources: Sources, context: Context) -> Impact:
    """Judge one workspace by the policies before and after."""
    workspace = sources.workspace
    nothing = PolicySet((), context.catalogue, (), workspace.connector_settings)
    sides = [nothing.supposing(policies) for policies in (sources.before, sources.after)]
    old, new = (Matrix(side, context.resources, workspace) for side in sides)
    before, after = map(Side, sides)
    entries = []
    unchanged = 0
    for one in judged(context):
        was, now = old.cell(one.component, one.environment), new.cell(one.component, one.environment)
        change = change_of(was.outcome, now.outcome)
        if change is None:
            unchanged += 1
            continue
        gathered = context.resources.of(one.component, one.environment)
        lines_before = before.lines(gathered, one.environment, after)
        lines_after = after.lines(gathered, one.environment, before)
        entries.append(Entry(change, one, was, now, lines_before, lines_after))
    return Impact(tuple(entries), unchanged)


def _of_files(old: str, new: str, paths: Sequence[str], settings: Settings, progress: Progress) -> Sources:
    project = api.read(paths or (settings.root,), settings, progress)
    before, after = (api.read_alone(path, settings, progress) for path in (old, new))
    for path, side in ((old, before), (new, after)):
        _readable(side)
        if not _governing(side):
            raise UsageError(f"there is no data policy in {path}")
    inside = tuple(api.displayed(path, settings) for path in (old, new))
    own = [policy for policy in _governing(project) if not _lies_in(policy, inside)]
    changed = (*_governing(before), *_governing(after))
    kept = tuple(policy for policy in own if not any(is_same(policy, one) for one in changed))
    remarks = []
    if kept:
        remarks.append(f"On both sides the project's other policies stay in force: {_names(kept)}.")
    sides: list[tuple[Governing, ...]] = []
    for side in (before, after):
        completed = [completed_from(policy, project.policies) for policy in side.policies]
        taken = [policy for policy, parts in completed if parts]
        if taken:
            remarks.append(f"What {_names(taken)} leaves to separate files is taken from the project's.")
        sides.append((*(policy for policy, _ in completed), *side.advanced_policies, *kept))
    told_ = f"From {old} ({_counted(before)}) to {new} ({_counted(after)})"
    workspace = project.among(_environments(project, before, after))
    return Sources(workspace, sides[0], sides[1], told_, tuple(dict.fromkeys(remarks)))


def _at_revision(revision: str, paths: Sequence[str], settings: Settings, progress: Progress) -> Sources:
    project = api.read(paths or (settings.root,), settings, progress)
    before = api.read_revision(revision, paths or (settings.root,), settings, progress)
    _readable(project)
    remarks = [f"Not read at {revision}: {text}" for text in _unread(before)]
    told_ = f"From the project's policies at {revision} ({_counted(before)}) to those of today ({_counted(project)})"
    workspace = project.among(_environments(project, before))
    return Sources(workspace, _governing(before), _governing(project), told_, tuple(remarks))


def completed_from(policy: DlpPolicy, known: Iterable[DlpPolicy]) -> tuple[DlpPolicy, bool]:
    """Fill in what a policy alone lacks, because the project keeps it in files of its own."""
    same = next((one for one in known if is_same(one, policy)), None)
    if same is None:
        return policy, False
    completed = policy
    beside = same.at.source
    if policy.patterns is None and same.patterns and same.patterns[0].at.source != beside:
        completed = completed._replace(patterns=same.patterns, patterns_at=same.patterns_at)
    if not policy.actions and same.actions and same.actions[0].at.source != beside:
        completed = completed._replace(actions=same.actions)
    if not policy.endpoints and same.endpoints and same.endpoints[0].at.source != beside:
        completed = completed._replace(endpoints=same.endpoints)
    if not policy.exempt and same.exempt and same.exempt[0].at.source != beside:
        completed = completed._replace(exempt=same.exempt)
    return completed, completed is not policy


def _environments(project: Workspace, *others: Workspace) -> list[Environment]:
    """Give the project's environments and those that the other files name."""
    environments = list(project.environments)
    known = project
    for other in others:
        for environment in other.environments:
            names = (environment.id or environment.name, environment.name, *environment.aliases)
            if not any(known.environment(name) for name in names):
                environments.append(environment)
                known = known.among(environments)
    return environments


def _governing(workspace: Workspace) -> tuple[Governing, ...]:
    return (*workspace.policies, *workspace.advanced_policies)


def _counted(workspace: Workspace) -> str:
    return counted(len(_governing(workspace)), "policy")


def _lies_in(policy: Governing, folders: Iterable[str]) -> bool:
    path = policy.at.source.path
    return any(path == folder or path.startswith((f"{folder}/", f"{folder}!")) for folder in folders)


def _names(policies: Iterable[Governing]) -> str:
    return joined([f"'{policy.name}'" for policy in policies])


def _unread(workspace: Workspace) -> list[str]:
    return [
        f"{finding.at.source.path}: {finding.message}" for finding in workspace.findings if finding.check in _UNREADABLE
    ]


def _readable(workspace: Workspace) -> None:
    """Raise UsageError for policies that cannot be read whole: a gate must not open for what it did not see."""
    policies = {policy.at.source for policy in _governing(workspace)}
    for finding in workspace.findings:
        components = {component.at.source for component in workspace.components}
        if finding.check in _UNREADABLE and (finding.at.source in policies or finding.at.source not in components):
            raise UsageError(f"{finding.at.source.path} cannot be read whole: {finding.message}")


def _remark(sources: Sources, stream: TextIO) -> None:
    for remark in sources.remarks:
        print_line(f"pllint: {for_terminal(remark)}", stream)


def _json(impact: Impact) -> str:
    places = Places(line.at for entry in impact.entries for line in (*entry.lines_before, *entry.lines_after))
    rows: dict[str, object] = {}
    for change in Change:
        rows[change.value] = [_row(entry, places) for entry in impact.entries if entry.change is change]
    rows["unchanged"] = impact.unchanged
    return document(rows)


def _row(entry: Entry, places: Places) -> Row:
    row = judged_row(entry.judged, entry.after.outcome, map(reason_row, entry.after.because))
    row["lines"] = [_line_row(line, places) for line in entry.lines_after]
    row["before"] = {
        "verdict": WORDS[entry.before.outcome],
        "because": [reason_row(reason) for reason in entry.before.because],
        "lines": [_line_row(line, places) for line in entry.lines_before],
    }
    return row


def _line_row(line: Line, places: Places) -> Row:
    row: Row = {} if line.connector is None else {"connector": line.connector}
    row["message"] = line.words
    return row if line.at is None else {**row, **places.row(line.at)}


def told(impact: Impact, sources: Sources, context: Context, width: int, *, colour: bool = False) -> Iterator[str]:
    """Tell the impact for people: what changes first, each with the lines that decide before and after."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colour else text

    places = Places(line.at for entry in impact.entries for line in (*entry.lines_before, *entry.lines_after))
    yield from folded(for_terminal(f"{sources.told}."), width)
    for remark in sources.remarks:
        yield from folded(for_terminal(remark), width)
    yield ""
    for change, (title, style) in _TITLES.items():
        entries = [entry for entry in impact.entries if entry.change is change]
        if not entries:
            continue
        yield paint(f"{title} ({len(entries)})", style)
        for alike in _alike(entries, context, places).values():
            yield from _entry(alike, context, places, width)
        yield ""
    yield from folded(summary(impact), width)


def _alike(entries: Iterable[Entry], context: Context, places: Places) -> Mapping[tuple[object, ...], list[Entry]]:
    """Put together what differs in the environment only."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for entry in entries:
        lines = tuple(
            tuple(_without(text, entry.judged.environment) for text in _told_lines(side, context, places))
            for side in (entry.lines_before, entry.lines_after)
        )
        groups.setdefault((id(entry.judged.component), entry.before.outcome, lines), []).append(entry)
    return groups


def _without(text: str, environment: Environment) -> str:
    return text.replace(environment.name, "\0")


def _entry(alike: Sequence[Entry], context: Context, places: Places, width: int) -> Iterator[str]:
    entry = alike[0]
    where = joined([one.judged.place for one in alike])
    effect = f": {EFFECTS[entry.judged.component.kind]}" if entry.change is Change.NEWLY_BLOCKED else ""
    yield from _folded(f"{named(entry.judged.component)} in {where}{effect}", width, 2)
    for label, cell, lines in (
        ("now", entry.after, entry.lines_after),
        ("before", entry.before, entry.lines_before),
    ):
        texts = list(_told_lines(lines, context, places)) or [""]
        first = f"    {label:<7} {WORDS[cell.outcome]}: "
        for number, text in enumerate(texts):
            yield from _folded(text, width, 14, first if not number else "")


def _told_lines(lines: Iterable[Line], context: Context, places: Places) -> Iterator[str]:
    for line in lines:
        name = f"{context.connector_name(line.connector)} " if line.connector else ""
        yield f"{name}{line.words}" + (f" ({places.told(line.at)})" if line.at else "")


def _folded(text: str, width: int, indent: int, first: str = "") -> Iterator[str]:
    lines = folded(for_terminal(f"{first.strip()} {text}".strip()), width - indent)
    start = first[: len(first) - len(first.lstrip())] if first else " " * indent
    for number, line in enumerate(lines):
        yield f"{start if not number else ' ' * indent}{line}"


def summary(impact: Impact) -> str:
    """Count what changes, in a sentence."""
    counts = {change: sum(entry.change is change for entry in impact.entries) for change in Change}
    if not impact.entries and not impact.unchanged:
        return "There is no app, flow or agent to judge."
    named_counts = ", ".join(f"{counts[change]:,} {title.lower()}" for change, (title, _) in _TITLES.items())
    return f"{named_counts}, {impact.unchanged:,} allowed before and after (components times environments)."


def _markdown(impact: Impact, sources: Sources, context: Context) -> str:
    places = Places(line.at for entry in impact.entries for line in (*entry.lines_before, *entry.lines_after))
    parts = [f"{for_markdown(sources.told)}.\n"]
    for change, (title, _) in _TITLES.items():
        entries = [entry for entry in impact.entries if entry.change is change]
        if not entries:
            continue
        parts.append(f"\n### {title} ({len(entries)})\n\n")
        parts.append("| component | environments | before | now |\n| --- | --- | --- | --- |\n")
        for alike in _alike(entries, context, places).values():
            cells = [
                for_markdown(named(alike[0].judged.component)),
                for_markdown(joined([one.judged.place for one in alike])),
            ]
            for cell, lines in ((alike[0].before, alike[0].lines_before), (alike[0].after, alike[0].lines_after)):
                texts = [for_markdown(text) for text in _told_lines(lines, context, places)]
                cells.append(
                    "<br>".join(
                        [
                            f"**{WORDS[cell.outcome]}**" if cell.outcome is Outcome.VIOLATION else WORDS[cell.outcome],
                            *texts,
                        ]
                    )
                )
            parts.append(f"| {' | '.join(cells)} |\n")
    parts.append(f"\n{for_markdown(summary(impact))}\n")
    return "".join(parts)
