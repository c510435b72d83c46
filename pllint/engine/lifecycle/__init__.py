"""What the records of a lifecycle prove on a given day: stages, retirements, their arithmetic, approved HTTP."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from pllint.engine.lifecycle.names import ConnectorNames, Definitions
from pllint.engine.lifecycle.stages import Stages
from pllint.model.component import Component
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.governance import (
    AppRecord,
    Approval,
    ConnectorRecord,
    FlowRecord,
    Governance,
    Population,
    Retirement,
)
from pllint.model.lifecycle import (
    Evidence,
    Headcount,
    HttpUse,
    Listing,
    Refusal,
    Retired,
    RetiredUse,
    retired_on,
    says_retired,
)
from pllint.model.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    Record = TypeVar("Record", AppRecord, ConnectorRecord, Population)


_HTTP = frozenset({"Http", "HttpWebhook", "shared_webcontents", "shared_webcontentsv2"})
"""The connectors that call any address; being called over HTTP is another matter."""


class Lifecycle:
    """Answers for one workspace on one day."""

    def __init__(
        self,
        workspace: Workspace,
        as_of: datetime.date,
        governed: Callable[[Environment], bool] = lambda _: False,
        growth: int = 5,
    ) -> None:
        """Take a workspace and a day.

        `governed` tells whether a data policy of the source reaches an environment; `growth` is by how many per cent a
        population may grow before its licences have to be counted again.
        """
        self._workspace = workspace
        self._as_of = as_of.isoformat()
        self._governed = governed
        self._growth = growth

    @cached_property
    def stages(self) -> Stages:
        """What the records of each connector prove of the stage it is in."""
        return Stages(self._workspace, self._as_of, self._governed, self._definitions, growth=self._growth)

    def asked(self, check: str) -> Sequence[tuple[ConnectorRecord, Evidence]]:
        """Give the evidence for what a check requires, of every connector whose stage asks for it."""
        return self._asked.get(check, ())

    @cached_property
    def _asked(self) -> Mapping[str, Sequence[tuple[ConnectorRecord, Evidence]]]:
        found: dict[str, list[tuple[ConnectorRecord, Evidence]]] = {}
        for record in self.stages.connectors:
            for evidence in self.stages.evidence(record):
                if evidence.asked:
                    found.setdefault(evidence.requirement.check, []).append((record, evidence))
        return found

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self._workspace)

    @cached_property
    def retired(self) -> tuple[Retired, ...]:
        """Give what is retired on the day, in the order of the manifest; a retirement to come is none yet."""
        governance = self._workspace.governance
        return tuple(retired_on(governance, self._as_of)) if governance else ()

    def population(self, retirement: Retirement) -> Headcount | None:
        """Give the population last verified: the retirement's own count, else the newest one on record."""
        if retirement.population is not None:
            return Headcount(people=retirement.population, counted_by="the retirement", at=retirement.at / "population")
        governance = self._workspace.governance
        if governance is None:
            return None
        connector = _named(governance.connectors, retirement.connector)
        app = _named(governance.apps, retirement.app)
        return (_counted_connector(connector) if connector else None) or (_shared(app, governance) if app else None)

    def listings(self, thing: Retired) -> Sequence[Listing]:
        """Give the policy lines that still name a retired connector, or still let its host through.

        Tenant policies know custom connectors by host only. A pattern counts when it names this connector's host,
        has no wildcard in it, and no connector that is still alive has that host.
        """
        from pllint.model.policy import DataGroup

        names = self._names(thing)
        listed = [
            Listing(policy=policy, group=entry.group, at=entry.at, custom=entry.custom)
            for policy in self._workspace.policies
            for entry in policy.classified or ()
            if names.mean(entry.connector, custom=entry.custom)
        ]
        host = self._own_host(thing, names.definition)
        patterns = [
            Listing(policy=policy, group=entry.group, at=entry.at, pattern=entry.pattern)
            for policy in self._workspace.policies
            for entry in policy.patterns or ()
            if host and entry.group is not DataGroup.BLOCKED and _host_of_pattern(entry.pattern) == host
        ]
        return [*listed, *patterns]

    def uses(self, thing: Retired) -> Sequence[RetiredUse]:
        """Give the components that still use a retired connector."""
        names = self._names(thing)
        return [
            RetiredUse(component=component, use=use)
            for component in self._workspace.components
            for use in component.uses
            if names.mean_use(use, self._workspace)
        ]

    def definitions(self, thing: Retired) -> Sequence[CustomConnector]:
        """Give the definitions of a retired connector that the source still holds."""
        return self._names(thing).definitions

    def http_use(self, component: Component) -> HttpUse | None:
        """Give a component's use of HTTP, or None when it calls nothing that way."""
        uses = tuple(use for use in component.uses if use.connector in _HTTP)
        return HttpUse(component=component, uses=uses) if uses else None

    def refusals(self, component: Component, environment: Environment | None) -> Sequence[Refusal] | None:
        """Give the approvals of a flow's use of HTTP that do not hold, or None when one holds.

        Without an environment an approval for any environment counts.
        """
        governance = self._workspace.governance
        refusals: list[Refusal] = []
        for approval in governance.approvals if governance else ():
            if (approval.of or "").lower() != "http" or not _is_of(approval, component):
                continue
            reason = self._refusal(approval, environment)
            if reason is None:
                return None
            refusals.append(Refusal(approval=approval, reason=reason))
        return refusals

    def _refusal(self, approval: Approval, environment: Environment | None) -> str | None:
        if approval.date and approval.date > self._as_of:
            return f"is dated {approval.date}, which is still to come"
        if approval.ends and approval.ends < self._as_of:
            return f"ended on {approval.ends}"
        if approval.environment and environment and not environment.goes_by(approval.environment):
            return f"is for {approval.environment}"
        return None

    def _own_host(self, thing: Retired, definition: CustomConnector | None) -> str | None:
        """Give the host of a retired connector when no other connector has it."""
        host = _host_of_record(thing.record) or (definition and definition.host.name)
        if not host:
            return None
        governance = self._workspace.governance
        registered = governance.connectors if governance else ()
        others = [
            *(_host_of_record(record) for record in registered if not says_retired(record)),
            *(one.host.name for one in self._workspace.custom_connectors if one is not definition),
        ]
        return None if host.lower() in {(other or "").lower() for other in others} else host.lower()

    def _names(self, thing: Retired) -> ConnectorNames:
        record = thing.record if isinstance(thing.record, ConnectorRecord) else None
        return self._definitions.names(thing.name, record)


