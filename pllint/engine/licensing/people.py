"""Who of a group of people is covered by the licences they hold: the arithmetic under every need."""

from collections.abc import Iterable, Sequence

from pllint.catalogue.plans import Plans
from pllint.model.licence_facts import Group, Holds, Remark
from pllint.record import NamedTuple


class Licences(NamedTuple):
    """The plans that count for one need on one day."""

    group: str
    plans: tuple[str, ...]
    trials: tuple[str, ...]
    in_context: tuple[str, ...] = ()
    """The plans of apps or Dynamics, which carry a flow in the context of these alone."""
    passes: tuple[str, ...] = ()
    """The plans that belong to an environment, not to a person."""
    developer: tuple[str, ...] = ()
    """The plans for development and test."""


def licences(group: str, as_of: str, plans: Plans, *, developer: bool = False) -> Licences:
    """Give the plans of a group that count on a day; in a developer environment the Developer Plan does too."""
    groups = plans.groups(as_of)
    return Licences(
        group=group,
        plans=(*groups[group], *(groups.developer if developer else ())),
        trials=groups.trials(group),
        in_context=groups.in_context,
        passes=groups.given_to("app-pass", "app-premium"),
        developer=groups.developer,
    )


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
        wrong = {*self.licences.in_context} - {*self.licences.plans, *self.licences.trials}
        return sum(min(gap.short, held(gap.people.holds, wrong)) for gap in self.gaps if not gap.people.guests)

    def developer_plans(self) -> int:
        """Count those short who hold the Developer Plan."""
        return sum(min(gap.short, held(gap.people.holds, self.licences.developer)) for gap in self.gaps)


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
    if guests.plan in wanted.passes:
        return gap._replace(guest_check="guest-pass-not-portable")
    if guests_need_host_licence:
        return gap._replace(guest_check="guest-dataverse-home-licence")
    if guests.home == "unknown":
        return gap._replace(short=0, unknown=gap.short)
    fits = guests.plan is None or guests.plan in {*wanted.plans, *wanted.trials}
    return gap._replace(short=0) if fits else gap
