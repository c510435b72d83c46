"""What is computed elsewhere is unknown: no verdict on a policy with open parts that some completion contradicts."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet
from pllint.engine.dlp.resource import Resource, Used, UsedEndpoint, UsedOperation
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import Host
from pllint.model.environment import Environment, EnvironmentRef
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
from pllint.model.verdict import NoteKind, Outcome, Rule, Subject, Verdict
from pllint.source import Anchor, Source

AT = Anchor(Source("main.tf", bytes))
CATALOGUE = Catalogue()
HR = Environment(name="hr-production", at=None)
BUSINESS, NON_BUSINESS, BLOCKED = DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED
GROUPS = (BUSINESS, NON_BUSINESS, BLOCKED)
SQL, GMAIL, HTTP = (ConnectorKey(key) for key in ("shared_sql", "shared_gmail", "Http"))
BLOCKABLE = (SQL, GMAIL, HTTP, ConnectorKey("shared_dropbox"))
UNBLOCKABLE = tuple(map(ConnectorKey, ("shared_teams", "shared_sharepointonline")))
MODULE = ConnectorKey("DesktopFlow.Excel")
CUSTOM = Subject(ConnectorKey("orders"), custom=True, host=Host(name="orders.contoso.test"))
SUBJECTS = [*(Subject(key=key) for key in (*BLOCKABLE, *UNBLOCKABLE, MODULE)), CUSTOM]
PARTS_OF_GROUPS = {
    BUSINESS: PolicyPart.BUSINESS,
    NON_BUSINESS: PolicyPart.NON_BUSINESS,
    BLOCKED: PolicyPart.BLOCKED,
}
SCOPES = (Scope.ALL, Scope.ONLY, Scope.EXCEPT)


def resource(used: list[Subject], operation: str = "DeleteItem_V2") -> Resource:
    return Resource(
        id="f",
        kind=ComponentKind.CLOUD_FLOW,
        uses=tuple(Used(subject=subject) for subject in used),
        operations=tuple(UsedOperation(subject=subject, id=operation) for subject in used),
        endpoints=tuple(UsedEndpoint(subject=subject, value="https://a.test") for subject in used),
    )


def judged(policy: DlpPolicy | None, used: list[Subject], *advanced: AdvancedPolicy) -> Verdict:
    return PolicySet([policy] if policy else [], CATALOGUE, advanced).verdict(resource(used), HR)


def entry(key: ConnectorKey, group: DataGroup) -> ClassifiedConnector:
    return ClassifiedConnector(key, group, AT, spelling=key, custom=key == CUSTOM.key)


@st.composite
def whole_policies(draw: st.DrawFn) -> DlpPolicy:
    """Give a policy as the service would save it: each connector in one group, no unblockable one in Blocked."""
    keys = draw(st.sets(st.sampled_from((*BLOCKABLE, *UNBLOCKABLE, MODULE, CUSTOM.key))))
    classified = tuple(
        entry(key, draw(st.sampled_from(GROUPS[:2] if key in UNBLOCKABLE else GROUPS))) for key in sorted(keys)
    )
    ruled = sorted(keys & set(BLOCKABLE))
    blocks = draw(st.sampled_from(list(Behaviour)[:2]))
    denies = draw(st.sampled_from([Behaviour.ALLOW, Behaviour.DENY]))
    return DlpPolicy(
        id="P",
        name="P",
        at=AT,
        scope=draw(st.sampled_from(SCOPES)),
        environments=draw(st.sampled_from([(), (EnvironmentRef(name="hr-production", at=AT),)])),
        default=draw(st.sampled_from((*GROUPS, None))),
        classified=classified,
        patterns=draw(
            st.sampled_from(
                [
                    tuple(UrlPattern(i, p, g, AT) for i, (p, g) in enumerate(rows, 1))
                    for rows in (
                        *([("*", group)] for group in (*GROUPS, DataGroup.IGNORE)),
                        *([("https://*.contoso.test", one), ("*", two)] for one, two in product(GROUPS, repeat=2)),
                    )
                ]
            )
        ),
        actions=tuple(
            ActionRules(key, Behaviour.ALLOW, (ActionRule("DeleteItem_V2", blocks, AT),), AT) for key in ruled[:2]
        ),
        endpoints=tuple(EndpointRules(key, (EndpointRule(1, "*", denies, AT),), AT) for key in ruled if key == HTTP),
        exempt=draw(st.sampled_from([(), (ExemptResource("f", "flow", AT),)])),
    )


def hidden(policy: DlpPolicy, parts: set[PolicyPart], kept: set[ConnectorKey]) -> DlpPolicy:
    """Hide parts of a policy as a file would: of an open group only some connectors are written."""
    open_groups = {group for group, part in PARTS_OF_GROUPS.items() if part in parts}
    classified = tuple(e for e in policy.classified or () if e.group not in open_groups or e.connector in kept)
    written = {each.connector for each in classified}
    shown = policy._replace(
        classified=classified,
        # The rules of a connector are written beside it.
        actions=tuple(rules for rules in policy.actions if rules.connector in written),
        endpoints=tuple(rules for rules in policy.endpoints if rules.connector in written),
        open_parts=tuple(OpenPart(part, AT, "computed by var.x") for part in sorted(parts)),
    )
    if PolicyPart.DEFAULT in parts:
        shown = shown._replace(default=None)
    if PolicyPart.PATTERNS in parts:
        shown = shown._replace(patterns=None)
    if PolicyPart.RULES in parts:
        shown = shown._replace(actions=(), endpoints=(), rules_known=False)
    if PolicyPart.ENVIRONMENTS in parts:
        shown = shown._replace(environments=(), environments_known=False)
    if PolicyPart.SCOPE in parts:
        shown = shown._replace(scope=Scope.ONLY, environments=(), environments_known=False)
    if PolicyPart.EXEMPTIONS in parts:
        shown = shown._replace(exempt=())
    return shown


@given(
    whole_policies(),
    st.sets(st.sampled_from(list(PolicyPart)), min_size=1),
    st.sets(st.sampled_from((*BLOCKABLE, *UNBLOCKABLE, MODULE, CUSTOM.key))),
    st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=4, unique_by=lambda subject: subject.key),
)
@settings(max_examples=600, deadline=None)
def test_no_verdict_on_an_open_policy_is_contradicted_by_the_whole_one(
    whole: DlpPolicy, parts: set[PolicyPart], kept: set[ConnectorKey], used: list[Subject]
) -> None:
    # Where a policy may not exist, its absence is a completion too.
    completions = [whole, None] if PolicyPart.EXISTENCE in parts else [whole]
    outcome = judged(hidden(whole, parts, kept), used).outcome
    if outcome is not Outcome.INDETERMINATE:
        assert {judged(each, used).outcome for each in completions} == {outcome}


@given(whole_policies(), st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=4, unique_by=lambda s: s.key))
@settings(max_examples=100, deadline=None)
def test_an_open_verdict_says_what_leaves_it_open(whole: DlpPolicy, used: list[Subject]) -> None:
    verdict = judged(hidden(whole, set(PARTS_OF_GROUPS.values()), set()), used)
    if verdict.outcome is Outcome.INDETERMINATE:
        assert any(note.decides and "computed by var.x" in note.words for note in verdict.notes)


def partly(*parts: PolicyPart, groups: dict[ConnectorKey, DataGroup] | None = None, **changes: object) -> DlpPolicy:
    policy = DlpPolicy(
        id="P",
        name="P",
        at=AT,
        default=BLOCKED,
        classified=tuple(entry(key, group) for key, group in (groups or {}).items()),
        patterns=(UrlPattern(1, "*", BLOCKED, AT),),
        open_parts=tuple(OpenPart(part, AT, "computed by local.rest") for part in parts),
    )
    return policy._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("policy", "used", "outcome"),
    [
        pytest.param(
            partly(PolicyPart.NON_BUSINESS, groups={SQL: BLOCKED}),
            [Subject(SQL)],
            Outcome.VIOLATION,
            id="written in Blocked stays Blocked",
        ),
        pytest.param(
            partly(PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED, groups={SQL: BUSINESS}),
            [Subject(SQL)],
            Outcome.ALLOWED,
            id="written in Business stays Business",
        ),
        pytest.param(
            partly(PolicyPart.NON_BUSINESS), [Subject(GMAIL)], Outcome.INDETERMINATE, id="unlisted, one group open"
        ),
        pytest.param(
            partly(PolicyPart.BLOCKED), [Subject(GMAIL)], Outcome.VIOLATION, id="the open group is the default group"
        ),
        pytest.param(
            partly(PolicyPart.BLOCKED, default=BUSINESS), [Subject(UNBLOCKABLE[0])], Outcome.ALLOWED, id="unblockable"
        ),
        pytest.param(
            partly(PolicyPart.BUSINESS), [CUSTOM], Outcome.INDETERMINATE, id="a name in an open group beats patterns"
        ),
        pytest.param(partly(PolicyPart.PATTERNS), [CUSTOM], Outcome.INDETERMINATE, id="patterns open"),
        pytest.param(partly(PolicyPart.RULES), [Subject(GMAIL)], Outcome.VIOLATION, id="rules free nothing"),
        pytest.param(
            partly(PolicyPart.RULES, groups={GMAIL: BUSINESS}),
            [Subject(GMAIL)],
            Outcome.INDETERMINATE,
            id="rules may block an operation",
        ),
        pytest.param(partly(PolicyPart.SCOPE), [Subject(GMAIL)], Outcome.INDETERMINATE, id="scope open"),
        pytest.param(partly(PolicyPart.EXEMPTIONS), [Subject(GMAIL)], Outcome.INDETERMINATE, id="perhaps exempt"),
    ],
)
def test_only_what_is_written_decides(policy: DlpPolicy, used: list[Subject], outcome: Outcome) -> None:
    assert judged(policy, used).outcome is outcome


def test_the_class_of_an_unlisted_connector_names_the_expression() -> None:
    policy = partly(PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED)
    found = PolicySet([policy], CATALOGUE).classify(policy, Subject(GMAIL), HR)
    assert found.possible == frozenset[DataGroup | None]({NON_BUSINESS, BLOCKED})
    assert found.rule is Rule.GROUPS_OPEN
    assert found.words == "is not listed, and the Non-Business connectors are computed by local.rest"


def test_rules_of_one_connector_that_are_open_leave_others_alone() -> None:
    part = OpenPart(PolicyPart.RULES, AT, "computed by var.rules", connector=SQL)
    policy = partly(groups={SQL: BUSINESS, GMAIL: BUSINESS}, open_parts=(part,))
    assert judged(policy, [Subject(GMAIL)]).outcome is Outcome.ALLOWED
    verdict = judged(policy, [Subject(SQL)])
    assert verdict.outcome is Outcome.INDETERMINATE
    assert [note.connector for note in verdict.notes if note.kind is NoteKind.RULES_UNKNOWN] == [SQL]


def advanced(**changes: object) -> AdvancedPolicy:
    policy = AdvancedPolicy(id="A", name="A", at=AT, allowed=(AllowedConnector(SQL, AT),))
    return policy._replace(**changes)  # type: ignore[arg-type]


HERE = (EnvironmentRef(name="hr-production", at=AT),)


@pytest.mark.parametrize(
    ("given_policy", "policy", "used", "outcome"),
    [
        pytest.param(advanced(targets_known=False), None, GMAIL, Outcome.INDETERMINATE, id="may be in force, forbids"),
        pytest.param(advanced(targets_known=False), None, SQL, Outcome.ALLOWED, id="may be in force, allows"),
        pytest.param(
            advanced(targets_known=False, only=True),
            partly(groups={SQL: BLOCKED}),
            SQL,
            Outcome.INDETERMINATE,
            id="may switch the data policy off",
        ),
        pytest.param(
            advanced(environments=HERE, allowed_known=False), None, GMAIL, Outcome.INDETERMINATE, id="open allow list"
        ),
        pytest.param(
            advanced(environments=HERE, allowed_known=False), None, SQL, Outcome.ALLOWED, id="written in the allow list"
        ),
    ],
)
def test_an_advanced_policy_with_unknown_parts_decides_only_what_is_written(
    given_policy: AdvancedPolicy, policy: DlpPolicy | None, used: ConnectorKey, outcome: Outcome
) -> None:
    assert judged(policy, [Subject(used)], given_policy).outcome is outcome
