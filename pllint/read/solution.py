"""Solutions: the manifest and everything it holds, from a zip, an unzipped zip, an unpacked folder or YAML.

The forms differ in where a thing's element stands (in customizations.xml, or in a file of its own) and in the folder
its parts lie in, so all places are looked at and the form only says which manifest to open.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pllint.finding import Skipped
from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import custom_name, parse_connector_id
from pllint.model.solution import (
    ConnectionReference,
    EnvironmentVariable,
    MissingDependency,
    PackageFile,
    RootComponent,
    Solution,
)
from pllint.read import literals, recognise
from pllint.read.cloud_flow import bare_guid, is_cloud_flow, named_by_file
from pllint.read.document import Notes, open_json, open_xml, open_yaml
from pllint.read.recognise import PAGE_SOURCE, DocumentEntry, DocumentForm
from pllint.record import NamedTuple
from pllint.schema import violations
from pllint.source import Anchor, KeyPath, Source
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

if TYPE_CHECKING:
    from pllint.text.xml_text import Element

_CLOUD_FLOW = "5"
_DESKTOP_FLOW = "6"
_BUSINESS_PROCESS_FLOW = "4"
_STATES = {"0": "off", "1": "on", "2": "suspended"}
_VARIABLE_TYPES = {
    "100000000": "text",
    "100000001": "number",
    "100000002": "boolean",
    "100000003": "json",
    "100000004": "data-source",
    "100000005": "secret",
}
_MANAGED = {"0": False, "1": True}

# What a solution is made of; beside it, at the root of a repository, lie other things.
_FOLDERS = frozenset(
    (
        "other", "workflows", "canvasapps", "connector", "connectors", "environmentvariabledefinitions", "bots",
        "botcomponents", "botcomponentcollections", "assets", "desktopflowbinaries", "entities", "optionsets", "roles",
        "appmodules", "appmodulesitemaps", "webresources", "pluginassemblies", "pluginpackages",
        "sdkmessageprocessingsteps", "dashboards", "controls", "customcontrols", "customapis", "formulas", "appactions",
        "maskingrules", "dvtablesearchs", "dvtablesearchentities", "fxexpressions", "powerbidatasets", "powerbireports",
        "aiplugins", "aipluginoperations", "aimodels", "cards", "reports", "templates", "fieldsecurityprofiles",
        "relationships",
    )
)  # fmt: skip
_YAML_FOLDERS = frozenset(
    (
        "solutions", "publishers", "connectionreferences", "modernflows", "workflows", "canvasapps", "connectors",
        "environmentvariabledefinitions", "bots", "botcomponents", "botcomponent_connectionreferenceset",
        "botcomponent_workflowset", "entities", "entityrelationships", "optionsets", "roles", "appmodules",
        "appmodulesitemaps", "webresources", "pluginassemblies", "sdkmessageprocessingsteps", "desktopflowbinaries",
    )
)  # fmt: skip
"""A solution in YAML lies at the root of a repository, so folders that anything could be named after are left out."""
_YAML_ALIASES = {"modernflows": "workflows"}
_YAML_PARTS = (
    "/workflow.yml", "/connectionreference.yml", ".meta.yml", "/environmentvariabledefinition.yml", "/connector.yml",
    "/bot.yml", "/appmodule.yml",
)  # fmt: skip
_UNLISTED = "no solution beside it lists it among its components"
_FRAME = ("solution.xml", "/solution.yml", "/missingdependencies.yml", "[content_types].xml")
"""What every export writes anew, such as the version of the environment it came from."""
_ROOT_FILES = frozenset({"solution.xml", "customizations.xml", "[content_types].xml"})

_CONNECTOR_PARTS = ("_openapidefinition.json", "_connectionparameters.json", "_policytemplateinstances.json")
_UNREAD_USERS = {
    "botcomponentcollections": "agents",
    "aiplugins": "plug-ins of agents",
    "powerbireports": "Power BI reports",
    "powerbidatasets": "Power BI datasets",
    "datalakeworkspaces": "data lake workspaces",
    "connectioninstances": "connection instances",
    "cards": "cards",
    "workqueues": "work queues",
}

_NOT_A_FLOW = "lies among the flows, but is no flow definition"
_CLASSIC = "classic workflow, rule or process: uses no connectors"
_ORPHAN = "part of a Copilot Studio agent that the solution does not hold"
_FILE_PART = "14"
_WITHOUT_DOCUMENT = frozenset({"0", "3", _FILE_PART})
_LINKS = (
    ("botcomponent_connectionreference", "connectionreferenceid.connectionreferencelogicalname"),
    ("botcomponent_workflow", "workflowid.workflowid"),
)


class FlowEntry(NamedTuple):
    """A cloud flow of a solution, before its definition is opened."""

    name: str
    id: str
    """WorkflowId in lower case without braces; else the file's name."""
    file: str | None
    """The definition's name in the tree; None when the solution does not hold it."""
    at: Anchor
    """The Workflow element; the definition where there is none."""
    category: str | None = None
    state: str | None = None
    """on, off or suspended."""
    modern_type: str | None = None
    """`ModernFlowType`: 1 is an agent flow."""
    listed: bool = True
    """A Workflow element names it."""


