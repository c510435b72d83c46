"""The workflows of a solution: cloud flows, desktop flows and business process flows."""

from __future__ import annotations

from pllint.model.component import Component, ComponentKind
from pllint.read.document import Notes, open_json
from pllint.read.naming import bare_guid, named_by_file
from pllint.read.recognise import is_cloud_flow, is_desktop_flow
from pllint.read.solution.parts import DesktopFlowEntry, FlowEntry
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pllint.read.solution.files import SolutionFiles
    from pllint.source import Source
    from pllint.text.xml_text import Element

_CLOUD_FLOW = "5"
_DESKTOP_FLOW = "6"
_BUSINESS_PROCESS_FLOW = "4"
_STATES = {"0": "off", "1": "on", "2": "suspended"}
_NOT_A_FLOW = "lies among the flows, but is no flow definition"
_CLASSIC = "classic workflow, rule or process: uses no connectors"


class Workflows:
    """The workflows of one solution: those its elements name, then definitions that none names."""

    def __init__(self, files: SolutionFiles, solution: str) -> None:
        self.flows: list[FlowEntry] = []
        self.desktop_flows: list[DesktopFlowEntry] = []
        self.process_flows: list[Component] = []
        self._files = files
        self._solution = solution
        self._kinds: dict[str, Callable[[object], bool] | None] = {}
        """What each definition looked into is, by its name: the function that recognises it."""
        named = self._read_elements()
        files.named |= named
        for name in files.inside("workflows"):
            if name.lower().endswith(".json") and name not in named:
                self._take_unnamed(name)
            elif name.lower().endswith(".xaml"):
                files.leave(name, _CLASSIC)

    def _read_elements(self) -> set[str]:
        """Read the workflows that have an element; gives the files they name."""
        files = self._files
        named: set[str] = set()
        for element, source, beside in _elements(files):
            stated = element.value("JsonFileName")
            files.held.add(bare_guid(element.get("WorkflowId") or element.value("WorkflowId") or ""))
            file = _flow_file(files, stated, beside)
            if file:
                named.add(file)
            elif stated:
                holder = element.get("Name") or element.value("Name") or named_by_file(stated)[0]
                files.miss(stated.replace("\\", "/"), element, source, holder)
            if stated or element.value("Category"):
                self._take(element, source, file)
        return named

    def _take_unnamed(self, name: str) -> None:
        if self._holds(name, is_desktop_flow):
            flow = _unlisted(self._files, name)
            self.desktop_flows.append(DesktopFlowEntry(name=flow.name, id=flow.id, file=name, at=flow.at))
        elif self._holds(name, is_cloud_flow):
            self.flows.append(_unlisted(self._files, name))
        else:
            self._files.named.add(name)
            self._files.leave(name, _NOT_A_FLOW)

    def _take(self, element: Element, source: Source, file: str | None) -> None:
        at = Anchor(source, (element.ordinal,))
        category = element.value("Category") or None
        derived, file_id = named_by_file(file or element.value("JsonFileName") or "")
        name = element.get("Name") or element.value("Name") or derived
        flow_id = bare_guid(element.get("WorkflowId") or element.value("WorkflowId") or "") or file_id
        state = _STATES.get(element.value("StateCode") or "")
        if category == _BUSINESS_PROCESS_FLOW:
            kind = ComponentKind.BUSINESS_PROCESS_FLOW
            component = Component(kind=kind, name=name, id=flow_id, at=at, solution=self._solution, state=state)
            self.process_flows.append(component)
        elif category == _DESKTOP_FLOW or (category is None and file and self._holds(file, is_desktop_flow)):
            entry = DesktopFlowEntry(name=name, id=flow_id, file=file, at=at, element=(element, source), state=state)
            self.desktop_flows.append(entry)
        elif category is None and file and not self._holds(file, is_cloud_flow):
            self._files.leave(file, _NOT_A_FLOW)
        elif category is None or category == _CLOUD_FLOW:
            modern_type = element.value("ModernFlowType") or None
            self.flows.append(
                FlowEntry(
                    name=name, id=flow_id, file=file, at=at, category=category, state=state, modern_type=modern_type
                )
            )

    def _holds(self, name: str, recognises: Callable[[object], bool]) -> bool:
        # What is found here is found again, and noted, when the definition is opened as a flow.
        if name not in self._kinds:
            node = open_json(self._files.tree, name, Notes(self._files.notes.limits))
            kinds = (is_cloud_flow, is_desktop_flow)
            found = next((kind for kind in kinds if node is not None and kind(node.value)), None)
            self._kinds[name] = is_cloud_flow if node is None else found
        return self._kinds[name] is recognises


def _elements(files: SolutionFiles) -> Iterator[tuple[Element, Source, str | None]]:
    for element, source in files.listed("Workflows", "Workflow"):
        yield element, source, None
    for name, element, source in files.own("workflows", ".data.xml", ".data.yml", "/workflow.yml"):
        yield element, source, name[: -len(".data.xml")]


def _flow_file(files: SolutionFiles, stated: str | None, beside: str | None) -> str | None:
    if stated:
        found = files.tree.find(stated.replace("\\", "/").lstrip("/"))
        if found:
            return found
    return files.tree.find(beside) if beside and beside.lower().endswith(".json") else None


def _unlisted(files: SolutionFiles, name: str) -> FlowEntry:
    from pllint.text import json_text

    derived, file_id = named_by_file(name)
    at = Anchor(files.tree.source(name, json_text.locate))
    return FlowEntry(name=derived, id=file_id, file=name, at=at, listed=False)
