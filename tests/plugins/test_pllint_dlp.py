"""What the pages of the data policy checks do not show: where connectors go, and questions that stay open."""

import datetime
import re

import pytest

from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.finding import CouldNotRun, Finding, Severity
from pllint.model.component import Call, Component, ComponentKind, ConnectorUse, Endpoint, Step
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.governance import ConnectorRecord, Governance, Name
from pllint.model.policy import (
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    Scope,
    UrlPattern,
)
from pllint.model.workspace import Workspace
from pllint.settings import Settings, Target
from pllint.source import Anchor, Source
from pllint_dlp import coverage, custom_connectors, http, pllint_checks, verdicts

POLICY_AT = Anchor(Source("policies/tenant.json", bytes))
FLOW_AT = Anchor(Source("Workflows/Notify.json", bytes))
CONNECTOR_AT = Anchor(Source("connectors/orders/apiDefinition.swagger.json", bytes))
HR = Environment(name="hr-production", at=None, type=EnvironmentType.PRODUCTION)
FINANCE = Environment(name="finance", at=None, type=EnvironmentType.PRODUCTION)
DEFAULT = Environment(name="Contoso", at=None, type=EnvironmentType.DEFAULT)
IGNORE = (UrlPattern(order=1, pattern="*", group=DataGroup.IGNORE, at=POLICY_AT),)
OPEN = DlpPolicy(id="T", name="Tenant", at=POLICY_AT, classified=(), patterns=IGNORE)
ORDERS = CustomConnector(
    name=ConnectorKey("ctx_orders"), display_name="Orders", at=CONNECTOR_AT, host=Host(name="orders.contoso.test")
)
USE = ConnectorUse(connector=ORDERS.name, custom=True, at=FLOW_AT / "List")


def outcomes(check: Check, workspace: Workspace, settings: Settings | None = None) -> list[Finding | CouldNotRun]:
    context = Context(workspace, settings or Settings(), datetime.date(2026, 11, 21), Catalogue())
    return [outcome for element in workspace.elements(check.on) for outcome in check.judge(element, context)]


def places(check: Check, workspace: Workspace, settings: Settings | None = None) -> list[str | None]:
    return [o.environment for o in outcomes(check, workspace, settings) if isinstance(o, Finding)]


def flow(*uses: ConnectorUse, name: str = "Notify", solution: str | None = None) -> Component:
    return Component(kind=ComponentKind.CLOUD_FLOW, name=name, id=name, at=FLOW_AT, uses=uses, solution=solution)


def to(solution: str, *environments: str) -> Settings:
    return Settings(targets=(Target(solution=solution, environments=environments),))


def test_checks_are_listed_by_id() -> None:
    ids = [check.id for check in pllint_checks()]

    assert ids == sorted(ids)


def test_a_custom_connector_goes_where_the_components_that_use_it_go() -> None:
    workspace = Workspace(
        custom_connectors=[ORDERS._replace(solution="Orders")],
        components=[flow(USE, solution="Expense")],
        policies=[OPEN],
        environments=[HR, FINANCE],
    )
    settings = Settings(
        targets=(
            Target(solution="Expense", environments=("hr-production",)),
            Target(solution="Orders", environments=("finance",)),
        )
    )

    assert places(custom_connectors.unclassified_custom_connector, workspace, settings) == ["hr-production"]


def test_a_data_group_conflict_points_at_the_lines_of_the_policy_that_put_its_connectors_apart() -> None:
    business, other = ConnectorKey("shared_sharepointonline"), ConnectorKey("shared_office365")
    policy = OPEN._replace(
        classified=(
            ClassifiedConnector(
                connector=business, group=DataGroup.BUSINESS, at=POLICY_AT / "Business", spelling="SharePoint"
            ),
            ClassifiedConnector(
                connector=other, group=DataGroup.NON_BUSINESS, at=POLICY_AT / "Other", spelling="Outlook"
            ),
        )
    )
    uses = [ConnectorUse(connector=key, custom=False, at=FLOW_AT / key) for key in (business, other)]
    workspace = Workspace(components=[flow(*uses, solution="Expense")], policies=[policy], environments=[HR])
    [conflict] = [check for check in pllint_checks() if check.id == "DLP102"]

    [found] = outcomes(conflict, workspace, to("Expense", "hr-production"))

    assert isinstance(found, Finding)
    assert [place.at for place in found.related] == [POLICY_AT / "Business", POLICY_AT / "Other"]


