"""Joins what all files say into one workspace.

First every tree is surveyed by names: solutions, archives and loose files are told apart. Then the manifests of all
solutions are read, then loose files, and only then the flows and apps of the solutions, so that a flow finds its
connection references wherever they live. One document is alive at a time.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pllint.discover import Discovery, matches
from pllint.model.component import Component
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy
from pllint.model.solution import ConnectionReference, DeploymentSettings, EnvironmentVariable
from pllint.model.workspace import Workspace
from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.read.recognise import ArchiveForm, SolutionForm
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint.text.node import Node
from pllint.text.problem import Limits, MalformedError
from pllint.text.tree import Archive, Tree

if TYPE_CHECKING:  # the readers of forms are imported when a file of that form is met
    from pllint.read.dlp_policy import LooseRules
    from pllint.read.exports import Exports
    from pllint.read.solution import SolutionParts

_UNREAD_ARCHIVES = {
    ArchiveForm.LEGACY_PACKAGE: "a legacy package of a flow or an app, which pllint does not read yet",
    ArchiveForm.CANVAS_APP: "a canvas app document, which pllint does not read yet",
    ArchiveForm.CONFIGURATION_DATA: "configuration migration data, which holds no component",
}
_UNREAD_ENDINGS = {
    ".msapp": "a canvas app document, which pllint does not read yet",
    ".msapr": "a canvas app document, which pllint does not read yet",
    ".tf": "Terraform, which pllint does not read yet",
    ".tfvars": "Terraform, which pllint does not read yet",
}
_TABLES = frozenset({".csv", ".tsv"})
_NOT_OURS = "not a form pllint reads"
_SETTINGS_FILES = frozenset({"pllint.yaml", "pllint.yml"})


def read_workspace(
    discovery: Discovery, settings: Settings, limits: Limits, progress: Callable[[str], None] | None = None
) -> Workspace:
    """Read everything discovered; what cannot be read becomes findings and skipped files, never an exception."""
    gathering = _Gathering(settings, Notes(limits), progress or (lambda _path: None))
    for source, problem in discovery.refused:
        gathering.notes.refuse(source, problem)
    for tree in discovery.trees:
        gathering.survey(tree)
    return gathering.workspace()


class _Gathering:
    """Everything found so far, in the order of the survey."""

    def __init__(self, settings: Settings, notes: Notes, progress: Callable[[str], None]) -> None:
        self.notes = notes
        self._settings = settings
        self._progress = progress
        self._roots: list[tuple[Tree, SolutionForm]] = []
        self._loose: list[tuple[Tree, str, tuple[str, ...]]] = []
        """(tree, name, names of the files in the same folder)."""
        self._solutions: list[tuple[Tree, SolutionParts]] = []
        self._components: list[Component] = []
        self._connectors: list[CustomConnector] = []
        self._policies: list[DlpPolicy] = []
        self._loose_rules: list[LooseRules] = []
        self._listed: list[Environment] = []
        self._governance: list[Node] = []
        self._deployment_settings: list[DeploymentSettings] = []
        self._references: dict[str, ConnectionReference] = {}
        self._variables: dict[str, EnvironmentVariable] = {}
        self._exports: Exports | None = None

    def survey(self, tree: Tree) -> None:
        """Tell the solutions, archives and loose files of a tree apart by their names."""
        names = [entry.name for entry in tree.entries()]
        self._note_problems(tree)
        claimed: set[str] = set()
        for folder, form in recognise.solution_roots(names):
            root = tree.subtree(folder)
            if form is SolutionForm.YAML:
                reason = "a solution in the YAML source format, which pllint does not read yet"
                self.notes.skip(root.label.rstrip("/!") or ".", reason)
            elif recognise.is_solution_manifest(root, form):
                claimed.update(f"{folder}/{name}" if folder else name for name in self._solution(root, form))
        siblings: dict[str, list[str]] = {}
        for name in names:
            folder, _, base = name.rpartition("/")
            siblings.setdefault(folder, []).append(base)
        for name in names:
            if name in claimed:
                continue
            if name.lower().endswith(".zip"):
                self._archive(tree, name)
            else:
                self._loose.append((tree, name, tuple(siblings[name.rpartition("/")[0]])))

    def workspace(self) -> Workspace:
        """Read what the survey found and join it."""
        from pllint.read import custom_connector, dlp_policy, environments

        for _, parts in self._solutions:
            for reference in parts.solution.connection_references:
                self._references.setdefault(reference.logical_name.lower(), reference)
            for variable in parts.solution.environment_variables:
                self._variables.setdefault(variable.schema_name.lower(), variable)
        for tree, name, siblings in self._loose:
            self._read_loose(tree, name, siblings)
        for tree, parts in self._solutions:
            self._read_solution(tree, parts)
        policies = dlp_policy.join(self._policies, self._loose_rules, self.notes)
        governance = None
        if self._governance:
            from pllint.read.governance import governance_files

            governance = governance_files(self._governance, self.notes)
        declared = governance.environments if governance else ()
        merged, contradictions = environments.merge(declared, self._listed, policies)
        self.notes.findings.extend(contradictions)
        proved = None
        if self._exports is not None:
            proved = self._exports.proved(governance, merged, self.notes)
            governance, merged = proved.governance, proved.environments
        connectors = custom_connector.join(self._connectors, self.notes)
        custom_connector.note_open_hosts(connectors, self._deployment_settings, self.notes)
        return Workspace(
            solutions=[parts.solution for _, parts in self._solutions],
            components=self._components,
            custom_connectors=connectors,
            policies=policies,
            environments=merged,
            deployment_settings=self._deployment_settings,
            governance=governance,
            findings=self.notes.findings,
            skipped=self.notes.skipped,
            governance_files=len(self._governance),
            inventory=proved.inventory if proved else None,
            licences=proved.licences if proved else (),
        )

    def _note_problems(self, tree: Tree) -> None:
        for problem in tree.problems:
            self.notes.problem(Source(tree.label.rstrip("/!") or ".", bytes), problem)

    def _solution(self, root: Tree, form: SolutionForm) -> frozenset[str]:
        from pllint.read.solution import read_solution

        self._progress(root.label)
        parts = read_solution(root, form, self.notes)
        self._solutions.append((root, parts))
        self.notes.skipped.extend(parts.left)
        return parts.claimed

    def _archive(self, tree: Tree, name: str) -> None:
        self._progress(tree.label + name)
        try:
            archive = tree.open_archive(name, self.notes.limits)
        except (MalformedError, OSError) as error:
            self.notes.refuse(tree.source(name), problem_of(error))
            return
        self._take_archive(archive)

    def _take_archive(self, archive: Archive) -> None:
        form = recognise.archive_form(archive)
        if form in _UNREAD_ARCHIVES:
            self._note_problems(archive)
            self.notes.skip(archive.label.rstrip("!"), _UNREAD_ARCHIVES[form])
        else:
            self.survey(archive)

    # Solutions

    def _read_solution(self, tree: Tree, parts: "SolutionParts") -> None:
        from pllint.read import cloud_flow, custom_connector
        from pllint.read.document import open_json

        name = parts.solution.unique_name
        references: Mapping[str, ConnectionReference] = {**self._references, **parts.references}
        variables: Mapping[str, EnvironmentVariable] = {**self._variables, **parts.variables}
        for flow in parts.flows:
            if flow.file is None:
                reason = f"the solution names the flow '{flow.name}', but does not hold its definition"
                self.notes.skip(flow.at.source.path, reason)
                continue
            self._progress(tree.label + flow.file)
            node = open_json(tree, flow.file, self.notes, "cloud-flow")
            if node is not None:
                self._components.append(
                    cloud_flow.cloud_flow(
                        node,
                        name=flow.name,
                        id=flow.id,
                        solution=name,
                        state=flow.state,
                        references=references,
                        variables=variables,
                    )
                )
        if parts.apps:
            from pllint.read.canvas_app import canvas_app

            self._components.extend(
                canvas_app(app, solution=name, references=references, notes=self.notes) for app in parts.apps
            )
        self._components.extend(parts.components)
        self._connectors.extend(
            custom_connector.in_solution(tree, entry, name, variables, self.notes) for entry in parts.connectors
        )

    # Loose files

    def _read_loose(self, tree: Tree, name: str, siblings: tuple[str, ...]) -> None:
        lowered = name.lower()
        ending = lowered[lowered.rfind(".") :]
        path = tree.label + name
        if ending in {".json", ".example"}:
            self._read_json(tree, name, siblings)
        elif ending in {".yaml", ".yml"}:
            self._read_yaml(tree, name)
        elif ending in _TABLES:
            self._read_table(tree, name)
        elif ending in _UNREAD_ENDINGS:
            self.notes.skip(path, _UNREAD_ENDINGS[ending])
        elif matches(path, self._settings.policies):
            self.notes.skip(path, _NOT_OURS)

    def _read_json(self, tree: Tree, name: str, siblings: tuple[str, ...]) -> None:
        from pllint.text import json_text

        source = tree.source(name, json_text.locate)
        expected = recognise.is_ours_by_name(name) or matches(source.path, self._settings.policies)
        aside = Notes(self.notes.limits)
        try:
            content = source.read()
            if not expected and not recognise.may_be_ours(name, content):
                self.notes.skip(source.path, _NOT_OURS)
                return
            self._progress(source.path)
            value, problems = json_text.parse(content, self.notes.limits)
        except (MalformedError, OSError) as error:
            if expected:
                self.notes.refuse(source, problem_of(error))
            else:
                self.notes.skip(source.path, f"not JSON: {problem_of(error).message}")
            return
        for problem in problems:
            aside.problem(source, problem)
        node = Node(value, Anchor(source))
        if self._take_json(tree, name, siblings, node):
            self.notes.findings.extend(aside.findings)
        else:
            self.notes.skip(source.path, _other_form(value) or _NOT_OURS)

    def _take_json(self, tree: Tree, name: str, siblings: tuple[str, ...], node: Node) -> bool:
        """Read a JSON document as every form it has; false when it has none."""
        from pllint.read import cloud_flow, custom_connector, deployment_settings, dlp_policy, inventory
        from pllint.read.document import check_schema

        base = name.rpartition("/")[2]
        value = node.value
        if cloud_flow.is_cloud_flow(value):
            check_schema(node, self.notes, "cloud-flow")
            flow_name, flow_id = cloud_flow.named(node, base)
            self._components.append(
                cloud_flow.cloud_flow(
                    node,
                    name=flow_name,
                    id=flow_id,
                    solution=None,
                    state=None,
                    references=self._references,
                    variables=self._variables,
                )
            )
            return True
        if custom_connector.recognises_definition(base, value, siblings):
            connector = custom_connector.from_folder(tree, name, siblings, self.notes, node)
            if connector is not None:
                self._connectors.append(connector)
            return True
        if custom_connector.recognises_properties(base, value):
            return any(custom_connector.is_definition_name(sibling) for sibling in siblings)
        if deployment_settings.recognises(value):
            self._deployment_settings.append(deployment_settings.deployment_settings(node, self.notes))
            return True
        taken = False
        if dlp_policy.recognises(value):
            check_schema(node, self.notes, "policy")
            self._policies.extend(dlp_policy.policies(node, self.notes))
            self._loose_rules.extend(dlp_policy.loose_rules(node, self.notes))
            taken = True
        if inventory.recognises(value):
            self._listed.extend(inventory.environments(node, self.notes))
            taken = True
        return self._all_exports().take(node, self.notes) or taken

    def _all_exports(self) -> "Exports":
        if self._exports is None:
            from pllint.read.exports import Exports

            self._exports = Exports(self._settings.licence_exports)
        return self._exports

    def _read_table(self, tree: Tree, name: str) -> None:
        from pllint.read import inventory
        from pllint.text import csv_text

        source = tree.source(name, csv_text.locate)
        try:
            content = source.read()
            columns = csv_text.header(content)
            environments = inventory.recognises_columns(columns)
            exports = self._all_exports()
            reason = None if environments else exports.unread(columns, source.path)
            if reason is not None:
                if reason:
                    self.notes.skip(source.path, reason)
                return
            if exports.takes_names(columns, source):
                return
            self._progress(source.path)
            rows, problems = csv_text.parse(content, self.notes.limits)
        except (MalformedError, OSError) as error:
            self.notes.refuse(source, problem_of(error))
            return
        for problem in problems:
            self.notes.problem(source, problem)
        node = Node(rows, Anchor(source))
        if environments:
            self._listed.extend(inventory.environments(node, self.notes))
        else:
            exports.take_table(node, columns, self.notes)

    def _read_yaml(self, tree: Tree, name: str) -> None:
        source = tree.source(name)
        if name.rpartition("/")[2] in _SETTINGS_FILES:
            return
        expected = matches(source.path, self._settings.governance)
        try:
            content = source.read()
        except (MalformedError, OSError) as error:
            self.notes.refuse(source, problem_of(error))
            return
        if not expected and not recognise.may_be_governance(content):
            self.notes.skip(source.path, _NOT_OURS)
            return
        from pllint.read import governance
        from pllint.read.document import open_yaml

        self._progress(source.path)
        aside = Notes(self.notes.limits)
        node = open_yaml(tree, name, aside)
        if node is not None and governance.recognises(node.value, source.path, self._settings.governance):
            self._governance.append(node)
            self.notes.findings.extend(aside.findings)
        elif node is None and expected:
            self.notes.findings.extend(aside.findings)
            self.notes.skipped.extend(aside.skipped)
        else:
            self.notes.skip(source.path, _NOT_OURS)


def _other_form(value: object) -> str | None:
    from pllint.read import deployment_settings, dlp_policy

    found = deployment_settings.other_form(value) or dlp_policy.other_form(value)
    if found is None:
        from pllint.read import connector_export

        if connector_export.recognises(value):
            return "a tenant's list of connectors; `pllint catalogue refresh` makes a catalogue of it"
    return found
