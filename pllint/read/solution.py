"""Solutions: the manifest and everything it holds, from a zip, an unzipped zip or an unpacked folder.

The three forms differ in where a thing's element stands (in customizations.xml, or in a file of its own) and in the
folder its parts lie in, so all places are looked at and the form only says which manifest to open.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from pllint.finding import Skipped
from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import custom_name, parse_connector_id
from pllint.model.solution import (
    ConnectionReference,
    EnvironmentVariable,
    MissingDependency,
    RootComponent,
    Solution,
)
from pllint.read import recognise
from pllint.read.app_document import PAGE_SOURCE, DocumentEntry, DocumentForm
from pllint.read.cloud_flow import bare_guid, is_cloud_flow, named_by_file
from pllint.read.document import Notes, open_json, open_xml
from pllint.record import NamedTuple
from pllint.schema import violations
from pllint.source import Anchor, KeyPath, Source
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

if TYPE_CHECKING:
    from pllint.text.xml_text import Element

_CLOUD_FLOW = "5"
_OTHER_AUTOMATIONS = {"6": ComponentKind.DESKTOP_FLOW, "4": ComponentKind.BUSINESS_PROCESS_FLOW}
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
_ROOT_FILES = frozenset({"solution.xml", "customizations.xml", "[content_types].xml"})

_DESKTOP_SCRIPT = "desktop flow: its script is not read"
_NOT_A_FLOW = "lies among the flows, but is no flow definition"
_CLASSIC = "classic workflow, rule or process: uses no connectors"
_AGENT = "Copilot Studio agent: not read with the solution"


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
    apps: tuple[CanvasAppEntry, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    """Documents of apps that the solution has no element for."""
    connectors: tuple[ConnectorEntry, ...] = ()
    components: tuple[Component, ...] = ()
    """Those of which the solution says all there is: model-driven apps, desktop flows, business process flows."""
    claimed: frozenset[str] = frozenset()
    """Names of the tree's files that belong to the solution."""
    left: tuple[Skipped, ...] = ()

    @property
    def references(self) -> Mapping[str, ConnectionReference]:
        """Index the connection references by logical name, lower case."""
        return {reference.logical_name.lower(): reference for reference in self.solution.connection_references}

    @property
    def variables(self) -> Mapping[str, EnvironmentVariable]:
        """Index the environment variables by schema name, lower case."""
        return {variable.schema_name.lower(): variable for variable in self.solution.environment_variables}


def read_solution(tree: Tree, form: str, notes: Notes) -> SolutionParts:
    """Read the solution at the root of a tree; `form` is zip, exploded or unpacked.

    What cannot be read is noted and left out; without a readable manifest the solution goes by its folder's name.
    """
    return _Reading(tree, form, notes).parts()


