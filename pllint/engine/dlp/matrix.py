"""Verdicts on many components in many environments: each distinct question is answered once.

Components that policies cannot tell apart share a row, environments that the same policies reach share a column. Which
policies a row breaks is kept as bits, a policy a bit, so that most cells cost a few operations on whole numbers. Where
more than data policies decides (advanced policies, tenant settings, hosts that differ between environments) a cell is
what `PolicySet.verdict` says of the component, and nothing is worked out here.
"""

from collections.abc import Hashable, Iterable, Iterator

from pllint.engine.dlp.classify import identity
from pllint.engine.dlp.policy_set import PolicySet
from pllint.engine.dlp.resource import Gathered, Resources
from pllint.model.component import Component, ComponentKind, ConnectorUse
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import ANY_OTHER, Environment
from pllint.model.policy import DataGroup
from pllint.model.policy_ids import APP_TO_FLOW, KNOWN_KINDS, NATIVE_DATAVERSE
from pllint.model.verdict import Note, NoteKind, Outcome, Subject, Verdict, Violation, ViolationKind
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.source import Anchor

_LETS_PASS = frozenset({NoteKind.UNCOVERED, NoteKind.EXEMPT, NoteKind.NOT_GOVERNED})


class Reason(NamedTuple):
    """Why a component stands in an environment as it does: one violation, or one fact that leaves it open or free."""

    rule: ViolationKind | NoteKind
    policy: str | None
    """None: no policy is at issue, but a tenant setting, or something the files do not say."""
    connectors: tuple[ConnectorKey, ...]


class Cell(NamedTuple):
    """What policies make of a component in an environment, without places."""

    outcome: Outcome
    because: tuple[Reason, ...]


