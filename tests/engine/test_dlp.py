"""The class of a connector in a policy, which policies reach an environment, how custom connectors stand."""

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet, Resources
from pllint.engine.dlp.pattern import matches
from pllint.finding import Confidence
from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.component import Call, Component, ComponentKind, ConnectorUse, Endpoint, Step, Trigger, Unresolved
from pllint.model.connector_id import ConnectorKey, parse_connector_id
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
    Scope,
    UrlPattern,
)
from pllint.model.solution import DeploymentSettings
from pllint.model.verdict import NoteKind, Outcome, PostureKind, Rule, Subject, Verdict, ViolationKind
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

AT = Anchor(Source("policies/tenant.json", bytes))
CATALOGUE = Catalogue()
BUSINESS, NON_BUSINESS, BLOCKED, IGNORE = (
    DataGroup.BUSINESS,
    DataGroup.NON_BUSINESS,
    DataGroup.BLOCKED,
    DataGroup.IGNORE,
)
HR = Environment(name="hr-production", at=None, id="11111111-2222-3333-4444-555555555555")
FINANCE = Environment(name="finance", at=None)
ORDERS = CustomConnector(
    name=ConnectorKey("ctx_orders"),
    display_name="Orders",
    at=AT,
    host=Host(name="orders.contoso.test", base_path="/v1"),
)
UNKNOWN_HOST = ORDERS._replace(host=Host(name=None))


def policy(
    *,
    name: str = "Tenant",
    scope: Scope = Scope.ALL,
    environments: tuple[str, ...] = (),
    known: bool = True,
    default: DataGroup | None = None,
    groups: dict[str, DataGroup] | None = None,
    patterns: list[tuple[str, DataGroup]] | None = None,
    legacy: bool = False,
) -> DlpPolicy:
    return DlpPolicy(
        id=name,
        name=name,
        at=AT,
        scope=scope,
        environments=tuple(EnvironmentRef(name=environment, at=AT) for environment in environments),
        environments_known=known,
        default=default,
        classified=tuple(entry(spelling, group) for spelling, group in (groups or {}).items()),
        patterns=None
        if patterns is None
        else tuple(UrlPattern(order, pattern, group, AT / order) for order, (pattern, group) in enumerate(patterns, 1)),
        legacy=legacy,
    )


def entry(spelling: str, group: DataGroup) -> ClassifiedConnector:
    parsed = parse_connector_id(spelling)
    assert parsed is not None
    return ClassifiedConnector(parsed.key, group, AT, parsed.spelling, parsed.custom, parsed.environment)


def policies(*given: DlpPolicy) -> PolicySet:
    return PolicySet(given, CATALOGUE)


@pytest.mark.parametrize(
    ("scope", "listed", "environment", "reached"),
    [
        pytest.param(Scope.ALL, (), HR, True, id="all environments"),
        pytest.param(Scope.ALL, (), ANY_OTHER, True, id="all environments, ones nobody names too"),
        pytest.param(Scope.ONLY, ("HR-Production",), HR, True, id="listed by name in another case"),
        pytest.param(Scope.ONLY, (HR.id or "",), HR, True, id="listed by id"),
        pytest.param(Scope.ONLY, ("finance",), HR, False, id="another one is listed"),
        pytest.param(Scope.ONLY, ("hr-production",), ANY_OTHER, False, id="a list never reaches what nobody names"),
        pytest.param(Scope.EXCEPT, ("hr-production",), HR, False, id="listed as an exception"),
        pytest.param(Scope.EXCEPT, ("finance",), HR, True, id="not an exception"),
        pytest.param(Scope.EXCEPT, ("hr-production",), ANY_OTHER, True, id="exceptions leave the rest reached"),
        pytest.param(Scope.SINGLE, ("hr-production",), HR, True, id="the environment's own policy"),
        pytest.param(Scope.SINGLE, ("finance",), ANY_OTHER, False, id="another environment's own policy"),
    ],
)
def test_a_scope_says_what_a_policy_reaches(
    scope: Scope, listed: tuple[str, ...], environment: Environment, *, reached: bool
) -> None:
    assert bool(policies(policy(scope=scope, environments=listed)).reaching(environment)) is reached


