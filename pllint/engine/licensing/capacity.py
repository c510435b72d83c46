"""Capacity: bots of desktop flows, packs of agents and websites, AI credits, storage and requests."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pllint.catalogue.plans import Plans
from pllint.model.capacity_facts import (
    AgentBill,
    AgentUse,
    BotCount,
    CreditBalance,
    DesktopFacts,
    Loop,
    RequestCount,
    Storage,
    StorageBalance,
    WebsiteBill,
    WebsiteUse,
)
from pllint.model.licence_facts import Remark

_WINDOWS = "windows-desktop-flows"
_SESSIONS_UNTIL = "2023-11-30"
_AI_BLOCK = 1_000_000
_LIST = "usd-list"


def bots(desktop: DesktopFacts, with_bots: Sequence[str]) -> BotCount:
    """Count the bots a desktop flow needs and those that are missing; `with_bots` are the plans that carry one."""
    remarks = []
    if desktop.attended:
        paid = bool(set(desktop.holds) & set(with_bots))
        windows = _WINDOWS in desktop.holds and not paid
        beyond = desktop.shared or desktop.environment.lower() != "default" or desktop.from_cloud_flow
        short = 0 if paid or (windows and not beyond) else 1
        if short:
            remarks.append(Remark("windows-desktop-flow-limits" if windows else "attended-bot-missing", 1))
        return BotCount(needed=1, short=short, remarks=tuple(remarks))
    needed = max(desktop.concurrent, desktop.machines)
    short = max(0, needed - desktop.bots)
    if short:
        remarks.append(Remark("unattended-bots-short", short))
    if desktop.signs_into:
        remarks.append(Remark("unattended-software-licence", len(desktop.signs_into), desktop.signs_into))
    return BotCount(needed=needed, short=short, remarks=tuple(remarks))


def agent_bill(use: AgentUse, as_of: str, plans: Plans) -> AgentBill:
    """Add a month of agents up, in the unit of the day, and say how many packs it takes."""
    remarks = []
    if use.connectors and not use.capacity:
        remarks.append(Remark("agent-capacity-missing"))
    if not use.service_enabled:
        remarks.append(Remark("agent-service-not-enabled"))
    if as_of <= _SESSIONS_UNTIL:
        billed = use.sessions + use.test_sessions
    elif use.credits_per_month is not None:
        billed = use.credits_per_month
    else:
        # A block begun is paid: https://learn.microsoft.com/microsoft-copilot-studio/requirements-messages-management
        rates = ((plans.rate(f"agent-{kind}", as_of), count) for kind, count in use.credits)
        billed = sum(_blocks(count, block) * each for (each, block), count in rates)
    packs = _blocks(billed, plans.number("copilot-studio", "pack", as_of) or 1)
    if use.packs_held is not None and packs > use.packs_held:
        remarks.append(Remark("agent-capacity-short", packs - use.packs_held))
    metered = _price(plans, "copilot-studio-payg", as_of)
    return AgentBill(
        billed=billed,
        packs=packs,
        monthly=_times(_price(plans, "copilot-studio", as_of), packs),
        metered_monthly=_times(metered, billed),
        remarks=tuple(remarks),
    )


def website_bill(use: WebsiteUse, as_of: str, plans: Plans) -> WebsiteBill:
    """Count the sets and packs a website takes in a month; volume tiers apply to the whole quantity."""
    packs: list[tuple[str, int]] = []
    sums: list[Decimal | None] = []

    def add(kind: str, plan: str, number: int) -> None:
        packs.append((kind, number))
        sums.append(_times(_price(plans, plan, as_of, number), number))

    def beyond(plan: str, used: int) -> int:
        over = max(0, used - plans.number(plan, "included", as_of))
        return _blocks(over, plans.number(plan, "set", as_of) or 1)

    if use.logins is not None:
        add("login-sets", "portal-logins", beyond("portal-logins", use.logins))
    if use.page_views is not None:
        add("page-view-sets", "portal-page-views", beyond("portal-page-views", use.page_views))
    if use.authenticated is not None:
        people = max(0, use.authenticated - use.licensed_staff)
        pack = plans.number("power-pages-authenticated", "pack", as_of) or 1
        add("authenticated-packs", "power-pages-authenticated", _blocks(people, pack))
    if use.anonymous is not None:
        pack = plans.number("power-pages-anonymous", "pack", as_of) or 1
        add("anonymous-packs", "power-pages-anonymous", _blocks(use.anonymous, pack))
    missing = 0
    if use.held is not None:
        # Of a kind that nobody has counted there is enough.
        held = dict(use.held)
        missing = sum(max(0, number - held[kind]) for kind, number in packs if kind in held)
    known = [one for one in sums if one is not None]
    return WebsiteBill(
        packs=tuple(packs),
        monthly=sum(known, Decimal(0)) if len(known) == len(sums) else None,
        remarks=(Remark("website-capacity-short", missing),) if missing else (),
    )


def ai_credits(
    licences: Mapping[str, int], add_ons: int, needed: int, as_of: str, plans: Plans, *, before: str = "2026-10-31"
) -> CreditBalance:
    """Hold a month's need of AI Builder credits against those that licences carry and those that are bought."""
    block = plans.number("ai-builder-addon", "credits", as_of) or _AI_BLOCK

    def seeded_on(day: str) -> int:
        carried = sum(plans.number(plan, "ai-credits", day) * count for plan, count in licences.items())
        return min(int(plans.fact("seeded-ai-credits-at-most", day)), carried)

    seeded = seeded_on(as_of)
    available = seeded + add_ons * block
    short = max(0, needed - available)
    remarks = []
    if short:
        remarks.append(Remark("ai-credits-short", short))
    if short and as_of > before and (lost := seeded_on(before)):
        remarks.append(Remark("ai-credits-seeded-ended", lost))
    return CreditBalance(
        credits=available,
        needed=needed,
        short=short,
        add_ons_to_buy=_blocks(short, block),
        seeded=seeded,
        remarks=tuple(remarks),
    )


