"""Copilot Studio agents: what their topics, tools and settings use, from a solution or from a clone of the agent.

Every document of an agent is a tree of objects that say their `kind`; what a data policy governs can stand at any
depth.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

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
    Unresolved,
)
from pllint.model.connector_id import ConnectorKey, parse_connector_id
from pllint.model.policy_ids import CHANNELS, COPILOT_STUDIO, HTTP, KNOWLEDGE, SKILLS, UNAUTHENTICATED, AgentParts
from pllint.model.solution import ConnectionReference
from pllint.read.naming import bare_guid
from pllint.record import NamedTuple
from pllint.source import Anchor, KeyPath
from pllint.text.node import Node

Raw = Mapping[str, object]

_AUTHENTICATION_MODES = {
    "1": "none", "none": "none", "2": "microsoft", "integrated": "microsoft", "3": "manual",
    "customazureactivedirectory": "manual", "4": "manual", "genericoauth2": "manual",
}  # fmt: skip
_CHANNELS = {
    "msteams": "teams", "microsoft365copilot": "teams", "directline": "direct_line", "webchat": "direct_line",
    "demowebsite": "demo_site", "facebook": "facebook", "omnichannel": "omnichannel", "whatsapp": "whatsapp",
    "sharepoint": "sharepoint",
}  # fmt: skip
_FLOW_KINDS = frozenset({"invokeflowaction", "invokeflowtaskaction", "workflowtool"})
_SKILL_KINDS = frozenset({"invokeskillaction", "invokeskilltaskaction", "skilldefinition"})
_AGENT_KINDS = frozenset({"connectedagenttool", "invokeconnectedagenttaskaction", "invokeagenttaskaction"})
_MODEL_KINDS = frozenset({"invokeaibuildermodelaction", "invokeaibuildermodeltaskaction"})
_KNOWLEDGE_KINDS = (
    (re.compile(r"publicsitesearch(?:data)?source"), "public_website"),
    (re.compile(r"(?:sharepoint|onedrive)\w*search(?:data)?source"), "sharepoint"),
)
_LITERAL_FORMULA = re.compile(r'=\s*"([^"{}]*)"\s*')
_CUT_OFF = 18
"""The length to which the newest logical names shorten the connector's id."""


class AgentReading(NamedTuple):
    """An agent, and what only the flows around it can complete."""

    component: Component
    started_by: tuple[Call, ...] = ()
    """Flows that start it when something happens."""


