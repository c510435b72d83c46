"""Which environments a component goes to: by settings, deployment settings or manifest, else all known ones."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property

from pllint.model.connector_id import custom_names
from pllint.model.environment import ANY_OTHER, Environment, EnvironmentType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pllint.model.component import Component
    from pllint.model.custom_connector import CustomConnector
    from pllint.model.governance import ConnectorRecord
    from pllint.model.solution import Solution
    from pllint.model.workspace import Workspace
    from pllint.settings import Settings


class Targets:
    """Answers for one workspace, remembered per solution."""

    def __init__(self, workspace: Workspace, settings: Settings, asked: tuple[Environment, ...] = ()) -> None:
        """Take a workspace; environments that are `asked` for come before anything the files say."""
        self._workspace = workspace
        self._asked = asked
        self._settings = settings
        self._of_solution: dict[str, tuple[Environment, ...]] = {}

    def of(self, component: Component) -> Sequence[Environment]:
        """Give the target environments in a fixed order; never empty."""
        if self._asked:
            return self._asked
        return self.of_solution(component.solution or "") or self._of_record(component) or self._everywhere

    def of_connector(self, connector: CustomConnector, users: Sequence[Component]) -> Sequence[Environment]:
        """Give where a custom connector goes: with its users, else as its record says, else with its solution."""
        if self._asked:
            return self._asked
        followed = dict.fromkeys(environment for user in users for environment in self.of(user))
        if followed:
            return tuple(followed)
        record = self._connector_record(connector)
        if record is not None and record.environments:
            return tuple(self._named(name.text) for name in record.environments)
        return self.of_solution(connector.solution or "") or self._everywhere

    def _connector_record(self, connector: CustomConnector) -> ConnectorRecord | None:
        governance = self._workspace.governance
        if governance is None:
            return None
        name = custom_names(connector.name)[0]
        title = connector.display_name.strip().lower()
        path = connector.definition_at.source.path if connector.definition_at else None
        for record in governance.connectors:
            by_id = record.id is not None and custom_names(record.id)[0] == name
            if by_id or (path is not None and record.definition == path) or record.name.strip().lower() == title:
                return record
        return None

    def of_solution(self, unique_name: str) -> tuple[Environment, ...]:
        """Give the environments that settings or deployment settings name for a solution; empty when none do."""
        if unique_name not in self._of_solution:
            self._of_solution[unique_name] = self._of_settings(unique_name) or self._of_deployment(unique_name)
        return self._of_solution[unique_name]

    @cached_property
    def _everywhere(self) -> tuple[Environment, ...]:
        known = [e for e in self._workspace.environments if e.type is not EnvironmentType.DEVELOPER]
        return (*known, ANY_OTHER)

    def _of_settings(self, unique_name: str | None) -> tuple[Environment, ...]:
        name = (unique_name or "").lower()
        wanted: dict[str, Environment] = {}
        for target in self._settings.targets:
            if fnmatchcase(name, target.solution.lower()):
                for environment in target.environments:
                    wanted.setdefault(environment.lower(), self._named(environment))
        return tuple(wanted.values())

    def unknown_stages(self, unique_name: str) -> tuple[str, ...]:
        """Give the stages that deployment settings send a solution to, and that no environment goes by."""
        if self._of_settings(unique_name):
            return ()
        stages = dict.fromkeys(self._stages(unique_name))
        return tuple(stage for stage in stages if self._workspace.environment(stage) is None)

    def _of_deployment(self, unique_name: str) -> tuple[Environment, ...]:
        known = map(self._workspace.environment, self._stages(unique_name))
        found = {environment.name: environment for environment in known if environment is not None}
        return tuple(found.values())

    def _stages(self, unique_name: str) -> Iterator[str]:
        """Give the stages of the deployment settings that name something a solution holds."""
        solution = self._workspace.solution(unique_name)
        held = _names_held(solution) if solution is not None else set()
        for settings in self._workspace.deployment_settings:
            named = {name.lower() for name, _, _ in (*settings.references, *settings.variables)}
            if settings.stage is not None and named & held:
                yield settings.stage

    def _of_record(self, component: Component) -> tuple[Environment, ...]:
        named = [record.environment.text for record in self._workspace.records_of(component) if record.environment]
        return tuple(dict.fromkeys(map(self._named, named)))

    def _named(self, name: str) -> Environment:
        return self._workspace.environment(name) or Environment(name=name, at=None)


def _names_held(solution: Solution) -> set[str]:
    references = {reference.logical_name.lower() for reference in solution.connection_references}
    return references | {variable.schema_name.lower() for variable in solution.environment_variables}
