"""Who needs a licence to use an app, and how many are missing."""

from collections.abc import Iterable, Iterator, Sequence

from pllint.catalogue.groups import PlanGroups
from pllint.catalogue.plans import Plans
from pllint.engine.licensing.people import Coverage, Licences, coverage, held, is_any_counted, licences, names_of
from pllint.model.licence_facts import AppFacts, Group, LicenceJudgement, NeedRow, Readings, Remark
from pllint.record import NamedTuple

_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan
_FROM_OUTSIDE = frozenset({"premium-flow", "ai-builder", "premium-control"})
_GRAPH = "graph.microsoft.com"
_SHAREPOINT = ".sharepoint.com"


class _Terms(NamedTuple):
    """The rules in force."""

    as_of: str
    plans: Plans
    readings: Readings

    @property
    def groups(self) -> PlanGroups:
        """The groups of plans on the day."""
        return self.plans.groups(self.as_of)

    def licences(self, group: str, *, developer: bool = False) -> Licences:
        """Give the plans that count for a need."""
        return licences(group, self.as_of, self.plans, developer=developer)


def judge_app(app: AppFacts, as_of: str, plans: Plans, readings: Readings | None = None) -> LicenceJudgement:
    """Say who needs which licence to use an app on a day, how many are short, and what else there is to say."""
    readings = readings or Readings()
    terms = _Terms(as_of, plans, readings)
    groups = terms.groups
    remarks = list(_whatever_the_licences(app, groups))
    per_pass = readings.apps_per_pass or plans.number(_PASS, "apps", as_of) or 1
    judged = LicenceJudgement(passes_per_user=-(-app.apps_per_user // per_pass))
    place = app.place
    if place.pay_as_you_go:
        return _metered(app, terms, judged, remarks)
    if place.managed and (not app.premium or place.type == "developer"):
        return _managed(app, terms, judged, remarks)
    if not app.premium:
        holders = sum(held(group.holds, groups["app-premium"]) for group in app.people)
        if app.only_app and holders:
            remarks.append(Remark("paid-plan-not-needed", holders, names_of(app.people)))
        return judged._replace(remarks=tuple(remarks))
    if place.type == "developer":
        if not app.people or (app.purpose == "test" and readings.developer_sharing != "none"):
            return judged._replace(remarks=tuple(remarks))
        people = sum(group.number or 0 for group in app.people)
        remarks.append(Remark("developer-environment-shared", people, names_of(app.people)))
    return _ordinary(app, terms, judged, remarks)


def _whatever_the_licences(app: AppFacts, groups: PlanGroups) -> Iterator[Remark]:
    """Say what holds of an app before anybody's licence is looked at."""
    for connector, tier in app.claims:
        if tier == "standard":
            yield Remark("custom-connector-claimed-standard", who=(connector,))
    for connector, host in app.hosts:
        name = host.lower()
        if name == _GRAPH or name.endswith(_SHAREPOINT):
            yield Remark("standard-connector-available", who=(connector,))
    if not app.premium:
        return
    if app.plan is not None and app.plan in groups.seeded:
        yield Remark("app-premium-not-declared", who=(app.plan,))
    if app.why and set(app.why) <= _FROM_OUTSIDE:
        yield Remark("app-premium-through-flow")
    if app.place.type == "teams":
        yield Remark("teams-environment-premium")


def _metered(app: AppFacts, terms: _Terms, judged: LicenceJudgement, remarks: list[Remark]) -> LicenceJudgement:
    """Count the active people whom the meter of a pay-as-you-go environment bills."""
    if app.passes:
        remarks.append(Remark("app-passes-ignored", app.passes))
    if app.premium and not app.people and not app.owner_only and app.place.type != "developer":
        return judged._replace(remarks=(*remarks, Remark("app-users-unknown")))
    groups, name = terms.groups, "app-premium-in-dynamics" if app.in_dynamics else "app-premium"
    free = [*groups.given_to("person", name), *groups.trials(name), *(() if app.premium else groups.seeded)]
    users = 0
    for group in _active(app, free):
        active = group.active if group.active is not None else group.number
        users += max(0, (active or 0) - held(group.holds, free))
    return judged._replace(remarks=tuple(remarks), metered_users=users)


def _managed(app: AppFacts, terms: _Terms, judged: LicenceJudgement, remarks: list[Remark]) -> LicenceJudgement:
    """Give the duty of a managed environment: any premium plan for the people who use it."""
    wanted = terms.licences("managed-environment")
    groups = (*app.people, *app.makers) if app.premium else _active(app, (*wanted.plans, *wanted.trials))
    at_host = app.premium and app.on_dataverse
    found = coverage(groups, wanted, active=not app.premium, guests_need_host_licence=at_host)
    found = found.given(app.passes)
    remarks += _uncounted_groups(app.people)
    remarks += _people_remarks(app, found, "managed-environment-unlicensed", terms.groups)
    remarks += found.trial_remarks()
    return judged._replace(needs=_row("users", found), remarks=tuple(remarks))


def _active(app: AppFacts, plans: Iterable[str]) -> tuple[Group, ...]:
    """Give the groups of an app, the active people of all of them shared out: to people who hold a plan first."""
    if app.active_people is None:
        return app.people
    plans, left = tuple(plans), app.active_people
    active = []
    for group in app.people:
        active.append(min(left, group.number or 0, held(group.holds, plans)))
        left -= active[-1]
    for index, group in enumerate(app.people):
        more = min(left, (group.number or 0) - active[index])
        active[index] += more
        left -= more
    return tuple(group._replace(active=number) for group, number in zip(app.people, active, strict=True))


def _ordinary(app: AppFacts, terms: _Terms, judged: LicenceJudgement, remarks: list[Remark]) -> LicenceJudgement:
    """Give the need of a premium app: everybody it is shared with, its makers, and who writes restricted tables."""
    developer = app.place.type == "developer"
    group = "app-premium-in-dynamics" if app.in_dynamics else "app-premium"
    wanted = terms.licences(group, developer=developer)
    users = coverage(app.people, wanted, guests_need_host_licence=app.on_dataverse).given(app.passes)
    needs = list(_row("users", users))
    if not app.people and not app.owner_only and not developer:
        remarks.append(Remark("app-users-unknown"))
    remarks += _uncounted_groups(app.people)
    if app.counted_active:
        remarks.append(Remark("app-counts-active-only", users.number))
    if app.stated_users is not None and app.stated_users < users.number:
        remarks.append(Remark("app-users-understated", users.number - app.stated_users))
    remarks += _people_remarks(app, users, "app-users-unlicensed", terms.groups)
    on_trial = users.by_trial
    if not developer:
        makers = coverage(app.makers, wanted)
        needs += _row("makers", makers)
        remarks += _general("maker-unlicensed", makers)
        on_trial += makers.by_trial
        relied = users.developer_plans() + makers.developer_plans()
        if relied or app.plan in terms.groups.developer:
            remarks.append(Remark("developer-plan-outside-developer-environment", relied))
    if on_trial:
        remarks.append(Remark("licence-trial-only", on_trial))
    if app.apps_per_user >= terms.readings.per_user_from_apps:
        remarks.append(Remark("per-user-advised", app.apps_per_user))
    judged = judged._replace(needs=tuple(needs), remarks=tuple(remarks))
    if app.restricted_writers:
        return written_by(app.restricted_writers, judged, terms.licences("dynamics"))
    if app.writes_restricted:
        return written_by(app.people, judged, terms.licences("dynamics"), at_most=True)
    return judged


def written_by(
    writers: Sequence[Group], judged: LicenceJudgement, wanted: Licences, *, at_most: bool = False
) -> LicenceJudgement:
    """Add who writes to restricted tables, which takes one of the licences that are `wanted`.

    `at_most`: the writers are among these people, so nobody can be counted; none of them is licensed when nobody is.
    """
    found = coverage(writers, wanted)
    judged = judged._replace(writers=tuple(writers), writers_at_most=at_most)
    if not at_most:
        needs = (*judged.needs, *_row("restricted-table-writers", found))
        return judged._replace(needs=needs, remarks=(*judged.remarks, *_general("restricted-table-write", found)))
    if found.number and found.short == found.number:
        remark = Remark("restricted-table-write", found.short, found.short_names())
        return judged._replace(remarks=(*judged.remarks, remark))
    return judged


def _people_remarks(app: AppFacts, users: Coverage, check: str, groups: PlanGroups) -> Iterator[Remark]:
    yield from _general(check, users)
    yield from users.guest_remarks()
    if users.short and app.plan in users.licences.passes:
        yield Remark("app-passes-short", users.short)
    if users.short and app.passes_elsewhere:
        yield Remark("app-passes-elsewhere", app.passes_elsewhere)
    everybody, passes = (*app.people, *app.makers), app.passes or app.passes_elsewhere
    if app.premium and users.number and not passes and not is_any_counted(everybody, users.licences):
        yield Remark("licence-count-missing", users.number)
    by_person = groups.given_to("person", "app-premium")
    has_both = app.passes and any(held(group.holds, by_person) for group in app.people)
    if has_both and (over := users.by_plan + app.passes - users.number) > 0:
        yield Remark("user-doubly-licensed", over)


def _uncounted_groups(people: Iterable[Group]) -> Iterator[Remark]:
    uncounted = [group for group in people if group.number is None]
    if uncounted:
        yield Remark("app-group-size-unknown", len(uncounted), names_of(uncounted))


def _general(check: str, found: Coverage) -> Iterator[Remark]:
    if found.short:
        yield Remark(check, found.short, found.short_names())


def _row(who: str, found: Coverage) -> tuple[NeedRow, ...]:
    """Make the row of a need; nobody is no row."""
    if not found.number:
        return ()
    return (
        NeedRow(who=who, number=found.number, any_of=found.licences.group, short=found.short, unknown=found.unknown),
    )
