"""The inventory: rows of the schema, and a list for people."""

from pllint.catalogue import Catalogue
from pllint.cli.inventory import PremiumAnswer, inventory, listing
from pllint.finding import Skipped
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    DeclaredReference,
    StartsFrom,
    Step,
    Trigger,
    TriggerClass,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.inventory import Inventory, LicenceSku, ListedConnection, ListedResource
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, OpenPart, PolicyPart, Scope
from pllint.model.policy_ids import AgentParts
from pllint.model.solution import DeploymentSettings, Solution
from pllint.model.workspace import Workspace
from pllint.schema import violations
from pllint.source import Anchor, KeyPath, Source, Span


def _locate(_content: bytes, paths: object) -> list[Span]:
    assert isinstance(paths, list)
    return [Span(1, 1, 1, 2, "/" + "/".join(str(key) for key in path)) for path in paths]


_FLOW = Source("src/Notify.json", bytes, _locate)


def _at(*path: str, source: Source = _FLOW) -> Anchor:
    keys: KeyPath = path
    return Anchor(source, keys)


def _use(connector: str, *steps: str, custom: bool = False, stated_tier: str | None = None) -> ConnectorUse:
    return ConnectorUse(
        connector=ConnectorKey(connector),
        custom=custom,
        at=_at("actions"),
        steps=tuple(Step(name=step, type="OpenApiConnection", at=_at("actions", step)) for step in steps),
        stated_tier=stated_tier,
    )


_WORKSPACE = Workspace(
    solutions=(
        Solution(unique_name="Parcels", at=_at(source=Source("src/Solution.xml", bytes)), version="1.2", managed=False),
    ),
    components=(
        Component(
            kind=ComponentKind.CLOUD_FLOW,
            name="Notify \x1b[2J",
            id="5b8f",
            at=_at(),
            solution="Parcels",
            trigger=Trigger(
                name="Daily",
                type="Recurrence",
                kind=None,
                trigger_class=TriggerClass.SCHEDULED,
                starts_from=StartsFrom.TIMER,
                at=_at("triggers"),
            ),
            uses=(
                _use("shared_office365", "Send", "Send_again"),
                _use("ctx_parcels", "Track", custom=True),
                _use("shared_nobodyknows", stated_tier="Premium"),
                _use("shared_unlisted"),
            ),
            declared=(
                DeclaredReference(
                    "sql", ConnectorKey("shared_sql"), custom=False, logical_name=None, at=_at(), used=False
                ),
                DeclaredReference(
                    "mail", ConnectorKey("shared_office365"), custom=False, logical_name=None, at=_at(), used=False
                ),
            ),
            calls_flows=(Call(id="77", at=_at()),),
        ),
    ),
    custom_connectors=(
        CustomConnector(
            name=ConnectorKey("ctx_parcels"),
            display_name="Parcels",
            at=_at(source=Source("connectors/parcels.json", bytes)),
            host=Host(name="api.contoso.com"),
        ),
    ),
    policies=(
        DlpPolicy(
            id="p1",
            name="Tenant baseline",
            at=_at(source=Source("policies/tenant.json", bytes)),
            default=DataGroup.NON_BUSINESS,
            classified=(
                ClassifiedConnector(ConnectorKey("shared_sql"), DataGroup.BUSINESS, at=_at(), spelling="shared_sql"),
            ),
        ),
    ),
    environments=(Environment(name="hr-production", at=None, type=EnvironmentType.PRODUCTION, managed=True),),
    skipped=(Skipped("notes.json", "not a form pllint reads"),),
)


def _premium(_component: Component) -> PremiumAnswer:
    return PremiumAnswer("yes", ("custom-connector",))


def test_the_inventory_matches_its_schema() -> None:
    assert not violations("show", inventory(_WORKSPACE, _premium, Catalogue()))


def test_a_component_is_told_with_its_connectors() -> None:
    components = inventory(_WORKSPACE, _premium, Catalogue())["components"]

    assert components == [
        {
            "kind": "cloud-flow",
            "name": "Notify \x1b[2J",
            "id": "5b8f",
            "solution": "Parcels",
            "path": "src/Notify.json",
            "trigger": {"class": "scheduled", "type": "Recurrence", "starts-from": "timer"},
            "connectors": [
                {
                    "id": "shared_office365",
                    "custom": False,
                    "tier": "standard",
                    "steps": ["/actions/Send", "/actions/Send_again"],
                },
                {"id": "ctx_parcels", "custom": True, "tier": "premium", "steps": ["/actions/Track"]},
                {"id": "shared_nobodyknows", "custom": False, "tier": "premium", "steps": []},
                {"id": "shared_unlisted", "custom": False, "steps": []},
            ],
            "declared-not-used": ["shared_sql"],
            "premium": "yes",
            "premium-reasons": ["custom-connector"],
            "calls": {"flows": ["77"], "desktop-flows": []},
        }
    ]


def test_people_get_a_list() -> None:
    rows = inventory(_WORKSPACE, _premium, Catalogue())

    assert (
        "\n".join(listing(rows, 80, colour=False))
        == """\
Solutions (1)
  Parcels 1.2, unmanaged
    src/Solution.xml

Components (1)
  Notify \\x1b[2J (cloud flow of Parcels)
    src/Notify.json
    starts: scheduled from timer (Recurrence)
    connectors: shared_office365 (standard, 2 steps), ctx_parcels (custom
        premium, 1 step), shared_nobodyknows (premium), shared_unlisted (tier
        unknown)
    declared, not used: shared_sql
    premium: yes (custom connector)
    calls: 1 flow

Custom connectors (1)
  Parcels (ctx_parcels)
    connectors/parcels.json
    api.contoso.com, 0 operations, authentication none

Policies (1)
  Tenant baseline
    policies/tenant.json
    AllEnvironments; default group non-business; 1 connector
    open: URL patterns: not in the export

Environments (1)
  hr-production (production, managed)

Skipped (1)
  notes.json: not a form pllint reads
"""
    )


