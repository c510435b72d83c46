"""`pllint why COMPONENT`: what lets a component pass or stops it, step by step, and which licence it takes."""

import sys
from collections.abc import Iterator, Sequence

from pllint.check import Context
from pllint.cli.arguments import Parser, one_of
from pllint.cli.inventory import tier_of
from pllint.cli.judging import (
    EFFECTS,
    WORDS,
    Places,
    add_reading,
    considered,
    judged,
    labels_of,
    named,
    reason_row,
    reason_told,
)
from pllint.cli.output import options_for, write
from pllint.engine.dlp.chain import Link, links_of
from pllint.engine.dlp.impact import Change, change_of
from pllint.engine.dlp.matrix import Matrix, cell_of
from pllint.engine.dlp.remedies import Remedy, classified
from pllint.engine.licensing import fitting_plans
from pllint.errors import UsageError
from pllint.finding import Related
from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.licensing import Premium, PremiumReason, ReasonWord
from pllint.model.policy import DataGroup
from pllint.model.verdict import Note, NoteKind, Opinion, Outcome, Subject, Verdict, ViolationKind
from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.report.escape import for_terminal
from pllint.report.json_report import document
from pllint.report.layout import counted, folded, joined
from pllint.report.rows import Row, component_row
from pllint.source import Anchor

_FORMATS = ("text", "json")
_MOST_STEPS = 5
_MOST_NAMED = 6
_COLOURS = {Outcome.VIOLATION: "1;31", Outcome.INDETERMINATE: "1;33", Outcome.ALLOWED: "1;32"}
_ORDER = (Outcome.VIOLATION, Outcome.INDETERMINATE, Outcome.ALLOWED)
_BY_GROUP = frozenset({ViolationKind.BLOCKED_CONNECTOR, ViolationKind.GROUP_CONFLICT})


class Standing(NamedTuple):
    """How one connector stands in an environment."""

    link: Link
    subject: Subject
    opinions: tuple[Opinion, ...]
    """What each policy that reaches the environment makes of it."""


class View(NamedTuple):
    """A component in an environment, with everything that decides."""

    environment: Environment
    place: str
    """Its name, with its id where another one has the same name."""
    verdict: Verdict
    standings: tuple[Standing, ...]
    chain: tuple[Related, ...]
    remedies: tuple[tuple[Remedy, int], ...] = ()
    """With each, how many other components and environments it would newly block."""
    passes: str = ""
    """Of an allowed component: what lets it pass."""
    would_change: tuple[str, ...] = ()
    """Of an allowed component: what would block it."""


class Story(NamedTuple):
    """All that there is to tell."""

    component: Component
    others: int
    """How many more files hold the same component."""
    links: tuple[Link, ...]
    views: tuple[View, ...]
    premium: Premium
    plans: tuple[str, ...]


def run(arguments: Sequence[str]) -> int:
    """Print the chain of one component."""
    parser = Parser("why", "Say why a component is allowed or not, and which licence it takes.")
    parser.add_argument("component", metavar="COMPONENT", help="its id, unique name or display name")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, solution .zip or file; default: the project")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default) or json")
    add_reading(parser)
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    context = considered([str(path) for path in parsed.paths], parsed)
    story = story_of(found(str(parsed.component), context), context)
    if form == "json":
        write(document(_json(story, context)), sys.stdout, "json")
        return 0
    shown = options_for(sys.stdout, colour=False if parsed.no_color else None)
    lines = told(story, context, shown.width, colour=shown.colour)
    write("".join(f"{line}\n" for line in lines), sys.stdout)
    return 0


