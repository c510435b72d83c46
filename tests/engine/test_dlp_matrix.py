"""The matrix says of every component in every environment what the verdict says, only faster."""

import random

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet, Resources
from pllint.engine.dlp.matrix import Matrix, Reason, cell_of
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector, ConnectorSetting
from pllint.model.component import Call, Component, ComponentKind, ConnectorUse, Endpoint, Gap, Step, Trigger
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
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
    ExemptResource,
    OpenPart,
    PolicyPart,
    Scope,
    UrlPattern,
)
from pllint.model.verdict import NoteKind, Outcome, ViolationKind
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

_AT = Anchor(Source("policies/tenant.json", bytes))
_CATALOGUE = Catalogue()
_KEYS = [ConnectorKey(key) for key in ("shared_sharepointonline", "shared_gmail", "shared_sql", "Http", "PvaAuth")]
_CUSTOM = ConnectorKey("ctx_orders")
_PLACES = [*(Environment(name=name, at=None) for name in ("hr", "finance", "sales", "it")), ANY_OTHER]
_GROUPS = [DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED]


def _policy(rng: random.Random, number: int, *, names_environments: bool) -> DlpPolicy:
    scope = rng.choice(list(Scope))
    listed = [ClassifiedConnector(key, rng.choice(_GROUPS), _AT, key) for key in rng.sample(_KEYS, 3)]
    if names_environments:
        listed.append(ClassifiedConnector(_CUSTOM, DataGroup.BLOCKED, _AT, "x", custom=True, environment="hr"))
    return DlpPolicy(
        id=f"p{number}",
        name=f"P{number}",
        at=_AT,
        scope=scope,
        environments=tuple(EnvironmentRef(name=one.name, at=_AT) for one in rng.sample(_PLACES[:4], 2)),
        environments_known=rng.random() < 0.9,
        default=rng.choice([None, *_GROUPS]),
        classified=None if rng.random() < 0.1 else tuple(listed),
        patterns=rng.choice(
            [
                None,
                (UrlPattern(1, "*", DataGroup.IGNORE, _AT),),
                (
                    UrlPattern(1, "https://orders*", rng.choice(_GROUPS), _AT),
                    UrlPattern(2, "*", DataGroup.BLOCKED, _AT),
                ),
            ]
        ),
        actions=(ActionRules(_KEYS[1], Behaviour.ALLOW, (ActionRule("Send", Behaviour.BLOCK, _AT),), _AT),)
        if rng.random() < 0.3
        else (),
        endpoints=(EndpointRules(_KEYS[3], (EndpointRule(1, "https://evil*", Behaviour.DENY, _AT),), _AT),)
        if rng.random() < 0.3
        else (),
        open_parts=_open_parts(rng),
        exempt=(ExemptResource(f"c{rng.randrange(20)}", "flow", _AT),) if rng.random() < 0.5 else (),
    )


def _advanced(*, targets_known: bool) -> AdvancedPolicy:
    return AdvancedPolicy(
        "a",
        "A",
        _AT,
        (EnvironmentRef("hr", _AT),),
        allowed=(AllowedConnector(_KEYS[0], _AT), AllowedConnector(_KEYS[1], _AT, ("Read",))),
        targets_known=targets_known,
    )


def _open_parts(rng: random.Random) -> tuple[OpenPart, ...]:
    part = rng.choice(list(PolicyPart))
    connector = rng.choice([None, _KEYS[1]]) if part is PolicyPart.RULES else None
    return (OpenPart(part, _AT, "computed elsewhere", connector),) if rng.random() < 0.4 else ()


def _component(rng: random.Random, number: int) -> Component:
    kind = rng.choice(
        [ComponentKind.CLOUD_FLOW, ComponentKind.CLOUD_FLOW, ComponentKind.CANVAS_APP, ComponentKind.AGENT]
    )
    keys = rng.sample(_KEYS, rng.randrange(4))
    uses = [
        ConnectorUse(
            connector=key,
            custom=False,
            at=_AT,
            steps=tuple(
                Step(
                    name="s",
                    type="OpenApiConnection",
                    at=_AT,
                    operation=rng.choice(["Send", "Read", None]),
                    endpoint=rng.choice(
                        [None, Endpoint("https://evil.example", _AT), Endpoint("https://good.example", _AT)]
                    ),
                )
                for _ in range(rng.randrange(2))
            ),
        )
        for key in keys
    ]
    if rng.random() < 0.3:
        uses.append(ConnectorUse(connector=_CUSTOM, custom=True, at=_AT))
    return Component(
        kind=kind,
        name=f"C{number}",
        id=f"c{number}",
        at=_AT,
        uses=tuple(uses),
        trigger=Trigger("t", "Request", rng.choice(["Button", "Strange"]), None, None, _AT),
        calls_flows=(Call(f"c{rng.randrange(25)}", _AT),) if rng.random() < 0.3 else (),
        gaps=(Gap("has parts that are not here", _AT),) if rng.random() < 0.1 else (),
        dataverse_at=_AT if rng.random() < 0.1 else None,
    )


