"""The facts of the licence rules, gathered from the source and the manifest.

What the source proves is taken from the source, what only people know from the manifest. A population that bears the
name of an owner or a maker says what that person holds.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pllint.catalogue.plans import Plans
from pllint.engine.licensing.cover import Covers, capacity_licence
from pllint.model.component import APPS, Component, ComponentKind, StartsFrom
from pllint.model.environment import Environment
from pllint.model.governance import AppRecord, FlowRecord, Governance, LicenceRecord, Name, Population
from pllint.model.licence_facts import (
    AppFacts,
    FlowFacts,
    Group,
    GuestLicence,
    Holds,
    Lean,
    Owner,
    Place,
    ServedApp,
)
from pllint.model.licensing import Premium, RestrictedWrite, Verdict
from pllint.model.lifecycle import Retired
from pllint.model.workspace import Workspace

_TRIGGERS = {
    StartsFrom.CONNECTOR: "automated",
    StartsFrom.TEAMS_WEBHOOK: "automated",
    StartsFrom.TIMER: "scheduled",
    StartsFrom.HTTP_REQUEST: "http-request",
    StartsFrom.BUTTON: "button",
    StartsFrom.SELECTED_ITEM: "selected-item",
    StartsFrom.POWER_APPS: "power-app",
    StartsFrom.PARENT_FLOW: "child",
    StartsFrom.AGENT: "copilot",
    StartsFrom.POWER_PAGES: "power-pages",
}
_DATAVERSE = frozenset({"shared_commondataserviceforapps", "shared_commondataservice"})
_DEEPEST = 20
"""Calls of flows by flows that are followed upwards."""


class Gathered:
    """Gathers facts from one workspace; asked once for each component."""

    def __init__(
        self,
        workspace: Workspace,
        governance: Governance,
        premium: Callable[[Component], Premium],
        targets: Callable[[Component], Sequence[Environment]],
        writes: Callable[[Component], Sequence[RestrictedWrite]],
        *,
        plans: Plans,
        as_of: str,
        retired: Sequence[Retired],
        is_retired: Callable[[AppRecord | FlowRecord], bool],
    ) -> None:
        self._workspace = workspace
        self._governance = governance
        self._is_retired = is_retired
        self._retired_apps = {thing.name.strip().lower() for thing in retired if thing.kind == "app"}
        self._premium = premium
        self._targets = targets
        self._plans = plans
        self._as_of = as_of
        self._groups = plans.groups(as_of)
        self._writes = writes
        self.covers = Covers(workspace, governance, self._place_of_record, plans=plans, as_of=as_of)

    def record(self, component: Component) -> AppRecord | FlowRecord | None:
        """Give the manifest's record of an app or a flow; the first where it is in several environments."""
        return next(iter(self._workspace.records_of(component)), None)

    def environment(self, component: Component) -> Environment | None:
        """Give where a component is judged for: as its record says, else its only target."""
        record = self.record(component)
        if record is not None and record.environment is not None:
            return self._workspace.environment(record.environment.text)
        targets = [one for one in self._targets(component) if not one.any_other]
        return targets[0] if len(targets) == 1 else None

    def app(self, component: Component) -> AppFacts:
        """Gather what is known of an app."""
        record, found = self.record(component), self._premium(component)
        environment = self.environment(component)
        stated = record.people if isinstance(record, AppRecord) else None
        shared = record.shared_with if isinstance(record, AppRecord) else None
        people = tuple(self._group(name) for name in shared or ())
        counted_active = False
        if isinstance(record, AppRecord) and not people:
            if stated is not None:
                people = (Group(number=stated, active=record.active_people),)
            elif record.active_people is not None:
                people, counted_active = (Group(number=record.active_people),), True
        here, elsewhere = self._passes(environment)
        return AppFacts(
            premium=found.verdict is Verdict.YES,
            why=tuple(dict.fromkeys(str(reason.word) for reason in found.reasons)),
            place=self._place(environment),
            on_dataverse=component.kind is ComponentKind.MODEL_DRIVEN_APP or _is_on_dataverse(component),
            purpose=record.purpose if record else None,
            people=people,
            active_people=record.active_people if isinstance(record, AppRecord) and shared else None,
            makers=self._makers(record),
            passes=here,
            passes_elsewhere=elsewhere,
            plan=self._plans.id_of(record.plan) if record and record.plan else None,
            claims=tuple((name, "standard") for name in self._claimed_standard(component)),
            hosts=tuple(self._hosts(component)),
            stated_users=stated,
            counted_active=counted_active,
            owner_only=(shared == () and stated in {None, 0})
            or (record is not None and not people and self._is_retired(record)),
            writes_restricted=bool(self._writes(component)),
            restricted_writers=self._writers(record),
        )

    def flow(self, component: Component, depth: int = 0) -> FlowFacts | None:
        """Gather what is known of a cloud flow; None where nobody can say how it starts."""
        starts_from = component.trigger.starts_from if component.trigger else None
        if starts_from is None:
            return None
        record, found = self.record(component), self._premium(component)
        flow_record = record if isinstance(record, FlowRecord) else None
        trigger = _TRIGGERS[starts_from]
        people = tuple(self._flow_people(flow_record)) if flow_record else ()
        callers = [
            one
            for one in self._workspace.callers_of(component)
            if one.kind is ComponentKind.CLOUD_FLOW and one.id != component.id
        ]
        # A button flow that other flows call is a child flow too; who else starts it stands in its record.
        if trigger == "button" and callers and not any(group.role == "runs" for group in people):
            trigger = "child"
        parents: list[FlowFacts] = []
        if trigger == "child" and depth < _DEEPEST:
            gathered = (self.flow(caller, depth + 1) for caller in callers)
            parents = [parent for parent in gathered if parent is not None]
        cover = self.covers.of(flow_record) if flow_record else None
        return FlowFacts(
            premium=found.verdict is Verdict.YES,
            trigger=trigger,
            why=tuple(dict.fromkeys(str(reason.word) for reason in found.reasons)),
            place=self._place(self.environment(component)),
            purpose=record.purpose if record else None,
            owner=self._owner(flow_record) if flow_record else None,
            people=people,
            licence=capacity_licence(flow_record.licence, self._plans, self._as_of) if flow_record else None,
            covered_by=cover.plan if cover else None,
            called_by=tuple(parents),
            app=self._served(component, flow_record),
            plan=self._plans.id_of(flow_record.plan) if flow_record and flow_record.plan else None,
            in_solution=component.solution is not None,
            agent_capacity=any(self._plans.id_of(one.plan) in self._groups["agent"] for one in self._licences),
            credential_holders=self._holders(flow_record) if flow_record else None,
            on_dataverse=_is_on_dataverse(component),
            attended=any(call.mode == "attended" for call in component.calls_desktop_flows),
            unattended=any(call.mode == "unattended" for call in component.calls_desktop_flows),
            lean=Lean(cover.name, cover.fault) if cover and cover.fault else None,
            app_users=tuple(self._app_users(component)),
            writes_restricted=bool(self._writes(component)),
            restricted_writers=self._writers(record),
        )

    def _writers(self, record: AppRecord | FlowRecord | None) -> tuple[Group, ...]:
        return tuple(map(self._group, record.writes_restricted)) if record else ()

    def _app_users(self, flow: Component) -> Iterator[Group]:
        for caller in self._workspace.callers_of(flow):
            record = self.record(caller) if caller.kind in APPS else None
            if isinstance(record, AppRecord):
                yield from map(self._group, record.shared_with or ())

    def _place_of_record(self, record: FlowRecord, component: Component | None) -> str | None:
        """Name the environment of a flow in one spelling; None where nobody says."""
        if record.environment is not None:
            known = self._workspace.environment(record.environment.text)
            return known.name if known else record.environment.text.strip().lower()
        found = self.environment(component) if component else None
        return found.name if found else None

    def says_what_people_hold(self, component: Component) -> bool:
        """Tell whether a population of a component says what its people, maker or owner hold."""
        record = self.record(component)
        names = [name.text for name in _names(record)] if record else []
        one = (record.maker if component.kind in APPS else record.owner) if record is not None else None
        if one:
            names.append(one)
        populations = (self._populations.get(name.strip().lower()) for name in names)
        return any(group is not None and (group.holds or group.guests) for group in populations)

    def _place(self, environment: Environment | None) -> Place:
        if environment is None:
            return Place()
        metered = environment.pay_as_you_go is True or any(
            declared.pay_as_you_go and environment.goes_by(declared.name) for declared in self._governance.environments
        )
        kind = str(environment.type) if environment.type else "production"
        return Place(type=kind, managed=environment.managed is True, pay_as_you_go=metered)

    @cached_property
    def _populations(self) -> dict[str, Population]:
        return {group.name.strip().lower(): group for group in self._governance.populations}

    def _group(self, name: Name, role: str | None = None) -> Group:
        population = self._populations.get(name.text.strip().lower())
        if population is None:
            return Group(name=name.text, number=None, role=role)
        guests = population.guests
        tenant = self._governance.tenant
        cloud = tenant.cloud if tenant and tenant.cloud else "public"
        return Group(
            name=population.name,
            number=population.people,
            holds=self._by_id(population.holds),
            role=role,
            guests=GuestLicence(
                home=guests.home or "unknown",
                plan=self._plans.id_of(guests.plan) if guests.plan else None,
                other_cloud=guests.cloud is not None and guests.cloud != cloud,
            )
            if guests
            else None,
        )

    def _flow_people(self, record: FlowRecord) -> Iterator[Group]:
        for people in record.people:
            if people.who is not None:
                group = self._group(people.who, people.role or "runs")
                yield group._replace(gets_nothing=people.value == "none", benefits=people.benefit is True)

    def _makers(self, record: AppRecord | FlowRecord | None) -> tuple[Group, ...]:
        # A maker's name alone says nothing of what the maker holds.
        population = self._populations.get((record.maker or "").strip().lower()) if record else None
        return () if population is None else (self._group(Name(population.name, population.at)),)

    def _owner(self, record: FlowRecord) -> Owner | None:
        if record.owner is None:
            return None
        population = self._populations.get(record.owner.strip().lower())
        holds = tuple(plan for plan, number in self._by_id(population.holds) if number) if population else ()
        if not holds and record.plan:
            plan = self._plans.id_of(record.plan)
            holds = (plan,) if self._is_within_purchased(plan, record.owner) else ()
        elif not holds:
            holds = self._from_the_pool(record)
        return Owner(
            name=record.owner, kind=record.owner_kind or "person", holds=holds, left=record.owner_left is not None
        )

    def _is_within_purchased(self, plan: str, owner: str) -> bool:
        """Tell whether enough licences of a plan are bought for the owners who are to have one, in order of names."""
        flows = [one for one in self._governance.flows if self._plans.id_of(one.plan or "") == plan]
        owners = sorted({one.owner.strip().lower() for one in flows if one.owner})
        return owners.index(owner.strip().lower()) < self._purchased(plan)

    def _from_the_pool(self, record: FlowRecord) -> tuple[str, ...]:
        """Let an owner whose plan nobody has written hold one that is bought and not spoken for."""
        unspoken = sorted({one.owner.strip().lower() for one in self._governance.flows if one.owner and not one.plan})
        place = unspoken.index((record.owner or "").strip().lower())
        for plan in self._groups["flow-standalone"]:
            planned = (one for one in self._governance.flows if self._plans.id_of(one.plan or "") == plan)
            spoken = {one.owner for one in planned if one.owner}
            free = self._purchased(plan) - len(spoken)
            if place < free:
                return (plan,)
            place -= max(0, free)
        return ()

    def _purchased(self, plan: str) -> int:
        records = [one for one in self._licences if self._plans.id_of(one.plan) == plan]
        return sum(max(one.purchased or 0, one.assigned or 0) for one in records)

    @property
    def _licences(self) -> Sequence[LicenceRecord]:
        return self._governance.licences

    def _passes(self, environment: Environment | None) -> tuple[int, int]:
        """Count the app passes allocated to an environment, and to others."""
        here = elsewhere = 0
        passes = self._groups.given_to("app-pass", "app-premium")
        for record in self._licences:
            if self._plans.id_of(record.plan) in passes:
                for name, number in record.allocated:
                    if environment is not None and environment.goes_by(name.text):
                        here += number
                    else:
                        elsewhere += number
        return here, elsewhere

    def _by_id(self, holds: Holds) -> Holds:
        return tuple((self._plans.id_of(plan), number) for plan, number in holds)

    def _holders(self, record: FlowRecord) -> Group | None:
        if record.credential_holders is None:
            return None
        return Group(number=record.credential_holders, holds=self._by_id(record.holders_hold))

    def _hosts(self, component: Component) -> Iterator[tuple[str, str]]:
        for use in component.uses:
            definition = self._workspace.definition_of(use)
            if definition is not None and definition.host.name:
                yield definition.display_name, definition.host.name

    def _claimed_standard(self, component: Component) -> Iterator[str]:
        """Name the custom connectors whose licences were counted as Microsoft 365: somebody takes them for standard."""
        for use in component.uses:
            definition = self._workspace.definition_of(use)
            if definition is None:
                continue
            called = {definition.name.lower(), definition.display_name.strip().lower()}
            for record in self._governance.connectors:
                names = {record.name.strip().lower(), (record.id or record.name).lower()}
                count = record.deployment.licences if record.deployment else None
                counted = self._plans.id_of(count.plan) if count is not None and count.plan else None
                if names & called and counted in self._groups.seeded:
                    yield definition.display_name

    def _served(self, flow: Component, record: FlowRecord | None) -> ServedApp | None:
        callers = [one for one in self._workspace.callers_of(flow) if one.kind in APPS]
        if record is None or record.app is None:
            return ServedApp(name=callers[0].name, shares_data=True) if callers else None
        name = record.app.text.strip().lower()
        apps = [
            one
            for one in self._workspace.components
            if one.kind in APPS and name in {one.name.strip().lower(), one.id.lower()}
        ]
        records = [one for one in self._governance.apps if name in {one.name.strip().lower(), (one.id or "").lower()}]
        names = {name, *(one.name.strip().lower() for one in records)}
        exists = bool(apps or records) and self._retired_apps.isdisjoint(names)
        shares = None
        if apps:
            connectors: set[str] = {use.connector for use in flow.uses}
            if _is_on_dataverse(flow):
                connectors |= _DATAVERSE
            theirs: set[str] = {use.connector for app in apps for use in app.uses}
            if any(_is_on_dataverse(app) or app.kind is ComponentKind.MODEL_DRIVEN_APP for app in apps):
                theirs |= _DATAVERSE
            shares = bool(connectors & theirs) or any(app in callers for app in apps)
        return ServedApp(name=record.app.text, linked=True, shares_data=shares, exists=exists)


def _names(record: AppRecord | FlowRecord) -> tuple[Name, ...]:
    if isinstance(record, AppRecord):
        return record.shared_with or ()
    return tuple(people.who for people in record.people if people.who is not None)


def _is_on_dataverse(component: Component) -> bool:
    if component.dataverse_at is not None:
        return True
    return any(use.connector in _DATAVERSE and any(not step.ai_builder for step in use.steps) for use in component.uses)