@pytest.mark.parametrize("scope", [Scope.ONLY, Scope.EXCEPT, Scope.SINGLE])
@pytest.mark.parametrize("environment", [HR, ANY_OTHER], ids=["known", "any other"])
def test_a_list_filled_in_elsewhere_leaves_the_reach_open(scope: Scope, environment: Environment) -> None:
    given = policies(policy(scope=scope, known=False))

    assert (given.reaching(environment), [p.name for p in given.reach_open(environment)]) == ([], ["Tenant"])


@pytest.mark.parametrize(
    ("given", "key", "possible", "rule"),
    [
        pytest.param(policy(groups={"shared_sql": BLOCKED}), "shared_sql", {BLOCKED}, Rule.LISTED, id="listed"),
        pytest.param(
            policy(groups={"/providers/Microsoft.PowerApps/apis/Shared_SQL": BUSINESS}),
            "shared_sql",
            {BUSINESS},
            Rule.LISTED,
            id="listed by its whole path in another case",
        ),
        pytest.param(policy(), "shared_gmail", {NON_BUSINESS}, Rule.DEFAULT, id="no default means Non-Business"),
        pytest.param(policy(default=BLOCKED), "shared_gmail", {BLOCKED}, Rule.DEFAULT, id="the default group"),
        pytest.param(
            policy(default=BLOCKED), "shared_teams", {NON_BUSINESS}, Rule.UNBLOCKABLE, id="unblockable, Blocked default"
        ),
        pytest.param(
            policy(default=BUSINESS), "shared_teams", {BUSINESS}, Rule.DEFAULT, id="unblockable, another default"
        ),
        pytest.param(
            policy(default=BLOCKED), "shared_conversionservice", {None}, Rule.NOT_CLASSIFIABLE, id="not classifiable"
        ),
        pytest.param(
            policy(default=BLOCKED), "DesktopFlow.Excel", {None}, Rule.MODULE_UNLISTED, id="a module nobody listed"
        ),
        pytest.param(
            policy(groups={"DesktopFlow.Excel": BLOCKED}), "DesktopFlow.Excel", {BLOCKED}, Rule.LISTED, id="a module"
        ),
        pytest.param(
            policy(default=BLOCKED, legacy=True), "Http", {None, BLOCKED}, Rule.LEGACY, id="HTTP in the old schema"
        ),
        pytest.param(
            policy(groups={"Http": BLOCKED}, legacy=True), "Http", {BLOCKED}, Rule.LISTED, id="listed in the old schema"
        ),
        pytest.param(
            policy()._replace(classified=None),
            "shared_gmail",
            {BUSINESS, NON_BUSINESS, BLOCKED},
            Rule.GROUPS_MISSING,
            id="no groups in the export",
        ),
        pytest.param(
            policy()._replace(classified=None),
            "shared_teams",
            {BUSINESS, NON_BUSINESS},
            Rule.GROUPS_MISSING,
            id="no groups in the export, unblockable",
        ),
        pytest.param(
            policy()._replace(classified=(entry("shared_sql", BUSINESS), entry("shared_sql", BLOCKED))),
            "shared_sql",
            {BLOCKED},
            Rule.LISTED,
            id="in Blocked and elsewhere",
        ),
        pytest.param(
            policy()._replace(classified=(entry("shared_sql", BUSINESS), entry("shared_sql", NON_BUSINESS))),
            "shared_sql",
            {BUSINESS, NON_BUSINESS},
            Rule.LISTED_TWICE,
            id="in Business and in Non-Business",
        ),
        pytest.param(
            policy()._replace(classified=(entry("shared_sql", BUSINESS), entry("shared_sql", BUSINESS))),
            "shared_sql",
            {BUSINESS},
            Rule.LISTED,
            id="twice in one group",
        ),
    ],
)
def test_a_connector_has_a_class(given: DlpPolicy, key: str, possible: set[DataGroup | None], rule: Rule) -> None:
    classification = policies(given).classify(given, ConnectorKey(key), HR)

    assert (set(classification.possible), classification.rule) == (possible, rule)