class DesktopFlowEntry(NamedTuple):
    """A desktop flow of a solution, for `pllint.read.desktop_flow`."""

    name: str
    id: str
    file: str | None
    """Its JSON document; None when the solution does not hold it, as with newer flows."""
    at: Anchor
    element: "tuple[Element, Source] | None" = None
    state: str | None = None


class AgentPart(NamedTuple):
    """A topic, tool, knowledge source or other part of an agent."""

    schema_name: str
    data: str | None
    """Its document's name in the tree; None for one that has none, such as an uploaded file."""
    is_file: bool
    at: Anchor
    is_missing: bool = False
    """It should have a document, and the solution does not hold it."""


class AgentLink(NamedTuple):
    """What a part of an agent uses, as the solution says it beside the part."""

    part: str
    """The part's schema name, lower case."""
    target: str
    """A connection reference's logical name, or a flow's id."""
    is_flow: bool
    at: Anchor


class AgentEntry(NamedTuple):
    """An agent of a solution, for `pllint.read.agent`."""

    name: str
    id: str
    """Its schema name."""
    at: Anchor
    authentication: str | None
    """The mode as the solution numbers it."""
    authentication_at: Anchor
    configuration: str | None
    parts: tuple[AgentPart, ...]
    links: tuple[AgentLink, ...] = ()
    """Those of parts whose documents are missing."""


class CanvasAppEntry(NamedTuple):
    """A canvas app's element, for `pllint.read.canvas_app`."""

    name: str
    element: "Element"
    source: Source
    document: DocumentEntry | None = None
    """The fullest document of the app; None when the solution holds none."""


