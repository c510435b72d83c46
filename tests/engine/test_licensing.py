"""What makes a component premium, what would cover it, and whose licence it runs on."""

import datetime

import pytest

from pllint.catalogue import Catalogue
from pllint.catalogue.plans import Plans
from pllint.engine.licensing import Licensing, fitting_plans, premium
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    DeclaredReference,
    Gap,
    StartsFrom,
    Step,
    Trigger,
    TriggerClass,
    Unresolved,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import (
    AppRecord,
    DeclaredEnvironment,
    FlowPeople,
    FlowRecord,
    Governance,
    Guests,
    LicenceRecord,
    Name,
    Population,
)
from pllint.model.workspace import Workspace
from pllint.source import Anchor, Source

AT = Anchor(Source("here", bytes))
CATALOGUE = Catalogue()


def use(connector: str, *, custom: bool = False, gateway: bool = False, tier: str | None = None) -> ConnectorUse:
    steps = (Step(name="Step", type="OpenApiConnection", at=AT),)
    return ConnectorUse(
        connector=ConnectorKey(connector), custom=custom, at=AT, steps=steps, gateway=gateway, stated_tier=tier
    )


def ai_builder_use() -> ConnectorUse:
    step = Step(name="Predict", type="OpenApiConnection", at=AT, ai_builder=True)
    return ConnectorUse(connector=ConnectorKey("shared_commondataserviceforapps"), custom=False, at=AT, steps=(step,))


def trigger(starts_from: StartsFrom, trigger_class: TriggerClass = TriggerClass.AUTOMATED) -> Trigger:
    return Trigger(name="T", type="Any", kind=None, trigger_class=trigger_class, starts_from=starts_from, at=AT)


def flow(*uses: ConnectorUse, starts_from: StartsFrom = StartsFrom.TIMER, name: str = "Tell depot") -> Component:
    instant = {StartsFrom.BUTTON, StartsFrom.SELECTED_ITEM, StartsFrom.POWER_APPS, StartsFrom.PARENT_FLOW}
    return Component(
        kind=ComponentKind.CLOUD_FLOW,
        name=name,
        id=name.lower(),
        at=AT,
        uses=uses,
        trigger=trigger(starts_from, TriggerClass.INSTANT if starts_from in instant else TriggerClass.SCHEDULED),
    )


def app(*uses: ConnectorUse, calls: tuple[Component, ...] = ()) -> Component:
    return Component(
        kind=ComponentKind.CANVAS_APP,
        name="Parcel desk",
        id="parcel desk",
        at=AT,
        uses=uses,
        calls_flows=tuple(Call(id=called.id, at=AT) for called in calls),
    )


DECLARED = DeclaredReference(
    label="shared_sql_1", connector=ConnectorKey("shared_sql"), custom=False, logical_name=None, at=AT, used=False
)


