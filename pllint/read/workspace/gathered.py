"""What has been read so far: the reader of each group adds what it finds, and looks up what others declared."""

from __future__ import annotations

from pllint.read.policy_files import PolicyFiles
from pllint.record import NamedTuple
from pllint.source import Source
from pllint.text.problem import Problem, ProblemKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pllint.catalogue.plans import Plans
    from pllint.model.component import Component
    from pllint.model.connector_definition import ConnectorDefinition
    from pllint.model.environment import Environment
    from pllint.model.solution import ConnectionReference, DeploymentSettings, EnvironmentVariable, Solution
    from pllint.read.agent import AgentReading
    from pllint.read.document import Notes
    from pllint.read.exports import Exports
    from pllint.settings import Settings
    from pllint.text.node import Node


class Declared(NamedTuple):
    """What solutions declare and flows, apps and agents name."""

    references: Mapping[str, ConnectionReference]
    """By logical name, lower case."""
    variables: Mapping[str, EnvironmentVariable]
    """By schema name, lower case."""


class Gathered:
    """Everything read so far, in the order of the survey."""

    def __init__(self, settings: Settings, notes: Notes, progress: Callable[[str], None]) -> None:
        self.settings = settings
        self.notes = notes
        self.progress = progress
        """Told what is about to be read."""
        self.policy_files = PolicyFiles(notes)
        self.solutions: list[Solution] = []
        self.components: list[Component] = []
        self.agents: list[AgentReading] = []
        """Not yet components: the flows they call may be read after them."""
        self.definitions: list[ConnectorDefinition] = []
        self.deployment_settings: list[DeploymentSettings] = []
        self.environments: list[Environment] = []
        """As exports list them."""
        self.governance: list[Node] = []
        """The documents of the governance manifest."""
        self.exports: Exports | None = None
        self._references: dict[str, ConnectionReference] = {}
        self._variables: dict[str, EnvironmentVariable] = {}
        self.declared = Declared(references=self._references, variables=self._variables)
        """By any solution; of two that declare one name, the first counts."""

    def add_solution(self, solution: Solution) -> None:
        """Add a solution, so that what it declares is known to all."""
        self.solutions.append(solution)
        for reference in solution.connection_references:
            self._references.setdefault(reference.logical_name.lower(), reference)
        for variable in solution.environment_variables:
            self._variables.setdefault(variable.schema_name.lower(), variable)

    def add_cloud_flow(
        self,
        node: Node,
        *,
        name: str,
        id: str,  # noqa: A002 - the field it becomes
        solution: str | None = None,
        state: str | None = None,
        declared: Declared | None = None,
    ) -> None:
        """Read a cloud flow's definition; it knows what all solutions declare, unless told otherwise."""
        from pllint.read.cloud_flow import cloud_flow

        references, variables = declared or self.declared
        flow = cloud_flow(
            node, name=name, id=id, solution=solution, state=state, references=references, variables=variables
        )
        self.components.append(flow)

    def guarded(self, path: str, read: Callable[[], None]) -> None:
        """Read something; a fault of pllint's own becomes a finding there, and everything else is still read."""
        try:
            read()
        except Exception as error:  # noqa: BLE001 - no file may end the run, not even one that a reader does not bear
            what = f"pllint failed to read it ({type(error).__name__}), which is a fault of pllint"
            self.notes.refuse(Source(path.rstrip("/!") or ".", bytes), Problem(ProblemKind.UNREADABLE, what))

    def _plans(self) -> Plans:
        from pllint.catalogue.plan_file import plans_of

        return plans_of(self.settings)

    def all_exports(self) -> Exports:
        """Give the exports of a tenant, to add to."""
        if self.exports is None:
            from pllint.read.exports import Exports

            self.exports = Exports(self.settings.licence_exports, self._plans)
        return self.exports
