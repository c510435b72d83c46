"""One registered connector with what the judgements ask of it: its records, its definitions, where it lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import (
    ConnectorRecord,
    CreationRequest,
    DeclaredEnvironment,
    Deployment,
    Name,
    Operation,
    Retirement,
)
from pllint.model.lifecycle import Headcount
from pllint.model.workspace import Workspace
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.engine.lifecycle.stages import Stages

_GATEWAY = ".azure-api.net"


class Life:
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
        """Give its definitions in the source."""
        return self._stages.names(self.record).definitions

    @cached_property
    def population(self) -> Headcount | None:
        """The people its apps are shared with today, at least."""
        return self._stages.population_now(self.record)

    @cached_property
    def next_spot_check(self) -> str | None:
        """The last day on which the next spot check is in time."""
        return self._stages.next_spot_check(self.record)

    @cached_property
    def shared_places(self) -> tuple[str, ...]:
        """The environments it lies in that are not declared to be one person's."""
        return tuple(name.text for name in self.record.environments if not self.is_personal(name))

    def declared(self, name: Name) -> DeclaredEnvironment | None:
        """Find the declaration of an environment by name or id."""
        governance = self._workspace.governance
        wanted = name.text.strip().lower()
        for one in governance.environments if governance else ():
            if wanted in {one.name.strip().lower(), (one.id or one.name).lower()}:
                return one
        return None

    def type_of(self, declared: DeclaredEnvironment) -> str | None:
        """Give the type of an environment, as declared or as the source lists it."""
        known = self._workspace.environment(declared.name)
        return declared.type or (known.type if known else None)

    def is_personal(self, name: Name) -> bool:
        """Tell whether an environment is one person's."""
        declared = self.declared(name)
        return declared is not None and self.type_of(declared) == EnvironmentType.DEVELOPER

    def is_governed(self, declared: DeclaredEnvironment) -> bool:
        """Tell whether a data policy reaches an environment."""
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
        return {bare(host) for host in known if host}

    @property
    def behind_gateway(self) -> bool:
        """Tell whether it is behind API Management, by its record or its host."""
        return self.record.api_management is True or any(
            host.endswith(_GATEWAY) for definition in self.definitions for host in self.hosts(definition)
        )

    @property
    def runs_gateway(self) -> bool:
        """Tell whether the organisation runs API Management."""
        return self._stages.runs_gateway

    @property
    def growth_allowed(self) -> int:
        """Give by how many per cent its population may grow before it is counted again."""
        return self._stages.growth

    @property
    def retirement(self) -> Retirement | None:
        """Give the record of its retirement."""
        return self._stages.retirements.get(self.record.name.strip().lower())

    @property
    def looks(self) -> tuple[tuple[str, str | None, Anchor], ...]:
        """The looks of operation: what was looked at, when, and where it is recorded."""
        watches = (("look at its use", self.operation.usage), ("look at its rate limit", self.operation.rate_limit))
        return (
            *((what, watch.date, watch.at) for what, watch in watches if watch),
            *(("spot check", look.date, look.at) for look in self.operation.spot_checks),
        )


def bare(endpoint: str) -> str:
    """Give the host of an endpoint written as a host, with or without scheme, port and path."""
    address = endpoint.strip().lower()
    return (address.partition("://")[2] or address).partition("/")[0].partition(":")[0]
