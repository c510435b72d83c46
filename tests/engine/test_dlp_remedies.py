"""Remedies work: each ends every violation when the engine is asked again, and nothing useless is suggested."""

import random

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet
from pllint.engine.dlp.remedies import Case, Remedy, RemedyKind, remedies, working_groups
from pllint.engine.dlp.resource import Gathered, Resource, Used, UsedEndpoint, UsedOperation
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import Host
from pllint.model.environment import ANY_OTHER, Environment, EnvironmentRef
from pllint.model.policy import (
    ActionRule,
    ActionRules,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    Scope,
    UrlPattern,
)
from pllint.model.verdict import Outcome, Subject
from pllint.source import Anchor, Source

_AT = Anchor(Source("policies/tenant.json", bytes))
_CATALOGUE = Catalogue()
_HR = Environment(name="hr-production", at=None)
_TEST = Environment(name="hr-test", at=None)
_BUSINESS, _OTHER, _BLOCKED = DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED
_SHAREPOINT, _SQL, _GMAIL, _OUTLOOK, _HTTP = (
    Subject(ConnectorKey(key))
    for key in ("shared_sharepointonline", "shared_sql", "shared_gmail", "shared_office365", "Http")
)
_ORDERS = Subject(ConnectorKey("ctx_orders"), custom=True, host=Host(name="orders.contoso.test"))


def _policy(
    name: str = "P",
    groups: dict[Subject, DataGroup] | None = None,
    *,
    scope: Scope = Scope.ALL,
    environments: tuple[str, ...] = (),
    default: DataGroup = _OTHER,
    star: DataGroup = DataGroup.IGNORE,
) -> DlpPolicy:
    return DlpPolicy(
        id=name,
        name=name,
        at=_AT,
        scope=scope,
        environments=tuple(EnvironmentRef(name=one, at=_AT) for one in environments),
        default=default,
        classified=tuple(ClassifiedConnector(one.key, group, _AT, one.key) for one, group in (groups or {}).items()),
        patterns=(UrlPattern(1, "*", star, _AT),),
    )


def _flow(*subjects: Subject, kind: ComponentKind = ComponentKind.CLOUD_FLOW) -> Gathered:
    return Gathered(Resource(id="f", kind=kind, uses=tuple(Used(subject, _AT) for subject in subjects)))


def _found(
    gathered: Gathered, *policies: DlpPolicy, environment: Environment = _HR, elsewhere: tuple[Environment, ...] = ()
) -> list[Remedy]:
    return list(remedies(Case(PolicySet(policies, _CATALOGUE), gathered, environment, elsewhere)))


def _steps(found: list[Remedy], kind: RemedyKind) -> list[tuple[str, ...]]:
    return [one.steps for one in found if one.kind is kind]


def test_a_blocked_connector_moves_to_the_group_of_its_companions() -> None:
    found = _found(_flow(_SHAREPOINT, _SQL), _policy(groups={_SHAREPOINT: _BUSINESS, _SQL: _BLOCKED}))

    assert _steps(found, RemedyKind.POLICY) == [("move shared_sql to Business in 'P'",)]


def test_a_connector_that_is_alone_may_move_to_either_group() -> None:
    found = _found(_flow(_SQL), _policy(groups={_SQL: _BLOCKED}))

    assert set(_steps(found, RemedyKind.POLICY)) == {
        ("move shared_sql to Business in 'P'",),
        ("move shared_sql to Non-Business in 'P'",),
    }


def test_two_policies_that_block_take_two_steps() -> None:
    found = _found(_flow(_SQL), _policy("A", {_SQL: _BLOCKED}), _policy("B", default=_BLOCKED))

    assert ("move shared_sql to Non-Business in 'A'", "list shared_sql in Non-Business in 'B'") in _steps(
        found, RemedyKind.POLICY
    )


def test_a_conflict_is_ended_by_moving_one_side_or_by_splitting() -> None:
    found = _found(_flow(_SHAREPOINT, _SQL), _policy(groups={_SHAREPOINT: _BUSINESS}))

    assert _steps(found, RemedyKind.POLICY) == [
        ("list shared_sql in Business in 'P'",),
        ("move shared_sharepointonline to Non-Business in 'P'",),
    ]
    assert _steps(found, RemedyKind.SPLIT) == [
        ("split it into two flows that do not call each other, one for shared_sharepointonline and one for shared_sql",)
    ]


