"""What would let a component pass: the smallest changes, each tried on the engine before it is told.

A change is made to a copy of the policies, or of what the component uses, and the whole verdict is asked again. What
does not end every violation is not suggested. Nothing is ever applied.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

from pllint.engine.dlp.policy_set import PolicySet
from pllint.engine.dlp.resource import Gathered, Resource, Used, UsedEndpoint, UsedOperation
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey, custom_names
from pllint.model.environment import Environment, EnvironmentRef
from pllint.model.policy import (
    ActionRule,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    ExemptResource,
    Scope,
    UrlPattern,
)
from pllint.model.verdict import NoteKind, Outcome, Part, Subject, Verdict, Violation, ViolationKind
from pllint.record import NamedTuple
from pllint.source import Anchor

_MOST_EDITS = 12
_MOST_PLACES = 3
_GROUPS = (DataGroup.BUSINESS, DataGroup.NON_BUSINESS)

# Connectors that do for an organisation's account what others do for a personal or third-party one.
_ALTERNATIVES = {
    "shared_gmail": ("shared_office365",),
    "shared_outlook": ("shared_office365",),
    "shared_sendmail": ("shared_office365",),
    "shared_smtp": ("shared_office365",),
    "shared_onedrive": ("shared_onedriveforbusiness", "shared_sharepointonline"),
    "shared_dropbox": ("shared_onedriveforbusiness", "shared_sharepointonline"),
    "shared_googledrive": ("shared_onedriveforbusiness", "shared_sharepointonline"),
    "shared_box": ("shared_sharepointonline", "shared_onedriveforbusiness"),
    "shared_slack": ("shared_teams",),
    "shared_trello": ("shared_planner",),
    "shared_asana": ("shared_planner",),
    "shared_todoconsumer": ("shared_todo",),
    "shared_excel": ("shared_excelonlinebusiness",),
    "shared_googlesheet": ("shared_excelonlinebusiness",),
    "shared_googlecalendar": ("shared_office365",),
    "shared_commondataservice": ("shared_commondataserviceforapps",),
    "shared_webcontents": ("shared_webcontentsv2",),
}


Governing = DlpPolicy | AdvancedPolicy


class RemedyKind(StrEnum):
    """What kind of change it is."""

    POLICY = "change-policy"
    """Move a connector, add a URL pattern, allow an operation or an address."""
    OWN_POLICY = "environment-policy"
    """Give the environment a policy of its own."""
    REPLACE = "replace-connector"
    SPLIT = "split"
    ELSEWHERE = "other-environment"
    EXEMPT = "exempt"


class Remedy(NamedTuple):
    """A change, or several together, after which nothing forbids the component there."""

    kind: RemedyKind
    who: str
    """admin or maker."""
    steps: tuple[str, ...]
    """Imperative, all of them needed: `move HTTP (Http) to Business in 'Tenant baseline'`."""
    policies: tuple[Governing, ...] = ()
    """All policies after the change, where it changes them."""
    leaves_open: bool = False
    """What the files do not say could still forbid it."""


class Case(NamedTuple):
    """A component that is not allowed in an environment, and what may be tried."""

    policies: PolicySet
    gathered: Gathered
    environment: Environment
    elsewhere: Sequence[Environment] = ()
    """Other environments it could go to."""
    name_of: Callable[[ConnectorKey], str] = str


class _Edit(NamedTuple):
    policies: tuple[Governing, ...]
    words: str


_Style = Callable[[Violation, tuple[Governing, ...]], _Edit | None]


def remedies(case: Case) -> tuple[Remedy, ...]:
    """Give the changes that let a component pass, the smallest of each kind, those of the maker first."""
    return _Trial(case).found()


def working_groups(
    policies: PolicySet, gathered: Gathered, environment: Environment, violation: Violation
) -> tuple[DataGroup, ...]:
    """Give the data groups that end a violation, were its connectors moved to them in the policy that decides."""
    policy = violation.policy
    if not isinstance(policy, DlpPolicy):
        return ()
    working = []
    for group in _GROUPS:
        moved = _moving(violation, group)
        subjects = tuple(subject for part in moved if (subject := _subject(gathered, part)) is not None)

        def changed(subjects: tuple[Subject, ...] = subjects, group: DataGroup = group) -> DlpPolicy | None:
            return _all_classified(policy, subjects, group)

        key = (id(policy), group, subjects)
        if subjects and policies.passes_instead(key, changed, gathered, environment):
            working.append(group)
    return tuple(working)


def _all_classified(policy: DlpPolicy, subjects: Iterable[Subject], group: DataGroup) -> DlpPolicy | None:
    changed: DlpPolicy | None = policy
    for subject in subjects:
        changed = classified(changed, subject, group) if changed is not None else None
    return changed


def _moving(violation: Violation, group: DataGroup) -> tuple[Part, ...]:
    if violation.kind is ViolationKind.BLOCKED_CONNECTOR:
        return violation.parts
    if violation.kind is not ViolationKind.GROUP_CONFLICT:
        return ()
    return violation.others if group is DataGroup.BUSINESS else violation.parts


class _Trial:
    """One case and the changes tried on it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._policies = case.policies.everything
        self._verdict = case.policies.verdict(case.gathered, case.environment)

    def found(self) -> tuple[Remedy, ...]:
        if self._verdict.outcome is not Outcome.VIOLATION:
            return ()
        by_policy = list(self._by_policy())
        return (
            *self._replacements(),
            *self._splits(),
            *self._elsewhere(),
            *by_policy,
            *self._own_policies(by_policy),
            *self._exemptions(),
        )

    def _verdict_of(self, policies: tuple[Governing, ...], gathered: Gathered | None = None) -> Verdict:
        case = self._case
        return case.policies.supposing(policies).verdict(gathered or case.gathered, case.environment)

    def _edited(self, kind: RemedyKind, style: _Style) -> Remedy | None:
        """Make one change after another until nothing forbids the component; None when that comes to no end."""
        policies, words, verdict = self._policies, list[str](), self._verdict
        while verdict.violations and len(words) < _MOST_EDITS:
            edits = (style(violation, policies) for violation in verdict.violations)
            edit = next((edit for edit in edits if edit is not None and edit.words not in words), None)
            if edit is None:
                return None
            policies = edit.policies
            words.append(edit.words)
            verdict = self._verdict_of(policies)
        if verdict.violations:
            return None
        open_ = verdict.outcome is Outcome.INDETERMINATE
        return Remedy(kind, "admin", tuple(words), policies, leaves_open=open_)

    # In the policies that decide

    def _by_policy(self) -> Iterator[Remedy]:
        styles: list[_Style] = [
            lambda violation, policies: self._loosened(violation, policies, None),
            *(
                (lambda violation, policies, group=group: self._loosened(violation, policies, group))
                for group in _GROUPS
            ),
        ]
        tried = [self._edited(RemedyKind.POLICY, style) for style in styles]
        distinct = {frozenset(one.steps): one for one in reversed(tried) if one is not None}
        least = min((len(one.steps) for one in distinct.values()), default=0)
        yield from (one for one in reversed(distinct.values()) if len(one.steps) == least)

    def _loosened(self, violation: Violation, policies: tuple[Governing, ...], group: DataGroup | None) -> _Edit | None:
        policy = violation.policy
        if isinstance(policy, AdvancedPolicy):
            return self._listed_too(violation, policy, policies)
        if policy is None:
            return None
        if violation.kind in {ViolationKind.BLOCKED_CONNECTOR, ViolationKind.GROUP_CONFLICT}:
            return self._regrouped(violation, policy, policies, group or self._fitting(violation, policy))
        part = violation.parts[0]
        name = self._case.name_of(part.connector)
        changed: DlpPolicy | None = None
        words = ""
        if violation.kind is ViolationKind.BLOCKED_ACTION and violation.operation is not None:
            changed = _allowing(policy, part.connector, violation.operation)
            words = f"allow the operation {violation.operation} of {name} in '{policy.name}'"
        elif violation.kind is ViolationKind.DENIED_ENDPOINT and violation.endpoint not in {None, "(dynamic)"}:
            changed = _reaching(policy, part.connector, violation.endpoint or "")
            words = f"add an Allow rule for the address above rule {violation.rule} of {name} in '{policy.name}'"
        return None if changed is None else _Edit(_with(policies, policy, changed), words)

    def _listed_too(
        self, violation: Violation, policy: AdvancedPolicy, policies: tuple[Governing, ...]
    ) -> _Edit | None:
        """Put connectors, or an operation of one, on the allow list of an advanced policy."""
        names = _listed(self._case.name_of(part.connector) for part in violation.parts)
        keys = {part.connector.lower() for part in violation.parts}
        if violation.operation is None:
            added = tuple(AllowedConnector(part.connector, policy.at) for part in violation.parts)
            allowed = (*(one for one in policy.allowed if one.connector.lower() not in keys), *added)
            words = f"add {names} to the allow list of the advanced policy '{policy.name}'"
        else:
            allowed = tuple(
                one._replace(operations=(*(one.operations or ()), violation.operation))
                if one.connector.lower() in keys
                else one
                for one in policy.allowed
            )
            words = f"allow the operation {violation.operation} of {names} in the advanced policy '{policy.name}'"
        return _Edit(_with(policies, policy, policy._replace(allowed=allowed)), words)

    def _fitting(self, violation: Violation, policy: DlpPolicy) -> DataGroup:
        """Give the group of what the component uses beside the blocked ones; of a conflict, that of the more."""
        if violation.kind is ViolationKind.GROUP_CONFLICT:
            return DataGroup.BUSINESS if len(violation.others) <= len(violation.parts) else DataGroup.NON_BUSINESS
        blocked = {part.connector for part in violation.parts}
        groups = [
            self._case.policies.classify(policy, brought.subject, self._case.environment).group
            for _, brought in self._case.gathered.brought
            if brought.subject.key not in blocked
        ]
        business = groups.count(DataGroup.BUSINESS)
        return DataGroup.BUSINESS if business > groups.count(DataGroup.NON_BUSINESS) else DataGroup.NON_BUSINESS

    def _regrouped(
        self, violation: Violation, policy: DlpPolicy, policies: tuple[Governing, ...], group: DataGroup
    ) -> _Edit | None:
        changed: DlpPolicy | None = policy
        told: dict[str, list[str]] = {}
        for part in _moving(violation, group):
            subject = _subject(self._case.gathered, part)
            before = changed
            changed = classified(changed, subject, group) if changed is not None and subject is not None else None
            if changed is None or before is None or subject is None:
                return None
            name = self._case.name_of(part.connector)
            if changed.patterns != before.patterns:
                known = before.patterns or ()
                added = " and ".join(one.pattern for one in changed.patterns or () if one not in known)
                told.setdefault(f"add the URL patterns {added} as {group} above all others for {{}}", []).append(name)
            elif any(one.connector == part.connector for one in policy.classified or ()):
                told.setdefault(f"move {{}} to {group}", []).append(name)
            else:
                told.setdefault(f"list {{}} in {group}", []).append(name)
        steps = (sentence.replace("{}", _listed(names)) for sentence, names in told.items())
        words = f"{_joined(tuple(steps))} in '{policy.name}'"
        return None if changed is None else _Edit(_with(policies, policy, changed), words)

    # A policy for the environment alone

    def _own_policies(self, by_policy: Iterable[Remedy]) -> Iterator[Remedy]:
        case = self._case
        if case.environment.any_other:
            return
        for remedy in by_policy:
            pairs = [(old, new) for old, new in zip(self._policies, remedy.policies, strict=True) if old is not new]
            changed = [(old, new) for old, new in pairs if isinstance(old, DlpPolicy) and isinstance(new, DlpPolicy)]
            if (
                not changed
                or len(changed) < len(pairs)
                or not all(_reaches_more(old, case.environment) for old, _ in changed)
            ):
                continue
            names = _quoted(old.name for old, _ in changed)
            steps = [step.removesuffix(f" in '{old.name}'") for step in remedy.steps for old, _ in changed[:1]]
            leaving = f"exclude {case.environment.name} from {names}"
            custom = any(old.patterns != new.patterns for old, new in changed)
            ways = [(Scope.ONLY, f"give it a policy of its own, a copy in which you {_joined(steps)}")]
            if custom:
                ways.append(
                    (Scope.SINGLE, "classify the custom connector by name in an environment-level policy there")
                )
            for scope, words in ways:
                policies = self._policies
                for old, new in changed:
                    policies = _with(policies, old, _without(old, case.environment))
                    policies = (*policies, self._own(old, new, scope))
                verdict = self._verdict_of(policies)
                if not verdict.violations:
                    open_ = verdict.outcome is Outcome.INDETERMINATE
                    yield Remedy(RemedyKind.OWN_POLICY, "admin", (leaving, words), policies, leaves_open=open_)
            return

    def _own(self, old: DlpPolicy, new: DlpPolicy, scope: Scope) -> DlpPolicy:
        environment = self._case.environment
        name = f"{old.name} for {environment.name}"
        own = new._replace(
            id=f"{old.id} {environment.name}",
            name=name,
            scope=scope,
            environments=(EnvironmentRef(name=environment.id or environment.name, at=old.at),),
            environments_known=True,
        )
        if scope is Scope.SINGLE:
            for _, brought in self._case.gathered.brought:
                if brought.subject.custom:
                    group = self._case.policies.supposing((new,)).classify(new, brought.subject, environment).group
                    entry = _entry(brought.subject, group or DataGroup.NON_BUSINESS, old.at)
                    own = own._replace(classified=(*_others(own, brought.subject), entry))
        return own

    def _exemptions(self) -> Iterator[Remedy]:
        resource = self._case.gathered.resource
        if resource.kind is ComponentKind.AGENT:
            return

        def exempted(violation: Violation, policies: tuple[Governing, ...]) -> _Edit | None:
            policy = violation.policy
            if not isinstance(policy, DlpPolicy):
                return None
            exempt = (*policy.exempt, ExemptResource(id=resource.id, type=resource.kind, at=policy.at))
            return _Edit(_with(policies, policy, policy._replace(exempt=exempt)), f"exempt it from '{policy.name}'")

        if remedy := self._edited(RemedyKind.EXEMPT, exempted):
            yield remedy

    # In the component

    def _replacements(self) -> Iterator[Remedy]:
        for violation in self._verdict.violations:
            for part in (*violation.parts, *violation.others):
                if part.via is not None:
                    continue
                for key in self._alternatives(part.connector):
                    replaced = _replaced(self._case.gathered, part.connector, key)
                    if self._verdict_of(self._policies, replaced).outcome is Outcome.ALLOWED:
                        name, other = self._case.name_of(part.connector), self._case.name_of(key)
                        yield Remedy(RemedyKind.REPLACE, "maker", (f"use {other} in place of {name}",))
                        return

    def _alternatives(self, key: ConnectorKey) -> Iterator[ConnectorKey]:
        row = self._case.policies.catalogue.find(key)
        if row is not None and row.replaced_by:
            yield ConnectorKey(row.replaced_by)
        yield from map(ConnectorKey, _ALTERNATIVES.get(key.lower(), ()))

    def _splits(self) -> Iterator[Remedy]:
        gathered = self._case.gathered
        conflicts = [one for one in self._verdict.violations if one.kind is ViolationKind.GROUP_CONFLICT]
        whole = conflicts and len(conflicts) == len(self._verdict.violations)
        if not whole or len(gathered.members) > 1 or gathered.resource.kind is ComponentKind.DESKTOP_FLOW:
            return
        conflict = conflicts[0]
        sides = [[part.connector for part in side] for side in (conflict.others, conflict.parts)]
        parts = [_lacking(gathered, side) for side in sides]
        if all(self._verdict_of(self._policies, part).outcome is Outcome.ALLOWED for part in parts):
            noun = {ComponentKind.CANVAS_APP: "apps", ComponentKind.AGENT: "agents"}.get(
                gathered.resource.kind, "flows"
            )
            named = [_listed(map(self._case.name_of, side)) for side in sides]
            steps = f"split it into two {noun} that do not call each other, one for {named[1]} and one for {named[0]}"
            yield Remedy(RemedyKind.SPLIT, "maker", (steps,))

    def _elsewhere(self) -> Iterator[Remedy]:
        allowing = []
        for environment in self._case.elsewhere:
            if environment.any_other or environment == self._case.environment:
                continue
            verdict = self._case.policies.verdict(self._case.gathered, environment)
            # An environment that no policy reaches lets everything pass, and is no place to send people to.
            uncovered = any(note.kind in {NoteKind.UNCOVERED, NoteKind.NOT_GOVERNED} for note in verdict.notes)
            if verdict.outcome is Outcome.ALLOWED and not uncovered:
                allowing.append(environment.name)
        if allowing:
            names = _listed(list(dict.fromkeys(allowing))[:_MOST_PLACES], "or")
            yield Remedy(RemedyKind.ELSEWHERE, "maker", (f"deploy it to {names} instead, where it is allowed",))


