"""Stages of a custom connector: which evidence each asks for, and what the records and the source prove on the day."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pllint.engine.lifecycle.names import ConnectorNames, Definitions
from pllint.model.component import APPS, Component, ConnectorUse
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import (
    AppRecord,
    ConnectorRecord,
    CreationRequest,
    DeclaredEnvironment,
    Deployment,
    DlpConfirmation,
    LicenceCount,
    Name,
    Operation,
    Population,
    Retirement,
    Review,
    Stage,
    Watch,
)
from pllint.model.lifecycle import Coverage, Evidence, Headcount, Requirement, State, Unregistered
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.source import Anchor

QUARTER = 92
"""Days; a quarter is over on the day after."""
_ALL = frozenset(Stage)
_DEPLOYED = frozenset({Stage.PRODUCTION, Stage.RETIRED})
_LIVE = frozenset({Stage.PRODUCTION})
_REFUSED = frozenset({"rejected", "refused", "declined", "denied", "failed"})
_GATEWAY = ".azure-api.net"

_IT = "IT security"
_COE = "the Centre of Excellence"

REQUIREMENTS = tuple(
    Requirement(check=check, stage=stage, words=words, owner=owner, asked_in=asked_in)
    for check, stage, words, owner, asked_in in (
        ("owner-missing", Stage.REQUEST, "has an owner", "the connector's team", _ALL),
        ("creation-review-missing", Stage.REQUEST, "was reviewed by IT", _IT, _ALL),
        (
            "creation-review-incomplete",
            Stage.REQUEST,
            "was reviewed for endpoint, authentication, data and use case",
            _IT,
            _ALL,
        ),
        ("created-before-review", Stage.REQUEST, "was reviewed before it was in a shared environment", _IT, _ALL),
        ("evidence-outdated", Stage.REQUEST, "is still what was reviewed", _IT, _ALL),
        (
            "developed-outside-developer-environment",
            Stage.DEVELOPMENT,
            "is developed in a developer environment",
            "the maker",
            _ALL,
        ),
        (
            "shared-test-uncontrolled",
            Stage.DEVELOPMENT,
            "is tested in a sandbox that IT manages, with a data policy",
            _COE,
            _ALL,
        ),
        ("security-review-missing", Stage.DEPLOYMENT, "has a security review", _IT, _DEPLOYED),
        ("dlp-confirmation-missing", Stage.DEPLOYMENT, "has its data group confirmed", _COE, _DEPLOYED),
        (
            "licence-verification-missing",
            Stage.DEPLOYMENT,
            "has its people's licences counted",
            "the licence administrator",
            _DEPLOYED,
        ),
        (
            "licence-verification-stale",
            Stage.DEPLOYMENT,
            "has a licence count that still holds",
            "the licence administrator",
            _ALL,
        ),
        ("deployment-approval-missing", Stage.DEPLOYMENT, "is approved for production", _COE, _DEPLOYED),
        ("approval-by-maker", Stage.DEPLOYMENT, "is approved by somebody else than its maker", _COE, _ALL),
        ("usage-monitoring-missing", Stage.PRODUCTION, "has its use watched", _COE, _LIVE),
        (
            "spot-check-overdue",
            Stage.PRODUCTION,
            "has its licences spot-checked every quarter",
            "the licence administrator",
            _LIVE,
        ),
        ("rate-limit-unmonitored", Stage.PRODUCTION, "has its rate limit watched", "the app owner", _LIVE),
        ("apim-recommended", Stage.PRODUCTION, "is behind API Management", "the connector's team", _LIVE),
        ("stage-out-of-order", Stage.REQUEST, "went through its stages in order", _COE, _ALL),
        ("evidence-dated-in-future", Stage.REQUEST, "has no record from the future", _COE, _ALL),
    )
)
"""The table of stages, in its order."""


class Proof(NamedTuple):
    """What one judgement found: a state, the words for it and the place."""

    state: State
    words: str
    at: Anchor
    related: tuple[tuple[str, Anchor], ...] = ()


class Stages:
    """Answers for one workspace on one day."""

    def __init__(
        self,
        workspace: Workspace,
        as_of: str,
        governed: Callable[[Environment], bool],
        definitions: Definitions,
        *,
        growth: int,
    ) -> None:
        self.growth = growth
        self._workspace = workspace
        self._as_of = as_of
        self._governed = governed
        self._definitions = definitions
        self._evidence: dict[int, tuple[Evidence, ...]] = {}

    @cached_property
    def connectors(self) -> tuple[ConnectorRecord, ...]:
        """Give the registered connectors: about one without a stage nothing is judged but that."""
        governance = self._workspace.governance
        return tuple(record for record in governance.connectors if record.stage) if governance else ()

    def names(self, record: ConnectorRecord) -> ConnectorNames:
        """Give the names a registered connector has in the source, and its definitions there."""
        return self._names[id(record)]

    @cached_property
    def _names(self) -> dict[int, ConnectorNames]:
        return {id(record): self._definitions.names(record.name, record) for record in self._records}

    def record_of(self, name: str, definition: CustomConnector | None = None) -> ConnectorRecord | None:
        """Find the record of a custom connector of the source, by its definition or by name."""
        if definition is not None and (record := self._by_definition.get(id(definition))):
            return record
        full, short = custom_names(name)
        return self._by_word.get(full) or self._by_word.get(short)

    def record_of_use(self, use: ConnectorUse) -> ConnectorRecord | None:
        """Find the record of the custom connector that a component uses."""
        if not use.custom:
            return None
        found = self.record_of(use.connector, self._workspace.definition_of(use))
        return found or self._by_word.get((use.display_name or "").strip().lower())

    @cached_property
    def _by_definition(self) -> dict[int, ConnectorRecord]:
        index: dict[int, ConnectorRecord] = {}
        for record in self._records:
            for definition in self._names[id(record)].definitions:
                index.setdefault(id(definition), record)
        return index

    @cached_property
    def _by_word(self) -> dict[str, ConnectorRecord]:
        index: dict[str, ConnectorRecord] = {}
        for record in self._records:
            for word in sorted(self._names[id(record)].words):
                index.setdefault(word, record)
        return index

    @property
    def _records(self) -> tuple[ConnectorRecord, ...]:
        governance = self._workspace.governance
        return governance.connectors if governance else ()

    @cached_property
    def runs_gateway(self) -> bool:
        """Tell whether the organisation runs API Management: some connector is behind it."""
        return any(one.api_management for one in self.connectors)

    @cached_property
    def retirements(self) -> dict[str, Retirement]:
        """The retirements of connectors, by name in lower case."""
        governance = self._workspace.governance
        index: dict[str, Retirement] = {}
        for one in governance.retirements if governance else ():
            if one.connector:
                index.setdefault(one.connector.strip().lower(), one)
        return index

    @cached_property
    def unregistered(self) -> tuple[Unregistered, ...]:
        """Give the custom connectors without a record or a stage: records first, then definitions, then mere uses."""
        found = [
            Unregistered(name=record.name, id=self.id_of(record), at=record.at, record=record)
            for record in self._records
            if record.stage is None
        ]
        # A connector that lies here several times is one connector, and takes one record.
        titled: dict[str, CustomConnector] = {}
        for definition in self._workspace.custom_connectors:
            if self.record_of(definition.name, definition) is None:
                titled.setdefault(definition.display_name.strip().lower(), definition)
        found += [
            Unregistered(
                name=definition.display_name,
                id=definition.name,
                at=definition.at,
                users=tuple(self._workspace.users_of(definition.name)),
                defined=True,
            )
            for definition in titled.values()
        ]
        return (*found, *self._used_only())

    def _used_only(self) -> Iterator[Unregistered]:
        used: dict[str, Unregistered] = {}
        for component in self._workspace.components:
            for use in component.uses:
                if not use.custom or self._workspace.definition_of(use) is not None or self.record_of_use(use):
                    continue
                key = custom_names(use.connector)[0]
                first = used.get(key)
                name = use.display_name or custom_names(use.connector)[1]
                used[key] = (
                    first._replace(users=(*first.users, component))
                    if first
                    else Unregistered(name=name, id=use.connector, at=use.at, users=(component,))
                )
        yield from used.values()

    def id_of(self, record: ConnectorRecord) -> str:
        """Give the id a report uses for a registered connector."""
        definition = self.names(record).definition
        return definition.name if definition else record.id or record.name

    def users(self, record: ConnectorRecord) -> Sequence[Component]:
        """Give the components that use a registered connector, and the apps that call such flows."""
        direct = self._users.get(id(record), ())
        callers = [caller for component in direct for caller in self._workspace.callers_of(component)]
        return list({id(component): component for component in (*direct, *callers)}.values())

    @cached_property
    def _users(self) -> dict[int, list[Component]]:
        index: dict[int, list[Component]] = {}
        for component in self._workspace.components:
            for record in (self.record_of_use(use) for use in component.uses):
                if record is not None:
                    index.setdefault(id(record), []).append(component)
        return index

    def population_now(self, record: ConnectorRecord) -> Headcount | None:
        """Count the people the apps of a connector are shared with today: at least so many."""
        governance = self._workspace.governance
        if governance is None:
            return None
        groups: dict[str, Population] = {}
        stated: list[Headcount] = []
        for component in self.users(record):
            for app in self._workspace.records_of(component) if component.kind in APPS else ():
                if not isinstance(app, AppRecord) or app.retired:
                    continue
                if app.people is not None:
                    stated.append(Headcount(app.people, f"the app '{app.name}'", app.at / "people"))
                    continue
                shared = {name.text.strip().lower() for name in app.shared_with or ()}
                groups |= {
                    one.name.lower(): one for one in governance.populations if one.name.strip().lower() in shared
                }
        counted = [
            one
            for one in groups.values()
            if one.people is not None and (one.within is None or one.within.text.strip().lower() not in groups)
        ]
        if counted:
            people = sum(one.people or 0 for one in counted)
            who = ", ".join(f"{one.name} {one.people:,}" for one in counted)
            stated.append(Headcount(people, who, counted[0].at))
        return max(stated, key=lambda one: one.people) if stated else None

    def next_spot_check(self, record: ConnectorRecord) -> str | None:
        """Give the last day on which the next spot check of licences is in time; None without a check or approval."""
        approved = record.deployment.approved if record.deployment else None
        looks = record.operation.spot_checks if record.operation else ()
        days = [one.date for one in (approved, *looks) if one and one.date and one.date <= self._as_of]
        return _later(max(days), QUARTER) if days else None

    def coverage(self, record: ConnectorRecord) -> Coverage | None:
        """Give the newest count of people and their licences: of the licence count or of a spot check."""
        counts: list[tuple[str, Coverage]] = []
        count = record.deployment.licences if record.deployment else None
        if count and count.people is not None and count.available is not None:
            words = f"the licence count{f' of {count.date}' if count.date else ''}"
            counts.append((count.date or "", Coverage(count.people, count.available, words, count.at)))
        for look in record.operation.spot_checks if record.operation else ():
            if look.people is not None and look.licensed is not None:
                words = f"the spot check{f' of {look.date}' if look.date else ''}"
                counts.append((look.date or "", Coverage(look.people, look.licensed, words, look.at)))
        known = [one for one in counts if one[0] <= self._as_of]
        return max(known, key=lambda one: one[0])[1] if known else None

    def evidence(self, record: ConnectorRecord) -> tuple[Evidence, ...]:
        """Give what the records prove of every requirement, in the order of the table.

        A requirement has no line when there is nothing to judge, and several when several things are wrong.
        """
        if id(record) not in self._evidence:
            self._evidence[id(record)] = tuple(self._judged(record))
        return self._evidence[id(record)]

    def _judged(self, record: ConnectorRecord) -> Iterator[Evidence]:
        life = _Life(self, record, self._workspace, self._as_of, self._governed)
        for requirement in REQUIREMENTS:
            asked = record.stage in requirement.asked_in
            if requirement.check == "creation-review-missing" and record.stage in {Stage.REQUEST, Stage.DEVELOPMENT}:
                asked = bool(life.shared_places)
            for proof in _JUDGES[requirement.check](life):
                yield Evidence(
                    requirement=requirement,
                    record=record,
                    state=proof.state,
                    words=proof.words,
                    at=proof.at,
                    asked=asked,
                    related=proof.related,
                )


class _Life:
    """One registered connector with what the judgements ask of it."""

    def __init__(
        self,
        stages: Stages,
        record: ConnectorRecord,
        workspace: Workspace,
        as_of: str,
        governed: Callable[[Environment], bool],
    ) -> None:
        self.record = record
        self.as_of = as_of
        self._stages = stages
        self._workspace = workspace
        self._governed = governed
        at = record.at
        self.request = record.request or CreationRequest(at=at)
        self.reviewed = self.request.reviewed
        self.deployment = record.deployment or Deployment(at=at)
        self.operation = record.operation or Operation(at=at)

    @property
    def definitions(self) -> Sequence[CustomConnector]:
        return self._stages.names(self.record).definitions

    @cached_property
    def population(self) -> Headcount | None:
        return self._stages.population_now(self.record)

    @cached_property
    def next_spot_check(self) -> str | None:
        return self._stages.next_spot_check(self.record)

    @cached_property
    def shared_places(self) -> tuple[str, ...]:
        """The environments it lies in that are not declared to be one person's."""
        return tuple(name.text for name in self.record.environments if not self.is_personal(name))

    def declared(self, name: Name) -> DeclaredEnvironment | None:
        governance = self._workspace.governance
        wanted = name.text.strip().lower()
        for one in governance.environments if governance else ():
            if wanted in {one.name.strip().lower(), (one.id or one.name).lower()}:
                return one
        return None

    def type_of(self, declared: DeclaredEnvironment) -> str | None:
        known = self._workspace.environment(declared.name)
        return declared.type or (known.type if known else None)

    def is_personal(self, name: Name) -> bool:
        declared = self.declared(name)
        return declared is not None and self.type_of(declared) == EnvironmentType.DEVELOPER

    def is_governed(self, declared: DeclaredEnvironment) -> bool:
        if declared.policies:
            return True
        known = self._workspace.environment(declared.name)
        return known is not None and self._governed(known)

    def hosts(self, definition: CustomConnector) -> set[str]:
        """Give every host a definition is known to have, of any stage, lower case."""
        known = [definition.host.name]
        if definition.host.variable is not None:
            places = self._workspace.environments
            known += [self._workspace.connector_in(definition, one).host.name for one in places]
        return {_bare(host) for host in known if host}

    @property
    def behind_gateway(self) -> bool:
        return self.record.api_management is True or any(
            host.endswith(_GATEWAY) for definition in self.definitions for host in self.hosts(definition)
        )

    @property
    def runs_gateway(self) -> bool:
        return self._stages.runs_gateway

    @property
    def growth_allowed(self) -> int:
        return self._stages.growth

    @property
    def retirement(self) -> Retirement | None:
        return self._stages.retirements.get(self.record.name.strip().lower())

    @property
    def looks(self) -> tuple[tuple[str, str | None, Anchor], ...]:
        """The looks of operation: what was looked at, when, and where it is recorded."""
        watches = (("look at its use", self.operation.usage), ("look at its rate limit", self.operation.rate_limit))
        return (
            *((what, watch.date, watch.at) for what, watch in watches if watch),
            *(("spot check", look.date, look.at) for look in self.operation.spot_checks),
        )


