"""Where apps, flows and custom connectors are, as far as files prove it, and the stage of life that follows.

What an inventory lists is there, and what settings, deployment settings or records send somewhere goes there. No name
is read for what it may mean: that an environment is a production one is known from its type alone.
"""

from collections.abc import Iterable, Sequence

from pllint.check import Context
from pllint.engine.targets import Targets
from pllint.model.component import Component
from pllint.model.connector_id import custom_names
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import Stage
from pllint.record import NamedTuple

_LIVE = frozenset({EnvironmentType.PRODUCTION, EnvironmentType.DEFAULT})
_TEST = frozenset({EnvironmentType.SANDBOX, EnvironmentType.DEVELOPER, EnvironmentType.TRIAL})


class Whereabouts(NamedTuple):
    """Where something is."""

    environments: tuple[Environment, ...] = ()
    """By name."""
    unknown: tuple[str, ...] = ()
    """Environments that files name and none describes."""


class Places:
    """Answers for one workspace."""

    def __init__(self, context: Context) -> None:
        self._workspace = context.workspace
        self._targets = Targets(context.workspace, context.settings)
        self._retired = {one.name.strip().lower() for one in context.lifecycle.retired if one.kind == "connector"}
        self._contested = {one.environment for one in context.workspace.findings if one.check == "SRC011"}

    def is_contested(self, environment: Environment) -> bool:
        """Tell whether two files say different things of an environment."""
        return environment.name in self._contested

    def type_of(self, environment: Environment) -> EnvironmentType | None:
        """Give what kind of environment it is; None where no file says so, or two say different things."""
        if environment.is_default:
            return EnvironmentType.DEFAULT
        return None if self.is_contested(environment) else environment.type

    def of_connector(self, name: str, solution: str | None, users: Sequence[Component]) -> Whereabouts:
        """Give where a custom connector is: where it is listed or has connections, and where it or its users go."""
        inventory, wanted = self._workspace.inventory, custom_names(name)[0]
        named = [one.environment for one in inventory.connectors if one.custom and _is(one.connector, wanted)]
        named += [one.environment for one in inventory.connections if _is(one.connector, wanted)]
        for user in users:
            named += [one.environment.text for one in self._workspace.records_of(user) if one.environment]
        for one in dict.fromkeys([solution, *(user.solution for user in users)]):
            named += self._destinations(one)
        return self._whereabouts(named)

    def stage(self, names: Iterable[str], where: Whereabouts) -> Stage:
        """Give the stage that the facts show of a custom connector that lies in source or is used there.

        It is past its request, so it is being developed; in production or in the default environment it is in
        production; and a record of its retirement is one.
        """
        if any(name.strip().lower() in self._retired for name in names):
            return Stage.RETIRED
        live = any(self.type_of(environment) in _LIVE for environment in where.environments)
        return Stage.PRODUCTION if live else Stage.DEVELOPMENT

    def of_component(self, component: Component) -> Whereabouts:
        """Give where an app or a flow is: where inventories list it, else where its solution goes."""
        listed = [one.environment for one in self._workspace.listed_as(component) if one.environment]
        return self._whereabouts(listed or self._destinations(component.solution))

    def in_use(self, component: Component) -> Environment | None:
        """Give the one environment that people use an app or a flow in; None when the files do not settle it.

        It is the only one that lists it, or the only one it is in or goes to that is not for testing.
        """
        where = self.of_component(component)
        if where.unknown:
            return None
        found = where.environments
        if len(found) == 1 and self._workspace.listed_as(component):
            return found[0]
        types = [self.type_of(environment) for environment in found]
        if any(kind not in _LIVE | _TEST for kind in types):
            return None
        live = [environment for environment, kind in zip(found, types, strict=True) if kind in _LIVE]
        return live[0] if len(live) == 1 else None

    def _destinations(self, solution: str | None) -> list[str]:
        """Give the environments, and the stages of deployment settings, that a solution is meant for."""
        known = [environment.name for environment in self._targets.of_solution(solution or "")]
        return [*known, *self._targets.unknown_stages(solution or "")]

    def _whereabouts(self, names: Iterable[str | None]) -> Whereabouts:
        found: dict[str, Environment] = {}
        unknown: set[str] = set()
        for name in names:
            known = self._workspace.environment(name) if name else None
            if known is not None:
                found[known.name] = known
            elif name:
                unknown.add(name)
        return Whereabouts(tuple(found[name] for name in sorted(found)), tuple(sorted(unknown)))


def _is(connector: str, wanted: str) -> bool:
    return custom_names(connector)[0] == wanted
