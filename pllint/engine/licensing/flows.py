"""Whose licence a cloud flow runs on, who else needs one, and how many are missing."""

from collections.abc import Iterator, Sequence

from pllint.catalogue.plans import Plans
from pllint.engine.licensing.apps import written_by
from pllint.engine.licensing.cover import PER_FLOW, reaches_others
from pllint.engine.licensing.people import (
    Coverage,
    Gap,
    Licences,
    coverage,
    distinct,
    held,
    licences,
    names_of,
)
from pllint.model.licence_facts import (
    CapacityAdvice,
    FlowFacts,
    Group,
    LicenceJudgement,
    NeedRow,
    Owner,
    Readings,
    Remark,
)
from pllint.record import NamedTuple

# https://learn.microsoft.com/power-platform/admin/power-automate-licensing/faqs changed its wording with the plans.
REWORDED = "2023-07-31"
PROCESS_FROM = "2023-08-01"
PER_FLOW_OFF_THE_LIST = "2024-02-01"
_ASSOCIATED_AT_MOST = 25

_OWNERS = frozenset({"automated", "scheduled", "http-request"})
"""Triggers that run on the owner's plan."""
_RUNNERS = frozenset({"button", "selected-item"})
"""Triggers that run on each runner's plan."""
_CARRIERS = frozenset({"owner", "account", "runners"})
"""Whose plans a run uses; further people need one for other reasons."""


class _Row(NamedTuple):
    """A need in the making, with the people behind it."""

    who: str
    found: Coverage
    level: str = "required"


def judge_flow(flow: FlowFacts, as_of: str, plans: Plans, readings: Readings | None = None) -> LicenceJudgement:
    """Say whose licence a cloud flow runs on, how many are short, and what else there is to say."""
    return _Rules(as_of, plans, readings or Readings()).judge(flow)


