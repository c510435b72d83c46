"""Canvas apps, component libraries, custom pages and code apps: which connectors, tables and flows they use.

A solution keeps what an app is connected to beside the app, as JSON text in XML elements; a code app's own
`power.config.json` holds the same two maps as real JSON.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pllint.model.component import Call, Component, ComponentKind, ConnectorUse, DeclaredReference
from pllint.model.connector_id import ConnectorKey, custom_name, parse_connector_id
from pllint.model.solution import ConnectionReference
from pllint.read.cloud_flow import bare_guid
from pllint.read.document import Notes
from pllint.source import Anchor, Source
from pllint.text.node import Node

if TYPE_CHECKING:
    from pllint.read.solution import CanvasAppEntry
    from pllint.text.xml_text import Element

_CODE_APP = "4"
_FLOWS = "shared_logicflows"
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


class _Connections:
    """What the map of connections says, gathered by connector."""

    def __init__(self, references: Mapping[str, ConnectionReference]) -> None:
        self._references = references
        self._uses: dict[str, ConnectorUse] = {}
        self._declared: list[DeclaredReference] = []
        self._calls: list[Call] = []

    def read(self, connections: Node) -> None:
        """Take in the map."""
        for label, entry in connections.items():
            spelling = entry.get("id").text or ""
            parsed = parse_connector_id(spelling) if spelling else None
            if parsed and parsed.key == _FLOWS:
                self._take_flow(entry)
            elif not entry.get("dataSources").value and entry.get("dependents").value:
                # It belongs to a flow that the app calls, and is counted there.
                continue
            else:
                self._take_connection(label, entry)

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
        return Component(
            kind=kind,
            name=name,
            id=id,
            at=at,
            solution=solution,
            uses=tuple(self._uses.values()),
            declared=tuple(self._declared),
            calls_flows=tuple(self._calls),
            dataverse_at=next((entry.at for _, entry in databases.items() if entry.get("dataSources").value), None),
        )

    def _take_flow(self, entry: Node) -> None:
        for hint in ("workflowEntityId", "workflowName"):
            for hints in ("parameterHints", "parameterHintsV2"):
                flow = entry.get(hints).get(hint)
                flow_id = flow.get("value").text if flow.is_mapping else flow.text
                if flow_id:
                    self._calls.append(Call(id=bare_guid(flow_id), at=entry.at))
                    return

    def _take_connection(self, label: str, entry: Node) -> None:
        spelling = entry.get("id").text or ""
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