def _owner(life: _Life) -> Iterator[Proof]:
    if owner := (life.record.owner or "").strip():
        yield Proof(State.MET, owner, life.record.at / "owner")
    else:
        yield Proof(State.MISSING, "has no owner", life.record.at)


def _creation_review(life: _Life) -> Iterator[Proof]:
    if life.reviewed is None:
        places = f" and lies in {_listed(life.shared_places)}" if life.shared_places else ""
        at = life.record.request.at if life.record.request else life.record.at
        yield Proof(State.MISSING, f"has no creation review on record{places}", at)
    else:
        yield _recorded("creation review", life.reviewed)


def _creation_review_complete(life: _Life) -> Iterator[Proof]:
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


def _created(life: _Life) -> Iterator[Proof]:
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
            f"was made{where} on {created.date}, {_days(created.date, reviewed.date)} before its creation review of"
            f" {reviewed.date}",
            created.at / "date",
            (("reviewed here", reviewed.at),),
        )
    else:
        yield Proof(State.MET, f"made on {created.date}, reviewed on {reviewed.date}", created.at)


def _outdated(life: _Life) -> Iterator[Proof]:
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


def _changes(life: _Life, definition: CustomConnector) -> Iterator[tuple[str, Anchor, tuple[tuple[str, Anchor], ...]]]:
    request, was = life.request, f"was reviewed{_on(life.reviewed)} for"
    hosts = life.hosts(definition)
    endpoint = _bare(request.endpoint) if request.endpoint else None
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


