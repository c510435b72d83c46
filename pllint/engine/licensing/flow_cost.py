"""What cloud flows cost: by plans of people, by licences on the flow or a pack of them, by the meter of runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from pllint.catalogue.plans import Plans, Price
from pllint.engine.licensing.cost import Compared, flow_runs, flows_or_people, process_or_premium, times
from pllint.engine.licensing.estate_cost import EstateCost, sum_of
from pllint.engine.licensing.estate_needs import BY_OWNER, INSTANT
from pllint.engine.licensing.flows import carriers
from pllint.engine.licensing.workspace import Licensing
from pllint.model.component import Component
from pllint.model.estate import Mention, Pack, Runs, TwoWays
from pllint.model.governance import FlowRecord
from pllint.model.licence_facts import FlowFacts
from pllint.model.licensing import Licensed, Verdict

_PROCESS = "power-automate-process"
_FLOW_PREMIUM = "power-automate-premium"
_PER_FLOW = "power-automate-per-flow"
_PACK = 5
_METER = "power-automate-payg"
_DAYS = 30
"""Runs of so many days are held against the price of a month."""


class FlowCost:
    """Answers about the cost of licences for the cloud flows of one workspace on one day."""

    def __init__(self, licensing: Licensing, cost: EstateCost, purchased: Callable[[str], int | None]) -> None:
        self._licensing = licensing
        self._as_of = licensing.as_of
        self._plans: Plans = licensing.plans
        self._governance = licensing.governance
        self._cost = cost
        self._purchased = purchased

    def of_flow(self, component: Component) -> TwoWays | None:
        """Compare a Process licence with Power Automate Premium for everybody a flow needs one for, a month."""
        licensed = self._licensing.judged(component)
        if licensed is None or licensed.flow is None or licensed.judgement.metered is not None:
            return None
        if licensed.flow.licence or licensed.flow.covered_by:
            return None
        if not licensed.flow.premium or licensed.flow.trigger not in BY_OWNER | INSTANT:
            return None
        standalone = {"flow-standalone", "flow-in-app-context", "flow-in-dynamics-context"}
        rows = [one for one in licensed.judgement.needs if one.level == "required" and one.any_of in standalone]
        if any(one.any_of != "flow-standalone" for one in rows):
            return None
        people = sum(one.number for one in rows)
        on_flow, by_person = self.flow_ways
        if people <= 1 or self._cost.lacks(on_flow, by_person):
            return TwoWays(people=people) if people > 1 else None
        least = self._plans.number(on_flow, "minimum", self._as_of) or 1
        pack = Price(*(one * least for one in self._cost.prices[on_flow]))
        found = process_or_premium({_PROCESS: pack, _FLOW_PREMIUM: self._cost.prices[by_person]}, people)
        name = self._licensing.name_of(on_flow)
        return _two_ways(found, people)._replace(
            first_name=f"one {name} licence" if least == 1 else f"{least} {name} licences, the fewest sold,",
            second_name=self._licensing.name_of(by_person),
        )

    @property
    def flow_ways(self) -> tuple[str, str]:
        """The plan on a flow and the plan for a person that people are told to buy on the day."""
        return self._licensing.on_offer("flow-capacity"), self._licensing.on_offer("flow-standalone")

    def of_runs(self, component: Component) -> Runs | None:
        """Hold the meter of a flow's runs against the cheapest licences that pay for them.

        None where nobody says how often it runs or on whose plans, where licences pay for it already, and where the
        plans of its people pay for other flows too, so that the meter would not spare them.
        """
        licensed = self._licensing.judged(component)
        if licensed is None or (flow := licensed.flow) is None or not isinstance(licensed.record, FlowRecord):
            return None
        if not flow.premium or flow.licence or flow.covered_by or self._licensing.is_retired(licensed.record):
            return None
        a_day, metered = Decimal(licensed.record.runs_per_day or 0), flow.place.pay_as_you_go
        people = self._carriers(flow)
        if not a_day or people is None or flow.attended or flow.unattended:
            return None
        if not licensed.judgement.metered if metered else not self._may_be_metered(licensed, people):
            return None
        return self._runs(Runs(people=sum(number for _, number in people), a_day=a_day, metered=metered))

    def _runs(self, runs: Runs) -> Runs:
        on_flow, by_person = self.flow_ways
        if self._cost.lacks(on_flow, by_person, _METER):
            return runs
        prices = self._cost.prices
        least = self._plans.number(on_flow, "minimum", self._as_of) or 1
        ways = ((by_person, runs.people), (on_flow, least))
        plan, number = min(ways, key=lambda way: prices[way[0]].middle * way[1])
        found = flow_runs([runs.a_day * _DAYS], prices[_METER].middle, number, prices[plan].middle)
        return runs._replace(
            by_meter=sum_of(found.first),
            by_plan=sum_of(found.second),
            plan=self._licensing.name_of(plan),
            on_flow=least if plan == on_flow else 0,
            cheaper={"metered": "meter"}.get(found.cheaper, found.cheaper),
        )

    def _carriers(self, flow: FlowFacts) -> tuple[tuple[str | None, int], ...] | None:
        """Count the people on whose plans a premium flow runs, by name; None where somebody is not counted."""
        people = []
        for group in carriers(flow, self._as_of, self._plans, self._licensing.readings) or ():
            if group.number is None or group.guests is not None:
                # Some guests bring their licence from home.
                return None
            people.append((group.name.strip().lower() if group.name else None, group.number))
        return tuple(people) or None

    def _may_be_metered(self, licensed: Licensed, people: Sequence[tuple[str | None, int]]) -> bool:
        """Tell whether the meter is offered and would take the place of all that these people need plans for."""
        tenant = self._governance.tenant if self._governance else None
        if tenant and tenant.cloud in dict(self._plans.sale(_METER).not_in_clouds):
            return False
        return all(
            name and self._flows_of.get(self._whole(name), set()) <= {licensed.component.id} for name, _ in people
        )

    @cached_property
    def _flows_of(self) -> Mapping[str, set[str]]:
        """Give the ids of the premium flows that somebody may run on a plan, by owner or largest population."""
        found: dict[str, set[str]] = {}
        for one in self._cost.needs.licensed:
            for name in _named(one.flow) if one.flow and one.flow.premium else ():
                found.setdefault(self._whole(name), set()).add(one.component.id)
        return found

    def _whole(self, name: str) -> str:
        """Name the largest population that people are part of."""
        seen: set[str] = set()
        while name in self._within and name not in seen:
            seen.add(name)
            name = self._within[name]
        return name

    @cached_property
    def _within(self) -> Mapping[str, str]:
        populations = self._governance.populations if self._governance else ()
        return {one.name.strip().lower(): one.within.text.strip().lower() for one in populations if one.within}

    def pack(self) -> Pack | None:
        """Give the flows on the legacy flow licence when they pay for five, and what licensing them costs today."""
        records = self._governance.flows if self._governance else ()
        flows = [one for one in records if one.licence == "per-flow" and not self._licensing.is_retired(one)]
        bought, until = self._purchased(_PER_FLOW), self._plans.sale(_PER_FLOW).until or ""
        paid = bought == _PACK if bought is not None else self._as_of <= until
        if not flows or len(flows) >= _PACK or not paid:
            return None
        places = tuple(Mention(f"the licence of '{one.name}'", one.at / "licence") for one in flows)
        prices, (on_flow, by_person) = self._cost.prices, self.flow_ways
        found = Pack(flows=len(flows), monthly=None, places=places)
        if on_flow != _PER_FLOW and on_flow in prices:
            number = max(len(flows), self._plans.number(on_flow, "minimum", self._as_of) or 1)
            each = sum_of(times(prices[on_flow], number))
            found = found._replace(on_flow=each, on_flow_name=self._licensing.name_of(on_flow))
        if _PER_FLOW not in prices:
            return found
        people = self._people_of(flows) if by_person in prices else None
        known = {_PER_FLOW: prices[_PER_FLOW]} | ({_FLOW_PREMIUM: prices[by_person]} if people else {})
        monthly, compared = flows_or_people(known, len(flows), people or None)
        return found._replace(
            monthly=monthly,
            people=people,
            by_person=sum_of(compared.second) if compared else None,
            by_person_name=self._licensing.name_of(by_person),
        )

    def _people_of(self, records: Sequence[FlowRecord]) -> int | None:
        """Count the people on whose plans flows would run without their licences; None where nobody can say."""
        found: dict[str, int] = {}
        for record in records:
            one = next((one for one in self._cost.needs.licensed if one.record is record), None)
            if one is None or one.flow is None or one.premium.verdict is Verdict.UNKNOWN:
                return None
            people = self._carriers(one.flow) if one.flow.premium else ()
            if people is None:
                return None
            for name, number in people:
                if name is None:
                    return None
                found[name] = max(found.get(name, 0), number)
        return sum(found.values())


def _named(flow: FlowFacts) -> Iterator[str]:
    """Name those who may run a flow on their plans."""
    owner = (flow.owner.name,) if flow.owner else ()
    for name in (*owner, *(group.name for group in flow.people)):
        if name:
            yield name.strip().lower()


def _two_ways(found: Compared, people: int) -> TwoWays:
    cheaper = {"process": "first", "equal": "equal"}.get(found.cheaper, "second")
    return TwoWays(people=people, first=sum_of(found.first), second=sum_of(found.second), cheaper=cheaper)
