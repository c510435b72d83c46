"""Advanced connector policies and tenant connector settings: the controls beside data policies."""

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import EnvironmentRef
from pllint.record import NamedTuple
from pllint.source import Anchor


class AllowedConnector(NamedTuple):
    """A connector on the allow list of an advanced connector policy."""

    connector: ConnectorKey
    at: Anchor
    operations: tuple[str, ...] | None = None
    """None: all of them."""


class AdvancedPolicy(NamedTuple):
    """An advanced connector policy: a strict allow list of certified connectors for environments or their groups."""

    id: str
    name: str
    at: Anchor
    environments: tuple[EnvironmentRef, ...] = ()
    groups: tuple[str, ...] = ()
    """Environment groups, by id or name."""
    allowed: tuple[AllowedConnector, ...] = ()
    only: bool = False
    """Data policies are ignored where this policy is in force."""
    targets_known: bool = True
    """False when the files do not say all the environments and groups it is assigned to."""
    allowed_known: bool = True
    """False when the allow list may hold more than what is written."""


class ConnectorSetting(NamedTuple):
    """A tenant-wide connector setting of a sovereign cloud."""

    connector: ConnectorKey
    denied: bool
    at: Anchor
