"""Solutions and what they hold besides components."""

from pllint.model.component import Secret, SecretKind
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
    secret: SecretKind | None = None
    """A secret stands in clear in the default or the value, which are then not kept."""
    secret_at: Anchor | None = None


class PackageFile(NamedTuple):
    """A file that something names and the solution does not hold, or the other way round."""

    name: str
    """As it is stated, or relative to the solution."""
    at: Anchor
    """What names it; else the file itself."""
    holder: str = ""
    """The component it belongs to."""
    binary: bool = False
    """A picture or an app's package, which unpacked sources often leave out or hold as source instead."""


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
    missing_files: tuple[PackageFile, ...] = ()
    """Flow definitions, parts of connectors and app packages that the solution names and does not hold."""
    unlisted_files: tuple[PackageFile, ...] = ()
    """Files in the folders of flows, apps and connectors that nothing names."""
    held: frozenset[str] | None = None
    """Ids and names, lower case, of the processes, apps and connectors it holds; None when no list of them was read."""
    unread: tuple[str, ...] = ()
    """Kinds of component it holds whose use of connections is not read, such as `agents`."""

    @property
    def archived(self) -> bool:
        """Tell whether it is a solution zip: what a build gives or a release keeps, not what people edit.

        Sources that somebody zipped with the rest of a project are sources still.
        """
        _, inside, name = self.at.source.path.rpartition("!")
        return bool(inside) and "/" not in name and self.form != "unpacked"

    @property
    def folder(self) -> str:
        """Give what the path of each of its files starts with; empty for a solution at the project's root."""
        path = self.at.source.path
        folder = path[: max(path.rfind("/"), path.rfind("!")) + 1]
        if self.form != "unpacked":
            return folder
        trimmed = folder.rstrip("/")
        return trimmed[: max(trimmed.rfind("/"), trimmed.rfind("!")) + 1]


class EarlierSolution(NamedTuple):
    """A solution of today as it was at the revision that a run compares with."""

    at: Anchor
    """The place of the solution of today."""
    version: str | None
    revision: str
    changed: tuple[str, ...] = ()
    """Files it is packed of that say something else, came or went since, by their names inside it."""


class DeploymentSettings(NamedTuple):
    """Values for one stage: environment variables and connection references."""

    at: Anchor
    stage: str | None
    """The stage its file name speaks of, such as `test`."""
    variables: tuple[tuple[str, str, Anchor], ...] = ()
    references: tuple[tuple[str, str, Anchor], ...] = ()
    """(logical name, connector id as written, place)."""
    connections: tuple[tuple[str, str], ...] = ()
    """(logical name, connection id as written): empty when none was filled in."""
    template: bool = False
    """Its name says that each stage's file is copied from it."""
    secrets: tuple[Secret, ...] = ()
    """Values that are secrets; their text is not kept."""
