"""YAML that is XML written another way, as the elements it stands for.

Dataverse's source control writes each part of a solution as its XML, mechanically: attributes are keys with `@`,
repeated children are lists, one child stands alone. Read back as elements, everything that reads a solution reads it.
"""

from collections.abc import Sequence

from pllint.read.document import Notes, problem_of
from pllint.source import KeyPath, Source, Span
from pllint.text import yaml_text
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree
from pllint.text.xml_text import Element

_TEXT = "#text"


def open_yaml_element(tree: Tree, name: str, notes: Notes) -> tuple[Element, Source] | None:
    """Read a YAML file of a tree as an element; None when it cannot be read, which is noted, or holds no object.

    A file with one key is the element of that name; one with several is an element without a name that holds them.
    """
    source = tree.source(name, locate)
    try:
        value, problems = yaml_text.parse(source.read(), notes.limits)
    except (MalformedError, OSError) as error:
        notes.refuse(source, problem_of(error))
        return None
    for problem in problems:
        notes.problem(source, problem)
    if not isinstance(value, dict):
        return None
    return _element(value)[0], source


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of elements by their numbers, as those of XML are found."""
    try:
        value, _ = yaml_text.parse(content)
    except MalformedError:
        value = None
    places = _element(value)[1] if isinstance(value, dict) else []
    return yaml_text.locate(content, [_in_yaml(path, places) for path in paths])


def _in_yaml(path: KeyPath, places: list[KeyPath]) -> KeyPath:
    if path and isinstance(path[0], int) and path[0] < len(places):
        return (*places[path[0]], *path[1:])
    return ()


def _element(document: dict[str, object]) -> tuple[Element, list[KeyPath]]:
    """Give the root element and the place of every element, by its number in document order."""
    places: list[KeyPath] = []

    def build(tag: str, value: object, place: KeyPath) -> Element:
        element = Element(tag, {}, len(places))
        places.append(place)
        if isinstance(value, dict):
            for key, child in value.items():
                if key.startswith("@"):
                    element.attributes[key[1:]] = "" if child is None else str(child)
                elif key == _TEXT:
                    element.text = "" if child is None else str(child)
                elif isinstance(child, list):
                    element.children += [build(key, item, (*place, key, i)) for i, item in enumerate(child)]
                else:
                    element.children.append(build(key, child, (*place, key)))
        elif value is not None and not isinstance(value, list):
            element.text = str(value)
        return element

    if len(document) == 1:
        (tag, value), *_ = document.items()
        if isinstance(value, dict):
            return build(tag, value, (tag,)), places
    return build("", document, ()), places
