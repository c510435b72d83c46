"""Licence questions of one workspace on one day: what the source and the manifest say, put before the rules."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pllint.catalogue import Catalogue
from pllint.catalogue.groups import PlanGroups
from pllint.catalogue.plans import Plans
from pllint.catalogue.skus import sku
from pllint.engine.licensing.apps import judge_app
from pllint.engine.licensing.cover import capacity_licence, capacity_words
from pllint.engine.licensing.flows import judge_flow
from pllint.engine.licensing.gather import Gathered
from pllint.engine.licensing.restricted import restricted_writes
from pllint.engine.licensing.tier import doubt, premium
from pllint.model.component import APPS, Component, ComponentKind, StartsFrom, TriggerClass
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import AppRecord, FlowRecord, Governance, Name
from pllint.model.inventory import Currency, LicenceSku, ListedResource
from pllint.model.licence_facts import Readings, Remark
from pllint.model.licensing import (
    Association,
    LicenceNeed,
    Licensed,
    Premium,
    PremiumReason,
    RestrictedWrite,
    Uncounted,
    Verdict,
)
from pllint.model.lifecycle import Retired, retired_on
from pllint.model.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.engine.licensing.given_back import Counts
    from pllint.model.estate import GivenBack

_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan


def fitting_plans(
    component: Component, found: Premium, groups: PlanGroups, *, serves_app: bool = False, trials: bool = True
) -> tuple[str, ...]:
    """Give the ids of the plans that could cover a component, the usual ones first; none when it needs none.

    A flow that serves an app and shares its data is covered by the app's plans as well; one that the app starts runs
    on those alone.
    """
    fitting: tuple[str, ...] = ()
    starts_from = component.trigger.starts_from if component.trigger else None
    if found.verdict is Verdict.NO:
        fitting = ("managed-environment",) if found.reasons else ()
    elif component.kind in APPS:
        fitting = ("app-premium",)
    elif component.kind is ComponentKind.AGENT or starts_from is StartsFrom.AGENT:
        fitting = ("agent",)
    elif component.kind is ComponentKind.CLOUD_FLOW and starts_from is StartsFrom.POWER_APPS:
        fitting = ("app-premium", "flow-capacity")
    elif serves_app:
        fitting = ("flow-in-app-context", "flow-capacity")
    else:
        fitting = ("flow-standalone", "flow-capacity")
    plans = dict.fromkeys(plan for group in fitting for plan in groups[group])
    tried = dict.fromkeys(plan for group in fitting for plan in groups.trials(group)) if trials else {}
    return (*plans, *tried)


_USUAL = {
    "power-apps-premium", "power-apps-per-app", "power-automate-premium", "power-automate-per-user",
    "power-automate-process", "power-automate-per-flow", "copilot-studio",
}  # fmt: skip
"""The shipped plans that people are told to count, on the days that they are sold."""


class Licensing:
    """Answers for one workspace on one day."""

    def __init__(
        self,
        workspace: Workspace,
        catalogue: Catalogue,
        as_of: datetime.date,
        targets: Callable[[Component], Sequence[Environment]],
        settings: Sequence[tuple[str, str]] = (),
        *,
        plans: Plans | None = None,
    ) -> None:
        """Take what was read; `settings` are those under `licensing:`, `plans` other data than the shipped one."""
        self._plans = plans
        self._settings = dict(settings)
        self._judged: dict[int, Licensed | None] = {}
        self._premium: dict[int, tuple[Component, Premium]] = {}
        """By id; the component is kept, so that no other one gets its id."""
        self._workspace = workspace
        self._catalogue = catalogue
        self._as_of = as_of.isoformat()
        self._targets = targets

    def premium(self, component: Component) -> Premium:
        """Judge a component where it goes, with the flows of the source and the day it was made."""
        key = id(component)
        if key not in self._premium:
            self._premium[key] = (component, self._tier(component))
        return self._premium[key][1]

    def _tier(self, component: Component) -> Premium:
        calls = (self._workspace.component(call.id) for call in component.calls_flows)
        return premium(
            component,
            self._catalogue,
            calls=[flow for flow in calls if flow is not None],
            environments=self._targets(component),
            as_of=self._as_of,
            http_is_standard=self.readings.http_tier == "standard",
            created=self._created(component),
            calls_created=self._created,
        )

    def doubt(self, component: Component, reason: PremiumReason) -> str | None:
        """Say where the sources disagree on what makes a component premium; None where they agree."""
        targets = self._targets(component)
        in_teams = any(one.type is EnvironmentType.TEAMS for one in targets)
        return doubt(reason, self._as_of, in_teams=in_teams)

    def _created(self, component: Component) -> str | None:
        records = self._workspace.records_of(component)
        return next((record.created for record in records if record.created), None)

    @cached_property
    def plans(self) -> Plans:
        """The plan data."""
        return self._plans or Plans()

    @cached_property
    def readings(self) -> Readings:
        """How the rules are read where their sources disagree."""
        return readings_of(self._settings)

    @property
    def groups(self) -> PlanGroups:
        """The groups of plans on the day."""
        return self.plans.groups(self._as_of)

    def name_of(self, plan: str) -> str:
        """Give what a plan is called on the day, or its id if it is not known."""
        return self.plans.name(plan, self._as_of)

    def knows_plan(self, name: str) -> bool:
        """Tell whether a name is that of a licence plan, or of a product that is none."""
        return self.plans.named(name) is not None or sku(None, name) is not None

    def on_offer(self, group: str) -> str:
        """Give the id of the plan of a group that people are told to buy on the day."""
        return (*self.usual(self.groups[group]), *self.groups[group])[0]

    def offered(self, group: str) -> str:
        """Name the plan of a group that people are told to buy on the day."""
        return self.name_of(self.on_offer(group))

    @property
    def capacity_words(self) -> tuple[str, ...]:
        """Everything that the manifest may name as the licence on a flow."""
        return capacity_words(self.plans, self._as_of)

    def capacity_licence(self, record: AppRecord | FlowRecord) -> str | None:
        """Give the id of the capacity licence that a record says is on a flow."""
        return capacity_licence(record.licence, self.plans, self._as_of)

    @property
    def as_of(self) -> str:
        """The day all answers are for."""
        return self._as_of

    @property
    def governance(self) -> Governance | None:
        """The manifest, or what licence exports alone say; its licence counts are lowered by what was given back."""
        return self._governance

    @cached_property
    def _gathered(self) -> Gathered | None:
        governance = self._governance
        if governance is None:
            return None
        return Gathered(
            self._workspace,
            governance,
            self.premium,
            self._targets,
            self.restricted_writes,
            plans=self.plans,
            as_of=self._as_of,
            retired=self.retired,
            is_retired=self.is_retired,
        )

    def is_retired(self, record: AppRecord | FlowRecord) -> bool:
        """Tell whether an app or a flow on record is retired on the day, by its own word or a record of retirement."""
        kind = "app" if isinstance(record, AppRecord) else "flow"
        name = record.name.strip().lower()
        named = ((thing.kind, thing.name.strip().lower()) for thing in self.retired if thing.retirement)
        return record.retired is True or (kind, name) in named

    @cached_property
    def retired(self) -> tuple[Retired, ...]:
        """What is retired on the day."""
        return tuple(retired_on(self._manifest, self._as_of)) if self._manifest else ()

    @cached_property
    def counts(self) -> Counts:
        """The licence counts on record, lowered by what retirements have given back since they were taken."""
        from pllint.engine.licensing.given_back import counts_on

        return counts_on(self._workspace, self._manifest, self.retired, self._as_of, self.plans)

    def restricted_writes(self, component: Component) -> Sequence[RestrictedWrite]:
        """Give what a component is seen to write to tables that Power Apps and Power Automate plans only read."""
        return restricted_writes(component, self.plans, self._as_of) if component.table_writes else ()

    def judged(self, component: Component) -> Licensed | None:
        """Say who needs a licence for an app or a cloud flow, how many are short, and what else there is to say.

        None without a manifest or a licence export, for what is no app or cloud flow, and where nobody knows how a
        flow starts.
        """
        key = id(component)
        if key not in self._judged:
            self._judged[key] = self._judge(component)
        return self._judged[key]

    def _judge(self, component: Component) -> Licensed | None:
        gathered = self._gathered
        if gathered is None:
            return None
        app = flow = None
        doubts: tuple[GivenBack, ...] = ()
        doubtful = 0
        if component.kind in APPS:
            app = gathered.app(component)
            judgement = judge_app(app, self._as_of, self.plans, self.readings)
            if doubts := self._doubts(gathered.environment(component)):
                left = app._replace(passes=max(0, app.passes - sum(one.doubt for one in doubts)))
                doubtful = judge_app(left, self._as_of, self.plans, self.readings).short - judgement.short
        elif component.kind is ComponentKind.CLOUD_FLOW and (flow := gathered.flow(component)) is not None:
            judgement = judge_flow(flow, self._as_of, self.plans, self.readings)
        else:
            return None
        writers = judgement.writers or ()
        return Licensed(
            component=component,
            record=gathered.record(component),
            environment=gathered.environment(component),
            premium=self.premium(component),
            judgement=judgement,
            app=app,
            flow=flow,
            counted=self.uncounted(component) is None or gathered.says_what_people_hold(component),
            doubtful=doubtful,
            doubts=doubts if doubtful else (),
            writes=tuple(self.restricted_writes(component)),
            writers_counted=any(group.holds or group.guests for group in writers)
            or self._is_any_on_record(self.groups["dynamics"]),
        )

    def _doubts(self, environment: Environment | None) -> tuple[GivenBack, ...]:
        """Give what may have been taken out of the passes of an environment, and nobody can tell from the counts."""
        if environment is None or not any(thing.retirement for thing in self.retired):
            return ()
        return tuple(
            one
            for one in self.counts.given_back
            if one.doubt and one.environment is not None and environment.goes_by(one.environment)
        )

    def _is_any_on_record(self, plans: Collection[str]) -> bool:
        """Tell whether a licence record is of one of these plans, even of none bought."""
        governance = self._governance
        return any(self.plans.id_of(record.plan) in plans for record in (governance.licences if governance else ()))

    def associations(self) -> tuple[Association, ...]:
        """Give the flows with a capacity licence that other flows are associated with."""
        found = self._gathered.covers.associations() if self._gathered else ()
        return tuple(
            one._replace(at_most=self.plans.number(one.plan, "associated-flows", self._as_of)) for one in found
        )

    def covering(self, record: FlowRecord) -> str | None:
        """Give the capacity plan of another flow that covers this one."""
        cover = self._gathered.covers.of(record) if self._gathered else None
        return cover.plan if cover else None

    @property
    def apps_per_pass(self) -> int:
        """How many apps of an environment one pass covers: as the settings say, else by date."""
        return self.readings.apps_per_pass or self.plans.number(_PASS, "apps", self._as_of) or 1

    def listed(self, component: Component) -> ListedResource | None:
        """Give what an inventory of the tenant lists of an app or flow; None where none does, or it may be several."""
        kinds = APPS if component.kind in APPS else {component.kind}
        rows = [one for one in self._workspace.inventory.resources if one.kind in kinds]
        key, name = component.id.lower(), component.name.strip().lower()
        found = [one for one in rows if key in {(one.id or "").lower(), *one.aliases}]
        found = found or [one for one in rows if one.name.strip().lower() == name]
        record = next((one for one in self._workspace.records_of(component) if one.environment), None)
        environment = self._workspace.environment(record.environment.text) if record and record.environment else None
        if environment is not None:
            found = [one for one in found if one.environment is None or environment.goes_by(one.environment)]
        return found[0] if len(found) == 1 else None

    def purchased(self, plan: str) -> int | None:
        """Count the licences bought of a plan; None where no record says."""
        governance = self._governance
        numbers = [
            record.purchased
            for record in (governance.licences if governance else ())
            if self.plans.id_of(record.plan) == plan and record.purchased is not None
        ]
        return sum(numbers) if numbers else None

    def copies(self, licensed: Sequence[tuple[str, str | None]]) -> tuple[Remark, ...]:
        """Say what is wrong with the copies of a flow, each an environment and its capacity licence there."""
        from pllint.engine.licensing.estate import copies

        return copies(licensed, self.groups["flow-capacity"]).remarks

    def uncounted(self, component: Component) -> Uncounted | None:
        """Give what is needed where no licence record of any fitting plan exists; a record that says 0 is one.

        None when nothing is needed, or a fitting record is there. The verdict may be unknown.
        """
        governance = self._governance
        if governance is None or component.kind in {ComponentKind.AGENT, ComponentKind.DESKTOP_FLOW}:
            return None
        found = self.premium(component)
        need = None if found.verdict is Verdict.NO else self._need(component, governance)
        if need is None:
            return None
        plans = fitting_plans(component, found, self.groups, serves_app=self._serves_app(component))
        if self._is_counted(need, set(plans), governance, is_app=component.kind in APPS):
            return None
        return Uncounted(premium=found, need=need, plans=tuple(map(self.name_of, self.usual(plans))))

    def usual(self, plans: Iterable[str]) -> tuple[str, ...]:
        """Give the plans that people are told to count: those sold on the day, add-ons and trials left out."""
        wanted = {*_USUAL, *self.plans.own}
        trials = {plan for plan in self.plans.own if self.plans.number(plan, "days", self._as_of)}
        sold = [plan for plan in plans if plan not in trials and self.plans.sale(plan).is_open_on(self._as_of)]
        return tuple(plan for plan in sold if plan in wanted) or tuple(sold)

    @cached_property
    def _governance(self) -> Governance | None:
        """The manifest with its licence counts as they stand on the day."""
        manifest = self._manifest
        if manifest is None or not manifest.licences or not any(thing.retirement for thing in self.retired):
            return manifest
        return manifest._replace(licences=self.counts.records)

    @cached_property
    def _manifest(self) -> Governance | None:
        """The manifest as it is written; where there is none, what licence exports alone say."""
        workspace = self._workspace
        if workspace.governance is not None or not workspace.lists_licences:
            return workspace.governance
        listed: list[LicenceSku | Currency] = [*workspace.inventory.skus, *workspace.inventory.currencies]
        return Governance(at=listed[0].at, licences=workspace.licences)

    def _need(self, component: Component, governance: Governance) -> LicenceNeed | None:
        """Say whose licence a premium component runs on, or None when nobody needs one."""
        records = self._workspace.records_of(component)
        environments = self._targets(component)
        if environments and all(_is_metered(environment, governance) for environment in environments):
            return None
        if environments and all(map(_is_personal, environments)) and not any(map(_serves_people, records)):
            return None
        if component.kind in APPS:
            need = _users(records, governance, "the people it is shared with")
            is_gone = bool(records) and all(map(self.is_retired, records)) and not (need.people or need.groups)
            return None if is_gone else need
        if any(map(self._is_covered, records)):
            return None
        return self._flow_need(component, records, governance)

    def _flow_need(
        self, flow: Component, records: Sequence[AppRecord | FlowRecord], governance: Governance
    ) -> LicenceNeed | None:
        starts_from = flow.trigger.starts_from if flow.trigger else None
        callers = self._workspace.callers_of(flow)
        if starts_from is StartsFrom.POWER_PAGES:
            return None
        if starts_from is StartsFrom.POWER_APPS:
            # The app is premium through this flow, and is told so itself.
            return None if any(caller.kind in APPS for caller in callers) else LicenceNeed("the users of its app", None)
        called = any(caller.kind is ComponentKind.CLOUD_FLOW for caller in callers)
        if starts_from is StartsFrom.BUTTON and called and not any(map(_shared_with_anybody, records)):
            starts_from = StartsFrom.PARENT_FLOW
        if starts_from is StartsFrom.PARENT_FLOW:
            parents = [caller for caller in callers if not self._is_licensed_by_capacity(caller)]
            return (
                LicenceNeed(f"the owners or runners of the {len(parents)} flows that call it", None)
                if parents
                else None
            )
        if starts_from is StartsFrom.AGENT:
            return LicenceNeed("the agent that calls it", None)
        if flow.trigger and flow.trigger.trigger_class is TriggerClass.INSTANT:
            return _users(records, governance, "the people who run it")
        owner = next((record.owner for record in records if record.owner), None)
        return LicenceNeed(f"its owner {owner}" if owner else "its owner", 1)

    def _is_counted(self, need: LicenceNeed, plans: set[str], governance: Governance, *, is_app: bool) -> bool:
        """Tell whether a licence record of a fitting plan exists, or an app's people are known to hold one."""
        if any(self.plans.id_of(record.plan) in plans for record in governance.licences):
            return True
        groups = {name.lower() for name, _ in need.groups} if is_app else set()
        return any(
            any(self.plans.id_of(plan) in plans for plan, _ in group.holds)
            or (group.guests is not None and group.guests.home != "unlicensed")
            for group in governance.populations
            if group.name.lower() in groups
        )

    def _is_licensed_by_capacity(self, flow: Component) -> bool:
        return any(map(self._is_covered, self._workspace.records_of(flow)))

    def _is_covered(self, record: AppRecord | FlowRecord) -> bool:
        """Tell whether a capacity licence covers a flow, its own or another's."""
        own = self.capacity_licence(record) is not None
        return own or (isinstance(record, FlowRecord) and self.covering(record) is not None)

    def _serves_app(self, flow: Component) -> bool:
        """Tell whether a flow is tied by hand to an app of the source and shares one of its data sources."""
        linked = {
            record.app.text.lower()
            for record in self._workspace.records_of(flow)
            if isinstance(record, FlowRecord) and record.app
        }
        connectors = {use.connector for use in flow.uses}
        return bool(linked) and any(
            app.kind in APPS
            and linked & {app.name.strip().lower(), app.id.lower()}
            and connectors & {use.connector for use in app.uses}
            for app in self._workspace.components
        )


