"""The policies of a workspace and the questions asked of them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pllint.catalogue import Catalogue
from pllint.engine.dlp.classify import IndexedPolicy
from pllint.engine.dlp.judge import (
    IndexedAdvanced,
    Judged,
    judge_advanced,
    judge_channels,
    judge_policy,
    judge_settings,
    least,
    verdict_of,
)
from pllint.engine.dlp.reach import Reach
from pllint.engine.dlp.resource import Gathered, Resource, Used, UsedEndpoint, UsedOperation
from pllint.finding import Confidence
from pllint.model.advanced_policy import AdvancedPolicy, ConnectorSetting
from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import ANY_OTHER, Environment
from pllint.model.policy import DataGroup, DlpPolicy, PolicyPart
from pllint.model.verdict import (
    Classification,
    Effect,
    Note,
    NoteKind,
    Opinion,
    Outcome,
    Posture,
    PostureKind,
    Rule,
    Subject,
    Verdict,
)
from pllint.record import NamedTuple

_CATCHING = {Rule.STAR, Rule.DEFAULT}
_SILENT = {Rule.IGNORED, Rule.PATTERNS_MISSING}
_ORDER = {Rule.LISTED: 0, Rule.PATTERN: 0, Rule.STAR: 1, Rule.DEFAULT: 1}


class Situation(NamedTuple):
    """What governs an environment."""

    certain: tuple[int, ...]
    """Positions of the data policies that reach it."""
    open: tuple[int, ...]
    """Of those that may."""
    beside: Hashable | None
    """Stands for the advanced policy in force; None when there is none."""


class Stance(NamedTuple):
    """How a resource stands to one policy."""

    breaks: bool
    may_break: bool
    mentions: bool
    """Where the policy reaches, a verdict may speak of it."""


class PolicySet:
    """The policies of a workspace, indexed once."""

    def __init__(
        self,
        policies: Sequence[DlpPolicy],
        catalogue: Catalogue,
        advanced: Sequence[AdvancedPolicy] = (),
        connector_settings: Iterable[ConnectorSetting] = (),
        indexed: Mapping[int, IndexedPolicy] | None = None,
    ) -> None:
        """Take what governs a tenant; `indexed` holds policies that are indexed already, by `id`."""
        self._catalogue = catalogue
        self._reach = Reach(policies)
        known = indexed or {}
        self._indexed = [known.get(id(policy)) or IndexedPolicy(policy, catalogue) for policy in policies]
        self._index_of = {id(policy): index for index, policy in enumerate(policies)}
        self._advanced = [IndexedAdvanced(policy) for policy in advanced]
        self._instead: dict[Hashable, IndexedPolicy | None] = {}
        self._settings = {setting.connector.lower(): setting for setting in connector_settings}
        self._judged: dict[tuple[int, int, Environment | None], Judged] = {}
        # Keeps what was judged alive, so that no id in the key above is given twice.
        self._seen: dict[int, Gathered] = {}

    def supposing(self, policies: Sequence[DlpPolicy | AdvancedPolicy]) -> "PolicySet":
        """Give the set with other policies in it, to ask what would be; those it has are not indexed again."""
        return PolicySet(
            [policy for policy in policies if isinstance(policy, DlpPolicy)],
            self._catalogue,
            [policy for policy in policies if isinstance(policy, AdvancedPolicy)],
            self._settings.values(),
            {id(indexed.policy): indexed for indexed in self._indexed},
        )

    @property
    def everything(self) -> tuple[DlpPolicy | AdvancedPolicy, ...]:
        """Give all policies, data policies first: what `supposing` takes in their place."""
        return (*self, *(indexed.policy for indexed in self._advanced))

    def passes_instead(
        self, key: Hashable, instead: Callable[[], DlpPolicy | None], gathered: Gathered, environment: Environment
    ) -> bool:
        """Tell whether a resource keeps to a policy in the form it would have; no other policy is asked.

        The key stands for that form, which is made once; None: it cannot be made.
        """
        if key not in self._instead:
            policy = instead()
            self._instead[key] = None if policy is None else IndexedPolicy(policy, self._catalogue)
        indexed = self._instead[key]
        return indexed is not None and not judge_policy(indexed, gathered, environment, self._catalogue).violations

    @property
    def catalogue(self) -> Catalogue:
        """The facts about connectors that it judges by."""
        return self._catalogue

    def reaching(self, environment: Environment) -> Sequence[DlpPolicy]:
        """Give the policies whose scope surely reaches an environment, in the order they were read."""
        return [self._indexed[index].policy for index in self._reach.of(environment)[0]]

    def reach_open(self, environment: Environment) -> Sequence[DlpPolicy]:
        """Give the policies that may reach an environment: their list of environments is filled in elsewhere."""
        return [self._indexed[index].policy for index in self._reach.of(environment)[1]]

    def advanced(self, environment: Environment) -> AdvancedPolicy | None:
        """Give the advanced policy in force: the environment's own, else its group's."""
        found = self._advanced_of(environment)
        return found.policy if found else None

    def _advanced_of(self, environment: Environment) -> IndexedAdvanced | None:
        if environment.any_other:
            return None
        for indexed in self._advanced:
            if any(environment.goes_by(reference.name) for reference in indexed.policy.environments):
                return indexed
        group = (environment.group or "").strip().lower()
        for indexed in self._advanced:
            if group and group in {name.strip().lower() for name in indexed.policy.groups}:
                return indexed
        return None

    def _advanced_open(self, environment: Environment) -> list[IndexedAdvanced]:
        """Give the advanced policies of which no file says where they are in force."""
        certain = self._advanced_of(environment)
        return [each for each in self._advanced if not each.policy.targets_known and each is not certain]

    def classify(self, policy: DlpPolicy, subject: Subject | ConnectorKey, environment: Environment) -> Classification:
        """Give the class of a connector in one policy of this set, whether or not that reaches the environment."""
        asked = subject if isinstance(subject, Subject) else Subject(key=subject)
        return self._indexed_of(policy).classify(asked, environment)

    def _indexed_of(self, policy: DlpPolicy) -> IndexedPolicy:
        index = self._index_of.get(id(policy))
        return IndexedPolicy(policy, self._catalogue) if index is None else self._indexed[index]

    def effect(self, subject: Subject | ConnectorKey, environment: Environment) -> Effect:
        """Give the class of a connector in an environment, all policies together."""
        asked = subject if isinstance(subject, Subject) else Subject(key=subject)
        advanced = self.advanced(environment)
        if advanced is not None and advanced.only:
            return Effect(possible=frozenset({None}), opinions=(), ungoverned=advanced)
        opinions = self._opinions(asked, environment, self._reach.of(environment)[0])
        open_ = self._opinions(asked, environment, self._reach.of(environment)[1])
        possible = frozenset[DataGroup | None]({None})
        for opinion in opinions:
            possible = _joined(possible, opinion.classification.possible)
        for opinion in open_:
            possible = _joined(possible, opinion.classification.possible | {None})
        missing = ""
        if len(possible) > 1:
            missing = _missing(opinions, open_)
        for each in self._advanced_open(environment):
            if each.policy.only:
                possible |= {None}
                missing = missing or _in_force_open(each, environment)
        return Effect(possible=possible, opinions=opinions, missing=missing)

    def _opinions(self, subject: Subject, environment: Environment, indexes: Iterable[int]) -> tuple[Opinion, ...]:
        return tuple(
            Opinion(policy=self._indexed[i].policy, classification=self._indexed[i].classify(subject, environment))
            for i in indexes
        )

    def catch_all(self, policy: DlpPolicy) -> Classification:
        """Give the class of a custom connector that a policy neither names nor takes by a pattern other than `*`."""
        return self._indexed_of(policy).catch_all()

    def custom_posture(self, connector: CustomConnector | ConnectorKey, environment: Environment) -> Posture:
        """Tell how a custom connector is classified in an environment; a bare name stands for an unknown host."""
        subject = subject_of(connector)
        advanced = self.advanced(environment)
        if advanced is not None and advanced.only:
            return Posture(kind=PostureKind.OPEN, opinions=())
        certain, open_ = self._reach.of(environment)
        opinions = self._opinions(subject, environment, certain)
        posture = _posture(opinions)
        for each in self._advanced_open(environment):
            if each.policy.only:
                return Posture(PostureKind.UNKNOWN, opinions=opinions, reason=_in_force_open(each, environment))
        for opinion in self._opinions(subject, environment, open_):
            joined = _posture((*opinions, opinion))
            if (joined.kind, joined.group) != (posture.kind, posture.group):
                reason = _reach_open(opinion.policy, environment.name)
                return Posture(kind=PostureKind.UNKNOWN, opinions=opinions, reason=reason)
        return posture

    def verdict(self, resource: Resource | Gathered, environment: Environment) -> Verdict:
        """Judge a resource in an environment by everything that governs it there."""
        gathered = resource if isinstance(resource, Gathered) else Gathered(resource)
        verdict = self._verdict(gathered, environment, self._advanced_of(environment))
        for each in self._advanced_open(environment):
            if self._verdict(gathered, environment, each).outcome is not verdict.outcome:
                words = _in_force_open(each, environment)
                note = Note(kind=NoteKind.ADVANCED_UNKNOWN, words=words, at=each.policy.at, decides=True)
                return Verdict(outcome=Outcome.INDETERMINATE, notes=(*verdict.notes, note))
        return verdict

    def _verdict(self, gathered: Gathered, environment: Environment, advanced: IndexedAdvanced | None) -> Verdict:
        violations = list(judge_settings(self._settings, gathered))
        notes = list(gathered.resource.notes)
        may_break = any(note.decides for note in notes)
        if advanced is None or not advanced.policy.only:
            certain, open_ = self._reach.of(environment)
            if not certain and not open_ and advanced is None:
                notes.append(Note(kind=NoteKind.UNCOVERED, words=f"no policy reaches {environment.name}"))
                may_break = False
            applied = [self._judge(index, gathered, environment, notes) for index in certain]
            judged = [each for each in applied if each is not None]
            for each in judged:
                violations.extend(each.violations)
                notes.extend(each.notes)
                may_break = may_break or each.may_break
            violations.extend(judge_channels(gathered, judged))
            notes.extend(_child_notes(gathered, judged))
            may_break = self._judge_open(open_, gathered, environment, notes) or may_break
        if advanced is not None:
            broken, advanced_notes = judge_advanced(advanced, gathered, environment, self._catalogue)
            violations.extend(broken)
            notes.extend(advanced_notes)
            may_break = may_break or any(note.decides for note in advanced_notes)
        return verdict_of(violations, may_break=may_break, notes=notes)

    def situation(self, environment: Environment) -> Situation:
        """Give what governs an environment; in two that are governed alike every verdict is the same."""
        certain, open_ = self._reach.of(environment)
        advanced = self._advanced_of(environment)
        beside = None if advanced is None else (id(advanced), environment.managed is True)
        return Situation(certain=certain, open=open_, beside=beside)

    def __len__(self) -> int:
        """Count the data policies; the positions of `situation` count from 0."""
        return len(self._indexed)

    def __iter__(self) -> Iterator[DlpPolicy]:
        """Give the data policies, in the order they were read."""
        return (indexed.policy for indexed in self._indexed)

    @property
    def looks_beyond_groups(self) -> bool:
        """Tell whether anything but data policies decides: tenant settings or advanced policies."""
        return bool(self._settings or self._advanced)

    @property
    def name_environments(self) -> bool:
        """Tell whether some policy classifies the connector of one environment only."""
        return any(indexed.names_environments for indexed in self._indexed)

    def exempting(self, component_id: str) -> tuple[int, ...]:
        """Give the positions of the policies that have a component on their exemption lists."""
        plain = component_id.strip("{}").lower()
        return tuple(index for index in self._exempting if plain in self._indexed[index].exempt)

    @cached_property
    def _exempting(self) -> tuple[int, ...]:
        return tuple(index for index, indexed in enumerate(self._indexed) if indexed.policy.exempt)

    def plain_class(self, position: int, subject: Subject) -> tuple[DataGroup | None] | None:
        """Give the class of a connector in a policy where nothing but that class matters; None where more does.

        More matters where the class is unknown or differs between environments, and where rules look at operations
        and addresses. A resource that says of neither brings out whether there are any.
        """
        indexed = self._indexed[position]
        if indexed.policy.opening(PolicyPart.EXEMPTIONS) or (indexed.names_environments and subject.custom):
            return None
        probe = Resource(
            id="",
            kind=ComponentKind.CLOUD_FLOW,
            uses=(Used(subject),),
            operations=(UsedOperation(subject, None),),
            endpoints=(UsedEndpoint(subject, None, in_connection=True),),
        )
        judged = judge_policy(indexed, Gathered(probe), ANY_OTHER, self._catalogue)
        classification = indexed.classify(subject, ANY_OTHER)
        blocked = classification.group is DataGroup.BLOCKED
        rules = indexed.actions_of(subject) is not None or indexed.endpoints_of(subject) is not None
        if rules or judged.notes or not classification.known or bool(judged.violations) is not blocked:
            return None
        return (classification.group,)

    def stance(self, position: int, gathered: Gathered) -> Stance:
        """Say how a resource stands to a policy, wherever that reaches."""
        judged = self._judge(position, gathered, ANY_OTHER, [])
        if judged is None:
            return Stance(breaks=False, may_break=False, mentions=True)
        says = bool(judged.violations or judged.may_break or judged.notes)
        return Stance(breaks=bool(judged.violations), may_break=judged.may_break, mentions=says)

    def _judge_open(
        self, indexes: Iterable[int], gathered: Gathered, environment: Environment, notes: list[Note]
    ) -> bool:
        may_break = False
        for index in indexes:
            judged = self._judge(index, gathered, environment, [])
            if judged is None:
                continue
            policy = self._indexed[index].policy
            # The file may hold an advanced policy, too, so no connector is beyond what it says.
            breaks = bool(judged.violations) or judged.may_break or policy.unread
            words = _reach_open(policy, environment.name)
            notes.append(Note(kind=NoteKind.REACH_UNKNOWN, words=words, at=policy.at, policy=policy, decides=breaks))
            may_break = may_break or breaks
        return may_break

    def _judge(self, index: int, gathered: Gathered, environment: Environment, notes: list[Note]) -> Judged | None:
        indexed = self._indexed[index]
        if indexed.exempt and _is_exempt(indexed, gathered, notes):
            return None
        # Environments reached by the same policies share the work.
        key = (index, id(gathered), environment if indexed.names_environments else None)
        if key not in self._judged:
            self._seen[id(gathered)] = gathered
            judged = judge_policy(indexed, gathered, environment, self._catalogue)
            self._judged[key] = _unless_exempt(judged, indexed, gathered)
        return self._judged[key]


def subject_of(connector: CustomConnector | ConnectorKey) -> Subject:
    """Make a subject of a definition, or of a custom connector's name alone."""
    if isinstance(connector, CustomConnector):
        return Subject(key=connector.name, custom=True, host=connector.host)
    return Subject(key=connector, custom=True)


