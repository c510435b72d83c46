"""Documents of canvas apps: what an `.msapp`, its unpacked members or its unpacked source say of its connections.

A document holds hundreds of members; only those that name connections are opened.
"""

from collections.abc import Iterator

from pllint.read.document import Notes, open_json
from pllint.read.recognise import DocumentForm
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree


class AppDocument(NamedTuple):
    """The parts of a document that matter."""

    at: Anchor
    name: str | None
    """What its maker calls the app; None where the document knows only a file name."""
    file_id: str | None
    """The same in every form of one document."""
    connections: Node
    databases: Node
    data_sources: tuple[Node, ...]
    pages: Tree
    """The files of the document, for what its formulas do."""
    complete: bool = True
    """The parts that name connections are there."""


def read_document(tree: Tree, form: DocumentForm, notes: Notes) -> AppDocument:
    """Read the document at the root of a tree; what cannot be read is noted and left out."""
    if form is DocumentForm.UNPACKED:
        return _unpacked(tree, notes)
    return _package(tree, notes)


def _package(tree: Tree, notes: Notes) -> AppDocument:
    properties = _part(tree, "Properties.json", notes)
    listed = _part(tree, "References/DataSources.json", notes)
    place = tree.find("Properties.json") or tree.find("Src/App.pa.yaml") or "Properties.json"
    nowhere = Node(None, properties.at if properties else Anchor(tree.source(place)))
    root = properties or nowhere
    return AppDocument(
        at=root.at,
        name=_stated_name(root),
        file_id=root["FileID"].text or None,
        connections=_inner(root["LocalConnectionReferences"], notes),
        databases=_inner(root["LocalDatabaseReferences"], notes),
        data_sources=tuple((listed or nowhere)["DataSources"].elements()),
        pages=tree,
        complete=properties is not None or listed is not None,
    )


def _unpacked(tree: Tree, notes: Notes) -> AppDocument:
    manifest = _part(tree, "CanvasManifest.json", notes)
    connections = _part(tree, "Connections/Connections.json", notes)
    nowhere = Node(None, Anchor(tree.source("CanvasManifest.json")))
    root = manifest or nowhere
    properties = root["Properties"]
    return AppDocument(
        at=root.at,
        name=_stated_name(properties) or root["PublishInfo"]["AppName"].text or None,
        file_id=properties["FileID"].text or None,
        connections=connections or nowhere,
        databases=_inner(properties["LocalDatabaseReferences"], notes),
        data_sources=tuple(_unpacked_sources(tree, notes)),
        pages=tree,
        complete=manifest is not None,
    )


def _unpacked_sources(tree: Tree, notes: Notes) -> Iterator[Node]:
    for entry in tree.entries():
        lowered = entry.name.lower()
        if lowered.startswith("datasources/") and lowered.endswith(".json"):
            node = _part(tree, entry.name, notes)
            if node is not None:
                yield from node.listed()


def _part(tree: Tree, name: str, notes: Notes) -> Node | None:
    found = tree.find(name)
    if found is None:
        return None
    aside = Notes(notes.limits)
    node = open_json(tree, found, aside)
    # Power Apps writes some parts loosely, such as keys twice, and nobody can write them otherwise.
    notes.findings += [finding for finding in aside.findings if finding.check != "SRC005"]
    notes.skipped += aside.skipped
    return node


def _stated_name(properties: Node) -> str | None:
    # An app that was saved to a file is named after the file, often in an encoded form.
    name = properties["Name"].text
    return name if name and not name.lower().endswith(".msapp") else None


def _inner(node: Node, notes: Notes) -> Node:
    """Read the JSON text that a JSON string holds; its keys follow the string's own place."""
    from pllint.text import json_text

    if not isinstance(node.value, str) or not node.value:
        return node
    try:
        value, _ = json_text.parse_text(node.value, notes.limits)
    except MalformedError as error:
        message = f"{node.at.path[-1]} of the app is not JSON: {error.problem.message}"
        notes.find("SRC001", node.at, message, "Save the app again and export it")
        return Node(None, node.at)
    return Node(value, node.at)