class _Reading:
    """One solution on its way to its parts."""

    def __init__(self, tree: Tree, form: str, notes: Notes) -> None:
        self._tree = tree
        self._form = form
        self._notes = notes
        self._names = [entry.name for entry in tree.entries()]
        self._flows: list[FlowEntry] = []
        self._components: list[Component] = []
        self._left: list[Skipped] = []
        self._documents: list[DocumentEntry] = []
        self._by_folder: dict[str, list[str]] = {}
        for name in self._names:
            folder, slash, _ = name.partition("/")
            self._by_folder.setdefault(folder.lower() if slash else "", []).append(name)

    def parts(self) -> SolutionParts:
        folder = "Other/" if self._form == "unpacked" else ""
        customizations = self._open(f"{folder}Customizations.xml")
        connectors = tuple(self._connectors(customizations))
        solution = self._manifest(f"{folder}Solution.xml", customizations, connectors)
        self._workflows(customizations, solution.unique_name)
        apps = tuple(self._apps(customizations))
        self._model_driven_apps(customizations, solution.unique_name)
        self._note_agents()
        return SolutionParts(
            solution=solution,
            flows=tuple(self._flows),
            apps=apps,
            documents=tuple(self._documents),
            connectors=connectors,
            components=tuple(self._components),
            claimed=self._claimed(),
            left=tuple(self._left),
        )

    def _open(self, name: str) -> "tuple[Element, Source] | None":
        found = self._tree.find(name)
        return open_xml(self._tree, found, self._notes) if found else None

    def _claimed(self) -> frozenset[str]:
        if self._form == "zip":
            return frozenset(self._names)
        return frozenset(
            name
            for name in self._names
            if name.lower() in _ROOT_FILES or ("/" in name and name.partition("/")[0].lower() in _FOLDERS)
        )

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
        publisher = manifest.child("Publisher")
        roots = manifest.child("RootComponents")
        needs = manifest.child("MissingDependencies")
        root_elements = roots.children_of("RootComponent") if roots else []
        need_elements = needs.children_of("MissingDependency") if needs else []
        self._check_manifest(manifest, source, root_elements, need_elements)
        return Solution(
            unique_name=manifest.value("UniqueName") or "",
            at=Anchor(source, (manifest.ordinal,)),
            display_name=_localized_name(manifest),
            version=manifest.value("Version") or None,
            managed=_MANAGED.get(manifest.value("Managed") or ""),
            publisher=publisher.value("UniqueName") or None if publisher else None,
            prefix=publisher.value("CustomizationPrefix") or None if publisher else None,
            root_components=tuple(
                RootComponent(
                    type=element.get("type") or "",
                    at=Anchor(source, (element.ordinal,)),
                    id=bare_guid(element.get("id") or "") or None,
                    schema_name=element.get("schemaName") or None,
                )
                for element in root_elements
            ),
            missing_dependencies=tuple(_missing_dependency(element, source) for element in need_elements),
        )

    def _check_manifest(
        self, manifest: "Element", source: Source, roots: "list[Element]", needs: "list[Element]"
    ) -> None:
        document, places = _manifest_document(manifest, roots, needs)
        for violation in violations("solution", document):
            path = violation.path
            while path not in places:
                path = path[:-1]
            at = Anchor(source, places[path])
            self._notes.find("SRC002", at, violation.message, "Correct the value, or export the solution again")

    # Connection references and environment variables

    def _connection_references(
        self, customizations: "tuple[Element, Source] | None", connectors: tuple[ConnectorEntry, ...]
    ) -> Iterator[ConnectionReference]:
        definitions = {entry.guid: entry.name for entry in connectors if entry.guid and entry.name}
        for element, source in _elements(customizations, "connectionreferences", "connectionreference"):
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
        for name in self._by_folder.get("environmentvariabledefinitions", ()):
            if not name.lower().endswith("/environmentvariabledefinition.xml"):
                continue
            opened = open_xml(self._tree, name, self._notes)
            if opened is None:
                continue
            folder = name.rpartition("/")[0]
            variable = _variable(*opened, opened[0].get("schemaname") or folder.rpartition("/")[2])
            values = self._tree.find(f"{folder}/environmentvariablevalues.json")
            yield self._with_value(variable, values) if values else variable

    def _with_value(self, variable: EnvironmentVariable, name: str) -> EnvironmentVariable:
        node = open_json(self._tree, name, self._notes)
        if node is None:
            return variable
        for entry in node.get("environmentvariablevalues").get("environmentvariablevalue").listed():
            value = entry.get("value")
            if value.text is not None:
                return variable._replace(value=value.text, value_at=value.at)
        return variable

    # Flows

    def _workflows(self, customizations: "tuple[Element, Source] | None", solution: str) -> None:
        named: set[str] = set()
        for element, source, beside in self._workflow_elements(customizations):
            stated = element.value("JsonFileName")
            file = self._flow_file(stated, beside)
            if file:
                named.add(file)
            if stated or element.value("Category"):
                self._take_workflow(element, source, solution, file)
        for name in self._by_folder.get("workflows", ()):
            if name.lower().endswith(".json") and name not in named:
                if self._is_no_flow(name):
                    self._leave(name, _NOT_A_FLOW)
                else:
                    self._flows.append(self._unlisted(name))
            elif name.lower().endswith(".xaml"):
                self._leave(name, _CLASSIC)

    def _workflow_elements(
        self, customizations: "tuple[Element, Source] | None"
    ) -> "Iterator[tuple[Element, Source, str | None]]":
        for element, source in _elements(customizations, "Workflows", "Workflow"):
            yield element, source, None
        for name in self._by_folder.get("workflows", ()):
            if name.lower().endswith(".data.xml") and not self._is_twin(name, ".data.xml"):
                opened = open_xml(self._tree, name, self._notes)
                if opened:
                    yield *opened, name[: -len(".data.xml")]

    def _take_workflow(self, element: "Element", source: Source, solution: str, file: str | None) -> None:
        at = Anchor(source, (element.ordinal,))
        category = element.value("Category") or None
        derived, file_id = named_by_file(file or element.value("JsonFileName") or "")
        name = element.get("Name") or element.value("Name") or derived
        flow_id = bare_guid(element.get("WorkflowId") or element.value("WorkflowId") or "") or file_id
        state = _STATES.get(element.value("StateCode") or "")
        if category in _OTHER_AUTOMATIONS:
            kind = _OTHER_AUTOMATIONS[category]
            component = Component(kind=kind, name=name, id=flow_id, at=at, solution=solution, state=state)
            self._components.append(component)
            if file:
                self._leave(file, _DESKTOP_SCRIPT)
        elif category is None and file and self._is_no_flow(file):
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

    def _is_no_flow(self, name: str) -> bool:
        # What is found here is found again, and noted, when the definition is opened as a flow.
        node = open_json(self._tree, name, Notes(self._notes.limits))
        return node is not None and not is_cloud_flow(node.value)

    def _unlisted(self, name: str) -> FlowEntry:
        from pllint.text import json_text

        derived, file_id = named_by_file(name)
        at = Anchor(self._tree.source(name, json_text.locate))
        return FlowEntry(name=derived, id=file_id, file=name, at=at, listed=False)

    # Apps, connectors, agents

    def _apps(self, customizations: "tuple[Element, Source] | None") -> Iterator[CanvasAppEntry]:
        elements = list(_elements(customizations, "CanvasApps", "CanvasApp"))
        for name in self._by_folder.get("canvasapps", ()):
            if name.lower().endswith(".meta.xml") and not self._is_twin(name, ".meta.xml"):
                opened = open_xml(self._tree, name, self._notes)
                if opened and opened[0].tag.lower() == "canvasapp":
                    elements.append(opened)
        documents = self._documents_by_name()
        for element, source in elements:
            name = element.value("Name") or ""
            keys = [recognise.app_name(element.value("DocumentUri") or ""), name, element.value("DisplayName") or ""]
            # Pages that were unpacked by hand are kept under the name the app is shown with.
            found = [document for key in dict.fromkeys(map(_folded, keys)) for document in documents.pop(key, ())]
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
            for name in self._by_folder.get(folder, ()):
                if name.lower().endswith(".xml") and not self._is_twin(name, ".xml"):
                    opened = open_xml(self._tree, name, self._notes)
                    if opened and opened[0].tag.lower() == "connector":
                        elements.append(opened)
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
                if name.count("/") == 1 and name.partition("/")[2].lower() == base:
                    return name
        return None

    def _model_driven_apps(self, customizations: "tuple[Element, Source] | None", solution: str) -> None:
        elements = list(_elements(customizations, "AppModules", "AppModule"))
        for name in self._by_folder.get("appmodules", ()):
            if name.lower().endswith("/appmodule.xml"):
                opened = open_xml(self._tree, name, self._notes)
                if opened:
                    elements.append(opened)
        for element, source in elements:
            unique_name = element.value("UniqueName")
            if unique_name:
                app = Component(
                    kind=ComponentKind.MODEL_DRIVEN_APP,
                    name=_localized_name(element) or unique_name,
                    id=unique_name,
                    at=Anchor(source, (element.ordinal,)),
                    solution=solution,
                )
                self._components.append(app)

    def _note_agents(self) -> None:
        for name in self._by_folder.get("bots", ()):
            if name.lower().endswith("/bot.xml"):
                self._leave(name, _AGENT)
        parts = self._by_folder.get("botcomponents", ())
        if parts:
            folder = parts[0].partition("/")[0]
            self._leave(f"{folder}/", _AGENT)


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


