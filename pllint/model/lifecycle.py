"""What lifecycle records and the source together show: retirements, what is left of them, and uses of HTTP."""

from pllint.model.component import Component, ConnectorUse, Step
from pllint.model.governance import AppRecord, Approval, ConnectorRecord, FlowRecord, Retirement
from pllint.model.policy import DataGroup, DlpPolicy
from pllint.record import NamedTuple
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


class Headcount(NamedTuple):
    """A number of people, and which record counted them."""

    people: int
    counted_by: str
    at: Anchor


class Listing(NamedTuple):
    """A line of a policy that names a connector, or a URL pattern made for its host alone."""

    policy: DlpPolicy
    group: DataGroup
    at: Anchor
    pattern: str | None = None


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
