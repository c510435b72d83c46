"""YAML by the events of a parser: values whose scalars stay text, and where their parts stand in the text.

Values are built from the parser's events, never by constructors: a tag can make nothing, depth is known
before it hurts, an alias costs what it stands for, and it takes a fraction of the time of composing nodes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from pllint.record import NamedTuple
from pllint.source import WHOLE_FILE, Key, KeyPath, Span
from pllint.text import json_text
from pllint.text.lines import Lines, clip
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind
from pllint.text.yaml_scalar import NULLS, Plain

if TYPE_CHECKING:
    from collections.abc import Generator

    from ruamel.yaml.events import CollectionStartEvent, Event, ScalarEvent

_PREFIX = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset(("!", f"{_PREFIX}str"))
_PLAIN_TAGS = frozenset(f"{_PREFIX}{name}" for name in ("int", "float", "bool", "null"))
_CONTAINER_TAGS = frozenset(("!", f"{_PREFIX}map", f"{_PREFIX}seq"))
_MERGE = "<<"
HASH = re.compile(r"(?<!\S)#")
"""Where a comment begins, unless it is in a scalar."""
_LINE_END = re.compile(r"[\r\n]")
_SHOWN = 60
_COLON_IN_FLOW = "found unexpected ':'"
_PURE_AT_MOST = 1 << 18
"""Characters that the parser in Python, twenty times slower, is given."""
_PROBLEMS_AT_MOST = 100
_FAULTS = {
    "could not find expected ':'": "a colon was expected after the key, but {found}",
    "did not find expected ',' or ']'": "a comma or ']' was expected, but {found}",
    "did not find expected ',' or '}'": "a comma or '}}' was expected, but {found}",
    "did not find expected '-' indicator": "a list item was expected, but {found}",
    "did not find expected key": "a key was expected, but {found}",
    "did not find expected node content": "a value was expected, but {found}",
    "found character that cannot start any token": "unquoted text was expected, but {found}",
    "mapping values are not allowed in this context": "a colon stands where no key can be",
}


class _Library(NamedTuple):
    """The parts of ruamel.yaml that are used, imported when the first YAML text is met."""

    events: "Callable[[str], Generator[Event]]"
    faults: tuple[type[Exception], ...]


@cache
def _library(*, pure: bool = False) -> _Library:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="safe", pure=pure)  # the C parser, or the one in Python where the extension is not installed

    def events(text: str) -> "Generator[Event]":
        yaml.doc_infos.clear()
        yield from yaml.parse(text)

    # The parser in Python lets some of its own mistakes escape.
    return _Library(events, (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError))


def build(text: str, limits: Limits = DEFAULT_LIMITS) -> tuple[object, list[Problem]]:
    """Give the first document and what is odd about the text; raise MalformedError for what cannot be read."""
    builder = _built(text, limits)
    return builder.value, builder.problems


class _Place(NamedTuple):
    """Offsets of a member's or item's key and value; an item's key is empty."""

    key: int
    key_end: int
    start: int
    end: int


class _Frame:
    """A collection that is being built."""

    __slots__ = ("anchor", "container", "key", "key_end", "key_start", "merged", "nodes", "places", "start")

    def __init__(self, container: dict[str, object] | list[object], start: int, anchor: str | None) -> None:
        self.container = container
        self.start = start
        self.anchor = anchor
        self.nodes = 0
        self.key: str | None = None
        self.key_start = self.key_end = 0
        self.merged: list[dict[str, object]] = []
        self.places: dict[Key, _Place] = {}


