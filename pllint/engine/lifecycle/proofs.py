"""What the records and the source prove of each requirement of the table of stages."""

from collections.abc import Callable, Iterator, Sequence

from pllint.engine.lifecycle.days import QUARTER, between, in_days, later
from pllint.engine.lifecycle.life import Life, bare
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import EnvironmentType
from pllint.model.governance import DlpConfirmation, LicenceCount, Review, Watch
from pllint.model.lifecycle import State
from pllint.record import NamedTuple
from pllint.source import Anchor

_REFUSED = frozenset({"rejected", "refused", "declined", "denied", "failed"})


class Proof(NamedTuple):
    """What one judgement found: a state, the words for it and the place."""

    state: State
    words: str
    at: Anchor
    related: tuple[tuple[str, Anchor], ...] = ()


def _owner(life: Life) -> Iterator[Proof]:
    if owner := (life.record.owner or "").strip():
        yield Proof(State.MET, owner, life.record.at / "owner")
    else:
        yield Proof(State.MISSING, "has no owner", life.record.at)


def _creation_review(life: Life) -> Iterator[Proof]:
    if life.reviewed is None:
        places = f" and lies in {_listed(life.shared_places)}" if life.shared_places else ""
        at = life.record.request.at if life.record.request else life.record.at
        yield Proof(State.MISSING, f"has no creation review on record{places}", at)
    else:
        yield _recorded("creation review", life.reviewed)


def _creation_review_complete(life: Life) -> Iterator[Proof]:
    if life.reviewed is None:
        return
    request = life.request
    values = (
        ("endpoint", request.endpoint),
        ("authentication", request.authentication),
        ("data classification", request.data),
        ("use case", request.use_case),
    )
    missing = [word for word, value in values if not (value or "").strip()]
    if missing:
        yield Proof(
            State.MISSING,
            f"was reviewed{_on(life.reviewed)}, and the record has no {_listed(missing, 'or')}",
            request.at,
        )
    else:
        yield Proof(State.MET, f"{request.endpoint}, {request.authentication}, {request.data}", request.at)


def _created(life: Life) -> Iterator[Proof]:
    created, reviewed = life.record.created, life.reviewed
    if created is None or created.date is None or reviewed is None:
        return
    if created.environment and life.is_personal(created.environment):
        return
    if reviewed.date is None:
        yield Proof(State.UNKNOWN, "has a creation review without a date", reviewed.at)
    elif created.date < reviewed.date:
        where = f" in {created.environment.text}" if created.environment else " in a shared environment"
        yield Proof(
            State.MISSING,
            f"was made{where} on {created.date}, {in_days(created.date, reviewed.date)} before its creation review of"
            f" {reviewed.date}",
            created.at / "date",
            (("reviewed here", reviewed.at),),
        )
    else:
        yield Proof(State.MET, f"made on {created.date}, reviewed on {reviewed.date}", created.at)


def _outdated(life: Life) -> Iterator[Proof]:
    if life.reviewed is None or not life.definitions:
        return
    changes = [change for definition in life.definitions for change in _changes(life, definition)]
    told: set[str] = set()
    for words, at, related in changes:
        if words not in told:
            told.add(words)
            yield Proof(State.STALE, words, at, related)
    if not changes:
        yield Proof(State.MET, f"as reviewed{_on(life.reviewed)}", life.request.at)


def _changes(life: Life, definition: CustomConnector) -> Iterator[tuple[str, Anchor, tuple[tuple[str, Anchor], ...]]]:
    request, was = life.request, f"was reviewed{_on(life.reviewed)} for"
    hosts = life.hosts(definition)
    endpoint = bare(request.endpoint) if request.endpoint else None
    at = definition.definition_at or definition.at
    if endpoint and definition.host.name and endpoint not in hosts:
        yield (
            f"{was} the host {endpoint}, and its definition has {definition.host.name.lower()}",
            request.at / "endpoint",
            (("the host today", definition.host.at or at),),
        )
    authentication = (request.authentication or "").lower()
    known = definition.authentication != "none" or definition.properties_at is not None
    if authentication and known and authentication != definition.authentication.strip().lower():
        yield (
            f"{was} the authentication {authentication}, and its definition has {definition.authentication}",
            request.at / "authentication",
            (("the authentication today", definition.properties_at or at),),
        )
    now = {operation.id for operation in definition.operations}
    before = set(request.operations)
    if before and now and before != now:
        gains = [f"gained {_listed(sorted(now - before))}"] if now - before else []
        losses = [f"lost {_listed(sorted(before - now))}"] if before - now else []
        added = next((one.at for one in definition.operations if one.id not in before), at)
        count = f"{len(before)} {'operation' if len(before) == 1 else 'operations'}"
        yield (
            f"{was} {count}, and its definition has {' and '.join(gains + losses)} since",
            request.at / "operations",
            (("the operations today", added),),
        )