def _host_of_record(record: AppRecord | FlowRecord | ConnectorRecord | None) -> str | None:
    if not isinstance(record, ConnectorRecord) or record.request is None or record.request.endpoint is None:
        return None
    return record.request.endpoint.partition("://")[2].partition("/")[0] or record.request.endpoint.partition("/")[0]


def _host_of_pattern(pattern: str) -> str:
    """Give the host of a pattern such as `https://leave.contoso.com/*`; with a wildcard in it, no host at all."""
    address = pattern.lower().partition("://")[2] or pattern.lower()
    return address.removesuffix("*").partition("/")[0]


def _named(records: Sequence[Record], name: str | None) -> Record | None:
    wanted = (name or "").lower()
    return next((record for record in records if record.name.lower() == wanted), None)


def _counted_connector(connector: ConnectorRecord) -> Headcount | None:
    counts: list[tuple[str, Headcount]] = []
    licences = connector.deployment.licences if connector.deployment else None
    if licences and licences.people is not None:
        counted_by = f"the licence count of {licences.date or 'an unknown day'}"
        counts.append((licences.date or "", Headcount(licences.people, counted_by, licences.at)))
    for look in connector.operation.spot_checks if connector.operation else ():
        if look.people is not None:
            counted_by = f"the spot check of {look.date or 'an unknown day'}"
            counts.append((look.date or "", Headcount(look.people, counted_by, look.at)))
    return max(counts, key=lambda count: count[0])[1] if counts else None


def _shared(app: AppRecord, governance: Governance) -> Headcount | None:
    if app.people is not None:
        return Headcount(app.people, f"the app '{app.name}'", app.at / "people")
    groups = [_named(governance.populations, name.text) for name in app.shared_with or ()]
    people = [group.people for group in groups if group is not None and group.people is not None]
    if not people or len(people) < len(groups):
        return None
    return Headcount(sum(people), f"the populations of the app '{app.name}'", app.at / "shared-with")


def _is_of(approval: Approval, component: Component) -> bool:
    flow = (approval.flow or "").lower()
    return flow not in {"", "*", "all"} and flow in {component.name.strip().lower(), component.id.lower()}