def readings_of(settings: Mapping[str, str]) -> Readings:
    """Take the readings of the settings; a word that is none leaves the default."""
    default = Readings()

    def word(key: str, known: Sequence[str], otherwise: str) -> str:
        found = settings.get(key, otherwise)
        return found if found in known else otherwise

    def number(key: str, otherwise: int) -> int:
        found = settings.get(key, "")
        return int(found) if found.isdecimal() else otherwise

    per_pass = number("apps-per-pass", 0)
    return Readings(
        team_benefit=word("team-benefit", ("by-date", "required", "advised", "ignore"), default.team_benefit),
        child_context=word("child-context", ("parent", "owner", "both"), default.child_context),
        http_tier=word("http-tier", ("premium", "standard"), default.http_tier),
        apps_per_pass=per_pass or None,
        per_user_from_apps=number("per-user-from-apps", default.per_user_from_apps),
        many_holders=number("many-holders", default.many_holders),
        developer_sharing=word("developer-sharing", ("test", "none"), default.developer_sharing),
        request_limits=word("request-limits", ("by-date", "until-2021", "since-2021"), default.request_limits),
    )


def _is_metered(environment: Environment, governance: Governance) -> bool:
    return environment.pay_as_you_go is True or any(
        declared.pay_as_you_go and environment.goes_by(declared.name) for declared in governance.environments
    )


