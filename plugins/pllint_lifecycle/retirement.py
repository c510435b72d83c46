"""LIF2xx: what has to be done when an app or a custom connector is retired."""

from collections.abc import Iterator

from pllint.model.component import Component, ConnectorUse
from pllint.model.governance import AppRecord, ConnectorRecord, Governance, LicenceReview, Retirement
from pllint.model.lifecycle import Headcount, Listing, Retired
from pllint.plugin import ComponentRef, Confidence, Context, CouldNotRun, Edit, Finding, Need, Related, Severity, check

_SOURCE = "https://learn.microsoft.com/power-platform/guidance/coe/inactivity-notifications"


@check(
    id="LIF201",
    name="retirement-licence-review-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def retirement_licence_review_missing(governance: Governance, context: Context) -> Iterator[Finding]:
    """Something is retired, and nobody has reviewed the licences its people held for it."""
    for retirement in governance.retirements:
        things = _of(retirement, context)
        if not things or retirement.licence_review is not None:
            continue
        headcount = context.lifecycle.population(retirement)
        people = f"; the licences of {headcount.people:,} people are open" if headcount else ""
        yield Finding(
            at=things[0].at,
            message=f"{_subject(things)} is retired{_since(retirement)}, and no licence review is recorded{people}",
            remedy=f"Ask the licence administrator to decide for {_everybody(headcount)} who keeps, moves or gives back"
            " a licence, and to record it under `licence-review:`",
            component=_ref(things[0]),
            related=(Related(f"{headcount.people:,} people, by {headcount.counted_by}", headcount.at),)
            if headcount
            else (),
        )
    for thing in context.lifecycle.retired:
        if thing.retirement is None and _held_premium(thing, context):
            yield Finding(
                at=thing.at,
                message=f"{_subject((thing,))} is retired, and `retirements` has no record of it, so no licence review",
                remedy="Ask the licence administrator to review the licences people held for it, and to record it"
                f" under `retirements:` with `{thing.kind}: {thing.name}`",
                component=_ref(thing),
            )


@check(
    id="LIF202",
    name="retirement-licences-unaccounted",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
    given=("governance.retirements",),
)
def retirement_licences_unaccounted(governance: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """The people whose licence is kept, reassigned or reclaimed are not the population of the retired thing."""
    for retirement in governance.retirements:
        things, review = _of(retirement, context), retirement.licence_review
        if not things or review is None:
            continue
        headcount = context.lifecycle.population(retirement)
        if headcount is None:
            yield CouldNotRun(
                reason=f"nobody has recorded how many people used {_subject(things)}",
                remedy="add `population` to its record under `retirements`",
                component=_ref(things[0]),
            )
            continue
        left = headcount.people - review.accounted
        if left == 0:
            continue
        gap = f"{left:,} {_people(left)} left over" if left > 0 else f"{-left:,} more than there were"
        yield Finding(
            at=review.at,
            message=f"{_subject(things)} had {headcount.people:,} people, and its licence review accounts for"
            f" {review.accounted:,} ({_groups(review)}): {gap}",
            remedy=f"Ask the licence administrator to decide for all {headcount.people:,} who keeps, moves or gives"
            " back a licence, and to correct `keep`, `reassign` and `reclaim`",
            component=_ref(things[0]),
            related=(Related(f"{headcount.people:,} people, by {headcount.counted_by}", headcount.at),),
        )


@check(
    id="LIF203",
    name="retirement-dlp-not-updated",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity",
    on=Governance,
    needs=(Need.GOVERNANCE, Need.POLICIES),
)
def retirement_dlp_not_updated(governance: Governance, context: Context) -> Iterator[Finding]:
    """A retired connector is still listed by a data policy."""
    del governance
    for thing in context.lifecycle.retired:
        if thing.kind != "connector":
            continue
        listings = context.lifecycle.listings(thing)
        kept = {listing.at: reason for listing in listings if (reason := _kept(listing))}
        for listing in listings:
            what = f"puts its host into {listing.group}" if listing.pattern else f"lists it as {listing.group}"
            yield Finding(
                at=listing.at,
                message=f"{_subject((thing,))} is retired{_since(thing.retirement)}, and the data policy"
                f" '{listing.policy.name}' still {what}",
                remedy=f"Ask the administrator to take it out of the data policy '{listing.policy.name}'",
                # A pattern does not say which connector it was made for; that no other has its host makes it likely.
                confidence=Confidence.LIKELY if listing.pattern else Confidence.CERTAIN,
                component=_ref(thing),
                policy=listing.policy.name,
                related=(Related("retired here", thing.at),),
                # One line may serve several policies, where a programme makes them; it goes from all or from none.
                edits=() if listing.at in kept else (Edit(at=listing.at),),
                left_to_people=kept.get(listing.at, ""),
            )


def _kept(listing: Listing) -> str:
    """Say why a line stays in its policy until somebody decides; nothing for one that can go."""
    from pllint.model.policy import DataGroup  # a run without policies does without it

    if listing.pattern:
        return "a URL pattern may have been made for other connectors too"
    if not listing.custom:
        return "the line may be that of another connector with this name"
    default = listing.policy.default
    if listing.group is DataGroup.BLOCKED and default is not DataGroup.BLOCKED:
        return f"without the line the connector would no longer be Blocked{f' but {default}' if default else ''}"
    return ""


@check(
    id="LIF204",
    name="retired-still-in-use",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def retired_still_in_use(governance: Governance, context: Context) -> Iterator[Finding]:
    """A retired connector or app is still used or shared."""
    del governance
    for thing in context.lifecycle.retired:
        for used in context.lifecycle.uses(thing) if thing.kind == "connector" else ():
            yield Finding(
                at=used.use.at,
                message=f"'{used.component.name}' still uses {_subject((thing,))}, retired{_since(thing.retirement)}"
                f"{_steps(used.use)}",
                remedy="Delete it here and where it is deployed, for it is retired as well (maker)"
                if _is_retired(used.component, context)
                else "Replace the connector in it or retire it too (maker), or undo the retirement (connector owner)",
                component=used.component.ref,
                connectors=(used.use.connector,),
                related=(Related("retired here", thing.at),),
            )
        if isinstance(thing.record, AppRecord) and thing.retirement is not None:
            yield from _app_in_use(thing, thing.record, thing.retirement)


def _is_retired(component: Component, context: Context) -> bool:
    records = context.workspace.records_of(component)
    return bool(records) and all(map(context.licensing.is_retired, records))


def _app_in_use(thing: Retired, app: AppRecord, retirement: Retirement) -> Iterator[Finding]:
    since = _since(retirement)
    shared = _shared(app)
    used = app.last_used if app.last_used and retirement.date and app.last_used > retirement.date else None
    facts = [*([f"is still shared with {shared}"] if shared else []), *([f"was used on {used}"] if used else [])]
    if facts:
        key = "shared-with" if app.shared_with else "people" if app.people else "groups" if shared else "last-used"
        yield Finding(
            at=app.at / key,
            message=f"{_subject((thing,))} is retired{since} and {' and '.join(facts)}",
            remedy="Stop sharing it and delete it, or undo the retirement (app owner)",
            component=_ref(thing),
            related=(Related("retired here", thing.at),),
        )


def _steps(use: ConnectorUse) -> str:
    count = len(use.steps)
    return f", in {count} {'step' if count == 1 else 'steps'}" if count else ""


def _shared(app: AppRecord) -> str | None:
    if app.shared_with:
        return ", ".join(name.text for name in app.shared_with)
    if app.people:
        return f"{app.people:,} {_people(app.people)}"
    return f"{app.groups:,} {'group' if app.groups == 1 else 'groups'}" if app.groups else None


def _of(retirement: Retirement, context: Context) -> tuple[Retired, ...]:
    """Give what one record retires: an app and its connector are one retirement, with one review."""
    return tuple(thing for thing in context.lifecycle.retired if thing.retirement is retirement)


def _held_premium(thing: Retired, context: Context) -> bool:
    """Tell whether people needed a premium licence for something: always for a custom connector."""
    if isinstance(thing.record, ConnectorRecord):
        return True
    if not isinstance(thing.record, AppRecord):
        return False
    records = [(component, context.workspace.records_of(component)) for component in context.workspace.components]
    return any(
        thing.record in of and context.licensing.premium(component).verdict == "yes" for component, of in records
    )


def _subject(things: tuple[Retired, ...]) -> str:
    return " with ".join(f"the {thing.kind} '{thing.name}'" for thing in things)


def _since(retirement: Retirement | None) -> str:
    return f" since {retirement.date}" if retirement and retirement.date else ""


def _groups(review: LicenceReview) -> str:
    groups = (("keep", review.keep), ("reassign", review.reassign), ("reclaim", review.reclaim))
    return ", ".join(f"{word} {'not recorded' if count is None else f'{count:,}'}" for word, count in groups)


def _everybody(headcount: Headcount | None) -> str:
    return "everybody" if headcount is None else f"all {headcount.people:,}"


def _people(count: int) -> str:
    return "person" if count == 1 else "people"


def _ref(thing: Retired) -> ComponentRef:
    kinds = {"app": "canvas-app", "flow": "cloud-flow", "connector": "custom-connector"}
    record_id = thing.record.id if thing.record else None
    return ComponentRef(kind=kinds[thing.kind], name=thing.name, id=record_id or thing.name)
