"""Custom connectors, defined in the repository or only used by it."""

import re

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple
from pllint.source import Anchor

_ADDRESS = r"^(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#@\s]+)([^?#]*)"


class Host(NamedTuple):
    """Where a custom connector sends its calls."""

    name: str | None
    """None: decided at run time (a connection parameter, an unresolved environment variable)."""
    base_path: str = ""
    scheme: str = "https"
    at: Anchor | None = None
    decided_by: str = "host"
    """host, policy-template or environment-variable."""
    variable: str | None = None
    """The environment variable it is written with, whose value each stage may set."""

    def where(self, value: str) -> "Host":
        """Give the host of a stage that sets the environment variable to a value; no name when that is no address."""
        match = re.match(_ADDRESS, value.strip())
        if match is None:
            return self._replace(name=None)
        path = match[3].rstrip("/")
        return self._replace(
            name=match[2],
            scheme=(match[1] or self.scheme).lower(),
            base_path=f"{path}{self.base_path}" if path else self.base_path,
        )


class Operation(NamedTuple):
    """One operation of a definition."""

    id: str
    method: str
    path: str
    at: Anchor
    trigger: bool = False
    deprecated: bool = False
    agentic_protocol: str | None = None
    """`x-ms-agentic-protocol`, which makes the operation an MCP server."""


class CustomConnector(NamedTuple):
    """A custom connector's definition."""

    name: ConnectorKey
    """Logical or definition name without environment hash."""
    display_name: str
    at: Anchor
    solution: str | None = None
    connector_guid: str | None = None
    """`Connector/connectorid` of a solution, lower case."""
    connector_id: str | None = None
    """The id `settings.json` names, with its hashes."""
    host: Host = Host(name=None)
    operations: tuple[Operation, ...] = ()
    authentication: str = "none"
    """In the manifest's words: none, api-key, basic, oauth2, entra-id, windows, certificate, other."""
    gateway: bool = False
    script: bool = False
    definition_at: Anchor | None = None
    properties_at: Anchor | None = None