@pytest.mark.parametrize(
    ("component", "verdict", "words"),
    [
        pytest.param(flow(use("Http")), "yes", ["http"], id="HTTP alone"),
        pytest.param(flow(use("HttpWebhook")), "yes", ["http"], id="HTTP webhook"),
        pytest.param(flow(use("HttpRequestReceived")), "yes", ["http"], id="started by an HTTP request"),
        pytest.param(flow(use("shared_webcontents")), "yes", ["http"], id="HTTP with Entra ID"),
        pytest.param(flow(use("shared_webcontentsv2")), "yes", ["http"], id="HTTP with Entra ID, the newer"),
        pytest.param(flow(use("TeamsWebhookRequestReceived")), "no", [], id="started by a Teams webhook"),
        pytest.param(flow(use("shared_sharepointonline")), "no", [], id="SharePoint alone"),
        pytest.param(flow(), "no", [], id="no connector at all"),
        pytest.param(flow(use("shared_office365"), use("shared_sql")), "yes", ["premium-connector"], id="SQL Server"),
        pytest.param(
            flow(use("shared_sharepointonline"))._replace(declared=(DECLARED,)), "no", [], id="SQL declared, not used"
        ),
        pytest.param(flow(use("ctx_parcel", custom=True)), "yes", ["custom-connector"], id="a custom connector"),
        pytest.param(
            flow(use("ctx_parcel", custom=True, tier="Standard")),
            "yes",
            ["custom-connector"],
            id="a custom connector whose file says standard",
        ),
        pytest.param(flow(use("shared_sharepointonline", gateway=True)), "yes", ["gateway"], id="the gateway"),
        pytest.param(flow(use("shared_commondataserviceforapps")), "yes", ["dataverse"], id="Dataverse"),
        pytest.param(flow(use("shared_commondataservice")), "yes", ["dataverse"], id="Dataverse, the older"),
        pytest.param(flow(ai_builder_use())._replace(ai_builder=True), "no", [], id="AI Builder in a flow"),
        pytest.param(
            flow(ai_builder_use(), use("shared_teams"))._replace(ai_builder=True), "no", [], id="AI Builder and Teams"
        ),
        pytest.param(app(ai_builder_use())._replace(ai_builder=True), "yes", ["ai-builder"], id="AI Builder in an app"),
        pytest.param(app()._replace(dataverse_at=AT), "yes", ["dataverse"], id="an app's own Dataverse tables"),
        pytest.param(app()._replace(premium_controls=(AT,)), "yes", ["premium-control"], id="a code component"),
        pytest.param(
            app()._replace(kind=ComponentKind.MODEL_DRIVEN_APP), "yes", ["model-driven"], id="a model-driven app"
        ),
        pytest.param(app()._replace(kind=ComponentKind.CODE_APP), "yes", ["code-app"], id="a code app"),
        pytest.param(
            flow()._replace(kind=ComponentKind.BUSINESS_PROCESS_FLOW, trigger=None),
            "yes",
            ["business-process-flow"],
            id="a business process flow",
        ),
        pytest.param(
            flow(use("shared_uiflow"))._replace(calls_desktop_flows=(Call(id="1", at=AT),)),
            "yes",
            ["desktop-flow"],
            id="a desktop flow, called",
        ),
        pytest.param(flow(use("shared_nobodyknows")), "unknown", [], id="a connector no list has"),
        pytest.param(
            flow(use("shared_nobodyknows"), use("Http")), "yes", ["http"], id="an unknown connector beside HTTP"
        ),
        pytest.param(
            flow(use("shared_nobodyknows", tier="Premium")),
            "yes",
            ["premium-connector"],
            id="a connector no list has, whose file says premium",
        ),
        pytest.param(flow(use("shared_nobodyknows", tier="NotSpecified")), "unknown", [], id="whose file says nothing"),
        pytest.param(
            flow(use("shared_sharepointonline", tier="Premium")), "no", [], id="the catalogue before the file"
        ),
        pytest.param(
            flow()._replace(unresolved=(Unresolved(step=Step(name="S", type="X", at=AT), key="gone"),)),
            "unknown",
            [],
            id="a step whose connector nothing tells",
        ),
        pytest.param(
            app()._replace(kind=ComponentKind.AGENT, uses=(use("PvaMicrosoftTeams"), use("CSKnowledgeDocs"))),
            "no",
            [],
            id="an agent's channels and knowledge",
        ),
        pytest.param(
            flow(use("DesktopFlow.Excel"))._replace(kind=ComponentKind.DESKTOP_FLOW, trigger=None),
            "no",
            [],
            id="a desktop flow's modules",
        ),
    ],
)
def test_what_a_component_uses_decides(component: Component, verdict: str, words: list[str]) -> None:
    found = premium(component, CATALOGUE)

    assert (found.verdict, [reason.word for reason in found.reasons]) == (verdict, words)


def test_what_is_not_read_in_full_is_not_called_free() -> None:
    pages = Component(
        kind=ComponentKind.CANVAS_APP, name="Desk", id="desk", at=AT, gaps=(Gap(words="has gaps", at=AT),)
    )

    assert premium(pages, CATALOGUE).verdict == "unknown"
    assert premium(pages._replace(uses=(use("shared_sql"),)), CATALOGUE).verdict == "yes"


def test_an_unknown_connector_is_named() -> None:
    assert premium(flow(use("shared_nobodyknows"), use("Http")), CATALOGUE).unknown == ("shared_nobodyknows",)


@pytest.mark.parametrize(
    ("called", "verdict", "words"),
    [
        pytest.param(flow(use("Http"), starts_from=StartsFrom.POWER_APPS), "yes", ["premium-flow"], id="premium"),
        pytest.param(flow(use("shared_teams"), starts_from=StartsFrom.POWER_APPS), "no", [], id="standard"),
        pytest.param(flow(use("Http"), starts_from=StartsFrom.TIMER), "no", [], id="premium, starting by itself"),
        pytest.param(
            flow(ai_builder_use(), starts_from=StartsFrom.POWER_APPS)._replace(ai_builder=True),
            "yes",
            ["ai-builder"],
            id="with AI Builder",
        ),
        pytest.param(
            flow(use("shared_nobodyknows"), starts_from=StartsFrom.POWER_APPS), "unknown", [], id="of unknown tier"
        ),
    ],
)
def test_a_flow_that_an_app_starts_decides_too(called: Component, verdict: str, words: list[str]) -> None:
    found = premium(app(use("shared_sharepointonline"), calls=(called,)), CATALOGUE, calls=(called,))

    assert (found.verdict, [reason.word for reason in found.reasons]) == (verdict, words)


