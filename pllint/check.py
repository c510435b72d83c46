"""What a check is made of and what it may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache, cached_property

from pllint.finding import CouldNotRun, Finding, Related, Severity
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:  # an engine is imported when it is first asked
    import datetime
    from typing import TypeVar

    from pllint.catalogue import Catalogue
    from pllint.catalogue.plans import Plans
    from pllint.engine.dlp import PolicySet, Resources
    from pllint.engine.dlp.chain import Chains
    from pllint.engine.dlp.matrix import Matrix
    from pllint.engine.dlp.remedies import Remedy
    from pllint.engine.dlp.review import PolicyReview
    from pllint.engine.licensing import Licensing
    from pllint.engine.licensing.estate_facts import EstateFacts
    from pllint.engine.lifecycle import Lifecycle
    from pllint.engine.targets import Targets
    from pllint.model.component import Component
    from pllint.model.connector_id import ConnectorKey
    from pllint.model.custom_connector import CustomConnector
    from pllint.model.environment import Environment
    from pllint.model.policy import DataGroup
    from pllint.model.verdict import Verdict, Violation
    from pllint.model.workspace import Workspace
    from pllint.settings import Settings

    Element = TypeVar("Element")
    _Row = tuple[str, str, str, str, str, str, str, str, str, list[str], str, list[str], list[str]]

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
    TENANT_ISOLATION = "whether tenant isolation is on is not in the files"

    @property
    def remedy(self) -> str:
        """Say which file would let the check run."""
        return _REMEDIES[self]


_REMEDIES = {
    Need.POLICIES: "commit the export of Get-DlpPolicy under policies/",
    Need.ENVIRONMENTS: "declare environments in governance/environments.yaml, or commit the export of"
    " Get-AdminPowerAppEnvironment",
    Need.GOVERNANCE: "add governance/*.yaml or run `pllint init`",
    Need.TENANT_ISOLATION: "commit the output of Get-PowerAppTenantIsolationPolicy",
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
    on: str
    """The type of the elements it looks at, as `kind_of` names it."""
    judge: Callable[[object, Context], Outcome]
    module: str
    function: str
    needs: tuple[Need, ...] = ()
    status: Status = Status.STABLE
    tags: tuple[str, ...] = ()
    """Ids of the same demand elsewhere, such as `MS.POWERPLATFORM.2.1v1`."""
    given: tuple[str, ...] = ()
    """What the check works on, such as `components` or `governance.flows`: where a workspace holds none of it, the
    check has nothing to say, and its code is not imported. Unlike a need that is no gap, and not reported as one."""

    @property
    def family(self) -> str:
        """The family's word, such as dlp; for a check of somebody else's plugin, the name of its package."""
        return FAMILIES.get(self.id[:3]) or self.module.partition(".")[0]


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
    given: Sequence[str] = (),
) -> Callable[[Callable[[Element, Context], Outcome]], Check]:
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
            on=kind_of(on),
            judge=judge,
            module=function.__module__,
            function=function.__name__,
            needs=tuple(needs),
            status=status,
            tags=tuple(tags),
            given=tuple(given),
        )

    return made


def kind_of(element_type: type) -> str:
    """Name a type of elements, so that a check can be listed without importing what it looks at."""
    return f"{element_type.__module__}.{element_type.__qualname__}"


def listed(package: str) -> tuple[Check, ...]:
    """Give the checks that `checks.json` in a plugin's package lists, by id.

    The list is written by `pllint.testing.write_list` from the decorators, and a test holds it to them. With it a run
    knows every check, its needs and its facts, and imports the code of those alone that have an element to judge.
    """
    import json
    import os
    import sys

    plugin = sys.modules[package]
    path = os.path.join(os.path.dirname(plugin.__file__ or ""), "checks.json")
    with open(path, encoding="utf-8") as file:
        rows: list[_Row] = json.load(file)
    return tuple(map(_listed, rows))


# Asking an enumeration for a member costs ten times as much as a dictionary, and there are hundreds of checks.
_SEVERITIES = {str(one): one for one in Severity}
_STATUSES = {str(one): one for one in Status}
_NEEDS = {one.name: one for one in Need}


def _listed(row: _Row) -> Check:
    id_, name, summary, severity, since, source, on, module, function, needs, status, tags, given = row

    def judge(element: object, context: Context) -> Outcome:
        return _imported(module, function).judge(element, context)

    return Check(
        id_,
        name,
        summary,
        _SEVERITIES[severity],
        since,
        source,
        on,
        judge,
        module,
        function,
        tuple([_NEEDS[need] for need in needs]),
        _STATUSES[status],
        tuple(tags),
        tuple(given),
    )


@cache
def _imported(module: str, function: str) -> Check:
    from importlib import import_module

    written: Check = getattr(import_module(module), function)
    return written


def row_of(check: Check) -> _Row:
    """Give a check as `checks.json` lists it, in the order of the fields of `Check`."""
    return (
        check.id,
        check.name,
        check.summary,
        check.severity,
        check.since,
        check.source,
        check.on,
        check.module,
        check.function,
        [need.name for need in check.needs],
        check.status,
        list(check.tags),
        list(check.given),
    )


class Context:
    """Everything a check may ask besides its element: the workspace, the engines, the day."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        as_of: datetime.date,
        catalogue: Catalogue,
        environments: tuple[Environment, ...] = (),
    ) -> None:
        self.workspace = workspace
        self.environments = environments
        """Those asked for, in place of where each component goes; empty when none are."""
        self.settings = settings
        self.as_of = as_of
        self.catalogue = catalogue
        self._verdicts: dict[int, tuple[tuple[Environment, Verdict], ...]] = {}
        self.plans = _plans_of(settings) if settings.plans else None
        """Plan data of the user's own over the shipped one; None where the settings name none."""

    @cached_property
    def policies(self) -> PolicySet:
        """The data policies, ready to say what reaches an environment and what they make of a connector."""
        from pllint.engine.dlp import PolicySet

        workspace = self.workspace
        policies = workspace.policies
        if workspace.unread_policies:
            from pllint.model.policy import unread

            policies = (*policies, *map(unread, workspace.unread_policies))
        return PolicySet(policies, self.catalogue, workspace.advanced_policies, workspace.connector_settings)

    @cached_property
    def review(self) -> PolicyReview:
        """The same policies, looked at for what is wrong with them."""
        from pllint.engine.dlp.review import PolicyReview

        workspace = self.workspace
        return PolicyReview(
            workspace.policies,
            self.policies,
            self.catalogue,
            environments=workspace.tenant_environments,
            listed=workspace.listed_environments,
            settings=workspace.connector_settings,
        )

    @cached_property
    def resources(self) -> Resources:
        """The components as data policies see them."""
        from pllint.engine.dlp import Resources

        return Resources(self.workspace)

    def verdicts(self, component: Component) -> Sequence[tuple[Environment, Verdict]]:
        """Say what the policies make of a component in each environment it goes to."""
        known = self._verdicts.get(id(component))
        if known is None:
            known = self._verdicts[id(component)] = tuple(
                (environment, self.policies.verdict(self.resources.of(component, environment), environment))
                for environment in self.targets(component)
            )
        return known

    def verdict(self, component: Component, environment: Environment) -> Verdict:
        """Say what the policies make of a component in an environment, whether or not it goes there."""
        return self.policies.verdict(self.resources.of(component, environment), environment)

    @cached_property
    def matrix(self) -> Matrix:
        """The verdicts of the whole estate, without places: for questions about many components at once."""
        from pllint.engine.dlp.matrix import Matrix

        return Matrix(self.policies, self.resources, self.workspace)

    def chain(self, component: Component, violation: Violation) -> tuple[Related, ...]:
        """Tell a violation place by place: step, connection reference, definition, policy line."""
        return self._chains.of(violation, component)

    @cached_property
    def _chains(self) -> Chains:
        from pllint.engine.dlp.chain import Chains

        return Chains(self.workspace, self.connector_name)

    def working_groups(
        self, component: Component, environment: Environment, violation: Violation
    ) -> tuple[DataGroup, ...]:
        """Give the data groups to which moving connectors ends a violation, each tried on the policy that decides."""
        from pllint.engine.dlp.remedies import working_groups

        return working_groups(self.policies, self.resources.of(component, environment), environment, violation)

    def remedies(self, component: Component, environment: Environment) -> tuple[Remedy, ...]:
        """Give the changes that would let a component pass in an environment, each tried on all policies."""
        from pllint.engine.dlp.remedies import Case, remedies

        elsewhere = [one for one in self.workspace.environments if one.type != "developer"]
        gathered = self.resources.of(component, environment)
        return remedies(Case(self.policies, gathered, environment, elsewhere, self.connector_name))

    def connector_name(self, key: ConnectorKey) -> str:
        """Name a connector as people know it, with its id: `SharePoint (shared_sharepointonline)`."""
        row = self.catalogue.find(key)
        if row is not None:
            return row.name if row.name == key else f"{row.name} ({key})"
        definition = self.workspace.custom_connector(key)
        if definition is not None:
            return definition.display_name
        from pllint.model.connector_id import custom_names

        # What carries no prefix of the platform's is the encoded name of a custom connector that is only used.
        return key if key.startswith("shared_") or "." in key else custom_names(key)[0]

    @cached_property
    def _targets(self) -> Targets:
        from pllint.engine.targets import Targets

        return Targets(self.workspace, self.settings, self.environments)

    def targets(self, component: Component) -> Sequence[Environment]:
        """Give the environments a component goes to; the last may be the class "any other environment"."""
        return self._targets.of(component)

    def connector_targets(self, connector: CustomConnector, users: Sequence[Component]) -> Sequence[Environment]:
        """Give the environments a custom connector goes to, with the components that use it."""
        return self._targets.of_connector(connector, users)

    @cached_property
    def licensing(self) -> Licensing:
        """The licence rules, ready to say what makes a component premium and who would need a licence."""
        from pllint.engine.licensing import Licensing

        return Licensing(
            self.workspace,
            self.catalogue,
            self.as_of,
            self.targets,
            self.settings.licensing,
            plans=self.plans,
        )

    @cached_property
    def estate(self) -> EstateFacts:
        """Licences of the whole organisation: counts, prices, what is needed of each plan."""
        from pllint.engine.licensing.estate_facts import EstateFacts

        return EstateFacts(self.workspace, self.licensing)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """The lifecycle records, ready to say what they prove on the day."""
        from pllint.engine.lifecycle import Lifecycle

        return Lifecycle(
            self.workspace,
            self.as_of,
            governed=lambda environment: bool(self.policies.reaching(environment)),
            growth=self.settings.population_growth_percent,
        )

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
            case Need.TENANT_ISOLATION:
                return not workspace.tenant_isolation
            case Need.LICENCE_RECORDS:
                return workspace.governance is None and not workspace.lists_licences


def _plans_of(settings: Settings) -> Plans:
    """Read plan data at once: settings that cannot be used are told before anything is judged."""
    from pllint.catalogue.plan_file import plans_of

    return plans_of(settings)
