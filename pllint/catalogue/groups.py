"""Which plans meet which need: groups of plans, worked out from what each entitles to on a day.

No plan is named here. What the data says of a plan, shipped or of the user's own, places it; what it does not say is
assumed in nobody's favour, and a connector tier, the gateway or Dataverse left out of it keeps a plan out of the groups
that cover premium things.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pllint.catalogue.plans import Plans

GROUPS = (
    "app-premium", "app-premium-in-dynamics", "managed-environment", "dynamics", "flow-standalone",
    "flow-in-app-context", "flow-in-dynamics-context", "flow-instant-until-2023", "flow-capacity", "attended", "agent",
)  # fmt: skip
"""The names of the groups; of the plans of one any one satisfies a need."""

_PREMIUM = frozenset({"premium", "custom"})
_STANDARD = ("standard",)
_UNLIMITED = "unlimited"


class PlanGroups:
    """The groups of one day."""

    def __init__(self, plans: Plans, on: str) -> None:
        self._plans = plans
        self._on = on
        self._groups: dict[str, tuple[str, ...]] = {}
        self._trials: dict[str, tuple[str, ...]] = {}
        kinds = {plan: self._kinds(plan) for plan in plans.ids}
        trials = {plan for plan in plans.ids if plans.number(plan, "days", on)}
        for group, parts in _PARTS.items():
            members = dict.fromkeys(plan for part in parts for plan, found in kinds.items() if part in found)
            # A desktop flow is covered by the bot a plan holds, be the plan a trial or not.
            tried = () if group == "attended" else tuple(plan for plan in members if plan in trials)
            self._groups[group] = tuple(plan for plan in members if plan not in tried)
            self._trials[group] = tried

    def __getitem__(self, group: str) -> tuple[str, ...]:
        """Give the plans of a group, trials left out."""
        return self._groups[group]

    def trials(self, group: str) -> tuple[str, ...]:
        """Give the trials that stand in for plans of a group while they last."""
        return self._trials[group]

    def given_to(self, unit: str, group: str) -> tuple[str, ...]:
        """Give the plans of a group of which one goes to a person, an app pass or a flow."""
        return tuple(plan for plan in self._groups[group] if self._plans.counts(plan) == unit)

    @property
    def seeded(self) -> tuple[str, ...]:
        """The plans that carry standard connectors only."""
        return tuple(plan for plan in self._plans.ids if self._value(plan, "tiers") == _STANDARD)

    @property
    def developer(self) -> tuple[str, ...]:
        """The plans that are for development and test alone."""
        return tuple(plan for plan in self._plans.ids if self._value(plan, "production") is False)

    @property
    def in_context(self) -> tuple[str, ...]:
        """The plans, trials among them, that carry a flow in the context of an app and no other."""
        plans = dict.fromkeys((*self["app-premium"], *self.trials("app-premium"), *self["dynamics"]))
        standalone = {*self["flow-standalone"], *self.trials("flow-standalone")}
        return tuple(plan for plan in plans if plan not in standalone)

    def holding(self, plan: str) -> tuple[str, ...]:
        """Name the groups that a plan is in, as a plan or a trial."""
        return tuple(group for group in GROUPS if plan in self._groups[group] or plan in self._trials[group])

    def _value(self, plan: str, key: str) -> object:
        return self._plans.value(plan, key, self._on)

    def _kinds(self, plan: str) -> frozenset[str]:
        return frozenset(self._kinds_of(plan))

    def _kinds_of(self, plan: str) -> Iterator[str]:
        unit, tiers = self._plans.counts(plan), self._value(plan, "tiers")
        apps, flows = self._value(plan, "apps"), self._value(plan, "flows")
        if self._value(plan, "agents") is True:
            yield "agents"
        if not (isinstance(tiers, tuple) and set(tiers) >= _PREMIUM) or any(
            self._value(plan, key) is False for key in ("gateway", "dataverse", "production")
        ):
            return
        if unit == "flow" and flows:
            yield "on-flows"
        if unit not in {"person", "app-pass"}:
            return
        if self._value(plan, "managed-environments") is True:
            yield "managed"
        if self._value(plan, "in-context-only") is True:
            yield "dynamics"
            yield from ["dynamics-apps"] if apps else []
            yield from ["dynamics-flows"] if flows else []
            return
        if apps:
            yield "apps"
            yield from ["app-flows"] if flows else []
            yield from ["app-flows-by-person"] if flows and unit == "person" else []
        if flows == _UNLIMITED and unit == "person":
            yield "flows"
            yield from ["bots"] if self._plans.number(plan, "attended-bots", self._on) else []


_PARTS: Mapping[str, Sequence[str]] = {
    "app-premium": ("apps",),
    "app-premium-in-dynamics": ("apps", "dynamics-apps"),
    "managed-environment": ("managed",),
    "dynamics": ("dynamics",),
    "flow-standalone": ("flows",),
    "flow-in-app-context": ("flows", "app-flows"),
    "flow-in-dynamics-context": ("flows", "dynamics-flows"),
    "flow-instant-until-2023": ("flows", "app-flows-by-person", "dynamics-flows"),
    "flow-capacity": ("on-flows",),
    "attended": ("bots",),
    "agent": ("agents",),
}
"""The kinds of plans that make a group, in the order they are named."""
