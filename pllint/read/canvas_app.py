"""Canvas apps, component libraries, custom pages and code apps: which connectors, tables and flows they use.

A solution keeps what an app is connected to beside the app, as JSON text in XML elements; a code app's own
`power.config.json` holds the same two maps as real JSON, and so do an app's document and a legacy package, each in its
own wrapping.
"""

from collections.abc import Iterable, Mapping

from pllint.finding import Finding, Related, Severity
from pllint.model.component import Call, Component, ComponentKind, ConnectorUse, DeclaredReference, Gap
from pllint.model.connector_id import ConnectorId, ConnectorKey, custom_name, custom_names, parse_connector_id
from pllint.model.solution import ConnectionReference
from pllint.read.document import Notes
from pllint.read.naming import bare_guid
from pllint.source import Anchor, Source
from pllint.text.node import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.read.app_document import AppDocument
    from pllint.read.solution import CanvasAppEntry
    from pllint.text.xml_text import Element

_CODE_APP = "4"
_FLOWS = "shared_logicflows"
_NATIVE_TABLE = "NativeCDSDataSourceInfo"
_CUSTOM_FLAGS = ("isCustomApiConnection", "isCustomApiSolutionAware", "isCustomApi")


def canvas_app(
    entry: "CanvasAppEntry", *, solution: str | None, references: Mapping[str, ConnectionReference], notes: Notes
) -> Component:
    """Read an app's element of a solution; `references` are the solution's, by logical name in lower case."""
    element, source = entry.element, entry.source
    connections = _Connections(references)
    connections.read(_json_of(element, source, "ConnectionReferences", notes))
    code_app = element.value("CanvasAppType") == _CODE_APP
    return connections.component(
        kind=ComponentKind.CODE_APP if code_app else ComponentKind.CANVAS_APP,
        name=element.value("DisplayName") or entry.name,
        id=entry.name,
        at=Anchor(source, (element.ordinal,)),
        solution=solution,
        databases=_json_of(element, source, "DatabaseReferences", notes),
    )


def code_app(
    node: Node, *, name: str, solution: str | None, references: Mapping[str, ConnectionReference]
) -> Component:
    """Read a code app's `power.config.json`; `name` is used when the file states none."""
    connections = _Connections(references)
    connections.read(node.get("connectionReferences"))
    stated = node.get("appDisplayName").text or name
    return connections.component(
        kind=ComponentKind.CODE_APP,
        name=stated,
        id=bare_guid(node.get("appId").text or "") or stated,
        at=node.at,
        solution=solution,
        databases=node.get("databaseReferences"),
    )


def document_app(
    document: "AppDocument",
    *,
    name: str,
    id: str,  # noqa: A002
    solution: str | None,
    references: Mapping[str, ConnectionReference],
) -> Component:
    """Read an app of which only the document is there; `name` and `id` are what its file or folder says."""
    connections = _Connections(references)
    connections.read(document.connections)
    connections.read_data_sources(document.data_sources)
    app = connections.component(
        kind=ComponentKind.CANVAS_APP,
        name=document.name or name,
        id=id,
        at=document.at,
        solution=solution,
        databases=document.databases,
    )
    if not document.complete:
        words = "has only its pages in the files, which do not say what it is connected to"
        return app._replace(gaps=(Gap(words=words, at=document.at),))
    return app


def package_app(
    node: Node,
    *,
    name: str,
    id: str,  # noqa: A002
    apis: Mapping[str, str],
    flows: Mapping[str, str],
    references: Mapping[str, ConnectionReference],
) -> Component:
    """Read the definition of an app in a legacy package, `appDefinitionTemplate.properties`.

    It names connectors and flows by resources of the package: `apis` and `flows` give the ids behind them.
    """
    connections = _Connections(references, apis, flows)
    connections.read(node["connectionReferences"])
    return connections.component(
        kind=ComponentKind.CANVAS_APP,
        name=node["displayName"].text or name,
        id=id,
        at=node.at,
        solution=None,
        databases=node["databaseReferences"],
    )


def disagreement(app: Component, document: Component) -> Finding | None:
    """Compare the connectors of an app's entry and of its document; hashes, prefixes and spelling aside."""
    entry_names, document_names = _compared(app), _compared(document)
    # Most documents leave their map empty and the connections to the solution; silence contradicts nothing.
    sides = [("its document", document_names, entry_names)]
    if document.declared or document.calls_flows:
        sides.insert(0, ("its entry in the solution", entry_names, document_names))
    only = [
        f"only {place} names {', '.join(sorted(one[name] for name in one.keys() - other.keys()))}"
        for place, one, other in sides
        if one.keys() - other.keys()
    ]
    if not only:
        return None
    return Finding(
        at=app.at,
        message=f"the app {app.name} is connected differently in two places: {', '.join(only)}",
        remedy="Publish the app and export the solution again, so that both say what will be deployed",
        check="SRC011",
        severity=Severity.WARNING,
        component=app.ref,
        related=(Related(message="its document", at=document.at),),
    )


def _compared(app: Component) -> dict[str, str]:
    return {custom_names(use.connector)[1] if use.custom else use.connector: use.connector for use in app.uses}