class ConnectorEntry(NamedTuple):
    """A custom connector's element and the files of its parts, by their names in the tree."""

    guid: str | None
    """`connectorid`, lower case without braces."""
    name: str
    display_name: str | None
    element: "Element"
    source: Source
    at: Anchor
    definition: str | None = None
    parameters: str | None = None
    policies: str | None = None
    script: str | None = None
    icon: str | None = None
    script_operations: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Part files the element names and the solution does not hold."""


class SolutionParts(NamedTuple):
    """A solution and what it holds, ready for the readers of each part."""

    solution: Solution
    flows: tuple[FlowEntry, ...] = ()
    desktop_flows: tuple[DesktopFlowEntry, ...] = ()
    apps: tuple[CanvasAppEntry, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    """Documents of apps that the solution has no element for."""
    agents: tuple[AgentEntry, ...] = ()
    connectors: tuple[ConnectorEntry, ...] = ()
    components: tuple[Component, ...] = ()
    """Those of which the solution says all there is: model-driven apps, business process flows."""
    left: tuple[Skipped, ...] = ()

    @property
    def references(self) -> Mapping[str, ConnectionReference]:
        """Index the connection references by logical name, lower case."""
        return {reference.logical_name.lower(): reference for reference in self.solution.connection_references}

    @property
    def variables(self) -> Mapping[str, EnvironmentVariable]:
        """Index the environment variables by schema name, lower case."""
        return {variable.schema_name.lower(): variable for variable in self.solution.environment_variables}


def read_solution(tree: Tree, form: str, notes: Notes, manifest: str | None = None) -> SolutionParts:
    """Read the solution at the root of a tree; `form` is zip, exploded, unpacked or yaml.

    Several solutions in YAML may share a tree: `manifest` is the folder of the one to read, the first if not given.
    What cannot be read is noted and left out; without a readable manifest the solution goes by its folder's name.
    """
    return _Reading(tree, form, notes, manifest).parts()


def claimed(names: Iterable[str], form: str) -> frozenset[str]:
    """Give the files of a tree that belong to the solution at its root; other things may lie beside it."""
    if form == "zip":
        return frozenset(names)
    folders = _YAML_FOLDERS if form == "yaml" else _FOLDERS
    files = _ROOT_FILES if form != "yaml" else ()
    return frozenset(
        name for name in names if name.lower() in files or ("/" in name and name.partition("/")[0].lower() in folders)
    )


def packed_files(tree: Tree, form: str, notes: Notes, manifest: str | None = None) -> frozenset[str]:
    """Give the files that make up the solution at the root of a tree, without its manifest and its list of types."""
    names = _Reading(tree, form, notes, manifest).members
    return frozenset(name for name in claimed(names, form) if not name.lower().endswith(_FRAME))


class _Reading:
    """One solution on its way to its parts."""

    def __init__(self, tree: Tree, form: str, notes: Notes, manifest: str | None) -> None:
        self._tree = tree
        self._form = form
        self._notes = notes
        self._names = [entry.name for entry in tree.entries()]
        self._flows: list[FlowEntry] = []
        self._desktop_flows: list[DesktopFlowEntry] = []
        self._components: list[Component] = []
        self._left: list[Skipped] = []
        self._named: set[str] = set()
        """Files that something of the solution names."""
        self._missing: list[PackageFile] = []
        self._held: set[str] = set()
        self._documents: list[DocumentEntry] = []
        self._agent_is_incomplete = False
        self._documents_seen: dict[str, Callable[[object], bool] | None] = {}
        self._by_folder: dict[str, list[str]] = {}
        self._home = manifest or ""
        self.members = self._yaml_members() if form == "yaml" else self._names
        for name in self.members:
            folder, slash, _ = name.lower().partition("/")
            self._by_folder.setdefault(_YAML_ALIASES.get(folder, folder) if slash else "", []).append(name)

    def parts(self) -> SolutionParts:
        folder = "Other/" if self._form == "unpacked" else ""
        customizations = self._open(f"{folder}Customizations.xml")
        connectors = tuple(self._connectors(customizations))
        manifest = f"{self._home}/solution.yml" if self._form == "yaml" else f"{folder}Solution.xml"
        solution = self._manifest(manifest, customizations, connectors)
        self._workflows(customizations, solution.unique_name)
        apps = tuple(self._apps(customizations))
        self._model_driven_apps(customizations, solution.unique_name)
        agents = tuple(self._agents())
        lists_components = customizations is not None or self._form == "yaml"
        self._held.update(name for name in (*(app.name.lower() for app in apps), *_names_of(connectors)) if name)
        solution = solution._replace(
            missing_files=tuple(self._missing),
            unlisted_files=tuple(self._unlisted_files()) if lists_components else (),
            held=frozenset(self._held) if lists_components else None,
            unread=tuple(self._unread(customizations)),
        )
        return SolutionParts(
            solution=solution,
            flows=tuple(self._flows),
            desktop_flows=tuple(self._desktop_flows),
            apps=apps,
            documents=tuple(self._documents),
            agents=agents,
            connectors=connectors,
            components=tuple(self._components),
            left=tuple(self._left),
        )

    def _open(self, name: str) -> "tuple[Element, Source] | None":
        found = self._tree.find(name)
        return self._open_part(found) if found else None

    def _open_part(self, name: str) -> "tuple[Element, Source] | None":
        if not name.lower().endswith(".yml"):
            return open_xml(self._tree, name, self._notes)
        from pllint.read.yaml_element import open_yaml_element

        return open_yaml_element(self._tree, name, self._notes)

    def _own_files(self, folder: str, *endings: str) -> "Iterator[tuple[str, Element, Source]]":
        """Give the elements that have a file of their own in a folder, with its name."""
        for name in self._by_folder.get(folder, ()):
            ending = next((ending for ending in endings if name.lower().endswith(ending)), None)
            if ending and not self._is_twin(name, ending):
                opened = self._open_part(name)
                if opened:
                    yield name, *opened

    def _yaml_members(self) -> list[str]:
        """Give the files of this solution, where it may share its folders with others."""
        homes = recognise.yaml_solutions(self._names)
        self._home = self._home or (homes[0] if homes else "")
        if len(homes) < 2:  # noqa: PLR2004 - alone, it owns everything
            return self._names
        listed = {home: self._listed(home) for home in homes}
        own = listed.get(self._home)
        if self._home == homes[0] and all(paths is not None for paths in listed.values()):
            everything = tuple(path for paths in listed.values() for path in paths or ())
            for name in self._names:
                if name.lower().endswith(_YAML_PARTS) and not _is_listed(name, everything):
                    self._leave(name, _UNLISTED)
        return self._names if own is None else [name for name in self._names if _is_listed(name, own)]

    def _listed(self, home: str) -> tuple[str, ...] | None:
        """Give the paths a solution lists, lower case; None when it has no list."""
        name = self._tree.find(f"{home}/solutioncomponents.yml")
        opened = self._open_part(name) if name else None
        if opened is None:
            return None
        paths = (component.get("path") or "" for component in opened[0].children_of("Component"))
        return tuple(path.replace("\\", "/").strip("/").lower().removesuffix(".meta.yml") for path in paths if path)

    def _unlisted_files(self) -> Iterator[PackageFile]:
        deepest = 2 if self._form == "yaml" else 1  # there each flow has a folder of its own
        for folder in ("workflows", "connector", "connectors"):
            for name in self._by_folder.get(folder, ()):
                if name.count("/") <= deepest and self._is_part(folder, name.lower()) and name not in self._named:
                    yield PackageFile(name=name, at=Anchor(self._tree.source(name)))
        for document in self._documents:
            if document.packed:
                yield PackageFile(name=document.place, at=Anchor(self._tree.source(document.place)))

    def _is_part(self, folder: str, lowered: str) -> bool:
        if folder == "workflows":
            return lowered.endswith(".json")
        return lowered.endswith(
            ("_openapidefinition.json", "_connectionparameters.json", "_policytemplateinstances.json")
        )

    def _unread(self, customizations: "tuple[Element, Source] | None") -> Iterator[str]:
        if self._desktop_flows:
            yield "desktop flows"
        if self._agent_is_incomplete:
            yield "agents"
        for folder, word in _UNREAD_USERS.items():
            if self._by_folder.get(folder):
                yield word
        if any(True for _ in _elements(customizations, "EntityDataSources", "EntityDataSource")):
            yield "virtual tables"

    # The manifest

    def _manifest(
        self,
        name: str,
        customizations: "tuple[Element, Source] | None",
        connectors: tuple[ConnectorEntry, ...],
    ) -> Solution:
        opened = self._open(name)
        if opened is None:
            source = self._tree.source(self._tree.find(name) or name)
            label = self._tree.label.rstrip("/!").rpartition("/")[2]
            solution = Solution(unique_name=label.removesuffix(".zip"), at=Anchor(source))
        else:
            solution = self._read_manifest(*opened)
        return solution._replace(
            connection_references=tuple(self._connection_references(customizations, connectors)),
            environment_variables=tuple(self._environment_variables(customizations)),
            form=self._form,
        )

    def _read_manifest(self, root: "Element", source: Source) -> Solution:
        manifest = root.child("SolutionManifest") or root
        publisher = self._publisher(manifest, source)
        root_elements = self._list_of(manifest, source, "RootComponents", "RootComponent")
        need_elements = self._list_of(manifest, source, "MissingDependencies", "MissingDependency")
        self._check_manifest((manifest, source), publisher, root_elements, need_elements)
        return Solution(
            unique_name=manifest.value("UniqueName") or "",
            at=Anchor(source, (manifest.ordinal,)),
            display_name=_localized_name(manifest),
            version=manifest.value("Version") or None,
            managed=_MANAGED.get(manifest.value("Managed") or ""),
            publisher=publisher[0].value("UniqueName") or None if publisher else None,
            prefix=publisher[0].value("CustomizationPrefix") or None if publisher else None,
            root_components=tuple(
                RootComponent(
                    type=element.get("type") or "",
                    at=Anchor(home, (element.ordinal,)),
                    id=bare_guid(element.get("id") or "") or None,
                    schema_name=element.get("schemaName") or None,
                )
                for element, home in root_elements
            ),
            missing_dependencies=tuple(_missing_dependency(element, home) for element, home in need_elements),
        )

    def _publisher(self, manifest: "Element", source: Source) -> "tuple[Element, Source] | None":
        inside = manifest.child("Publisher")
        if inside is None or self._form != "yaml":
            return (inside, source) if inside else None
        # The manifest names the publisher; all else stands in the publisher's own file.
        wanted = (inside.value("UniqueName") or inside.text.strip()).lower()
        for name in self._names:
            if name.lower() == f"publishers/{wanted}/publisher.yml":
                return self._open_part(name) or (inside, source)
        return inside, source

    def _list_of(self, manifest: "Element", source: Source, container: str, tag: str) -> "list[tuple[Element, Source]]":
        inside = manifest.child(container)
        home = (inside, source) if inside else None
        if inside is None and self._form == "yaml":
            home = self._open(f"{self._home}/{container}.yml")
        return [(element, home[1]) for element in home[0].children_of(tag)] if home else []

    def _check_manifest(
        self,
        manifest: "tuple[Element, Source]",
        publisher: "tuple[Element, Source] | None",
        roots: "list[tuple[Element, Source]]",
        needs: "list[tuple[Element, Source]]",
    ) -> None:
        document, places = _manifest_document(manifest, publisher, roots, needs)
        for violation in violations("solution", document):
            path = violation.path
            while path not in places:
                path = path[:-1]
            at = places[path]
            self._notes.find("SRC002", at, violation.message, "Correct the value, or export the solution again")

    # Connection references and environment variables

    def _connection_references(
        self, customizations: "tuple[Element, Source] | None", connectors: tuple[ConnectorEntry, ...]
    ) -> Iterator[ConnectionReference]:
        definitions = {entry.guid: entry.name for entry in connectors if entry.guid and entry.name}
        elements = list(_elements(customizations, "connectionreferences", "connectionreference"))
        elements += [
            (element, source)
            for _, element, source in self._own_files("connectionreferences", "/connectionreference.yml")
        ]
        for element, source in elements:
            logical_name = element.get("connectionreferencelogicalname") or ""
            # The element customconnectorid holds another connectorid; `value` looks at direct children only.
            spelling = element.value("connectorid") or ""
            custom = element.child("customconnectorid")
            guid = bare_guid((custom.value("connectorid") or custom.text) if custom else "") or None
            parsed = parse_connector_id(spelling) if spelling else None
            key = parsed.key if parsed else None
            if guid in definitions:
                key = custom_name(definitions[guid])
            elif guid and parsed and not parsed.custom:
                key = custom_name(parsed.key)
            yield ConnectionReference(
                logical_name=logical_name,
                at=Anchor(source, (element.ordinal,)),
                display_name=element.value("connectionreferencedisplayname") or None,
                connector=key,
                custom=bool(guid) or (parsed is not None and parsed.custom),
                custom_guid=guid,
                spelling=spelling,
            )

    def _environment_variables(self, customizations: "tuple[Element, Source] | None") -> Iterator[EnvironmentVariable]:
        # Exports up to 2020 hold the definitions in customizations.xml, under tags of their own.
        for element, source in _elements(customizations, "EnvironmentVariables", "Definition"):
            yield _variable(element, source, element.value("SchemaName") or "")
        endings = ("/environmentvariabledefinition.xml", "/environmentvariabledefinition.yml")
        for name, element, source in self._own_files("environmentvariabledefinitions", *endings):
            folder = name.rpartition("/")[0]
            variable = _variable(element, source, element.get("schemaname") or folder.rpartition("/")[2])
            values = self._tree.find(f"{folder}/environmentvariablevalues.json")
            values = values or self._tree.find(f"{folder}/environmentvariablevalues.yml")
            yield self._with_value(variable, values) if values else variable

    def _with_value(self, variable: EnvironmentVariable, name: str) -> EnvironmentVariable:
        open_values = open_yaml if name.lower().endswith(".yml") else open_json
        node = open_values(self._tree, name, self._notes)
        if node is None:
            return variable
        for entry in node.get("environmentvariablevalues").get("environmentvariablevalue").listed():
            value = entry.get("value")
            if value.text is not None:
                held = variable._replace(value=value.text, value_at=value.at)
                return _without_secret(held, value.text, value.at)
        return variable

    # Flows

    def _workflows(self, customizations: "tuple[Element, Source] | None", solution: str) -> None:
        named: set[str] = set()
        for element, source, beside in self._workflow_elements(customizations):
            stated = element.value("JsonFileName")
            self._held.add(bare_guid(element.get("WorkflowId") or element.value("WorkflowId") or ""))
            file = self._flow_file(stated, beside)
            if file:
                named.add(file)
            elif stated:
                holder = element.get("Name") or element.value("Name") or named_by_file(stated)[0]
                at = Anchor(source, (element.ordinal,))
                self._missing.append(PackageFile(name=stated.replace("\\", "/").lstrip("/"), at=at, holder=holder))
            if stated or element.value("Category"):
                self._take_workflow(element, source, solution, file)
        self._named |= named
        for name in self._by_folder.get("workflows", ()):
            if name.lower().endswith(".json") and name not in named:
                if self._holds(name, recognise.is_desktop_flow):
                    flow = self._unlisted(name)
                    self._desktop_flows.append(DesktopFlowEntry(name=flow.name, id=flow.id, file=name, at=flow.at))
                elif self._holds(name, is_cloud_flow):
                    self._flows.append(self._unlisted(name))
                else:
                    self._named.add(name)
                    self._leave(name, _NOT_A_FLOW)
            elif name.lower().endswith(".xaml"):
                self._leave(name, _CLASSIC)

    def _workflow_elements(
        self, customizations: "tuple[Element, Source] | None"
    ) -> "Iterator[tuple[Element, Source, str | None]]":
        for element, source in _elements(customizations, "Workflows", "Workflow"):
            yield element, source, None
        for name, element, source in self._own_files("workflows", ".data.xml", ".data.yml", "/workflow.yml"):
            yield element, source, name[: -len(".data.xml")]

    def _take_workflow(self, element: "Element", source: Source, solution: str, file: str | None) -> None:
        at = Anchor(source, (element.ordinal,))
        category = element.value("Category") or None
        derived, file_id = named_by_file(file or element.value("JsonFileName") or "")
        name = element.get("Name") or element.value("Name") or derived
        flow_id = bare_guid(element.get("WorkflowId") or element.value("WorkflowId") or "") or file_id
        state = _STATES.get(element.value("StateCode") or "")
        if category == _BUSINESS_PROCESS_FLOW:
            kind = ComponentKind.BUSINESS_PROCESS_FLOW
            component = Component(kind=kind, name=name, id=flow_id, at=at, solution=solution, state=state)
            self._components.append(component)
        elif category == _DESKTOP_FLOW or (category is None and file and self._holds(file, recognise.is_desktop_flow)):
            entry = DesktopFlowEntry(name=name, id=flow_id, file=file, at=at, element=(element, source), state=state)
            self._desktop_flows.append(entry)
        elif category is None and file and not self._holds(file, is_cloud_flow):
            self._leave(file, _NOT_A_FLOW)
        elif category is None or category == _CLOUD_FLOW:
            modern_type = element.value("ModernFlowType") or None
            self._flows.append(
                FlowEntry(
                    name=name, id=flow_id, file=file, at=at, category=category, state=state, modern_type=modern_type
                )
            )

    def _leave(self, name: str, reason: str) -> None:
        self._left.append(Skipped(self._tree.label + name, reason))

    def _is_twin(self, name: str, ending: str) -> bool:
        # Unpacked for both kinds, a part stands there twice: as it is unmanaged, and as it is managed.
        stem = name[: -len(ending)]
        return stem.lower().endswith("_managed") and bool(self._tree.find(stem[: -len("_managed")] + ending))

    def _flow_file(self, stated: str | None, beside: str | None) -> str | None:
        if stated:
            found = self._tree.find(stated.replace("\\", "/").lstrip("/"))
            if found:
                return found
        return self._tree.find(beside) if beside and beside.lower().endswith(".json") else None

    def _holds(self, name: str, recognises: Callable[[object], bool]) -> bool:
        # What is found here is found again, and noted, when the definition is opened as a flow.
        if name not in self._documents_seen:
            node = open_json(self._tree, name, Notes(self._notes.limits))
            kinds = (is_cloud_flow, recognise.is_desktop_flow)
            found = next((kind for kind in kinds if node is not None and kind(node.value)), None)
            self._documents_seen[name] = is_cloud_flow if node is None else found
        return self._documents_seen[name] is recognises

    def _unlisted(self, name: str) -> FlowEntry:
        from pllint.text import json_text

        derived, file_id = named_by_file(name)
        at = Anchor(self._tree.source(name, json_text.locate))
        return FlowEntry(name=derived, id=file_id, file=name, at=at, listed=False)

    # Apps, connectors, agents

    def _apps(self, customizations: "tuple[Element, Source] | None") -> Iterator[CanvasAppEntry]:
        elements = list(_elements(customizations, "CanvasApps", "CanvasApp"))
        for _, element, source in self._own_files("canvasapps", ".meta.xml", ".meta.yml"):
            if element.tag.lower() == "canvasapp":
                elements.append((element, source))
        documents = self._documents_by_name()
        for element, source in elements:
            name = element.value("Name") or ""
            keys = [recognise.app_name(element.value("DocumentUri") or ""), name, element.value("DisplayName") or ""]
            # Pages that were unpacked by hand are kept under the name the app is shown with.
            found = [document for key in dict.fromkeys(map(_folded, keys)) for document in documents.pop(key, ())]
            stated = element.value("DocumentUri")
            if stated and not found:
                at = Anchor(source, (element.ordinal,))
                holder = element.value("DisplayName") or name
                self._missing.append(PackageFile(name=stated.lstrip("/"), at=at, holder=holder, binary=True))
            yield CanvasAppEntry(name=name, element=element, source=source, document=_fullest(found))
        self._documents = [document for found in documents.values() if (document := _fullest(found))]

    def _documents_by_name(self) -> dict[str, list[DocumentEntry]]:
        names = self._by_folder.get("canvasapps", ())
        folders = recognise.document_folders(names)
        owned = {name for folder in folders for name in recognise.document_parts(names, folder)}
        found = [
            DocumentEntry(name=name, id=name, place=folder, form=form, packed=False)
            for folder, form in folders.items()
            if (name := recognise.app_name(folder))
        ]
        for name in names:
            lowered = name.lower()
            if lowered.endswith(".msapp"):
                app = recognise.app_name(name)
                found.append(DocumentEntry(name=app, id=app, place=name, form=DocumentForm.PACKAGE, packed=True))
            elif lowered.endswith((".pa.yaml", ".fx.yaml")) and name not in owned:
                self._leave(name, PAGE_SOURCE)
        by_name: dict[str, list[DocumentEntry]] = {}
        for entry in found:
            by_name.setdefault(_folded(entry.name), []).append(entry)
        return by_name

    def _connectors(self, customizations: "tuple[Element, Source] | None") -> Iterator[ConnectorEntry]:
        elements = list(_elements(customizations, "Connectors", "Connector"))
        for folder in ("connectors", "connector"):
            for _, element, source in self._own_files(folder, ".xml", ".yml"):
                if element.tag.lower() == "connector":
                    elements.append((element, source))
        for element, source in elements:
            yield self._connector(element, source)

    def _connector(self, element: "Element", source: Source) -> ConnectorEntry:
        missing: list[str] = []

        def part(tag: str) -> str | None:
            stated = element.value(tag)
            if not stated:
                return None
            found = self._part(stated, ("connectors", "connector"))
            if found is None:
                missing.append(stated)
                holder = element.value("displayname") or element.value("name") or ""
                at, binary = Anchor(source, (element.ordinal,)), tag == "iconblob"
                self._missing.append(PackageFile(name=stated.lstrip("/"), at=at, holder=holder, binary=binary))
            else:
                self._named.add(found)
            return found

        return ConnectorEntry(
            guid=bare_guid(element.value("connectorid") or "") or None,
            name=element.value("name") or "",
            display_name=element.value("displayname") or None,
            element=element,
            source=source,
            at=Anchor(source, (element.ordinal,)),
            definition=part("openapidefinition"),
            parameters=part("connectionparameters"),
            policies=part("policytemplateinstances"),
            script=part("customcodeblobcontent"),
            icon=part("iconblob"),
            script_operations=_script_operations(element.value("scriptoperations")),
            missing=tuple(missing),
        )

    def _part(self, stated: str, folders: Iterable[str]) -> str | None:
        # Unpacking renames the folder and leaves the references, so the base name decides.
        base = stated.replace("\\", "/").rpartition("/")[2].lower()
        for folder in folders:
            for name in self._by_folder.get(folder, ()):
                # In YAML each connector has a folder of its own.
                if name.rpartition("/")[2].lower() == base and (name.count("/") == 1 or self._form == "yaml"):
                    return name
        return None

    def _model_driven_apps(self, customizations: "tuple[Element, Source] | None", solution: str) -> None:
        elements = list(_elements(customizations, "AppModules", "AppModule"))
        for _, element, source in self._own_files("appmodules", "/appmodule.xml", "/appmodule.yml"):
            elements.append((element, source))
        for element, source in elements:
            unique_name = element.value("UniqueName")
            if unique_name:
                self._held.add(unique_name.lower())
                app = Component(
                    kind=ComponentKind.MODEL_DRIVEN_APP,
                    name=_localized_name(element) or unique_name,
                    id=unique_name,
                    at=Anchor(source, (element.ordinal,)),
                    solution=solution,
                )
                self._components.append(app)

    def _agents(self) -> Iterator[AgentEntry]:
        bots = list(self._own_files("bots", "/bot.xml", "/bot.yml"))
        names = [element.get("schemaname") or name.split("/")[1] for name, element, _ in bots]
        parts = self._agent_parts(names)
        for (name, element, source), schema_name in zip(bots, names, strict=True):
            mode = element.child("authenticationmode")
            yield AgentEntry(
                name=element.value("name") or schema_name,
                id=schema_name,
                at=Anchor(source, (element.ordinal,)),
                authentication=element.value("authenticationmode"),
                authentication_at=Anchor(source, ((mode or element).ordinal,)),
                configuration=self._tree.find(f"{name.rpartition('/')[0]}/configuration.json"),
                parts=tuple(parts[schema_name.lower()]),
                links=tuple(self._agent_links(parts[schema_name.lower()])),
            )

    def _agent_links(self, parts: list[AgentPart]) -> Iterator[AgentLink]:
        missing = {part.schema_name.lower() for part in parts if part.is_missing}
        if not missing:
            return
        for tag, attribute in _LINKS:
            # In YAML each set has a folder of its own.
            own = self._own_files("assets", f"/{tag}set.xml"), self._own_files(f"{tag}set", ".yml")
            for _, element, source in (*own[0], *own[1]):
                for link in (*element.children_of(tag), element):
                    part = (link.get("botcomponentid.schemaname") or "").lower()
                    target = link.get(attribute)
                    if part in missing and target:
                        at = Anchor(source, (link.ordinal,))
                        yield AgentLink(part=part, target=target, is_flow=attribute == _LINKS[1][1], at=at)

    def _agent_parts(self, names: Iterable[str]) -> dict[str, list[AgentPart]]:
        by_bot: dict[str, list[AgentPart]] = {name.lower(): [] for name in names}
        folders: dict[str, dict[str, str]] = {}
        for name in self._by_folder.get("botcomponents", ()):
            folder, _, base = name.rpartition("/")
            folders.setdefault(folder, {})[base.lower()] = name
        orphan = None
        for folder, files in folders.items():
            described = files.get("botcomponent.xml") or files.get("botcomponent.yml")
            data = files.get("data")
            if folder.count("/") != 1 or not (described or data):
                continue
            schema_name = folder.partition("/")[2]
            bot = max((name for name in by_bot if schema_name.lower().startswith(f"{name}.")), key=len, default=None)
            # The document says what a part is; only where there is none, or no name to go by, is its element needed.
            opened = self._open_part(described) if described and (bot is None or data is None) else None
            parent = opened[0].child("parentbotid") if opened else None
            bot = bot or ((parent.value("schemaname") or "").lower() if parent else None)
            if bot in by_bot:
                at = Anchor(self._tree.source(data or described or folder))
                kind = opened[0].value("componenttype") if opened else None
                part = AgentPart(
                    schema_name=schema_name,
                    data=data,
                    is_file=kind == _FILE_PART,
                    at=at,
                    is_missing=data is None and kind not in _WITHOUT_DOCUMENT,
                )
                by_bot[bot].append(part)
                self._agent_is_incomplete = self._agent_is_incomplete or part.is_missing
            else:
                orphan = orphan or folder.partition("/")[0]
        if orphan:
            self._leave(f"{orphan}/", _ORPHAN)
            self._agent_is_incomplete = True
        return by_bot


def _names_of(connectors: Iterable[ConnectorEntry]) -> Iterator[str]:
    for connector in connectors:
        yield connector.name.lower()
        yield connector.guid or ""


def _folded(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _fullest(documents: list[DocumentEntry]) -> DocumentEntry | None:
    order = list(DocumentForm)
    return min(documents, key=lambda one: (order.index(one.form), not one.packed), default=None)


def _elements(opened: "tuple[Element, Source] | None", container: str, tag: str) -> "Iterator[tuple[Element, Source]]":
    if opened is None:
        return
    root, source = opened
    for holder in root.children_of(container):
        for element in holder.children_of(tag):
            yield element, source


_Places = dict[KeyPath, Anchor]
"""Where each part of the manifest's document stands in the files."""


