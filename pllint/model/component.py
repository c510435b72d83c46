"""Apps, flows and agents, and what they use."""

from __future__ import annotations

from enum import StrEnum

from pllint.finding import ComponentRef
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.model.connector_id import ConnectorKey
    from pllint.model.policy_ids import AgentParts
    from pllint.source import Anchor


class ComponentKind(StrEnum):
    """What kind of component it is."""

    CLOUD_FLOW = "cloud-flow"
    DESKTOP_FLOW = "desktop-flow"
    CANVAS_APP = "canvas-app"
    MODEL_DRIVEN_APP = "model-driven-app"
    CODE_APP = "code-app"
    AGENT = "agent"
    BUSINESS_PROCESS_FLOW = "business-process-flow"


APPS = frozenset({ComponentKind.CANVAS_APP, ComponentKind.MODEL_DRIVEN_APP, ComponentKind.CODE_APP})


class TriggerClass(StrEnum):
    """How a cloud flow starts, as licensing speaks of it; a flow called over HTTP is automated too."""

    AUTOMATED = "automated"
    SCHEDULED = "scheduled"
    INSTANT = "instant"


class StartsFrom(StrEnum):
    """What starts a cloud flow."""

    CONNECTOR = "connector"
    TIMER = "timer"
    HTTP_REQUEST = "http-request"
    BUTTON = "button"
    SELECTED_ITEM = "selected-item"
    POWER_APPS = "power-apps"
    AGENT = "agent"
    POWER_PAGES = "power-pages"
    PARENT_FLOW = "parent-flow"
    TEAMS_WEBHOOK = "teams-webhook"


class SecretKind(StrEnum):
    """What kind of secret a text is."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind, as in the lines below
    KEY = "key"
    TOKEN = "token"  # noqa: S105
    SIGNATURE = "signature"
    CLIENT_SECRET = "client secret"  # noqa: S105
    CERTIFICATE = "certificate"


class Secret(NamedTuple):
    """A secret written into a definition: its kind and its place, never its value."""

    kind: SecretKind
    at: Anchor
    holder: str
    """The step that holds it, or the parameter of the definition."""
    authentication: bool = False
    """It stands in the authentication of an HTTP step."""


class LiteralKind(StrEnum):
    """What an address or id that belongs to one stage names."""

    SITE = "site address"
    ORGANISATION = "organisation address"
    TENANT = "tenant"
    ENVIRONMENT = "environment"


class StageLiteral(NamedTuple):
    """An address or id of one stage that is written into a step."""

    kind: LiteralKind
    value: str
    """Lower case; of a site its address without what follows."""
    at: Anchor
    step: str


class Exposure(NamedTuple):
    """A step that handles a secret and leaves it readable in the run history."""

    step: str
    at: Anchor
    inputs: bool
    """Its inputs show the secret."""
    outputs: bool
    """Its outputs do."""


class Trigger(NamedTuple):
    """The trigger of a cloud flow."""

    name: str
    type: str
    kind: str | None
    trigger_class: TriggerClass | None
    """None: a type the platform's documentation does not name."""
    starts_from: StartsFrom | None
    at: Anchor
    authentication: str | None = None
    """Who may call a request trigger: `All`, `Tenant` or `User`; None: an older flow, which does not say."""


class Evidence(StrEnum):
    """What tells which connector a step uses, the strongest first."""

    CONNECTION_REFERENCE = "connection-reference"
    """The solution's connection reference that the flow's map names."""
    API_NAME = "api-name"
    """`api.name` in the flow's map."""
    MAP_ID = "map-id"
    """`id` in the map of a legacy package."""
    API_ID = "api-id"
    """The step's own `apiId`."""
    RUNTIME_URL = "runtime-url"
    """The step's own `runtimeUrl`."""
    LABEL = "label"
    """Only the label under which the step looks up its connection."""
    STEP_TYPE = "step-type"
    """A built-in: the type of the step says it."""


class Endpoint(NamedTuple):
    """The address a step reaches: a literal, or None for one that is computed at run time.

    Endpoint rules of a policy judge literals only, so an address held in an environment variable has no `value`; what
    the variable is known to hold stands in `resolved`.
    """

    value: str | None
    at: Anchor
    resolved: str | None = None
    """The whole address, environment variables filled in with their current or default value; None if not known."""
    prefix: str = ""
    """What is known of the address before its first computed part: `https://graph.microsoft.com/v1.0/users/`."""
    variables: tuple[str, ...] = ()
    """Schema names of the environment variables it holds."""


