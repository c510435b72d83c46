"""LIC4xx: the licences on record, counted, against what the source needs."""

from collections.abc import Iterator

from pllint.model.component import Component
from pllint.model.governance import Governance, LicenceRecord
from pllint.model.licence_facts import Remark
from pllint.model.licensing import LicenceNeed, Premium
from pllint.model.workspace import Workspace
from pllint.plugin import (
    Catalogue,
    Confidence,
    Context,
    CouldNotRun,
    Finding,
    Need,
    Related,
    Severity,
    check,
)
from pllint_licensing.words import list_of, reasons_in_words

_SKUS = "https://learn.microsoft.com/power-platform/admin/pricing-billing-skus"


@check(
    id="LIC401",
    name="licence-count-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_SKUS,
    on=Component,
    needs=(Need.LICENCE_RECORDS,),
)
def licence_count_missing(component: Component, context: Context) -> Iterator[Finding | CouldNotRun]:
    """A premium app or flow, and no licence record of any plan that would cover it."""
    uncounted = context.licensing.uncounted(component)
    if uncounted is None:
        return
    found = uncounted.premium
    if found.verdict == "unknown":
        yield CouldNotRun(
            reason=f"'{component.name}': {_not_known(component, found, context.catalogue)}",
            remedy="refresh the catalogue from your tenant, or lint the flows together with the app",
            component=component.ref,
        )
        return
    reasons = reasons_in_words(found, component, context.catalogue)
    plans, one = list_of(uncounted.plans, "or"), len(uncounted.plans) == 1
    names = list(dict.fromkeys(words for words, _ in reasons))
    yield Finding(
        at=component.at,
        message=f"'{component.name}' is premium because of {list_of(names, 'and')} and needs {plans} for"
        f" {_people(uncounted.need)}, but {_holders(context.workspace)} count of {'that' if one else 'either'} licence",
        remedy=f"Ask the licence administrator to record under `licences:` how many {plans} licences are purchased and"
        " assigned, even when it is 0",
        confidence=Confidence.INFERRED if all(reason.inferred for reason in found.reasons) else Confidence.CERTAIN,
        component=component.ref,
        connectors=tuple(sorted({reason.connector for reason in found.reasons if reason.connector})),
        related=tuple(Related(f"premium because of {words} ({reason.word})", reason.at) for words, reason in reasons),
    )


@check(id="LIC402", name="licences-over-assigned", severity=Severity.ERROR, since="0.1", source=_SKUS, on=Governance,
       needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def licences_over_assigned(governance: Governance, context: Context) -> Iterator[Finding]:
    """More licences of a plan are given out than are bought."""
    for record, remark, name in _stock(governance, context, "licences-over-assigned"):
        allocated = sum(number for _, number in record.allocated)
        given = f"{record.assigned or 0:,} assigned"
        if allocated > (record.assigned or 0):
            places = ", ".join(f"{place.text} {number:,}" for place, number in record.allocated)
            given = f"{allocated:,} allocated ({places})"
        yield Finding(
            at=record.at,
            message=f"{name}: {record.purchased or 0:,} are bought and {given}, {remark.number:,} more than there are",
            remedy=f"Buy {remark.number:,} more or take back that many, or correct the record (licence administrator)",
            cause=remark.who[0],
        )


@check(id="LIC403", name="licence-record-stale", severity=Severity.WARNING, since="0.1", source=_SKUS, on=Governance,
       needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def licence_record_stale(governance: Governance, context: Context) -> Iterator[Finding]:
    """Licences were counted more than a quarter ago."""
    for record, remark, name in _stock(governance, context, "licence-record-stale"):
        tenant = governance.tenant
        day = record.as_of or (tenant.licences_as_of if tenant else None)
        yield Finding(
            at=record.at,
            message=f"{name}: the licences were counted on {day}, {remark.number:,} days ago; a count holds for a"
            " quarter, 92 days",
            remedy="Count again and write the day under `as-of` (licence administrator)",
            cause=remark.who[0],
        )


@check(id="LIC404", name="plan-no-longer-sold", severity=Severity.WARNING, since="0.1", source=_SKUS, on=Governance,
       needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def plan_no_longer_sold(governance: Governance, context: Context) -> Iterator[Finding]:
    """A plan on record is not sold any more."""
    plans = context.licensing.plans
    for record, remark, name in _stock(governance, context, "plan-no-longer-sold"):
        sale = plans.sale(remark.who[0])
        successor = plans.name(sale.successor) if sale.successor else "the plan that took its place"
        yield Finding(
            at=record.at,
            message=f"{name} was sold until {sale.until}; {successor} took its place",
            remedy=f"Ask the licence administrator when it ends, and plan {successor} for that day",
            cause=remark.who[0],
        )


@check(id="LIC405", name="plan-not-available", severity=Severity.ERROR, since="0.1", source=_SKUS, on=Governance,
       needs=(Need.LICENCE_RECORDS,))  # fmt: skip
def plan_not_available(governance: Governance, context: Context) -> Iterator[Finding]:
    """A plan on record is not offered to this sector or under this agreement."""
    plans, tenant = context.licensing.plans, governance.tenant
    for record, remark, name in _stock(governance, context, "plan-not-available"):
        sale = plans.sale(remark.who[0])
        agreement = tenant.agreement if tenant else None
        if tenant and tenant.sector in sale.not_in_sectors:
            why = f"is not offered to the sector {tenant.sector}"
        else:
            kind = (agreement.kind or "").upper() if agreement else ""
            why = f"is not sold to new customers under {kind} since {sale.ended_for_new}"
        yield Finding(
            at=record.at,
            message=f"{name} {why}",
            remedy="Plan another one, such as Power Apps Premium, or ask whether another agreement offers it (licence"
            " administrator)",
            cause=remark.who[0],
        )


def _stock(governance: Governance, context: Context, check_name: str) -> Iterator[tuple[LicenceRecord, Remark, str]]:
    """Give the licence records of which the rules say something under the name of a check."""
    for record in governance.licences:
        for remark in context.licensing.stock(record):
            if remark.check == check_name:
                yield record, remark, context.licensing.plans.name(remark.who[0])


def _holders(workspace: Workspace) -> str:
    if workspace.governance is None:
        return "the licence export holds no"
    return (
        "neither governance files nor licence exports hold a"
        if workspace.lists_licences
        else "the governance files hold no"
    )


def _not_known(component: Component, found: Premium, catalogue: Catalogue) -> str:
    connectors, flows = found.unknown, found.unread_flows
    parts = [f"it {gap.words}" for gap in component.gaps if gap.decides]
    if connectors:
        parts.append(f"the tier of {list_of([catalogue.name_of(key) for key in connectors], 'and')} is not known")
    if flows:
        parts.append(f"it starts {len(flows)} {'flow' if len(flows) == 1 else 'flows'} that the source does not hold")
    return " and ".join(parts)


def _people(need: LicenceNeed) -> str:
    """Say whose licence it is and for how many: `the people it is shared with (2,900: staff 2,600, managers 300)`."""
    counted = ", ".join(f"{name} {'not counted' if count is None else f'{count:,}'}" for name, count in need.groups)
    people = "" if need.people is None else f"{need.people:,} {'person' if need.people == 1 else 'people'}"
    numbers = ": ".join(part for part in (people, counted) if part)
    return f"{need.who} ({numbers})" if numbers else need.who