def test_an_app_that_starts_a_flow_nobody_read_is_open() -> None:
    found = premium(app(calls=(flow(),)), CATALOGUE, calls=())

    assert (found.verdict, found.unread_flows) == ("unknown", ("tell depot",))


def environment(kind: EnvironmentType = EnvironmentType.PRODUCTION, *, managed: bool = False) -> Environment:
    return Environment(name="depot", at=AT, type=kind, managed=managed)


@pytest.mark.parametrize(
    ("environments", "verdict", "words"),
    [
        pytest.param((environment(EnvironmentType.TEAMS),), "no", [], id="in Teams it is included"),
        pytest.param(
            (environment(EnvironmentType.TEAMS), environment()), "yes", ["dataverse"], id="not if it goes elsewhere too"
        ),
    ],
)
def test_dataverse_in_teams(environments: tuple[Environment, ...], verdict: str, words: list[str]) -> None:
    found = premium(app()._replace(dataverse_at=AT), CATALOGUE, environments=environments)

    assert (found.verdict, [reason.word for reason in found.reasons]) == (verdict, words)


@pytest.mark.parametrize(
    ("component", "verdict", "words"),
    [
        pytest.param(flow(use("shared_teams")), "no", ["managed-environment"], id="a standard flow stays standard"),
        pytest.param(flow(use("Http")), "yes", ["http"], id="another reason stands alone"),
    ],
)
def test_a_managed_environment_is_a_reason_where_there_is_no_other(
    component: Component, verdict: str, words: list[str]
) -> None:
    found = premium(component, CATALOGUE, environments=(environment(managed=True),))

    assert (found.verdict, [reason.word for reason in found.reasons]) == (verdict, words)


@pytest.mark.parametrize(
    ("connector", "as_of", "created", "verdict"),
    [
        pytest.param("shared_sql", "2019-09-30", None, "no", id="before the change"),
        pytest.param("shared_sql", "2019-10-01", None, "yes", id="from the change on"),
        pytest.param("shared_azureblob", "2024-09-30", "2019-09-30", "no", id="made before it, while exempt"),
        pytest.param("shared_azureblob", "2024-10-01", "2019-09-30", "yes", id="made before it, no longer exempt"),
        pytest.param("shared_sql", "2024-09-30", "2019-10-01", "yes", id="made on the day"),
        pytest.param("shared_salesforce", "2019-09-30", None, "yes", id="another connector"),
    ],
)
def test_sql_azure_and_dynamics_were_standard_once(
    connector: str, as_of: str, created: str | None, verdict: str
) -> None:
    assert premium(flow(use(connector)), CATALOGUE, as_of=as_of, created=created).verdict == verdict


@pytest.mark.parametrize(
    ("of_app", "of_flow", "verdict"),
    [
        pytest.param("2022-05-01", "2019-09-30", "no", id="an old flow in a new app"),
        pytest.param("2019-09-30", "2022-05-01", "yes", id="a new flow in an old app"),
        pytest.param("2019-09-30", None, "yes", id="a flow of unknown age in an old app"),
    ],
)
def test_a_flow_that_an_app_starts_is_as_old_as_it_is_itself(of_app: str, of_flow: str | None, verdict: str) -> None:
    called = flow(use("shared_sql"), starts_from=StartsFrom.POWER_APPS)
    starter = app(calls=(called,))
    governance = Governance(
        at=AT,
        apps=(AppRecord(name=starter.name, at=AT, created=of_app),),
        flows=(FlowRecord(name=called.name, at=AT, created=of_flow),),
    )
    answers = licensing(governance, starter, called, as_of=datetime.date(2023, 1, 1))

    assert answers.premium(starter).verdict == verdict


@pytest.mark.parametrize(
    ("component", "first", "never"),
    [
        pytest.param(app(use("Http")), "power-apps-premium", "power-automate-premium", id="an app"),
        pytest.param(flow(use("Http")), "power-automate-premium", "power-apps-premium", id="a scheduled flow"),
        pytest.param(
            flow(use("Http"), starts_from=StartsFrom.POWER_APPS),
            "power-apps-premium",
            "power-automate-premium",
            id="a flow that an app starts",
        ),
        pytest.param(
            flow(use("Http"), starts_from=StartsFrom.AGENT), "copilot-studio", "power-automate-process", id="an agent's"
        ),
    ],
)
def test_the_plans_that_fit(component: Component, first: str, never: str) -> None:
    plans = fitting_plans(component, premium(component, CATALOGUE), Plans().groups("2026-11-21"))

    assert plans[0] == first
    assert never not in plans


