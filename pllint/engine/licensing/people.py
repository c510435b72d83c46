"""Who of a group of people is covered by the licences they hold: the arithmetic under every need."""

from collections.abc import Iterable, Sequence

from pllint.model.licence_facts import GROUPS, Group, Holds, Remark
from pllint.record import NamedTuple

_TRIALS = {"power-apps-premium": "power-apps-trial", "power-automate-premium": "power-automate-trial"}
# Grandfathered plans counted until the end of 2020: https://learn.microsoft.com/power-platform/admin/pricing-billing-skus
_UNTIL_2020 = {
    "power-apps-premium": ("power-apps-plan-1", "power-apps-plan-2"),
    "power-automate-per-user": ("power-automate-plan-1", "power-automate-plan-2"),
}
_GRANDFATHERED_UNTIL = "2020-12-31"
_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan
DEVELOPER_PLAN = "power-apps-developer"
_WRONG_KIND = (
    "power-apps-premium", _PASS, "power-apps-trial",
    "dynamics-365-enterprise", "dynamics-365-professional", "dynamics-365-team-member",
)  # fmt: skip


class Licences(NamedTuple):
    """The plans that count for one need on one day."""

    group: str
    plans: tuple[str, ...]
    trials: tuple[str, ...]


def licences(group: str, as_of: str, *, developer: bool = False) -> Licences:
    """Give the plans of a group that count on a day; in a developer environment the Developer Plan does too."""
    plans = list(GROUPS[group])
    if as_of <= _GRANDFATHERED_UNTIL:
        plans += [old for plan in GROUPS[group] for old in _UNTIL_2020.get(plan, ())]
    if developer:
        plans.append(DEVELOPER_PLAN)
    trials = [_TRIALS[plan] for plan in GROUPS[group] if plan in _TRIALS and _TRIALS[plan] not in plans]
    return Licences(group=group, plans=tuple(plans), trials=tuple(trials))


class Gap(NamedTuple):
    """What one group of people lacks."""

    people: Group
    number: int
    by_plan: int
    """Covered by a plan held in this tenant."""
    by_trial: int
    short: int
    unknown: int
    guest_check: str | None = None
    """Why the guests of the group that are short are not covered by what they hold at home."""


class Coverage(NamedTuple):
    """What all groups of one kind lack."""

    licences: Licences
    gaps: tuple[Gap, ...]

    @property
    def number(self) -> int:
        """Count the people."""
        return sum(gap.number for gap in self.gaps)

    @property
    def short(self) -> int:
        """Count those known to lack a licence."""
        return sum(gap.short for gap in self.gaps)

    @property
    def unknown(self) -> int:
        """Count those whose licence nobody knows."""
        return sum(gap.unknown for gap in self.gaps)

    @property
    def by_plan(self) -> int:
        """Count those a plan of this tenant covers."""
        return sum(gap.by_plan for gap in self.gaps)

    @property
    def by_trial(self) -> int:
        """Count those whose gap a trial fills."""
        return sum(gap.by_trial for gap in self.gaps)

    def given(self, passes: int) -> "Coverage":
        """Give out app passes to the people known to be short: members first, then guests."""
        left, given = passes, {}
        for index, gap in sorted(enumerate(self.gaps), key=lambda item: item[1].people.guests is not None):
            given[index] = min(left, gap.short)
            left -= given[index]
        gaps = (gap._replace(short=gap.short - given[index]) for index, gap in enumerate(self.gaps))
        return self._replace(gaps=tuple(gaps))

    def guest_remarks(self) -> tuple[Remark, ...]:
        """Say why guests are short or unknown, check by check."""
        found: dict[str, list[Gap]] = {}
        for gap in self.gaps:
            if gap.guest_check and gap.short:
                found.setdefault(gap.guest_check, []).append(gap)
            if gap.unknown:
                found.setdefault("guest-licence-unknown", []).append(gap)
        return tuple(
            Remark(
                check=check,
                number=sum(gap.unknown if check == "guest-licence-unknown" else gap.short for gap in gaps),
                who=names_of(gap.people for gap in gaps),
            )
            for check, gaps in found.items()
        )

    def trial_remarks(self) -> tuple[Remark, ...]:
        """Say how many a trial alone covers."""
        return (Remark("licence-trial-only", self.by_trial),) if self.by_trial else ()

    def short_names(self) -> tuple[str, ...]:
        """Name the groups in which somebody is short."""
        return names_of(gap.people for gap in self.gaps if gap.short)

    def wrong_kind(self) -> int:
        """Count those short, guests apart, whose paid plan is of Power Apps or Dynamics and does not count."""
        wrong = {*_WRONG_KIND} - {*self.licences.plans, *self.licences.trials}
        return sum(min(gap.short, held(gap.people.holds, wrong)) for gap in self.gaps if not gap.people.guests)

    def developer_plans(self) -> int:
        """Count those short who hold the Developer Plan."""
        return sum(min(gap.short, held(gap.people.holds, (DEVELOPER_PLAN,))) for gap in self.gaps)