def test_a_split_that_another_policy_would_not_let_pass_is_not_suggested() -> None:
    found = _found(_flow(_SHAREPOINT, _SQL), _policy("A", {_SHAREPOINT: _BUSINESS}), _policy("B", {_SQL: _BLOCKED}))

    assert _steps(found, RemedyKind.SPLIT) == []


def test_a_known_alternative_is_suggested_only_where_it_is_allowed() -> None:
    allowing = _policy(groups={_SHAREPOINT: _BUSINESS, _OUTLOOK: _BUSINESS, _GMAIL: _BLOCKED})
    parting = _policy(groups={_SHAREPOINT: _BUSINESS, _GMAIL: _BLOCKED})

    assert _steps(_found(_flow(_SHAREPOINT, _GMAIL), allowing), RemedyKind.REPLACE) == [
        ("use shared_office365 in place of shared_gmail",)
    ]
    assert _steps(_found(_flow(_SHAREPOINT, _GMAIL), parting), RemedyKind.REPLACE) == []


def test_a_custom_connector_gets_a_url_pattern_above_the_others() -> None:
    found = _found(_flow(_SHAREPOINT, _ORDERS), _policy(groups={_SHAREPOINT: _BUSINESS}, star=_BLOCKED))

    assert _steps(found, RemedyKind.POLICY) == [
        (
            (
                "add the URL patterns https://orders.contoso.test and https://orders.contoso.test/* as Business"
                " above all others for ctx_orders in 'P'"
            ),
        )
    ]


@pytest.mark.parametrize("host", ["orders.contoso.test.evil.test", "orders.contoso.tests", "my-orders.contoso.test"])
def test_the_url_patterns_of_a_remedy_take_no_host_that_only_looks_alike(host: str) -> None:
    gathered = _flow(_SHAREPOINT, _ORDERS)
    policies = next(
        one.policies
        for one in _found(gathered, _policy(groups={_SHAREPOINT: _BUSINESS}, star=_BLOCKED))
        if one.kind is RemedyKind.POLICY
    )
    alike = _ORDERS._replace(key=ConnectorKey("ctx_alike"), host=Host(name=host))
    remedied = PolicySet([one for one in policies if isinstance(one, DlpPolicy)], _CATALOGUE)

    assert remedied.verdict(gathered, _HR).outcome is Outcome.ALLOWED
    assert remedied.verdict(_flow(_SHAREPOINT, alike), _HR).outcome is Outcome.VIOLATION


def test_a_permission_for_one_environment_comes_in_the_two_ways_there_are_for_custom_connectors() -> None:
    found = _found(_flow(_SHAREPOINT, _ORDERS), _policy(groups={_SHAREPOINT: _BUSINESS}, star=_BLOCKED))

    ways = _steps(found, RemedyKind.OWN_POLICY)
    assert {steps[0] for steps in ways} == {"exclude hr-production from 'P'"}
    assert [steps[1].split(",")[0] for steps in ways] == [
        "give it a policy of its own",
        "classify the custom connector by name in an environment-level policy there",
    ]


def test_a_permission_for_one_environment_leaves_a_wider_block_in_force_elsewhere() -> None:
    (own,) = (one for one in _found(_flow(_SQL), _policy(groups={_SQL: _BLOCKED})) if one.kind is RemedyKind.OWN_POLICY)
    after = PolicySet((), _CATALOGUE).supposing(own.policies)

    assert after.verdict(_flow(_SQL), _HR).outcome is Outcome.ALLOWED
    assert after.verdict(_flow(_SQL), _TEST).outcome is Outcome.VIOLATION


def test_the_class_any_other_environment_gets_no_policy_of_its_own() -> None:
    found = _found(_flow(_SQL), _policy(groups={_SQL: _BLOCKED}), environment=ANY_OTHER)

    assert _steps(found, RemedyKind.OWN_POLICY) == []


def test_an_agent_is_never_told_to_be_exempted() -> None:
    policy = _policy(groups={_SQL: _BLOCKED})

    assert _steps(_found(_flow(_SQL), policy), RemedyKind.EXEMPT) == [("exempt it from 'P'",)]
    assert _steps(_found(_flow(_SQL, kind=ComponentKind.AGENT), policy), RemedyKind.EXEMPT) == []


