"""How a connector of the manifest is found in the source: by definition file, id, logical name or display name."""

from collections.abc import Sequence

from pllint.model.component import ConnectorUse
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import CustomConnector
from pllint.model.governance import ConnectorRecord
from pllint.model.workspace import Workspace


class ConnectorNames:
    """The names under which a connector of the manifest may appear in the source."""

    def __init__(self, written: Sequence[str], definitions: Sequence[CustomConnector]) -> None:
        self.definitions = tuple(definitions)
        self._plain = {name.strip().lower() for name in written}
        self._full = self._plain | {custom_names(name)[0] for name in written}
        for definition in definitions:
            self._full |= {custom_names(definition.name)[0], definition.display_name.strip().lower()}

    @property
    def words(self) -> frozenset[str]:
        """Give every name of it, lower case and without escapes."""
        return frozenset(self._full)

    @property
    def definition(self) -> CustomConnector | None:
        """Give the first definition of the connector, if the source has one."""
        return self.definitions[0] if self.definitions else None

    def mean(self, key: str, *, custom: bool, display_name: str | None = None) -> bool:
        """Tell whether a connector of the source is this one."""
        if not custom:
            return key.lower() in self._plain
        return not self._full.isdisjoint(custom_names(key)) or (display_name or "").strip().lower() in self._full

    def mean_use(self, use: ConnectorUse, workspace: Workspace) -> bool:
        """Tell whether a component's use of a connector is one of this connector."""
        if self.mean(use.connector, custom=use.custom, display_name=use.display_name):
            return True
        return use.custom and any(workspace.definition_of(use) is definition for definition in self.definitions)


class Definitions:
    """The definitions of a workspace, each found by its files or its display name."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._by_word: dict[tuple[str, str], list[CustomConnector]] = {}
        for connector in workspace.custom_connectors:
            files = {at.source.path for at in (connector.at, connector.definition_at, connector.properties_at) if at}
            words = [("path", path) for path in files]
            for word in (*words, ("title", connector.display_name.strip().lower())):
                self._by_word.setdefault(word, []).append(connector)

    def names(self, name: str, record: ConnectorRecord | None) -> ConnectorNames:
        """Give the names of a connector that the manifest calls so, with what it registers of it."""
        written = [name, *([record.name, record.id] if record else [])]
        return ConnectorNames([one for one in written if one], self._of(name, record))

    def _of(self, name: str, record: ConnectorRecord | None) -> tuple[CustomConnector, ...]:
        paths = {path for path in (record.definition, record.id) if path} if record else set()
        words = [*(("path", path) for path in sorted(paths)), ("title", name.strip().lower())]
        found = {id(one): one for word in words for one in self._by_word.get(word, ())}
        if found:
            return tuple(found.values())
        connector = self._workspace.custom_connector((record.id if record else None) or name)
        return (connector,) if connector else ()
