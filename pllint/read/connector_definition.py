"""A custom connector's definition, walked once: the facts that checks ask about, without the document.

The walk follows the shape Swagger gives a definition, with plain values and linked keys; a place is put together only
for what is kept. What needs the whole document, such as a path into another operation's response, is settled after it.
"""

from collections.abc import Iterator, Sequence

from pllint.model.connector_definition import (
    BrokenCall,
    BrokenReference,
    CommittedSecret,
    DefinedOperation,
    HiddenField,
    OddKey,
    ReferenceFault,
)
from pllint.read.connector_calls import Calls
from pllint.read.connector_document import Document, mapping, unescaped
from pllint.read.connector_operations import Operations
from pllint.read.connector_walk import EXTENSIONS, VISIBILITIES, Walk
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

_SHARED = ("#/definitions/", "#/parameters/", "#/responses/")


class DefinitionFacts(NamedTuple):
    """What the walk finds."""

    operations: tuple[DefinedOperation, ...] = ()
    references: tuple[BrokenReference, ...] = ()
    calls: tuple[BrokenCall, ...] = ()
    hidden_fields: tuple[HiddenField, ...] = ()
    visibilities: tuple[OddKey, ...] = ()
    extensions: tuple[OddKey, ...] = ()
    secrets: tuple[CommittedSecret, ...] = ()


def facts_of(definition: Node, polling: frozenset[str] = frozenset()) -> DefinitionFacts:
    """Walk a definition; `polling` are the operations that a policy template makes polling triggers."""
    if not isinstance(definition.value, dict):
        return DefinitionFacts()
    document = Document(definition.value, definition.at)
    walk = Walk(document)
    walk.go()
    near, place = document.near, document.place
    return DefinitionFacts(
        operations=Operations(walk, document, polling).all(),
        references=(*_broken_references(walk, document), *_circles(walk, document)),
        calls=tuple(Calls(walk, document).broken()),
        hidden_fields=tuple(_hidden_fields(walk, document)),
        visibilities=tuple(OddKey(word, place(link), near(word, VISIBILITIES)) for word, link in walk.visibilities),
        extensions=tuple(OddKey(word, place(link), near(word, EXTENSIONS)) for word, link in walk.extensions),
        secrets=tuple(CommittedSecret(what, place(link)) for what, link in walk.secrets),
    )


def _broken_references(walk: Walk, document: Document) -> Iterator[BrokenReference]:
    for target, links in walk.references.items():
        fault = _fault_of(target, document)
        if fault is not None:
            kind = "parameters" if target.startswith("#/parameters/") else "definitions"
            near = document.near(target.rpartition("/")[2], mapping(document.root.get(kind)))
            yield BrokenReference(
                target=target,
                fault=fault,
                at=document.place((links[0], "$ref")),
                uses=len(links),
                nearest=None if near is None or fault is not ReferenceFault.MISSING else f"#/{kind}/{near}",
            )


def _circles(walk: Walk, document: Document) -> Iterator[BrokenReference]:
    """Find definitions that cannot exist without themselves: one walk over the graph, each circle once."""
    done: set[str] = set()
    for start in walk.edges:
        trail: list[str] = []
        on_trail: set[str] = set()
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, number = stack.pop()
            if number == 0:
                if name in done:
                    continue
                done.add(name)
                trail.append(name)
                on_trail.add(name)
            edges = walk.edges.get(name, [])
            if number == len(edges):
                trail.pop()
                on_trail.discard(name)
                continue
            stack.append((name, number + 1))
            target = edges[number]
            if target in on_trail:
                through = trail[trail.index(target) :]
                at = document.place(((None, "definitions"), unescaped(target.rpartition("/")[2])))
                yield BrokenReference(target=target, fault=ReferenceFault.CIRCLE, at=at, through=tuple(through[1:]))
            else:
                stack.append((target, 0))


def _hidden_fields(walk: Walk, document: Document) -> Iterator[HiddenField]:
    reached: set[str] = set()
    waiting = [target for raw in walk.operations for target in raw.section.targets]
    while waiting:
        target = waiting.pop()
        if target not in reached:
            reached.add(target)
            if target in walk.sections:
                waiting.extend(walk.sections[target].targets)
    places = {link: name for raw in walk.operations for name, link in raw.section.hidden}
    for target, section in walk.sections.items():
        if target in reached:
            places.update({link: name for name, link in section.hidden})
    for link, name in places.items():
        yield HiddenField(name=name, at=document.place(link))


def _fault_of(target: str, document: Document) -> ReferenceFault | None:
    if target.startswith(_SHARED):
        return None if document.resolve(target) is not None else ReferenceFault.MISSING
    if target.startswith("#"):
        return ReferenceFault.MALFORMED
    return ReferenceFault.OUTSIDE


def faulty_paths(definition: Node) -> Sequence[tuple[str, str, Anchor]]:
    """Find paths that no request can be made of, each with what is wrong with it."""
    found: list[tuple[str, str, Anchor]] = []
    base = definition["basePath"]
    if base.text and not base.text.startswith("/"):
        found.append((base.text, "does not start with /", base.at))
    for path, node in definition["paths"].items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            found.append((path, "does not start with /", node.at))
        elif path.count("{") != path.count("}"):
            found.append((path, "has a brace without its other half", node.at))
        elif sign := next((sign for sign in "?#*" if sign in path), None):
            found.append((path, f"holds a {sign}", node.at))
    return found