_CONTOSO = "https://*.contoso.test*"


@pytest.mark.parametrize(
    ("given", "host", "possible", "rule"),
    [
        pytest.param(
            policy(patterns=[("*", IGNORE)], default=BLOCKED), ORDERS.host, {None}, Rule.IGNORED, id="ignored"
        ),
        pytest.param(policy(default=BLOCKED), ORDERS.host, {None}, Rule.PATTERNS_MISSING, id="no patterns exported"),
        pytest.param(policy(patterns=[]), ORDERS.host, {None}, Rule.PATTERNS_MISSING, id="an empty list of patterns"),
        pytest.param(policy(patterns=[("*", BLOCKED)]), ORDERS.host, {BLOCKED}, Rule.STAR, id="caught by the star"),
        pytest.param(
            policy(patterns=[(_CONTOSO, BUSINESS), ("*", BLOCKED)]),
            ORDERS.host,
            {BUSINESS},
            Rule.PATTERN,
            id="a pattern",
        ),
        pytest.param(
            policy(patterns=[("HTTPS://ORDERS.CONTOSO.TEST*", BUSINESS)]),
            ORDERS.host,
            {BUSINESS},
            Rule.PATTERN,
            id="in another case",
        ),
        pytest.param(
            policy(patterns=[("https://hr.contoso.test*", BUSINESS)]),
            ORDERS.host,
            {None},
            Rule.IGNORED,
            id="no pattern",
        ),
        pytest.param(
            policy(patterns=[("https://orders.contoso.test/v1", BUSINESS), ("*", BLOCKED)]),
            ORDERS.host,
            {BUSINESS, BLOCKED},
            Rule.HOST_AMBIGUOUS,
            id="host and base path differ",
        ),
        pytest.param(
            policy(patterns=[("https://orders.contoso.test/v1", BLOCKED), ("*", BLOCKED)]),
            ORDERS.host,
            {BLOCKED},
            Rule.PATTERN,
            id="host and base path agree",
        ),
        pytest.param(
            policy(patterns=[("https://orders.contoso.test/", BUSINESS), ("*", BLOCKED)]),
            Host(name="orders.contoso.test", base_path="/"),
            {BUSINESS},
            Rule.PATTERN,
            id="a slash at the end",
        ),
        pytest.param(
            policy(patterns=[(_CONTOSO, BUSINESS), ("*", IGNORE)]),
            Host(name=None),
            {BUSINESS, None},
            Rule.HOST_UNKNOWN,
            id="unknown host: what its rules can give",
        ),
        pytest.param(
            policy(patterns=[(_CONTOSO, BUSINESS), ("https://hr.contoso.test*", BLOCKED), ("*", BUSINESS)]),
            Host(name=None),
            {BUSINESS},
            Rule.HOST_UNKNOWN,
            id="unknown host: a shadowed rule gives nothing",
        ),
        pytest.param(
            policy(patterns=[("*", BLOCKED)]), Host(name=None), {BLOCKED}, Rule.STAR, id="unknown host, one rule"
        ),
        pytest.param(
            policy(groups={"shared_ctx-5forders-5f0123456789abcdef": BUSINESS}, patterns=[("*", BLOCKED)]),
            ORDERS.host,
            {BUSINESS},
            Rule.LISTED,
            id="its name supersedes the patterns",
        ),
        pytest.param(
            policy(
                groups={
                    "/providers/Microsoft.PowerApps/scopes/admin/environments/finance/apis/"
                    "shared_ctx-5forders-5f0123456789abcdef": BUSINESS
                },
                patterns=[("*", BLOCKED)],
            ),
            ORDERS.host,
            {BLOCKED},
            Rule.STAR,
            id="a name that means another environment's connector",
        ),
        pytest.param(
            policy(groups={"shared_fab-5forders-5f0123456789abcdef": BUSINESS}, patterns=[("*", BLOCKED)]),
            ORDERS.host,
            {BLOCKED},
            Rule.STAR,
            id="another publisher's connector of the same name",
        ),
        pytest.param(
            policy(scope=Scope.SINGLE, environments=("hr-production",)),
            ORDERS.host,
            {NON_BUSINESS},
            Rule.DEFAULT,
            id="environment-level: the default group",
        ),
        pytest.param(
            policy(scope=Scope.SINGLE, environments=("hr-production",), patterns=[("*", BUSINESS)], default=BLOCKED),
            ORDERS.host,
            {BLOCKED},
            Rule.DEFAULT,
            id="environment-level: patterns play no part",
        ),
    ],
)
def test_a_custom_connector_has_a_class(
    given: DlpPolicy, host: Host, possible: set[DataGroup | None], rule: Rule
) -> None:
    subject = Subject(key=ORDERS.name, custom=True, host=host)

    classification = policies(given).classify(given, subject, HR)

    assert (set(classification.possible), classification.rule) == (possible, rule)