def test_a_custom_connector_nobody_uses_goes_where_its_record_says() -> None:
    record = ConnectorRecord(
        name="Order lookup", at=CONNECTOR_AT, id="ctx_orders", environments=(Name(text="Finance", at=CONNECTOR_AT),)
    )
    workspace = Workspace(
        custom_connectors=[ORDERS],
        policies=[OPEN],
        environments=[HR, FINANCE],
        governance=Governance(at=CONNECTOR_AT, connectors=(record,)),
    )

    assert places(custom_connectors.unclassified_custom_connector, workspace) == ["finance"]


def test_a_custom_connector_without_a_record_goes_where_its_solution_goes() -> None:
    workspace = Workspace(
        custom_connectors=[ORDERS._replace(solution="Orders")], policies=[OPEN], environments=[HR, FINANCE]
    )

    assert places(custom_connectors.unclassified_custom_connector, workspace, to("Orders", "finance")) == ["finance"]


def test_a_custom_connector_nothing_is_known_of_goes_everywhere() -> None:
    workspace = Workspace(custom_connectors=[ORDERS], policies=[OPEN], environments=[HR])

    found = places(custom_connectors.unclassified_custom_connector, workspace)

    assert found == ["hr-production", "any other environment"]


def test_a_connector_as_source_and_in_a_solution_is_one_connector() -> None:
    source = ORDERS._replace(name=ConnectorKey("orders"))
    copy = ORDERS._replace(host=Host(name=None), solution="Orders")
    catching = OPEN._replace(patterns=(UrlPattern(1, "https://orders.contoso.test*", DataGroup.BUSINESS, POLICY_AT),))
    workspace = Workspace(custom_connectors=[copy, source], policies=[catching], environments=[HR])

    assert outcomes(custom_connectors.unclassified_custom_connector, workspace) == []


def test_a_connector_that_is_only_used_is_reported_at_the_step() -> None:
    workspace = Workspace(components=[flow(USE, solution="Expense")], policies=[OPEN], environments=[HR])

    found = outcomes(custom_connectors.unclassified_custom_connector, workspace, to("Expense", "hr-production"))

    assert [o.at for o in found if isinstance(o, Finding)] == [USE.at]


@pytest.mark.parametrize(
    "check", [custom_connectors.unclassified_custom_connector, custom_connectors.custom_connector_caught_by_default]
)
def test_a_host_nobody_knows_leaves_the_question_open(check: Check) -> None:
    patterns = (UrlPattern(1, "https://a.test*", DataGroup.BUSINESS, POLICY_AT), IGNORE[0]._replace(order=2))
    workspace = Workspace(
        components=[flow(USE, solution="Expense")], policies=[OPEN._replace(patterns=patterns)], environments=[HR]
    )

    found = outcomes(check, workspace, to("Expense", "hr-production"))

    assert [type(outcome) for outcome in found] == [CouldNotRun]


@pytest.mark.parametrize(
    ("group", "severity"),
    [
        (DataGroup.BUSINESS, Severity.WARNING),
        (DataGroup.NON_BUSINESS, Severity.INFO),
        (DataGroup.BLOCKED, Severity.INFO),
    ],
)
def test_being_caught_is_graded_by_the_group(group: DataGroup, severity: Severity) -> None:
    patterns = (IGNORE[0]._replace(group=group),)
    workspace = Workspace(
        custom_connectors=[ORDERS._replace(solution="Orders")], policies=[OPEN._replace(patterns=patterns)]
    )

    found = outcomes(custom_connectors.custom_connector_caught_by_default, workspace, to("Orders", "hr-production"))

    assert [o.severity for o in found if isinstance(o, Finding)] == [severity]


