"""LIC3xx: guests, desktop flows, agents, websites and capacity."""

from collections.abc import Iterator
from decimal import Decimal

from pllint.model.component import Component, ComponentKind
from pllint.model.governance import Governance
from pllint.plugin import Context, Finding, Need, Severity, check
from pllint_licensing.apps import told
from pllint_licensing.words import counted, list_of, people, place_of, where

_FAQ = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/faqs"
_GUESTS = "https://learn.microsoft.com/power-apps/maker/canvas-apps/share-app-guests"
_TYPES = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types"
_CREDITS = "https://learn.microsoft.com/ai-builder/credit-management"
_AGENTS = "https://learn.microsoft.com/microsoft-copilot-studio/requirements-messages-management"
_WEBSITES = "https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq"
_STORAGE = "https://learn.microsoft.com/power-platform/admin/capacity-storage"


@check(id="LIC301", name="guest-licence-unknown", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_licence_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """Nobody knows whether the guests of an app or flow are licensed at home."""
    if (found := told(component, context, "guest-licence-unknown")) is None:
        return
    licensed, remark = found
    named = f" ({list_of(remark.who, 'and')})" if remark.who else ""
    guests = f"{counted(remark.number, 'guest')}{named}"
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {guests} of whom nobody knows whether their own organisation licenses them",
        remedy="Ask their organisation and write `home: licensed` or `unlicensed` under `guests`; or license them here,"
        " or put 1 Power Automate Process licence on a flow (licence administrator)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        cause=" ".join(sorted(remark.who)),
    )


@check(id="LIC302", name="guest-cloud-differs", severity=Severity.ERROR, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_cloud_differs(component: Component, context: Context) -> Iterator[Finding]:
    """Guests come from another cloud, and licences do not cross clouds."""
    if (found := told(component, context, "guest-cloud-differs")) is None:
        return
    licensed, remark = found
    named = f" ({list_of(remark.who, 'and')})" if remark.who else ""
    guests = f"{counted(remark.number, 'guest')}{named}"
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {guests} of another cloud, where a licence does not count here",
        remedy="License them in this organisation, or put 1 Power Automate Process licence on a flow (licence"
        " administrator)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        cause=" ".join(sorted(remark.who)),
    )


@check(id="LIC303", name="guest-dataverse-home-licence", severity=Severity.ERROR, since="0.1", source=_GUESTS,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_dataverse_home_licence(component: Component, context: Context) -> Iterator[Finding]:
    """An app on Dataverse has guests who are licensed at home at best, and it takes a licence here."""
    if (found := told(component, context, "guest-dataverse-home-licence")) is None:
        return
    licensed, remark = found
    named = f" ({list_of(remark.who, 'and')})" if remark.who else ""
    guests = f"{counted(remark.number, 'guest')}{named}"
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is on Dataverse and has {guests} without a licence in this organisation; one at"
        " home does not count for it",
        remedy=f"Ask the licence administrator for {counted(remark.number, 'Power Apps licence')} in this organisation",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        cause=" ".join(sorted(remark.who)),
    )


@check(id="LIC304", name="guest-pass-not-portable", severity=Severity.ERROR, since="0.1", source=_GUESTS,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_pass_not_portable(component: Component, context: Context) -> Iterator[Finding]:
    """Guests hold an app pass of their own organisation, which does not travel."""
    if (found := told(component, context, "guest-pass-not-portable")) is None:
        return
    licensed, remark = found
    named = f" ({list_of(remark.who, 'and')})" if remark.who else ""
    guests = f"{counted(remark.number, 'guest')}{named}"
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {guests} with an app pass of their own organisation, which counts in its"
        " environments only",
        remedy=f"Allocate {counted(remark.number, 'Power Apps per app pass', 'Power Apps per app passes')} to"
        f" {where(licensed)}, or let them get Power Apps Premium at home (licence administrator)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        cause=" ".join(sorted(remark.who)),
    )