class _Rules:
    def __init__(self, as_of: str, plans: Plans, readings: Readings) -> None:
        self._as_of = as_of
        self._plans = plans
        self._readings = readings
        self._groups = plans.groups(as_of)

    def judge(self, flow: FlowFacts) -> LicenceJudgement:
        remarks = list(self._whatever_the_licences(flow))
        place = flow.place
        if self._has_capacity_licence(flow):
            rows = [] if flow.covered_by or flow.trigger != "child" else self._premium_parents(flow)
            metered = False if flow.premium and place.pay_as_you_go else None
            return LicenceJudgement(needs=_needs(rows), remarks=tuple(remarks), metered=metered)
        if place.pay_as_you_go:
            metered = None if not flow.premium else self._is_metered(flow)
            return LicenceJudgement(remarks=tuple(remarks), metered=metered)
        if place.managed and (not flow.premium or place.type == "developer"):
            return self._managed(flow, remarks)
        if not flow.premium:
            return LicenceJudgement(remarks=tuple(remarks))
        if place.type == "developer":
            if not self._is_shared(flow):
                return LicenceJudgement(remarks=tuple(remarks))
            people = sum(group.number or 0 for group in flow.people)
            remarks.append(Remark("developer-environment-shared", people, names_of(flow.people)))
        return self._ordinary(flow, remarks)

    def _whatever_the_licences(self, flow: FlowFacts) -> Iterator[Remark]:
        if flow.licence == PER_FLOW and self._as_of >= PER_FLOW_OFF_THE_LIST:
            yield Remark("plan-no-longer-sold", 1, (flow.licence,))
        if flow.licence in self._groups["flow-capacity"] and flow.associated_flows > _ASSOCIATED_AT_MOST:
            yield Remark("process-associations-over-limit", flow.associated_flows)
        if not flow.premium:
            return
        if flow.plan is not None and flow.plan in self._groups.seeded:
            yield Remark("flow-premium-not-declared", who=(flow.plan,))
        if flow.place.type == "teams":
            yield Remark("teams-environment-premium")

    def _is_metered(self, flow: FlowFacts) -> bool:
        """Tell whether runs are billed: not where the responsible people hold plans.

        The parent's run pays for a child flow's as well; unattended desktop flows are billed wherever they run.
        """
        if flow.trigger == "child":
            return flow.unattended
        rows = self._responsible(flow)
        return not rows or any(row.found.short or row.found.unknown for row in rows)

    def _is_shared(self, flow: FlowFacts) -> bool:
        """Tell whether a flow in a developer environment serves people."""
        if flow.purpose == "test" and self._readings.developer_sharing != "none":
            return False
        served = {"runs", "triggers-and-receives", "benefits"}
        return flow.purpose == "use" or any(group.role in served for group in flow.people)

    def _managed(self, flow: FlowFacts, remarks: list[Remark]) -> LicenceJudgement:
        wanted = self._licences("managed-environment")
        if flow.trigger in _OWNERS:
            found, who = _owned(flow.owner, wanted), "owner"
        else:
            found, who = coverage(_with_role(flow.people, "runs"), wanted), "runners"
        if found.short:
            remarks.append(Remark("managed-environment-unlicensed", found.short, found.short_names()))
        remarks += found.guest_remarks()
        remarks += found.trial_remarks()
        judged = LicenceJudgement(needs=_needs([_Row(who, found)]), remarks=tuple(remarks))
        return judged._replace(alternative=self._alternative(flow, judged))

    def _ordinary(self, flow: FlowFacts, remarks: list[Remark]) -> LicenceJudgement:
        remarks += _broken_links(flow)
        if flow.trigger == "copilot":
            row = NeedRow("agent-capacity", 1, "agent", short=0 if flow.agent_capacity else 1)
            if row.short:
                remarks.append(Remark("agent-capacity-missing", 1))
            return self._written(flow, (flow,), LicenceJudgement(needs=(row,), remarks=tuple(remarks)))
        if flow.plan in self._groups.developer and flow.place.type != "developer":
            remarks.append(Remark("developer-plan-outside-developer-environment"))
        if flow.trigger == "child":
            return self._child(flow, remarks)
        rows = self._responsible(flow)
        remarks += self._responsible_remarks(flow, rows)
        if flow.attended:
            remarks += _attended_remarks(flow, self._groups["attended"])
        if flow.trigger in _OWNERS:
            others = self._others(flow)
            rows += others
            remarks += self._others_remarks(flow, others)
        judged = LicenceJudgement(needs=_needs(rows), remarks=_in_order(remarks))
        named = {remark.check for remark in remarks}
        if flow.trigger in _OWNERS:
            judged = judged._replace(turned_off_after_days=self._turned_off(named))
        if "flow-owner-left" in named:
            change = ("change-owner", "flow-licence")
            move = ("add-to-solution-and-change-owner", "flow-licence", "co-owner-export-import")
            judged = judged._replace(remedies=change if flow.in_solution else move)
        return self._written(flow, (flow,), judged._replace(alternative=self._alternative(flow, judged)))

    def _turned_off(self, named: set[str]) -> int | None:
        if named & {"flow-owner-unlicensed", "flow-owner-left"}:
            return int(self._plans.fact("grace-days", self._as_of))
        if "flow-out-of-context" in named:
            return int(self._plans.fact("out-of-context-days", self._as_of))
        return None

    def _written(self, flow: FlowFacts, starts: Sequence[FlowFacts], judged: LicenceJudgement) -> LicenceJudgement:
        """Add who writes to restricted tables: those whose licence a run uses; `starts` are the flows that begin it."""
        wanted = self._licences("dynamics")
        if flow.restricted_writers:
            return written_by(flow.restricted_writers, judged, wanted)
        if not flow.writes_restricted:
            return judged
        sure = [group for start in starts for group in _running(start)]
        if sure or not any(start.trigger == "power-app" for start in starts):
            return written_by(distinct(sure), judged, wanted)
        users = [group for start in starts for group in _with_role(start.people, "runs") or start.app_users]
        return written_by(distinct(users), judged, wanted, at_most=True)

    def _alternative(self, flow: FlowFacts, judged: LicenceJudgement) -> CapacityAdvice | None:
        """Give the capacity licence that would settle what is short, where one could."""
        if not judged.short or flow.trigger in {"power-app", "copilot"} or _is_application(flow.owner):
            return None
        plan = "power-automate-process" if self._as_of >= PROCESS_FROM else PER_FLOW
        return CapacityAdvice(plan=plan)

    def _group(self, flow: FlowFacts) -> str:
        """Say which plans satisfy a need of this flow: those of its context, or standalone ones."""
        app = flow.app
        if app and app.exists and app.shares_data:
            if app.kind == "dynamics-365":
                return "flow-in-dynamics-context"
            if app.linked:
                return "flow-in-app-context"
        if flow.trigger in _RUNNERS and self._as_of < REWORDED:
            return "flow-instant-until-2023"
        return "flow-standalone"

    def _responsible(self, flow: FlowFacts) -> list[_Row]:
        """Name the people whose licence a run uses."""
        developer = flow.place.type == "developer"
        group = self._group(flow)
        wanted = self._licences(group, developer=developer)
        if flow.trigger == "power-app":
            of_app = self._licences(_group_of_app(flow), developer=developer)
            return [_Row("app-users", coverage(_with_role(flow.people, "runs"), of_app))]
        if flow.trigger in _RUNNERS:
            return [_Row("runners", coverage(_with_role(flow.people, "runs"), wanted))]
        return self._owning(flow, wanted) if flow.trigger in _OWNERS else []

    def _owning(self, flow: FlowFacts, wanted: Licences) -> list[_Row]:
        """Name who owns a flow that runs on its owner's licence."""
        if _is_application(flow.owner):
            if wanted.group == "flow-in-dynamics-context":
                return []
            return [_Row("flow", coverage((Group(),), self._licences("flow-capacity")))]
        if flow.owner is None or flow.owner.kind == "person" or flow.owner.left:
            return [_Row("owner", _owned(flow.owner, wanted))]
        rows = [_Row("account", _owned(flow.owner, wanted))]
        holders = flow.credential_holders
        if holders and (holders.number or 0) > 1:
            rows.append(_Row("credential-holders", coverage((holders,), wanted)))
        return rows

    def _responsible_remarks(self, flow: FlowFacts, rows: Sequence[_Row]) -> Iterator[Remark]:
        for row in rows:
            found = row.found
            if row.who == "flow":
                yield Remark("service-principal-needs-process", 1)
            elif row.who == "credential-holders":
                if found.short:
                    yield Remark("service-account-shared", found.short)
                if found.number > self._readings.many_holders:
                    yield Remark("service-account-widely-shared", found.number)
            elif row.who == "owner" and (flow.owner is None or flow.owner.left):
                yield Remark("flow-owner-unknown" if flow.owner is None else "flow-owner-left", 1, found.short_names())
            else:
                yield from _unlicensed(flow, row)
            yield from _leaned_on(flow, found)

    def _others(self, flow: FlowFacts) -> list[_Row]:
        """Name the people who do not run the flow and need a licence all the same."""
        wanted = self._licences(self._group(flow), developer=flow.place.type == "developer")
        rows = [_Row("indirect", coverage(_with_role(flow.people, "triggers-and-receives"), wanted))]
        before = self._as_of < REWORDED
        benefit = self._readings.team_benefit
        if benefit == "by-date":
            benefit = "required" if before else "advised"
        if benefit != "ignore":
            rows.append(_Row("team", coverage(_with_role(flow.people, "benefits"), wanted), benefit))
        by_date = self._readings.team_benefit == "by-date" and before
        if by_date or self._readings.team_benefit == "required":
            approvers = [group for group in _with_role(flow.people, "approves") if group.benefits]
            rows.append(_Row("approvers", coverage(approvers, wanted)))
        return rows

    def _others_remarks(self, flow: FlowFacts, rows: Sequence[_Row]) -> Iterator[Remark]:
        for row in rows:
            check = "multiplexing-indirect-users" if row.who == "indirect" else "beneficiaries-unlicensed"
            if row.found.short:
                yield Remark(check, row.found.short, row.found.short_names())
            yield from _leaned_on(flow, row.found)
        writers = [group for group in _with_role(flow.people, "triggers") if not group.gets_nothing]
        people = sum(group.number or 0 for group in writers)
        if flow.on_dataverse and (people > 1 or any(group.number is None for group in writers)):
            yield Remark("multiplexing-dataverse-writes", people, names_of(writers))

    def _child(self, flow: FlowFacts, remarks: list[Remark]) -> LicenceJudgement:
        """Give the need of a child flow: its parents' context, and for the time being its owner."""
        parents = list(self._top_parents(flow))
        context = self._readings.child_context
        rows = [] if context == "owner" else self._parent_rows(parents)
        if any(row.found.short for row in rows):
            short = sum(row.found.short for row in rows)
            names = tuple(dict.fromkeys(name for row in rows for name in row.found.short_names()))
            remarks.append(Remark("child-flow-context-unlicensed", short, names))
        for row in rows:
            remarks += _leaned_on(flow, row.found)
        if parents and context != "parent":
            owner = _owned(flow.owner, self._licences("flow-standalone"))
            rows.append(_Row("child-owner", owner, "required" if context == "owner" else "advised"))
            if owner.short:
                remarks.append(Remark("child-flow-owner-in-transition", 1, owner.short_names()))
            remarks += owner.trial_remarks()
        judged = LicenceJudgement(needs=_needs(rows), remarks=_in_order(remarks))
        return self._written(flow, parents, judged._replace(alternative=self._alternative(flow, judged)))

    def _premium_parents(self, flow: FlowFacts) -> list[_Row]:
        return self._parent_rows([parent for parent in self._top_parents(flow) if parent.premium])

    def _parent_rows(self, parents: Sequence[FlowFacts]) -> list[_Row]:
        """Add the people of all parents up, one row for each kind and group of plans."""
        owners: dict[str, dict[str, Gap]] = {}
        runners: dict[tuple[str, str], list[Group]] = {}
        for number, parent in enumerate(parents):
            group = self._group(parent)
            if parent.trigger in _OWNERS:
                gap = _owned(parent.owner, self._licences(group)).gaps[0]
                name = (parent.owner.name if parent.owner else None) or f"\0{number}"
                known = owners.setdefault(group, {}).setdefault(name.lower(), gap)
                if gap.short > known.short:
                    owners[group][name.lower()] = gap
            elif parent.trigger in _RUNNERS:
                runners.setdefault(("parent-runners", group), []).extend(_with_role(parent.people, "runs"))
            elif parent.trigger == "power-app":
                runners.setdefault(("app-users", _group_of_app(parent)), []).extend(_with_role(parent.people, "runs"))
        rows = [
            _Row("parent-owners", Coverage(self._licences(group), tuple(gaps.values())))
            for group, gaps in owners.items()
        ]
        rows += [
            _Row(who, coverage(distinct(groups), self._licences(group))) for (who, group), groups in runners.items()
        ]
        return rows

    def _licences(self, group: str, *, developer: bool = False) -> Licences:
        return licences(group, self._as_of, self._plans, developer=developer)

    def _has_capacity_licence(self, flow: FlowFacts) -> bool:
        """Tell whether a capacity licence covers a flow, its own or an inherited one.

        A per flow licence reaches child flows alone; a Process flow lends its licence to associated flows too.
        """
        capacity = self._groups["flow-capacity"]
        if flow.licence in capacity:
            return True
        lent = flow.covered_by if flow.covered_by in capacity else None
        return lent is not None and (flow.trigger == "child" or reaches_others(lent, self._plans, self._as_of))

    def _top_parents(self, flow: FlowFacts, above: tuple[FlowFacts, ...] = ()) -> Iterator[FlowFacts]:
        """Give the flows at the top that no capacity licence covers, following parents that are child flows."""
        for parent in flow.called_by:
            if self._has_capacity_licence(parent) or parent in above:
                continue
            if parent.trigger == "child":
                yield from self._top_parents(parent, (*above, parent))
            else:
                yield parent