def test_a_tenant_wide_block_is_not_said_to_be_lifted_by_a_name() -> None:
    patterns = (IGNORE[0]._replace(group=DataGroup.BLOCKED),)
    workspace = Workspace(custom_connectors=[ORDERS], policies=[OPEN._replace(patterns=patterns)], environments=[HR])

    found = outcomes(custom_connectors.custom_connector_caught_by_default, workspace)

    assert all("does not lift that block" in o.remedy for o in found)


@pytest.mark.parametrize(
    "check", [http.http_enabled_in_default_environment, coverage.default_environment_uncovered], ids=lambda c: c.name
)
def test_without_a_known_default_environment_its_checks_could_not_run(check: Check) -> None:
    workspace = Workspace(policies=[OPEN], environments=[HR])

    assert [type(outcome) for outcome in outcomes(check, workspace)] == [CouldNotRun]


def _http(group: DataGroup, *more: tuple[str, DataGroup]) -> DlpPolicy:
    rest = [(key, group) for key in ("Http", "HttpWebhook", "HttpRequestReceived")]
    entries = {**dict(rest), **dict(more)}
    return OPEN._replace(
        classified=tuple(
            ClassifiedConnector(connector=ConnectorKey(key), group=where, at=POLICY_AT / key, spelling=key)
            for key, where in entries.items()
        )
    )


@pytest.mark.parametrize(
    ("policies", "severity"),
    [
        pytest.param([_http(DataGroup.NON_BUSINESS)], Severity.WARNING, id="Non-Business"),
        pytest.param([_http(DataGroup.BUSINESS)], Severity.ERROR, id="Business"),
        pytest.param([_http(DataGroup.BLOCKED, ("Http", DataGroup.NON_BUSINESS))], Severity.WARNING, id="one left"),
        pytest.param([_http(DataGroup.NON_BUSINESS), _http(DataGroup.BLOCKED)], None, id="blocked by another policy"),
        pytest.param(
            [OPEN._replace(scope=Scope.ONLY, environments=(EnvironmentRef("finance", POLICY_AT),))],
            Severity.ERROR,
            id="no policy reaches it",
        ),
    ],
)
def test_http_in_the_default_environment_is_graded_by_its_effect(
    policies: list[DlpPolicy], severity: Severity | None
) -> None:
    found = outcomes(
        http.http_enabled_in_default_environment, Workspace(policies=policies, environments=[DEFAULT, FINANCE])
    )

    assert [o.severity for o in found if isinstance(o, Finding)] == ([severity] if severity else [])


def test_http_in_a_policy_without_groups_could_not_be_judged() -> None:
    workspace = Workspace(policies=[OPEN._replace(classified=None)], environments=[DEFAULT])

    found = outcomes(http.http_enabled_in_default_environment, workspace)

    assert [type(outcome) for outcome in found] == [CouldNotRun]


@pytest.mark.parametrize(
    "check",
    [coverage.default_environment_uncovered, coverage.shared_environment_uncovered, coverage.custom_connectors_open],
    ids=lambda c: c.name,
)
def test_a_policy_whose_environments_are_filled_in_elsewhere_leaves_coverage_open(check: Check) -> None:
    elsewhere = OPEN._replace(scope=Scope.ONLY, environments_known=False)
    workspace = Workspace(policies=[elsewhere], environments=[DEFAULT, FINANCE])

    assert {type(outcome) for outcome in outcomes(check, workspace)} == {CouldNotRun}


