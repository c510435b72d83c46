"""Everything that was read, with the look-ups that checks and engines ask, each indexed once."""

from __future__ import annotations

from functools import cached_property

from pllint.model.component import APPS, ComponentKind
from pllint.model.connector_id import custom_names

TYPE_CHECKING = False
if TYPE_CHECKING:  # a run imports the model of what it meets, and no more
    from collections.abc import Iterable, Sequence

    from pllint.finding import Finding, Skipped
    from pllint.model.advanced_policy import AdvancedPolicy, ConnectorSetting
    from pllint.model.component import Component, ConnectorUse
    from pllint.model.connector_definition import ConnectorDefinition
    from pllint.model.custom_connector import CustomConnector
    from pllint.model.environment import Environment
    from pllint.model.governance import AppRecord, FlowRecord, Governance, LicenceRecord
    from pllint.model.inventory import Capacity, Inventory, ListedResource
    from pllint.model.policy import DlpPolicy
    from pllint.model.solution import ConnectionReference, DeploymentSettings, EarlierSolution, Solution
    from pllint.model.tenant import TenantIsolation, TenantSetting
    from pllint.source import Anchor


_FURTHEST = (True, True, True)


def _distance(solution: Solution) -> tuple[bool, bool, bool]:
    """Order the exports of one version: the lower, the nearer to what people edit."""
    return (solution.archived, solution.managed is True, solution.form == "exploded")