@check(id="LIC305", name="attended-bot-missing", severity=Severity.ERROR, since="0.1", source=_TYPES,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def attended_bot_missing(component: Component, context: Context) -> Iterator[Finding]:
    """A flow starts an attended desktop flow for people whose plans have no attended bot."""
    if (found := told(component, context, "attended-bot-missing")) is None or not found[0].counted:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' starts a desktop flow that runs attended, and {people(remark.number)} on whose"
        f" plan it runs {'has' if remark.number == 1 else 'have'} none with an attended bot",
        remedy=f"Ask the licence administrator for {counted(remark.number, 'Power Automate Premium licence')}",
        component=component.ref,
    )


@check(id="LIC309", name="ai-credits-short", severity=Severity.ERROR, since="0.1", source=_CREDITS,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def ai_credits_short(governance: Governance, context: Context) -> Iterator[Finding]:
    """More AI Builder credits are used in a month than there are."""
    if governance.ai_credits is None or (found := context.licensing.ai_credits()) is None or not found.short:
        return
    yield Finding(
        at=governance.ai_credits.at,
        message=f"{found.needed:,} AI Builder credits are used in a month and {found.credits:,} are there:"
        f" {found.short:,} short",
        remedy=f"Ask the licence administrator for {counted(found.add_ons_to_buy, 'capacity add-on')} of 1,000,000,"
        " which new customers cannot buy any more, or for Copilot Credits in their place",
    )


@check(id="LIC310", name="ai-credits-seeded-ended", severity=Severity.WARNING, since="0.1", source=_CREDITS,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def ai_credits_seeded_ended(governance: Governance, context: Context) -> Iterator[Finding]:
    """What is used relies on AI Builder credits that came with plans until 2026-10-31."""
    if governance.ai_credits is None or (found := context.licensing.ai_credits()) is None:
        return
    lost = next((remark for remark in found.remarks if remark.check == "ai-credits-seeded-ended"), None)
    if lost is None:
        return
    yield Finding(
        at=governance.ai_credits.at,
        message=f"{lost.number:,} AI Builder credits a month came with the plans on record until 2026-10-31 and do not"
        f" any more; {found.needed:,} are used",
        remedy="Plan Copilot Credits for it (licence administrator)",
    )


@check(id="LIC311", name="agent-capacity-missing", severity=Severity.ERROR, since="0.1", source=_AGENTS,
       on=Component, needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def agent_capacity_missing(component: Component, context: Context) -> Iterator[Finding]:
    """An agent uses connectors or flows, and there is no capacity of Copilot Studio."""
    if component.kind is ComponentKind.AGENT:
        actions = [use for use in component.uses if use.steps or use.custom]
        if (not actions and not component.calls_flows) or context.licensing.has_agent_capacity:
            return
        yield Finding(
            at=component.at,
            message=f"The agent '{component.name}' uses connectors or flows, and no record has Copilot Studio capacity",
            remedy="Record the packs under `licences: [{plan: copilot-studio, purchased: ...}]`, or buy them or link a"
            " billing policy (licence administrator)",
            component=component.ref,
        )
        return
    callers = context.workspace.callers_of(component)
    if any(caller.kind is ComponentKind.AGENT for caller in callers):  # the agent is told of
        return
    if (found := told(component, context, "agent-capacity-missing")) is None:
        return
    licensed, _ = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is premium and called by an agent, and no record has Copilot Studio capacity",
        remedy="Record the packs under `licences: [{plan: copilot-studio, purchased: ...}]`, or buy them or link a"
        " billing policy (licence administrator)",
        component=component.ref,
    )


@check(id="LIC312", name="agent-capacity-short", severity=Severity.WARNING, since="0.1", source=_AGENTS,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def agent_capacity_short(governance: Governance, context: Context) -> Iterator[Finding]:
    """Agents take more credits a month than the packs that are bought."""
    used = sum(agent.credits_per_month or 0 for agent in governance.agents)
    packs = context.licensing.purchased("copilot-studio")
    if not used or packs is None:
        return
    bill = context.licensing.agent_bill(used, packs)
    if bill.packs <= packs:
        return
    yield Finding(
        at=governance.agents[0].at,
        message=f"{counted(len(governance.agents), 'agent')} {'takes' if len(governance.agents) == 1 else 'take'}"
        f" {used:,} Copilot Credits a month, which is {counted(bill.packs, 'pack')} of 25,000, and {packs:,}"
        f" {'is' if packs == 1 else 'are'} bought",
        remedy=f"Ask the licence administrator for {counted(bill.packs - packs, 'more pack')}, or for a billing policy",
    )


@check(id="LIC313", name="agent-service-not-enabled", severity=Severity.WARNING, since="0.1", source=_AGENTS,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def agent_service_not_enabled(governance: Governance, _: Context) -> Iterator[Finding]:
    """Agents are planned, and no administrator has enabled the service."""
    for agent in governance.agents:
        if agent.service_enabled is False:
            yield Finding(
                at=agent.at,
                message=f"The agent '{agent.name}' is planned, and Copilot Studio is not enabled for"
                f" {agent.environment.text if agent.environment else 'its environment'}",
                remedy="Ask a Power Platform admin to enable it",
                cause=agent.name,
            )


@check(id="LIC314", name="website-capacity-short", severity=Severity.WARNING, since="0.1", source=_WEBSITES,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def website_capacity_short(governance: Governance, context: Context) -> Iterator[Finding]:
    """Websites have more visitors a month than the packs that are bought."""
    for kind, plan, pack in (
        ("authenticated", "power-pages-authenticated", 100),
        ("anonymous", "power-pages-anonymous", 500),
    ):
        sites = [
            (one, (one.authenticated if kind == "authenticated" else one.anonymous) or 0) for one in governance.websites
        ]
        needed = sum(-(-visitors // pack) for _, visitors in sites)
        held = context.licensing.purchased(plan)
        if held is None or needed <= held:
            continue
        visitors = sum(number for _, number in sites)
        yield Finding(
            at=sites[0][0].at,
            message=f"{counted(len(sites), 'website')} {'has' if len(sites) == 1 else 'have'} {visitors:,} {kind}"
            f" people a month, which is {counted(needed, 'pack')} of {pack}, and {held:,}"
            f" {'is' if held == 1 else 'are'} bought",
            remedy=f"Ask the licence administrator for {counted(needed - held, 'more pack')}",
            cause=kind,
        )


@check(id="LIC317", name="dataverse-capacity-short", severity=Severity.ERROR, since="0.1", source=_STORAGE,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def dataverse_capacity_short(governance: Governance, context: Context) -> Iterator[Finding]:
    """Dataverse holds more than the organisation is entitled to."""
    if governance.dataverse is None or (found := context.licensing.storage()) is None:
        return
    stores = (("database", found.short_database), ("file", found.short_file))
    short = [f"{_gb(amount)} GB {store}" for store, amount in stores if amount]
    if not short:
        return
    entitled = found.entitled
    yield Finding(
        at=governance.dataverse.at,
        message=f"Dataverse is {list_of(short, 'and')} short; entitled are {_gb(entitled.database)} GB database,"
        f" {_gb(entitled.file)} GB file and {_gb(entitled.log)} GB log by the licences on record. No environment can be"
        " created, copied or restored",
        remedy="Clean up, or ask the licence administrator for capacity add-ons",
    )


@check(id="LIC318", name="dataverse-capacity-low", severity=Severity.WARNING, since="0.1", source=_STORAGE,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def dataverse_capacity_low(governance: Governance, context: Context) -> Iterator[Finding]:
    """Under 15% of the Dataverse storage is left."""
    if governance.dataverse is None or (found := context.licensing.storage()) is None:
        return
    if not any(remark.check == "dataverse-capacity-low" for remark in found.remarks):
        return
    entitled, used = found.entitled, governance.dataverse
    yield Finding(
        at=used.at,
        message=f"Under 15% of the Dataverse storage is left: database {used.database_gb or 0} of"
        f" {_gb(entitled.database)} GB, file {used.file_gb or 0} of {_gb(entitled.file)} GB, log {used.log_gb or 0} of"
        f" {_gb(entitled.log)} GB",
        remedy="Clean up, or ask the licence administrator for capacity add-ons before it runs out",
    )


def _gb(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