def _manifest_document(
    manifest: "tuple[Element, Source]",
    publisher: "tuple[Element, Source] | None",
    roots: "list[tuple[Element, Source]]",
    needs: "list[tuple[Element, Source]]",
) -> tuple[dict[str, object], _Places]:
    """Give the manifest as its schema knows it."""
    places: _Places = {}
    keys = {"unique-name": "UniqueName", "version": "Version", "managed": "Managed"}
    document = _values((), *manifest, keys, places)
    if publisher:
        keys = {"unique-name": "UniqueName", "prefix": "CustomizationPrefix"}
        values = _values(("publisher",), *publisher, keys, places)
        document["publisher"] = {key: value for key, value in values.items() if value or key != "prefix"}
    names = {"type": "type", "id": "id", "schema-name": "schemaName"}
    document["root-components"] = [
        _attributes(("root-components", index), *root, names, places) for index, root in enumerate(roots)
    ]
    names["display-name"] = "displayName"
    dependencies: list[object] = []
    for index, (element, source) in enumerate(needs):
        path = ("missing-dependencies", index)
        places[path] = Anchor(source, (element.ordinal,))
        sides = {key: side for key in ("required", "dependent") if (side := element.child(key))}
        dependencies.append(
            {key: _attributes((*path, key), side, source, names, places) for key, side in sides.items()}
        )
    document["missing-dependencies"] = dependencies
    return document, places