@pytest.mark.parametrize("seed", range(200))
def test_the_matrix_agrees_with_the_verdict_everywhere(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - reproducible is what counts
    host = Host(name=rng.choice(["orders.contoso.test", None]))
    workspace = Workspace(
        components=[_component(rng, number) for number in range(20)],
        custom_connectors=[CustomConnector(name=_CUSTOM, display_name="Orders", at=_AT, host=host)],
        environments=_PLACES[:4],
    )
    policies = PolicySet(
        [_policy(rng, number, names_environments=seed % 5 == 0) for number in range(rng.randrange(5))],
        _CATALOGUE,
        [_advanced(targets_known=seed % 8 == 0)] if seed % 4 == 0 else [],
        [ConnectorSetting(_KEYS[2], denied=True, at=_AT)] if seed % 7 == 0 else [],
    )
    resources = Resources(workspace)
    matrix = Matrix(policies, resources, workspace)

    for component in workspace.components:
        for place in _PLACES:
            expected = policies.verdict(resources.of(component, place), place)
            cell = matrix.cell(component, place)
            assert cell == cell_of(expected)
            assert matrix.outcome(matrix.row(component), matrix.column(place)) is expected.outcome


def _flow(id_: str, *keys: ConnectorKey, operation: str | None = None) -> Component:
    steps = (Step(name="s", type="OpenApiConnection", at=_AT, operation=operation),)
    uses = tuple(ConnectorUse(connector=key, custom=False, at=_AT, steps=steps) for key in keys)
    return Component(kind=ComponentKind.CLOUD_FLOW, name=id_, id=id_, at=_AT, uses=uses)


def _matrix(workspace: Workspace, *policies: DlpPolicy) -> Matrix:
    return Matrix(PolicySet(policies, _CATALOGUE), Resources(workspace), workspace)


def test_components_that_use_the_same_connectors_share_a_row() -> None:
    one, other, third = _flow("1", *_KEYS[:2]), _flow("2", *_KEYS[:2]), _flow("3", _KEYS[0])
    matrix = _matrix(Workspace(components=(one, other, third)))

    assert matrix.row(one) == matrix.row(other) != matrix.row(third)


def test_operations_tell_components_apart_where_a_policy_has_rules_for_them() -> None:
    one, other = _flow("1", _KEYS[1], operation="Send"), _flow("2", _KEYS[1], operation="Read")
    rules = ActionRules(_KEYS[1], Behaviour.ALLOW, (ActionRule("Send", Behaviour.BLOCK, _AT),), _AT)
    policy = DlpPolicy(id="p", name="P", at=_AT, classified=(), actions=(rules,))
    matrix = _matrix(Workspace(components=(one, other)), policy)

    assert [matrix.cell(flow, _PLACES[0]).outcome for flow in (one, other)] == [Outcome.VIOLATION, Outcome.ALLOWED]


def test_environments_that_the_same_policies_reach_share_a_column() -> None:
    policy = DlpPolicy(
        id="p", name="P", at=_AT, scope=Scope.ONLY, environments=(EnvironmentRef("hr", _AT),), classified=()
    )
    matrix = _matrix(Workspace(), policy)
    hr, finance, sales = _PLACES[:3]

    assert matrix.column(finance) == matrix.column(sales) != matrix.column(hr)


def test_a_reason_names_policy_rule_and_connectors() -> None:
    flow = _flow("1", _KEYS[1], _KEYS[0])
    policy = DlpPolicy(
        id="p",
        name="Baseline",
        at=_AT,
        default=DataGroup.BUSINESS,
        classified=(ClassifiedConnector(_KEYS[1], DataGroup.NON_BUSINESS, _AT, _KEYS[1]),),
    )

    cell = _matrix(Workspace(components=(flow,)), policy).cell(flow, _PLACES[0])

    assert cell.because == (Reason(ViolationKind.GROUP_CONFLICT, "Baseline", (_KEYS[1], _KEYS[0])),)


def test_what_no_policy_reaches_is_allowed_for_that_reason() -> None:
    flow = _flow("1", _KEYS[0])

    cell = _matrix(Workspace(components=(flow,))).cell(flow, _PLACES[0])

    assert (cell.outcome, [reason.rule for reason in cell.because]) == (Outcome.ALLOWED, [NoteKind.UNCOVERED])