def found(word: str, context: Context) -> Component:
    """Find a component by id, unique name or display name. Raises UsageError, with the candidates if there are some."""
    wanted = word.strip().strip("{}").lower()
    components = sorted(context.workspace.components, key=lambda one: (one.at.source.path, one.kind, one.id))
    by_id = [one for one in components if one.id.lower() == wanted]
    matching = by_id or [one for one in components if one.name.strip().lower() == wanted]
    if len({_identity(one, context) for one in matching}) == 1:
        return matching[0]
    if matching:
        told_ = [f"{one.id} in {one.at.source.path}, {named(one)}" for one in matching[:_MOST_NAMED]]
        more = f"; and {len(matching) - _MOST_NAMED} more" if matching[_MOST_NAMED:] else ""
        raise UsageError(
            f"'{word}' may be any of {len(matching)} components; ask by id, or with a PATH: {'; '.join(told_)}{more}"
        )
    connector = context.workspace.custom_connector(word) or next(
        (one for one in context.workspace.custom_connectors if one.display_name.strip().lower() == wanted), None
    )
    if connector is not None:
        users = [f"'{one.name}'" for one in context.workspace.users_of(connector.name)]
        used = f"ask about what uses it: {joined(users[:_MOST_NAMED])}" if users else "nothing that was read uses it"
        raise UsageError(f"'{connector.display_name}' is a custom connector; {used}")
    if not components:
        raise UsageError(f"no component '{word}': no app, flow or agent was read")
    meant = nearest(word, [name for one in components for name in (one.name, one.id)])
    raise UsageError(f"no component '{word}'; " + (f"did you mean '{meant}'?" if meant else "`pllint show` lists them"))


def story_of(component: Component, context: Context) -> Story:
    """Work out all that there is to tell of a component."""
    premium = context.licensing.premium(component)
    fitting = fitting_plans(component, premium, context.licensing.groups, trials=False)
    links = links_of(component, context.workspace)
    environments = context.targets(component) if component.kind in EFFECTS else ()
    labels = labels_of(environments)
    views = [_view(component, one, labels[one], links, context) for one in environments]
    identity = _identity(component, context)
    same = [one for one in context.workspace.components if one.name == component.name or one.id == component.id]
    same = [one for one in same if _identity(one, context) == identity]
    return Story(
        component=component,
        others=len(same) - 1,
        links=links,
        views=tuple(sorted(views, key=lambda view: _ORDER.index(view.verdict.outcome))),
        premium=premium,
        plans=tuple(map(context.licensing.name_of, fitting)),
    )


def _identity(component: Component, context: Context) -> tuple[str, str, int]:
    """Tell copies of one component, as of a solution kept zipped and unpacked, from others of its name."""
    return (component.kind, component.id.lower(), context.matrix.row(component))


def _view(component: Component, environment: Environment, place: str, links: Sequence[Link], context: Context) -> View:
    verdict = context.verdict(component, environment)
    standings = tuple(_standing(link, environment, context) for link in links)
    chain = tuple(one for violation in verdict.violations for one in context.chain(component, violation))
    view = View(environment, place, verdict, standings, chain)
    if verdict.outcome is Outcome.VIOLATION:
        remedies = context.remedies(component, environment)
        counted_ = [(one, _newly_blocked(one, component, context)) for one in remedies]
        # What the maker can do comes first, and what harms others last.
        return view._replace(remedies=tuple(sorted(counted_, key=lambda one: (one[0].who == "admin", one[1] > 0))))
    if verdict.outcome is Outcome.ALLOWED:
        changes = tuple(_would_change(component, environment, standings, context))
        return view._replace(passes=_passes(view), would_change=changes)
    return view


def _standing(link: Link, environment: Environment, context: Context) -> Standing:
    subject = context.resources.subject(link.use, environment) if link.use is not None else Subject(key=link.connector)
    opinions = context.policies.effect(subject, environment).opinions
    return Standing(link=link, subject=subject, opinions=opinions)


def _newly_blocked(remedy: Remedy, component: Component, context: Context) -> int:
    """Count what else a change of policies would newly block."""
    if not remedy.policies:
        return 0
    after = Matrix(context.policies.supposing(remedy.policies), context.resources, context.workspace)
    return sum(
        change_of(
            context.matrix.cell(one.component, one.environment).outcome,
            after.cell(one.component, one.environment).outcome,
        )
        is Change.NEWLY_BLOCKED
        for one in judged(context)
        if one.component is not component
    )


