"""Capacity that is bought by the month or the gigabyte: what is needed, what there is, what it costs."""

from decimal import Decimal

from pllint.model.licence_facts import Remark
from pllint.record import NamedTuple


class DesktopFacts(NamedTuple):
    """A desktop flow, and what its people and machines hold."""

    attended: bool
    holds: tuple[str, ...] = ()
    environment: str = "default"
    shared: bool = False
    from_cloud_flow: bool = False
    concurrent: int = 1
    machines: int = 1
    bots: int = 0
    signs_into: tuple[str, ...] = ()


class BotCount(NamedTuple):
    """The bots a desktop flow needs."""

    needed: int
    short: int
    remarks: tuple[Remark, ...] = ()


class AgentUse(NamedTuple):
    """A month of an agent: sessions of the older terms, or what is charged in credits today."""

    sessions: int = 0
    test_sessions: int = 0
    credits: tuple[tuple[str, int], ...] = ()
    """(kind of use, how often); the kinds are those of the plan data, such as `classic`."""
    credits_per_month: int | None = None
    """A total somebody has stated, in place of kinds."""
    packs_held: int | None = None
    """None: enough."""
    connectors: bool = False
    capacity: bool = True
    service_enabled: bool = True


class AgentBill(NamedTuple):
    """What a month of agents takes."""

    billed: int
    packs: int
    monthly: Decimal | None
    metered_monthly: Decimal | None
    remarks: tuple[Remark, ...] = ()


class WebsiteUse(NamedTuple):
    """A month of a website: logins and page views of the older terms, people of today's."""

    logins: int | None = None
    page_views: int | None = None
    authenticated: int | None = None
    anonymous: int | None = None
    licensed_staff: int = 0
    held: tuple[tuple[str, int], ...] | None = None
    """(login-sets, page-view-sets, authenticated-packs or anonymous-packs, how many); None: enough."""


class WebsiteBill(NamedTuple):
    """The packs a website takes, by kind, and what they cost."""

    packs: tuple[tuple[str, int], ...]
    monthly: Decimal | None
    remarks: tuple[Remark, ...] = ()


class CreditBalance(NamedTuple):
    """AI Builder credits of a month."""

    credits: int
    needed: int
    short: int
    add_ons_to_buy: int
    seeded: int
    remarks: tuple[Remark, ...] = ()


class Storage(NamedTuple):
    """Dataverse storage in gigabytes."""

    database: Decimal
    file: Decimal
    log: Decimal


class StorageBalance(NamedTuple):
    """What a tenant is entitled to and what it lacks."""

    entitled: Storage
    short_database: Decimal
    short_file: Decimal
    can_create_environment: bool
    remarks: tuple[Remark, ...] = ()


class Loop(NamedTuple):
    """A loop of a flow: how many items, and how many actions run for each."""

    items: int
    actions: int


class RequestCount(NamedTuple):
    """Requests of a flow against the limit of the plans it runs on."""

    daily_limit: int
    per_run: int
    per_day: int
    over: int
    remarks: tuple[Remark, ...] = ()
