"""Solutions: first what every manifest declares, later the flows, apps, agents and connectors each holds."""

from __future__ import annotations

from functools import partial

from pllint.read.document import open_json
from pllint.read.recognise import DocumentForm
from pllint.read.solution import read_solution
from pllint.read.workspace.gathered import Declared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pllint.read.solution import CanvasAppEntry, ConnectorEntry, DesktopFlowEntry, FlowEntry, SolutionParts
    from pllint.read.workspace.gathered import Gathered
    from pllint.read.workspace.survey import SolutionPlace
    from pllint.text.tree import Tree


def read_manifests(places: Iterable[SolutionPlace], gathered: Gathered) -> list[SolutionParts]:
    """Read the manifests and add what they declare."""
    manifests: list[SolutionParts] = []
    for tree, form, manifest in places:
        gathered.progress(tree.label)
        parts = read_solution(tree, form, gathered.notes, manifest)
        gathered.add_solution(parts.solution)
        gathered.notes.skipped.extend(parts.left)
        manifests.append(parts)
    return manifests


def read_contents(places: Iterable[SolutionPlace], manifests: Iterable[SolutionParts], gathered: Gathered) -> None:
    """Read what the solutions hold, each with its manifest."""
    for place, parts in zip(places, manifests, strict=True):
        gathered.guarded(place.tree.label, partial(_read_content, place.tree, parts, gathered))


def _read_content(tree: Tree, parts: SolutionParts, gathered: Gathered) -> None:
    # What a solution declares itself goes before what others do.
    declared = Declared(
        references={**gathered.declared.references, **parts.references},
        variables={**gathered.declared.variables, **parts.variables},
    )
    solution = parts.solution.unique_name
    for flow in parts.flows:
        gathered.guarded(flow.at.source.path, partial(_read_flow, tree, flow, solution, declared, gathered))
    for desktop_flow in parts.desktop_flows:
        _read_desktop_flow(tree, desktop_flow, solution, declared, gathered)
    for app in parts.apps:
        gathered.guarded(app.source.path, partial(_read_app, tree, app, solution, declared, gathered))
    if parts.documents:
        from pllint.read.workspace.apps import read_document

        for document in parts.documents:
            read_document(tree, document, solution, declared, gathered)
    if parts.agents:
        from pllint.read.workspace.agents import read_agent

        for agent in parts.agents:
            read_agent(tree, agent, solution, declared, gathered)
    gathered.components.extend(parts.components)
    for entry in parts.connectors:
        read = partial(_read_connector, tree, entry, solution, declared, gathered)
        gathered.guarded(entry.at.source.path, read)


def _read_connector(tree: Tree, entry: ConnectorEntry, solution: str, declared: Declared, gathered: Gathered) -> None:
    from pllint.read.custom_connector import definition_in_solution

    gathered.definitions.append(definition_in_solution(tree, entry, solution, declared.variables, gathered.notes))


def _read_flow(tree: Tree, flow: FlowEntry, solution: str, declared: Declared, gathered: Gathered) -> None:
    if flow.file is None:
        reason = f"the solution names the flow '{flow.name}', but does not hold its definition"
        gathered.notes.skip(flow.at.source.path, reason)
        return
    gathered.progress(tree.label + flow.file)
    node = open_json(tree, flow.file, gathered.notes, "cloud-flow")
    if node is not None:
        gathered.add_cloud_flow(
            node, name=flow.name, id=flow.id, solution=solution, state=flow.state, declared=declared
        )


def _read_desktop_flow(
    tree: Tree, entry: DesktopFlowEntry, solution: str, declared: Declared, gathered: Gathered
) -> None:
    from pllint.read.desktop_flow import desktop_flow

    if entry.file:
        gathered.progress(tree.label + entry.file)
    gathered.components.append(
        desktop_flow(
            open_json(tree, entry.file, gathered.notes) if entry.file else None,
            entry.element,
            name=entry.name,
            id=entry.id,
            at=entry.at,
            solution=solution,
            state=entry.state,
            references=declared.references,
            notes=gathered.notes,
        )
    )


def _read_app(tree: Tree, app: CanvasAppEntry, solution: str, declared: Declared, gathered: Gathered) -> None:
    """Read an app from its element, and compare its document, where one says everything."""
    from pllint.read.canvas_app import canvas_app, disagreement, document_app

    references = declared.references
    component = canvas_app(app, solution=solution, references=references, notes=gathered.notes)
    gathered.components.append(component)
    if app.document is None or (app.document.form is DocumentForm.SOURCE and not component.tables):
        return
    from pllint.read.app_formulas import writes_of
    from pllint.read.workspace.apps import open_document

    document = open_document(tree, app.document, gathered)
    if document is None:
        return
    other = document_app(document, name=app.name, id=app.name, solution=solution, references=references)
    tables = dict(other.tables) | dict(component.tables)
    gathered.components[-1] = component._replace(table_writes=writes_of(document.pages, tables, gathered.notes))
    if document.complete and app.document.form is not DocumentForm.SOURCE:
        finding = disagreement(component, other)
        if finding is not None:
            gathered.notes.findings.append(finding)
