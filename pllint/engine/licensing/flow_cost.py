"""What licences for cloud flows cost: plans for people against a licence on the flow."""

from collections.abc import Callable
from decimal import Decimal

from pllint.catalogue.plans import Plans, Price
from pllint.engine.licensing.cost import Compared, process_or_premium
from pllint.engine.licensing.estate_cost import EstateCost, sum_of
from pllint.engine.licensing.estate_needs import BY_OWNER, INSTANT
from pllint.engine.licensing.workspace import Licensing
from pllint.model.component import Component
from pllint.model.estate import Mention, TwoWays

_PROCESS = "power-automate-process"
_FLOW_PREMIUM = "power-automate-premium"
_PER_FLOW = "power-automate-per-flow"
_PACK = 5


class FlowCost:
    """Answers about the cost of licences for the cloud flows of one workspace on one day."""

    def __init__(self, licensing: Licensing, cost: EstateCost, purchased: Callable[[str], int | None]) -> None:
        self._licensing = licensing
        self._as_of = licensing.as_of
        self._plans: Plans = licensing.plans
        self._records = licensing.governance.flows if licensing.governance else ()
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

    def flow_packs(self) -> tuple[int, Decimal | None, tuple[Mention, ...]] | None:
        """Give how many flows run on the legacy flow licence when they pay for five, and what the five cost a month."""
        flows = [one for one in self._records if one.licence == "per-flow" and not self._licensing.is_retired(one)]
        bought, until = self._purchased(_PER_FLOW), self._plans.sale(_PER_FLOW).until or ""
        paid = bought == _PACK if bought is not None else self._as_of <= until
        if not flows or len(flows) >= _PACK or not paid:
            return None
        price = self._cost.prices.get(_PER_FLOW)
        places = tuple(Mention(f"the licence of '{one.name}'", one.at / "licence") for one in flows)
        return len(flows), price.middle * _PACK if price else None, places


def _two_ways(found: Compared, people: int) -> TwoWays:
    cheaper = {"process": "first", "equal": "equal"}.get(found.cheaper, "second")
    return TwoWays(people=people, first=sum_of(found.first), second=sum_of(found.second), cheaper=cheaper)
