"""Custom connectors, defined in the repository or only used by it."""

import re
from collections.abc import Mapping

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple
from pllint.source import Anchor

# Compiled where they are met: few runs meet a host with variables.
_ADDRESS = r"^(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s]*)([^?#]*)"
_VARIABLE = r"(?i:@\{?environmentVariables\(\s*[\"']([^\"']+)[\"']\s*\)\}?)"


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

    text: str = ""
    """The address as it is written, with its environment variables."""
    own_path: str = ""
    """The base path that the definition adds to it."""
    values: tuple[tuple[str, str], ...] = ()
    """What the project says of the variables: current values and defaults, names in lower case."""

    def where(self, values: Mapping[str, str | None]) -> "Host":
        """Give the host where a stage sets environment variables, by name in lower case, to these values.

        A variable set to None has several values there. A host that cannot be worked out has no name.
        """
        known = {**dict(self.values), **values}
        text = self.text or f'@environmentVariables("{self.variable}")'
        full = re.sub(_VARIABLE, lambda found: known.get(found[1].lower()) or found[0], text).strip()
        match = re.match(_ADDRESS, full)
        # What an "@" begins is an expression that only the platform works out.
        if match is None or not match[2] or "@" in match[2]:
            return self._replace(name=None, base_path=self.own_path)
        path = match[3].rstrip("/")
        scheme = (match[1] or self.scheme).lower()
        return self._replace(name=match[2], scheme=scheme, base_path=f"{path}{self.own_path}")


def variables_in(text: str) -> tuple[str, ...]:
    """Give the environment variables that a text is written with."""
    return tuple(re.findall(_VARIABLE, text))


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
    family: str | None = None
    """`x-ms-api-annotation`: operations of one family are revisions of each other."""
    revision: int | None = None


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