class AgentFiles:
    """Gathers what the documents of one agent say."""

    def __init__(self, references: Mapping[str, ConnectionReference]) -> None:
        """Take the connection references known, by logical name in lower case."""
        self._references = references
        self._uses: dict[str, ConnectorUse] = {}
        self._unresolved: list[Unresolved] = []
        self._calls: dict[str, Call] = {}
        self._started_by: list[Call] = []
        self._authentication: str | None = None
        self._channels: dict[str, None] = {}
        self._knowledge: dict[str, None] = {}
        self._declared: dict[str, DeclaredReference] = {}
        self._connected: dict[str, None] = {}
        self._ai_builder = False
        self._gaps: list[Gap] = []

    def authenticate(self, mode: str | None, at: Anchor) -> None:
        """Take in how people sign in, in the number of a solution or the word of a clone."""
        self._authentication = _AUTHENTICATION_MODES.get((mode or "").strip().lower())
        if self._authentication == "none":
            self._add(UNAUTHENTICATED, at)

    def configure(self, configuration: Node) -> None:
        """Take in the agent's configuration: its channels."""
        for channel in configuration.get("channels").elements():
            stated = channel.get("channelId")
            name = _CHANNELS.get((stated.text or "").lower())
            if name:
                self._channels[name] = None
                self._add(CHANNELS[name], stated.at)

    def take(self, document: Node) -> None:
        """Take in a topic, tool, knowledge source or any other document."""
        for path, raw in _objects(document.value, document.at.path):
            self._take_object(raw, Anchor(document.at.source, path))

    def take_file(self, at: Anchor) -> None:
        """Take in a document that was uploaded as knowledge."""
        self._know("documents", Step(name=at.source.path.rpartition("/")[2], type="file", at=at))

    def take_link(self, target: str, at: Anchor, *, is_flow: bool) -> None:
        """Take in what a solution says of a part whose document is missing: the reference or flow it uses."""
        if is_flow:
            flow = bare_guid(target)
            self._calls.setdefault(flow, Call(id=flow, at=at))
        else:
            self._take_connection({"connectionReference": target}, Step(name=target, type="", at=at))

    def miss(self, number: int, at: Anchor) -> None:
        """Take in that documents are missing."""
        if number:
            have = "a part whose document is" if number == 1 else f"{number} parts whose documents are"
            self._gaps.append(Gap(words=f"has {have} not in the files, so not all that it uses is known", at=at))

    def reading(
        self,
        *,
        name: str,
        id: str,  # noqa: A002
        at: Anchor,
        solution: str | None,
        state: str | None = None,
    ) -> AgentReading:
        """Give the agent."""
        component = Component(
            kind=ComponentKind.AGENT,
            name=name,
            id=id,
            at=at,
            solution=solution,
            uses=tuple(self._uses.values()),
            unresolved=tuple(self._unresolved),
            declared=tuple(self._declared.values()),
            calls_flows=tuple(self._calls.values()),
            ai_builder=self._ai_builder,
            state=state,
            gaps=tuple(self._gaps),
            agent=AgentParts(
                authentication=self._authentication,
                channels=tuple(self._channels),
                knowledge=tuple(self._knowledge),
                http_nodes=HTTP in self._uses,
                skills=SKILLS in self._uses,
                event_triggers=COPILOT_STUDIO in self._uses,
                connected=tuple(self._connected),
            ),
        )
        return AgentReading(component=component, started_by=tuple(self._started_by))

    def _take_object(self, raw: Raw, at: Anchor) -> None:
        stated = raw.get("kind")
        kind = stated.lower() if isinstance(stated, str) else ""
        step = Step(name=_name_of(raw, kind), type=stated if isinstance(stated, str) else "", at=at)
        if _text(raw, "connectionReference") or (kind.endswith("tool") and _text(raw, "connectorId")):
            self._take_connection(raw, step)
        elif kind in _FLOW_KINDS:
            called = _text(raw, "flowId", "FlowId", "workflowId")
            if called:
                flow = bare_guid(called)
                self._calls.setdefault(flow, Call(id=flow, at=at))
        elif kind == "httprequestaction":
            self._add(HTTP, at, step._replace(endpoint=_address(raw.get("url"), at / "url")))
        elif kind in _SKILL_KINDS:
            self._add(SKILLS, at, step)
        elif kind in _MODEL_KINDS:
            self._ai_builder = True
        elif kind == "externaltriggerconfiguration":
            self._add(COPILOT_STUDIO, at, step)
            source = raw.get("externalTriggerSource")
            flow_id = _text(source, "flowId") if isinstance(source, dict) else None
            if flow_id:
                self._started_by.append(Call(id=bare_guid(flow_id), at=at))
        elif kind in _AGENT_KINDS:
            self._connected |= dict.fromkeys(filter(None, [_text(raw, "botSchemaName")]))
        else:
            self._take_knowledge(kind, raw, step)

    def _take_knowledge(self, kind: str, raw: Raw, step: Step) -> None:
        name = next((name for pattern, name in _KNOWLEDGE_KINDS if pattern.fullmatch(kind)), None)
        if name is None:
            return
        addresses = [
            _address(address, place)
            for key in ("site", "sites", "url", "urls")
            for address, place in _each(raw.get(key), step.at / key)
        ]
        for address in addresses:
            self._know(name, step._replace(endpoint=address))
        if not addresses:
            self._know(name, step)

    def _know(self, name: str, step: Step) -> None:
        self._knowledge[name] = None
        self._add(KNOWLEDGE[name], step.at, step)

    def _take_connection(self, raw: Raw, step: Step) -> None:
        details = raw.get("operationDetails")
        operation = _text(raw, "operationId") or (_text(details, "operationId") if isinstance(details, dict) else None)
        logical_name = _text(raw, "connectionReference") or ""
        step = step._replace(operation=operation)
        reference = self._references.get(logical_name.lower())
        key: ConnectorKey | None = None
        custom = False
        if reference and reference.connector:
            key, custom = reference.connector, reference.custom
            self._add(
                key,
                step.at,
                step._replace(evidence=Evidence.CONNECTION_REFERENCE),
                custom=custom,
                spelling=reference.spelling,
                reference=logical_name,
                custom_guid=reference.custom_guid,
            )
        else:
            spelling = _text(raw, "connectorId") or self._hinted(logical_name)
            parsed = parse_connector_id(spelling) if spelling else None
            if spelling and parsed:
                key, custom = parsed.key, parsed.custom
                evidence = Evidence.API_ID if _text(raw, "connectorId") else Evidence.LABEL
                step = step._replace(evidence=evidence)
                self._add(key, step.at, step, custom=custom, spelling=spelling, reference=logical_name or None)
            else:
                self._unresolved.append(Unresolved(step=step, key=logical_name))
        if logical_name:
            self._declare(logical_name, key, raw, step.at, custom=custom)

    def _declare(self, logical_name: str, key: ConnectorKey | None, raw: Raw, at: Anchor, *, custom: bool) -> None:
        properties = raw.get("connectionProperties")
        mode = _text(raw, "authMode") or (_text(properties, "mode") if isinstance(properties, dict) else None)
        declared = DeclaredReference(
            label=logical_name,
            connector=key,
            custom=custom,
            logical_name=logical_name,
            at=at,
            used=True,
            runs_as={"invoker": "invoker", "maker": "embedded"}.get((mode or "").lower()),
        )
        self._declared.setdefault(logical_name.lower(), declared)

    def _hinted(self, logical_name: str) -> str | None:
        """Give the connector id that a reference's own name holds, when it is whole or only one fits."""
        parts = logical_name.lower().split(".")
        hint = next((part for part in parts if part.startswith("shared_")), None)
        if hint is None or "cr" not in parts or len(hint) < _CUT_OFF:
            return hint
        known = {reference.spelling for reference in self._references.values()}
        fitting = {spelling for spelling in known if spelling.rpartition("/")[2].lower().startswith(hint)}
        return fitting.pop() if len(fitting) == 1 else None

    def _add(
        self,
        key: ConnectorKey,
        at: Anchor,
        step: Step | None = None,
        *,
        custom: bool = False,
        spelling: str = "",
        reference: str | None = None,
        custom_guid: str | None = None,
    ) -> None:
        steps = (step,) if step else ()
        known = self._uses.get(key)
        if known:
            self._uses[key] = known._replace(steps=known.steps + steps)
            return
        self._uses[key] = ConnectorUse(
            connector=key,
            custom=custom,
            at=at,
            steps=steps,
            reference=reference,
            custom_guid=custom_guid,
            spelling=spelling or key,
        )