def _in_force_open(indexed: IndexedAdvanced, environment: Environment) -> str:
    name = indexed.policy.name
    return f"whether the advanced policy '{name}' is in force in {environment.name} is decided outside the files"


def _unless_exempt(judged: Judged, indexed: IndexedPolicy, gathered: Gathered) -> Judged:
    """Leave open what a policy forbids when no file shows which resources it exempts; agents are never exempt."""
    part = indexed.policy.opening(PolicyPart.EXEMPTIONS)
    if part is None or not judged.violations or gathered.resource.kind is ComponentKind.AGENT:
        return judged
    words = f"may be exempt from '{indexed.policy.name}', whose exempt resources are {part.how}"
    note = Note(NoteKind.EXEMPTION_UNKNOWN, words, part.at, indexed.policy, decides=True)
    return judged._replace(violations=(), may_break=True, notes=(*judged.notes, note))


def _is_exempt(indexed: IndexedPolicy, gathered: Gathered, notes: list[Note]) -> bool:
    policy = indexed.policy
    root, *children = gathered.members
    if root.id.strip("{}").lower() not in indexed.exempt:
        return False
    if root.kind is ComponentKind.AGENT:
        words = f"is on the exemption list of '{policy.name}', which no longer helps agents"
        notes.append(Note(kind=NoteKind.AGENT_EXEMPTION_IGNORED, words=words, at=policy.at, policy=policy))
        return False
    notes.append(Note(kind=NoteKind.EXEMPT, words=f"is exempt from '{policy.name}'", at=policy.at, policy=policy))
    if any(child.id.strip("{}").lower() not in indexed.exempt for child in children):
        words = f"is exempt from '{policy.name}', but a flow it calls is not"
        notes.append(Note(kind=NoteKind.EXEMPT_PARENT_ONLY, words=words, at=policy.at, policy=policy))
    return True


