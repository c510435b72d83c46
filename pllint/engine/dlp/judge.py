"""The verdict on a resource: policies, advanced policies and tenant settings put together.

An unknown class stands for every group it may be. What every possibility breaks is a violation; what only some break
leaves the verdict open.
"""

from collections.abc import Sequence

from pllint.catalogue import Catalogue
from pllint.engine.dlp.classify import IndexedPolicy
from pllint.engine.dlp.pattern import is_star, matches
from pllint.engine.dlp.resource import Brought, Gathered, UsedEndpoint, UsedOperation
from pllint.finding import Confidence
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector, ConnectorSetting
from pllint.model.component import ComponentKind
from pllint.model.environment import Environment
from pllint.model.policy import ActionRules, Behaviour, DataGroup, DlpPolicy, EndpointRule
from pllint.model.policy_ids import CHANNELS, HTTP, NATIVE_DATAVERSE, VIRTUAL
from pllint.model.verdict import (
    Classification,
    Note,
    NoteKind,
    Outcome,
    Part,
    Rule,
    Subject,
    Verdict,
    Violation,
    ViolationKind,
)
from pllint.record import NamedTuple
from pllint.source import Anchor

_FILTERABLE = {
    "http", "httpwebhook", "shared_webcontents", "shared_webcontentsv2", "shared_sql", "shared_azureblob",
    "shared_smtp", NATIVE_DATAVERSE, "desktopflow.webautomation", "desktopflow.uiautomation", "csknowledgesharepoint",
    "csknowledgepublicsites",
}  # fmt: skip
_ENTRA_UNFILTERED = {"shared_sql", "shared_azureblob"}
_CHANNEL_IDS = {channel.lower() for channel in CHANNELS.values()}
_DYNAMIC = "(dynamic)"
_RANKS = {Confidence.CERTAIN: 0, Confidence.LIKELY: 1, Confidence.INFERRED: 2}


class Judged(NamedTuple):
    """What one policy makes of a resource."""

    policy: DlpPolicy
    violations: tuple[Violation, ...]
    """Broken whatever the unknowns are."""
    may_break: bool
    """Some unknown could break it."""
    notes: tuple[Note, ...]
    blocked: frozenset[str]
    """The connectors it surely blocks, by identity."""
    http_blocked: Anchor | None = None
    """The line by which it surely blocks the HTTP connector, used or not."""


class _Class(NamedTuple):
    key: str
    brought: Brought
    classification: Classification


def least(confidences: Sequence[Confidence]) -> Confidence:
    """Give the weakest of several confidences."""
    return max(confidences, key=lambda confidence: _RANKS[confidence], default=Confidence.CERTAIN)


def judge_policy(indexed: IndexedPolicy, gathered: Gathered, environment: Environment, catalogue: Catalogue) -> Judged:
    """Judge a resource by one policy that reaches the environment and from which it is not exempt."""
    classes = [
        _Class(key, brought, indexed.classify(brought.subject, environment)) for key, brought in gathered.brought
    ]
    violations, may_break, notes = _judge_groups(indexed, gathered, classes)
    blocked = {each.key for each in classes if _surely(each, DataGroup.BLOCKED)}
    for each in classes:
        if each.key in blocked:
            continue
        if _rules_may_break(indexed, each, gathered, catalogue):
            may_break = True
            notes += _rules_open(indexed, each)
        if (rules := indexed.actions_of(each.brought.subject)) is not None:
            broken, open_ = _judge_actions(
                indexed, rules, each.brought, gathered.operations.get(each.key, []), catalogue
            )
            violations += broken
            notes += open_
            may_break = may_break or any(note.decides for note in open_)
        if (ordered := indexed.endpoints_of(each.brought.subject)) is not None:
            denied, open_ = _judge_endpoints(indexed, ordered, each.brought, gathered.endpoints.get(each.key, []))
            violations += denied
            notes += open_
            may_break = may_break or any(note.decides for note in open_)
    http = indexed.classify(Subject(key=HTTP), environment)
    return Judged(
        policy=indexed.policy,
        violations=tuple(violations),
        may_break=may_break,
        notes=tuple(notes),
        blocked=frozenset(blocked),
        http_blocked=http.at if http.group is DataGroup.BLOCKED else None,
    )


def _rules_may_break(indexed: IndexedPolicy, each: _Class, gathered: Gathered, catalogue: Catalogue) -> bool:
    """Tell whether rules that no file shows could forbid what a resource does with a connector."""
    if indexed.rules_open(each.brought.subject) is None:
        return False
    operations = gathered.operations.get(each.key, ())
    if bindable(each.brought.subject, catalogue) and any(not operation.tabular for operation in operations):
        return True
    endpoints = gathered.endpoints.get(each.key, ())
    return filterable(each.key) and any(not endpoint.out_of_scope for endpoint in endpoints)