_Places = dict[KeyPath, KeyPath]
"""Where each part of the manifest's document stands in the XML."""


def _manifest_document(
    manifest: "Element", roots: "list[Element]", needs: "list[Element]"
) -> tuple[dict[str, object], _Places]:
    """Give the manifest as its schema knows it."""
    places: _Places = {}
    document = _values((), manifest, {"unique-name": "UniqueName", "version": "Version", "managed": "Managed"}, places)
    publisher = manifest.child("Publisher")
    if publisher:
        keys = {"unique-name": "UniqueName", "prefix": "CustomizationPrefix"}
        values = _values(("publisher",), publisher, keys, places)
        document["publisher"] = {key: value for key, value in values.items() if value or key != "prefix"}
    names = {"type": "type", "id": "id", "schema-name": "schemaName"}
    document["root-components"] = [
        _attributes(("root-components", index), element, names, places) for index, element in enumerate(roots)
    ]
    names["display-name"] = "displayName"
    dependencies: list[object] = []
    for index, element in enumerate(needs):
        path = ("missing-dependencies", index)
        places[path] = (element.ordinal,)
        sides = {key: side for key in ("required", "dependent") if (side := element.child(key))}
        dependencies.append({key: _attributes((*path, key), side, names, places) for key, side in sides.items()})
    document["missing-dependencies"] = dependencies
    return document, places


def _values(path: KeyPath, element: "Element", tags: Mapping[str, str], places: _Places) -> dict[str, object]:
    places[path] = (element.ordinal,)
    values: dict[str, object] = {}
    for key, tag in tags.items():
        child = element.child(tag)
        value = element.value(tag)
        if child is not None and value is not None:
            values[key] = value
            places[*path, key] = (child.ordinal,)
    return values


def _attributes(path: KeyPath, element: "Element", names: Mapping[str, str], places: _Places) -> dict[str, object]:
    places[path] = (element.ordinal,)
    values: dict[str, object] = {}
    for key, attribute in names.items():
        value = element.get(attribute)
        if value is not None:
            values[key] = value
            places[*path, key] = (element.ordinal, f"@{attribute}")
    return values


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
    return EnvironmentVariable(
        schema_name=schema_name,
        at=Anchor(source, (element.ordinal,)),
        type=_VARIABLE_TYPES.get(stated, stated) if stated else None,
        default=element.value("defaultvalue"),
    )


def _script_operations(text: str | None) -> tuple[str, ...]:
    from pllint.text import json_text

    try:
        value, _ = json_text.parse((text or "[]").encode())
    except MalformedError:
        return ()
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
