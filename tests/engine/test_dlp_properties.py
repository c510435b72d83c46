"""Laws that verdicts keep, whatever the policies: more policies never free, order never matters, unknowns are exact."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet
from pllint.engine.dlp.resource import Resource, Used
from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import Host
from pllint.model.environment import Environment, EnvironmentRef
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, Scope, UrlPattern
from pllint.model.verdict import Outcome, Subject, Verdict
from pllint.source import Anchor, Source

AT = Anchor(Source("policies/tenant.json", bytes))
CATALOGUE = Catalogue()
HR = Environment(name="hr-production", at=None)
GROUPS = (DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED)
BLOCKABLE = tuple(map(ConnectorKey, ("shared_sql", "shared_gmail", "shared_dropbox", "Http")))
UNBLOCKABLE = tuple(map(ConnectorKey, ("shared_teams", "shared_sharepointonline", "shared_office365")))
OTHERS = tuple(map(ConnectorKey, ("shared_conversionservice", "DesktopFlow.Excel")))
CONNECTORS = BLOCKABLE + UNBLOCKABLE + OTHERS
HOSTS = ("orders.contoso.test", "hr.contoso.test", "parcels.example.test")

custom = st.builds(
    lambda name, host: Subject(key=ConnectorKey(name), custom=True, host=Host(name=host)),
    st.sampled_from(("orders", "parcels")),
    st.sampled_from((*HOSTS, None)),
)
subjects = st.lists(
    st.sampled_from(CONNECTORS).map(lambda key: Subject(key=key)) | custom, min_size=1, max_size=5, unique_by=str
)


def _entries(groups: dict[ConnectorKey, set[DataGroup]]) -> tuple[ClassifiedConnector, ...]:
    return tuple(
        ClassifiedConnector(connector=key, group=group, at=AT, spelling=key)
        for key, ones in groups.items()
        for group in sorted(ones)
    )


entries = st.dictionaries(
    st.sampled_from(CONNECTORS), st.sets(st.sampled_from(GROUPS), min_size=1, max_size=2), max_size=6
).map(_entries)
patterns = st.lists(
    st.tuples(st.sampled_from(HOSTS), st.sampled_from(GROUPS)), max_size=3, unique_by=lambda pattern: pattern[0]
).flatmap(
    lambda some: st.sampled_from((*GROUPS, DataGroup.IGNORE)).map(
        lambda last: tuple(
            UrlPattern(order=order, pattern=pattern, group=group, at=AT)
            for order, (pattern, group) in enumerate(
                [*((f"https://{host}*", group) for host, group in some), ("*", last)]
            )
        )
    )
)
policies = st.builds(
    DlpPolicy,
    id=st.uuids().map(str),
    name=st.just("P"),
    at=st.just(AT),
    scope=st.sampled_from((Scope.ALL, Scope.ALL, Scope.SINGLE, Scope.ONLY)),
    environments=st.just((EnvironmentRef(name="hr-production", at=AT),)),
    environments_known=st.just(True),  # noqa: FBT003 - a strategy's value
    default=st.sampled_from((*GROUPS, None)),
    classified=st.none() | entries | entries,
    patterns=st.none() | patterns,
    legacy=st.booleans(),
)


def _verdict(some: list[DlpPolicy], used: list[Subject]) -> Verdict:
    resource = Resource(id="f", kind=ComponentKind.CLOUD_FLOW, uses=tuple(Used(subject=subject) for subject in used))
    return PolicySet(some, CATALOGUE).verdict(resource, HR)


def _summary(verdict: Verdict) -> tuple[str, list[str]]:
    violations = [
        f"{v.kind} {v.policy.id if v.policy else ''} {sorted(p.connector for p in v.parts)}"
        f" {sorted(p.connector for p in v.others)}"
        for v in verdict.violations
    ]
    return verdict.outcome, sorted(violations)


@given(st.lists(policies, max_size=3), policies, subjects)
def test_another_policy_never_frees_what_was_a_violation(
    some: list[DlpPolicy], another: DlpPolicy, used: list[Subject]
) -> None:
    if _verdict(some, used).outcome is Outcome.VIOLATION:
        assert _verdict([*some, another], used).outcome is Outcome.VIOLATION


@given(st.lists(policies, max_size=3), policies, subjects)
def test_another_policy_never_allows_what_was_not_allowed(
    some: list[DlpPolicy], another: DlpPolicy, used: list[Subject]
) -> None:
    if _verdict([*some, another], used).outcome is Outcome.ALLOWED:
        assert _verdict(some, used).outcome is Outcome.ALLOWED


@given(st.data(), st.lists(policies, min_size=1, max_size=3), subjects)
def test_the_order_of_policies_and_connectors_changes_nothing(
    data: st.DataObject, some: list[DlpPolicy], used: list[Subject]
) -> None:
    shuffled = [
        policy._replace(
            classified=None if policy.classified is None else tuple(data.draw(st.permutations(policy.classified))),
            patterns=None if policy.patterns is None else tuple(data.draw(st.permutations(policy.patterns))),
        )
        for policy in data.draw(st.permutations(some))
    ]

    assert _summary(_verdict(shuffled, data.draw(st.permutations(used)))) == _summary(_verdict(some, used))


@given(policies, st.sampled_from(UNBLOCKABLE))
def test_an_unblockable_connector_is_never_blocked_by_a_default(policy: DlpPolicy, key: ConnectorKey) -> None:
    unlisted = policy._replace(
        classified=None
        if policy.classified is None
        else tuple(entry for entry in policy.classified if entry.connector != key)
    )

    classification = PolicySet([unlisted], CATALOGUE).classify(unlisted, key, HR)

    assert DataGroup.BLOCKED not in classification.possible


@settings(max_examples=150)
@given(st.lists(policies, min_size=1, max_size=2), subjects.filter(lambda used: len(used) <= 3))
def test_a_verdict_with_unknowns_is_the_meet_over_all_completions(some: list[DlpPolicy], used: list[Subject]) -> None:
    outcomes = {_broken(choice) for choice in _completions(some, used)}

    expected = Outcome.INDETERMINATE
    if len(outcomes) == 1:
        expected = Outcome.VIOLATION if outcomes.pop() else Outcome.ALLOWED
    assert _verdict(some, used).outcome is expected


def _completions(some: list[DlpPolicy], used: list[Subject]) -> list[list[tuple[DataGroup | None, ...]]]:
    """Give every way in which the classes may turn out: per policy the groups of the connectors."""
    index = PolicySet(some, CATALOGUE)
    distinct = list({(subject.custom, subject.key): subject for subject in reversed(used)}.values())
    per_policy = [
        list(product(*(sorted(index.classify(policy, subject, HR).possible, key=str) for subject in distinct)))
        for policy in some
    ]
    return [list(choice) for choice in product(*per_policy)]


def _broken(groups_by_policy: list[tuple[DataGroup | None, ...]]) -> bool:
    return any(
        DataGroup.BLOCKED in groups or {DataGroup.BUSINESS, DataGroup.NON_BUSINESS} <= set(groups)
        for groups in groups_by_policy
    )