def _child_notes(gathered: Gathered, judged: Sequence[Judged]) -> Iterable[Note]:
    calls = any(member.kind is ComponentKind.CLOUD_FLOW for member in gathered.members[1:]) or any(
        note.kind is NoteKind.CHILD_MISSING for note in gathered.resource.notes
    )
    if not calls or gathered.resource.kind is not ComponentKind.CLOUD_FLOW:
        return
    for each in judged:
        if each.http_blocked is not None:
            words = "calls a child flow where HTTP is blocked; Microsoft's pages disagree whether that counts"
            yield Note(kind=NoteKind.CHILD_FLOW_HTTP, words=words, at=each.http_blocked, policy=each.policy)


def _joined(first: frozenset[DataGroup | None], second: frozenset[DataGroup | None]) -> frozenset[DataGroup | None]:
    return frozenset(_stricter(a, b) for a in first for b in second)


def _stricter(first: DataGroup | None, second: DataGroup | None) -> DataGroup | None:
    for group in (DataGroup.BLOCKED, DataGroup.BUSINESS, DataGroup.NON_BUSINESS):
        if group in {first, second}:
            return group
    return None


def _missing(opinions: Sequence[Opinion], open_: Sequence[Opinion]) -> str:
    for policy, classification in opinions:
        if not classification.known:
            return f"in the policy '{policy.name}' it {classification.words}"
    return _reach_open(open_[0].policy, "it") if open_ else ""