def test_a_standard_component_needs_no_plan() -> None:
    component = flow(use("shared_teams"))

    assert fitting_plans(component, premium(component, CATALOGUE), Plans().groups("2026-11-21")) == ()


def licensing(
    governance: Governance,
    *components: Component,
    targets: tuple[Environment, ...] = (),
    as_of: datetime.date = datetime.date(2026, 11, 21),
) -> Licensing:
    workspace = Workspace(components=components, governance=governance)
    return Licensing(workspace, CATALOGUE, as_of, lambda _: targets)


HTTP_FLOW = flow(use("Http"))
HTTP_BUTTON = flow(use("Http"), starts_from=StartsFrom.BUTTON)
HTTP_CHILD = flow(use("Http"), starts_from=StartsFrom.PARENT_FLOW)
SQL_APP = app(use("shared_sql"))
RECORD = FlowRecord(name="Tell depot", at=AT)
DESK = AppRecord(name="Parcel desk", at=AT, shared_with=(Name("Drivers", AT),))


def held(plan: str, count: int = 9) -> Population:
    return Population(name="drivers", at=AT, people=9, holds=((plan, count),))


@pytest.mark.parametrize(
    ("component", "governance"),
    [
        pytest.param(HTTP_FLOW, Governance(at=AT), id="no licence record at all"),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT, licences=(LicenceRecord(plan="power-apps-premium", at=AT, purchased=50),)),
            id="a plan for apps only",
        ),
        pytest.param(
            HTTP_FLOW, Governance(at=AT, flows=(RECORD._replace(licence="none"),)), id="a flow said to have no licence"
        ),
        pytest.param(SQL_APP, Governance(at=AT, apps=(DESK,)), id="an app whose population nobody counted"),
        pytest.param(
            SQL_APP,
            Governance(at=AT, apps=(DESK,), populations=(held("microsoft-365"),)),
            id="an app whose people hold Microsoft 365",
        ),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT, licences=(LicenceRecord(plan="power-automate-trail", at=AT),)),
            id="a plan nobody knows",
        ),
    ],
)
def test_a_component_that_no_licence_record_fits_is_uncounted(component: Component, governance: Governance) -> None:
    assert licensing(governance, component).uncounted(component) is not None


@pytest.mark.parametrize(
    ("component", "governance"),
    [
        pytest.param(flow(use("shared_teams")), Governance(at=AT), id="a standard flow"),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT, licences=(LicenceRecord(plan="power-automate-process", at=AT, purchased=0),)),
            id="a record that says 0",
        ),
        pytest.param(
            SQL_APP,
            Governance(at=AT, licences=(LicenceRecord(plan="POWERAPPS_PER_USER", at=AT),)),
            id="a record under its stock-keeping name",
        ),
        pytest.param(
            SQL_APP,
            Governance(at=AT, licences=(LicenceRecord(plan="Run unlimited apps", at=AT),)),
            id="a record under an earlier name",
        ),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT, licences=(LicenceRecord(plan="power-automate-trial", at=AT),)),
            id="a trial",
        ),
        pytest.param(
            HTTP_FLOW, Governance(at=AT, flows=(RECORD._replace(licence="process"),)), id="a flow's own licence"
        ),
        pytest.param(
            SQL_APP,
            Governance(at=AT, apps=(DESK,), populations=(held("power-apps-premium"),)),
            id="an app whose people are known to hold a plan",
        ),
        pytest.param(
            SQL_APP,
            Governance(
                at=AT,
                apps=(DESK,),
                populations=(Population(name="drivers", at=AT, guests=Guests(at=AT, home="unknown")),),
            ),
            id="an app for guests whose home licence is open",
        ),
        pytest.param(flow(use("Http"), starts_from=StartsFrom.POWER_PAGES), Governance(at=AT), id="a website's flow"),
        pytest.param(HTTP_CHILD, Governance(at=AT), id="a child flow that nothing calls"),
        pytest.param(
            app()._replace(kind=ComponentKind.AGENT, uses=(use("shared_sql"),)), Governance(at=AT), id="an agent"
        ),
    ],
)
def test_a_component_that_needs_none_or_has_a_record_is_not(component: Component, governance: Governance) -> None:
    assert licensing(governance, component).uncounted(component) is None