def _passes(view: View) -> str:
    kinds = {note.kind: note for note in view.verdict.notes}
    if NoteKind.UNCOVERED in kinds:
        return f"no data policy reaches {view.environment.name}, so any connectors may be combined there"
    exempt = [note for note in view.verdict.notes if note.kind is NoteKind.EXEMPT]
    if not view.standings:
        return "it uses no connector"
    parts = [f"it {note.words}" for note in exempt]
    by_policy: dict[str, set[DataGroup | None]] = {}
    for standing in view.standings:
        for policy, classification in standing.opinions:
            by_policy.setdefault(policy.name, set()).update(classification.possible)
    for name, groups in by_policy.items():
        if any(note.policy is not None and note.policy.name == name for note in exempt):
            continue
        named_groups = sorted(group.value for group in groups if group is not None)
        if named_groups:
            parts.append(f"nothing it uses is blocked or mixed in '{name}': {joined(named_groups)}")
        else:
            parts.append(f"'{name}' has no say on what it uses")
    return "; ".join(parts) or "what governs the environment has nothing against it"


def _would_change(
    component: Component, environment: Environment, standings: Sequence[Standing], context: Context
) -> Iterator[str]:
    """Tell which moves of one connector in one policy would block it, each tried on the engine."""
    gathered = context.resources.of(component, environment)
    policies = context.policies.everything
    for policy in context.policies.reaching(environment):
        blocking: dict[DataGroup, list[str]] = {}
        for standing in standings:
            for group in (DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED):
                row = context.catalogue.find(standing.link.connector)
                if group is DataGroup.BLOCKED and row is not None and row.unblockable:
                    continue
                changed = classified(policy, standing.subject, group)
                if changed is None:
                    continue
                instead = tuple(changed if one is policy else one for one in policies)
                verdict = context.policies.supposing(instead).verdict(gathered, environment)
                if verdict.outcome is Outcome.VIOLATION:
                    blocking.setdefault(group, []).append(context.connector_name(standing.link.connector))
        for group, names in blocking.items():
            moved = joined(list(dict.fromkeys(names)), "or")
            yield f"moving {moved} to {group} in '{policy.name}' would block it"


# For people


def told(story: Story, context: Context, width: int, *, colour: bool = False) -> Iterator[str]:
    """Tell the story for people: what it uses, what decides in each environment, and the licence."""
    return _Teller(story, context, width, colour=colour).lines()


