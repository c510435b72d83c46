"""Desktop flows: the script, wherever a generation keeps it, and the modules and connectors its statements use.

An older flow's script lies in an archive that its JSON holds as text; a newer one's is part of its element in the
solution.
"""

import re
from collections.abc import Mapping

from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    DeclaredReference,
    Endpoint,
    Evidence,
    Gap,
    Step,
)
from pllint.model.connector_id import ConnectorKey, desktop_flow_module, parse_connector_id
from pllint.model.solution import ConnectionReference
from pllint.read.document import Notes
from pllint.read.naming import bare_guid
from pllint.record import NamedTuple
from pllint.source import Anchor, Source, Span
from pllint.text.node import Node
from pllint.text.problem import MalformedError, Problem, ProblemKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.text.problem import Limits
    from pllint.text.xml_text import Element

_SCRIPT = "script.robin"
_REMEDY = "Export the desktop flow again"
_TEXT = re.compile(r"\$'''.*?'''|/#.*?#/", re.DOTALL)
_STATEMENT = re.compile(
    r"^[ \t]*(?:(?:IF|ELSE[ \t]+IF|WAIT|LOOP[ \t]+WHILE)[ \t]*\([ \t]*)?([A-Za-z]\w*)((?:\.[A-Za-z]\w*)+)", re.MULTILINE
)
_ADDRESS = re.compile(r"\bUrl:[ \t]*(?:\$'''(.*?)'''|'([^']*)'|(\S+))")
_QUOTED = r"[ \t]*'([^'\n]*)'"
_CONNECTOR_ID = re.compile(r"\bConnectorId:" + _QUOTED)
_OPERATION_ID = re.compile(r"\bOperationId:" + _QUOTED)
_CONNECTION = re.compile(r"\bConnection:" + _QUOTED)
_FLOW_ID = re.compile(r"\bFlowId:" + _QUOTED)
_BROWSER = "DesktopFlow.WebAutomation"
_RUN_FLOW = ConnectorKey("DesktopFlow.Runflow")


class Script(NamedTuple):
    """A flow's script and where it is written."""

    text: str
    source: Source
    at: Anchor | None
    """The one place of everything in it; None when the source holds the script's own lines."""


def desktop_flow(
    node: Node | None,
    element: "tuple[Element, Source] | None",
    *,
    name: str,
    id: str,  # noqa: A002
    at: Anchor,
    solution: str | None,
    state: str | None,
    references: Mapping[str, ConnectionReference],
    notes: Notes,
) -> Component:
    """Read a desktop flow from its JSON document and its element of a solution, whichever there is."""
    script = _script(node, element, notes)
    reading = _Reading(references)
    if script is not None:
        reading.take(script)
    if element is not None:
        reading.take_element(*element, notes)
    words = "has no script in the files, so the modules it uses are not known"
    return Component(
        kind=ComponentKind.DESKTOP_FLOW,
        name=name,
        id=id,
        at=node.at if node else at,
        solution=solution,
        uses=reading.uses(),
        declared=tuple(reading.declared),
        calls_desktop_flows=tuple(reading.calls.values()),
        state=state,
        gaps=() if script else (Gap(words=words, at=node.at if node else at),),
    )


def _script(node: Node | None, element: "tuple[Element, Source] | None", notes: Notes) -> Script | None:
    if element is not None:
        child = element[0].child("Definition")
        text = element[0].value("Definition")
        if child is not None and text:
            at = Anchor(element[1], (child.ordinal,))
            return Script(_unquoted(text, notes), element[1], at)
    if node is None:
        return None
    definition = node["properties"]["definition"]
    draft = definition["actions"]["scriptCode"]
    if isinstance(draft.value, str) and draft.value:
        return Script(draft.value, draft.at.source, draft.at)
    package = definition["package"]
    if not isinstance(package.value, str) or not package.value:
        return None
    try:
        text = _packed_script(package.value, notes.limits)
    except MalformedError as error:
        notes.find("SRC001", package.at, f"the package of the script: {error.problem.message}", _REMEDY)
        return None
    outer = node.at.source
    source = Source(f"{outer.path}!{_SCRIPT}", lambda: _again(outer, notes.limits))
    return Script(text, source, None)


def _unquoted(text: str, notes: Notes) -> str:
    from pllint.text import json_text

    try:
        value, _ = json_text.parse_text(text, notes.limits)
    except MalformedError:
        return text
    return value if isinstance(value, str) else text


def _packed_script(package: str, limits: "Limits") -> str:
    """Give the script in an archive that is written as base64 text; raise MalformedError."""
    from binascii import Error, a2b_base64

    from pllint.text.tree import Archive

    try:
        content = a2b_base64(package)
    except Error:
        raise MalformedError(Problem(ProblemKind.UNREADABLE, "the text is not base64")) from None
    archive = Archive.open(content, _SCRIPT, limits)
    found = archive.find(_SCRIPT)
    if found is None:
        raise MalformedError(Problem(ProblemKind.UNREADABLE, f"the archive holds no {_SCRIPT}"))
    script = archive.read(found)
    # Written as UTF-16 without a mark; anything else has no null bytes.
    encoding = "utf-16-le" if b"\0" in script[:64] else "utf-8"
    return script.decode(encoding, "replace").removeprefix("\ufeff")


def _again(source: Source, limits: "Limits") -> bytes:
    from pllint.text import json_text

    value, _ = json_text.parse(source.read(), limits)
    package = Node(value, Anchor(source)).within("properties", "definition", "package")
    return _packed_script(package.text or "", limits).encode()


