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

SUBJECTS = [
    *(Subject(key=key) for key in CONNECTORS),
    *(
        Subject(ConnectorKey(name), custom=True, host=Host(name=host))
        for name in ("orders", "parcels")
        for host in (*HOSTS, None)
    ),
]
subjects = st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=5, unique_by=lambda subject: subject.key)


def _policy(
    scope: Scope,
    default: DataGroup | None,
    listed: set[tuple[ConnectorKey, DataGroup]] | None,
    patterns: tuple[UrlPattern, ...] | None,
    *,
    legacy: bool,
) -> DlpPolicy:
    return DlpPolicy(
        id=f"{scope} {default} {sorted(listed or ())} {patterns} {legacy}",
        name="P",
        at=AT,
        scope=scope,
        environments=(EnvironmentRef(name="hr-production", at=AT),),
        default=default,
        classified=None
        if listed is None
        else tuple(ClassifiedConnector(key, group, AT, spelling=key) for key, group in sorted(listed)),
        patterns=patterns,
        legacy=legacy,
    )


def _pattern_lists() -> list[tuple[UrlPattern, ...]]:
    ends = (*GROUPS, DataGroup.IGNORE)
    lists = [
        [(f"https://{host}*", group) for host, group in zip(hosts, groups, strict=True)] + [("*", last)]
        for hosts in ((), HOSTS[:1], HOSTS[:2])
        for groups in product(GROUPS, repeat=len(hosts))
        for last in ends
    ]
    return [
        tuple(UrlPattern(order, pattern, group, AT) for order, (pattern, group) in enumerate(some, 1)) for some in lists
    ]


entries = st.sets(st.sampled_from(list(product(CONNECTORS, GROUPS))), max_size=6)
policies = st.tuples(
    st.sampled_from((Scope.ALL, Scope.ALL, Scope.SINGLE, Scope.ONLY)),
    st.sampled_from((*GROUPS, None)),
    st.none() | entries,
    st.none() | st.sampled_from(_pattern_lists()),
    st.booleans(),
).map(lambda facts: _policy(*facts[:4], legacy=facts[4]))


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


@given(policies.filter(lambda policy: policy.classified is not None), subjects)
def test_an_unknown_host_is_judged_as_every_host_it_may_be(policy: DlpPolicy, used: list[Subject]) -> None:
    unknown = [subject for subject in used if subject.custom and subject.host == Host(name=None)]
    known = [subject for subject in used if subject not in unknown]
    outcomes = {
        _verdict([policy], [*known, *guesses]).outcome
        for guesses in product(
            *([subject._replace(host=Host(name=host)) for host in (*HOSTS, "other.test")] for subject in unknown)
        )
    }

    expected = outcomes.pop() if len(outcomes) == 1 else Outcome.INDETERMINATE
    assert _verdict([policy], used).outcome is expected


@given(st.lists(policies, min_size=1, max_size=1), subjects.filter(lambda used: len(used) <= 3))
def test_missing_groups_are_judged_as_every_group_a_connector_may_be_in(
    some: list[DlpPolicy], used: list[Subject]
) -> None:
    without = some[0]._replace(classified=None, legacy=False)
    plain = [subject for subject in used if not subject.custom and subject.key not in OTHERS]
    outcomes = {
        _verdict([without._replace(classified=_listed(plain, groups))], plain).outcome
        for groups in product(GROUPS, repeat=len(plain))
        if not any(s.key in UNBLOCKABLE and g is DataGroup.BLOCKED for s, g in zip(plain, groups, strict=True))
    }

    expected = outcomes.pop() if len(outcomes) == 1 else Outcome.INDETERMINATE
    assert _verdict([without], plain).outcome is expected


def _listed(used: list[Subject], groups: tuple[DataGroup, ...]) -> tuple[ClassifiedConnector, ...]:
    return tuple(
        ClassifiedConnector(subject.key, group, AT, spelling=subject.key)
        for subject, group in zip(used, groups, strict=True)
    )


def _completions(some: list[DlpPolicy], used: list[Subject]) -> list[list[tuple[DataGroup | None, ...]]]:
    """Give every way in which the classes may turn out: per policy the groups of the connectors."""
    index = PolicySet(some, CATALOGUE)
    per_policy = [
        list(product(*(sorted(index.classify(policy, subject, HR).possible, key=str) for subject in used)))
        for policy in some
    ]
    return [list(choice) for choice in product(*per_policy)]


def _broken(groups_by_policy: list[tuple[DataGroup | None, ...]]) -> bool:
    return any(
        DataGroup.BLOCKED in groups or {DataGroup.BUSINESS, DataGroup.NON_BUSINESS} <= set(groups)
        for groups in groups_by_policy
    )
