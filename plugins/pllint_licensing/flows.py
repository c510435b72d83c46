"""LIC2xx: whose licence a flow runs on, and who else needs one."""

from collections.abc import Iterator

from pllint.model.component import Component
from pllint.model.governance import FlowRecord, Governance
from pllint.model.licence_facts import Remark
from pllint.model.licensing import Licensed
from pllint.plugin import Context, Finding, Need, Related, Severity, check
from pllint_licensing.apps import told
from pllint_licensing.words import because, because_of, counted, flow_plan, list_of, on_flow, people, place_of, where

_FAQ = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/faqs"
_TYPES = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types"
_ENFORCED = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/enforcement"
_LIMITS = "https://learn.microsoft.com/power-automate/limits-and-config"
_REWORDED = "2023-07-31"


def _finding(licensed: Licensed, message: str, remedy: str, related: tuple[Related, ...] = ()) -> Finding:
    return Finding(
        at=place_of(licensed),
        message=message,
        remedy=remedy,
        component=licensed.component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=related,
    )


def _owner(licensed: Licensed) -> str:
    owner = licensed.flow.owner if licensed.flow else None
    return owner.name or "its owner" if owner else "its owner"


def _starts(licensed: Licensed) -> str:
    words = {"automated": "is automated", "scheduled": "is scheduled", "http-request": "is called over HTTP"}
    return words.get(licensed.flow.trigger if licensed.flow else "", "runs on its owner's plan")


def _days(licensed: Licensed) -> int:
    return licensed.judgement.turned_off_after_days or 0


def _who(remark: Remark) -> str:
    return f" ({list_of(remark.who, 'and')})" if remark.who else ""


