"""Joins what all files say into one workspace.

First every tree is surveyed by names: solutions, archives and loose files are told apart. Then the manifests of all
solutions are read, then loose files, and only then the flows and apps of the solutions, so that a flow finds its
connection references wherever they live. One document is alive at a time.
"""

from __future__ import annotations

from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.workspace.gathered import Gathered
from pllint.read.workspace.survey import Survey, survey
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:  # the reader of a group is imported when something of that group is met
    from collections.abc import Callable, Iterator, Sequence

    from pllint.discover import Discovery
    from pllint.model.connector_definition import ConnectorDefinition
    from pllint.model.custom_connector import CustomConnector
    from pllint.model.environment import Environment
    from pllint.model.governance import Governance
    from pllint.model.policy import DlpPolicy
    from pllint.read.solution import SolutionParts
    from pllint.settings import Settings
    from pllint.source import Anchor
    from pllint.text.problem import Limits


def read_workspace(
    discovery: Discovery, settings: Settings, limits: Limits, progress: Callable[[str], None] | None = None
) -> Workspace:
    """Read everything discovered; what cannot be read becomes findings and skipped files, never an exception."""
    gathered = Gathered(settings, Notes(limits), progress or (lambda _path: None))
    for source, problem in discovery.refused:
        gathered.notes.refuse(source, problem)
    _read(survey(discovery.trees, gathered.notes, gathered.progress), gathered)
    return _joined(gathered)


def _read(found: Survey, gathered: Gathered) -> None:
    """Read each group, in the order in which one needs what another says."""
    manifests = _manifests(found, gathered)
    if found.loose:
        from pllint.read.workspace.loose import read_loose

        read_loose(found.loose, gathered)
    if found.documents:
        from pllint.read.workspace.apps import read_documents

        read_documents(found.documents, gathered)
    if found.packages:
        from pllint.read.workspace.packages import read_packages

        read_packages(found.packages, gathered)
    if manifests:
        from pllint.read.workspace.solutions import read_contents

        read_contents(found.solutions, manifests, gathered)
    if found.clones or gathered.agents:
        from pllint.read.workspace.agents import complete_agents, read_clones

        read_clones(found.clones, gathered)
        complete_agents(gathered)
    gathered.policy_files.read_terraform()


def _manifests(found: Survey, gathered: Gathered) -> Sequence[SolutionParts]:
    if not found.solutions:
        return ()
    from pllint.read.workspace.solutions import read_manifests

    return read_manifests(found.solutions, gathered)


def _joined(gathered: Gathered) -> Workspace:
    notes, policy_files = gathered.notes, gathered.policy_files
    policies = policy_files.policies()
    governance = _merged_governance(gathered)
    environments = _merged_environments(gathered, governance, policies)
    proved = gathered.exports.proved(governance, environments, notes) if gathered.exports is not None else None
    return Workspace(
        solutions=gathered.solutions,
        components=gathered.components,
        custom_connectors=_joined_connectors(gathered),
        connector_definitions=_joined_definitions(gathered),
        policies=policies,
        environments=proved.environments if proved else environments,
        deployment_settings=gathered.deployment_settings,
        governance=proved.governance if proved else governance,
        findings=notes.findings,
        skipped=notes.skipped,
        governance_files=len(gathered.governance),
        inventory=proved.inventory if proved else None,
        licences=proved.licences if proved else (),
        advanced_policies=policy_files.advanced(),
        connector_settings=policy_files.connector_settings,
        tenant_isolation=policy_files.isolation,
        tenant_settings=policy_files.settings,
        unread_policies=_unread_policies(gathered, policies),
        secrets=_secrets(gathered),
    )


_LEFT_OUT = frozenset({"SRC001", "SRC003", "SRC004"})


def _unread_policies(gathered: Gathered, policies: Sequence[DlpPolicy]) -> list[Anchor]:
    """Give the files left out that lie where policies do, or hold their words: no verdict is sure without them."""
    left = [finding.at for finding in gathered.notes.findings if finding.check in _LEFT_OUT]
    if not left:
        return []
    from pllint.discover import matches

    read = {policy.at.source.path for policy in policies}
    places = {at.source.path: at for at in reversed(left) if at.source.path not in read}
    where = gathered.settings.policies
    return [at for path, at in sorted(places.items()) if matches(path, where) or _speaks_of_policies(at)]


def _speaks_of_policies(at: Anchor) -> bool:
    if not at.source.path.lower().endswith((".json", ".tf", ".tfstate", ".tfvars", ".yaml", ".yml")):
        return False
    from pllint.read import recognise

    try:
        return recognise.speaks_of_policies(at.source.read())
    except (OSError, MalformedError):
        return False


def _joined_connectors(gathered: Gathered) -> Sequence[CustomConnector]:
    if not gathered.definitions:
        return ()
    from pllint.read import connector_join

    defined = [one.connector for one in gathered.definitions if one.has_definition or not one.in_folder]
    connectors = connector_join.join(defined, gathered.notes)
    connector_join.note_open_hosts(connectors, gathered.deployment_settings, gathered.notes)
    return connectors


def _joined_definitions(gathered: Gathered) -> Sequence[ConnectorDefinition]:
    if not gathered.definitions:
        return ()
    from pllint.read import connector_join

    return connector_join.join_definitions(gathered.definitions)


def _merged_governance(gathered: Gathered) -> Governance | None:
    if not gathered.governance:
        return None
    from pllint.read.governance import governance_files

    return governance_files(gathered.governance, gathered.notes)


def _merged_environments(
    gathered: Gathered, governance: Governance | None, policies: Sequence[DlpPolicy]
) -> Sequence[Environment]:
    declared = governance.environments if governance else ()
    listed = [*gathered.environments, *gathered.policy_files.listed]
    if not declared and not listed and not policies:
        return ()
    from pllint.read import environments

    merged, contradictions = environments.merge(declared, listed, policies)
    gathered.notes.findings.extend(contradictions)
    return merged


def _secrets(gathered: Gathered) -> Iterator[Anchor]:
    for component in gathered.components:
        yield from (secret.at for secret in component.secrets)
    for solution in gathered.solutions:
        yield from (one.secret_at for one in solution.environment_variables if one.secret_at)
    for settings in gathered.deployment_settings:
        yield from (secret.at for secret in settings.secrets)
    for definition in gathered.definitions:
        yield from (secret.at for secret in definition.secrets)