def _developed(life: _Life) -> Iterator[Proof]:
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


def _tested(life: _Life) -> Iterator[Proof]:
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


def _security_review(life: _Life) -> Iterator[Proof]:
    yield _record_or_none("security review", life.deployment.security_review, life)


def _dlp_confirmation(life: _Life) -> Iterator[Proof]:
    yield _record_or_none("confirmed data group", life.deployment.dlp, life)


def _licence_count(life: _Life) -> Iterator[Proof]:
    yield _record_or_none("licence count", life.deployment.licences, life)


def _approval(life: _Life) -> Iterator[Proof]:
    yield _record_or_none("deployment approval", life.deployment.approved, life)


def _record_or_none(what: str, record: Review | DlpConfirmation | LicenceCount | None, life: _Life) -> Proof:
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


def _stale(life: _Life) -> Iterator[Proof]:
    count = life.deployment.licences
    if count is None:
        return
    proofs = [*_grown(life, count), *_aged(life, count)]
    yield from proofs or [Proof(State.MET, _signed(count), count.at)]


def _grown(life: _Life, count: LicenceCount) -> Iterator[Proof]:
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


def _aged(life: _Life, count: LicenceCount) -> Iterator[Proof]:
    approved = life.deployment.approved
    if count.date is None or (approved is not None and approved.date is None):
        undated = "licence count" if count.date is None else "deployment approval"
        yield Proof(State.UNKNOWN, f"has a {undated} without a date", count.at)
        return
    until = approved.date if approved and approved.date else life.as_of
    age = _between(count.date, until)
    if age > QUARTER:
        when = f"before its approval of {until}" if approved else "ago, and is not approved yet"
        yield Proof(
            State.STALE,
            f"had its licences counted on {count.date}, {age} days {when}",
            count.at / "date",
            (("approved here", approved.at),) if approved else (),
        )


