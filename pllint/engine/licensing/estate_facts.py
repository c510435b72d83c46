"""Licences of the whole organisation, gathered from manifest, exports and source, put before the rules."""

import datetime
from collections.abc import Iterator, Mapping
from functools import cached_property

from pllint.catalogue.plans import Plans
from pllint.engine.licensing.estate import Customer, LicenceStock, is_available, judge_stock
from pllint.engine.licensing.estate_capacity import EstateCapacity
from pllint.engine.licensing.estate_cost import EstateCost
from pllint.engine.licensing.exits import Exits
from pllint.engine.licensing.flow_cost import FlowCost
from pllint.engine.licensing.workspace import Licensing
from pllint.model.estate import GivenBack, Mention, Stock, Unavailable, Unsold
from pllint.model.governance import AppRecord, FlowRecord, Governance, LicenceRecord
from pllint.model.workspace import Workspace

_PASSES_ENDED = "2026-01-02"
_METER = "power-apps-payg"
_CLOUDS = {
    "public": "the public cloud",
    "gcc": "the government cloud GCC",
    "gcc-high": "the government cloud GCC High",
    "dod": "the government cloud DoD",
    "china": "the cloud of China",
}


class EstateFacts:
    """Answers about the licences of one workspace on one day."""

    def __init__(self, workspace: Workspace, licensing: Licensing) -> None:
        self._workspace = workspace
        self._licensing = licensing
        self._as_of = licensing.as_of

    @property
    def plans(self) -> Plans:
        """The plan data."""
        return self._licensing.plans

    @property
    def governance(self) -> Governance | None:
        """The manifest; where there is none, what licence exports alone say."""
        return self._licensing.governance

    @cached_property
    def cost(self) -> EstateCost:
        """What licences are needed and what they cost."""
        return EstateCost(self._workspace, self._licensing, self.purchased)

    @cached_property
    def flow_cost(self) -> FlowCost:
        """What licences for cloud flows cost."""
        return FlowCost(self._licensing, self.cost, self.purchased)

    @cached_property
    def exits(self) -> Exits:
        """What licences of retired things cost until they can be given up."""
        return Exits(self._licensing, self.cost, self.stocks)

    @cached_property
    def capacity(self) -> EstateCapacity:
        """Bots, credits, packs, storage and requests."""
        return EstateCapacity(self._workspace, self._licensing, self.purchased)

    @cached_property
    def stocks(self) -> tuple[Stock, ...]:
        """Every licence record, judged by itself, after what retirements gave back."""
        counts = self._licensing.counts
        written = self._workspace.licences
        found = []
        for place, (record, given_back) in enumerate(zip(counts.records, counts.lowered_by, strict=True)):
            stock = self._stock(record)._replace(given_back=given_back)
            if place in counts.one_of_several and self._stock(written[place]).over:
                stock = stock._replace(over=0, over_in_doubt=True)
            found.append(stock)
        return tuple(found)

    @property
    def given_back(self) -> tuple[GivenBack, ...]:
        """What retirements gave back until the day."""
        return self._licensing.counts.given_back

    def _stock(self, record: LicenceRecord) -> Stock:
        plan = self.plans.id_of(record.plan)
        tenant = self.governance.tenant if self.governance else None
        told = tenant.licences_as_of if tenant else None
        as_of = record.as_of or told
        allocated = sum(number for _, number in record.allocated)
        stock = LicenceStock(plan, record.purchased, record.assigned, allocated, as_of)
        remarks = {one.check: one for one in judge_stock(stock, Customer(), self._as_of, self.plans)}
        over = remarks.get("licences-over-assigned")
        return Stock(
            plan=plan,
            name=self._licensing.name_of(plan),
            record=record,
            given=max(record.assigned or 0, allocated),
            over=over.number if over else 0,
            as_of=as_of,
            age=self._days_since(as_of) if as_of else None,
            dated_at=record.at if record.as_of or tenant is None else tenant.at / "licences-as-of",
        )

    def _days_since(self, day: str) -> int:
        return (datetime.date.fromisoformat(self._as_of) - datetime.date.fromisoformat(day)).days

    def purchased(self, plan: str) -> int | None:
        """Count what is bought of a plan over all records; None where no record says it."""
        counts = [one.record.purchased for one in self.stocks if one.plan == plan and one.record.purchased is not None]
        return sum(counts) if counts else None

    @cached_property
    def _mentions(self) -> Mapping[str, tuple[Mention, ...]]:
        """Every place that names a plan: licence records first, then what apps and flows are to run on."""
        found: dict[str, list[Mention]] = {}
        for stock in self.stocks:
            # A record of 0 says that there are none.
            if stock.record.purchased != 0 or stock.given:
                found.setdefault(stock.plan, []).append(Mention(_counts(stock.record), stock.record.at))
        governance = self.governance
        for environment in governance.environments if governance else ():
            if environment.pay_as_you_go:
                mention = Mention(f"pay-as-you-go in {environment.name}", environment.at / "pay-as-you-go")
                found.setdefault(_METER, []).append(mention)
        records: list[AppRecord | FlowRecord] = [*governance.apps, *governance.flows] if governance else []
        for record in records:
            if self._licensing.is_retired(record):
                continue
            if record.plan:
                mention = Mention(f"the plan of '{record.name}'", record.at / "plan")
                found.setdefault(self.plans.id_of(record.plan), []).append(mention)
            if capacity := self._licensing.capacity_licence(record):
                found.setdefault(capacity, []).append(Mention(f"the licence of '{record.name}'", record.at / "licence"))
        return {plan: tuple(places) for plan, places in found.items()}

    def unsold(self) -> Iterator[Unsold]:
        """Give the plans that files name and that were not sold any more on the day."""
        for plan, places in self._mentions.items():
            sale = self.plans.sale(plan)
            if sale.until and self._as_of > sale.until:
                since = datetime.date.fromisoformat(sale.until) + datetime.timedelta(days=1)
                yield Unsold(
                    name=self._licensing.name_of(plan),
                    since=since.isoformat(),
                    successor=self._licensing.name_of(sale.successor) if sale.successor else None,
                    places=places,
                )

    def unavailable(self) -> Iterator[Unavailable]:
        """Give the plans that files name and that this customer cannot buy."""
        tenant = self.governance.tenant if self.governance else None
        agreement = tenant.agreement if tenant else None
        sector = tenant.sector if tenant else None
        cloud = tenant.cloud or "" if tenant else ""
        kind = agreement.kind if agreement else None
        starts = agreement.starts if agreement else None
        for plan, places in self._mentions.items():
            name, sale = self._licensing.name_of(plan), self.plans.sale(plan)
            if sector in sale.not_in_sectors:
                yield Unavailable(name, f"not offered in the sector {sector}", places)
                continue
            if cloud in dict(sale.not_in_clouds):
                source = self.plans.source(dict(sale.not_in_clouds)[cloud])
                why = f"not offered in {_CLOUDS[cloud]}{f' (as of {source.dated})' if source else ''}"
                yield Unavailable(name, why, places, source.url if source else "")
                continue
            existing = starts < (sale.ended_for_new or _PASSES_ENDED) if starts else False
            customer = Customer(agreement=kind, existing=existing, sector=sector)
            if is_available(plan, customer, self._as_of, self.plans):
                continue
            why = f"not sold to customers who are new under {(kind or '').upper()} since {sale.ended_for_new}"
            yield Unavailable(name, f"{why}, and this agreement starts {starts}" if starts else None, places)


def _counts(record: LicenceRecord) -> str:
    if record.purchased is not None:
        return f"{record.purchased:,} on record"
    return "a licence record"