@check(id="LIC201", name="flow-owner-unlicensed", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_owner_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """A premium flow runs on its owner's plan, and the owner holds none that covers it."""
    if (found := told(component, context, "flow-owner-unlicensed")) is None or not found[0].counted:
        return
    licensed, _ = found
    yield _finding(
        licensed,
        f"'{component.name}' {_starts(licensed)} and premium because of {because_of(licensed, context)}, so it runs on"
        f" the plan of {_owner(licensed)}, who has none that covers it; such a flow is turned off after"
        f" {_days(licensed)} days",
        f"Ask the licence administrator to assign {flow_plan(context)} to {_owner(licensed)}, or to put"
        f" {on_flow(context)} on the flow",
        because(licensed, context),
    )


@check(id="LIC202", name="flow-runners-unlicensed", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_runners_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """A premium flow runs on the plan of whoever starts it, and some of them hold none that covers it."""
    if (found := told(component, context, "flow-runners-unlicensed")) is None or not found[0].counted:
        return
    licensed, remark = found
    total = sum(row.number for row in licensed.judgement.needs if row.who == "runners")
    yield _finding(
        licensed,
        f"'{component.name}' is premium because of {because_of(licensed, context)} and runs on the plan of whoever"
        f" starts it: {remark.number:,} of {people(total)}{_who(remark)} {'has' if remark.number == 1 else 'have'} none"
        " that covers it",
        f"Ask the licence administrator for {counted(remark.number, f'{flow_plan(context)} licence')}, or for"
        f" {on_flow(context)} on the flow, which covers everybody",
        because(licensed, context),
    )


@check(id="LIC203", name="flow-owner-unknown", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_owner_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """A premium flow runs on its owner's plan, and nobody has written down who owns it."""
    if (found := told(component, context, "flow-owner-unknown")) is None:
        return
    licensed, _ = found
    if context.workspace.governance is None:
        return
    finding = _finding(
        licensed,
        f"'{component.name}' {_starts(licensed)} and premium because of {because_of(licensed, context)}, so it runs on"
        " its owner's plan, and no owner is on record",
        "Write the `owner` of the flow, and `owner-kind` if it is no person (platform team)",
        because(licensed, context),
    )
    yield finding._replace(at=component.at)


@check(id="LIC204", name="flow-owner-left", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_owner_left(component: Component, context: Context) -> Iterator[Finding]:
    """The owner of a premium flow has left, and the flow is turned off 14 days after."""
    if (found := told(component, context, "flow-owner-left")) is None:
        return
    licensed, _ = found
    record = licensed.record
    since = f" on {record.owner_left}" if record is not None and record.owner_left else ""
    in_solution = "change-owner" in licensed.judgement.remedies
    change = "make somebody else the owner" if in_solution else "add it to a solution and make somebody else the owner"
    yield _finding(
        licensed,
        f"{_owner(licensed)}, the owner of '{component.name}', left{since}; the flow is premium because of"
        f" {because_of(licensed, context)} and is turned off {_days(licensed)} days after its owner goes",
        f"Ask a Power Platform admin to {change}, or to put {on_flow(context)} on the flow",
        because(licensed, context),
    )


@check(id="LIC205", name="licence-trial-only", severity=Severity.WARNING, since="0.1", source=_LIMITS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def licence_trial_only(component: Component, context: Context) -> Iterator[Finding]:
    """People are covered by a trial alone, and the cover ends with it."""
    if (found := told(component, context, "licence-trial-only")) is None:
        return
    licensed, remark = found
    yield _finding(
        licensed,
        f"{people(remark.number)} of '{component.name}' in {where(licensed)}"
        f" {'is' if remark.number == 1 else 'are'} covered by a trial alone, which ends after {_trial(context, 'apps')}"
        f" days for Power Apps and {_trial(context, 'automate')} for Power Automate",
        f"Ask the licence administrator for {counted(remark.number, 'paid licence')} before the trial ends",
    )


def _trial(context: Context, product: str) -> int:
    return context.licensing.plans.number(f"power-{product}-trial", "days", context.licensing.as_of)


@check(id="LIC206", name="flow-out-of-context", severity=Severity.ERROR, since="0.1", source=_ENFORCED, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_out_of_context(component: Component, context: Context) -> Iterator[Finding]:
    """The owner or runners of a flow hold only Power Apps or Dynamics 365 plans, and it serves no app of theirs."""
    if (found := told(component, context, "flow-out-of-context")) is None:
        return
    licensed, remark = found
    off = f", and is turned off after {_days(licensed)} days" if _days(licensed) else ""
    yield _finding(
        licensed,
        f"{people(remark.number)}{_who(remark)} on whose plan '{component.name}' runs"
        f" {'holds' if remark.number == 1 else 'hold'} only a Power Apps or Dynamics 365 plan, which covers flows in"
        f" the context of an app; this one is tied to none whose data it shares{off}",
        f"Ask the licence administrator for {counted(remark.number, f'{flow_plan(context)} licence')} or"
        f" {on_flow(context)}, or name under `app` the app it serves and associate the two",
        because(licensed, context),
    )


@check(id="LIC207", name="flow-link-broken", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_link_broken(component: Component, context: Context) -> Iterator[Finding]:
    """A flow is tied to an app that is gone or shares no data source, or leans on a licence that does not reach it."""
    if (found := told(component, context, "flow-link-broken")) is None:
        return
    licensed, remark = found
    lean = licensed.flow.lean if licensed.flow else None
    if lean is not None:
        yield _finding(
            licensed,
            f"'{component.name}' is to be covered by the licence of '{lean.name}', which {lean.fault}, so it is not"
            " covered",
            "Name under `covered-by` a flow with a Process licence in the same solution and environment that works on"
            " the same data, or license this flow on its own (flow owner)",
        )._replace(cause=lean.name.lower())
    app = licensed.flow.app if licensed.flow else None
    if app is None or app.name not in remark.who:
        return
    fault = "shares no data source with it" if app.exists else "is retired or not there"
    yield _finding(
        licensed,
        f"'{component.name}' is tied to the app '{app.name}', which {fault}, so the plans of the app's people do not"
        " cover it",
        f"Name under `app` the app it really serves, or license it on its own: {flow_plan(context)} for the owner or"
        f" runners, or {on_flow(context)} (flow owner)",
    )


@check(id="LIC208", name="flow-premium-not-declared", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def flow_premium_not_declared(component: Component, context: Context) -> Iterator[Finding]:
    """A flow is to run on Microsoft 365 or the free plan, and it is premium."""
    if (found := told(component, context, "flow-premium-not-declared")) is None:
        return
    licensed, remark = found
    yield _finding(
        licensed,
        f"'{component.name}' is to run on {context.licensing.name_of(remark.who[0])}, which carries standard"
        f" connectors only, and it is premium because of {because_of(licensed, context)}",
        f"Plan {flow_plan(context)} or {context.licensing.offered('flow-capacity')} for it, or take out what makes it"
        " premium (maker)",
        because(licensed, context),
    )


@check(id="LIC209", name="child-flow-context-unlicensed", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def child_flow_context_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """The owners or runners of the flows that call a premium child flow hold no plan for it."""
    if (found := told(component, context, "child-flow-context-unlicensed")) is None or not found[0].counted:
        return
    licensed, remark = found
    if not remark.who:  # nobody has written down who owns or starts the callers, so nobody is known to lack a plan
        return
    parents = len(licensed.flow.called_by) if licensed.flow else 0
    yield _finding(
        licensed,
        f"'{component.name}' is premium because of {because_of(licensed, context)} and runs on the licences of the"
        f" {counted(parents, 'flow')} that {'calls' if parents == 1 else 'call'} it: {people(remark.number)}"
        f"{_who(remark)} who {'owns or starts' if remark.number == 1 else 'own or start'} them"
        f" {'has' if remark.number == 1 else 'have'} none that covers it",
        f"Ask the licence administrator for {counted(remark.number, f'{flow_plan(context)} licence')}, or for"
        f" {on_flow(context)} on the child flow",
        because(licensed, context),
    )


@check(id="LIC210", name="child-flow-owner-in-transition", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def child_flow_owner_in_transition(component: Component, context: Context) -> Iterator[Finding]:
    """The product still checks the owner of a premium child flow, who holds no plan for it."""
    if (found := told(component, context, "child-flow-owner-in-transition")) is None or not found[0].counted:
        return
    licensed, _ = found
    if licensed.flow is None or licensed.flow.owner is None:
        return
    yield _finding(
        licensed,
        f"'{component.name}' runs on the licences of the flows that call it, but for the time being the product checks"
        f" {_owner(licensed)}, who has no plan that covers it",
        f"Ask the licence administrator to assign {flow_plan(context)} to {_owner(licensed)} for the transition, or"
        f" to put {on_flow(context)} on the flow",
        because(licensed, context),
    )


@check(id="LIC214", name="service-account-shared", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def service_account_shared(component: Component, context: Context) -> Iterator[Finding]:
    """Several people know the password of the account that owns a premium flow, and not all are licensed."""
    if (found := told(component, context, "service-account-shared")) is None:
        return
    licensed, remark = found
    total = sum(row.number for row in licensed.judgement.needs if row.who == "credential-holders")
    yield _finding(
        licensed,
        f"{total:,} people hold the password of {_owner(licensed)}, which owns the premium flow '{component.name}', and"
        f" {remark.number:,} of them {'has' if remark.number == 1 else 'have'} no plan that covers it; one licensed"
        " account for several people is multiplexing",
        f"Ask the licence administrator for {counted(remark.number, f'{flow_plan(context)} licence')} or"
        f" {on_flow(context)} on the flow, or record under `credential-holders: {{count, holds}}` what they hold",
        because(licensed, context),
    )


@check(id="LIC215", name="service-account-widely-shared", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def service_account_widely_shared(component: Component, context: Context) -> Iterator[Finding]:
    """Many people know the password of the account that owns a premium flow."""
    if (found := told(component, context, "service-account-widely-shared")) is None:
        return
    licensed, remark = found
    yield _finding(
        licensed,
        f"{remark.number:,} people hold the password of {_owner(licensed)}, which owns the premium flow"
        f" '{component.name}': whoever joins them needs a plan too, and nobody notices",
        f"Put {on_flow(context)} on the flow, or better let a service principal own it (platform team)",
    )


@check(id="LIC216", name="service-principal-needs-process", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def service_principal_needs_process(component: Component, context: Context) -> Iterator[Finding]:
    """An application owns a premium flow, which then needs a Process licence of its own."""
    if (found := told(component, context, "service-principal-needs-process")) is None:
        return
    licensed, _ = found
    yield _finding(
        licensed,
        f"'{component.name}' {_starts(licensed)}, premium because of {because_of(licensed, context)} and owned by the"
        f" application {_owner(licensed)}, which can hold no plan",
        f"Ask the licence administrator for {on_flow(context)}, and record it under `licence`",
        because(licensed, context),
    )


@check(id="LIC217", name="multiplexing-indirect-users", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def multiplexing_indirect_users(component: Component, context: Context) -> Iterator[Finding]:
    """People cause the runs of a premium flow, get something back, and hold no plan that covers it."""
    if (found := told(component, context, "multiplexing-indirect-users")) is None:
        return
    licensed, remark = found
    yield _finding(
        licensed,
        f"{people(remark.number)}{_who(remark)} {'causes' if remark.number == 1 else 'cause'} the runs of"
        f" '{component.name}' and {'gets' if remark.number == 1 else 'get'} something back, without a plan that covers"
        f" it; it is premium because of {because_of(licensed, context)}",
        f"Ask the licence administrator for {counted(remark.number, f'{flow_plan(context)} licence')}, or for"
        f" {on_flow(context)} on the flow, which covers everybody",
        because(licensed, context),
    )


@check(id="LIC218", name="multiplexing-dataverse-writes", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def multiplexing_dataverse_writes(component: Component, context: Context) -> Iterator[Finding]:
    """One licence writes many people's data to Dataverse, and nobody has said that they get nothing back."""
    if (found := told(component, context, "multiplexing-dataverse-writes")) is None:
        return
    licensed, remark = found
    many = people(remark.number) if remark.number > 1 else "people whom nobody has counted"
    yield _finding(
        licensed,
        f"'{component.name}' writes to Dataverse on one licence what {many}{_who(remark)} cause, and"
        " nobody has said whether they get something back",
        "Write `value: none` for those people if they get nothing back, or `role: triggers-and-receives` and license"
        " them (flow owner)",
    )


@check(id="LIC219", name="beneficiaries-unlicensed", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def beneficiaries_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """A team lives off a premium flow and holds no plan that covers it."""
    if (found := told(component, context, "beneficiaries-unlicensed")) is None:
        return
    licensed, remark = found
    required = any(row.who in {"team", "approvers"} and row.level == "required" for row in licensed.judgement.needs)
    finding = _finding(
        licensed,
        f"{people(remark.number)}{_who(remark)} {'lives' if remark.number == 1 else 'live'} off '{component.name}',"
        f" which is premium because of {because_of(licensed, context)}, and {'holds' if remark.number == 1 else 'hold'}"
        f" no plan that covers it; that {'is required' if required else 'has been advice since ' + _REWORDED}",
        f"Put {on_flow(context)} on the flow, or license the team (flow owner, with the licence administrator)",
    )
    yield finding._replace(severity=Severity.ERROR) if required else finding


@check(id="LIC211", name="flow-copy-unlicensed", severity=Severity.ERROR, since="0.1", source=_FAQ, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.flows",))  # fmt: skip
def flow_copy_unlicensed(governance: Governance, context: Context) -> Iterator[Finding]:
    """A flow has a capacity licence in one environment and none in another."""
    for records in _copies(governance).values():
        found = context.licensing.copies([(_place(one), _capacity_of(one, context)) for one in records])
        for remark in found:
            bare = [one for one in records if _place(one) in remark.who]
            yield Finding(
                at=bare[0].at,
                message=f"'{records[0].name}' has a capacity licence in"
                f" {list_of([_place(one) for one in records if one not in bare], 'and')} and none in"
                f" {list_of(remark.who, 'and')}; a flow in another environment is another flow",
                remedy=f"Put {on_flow(context, len(bare))} on the"
                f" {'copy' if len(bare) == 1 else 'copies'} without one, or license their owners (licence"
                " administrator)",
                cause=records[0].name,
            )


@check(id="LIC212", name="flow-licences-over-allocated", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.flows",))  # fmt: skip
def flow_licences_over_allocated(governance: Governance, context: Context) -> Iterator[Finding]:
    """More flows are recorded with a capacity licence than licences are bought."""
    for plan in context.licensing.groups["flow-capacity"]:
        flows = [one for one in governance.flows if context.licensing.capacity_licence(one) == plan]
        purchased = context.licensing.purchased(plan)
        if purchased is None or len(flows) <= purchased:
            continue
        name = context.licensing.name_of(plan)
        yield Finding(
            at=flows[purchased].at,
            message=f"{counted(len(flows), 'flow')} are recorded with a {name} licence"
            f" ({', '.join(one.name for one in flows)}), and {purchased:,} {'is' if purchased == 1 else 'are'} bought",
            remedy=f"Buy {len(flows) - purchased:,} more, or take the licence off that many flows (licence"
            " administrator)",
            cause=plan,
        )


@check(id="LIC213", name="process-associations-over-limit", severity=Severity.ERROR, since="0.1", source=_TYPES,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.flows",))  # fmt: skip
def process_associations_over_limit(_: Governance, context: Context) -> Iterator[Finding]:
    """More flows are associated with one Process flow than its licence carries."""
    for association in context.licensing.associations():
        record, flows, most = association.record, association.flows, association.at_most
        if len(flows) > most:
            name = context.licensing.name_of(association.plan)
            yield Finding(
                at=record.at,
                message=f"{len(flows):,} flows are associated with '{record.name}', and its {name} licence carries"
                f" {most} besides the flows that it calls: {len(flows) - most:,} too many",
                remedy=f"Put another {context.licensing.offered('flow-capacity')} licence on one of them, and name that"
                " flow under `covered-by` of those over (licence administrator)",
                environment=record.environment.text if record.environment else None,
                related=tuple(Related(f"'{one.name}' leans on it", one.at) for one in flows[most:]),
                cause=(record.id or record.name).strip().lower(),
            )


def _copies(governance: Governance) -> dict[str, list[FlowRecord]]:
    """Group the records of one flow in several environments."""
    found: dict[str, list[FlowRecord]] = {}
    for record in governance.flows:
        found.setdefault((record.id or record.name).strip().lower(), []).append(record)
    return {name: records for name, records in found.items() if len(records) > 1}


def _capacity_of(record: FlowRecord, context: Context) -> str | None:
    return context.licensing.capacity_licence(record) or context.licensing.covering(record)


def _place(record: FlowRecord) -> str:
    return record.environment.text if record.environment else "no environment"