class _Builder:
    """Builds the first document of a text; with `places`, notes where the parts of every collection are."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.value: object = None
        self.problems: list[Problem] = []
        self.places: dict[int, dict[Key, _Place]] = {}
        self.start = 0
        self._text = text
        self._limits = limits
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._nodes = self._alias_nodes = 0
        self._lines: Lines | None = None
        self._foreign_tags: set[str] = set()

    def run(self, *, pure: bool = False) -> None:
        """Read the text; raise MalformedError."""
        library = _library(pure=pure)
        try:
            with closing(library.events(self._text)) as events:
                self._take(events)
        except library.faults as error:
            raise MalformedError(self._syntax_problem(error)) from None

    def _take(self, events: "Iterator[Event]") -> None:
        from ruamel.yaml import events as of

        documents = 0
        for event in events:
            start: int = event.start_mark.index
            end: int = event.end_mark.index
            if isinstance(event, of.ScalarEvent):
                self._take_scalar(event, start, end)
            elif isinstance(event, of.MappingStartEvent):
                self._open({}, event, start, end)
            elif isinstance(event, of.SequenceStartEvent):
                self._open([], event, start, end)
            elif isinstance(event, of.CollectionEndEvent):
                self._close(end)
            elif isinstance(event, of.AliasEvent):
                self._take_alias(event.anchor, start, end)
            elif isinstance(event, of.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "the file holds more than one document; only the first is read"
                    self._report(ProblemKind.UNREADABLE, message, start, start + 3)
                    break

    def _take_scalar(self, event: "ScalarEvent", start: int, end: int) -> None:
        text: str = event.value
        self._nodes += 1
        if event.anchor or event.ctag:
            value = self._tagged(text, event, start, end)
            if event.anchor:
                self._anchors[event.anchor] = value, 1
        else:
            value = text if event.style else None if text in NULLS else Plain(text)
        frame = self._stack[-1] if self._stack else None
        if frame and frame.key is None and frame.container.__class__ is dict:
            self._take_key(frame, text, start, end)
        else:
            self._deliver(value, start, end)

    def _tagged(self, text: str, event: "ScalarEvent", start: int, end: int) -> object:
        tag = event.tag
        if tag in _TEXT_TAGS or (event.style and tag not in _PLAIN_TAGS):
            value: object = text
        else:
            value = None if text in NULLS else Plain(text)
        if tag and tag not in _TEXT_TAGS | _PLAIN_TAGS:
            self._report_tag(tag, start, end)
        return value

    def _report_tag(self, tag: str, start: int, end: int) -> None:
        if tag not in self._foreign_tags:
            self._foreign_tags.add(tag)
            message = f"the tag {_shown(tag)} is not one of YAML's own; the value is read without it"
            self._report(ProblemKind.NOT_STRICT, message, start, clip(self._text, start, end, self._all_lines()))

    def _open(
        self, container: dict[str, object] | list[object], event: "CollectionStartEvent", start: int, end: int
    ) -> None:
        tag = event.tag if event.ctag else None
        if tag and tag not in _CONTAINER_TAGS:
            self._report_tag(tag, start, end)
        if len(self._stack) >= self._limits.nesting:
            self._refuse(f"values are nested more than {self._limits.nesting} deep", start, start + 1)
        frame = _Frame(container, start, event.anchor)
        frame.nodes = self._nodes
        self._nodes += 1
        if event.anchor:
            # Nothing may stand for what holds it.
            self._anchors[event.anchor] = _OPEN, 0
        self._stack.append(frame)

    def _close(self, end: int) -> None:
        frame = self._stack.pop()
        container = frame.container
        if isinstance(container, dict):
            for merged in frame.merged:
                places = self.places.get(id(merged), {})
                for key, value in merged.items():
                    if key not in container:
                        container[key] = value
                        frame.places[key] = places[key]
        self.places[id(container)] = frame.places
        if frame.anchor:
            self._anchors[frame.anchor] = container, self._nodes - frame.nodes
        above = self._stack[-1] if self._stack else None
        if above and above.key is None and isinstance(above.container, dict):
            end = clip(self._text, frame.start, end, self._all_lines())
            self._report(ProblemKind.NOT_STRICT, "a key is a list or an object", frame.start, end)
            self._take_key(above, str(container), frame.start, end)
        else:
            self._deliver(container, frame.start, end)

    def _take_alias(self, anchor: str, start: int, end: int) -> None:
        if anchor not in self._anchors:
            message = f"the alias {_shown(anchor)} stands for nothing before it"
            raise MalformedError(Problem(ProblemKind.UNREADABLE, message, self._all_lines().span(start, end)))
        value, nodes = self._anchors[anchor]
        if value is _OPEN:
            message = f"the alias {_shown(anchor)} lies inside what it stands for"
            raise MalformedError(Problem(ProblemKind.UNSAFE, message, self._all_lines().span(start, end)))
        self._nodes += nodes
        self._alias_nodes += nodes
        if self._alias_nodes > self._limits.alias_nodes:
            self._refuse(f"the aliases stand for more than {self._limits.alias_nodes:,} values", start, end)
        frame = self._stack[-1] if self._stack else None
        if frame and frame.key is None and isinstance(frame.container, dict):
            self._take_key(frame, "" if value is None else str(value), start, end)
        else:
            self._deliver(value, start, end)

    def _take_key(self, frame: _Frame, key: str, start: int, end: int) -> None:
        frame.key, frame.key_start, frame.key_end = key, start, end
        if key in frame.places:
            message = f"the key {_shown(key)} is repeated in one object"
            self._report(ProblemKind.NOT_STRICT, message, start, end)

    def _deliver(self, value: object, start: int, end: int) -> None:
        if not self._stack:
            self.value, self.start = value, start
            return
        frame = self._stack[-1]
        if isinstance(frame.container, list):
            frame.places[len(frame.container)] = _Place(start, start, start, end)
            frame.container.append(value)
            return
        key = frame.key or ""
        frame.key = None
        if key == _MERGE and self._text.startswith(_MERGE, frame.key_start):
            sources = value if isinstance(value, list) else [value]
            maps = [source for source in sources if isinstance(source, dict)]
            if maps and len(maps) == len(sources):
                frame.merged += maps
                return
        frame.places[key] = _Place(frame.key_start, frame.key_end, start, end)
        frame.container[key] = value

    def _all_lines(self) -> Lines:
        if self._lines is None:
            self._lines = Lines(self._text)
        return self._lines

    def _report(self, kind: ProblemKind, message: str, start: int, end: int) -> None:
        if len(self.problems) < _PROBLEMS_AT_MOST:
            self.problems.append(Problem(kind, message, self._all_lines().span(start, end)))

    def _refuse(self, message: str, start: int, end: int) -> NoReturn:
        raise MalformedError(Problem(ProblemKind.LIMIT, message, self._all_lines().span(start, end)))

    def _syntax_problem(self, error: Exception) -> Problem:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        index = getattr(mark, "index", None)
        if index is None:
            index = getattr(error, "position", 0)
        start = min(index, len(self._text)) if isinstance(index, int) else 0
        said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "the text is not YAML")
        found = f"{self._text[start]!a} was found" if start < len(self._text) else "the text ends"
        message = _FAULTS[said].format(found=found) if said in _FAULTS else ascii(said)[1:-1]
        span = self._all_lines().span(start, min(start + 1, len(self._text)))
        return Problem(ProblemKind.UNREADABLE, message, span)


_OPEN = object()


def _built(text: str, limits: Limits) -> _Builder:
    """Build with the C parser; what it refuses though YAML 1.2 has it, `{url: https://…}`, with the one in Python."""
    builder = _Builder(text, limits)
    try:
        builder.run()
    except MalformedError as error:
        if error.problem.message != _COLON_IN_FLOW or len(text) > _PURE_AT_MOST:
            raise
        builder = _Builder(text, limits)
        builder.run(pure=True)
    return builder


def _shown(text: str) -> str:
    return ascii(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...")


def located(text: str, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass; a path that is not there gives the span of its nearest parent."""
    try:
        builder = _built(text, DEFAULT_LIMITS)
    except MalformedError:
        return [WHOLE_FILE] * len(paths)
    lines = Lines(text)
    inner: dict[str, object] = {}
    return [_resolve(text, lines, builder, path, inner) for path in paths]


