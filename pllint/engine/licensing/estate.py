"""Licences of the whole organisation: purchased, assigned, allocated and required; copies of one flow."""

import datetime
from collections.abc import Mapping, Sequence

from pllint.catalogue.plans import Plans
from pllint.model.licence_facts import Remark
from pllint.record import NamedTuple

QUARTER = 92
"""Days."""
_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan


class LicenceStock(NamedTuple):
    """One licence record: what is bought of a plan, and where it went."""

    plan: str
    purchased: int | None = None
    assigned: int | None = None
    allocated: int | None = None
    """The sum over environments."""
    as_of: str | None = None


class Customer(NamedTuple):
    """What decides which plans are on offer."""

    agreement: str | None = None
    existing: bool = True
    sector: str | None = None


class PlanBalance(NamedTuple):
    """One plan of the estate."""

    plan: str
    purchased: int
    required: int

    @property
    def balance(self) -> int:
        """What is left; below zero it is short."""
        return self.purchased - self.required


class Estate(NamedTuple):
    """What the records say of all plans together."""

    balances: tuple[PlanBalance, ...]
    remarks: tuple[Remark, ...]


def estate(
    records: Sequence[LicenceStock], required: Mapping[str, int], customer: Customer, as_of: str, plans: Plans
) -> Estate:
    """Hold licence records against what is required; each record is judged by itself."""
    remarks: list[Remark] = []
    purchased: dict[str, int] = {}
    for record in records:
        purchased[record.plan] = purchased.get(record.plan, 0) + (record.purchased or 0)
        remarks += judge_stock(record, customer, as_of, plans)
    for plan, count in required.items():
        if plan not in purchased and count:
            remarks.append(Remark("licence-count-missing", count, (plan,)))
            remarks += judge_stock(LicenceStock(plan), customer, as_of, plans)
    balances = tuple(
        PlanBalance(plan=plan, purchased=purchased.get(plan, 0), required=required.get(plan, 0))
        for plan in dict.fromkeys((*purchased, *required))
    )
    remarks += [Remark("licence-unused", one.balance, (one.plan,)) for one in balances if one.balance > 0]
    return Estate(balances=balances, remarks=tuple(remarks))


def judge_stock(record: LicenceStock, customer: Customer, as_of: str, plans: Plans) -> list[Remark]:
    """Say what is wrong with one licence record."""
    remarks = []
    if record.purchased is not None and (given := max(record.assigned or 0, record.allocated or 0)) > record.purchased:
        remarks.append(Remark("licences-over-assigned", given - record.purchased, (record.plan,)))
    if record.as_of and (days := age(record.as_of, as_of)) > QUARTER:
        remarks.append(Remark("licence-record-stale", days, (record.plan,)))
    sale = plans.sale(record.plan)
    if sale.until and as_of > sale.until:
        remarks.append(Remark("plan-no-longer-sold", who=(record.plan,)))
    if not is_available(record.plan, customer, as_of, plans):
        remarks.append(Remark("plan-not-available", who=(record.plan,)))
    return remarks


def is_available(plan: str, customer: Customer, as_of: str, plans: Plans) -> bool:
    """Tell whether a plan is offered to this customer on a day."""
    sale = plans.sale(plan)
    if customer.sector in sale.not_in_sectors:
        return False
    ended = sale.ended_for_new is not None and as_of >= sale.ended_for_new
    return not (ended and not customer.existing and customer.agreement in sale.agreements)


def age(day: str, as_of: str) -> int:
    """Count the days from one day to another."""
    return (datetime.date.fromisoformat(as_of) - datetime.date.fromisoformat(day)).days


class Copies(NamedTuple):
    """One flow in several environments: capacity licences are counted for each, user plans once."""

    needed: int
    short: int
    user_plans: int
    remarks: tuple[Remark, ...] = ()


def copies(licensed: Sequence[tuple[str, str | None]], capacity: Sequence[str], purchased: int | None = None) -> Copies:
    """Judge the copies of a flow, each an environment and the licence it has there; `capacity` are those that count."""
    without = tuple(environment for environment, plan in licensed if plan not in capacity)
    allocated = len(licensed) - len(without)
    remarks = []
    if allocated and without:
        remarks.append(Remark("flow-copy-unlicensed", len(without), without))
    if purchased is not None and allocated > purchased:
        remarks.append(Remark("flow-licences-over-allocated", allocated - purchased))
    return Copies(needed=len(licensed), short=len(without), user_plans=1 if licensed else 0, remarks=tuple(remarks))