class Workspace:
    """The typed picture of what was linted. Nothing changes it after reading."""

    def __init__(
        self,
        *,
        solutions: Iterable[Solution] = (),
        components: Iterable[Component] = (),
        custom_connectors: Iterable[CustomConnector] = (),
        policies: Iterable[DlpPolicy] = (),
        environments: Iterable[Environment] = (),
        deployment_settings: Iterable[DeploymentSettings] = (),
        governance: Governance | None = None,
        findings: Iterable[Finding] = (),
        skipped: Iterable[Skipped] = (),
        governance_files: int = 0,
        advanced_policies: Iterable[AdvancedPolicy] = (),
        connector_settings: Iterable[ConnectorSetting] = (),
        inventory: Inventory | None = None,
        licences: Iterable[LicenceRecord] = (),
        connector_definitions: Iterable[ConnectorDefinition] = (),
        secrets: Iterable[Anchor] = (),
        tenant_isolation: Iterable[TenantIsolation] = (),
        tenant_settings: Iterable[TenantSetting] = (),
        earlier_solutions: Iterable[EarlierSolution] = (),
        unread_policies: Iterable[Anchor] = (),
    ) -> None:
        self.solutions = tuple(solutions)
        self.components = tuple(components)
        self.custom_connectors = tuple(custom_connectors)
        self.policies = tuple(sorted(policies, key=_place_of))
        """By name: nothing said about them depends on the order of files."""
        self.environments = tuple(environments)
        """Declared, listed or named by a policy; never "any other"."""
        self.deployment_settings = tuple(deployment_settings)
        self.governance = governance
        """None: no governance file was read."""
        self.findings = tuple(findings)
        """What reading itself found."""
        self.skipped = tuple(skipped)
        self.governance_files = governance_files
        self.advanced_policies = tuple(advanced_policies)
        self.connector_settings = tuple(connector_settings)
        """What the tenant says of single connectors, in clouds that let it."""
        self._inventory = inventory
        self.licences = tuple(licences) or (governance.licences if governance else ())
        """Licence records of manifest and exports together; `governance.licences` holds the same."""
        self.connector_definitions = tuple(connector_definitions)
        """The files behind the custom connectors: folders, and those copies in solutions that say something else."""
        self.secrets = tuple(secrets)
        """Where secrets stand in files: no report shows that text, whatever the finding is about."""
        self.tenant_isolation = tuple(tenant_isolation)
        self.tenant_settings = tuple(tenant_settings)
        self.unread_policies = tuple(unread_policies)
        """Files that hold policies, or may, and cannot be read: whatever they say may reach any environment."""
        self.earlier_solutions = tuple(earlier_solutions)
        """What the solutions were at the revision that a run compares with; empty when it compares with none."""

    def among(self, environments: Iterable[Environment]) -> Workspace:
        """Give the same picture with other environments, such as those that another set of policies names."""
        other = self._copy()
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):  # indexed over what was there before
                vars(other).pop(name, None)
        other.environments = tuple(environments)
        return other

    def after(self, earlier: Iterable[EarlierSolution]) -> Workspace:
        """Give the same picture beside what its solutions were at an earlier revision."""
        other = self._copy()
        other.earlier_solutions = tuple(earlier)
        return other

    def _copy(self) -> Workspace:
        from copy import copy  # most runs make none

        return copy(self)

    def elements(self, kind: str) -> Sequence[object]:
        """Give every element of a type, by its qualified name; the workspace itself for what looks at the whole."""
        return self._by_kind.get(kind, ())

    def holds(self, part: str) -> bool:
        """Tell whether there is anything in a part of the picture, such as `components` or `governance.flows`."""
        name, _, inner = part.partition(".")
        found = getattr(self, name)
        return bool(getattr(found, inner) if inner and found else found)

    @cached_property
    def _by_kind(self) -> dict[str, list[object]]:
        elements: list[object] = [
            self,
            *self.solutions,
            *self.components,
            *self.custom_connectors,
            *self.connector_definitions,
            *self.policies,
            *self.advanced_policies,
            *self.tenant_isolation,
            *self.environments,
            *self.deployment_settings,
            *([self.governance] if self.governance else []),
        ]
        index: dict[str, list[object]] = {}
        for element in elements:
            kind = type(element)
            index.setdefault(f"{kind.__module__}.{kind.__qualname__}", []).append(element)
        return index

    @cached_property
    def inventory(self) -> Inventory:
        """What exports list."""
        from pllint.model.inventory import Inventory

        return self._inventory or Inventory()

    @property
    def lists_licences(self) -> bool:
        """Tell whether a licence export was read, whatever products it lists."""
        known = self._inventory
        return known is not None and bool(known.skus or known.currencies)

    @property
    def storage_use(self) -> Sequence[Capacity]:
        """What exports say of the storage in use."""
        return self._inventory.capacities if self._inventory is not None else ()

    def component(self, component_id: str) -> Component | None:
        """Find a component by its id, case-insensitively."""
        return self._components.get(component_id.lower())

    @cached_property
    def _components(self) -> dict[str, Component]:
        return {component.id.lower(): component for component in self.components}

    def environment(self, name: str) -> Environment | None:
        """Find an environment by any name or id a file gives it."""
        return self._environments.get(name.strip().lower())

    @cached_property
    def _environments(self) -> dict[str, Environment]:
        index: dict[str, Environment] = {}
        for environment in self.environments:
            for name in (environment.name, environment.id or environment.name, *environment.aliases):
                index.setdefault(name.lower(), environment)
        return index

    @cached_property
    def tenant_environments(self) -> tuple[Environment, ...]:
        """The environments the tenant has, as far as anybody knows.

        An inventory is complete: what a policy names beside it does not exist, or not any more.
        """
        if not any(environment.listed for environment in self.environments):
            return self.environments
        return tuple(environment for environment in self.environments if environment.listed or environment.declared)

    @cached_property
    def listed_environments(self) -> tuple[Environment, ...]:
        """The environments that an inventory or people list; empty when nobody says which ones the tenant has.

        Terraform alone says nothing of the environments that it does not make.
        """
        manifest = self.governance is not None and bool(self.governance.environments)
        if not manifest and not any(environment.listed for environment in self.environments):
            return ()
        return tuple(environment for environment in self.environments if environment.listed or environment.declared)

    def solution(self, unique_name: str) -> Solution | None:
        """Find a solution by its unique name."""
        return self._solutions.get(unique_name.lower())

    @cached_property
    def _solutions(self) -> dict[str, Solution]:
        return {solution.unique_name.lower(): solution for solution in self.solutions}

    def holders_of(self, name: str) -> Sequence[Solution]:
        """Give the solutions that hold a process, app, connector, connection reference or variable of that id or name.

        The name is lower case.
        """
        return self._holders.get(name, ())

    @cached_property
    def _holders(self) -> dict[str, list[Solution]]:
        index: dict[str, list[Solution]] = {}
        for solution in self.solutions:
            references = [one.logical_name.lower() for one in solution.connection_references]
            variables = [one.schema_name.lower() for one in solution.environment_variables]
            for name in {*(solution.held or ()), *references, *variables}:
                index.setdefault(name, []).append(solution)
        return index

    def listers_of(self, component_type: str, name: str) -> Sequence[Solution]:
        """Give the solutions that list a root component of a type, by its id or its schema name in lower case."""
        return self._listers.get((component_type, name), ())

    @cached_property
    def _listers(self) -> dict[tuple[str, str], list[Solution]]:
        index: dict[tuple[str, str], list[Solution]] = {}
        for solution in self.solutions:
            for one in solution.root_components:
                for name in {(one.schema_name or "").lower(), one.id or ""}:
                    index.setdefault((one.type, name), []).append(solution)
        return index

    def connection_reference(self, logical_name: str) -> ConnectionReference | None:
        """Find the connection reference that a solution defines under a logical name."""
        return self._connection_references.get(logical_name.lower())

    @cached_property
    def _connection_references(self) -> dict[str, ConnectionReference]:
        index: dict[str, ConnectionReference] = {}
        for solution in self.solutions:
            for reference in solution.connection_references:
                index.setdefault(reference.logical_name.lower(), reference)
        return index

    def solution_of(self, component: Component) -> Solution | None:
        """Find the solution whose file a component is read from: one name may stand for several exports."""
        return self._solution_of.get(id(component))

    @cached_property
    def _solution_of(self) -> dict[int, Solution]:
        exports: dict[str, list[Solution]] = {}
        for solution in sorted(self.solutions, key=lambda one: -len(one.folder)):
            exports.setdefault(solution.unique_name, []).append(solution)
        index: dict[int, Solution] = {}
        for component in self.components:
            found = exports.get(component.solution or "", ())
            path = component.at.source.path
            inside = next((one for one in found if path.startswith(one.folder)), None)
            if inside is not None:
                index[id(component)] = inside
        return index

    def earlier(self, solution: Solution) -> EarlierSolution | None:
        """Find what a solution was at the revision that the run compares with."""
        return self._earlier.get(solution.at)

    @cached_property
    def _earlier(self) -> dict[Anchor, EarlierSolution]:
        return {one.at: one for one in self.earlier_solutions}

    def is_copy(self, solution: Solution) -> bool:
        """Tell whether a solution is an export of what lies here as source too.

        Zips are copies of folders, managed exports of unmanaged ones, unzipped exports of unpacked ones, each of the
        very same version. What is true of both is to be said of the source.
        """
        return id(solution) in self._copies

    def is_copied(self, component: Component) -> bool:
        """Tell whether a component belongs to such a copy."""
        solution = self.solution_of(component)
        return solution is not None and id(solution) in self._copies

    @cached_property
    def _copies(self) -> frozenset[int]:
        best: dict[tuple[str, str | None], tuple[bool, bool, bool]] = {}
        for solution in self.solutions:
            key = (solution.unique_name, solution.version)
            best[key] = min(best.get(key, _FURTHEST), _distance(solution))
        return frozenset(id(one) for one in self.solutions if _distance(one) > best[one.unique_name, one.version])

    def definition_of(self, use: ConnectorUse) -> CustomConnector | None:
        """Find the definition of a custom connector a component uses: by GUID, by name, by name without prefix."""
        if not use.custom:
            return None
        if use.custom_guid and (found := self._connectors_by_guid.get(use.custom_guid.lower())):
            return found
        return self.custom_connector(use.connector)

    def custom_connector(self, name: str) -> CustomConnector | None:
        """Find a custom connector's definition by any spelling of its name, with or without publisher prefix."""
        full, short = custom_names(name)
        found = self._connectors_by_name.get(full)
        if found is not None:
            return found
        candidates = (*self._connectors_by_short_name.get(full, ()), *self._connectors_by_short_name.get(short, ()))
        names = {custom_names(candidate.name)[0] for candidate in candidates}
        return candidates[0] if len(names) == 1 else None

    @cached_property
    def _connectors_by_guid(self) -> dict[str, CustomConnector]:
        return {c.connector_guid.lower(): c for c in self.custom_connectors if c.connector_guid}

    @cached_property
    def _connectors_by_name(self) -> dict[str, CustomConnector]:
        index: dict[str, CustomConnector] = {}
        for connector in self.custom_connectors:
            index.setdefault(custom_names(connector.name)[0], connector)
        return index

    @cached_property
    def _connectors_by_short_name(self) -> dict[str, list[CustomConnector]]:
        index: dict[str, list[CustomConnector]] = {}
        for connector in self.custom_connectors:
            index.setdefault(custom_names(connector.name)[1], []).append(connector)
        return index

    def records_of(self, component: Component) -> Sequence[AppRecord | FlowRecord]:
        """Give the manifest's records of an app or a flow, matched by id or unique name, else by display name."""
        is_app = component.kind in APPS
        by_name = self._records.get((is_app, component.name.strip().lower()), [])
        return self._records.get((is_app, component.id.lower())) or by_name

    @cached_property
    def _records(self) -> dict[tuple[bool, str], list[AppRecord | FlowRecord]]:
        index: dict[tuple[bool, str], list[AppRecord | FlowRecord]] = {}
        if self.governance is None:
            return index
        records: list[tuple[bool, AppRecord | FlowRecord]] = [(True, record) for record in self.governance.apps]
        records += [(False, record) for record in self.governance.flows]
        for is_app, record in records:
            for name in {name.strip().lower() for name in (record.id, record.name) if name}:
                index.setdefault((is_app, name), []).append(record)
        return index

    def listed_as(self, component: Component) -> Sequence[ListedResource]:
        """Give what inventories list of an app, flow or agent, by its id, else by its name; one for each environment.

        Its shares are those of the platform: people one by one, groups, or everyone.
        """
        names = (component.id.lower(), f"{component.kind in APPS} {component.name.strip().lower()}")
        return next((found for name in names if (found := self._listed.get(name))), ())

    @cached_property
    def _listed(self) -> dict[str, list[ListedResource]]:
        index: dict[str, list[ListedResource]] = {}
        for one in self.inventory.resources:
            by_name = f"{one.kind in APPS} {one.name.strip().lower()}"
            for name in {(one.id or "").lower(), *one.aliases, by_name} - {""}:
                index.setdefault(name, []).append(one)
        return index

    def callers_of(self, component: Component) -> Sequence[Component]:
        """Give the apps and flows that call a flow."""
        return self._callers.get(component.id.lower(), ())

    @cached_property
    def _callers(self) -> dict[str, list[Component]]:
        index: dict[str, list[Component]] = {}
        for component in self.components:
            for flow in {call.id.lower() for call in component.calls_flows}:
                index.setdefault(flow, []).append(component)
        return index

    def connector_in(self, connector: CustomConnector, environment: Environment) -> CustomConnector:
        """Give a definition with the host it has in an environment, where deployment settings may set another one."""
        if connector.host.variable is None:
            return connector
        values = self._variables.get(environment.name)
        return connector._replace(host=connector.host.where(values)) if values else connector

    @cached_property
    def hosts_vary(self) -> bool:
        """Tell whether some custom connector has another host in another environment."""
        return bool(self._variables) and any(connector.host.variable for connector in self.custom_connectors)

    @cached_property
    def _variables(self) -> dict[str, dict[str, str | None]]:
        # By environment and schema name; a stage that is no known environment judges nothing. An empty value leaves
        # the variable as it is, and two files with two values leave it open.
        values: dict[str, dict[str, str | None]] = {}
        for settings in self.deployment_settings:
            environment = self.environment(settings.stage) if settings.stage else None
            if environment is not None:
                known = values.setdefault(environment.name, {})
                for name, value, _ in settings.variables:
                    if value and known.setdefault(name.lower(), value) != value:
                        known[name.lower()] = None
        return values

    def users_of(self, connector: str) -> Sequence[Component]:
        """Give the components that use a connector."""
        return self._users.get(connector.lower(), ())

    @cached_property
    def _users(self) -> dict[str, list[Component]]:
        index: dict[str, list[Component]] = {}
        for component in self.components:
            for use in component.uses:
                index.setdefault(use.connector.lower(), []).append(component)
        return index

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Count what was read, by kind, leaving out what there is none of."""
        kinds = [(f"{kind}s", sum(c.kind is kind for c in self.components)) for kind in ComponentKind]
        known = self._inventory
        listed = sum(map(len, (known.resources, known.roles, known.connectors, known.connections))) if known else 0
        counts = (
            ("solutions", len(self.solutions)),
            *kinds,
            ("custom-connectors", len(self.custom_connectors)),
            ("policies", len(self.policies)),
            ("environments", len(self.environments)),
            ("deployment-settings", len(self.deployment_settings)),
            ("governance-files", self.governance_files),
            ("inventory-rows", listed),
            ("licence-rows", sum(map(len, known)) - listed if known else 0),
        )
        return tuple((name, count) for name, count in counts if count)


def _place_of(policy: DlpPolicy) -> tuple[str, str, str, str]:
    return policy.name, policy.id, policy.at.source.path, str(policy.at.path)