def _values(
    path: KeyPath, element: "Element", source: Source, tags: Mapping[str, str], places: _Places
) -> dict[str, object]:
    places[path] = Anchor(source, (element.ordinal,))
    values: dict[str, object] = {}
    for key, tag in tags.items():
        child = element.child(tag)
        value = element.value(tag)
        if child is not None and value is not None:
            values[key] = value
            places[*path, key] = Anchor(source, (child.ordinal,))
    return values


def _attributes(
    path: KeyPath, element: "Element", source: Source, names: Mapping[str, str], places: _Places
) -> dict[str, object]:
    places[path] = Anchor(source, (element.ordinal,))
    values: dict[str, object] = {}
    for key, attribute in names.items():
        value = element.get(attribute)
        if value is not None:
            values[key] = value
            places[*path, key] = Anchor(source, (element.ordinal, f"@{attribute}"))
    return values


def _is_listed(name: str, paths: tuple[str, ...]) -> bool:
    lowered = name.lower()
    return any(lowered.startswith(path) and lowered[len(path) : len(path) + 1] in {"", "/", ".", "_"} for path in paths)


def _localized_name(element: "Element") -> str | None:
    names = element.child("LocalizedNames")
    first = names.child("LocalizedName") if names else None
    return (first.get("description") if first else None) or None