def classified(policy: DlpPolicy, subject: Subject, group: DataGroup) -> DlpPolicy | None:
    """Put a connector into a group of a policy as an admin would: by name, or by a URL pattern for its host."""
    if policy.classified is None:
        return None
    others = _others(policy, subject)
    if not subject.custom or not policy.tenant_level or len(others) < len(policy.classified):
        return policy._replace(classified=(*others, _entry(subject, group, policy.at)))
    host = subject.host
    if host is None or host.name is None or policy.patterns is None:
        return None
    name = host.name if "://" in host.name else f"{host.scheme or 'https'}://{host.name}"
    order = min((pattern.order for pattern in policy.patterns), default=1) - 2
    at = policy.patterns_at or policy.at
    # One pattern `host*` would take hosts that only begin alike.
    texts = (name.rstrip("/"), f"{name.rstrip('/')}/*")
    added = [UrlPattern(order=order + place, pattern=text, group=group, at=at) for place, text in enumerate(texts)]
    return policy._replace(patterns=(*added, *policy.patterns))


def _others(policy: DlpPolicy, subject: Subject) -> tuple[ClassifiedConnector, ...]:
    if not subject.custom:
        return tuple(
            one for one in policy.classified or () if one.custom or one.connector.lower() != subject.key.lower()
        )
    names = set(custom_names(subject.key))
    return tuple(one for one in policy.classified or () if custom_names(one.connector)[0] not in names)


