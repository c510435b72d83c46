"""How a connector comes into a component: the step, the connection reference, the definition, the policy line."""

from collections.abc import Callable, Iterator, Mapping

from pllint.engine.dlp.resource import UNITED
from pllint.finding import Related
from pllint.model.component import Component, ConnectorUse, Step
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector
from pllint.model.policy_ids import APP_TO_FLOW, NATIVE_DATAVERSE
from pllint.model.verdict import Part, Violation
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.source import Anchor


class Link(NamedTuple):
    """One connector of a component, or of a flow that it calls, with everything that brings it in."""

    connector: ConnectorKey
    custom: bool
    at: Anchor
    """The first step, or the data source."""
    steps: tuple[Step, ...] = ()
    reference: str | None = None
    """The connection reference's logical name."""
    reference_at: Anchor | None = None
    """Where the solution defines it, else where the flow names it."""
    definition: CustomConnector | None = None
    via: Component | None = None
    """The called flow that uses it."""
    use: ConnectorUse | None = None
    """None: a native Dataverse data source."""


def links_of(component: Component, workspace: Workspace) -> tuple[Link, ...]:
    """Give what a component uses itself, then what the flows use that are judged with it."""
    links = list(_own(component, workspace, None))
    if component.kind in UNITED:
        seen = {id(component)}
        waiting = [component]
        while waiting:
            caller = waiting.pop(0)
            for call in (*caller.calls_flows, *caller.calls_desktop_flows):
                child = workspace.component(call.id)
                if child is not None and child.kind in UNITED and id(child) not in seen:
                    seen.add(id(child))
                    waiting.append(child)
                    links += _own(child, workspace, child)
    return tuple(links)


def _own(component: Component, workspace: Workspace, via: Component | None) -> Iterator[Link]:
    declared = {one.logical_name.lower(): one.at for one in component.declared if one.logical_name}
    for use in component.uses:
        if use.connector.lower() == APP_TO_FLOW:
            continue
        reference_at = None
        if use.reference is not None:
            found = workspace.connection_reference(use.reference)
            reference_at = found.at if found is not None else declared.get(use.reference.lower())
        yield Link(
            connector=use.connector,
            custom=use.custom,
            at=use.at,
            steps=use.steps,
            reference=use.reference,
            reference_at=reference_at,
            definition=workspace.definition_of(use),
            via=via,
            use=use,
        )
    if component.dataverse_at is not None:
        yield Link(connector=NATIVE_DATAVERSE, custom=False, at=component.dataverse_at, via=via)


class Chains:
    """Tells violations place by place; the links of a component, which may break many rules, are gathered once."""

    def __init__(self, workspace: Workspace, name_of: Callable[[ConnectorKey], str]) -> None:
        self._workspace = workspace
        self._name_of = name_of
        self._linked: dict[int, _Linked] = {}

    def of(self, violation: Violation, component: Component) -> tuple[Related, ...]:
        """Tell a violation from the first step to the policy line that decides."""
        linked = self._links(component)
        policy = f" of '{violation.policy.name}'" if violation.policy else ""
        chain: list[Related] = []
        for part in (*violation.parts, *violation.others):
            name = self._name_of(part.connector)
            link = _link(part, linked.links)
            chain += _before(link, part, name, linked.steps) if link is not None else ()
            if part.at is not None:
                operation = f", operation {violation.operation}," if violation.operation else ""
                chain.append(Related(message=f"{name}{operation} {part.words}{policy}", at=part.at))
        return tuple(chain)

    def _links(self, component: Component) -> "_Linked":
        known = self._linked.get(id(component))
        if known is None:
            links = links_of(component, self._workspace)
            steps = {step.at: step.name for link in links for step in link.steps if step.name}
            known = self._linked[id(component)] = _Linked(component, links, steps)
        return known


class _Linked(NamedTuple):
    component: Component
    """Kept, so that no other one gets its id."""
    links: tuple[Link, ...]
    steps: Mapping[Anchor, str]
    """The names of all steps, by place."""


def _link(part: Part, links: tuple[Link, ...]) -> Link | None:
    mine = [link for link in links if link.connector == part.connector]
    return next((link for link in mine if link.via is None or part.via == link.via.id), mine[0] if mine else None)


def _before(link: Link, part: Part, name: str, steps: Mapping[Anchor, str]) -> Iterator[Related]:
    at = part.used_at or link.at
    step = steps.get(at) if link.steps else None
    if link.via is not None:
        yield Related(message=f"the called flow {link.via.name}", at=link.via.at)
    yield Related(message=f"{step} uses {name}" if step else f"{name} is used here", at=at)
    if link.reference is not None and link.reference_at is not None:
        yield Related(message=f"through the connection reference {link.reference}", at=link.reference_at)
    if link.definition is not None:
        host = link.definition.host
        to = f"calls {host.name}" if host.name else "has a host that only its connection knows"
        yield Related(message=f"the custom connector {name} {to}", at=host.at or link.definition.at)