def _developed(life: Life) -> Iterator[Proof]:
    development = life.record.development
    place = development.environment if development else None
    if place is None:
        yield Proof(State.UNKNOWN, "has no development environment on record", life.record.at)
        return
    declared = life.declared(place)
    kind = life.type_of(declared) if declared else None
    if kind is None:
        yield Proof(State.UNKNOWN, f"is developed in '{place.text}', whose type is not declared", place.at)
    elif kind == EnvironmentType.DEVELOPER:
        yield Proof(State.MET, place.text, place.at)
    else:
        related = (("declared here", declared.at),) if declared else ()
        yield Proof(State.MISSING, f"is developed in '{place.text}', a {kind} environment", place.at, related)


def _tested(life: Life) -> Iterator[Proof]:
    development = life.record.development
    place = development.test_environment if development else None
    if place is None:
        yield Proof(State.UNKNOWN, "has no test environment on record", life.record.at)
        return
    declared = life.declared(place)
    if declared is None:
        yield Proof(State.UNKNOWN, f"is tested in '{place.text}', which is not declared", place.at)
        return
    kind = life.type_of(declared)
    wrong = [
        *([f"is a {kind} environment" if kind else "has no type"] if kind != EnvironmentType.SANDBOX else []),
        *(["is not managed by IT"] if (declared.managed_by or "").lower() != "it" else []),
        *(["has no data policy"] if not life.is_governed(declared) else []),
    ]
    if wrong:
        words = f"is tested in '{place.text}', which {_listed(wrong)}"
        yield Proof(State.MISSING, words, place.at, (("declared here", declared.at),))
    else:
        yield Proof(State.MET, place.text, place.at)


def _security_review(life: Life) -> Iterator[Proof]:
    yield _record_or_none("security review", life.deployment.security_review, life)


def _dlp_confirmation(life: Life) -> Iterator[Proof]:
    yield _record_or_none("confirmed data group", life.deployment.dlp, life)


def _licence_count(life: Life) -> Iterator[Proof]:
    yield _record_or_none("licence count", life.deployment.licences, life)


def _approval(life: Life) -> Iterator[Proof]:
    yield _record_or_none("deployment approval", life.deployment.approved, life)


def _record_or_none(what: str, record: Review | DlpConfirmation | LicenceCount | None, life: Life) -> Proof:
    if record is None:
        return Proof(State.MISSING, f"has no {what} on record", life.deployment.at)
    return _recorded(what, record)


def _recorded(what: str, record: Review | DlpConfirmation | LicenceCount) -> Proof:
    if isinstance(record, Review) and (record.result or "").strip().lower() in _REFUSED:
        return Proof(
            State.MISSING,
            f"has a {what}{f' of {record.date}' if record.date else ''} whose result is '{record.result}'",
            record.at,
        )
    return Proof(State.MET, _signed(record), record.at)


def _signed(record: Review | DlpConfirmation | LicenceCount | Watch) -> str:
    """Say what proves a requirement: a value, who, when and under which reference."""
    value = ""
    if isinstance(record, DlpConfirmation):
        value = " in ".join(part for part in (record.group, record.policy.text if record.policy else None) if part)
    elif isinstance(record, LicenceCount) and record.people is not None:
        have = f", {record.available:,} available" if record.available is not None else ""
        value = f"{record.people:,} people{have}"
    elif isinstance(record, Watch):
        value = " ".join(part for part in (record.watched_in, record.limit) if part)
    who = " ".join(part for part in (record.by, f"({record.person})" if record.person else None) if part)
    ref = None if isinstance(record, Watch) else record.ref
    return ", ".join(part for part in (value, who, record.date, ref) if part) or "recorded"


