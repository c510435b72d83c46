"""Joins what all files say into one workspace.

First every tree is surveyed by names: solutions, archives and loose files are told apart. Then the manifests of all
solutions are read, then loose files, and only then the flows and apps of the solutions, so that a flow finds its
connection references wherever they live. One document is alive at a time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pllint.discover import Discovery, matches
from pllint.model.workspace import Workspace
from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.read.policy_files import PolicyFiles
from pllint.read.recognise import PAGE_SOURCE, ArchiveForm, DocumentEntry, DocumentForm, SolutionForm
from pllint.source import Anchor, Source
from pllint.text.node import Node
from pllint.text.problem import Limits, MalformedError, Problem, ProblemKind
from pllint.text.tree import Archive, Tree

if TYPE_CHECKING:  # the readers of a form are imported when a file of that form is met
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pllint.model.component import Component
    from pllint.model.connector_definition import ConnectorDefinition
    from pllint.model.custom_connector import CustomConnector
    from pllint.model.environment import Environment
    from pllint.model.governance import Governance
    from pllint.model.policy import DlpPolicy
    from pllint.model.solution import ConnectionReference, DeploymentSettings, EnvironmentVariable
    from pllint.read.agent import AgentReading
    from pllint.read.app_document import AppDocument
    from pllint.read.exports import Exports
    from pllint.read.legacy_package import PackageApp, PackageParts
    from pllint.read.solution import AgentEntry, CanvasAppEntry, ConnectorEntry, DesktopFlowEntry, SolutionParts
    from pllint.settings import Settings

_UNREAD_ARCHIVES = {
    ArchiveForm.CONFIGURATION_DATA: "configuration migration data, which holds no component",
}
_UNREAD_ENDINGS = {
    ".msapr": "the rest of a canvas app document, whose pages are not here",
}
_TABLES = frozenset({".csv", ".tsv"})
_CLONE_FILES = frozenset({"settings", "agent", "connectionreferences"})
_LONE_PART = "a part of a Copilot Studio agent, without the agent's own files beside it"
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
        self._definitions: list[ConnectorDefinition] = []
        self._governing = PolicyFiles(notes)
        self._listed: list[Environment] = []
        self._packages: list[tuple[Tree, PackageParts]] = []
        self._clones: list[Tree] = []
        """Folders that hold the clone of an agent."""
        self._agents: list[AgentReading] = []
        self._documents: list[tuple[Tree, DocumentEntry]] = []
        """Documents of canvas apps outside solutions."""
        self._governance: list[Node] = []
        self._deployment_settings: list[DeploymentSettings] = []
        self._references: dict[str, ConnectionReference] = {}
        self._variables: dict[str, EnvironmentVariable] = {}
        self._exports: Exports | None = None

    def survey(self, tree: Tree) -> None:
        """Tell the solutions, archives and loose files of a tree apart by their names."""
        names = [entry.name for entry in tree.entries()]
        self._note_problems(tree)
        claimed = self._survey_solutions(tree, names)
        self._survey_folders(tree, names, claimed)
        siblings: dict[str, list[str]] = {}
        for name in names:
            folder, _, base = name.rpartition("/")
            siblings.setdefault(folder, []).append(base)
        for name in names:
            if name in claimed:
                continue
            if name.lower().endswith((".zip", ".msapp")):
                self._archive(tree, name)
            else:
                self._loose.append((tree, name, tuple(siblings[name.rpartition("/")[0]])))

    def _survey_solutions(self, tree: Tree, names: list[str]) -> set[str]:
        """Find the solutions of a tree; gives the files that belong to them."""
        claimed: set[str] = set()
        for folder, form in recognise.solution_roots(names):
            root = tree.subtree(folder)
            if form is SolutionForm.YAML:
                inside = (name for each in self._yaml_solutions(root) for name in each)
                claimed.update(f"{folder}/{name}" if folder else name for name in inside)
            elif recognise.is_solution_manifest(root, form):
                claimed.update(f"{folder}/{name}" if folder else name for name in self._solution(root, form))
        return claimed

    def _survey_folders(self, tree: Tree, names: list[str], claimed: set[str]) -> None:
        """Find packages, agents and apps that are made of several files, and claim these."""
        for folder in recognise.package_roots([name for name in names if name not in claimed]):
            claimed.update(f"{folder}/{name}" if folder else name for name in self._package(tree.subtree(folder)))
        for folder in recognise.agent_folders(name for name in names if name not in claimed):
            clone = tree.subtree(folder)
            self._clones.append(clone)
            inside = (entry.name for entry in clone.entries() if recognise.is_agent_file(entry.name))
            claimed.update(f"{folder}/{name}" if folder else name for name in inside)
        for folder, document_form in recognise.document_folders(name for name in names if name not in claimed).items():
            path = folder or tree.label.rstrip("/!")
            name = recognise.app_name(path)
            # Only what an export named is named after the app's logical name.
            id_ = name if not path.endswith(name) else ""
            document = DocumentEntry(name=name or "app", id=id_, place=folder, form=document_form, packed=False)
            self._documents.append((tree, document))
            claimed.update(recognise.document_parts(names, folder))

    def workspace(self) -> Workspace:
        """Read what the survey found and join it."""
        for _, parts in self._solutions:
            for reference in parts.solution.connection_references:
                self._references.setdefault(reference.logical_name.lower(), reference)
            for variable in parts.solution.environment_variables:
                self._variables.setdefault(variable.schema_name.lower(), variable)
        for tree, name, siblings in self._loose:
            self._guard(tree.label + name, partial(self._read_loose, tree, name, siblings))
        self._read_documents()
        for tree, package in self._packages:
            self._guard(tree.label, partial(self._read_package, tree, package))
        for tree, parts in self._solutions:
            self._guard(tree.label, partial(self._read_solution, tree, parts))
        for clone in self._clones:
            self._guard(clone.label, partial(self._read_clone, clone))
        self._join_agents()
        self._governing.read_terraform()
        policies = self._governing.policies()
        governance = self._merged_governance()
        merged = self._merged_environments(governance, policies)
        proved = self._exports.proved(governance, merged, self.notes) if self._exports is not None else None
        return Workspace(
            solutions=[parts.solution for _, parts in self._solutions],
            components=self._components,
            custom_connectors=self._joined_connectors(),
            connector_definitions=self._joined_definitions(),
            policies=policies,
            environments=proved.environments if proved else merged,
            deployment_settings=self._deployment_settings,
            governance=proved.governance if proved else governance,
            findings=self.notes.findings,
            skipped=self.notes.skipped,
            governance_files=len(self._governance),
            inventory=proved.inventory if proved else None,
            licences=proved.licences if proved else (),
            advanced_policies=self._governing.advanced(),
            connector_settings=self._governing.connector_settings,
            tenant_isolation=self._governing.isolation,
            tenant_settings=self._governing.settings,
            secrets=self._secrets(),
        )

    def _guard(self, path: str, read: Callable[[], None]) -> None:
        """Read something; a fault of pllint's own becomes a finding there, and everything else is still read."""
        try:
            read()
        except Exception as error:  # noqa: BLE001 - no file may end the run, not even one that a reader does not bear
            what = f"pllint failed to read it ({type(error).__name__}), which is a fault of pllint"
            self.notes.refuse(Source(path.rstrip("/!") or ".", bytes), Problem(ProblemKind.UNREADABLE, what))

    def _joined_connectors(self) -> Sequence[CustomConnector]:
        if not self._definitions:
            return ()
        from pllint.read import custom_connector

        defined = [one.connector for one in self._definitions if one.has_definition or not one.in_folder]
        connectors = custom_connector.join(defined, self.notes)
        custom_connector.note_open_hosts(connectors, self._deployment_settings, self.notes)
        return connectors

    def _joined_definitions(self) -> Sequence[ConnectorDefinition]:
        if not self._definitions:
            return ()
        from pllint.read import custom_connector

        return custom_connector.join_definitions(self._definitions)

    def _merged_governance(self) -> Governance | None:
        if not self._governance:
            return None
        from pllint.read.governance import governance_files

        return governance_files(self._governance, self.notes)

    def _merged_environments(
        self, governance: Governance | None, policies: Sequence[DlpPolicy]
    ) -> Sequence[Environment]:
        declared = governance.environments if governance else ()
        listed = [*self._listed, *self._governing.listed]
        if not declared and not listed and not policies:
            return ()
        from pllint.read import environments

        merged, contradictions = environments.merge(declared, listed, policies)
        self.notes.findings.extend(contradictions)
        return merged

    def _secrets(self) -> Iterator[Anchor]:
        for component in self._components:
            yield from (secret.at for secret in component.secrets)
        for _, parts in self._solutions:
            yield from (one.secret_at for one in parts.solution.environment_variables if one.secret_at)
        for settings in self._deployment_settings:
            yield from (secret.at for secret in settings.secrets)
        for definition in self._definitions:
            yield from (secret.at for secret in definition.secrets)

    def _note_problems(self, tree: Tree) -> None:
        for problem in tree.problems:
            self.notes.problem(Source(tree.label.rstrip("/!") or ".", bytes), problem)

    def _yaml_solutions(self, root: Tree) -> Iterator[frozenset[str]]:
        for home in recognise.yaml_solutions(entry.name for entry in root.entries()):
            if recognise.is_yaml_manifest(root, home):
                yield self._solution(root, SolutionForm.YAML, home)

    def _solution(self, root: Tree, form: SolutionForm, manifest: str | None = None) -> frozenset[str]:
        from pllint.read.solution import read_solution

        self._progress(root.label)
        parts = read_solution(root, form, self.notes, manifest)
        self._solutions.append((root, parts))
        self.notes.skipped.extend(parts.left)
        return parts.claimed

    def _package(self, root: Tree) -> frozenset[str]:
        from pllint.read.legacy_package import read_package

        self._progress(root.label)
        aside = Notes(self.notes.limits)
        parts = read_package(root, aside)
        if parts is None:
            return frozenset()
        self.notes.findings.extend(aside.findings)
        self._packages.append((root, parts))
        for flow in parts.missing:
            reason = f"the package names the flow '{flow}', but does not hold its definition"
            self.notes.skip(f"{root.label}manifest.json", reason)
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
        if form is ArchiveForm.CANVAS_APP:
            self._note_problems(archive)
            name = recognise.app_name(archive.label.rstrip("!"))
            document = DocumentEntry(name=name, id=name, place="", form=DocumentForm.PACKAGE, packed=False)
            self._documents.append((archive, document))
        elif form in _UNREAD_ARCHIVES:
            self._note_problems(archive)
            self.notes.skip(archive.label.rstrip("!"), _UNREAD_ARCHIVES[form])
        else:
            self.survey(archive)

    # Solutions

    def _read_solution(self, tree: Tree, parts: SolutionParts) -> None:
        from pllint.read import cloud_flow
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
        for entry in parts.desktop_flows:
            self._read_desktop_flow(tree, entry, name, references)
        for app in parts.apps:
            self._read_app(tree, app, name, references)
        for document in parts.documents:
            self._read_document(tree, document, name, references)
        for agent in parts.agents:
            self._read_agent(tree, agent, name, references)
        self._components.extend(parts.components)
        for connector in parts.connectors:
            self._guard(connector.at.source.path, partial(self._read_connector, tree, connector, name, variables))

    def _read_connector(
        self, tree: Tree, entry: ConnectorEntry, solution: str, variables: Mapping[str, EnvironmentVariable]
    ) -> None:
        from pllint.read import custom_connector

        self._definitions.append(custom_connector.definition_in_solution(tree, entry, solution, variables, self.notes))

    def _read_desktop_flow(
        self, tree: Tree, entry: DesktopFlowEntry, solution: str, references: Mapping[str, ConnectionReference]
    ) -> None:
        from pllint.read.desktop_flow import desktop_flow
        from pllint.read.document import open_json

        if entry.file:
            self._progress(tree.label + entry.file)
        self._components.append(
            desktop_flow(
                open_json(tree, entry.file, self.notes) if entry.file else None,
                entry.element,
                name=entry.name,
                id=entry.id,
                at=entry.at,
                solution=solution,
                state=entry.state,
                references=references,
                notes=self.notes,
            )
        )

    def _read_app(
        self, tree: Tree, app: CanvasAppEntry, solution: str, references: Mapping[str, ConnectionReference]
    ) -> None:
        from pllint.read.canvas_app import canvas_app, disagreement, document_app

        component = canvas_app(app, solution=solution, references=references, notes=self.notes)
        self._components.append(component)
        if app.document is None or app.document.form is DocumentForm.SOURCE:
            return
        document = self._open_document(tree, app.document)
        if document is not None and document.complete:
            other = document_app(document, name=app.name, id=app.name, solution=solution, references=references)
            finding = disagreement(component, other)
            if finding is not None:
                self.notes.findings.append(finding)

    # Agents

    def _read_agent(
        self, tree: Tree, entry: AgentEntry, solution: str, references: Mapping[str, ConnectionReference]
    ) -> None:
        from pllint.read.agent import AgentFiles
        from pllint.read.document import open_json, open_yaml

        files = AgentFiles(references)
        files.authenticate(entry.authentication, entry.authentication_at)
        configuration = open_json(tree, entry.configuration, self.notes) if entry.configuration else None
        if configuration is not None:
            files.configure(configuration)
        for part in entry.parts:
            if part.is_file:
                files.take_file(part.at)
            elif part.data:
                self._progress(tree.label + part.data)
                node = open_yaml(tree, part.data, self.notes)
                if node is not None:
                    files.take(node)
        for link in entry.links:
            files.take_link(link.target, link.at, is_flow=link.is_flow)
        files.miss(sum(part.is_missing for part in entry.parts), entry.at)
        self._agents.append(files.reading(name=entry.name, id=entry.id, at=entry.at, solution=solution))

    def _read_clone(self, tree: Tree) -> None:
        from pllint.read.agent import AgentFiles, clone_references
        from pllint.read.document import open_yaml

        def opened(name: str) -> Node | None:
            found = tree.find(f"{name}.mcs.yml") or tree.find(f"{name}.mcs.yaml")
            return open_yaml(tree, found, self.notes) if found else None

        self._progress(tree.label)
        settings, main, listed = opened("settings"), opened("agent"), opened("connectionreferences")
        own = clone_references(listed) if listed is not None else ()
        files = AgentFiles({**self._references, **{reference.logical_name.lower(): reference for reference in own}})
        label = tree.label.rstrip("/!").rpartition("/")[2]
        name = id_ = label or "agent"
        if settings is not None:
            name, id_ = settings["displayName"].text or name, settings["schemaName"].text or id_
            files.authenticate(settings["authenticationMode"].text, settings["authenticationMode"].at)
            files.configure(settings["configuration"])
        if main is not None:
            files.take(main)
        for entry in tree.entries():
            lowered = entry.name.lower()
            if lowered.startswith("knowledge/files/") and not lowered.endswith((".mcs.yml", ".mcs.yaml")):
                files.take_file(Anchor(tree.source(entry.name)))
            elif lowered.endswith((".mcs.yml", ".mcs.yaml")) and lowered.rpartition(".mcs.")[0] not in _CLONE_FILES:
                node = open_yaml(tree, entry.name, self.notes)
                if node is not None:
                    files.take(node)
        first = main if main is not None else settings
        at = first.at if first is not None else Anchor(tree.source("settings.mcs.yml"))
        self._agents.append(files.reading(name=name, id=id_, at=at, solution=None))

    def _join_agents(self) -> None:
        if not self._agents:
            return
        from pllint.read.agent import completed

        flows = {component.id: component for component in self._components if component.trigger is not None}
        self._components.extend(completed(reading, flows) for reading in self._agents)

    # Legacy packages

    def _read_package(self, tree: Tree, parts: PackageParts) -> None:
        from pllint.read import cloud_flow
        from pllint.read.document import open_json

        flow_ids: dict[str, str] = {}
        for flow in parts.flows:
            self._progress(tree.label + flow.file)
            node = open_json(tree, flow.file, self.notes, "cloud-flow")
            if node is None:
                continue
            name, flow_id = cloud_flow.named(node, flow.resource)
            name = flow.name if name == flow.resource and flow.name else name
            flow_ids[flow.resource] = flow_id
            self._components.append(
                cloud_flow.cloud_flow(
                    node,
                    name=name,
                    id=flow_id,
                    solution=None,
                    state=None,
                    references=self._references,
                    variables=self._variables,
                )
            )
        for app in parts.apps:
            self._read_packaged_app(tree, app, parts.apis, flow_ids)

    def _read_packaged_app(
        self, tree: Tree, app: PackageApp, apis: Mapping[str, str], flow_ids: Mapping[str, str]
    ) -> None:
        from pllint.read.canvas_app import package_app
        from pllint.read.document import open_json

        node = open_json(tree, app.file, self.notes) if app.file else None
        if node is not None:
            definition = node["appDefinitionTemplate"]["properties"]
            self._components.append(
                package_app(
                    definition,
                    name=app.name or app.id,
                    id=app.id,
                    apis=apis,
                    flows=flow_ids,
                    references=self._references,
                )
            )
        elif app.document is not None:
            self._read_document(tree, app.document, None, self._references)

    # Documents of canvas apps

    def _open_document(self, tree: Tree, entry: DocumentEntry) -> AppDocument | None:
        from pllint.read.app_document import read_document

        self._progress(tree.label + entry.place)
        home = tree.subtree(entry.place)
        rest = next((part.name for part in home.entries() if part.name.lower().endswith(".msapr")), None)
        packed = entry.place if entry.packed else f"{entry.place}/{rest}".lstrip("/") if rest else None
        if packed is not None:
            try:
                home = tree.open_archive(packed, self.notes.limits)
            except (MalformedError, OSError) as error:
                self.notes.refuse(tree.source(packed), problem_of(error))
                return None
            self._note_problems(home)
        return read_document(home, entry.form, self.notes)

    def _read_document(
        self, tree: Tree, entry: DocumentEntry, solution: str | None, references: Mapping[str, ConnectionReference]
    ) -> AppDocument | None:
        from pllint.read.canvas_app import document_app

        document = self._open_document(tree, entry)
        if document is not None:
            app = document_app(document, name=entry.name, id=entry.id, solution=solution, references=references)
            self._components.append(app if entry.id else app._replace(id=app.name))
        return document

    def _read_documents(self) -> None:
        # An app and its unpacked source may lie in two places; the file id of the document tells that they are one.
        order = list(DocumentForm)
        seen: dict[str, DocumentForm] = {}
        for tree, entry in sorted(self._documents, key=lambda one: order.index(one[1].form)):
            before = len(self._components)
            document = self._read_document(tree, entry, None, self._references)
            if document is None or document.file_id is None:
                continue
            if seen.setdefault(document.file_id, entry.form) is not entry.form:
                del self._components[before:]

    # Loose files

    def _read_loose(self, tree: Tree, name: str, siblings: tuple[str, ...]) -> None:
        lowered = name.lower()
        ending = lowered[lowered.rfind(".") :]
        path = tree.label + name
        if self._governing.take_file(tree, name):
            return
        if ending in {".json", ".example", ".tfstate"}:
            self._read_json(tree, name, siblings)
        elif lowered.endswith((".pa.yaml", ".fx.yaml")):
            self.notes.skip(path, PAGE_SOURCE)
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
        content = self._content(source, expected=expected)
        if content is None:
            return
        if not expected and not recognise.may_be_ours(name, content):
            self.notes.skip(source.path, _NOT_OURS)
            return
        self._progress(source.path)
        try:
            value, problems = json_text.parse(self.notes.opened(content), self.notes.limits)
        except MalformedError as error:
            if expected:
                self.notes.refuse(source, error.problem)
            else:
                self.notes.skip(source.path, f"not JSON: {error.problem.message}")
            return
        for problem in problems:
            aside.problem(source, problem)
        node = Node(value, Anchor(source))
        if self._take_json(tree, name, siblings, node):
            self.notes.findings.extend(aside.findings)
        else:
            self.notes.skip(source.path, _other_form(value) or self._governing.other_form(value) or _NOT_OURS)

    def _content(self, source: Source, *, expected: bool) -> bytes | None:
        """Give the bytes of a file; what cannot be read may be anything, so it is a finding whatever it is called."""
        try:
            return source.read()
        except (MalformedError, OSError) as error:
            problem = problem_of(error)
            if expected or problem.kind is not ProblemKind.LIMIT:
                self.notes.refuse(source, problem)
            else:
                self.notes.skip(source.path, problem.message)
        return None

    def _take_json(self, tree: Tree, name: str, siblings: tuple[str, ...], node: Node) -> bool:
        """Read a JSON document as every form it has; false when it has none."""
        if self._take_component(name, siblings, node):
            return True
        from pllint.read import custom_connector, deployment_settings, inventory
        from pllint.read.document import check_schema

        base = name.rpartition("/")[2]
        value = node.value
        if custom_connector.recognises_definition(base, value, siblings):
            definition = custom_connector.definition_in_folder(tree, name, siblings, self.notes, node)
            if definition is not None:
                self._definitions.append(definition)
            return True
        if custom_connector.recognises_properties(base, value):
            # Of a definition that is there and cannot be read, that is said already.
            if not any(custom_connector.may_be_definition_name(sibling) for sibling in siblings):
                check_schema(node, self.notes, "connector-properties")
                self._definitions.append(custom_connector.lone_properties(tree, name, node))
            return True
        if deployment_settings.recognises(value):
            self._deployment_settings.append(deployment_settings.deployment_settings(node, self.notes))
            return True
        taken = self._governing.take_json(node)
        if inventory.recognises(value):
            self._listed.extend(inventory.environments(node, self.notes))
            taken = True
        return self._all_exports().take(node, self.notes) or taken

    def _all_exports(self) -> Exports:
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

    def _take_component(self, name: str, siblings: Sequence[str], node: Node) -> bool:
        """Read a JSON document as a flow, or as a code app's settings; false when it is neither."""
        from pllint.read.cloud_flow import is_cloud_flow
        from pllint.read.document import check_schema

        folder, _, base = name.rpartition("/")
        if is_cloud_flow(node.value):
            check_schema(node, self.notes, "cloud-flow")
            # The clone of an agent keeps each flow in a folder that is named as its file is elsewhere.
            self._take_flow(node, folder if base.lower() == "workflow.json" and folder else base)
            return True
        if recognise.is_desktop_flow(node.value):
            self._take_desktop_flow(node, base)
            return True
        if recognise.is_code_app(base, node.value):
            return self._take_code_app(node, name, siblings)
        return self._take_rows(node, base)

    def _take_flow(self, node: Node, file_name: str) -> None:
        from pllint.read import cloud_flow

        name, flow_id = cloud_flow.named(node, file_name)
        flow = cloud_flow.cloud_flow(
            node,
            name=name,
            id=flow_id,
            solution=None,
            state=None,
            references=self._references,
            variables=self._variables,
        )
        self._components.append(flow)

    def _take_code_app(self, node: Node, name: str, siblings: Sequence[str]) -> bool:
        from pllint.read.canvas_app import code_app

        if name.lower().endswith(".example") and "power.config.json" in map(str.lower, siblings):
            return False  # the sample of the file beside it
        folder = name.rpartition("/")[0].rpartition("/")[2]
        app = code_app(node, name=folder or "code app", solution=None, references=self._references)
        self._components.append(app)
        return True

    def _take_rows(self, node: Node, base: str) -> bool:
        from pllint.read.cloud_flow import cloud_flow, is_cloud_flow, named_by_file
        from pllint.read.flow_rows import flow_rows

        taken = False
        for row in flow_rows(node):
            name, flow_id = named_by_file(base)
            if recognise.is_desktop_flow(row.definition.value):
                self._take_desktop_flow(row.definition, row.name or name, row.id or flow_id)
            elif is_cloud_flow(row.definition.value):
                flow = cloud_flow(
                    row.definition,
                    name=row.name or name,
                    id=row.id or flow_id,
                    solution=None,
                    state=row.state,
                    references=self._references,
                    variables=self._variables,
                )
                self._components.append(flow)
            else:
                continue
            taken = True
        return taken

    def _take_desktop_flow(self, node: Node, name: str, id_: str | None = None) -> None:
        from pllint.read.cloud_flow import named_by_file
        from pllint.read.desktop_flow import desktop_flow

        flow_name, flow_id = (name, id_) if id_ else named_by_file(name)
        self._components.append(
            desktop_flow(
                node,
                None,
                name=flow_name,
                id=flow_id,
                at=node.at,
                solution=None,
                state=None,
                references=self._references,
                notes=self.notes,
            )
        )

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
        programme = recognise.may_be_pulumi(content)
        if not expected and not programme and not recognise.may_be_governance(content):
            lone = recognise.may_be_agent_part(name, content)
            self.notes.skip(source.path, _LONE_PART if lone else _NOT_OURS)
            return
        from pllint.read import governance
        from pllint.read.document import open_yaml

        self._progress(source.path)
        aside = Notes(self.notes.limits)
        node = open_yaml(tree, name, aside)
        if node is not None and governance.recognises(node.value, source.path, self._settings.governance):
            self._governance.append(node)
            self.notes.findings.extend(aside.findings)
        elif node is not None and programme and self._governing.take_yaml(node):
            self.notes.findings.extend(aside.findings)
        elif node is None and expected:
            self.notes.findings.extend(aside.findings)
            self.notes.skipped.extend(aside.skipped)
        else:
            self.notes.skip(source.path, _NOT_OURS)


def _other_form(value: object) -> str | None:
    from pllint.read import deployment_settings

    found = deployment_settings.other_form(value)
    if found is None:
        from pllint.read import connector_export

        if isinstance(value, dict) and value.keys() == {"as-of", "connectors"}:
            return "a catalogue of connectors, used where the settings name it"
        if connector_export.recognises(value):
            return "a tenant's list of connectors; `pllint catalogue refresh` makes a catalogue of it"
    return found