def _is_personal(environment: Environment) -> bool:
    return environment.type is EnvironmentType.DEVELOPER and not environment.managed


def _serves_people(record: AppRecord | FlowRecord) -> bool:
    if record.purpose == "test":
        return False
    if isinstance(record, AppRecord):
        return bool(record.people or record.shared_with)
    return record.purpose == "use" or bool(record.people)


def _users(records: Sequence[AppRecord | FlowRecord], governance: Governance, who: str) -> LicenceNeed:
    stated = next((r.people for r in records if isinstance(r, AppRecord) and r.people is not None), None)
    names = {name.text.lower(): name.text for record in records for name in _shared_with(record)}
    counts = {group.name.lower(): group.people for group in governance.populations}
    groups = tuple((name, counts.get(key)) for key, name in names.items())
    known = [people for _, people in groups if people is not None]
    total = sum(known) if known and len(known) == len(groups) else None
    return LicenceNeed(who=who, people=total if stated is None else stated, groups=groups)


def _shared_with_anybody(record: AppRecord | FlowRecord) -> bool:
    return any(True for _ in _shared_with(record))


def _shared_with(record: AppRecord | FlowRecord) -> Iterator[Name]:
    if isinstance(record, AppRecord):
        yield from record.shared_with or ()
    else:
        yield from (people.who for people in record.people if people.who and people.role in {"runs", None})