def test_a_connector_of_a_called_flow_is_reported_at_the_flow_that_calls() -> None:
    gmail = ConnectorUse(connector=ConnectorKey("shared_gmail"), custom=False, at=FLOW_AT / "Mail")
    call = Call(id="child", at=FLOW_AT / "Call")
    parent = flow(name="parent")._replace(at=FLOW_AT / "parent", calls_flows=(call,))
    blocking = OPEN._replace(default=DataGroup.BLOCKED)
    workspace = Workspace(components=[parent, flow(gmail, name="child")], policies=[blocking], environments=[])

    found = [o for o in outcomes(verdicts.blocked_connector, workspace) if isinstance(o, Finding)]

    assert [(o.component.name, o.at) for o in found if o.component] == [("parent", parent.at), ("child", gmail.at)]


def test_an_address_is_shown_without_its_query_and_credentials() -> None:
    value = "https://someone:secret@files.example.test/upload?sig=secret"
    step = Step(name="Send", type="Http", at=FLOW_AT, endpoint=Endpoint(value=value, at=FLOW_AT / "uri"))
    use = ConnectorUse(connector=ConnectorKey("Http"), custom=False, at=FLOW_AT, steps=(step,))
    rule = EndpointRule(order=1, endpoint="*", behaviour=Behaviour.DENY, at=POLICY_AT)
    denying = OPEN._replace(endpoints=(EndpointRules(ConnectorKey("Http"), (rule,), POLICY_AT),))

    found = outcomes(verdicts.denied_endpoint, Workspace(components=[flow(use)], policies=[denying]))

    assert [
        ("secret" in o.message, "files.example.test/upload" in o.message) for o in found if isinstance(o, Finding)
    ] == [(False, True)]


def test_kinds_that_no_document_puts_under_data_policies_are_not_judged() -> None:
    gmail = ConnectorUse(connector=ConnectorKey("shared_gmail"), custom=False, at=FLOW_AT)
    app = flow(gmail)._replace(kind=ComponentKind.MODEL_DRIVEN_APP)

    workspace = Workspace(components=[app], policies=[OPEN._replace(default=DataGroup.BLOCKED)])

    assert outcomes(verdicts.blocked_connector, workspace) == []


@pytest.mark.parametrize(
    "host",
    [
        Host(name="orders.contoso.test"),
        Host(name="orders.contoso.test", base_path="/v1"),
        Host(name="Orders.Contoso.test:8443", base_path="/"),
        Host(name="orders.contoso.test", scheme="http"),
    ],
)
@pytest.mark.parametrize(
    ("check", "groups"),
    [
        (custom_connectors.unclassified_custom_connector, {"*": DataGroup.IGNORE}),
        (
            custom_connectors.unclassified_custom_connector,
            {"*orders*": DataGroup.IGNORE, "*": DataGroup.BLOCKED},
        ),
        (custom_connectors.custom_connector_caught_by_default, {"*": DataGroup.BUSINESS}),
    ],
)
def test_the_url_patterns_of_a_remedy_end_the_finding(check: Check, groups: dict[str, DataGroup], host: Host) -> None:
    listed = tuple(
        UrlPattern(order=place, pattern=text, group=group, at=POLICY_AT)
        for place, (text, group) in enumerate(groups.items(), 10)
    )
    policy = OPEN._replace(patterns=listed)
    connector = ORDERS._replace(host=host)

    def found(judged: DlpPolicy) -> list[Finding]:
        workspace = Workspace(custom_connectors=[connector], policies=[judged], environments=[HR])
        return [one for one in outcomes(check, workspace) if isinstance(one, Finding)]

    remedies = [one.remedy for one in found(policy)]
    proposed = re.findall(r"https?://\S+", remedies[0])
    added = tuple(
        UrlPattern(order=place, pattern=text, group=DataGroup.BUSINESS, at=POLICY_AT)
        for place, text in enumerate(proposed)
    )

    assert len(added) == 2
    assert found(policy._replace(patterns=(*added, *listed))) == []
