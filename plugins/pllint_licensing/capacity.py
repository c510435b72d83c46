"""LIC3xx: licences of guests, bots of desktop flows, capacity of agents and websites, storage and requests."""

from collections.abc import Iterator
from decimal import Decimal

from pllint.model.component import Component, ComponentKind
from pllint.model.estate_capacity import BotBalance, Packs, RequestUse
from pllint.model.governance import Governance
from pllint.model.workspace import Workspace
from pllint.plugin import Context, CouldNotRun, Finding, Need, Related, Severity, check
from pllint_licensing.apps import told
from pllint_licensing.words import app_plan, counted, list_of, on_flow, place_of

_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan
_GUESTS = "https://learn.microsoft.com/power-apps/maker/canvas-apps/share-app-guests"
_FLOWS = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types"
_FAQ = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/faqs"
_CREDITS = "https://learn.microsoft.com/ai-builder/credit-management"
_AGENTS = "https://learn.microsoft.com/microsoft-copilot-studio/requirements-messages-management"
_PAGES = "https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq"
_REQUESTS = "https://learn.microsoft.com/power-platform/admin/api-request-limits-allocations"
_STORAGE = "https://learn.microsoft.com/power-platform/admin/capacity-storage"
_LOW, _VERY_LOW = Decimal(15), Decimal(5)


def _of_guests(component: Component, context: Context, check_name: str, why: str, remedy: str) -> Iterator[Finding]:
    if (found := told(component, context, check_name)) is None or context.workspace.is_copied(component):
        return
    licensed, remark = found
    named = f" ({', '.join(remark.who)})" if remark.who else ""
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is for {counted(remark.number, 'guest')}{named} {why}",
        remedy=remedy,
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=tuple(
            Related(f"the guests of {group.name}", group.at)
            for group in (context.workspace.governance.populations if context.workspace.governance else ())
            if group.name in remark.who
        ),
    )


