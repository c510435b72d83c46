"""LIC4xx: the licences on record, counted, against what the source needs."""

from collections.abc import Iterator

from pllint.model.component import APPS, Component
from pllint.model.estate import Stock
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
from pllint_licensing.words import gone_in_words, list_of, reasons_in_words, reviews, shown

_SKUS = "https://learn.microsoft.com/power-platform/admin/pricing-billing-skus"
_QUARTER = 92


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
    if context.workspace.governance is not None and component.kind in APPS:
        # An app whose people nobody has counted is asked for them first: `app-users-unknown`, `app-group-size-unknown`.
        licensed = context.licensing.judged(component)
        if licensed is None or licensed.judgement.remark("licence-count-missing") is None:
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
        related=shown(found, component, context),
    )


@check(
    id="LIC402",
    name="licences-over-assigned",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/about-powerapps-perapp",
    on=Workspace,
    needs=(Need.LICENCE_RECORDS,),
    given=("licences",),
)
def licences_over_assigned(_: Workspace, context: Context) -> Iterator[Finding | CouldNotRun]:
    """More licences of a plan are assigned or allocated than purchased."""
    for one in context.estate.given_back:
        if one.remedy:
            yield CouldNotRun(
                reason=f"{one.by} gave back {one.what}{f' in {one.environment}' if one.environment else ''}, and"
                f" {one.told}",
                remedy=one.remedy,
            )
    for stock in context.estate.stocks:
        if stock.over_in_doubt:
            yield CouldNotRun(
                reason=f"there are several counts of {stock.name}, and nobody says of which of them"
                f" {list_of([one.by for one in stock.given_back], 'and')} gave licences back",
                remedy="count them again, and write the day of each count under `as-of`",
            )
        if not stock.over:
            continue
        record = stock.record
        places = ", ".join(f"{name.text} {number:,}" for name, number in record.allocated)
        by_place = sum(number for _, number in record.allocated) == stock.given and places
        given = f"allocated ({places})" if by_place else "assigned"
        yield Finding(
            at=record.at,
            message=f"{stock.given:,} {stock.name} licences are {given}, and {record.purchased or 0:,}"
            f" {'is' if record.purchased == 1 else 'are'} purchased: {stock.over:,} too many{_after(stock)}",
            remedy=f"Ask the licence administrator to take {stock.over:,} back, or procurement to buy as many",
            related=(
                *(Related(f"{number:,} for {name.text}", name.at) for name, number in record.allocated if by_place),
                *reviews(stock.given_back),
            ),
            cause=stock.plan,
        )


def _after(stock: Stock) -> str:
    return f", although {gone_in_words(stock.given_back)}" if stock.given_back else ""


@check(
    id="LIC403",
    name="licence-record-stale",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/microsoft-365/commerce/licenses/view-licenses-and-subscriptions",
    on=Workspace,
    needs=(Need.LICENCE_RECORDS,),
    given=("licences",),
)
def licence_record_stale(_: Workspace, context: Context) -> Iterator[Finding | CouldNotRun]:
    """Licence counts are older than a quarter."""
    stale: dict[tuple[str, str, int], list[Stock]] = {}
    undated = []
    for stock in context.estate.stocks:
        if stock.as_of is None or stock.age is None:
            undated.append(stock.name)
        elif stock.age > _QUARTER:
            stale.setdefault((stock.dated_at.source.path, stock.as_of, stock.age), []).append(stock)
    for (_path, day, age), stocks in stale.items():
        names = list(dict.fromkeys(stock.name for stock in stocks))
        yield Finding(
            at=stocks[0].dated_at,
            message=f"The licence {'count' if len(names) == 1 else 'counts'} of {list_of(names, 'and')}"
            f" {'was' if len(names) == 1 else 'were'} taken on {day}, {age} days ago; a count holds for a quarter,"
            f" {_QUARTER} days",
            remedy="Ask the licence administrator for today's counts, and write them down with their day",
            related=tuple(Related(f"counted on {day}", stock.record.at) for stock in stocks[1:]),
            cause=day,
        )
    if undated:
        names = list(dict.fromkeys(undated))
        yield CouldNotRun(
            reason=f"nobody says on which day the licences of {list_of(names, 'and')} were counted",
            remedy="write `as-of` beside each count, or `licences-as-of` under `tenant`",
        )


@check(
    id="LIC404",
    name="plan-no-longer-sold",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types",
    on=Workspace,
    needs=(Need.LICENCE_RECORDS,),
    given=("licences", "governance.apps", "governance.flows", "governance.metered"),
)
def plan_no_longer_sold(_: Workspace, context: Context) -> Iterator[Finding]:
    """Licences on record, or the plan an app or flow is to run on, cannot be bought any more."""
    for plan in context.estate.unsold():
        first, *others = plan.places
        successor = f"; its successor is {plan.successor}" if plan.successor else ""
        yield Finding(
            at=first.at,
            message=f"{plan.name} ({first.words}) has not been sold since {plan.since}{successor}",
            remedy=f"Ask the licence owner to plan {plan.successor or 'another plan'} for the next renewal",
            related=tuple(Related(one.words, one.at) for one in others),
            cause=plan.name,
        )


@check(
    id="LIC405",
    name="plan-not-available",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/about-powerapps-perapp",
    on=Workspace,
    needs=(Need.GOVERNANCE,),
    given=("licences", "governance.apps", "governance.flows", "governance.metered"),
)
def plan_not_available(_: Workspace, context: Context) -> Iterator[Finding | CouldNotRun]:
    """A plan is not offered to this sector, in this cloud or under this agreement."""
    for plan in context.estate.unavailable():
        if plan.why is None:
            yield CouldNotRun(
                reason=f"whether {plan.name} is still sold to this customer depends on when the agreement started",
                remedy="write `starts` under `tenant: agreement`",
            )
            continue
        first, *others = plan.places
        yield Finding(
            at=first.at,
            message=f"{plan.name} ({first.words}) is {plan.why}",
            remedy="Ask procurement which plan is on offer, and plan that one",
            related=tuple(Related(one.words, one.at) for one in others),
            source=plan.source,
            cause=plan.name,
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