def coverage(
    groups: Iterable[Group], wanted: Licences, *, active: bool = False, guests_need_host_licence: bool = False
) -> Coverage:
    """Hold groups of people against the plans that count; groups nobody has counted are left out.

    `active`: only people who used it in the month count. `guests_need_host_licence`: an app on Dataverse, for which
    a licence at home is no licence here.
    """
    gaps = []
    for group in groups:
        if group.number is None:
            continue
        count = min(group.number, group.active) if active and group.active is not None else group.number
        by_plan = min(count, held(group.holds, wanted.plans))
        by_trial = min(count - by_plan, held(group.holds, wanted.trials))
        gap = Gap(
            people=group, number=count, by_plan=by_plan, by_trial=by_trial, short=count - by_plan - by_trial, unknown=0
        )
        gaps.append(_as_guests(gap, wanted, guests_need_host_licence=guests_need_host_licence))
    return Coverage(licences=wanted, gaps=tuple(gaps))


def is_any_counted(groups: Iterable[Group], wanted: Licences) -> bool:
    """Tell whether anybody, in a group of unknown size too, holds a plan that counts, or perhaps does as a guest."""
    plans = {*wanted.plans, *wanted.trials}
    return any(
        held(group.holds, plans) or (group.guests is not None and group.guests.home in {"licensed", "unknown"})
        for group in groups
    )


def held(holds: Holds, plans: Iterable[str]) -> int:
    """Count the licences of some plans that people hold."""
    wanted = set(plans)
    return sum(count for plan, count in holds if plan in wanted)


def names_of(groups: Iterable[Group]) -> tuple[str, ...]:
    """Name the groups that have a name, each once."""
    return tuple(dict.fromkeys(group.name for group in groups if group.name))


def distinct(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Leave out a population that is named twice: the same people need one licence."""
    seen: set[str] = set()
    kept = []
    for group in groups:
        key = (group.name or "").lower()
        if not key or key not in seen:
            kept.append(group)
        seen.add(key)
    return tuple(kept)


def _as_guests(gap: Gap, wanted: Licences, *, guests_need_host_licence: bool) -> Gap:
    """Let what guests hold at home count, where it does."""
    guests = gap.people.guests
    if guests is None or not gap.short or guests.home == "unlicensed":
        return gap
    if guests.other_cloud:
        return gap._replace(guest_check="guest-cloud-differs")
    if guests.plan == _PASS:
        return gap._replace(guest_check="guest-pass-not-portable")
    if guests_need_host_licence:
        return gap._replace(guest_check="guest-dataverse-home-licence")
    if guests.home == "unknown":
        return gap._replace(short=0, unknown=gap.short)
    fits = guests.plan is None or guests.plan in {*wanted.plans, *wanted.trials}
    return gap._replace(short=0) if fits else gap