def carriers(flow: FlowFacts, as_of: str, plans: Plans, readings: Readings) -> tuple[Group, ...] | None:
    """Name the people on whose plans a premium flow runs where neither a licence on it nor the meter pays for it.

    An owner whom nobody names is one person. None where an application, an app or a parent stands in for people, where
    others need a plan as well, and where nobody says who runs it.
    """
    bare = flow._replace(licence=None, covered_by=None, place=flow.place._replace(pay_as_you_go=False))
    rows = [row for row in judge_flow(bare, as_of, plans, readings).needs if row.level == "required"]
    if not rows or any(row.any_of != "flow-standalone" or row.who not in _CARRIERS for row in rows):
        return None
    return tuple(_running(flow)) or (Group(),)


def _owned(owner: Owner | None, wanted: Licences) -> Coverage:
    """Hold an owner against the plans that count; nobody, and who is gone, holds none."""
    if owner is None or owner.left:
        return coverage((Group(name=owner.name if owner else None),), wanted)
    return coverage((Group(name=owner.name, holds=tuple((plan, 1) for plan in owner.holds)),), wanted)


def _running(flow: FlowFacts) -> Sequence[Group]:
    """Name the people whose own licence a run of a flow uses for certain; an application holds none."""
    if flow.trigger in _RUNNERS:
        return _with_role(flow.people, "runs")
    owner = flow.owner
    if flow.trigger not in _OWNERS or owner is None or owner.left or _is_application(owner):
        return ()
    return (Group(name=owner.name, holds=tuple((plan, 1) for plan in owner.holds)),)


