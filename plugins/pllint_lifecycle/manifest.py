"""LIF3xx: the manifest itself, whose names have to mean something and whose waivers have to be alive."""

from collections.abc import Iterable, Iterator, Sequence

from pllint.model.component import APPS, ComponentKind
from pllint.model.governance import AgentRecord, AppRecord, ConnectorRecord, FlowRecord, Governance, Name, WebsiteRecord
from pllint.plugin import ComponentRef, Context, Finding, Need, Severity, check, nearest

Reference = tuple[Name, ComponentRef | None]
"""A name, and the component whose record says it; None where that is no component."""

_SOURCE = "https://learn.microsoft.com/power-platform/guidance/adoption/admin-best-practices"


@check(
    id="LIF301",
    name="environment-undeclared",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def environment_undeclared(governance: Governance, context: Context) -> Iterator[Finding]:
    """A component lies in an environment that the manifest does not declare."""
    known = _known(_environments(governance))
    places: list[tuple[str, Name, ComponentRef | None]] = [
        (f"the connector '{record.name}'", place, _connector_ref(record, context))
        for record in _registered(governance)
        for place in record.environments
    ]
    for kind, component_kind, records in (
        ("app", "canvas-app", governance.apps),
        ("flow", "cloud-flow", governance.flows),
        ("agent", "agent", governance.agents),
        ("website", "website", governance.websites),
    ):
        places += [
            (f"the {kind} '{record.name}'", record.environment, _ref(component_kind, record))
            for record in records
            if record.environment
        ]
    for target in context.settings.targets:
        if target.at is not None:
            places += [
                (f"the solution '{target.solution}'", Name(name, target.at), None) for name in target.environments
            ]
    for what, place, component in places:
        if place.text.lower() not in known:
            yield Finding(
                at=place.at,
                message=f"{what} lies in the environment '{place.text}', which the governance files do not declare"
                f"{_meant(place.text, known)}",
                remedy=f"Declare '{place.text}' under `environments:` with its type and owner, or correct the name",
                component=component,
                environment=place.text,
            )


@check(
    id="LIF302",
    name="manifest-reference-unknown",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def manifest_reference_unknown(governance: Governance, context: Context) -> Iterator[Finding]:
    """A name in the manifest refers to nothing."""
    apps = [*_recorded(governance.apps), *_found(context, *APPS)]
    flows = [*_recorded(governance.flows), *_found(context, ComponentKind.CLOUD_FLOW)]
    references = (
        ("population", [population.name for population in governance.populations], _of_populations(governance)),
        ("environment", _environments(governance), _of_environments(governance, context)),
        ("app", apps, _of_apps(governance)),
        ("flow", flows, _of_flows(governance)),
        ("component", [*apps, *flows, *_others(governance, context)], _of_waivers(governance)),
    )
    for kind, names, referring in references:
        known = _known(names)
        for name, component in referring:
            if name.text.lower() not in known:
                yield Finding(
                    at=name.at,
                    message=f"'{name.text}' is not the name of any {kind}{_meant(name.text, known)}",
                    remedy=f"Correct the name, or add the {kind} to the governance files",
                    component=component,
                    cause=name.text,
                )
    yield from _unknown_plans(governance, context)


def _unknown_plans(governance: Governance, context: Context) -> Iterator[Finding]:
    """Give the names of plans that mean none: perhaps products that cover nothing here, so that it is a warning."""
    tenant = governance.tenant
    named, capacities = list(_of_plans(governance, context)), list(_of_capacity(governance))
    if not named and not capacities and not (tenant and tenant.price_list):
        return  # a manifest without licences needs no plan data
    plans = context.licensing.plans
    known = {name.lower(): name for plan in plans.ids for name in plans.names(plan)}
    for name, component in named:
        if not context.licensing.knows_plan(name.text):
            yield Finding(
                at=name.at,
                message=f"'{name.text}' is not the name of any licence plan that pllint knows, so it covers nobody"
                f"{_meant(name.text, known)}",
                remedy="Correct the name, or say what it entitles to in a file named under `plans` in pllint.yaml",
                severity=Severity.WARNING,
                component=component,
                cause=name.text,
            )
    # The words of the manifest before the names of plans, which may differ from them in their case alone.
    words = {word.lower(): word for word in reversed(context.licensing.capacity_words)}
    lists = {name.lower(): name for name, *_ in plans.lists}
    closed: list[tuple[str, dict[str, str], Name, ComponentRef | None]] = [
        ("capacity licence", words, name, component) for name, component in capacities
    ]
    if tenant and tenant.price_list:
        closed.append(("price list", lists, Name(tenant.price_list, tenant.at / "price-list"), None))
    for kind, meaning, name, component in closed:
        if name.text.strip().lower() not in meaning:
            yield Finding(
                at=name.at,
                message=f"'{name.text}' is not the name of any {kind}{_meant(name.text, meaning)}",
                remedy=f"Correct the name, or describe the {kind} in a file named under `plans` in pllint.yaml",
                component=component,
                cause=name.text,
            )


@check(
    id="LIF303",
    name="waiver-expired",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def waiver_expired(governance: Governance, context: Context) -> Iterator[Finding]:
    """A waiver is past its last day, and what it accepted counts again."""
    for waiver in governance.waivers:
        if waiver.ends is not None and waiver.ends < context.as_of.isoformat():
            by = f", given by {waiver.by}," if waiver.by else ""
            yield Finding(
                at=waiver.at / "ends",
                message=f"the waiver of {waiver.check} for '{waiver.target}'{by} ended on {waiver.ends}",
                remedy="Fix what it accepted and remove the waiver, or have whoever gave it renew it with a new end",
            )


@check(
    id="LIF304",
    name="waiver-unused",
    severity=Severity.WARNING,
    since="0.1",
    source=_SOURCE,
    on=Governance,
)
def waiver_unused(_governance: Governance, _context: Context) -> Iterator[Finding]:
    """A waiver or an allowing comment silences nothing."""
    # Whether a waiver was needed is known once every finding is: pllint itself reports under this check.
    yield from ()


def _known(names: Iterable[str]) -> dict[str, str]:
    return {name.strip().lower(): name for name in names}


def _meant(name: str, known: dict[str, str]) -> str:
    meant = nearest(name, known.values())
    return f"; did you mean '{meant}'" if meant else ""


def _registered(governance: Governance) -> tuple[ConnectorRecord, ...]:
    # About a connector without a stage nothing is judged but that it is not registered.
    return tuple(connector for connector in governance.connectors if connector.stage)


def _environments(governance: Governance) -> list[str]:
    return [name for declared in governance.environments for name in (declared.name, declared.id) if name]


def _recorded(records: Sequence[AppRecord] | Sequence[FlowRecord] | Sequence[ConnectorRecord]) -> list[str]:
    return [name for record in records for name in (record.name, record.id) if name]


def _found(context: Context, *kinds: ComponentKind) -> list[str]:
    found = (component for component in context.workspace.components if component.kind in kinds)
    return [name for component in found for name in (component.name, component.id)]


def _others(governance: Governance, context: Context) -> Iterator[str]:
    """Give the names of what else a finding, and so a waiver, can be about."""
    workspace = context.workspace
    yield from _found(context, *ComponentKind)
    yield from _recorded(governance.connectors)
    yield from _environments(governance)
    yield from (environment.name for environment in workspace.environments)
    yield from (policy.name for policy in workspace.policies)
    yield from (solution.unique_name for solution in workspace.solutions)
    for connector in workspace.custom_connectors:
        yield from (connector.name, connector.display_name)
    yield from (agent.name for agent in governance.agents)
    yield from (website.name for website in governance.websites)
    yield from (licence.plan for licence in governance.licences)
    for gone in governance.retirements:
        yield from (name for name in (gone.app, gone.flow, gone.connector) if name)


def _of_populations(governance: Governance) -> Iterator[Reference]:
    for app in governance.apps:
        names = (*(app.shared_with or ()), *app.writes_restricted)
        yield from ((name, _ref("canvas-app", app)) for name in names)
    for flow in governance.flows:
        names = (*(people.who for people in flow.people if people.who), *flow.writes_restricted)
        yield from ((name, _ref("cloud-flow", flow)) for name in names)
    yield from ((population.within, None) for population in governance.populations if population.within)


def _of_environments(governance: Governance, context: Context) -> Iterator[Reference]:
    for connector in _registered(governance):
        component = _connector_ref(connector, context)
        if connector.development:
            places = (connector.development.environment, connector.development.test_environment)
            yield from ((place, component) for place in places if place)
        if connector.created and connector.created.environment:
            yield connector.created.environment, component
    for licence in governance.licences:
        yield from ((name, None) for name, _ in licence.allocated)
    for approval in governance.approvals:
        if approval.environment:
            yield Name(approval.environment, approval.at / "environment"), None


def _of_apps(governance: Governance) -> Iterator[Reference]:
    yield from ((flow.app, _ref("cloud-flow", flow)) for flow in governance.flows if flow.app)
    reviews = (retirement.licence_review for retirement in governance.retirements)
    yield from ((review.reassigned_to, None) for review in reviews if review and review.reassigned_to)


def _of_flows(governance: Governance) -> Iterator[Reference]:
    # `*` and `all` are no flow, and an approval of everything is none: http-use-unapproved says so.
    named = (approval for approval in governance.approvals if (approval.flow or "*").lower() not in {"*", "all"})
    yield from ((Name(approval.flow or "", approval.at / "flow"), None) for approval in named)
    yield from ((flow.covered_by, _ref("cloud-flow", flow)) for flow in governance.flows if flow.covered_by)


def _of_waivers(governance: Governance) -> Iterator[Reference]:
    yield from ((Name(waiver.target, waiver.at / "for"), None) for waiver in governance.waivers)


def _connector_ref(record: ConnectorRecord, context: Context) -> ComponentRef:
    return ComponentRef(kind="custom-connector", name=record.name, id=context.lifecycle.stages.id_of(record))


def _of_plans(governance: Governance, context: Context) -> Iterator[Reference]:
    for licence in governance.licences:
        yield Name(licence.plan, licence.at / "plan"), None
    for record, component in _apps_and_flows(governance):
        if record.plan:
            yield Name(record.plan, record.at / "plan"), component
    for flow in governance.flows:
        at = flow.at / "credential-holders" / "holds"
        yield from ((Name(plan, at / plan), _ref("cloud-flow", flow)) for plan, _ in flow.holders_hold)
    for population in governance.populations:
        yield from ((Name(plan, population.at / "holds" / plan), None) for plan, _ in population.holds)
        if population.guests and population.guests.plan:
            yield Name(population.guests.plan, population.guests.at / "plan"), None
    for connector in governance.connectors:
        count = connector.deployment.licences if connector.deployment else None
        if count and count.plan:
            yield Name(count.plan, count.at / "plan"), _connector_ref(connector, context)


def _of_capacity(governance: Governance) -> Iterator[Reference]:
    for record, component in _apps_and_flows(governance):
        if record.licence:
            yield Name(record.licence, record.at / "licence"), component


def _apps_and_flows(governance: Governance) -> Iterator[tuple[AppRecord | FlowRecord, ComponentRef]]:
    yield from ((app, _ref("canvas-app", app)) for app in governance.apps)
    yield from ((flow, _ref("cloud-flow", flow)) for flow in governance.flows)


def _ref(kind: str, record: AppRecord | FlowRecord | AgentRecord | WebsiteRecord) -> ComponentRef:
    record_id = record.id if isinstance(record, (AppRecord, FlowRecord)) else None
    return ComponentRef(kind=kind, name=record.name, id=record_id or record.name)