def _rules_open(indexed: IndexedPolicy, each: _Class) -> list[Note]:
    part = indexed.rules_open(each.brought.subject)
    if part is None or not each.classification.known:
        return []  # that its class is unknown says it already
    words = f"may be bound by action or endpoint rules, since the {part.part} are {part.how}"
    connector = each.brought.subject.key
    return [Note(NoteKind.RULES_UNKNOWN, words, part.at, indexed.policy, connector, decides=True)]


def _surely(each: _Class, group: DataGroup) -> bool:
    return each.classification.possible == {group}


def _part(each: _Class) -> Part:
    return Part(
        connector=each.brought.subject.key,
        words=each.classification.words,
        at=each.classification.at,
        used_at=each.brought.at,
        via=each.brought.via,
        rule=each.classification.rule,
    )


def _judge_groups(
    indexed: IndexedPolicy, gathered: Gathered, classes: Sequence[_Class]
) -> tuple[list[Violation], bool, list[Note]]:
    policy = indexed.policy
    violations: list[Violation] = []
    blocked = [each for each in classes if _surely(each, DataGroup.BLOCKED)]
    if blocked:
        violations.append(
            Violation(
                kind=ViolationKind.BLOCKED_CONNECTOR,
                policy=policy,
                parts=tuple(map(_part, blocked)),
                via=gathered.via(each.brought for each in blocked),
                confidence=least([each.classification.confidence for each in blocked]),
            )
        )
    rest = [each for each in classes if not _surely(each, DataGroup.BLOCKED)]
    business = [each for each in rest if _surely(each, DataGroup.BUSINESS)]
    others = [each for each in rest if _surely(each, DataGroup.NON_BUSINESS)]
    if not (business and others) and not blocked:
        # Blocked is no way out of a conflict: what else it may be still breaks the policy in every case.
        business = [each for each in rest if each.classification.possible <= {DataGroup.BUSINESS, DataGroup.BLOCKED}]
        others = [each for each in rest if each.classification.possible <= {DataGroup.NON_BUSINESS, DataGroup.BLOCKED}]
    if business and others:
        violations.append(
            Violation(
                kind=ViolationKind.GROUP_CONFLICT,
                policy=policy,
                parts=tuple(map(_part, business)),
                others=tuple(map(_part, others)),
                confidence=least([each.classification.confidence for each in (*business, *others)]),
            )
        )
    notes: list[Note] = []
    for each in classes:
        kind = None
        if each.classification.rule is Rule.PATTERNS_MISSING:
            kind = NoteKind.PATTERNS_MISSING
        elif not each.classification.known:
            kind = NoteKind.CLASS_UNKNOWN
        if kind is not None:
            notes.append(
                Note(
                    kind=kind,
                    words=each.classification.words,
                    at=each.classification.at,
                    policy=policy,
                    connector=each.brought.subject.key,
                    decides=kind is NoteKind.CLASS_UNKNOWN,
                )
            )
    return violations, _groups_may_break(classes), notes


def _groups_may_break(classes: Sequence[_Class]) -> bool:
    if any(DataGroup.BLOCKED in each.classification.possible for each in classes):
        return True
    business = [each.key for each in classes if DataGroup.BUSINESS in each.classification.possible]
    others = [each.key for each in classes if DataGroup.NON_BUSINESS in each.classification.possible]
    # The same connector is never on both sides: one that may be either needs a second one to conflict with.
    return bool(business) and bool(others) and len({*business, *others}) > 1


def _judge_actions(
    indexed: IndexedPolicy,
    rules: ActionRules,
    brought: Brought,
    operations: Sequence[UsedOperation],
    catalogue: Catalogue,
) -> tuple[list[Violation], list[Note]]:
    policy, subject = indexed.policy, brought.subject
    if not bindable(subject, catalogue):
        words = "has action rules, which have no effect on it"
        return [], [Note(NoteKind.ACTION_RULES_IGNORED, words, at=rules.at, policy=policy, connector=subject.key)]
    behaviours = {rule.operation.lower(): rule for rule in rules.rules}
    violations: dict[str, Violation] = {}
    notes: list[Note] = []
    for operation in operations:
        if operation.tabular:
            words = "is used by table functions, which action rules do not reach"
            notes.append(Note(NoteKind.TABULAR, words, at=operation.at, policy=policy, connector=subject.key))
            continue
        if operation.id is None:
            blocks = rules.default is Behaviour.BLOCK or any(r.behaviour is Behaviour.BLOCK for r in rules.rules)
            words = "is used by a step that does not name its operation, while the policy has action rules"
            notes.append(Note(NoteKind.OPERATION_UNKNOWN, words, operation.at, policy, subject.key, decides=blocks))
            continue
        rule = behaviours.get(operation.id.lower())
        behaviour = rule.behaviour if rule else rules.default
        if behaviour is Behaviour.ALLOW or operation.id.lower() in violations:
            continue
        words = "is blocked by an action rule" if rule else "is on no action rule, and the default is Block"
        violations[operation.id.lower()] = Violation(
            kind=ViolationKind.BLOCKED_ACTION,
            policy=policy,
            parts=(Part(subject.key, words, at=rule.at if rule else rules.at, used_at=operation.at),),
            operation=operation.id,
        )
    return list(violations.values()), notes