def completed(reading: AgentReading, flows: Mapping[str, Component]) -> Component:
    """Add what the flows around an agent make it use; `flows` are all that were read, by id in lower case."""
    component = reading.component
    uses = {use.connector: use for use in component.uses}
    for call in component.calls_flows:
        trigger = flows[call.id].trigger if call.id in flows else None
        # Only flows of this kind are skills; those that older agents call are not.
        if trigger and (trigger.kind or "").lower() == "skills" and SKILLS not in uses:
            uses[SKILLS] = ConnectorUse(connector=SKILLS, custom=False, at=call.at, spelling=SKILLS)
    for call in reading.started_by:
        for use in flows[call.id].uses if call.id in flows else ():
            if any(step.trigger for step in use.steps) and use.connector not in uses:
                uses[use.connector] = use._replace(at=call.at, steps=())
    parts = component.agent._replace(skills=SKILLS in uses) if component.agent else None
    return component._replace(uses=tuple(uses.values()), agent=parts)


def clone_references(document: Node) -> Iterator[ConnectionReference]:
    """Give the connection references that a clone of an agent lists."""
    for entry in document.get("connectionReferences").elements():
        logical_name = entry.get("connectionReferenceLogicalName").text
        spelling = entry.get("connectorId").text or ""
        parsed = parse_connector_id(spelling) if spelling else None
        if logical_name:
            yield ConnectionReference(
                logical_name=logical_name,
                at=entry.at,
                connector=parsed.key if parsed else None,
                custom=parsed.custom if parsed else False,
                spelling=spelling,
            )


def _objects(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Raw]]:
    waiting: list[tuple[KeyPath, object]] = [(path, value)]
    while waiting:
        place, found = waiting.pop()
        if isinstance(found, dict):
            yield place, found
            children: Iterable[tuple[KeyPath, object]] = [((*place, key), child) for key, child in found.items()]
        elif isinstance(found, list):
            children = [((*place, index), child) for index, child in enumerate(found)]
        else:
            continue
        waiting.extend(reversed([child for child in children if isinstance(child[1], dict | list)]))


def _each(value: object, at: Anchor) -> Iterator[tuple[object, Anchor]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield item, at / index
    elif isinstance(value, str):
        yield value, at


def _address(value: object, at: Anchor) -> Endpoint:
    """Give an address; text after `=` is a formula, and text in braces is filled in."""
    if not isinstance(value, str):
        return Endpoint(value=None, at=at)
    if value.startswith("="):
        literal = _LITERAL_FORMULA.fullmatch(value)
        text = literal[1] if literal else ""
        return Endpoint(value=text if literal else None, at=at, resolved=text or None, prefix=text)
    before, brace, _ = value.partition("{")
    return Endpoint(value=None if brace else value, at=at, resolved=None if brace else value, prefix=before)


def _name_of(raw: Raw, kind: str) -> str:
    return _text(raw, "displayName", "id", "operationId") or kind


def _text(raw: Raw, *keys: str) -> str | None:
    return next((value for key in keys if isinstance(value := raw.get(key), str) and value), None)