def test_another_environment_is_named_only_where_policies_allow_it() -> None:
    only_hr = _policy("HR", {_SQL: _BLOCKED}, scope=Scope.ONLY, environments=("hr-production",))
    everywhere = _policy("All")

    assert _steps(_found(_flow(_SQL), only_hr, everywhere, elsewhere=(_TEST, _HR)), RemedyKind.ELSEWHERE) == [
        ("deploy it to hr-test instead, where it is allowed",)
    ]
    assert _steps(_found(_flow(_SQL), only_hr, elsewhere=(_TEST,)), RemedyKind.ELSEWHERE) == []


def test_a_blocked_operation_and_a_denied_address_are_allowed_by_rules() -> None:
    policy = _policy()._replace(
        actions=(ActionRules(_SQL.key, Behaviour.ALLOW, (ActionRule("Run", Behaviour.BLOCK, _AT),), _AT),),
        endpoints=(EndpointRules(_HTTP.key, (EndpointRule(1, "*", Behaviour.DENY, _AT),), _AT),),
    )
    resource = Resource(
        id="f",
        kind=ComponentKind.CLOUD_FLOW,
        operations=(UsedOperation(_SQL, "Run", _AT),),
        endpoints=(UsedEndpoint(_HTTP, "https://rates.example", _AT),),
    )

    assert _steps(_found(Gathered(resource), policy), RemedyKind.POLICY) == [
        (
            "add an Allow rule for the address above rule 1 of Http in 'P'",
            "allow the operation Run of shared_sql in 'P'",
        )
    ]


def test_an_advanced_policy_gets_the_connector_and_the_operation_on_its_list() -> None:
    advanced = AdvancedPolicy(
        "a",
        "Strict",
        _AT,
        (EnvironmentRef("hr-production", _AT),),
        allowed=(AllowedConnector(_SQL.key, _AT, ("Get",)),),
    )
    resource = Resource(
        id="f",
        kind=ComponentKind.CLOUD_FLOW,
        uses=(Used(_GMAIL, _AT),),
        operations=(UsedOperation(_SQL, "Run", _AT),),
    )
    case = Case(PolicySet([_policy()], _CATALOGUE, [advanced]), Gathered(resource), _HR)

    assert _steps(list(remedies(case)), RemedyKind.POLICY) == [
        (
            "add shared_gmail to the allow list of the advanced policy 'Strict'",
            "allow the operation Run of shared_sql in the advanced policy 'Strict'",
        )
    ]


def test_what_is_allowed_needs_no_remedy() -> None:
    assert _found(_flow(_SQL), _policy()) == []


@pytest.mark.parametrize("seed", range(60))
def test_every_remedy_that_changes_policies_ends_every_violation(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - reproducible is what counts
    subjects = [_SHAREPOINT, _SQL, _GMAIL, _HTTP, _ORDERS]
    policies = [
        _policy(
            f"P{number}",
            {one: rng.choice([_BUSINESS, _OTHER, _BLOCKED]) for one in rng.sample(subjects[:4], 3)},
            scope=rng.choice(list(Scope)),
            environments=(rng.choice(["hr-production", "hr-test"]),),
            default=rng.choice([_BUSINESS, _OTHER, _BLOCKED]),
            star=rng.choice(list(DataGroup)),
        )
        for number in range(rng.randrange(1, 4))
    ]
    gathered = _flow(*rng.sample(subjects, rng.randrange(1, 5)))

    for one in _found(gathered, *policies):
        if one.policies:
            assert not PolicySet((), _CATALOGUE).supposing(one.policies).verdict(gathered, _HR).violations


def test_groups_that_end_a_violation_are_told_apart_from_those_that_make_another() -> None:
    policies = PolicySet([_policy(groups={_SHAREPOINT: _BUSINESS, _SQL: _BLOCKED})], _CATALOGUE)
    gathered = _flow(_SHAREPOINT, _SQL)
    (violation,) = policies.verdict(gathered, _HR).violations

    assert working_groups(policies, gathered, _HR, violation) == (_BUSINESS,)