def test_a_policy_names_its_environments_and_what_is_open() -> None:
    policy = DlpPolicy(
        id="p2",
        name="HR",
        at=_at(source=Source("policies/hr.tf", bytes)),
        scope=Scope.ONLY,
        environments=(EnvironmentRef(name="e1", at=_at()), EnvironmentRef(name="e9", at=_at())),
        open_parts=(OpenPart(PolicyPart.BUSINESS, _at(), "computed by local.rest"),),
    )
    environment = Environment(name="hr-production", at=None, id="e1")
    workspace = Workspace(policies=(policy,), environments=(environment,))
    rows = inventory(workspace, _premium, Catalogue(), lambda _environment: ["HR"])
    told = "\n".join(listing(rows, 200, colour=False))

    assert not violations("show", rows)
    assert "OnlyEnvironments: hr-production, e9; default group not named" in told
    assert "open: Business connectors: computed by local.rest; URL patterns: not in the export" in told
    assert "policies: HR" in told


def test_a_custom_connector_is_told_with_its_host_in_each_environment() -> None:
    variable = "ctx_Host"
    host = Host(
        name="api.contoso.test",
        decided_by="environment-variable",
        variable=variable,
        text=f'@environmentVariables("{variable}")',
        values=(("ctx_host", "api.contoso.test"),),
    )
    connector = CustomConnector(name=ConnectorKey("ctx_parcels"), display_name="Parcels", at=_at(), host=host)
    settings = DeploymentSettings(
        at=_at(), stage="hr-production", variables=((variable, "parcels.contoso.com", _at()),)
    )
    workspace = Workspace(
        custom_connectors=(connector,),
        environments=(Environment(name="hr-production", at=None), Environment(name="hr-test", at=None)),
        deployment_settings=(settings,),
    )
    rows = inventory(workspace, _premium, Catalogue())

    assert not violations("show", rows)
    assert "in hr-production: parcels.contoso.com" in "\n".join(listing(rows, 100, colour=False))
    assert "in hr-test" not in "\n".join(listing(rows, 100, colour=False))


def test_what_inventories_list_and_advanced_policies_are_shown() -> None:
    listed = ListedResource(
        kind=ComponentKind.CANVAS_APP, name="Desk", at=_at(), environment="e1", connectors=(ConnectorKey("shared_sql"),)
    )
    connection = ListedConnection(connector=ConnectorKey("shared_sql"), name="c1", at=_at(), status="Connected")
    advanced = AdvancedPolicy(
        id="a1",
        name="Allow list",
        at=_at(),
        groups=("HR group",),
        allowed=(AllowedConnector(ConnectorKey("shared_sql"), _at()),),
        allowed_known=False,
    )
    workspace = Workspace(
        inventory=Inventory(resources=(listed,), connections=(connection,)),
        advanced_policies=(advanced,),
        environments=(Environment(name="hr-production", at=None, id="e1"),),
    )
    rows = inventory(workspace, _premium, Catalogue())
    told = "\n".join(listing(rows, 100, colour=False))

    assert not violations("show", rows)
    assert "Desk (canvas app in hr-production)" in told
    assert "c1 (shared_sql, Connected)" in told
    assert "HR group; 1 connector allowed; the files do not hold all of it" in told


def test_an_agent_is_told_with_its_parts() -> None:
    parts = AgentParts(
        authentication="none", channels=("demo_site",), knowledge=("public_website",), connected=("ctx_warehouse",)
    )
    agent = Component(kind=ComponentKind.AGENT, name="Helper", id="ctx_helper", at=_at(), agent=parts)
    rows = inventory(Workspace(components=(agent,)), _premium, Catalogue())
    told = [line.strip() for line in listing(rows, 100, colour=False)]

    assert not violations("show", rows)
    assert {
        "authentication: none",
        "channels: demo site",
        "knowledge: public website",
        "connected agents: ctx_warehouse",
    } <= set(told)


def test_an_empty_inventory_says_so() -> None:
    rows = inventory(Workspace(), _premium, Catalogue())

    assert list(listing(rows, 80, colour=False)) == ["Read nothing that pllint knows, and skipped nothing."]


def test_licence_products_are_shown_where_an_export_was_read() -> None:
    products = (
        LicenceSku(name="PARCEL_SUITE", at=_at(), purchased=3),
        LicenceSku(name="FLOW_FREE", at=_at(), plan="power-automate-free", known=True, purchased=10000, counts=False),
    )
    rows = inventory(Workspace(inventory=Inventory(skus=products)), _premium, Catalogue())

    assert not violations("show", rows)
    assert rows["licences"] == [
        {
            "name": "FLOW_FREE",
            "plan": "power-automate-free",
            "purchased": 10000,
            "counts": False,
            "path": "src/Notify.json",
        },
        {"name": "PARCEL_SUITE", "purchased": 3, "counts": True, "path": "src/Notify.json"},
    ]
    assert "PARCEL_SUITE (no plan that pllint knows)" in "\n".join(listing(rows, 100, colour=False))
