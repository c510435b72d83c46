"""What a check is made of and what it may ask."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from pllint.catalogue import Catalogue
from pllint.engine.targets import Targets
from pllint.finding import CouldNotRun, Finding, Severity
from pllint.model.component import Component
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.settings import Settings

if TYPE_CHECKING:
    from pllint.engine.dlp import PolicySet, Resources
    from pllint.engine.licensing import Licensing
    from pllint.engine.lifecycle import Lifecycle
    from pllint.model.verdict import Verdict

Element = TypeVar("Element")
Outcome = Iterable[Finding | CouldNotRun]


class Status(StrEnum):
    """How settled a check is."""

    PREVIEW = "preview"
    STABLE = "stable"
    DEPRECATED = "deprecated"


class Need(StrEnum):
    """A fact without which a check cannot run; its value is the reason a report gives."""

    POLICIES = "no data policy was found"
    ENVIRONMENTS = "no environment is declared, listed or named by a policy"
    GOVERNANCE = "no governance file was found"
    LICENCE_RECORDS = "no licence counts"

    @property
    def remedy(self) -> str:
        """Say which file would let the check run."""
        return _REMEDIES[self]


_REMEDIES = {
    Need.POLICIES: "commit the export of Get-DlpPolicy under policies/",
    Need.ENVIRONMENTS: "declare environments in governance/environments.yaml, or commit the export of"
    " Get-AdminPowerAppEnvironment",
    Need.GOVERNANCE: "add governance/*.yaml or run `pllint init`",
    Need.LICENCE_RECORDS: "add governance/licences.yaml or run `pllint init`, or commit the export of"
    " Get-MgSubscribedSku",
}


class Check(NamedTuple):
    """The facts of a check, as its decorator states them, and the function that judges one element."""

    id: str
    name: str
    """The pattern found, so that "allow blocked-connector" reads well."""
    summary: str
    severity: Severity
    since: str
    source: str
    on: type
    function: Callable[[object, "Context"], Outcome]
    module: str
    needs: tuple[Need, ...] = ()
    status: Status = Status.STABLE
    tags: tuple[str, ...] = ()
    """Ids of the same demand elsewhere, such as `MS.POWERPLATFORM.2.1v1`."""

    @property
    def family(self) -> str:
        """The family's word, such as dlp."""
        return FAMILIES[self.id[:3]]


FAMILIES = {
    "SRC": "source",
    "SOL": "solution",
    "CON": "connector",
    "DLP": "dlp",
    "LIC": "licensing",
    "LIF": "lifecycle",
}


def check(
    *,
    id: str,  # noqa: A002 - the word every list of checks uses
    name: str,
    severity: Severity,
    since: str,
    source: str,
    on: type[Element],
    needs: Sequence[Need] = (),
    status: Status = Status.STABLE,
    tags: Sequence[str] = (),
) -> Callable[[Callable[[Element, "Context"], Outcome]], Check]:
    """Make a check of a function that judges one element; its docstring's first line is the summary."""

    def made(function: Callable[[Element, Context], Outcome]) -> Check:
        def judge(element: object, context: Context) -> Outcome:
            return function(element, context) if isinstance(element, on) else ()

        return Check(
            id=id,
            name=name,
            summary=(function.__doc__ or "").strip().partition("\n")[0],
            severity=severity,
            since=since,
            source=source,
            on=on,
            function=judge,
            module=function.__module__,
            needs=tuple(needs),
            status=status,
            tags=tuple(tags),
        )

    return made


class Context:
    """Everything a check may ask besides its element: the workspace, the engines, the day."""

    def __init__(self, workspace: Workspace, settings: Settings, as_of: datetime.date, catalogue: Catalogue) -> None:
        self.workspace = workspace
        self.settings = settings
        self.as_of = as_of
        self.catalogue = catalogue
        self._verdicts: dict[tuple[int, Environment], Verdict] = {}

    @cached_property
    def policies(self) -> "PolicySet":
        """The data policies, ready to say what reaches an environment and what they make of a connector."""
        from pllint.engine.dlp import PolicySet

        workspace = self.workspace
        return PolicySet(workspace.policies, self.catalogue, workspace.advanced_policies, workspace.connector_settings)

    @cached_property
    def _resources(self) -> "Resources":
        from pllint.engine.dlp import Resources

        return Resources(self.workspace)

    def verdict(self, component: Component, environment: Environment) -> "Verdict":
        """Say what the policies make of a component in an environment."""
        key = (id(component), environment)
        if key not in self._verdicts:
            self._verdicts[key] = self.policies.verdict(self._resources.of(component), environment)
        return self._verdicts[key]

    @cached_property
    def _targets(self) -> Targets:
        return Targets(self.workspace, self.settings)

    def targets(self, component: Component) -> Sequence[Environment]:
        """Give the environments a component goes to; the last may be the class "any other environment"."""
        return self._targets.of(component)

    def connector_targets(self, connector: CustomConnector, users: Sequence[Component]) -> Sequence[Environment]:
        """Give the environments a custom connector goes to, with the components that use it."""
        return self._targets.of_connector(connector, users)

    @cached_property
    def licensing(self) -> "Licensing":
        """The licence rules, ready to say what makes a component premium and who would need a licence."""
        from pllint.engine.licensing import Licensing

        return Licensing(self.workspace, self.catalogue, self.as_of, self.targets)

    @cached_property
    def lifecycle(self) -> "Lifecycle":
        """The lifecycle records, ready to say what they prove on the day."""
        from pllint.engine.lifecycle import Lifecycle

        return Lifecycle(self.workspace, self.as_of)

    def lacks(self, need: Need) -> bool:
        """Tell whether a fact that a check needs is missing altogether."""
        workspace = self.workspace
        match need:
            case Need.POLICIES:
                return not workspace.policies
            case Need.ENVIRONMENTS:
                return not workspace.environments
            case Need.GOVERNANCE:
                return workspace.governance is None
            case Need.LICENCE_RECORDS:
                exported = workspace.inventory.skus or workspace.inventory.currencies
                return workspace.governance is None and not exported
