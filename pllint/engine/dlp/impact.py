"""What a change of policies does to verdicts: one workspace, judged by the policies before and after."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from pllint.engine.dlp.policy_set import PolicySet
from pllint.engine.dlp.resource import Gathered
from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy
from pllint.model.verdict import NoteKind, Outcome, Part, Verdict, Violation, ViolationKind
from pllint.record import NamedTuple
from pllint.source import Anchor


class Change(StrEnum):
    """What becomes of a component in an environment; what was allowed and stays so is no change."""

    NEWLY_BLOCKED = "newly-blocked"
    """A violation now, and none before."""
    NEWLY_OPEN = "newly-open"
    """It was decided before, and now the files leave it open."""
    NEWLY_ALLOWED = "newly-allowed"
    """Allowed now, and a violation or open before."""
    STILL_BLOCKED = "still-blocked"
    STILL_OPEN = "still-open"


def change_of(before: Outcome, after: Outcome) -> Change | None:
    """Tell what two verdicts on the same component in the same environment make together."""
    if after is Outcome.VIOLATION:
        return Change.STILL_BLOCKED if before is Outcome.VIOLATION else Change.NEWLY_BLOCKED
    if after is Outcome.INDETERMINATE:
        return Change.STILL_OPEN if before is Outcome.INDETERMINATE else Change.NEWLY_OPEN
    return None if before is Outcome.ALLOWED else Change.NEWLY_ALLOWED


class Line(NamedTuple):
    """What one side says, and where."""

    connector: ConnectorKey | None
    words: str
    """To follow the connector's name, if there is one: `is listed in Blocked of 'Tenant baseline'`."""
    at: Anchor | None


class Side:
    """The policies before or after, and what they say of one component in one environment."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies

    def lines(self, gathered: Gathered, environment: Environment, other: "Side") -> tuple[Line, ...]:
        """Give the lines that decide here; where nothing forbids, what is said of all that the other side forbids."""
        verdict = self.policies.verdict(gathered, environment)
        if verdict.outcome is not Outcome.ALLOWED:
            return tuple(dict.fromkeys(_deciding(verdict)))
        counterparts: list[Line] = []
        opposite = other.policies.verdict(gathered, environment)
        for violation in opposite.violations:
            counterparts.extend(self._instead(violation, gathered, environment, verdict))
        if not counterparts:
            for note in opposite.notes:
                if note.decides and note.policy is not None:
                    counterparts.extend(self._of_connectors(note.policy, [note.connector], gathered, environment))
        uncovered = any(note.kind is NoteKind.UNCOVERED for note in verdict.notes)
        if uncovered or not counterparts:
            words = f"no policy reaches {environment.name}" if uncovered else "no policy forbids it"
            return (Line(None, words, None),)
        return tuple(dict.fromkeys(counterparts))

    def _instead(
        self, violation: Violation, gathered: Gathered, environment: Environment, verdict: Verdict
    ) -> Iterator[Line]:
        policy = violation.policy
        if not isinstance(policy, DlpPolicy):
            return
        if violation.kind in {ViolationKind.BLOCKED_ACTION, ViolationKind.DENIED_ENDPOINT}:
            mine = self.counterpart(policy)
            if mine is not None:
                yield Line(None, f"'{mine.name}' has no rule against it", mine.at)
                return
        exempt = next(
            (note for note in verdict.notes if note.kind is NoteKind.EXEMPT and _same(note.policy, policy)), None
        )
        if exempt is not None:
            yield Line(None, f"it {exempt.words}", exempt.at)
            return
        keys = [part.connector for part in (*violation.parts, *violation.others)]
        yield from self._of_connectors(policy, keys, gathered, environment)

    def _of_connectors(
        self, policy: DlpPolicy, keys: Iterable[ConnectorKey | None], gathered: Gathered, environment: Environment
    ) -> Iterator[Line]:
        mine = self.counterpart(policy)
        if mine is None:
            yield Line(None, f"there is no policy '{policy.name}'", None)
        elif mine not in self.policies.reaching(environment):
            yield Line(None, f"'{mine.name}' does not reach {environment.name}", mine.at)
        else:
            wanted = set(keys)
            for _, brought in gathered.brought:
                if brought.subject.key in wanted:
                    found = self.policies.classify(mine, brought.subject, environment)
                    yield Line(brought.subject.key, f"{found.words} of '{mine.name}'", found.at)

    def counterpart(self, policy: DlpPolicy) -> DlpPolicy | None:
        """Find the policy that is this one on the other side: of the same id, else of the same name."""
        return next((mine for mine in self.policies if _same(mine, policy)), None)


def _same(one: DlpPolicy | AdvancedPolicy | None, other: DlpPolicy) -> bool:
    return one is not None and is_same(one, other)


def is_same(one: DlpPolicy | AdvancedPolicy, other: DlpPolicy | AdvancedPolicy) -> bool:
    """Tell whether two files mean the same policy: by id, else by name."""
    return one.id.lower() == other.id.lower() or one.name.strip().lower() == other.name.strip().lower()


def _deciding(verdict: Verdict) -> Iterator[Line]:
    if verdict.outcome is Outcome.VIOLATION:
        for violation in verdict.violations:
            of = f" of '{violation.policy.name}'" if violation.policy else ""
            for part in (*violation.parts, *violation.others):
                yield Line(part.connector, f"{_words(violation, part)}{of}", part.at)
        return
    for note in verdict.notes:
        if note.decides:
            of = f" ('{note.policy.name}')" if note.policy and note.kind is not NoteKind.REACH_UNKNOWN else ""
            yield Line(note.connector, f"{note.words}{of}", note.at)


def _words(violation: Violation, part: Part) -> str:
    if violation.operation is not None:
        return f"{part.words}: operation {violation.operation}"
    return part.words