class _Teller:
    def __init__(self, story: Story, context: Context, width: int, *, colour: bool) -> None:
        self._story = story
        self._context = context
        self._width = width
        self._colour = colour
        self._places = Places(_anchors(story))

    def lines(self) -> Iterator[str]:
        story = self._story
        yield from self._fold(named(story.component), 0, "1")
        yield from self._place(story.component.at, 2)
        if story.others:
            yield from self._fold(f"The same component lies in {counted(story.others, 'other file')}.", 2)
        yield ""
        yield self._paint("What it uses", "1")
        if not story.links:
            yield "  No connector."
        for link in story.links:
            yield from self._link(link)
        yield ""
        if story.component.kind not in EFFECTS:
            kind = story.component.kind.replace("-", " ")
            yield from self._fold(f"Data policies do not govern components of the kind {kind}.", 0)
            yield ""
        for alike in self._alike():
            yield from self._view(alike)
            yield ""
        yield from self._licence()

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour else text

    def _fold(self, text: str, indent: int, style: str = "", hanging: int | None = None) -> Iterator[str]:
        after = indent if hanging is None else hanging
        for number, line in enumerate(folded(for_terminal(text), self._width - after)):
            shown = f"{' ' * (after if number else indent)}{line}"
            yield self._paint(shown, style) if style else shown

    def _place(self, at: Anchor | None, indent: int) -> Iterator[str]:
        if at is not None:
            yield from (self._paint(line, "2") for line in self._fold(self._places.told(at), indent))

    def _link(self, link: Link) -> Iterator[str]:
        name = self._context.connector_name(link.connector)
        kind = "custom connector, " if link.custom else ""
        tier = _tier(link, self._context) or "tier unknown"
        through = f", in the called flow {link.via.name}" if link.via else ""
        yield from self._fold(f"{name}: {kind}{tier}{through}", 2, hanging=4)
        for step in link.steps[:_MOST_STEPS]:
            operation = f" ({step.operation})" if step.operation else ""
            word = "trigger" if step.trigger else "step"
            yield from self._fold(f"{word} {step.name}{operation}", 4, hanging=6)
            yield from self._place(step.at, 6)
        if link.steps[_MOST_STEPS:]:
            yield f"    and {counted(len(link.steps) - _MOST_STEPS, 'more step')}"
        if not link.steps:
            yield from self._fold("data source" if link.use is not None else "native Dataverse data source", 4)
            yield from self._place(link.at, 6)
        if link.reference is not None:
            yield from self._fold(f"-> connection reference {link.reference}", 4, hanging=7)
            yield from self._place(link.reference_at, 7)
        if link.definition is not None:
            host = link.definition.host
            to = f"calls {host.name}" if host.name else "has a host that only its connection knows"
            yield from self._fold(f"-> its definition {to}", 4, hanging=7)
            yield from self._place(host.at or link.definition.at, 7)

    def _alike(self) -> list[list[View]]:
        """Put environments together of which the same is to be told."""
        groups: dict[object, list[View]] = {}
        for view in self._story.views:
            key = tuple(line.replace(view.environment.name, "\0") for line in self._facts(view))
            groups.setdefault((view.verdict.outcome, key), []).append(view)
        return list(groups.values())

    def _view(self, alike: Sequence[View]) -> Iterator[str]:
        view = alike[0]
        outcome = view.verdict.outcome
        where = joined([one.place for one in alike])
        effect = f": {EFFECTS[self._story.component.kind]}" if outcome is Outcome.VIOLATION else ""
        word = {Outcome.VIOLATION: "not allowed", Outcome.INDETERMINATE: "open"}.get(outcome, "allowed")
        yield from self._fold(f"In {where}: {word}{effect}", 0, _COLOURS[outcome])
        yield from self._facts(view)

    def _facts(self, view: View) -> Iterator[str]:
        yield from self._policies(view)
        yield from self._verdict(view)
        for note in _worth_telling(view):
            yield from self._note(note)
        if view.passes:
            yield from self._fold(f"=> allowed: {view.passes}", 2, "1", 5)
        for change in view.would_change:
            yield from self._fold(f"- {change}", 4, hanging=6)
        yield from self._remedies(view)

    def _policies(self, view: View) -> Iterator[str]:
        """Tell each policy's groups, those of the policies that forbid first; what shares a line is told once."""
        forbidding = {violation.policy.name for violation in view.verdict.violations if violation.policy}
        by_policy: dict[str, dict[tuple[str, str, Anchor], list[str]]] = {}
        for standing in view.standings:
            name = self._context.connector_name(standing.link.connector)
            for policy, found_ in standing.opinions:
                group = found_.group or ("no data group" if found_.known else "unknown")
                alike = by_policy.setdefault(policy.name, {}).setdefault((group, found_.words, found_.at), [])
                alike += [name] if name not in alike else []
        for policy_name in sorted(by_policy, key=lambda name: name not in forbidding):
            yield from self._fold(f"policy '{policy_name}'", 2, hanging=4)
            for (group, words, at), names in by_policy[policy_name].items():
                yield from self._fold(f"-> {group}: {joined(names)}", 4, hanging=7)
                yield from self._fold(words, 7)
                yield from self._place(at, 7)

    def _verdict(self, view: View) -> Iterator[str]:
        outcome = view.verdict.outcome
        if outcome is Outcome.ALLOWED:
            return
        for reason in cell_of(view.verdict).because:
            yield from self._fold(f"=> {WORDS[outcome]}: {reason_told(reason, self._context)}", 2, "1", 5)
        for violation in view.verdict.violations:
            if violation.kind not in _BY_GROUP:
                what = violation.operation or violation.endpoint
                for part in violation.parts:
                    name = self._context.connector_name(part.connector)
                    yield from self._fold(f"{f'{what} of ' if what else ''}{name} {part.words}", 5)
                    yield from self._place(part.used_at, 7)
                    yield from self._place(part.at, 7)

    def _note(self, note: Note) -> Iterator[str]:
        name = f"{self._context.connector_name(note.connector)} " if note.connector else ""
        yield from self._fold(f"note: {name}{note.words}", 4, hanging=6)
        yield from self._place(note.at, 6)

    def _remedies(self, view: View) -> Iterator[str]:
        if view.verdict.outcome is not Outcome.VIOLATION:
            return
        if not view.remedies:
            yield from self._fold(
                "No single change that pllint knows would make it pass; several policies forbid it.", 2
            )
            return
        yield "  What would make it pass; each was tried on the policies:"
        for number, (remedy, blocks) in enumerate(view.remedies, 1):
            steps = "; and ".join(remedy.steps)
            beside = f" (would newly block {blocks:,} other verdicts: see `pllint impact`)" if blocks > 1 else ""
            beside = " (would newly block another component)" if blocks == 1 else beside
            open_ = " (what is open stays open)" if remedy.leaves_open else ""
            text = f"{number}. {remedy.who}: {steps}{beside}{open_}"
            yield from self._fold(text, 4, hanging=7)

    def _licence(self) -> Iterator[str]:
        premium = self._story.premium
        verdict = {"yes": "premium", "no": "no premium licence needed"}.get(premium.verdict, "not known")
        yield from self._fold(f"Licence: {verdict}", 0, "1")
        for reason in premium.reasons:
            yield from self._fold(f"because of {_because(reason, self._context)}", 2, hanging=4)
            if doubt := self._context.licensing.doubt(self._story.component, reason):
                yield from self._fold(f"in doubt: {doubt}", 4, hanging=6)
            yield from self._place(reason.at, 4)
        for key in premium.unknown:
            yield from self._fold(f"the tier of {self._context.connector_name(key)} is not known", 2, hanging=4)
        if premium.unread_flows:
            yield from self._fold(f"{counted(len(premium.unread_flows), 'flow')} that it starts was not read", 2)
        if self._story.plans:
            yield from self._fold(f"plans that cover it: {joined(list(self._story.plans), 'or')}", 2, hanging=4)


