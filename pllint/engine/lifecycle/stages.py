"""Stages of a custom connector: its record among those of the manifest, and what is known of it on the day."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pllint.engine.lifecycle.days import QUARTER, later
from pllint.engine.lifecycle.life import Life
from pllint.engine.lifecycle.names import ConnectorNames, Definitions
from pllint.engine.lifecycle.proofs import JUDGES
from pllint.engine.lifecycle.requirements import REQUIREMENTS
from pllint.model.component import APPS, Component, ConnectorUse
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.governance import AppRecord, ConnectorRecord, Population, Retirement, Stage
from pllint.model.lifecycle import Coverage, Evidence, Headcount, Unregistered
from pllint.model.workspace import Workspace


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
        return later(max(days), QUARTER) if days else None

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
        life = Life(self, record, self._workspace, self._as_of, self._governed)
        for requirement in REQUIREMENTS:
            asked = record.stage in requirement.asked_in
            if requirement.check == "creation-review-missing" and record.stage in {Stage.REQUEST, Stage.DEVELOPMENT}:
                asked = bool(life.shared_places)
            for proof in JUDGES[requirement.check](life):
                yield Evidence(
                    requirement=requirement,
                    record=record,
                    state=proof.state,
                    words=proof.words,
                    at=proof.at,
                    asked=asked,
                    related=proof.related,
                )
