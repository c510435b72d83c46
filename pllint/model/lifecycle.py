"""What lifecycle records and the source together show: evidence of stages, what the retired left, uses of HTTP."""

from __future__ import annotations

from enum import StrEnum

from pllint.model.governance import ConnectorRecord, Stage
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pllint.model.component import Component, ConnectorUse, Step
    from pllint.model.governance import AppRecord, Approval, FlowRecord, Governance, Retirement
    from pllint.model.policy import DataGroup, DlpPolicy
    from pllint.source import Anchor


class Retired(NamedTuple):
    """An app, a flow or a connector that is retired, by its own record or by one under `retirements`."""

    kind: str
    """app, flow or connector."""
    name: str
    at: Anchor
    """Where the manifest says so."""
    record: AppRecord | FlowRecord | ConnectorRecord | None = None
    retirement: Retirement | None = None


def retired_on(governance: Governance, day: str) -> Iterator[Retired]:
    """Give what is retired on a day (ISO), in the order of the manifest; a retirement to come is none yet."""
    recorded = list(_recorded(governance))
    told: set[tuple[str, str]] = set()
    for retirement in governance.retirements:
        for kind, name in retirement.things:
            key = (kind, name.strip().lower())
            records = [record for of, record in recorded if (of, record.name.strip().lower()) == key]
            if _is_retired(kind, records, retirement, day):
                told.add(key)
                record = records[0] if records else None
                yield Retired(kind=kind, name=name, at=retirement.at / kind, record=record, retirement=retirement)
    for kind, record in recorded:
        if says_retired(record) and (kind, record.name.strip().lower()) not in told:
            at = record.at / ("stage" if isinstance(record, ConnectorRecord) else "retired")
            yield Retired(kind=kind, name=record.name, at=at, record=record)


def _is_retired(
    kind: str, records: Sequence[AppRecord | FlowRecord | ConnectorRecord], retirement: Retirement, day: str
) -> bool:
    """Tell whether what a record retires is retired on a day: a registered connector is in the stage it says."""
    if any(map(says_retired, records)):
        return True
    return (retirement.date or "") <= day and not (kind == "connector" and records)


def says_retired(record: AppRecord | FlowRecord | ConnectorRecord) -> bool:
    """Tell whether a record itself says that its app, flow or connector is retired."""
    if isinstance(record, ConnectorRecord):
        return record.stage is Stage.RETIRED
    return record.retired is True


def _recorded(governance: Governance) -> Iterator[tuple[str, AppRecord | FlowRecord | ConnectorRecord]]:
    yield from (("app", app) for app in governance.apps)
    yield from (("flow", flow) for flow in governance.flows)
    yield from (("connector", connector) for connector in governance.connectors)


class Headcount(NamedTuple):
    """A number of people, and which record counted them."""

    people: int
    counted_by: str
    at: Anchor


class Coverage(NamedTuple):
    """How many people a connector had when somebody last counted, and how many licences there were for them."""

    people: int
    licensed: int
    words: str
    """Which record counted them."""
    at: Anchor


class Listing(NamedTuple):
    """A line of a policy that names a connector, or a URL pattern made for its host alone."""

    policy: DlpPolicy
    group: DataGroup
    at: Anchor
    pattern: str | None = None
    custom: bool = False
    """It is the line of a custom connector."""


class RetiredUse(NamedTuple):
    """A component that uses a connector."""

    component: Component
    use: ConnectorUse


class HttpUse(NamedTuple):
    """The steps by which a component calls addresses over HTTP."""

    component: Component
    uses: tuple[ConnectorUse, ...]

    @property
    def at(self) -> Anchor:
        """Give the first of the steps."""
        return self.uses[0].at

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give every step, of all the connectors."""
        return tuple(step for use in self.uses for step in use.steps)


class Refusal(NamedTuple):
    """An approval that speaks of HTTP and this flow and yet does not hold."""

    approval: Approval
    reason: str


class State(StrEnum):
    """How things stand with one requirement of a stage."""

    MET = "met"
    MISSING = "missing"
    STALE = "stale"
    """There is a record, and things have moved on since."""
    UNKNOWN = "unknown"
    """A record leaves out what the comparison needs."""


class Requirement(NamedTuple):
    """One thing that must be true of a connector at a stage and at every later one."""

    check: str
    """The name of the check that reports it."""
    stage: Stage
    """The stage it belongs to."""
    words: str
    owner: str
    """Who has to act when it is not met."""
    asked_in: frozenset[Stage]
    """The stages in which the check looks at it."""


class Evidence(NamedTuple):
    """What the records and the source say of one requirement of one connector on the day."""

    requirement: Requirement
    record: ConnectorRecord
    state: State
    words: str
    """Met: what proves it. Else what is wrong, to be read behind the connector's name."""
    at: Anchor
    asked: bool = True
    """The connector's stage asks for it."""
    related: tuple[tuple[str, Anchor], ...] = ()


class Unregistered(NamedTuple):
    """A custom connector that no record registers: in the source without an entry, or an entry without a stage."""

    name: str
    id: str
    at: Anchor
    record: ConnectorRecord | None = None
    users: tuple[Component, ...] = ()
    defined: bool = False