class Matrix:
    """The verdicts of one set of policies on the components of one workspace."""

    def __init__(self, policies: PolicySet, resources: Resources, workspace: Workspace) -> None:
        self._policies = policies
        self._resources = resources
        self._workspace = workspace
        self._groups = _Groups(policies)
        self._rows: list[_Row] = []
        self._row_numbers: dict[Hashable, int] = {}
        self._row_of: dict[int, int] = {}
        self._asked: list[Component] = []
        """Keeps what was asked about alive, so that no id in `_row_of` is given twice."""
        self._columns: list[_Column] = []
        self._column_numbers: dict[Hashable, int] = {}
        self._column_of: dict[Environment, int] = {}
        self._bit_of: dict[tuple[ConnectorKey, bool, str | None], int] = {}
        self._cells: dict[Hashable, Cell] = {}

    def cell(self, component: Component, environment: Environment) -> Cell:
        """Give the verdict on a component in an environment, and why."""
        return self.at(self.row(component), self.column(environment))

    def row(self, component: Component) -> int:
        """Give the number that components share which no policy tells apart."""
        number = self._row_of.get(id(component))
        if number is None:
            number = self._row_of[id(component)] = self._new_row(component)
            self._asked.append(component)
        return number

    def column(self, environment: Environment) -> int:
        """Give the number that environments share which are governed alike."""
        number = self._column_of.get(environment)
        if number is None:
            situation = self._policies.situation(environment)
            # Where some policy names environments, or a host differs between them, each is a column of its own.
            key = (situation, environment if self._workspace.hosts_vary or self._groups.name_environments else None)
            number = self._column_numbers.setdefault(key, len(self._columns))
            if number == len(self._columns):
                self._columns.append(
                    _Column(
                        environment=environment,
                        certain=_bits_of(situation.certain),
                        open=_bits_of(situation.open),
                        whole=situation.beside is not None,
                    )
                )
            self._column_of[environment] = number
        return number

    def outcome(self, row: int, column: int) -> Outcome:
        """Give the outcome of a row in a column."""
        line, where = self._rows[row], self._columns[column]
        if line.whole or where.whole:
            return self.at(row, column).outcome
        if line.broken & where.certain:
            return Outcome.VIOLATION
        undecided = line.unknown and where.certain | where.open
        if undecided or line.open & where.certain or (line.broken | line.open) & where.open:
            return Outcome.INDETERMINATE
        return Outcome.ALLOWED

    def kind_of(self, row: int) -> Hashable:
        """Give what rows share whose outcomes are the same everywhere, whatever their reasons."""
        line = self._rows[row]
        return row if line.whole else (line.broken, line.open, line.unknown)

    def at(self, row: int, column: int) -> Cell:
        """Give the verdict of a row in a column, and why."""
        line, where = self._rows[row], self._columns[column]
        key: Hashable = (row, column)
        if not line.whole and not where.whole:
            # Policies that have nothing to say of a row make no difference to what is said of it.
            key = (row, where.certain & line.said, where.open & line.said, bool(where.certain | where.open))
        cell = self._cells.get(key)
        if cell is None:
            gathered = self._resources.of(line.component, where.environment)
            cell = self._cells[key] = cell_of(self._policies.verdict(gathered, where.environment))
        return cell

    def _new_row(self, component: Component) -> int:
        exempt = _bits_of(self._policies.exempting(component.id))
        subjects = self._subjects(component) if self._is_plain(component) else None
        key: Hashable = id(component)
        if subjects is not None:
            # An advanced policy may look at the operations of any connector.
            special = -1 if self._policies.looks_beyond_groups else self._groups.special
            rules = frozenset(_seen_by_rules(use) for use in component.uses if special & self._bit(use))
            key = (component.kind, exempt, subjects, rules)
        number = self._row_numbers.setdefault(key, len(self._rows))
        if number == len(self._rows):
            self._rows.append(self._judged(component, subjects, exempt))
        return number

    def _judged(self, component: Component, subjects: int | None, exempt: int) -> "_Row":
        """Find out which policies a component breaks and which it may break, wherever they reach."""
        varies = (self._workspace.hosts_vary or self._groups.name_environments) and any(
            use.custom for member in self._family(component) for use in member.uses
        )
        if varies or self._policies.looks_beyond_groups:
            return _Row(component, whole=True)
        broken = open_ = said = 0
        gathered: Gathered | None = None
        for position, masks in enumerate(self._groups.masks):
            if subjects is None or subjects & masks.special:
                gathered = gathered or self._resources.of(component, ANY_OTHER)
                stance = self._policies.stance(position, gathered)
                broken |= stance.breaks << position
                open_ |= stance.may_break << position
                said |= stance.mentions << position
            elif not exempt >> position & 1:
                conflict = subjects & masks.business and subjects & masks.others
                broken |= bool(subjects & masks.blocked or conflict) << position
        unknown = gathered is not None and any(note.decides for note in gathered.resource.notes)
        return _Row(component, broken=broken, open=open_, said=broken | said | exempt, unknown=unknown)

    def _family(self, component: Component) -> Iterator[Component]:
        """Give a component and every flow it calls, near and far, each once."""
        seen = {id(component)}
        waiting = [component]
        while waiting:
            member = waiting.pop()
            yield member
            for call in (*member.calls_flows, *member.calls_desktop_flows):
                child = self._workspace.component(call.id)
                if child is not None and id(child) not in seen:
                    seen.add(id(child))
                    waiting.append(child)

    @staticmethod
    def _is_plain(component: Component) -> bool:
        """Tell whether nothing but what a component uses itself decides, and all of that is known."""
        trigger = component.trigger
        asks = trigger is not None and trigger.type.lower() == "request"
        return not (
            component.kind is ComponentKind.AGENT
            or component.unresolved
            or component.gaps
            or component.calls_flows
            or component.calls_desktop_flows
            or (asks and trigger is not None and (trigger.kind or "").lower() not in KNOWN_KINDS)
        )

    def _subjects(self, component: Component) -> int | None:
        """Give the bits of all that a component uses; None when bits will not do."""
        subjects = 0
        for use in component.uses:
            if use.custom and (self._workspace.hosts_vary or self._groups.name_environments):
                return None
            subjects |= self._bit(use)
        if component.dataverse_at is not None:
            subjects |= self._groups.bit(Subject(key=NATIVE_DATAVERSE))
        return None if subjects & self._groups.ambiguous else subjects

    def _bit(self, use: ConnectorUse) -> int:
        key = (use.connector, use.custom, use.custom_guid)
        bit = self._bit_of.get(key)
        if bit is None:
            link = use.connector.lower() == APP_TO_FLOW
            bit = self._bit_of[key] = 0 if link else self._groups.bit(self._resources.subject(use, ANY_OTHER))
        return bit