def _tier(link: Link, context: Context) -> str | None:
    # An app's native Dataverse tables take a premium licence, whatever lists say of the old connector.
    return "premium" if link.use is None else tier_of(link.use, context.catalogue)


def _because(reason: PremiumReason, context: Context) -> str:
    name = context.connector_name(reason.connector) if reason.connector else ""
    told_ = _REASONS.get(reason.word, reason.word.replace("-", " ")).format(name=name)
    via = f" in the flow {reason.via}" if reason.via and reason.word is not ReasonWord.PREMIUM_FLOW else ""
    flow = f" {reason.via}" if reason.via and reason.word is ReasonWord.PREMIUM_FLOW else ""
    return f"{told_}{flow}{via}{' (its tier is inferred)' if reason.inferred else ''}"


_REASONS = {
    ReasonWord.PREMIUM_CONNECTOR: "the premium connector {name}",
    ReasonWord.CUSTOM_CONNECTOR: "the custom connector {name}",
    ReasonWord.HTTP: "{name}",
    ReasonWord.DATAVERSE: "Dataverse",
    ReasonWord.GATEWAY: "the on-premises gateway of {name}",
    ReasonWord.MODEL_DRIVEN: "its kind: model-driven apps are premium",
    ReasonWord.CODE_APP: "its kind: code apps are premium",
    ReasonWord.PREMIUM_CONTROL: "a code component that uses an external service",
    ReasonWord.PREMIUM_FLOW: "the premium flow",
    ReasonWord.BUSINESS_PROCESS_FLOW: "its kind: business process flows are premium",
    ReasonWord.DESKTOP_FLOW: "the desktop flow that it runs",
    ReasonWord.MANAGED_ENVIRONMENT: "a managed environment",
}


