"""What the pages of the checks of the policy set do not show: grades, and questions that stay open."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.finding import CouldNotRun, Finding, Severity
from pllint.model.component import Component, ComponentKind, ConnectorUse, Step
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.governance import Governance, Tenant
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
    Scope,
    UrlPattern,
)
from pllint.model.tenant import AllowedTenant, TenantIsolation
from pllint.model.workspace import Workspace
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint_dlp import (
    advanced,
    coverage,
    defaults,
    desktop_flows,
    exemptions,
    exports,
    http,
    listing,
    pllint_checks,
    rules,
    scope,
    tenant,
)

AT = Anchor(Source("policies/tenant.json", bytes))
FLOW_AT = Anchor(Source("Workflows/Notify.json", bytes))
CATALOGUE = Catalogue()
HR = Environment(name="hr-production", at=None, id="e-hr", type=EnvironmentType.PRODUCTION, listed=True)
TEST = Environment(name="hr-test", at=None, id="e-test", listed=True)
DEFAULT = Environment(name="Contoso", at=None, id="e-default", type=EnvironmentType.DEFAULT, listed=True)
STAR = (UrlPattern(order=1, pattern="*", group=DataGroup.BLOCKED, at=AT / "star"),)
GMAIL, DROPBOX = ConnectorKey("shared_gmail"), ConnectorKey("shared_dropbox")


def policy(
    *entries: tuple[str, DataGroup], name: str = "Tenant", default: DataGroup | None = DataGroup.NON_BUSINESS
) -> DlpPolicy:
    classified = tuple(
        ClassifiedConnector(ConnectorKey(key), group, AT / name / key, spelling=key) for key, group in entries
    )
    return DlpPolicy(id=name, name=name, at=AT / name, default=default, classified=classified, patterns=STAR)


def outcomes(check: Check, workspace: Workspace, settings: Settings | None = None) -> list[Finding | CouldNotRun]:
    context = Context(workspace, settings or Settings(), datetime.date(2026, 11, 21), CATALOGUE)
    return [outcome for element in workspace.elements(check.on) for outcome in check.judge(element, context)]


def findings(check: Check, workspace: Workspace, settings: Settings | None = None) -> list[Finding]:
    return [outcome for outcome in outcomes(check, workspace, settings) if isinstance(outcome, Finding)]


def flow(connector: str, *steps: Step) -> Component:
    use = ConnectorUse(connector=ConnectorKey(connector), custom=False, at=FLOW_AT, steps=steps)
    return Component(kind=ComponentKind.CLOUD_FLOW, name="Notify", id="notify", at=FLOW_AT, uses=(use,))


@pytest.mark.parametrize(
    ("cloud", "severity"), [(None, Severity.ERROR), ("public", Severity.ERROR), ("gcc-high", Severity.WARNING)]
)
def test_blocking_what_cannot_be_blocked_is_graded_by_the_cloud(cloud: str | None, severity: Severity) -> None:
    governance = Governance(at=AT, tenant=Tenant(at=AT, cloud=cloud))
    workspace = Workspace(policies=[policy(("shared_teams", DataGroup.BLOCKED))], governance=governance)

    assert [f.severity for f in findings(listing.unblockable_connector_blocked, workspace)] == [severity]


def test_one_finding_names_every_connector_that_cannot_be_blocked() -> None:
    blocked = policy(("shared_teams", DataGroup.BLOCKED), ("shared_planner", DataGroup.BLOCKED))

    found = findings(listing.unblockable_connector_blocked, Workspace(policies=[blocked]))

    assert [f.connectors for f in found] == [("shared_teams", "shared_planner")]


FLOWS = "Microsoft.ProcessSimple/environments/flows"
BOTS = "Microsoft.PowerVirtualAgents/environments/chatbots"


@pytest.mark.parametrize(
    ("exempt", "severity"),
    [
        pytest.param([("f1", FLOWS)], Severity.INFO, id="a flow"),
        pytest.param([("f1", FLOWS), ("b1", BOTS)], Severity.WARNING, id="an agent among them"),
        pytest.param([(f"f{n}", FLOWS) for n in range(2000)], Severity.INFO, id="as many as the service takes"),
        pytest.param([(f"f{n}", BOTS) for n in range(2001)], Severity.ERROR, id="more than the service takes"),
    ],
)
def test_exemptions_are_one_finding_of_the_highest_grade(exempt: list[tuple[str, str]], severity: Severity) -> None:
    resources = tuple(ExemptResource(id=id_, type=type_, at=AT / id_) for id_, type_ in exempt)
    workspace = Workspace(policies=[policy()._replace(exempt=resources)])

    assert [f.severity for f in findings(exemptions.exemptions, workspace)] == [severity]


def test_an_agent_is_told_by_the_component_where_that_is_read() -> None:
    agent = Component(kind=ComponentKind.AGENT, name="Helper", id="a1", at=FLOW_AT)
    exempt = (ExemptResource(id="{A1}", type="", at=AT),)
    workspace = Workspace(policies=[policy()._replace(exempt=exempt)], components=[agent])

    assert ["'Helper' ({A1})" in f.message for f in findings(exemptions.exemptions, workspace)] == [True]


def test_what_is_exempt_and_not_in_the_files_is_counted() -> None:
    exempt = (ExemptResource(id="notify", type=FLOWS, at=AT), ExemptResource(id="gone", type=FLOWS, at=AT))
    workspace = Workspace(policies=[policy()._replace(exempt=exempt)], components=[flow(GMAIL)])

    found = findings(exemptions.exemptions, workspace)

    assert [f.message.endswith("; one of them is not in the files read") for f in found] == [True]


@pytest.mark.parametrize(
    ("given", "severities"),
    [
        pytest.param(policy()._replace(classified=None, patterns=None), [Severity.ERROR], id="no groups"),
        pytest.param(policy()._replace(patterns=None), [Severity.INFO], id="no URL patterns"),
        pytest.param(policy()._replace(patterns=None, scope=Scope.SINGLE), [], id="environment-level"),
        pytest.param(policy(), [], id="complete"),
    ],
)
def test_an_incomplete_export_is_graded_by_what_it_lacks(given: DlpPolicy, severities: list[Severity]) -> None:
    found = findings(exports.policy_export_incomplete, Workspace(policies=[given]))

    assert [f.severity or Severity.ERROR for f in found] == severities


def test_http_in_an_environment_of_unknown_type_could_not_be_judged() -> None:
    workspace = Workspace(policies=[policy()], environments=[TEST])

    found = outcomes(http.http_enabled_outside_approved_environments, workspace)

    assert [type(outcome) for outcome in found] == [CouldNotRun]


@pytest.mark.parametrize(
    ("environment", "approved"), [(TEST, "hr-test"), (TEST, "e-test"), (HR, "Production"), (DEFAULT, "anything")]
)
def test_http_is_approved_by_name_id_or_type_and_the_default_environment_is_elsewhere(
    environment: Environment, approved: str
) -> None:
    workspace = Workspace(policies=[policy()], environments=[environment])

    settings = Settings(approved_http_environments=(approved,))
    assert outcomes(http.http_enabled_outside_approved_environments, workspace, settings) == []


def test_http_where_no_policy_reaches_is_told_as_that() -> None:
    elsewhere = policy()._replace(scope=Scope.ONLY, environments=(EnvironmentRef("hr-production", AT),))
    sandbox = TEST._replace(type=EnvironmentType.SANDBOX)

    workspace = Workspace(policies=[elsewhere], environments=[sandbox, HR])
    assert outcomes(http.http_enabled_outside_approved_environments, workspace) == []


def test_generic_requests_are_told_once_for_all_policies() -> None:
    one, other = (policy(("Http", DataGroup.BLOCKED), name=name) for name in "AB")

    assert len(findings(http.unblockable_generic_http, Workspace(policies=[one, other]))) == 1


def test_generic_requests_are_not_told_where_http_is_open() -> None:
    assert findings(http.unblockable_generic_http, Workspace(policies=[policy()])) == []


@pytest.mark.parametrize(
    ("behaviour", "count"), [(Behaviour.DENY, 0), (Behaviour.ALLOW, 1)], ids=["ends in Deny", "ends in Allow"]
)
def test_a_list_for_one_http_entry_leaves_its_sibling_open(behaviour: Behaviour, count: int) -> None:
    rule = EndpointRule(order=1, endpoint="*", behaviour=behaviour, at=AT)
    walled = policy(("Http", DataGroup.BUSINESS))._replace(
        endpoints=(EndpointRules(ConnectorKey("Http"), (rule,), AT),)
    )

    assert len(findings(http.http_business_without_endpoint_list, Workspace(policies=[walled]))) == count


def test_rules_that_the_export_cut_off_leave_the_endpoint_list_open() -> None:
    cut = policy(("Http", DataGroup.BUSINESS))._replace(rules_known=False)

    found = outcomes(http.http_business_without_endpoint_list, Workspace(policies=[cut]))

    assert [type(outcome) for outcome in found] == [CouldNotRun]


@pytest.mark.parametrize("environments", [[], [HR._replace(listed=False)]], ids=["none", "only named by policies"])
def test_without_a_list_of_environments_names_could_not_be_checked(environments: list[Environment]) -> None:
    named = policy()._replace(scope=Scope.ONLY, environments=(EnvironmentRef("gone", AT),))

    found = outcomes(scope.policy_environment_unknown, Workspace(policies=[named], environments=environments))

    assert [type(outcome) for outcome in found] == [CouldNotRun]


def test_what_only_a_policy_names_beside_an_inventory_is_no_environment_of_the_tenant() -> None:
    gone = Environment(name="gone", at=AT)
    excluding = policy()._replace(scope=Scope.EXCEPT, environments=(EnvironmentRef("gone", AT),))

    found = findings(coverage.shared_environment_uncovered, Workspace(policies=[excluding], environments=[gone, HR]))

    assert found == []


def test_environments_that_terraform_makes_are_not_all_there_are() -> None:
    made = HR._replace(listed=False, declared=True)
    named = policy()._replace(scope=Scope.ONLY, environments=(EnvironmentRef("gone", AT),))

    workspace = Workspace(policies=[named], environments=[made, Environment(name="gone", at=AT)])
    assert findings(scope.policy_without_effect, workspace) == []


def test_modules_are_asked_for_where_desktop_flows_go() -> None:
    desktop = Component(kind=ComponentKind.DESKTOP_FLOW, name="Book", id="book", at=FLOW_AT)
    with_modules = policy(("DesktopFlow.Excel", DataGroup.BUSINESS), name="HR")._replace(
        scope=Scope.ONLY, environments=(EnvironmentRef("hr-production", AT),)
    )
    workspace = Workspace(policies=[policy(), with_modules], environments=[HR, TEST], components=[desktop])

    found = findings(desktop_flows.desktop_modules_open, workspace)

    assert [(f.environment, f.at) for f in found] == [("hr-test", FLOW_AT)]


def test_modules_are_not_asked_for_where_there_are_no_desktop_flows() -> None:
    workspace = Workspace(policies=[policy()], environments=[DEFAULT, HR])

    assert findings(desktop_flows.desktop_modules_open, workspace) == []


def test_a_connector_that_the_default_group_blocks_is_told_for_the_component() -> None:
    workspace = Workspace(
        policies=[policy(default=DataGroup.BLOCKED)], environments=[HR], components=[flow("shared_gmail")]
    )

    assert findings(defaults.connector_classified_by_default, workspace) == []


def test_connectors_left_to_the_same_policies_are_one_finding() -> None:
    workspace = Workspace(
        policies=[policy()], environments=[HR], components=[flow("shared_gmail"), flow("shared_dropbox")]
    )

    assert [f.connectors for f in findings(defaults.connector_classified_by_default, workspace)] == [(DROPBOX, GMAIL)]


def _only_allowing(*operations: str) -> DlpPolicy:
    allowed = tuple(ActionRule(operation, Behaviour.ALLOW, AT) for operation in operations)
    return policy()._replace(actions=(ActionRules(DROPBOX, Behaviour.BLOCK, allowed, AT),))


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        pytest.param(_only_allowing(), [Finding], id="nothing is allowed"),
        pytest.param(_only_allowing("Get"), [Finding], id="what is allowed is no trigger"),
        pytest.param(_only_allowing("OnNew"), [], id="the trigger is allowed"),
        pytest.param(_only_allowing("Other"), [CouldNotRun], id="what is allowed may be a trigger"),
    ],
)
def test_triggers_are_those_that_flows_start_from(
    given: DlpPolicy, kinds: list[type[Finding] | type[CouldNotRun]]
) -> None:
    starts = Step(name="New", type="OpenApiConnection", at=FLOW_AT, trigger=True, operation="OnNew")
    gets = Step(name="Get", type="OpenApiConnection", at=FLOW_AT, operation="Get")
    workspace = Workspace(policies=[given], components=[flow(DROPBOX, starts, gets)])

    assert [type(outcome) for outcome in outcomes(rules.action_default_blocks_triggers, workspace)] == kinds


@pytest.mark.parametrize("key", ["shared_teams", "Http", "DesktopFlow.Excel", "ctx_orders", "shared_parcelpigeon"])
def test_action_rules_do_nothing_on_what_has_no_action_control(key: str) -> None:
    blocks = ActionRules(ConnectorKey(key), Behaviour.BLOCK, (), AT)

    found = findings(rules.action_rules_without_effect, Workspace(policies=[policy()._replace(actions=(blocks,))]))

    assert [f.connectors for f in found] == [(key,)]


def test_action_rules_that_block_nothing_are_left_alone() -> None:
    allows = ActionRules(ConnectorKey("shared_teams"), Behaviour.ALLOW, (), AT)

    workspace = Workspace(policies=[policy()._replace(actions=(allows,))])
    assert findings(rules.action_rules_without_effect, workspace) == []


def test_a_retired_connector_may_stay_in_blocked() -> None:
    workspace = Workspace(policies=[policy(("shared_outlooktasks", DataGroup.BLOCKED))])

    assert findings(listing.retired_connector_listed, workspace) == []


def test_a_connector_that_a_flow_uses_is_known() -> None:
    listed = policy(("shared_brandnew", DataGroup.BUSINESS))

    workspace = Workspace(policies=[listed], components=[flow("shared_brandnew")])
    assert findings(listing.connector_id_unknown, workspace) == []


def test_the_same_connector_of_two_environments_is_not_listed_twice() -> None:
    entries = tuple(
        ClassifiedConnector(
            ConnectorKey("ctx_orders"), DataGroup.BUSINESS, AT, spelling="x", custom=True, environment=environment
        )
        for environment in ("e-hr", "e-test")
    )

    assert findings(listing.connector_listed_twice, Workspace(policies=[policy()._replace(classified=entries)])) == []


def test_two_policies_of_which_one_blocks_by_default_close_the_default_environment() -> None:
    workspace = Workspace(policies=[policy(), policy(name="Strict", default=DataGroup.BLOCKED)], environments=[DEFAULT])

    assert findings(coverage.default_group_open_in_default_environment, workspace) == []


@pytest.mark.parametrize(
    ("isolation", "kinds"),
    [
        pytest.param([TenantIsolation(AT, enabled=None, allowed=())], [CouldNotRun], id="the switch is cut off"),
        pytest.param([TenantIsolation(AT, enabled=False, allowed=None)], [Finding], id="off"),
        pytest.param([TenantIsolation(AT, enabled=True, allowed=())], [], id="on"),
        pytest.param(
            [TenantIsolation(AT, enabled=True, allowed=(AllowedTenant("*", inbound=True, outbound=False, at=AT),))],
            [Finding],
            id="on, and everybody is let in",
        ),
        pytest.param(
            [TenantIsolation(AT, enabled=True, allowed=(AllowedTenant("*", inbound=False, outbound=False, at=AT),))],
            [],
            id="an exception in no direction",
        ),
    ],
)
def test_tenant_isolation_is_on_and_for_everybody(
    isolation: list[TenantIsolation], kinds: list[type[Finding] | type[CouldNotRun]]
) -> None:
    workspace = Workspace(policies=[policy()], tenant_isolation=isolation)

    assert [type(outcome) for outcome in outcomes(tenant.tenant_isolation_off, workspace)] == kinds


def test_without_tenant_isolation_in_the_files_its_check_could_not_run() -> None:
    context = Context(Workspace(policies=[policy()]), Settings(), datetime.date(2026, 11, 21), CATALOGUE)

    assert [context.lacks(need) for need in tenant.tenant_isolation_off.needs] == [True]


@pytest.mark.parametrize(
    "check",
    [advanced.advanced_policy_connector, advanced.advanced_policy_action, advanced.connector_disabled_in_tenant],
    ids=lambda check: check.name,
)
def test_without_advanced_policies_and_settings_there_is_nothing_to_say(check: Check) -> None:
    assert outcomes(check, Workspace(components=[flow("shared_gmail")])) == []


# Laws

_KEYS = ("shared_sharepointonline", "shared_sql", "shared_dropbox", "shared_teams", "Http", "HttpWebhook", "PvaAuth")
_GROUPS = (DataGroup.BUSINESS, DataGroup.NON_BUSINESS, DataGroup.BLOCKED)
_policies = st.builds(
    lambda entries, default, scope, names, patterns: policy(*entries, default=default)._replace(
        scope=scope, environments=tuple(EnvironmentRef(name, AT) for name in sorted(names)), patterns=patterns
    ),
    st.lists(st.tuples(st.sampled_from(_KEYS), st.sampled_from(_GROUPS)), max_size=6),
    st.none() | st.sampled_from(_GROUPS),
    st.sampled_from(Scope),
    st.sets(st.sampled_from(("hr-production", "Contoso", "gone")), max_size=2),
    st.none() | st.sampled_from(_GROUPS).map(lambda group: (STAR[0]._replace(group=group),)),
)


@given(st.data(), st.lists(_policies, min_size=1, max_size=5))
def test_the_order_of_policies_changes_nothing_that_is_found_in_the_set(
    data: st.DataObject, some: list[DlpPolicy]
) -> None:
    # As read from files of their own: of the same name, some of them, but never in the same place.
    placed = [each._replace(id=str(number), name=f"P{number // 2}", at=AT / number) for number, each in enumerate(some)]

    assert _everything(data.draw(st.permutations(placed))) == _everything(placed)


def _everything(policies: list[DlpPolicy]) -> list[Finding | CouldNotRun]:
    workspace = Workspace(
        policies=policies, environments=[HR, TEST, DEFAULT], components=[flow("shared_gmail"), flow("shared_dropbox")]
    )
    checks = [check for check in pllint_checks() if check.id.startswith("DLP2")]
    return [outcome for check in checks for outcome in outcomes(check, workspace)]