def _with_role(people: Sequence[Group], role: str) -> tuple[Group, ...]:
    return distinct([group for group in people if group.role == role])


def _is_application(owner: Owner | None) -> bool:
    return owner is not None and owner.kind == "service-principal"


def _group_of_app(flow: FlowFacts) -> str:
    """Say which plans its users need for the app that starts a flow; of an app that is gone none is left."""
    if flow.app is None or flow.app.exists:
        is_dynamics = flow.app is not None and flow.app.kind == "dynamics-365"
        return "app-premium-in-dynamics" if is_dynamics else "app-premium"
    return "flow-standalone"


def _leaned_on(flow: FlowFacts, found: Coverage) -> Iterator[Remark]:
    """Say what people lean on that is no lasting licence here: one at home, a trial, the Developer Plan."""
    yield from found.guest_remarks()
    yield from found.trial_remarks()
    if flow.place.type != "developer" and (relied := found.developer_plans()):
        yield Remark("developer-plan-outside-developer-environment", relied)


def _broken_links(flow: FlowFacts) -> Iterator[Remark]:
    """Name the app that a flow is tied to and the flow whose licence it leans on, where either is in vain."""
    app = flow.app
    if app is not None and (not app.exists or (app.linked and app.shares_data is False)):
        yield Remark("flow-link-broken", who=(app.name,) if app.name else ())
    if flow.lean is not None:
        yield Remark("flow-link-broken", who=(flow.lean.name,))


