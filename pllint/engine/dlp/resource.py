"""What a component uses, as policies see it: its own connectors and those of the flows it calls."""

from collections.abc import Iterable, Iterator

from pllint.engine.dlp.classify import identity
from pllint.model.component import Component, ComponentKind, ConnectorUse, Step
from pllint.model.environment import Environment
from pllint.model.policy_ids import APP_TO_FLOW, KNOWN_KINDS, NATIVE_DATAVERSE
from pllint.model.verdict import Note, NoteKind, Subject
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.source import Anchor

UNITED = {ComponentKind.CLOUD_FLOW, ComponentKind.DESKTOP_FLOW}
"""The kinds judged together with the flows they call; a flow an app or agent calls is judged on its own."""

# "Get web resource" of HTTP with Microsoft Entra ID is out of endpoint filtering's scope.
_OUT_OF_SCOPE = {("shared_webcontents", "getfilecontent"), ("shared_webcontentsv2", "getfilecontent")}


class Used(NamedTuple):
    """A connector that a resource uses."""

    subject: Subject
    at: Anchor | None = None


class UsedOperation(NamedTuple):
    """An operation that a resource calls."""

    subject: Subject
    id: str | None
    """None: the step does not name it."""
    at: Anchor | None = None
    tabular: bool = False
    """A table function of a canvas app, which action control does not reach."""


class UsedEndpoint(NamedTuple):
    """An address that a resource reaches."""

    subject: Subject
    value: str | None
    """None: computed at run time."""
    at: Anchor | None = None
    entra: bool = False
    """The connection authenticates with Microsoft Entra ID."""
    out_of_scope: bool = False
    """The action is one that endpoint filtering does not look at."""
    in_connection: bool = False
    """The connection holds it, and no file does."""
    current_environment: bool = False
    """It is the environment's own organisation."""


class Resource(NamedTuple):
    """An app, flow or agent as policies see it."""

    id: str
    kind: ComponentKind
    uses: tuple[Used, ...] = ()
    operations: tuple[UsedOperation, ...] = ()
    endpoints: tuple[UsedEndpoint, ...] = ()
    children: tuple["Resource", ...] = ()
    notes: tuple[Note, ...] = ()
    """What keeps a verdict on it open whatever the policies say."""


class Brought(NamedTuple):
    """A connector with the first place that brings it in and every resource of the tree that uses it."""

    subject: Subject
    at: Anchor | None
    by: frozenset[str]
    via: str | None = None
    """The one child that uses it, when the resource itself does not."""


