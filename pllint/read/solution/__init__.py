"""Solutions: the manifest and everything it holds, from a zip, an unzipped zip, an unpacked folder or YAML.

The forms differ in where a thing's element stands (in customizations.xml, or in a file of its own) and in the folder
its parts lie in, so all places are looked at and the form only says which manifest to open.
"""

from __future__ import annotations

from pllint.model.solution import PackageFile
from pllint.read.solution.agents import agents
from pllint.read.solution.apps import canvas_apps, model_driven_apps
from pllint.read.solution.connectors import connectors
from pllint.read.solution.declared import connection_references, environment_variables
from pllint.read.solution.files import SolutionFiles
from pllint.read.solution.manifest import read_manifest
from pllint.read.solution.membership import claimed
from pllint.read.solution.parts import (
    AgentEntry,
    AgentLink,
    AgentPart,
    CanvasAppEntry,
    ConnectorEntry,
    DesktopFlowEntry,
    FlowEntry,
    SolutionParts,
)
from pllint.read.solution.workflows import Workflows
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pllint.read.document import Notes
    from pllint.read.recognise import DocumentEntry
    from pllint.text.tree import Tree

__all__ = [
    "AgentEntry",
    "AgentLink",
    "AgentPart",
    "CanvasAppEntry",
    "ConnectorEntry",
    "DesktopFlowEntry",
    "FlowEntry",
    "SolutionParts",
    "claimed",
    "packed_files",
    "read_solution",
]

_FRAME = ("solution.xml", "/solution.yml", "/missingdependencies.yml", "[content_types].xml")
"""What every export writes anew, such as the version of the environment it came from."""
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


def packed_files(tree: Tree, form: str, notes: Notes, manifest: str | None = None) -> frozenset[str]:
    """Give the files that make up the solution at the root of a tree, without its manifest and its list of types."""
    names = SolutionFiles(tree, form, notes, manifest).members
    return frozenset(name for name in claimed(names, form) if not name.lower().endswith(_FRAME))


def read_solution(tree: Tree, form: str, notes: Notes, manifest: str | None = None) -> SolutionParts:
    """Read the solution at the root of a tree; `form` is zip, exploded, unpacked or yaml.

    Several solutions in YAML may share a tree: `manifest` is the folder of the one to read, the first if not given.
    What cannot be read is noted and left out; without a readable manifest the solution goes by its folder's name.
    """
    files = SolutionFiles(tree, form, notes, manifest)
    entries = tuple(connectors(files))
    solution = read_manifest(files)._replace(
        connection_references=tuple(connection_references(files, entries)),
        environment_variables=tuple(environment_variables(files)),
    )
    workflows = Workflows(files, solution.unique_name)
    apps, documents = canvas_apps(files)
    model_driven = tuple(model_driven_apps(files, solution.unique_name))
    agent_entries, agents_are_complete = agents(files)
    files.held.update(name for name in (*(app.name.lower() for app in apps), *_names_of(entries)) if name)
    solution = solution._replace(
        missing_files=tuple(files.missing),
        unlisted_files=tuple(_unlisted_files(files, documents)) if files.lists_components else (),
        held=frozenset(files.held) if files.lists_components else None,
        unread=tuple(
            _unread(files, desktop_flows=bool(workflows.desktop_flows), agents_lack_parts=not agents_are_complete)
        ),
    )
    return SolutionParts(
        solution=solution,
        flows=tuple(workflows.flows),
        desktop_flows=tuple(workflows.desktop_flows),
        apps=apps,
        documents=documents,
        agents=agent_entries,
        connectors=entries,
        components=(*workflows.process_flows, *model_driven),
        left=tuple(files.left),
    )


def _unlisted_files(files: SolutionFiles, documents: Iterable[DocumentEntry]) -> Iterator[PackageFile]:
    """Give the files that nothing of the solution names."""
    deepest = 2 if files.form == "yaml" else 1  # there each flow has a folder of its own
    for folder in ("workflows", "connector", "connectors"):
        endings = ".json" if folder == "workflows" else _CONNECTOR_PARTS
        for name in files.inside(folder):
            if name.count("/") <= deepest and name.lower().endswith(endings) and name not in files.named:
                yield PackageFile(name=name, at=Anchor(files.tree.source(name)))
    for document in documents:
        if document.packed:
            yield PackageFile(name=document.place, at=Anchor(files.tree.source(document.place)))


def _unread(files: SolutionFiles, *, desktop_flows: bool, agents_lack_parts: bool) -> Iterator[str]:
    """Say in plain words what may use connectors and is not, or not wholly, read."""
    if desktop_flows:
        yield "desktop flows"
    if agents_lack_parts:
        yield "agents"
    for folder, word in _UNREAD_USERS.items():
        if files.inside(folder):
            yield word
    if any(True for _ in files.listed("EntityDataSources", "EntityDataSource")):
        yield "virtual tables"


def _names_of(connectors: Iterable[ConnectorEntry]) -> Iterator[str]:
    for connector in connectors:
        yield connector.name.lower()
        yield connector.guid or ""