def test_a_custom_connector_is_no_certified_one_of_the_same_name() -> None:
    given = policy(groups={"shared_sql": BLOCKED}, patterns=[("*", IGNORE)])
    subject = Subject(key=ConnectorKey("sql"), custom=True, host=ORDERS.host)

    assert policies(given).classify(given, subject, HR).rule is Rule.IGNORED


def test_an_unblockable_connector_listed_in_blocked_is_blocked_with_low_confidence() -> None:
    given = policy(groups={"shared_teams": BLOCKED})

    classification = policies(given).classify(given, ConnectorKey("shared_teams"), HR)

    assert (classification.group, classification.confidence) == (BLOCKED, Confidence.INFERRED)


@pytest.mark.parametrize(
    ("pattern", "text", "covered"),
    [
        ("*", "", True),
        ("https://*.contoso.test", "https://a.b.contoso.test", True),
        ("https://*.contoso.test", "https://contoso.test", False),
        ("https://a.test/*", "https://a.test", False),
        ("https://a.test*", "https://a.test.evil.test", True),
        ("ax*xa", "axa", False),
        ("a*b*c", "a-b-b-c", True),
        ("a.c", "abc", False),
        ("https://*.test*", "https://a*.test*", True),
        ("https://a*.test*", "https://*.test*", False),
        ("*" * 5000 + "x", "y" * 5000, False),
    ],
)
def test_a_pattern_covers_whole_texts(pattern: str, text: str, *, covered: bool) -> None:
    assert matches(pattern, text) is covered


_SINGLE = policy(name="HR", scope=Scope.SINGLE, environments=("hr-production",), default=BUSINESS)


