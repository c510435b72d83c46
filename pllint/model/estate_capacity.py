"""Capacity of the whole organisation, as checks are told of it: bots, credits, packs, storage, requests."""

from decimal import Decimal

from pllint.model.capacity_facts import CreditBalance, Storage, StorageBalance
from pllint.model.component import Component
from pllint.model.estate import Mention
from pllint.record import NamedTuple
from pllint.source import Anchor


class DesktopUse(NamedTuple):
    """A desktop flow, how it is run, and what its owner holds."""

    component: Component
    at: Anchor
    held: tuple[str, ...]
    """Names of plans; empty: nobody has written any."""
    missing_bot: bool = False
    beyond_windows: tuple[str, ...] = ()
    """What the licence in Windows does not cover: `is shared`, `lies in hr-production`."""
    unattended_at: Anchor | None = None
    """The step of a cloud flow that runs it unattended."""
    software: tuple[str, ...] = ()


class BotBalance(NamedTuple):
    """Unattended bots of the organisation."""

    name: str
    """What the plan is called that carries one, of those sold on the day."""
    needed: int
    bought: int | None
    """None: no record says."""
    places: tuple[Mention, ...]
    """Steps that start an unattended run."""
    stated_at: Anchor | None = None
    """Where somebody has written how they run; None: nobody has, and `needed` is the least it can be."""
    concurrent_runs: int | None = None
    machines: int | None = None


class Credits(NamedTuple):
    """AI Builder credits of a month."""

    at: Anchor
    month: str | None
    balance: CreditBalance


class Packs(NamedTuple):
    """Packs that a month takes, and those that are bought."""

    name: str
    used: int
    unit: str
    needed: int
    bought: int | None
    places: tuple[Mention, ...]


class RequestUse(NamedTuple):
    """Requests a day of the flows that run on the plans of one owner, or of a flow on its own licence."""

    component: Component
    at: Anchor
    per_run: int
    runs: Decimal
    per_day: int
    limit: int
    plans: tuple[str, ...]
    owner: str | None
    over: int = 0
    burst: int = 0
    """Requests in five minutes when spread evenly over the day, where that is too many."""
    others: tuple[Mention, ...] = ()
    missing: str = ""
    """Why the limit is not known."""


class StorageUse(NamedTuple):
    """Dataverse storage used and entitled to, in gigabytes."""

    at: Anchor
    used: Storage
    balance: StorageBalance
    day: str | None = None
    basis: str = ""