def bindable(subject: Subject, catalogue: Catalogue) -> bool:
    """Tell whether action rules bind a connector: certified or Microsoft's, known, and one that can be blocked."""
    if not _certified(subject):
        return False
    row = catalogue.find(subject.key)
    return row is not None and row.kind != "virtual" and row.unblockable is not True


def filterable(key: str) -> bool:
    """Tell whether endpoint filtering reaches a connector."""
    return key.lower() in _FILTERABLE


def _certified(subject: Subject) -> bool:
    key = subject.key.lower()
    return not subject.custom and key not in VIRTUAL and not key.startswith("desktopflow.")


def _judge_endpoints(
    indexed: IndexedPolicy, rules: Sequence[EndpointRule], brought: Brought, endpoints: Sequence[UsedEndpoint]
) -> tuple[list[Violation], list[Note]]:
    policy, key = indexed.policy, brought.subject.key
    if not filterable(key):
        words = "has endpoint rules, which have no effect on it"
        at = rules[0].at if rules else policy.at
        return [], [Note(NoteKind.ENDPOINT_RULES_IGNORED, words, at=at, policy=policy, connector=key)]
    violations: dict[str, Violation] = {}
    notes: list[Note] = []
    for endpoint in endpoints:
        if endpoint.current_environment and key.lower() == NATIVE_DATAVERSE:
            continue
        if endpoint.in_connection and not endpoint.out_of_scope:
            words = "reaches an address that no file gives, while the policy has endpoint rules"
            denies = any(rule.behaviour is not Behaviour.ALLOW for rule in rules)
            notes.append(Note(NoteKind.ENDPOINT_UNKNOWN, words, endpoint.at, policy, key, decides=denies))
            continue
        words = _not_evaluable(endpoint, key.lower())
        module = key.lower().startswith("desktopflow.") and endpoint.value is None and not endpoint.out_of_scope
        deciding = _deciding_rule(rules, None if words else endpoint.value)
        if words and not (module and deciding is not None and deciding.behaviour is not Behaviour.ALLOW):
            notes.append(Note(NoteKind.ENDPOINT_NOT_EVALUABLE, words, at=endpoint.at, policy=policy, connector=key))
            continue
        if deciding is None or deciding.behaviour is Behaviour.ALLOW:
            continue
        value = _DYNAMIC if endpoint.value is None else endpoint.value
        violations.setdefault(
            value.lower(),
            Violation(
                kind=ViolationKind.DENIED_ENDPOINT,
                policy=policy,
                parts=(
                    Part(key, f"is denied by rule {deciding.order} ({deciding.endpoint})", deciding.at, endpoint.at),
                ),
                endpoint=value,
                rule=deciding.order,
                confidence=Confidence.INFERRED if words else Confidence.CERTAIN,
            ),
        )
    return list(violations.values()), notes


def _not_evaluable(endpoint: UsedEndpoint, key: str) -> str:
    if endpoint.out_of_scope:
        return "is used by an action that endpoint filtering does not look at"
    if endpoint.value is None:
        return "reaches an address computed at run time, which endpoint filtering does not check"
    if endpoint.entra and key in _ENTRA_UNFILTERED:
        return "uses a connection with Microsoft Entra ID, which endpoint filtering does not check"
    return ""


def _deciding_rule(rules: Sequence[EndpointRule], value: str | None) -> EndpointRule | None:
    if value is None:
        return next((rule for rule in rules if is_star(rule.endpoint)), None)
    return next((rule for rule in rules if matches(rule.endpoint, value)), None)


def judge_settings(settings: dict[str, ConnectorSetting], gathered: Gathered) -> tuple[Violation, ...]:
    """Judge a resource by the tenant's connector settings."""
    denied = [
        Part(brought.subject.key, "is switched off for the tenant", settings[key].at, brought.at)
        for key, brought in gathered.brought
        if key in settings and settings[key].denied and _certified(brought.subject)
    ]
    return (Violation(kind=ViolationKind.DISABLED_CONNECTOR, parts=tuple(denied)),) if denied else ()