@pytest.mark.parametrize(
    ("given", "connector", "kind", "group"),
    [
        pytest.param([], ORDERS, PostureKind.OPEN, None, id="no policy"),
        pytest.param([policy(patterns=[("*", IGNORE)])], ORDERS, PostureKind.OPEN, None, id="ignored"),
        pytest.param([policy(patterns=[("*", IGNORE)])], UNKNOWN_HOST, PostureKind.OPEN, None, id="ignored, no host"),
        pytest.param(
            [policy(patterns=[("*", BLOCKED)])], UNKNOWN_HOST, PostureKind.CAUGHT, BLOCKED, id="star, no host"
        ),
        pytest.param([policy(patterns=[("*", BUSINESS)])], ORDERS, PostureKind.CAUGHT, BUSINESS, id="star"),
        pytest.param([_SINGLE], ORDERS, PostureKind.CAUGHT, BUSINESS, id="default of an environment-level policy"),
        pytest.param(
            [policy(patterns=[("*", BLOCKED)]), _SINGLE], ORDERS, PostureKind.CAUGHT, BLOCKED, id="Blocked is final"
        ),
        pytest.param(
            [policy(patterns=[(_CONTOSO, BUSINESS), ("*", BLOCKED)])],
            ORDERS,
            PostureKind.EXPLICIT,
            BUSINESS,
            id="pattern",
        ),
        pytest.param(
            [policy(patterns=[(_CONTOSO, BUSINESS), ("*", BLOCKED)])],
            UNKNOWN_HOST,
            PostureKind.UNKNOWN,
            None,
            id="no host",
        ),
        pytest.param(
            [policy(patterns=[(_CONTOSO, BUSINESS), ("*", BUSINESS)])],
            UNKNOWN_HOST,
            PostureKind.UNKNOWN,
            None,
            id="no host: the group is known, who decided is not",
        ),
        pytest.param([policy()._replace(classified=None)], ORDERS, PostureKind.UNKNOWN, None, id="no groups exported"),
        pytest.param(
            [policy(scope=Scope.ONLY, known=False, patterns=[("*", BLOCKED)])],
            ORDERS,
            PostureKind.UNKNOWN,
            None,
            id="a policy that may reach it",
        ),
        pytest.param(
            [policy(scope=Scope.ONLY, known=False, patterns=[("*", IGNORE)])],
            ORDERS,
            PostureKind.OPEN,
            None,
            id="a policy that may reach it and ignores it either way",
        ),
    ],
)
def test_a_custom_connector_stands_in_an_environment(
    given: list[DlpPolicy], connector: CustomConnector, kind: PostureKind, group: DataGroup | None
) -> None:
    posture = policies(*given).custom_posture(connector, HR)

    assert (posture.kind, posture.group) == (kind, group)


def test_patterns_missing_from_the_export_make_an_open_posture_likely() -> None:
    posture = policies(policy()).custom_posture(ORDERS, HR)

    assert (posture.kind, posture.confidence) == (PostureKind.OPEN, Confidence.LIKELY)


def test_an_advanced_policy_that_stands_alone_leaves_custom_connectors_open() -> None:
    advanced = AdvancedPolicy(
        id="A", name="A", at=AT, environments=(EnvironmentRef(name="hr-production", at=AT),), only=True
    )
    given = PolicySet([policy(patterns=[("*", BLOCKED)])], CATALOGUE, [advanced])

    assert given.custom_posture(ORDERS, HR).kind is PostureKind.OPEN


@pytest.mark.parametrize(
    ("given", "possible"),
    [
        pytest.param([], {None}, id="no policy"),
        pytest.param([policy(), policy(name="B", default=BLOCKED)], {BLOCKED}, id="blocked in one"),
        pytest.param([policy(), policy(name="B", default=BUSINESS)], {BUSINESS}, id="Business in one"),
        pytest.param([policy(legacy=True)], {None, NON_BUSINESS}, id="the old schema"),
        pytest.param(
            [policy(), policy(name="B", scope=Scope.ONLY, known=False, default=BLOCKED)],
            {NON_BUSINESS, BLOCKED},
            id="a policy that may reach it",
        ),
    ],
)
def test_policies_have_an_effect_together(given: list[DlpPolicy], possible: set[DataGroup | None]) -> None:
    assert policies(*given).effect(ConnectorKey("Http"), HR).possible == possible


FLOW_AT = Anchor(Source("Workflows/Notify.json", bytes))


