"""Cloud flow definitions: which connectors the steps use, what starts the flow, what it calls.

Thousands of actions are looked at for every hundred that use a connector, so the walk goes over plain values and makes
places only for those.
"""

from __future__ import annotations

import re

from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    DeclaredReference,
    Endpoint,
    Evidence,
    Exposure,
    Secret,
    SecretKind,
    StageLiteral,
    StartsFrom,
    Step,
    TableWrite,
    Trigger,
    TriggerClass,
    Unresolved,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.policy_ids import BUILT_IN, OF_CONNECTOR, REQUESTS
from pllint.read import literals
from pllint.read.flow_connector import (
    Entry,
    NamedConnector,
    contradiction,
    entries_of,
    from_label,
    is_ai_builder,
    label_of,
    mapping_of,
    own_sources,
    text_of,
)
from pllint.read.naming import bare_guid, named_by_file
from pllint.read.table_writes import WRITERS, action_of, table_of
from pllint.record import NamedTuple
from pllint.source import Anchor, KeyPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pllint.model.solution import ConnectionReference, EnvironmentVariable
    from pllint.read.flow_connector import Raw
    from pllint.text.node import Node

_DESKTOP_FLOWS = "shared_uiflow"
_ENTRA_HTTP = frozenset({"shared_webcontents", "shared_webcontentsv2"})

_REQUESTS: Mapping[str, tuple[TriggerClass, StartsFrom]] = {
    "": (TriggerClass.AUTOMATED, StartsFrom.HTTP_REQUEST),
    "http": (TriggerClass.AUTOMATED, StartsFrom.HTTP_REQUEST),
    "teamswebhook": (TriggerClass.AUTOMATED, StartsFrom.TEAMS_WEBHOOK),
    "button": (TriggerClass.INSTANT, StartsFrom.BUTTON),
    "apiconnection": (TriggerClass.INSTANT, StartsFrom.SELECTED_ITEM),
    "powerapp": (TriggerClass.INSTANT, StartsFrom.POWER_APPS),
    "powerappv2": (TriggerClass.INSTANT, StartsFrom.POWER_APPS),
    "skills": (TriggerClass.INSTANT, StartsFrom.AGENT),
    "virtualagent": (TriggerClass.INSTANT, StartsFrom.AGENT),
    "powerpages": (TriggerClass.INSTANT, StartsFrom.POWER_PAGES),
}
_TIMERS = frozenset({"recurrence", "slidingwindow"})
_ADDRESS_OF = {"http": ("uri",), "httpwebhook": ("subscribe", "uri")}
"""Where the inputs of a step hold the address it calls."""
_CREDENTIALS = {
    "secret": SecretKind.CLIENT_SECRET,
    "password": SecretKind.PASSWORD,
    "pfx": SecretKind.CERTIFICATE,
    "value": SecretKind.TOKEN,
}
_SHOW_INPUTS = frozenset({*BUILT_IN, *OF_CONNECTOR})
_READS_SECRET = frozenset({"getsecret", "getsecretversion", "decryptdata"})


class _Found(NamedTuple):
    """A trigger or an action the walk comes across; `path` leads to the object that holds it."""

    path: KeyPath
    name: str
    raw: Raw
    type: str
    """Lower case."""


class _Use:
    """The steps of one connector, gathered."""

    __slots__ = ("connector", "reference", "steps")

    def __init__(self, connector: NamedConnector, reference: str | None) -> None:
        self.connector = connector
        self.reference = reference
        self.steps: list[Step] = []