def _stale(life: Life) -> Iterator[Proof]:
    count = life.deployment.licences
    if count is None:
        return
    proofs = [*_grown(life, count), *_aged(life, count)]
    yield from proofs or [Proof(State.MET, _signed(count), count.at)]


def _grown(life: Life, count: LicenceCount) -> Iterator[Proof]:
    now = life.population
    if now is None:
        return
    if count.people is None:
        yield Proof(State.UNKNOWN, "has a licence count without a number of people", count.at)
    elif now.people * 100 > count.people * (100 + life.growth_allowed):
        yield Proof(
            State.STALE,
            f"had licences counted for {count.people:,} people{_on(count)}, and serves {now.people:,} now"
            f" ({now.counted_by})",
            count.at / "people",
            ((f"{now.people:,} people today", now.at),),
        )


def _aged(life: Life, count: LicenceCount) -> Iterator[Proof]:
    approved = life.deployment.approved
    if count.date is None or (approved is not None and approved.date is None):
        undated = "licence count" if count.date is None else "deployment approval"
        yield Proof(State.UNKNOWN, f"has a {undated} without a date", count.at)
        return
    until = approved.date if approved and approved.date else life.as_of
    age = between(count.date, until)
    if age > QUARTER:
        when = f"before its approval of {until}" if approved else "ago, and is not approved yet"
        yield Proof(
            State.STALE,
            f"had its licences counted on {count.date}, {age} days {when}",
            count.at / "date",
            (("approved here", approved.at),) if approved else (),
        )


def _approver(life: Life) -> Iterator[Proof]:
    approved = life.deployment.approved
    if approved is None:
        return
    person, maker = (approved.person or "").strip(), (life.record.maker or "").strip()
    if not person or not maker:
        who = "an approval that names no person" if not person else "no maker on record to compare its approver with"
        yield Proof(State.UNKNOWN, f"has {who}", approved.at)
    elif person.lower() == maker.lower():
        yield Proof(
            State.MISSING,
            f"was approved by {person}{_on(approved)}, who made it",
            approved.at / "person",
            (("made by", life.record.at / "maker"),),
        )
    else:
        yield Proof(State.MET, f"{person}; made by {maker}", approved.at)


def _usage(life: Life) -> Iterator[Proof]:
    yield _watched("look at its use", life.operation.usage, life)


def _rate_limit(life: Life) -> Iterator[Proof]:
    yield _watched("watch on its rate limit", life.operation.rate_limit, life)


def _watched(what: str, watch: Watch | None, life: Life) -> Proof:
    if watch is None:
        return Proof(State.MISSING, f"has no {what} on record", life.operation.at)
    return Proof(State.MET, _signed(watch), watch.at)


def _spot_check(life: Life) -> Iterator[Proof]:
    due = life.next_spot_check
    if due is None:
        yield Proof(
            State.MISSING, "has neither a spot check of its licences nor an approval with a date", life.operation.at
        )
        return
    looks = [look for look in life.operation.spot_checks if look.date and look.date <= life.as_of]
    last = max(looks, key=lambda look: look.date or "") if looks else None
    approved = life.deployment.approved
    after_look = last is not None and (approved is None or (last.date or "") >= (approved.date or ""))
    since = f"the last one on {later(due, -QUARTER)}" if after_look else f"approved on {later(due, -QUARTER)}"
    at = last.at if last and after_look else approved.at if approved else life.operation.at
    if due < life.as_of:
        late = between(due, life.as_of)
        yield Proof(
            State.STALE,
            f"was due for a spot check of its licences by {due}, {late} {'day' if late == 1 else 'days'} ago; {since}",
            at,
        )
    else:
        yield Proof(State.MET, f"{since}, next due by {due}", at)


def _gateway(life: Life) -> Iterator[Proof]:
    if not life.runs_gateway:
        return
    if life.behind_gateway:
        yield Proof(State.MET, "behind API Management", life.record.at)
    else:
        yield Proof(
            State.MISSING,
            "is not behind API Management, which the organisation runs for other connectors",
            life.record.at / "api-management" if life.record.api_management is False else life.record.at,
        )