def use(key: str, *, custom: bool = False, operation: str | None = None, address: str | None = None) -> ConnectorUse:
    endpoint = Endpoint(value=address, at=FLOW_AT / "uri") if address else None
    step = Step(name="Do", type="OpenApiConnection", at=FLOW_AT / key, operation=operation, endpoint=endpoint)
    return ConnectorUse(connector=ConnectorKey(key), custom=custom, at=step.at, steps=(step,))


def flow(name: str, *uses: ConnectorUse, calls: tuple[str, ...] = ()) -> Component:
    return Component(
        kind=ComponentKind.CLOUD_FLOW,
        name=name,
        id=name,
        at=FLOW_AT,
        uses=uses,
        calls_flows=tuple(Call(id=call, at=FLOW_AT / "call") for call in calls),
    )


def verdict(given: list[DlpPolicy], *components: Component, connectors: tuple[CustomConnector, ...] = ()) -> Verdict:
    workspace = Workspace(components=components, custom_connectors=connectors, policies=given)
    return policies(*given).verdict(Resources(workspace).of(components[0], HR), HR)


def test_flows_that_call_each_other_in_a_circle_are_judged_once() -> None:
    found = verdict(
        [policy(groups={"shared_gmail": BLOCKED})],
        flow("parent", calls=("child",)),
        flow("child", use("shared_gmail"), calls=("parent",)),
    )

    assert [(v.kind, v.via, v.parts[0].via) for v in found.violations] == [
        (ViolationKind.BLOCKED_CONNECTOR, "child", "child")
    ]


def test_a_child_that_is_not_in_the_files_leaves_the_verdict_standing_with_a_note() -> None:
    found = verdict([policy()], flow("parent", use("shared_sql"), calls=("gone",)))

    assert (found.outcome, [note.kind for note in found.notes]) == (Outcome.ALLOWED, [NoteKind.CHILD_MISSING])


def test_a_pair_split_between_parent_and_child_is_a_conflict() -> None:
    found = verdict(
        [policy(groups={"shared_sql": BUSINESS})],
        flow("parent", use("shared_sql"), calls=("child",)),
        flow("child", use("shared_gmail")),
    )

    assert [violation.kind for violation in found.violations] == [ViolationKind.GROUP_CONFLICT]


def test_a_step_without_a_connector_leaves_the_verdict_open() -> None:
    step = Step(name="Do", type="OpenApiConnection", at=FLOW_AT)
    unresolved = flow("f")._replace(unresolved=(Unresolved(step=step, key="lost"),))

    assert verdict([policy()], unresolved).outcome is Outcome.INDETERMINATE


def test_without_a_policy_a_step_without_a_connector_changes_nothing() -> None:
    step = Step(name="Do", type="OpenApiConnection", at=FLOW_AT)
    unresolved = flow("f")._replace(unresolved=(Unresolved(step=step, key="lost"),))

    assert verdict([], unresolved).outcome is Outcome.ALLOWED


def test_the_host_of_a_custom_connector_comes_from_its_definition() -> None:
    given = [policy(patterns=[(_CONTOSO, BLOCKED), ("*", BUSINESS)])]

    found = verdict(given, flow("f", use("ctx_orders", custom=True)), connectors=(ORDERS,))

    assert [violation.kind for violation in found.violations] == [ViolationKind.BLOCKED_CONNECTOR]


def test_what_an_unknown_host_breaks_in_every_case_is_a_violation() -> None:
    given = [policy(groups={"shared_sql": BUSINESS}, patterns=[(_CONTOSO, BLOCKED), ("*", NON_BUSINESS)])]

    found = verdict(given, flow("f", use("shared_sql"), use("ctx_orders", custom=True)), connectors=(UNKNOWN_HOST,))

    assert found.outcome is Outcome.VIOLATION


def test_a_policy_that_may_reach_the_environment_opens_a_verdict_it_would_change() -> None:
    found = verdict(
        [policy(), policy(name="B", scope=Scope.ONLY, known=False, default=BLOCKED)], flow("f", use("shared_gmail"))
    )

    assert found.outcome is Outcome.INDETERMINATE