class _Reading:
    """What the statements of one script use."""

    def __init__(self, references: Mapping[str, ConnectionReference]) -> None:
        self._references = references
        self._uses: dict[str, ConnectorUse] = {}
        self.calls: dict[str, Call] = {}
        self.declared: list[DeclaredReference] = []

    def uses(self) -> tuple[ConnectorUse, ...]:
        """Give the modules and connectors, in the order they first appear."""
        return tuple(self._uses.values())

    def take(self, script: Script) -> None:
        """Take in every statement of a script."""
        # What is said in a text or a comment is no statement; its line ends keep the lines true.
        bare = _TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), script.text)
        line, counted = 1, 0
        seen: dict[str, int] = {}
        for match in _STATEMENT.finditer(bare):
            start = match.start(1)
            line += bare.count("\n", counted, start)
            counted = start
            end = bare.find("\n", start)
            statement = script.text[start : end if end >= 0 else len(bare)]
            column = start - bare.rfind("\n", 0, start)
            name = match[1] + match[2]
            seen[name] = seen.get(name, 0) + 1
            pointer = f"/{name}/{seen[name]}"
            at = script.at or Anchor(script.source, known=Span(line, column, line, column + len(name), pointer))
            self._take_statement(match[1], name, statement, at)

    def _take_statement(self, module: str, name: str, statement: str, at: Anchor) -> None:
        step = Step(name=name, type=name, at=at, evidence=Evidence.STEP_TYPE)
        if module.lower() == "external":
            self._take_external(step, statement)
            return
        key = desktop_flow_module(module)
        if key is None:
            return
        if key == _BROWSER and (match := _ADDRESS.search(statement)):
            step = step._replace(endpoint=_address(match, at))
        self._add(key, step, custom=False, spelling=key)

    def _take_external(self, step: Step, statement: str) -> None:
        called = _FLOW_ID.search(statement)
        if step.name.lower() == "external.runflow":
            self._add(_RUN_FLOW, step, custom=False, spelling=_RUN_FLOW)
            if called:
                flow = bare_guid(called[1])
                self.calls.setdefault(flow, Call(id=flow, at=step.at))
        stated = _CONNECTOR_ID.search(statement)
        parsed = parse_connector_id(stated[1]) if stated else None
        if stated and parsed:
            operation = _OPERATION_ID.search(statement)
            connection = _CONNECTION.search(statement)
            reference = self._references.get(connection[1].lower()) if connection else None
            step = step._replace(operation=operation[1] if operation else None, evidence=Evidence.API_ID)
            self._add(parsed.key, step, custom=parsed.custom, spelling=stated[1], reference=reference)
            if connection and all(declared.label != connection[1] for declared in self.declared):
                self._declare(connection[1], parsed.key, step.at, custom=parsed.custom)

    def _declare(self, name: str, key: ConnectorKey, at: Anchor, *, custom: bool) -> None:
        # Only of a connection reference is the name a logical one; a connection's own is another matter.
        reference = name if name.lower() in self._references else None
        self.declared.append(
            DeclaredReference(label=name, connector=key, custom=custom, logical_name=reference, at=at, used=True)
        )

    def _add(
        self,
        key: ConnectorKey,
        step: Step,
        *,
        custom: bool,
        spelling: str,
        reference: ConnectionReference | None = None,
    ) -> None:
        known = self._uses.get(key)
        if known:
            self._uses[key] = known._replace(steps=(*known.steps, step))
            return
        self._uses[key] = ConnectorUse(
            connector=key,
            custom=custom,
            at=step.at,
            steps=(step,),
            reference=reference.logical_name if reference else None,
            custom_guid=reference.custom_guid if reference else None,
            spelling=spelling,
        )

    def take_element(self, element: "Element", source: Source, notes: Notes) -> None:
        """Take in what a solution says of the flow beside its script."""
        for node in _json_of(element, source, "Dependencies", notes)["childFlows"].elements():
            called = node.text or node.get("id", "flowId", "workflowId").text
            if called:
                flow = bare_guid(called)
                self.calls.setdefault(flow, Call(id=flow, at=node.at))
        for node in _json_of(element, source, "ConnectionReferences", notes).elements():
            spelling = node.get("connectorId", "apiId", "id").text or ""
            parsed = parse_connector_id(spelling) if spelling else None
            logical_name = node.get("connectionReferenceLogicalName", "logicalName").text
            if (parsed or logical_name) and all(one.logical_name != logical_name for one in self.declared):
                declared = DeclaredReference(
                    label=logical_name or spelling,
                    connector=parsed.key if parsed else None,
                    custom=parsed.custom if parsed else False,
                    logical_name=logical_name,
                    at=node.at,
                    used=bool(parsed and parsed.key in self._uses),
                )
                self.declared.append(declared)


def _address(match: re.Match[str], at: Anchor) -> Endpoint:
    text = match[1] if match[1] is not None else match[2]
    if text is None:
        return Endpoint(value=None, at=at)
    before, computed, _ = text.partition("%")
    return Endpoint(value=None if computed else text, at=at, prefix=before)


def _json_of(element: "Element", source: Source, tag: str, notes: Notes) -> Node:
    from pllint.text import json_text

    child, text = element.child(tag), element.value(tag)
    if child is None or not text:
        return Node(None, Anchor(source, (element.ordinal,)))
    at = Anchor(source, (child.ordinal,))
    try:
        value, _ = json_text.parse_text(text, notes.limits)
    except MalformedError:
        return Node(None, at)
    return Node(value, at)
