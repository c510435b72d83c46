"""The rows of the checklist about what a solution holds or uses and is retired: what its retirement still lacks."""

from __future__ import annotations

from pllint.finding import ComponentRef
from pllint.gate.row import Row
from pllint.model.component import APPS, ComponentKind
from pllint.model.estate import Standing
from pllint.model.governance import AppRecord, ConnectorRecord, Stage
from pllint.model.lifecycle import Retired, State
from pllint.report.retirements import cost_told, people_told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pllint.check import Context
    from pllint.finding import Finding
    from pllint.model.component import Component
    from pllint.model.environment import Environment
    from pllint.model.solution import Solution
    from pllint.source import Anchor

_REVIEWED = "LIF201"
_ACCOUNTED = "LIF202"
_LISTED = "LIF203"
_IN_USE = "LIF204"
_COUNTED = "LIC402"
_PAID = "LIC516"
CHECKS = (_REVIEWED, _ACCOUNTED, _LISTED, _IN_USE)
"""Those whose findings the rows rest on, besides the engines."""

_ADMIN = "a Power Platform admin"
_LICENCES = "the licence administrator"
_KINDS = {"app": "canvas-app", "flow": "cloud-flow", "connector": "custom-connector"}


class RetiredHere:
    """What a solution holds or uses that is retired on the day."""

    def __init__(
        self,
        context: Context,
        solution: Solution,
        components: Sequence[Component],
        environment: Environment,
        findings: Sequence[Finding],
    ) -> None:
        self._context = context
        self._workspace = context.workspace
        self._solution = solution
        self._components = components
        self._environment = environment
        self._findings = findings
        self.things = tuple(thing for thing in context.lifecycle.retired if self._is_here(thing))

    def retires(self, record: ConnectorRecord) -> bool:
        """Tell whether a registered connector is retired."""
        return any(thing.record is record for thing in self.things)

    def contradicted(self, record: ConnectorRecord) -> Iterator[Row]:
        """Tell of a connector whose retirement is on record while its stage is another one: the stage counts."""
        governance, name = self._workspace.governance, record.name.strip().lower()
        for retirement in governance.retirements if governance else ():
            is_due = (retirement.date or "") <= self._context.as_of.isoformat()
            if is_due and (retirement.connector or "").strip().lower() == name:
                thing = Retired(
                    kind="connector", name=record.name, at=retirement.at, record=record, retirement=retirement
                )
                row = self._retired_row(thing)
                yield row._replace(evidence=f"{row.evidence}, and its stage is still {record.stage}")

    def of(self, component: Component) -> Retired | None:
        """Give how an app or a flow of the solution is retired, if it is."""
        return next((thing for thing in self.things if self._is_of(thing, component)), None)

    def rows(self) -> Iterator[Row]:
        """Give the rows: each thing is retired, and then what each retirement has still to prove."""
        groups = {id(group[0]): group for group in map(self._group, self.things)}
        for group in groups.values():
            yield from (self._retired_row(thing) for thing in group if thing in self.things)
            yield from self._licence_rows(group)
            yield from (row for thing in group for row in self._dependent_rows(thing))
            yield from self._cost_row(group)

    def _is_here(self, thing: Retired) -> bool:
        if thing.kind != "connector":
            return any(self._is_of(thing, component) for component in self._components)
        inside = {id(component) for component in self._components}
        lifecycle = self._context.lifecycle
        return any(id(used.component) in inside for used in lifecycle.uses(thing)) or any(
            one.solution == self._solution.unique_name for one in lifecycle.definitions(thing)
        )

    def _is_of(self, thing: Retired, component: Component) -> bool:
        is_app, record = component.kind in APPS, thing.record
        if thing.kind != ("app" if is_app else "flow") or not (is_app or component.kind is ComponentKind.CLOUD_FLOW):
            return False
        if record is None:
            return thing.name.strip().lower() in {component.name.strip().lower(), component.id.lower()}
        place = None if isinstance(record, ConnectorRecord) else record.environment
        if thing.retirement is None and place is not None and not self._environment.goes_by(place.text):
            return False  # its own word retires what lies there; a record of a retirement, wherever it lies
        return any(one is record for one in self._workspace.records_of(component))

    def _group(self, thing: Retired) -> tuple[Retired, ...]:
        """Give everything that one record retires: an app and its connector are one retirement, with one review."""
        if thing.retirement is None:
            return (thing,)
        return tuple(one for one in self._context.lifecycle.retired if one.retirement is thing.retirement)

    def _row(self, thing: Retired, check: str, requirement: str, who: str) -> Row:
        record = thing.record
        identity = record.id if record else None
        if isinstance(record, ConnectorRecord):
            identity = self._context.lifecycle.stages.id_of(record)
        return Row(
            stage=Stage.RETIRED,
            requirement=requirement,
            state=State.MET,
            evidence="",
            checks=(check,),
            who=who,
            at=thing.at,
            component=ComponentRef(kind=_KINDS[thing.kind], name=thing.name, id=identity or thing.name),
            maker=record.maker if record else None,
        )

    def _retired_row(self, thing: Retired) -> Row:
        subject = f"the connector '{thing.name}'" if thing.kind == "connector" else f"'{thing.name}'"
        who = "the maker" if thing.kind == "connector" else f"the {thing.kind}'s owner"
        date = thing.retirement.date if thing.retirement else None
        says = f"it was retired on {date}" if date else "its record says it is retired"
        return self._row(thing, _IN_USE, f"{subject} is not retired", who)._replace(state=State.MISSING, evidence=says)

    def _licence_rows(self, group: Sequence[Retired]) -> Iterator[Row]:
        """Ask for the licence review, its arithmetic, and counts that show what it gave back."""
        first, retirement = group[0], group[0].retirement
        subject = retirement.subject if retirement else f"the {first.kind} '{first.name}'"
        row = self._row(first, _REVIEWED, f"the licences of the people of {subject} are reviewed", _LICENCES)
        if retirement is None:
            if any(one.check == _REVIEWED and one.at == first.at for one in self._findings):
                evidence = "no record of it under `retirements`, so no licence review"
                yield row._replace(state=State.MISSING, evidence=evidence)
            return
        headcount, review = self._context.lifecycle.population(retirement), retirement.licence_review
        if review is None:
            yield row._replace(state=State.MISSING, evidence=people_told(headcount, None))
            return
        if review.date and review.date > self._context.as_of.isoformat():
            evidence = f"its licence review is dated {review.date}, still to come"
            yield row._replace(state=State.MISSING, evidence=evidence, at=review.at)
            return
        signed = (review.by, f"({review.person})" if review.person else None, review.date, review.ref)
        yield row._replace(evidence=", ".join(filter(None, signed)) or "recorded", at=review.at)
        left = None if headcount is None else headcount.people - review.accounted
        yield row._replace(
            requirement=f"the licence review of {subject} accounts for everybody",
            checks=(_ACCOUNTED,),
            state=State.UNKNOWN if left is None else State.MISSING if left else State.MET,
            evidence=people_told(headcount, review),
            at=review.at,
        )
        for given in self._context.estate.given_back:
            if given.retirement is retirement:
                is_shown = given.standing in {Standing.LOWERED, Standing.SHOWN} and not given.remedy
                yield row._replace(
                    requirement=f"the licence counts show what was given back for {subject}",
                    checks=(_COUNTED,),
                    state=State.MET if is_shown else State.UNKNOWN,
                    evidence=given.line,
                    at=given.at,
                )

    def _dependent_rows(self, thing: Retired) -> Iterator[Row]:
        """Ask that nothing lists, uses or is shared any more what is retired."""
        if thing.kind == "connector":
            yield self._listed_row(thing)
            yield self._used_row(thing)
        elif isinstance(thing.record, AppRecord):
            record = thing.record
            shared = [one for one in self._findings if one.check == _IN_USE and _is_within(one.at, record.at)]
            row = self._row(thing, _IN_USE, f"the app '{thing.name}' is shared with nobody any more", "the app's owner")
            if shared:
                evidence = "; ".join(one.message for one in shared)
                yield row._replace(state=State.MISSING, evidence=evidence, at=shared[0].at)
            else:
                yield row._replace(evidence="its record names nobody")

    def _listed_row(self, thing: Retired) -> Row:
        row = self._row(thing, _LISTED, f"no data policy lists the connector '{thing.name}' any more", _ADMIN)
        listings = self._context.lifecycle.listings(thing)
        unread = [at.source.path for at in self._workspace.unread_policies]
        policies = len(self._workspace.policies)
        if listings:
            told = (
                f"'{one.policy.name}' {'puts its host into' if one.pattern else 'lists it as'} {one.group}"
                f" ({placed(one.at)})"
                for one in listings
            )
            return row._replace(state=State.MISSING, evidence="; ".join(told), at=listings[0].at)
        if unread:
            return row._replace(state=State.UNKNOWN, evidence=f"{', '.join(unread)} cannot be read")
        if not policies:
            return row._replace(state=State.UNKNOWN, evidence="no data policy was found")
        return row._replace(
            evidence=f"{policies:,} data {'policy does' if policies == 1 else 'policies do'} not list it"
        )

    def _used_row(self, thing: Retired) -> Row:
        row = self._row(thing, _IN_USE, f"nothing uses the connector '{thing.name}' any more", "the maker")
        uses = self._context.lifecycle.uses(thing)
        if not uses:
            return row._replace(evidence="no app, flow or agent that was read uses it")
        told = (
            f"'{used.component.name}'{', itself retired,' if self._is_gone(used.component) else ''} uses it"
            f" ({placed(used.use.at)})"
            for used in uses
        )
        return row._replace(state=State.MISSING, evidence="; ".join(told), at=uses[0].use.at)

    def _is_gone(self, component: Component) -> bool:
        records = self._workspace.records_of(component)
        return bool(records) and all(map(self._context.licensing.is_retired, records))

    def _cost_row(self, group: Sequence[Retired]) -> Iterator[Row]:
        """Tell what the licences cost until they can be given up; that nobody knows is what keeps it open."""
        retirement, estate = group[0].retirement, self._context.estate
        for one in estate.exits.left_behind:
            if one.retirement is not retirement or retirement is None:
                continue
            basis = estate.cost.basis
            words = f" ({basis.words})" if basis and one.amount and one.licences else ""
            yield self._row(
                group[0],
                _PAID,
                f"what the licences of {retirement.subject} cost until they can be given up is known",
                _LICENCES,
            )._replace(
                state=State.UNKNOWN if one.why or (one.months and not one.amount) else State.MET,
                evidence=f"{cost_told(one, basis.currency if basis else None)}{words}",
                at=retirement.at,
            )


def placed(at: Anchor) -> str:
    """Say where something stands: `policies/hr.json:8`."""
    return f"{at.source.path}:{at.span.line}"


def _is_within(at: Anchor, record: Anchor) -> bool:
    return at.source == record.source and at.path[: len(record.path)] == record.path