def test_a_policy_that_may_reach_the_environment_and_breaks_nothing_leaves_the_verdict() -> None:
    found = verdict([policy(), policy(name="B", scope=Scope.ONLY, known=False)], flow("f", use("shared_gmail")))

    assert found.outcome is Outcome.ALLOWED


def _rules(connector: str, *behaviours: Behaviour) -> DlpPolicy:
    rules = tuple(EndpointRule(order, "*", behaviour, AT) for order, behaviour in enumerate(behaviours, 1))
    return policy()._replace(endpoints=(EndpointRules(ConnectorKey(connector), rules, AT),))


@pytest.mark.parametrize(
    ("behaviour", "outcome"), [(Behaviour.DENY, Outcome.INDETERMINATE), (Behaviour.ALLOW, Outcome.ALLOWED)]
)
def test_an_address_that_only_the_connection_holds_leaves_deny_rules_open(
    behaviour: Behaviour, outcome: Outcome
) -> None:
    assert verdict([_rules("shared_sql", behaviour)], flow("f", use("shared_sql"))).outcome is outcome


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [("DeleteItem", Outcome.VIOLATION), ("GetItem", Outcome.ALLOWED), (None, Outcome.INDETERMINATE)],
)
def test_a_step_that_names_no_operation_leaves_action_rules_open(operation: str | None, outcome: Outcome) -> None:
    rule = ActionRule(operation="deleteitem", behaviour=Behaviour.BLOCK, at=AT)
    rules = ActionRules(connector=ConnectorKey("shared_sql"), default=Behaviour.ALLOW, rules=(rule,), at=AT)

    found = verdict([policy()._replace(actions=(rules,))], flow("f", use("shared_sql", operation=operation)))

    assert found.outcome is outcome


def test_deployment_settings_give_the_host_of_their_stage() -> None:
    varying = ORDERS._replace(host=Host(name="orders.example.test", variable="ctx_Host"))
    settings = DeploymentSettings(
        at=AT, stage="hr-production", variables=(("ctx_host", "https://orders.contoso.test", AT),)
    )
    given = [policy(patterns=[(_CONTOSO, BLOCKED), ("*", BUSINESS)])]
    app = flow("f", use("ctx_orders", custom=True))
    workspace = Workspace(
        components=[app], custom_connectors=[varying], environments=[HR, FINANCE], deployment_settings=[settings]
    )
    resources = Resources(workspace)

    outcomes = [policies(*given).verdict(resources.of(app, place), place).outcome for place in (HR, FINANCE)]

    assert outcomes == [Outcome.VIOLATION, Outcome.ALLOWED]


def test_get_web_resource_is_out_of_the_scope_of_endpoint_filtering() -> None:
    given = _rules("shared_webcontents", Behaviour.DENY)

    found = verdict([given], flow("f", use("shared_webcontents", operation="GetFileContent", address="https://a.test")))

    assert [note.kind for note in found.notes] == [NoteKind.ENDPOINT_NOT_EVALUABLE]


def test_a_request_trigger_of_a_kind_nobody_documents_is_noted() -> None:
    trigger = Trigger(name="manual", type="Request", kind="Geofence", trigger_class=None, starts_from=None, at=FLOW_AT)

    found = verdict([policy()], flow("f")._replace(trigger=trigger))

    assert [note.kind for note in found.notes] == [NoteKind.TRIGGER_UNKNOWN]


def test_a_native_dataverse_source_counts_as_the_legacy_connector() -> None:
    app = Component(kind=ComponentKind.CANVAS_APP, name="a", id="a", at=FLOW_AT, dataverse_at=FLOW_AT / "data")

    found = verdict([policy(groups={"shared_commondataservice": BLOCKED})], app)

    assert [violation.parts[0].connector for violation in found.violations] == ["shared_commondataservice"]
