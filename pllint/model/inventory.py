"""What exports prove: apps, flows and connectors that exist, who shares them, licences bought and given out.

Everything here was written by the platform, so where the manifest says something else, the manifest is wrong or old.
Days are ISO text.
"""

from enum import StrEnum

from pllint.model.component import ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple
from pllint.source import Anchor


class PrincipalKind(StrEnum):
    """Who something is shared with."""

    USER = "user"
    GROUP = "group"
    TENANT = "tenant"
    """Everyone in the organisation."""
    SERVICE_PRINCIPAL = "service-principal"
    OTHER = "other"


class Person(NamedTuple):
    """A person as an export names one; at least one of the names is there."""

    id: str | None = None
    """The object id, lower case."""
    email: str | None = None
    name: str | None = None
    kind: PrincipalKind = PrincipalKind.USER

    @property
    def shown(self) -> str:
        """Give the name that tells most."""
        return self.email or self.name or self.id or ""


class ListedResource(NamedTuple):
    """An app, a flow or an agent that exists in an environment."""

    kind: ComponentKind
    name: str
    at: Anchor
    id: str | None = None
    """GUID or logical name."""
    aliases: tuple[str, ...] = ()
    """Every other id it goes by, lower case, such as the workflow id of a flow in a solution."""
    environment: str | None = None
    """As the export names it: an id, else a display name."""
    owner: Person | None = None
    created: str | None = None
    modified: str | None = None
    state: str | None = None
    shared_users: int | None = None
    """People it is shared with one by one; members of groups are not among them."""
    shared_groups: int | None = None
    """A group of 4,000 counts as one."""
    shared_with_everyone: bool | None = None
    quarantined: bool | None = None
    connectors: tuple[ConnectorKey, ...] = ()
    premium: bool | None = None
    """What the platform makes of it; None where the export does not say."""


class RoleAssignment(NamedTuple):
    """One share of an app or a flow."""

    resource: str
    """The id of the app or flow, lower case."""
    role: str
    principal: Person
    at: Anchor
    environment: str | None = None


class ListedConnector(NamedTuple):
    """A connector that an inventory lists; mostly an environment's own custom connectors."""

    connector: ConnectorKey
    at: Anchor
    display_name: str | None = None
    custom: bool = False
    tier: str | None = None
    environment: str | None = None
    owner: Person | None = None
    created: str | None = None


class ListedConnection(NamedTuple):
    """A connection that exists in an environment."""

    connector: ConnectorKey
    name: str
    at: Anchor
    display_name: str | None = None
    environment: str | None = None
    owner: Person | None = None
    status: str | None = None


class LicenceSku(NamedTuple):
    """One product that a licence export lists."""

    name: str
    """The stock-keeping name, else the name that the export shows, else the id."""
    at: Anchor
    id: str | None = None
    """The skuId, lower case."""
    plan: str | None = None
    """The id of the licence plan; None: pllint knows no plan of this name."""
    known: bool = False
    """pllint knows the product, though it may be no plan."""
    purchased: int | None = None
    """Enabled, and those in their grace period."""
    assigned: int | None = None
    counts: bool = True
    """False: free and viral products, whose thousands of units nobody bought."""
    as_of: str | None = None
    """The day of the export, where the settings or the file's name tell it."""


class Currency(NamedTuple):
    """Units of a capacity the tenant bought, as the platform's currency report counts them."""

    kind: str
    """AppPass, PowerAutomatePerProcess, MCSMessages…, as the platform spells them."""
    at: Anchor
    purchased: int | None = None
    allocated: int | None = None
    environment: str | None = None
    """None: the tenant as a whole."""
    as_of: str | None = None


class BillingPolicy(NamedTuple):
    """A pay-as-you-go plan."""

    id: str
    at: Anchor
    name: str | None = None
    enabled: bool | None = None


class BillingMember(NamedTuple):
    """An environment linked to a pay-as-you-go plan."""

    policy: str
    environment: str
    at: Anchor


class Capacity(NamedTuple):
    """Storage of the tenant, in megabytes."""

    kind: str
    """Database, File, Log, FinOpsDatabase…, as the platform spells them."""
    at: Anchor
    total_mb: float | None = None
    used_mb: float | None = None
    as_of: str | None = None


class Inventory(NamedTuple):
    """Everything that exports list, each thing once."""

    resources: tuple[ListedResource, ...] = ()
    roles: tuple[RoleAssignment, ...] = ()
    connectors: tuple[ListedConnector, ...] = ()
    connections: tuple[ListedConnection, ...] = ()
    skus: tuple[LicenceSku, ...] = ()
    currencies: tuple[Currency, ...] = ()
    billing_policies: tuple[BillingPolicy, ...] = ()
    billing_members: tuple[BillingMember, ...] = ()
    capacities: tuple[Capacity, ...] = ()