@check(id="LIC301", name="guest-licence-unknown", severity=Severity.WARNING, since="0.1", source=_GUESTS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_licence_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """Nobody knows whether the home tenant licenses the guests of a premium app or flow."""
    yield from _of_guests(
        component,
        context,
        "guest-licence-unknown",
        "of whom nobody knows whether their own tenant licenses them",
        "Ask the guests' organisation and write `home` under `guests`, or license them here (licence administrator)",
    )


@check(id="LIC302", name="guest-cloud-differs", severity=Severity.ERROR, since="0.1", source=_GUESTS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_cloud_differs(component: Component, context: Context) -> Iterator[Finding]:
    """Guests come from another cloud, which licences do not cross."""
    yield from _of_guests(
        component,
        context,
        "guest-cloud-differs",
        "from another cloud, and no licence of theirs counts in this one",
        "Ask the licence administrator to license these guests in this tenant",
    )


@check(id="LIC303", name="guest-dataverse-home-licence", severity=Severity.ERROR, since="0.1", source=_GUESTS,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_dataverse_home_licence(component: Component, context: Context) -> Iterator[Finding]:
    """Guests of an app on Dataverse hold no licence in this tenant, and one at home does not count."""
    yield from _of_guests(
        component,
        context,
        "guest-dataverse-home-licence",
        "and works on Dataverse, for which a licence of their own tenant does not count",
        "Ask the licence administrator to license these guests in this tenant",
    )


@check(id="LIC304", name="guest-pass-not-portable", severity=Severity.ERROR, since="0.1", source=_GUESTS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def guest_pass_not_portable(component: Component, context: Context) -> Iterator[Finding]:
    """Guests hold app passes of their own tenant, which are good in its environments only."""
    yield from _of_guests(
        component,
        context,
        "guest-pass-not-portable",
        f"with {context.licensing.name_of(_PASS)} passes of their own tenant, which count in its environments only",
        f"Ask the licence administrator to allocate passes here, or the guests' organisation for {app_plan(context)}",
    )


@check(id="LIC305", name="attended-bot-missing", severity=Severity.ERROR, since="0.1", source=_FLOWS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def attended_bot_missing(component: Component, context: Context) -> Iterator[Finding]:
    """Somebody runs a desktop flow attended and holds no plan with an attended bot."""
    plan = context.licensing.offered("attended")
    remedy = f"Ask the licence administrator for {plan} for whoever runs it, or run it unattended"
    if (found := told(component, context, "attended-bot-missing")) is not None:
        licensed, remark = found
        if context.estate.capacity.windows_only(licensed) or context.workspace.is_copied(component):
            return
        who = list_of(remark.who, "and") if remark.who else "its owner"
        yield Finding(
            at=place_of(licensed),
            message=f"'{component.name}' runs a desktop flow attended, and {who} {'hold' if remark.who else 'holds'} no"
            " plan with an attended bot",
            remedy=remedy,
            component=component.ref,
            related=tuple(Related("runs it attended", call.at) for call in component.calls_desktop_flows),
        )
    use = context.estate.capacity.desktop(component)
    if use is not None and use.missing_bot:
        yield Finding(
            at=use.at,
            message=f"The desktop flow '{component.name}' runs attended, and its owner's"
            f" {list_of(use.held, 'and')} has no attended bot",
            remedy=remedy,
            component=component.ref,
        )


@check(id="LIC306", name="unattended-bots-short", severity=Severity.ERROR, since="0.1", source=_FLOWS, on=Workspace,
       needs=(Need.LICENCE_RECORDS,), given=("components", "governance.desktop_flows"))  # fmt: skip
def unattended_bots_short(_: Workspace, context: Context) -> Iterator[Finding | CouldNotRun]:
    """Desktop flows run unattended, and no licence with an unattended bot is left for them."""
    if (found := context.estate.capacity.bots()) is None:
        return
    if found.bought is None:
        yield CouldNotRun(
            reason=f"nobody says how many {found.name} licences are bought, and desktop flows run unattended",
            remedy="record them under `licences`, even when it is 0",
        )
    elif found.bought < found.needed:
        yield _too_few_bots(found)
    elif found.stated_at is None:
        yield CouldNotRun(
            reason="desktop flows run unattended, and nobody has written how many at one time and on how many machines",
            remedy="write `desktop-flows: {concurrent-runs, machines}` under `capacity`",
        )


def _too_few_bots(found: BotBalance) -> Finding:
    short = found.needed - (found.bought or 0)
    if found.stated_at is None:
        first, *others = found.places
        at, words, least = first.at, first.words, "at least "
    else:
        at, others, least = found.stated_at, list(found.places), ""
        parts = [
            *([f"{found.concurrent_runs:,} at one time"] if found.concurrent_runs else []),
            *([f"on {counted(found.machines, 'machine')}"] if found.machines else []),
        ]
        words = f"Desktop flows run unattended {' '.join(parts)}"
    return Finding(
        at=at,
        message=f"{words}, which takes {least}{counted(found.needed, 'licence')} with an unattended bot, one for each"
        f" run at one time and no fewer than machines; {found.bought or 0:,} of those on record"
        f" {'is' if found.bought == 1 else 'are'} left for it",
        remedy=f"Ask the licence administrator for {counted(short, f'{found.name} licence')}, or have fewer"
        " run at one time",
        related=tuple(Related(one.words, one.at) for one in others),
    )


@check(id="LIC307", name="windows-desktop-flow-limits", severity=Severity.ERROR, since="0.1", source=_FAQ, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def windows_desktop_flow_limits(component: Component, context: Context) -> Iterator[Finding]:
    """The licence in Windows is relied on for more than a person's own desktop flow in the default environment."""
    use = context.estate.capacity.desktop(component)
    beyond = use.beyond_windows if use else ()
    at = use.at if use else component.at
    found = told(component, context, "attended-bot-missing")
    if found is not None and context.estate.capacity.windows_only(found[0]):
        beyond, at = ("runs one from a cloud flow",), place_of(found[0])
    if beyond and not context.workspace.is_copied(component):
        yield Finding(
            at=at,
            message=f"'{component.name}' relies on the licence in Windows, which is for one's own desktop flows in the"
            f" default environment, and it {list_of(beyond, 'and')}",
            remedy=f"Ask the licence administrator for {context.licensing.offered('attended')} for its owner",
            component=component.ref,
        )


@check(id="LIC308", name="unattended-software-licence", severity=Severity.INFO, since="0.1", source=_FLOWS,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def unattended_software_licence(component: Component, context: Context) -> Iterator[Finding]:
    """A desktop flow that runs unattended works in software which may need a licence for the bot."""
    use = context.estate.capacity.desktop(component)
    if use is None or use.unattended_at is None or not use.software or context.workspace.is_copied(component):
        return
    yield Finding(
        at=component.at,
        message=f"The desktop flow '{component.name}' runs unattended and works in {list_of(use.software, 'and')}, and"
        " the bot's account may need a licence for that",
        remedy="Check the terms of that software for unattended use (licence administrator)",
        component=component.ref,
        related=(Related("runs it unattended", use.unattended_at),),
    )


@check(id="LIC309", name="ai-credits-short", severity=Severity.ERROR, since="0.1", source=_CREDITS, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.ai_credits",))  # fmt: skip
def ai_credits_short(_: Governance, context: Context) -> Iterator[Finding]:
    """More AI Builder credits are used in a month than there are."""
    found = context.estate.capacity.ai_credits()
    if found is None or not found.balance.short:
        return
    balance, month = found.balance, f" in {found.month}" if found.month else " in a month"
    yield Finding(
        at=found.at,
        message=f"{balance.needed:,} AI Builder credits were used{month}, and there are {balance.credits:,} a month:"
        f" {balance.short:,} short, {counted(balance.add_ons_to_buy, 'add-on')} of 1,000,000",
        remedy="Ask the licence administrator for Copilot Credits, or for AI Builder add-ons where they are still sold"
        " to you",
    )


@check(id="LIC310", name="ai-credits-seeded-ended", severity=Severity.WARNING, since="0.1", source=_CREDITS,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.ai_credits",))  # fmt: skip
def ai_credits_seeded_ended(_: Governance, context: Context) -> Iterator[Finding]:
    """AI Builder is used on the credits that came with licences, which ended on 2026-11-01."""
    found = context.estate.capacity.ai_credits()
    lost = (
        next((one for one in found.balance.remarks if one.check == "ai-credits-seeded-ended"), None) if found else None
    )
    if found is None or lost is None:
        return
    yield Finding(
        at=found.at,
        message=f"{found.balance.needed:,} AI Builder credits a month rely on the {lost.number:,} that came with"
        " licences until 2026-10-31; since 2026-11-01 licences bring none",
        remedy="Ask the licence administrator to plan Copilot Credits in their place",
    )


@check(id="LIC311", name="agent-capacity-missing", severity=Severity.ERROR, since="0.1", source=_AGENTS, on=Component,
       needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def agent_capacity_missing(component: Component, context: Context) -> Iterator[Finding]:
    """An agent uses connectors, or calls a flow, and there is neither a pack nor a meter for agents."""
    if context.workspace.is_copied(component):
        return
    capacity = context.estate.capacity
    if component.kind is not ComponentKind.AGENT:
        callers = context.workspace.callers_of(component)
        if told(component, context, "agent-capacity-missing") and not any(
            one.kind is ComponentKind.AGENT for one in callers
        ):
            yield _without_capacity(component, f"'{component.name}' is called by an agent")
        return
    used = []
    for use in component.uses:
        row = context.catalogue.find(use.connector)
        if use.custom or (row is not None and row.kind != "virtual"):
            used.append(use.display_name or context.catalogue.name_of(use.connector))
    if used and not capacity.has_agent_capacity() and not capacity.is_metered(context.targets(component)):
        names = list_of(list(dict.fromkeys(used)), "and")
        yield _without_capacity(component, f"The agent '{component.name}' uses {names}")


def _without_capacity(component: Component, what: str) -> Finding:
    return Finding(
        at=component.at,
        message=f"{what}, and no Copilot Studio pack and no pay-as-you-go plan for agents is on record",
        remedy="Ask the licence administrator for a pack of Copilot Credits or a billing policy, and record it under"
        " `licences`",
        component=component.ref,
    )


def _short(packs: Packs, remedy: str) -> Finding | None:
    if packs.bought is None or packs.bought >= packs.needed:
        return None
    first, *others = packs.places
    return Finding(
        at=first.at,
        message=f"{packs.used:,} {packs.unit} a month take {counted(packs.needed, f'{packs.name} pack')}, and"
        f" {packs.bought:,} {'is' if packs.bought == 1 else 'are'} bought: {packs.needed - packs.bought:,} short",
        remedy=remedy,
        related=tuple(Related(f"{one.words} counts in", one.at) for one in others),
        cause=packs.name,
    )


def _uncounted(packs: Packs) -> CouldNotRun:
    return CouldNotRun(
        reason=f"nobody says how many {packs.name} packs are bought",
        remedy="record them under `licences`, even when it is 0",
    )


@check(id="LIC312", name="agent-capacity-short", severity=Severity.WARNING, since="0.1", source=_AGENTS, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.agents",))  # fmt: skip
def agent_capacity_short(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """All agents together use more credits a month than the packs hold."""
    if (packs := context.estate.capacity.agent_packs()) is None:
        return
    if packs.bought is None:
        yield _uncounted(packs)
    elif found := _short(
        packs, "Ask the licence administrator for more packs, or a billing policy for the environment"
    ):
        yield found


@check(id="LIC313", name="agent-service-not-enabled", severity=Severity.WARNING, since="0.1", source=_AGENTS,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.agents",))  # fmt: skip
def agent_service_not_enabled(governance: Governance, _: Context) -> Iterator[Finding]:
    """An administrator has not enabled Copilot Studio for the people who are to build or use an agent."""
    for agent in governance.agents:
        if agent.service_enabled is False:
            place = f" in {agent.environment.text}" if agent.environment else ""
            yield Finding(
                at=agent.at / "service-enabled",
                message=f"Copilot Studio is not enabled for the agent '{agent.name}'{place}",
                remedy="Ask a Power Platform admin to enable Copilot Studio",
                cause=agent.name.lower(),
            )


@check(id="LIC314", name="website-capacity-short", severity=Severity.WARNING, since="0.1", source=_PAGES, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.websites",))  # fmt: skip
def website_capacity_short(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """More people visit the websites in a month than the packs cover."""
    for packs in context.estate.capacity.website_packs():
        if packs.bought is None:
            yield _uncounted(packs)
        elif found := _short(
            packs, "Ask the licence administrator for more packs, and for their assignment to the sites"
        ):
            yield found


@check(id="LIC315", name="request-limit-exceeded", severity=Severity.WARNING, since="0.1", source=_REQUESTS,
       on=Governance, needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def request_limit_exceeded(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """Flows make more requests a day than the plan they run on allows."""
    for use in context.estate.capacity.requests():
        if use.missing:
            yield CouldNotRun(
                reason=f"the request limit of '{use.component.name}' is not known: {use.missing}",
                remedy="write `licence` or `plan` beside it under `flows`, or what its owner holds under `populations`",
                component=use.component.ref,
            )
        elif use.over:
            yield Finding(
                at=use.at,
                message=f"{_made(use)}, and {list_of(use.plans, 'and')} {'allows' if len(use.plans) == 1 else 'allow'}"
                f" {use.limit:,}: {use.over:,} over",
                remedy="Have it run less often or with fewer actions (maker), or ask the licence administrator for"
                f" {on_flow(context)} on it",
                component=use.component.ref,
                related=tuple(Related(one.words, one.at) for one in use.others),
            )


@check(id="LIC316", name="request-burst-exceeded", severity=Severity.WARNING, since="0.1", source=_REQUESTS,
       on=Governance, needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def request_burst_exceeded(_: Governance, context: Context) -> Iterator[Finding]:
    """Flows make over 100,000 requests in five minutes, which no licence allows."""
    for use in context.estate.capacity.requests():
        if use.burst:
            yield Finding(
                at=use.at,
                message=f"{_made(use)}, so {use.burst:,} in five minutes even when they are spread over the whole day;"
                " 100,000 are the limit",
                remedy="Split the work or read it in larger portions (maker)",
                component=use.component.ref,
                related=tuple(Related(one.words, one.at) for one in use.others),
            )


def _made(use: RequestUse) -> str:
    if use.others:
        return f"The {len(use.others) + 1} flows of {use.owner} make at least {use.per_day:,} requests a day"
    return (
        f"'{use.component.name}' makes at least {use.per_run:,} requests a run and runs {use.runs:,} times a day,"
        f" {use.per_day:,} requests a day"
    )


@check(id="LIC317", name="dataverse-capacity-short", severity=Severity.ERROR, since="0.1", source=_STORAGE,
       on=Workspace, needs=(Need.LICENCE_RECORDS,), given=("governance.dataverse", "storage_use"))  # fmt: skip
def dataverse_capacity_short(_: Workspace, context: Context) -> Iterator[Finding]:
    """More Dataverse storage is used than the tenant is entitled to."""
    found = context.estate.capacity.storage()
    if found is None:
        return
    balance, parts = found.balance, []
    if balance.short_database:
        log = ", what the log borrows included" if found.used.log > balance.entitled.log else ""
        parts.append(
            f"{_gb(found.used.database)} of {_gb(balance.entitled.database)} database are used{log},"
            f" {_gb(balance.short_database)} too much"
        )
    if balance.short_file:
        parts.append(
            f"{_gb(found.used.file)} of {_gb(balance.entitled.file)} file are used, {_gb(balance.short_file)} too much"
        )
    if parts:
        yield Finding(
            at=found.at,
            message=f"Dataverse: {'; '.join(parts)} ({found.basis}); no environment can be created, copied or restored",
            remedy="Delete what is not needed, or ask the licence administrator for storage add-ons (Power Platform"
            " admin)",
        )


@check(id="LIC318", name="dataverse-capacity-low", severity=Severity.WARNING, since="0.1", source=_STORAGE,
       on=Workspace, needs=(Need.LICENCE_RECORDS,), given=("governance.dataverse", "storage_use"))  # fmt: skip
def dataverse_capacity_low(_: Workspace, context: Context) -> Iterator[Finding]:
    """Less than 15% of the Dataverse storage that the tenant is entitled to is left."""
    found = context.estate.capacity.storage()
    if found is None or not any(one.check == "dataverse-capacity-low" for one in found.balance.remarks):
        return
    used, entitled = found.used, found.balance.entitled
    borrowed = max(Decimal(0), used.log - entitled.log)
    stores = (
        ("database", entitled.database - used.database - borrowed, entitled.database),
        ("file", entitled.file - used.file, entitled.file),
        ("log", entitled.log - used.log, entitled.log),
    )
    low = [
        f"{_gb(max(Decimal(0), left))} of {_gb(store)} {name} ({max(Decimal(0), left) * 100 / store:.0f}%)"
        for name, left, store in stores
        if store and left * 100 < _LOW * store
    ]
    under = _VERY_LOW if any(store and left * 100 < _VERY_LOW * store for _, left, store in stores) else _LOW
    borrows = f"; the log borrows {_gb(borrowed)} from the database" if borrowed else ""
    yield Finding(
        at=found.at,
        message=f"Dataverse: under {under}% of a store is left, {list_of(low, 'and')}{borrows} ({found.basis})",
        remedy="Delete what is not needed, or ask the licence administrator for storage add-ons (Power Platform admin)",
    )


def _gb(number: Decimal) -> str:
    written = f"{number:,f}"
    return f"{written.rstrip('0').rstrip('.') if '.' in written else written} GB"
