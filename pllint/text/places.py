"""Values with the places they are written at, for syntaxes whose values may be computed."""

from collections.abc import Callable, Mapping

from pllint.record import NamedTuple
from pllint.source import Key, KeyPath, Span
from pllint.text.json_text import index_of, member_name, pointer
from pllint.text.lines import Lines, clip

_SHOWN = 60


class Place(NamedTuple):
    """Offsets of a member's or item's key and value; an item's key is empty."""

    key: int
    key_end: int
    start: int
    end: int


class Places(NamedTuple):
    """The places of a document."""

    of: Mapping[int, Mapping[Key, Place]]
    """By the identity of the object or list that holds them."""
    character: Callable[[int], int] = int
    """Turns their offsets into offsets of the text."""


class Expression:
    """A value that is computed where the file is used."""

    __slots__ = ("arguments", "function", "reference", "text")

    def __init__(self, text: str, reference: tuple[str, ...] = (), function: str = "") -> None:
        self.text = text
        """As it is written, white space run together."""
        self.reference = reference
        """The names of a plain reference: `("local", "rest")`."""
        self.function = function
        """The function whose call this is, and nothing around it."""
        self.arguments: list[object] = []
        """Of the call; a path goes to them by number."""

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @property
    def shown(self) -> str:
        """Give the text at a length that fits a message."""
        return self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN].rstrip()}…"


def extent(document: object, places: Places, path: KeyPath) -> tuple[int, int] | None:
    """Find from where to where the value of a path is written; None for one that is not there."""
    value, place = document, None
    for key in path:
        part = _part(value, key)
        if part is None:
            return None
        holder, name, value = part
        place = places.of[id(holder)][name]
    return None if place is None else (places.character(place.start), places.character(place.end))


def resolve(text: str, lines: Lines, document: object, places: Places, path: KeyPath) -> Span:
    """Find the span of a path; one that is not there gives the span of its nearest parent."""
    value, place = document, None
    names: list[Key] = []
    for key in path:
        part = _part(value, key)
        if part is None:
            break
        holder, name, inner = part
        place = places.of[id(holder)][name]
        names.append(name)
        value = inner
    shown, character = pointer(names), places.character
    if place is None:
        return lines.span(0, min(1, len(text)), shown)
    if isinstance(value, dict | list) and place.key < place.key_end:
        return lines.span(character(place.key), character(place.key_end), shown)
    start, end = character(place.start), character(place.end)
    return lines.span(start, clip(text, start, end, lines), shown)


def _part(value: object, key: Key) -> tuple[object, Key, object] | None:
    """Give what holds a member, item or argument, its name, and its value; None when it is not there."""
    if isinstance(value, dict):
        name = member_name(value, key)
        return None if name is None else (value, name, value[name])
    items = value.arguments if isinstance(value, Expression) else value
    index = index_of(key)
    if isinstance(items, list) and index is not None and 0 <= index < len(items):
        return items, index, items[index]
    return None