def cloud_flow(
    node: Node,
    *,
    name: str,
    id: str,  # noqa: A002
    solution: str | None,
    state: str | None,
    references: Mapping[str, ConnectionReference],
    variables: Mapping[str, EnvironmentVariable],
) -> Component:
    """Read a flow definition, in the envelope of a solution or of a package.

    `references` and `variables` are the solution's, by logical and schema name in lower case. Parts that have not the
    form they should have are passed over: the schema speaks of them.
    """
    properties = mapping_of(mapping_of(node.value).get("properties"))
    definition = mapping_of(properties.get("definition"))
    reading = _Reading(node.at, definition, entries_of(properties, references), variables)
    home: KeyPath = ("properties", "definition")
    triggers = _steps_in(definition.get("triggers"), (*home, "triggers"))
    for found in triggers:
        reading.step(found, trigger=True)
    for found in _walk(mapping_of(definition.get("actions")), (*home, "actions")):
        reading.step(found, trigger=False)
    return Component(
        kind=ComponentKind.CLOUD_FLOW,
        name=name,
        id=id,
        at=node.at,
        solution=solution,
        trigger=_trigger(triggers[0], node.at) if triggers else None,
        uses=reading.uses(),
        unresolved=tuple(reading.unresolved),
        declared=reading.declared(),
        calls_flows=tuple(reading.calls_flows),
        calls_desktop_flows=tuple(reading.calls_desktop_flows),
        ai_builder=reading.ai_builder,
        state=state,
        secrets=(*_in_parameters(mapping_of(definition.get("parameters")), node.at), *reading.secrets),
        literals=tuple(reading.literals),
        exposures=tuple(reading.exposures),
        table_writes=tuple(reading.table_writes),
    )


def _in_parameters(parameters: Raw, at: Anchor) -> Iterator[Secret]:
    for name, raw in parameters.items():
        parameter = mapping_of(raw)
        value = text_of(parameter.get("defaultValue"))
        # Of an environment variable this is a copy: the definition of the variable is the place.
        if not value or ("metadata" in parameter and "schemaName" in mapping_of(parameter["metadata"])):
            continue
        kind = literals.secret_in(name, value)
        if kind is None and (text_of(parameter.get("type")) or "").lower() == "securestring":
            kind = SecretKind.PASSWORD if literals.is_credential(value) else None
        if kind is not None:
            place = Anchor(at.source, (*at.path, "properties", "definition", "parameters", name, "defaultValue"))
            yield Secret(kind=kind, at=place, holder=name)


def _walk(actions: Raw, path: KeyPath) -> Iterator[_Found]:
    """Give every action in the order of the text, without recursion."""
    levels = [(iter(actions.items()), path)]
    while levels:
        items, home = levels[-1]
        for name, raw in items:
            if not isinstance(raw, dict):
                continue
            kind = raw.get("type")
            yield _Found(home, name, raw, kind.lower() if isinstance(kind, str) else "")
            inner = _branches(raw, home, name)
            if inner:
                levels.extend((iter(branch.items()), place) for branch, place in reversed(inner))
                break
        else:
            levels.pop()


def _branches(action: Raw, home: KeyPath, name: str) -> list[tuple[Raw, KeyPath]]:
    branches: list[tuple[Raw, KeyPath]] = []
    for key, value in action.items():
        if not isinstance(value, dict):
            continue
        if key == "actions":
            branches.append((value, (*home, name, "actions")))
        elif key in {"else", "default"}:
            inner = value.get("actions")
            if isinstance(inner, dict):
                branches.append((inner, (*home, name, key, "actions")))
        elif key == "cases":
            for case, content in value.items():
                inner = content.get("actions") if isinstance(content, dict) else None
                if isinstance(inner, dict):
                    branches.append((inner, (*home, name, "cases", case, "actions")))
    return branches


def _steps_in(value: object, path: KeyPath) -> list[_Found]:
    return [
        _Found(path, name, raw, (text_of(raw.get("type")) or "").lower())
        for name, raw in mapping_of(value).items()
        if isinstance(raw, dict)
    ]