def _approver(life: _Life) -> Iterator[Proof]:
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


def _usage(life: _Life) -> Iterator[Proof]:
    yield _watched("look at its use", life.operation.usage, life)


def _rate_limit(life: _Life) -> Iterator[Proof]:
    yield _watched("watch on its rate limit", life.operation.rate_limit, life)


def _watched(what: str, watch: Watch | None, life: _Life) -> Proof:
    if watch is None:
        return Proof(State.MISSING, f"has no {what} on record", life.operation.at)
    return Proof(State.MET, _signed(watch), watch.at)


def _spot_check(life: _Life) -> Iterator[Proof]:
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
    since = f"the last one on {_later(due, -QUARTER)}" if after_look else f"approved on {_later(due, -QUARTER)}"
    at = last.at if last and after_look else approved.at if approved else life.operation.at
    if due < life.as_of:
        late = _between(due, life.as_of)
        yield Proof(
            State.STALE,
            f"was due for a spot check of its licences by {due}, {late} {'day' if late == 1 else 'days'} ago; {since}",
            at,
        )
    else:
        yield Proof(State.MET, f"{since}, next due by {due}", at)


def _gateway(life: _Life) -> Iterator[Proof]:
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


def _order(life: _Life) -> Iterator[Proof]:
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


def _future(life: _Life) -> Iterator[Proof]:
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


_JUDGES: dict[str, Callable[[_Life], Iterator[Proof]]] = {
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


def _bare(endpoint: str) -> str:
    """Give the host of an endpoint written as a host, with or without scheme, port and path."""
    address = endpoint.strip().lower()
    return (address.partition("://")[2] or address).partition("/")[0].partition(":")[0]


def _on(record: Review | DlpConfirmation | LicenceCount | None) -> str:
    return f" on {record.date}" if record and record.date else ""


def _listed(words: Sequence[str], last: str = "and") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def _between(first: str, second: str) -> int:
    return (datetime.date.fromisoformat(second) - datetime.date.fromisoformat(first)).days


def _days(first: str, second: str) -> str:
    days = _between(first, second)
    return f"{days} {'day' if days == 1 else 'days'}"


def _later(date: str, days: int) -> str:
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()