def _missing_dependency(element: "Element", source: Source) -> MissingDependency:
    required = element.child("Required")
    dependent = element.child("Dependent")
    return MissingDependency(
        required_type=(required.get("type") if required else None) or "",
        required=_dependency_name(required),
        dependent=_dependency_name(dependent),
        at=Anchor(source, (element.ordinal,)),
        required_solution=(required.get("solution") if required else None) or None,
    )


def _dependency_name(element: "Element | None") -> str:
    if element is None:
        return ""
    for attribute in ("schemaName", "id.connectionreferencelogicalname", "id.schemaname", "displayName", "id"):
        value = element.get(attribute)
        if value:
            return value
    return next((value for name, value in element.attributes.items() if name.lower().startswith("id.")), "")


def _variable(element: "Element", source: Source, schema_name: str) -> EnvironmentVariable:
    stated = element.value("type")
    variable = EnvironmentVariable(
        schema_name=schema_name,
        at=Anchor(source, (element.ordinal,)),
        type=_VARIABLE_TYPES.get(stated, stated) if stated else None,
        default=element.value("defaultvalue"),
    )
    default = element.child("defaultvalue")
    if variable.default and default is not None:
        return _without_secret(variable, variable.default, Anchor(source, (default.ordinal,)))
    return variable


def _without_secret(variable: EnvironmentVariable, text: str, at: Anchor) -> EnvironmentVariable:
    """Keep the kind and the place of a secret in place of its text; of type secret, a variable holds its address."""
    kind = literals.secret_kind(variable.schema_name)
    if variable.type == "secret" or kind is None or not literals.is_secret(kind, text):
        return variable
    if variable.default == text:
        variable = variable._replace(default=None)
    return variable._replace(value=None, secret=kind, secret_at=at)


def _script_operations(text: str | None) -> tuple[str, ...]:
    from pllint.text import json_text

    try:
        value, _ = json_text.parse((text or "[]").encode())
    except MalformedError:
        return ()
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