@pytest.mark.parametrize(
    ("component", "governance", "people", "groups"),
    [
        pytest.param(HTTP_FLOW, Governance(at=AT), 1, (), id="a scheduled flow runs on its owner's"),
        pytest.param(HTTP_BUTTON, Governance(at=AT), None, (), id="a button flow on those of people nobody named"),
        pytest.param(
            HTTP_BUTTON,
            Governance(
                at=AT,
                flows=(RECORD._replace(people=(FlowPeople(at=AT, who=Name("drivers", AT), role="runs"),)),),
                populations=(Population(name="drivers", at=AT, people=40),),
            ),
            40,
            (("drivers", 40),),
            id="a button flow on its runners'",
        ),
        pytest.param(
            SQL_APP,
            Governance(at=AT, apps=(DESK,), populations=(Population(name="drivers", at=AT, people=40),)),
            40,
            (("Drivers", 40),),
            id="an app on those of everybody it is shared with",
        ),
        pytest.param(
            SQL_APP, Governance(at=AT, apps=(DESK._replace(people=55),)), 55, (("Drivers", None),), id="a stated number"
        ),
    ],
)
def test_whose_licence_it_runs_on(
    component: Component, governance: Governance, people: int | None, groups: tuple[tuple[str, int | None], ...]
) -> None:
    uncounted = licensing(governance, component).uncounted(component)

    assert uncounted is not None
    assert (uncounted.need.people, uncounted.need.groups) == (people, groups)


METERED = Governance(at=AT, environments=(DeclaredEnvironment(name="depot", at=AT, pay_as_you_go=True),))
DEVELOPER = environment(EnvironmentType.DEVELOPER)


@pytest.mark.parametrize(
    ("component", "governance", "target", "is_uncounted"),
    [
        pytest.param(HTTP_FLOW, METERED, environment(), False, id="metered by use"),
        pytest.param(HTTP_FLOW, Governance(at=AT), DEVELOPER, False, id="in a developer environment"),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT, flows=(RECORD._replace(purpose="use"),)),
            DEVELOPER,
            True,
            id="in use from a developer environment",
        ),
        pytest.param(
            SQL_APP,
            Governance(at=AT, apps=(DESK._replace(purpose="test"),)),
            DEVELOPER,
            False,
            id="tested in a developer environment",
        ),
        pytest.param(
            HTTP_FLOW,
            Governance(at=AT),
            environment(EnvironmentType.DEVELOPER, managed=True),
            True,
            id="in a managed developer environment",
        ),
    ],
)
def test_where_it_goes_decides_too(
    component: Component,
    governance: Governance,
    target: Environment,
    is_uncounted: bool,  # noqa: FBT001 - a table's column
) -> None:
    found = licensing(governance, component, targets=(target,)).uncounted(component)

    assert (found is not None) is is_uncounted


def test_a_flow_that_an_app_of_the_source_starts_is_left_to_the_app() -> None:
    started = flow(use("Http"), starts_from=StartsFrom.POWER_APPS)
    starter = app(calls=(started,))
    answers = licensing(Governance(at=AT), started, starter)

    assert answers.uncounted(started) is None
    assert answers.uncounted(starter) is not None


@pytest.mark.parametrize(
    ("licence", "is_uncounted"), [pytest.param(None, True, id="none"), pytest.param("process", False, id="Process")]
)
def test_a_child_flow_runs_on_its_parents_licence(licence: str | None, is_uncounted: bool) -> None:  # noqa: FBT001 - a table's column
    parent = flow(name="Parent")._replace(calls_flows=(Call(id=HTTP_CHILD.id, at=AT),))
    governance = Governance(at=AT, flows=(FlowRecord(name="Parent", at=AT, licence=licence),))

    found = licensing(governance, HTTP_CHILD, parent).uncounted(HTTP_CHILD)

    assert (found is not None) is is_uncounted


@pytest.mark.parametrize(
    ("app_uses", "is_uncounted"),
    [pytest.param("Http", False, id="with data in common"), pytest.param("shared_teams", True, id="with none")],
)
def test_an_apps_plan_covers_a_flow_linked_to_it(app_uses: str, is_uncounted: bool) -> None:  # noqa: FBT001 - a table's column
    desk = app(use(app_uses))
    governance = Governance(
        at=AT,
        flows=(RECORD._replace(app=Name("Parcel desk", AT)),),
        licences=(LicenceRecord(plan="power-apps-per-app", at=AT, purchased=9),),
    )

    assert (licensing(governance, HTTP_FLOW, desk).uncounted(HTTP_FLOW) is not None) is is_uncounted
