"""What PowerShell's ConvertTo-Json does to an export: arrays in wrappers, and parts cut off below its depth."""

from collections.abc import Iterator

from pllint.read.document import Notes
from pllint.source import Anchor
from pllint.text.node import Node

REMEDY = "Export again with ConvertTo-Json -Depth 10"

_FIRST = 20
_DEPTH = 6
"""How deep wrappers nest in what tools write, with room to spare."""


def is_cut(value: object) -> bool:
    """Tell whether a text stands where ConvertTo-Json gave up; ask only where an object or array is due.

    An object becomes `@{name=…}`, an array `System.Object[]` or its items in a row, an empty array an empty text.
    """
    return isinstance(value, str) and (not value or value.startswith("@{") or "System.Object[]" in value)


def samples(value: object, *names: str, depth: int = _DEPTH) -> Iterator[object]:
    """Give the first things that lists, and wrappers with members of these names, hold: enough to tell a form."""
    if isinstance(value, list) and depth:
        for item in value[:_FIRST]:
            yield from samples(item, *names, depth=depth - 1)
        return
    if isinstance(value, dict) and depth:
        for name in (*names, "value", "Value"):
            inner = value.get(name)
            if isinstance(inner, list | dict):
                yield from samples(inner, *names, depth=depth - 1)
                return
    yield value


def unwrapped(node: Node, *names: str, depth: int = _DEPTH) -> Iterator[Node]:
    """Give what a list, `{value: […]}`, `{value: […], Count: n}` or an object with a member of these names holds."""
    if node.is_list and depth:
        for element in node.elements():
            yield from unwrapped(element, *names, depth=depth - 1)
        return
    if node.is_mapping and depth:
        for name in (*names, "value"):
            inner = node.get(name)
            if inner.is_list or inner.is_mapping or (name != "value" and inner.present):
                yield from unwrapped(inner, *names, depth=depth - 1)
                return
    if node.present:
        yield node


class Cuts:
    """Where an export is cut off, gathered so that one file or policy gives one finding."""

    def __init__(self) -> None:
        self.places: list[Anchor] = []

    def items(self, node: Node) -> list[Node] | None:
        """Give the items of an array in any of PowerShell's spellings; None when they are cut off, and thus unknown."""
        inner = node
        if node.is_mapping and node.get("Count").present and node.get("value").is_list:
            inner = node.get("value")
        if isinstance(inner.value, str):
            self.places.append(inner.at)
            return None
        found = [element for element in inner.listed() if element.present]
        cut = [element.at for element in found if is_cut(element.value)]
        self.places += cut[:1]
        return None if cut else found

    def mapping(self, node: Node) -> Node | None:
        """Give an object; None when it is cut off, and thus unknown."""
        if is_cut(node.value):
            self.places.append(node.at)
            return None
        return node

    def note(self, notes: Notes, what: str) -> None:
        """Note the first cut as a finding that says what cannot be known because of it."""
        if self.places:
            notes.find("SRC007", self.places[0], f"the export is cut off here, so {what} unknown", REMEDY)