def _entry(subject: Subject, group: DataGroup, at: Anchor) -> ClassifiedConnector:
    return ClassifiedConnector(connector=subject.key, group=group, at=at, spelling=subject.key, custom=subject.custom)


def _allowing(policy: DlpPolicy, key: ConnectorKey, operation: str) -> DlpPolicy:
    actions = []
    for rules in policy.actions:
        if rules.connector.lower().removeprefix("shared_") == key.lower().removeprefix("shared_"):
            kept = [rule for rule in rules.rules if rule.operation.lower() != operation.lower()]
            rules = rules._replace(rules=(*kept, ActionRule(operation, Behaviour.ALLOW, rules.at)))  # noqa: PLW2901
        actions.append(rules)
    return policy._replace(actions=tuple(actions))


def _reaching(policy: DlpPolicy, key: ConnectorKey, address: str) -> DlpPolicy:
    endpoints = []
    for rules in policy.endpoints:
        if rules.connector.lower() == key.lower():
            order = min((rule.order for rule in rules.rules), default=1) - 1
            first = EndpointRule(order, address, Behaviour.ALLOW, rules.at)
            rules = rules._replace(rules=(first, *rules.rules))  # noqa: PLW2901
        endpoints.append(rules)
    return policy._replace(endpoints=tuple(endpoints))