def _order(life: Life) -> Iterator[Proof]:
    deployment, found = life.deployment, False
    approved, count = deployment.approved, deployment.licences
    if approved is not None and life.reviewed is None:
        found = True
        yield Proof(State.MISSING, f"was approved{_on(approved)} without a creation review", approved.at)
    if life.looks and approved is None:
        what, date, at = life.looks[0]
        found = True
        when = f" of {date}" if date else ""
        yield Proof(State.MISSING, f"has a {what}{when}, and no deployment approval before it", at)
    # A count after the approval is a recount; the approval vouches for the first.
    recount = count is not None and approved is not None and (count.date or "") > (approved.date or "9")
    reviews = (
        ("security review", deployment.security_review),
        ("confirmation of its data group", deployment.dlp),
        ("licence count", None if recount else count),
    )
    retirement, looks = life.retirement, list(life.looks)
    levels: list[list[tuple[str, str | None, Anchor]]] = [
        [("creation review", one.date, one.at) for one in (life.reviewed,) if one],
        [(what, one.date, one.at) for what, one in reviews if one],
        [("deployment approval", one.date, one.at) for one in (approved,) if one],
        looks,
        [("retirement", one.date, one.at) for one in (retirement,) if one],
    ]
    earlier: list[tuple[str, str | None, Anchor]] = []
    for level in levels:
        dated = [one for one in level if one[1]]
        for what, date, at in dated:
            for before, on, where in earlier:
                if (on or "") > (date or ""):
                    found = True
                    yield Proof(
                        State.MISSING,
                        f"has a {what} of {date}, before its {before} of {on}",
                        at,
                        ((f"its {before}", where),),
                    )
        # Operation goes on until a connector is retired, and its last looks may come after: the first one counts.
        earlier = [min(dated, key=lambda one: one[1] or "")] if dated and level is looks else dated or earlier
    if not found and (life.reviewed or approved):
        yield Proof(State.MET, "its dates are in order", life.record.at)


def _future(life: Life) -> Iterator[Proof]:
    deployment, record = life.deployment, life.record
    named: list[tuple[str, str | None, Anchor]] = [
        (what, one.date, one.at)
        for what, one in (
            ("creation", record.created),
            ("creation review", life.reviewed),
            ("security review", deployment.security_review),
            ("confirmation of its data group", deployment.dlp),
            ("licence count", deployment.licences),
            ("deployment approval", deployment.approved),
        )
        if one
    ]
    named += life.looks
    if (retirement := life.retirement) is not None:
        reviews = (("licence review", retirement.licence_review), ("policy change", retirement.dlp_change))
        named += [("retirement", retirement.date, retirement.at)]
        named += [(what, one.date, one.at) for what, one in reviews if one]
    ahead = [(what, date, at) for what, date, at in named if date and date > life.as_of]
    for what, date, at in ahead:
        yield Proof(State.MISSING, f"has a {what} dated {date}, which is still to come", at / "date")
    if not ahead and any(date for _, date, _ in named):
        yield Proof(State.MET, f"none is later than {life.as_of}", record.at)


JUDGES: dict[str, Callable[[Life], Iterator[Proof]]] = {
    "owner-missing": _owner,
    "creation-review-missing": _creation_review,
    "creation-review-incomplete": _creation_review_complete,
    "created-before-review": _created,
    "evidence-outdated": _outdated,
    "developed-outside-developer-environment": _developed,
    "shared-test-uncontrolled": _tested,
    "security-review-missing": _security_review,
    "dlp-confirmation-missing": _dlp_confirmation,
    "licence-verification-missing": _licence_count,
    "licence-verification-stale": _stale,
    "deployment-approval-missing": _approval,
    "approval-by-maker": _approver,
    "usage-monitoring-missing": _usage,
    "spot-check-overdue": _spot_check,
    "rate-limit-unmonitored": _rate_limit,
    "apim-recommended": _gateway,
    "stage-out-of-order": _order,
    "evidence-dated-in-future": _future,
}
"""The judgements, by the name of the check that reports them."""


def _on(record: Review | DlpConfirmation | LicenceCount | None) -> str:
    return f" on {record.date}" if record and record.date else ""


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)
