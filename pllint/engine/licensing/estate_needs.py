"""What apps and flows need of each plan, counted over the organisation: a person once, a pass for each app."""

from __future__ import annotations

from functools import cached_property

from pllint.engine.licensing.budget import PriceList, Shares
from pllint.engine.licensing.people import held
from pllint.model.estate import Mention, Required
from pllint.model.licensing import Licensed, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pllint.engine.licensing.workspace import Licensing
    from pllint.model.licence_facts import Group
    from pllint.model.workspace import Workspace

BY_OWNER = frozenset({"automated", "scheduled", "http-request"})
"""How the flows start that run on the licence of their owner."""
INSTANT = frozenset({"button", "selected-item"})
"""How those start that run on the licence of whoever starts them."""


class EstateNeeds:
    """Answers about what is used and what it needs, of one workspace on one day."""

    def __init__(
        self,
        workspace: Workspace,
        licensing: Licensing,
        prices: PriceList | None,
        purchased: Callable[[str], int | None],
    ) -> None:
        self._workspace = workspace
        self._licensing = licensing
        self._plans = licensing.plans
        self._prices = prices
        self._purchased = purchased
        self._groups = licensing.groups
        self._flow_plans = (*self._groups["flow-standalone"], *self._groups["flow-capacity"])

    @cached_property
    def licensed(self) -> Sequence[Licensed]:
        """Every app and cloud flow that is in use, once."""
        found = []
        for component in self._workspace.components:
            if self._workspace.is_copied(component):
                continue
            licensed = self._licensing.judged(component)
            if licensed is not None and not (licensed.record and self._licensing.is_retired(licensed.record)):
                found.append(licensed)
        return found

    @cached_property
    def apps(self) -> Sequence[Licensed]:
        """Premium apps that run on plans: no meter bills them, and they are no developer's own."""
        return [
            one
            for one in self.licensed
            if one.app and one.app.premium and not one.app.place.pay_as_you_go and one.app.place.type != "developer"
        ]

    @cached_property
    def flows(self) -> Sequence[Licensed]:
        """Premium flows that run on plans, likewise."""
        return [
            one
            for one in self.licensed
            if one.flow and one.flow.premium and not one.flow.place.pay_as_you_go and one.flow.place.type != "developer"
        ]

    @cached_property
    def apps_of(self) -> Mapping[str, Sequence[Licensed]]:
        """Give the premium apps of each population, by its name in lower case."""
        found: dict[str, list[Licensed]] = {}
        for one in self.apps:
            for group in one.app.people if one.app else ():
                if group.name:
                    found.setdefault(group.name.lower(), []).append(one)
        return found

    @cached_property
    def required(self) -> tuple[Required, ...]:
        """Count the licences of each plan that premium apps and flows are to run on.

        A person needs a user plan once, whatever it is for, and a pass for each app.
        """
        return tuple(
            Required(
                plan=plan,
                name=self._licensing.name_of(plan),
                number=number,
                places=tuple(self._count.places[plan]),
                complete=self.is_complete(plan),
            )
            for plan, number in self._count.totals()
        )

    def is_complete(self, plan: str) -> bool:
        """Tell whether every app and flow that may draw on a plan says so, and its people are counted."""
        return plan not in self._count.incomplete

    @cached_property
    def _count(self) -> _Count:
        count = _Count()
        shares = Shares(self.licensed, self._prices, self._licensing)
        managed = self._groups["managed-environment"]
        for one in self.licensed:
            if one.premium.verdict is Verdict.UNKNOWN:
                count.open_ended(self._flow_plans if one.flow else self._groups["app-premium"])
            for row in one.judgement.needs:
                if row.level == "required":
                    # What a manifest says is held for something is needed for it, whatever is planned.
                    for share in shares.held(one, row):
                        if self._plans.counts(share.plan) == "person":
                            count.people(share.plan, share.who or one.component.id, share.number, mention(one))
                    count.open_ended(managed if row.any_of == "managed-environment" else ())
        for one in self.apps:
            self._count_app(one, count)
        for one in self.flows:
            self._count_flow(one, count)
        return count

    def needed(self, plan: str) -> Required | None:
        """Give what is needed of one plan."""
        return next((one for one in self.required if one.plan == plan), None)

    def _count_app(self, one: Licensed, count: _Count) -> None:
        app = one.app
        if app is None:
            return
        group_of_plans, by_person = self._groups["app-premium"], self._groups.given_to("person", "app-premium")
        if app.plan not in group_of_plans or (not app.people and not app.owner_only):
            count.open_ended(group_of_plans)
            return
        for group in app.people:
            key = (group.name or one.component.id).lower()
            if group.number is None:
                count.open_ended(self._groups["app-premium"])
                continue
            if group.guests is not None:
                # Some guests bring their licence from home.
                count.open_ended(self._groups["app-premium"])
            left = group.number
            for plan in by_person:
                holders = min(left, held(group.holds, (plan,)))
                if plan != app.plan:
                    count.people(plan, key, holders, mention(one))
                    left -= holders
            if app.plan in by_person:
                count.people(app.plan, key, left, mention(one))
            else:
                count.units(app.plan, left, mention(one))

    def _count_flow(self, one: Licensed, count: _Count) -> None:
        flow = one.flow
        if flow is None or flow.covered_by:
            return
        capacity = flow.licence or (flow.plan if flow.plan in self._groups["flow-capacity"] else None)
        if capacity:
            count.units(capacity, 1, mention(one))
        elif flow.trigger in BY_OWNER | INSTANT and flow.plan not in self._groups["flow-standalone"]:
            count.open_ended(self._flow_plans)
        elif flow.trigger in BY_OWNER and flow.plan:
            owner = flow.owner.name if flow.owner and flow.owner.name else one.component.id
            count.people(flow.plan, owner.lower(), 1, mention(one))
        elif flow.trigger in INSTANT and flow.plan:
            _count_runners(flow.plan, one, flow.people, count)

    def unused(self) -> Iterator[tuple[Required, int]]:
        """Give each plan of which more is bought than apps and flows need, with what is bought."""
        for one in self.required:
            purchased = self._purchased(one.plan)
            if one.complete and one.number and purchased is not None and purchased > one.number:
                yield one, purchased


