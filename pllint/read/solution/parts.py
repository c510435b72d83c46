"""What a solution is found to hold, ready for the reader of each kind of part."""

from __future__ import annotations

from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pllint.finding import Skipped
    from pllint.model.component import Component
    from pllint.model.solution import ConnectionReference, EnvironmentVariable, Solution
    from pllint.read.recognise import DocumentEntry
    from pllint.source import Anchor, Source
    from pllint.text.xml_text import Element


class FlowEntry(NamedTuple):
    """A cloud flow of a solution, before its definition is opened."""

    name: str
    id: str
    """WorkflowId in lower case without braces; else the file's name."""
    file: str | None
    """The definition's name in the tree; None when the solution does not hold it."""
    at: Anchor
    """The Workflow element; the definition where there is none."""
    category: str | None = None
    state: str | None = None
    """on, off or suspended."""
    modern_type: str | None = None
    """`ModernFlowType`: 1 is an agent flow."""
    listed: bool = True
    """A Workflow element names it."""


class DesktopFlowEntry(NamedTuple):
    """A desktop flow of a solution, for `pllint.read.desktop_flow`."""

    name: str
    id: str
    file: str | None
    """Its JSON document; None when the solution does not hold it, as with newer flows."""
    at: Anchor
    element: tuple[Element, Source] | None = None
    state: str | None = None


class AgentPart(NamedTuple):
    """A topic, tool, knowledge source or other part of an agent."""

    schema_name: str
    data: str | None
    """Its document's name in the tree; None for one that has none, such as an uploaded file."""
    is_file: bool
    at: Anchor
    is_missing: bool = False
    """It should have a document, and the solution does not hold it."""


class AgentLink(NamedTuple):
    """What a part of an agent uses, as the solution says it beside the part."""

    part: str
    """The part's schema name, lower case."""
    target: str
    """A connection reference's logical name, or a flow's id."""
    is_flow: bool
    at: Anchor


class AgentEntry(NamedTuple):
    """An agent of a solution, for `pllint.read.agent`."""

    name: str
    id: str
    """Its schema name."""
    at: Anchor
    authentication: str | None
    """The mode as the solution numbers it."""
    authentication_at: Anchor
    configuration: str | None
    parts: tuple[AgentPart, ...]
    links: tuple[AgentLink, ...] = ()
    """Those of parts whose documents are missing."""


class CanvasAppEntry(NamedTuple):
    """A canvas app's element, for `pllint.read.canvas_app`."""

    name: str
    element: Element
    source: Source
    document: DocumentEntry | None = None
    """The fullest document of the app; None when the solution holds none."""


class ConnectorEntry(NamedTuple):
    """A custom connector's element and the files of its parts, by their names in the tree."""

    guid: str | None
    """`connectorid`, lower case without braces."""
    name: str
    display_name: str | None
    element: Element
    source: Source
    at: Anchor
    definition: str | None = None
    parameters: str | None = None
    policies: str | None = None
    script: str | None = None
    icon: str | None = None
    script_operations: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Part files the element names and the solution does not hold."""


class SolutionParts(NamedTuple):
    """A solution and what it holds, ready for the readers of each part."""

    solution: Solution
    flows: tuple[FlowEntry, ...] = ()
    desktop_flows: tuple[DesktopFlowEntry, ...] = ()
    apps: tuple[CanvasAppEntry, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    """Documents of apps that the solution has no element for."""
    agents: tuple[AgentEntry, ...] = ()
    connectors: tuple[ConnectorEntry, ...] = ()
    components: tuple[Component, ...] = ()
    """Those of which the solution says all there is: model-driven apps, business process flows."""
    left: tuple[Skipped, ...] = ()

    @property
    def references(self) -> Mapping[str, ConnectionReference]:
        """Index the connection references by logical name, lower case."""
        return {reference.logical_name.lower(): reference for reference in self.solution.connection_references}

    @property
    def variables(self) -> Mapping[str, EnvironmentVariable]:
        """Index the environment variables by schema name, lower case."""
        return {variable.schema_name.lower(): variable for variable in self.solution.environment_variables}