class Step(NamedTuple):
    """A trigger or an action that uses a connector."""

    name: str
    type: str
    at: Anchor
    trigger: bool = False
    operation: str | None = None
    endpoint: Endpoint | None = None
    ai_builder: bool = False
    request: str | None = None
    """Method and path (`get /v2/items`) of a step of the older kind, which may name no operation."""
    label: str | None = None
    """The label under which it looks up its connection in the flow's map."""
    undeclared: bool = False
    """The flow's map has no entry under that label."""
    evidence: Evidence | None = None
    """None: no rule resolves its connector."""
    contested: tuple[str, ...] = ()
    """The connectors its sources name, when they contradict one another."""


class ConnectorUse(NamedTuple):
    """One connector a component really uses, with every step that uses it."""

    connector: ConnectorKey
    """The catalogue's key; of a custom connector its name without hashes; `unknown` steps are not listed here."""
    custom: bool
    at: Anchor
    """The first step, or the data source."""
    steps: tuple[Step, ...] = ()
    reference: str | None = None
    """The connection reference's logical name."""
    custom_guid: str | None = None
    spelling: str = ""
    """The id as the file writes it, hashes and all."""
    gateway: bool = False
    stated_tier: str | None = None
    """`apiTier` as the file states it: a tie-breaker for connectors the catalogue lacks."""
    display_name: str | None = None
    """The name the file gives the connector."""
    contested: bool = False
    """The sources of one step name different connectors."""


class Unresolved(NamedTuple):
    """A connector step whose connector no rule resolves."""

    step: Step
    key: str


class DeclaredReference(NamedTuple):
    """A connection reference a flow or app declares, used or not."""

    label: str
    connector: ConnectorKey | None
    custom: bool
    logical_name: str | None
    at: Anchor
    used: bool
    runs_as: str | None = None
    """embedded: the flow's own connection; invoker: that of whoever runs it."""
    connection: str | None = None
    """The name of a connection bound directly, without a connection reference."""


class Call(NamedTuple):
    """A call of another automation, by its id."""

    id: str
    """WorkflowId, lower case, no braces."""
    at: Anchor
    mode: str | None = None
    """Of a desktop flow: attended or unattended."""


class TableWrite(NamedTuple):
    """A write to a table of Dataverse."""

    table: str | None
    """Its logical name or that of its entity set, as the file has it; None: computed at run time."""
    action: str
    """create, update or delete."""
    at: Anchor
    """The step of a flow, or the call in a formula of an app."""


class Gap(NamedTuple):
    """Something the files do not tell of a component."""

    words: str
    """Follow its name: `has no script in the files, so its modules are not known`."""
    at: Anchor
    decides: bool = True
    """What it uses is not all known, so no verdict on it is final."""


class Component(NamedTuple):
    """An app, a flow or an agent."""

    kind: ComponentKind
    name: str
    """Display name, else the name its file gives it."""
    id: str
    """GUID (lower case, no braces), logical or unique name; else the file's name."""
    at: Anchor
    solution: str | None = None
    trigger: Trigger | None = None
    uses: tuple[ConnectorUse, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    declared: tuple[DeclaredReference, ...] = ()
    calls_flows: tuple[Call, ...] = ()
    calls_desktop_flows: tuple[Call, ...] = ()
    ai_builder: bool = False
    dataverse_at: Anchor | None = None
    """A native Dataverse data source of an app."""
    premium_controls: tuple[Anchor, ...] = ()
    """Code components of an app that declare external service use."""
    state: str | None = None
    """on, off or suspended."""
    gaps: tuple[Gap, ...] = ()
    agent: AgentParts | None = None
    """What an agent is made of besides its connectors; its `uses` hold the policy ids of these too."""
    secrets: tuple[Secret, ...] = ()
    literals: tuple[StageLiteral, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    """Native Dataverse tables of an app: what its formulas call each, and its logical name."""
    table_writes: tuple[TableWrite, ...] = ()
    """What it is seen to write to Dataverse; nobody claims that it is all."""

    @property
    def ref(self) -> ComponentRef:
        """Name this component in a report."""
        return ComponentRef(kind=self.kind, name=self.name, id=self.id, solution=self.solution)