class _Count:
    """Adds up what is needed of each plan."""

    def __init__(self) -> None:
        self.incomplete: set[str] = set()
        self.places: dict[str, list[Mention]] = {}
        self._people: dict[str, dict[str, int]] = {}
        self._units: dict[str, int] = {}

    def open_ended(self, plans: Sequence[str]) -> None:
        self.incomplete.update(plans)

    def people(self, plan: str, who: str, number: int, place: Mention) -> None:
        if number:
            counted = self._people.setdefault(plan, {})
            counted[who] = max(counted.get(who, 0), number)
            self.places.setdefault(plan, []).append(place)

    def units(self, plan: str, number: int, place: Mention) -> None:
        if number:
            self._units[plan] = self._units.get(plan, 0) + number
            self.places.setdefault(plan, []).append(place)

    def totals(self) -> Iterator[tuple[str, int]]:
        for plan in self.places:
            yield plan, self._units.get(plan, 0) + sum(self._people.get(plan, {}).values())


def _count_runners(plan: str, one: Licensed, people: Sequence[Group], count: _Count) -> None:
    for group in people:
        if group.number is None:
            count.open_ended((plan,))
        elif group.role in {"runs", None}:
            count.people(plan, (group.name or one.component.id).lower(), group.number, mention(one))


def mention(one: Licensed) -> Mention:
    """Name an app or flow, and the place that says what it is to run on."""
    record = one.record
    at = one.component.at if record is None else record.at / "plan" if record.plan else record.at
    return Mention(f"'{one.component.name}'", at)