def _worth_telling(view: View) -> list[Note]:
    told_already = {NoteKind.UNCOVERED, NoteKind.EXEMPT}
    return [note for note in view.verdict.notes if note.kind not in told_already]


def _anchors(story: Story) -> Iterator[Anchor | None]:
    yield story.component.at
    for link in story.links:
        yield from (link.at, link.reference_at, *(step.at for step in link.steps))
        if link.definition is not None:
            yield link.definition.host.at or link.definition.at
    for view in story.views:
        yield from (one.classification.at for standing in view.standings for one in standing.opinions)
        yield from (link.at for link in view.chain)
        yield from (note.at for note in view.verdict.notes)
        for one in view.verdict.violations:
            yield from (at for part in (*one.parts, *one.others) for at in (part.at, part.used_at))
    yield from (reason.at for reason in story.premium.reasons)


# For programs


def _json(story: Story, context: Context) -> dict[str, object]:
    places = Places(_anchors(story))

    def placed(row: Row, at: Anchor | None) -> Row:
        return row if at is None else {**row, **places.row(at)}

    premium = story.premium
    return {
        "component": component_row(story.component.ref),
        "path": story.component.at.source.path,
        "uses": [_link_row(link, context, places) for link in story.links],
        "environments": [_view_row(view, context, places) for view in story.views],
        "licence": {
            "premium": premium.verdict.value,
            "reasons": [
                placed(
                    {
                        "reason": reason.word.value,
                        **({"connector": reason.connector} if reason.connector else {}),
                        **({"flow": reason.via} if reason.via else {}),
                    },
                    reason.at,
                )
                for reason in premium.reasons
            ],
            "tier-unknown": list(premium.unknown),
            "plans": list(story.plans),
        },
    }


def _link_row(link: Link, context: Context, places: Places) -> Row:
    row: Row = {"id": link.connector, "name": context.connector_name(link.connector), "custom": link.custom}
    tier = _tier(link, context)
    if tier is not None:
        row["tier"] = tier
    row["steps"] = [
        {"name": step.name, **({"operation": step.operation} if step.operation else {}), **places.row(step.at)}
        for step in link.steps
    ]
    if not link.steps:
        row["data-source"] = places.row(link.at)
    if link.reference is not None:
        at = places.row(link.reference_at) if link.reference_at is not None else {}
        row["connection-reference"] = {"name": link.reference, **at}
    if link.definition is not None:
        host = link.definition.host
        told_ = {"host": host.name} if host.name else {}
        row["definition"] = {**told_, **places.row(host.at or link.definition.at)}
    if link.via is not None:
        row["called-flow"] = component_row(link.via.ref)
    return row


def _view_row(view: View, context: Context, places: Places) -> Row:
    def line(message: str, at: Anchor | None) -> Row:
        return {"message": message, **(places.row(at) if at is not None else {})}

    row: Row = {
        "environment": view.place,
        "verdict": WORDS[view.verdict.outcome],
        "because": [reason_row(reason) for reason in cell_of(view.verdict).because],
        "groups": [
            {
                "connector": standing.link.connector,
                "policy": policy.name,
                **({"group": found_.group.value} if found_.group is not None else {}),
                "known": found_.known,
                "rule": found_.rule.value,
                **line(found_.words, found_.at),
            }
            for standing in view.standings
            for policy, found_ in standing.opinions
        ],
        "chain": [line(one.message, one.at) for one in view.chain],
        "notes": [
            line(f"{context.connector_name(note.connector)} {note.words}" if note.connector else note.words, note.at)
            for note in _worth_telling(view)
        ],
        "remedies": [
            {
                "kind": remedy.kind.value,
                "who": remedy.who,
                "steps": list(remedy.steps),
                "leaves-open": remedy.leaves_open,
                "newly-blocks": blocks,
            }
            for remedy, blocks in view.remedies
        ],
    }
    if view.verdict.outcome is Outcome.ALLOWED:
        row["passes-because"] = view.passes
        row["would-be-blocked-by"] = list(view.would_change)
    return row
