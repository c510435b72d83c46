"""Capacity of the organisation, gathered from manifest, exports and source and put before the rules of capacity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from pllint.catalogue.plans import Plans
from pllint.engine.licensing.capacity import (
    agent_bill,
    ai_credits,
    bots,
    burst_ceiling,
    daily_limit,
    daily_pool,
    of_tenant,
    requests,
    storage,
    website_bill,
)
from pllint.engine.licensing.estate_needs import BY_OWNER
from pllint.engine.licensing.workspace import Licensing
from pllint.model.capacity_facts import AgentUse, DesktopFacts, Storage, WebsiteUse
from pllint.model.component import Component, ComponentKind
from pllint.model.environment import Environment
from pllint.model.estate import Mention
from pllint.model.estate_capacity import BotBalance, Credits, DesktopUse, Packs, RequestUse, StorageUse
from pllint.model.governance import FlowRecord, Governance, Name
from pllint.model.inventory import Capacity
from pllint.model.licensing import Licensed
from pllint.model.workspace import Workspace

_WINDOWS = "windows-desktop-flows"
_NOT_PEOPLE = frozenset({"flow", "machine"})
_SOFTWARE = {
    "desktopflow.excel": "Excel",
    "desktopflow.word": "Word",
    "desktopflow.outlook": "Outlook",
    "desktopflow.sap": "SAP",
    "desktopflow.terminalemulation": "a terminal emulator",
    "desktopflow.exchange": "Exchange",
    "desktopflow.email": "a mail server",
    "desktopflow.database": "a database",
    "desktopflow.activedirectory": "Active Directory",
    "desktopflow.cyberark": "CyberArk",
    "desktopflow.aws": "Amazon Web Services",
    "desktopflow.azure": "Azure",
    "desktopflow.googlecognitive": "Google Cloud",
    "desktopflow.ibmcognitive": "IBM Watson",
    "desktopflow.microsoftcognitive": "Azure AI services",
}
"""Modules of desktop flows that open other software or sign in to it."""
_SITES = {"authenticated-packs": "power-pages-authenticated", "anonymous-packs": "power-pages-anonymous"}
_CREDITS = "copilot-studio"
_REQUESTS = "request-addon"
_ADD_ONS = ("dataverse-database", "dataverse-file", "dataverse-log")
_MB = Decimal(1024)
_FIVE_MINUTES_A_DAY = 288
_POOL = "the tenant's pool of identities without a licence"
_UNTIL_2021, _SINCE_2021 = "2021-11-30", "2021-12-01"


class EstateCapacity:
    """Answers about the capacity of one workspace on one day."""

    def __init__(self, workspace: Workspace, licensing: Licensing, bought: Callable[[str], int | None]) -> None:
        self._workspace = workspace
        self._licensing = licensing
        self._as_of = licensing.as_of
        self._plans: Plans = licensing.plans
        self._bought = bought

    @property
    def _governance(self) -> Governance | None:
        return self._licensing.governance

    @cached_property
    def _licences(self) -> Mapping[str, int]:
        """Count what is bought of each plan."""
        plans = dict.fromkeys(self._plans.id_of(record.plan) for record in self._workspace.licences)
        return {plan: self._bought(plan) or 0 for plan in plans}

    # Desktop flows

    def desktop(self, component: Component) -> DesktopUse | None:
        """Say how a desktop flow is run, and what its owner's plans lack for that."""
        if component.kind is not ComponentKind.DESKTOP_FLOW:
            return None
        record = next((one for one in self._workspace.records_of(component) if isinstance(one, FlowRecord)), None)
        calls = [
            call
            for flow in self._workspace.components
            for call in flow.calls_desktop_flows
            if call.id.lower() == component.id.lower()
        ]
        unattended = next((call.at for call in calls if call.mode == "unattended"), None)
        holds = self._holds(record) if record else ()
        use = DesktopUse(
            component=component,
            at=record.at if record else component.at,
            held=tuple(self._licensing.name_of(plan) for plan in holds),
            unattended_at=unattended,
            software=tuple(dict.fromkeys(
                _SOFTWARE[one.connector.lower()] for one in component.uses if one.connector.lower() in _SOFTWARE
            )),
        )  # fmt: skip
        if record is None or not holds or (unattended and _WINDOWS not in holds):
            return use
        environment = self._environment(record.environment)
        facts = DesktopFacts(
            attended=True,
            holds=holds,
            environment="default" if environment is None or environment.is_default else environment.name,
            shared=bool(record.people),
            from_cloud_flow=bool(calls),
        )
        told = {remark.check for remark in bots(facts, self._licensing.groups["attended"]).remarks}
        if "windows-desktop-flow-limits" in told:
            beyond = [
                *(["is shared"] if facts.shared else []),
                *([f"lies in {facts.environment}"] if facts.environment != "default" else []),
                *(["is started by a cloud flow"] if facts.from_cloud_flow else []),
            ]
            return use._replace(beyond_windows=tuple(beyond))
        # Whoever a cloud flow runs it for is told there.
        return use._replace(missing_bot="attended-bot-missing" in told and not calls)

    def windows_only(self, licensed: Licensed) -> bool:
        """Tell whether the owner of a flow that starts an attended desktop flow has the licence in Windows for it."""
        owner = licensed.flow.owner if licensed.flow else None
        return owner is not None and _WINDOWS in owner.holds

    def bots(self) -> BotBalance | None:
        """Hold the unattended bots that are bought against those the source needs at least; None where none runs."""
        places = []
        for component in self._workspace.components:
            if self._workspace.is_copied(component):
                continue
            calls = [call for call in component.calls_desktop_flows if call.mode == "unattended"]
            places += [Mention(f"'{component.name}' runs a desktop flow unattended", call.at) for call in calls]
        governance = self._governance
        stated = governance.desktop_flows if governance else None
        runs = stated.concurrent_runs if stated else None
        machines = stated.machines if stated else None
        if not places and not (runs or machines):
            return None
        carried = self._unattended_bots
        counts = [number * each for plan, each in carried.items() if (number := self._bought(plan)) is not None]
        flows = governance.flows if governance else ()
        taken = sum(self._licensing.capacity_licence(one) in carried for one in flows)
        bought = max(0, sum(counts) - taken) if counts else None
        # What the source shows to run takes one bot at least; how many run at one time it does not show.
        found = bots(DesktopFacts(attended=False, concurrent=runs or 1, machines=machines or 1, bots=bought or 0), ())
        name = self._licensing.name_of((*self._licensing.usual(carried), *carried)[0])
        return BotBalance(
            name=name,
            needed=found.needed,
            bought=bought,
            places=tuple(places),
            stated_at=stated.at if stated and (runs or machines) else None,
            concurrent_runs=runs,
            machines=machines,
        )

    @cached_property
    def _unattended_bots(self) -> Mapping[str, int]:
        """Give the plans of flows and machines that carry unattended bots, with how many bots each has."""
        bots_of = {plan: self._plans.number(plan, "unattended-bots", self._as_of) for plan in self._plans.ids}
        return {plan: bots for plan, bots in bots_of.items() if bots and self._plans.counts(plan) in _NOT_PEOPLE}

    def _holds(self, record: FlowRecord) -> tuple[str, ...]:
        owner = (record.owner or "").strip().lower()
        governance = self._governance
        for population in governance.populations if governance else ():
            if owner and population.name.strip().lower() == owner:
                return tuple(self._plans.id_of(plan) for plan, number in population.holds if number)
        return (self._plans.id_of(record.plan),) if record.plan else ()

    def _environment(self, name: Name | None) -> Environment | None:
        return self._workspace.environment(name.text) if name else None

    def _is_metered(self, name: Name | None) -> bool:
        environment = self._environment(name)
        return environment is not None and self._bills(environment)

    def _bills(self, environment: Environment) -> bool:
        declared = self._governance.environments if self._governance else ()
        metered = (one.name for one in declared if one.pay_as_you_go)
        return environment.pay_as_you_go is True or any(map(environment.goes_by, metered))

    # Credits and packs

    def ai_credits(self) -> Credits | None:
        """Hold the AI Builder credits used in a month against those there are."""
        use = self._governance.ai_credits if self._governance else None
        if use is None or use.used is None:
            return None
        add_ons = self._bought("ai-builder-addon") or 0
        balance = ai_credits(self._licences, add_ons, use.used, self._as_of, self._plans)
        return Credits(at=use.at, month=use.month, balance=balance)

    def has_agent_capacity(self) -> bool:
        """Tell whether any record is of packs or of a meter for agents."""
        packs = self._licensing.groups["agent"]
        return any(
            self._plans.id_of(record.plan) in packs and record.purchased != 0 for record in self._workspace.licences
        )

    def is_metered(self, environments: Sequence[Environment]) -> bool:
        """Tell whether all environments a component goes to are pay-as-you-go."""
        return bool(environments) and all(self._bills(environment) for environment in environments)

    def agent_packs(self) -> Packs | None:
        """Hold the packs that the credits of all agents take against those that are bought; None where none is used."""
        governance = self._governance
        agents = [one for one in governance.agents if not self._is_metered(one.environment)] if governance else []
        used = sum(one.credits_per_month or 0 for one in agents)
        bought = self._bought(_CREDITS)
        if not used:
            return None
        bill = agent_bill(AgentUse(credits_per_month=used, packs_held=bought), self._as_of, self._plans)
        return Packs(
            name=self._licensing.name_of(_CREDITS),
            used=used,
            unit=str(self._plans.value(_CREDITS, "unit", self._as_of) or "credits"),
            needed=bill.packs,
            bought=bought,
            places=tuple(Mention(f"'{one.name}'", one.at) for one in agents if one.credits_per_month),
        )

    def website_packs(self) -> Iterator[Packs]:
        """Hold the packs of each kind that all websites take, site by site, against those that are bought."""
        governance = self._governance
        needed: dict[str, int] = {}
        used: dict[str, int] = {}
        places: dict[str, list[Mention]] = {}
        for site in governance.websites if governance else ():
            if self._is_metered(site.environment):
                continue
            facts = WebsiteUse(authenticated=site.authenticated, anonymous=site.anonymous)
            people = {"authenticated-packs": site.authenticated, "anonymous-packs": site.anonymous}
            for kind, packs in website_bill(facts, self._as_of, self._plans).packs:
                number = people.get(kind)
                if kind in _SITES and packs and number:
                    needed[kind] = needed.get(kind, 0) + packs
                    used[kind] = used.get(kind, 0) + number
                    places.setdefault(kind, []).append(Mention(f"'{site.name}'", site.at))
        for kind, packs in needed.items():
            yield Packs(
                name=self._licensing.name_of(_SITES[kind]),
                used=used[kind],
                unit=f"{kind.partition('-')[0]} people",
                needed=packs,
                bought=self._bought(_SITES[kind]),
                places=tuple(places[kind]),
            )

    # Requests

    @property
    def _ceiling(self) -> int:
        return burst_ceiling(self._as_of, self._plans)

    def requests(self) -> Iterator[RequestUse]:
        """Give the requests of flows whose runs a day are on record, added up over the flows of one owner.

        Applications that hold no licence draw on one pool, so that all their flows are added up.

        Only steps that use a connector are known, so each is a number that is reached at least.
        """
        found: dict[str, RequestUse] = {}
        for component in self._workspace.components:
            if component.kind is ComponentKind.CLOUD_FLOW and not self._workspace.is_copied(component):
                licensed = self._licensing.judged(component)
                use = self._requests_of(licensed) if licensed else None
                if use is not None:
                    key = _POOL if use.plans == (_POOL,) else (use.owner or component.id).lower()
                    known = found.get(key)
                    found[key] = _added(known, use) if known else use
        for use in found.values():
            peak = use.per_day // _FIVE_MINUTES_A_DAY
            actions = use.per_day - 1
            judged = requests(use.limit, self._ceiling, actions=actions, runs_per_day=1, peak_per_5_minutes=peak)
            told = {remark.check for remark in judged.remarks}
            missing = use.missing or self._spare_requests(judged.over)
            yield use._replace(
                over=0 if missing else judged.over,
                burst=peak if "request-burst-exceeded" in told else 0,
                missing=missing,
            )

    def _spare_requests(self, over: int) -> str:
        """Say that request add-ons on record may be meant for what is over a limit; empty where they cannot be."""
        bought = self._bought(_REQUESTS) or 0
        if not over or over > bought * self._plans.number(_REQUESTS, "requests", self._as_of):
            return ""
        name = self._licensing.name_of(_REQUESTS)
        return f"{bought:,} {name} {'is' if bought == 1 else 'are'} on record, and nobody says for which flows"

    def _requests_of(self, licensed: Licensed) -> RequestUse | None:
        record, flow, component = licensed.record, licensed.flow, licensed.component
        if (
            not isinstance(record, FlowRecord)
            or flow is None
            or not (runs := Decimal(record.runs_per_day or 0))
            or self._licensing.is_retired(record)
        ):
            return None
        actions = sum(not step.trigger for use in component.uses for step in use.steps)
        counted = requests(0, self._ceiling, actions=actions, runs_per_day=runs)
        owner = flow.owner
        capacity = flow.licence or flow.covered_by
        held = (capacity,) if capacity else owner.holds if owner else ()
        on = {"until-2021": min(self._as_of, _UNTIL_2021), "since-2021": max(self._as_of, _SINCE_2021)}
        day = on.get(self._licensing.readings.request_limits, self._as_of)
        limit = daily_limit(held, 1, 0, day, self._plans)
        use = RequestUse(
            component=component,
            at=record.at / "runs-per-day",
            per_run=counted.per_run,
            runs=runs,
            per_day=counted.per_day,
            limit=limit,
            plans=tuple(self._licensing.name_of(plan) for plan in held),
            owner=None if capacity or owner is None else owner.name,
            missing="" if limit else "nobody has written which plan it runs on",
        )
        return self._pooled(use, day) if not capacity and _draws_on_pool(licensed) else use

    def _pooled(self, use: RequestUse, day: str) -> RequestUse:
        """Hold the use of an application against what all identities without a licence have together."""
        dynamics = sum(self._bought(plan) or 0 for plan in self._plans.groups(day)["dynamics"])
        pooled = use._replace(plans=(_POOL,), owner="applications", missing="")
        if day <= _UNTIL_2021:
            why = f"no source says how large the pool of identities without a licence was until {_UNTIL_2021}"
            return pooled._replace(limit=0, missing=why)
        return pooled._replace(limit=daily_pool(dynamics, day, self._plans))

    # Storage

    def storage(self) -> StorageUse | None:
        """Hold the storage in use against the entitlement, as the platform states it, else as the licences add up."""
        proved = {one.kind.lower(): one for one in self._workspace.inventory.capacities}
        stated = self._governance.dataverse if self._governance else None
        database, file, log = (proved.get(kind) for kind in ("database", "file", "log"))
        if stated is not None and stated.database_gb is not None:
            used = Storage(
                Decimal(stated.database_gb), Decimal(stated.file_gb or 0), Decimal(stated.log_gb or 0)
            )  # fmt: skip
            at, day = stated.at, stated.date
        elif database is not None and database.used_mb is not None:
            used = Storage(_gigabytes(database), _gigabytes(file), _gigabytes(log))
            at, day = database.at, database.as_of
        else:
            return None
        if database is not None and database.total_mb is not None:
            tenant = Storage(_total(database), _total(file), _total(log))
            balance = storage({}, self._as_of, self._plans, tenant=tenant, used=used)
            return StorageUse(at=at, used=used, balance=balance, day=day, basis="the tenant's own figures")
        if not self._licences:
            return None
        bought = [Decimal(self._bought(plan) or 0) for plan in _ADD_ONS]
        add_ons = Storage(*bought)
        balance = storage(self._licences, self._as_of, self._plans, add_ons=add_ons, used=used)
        tenant = of_tenant(self._as_of, self._plans)
        basis = (
            f"{tenant.database} GB database, {tenant.file} GB file and {tenant.log} GB log of the tenant, and what the"
            " licences on record add"
        )
        return StorageUse(at=at, used=used, balance=balance, day=day, basis=basis)


def _draws_on_pool(licensed: Licensed) -> bool:
    """Tell whether a flow runs as an application, and takes no Process licence of its own."""
    flow = licensed.flow
    if flow is None or flow.owner is None or flow.owner.kind != "service-principal" or flow.trigger not in BY_OWNER:
        return False
    return licensed.judgement.remark("service-principal-needs-process") is None


def _added(known: RequestUse, use: RequestUse) -> RequestUse:
    return known._replace(
        per_day=known.per_day + use.per_day,
        others=(*known.others, Mention(f"'{use.component.name}', {use.per_run:,} a run and {use.runs:,} runs", use.at)),
    )


def _gigabytes(capacity: Capacity | None) -> Decimal:
    return Decimal(str(capacity.used_mb or 0)) / _MB if capacity else Decimal(0)


def _total(capacity: Capacity | None) -> Decimal:
    return Decimal(str(capacity.total_mb or 0)) / _MB if capacity else Decimal(0)