def storage(
    licences: Mapping[str, int],
    as_of: str,
    plans: Plans,
    *,
    tenant: Storage | None = None,
    add_ons: Storage | None = None,
    used: Storage | None = None,
) -> StorageBalance:
    """Hold the storage a tenant uses against what it is entitled to; the log may borrow from the database."""
    base = tenant or of_tenant(as_of, plans)
    database, file, log = base if add_ons is None else map(sum, zip(base, add_ons, strict=True))
    for plan, count in licences.items():
        # Developer environments do not count: their storage is theirs, and no part of the tenant's.
        if not count or plans.value(plan, "production", as_of) is False:
            continue
        database += plans.amount(plan, "database-gb", as_of) * count
        file += plans.amount(plan, "file-gb", as_of) * count
        database += plans.amount(plan, "tenant-database-gb", as_of)
        file += plans.amount(plan, "tenant-file-gb", as_of)
        log += plans.amount(plan, "tenant-log-gb", as_of)
    entitled = Storage(Decimal(database), Decimal(file), Decimal(log))
    if used is None:
        return StorageBalance(entitled, Decimal(0), Decimal(0), can_create_environment=entitled.database >= 1)
    low = plans.fact("storage-low-percent", as_of) / 100
    borrowed = max(Decimal(0), used.log - entitled.log)
    free = entitled.database - used.database - borrowed
    short_database = max(Decimal(0), -free)
    short_file = max(Decimal(0), used.file - entitled.file)
    remarks = []
    if short_database or short_file:
        remarks.append(Remark("dataverse-capacity-short"))
    elif borrowed or any(
        store and left < store * low
        for store, left in (
            (entitled.database, free),
            (entitled.file, entitled.file - used.file),
            (entitled.log, entitled.log - used.log),
        )
    ):
        remarks.append(Remark("dataverse-capacity-low"))
    return StorageBalance(
        entitled=entitled,
        short_database=short_database,
        short_file=short_file,
        can_create_environment=free >= 1,
        remarks=tuple(remarks),
    )


def of_tenant(as_of: str, plans: Plans) -> Storage:
    """Give the storage that the first subscription brings to a tenant, once."""
    return Storage(*(plans.fact(f"tenant-{store}-gb", as_of) for store in ("database", "file", "log")))


def daily_limit(held: Sequence[str], units: int, add_ons: int, as_of: str, plans: Plans) -> int:
    """Give the requests a day of the plans a flow runs on: product lines add up, within a line the highest counts."""
    extra = add_ons * plans.number("request-addon", "requests", as_of)
    on_flows = plans.groups(as_of)["flow-capacity"]
    capacity = [plan for plan in held if plan in on_flows]
    if capacity:
        limits = [
            plans.number(plan, "requests", as_of) * (units if plans.value(plan, "stackable", as_of) else 1)
            for plan in capacity
        ]
        return max(limits) + extra
    lines: dict[str, int] = {}
    for plan in held:
        line = plans.request_line(plan)
        if line:
            lines[line] = max(lines.get(line, 0), plans.number(plan, "requests", as_of))
    return sum(lines.values()) + extra


def requests(
    limit: int,
    ceiling: int,
    *,
    actions: int = 0,
    loops: Sequence[Loop] = (),
    runs_per_day: int | Decimal = 0,
    peak_per_5_minutes: int = 0,
) -> RequestCount:
    """Count the requests of a flow: the trigger, every action, and per pass of a loop the loop's actions.

    `limit` is for a day, `ceiling` for five minutes. Part of a request a day is left out.
    """
    # A trigger, a loop and two actions over four items are 1 + 1 + 8.
    per_run = 1 + actions + sum(1 + loop.items * loop.actions for loop in loops)
    per_day = int(per_run * runs_per_day)
    over = max(0, per_day - limit)
    remarks = []
    if over:
        remarks.append(Remark("request-limit-exceeded", over))
    if peak_per_5_minutes > ceiling:
        remarks.append(Remark("request-burst-exceeded", peak_per_5_minutes))
    return RequestCount(daily_limit=limit, per_run=per_run, per_day=per_day, over=over, remarks=tuple(remarks))


def burst_ceiling(as_of: str, plans: Plans) -> int:
    """Give how many requests in five minutes no licence goes beyond."""
    return int(plans.fact("requests-in-five-minutes", as_of))


def daily_pool(dynamics_licences: int, as_of: str, plans: Plans) -> int:
    """Give the daily requests of the tenant's identities that hold no licence."""
    if not dynamics_licences:
        return int(plans.fact("pool-requests", as_of))
    each, base = (plans.fact(f"pool-requests-{key}", as_of) for key in ("a-dynamics-licence", "with-dynamics"))
    return int(min(plans.fact("pool-requests-at-most", as_of), base + each * dynamics_licences))


def _blocks(number: int, size: int) -> int:
    return -(-number // size)


def _price(plans: Plans, plan: str, as_of: str, quantity: int = 1) -> Decimal | None:
    price = plans.price(plan, _LIST, as_of, quantity)
    return price.middle if price else None


def _times(price: Decimal | None, number: int) -> Decimal | None:
    return None if price is None else price * number