class _Row(NamedTuple):
    component: Component
    """One of those that share it."""
    broken: int = 0
    """The policies that it breaks."""
    open: int = 0
    """Those that it may break."""
    said: int = 0
    """Those that a verdict on it may speak of."""
    unknown: bool = False
    """Something that no policy decides leaves it open."""
    whole: bool = False
    """Bits will not do."""


class _Column(NamedTuple):
    environment: Environment
    """One of those that share it."""
    certain: int
    open: int
    whole: bool


class _Masks:
    """The connectors of one policy by group, a connector a bit."""

    __slots__ = ("blocked", "business", "others", "special")

    def __init__(self) -> None:
        self.blocked = 0
        self.business = 0
        self.others = 0
        self.special = 0
        """Those of which more than the group matters."""


class _Groups:
    """The data groups of all policies as bits, filled in as connectors are met."""

    def __init__(self, policies: PolicySet) -> None:
        self._policies = policies
        self.masks = [_Masks() for _ in range(len(policies))]
        self._bits: dict[Subject, int] = {}
        self._by_identity: dict[str, int] = {}
        self.special = 0
        self.ambiguous = 0
        """Connectors that share their identity with another one, of which a verdict takes the first."""
        self.name_environments = policies.name_environments

    def bit(self, subject: Subject) -> int:
        """Give the bit of a connector."""
        bit = self._bits.get(subject)
        if bit is None:
            bit = self._bits[subject] = 1 << len(self._bits)
            known = self._by_identity.setdefault(identity(subject), bit)
            if known != bit:
                self.ambiguous |= known | bit
            for position, masks in enumerate(self.masks):
                self._enter(masks, bit, self._policies.plain_class(position, subject))
        return bit

    def _enter(self, masks: _Masks, bit: int, plain: tuple[DataGroup | None] | None) -> None:
        if plain is None:
            masks.special |= bit
            self.special |= bit
        elif plain[0] is DataGroup.BLOCKED:
            masks.blocked |= bit
        elif plain[0] is DataGroup.BUSINESS:
            masks.business |= bit
        elif plain[0] is DataGroup.NON_BUSINESS:
            masks.others |= bit


def cell_of(verdict: Verdict) -> Cell:
    """Give what decides a verdict, without places: violations, else what leaves it open, else what lets it pass."""
    return Cell(outcome=verdict.outcome, because=tuple(reason for reason, _ in deciding_lines(verdict)))


def deciding_lines(verdict: Verdict) -> list[tuple[Reason, tuple[Anchor, ...]]]:
    """Give the reasons of a verdict in a fixed order, each with the lines that decide it."""
    lines: dict[Reason, dict[Anchor, None]] = {}
    if verdict.outcome is Outcome.VIOLATION:
        for violation in verdict.violations:
            found = lines.setdefault(_of_violation(violation), {})
            found.update({part.at: None for part in (*violation.parts, *violation.others) if part.at is not None})
    else:
        open_ = verdict.outcome is Outcome.INDETERMINATE
        for note in verdict.notes:
            if note.decides if open_ else note.kind in _LETS_PASS:
                found = lines.setdefault(_of_note(note), {})
                if note.at is not None:
                    found[note.at] = None
    return [(reason, tuple(lines[reason])) for reason in sorted(lines, key=_order)]


def _of_violation(violation: Violation) -> Reason:
    return Reason(
        rule=violation.kind,
        policy=violation.policy.name if violation.policy else None,
        connectors=_sorted(part.connector for part in (*violation.parts, *violation.others)),
    )


def _of_note(note: Note) -> Reason:
    return Reason(
        rule=note.kind,
        policy=note.policy.name if note.policy else None,
        connectors=(note.connector,) if note.connector else (),
    )


def _sorted(keys: Iterable[ConnectorKey]) -> tuple[ConnectorKey, ...]:
    return tuple(sorted(set(keys), key=lambda key: (key.lower(), key)))


def _order(reason: Reason) -> tuple[str, str, tuple[str, ...]]:
    return (reason.policy or "", reason.rule, reason.connectors)


def _bits_of(positions: Iterable[int]) -> int:
    bits = 0
    for position in positions:
        bits |= 1 << position
    return bits


def _seen_by_rules(use: ConnectorUse) -> Hashable:
    """Give all of a use that rules for actions and endpoints look at."""
    steps = frozenset(
        (step.operation, step.endpoint is None, step.endpoint and step.endpoint.value) for step in use.steps
    )
    return (use.connector, use.custom, steps)