def _reach_open(policy: DlpPolicy, where: str) -> str:
    if policy.unread:
        return f"what {policy.name} says of {where} is not known, since the file cannot be read"
    return f"whether the policy '{policy.name}' reaches {where} is decided outside the files"


def _posture(opinions: Sequence[Opinion]) -> Posture:
    ordered = tuple(sorted(opinions, key=lambda opinion: _ORDER.get(opinion.classification.rule, 2)))
    rules = {opinion.classification.rule for opinion in ordered}
    confidence = least([opinion.classification.confidence for opinion in ordered])
    if rules & {Rule.LISTED, Rule.PATTERN, Rule.LISTED_TWICE}:
        return Posture(PostureKind.EXPLICIT, ordered, group=_group_of(ordered))
    for policy, classification in ordered:
        if classification.rule not in _CATCHING | _SILENT:
            reason = f"in the policy '{policy.name}' it {classification.words}"
            return Posture(PostureKind.UNKNOWN, ordered, reason=reason, confidence=confidence)
    if rules & _CATCHING:
        catching = [o.classification.confidence for o in ordered if o.classification.rule in _CATCHING]
        sure = Confidence.LIKELY if Rule.PATTERNS_MISSING in rules else least(catching)
        return Posture(PostureKind.CAUGHT, ordered, group=_group_of(ordered), confidence=sure)
    return Posture(PostureKind.OPEN, ordered, confidence=confidence)


def _group_of(opinions: Sequence[Opinion]) -> DataGroup | None:
    group: DataGroup | None = None
    for opinion in opinions:
        group = _stricter(group, opinion.classification.group)
    return group
