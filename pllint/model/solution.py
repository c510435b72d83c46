"""Solutions and what they hold besides components."""

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple
from pllint.source import Anchor


class ConnectionReference(NamedTuple):
    """A connection reference of a solution."""

    logical_name: str
    at: Anchor
    display_name: str | None = None
    connector: ConnectorKey | None = None
    custom: bool = False
    custom_guid: str | None = None
    spelling: str = ""


class EnvironmentVariable(NamedTuple):
    """An environment variable definition with what the solution says of its value."""

    schema_name: str
    at: Anchor
    type: str | None = None
    default: str | None = None
    value: str | None = None
    value_at: Anchor | None = None


class RootComponent(NamedTuple):
    """A line of the manifest's component list."""

    type: str
    at: Anchor
    id: str | None = None
    schema_name: str | None = None


class MissingDependency(NamedTuple):
    """What the export says it needs from elsewhere."""

    required_type: str
    required: str
    dependent: str
    at: Anchor
    required_solution: str | None = None


class Solution(NamedTuple):
    """One solution."""

    unique_name: str
    at: Anchor
    display_name: str | None = None
    version: str | None = None
    managed: bool | None = None
    """None: unpacked for both (`Managed` 2)."""
    publisher: str | None = None
    prefix: str | None = None
    connection_references: tuple[ConnectionReference, ...] = ()
    environment_variables: tuple[EnvironmentVariable, ...] = ()
    root_components: tuple[RootComponent, ...] = ()
    missing_dependencies: tuple[MissingDependency, ...] = ()
    form: str = "zip"
    """zip, unpacked, exploded or yaml."""


class DeploymentSettings(NamedTuple):
    """Values for one stage: environment variables and connection references."""

    at: Anchor
    stage: str | None
    """The stage its file name speaks of, such as `test`."""
    variables: tuple[tuple[str, str, Anchor], ...] = ()
    references: tuple[tuple[str, str, Anchor], ...] = ()
    """(logical name, connector id as written, place)."""