class _Reading:
    """What the walk over one flow gathers."""

    def __init__(
        self,
        at: Anchor,
        definition: Raw,
        entries: dict[str, Entry],
        variables: Mapping[str, EnvironmentVariable],
    ) -> None:
        self._at = at
        self._parameters = mapping_of(definition.get("parameters"))
        self._variables = variables
        self._entries = entries
        self._folded = {label.lower(): label for label in entries}
        self._used: set[str] = set()
        self._uses: dict[str, _Use] = {}
        self.unresolved: list[Unresolved] = []
        self.calls_flows: list[Call] = []
        self.calls_desktop_flows: list[Call] = []
        self.ai_builder = False
        self.secrets: list[Secret] = []
        self.literals: list[StageLiteral] = []
        self.exposures: list[Exposure] = []
        self.table_writes: list[TableWrite] = []

    def step(self, found: _Found, *, trigger: bool) -> None:
        """Take in one trigger or action."""
        kind = found.type
        if "inputs" in found.raw and not (trigger and kind == "request"):
            self._look_into_inputs(found)
        if kind in OF_CONNECTOR:
            self._connection_step(found, trigger=trigger)
        elif kind in BUILT_IN:
            self._built_in(BUILT_IN[kind], found, _ADDRESS_OF[kind], trigger=trigger)
        elif kind == "workflow" and not trigger:
            self._child_flow(found)
        elif kind == "request" and trigger:
            request = (text_of(found.raw.get("kind")) or "").lower()
            if request == "apiconnection":
                self._connection_step(found, trigger=True)
            elif request in REQUESTS:
                self._built_in(REQUESTS[request], found, (), trigger=True)

    def uses(self) -> tuple[ConnectorUse, ...]:
        """Give the connectors used, in the order they first appear."""
        return tuple(
            ConnectorUse(
                connector=use.connector.key,
                custom=use.connector.custom,
                at=use.steps[0].at,
                steps=tuple(use.steps),
                reference=use.reference,
                custom_guid=use.connector.guid,
                spelling=use.connector.spelling,
                contested=any(step.contested for step in use.steps),
            )
            for use in self._uses.values()
        )

    def declared(self) -> tuple[DeclaredReference, ...]:
        """Give the entries of the flow's map of connections."""
        home = self._at / "properties" / "connectionReferences"
        declared: list[DeclaredReference] = []
        for entry in self._entries.values():
            connector = entry.sources[0][1] if entry.sources else from_label(entry.label)
            declared.append(
                DeclaredReference(
                    label=entry.label,
                    connector=connector.key if connector else None,
                    custom=connector.custom if connector else False,
                    logical_name=entry.logical_name,
                    at=home / entry.label,
                    used=entry.label in self._used,
                    runs_as=entry.runs_as,
                    connection=entry.connection,
                )
            )
        return tuple(declared)

    def _look_into_inputs(self, found: _Found) -> None:
        inputs = found.raw["inputs"]
        if found.type in BUILT_IN and isinstance(inputs, dict):
            self._authentication(found, inputs)
        shown = literals.search(inputs, found.name)
        if not (shown.secrets or shown.literals or shown.computed_secrets or found.type in _SHOW_INPUTS):
            return
        at = self._place(found) / "inputs"
        for secret in shown.secrets:
            # What stands in an authentication is told above, whatever it looks like.
            if not _in_authentication(secret.path):
                place = Anchor(at.source, (*at.path, *secret.path))
                self.secrets.append(Secret(kind=secret.kind, at=place, holder=found.name))
        for literal in shown.literals:
            place = Anchor(at.source, (*at.path, *literal.path))
            self.literals.append(StageLiteral(literal.kind, literal.value, place, found.name))
        self._expose(found, inputs, shown)

    def _authentication(self, found: _Found, inputs: Raw) -> None:
        """Note the credentials in the authentication of an HTTP step; webhooks have one for each of their calls."""
        for home in (inputs, mapping_of(inputs.get("subscribe")), mapping_of(inputs.get("unsubscribe"))):
            authentication = home.get("authentication")
            if not isinstance(authentication, dict):
                continue
            way = next((key for key in ("subscribe", "unsubscribe") if inputs.get(key) is home), None)
            for key, kind in _CREDENTIALS.items():
                value = authentication.get(key)
                if isinstance(value, str) and literals.is_credential(value):
                    at = self._place(found) / "inputs"
                    at = (at / way if way else at) / "authentication" / key
                    self.secrets.append(Secret(kind=kind, at=at, holder=found.name, authentication=True))

    def _expose(self, found: _Found, inputs: object, shown: literals.Inputs) -> None:
        settings = mapping_of(mapping_of(found.raw.get("runtimeConfiguration")).get("secureData"))
        secured = settings.get("properties")
        secured = secured if isinstance(secured, list) else []
        # The platform blanks out authentication and this header in the run history itself.
        by_inputs = found.type in _SHOW_INPUTS and any(
            not _in_authentication(secret.path) and str(secret.path[-1:][0]).lower() != "authorization"
            for secret in (*shown.computed_secrets, *shown.secrets)
            if secret.path
        )
        inputs_shown = by_inputs and "inputs" not in secured
        outputs_shown = _gives_secret(found, mapping_of(inputs)) and "outputs" not in secured
        if inputs_shown or outputs_shown:
            place = self._place(found)
            self.exposures.append(Exposure(step=found.name, at=place, inputs=inputs_shown, outputs=outputs_shown))

    def _place(self, found: _Found) -> Anchor:
        return Anchor(self._at.source, (*self._at.path, *found.path, found.name))

    def _connection_step(self, found: _Found, *, trigger: bool) -> None:
        inputs = mapping_of(found.raw.get("inputs"))
        host = mapping_of(inputs.get("host"))
        wanted = label_of(host)
        label = self._declared_label(wanted)
        entry = self._entries.get(label)
        if entry:
            self._used.add(label)
        metadata = mapping_of(mapping_of(found.raw.get("metadata")).get("flowSystemMetadata"))
        sources = (*(entry.sources if entry else ()), *own_sources(host))
        if not sources and (guess := from_label(wanted)):
            sources = ((Evidence.LABEL, guess),)
        ai_builder = is_ai_builder(host, metadata, sources)
        step = Step(
            name=found.name,
            type=text_of(found.raw.get("type")) or "",
            at=self._place(found),
            trigger=trigger,
            operation=text_of(host.get("operationId"))
            or text_of(inputs.get("operationId"))
            or text_of(metadata.get("swaggerOperationId")),
            ai_builder=ai_builder,
            request=_request(inputs),
            label=wanted or None,
            undeclared=bool(wanted) and entry is None,
            evidence=sources[0][0] if sources else None,
            contested=contradiction(sources),
        )
        if not sources:
            self.unresolved.append(Unresolved(step=step, key=wanted))
            return
        connector = sources[0][1]
        self.ai_builder = self.ai_builder or ai_builder
        parameters = mapping_of(inputs.get("parameters"))
        if connector.key in _ENTRA_HTTP:
            step = step._replace(endpoint=self._web_resource(parameters, step.at))
        elif connector.key == _DESKTOP_FLOWS:
            self._desktop_flow(parameters, step.at)
        elif connector.key in WRITERS and not trigger:
            self._write(step, parameters)
        self._add(connector, step, entry.logical_name if entry else None)

    def _declared_label(self, wanted: str) -> str:
        return wanted if wanted in self._entries else self._folded.get(wanted.lower(), wanted)

    def _built_in(self, key: ConnectorKey, found: _Found, address: tuple[str, ...], *, trigger: bool) -> None:
        at = self._place(found)
        endpoint = None
        if address:
            value: object = found.raw.get("inputs")
            place = at / "inputs"
            for member in address:
                value = mapping_of(value).get(member)
                place /= member
            endpoint = self._endpoint(value, place)
        step = Step(
            name=found.name,
            type=text_of(found.raw.get("type")) or "",
            at=at,
            trigger=trigger,
            endpoint=endpoint,
            evidence=Evidence.STEP_TYPE,
        )
        self._add(NamedConnector(key=key, custom=False, spelling=key), step, None)

    def _add(self, connector: NamedConnector, step: Step, reference: str | None) -> None:
        use = self._uses.setdefault(connector.key, _Use(connector, reference))
        use.reference = use.reference or reference
        use.steps.append(step)

    def _child_flow(self, found: _Found) -> None:
        host = mapping_of(mapping_of(found.raw.get("inputs")).get("host"))
        child = text_of(host.get("workflowReferenceName"))
        if child:
            self.calls_flows.append(Call(id=bare_guid(child), at=self._place(found)))

    def _desktop_flow(self, parameters: Raw, at: Anchor) -> None:
        called = text_of(parameters.get("uiFlowId"))
        if called and not called.startswith("@"):
            mode = text_of(parameters.get("runMode"))
            self.calls_desktop_flows.append(Call(id=bare_guid(called), at=at, mode=mode.lower() if mode else None))

    def _write(self, step: Step, parameters: Raw) -> None:
        action = action_of(step.operation, step.request)
        stated = table_of(parameters, step.request) if action else None
        if action and stated is not None:
            table = self._endpoint(stated, step.at).resolved
            self.table_writes.append(TableWrite(table=table or None, action=action, at=step.at))

    def _web_resource(self, parameters: Raw, at: Anchor) -> Endpoint | None:
        address = parameters.get("request/url")
        # A relative address is completed by the connection, which no file holds.
        if not isinstance(address, str) or not re.match(r"https?:|@", address, re.IGNORECASE):
            return None
        return self._endpoint(address, at / "inputs" / "parameters" / "request/url")

    def _endpoint(self, value: object, at: Anchor) -> Endpoint:
        if not isinstance(value, str):
            return Endpoint(value=None, at=at)
        from pllint.read.expression import address_parts

        prefix: list[str] = []
        variables: list[str] = []
        computed = False
        literal = True
        for kind, part in address_parts(value):
            if kind == "text":
                known: str | None = part
            else:
                literal = False
                known = self._parameter(part, variables) if kind == "parameter" else None
            computed = computed or known is None
            if not computed and known is not None:
                prefix.append(known)
        text = "".join(prefix)
        return Endpoint(
            value=text if literal else None,
            at=at,
            resolved=None if computed else text,
            prefix=text,
            variables=tuple(dict.fromkeys(variables)),
        )

    def _parameter(self, name: str, variables: list[str]) -> str | None:
        parameter = mapping_of(self._parameters.get(name))
        schema_name = text_of(mapping_of(parameter.get("metadata")).get("schemaName"))
        if schema_name is None and name.endswith(")"):
            schema_name = name.rpartition("(")[2].removesuffix(")").strip() or None
        if schema_name:
            variables.append(schema_name)
            variable = self._variables.get(schema_name.lower())
            if variable and (variable.value or variable.default):
                return variable.value or variable.default
        return text_of(parameter.get("defaultValue")) or None


