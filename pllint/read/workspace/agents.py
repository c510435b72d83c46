"""Agents: those of solutions, and the clones of agents that stand in folders of their own."""

from __future__ import annotations

from functools import partial

from pllint.read.agent import AgentFiles, clone_references, completed
from pllint.read.document import open_json, open_yaml
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pllint.read.solution import AgentEntry
    from pllint.read.workspace.gathered import Declared, Gathered
    from pllint.text.node import Node
    from pllint.text.tree import Tree

_ENDINGS = (".mcs.yml", ".mcs.yaml")
_NAMED_FILES = frozenset({"settings", "agent", "connectionreferences"})
"""Those that are no part of their own."""


def read_agent(tree: Tree, entry: AgentEntry, solution: str, declared: Declared, gathered: Gathered) -> None:
    """Read an agent of a solution from its configuration and the documents of its parts."""
    notes = gathered.notes
    files = AgentFiles(declared.references)
    files.authenticate(entry.authentication, entry.authentication_at)
    configuration = open_json(tree, entry.configuration, notes) if entry.configuration else None
    if configuration is not None:
        files.configure(configuration)
    for part in entry.parts:
        if part.is_file:
            files.take_file(part.at)
        elif part.data:
            gathered.progress(tree.label + part.data)
            _take(files, open_yaml(tree, part.data, notes))
    for link in entry.links:
        files.take_link(link.target, link.at, is_flow=link.is_flow)
    files.miss(sum(part.is_missing for part in entry.parts), entry.at)
    gathered.agents.append(files.reading(name=entry.name, id=entry.id, at=entry.at, solution=solution))


def read_clones(trees: Iterable[Tree], gathered: Gathered) -> None:
    """Read the clones of agents, each at the root of a tree."""
    for tree in trees:
        gathered.guarded(tree.label, partial(_read_clone, tree, gathered))


def _read_clone(tree: Tree, gathered: Gathered) -> None:
    notes = gathered.notes

    def opened(name: str) -> Node | None:
        found = tree.find(f"{name}.mcs.yml") or tree.find(f"{name}.mcs.yaml")
        return open_yaml(tree, found, notes) if found else None

    gathered.progress(tree.label)
    settings, main, listed = opened("settings"), opened("agent"), opened("connectionreferences")
    own = clone_references(listed) if listed is not None else ()
    files = AgentFiles(
        {**gathered.declared.references, **{reference.logical_name.lower(): reference for reference in own}}
    )
    label = tree.label.rstrip("/!").rpartition("/")[2]
    name = id_ = label or "agent"
    if settings is not None:
        name, id_ = settings["displayName"].text or name, settings["schemaName"].text or id_
        files.authenticate(settings["authenticationMode"].text, settings["authenticationMode"].at)
        files.configure(settings["configuration"])
    _take(files, main)
    for entry in tree.entries():
        lowered = entry.name.lower()
        if lowered.startswith("knowledge/files/") and not lowered.endswith(_ENDINGS):
            files.take_file(Anchor(tree.source(entry.name)))
        elif lowered.endswith(_ENDINGS) and lowered.rpartition(".mcs.")[0] not in _NAMED_FILES:
            _take(files, open_yaml(tree, entry.name, notes))
    first = main if main is not None else settings
    at = first.at if first is not None else Anchor(tree.source("settings.mcs.yml"))
    gathered.agents.append(files.reading(name=name, id=id_, at=at, solution=None))


def complete_agents(gathered: Gathered) -> None:
    """Make components of all agents, now that every flow they may call is known."""
    flows = {component.id: component for component in gathered.components if component.trigger is not None}
    gathered.components.extend(completed(reading, flows) for reading in gathered.agents)


def _take(files: AgentFiles, node: Node | None) -> None:
    if node is not None:
        files.take(node)