def _with(policies: tuple[Governing, ...], old: Governing, new: Governing) -> tuple[Governing, ...]:
    return tuple(new if one is old else one for one in policies)


def _reaches_more(policy: DlpPolicy, environment: Environment) -> bool:
    if policy.scope is Scope.ONLY:
        return len(policy.environments) > 1 and any(environment.goes_by(one.name) for one in policy.environments)
    return policy.scope is not Scope.SINGLE


def _without(policy: DlpPolicy, environment: Environment) -> DlpPolicy:
    if policy.scope is Scope.ONLY:
        kept = tuple(one for one in policy.environments if not environment.goes_by(one.name))
        return policy._replace(environments=kept)
    listed = policy.environments if policy.scope is Scope.EXCEPT else ()
    here = EnvironmentRef(name=environment.id or environment.name, at=policy.at)
    return policy._replace(scope=Scope.EXCEPT, environments=(*listed, here))


def _subject(gathered: Gathered, part: Part) -> Subject | None:
    return next((brought.subject for _, brought in gathered.brought if brought.subject.key == part.connector), None)


def _replaced(gathered: Gathered, old: ConnectorKey, new: ConnectorKey) -> Gathered:
    lacking = _lacking(gathered, [old]).resource
    subject = Subject(key=new)
    # What the new steps will do is not known; a policy with rules for it leaves the verdict open, and is no remedy.
    return Gathered(
        lacking._replace(
            uses=(*lacking.uses, Used(subject)),
            operations=(*lacking.operations, UsedOperation(subject, None)),
            endpoints=(*lacking.endpoints, UsedEndpoint(subject, None, in_connection=True)),
        )
    )


def _lacking(gathered: Gathered, keys: Iterable[ConnectorKey]) -> Gathered:
    """Give a resource without some of its connectors; those of the flows it calls stay."""
    unwanted = set(keys)

    def kept(used: Used | UsedOperation | UsedEndpoint) -> bool:
        return used.subject.key not in unwanted

    resource: Resource = gathered.resource
    return Gathered(
        resource._replace(
            uses=tuple(filter(kept, resource.uses)),
            operations=tuple(filter(kept, resource.operations)),
            endpoints=tuple(filter(kept, resource.endpoints)),
        )
    )


def _quoted(names: Iterable[str]) -> str:
    return _listed(f"'{name}'" for name in dict.fromkeys(names))


def _listed(names: Iterable[str], word: str = "and") -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def _joined(steps: Sequence[str]) -> str:
    return " and ".join(steps)