class IndexedAdvanced:
    """An advanced policy, its connectors found by key."""

    def __init__(self, policy: AdvancedPolicy) -> None:
        self.policy = policy
        self.allowed: dict[str, AllowedConnector] = {entry.connector.lower(): entry for entry in policy.allowed}


def judge_advanced(
    indexed: IndexedAdvanced, gathered: Gathered, environment: Environment, catalogue: Catalogue
) -> tuple[tuple[Violation, ...], tuple[Note, ...]]:
    """Judge a resource by the advanced policy of the environment."""
    policy = indexed.policy
    missing: list[Part] = []
    violations: list[Violation] = []
    notes: list[Note] = []
    for key, brought in gathered.brought:
        name = brought.subject.key
        if not _certified(brought.subject):
            if policy.only:
                words = "is governed by nothing here: advanced policies say nothing on it, and data policies are off"
                notes.append(Note(NoteKind.NOT_GOVERNED, words, at=brought.at, connector=name))
            continue
        entry = indexed.allowed.get(key)
        operations = gathered.operations.get(key, ())
        refused = _refused(entry, operations)
        row = catalogue.find(name)
        exempt = row is not None and row.unblockable is True and environment.managed is not True
        if entry is not None and not refused:
            unnamed = next((operation for operation in operations if operation.id is None), None)
            if unnamed is not None and entry.operations is not None and not exempt:
                words = "is used without naming the operation, while the advanced policy allows only some"
                notes.append(Note(NoteKind.OPERATION_UNKNOWN, words, at=unnamed.at, connector=name, decides=True))
            continue
        if exempt:
            words = "is not allowed by the advanced policy, but cannot be blocked in an environment that is not managed"
            notes.append(Note(NoteKind.UNBLOCKABLE_UNMANAGED, words, at=policy.at, connector=name))
        elif entry is None:
            missing.append(Part(name, "is not on the allow list", policy.at, brought.at))
        else:
            for operation in refused.values():
                part = Part(name, "is allowed for other operations only", entry.at, operation.at)
                violations.append(
                    Violation(kind=ViolationKind.ADVANCED_ACTION, policy=policy, parts=(part,), operation=operation.id)
                )
    absent, open_ = _absent(policy, missing)
    return (*absent, *violations), (*notes, *open_)


def _absent(policy: AdvancedPolicy, missing: Sequence[Part]) -> tuple[list[Violation], list[Note]]:
    """Tell what it means that connectors are not on the allow list as far as that is known."""
    if policy.allowed_known:
        kind = ViolationKind.ADVANCED_CONNECTOR
        return ([Violation(kind=kind, policy=policy, parts=tuple(missing))] if missing else []), []
    words = "may be on the allow list of the advanced policy or not, since that is computed elsewhere"
    return [], [
        Note(NoteKind.ADVANCED_UNKNOWN, words, at=policy.at, connector=part.connector, decides=True) for part in missing
    ]


def _refused(entry: AllowedConnector | None, operations: Sequence[UsedOperation]) -> dict[str, UsedOperation]:
    if entry is None or entry.operations is None:
        return {}
    allowed = {operation.lower() for operation in entry.operations}
    refused: dict[str, UsedOperation] = {}
    for operation in operations:
        if operation.id is not None and operation.id.lower() not in allowed:
            refused.setdefault(operation.id.lower(), operation)
    return refused


def judge_channels(gathered: Gathered, judged: Sequence[Judged]) -> tuple[Violation, ...]:
    """Tell that an agent cannot be published: it has channels, and each of them is blocked."""
    if gathered.resource.kind is not ComponentKind.AGENT:
        return ()
    channels = [(key, brought) for key, brought in gathered.brought if key in _CHANNEL_IDS]
    if not channels or not all(any(key in each.blocked for each in judged) for key, _ in channels):
        return ()
    parts = tuple(Part(brought.subject.key, "is blocked", None, brought.at) for _, brought in channels)
    return (Violation(kind=ViolationKind.NO_CHANNEL, parts=parts),)


def verdict_of(violations: Sequence[Violation], *, may_break: bool, notes: Sequence[Note]) -> Verdict:
    """Put the parts of a verdict together."""
    open_or_allowed = Outcome.INDETERMINATE if may_break else Outcome.ALLOWED
    outcome = Outcome.VIOLATION if violations else open_or_allowed
    return Verdict(outcome=outcome, violations=tuple(violations), notes=tuple(dict.fromkeys(notes)))
