"""Flows that lean on the capacity licence of another flow: on whose, and whether it reaches them."""

from collections.abc import Callable, Sequence
from functools import cached_property

from pllint.catalogue.plans import Plans
from pllint.model.component import Component, ComponentKind
from pllint.model.governance import FlowRecord, Governance
from pllint.model.licensing import Association
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple

PER_FLOW = "power-automate-per-flow"
_CAPACITY = {
    "per-flow": PER_FLOW,
    "process": "power-automate-process",
    "hosted-process": "power-automate-hosted-process",
}
"""The words of the manifest, and the plans they mean."""
NO_LICENCE = "none"
_DEEPEST = 20
"""Calls of flows by flows that are followed upwards."""


def capacity_words(plans: Plans, as_of: str) -> tuple[str, ...]:
    """Give everything that the manifest may name as the licence on a flow: its own words, and names of plans."""
    named = (plans.names(plan) for plan in plans.groups(as_of)["flow-capacity"])
    return (NO_LICENCE, *_CAPACITY, *(name for names in named for name in names))


def capacity_licence(word: str | None, plans: Plans, as_of: str) -> str | None:
    """Give the id of the capacity licence that the manifest names by a word or by a plan; None where it is none."""
    if word is None:
        return None
    plan = _CAPACITY.get(word.strip().lower()) or plans.id_of(word)
    return plan if plan in plans.groups(as_of)["flow-capacity"] else None


def reaches_others(plan: str, plans: Plans, as_of: str) -> bool:
    """Tell whether a capacity licence covers flows that its flow does not call but works with."""
    return plans.number(plan, "associated-flows", as_of) > 0


class Cover(NamedTuple):
    """The capacity licence that a flow leans on."""

    name: str
    """The flow that is to have it."""
    plan: str | None = None
    """None: it does not reach this flow."""
    fault: str = ""
    """Why not; follows the name: `has no Process licence`."""
    record: FlowRecord | None = None
    is_child: bool = False
    """It is called by that flow, which then covers it without being associated with it."""


class Covers:
    """Answers for the flows of one manifest."""

    def __init__(
        self,
        workspace: Workspace,
        governance: Governance,
        place: Callable[[FlowRecord, Component | None], str | None],
        *,
        plans: Plans,
        as_of: str,
    ) -> None:
        """Take what was read; `place` names the environment of a record in one spelling."""
        self._workspace = workspace
        self._governance = governance
        self._place = place
        self._plans = plans
        self._as_of = as_of

    def of(self, record: FlowRecord) -> Cover | None:
        """Say which licence a flow leans on; None where its record names none."""
        return self._covers.get(id(record))

    def associations(self) -> tuple[Association, ...]:
        """Give every flow with a capacity licence that others lean on, those apart that it calls."""
        found: dict[int, list[FlowRecord]] = {}
        for record in self._governance.flows:
            cover = self.of(record)
            if cover is not None and cover.plan and cover.record is not None and not cover.is_child:
                found.setdefault(id(cover.record), []).append(record)
        return tuple(
            Association(record=record, plan=plan, flows=tuple(found[id(record)]))
            for record in self._governance.flows
            if id(record) in found and (plan := self._licence(record))
        )

    @cached_property
    def _covers(self) -> dict[int, Cover]:
        return {id(one): self._cover(one, one.covered_by.text) for one in self._governance.flows if one.covered_by}

    @cached_property
    def _components(self) -> dict[int, Component]:
        found: dict[int, Component] = {}
        for component in self._workspace.components:
            if component.kind is ComponentKind.CLOUD_FLOW:
                for record in self._workspace.records_of(component):
                    found.setdefault(id(record), component)
        return found

    def _cover(self, record: FlowRecord, name: str) -> Cover:
        key = name.strip().lower()
        named = [
            one
            for one in self._governance.flows
            if one is not record and key in {one.name.strip().lower(), (one.id or "").strip().lower()}
        ]
        if not named:
            return Cover(name, fault="is not recorded with a licence of its own")
        component = self._components.get(id(record))
        here = self._place(record, component)
        near = [one for one in named if self._place(one, self._components.get(id(one))) == here]
        if not near:
            return Cover(name, fault=self._far(named, here))
        other = near[0]
        parent = self._components.get(id(other))
        is_child = component is not None and parent is not None and self._is_called(component, parent)
        fault = self._fault(other, is_child=is_child) or ("" if is_child else _apart(component, parent))
        plan = None if fault else self._licence(other)
        return Cover(name, plan=plan, fault=fault, record=other, is_child=is_child)

    def _far(self, named: Sequence[FlowRecord], here: str | None) -> str:
        there = next((place for one in named if (place := self._place(one, self._components.get(id(one))))), None)
        if there is None:
            return "lies in an environment that nobody has written"
        return f"lies in {there}, and this flow {f'in {here}' if here else 'in an environment that nobody has written'}"

    def _is_called(self, flow: Component, by: Component, depth: int = 0) -> bool:
        callers = [one for one in self._workspace.callers_of(flow) if one.kind is ComponentKind.CLOUD_FLOW]
        return any(
            one.id == by.id or (depth < _DEEPEST and one.id != flow.id and self._is_called(one, by, depth + 1))
            for one in callers
        )

    def _licence(self, record: FlowRecord) -> str | None:
        return capacity_licence(record.licence, self._plans, self._as_of)

    def _fault(self, other: FlowRecord, *, is_child: bool) -> str:
        plan = self._licence(other)
        if plan is None:
            return "has no Process licence"
        if not is_child and not reaches_others(plan, self._plans, self._as_of):
            kind = "per flow" if plan == PER_FLOW else self._plans.name(plan, self._as_of)
            return f"has a {kind} licence that covers its child flows alone"
        return ""


def _apart(flow: Component | None, other: Component | None) -> str:
    """Say what the source shows to keep two flows from being one process; nothing where it shows nothing."""
    if flow is None or other is None:
        return ""
    if flow.solution and other.solution and flow.solution != other.solution:
        return f"is in the solution {other.solution}, and this flow in {flow.solution}"
    known = not (flow.unresolved or other.unresolved)
    theirs = {use.connector for use in other.uses}
    if known and flow.uses and theirs and not theirs & {use.connector for use in flow.uses}:
        return "shares no data source with it"
    return ""