class Gathered:
    """Everything a resource and its children use, joined."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.members = tuple(_tree(resource))
        self.operations: dict[str, list[UsedOperation]] = {}
        self.endpoints: dict[str, list[UsedEndpoint]] = {}
        brought: dict[str, tuple[Subject, Anchor | None, set[str]]] = {}
        for member in self.members:
            everything: list[Used | UsedOperation | UsedEndpoint] = [
                *member.uses,
                *member.operations,
                *member.endpoints,
            ]
            for used in everything:
                if used.subject.key.lower() == APP_TO_FLOW:
                    continue
                brought.setdefault(identity(used.subject), (used.subject, used.at, set()))[2].add(member.id)
            for operation in member.operations:
                self.operations.setdefault(identity(operation.subject), []).append(operation)
            for endpoint in member.endpoints:
                self.endpoints.setdefault(identity(endpoint.subject), []).append(endpoint)
        self.brought = tuple(
            (key, Brought(subject=subject, at=at, by=frozenset(by), via=self._child(by)))
            for key, (subject, at, by) in sorted(brought.items())
        )

    def _child(self, by: set[str]) -> str | None:
        return next((member.id for member in self.members[1:] if by == {member.id}), None)

    def via(self, brought: Iterable[Brought]) -> str | None:
        """Name the one child that brings all of these in."""
        children = {each.via for each in brought}
        return next(iter(children)) if len(children) == 1 else None


def _tree(resource: Resource) -> Iterator[Resource]:
    seen: set[tuple[str, str]] = set()
    waiting = [resource]
    while waiting:
        member = waiting.pop(0)
        if (member.kind, member.id.lower()) in seen:
            continue
        seen.add((member.kind, member.id.lower()))
        yield member
        if member.kind in UNITED:
            waiting.extend(child for child in member.children if child.kind in UNITED)


class Resources:
    """The components of a workspace as resources, each built once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._whole: dict[tuple[int, Environment | None], Gathered] = {}
        self._varying: dict[int, bool] = {}

    def of(self, component: Component, environment: Environment) -> Gathered:
        """Give a component with everything it and its children use; hosts as they are in an environment."""
        key = (id(component), environment if self._varies(component) else None)
        if key not in self._whole:
            self._whole[key] = Gathered(self._with_children(component, environment))
        return self._whole[key]

    def _varies(self, component: Component) -> bool:
        """Tell whether something that a component or its children use has another host in another environment."""
        if not self._workspace.hosts_vary:
            return False
        if id(component) not in self._varying:
            called = (child for _, child in self._reached(component) if child is not None)
            definitions = (self._workspace.definition_of(use) for member in (component, *called) for use in member.uses)
            self._varying[id(component)] = any(one.host.variable for one in definitions if one is not None)
        return self._varying[id(component)]

    def _with_children(self, component: Component, environment: Environment) -> Resource:
        # Flat: the whole tree as children of the root, so that a circle of calls ends and nothing is built twice.
        own = self._alone(component, environment)
        members: list[Resource] = []
        notes: list[Note] = list(own.notes)
        for call, child in self._reached(component):
            if child is None:
                words = f"calls a flow ({call[0]}) that is not in the files read"
                notes.append(Note(kind=NoteKind.CHILD_MISSING, words=words, at=call[1]))
            else:
                members.append(self._alone(child, environment))
                notes.extend(members[-1].notes)
        return own._replace(children=tuple(members), notes=tuple(notes))

    def _reached(self, component: Component) -> Iterator[tuple[tuple[str, Anchor], Component | None]]:
        """Give the calls of a flow and of those it calls, each called flow once; None for one that is not here."""
        if component.kind not in UNITED:
            return
        seen: set[str] = set()
        waiting = [component]
        while waiting:
            caller = waiting.pop()
            for call in (*caller.calls_flows, *caller.calls_desktop_flows):
                child = self._workspace.component(call.id)
                if child is None:
                    yield (call.id, call.at), None
                elif child.id.lower() not in seen and child is not component:
                    seen.add(child.id.lower())
                    waiting.append(child)
                    yield (call.id, call.at), child

    def _alone(self, component: Component, environment: Environment) -> Resource:
        uses: list[Used] = []
        operations: list[UsedOperation] = []
        endpoints: list[UsedEndpoint] = []
        for use in component.uses:
            subject = self.subject(use, environment)
            uses.append(Used(subject=subject, at=use.at))
            # An app's files name no operations and addresses at all; its rules, where there are any, stay open.
            steps = use.steps or (Step(name="", type="", at=use.at),)
            for step in steps:
                operations.append(UsedOperation(subject=subject, id=step.operation, at=step.at))
                endpoints.append(_endpoint(subject, step))
        if component.dataverse_at is not None:
            uses.append(Used(subject=Subject(key=NATIVE_DATAVERSE), at=component.dataverse_at))
        notes = [
            Note(
                kind=NoteKind.CONNECTOR_UNKNOWN,
                words=f"has a step '{unresolved.step.name}' whose connector the files do not tell",
                at=unresolved.step.at,
                decides=True,
            )
            for unresolved in component.unresolved
        ]
        notes += [
            Note(kind=NoteKind.PARTS_MISSING, words=gap.words, at=gap.at, decides=gap.decides) for gap in component.gaps
        ]
        trigger = component.trigger
        if (
            trigger is not None
            and trigger.type.lower() == "request"
            and (trigger.kind or "").lower() not in KNOWN_KINDS
        ):
            words = f"starts from a request of the kind {trigger.kind}, and no document says what that counts as"
            notes.append(Note(kind=NoteKind.TRIGGER_UNKNOWN, words=words, at=trigger.at))
        return Resource(
            id=component.id,
            kind=component.kind,
            uses=tuple(uses),
            operations=tuple(operations),
            endpoints=tuple(endpoints),
            notes=tuple(notes),
        )

    def subject(self, use: ConnectorUse, environment: Environment) -> Subject:
        """Give what policies classify of a use: a custom connector with the host it has in an environment."""
        if not use.custom:
            return Subject(key=use.connector)
        definition = self._workspace.definition_of(use)
        host = self._workspace.connector_in(definition, environment).host if definition else None
        return Subject(key=use.connector, custom=True, host=host)


def _endpoint(subject: Subject, step: Step) -> UsedEndpoint:
    return UsedEndpoint(
        subject=subject,
        value=step.endpoint.value if step.endpoint else None,
        at=step.endpoint.at if step.endpoint else step.at,
        in_connection=step.endpoint is None,
        out_of_scope=(subject.key.lower(), (step.operation or "").lower()) in _OUT_OF_SCOPE,
    )