class _Connections:
    """What the map of connections says, gathered by connector."""

    def __init__(
        self,
        references: Mapping[str, ConnectionReference],
        apis: Mapping[str, str] | None = None,
        flows: Mapping[str, str] | None = None,
    ) -> None:
        self._references = references
        self._apis = apis or {}
        self._flow_ids = flows or {}
        self._native: Anchor | None = None
        self._uses: dict[str, ConnectorUse] = {}
        self._declared: list[DeclaredReference] = []
        self._calls: list[Call] = []
        self._tables: dict[str, str] = {}

    def read(self, connections: Node) -> None:
        """Take in the map."""
        for label, entry in connections.items():
            # A document wraps what a solution writes bare, and has an id of its own around it.
            wrapped = entry["connectionRef"]
            inner = wrapped if wrapped.is_mapping else entry
            spelling = inner.get("id").text or ""
            spelling = self._apis.get(spelling.lower(), spelling)
            parsed = parse_connector_id(spelling) if spelling else None
            if parsed and parsed.key == _FLOWS:
                self._take_flow(inner)
            elif not entry.get("dataSources").value and entry.get("dependents").value:
                # It belongs to a flow that the app calls, and is counted there.
                continue
            else:
                self._take_connection(label, inner, spelling)

    def read_data_sources(self, data_sources: Iterable[Node]) -> None:
        """Take in a document's list of data sources, for what its map of connections leaves out."""
        for source in data_sources:
            spelling = source["ApiId"].text or ""
            # The ApiId of a Dataverse table is a path to the table.
            if spelling.lower().startswith("/providers/"):
                parsed = parse_connector_id(spelling)
                if parsed and parsed.key != _FLOWS and not self._knows(parsed):
                    self._uses[parsed.key] = ConnectorUse(
                        connector=parsed.key, custom=parsed.custom, at=source.at, spelling=spelling
                    )
            elif source["Type"].text == _NATIVE_TABLE:
                self._native = self._native or source.at
                self._take_table(source["Name"].text, source["LogicalName"].text)

    def _knows(self, parsed: ConnectorId) -> bool:
        if not parsed.custom:
            return parsed.key in self._uses
        short = custom_names(parsed.key)[1]
        return any(use.custom and custom_names(use.connector)[1] == short for use in self._uses.values())

    def component(
        self,
        *,
        kind: ComponentKind,
        name: str,
        id: str,  # noqa: A002
        at: Anchor,
        solution: str | None,
        databases: Node,
    ) -> Component:
        """Give the app."""
        for _, database in databases.items():  # noqa: PERF102 - a node has items alone
            for label, table in database.get("dataSources").items():
                self._take_table(label, table.get("logicalName").text)
        return Component(
            kind=kind,
            name=name,
            id=id,
            at=at,
            solution=solution,
            uses=tuple(self._uses.values()),
            declared=tuple(self._declared),
            calls_flows=tuple(self._calls),
            dataverse_at=next(
                (entry.at for _, entry in databases.items() if entry.get("dataSources").value), self._native
            ),
            tables=tuple(self._tables.items()),
        )

    def _take_table(self, name: str | None, logical_name: str | None) -> None:
        if name and logical_name:
            self._tables.setdefault(name, logical_name)

    def _take_flow(self, entry: Node) -> None:
        for hint in ("workflowEntityId", "workflowName"):
            for hints in ("parameterHints", "parameterHintsV2"):
                flow = entry.get(hints).get(hint)
                flow_id = flow.get("value").text if flow.is_mapping else flow.text
                if flow_id:
                    called = bare_guid(flow_id)
                    self._calls.append(Call(id=self._flow_ids.get(called, called), at=entry.at))
                    return

    def _take_connection(self, label: str, entry: Node, spelling: str) -> None:
        parsed = parse_connector_id(spelling) if spelling else None
        logical_name = entry.get("xrmConnectionReferenceLogicalName").text or None
        reference = self._references.get(logical_name.lower()) if logical_name else None
        custom_logical_name = entry.get("customApiLogicalName").text or None
        key: ConnectorKey | None = None
        custom = bool(custom_logical_name) or any(entry.get(flag).flag for flag in _CUSTOM_FLAGS)
        if parsed:
            custom = custom or parsed.custom
            key = custom_name(custom_logical_name or parsed.key) if custom else parsed.key
        elif reference:
            key, custom = reference.connector, reference.custom
        declared = DeclaredReference(
            label=label,
            connector=key,
            custom=custom,
            logical_name=logical_name,
            at=entry.at,
            used=key is not None,
            connection=entry.get("sharedConnectionId").text or None,
        )
        self._declared.append(declared)
        if key is None:
            return
        gateway = bool(entry.get("isOnPremiseConnection").flag)
        known = self._uses.get(key)
        if known:
            self._uses[key] = known._replace(
                gateway=known.gateway or gateway, reference=known.reference or logical_name
            )
            return
        self._uses[key] = ConnectorUse(
            connector=key,
            custom=custom,
            at=entry.at,
            reference=logical_name,
            custom_guid=reference.custom_guid if reference else None,
            spelling=spelling,
            gateway=gateway,
            stated_tier=entry.get("apiTier").text or None,
            display_name=entry.get("displayName").text or None,
        )


def _json_of(element: "Element", source: Source, tag: str, notes: Notes) -> Node:
    """Read the JSON text that a child element holds; its keys follow the child's ordinal in anchors."""
    from pllint.text import json_text
    from pllint.text.problem import MalformedError

    child = element.child(tag)
    text = element.value(tag)
    if child is None or not text:
        return Node(None, Anchor(source, (element.ordinal,)))
    at = Anchor(source, (child.ordinal,))
    try:
        value, _ = json_text.parse(text.encode(), notes.limits)
    except MalformedError as error:
        message = f"{tag} of the app is not JSON: {error.problem.message}"
        notes.find("SRC001", at, message, "Export the solution again")
        return Node(None, at)
    return Node(value, at)
