"""LIC4xx: the licences on record, counted, against what the source needs."""

from collections.abc import Iterator

from pllint.model.component import Component
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


@check(
    id="LIC401",
    name="licence-count-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/pricing-billing-skus",
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