def _in_authentication(path: KeyPath) -> bool:
    return "authentication" in path[:2]


def _gives_secret(found: _Found, inputs: Raw) -> bool:
    """Tell whether a step's outputs are a secret: read from a vault, or asked from a token endpoint."""
    if found.type in OF_CONNECTOR:
        operation = (text_of(mapping_of(inputs.get("host")).get("operationId")) or "").lower()
        if operation in _READS_SECRET:
            return True
        action = text_of(mapping_of(inputs.get("parameters")).get("actionName"))
        return (action or "").lower() == "retrieveenvironmentvariablesecretvalue"
    address = text_of(inputs.get("uri")) if found.type == "http" else None
    return address is not None and re.search(r"/oauth2(?:/v2\.0)?/token\b", address) is not None


def _request(inputs: Raw) -> str | None:
    method = text_of(inputs.get("method"))
    path = text_of(inputs.get("path"))
    return f"{method.lower()} {path}" if method and path else None


def _trigger(found: _Found, at: Anchor) -> Trigger:
    kind = text_of(found.raw.get("kind"))
    trigger_class, starts_from = _start(found.type, kind)
    return Trigger(
        name=found.name,
        type=text_of(found.raw.get("type")) or "",
        kind=kind,
        trigger_class=trigger_class,
        starts_from=starts_from,
        at=Anchor(at.source, (*at.path, *found.path, found.name)),
        authentication=text_of(mapping_of(found.raw.get("inputs")).get("triggerAuthenticationType")) or None,
    )


def _start(trigger_type: str, kind: str | None) -> tuple[TriggerClass | None, StartsFrom | None]:
    if trigger_type == "request":
        return _REQUESTS.get((kind or "").lower(), (None, None))
    if trigger_type in _TIMERS:
        return TriggerClass.SCHEDULED, StartsFrom.TIMER
    if trigger_type in OF_CONNECTOR or trigger_type in BUILT_IN:
        return TriggerClass.AUTOMATED, StartsFrom.CONNECTOR
    return (TriggerClass.AUTOMATED if trigger_type else None), None


def named(node: Node, file_name: str) -> tuple[str, str]:
    """Give the name and the id of a flow without a solution: a package's envelope states them, else its file does."""
    name, flow_id = named_by_file(file_name)
    envelope = mapping_of(node.value)
    stated = text_of(mapping_of(envelope.get("properties")).get("displayName"))
    return stated or name, bare_guid(text_of(envelope.get("name")) or flow_id)
