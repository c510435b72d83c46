"""LIF123, LIF124 and LIF205: what widely shared, important and idle apps and flows are asked."""

import datetime
from collections.abc import Iterator

from pllint.model.governance import AppRecord, FlowRecord, Governance
from pllint.plugin import ComponentRef, Context, Finding, Need, Severity, check

_GOVERNANCE = "https://learn.microsoft.com/power-platform/guidance/coe/governance-components"
_INACTIVITY = "https://learn.microsoft.com/power-platform/guidance/coe/inactivity-notifications"
_FEW = 20
_HALF_A_YEAR = 183


@check(
    id="LIF123",
    name="business-justification-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=_GOVERNANCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
    given=("governance.apps",),
)
def business_justification_missing(governance: Governance, _context: Context) -> Iterator[Finding]:
    """An app is shared with a group or more than 20 people, and nobody has written down why it is there."""
    for app in governance.apps:
        shared = _widely_shared(app, governance)
        if shared and not (app.justification or "").strip():
            yield Finding(
                at=app.at / ("people" if app.people else "shared-with" if app.shared_with else "groups"),
                message=f"the app '{app.name}' is shared with {shared}, and has no business justification",
                remedy=f"Write under `justification:` what '{app.name}' is for (app owner)",
                component=_ref("canvas-app", app),
            )


@check(
    id="LIF124",
    name="mitigation-plan-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=_GOVERNANCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
    given=("governance.apps",),
)
def mitigation_plan_missing(governance: Governance, _context: Context) -> Iterator[Finding]:
    """An app has a high impact, and nobody has written down what people do when it fails."""
    for app in governance.apps:
        if (app.impact or "").lower() == "high" and not (app.mitigation or "").strip():
            yield Finding(
                at=app.at / "impact",
                message=f"the app '{app.name}' has a high impact, and has no mitigation plan",
                remedy=f"Write under `mitigation:` what people do when '{app.name}' fails, or where that is written"
                " (app owner)",
                component=_ref("canvas-app", app),
            )


@check(
    id="LIF205",
    name="inactive-not-retired",
    severity=Severity.WARNING,
    since="0.1",
    source=_INACTIVITY,
    on=Governance,
    needs=(Need.GOVERNANCE,),
    given=("governance.apps", "governance.flows"),
)
def inactive_not_retired(governance: Governance, context: Context) -> Iterator[Finding]:
    """An app or a flow has not been used for more than six months, and nobody has decided about it."""
    kinds: tuple[tuple[str, str, tuple[AppRecord, ...] | tuple[FlowRecord, ...]], ...] = (
        ("app", "canvas-app", governance.apps),
        ("flow", "cloud-flow", governance.flows),
    )
    for kind, component_kind, records in kinds:
        for record in records:
            if record.last_used is None or record.retired or _has_retirement(kind, record.name, governance):
                continue
            idle = (context.as_of - datetime.date.fromisoformat(record.last_used)).days
            if idle > _HALF_A_YEAR:
                yield Finding(
                    at=record.at / "last-used",
                    message=f"the {kind} '{record.name}' was last used on {record.last_used}, {idle} days ago",
                    remedy=f"Decide whether '{record.name}' can go ({kind} owner): retire it under `retirements:`, or"
                    " waive this until a day",
                    component=_ref(component_kind, record),
                )


def _widely_shared(app: AppRecord, governance: Governance) -> str | None:
    """Say with whom an app is shared, when that is a group or more than 20 people."""
    names = {name.text.strip().lower() for name in app.shared_with or ()}
    populations = [one for one in governance.populations if one.name.strip().lower() in names]
    people = app.people if app.people is not None else sum(one.people or 0 for one in populations)
    if people > _FEW:
        return f"{people:,} people"
    if app.groups:
        return f"{app.groups:,} {'group' if app.groups == 1 else 'groups'}"
    group = next((one for one in populations if "group" in (one.drawn_from or "").lower()), None)
    return f"'{group.name}', which is {group.drawn_from}" if group else None


def _has_retirement(kind: str, name: str, governance: Governance) -> bool:
    retired = ((one.app if kind == "app" else one.flow) or "" for one in governance.retirements)
    return name.strip().lower() in {one.strip().lower() for one in retired}


def _ref(kind: str, record: AppRecord | FlowRecord) -> ComponentRef:
    return ComponentRef(kind=kind, name=record.name, id=record.id or record.name)
