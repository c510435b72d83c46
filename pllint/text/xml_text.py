"""XML text to plain elements, and elements back to places in the text; no entity is ever expanded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from xml.parsers import expat

from pllint.source import WHOLE_FILE, KeyPath, Span
from pllint.text import json_text
from pllint.text.encoding import decode
from pllint.text.lines import Lines, clip
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind, check_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# What declares its encoding is right to use it.
_DECLARED = re.compile(
    r"""<\?xml\s[^>]*?encoding\s*=\s*["'](?:windows-1252|iso-8859-1|utf-16[a-z]*)["']""", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""\s(?P<name>[^\s=/>"']++)\s*=\s*(?:"[^"]*+"|'[^']*+')""")
_START_TAG = re.compile(r"""<(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_NIL = frozenset(("true", "1"))
_FAULTS = {
    "no element found": "an element is not closed before the text ends",
    "mismatched tag": "an end tag does not fit the element that is open",
    "not well-formed (invalid token)": "a character stands where XML does not allow it",
    "unclosed token": "a tag, comment or section is not closed",
    "duplicate attribute": "an attribute is repeated in one element",
    "junk after document element": "text follows after the end of the document",
    "undefined entity": "an entity is used that is not defined",
    "XML or text declaration not at start of entity": "the XML declaration is not at the very start",
    "reference to invalid character number": "a character number is none that XML allows",
    "unclosed CDATA section": "a CDATA section is not closed",
}


class Element:
    """One element: names without namespace prefix, its own text, and its number in document order from 0."""

    __slots__ = ("attributes", "children", "ordinal", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], ordinal: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []
        self.ordinal = ordinal

    def __repr__(self) -> str:
        return f"<{self.tag} {self.ordinal}>"

    def child(self, tag: str) -> Element | None:
        """Give the first direct child of that tag, in any case."""
        lower = tag.lower()
        for element in self.children:
            if element.tag.lower() == lower:
                return element
        return None

    def children_of(self, tag: str) -> list[Element]:
        """Give all direct children of that tag, in any case."""
        lower = tag.lower()
        return [element for element in self.children if element.tag.lower() == lower]

    def value(self, tag: str) -> str | None:
        """Give the stripped text of a direct child; None when it is absent or nil, "" when it is empty."""
        element = self.child(tag)
        if element is None or (element.get("xsi:nil") or "").strip().lower() in _NIL:
            return None
        return element.text.strip()

    def get(self, attribute: str) -> str | None:
        """Give an attribute, in any case."""
        if attribute in self.attributes:
            return self.attributes[attribute]
        lower = attribute.lower()
        for name, value in self.attributes.items():
            if name.lower() == lower:
                return value
        return None

    def descend(self, *tags: str) -> Element | None:
        """Follow first children down."""
        element: Element | None = self
        for tag in tags:
            if element is None:
                return None
            element = element.child(tag)
        return element


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Element, list[Problem]]:
    """Give the root element and what is odd about the text; raise MalformedError for what cannot be read."""
    check_size(content, limits)
    text, problem = decode(content)
    if not text or text.isspace():
        raise MalformedError(Problem(ProblemKind.UNREADABLE, "the file is empty", WHOLE_FILE))
    builder = _Builder(limits)
    try:
        builder.parser.Parse(text, True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as error:
        raise MalformedError(_syntax_problem(text, error)) from None
    return builder.root.children[0], [problem] if problem and not _DECLARED.match(text) else []


class _Builder:
    """Takes what expat meets, and refuses what could expand or nest without end before it does."""

    def __init__(self, limits: Limits) -> None:
        self.root = Element("", {}, -1)
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.SkippedEntityHandler = self._refuse_entity
        self._nesting = limits.nesting
        self._open = [self.root]
        self._texts: list[list[str]] = [[]]
        self._ordinal = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(_local(name), attributes, self._ordinal)
        self._ordinal += 1
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])
        if len(self._open) > self._nesting + 1:
            self._refuse(ProblemKind.LIMIT, f"elements are nested more than {self._nesting} deep")

    def _end(self, _name: str) -> None:
        text = "".join(self._texts.pop())
        element = self._open.pop()
        if not (element.children and text.isspace()):
            element.text = text

    def _characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def _refuse_entity(self, name: str, *_facts: object) -> None:
        self._refuse(ProblemKind.UNSAFE, f"the document defines or asks for the entity {name!a}")

    def _refuse(self, kind: ProblemKind, message: str) -> NoReturn:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        raise MalformedError(Problem(kind, message, Span(line, column, line, column + 1)))


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _syntax_problem(text: str, error: expat.ExpatError) -> Problem:
    message = _FAULTS.get(expat.ErrorString(error.code) or "", "the text is not XML")
    line, column = error.lineno, error.offset + 1
    if not text.lstrip().startswith("<"):
        message = f"an element was expected, but {text.lstrip()[:1]!a} was found"
    return Problem(ProblemKind.UNREADABLE, message, Span(line, column, line, column + 1))


class _Place:
    """Where an element that was asked for is: offsets in the text, and its way down from the root."""

    __slots__ = ("attributes", "end", "is_leaf", "spans", "start", "tag_end", "text", "way")

    def __init__(self, start: int, attributes: dict[str, str], way: list[_Step]) -> None:
        self.start = start
        self.end = start
        self.tag_end = -1
        self.is_leaf = True
        self.attributes = attributes
        self.way = way
        self.text: list[str] = []
        self.spans: dict[str, tuple[int, int]] = {}

    def attribute_span(self, name: str, text: str) -> tuple[int, int]:
        """Give the offsets of an attribute; the tag is searched once, however many are asked for."""
        if not self.spans:
            for match in _ATTRIBUTE.finditer(text, self.start, self.tag_end):
                self.spans[match["name"]] = match.start("name"), match.end()
        return self.spans.get(name, (self.start, self.tag_end))

    @property
    def xpath(self) -> str:
        """Number only those elements that have siblings of their tag."""
        steps = [f"/{tag}[{number}]" if counts[tag] > 1 else f"/{tag}" for tag, number, counts in self.way]
        return "".join(steps)


_Step = tuple[str, int, dict[str, int]]
"""A tag, its number among its siblings of that tag, and how many of each tag those siblings are."""


class _Search:
    """One pass over a text that notes the places of the elements wanted."""

    def __init__(self, text: str, wanted: set[int]) -> None:
        self.places: dict[int, _Place] = {}
        self._bytes = text.encode(errors="replace")
        self._is_ascii = len(self._bytes) == len(text)
        self._wanted = wanted
        self._way: list[_Step] = []
        self._counts: list[dict[str, int]] = [{}]
        self._open: list[_Place | None] = []
        self._ordinal = 0
        self._seen_bytes = self._seen_characters = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def run(self) -> None:
        """Read as far as the text is well formed; what is wrong with the rest has been reported."""
        with suppress(expat.ExpatError):
            self._parser.Parse(self._bytes, True)  # noqa: FBT003 - expat's own signature

    def _offset(self) -> int:
        index = self._parser.CurrentByteIndex
        if self._is_ascii:
            return index
        # Places are asked for in the order of the text, so each byte is decoded once.
        self._seen_characters += len(self._bytes[self._seen_bytes : index].decode(errors="replace"))
        self._seen_bytes = index
        return self._seen_characters

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        counts = self._counts[-1]
        number = counts[tag] = counts.get(tag, 0) + 1
        self._way.append((tag, number, counts))
        self._counts.append({})
        parent = self._open[-1] if self._open else None
        if parent:
            parent.is_leaf = False
        place = None
        self._parser.CharacterDataHandler = None
        if self._ordinal in self._wanted:
            place = self.places[self._ordinal] = _Place(self._offset(), attributes, self._way.copy())
            self._parser.CharacterDataHandler = place.text.append
        self._open.append(place)
        self._ordinal += 1

    def _end(self, _name: str) -> None:
        self._parser.CharacterDataHandler = None
        place = self._open.pop()
        if place:
            place.end = self._offset()
        self._way.pop()
        self._counts.pop()


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of elements by their ordinals, in one pass.

    A path is an ordinal, then perhaps an attribute (`@id`), then perhaps keys inside JSON text held there.
    The span is the attribute, or the text of an element that holds only one line of it, or the start tag.
    """
    text = decode(content)[0]
    search = _Search(text, {0, *(path[0] for path in paths if path and isinstance(path[0], int))})
    search.run()
    lines = Lines(text)
    return [_resolve(text, lines, search.places, path) for path in paths]


def _resolve(text: str, lines: Lines, places: dict[int, _Place], path: KeyPath) -> Span:
    ordinal = path[0] if path and isinstance(path[0], int) and path[0] in places else 0
    place = places.get(ordinal)
    if place is None:
        return WHOLE_FILE
    rest = path[1:] if path and path[0] == ordinal else ()
    pointer, held = place.xpath, "".join(place.text)
    if place.tag_end < 0:
        tag = _START_TAG.match(text, place.start)
        place.tag_end = tag.end() if tag else place.start + 1
    tag_end = place.tag_end
    start, end = place.start, clip(text, place.start, tag_end, lines)
    if rest and isinstance(rest[0], str) and rest[0].startswith("@"):
        name, held = _attribute(place, rest[0][1:])
        if name is None:
            return lines.span(start, end, pointer)
        pointer, rest = f"{pointer}/@{name}", rest[1:]
        start, end = place.attribute_span(name, text)
        end = clip(text, start, end, lines)
    elif place.is_leaf and place.end > tag_end:
        inside = text[tag_end : place.end]
        stripped = inside.strip()
        if stripped and "\n" not in stripped and "\r" not in stripped:
            start = tag_end + len(inside) - len(inside.lstrip())
            end = start + len(stripped)
    if rest:
        keys = json_text.inner_path(held, rest)
        pointer += f"#{json_text.pointer(keys)}" if keys else ""
    return lines.span(start, end, pointer)


def _attribute(place: _Place, wanted: str) -> tuple[str | None, str]:
    if wanted in place.attributes:
        return wanted, place.attributes[wanted]
    for name, value in place.attributes.items():
        if name.lower() == wanted.lower():
            return name, value
    return None, ""