def _unlicensed(flow: FlowFacts, row: _Row) -> Iterator[Remark]:
    """Tell those who hold only the wrong kind of plan from those who hold none."""
    found = row.found
    if not found.short:
        return
    general = {"app-users": "app-users-unlicensed", "runners": "flow-runners-unlicensed"}
    check = general.get(row.who, "flow-owner-unlicensed")
    in_context = row.who == "app-users" and (flow.app is None or flow.app.exists)
    wrong = 0 if in_context else found.wrong_kind()
    if wrong:
        yield Remark("flow-out-of-context", wrong, found.short_names())
    if found.short > wrong:
        yield Remark(check, found.short - wrong, found.short_names())


def _attended_remarks(flow: FlowFacts, with_bots: Sequence[str]) -> Iterator[Remark]:
    if flow.trigger in _OWNERS:
        owner = flow.owner
        groups = [Group(holds=tuple((plan, 1) for plan in owner.holds) if owner and not owner.left else ())]
    elif flow.trigger in _RUNNERS or flow.trigger == "power-app":
        groups = [group for group in _with_role(flow.people, "runs") if group.number]
    else:
        return
    without = [group for group in groups if not held(group.holds, with_bots)]
    if without:
        yield Remark("attended-bot-missing", sum(group.number or 0 for group in without), names_of(without))


def _needs(rows: Sequence[_Row]) -> tuple[NeedRow, ...]:
    return tuple(
        NeedRow(
            who=row.who,
            number=row.found.number,
            any_of=row.found.licences.group,
            level=row.level,
            short=row.found.short,
            unknown=row.found.unknown,
        )
        for row in rows
        if row.found.number
    )


def _in_order(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """Join what is said twice under one name."""
    joined: dict[str, Remark] = {}
    for remark in remarks:
        known = joined.get(remark.check)
        joined[remark.check] = (
            remark
            if known is None
            else Remark(remark.check, known.number + remark.number, tuple(dict.fromkeys((*known.who, *remark.who))))
        )
    return tuple(joined.values())