def _resolve(text: str, lines: Lines, builder: _Builder, path: KeyPath, inner: dict[str, object]) -> Span:
    value, place = builder.value, None
    names: list[Key] = []
    for depth, key in enumerate(path):
        if isinstance(value, str):
            if value not in inner:
                inner[value] = json_text.inner_value(value)
            names += json_text.existing(inner[value], path[depth:])
            break
        part = _part(value, key)
        if part is None:
            break
        place = builder.places[id(value)][part[0]]
        names.append(part[0])
        value = part[1]
    pointer = json_text.pointer(names)
    if place is None:
        return lines.span(builder.start, min(builder.start + 1, len(text)), pointer)
    if isinstance(value, dict | list):
        if place.key < place.key_end:
            return lines.span(place.key, place.key_end, pointer)
        return lines.span(place.start, clip(text, place.start, place.end, lines), pointer)
    end = place.start + len(text[place.start : place.end].rstrip())
    if end == place.start:
        # A key without a value is its own place.
        return lines.span(place.key, max(place.key_end, place.start), pointer)
    return lines.span(place.start, end, pointer)


def _part(value: object, key: Key) -> tuple[Key, object] | None:
    """Give the name and value of a member or item, or None when it is not there."""
    if isinstance(value, dict):
        name = json_text.member_name(value, key)
        return None if name is None else (name, value[name])
    index = json_text.index_of(key)
    if isinstance(value, list) and index is not None and 0 <= index < len(value):
        return index, value[index]
    return None


def scalars(text: str) -> tuple[list[int], list[int]]:
    """Give where the scalars that can hold a `#` start and end, in a text that may be broken."""
    with closing(_library().events(text)) as found:
        return _scalars(text, found)


def without_comments(text: str) -> str:
    """Blank out comments, keeping every offset; the text is one that can be read."""
    starts, ends = _scalars(text, events(text))
    pieces: list[str] = []
    copied = 0
    for match in HASH.finditer(text):
        offset = match.start()
        scalar = bisect_right(starts, offset) - 1
        if offset < copied or (scalar >= 0 and offset < ends[scalar]):
            continue
        end = _LINE_END.search(text, offset)
        pieces += (text[copied:offset], " " * ((end.start() if end else len(text)) - offset))
        copied = end.start() if end else len(text)
    return "".join((*pieces, text[copied:]))


def events(text: str) -> "list[Event]":
    """Give the parser's events, for what has to know how a text is written; the text is one that can be read."""
    library = _library()
    try:
        return list(library.events(text))
    except library.faults:  # `{url: https://...}`, which the C parser refuses
        return list(_library(pure=True).events(text))


def _scalars(text: str, found: "Iterable[Event]") -> tuple[list[int], list[int]]:
    """Give where the scalars that can hold a `#` start and end."""
    library = _library()
    from ruamel.yaml.events import ScalarEvent

    starts: list[int] = []
    ends: list[int] = []
    try:
        for event in found:
            if isinstance(event, ScalarEvent) and event.style:
                start = event.start_mark.index
                if event.style in "|>":
                    # Behind the mark of a block scalar a comment may stand.
                    start = text.find("\n", start) % (len(text) + 1)
                starts.append(start)
                ends.append(event.end_mark.index)
    except library.faults:
        pass  # Broken text has been reported as such; its comments up to the fault still count.
    return starts, ends
