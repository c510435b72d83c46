"""Where the parts of a JSON text are: one pass, in which the C scanner jumps over values that nobody asked about."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from pllint.text.json_text import existing, index_of, inner_value, may_hold_half_characters, pointer
from pllint.text.lines import Lines, clip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pllint.source import Key, KeyPath, Span

_SPACE = re.compile(r"[ \t\r\n]*+")
_KEY = re.compile(r'"([^"\\]*+)"[ \t\r\n]*+:[ \t\r\n]*+')
_NEXT = re.compile(r"[ \t\r\n]*+(?:,[ \t\r\n]*+)?")
_FEW = 4
"""So many keys of one object are looked for in the rest of the text."""
_FAULTS = (ValueError, IndexError, RecursionError)
_LENIENT = json.JSONDecoder(parse_constant=str, strict=False)


class _AllFoundError(Exception):
    """Nothing is wanted of the rest of the text."""


class _Wanted:
    """One key that some path asks for, and where its member was last seen."""

    __slots__ = ("below", "end", "items", "key", "name", "parent_visit", "start", "string", "visit")

    def __init__(self) -> None:
        self.below: dict[Key, _Wanted] = {}
        self.items: dict[int, list[_Wanted]] = {}
        """Those below that a number can name: items of an array, and members with a number for a key."""
        self.visit = 0
        self.parent_visit = -1
        self.name = ""
        self.key: tuple[int, int] | None = None
        self.start = 0
        self.end = 0
        self.string: str | None = None


def located(original: str, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass; a path that is not there gives the span of its nearest parent."""
    text = original
    if may_hold_half_characters(text):
        text = _without_oddities(text)
    root = _wanted(paths)
    try:
        with suppress(_AllFoundError):
            _Search(text).visit(root, _skip_space(text, 0), last=True)
    except _FAULTS:
        text = _without_oddities(original)
        root = _wanted(paths)
        # Broken text has been reported as such; what lies before the fault still gets its place.
        with suppress(*_FAULTS):
            _Search(text).visit(root, _skip_space(text, 0))
    lines = Lines(original)
    inner: dict[int, object] = {}
    return [_resolve(text, lines, root, path, inner) for path in paths]


def extents(text: str, paths: Sequence[KeyPath]) -> list[tuple[int, int] | None]:
    """Find from where to where the value of each path reaches in a text; None for one that is not there.

    Comments and trailing commas are looked over. Offsets count characters; the end is exclusive.
    """
    root = _wanted(paths)
    try:
        _Search(text).visit(root, _skip_space(text, 0))
    except _FAULTS:
        root = _wanted(paths)
        try:
            blank = _without_oddities(text)
            _Search(blank).visit(root, _skip_space(blank, 0))
        except _FAULTS:
            return [None] * len(paths)
    return [_extent(root, path) for path in paths]


def _extent(root: _Wanted, path: KeyPath) -> tuple[int, int] | None:
    node = root
    for key in path:
        child = node.below[key]
        if child.parent_visit != node.visit:
            return None
        node = child
    return node.start, node.end


def _wanted(paths: Sequence[KeyPath]) -> _Wanted:
    root = _Wanted()
    for path in paths:
        node = root
        for key in path:
            below = node.below.get(key)
            if below is None:
                below = node.below[key] = _Wanted()
                number = index_of(key)
                if number is not None:
                    node.items.setdefault(number, []).append(below)
            node = below
    return root


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


class _Search:
    """One pass over a text: the C scanner jumps over every value that no path goes through."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scan: Callable[[str, int], tuple[object, int]] = _LENIENT.raw_decode
        self._visits = 0
        self._escapes: bool | None = None
        """Whether a letter may be written by its number."""

    def visit(self, node: _Wanted, at: int, *, last: bool = False) -> int:
        """Record the value at an offset and search it for what is wanted below; give the offset behind it.

        With `last` nothing is wanted behind it: raises _AllFoundError as soon as everything in it is found.
        """
        self._visits += 1
        node.visit = self._visits
        node.start = node.end = at
        node.string = None
        if node.below and self._text[at] == "{":
            node.end = self._visit_object(node, at + 1, last=last)
        elif node.below and self._text[at] == "[":
            node.end = self._visit_array(node, at + 1)
        else:
            value, node.end = self._scan(self._text, at)
            if node.below and isinstance(value, str):
                node.string = value
        return node.end

    def _visit_object(self, node: _Wanted, at: int, *, last: bool) -> int:
        text, scan, below = self._text, self._scan, node.below
        has_numbers = bool(node.items)
        left = set(below) if last and not has_numbers and len(below) <= _FEW else None
        visit = node.visit
        at = _skip_space(text, at)
        while text[at] != "}":
            match = _KEY.match(text, at)
            if match:
                name, end, value_at = match[1], match.end(1) + 1, match.end()
            else:
                name, end, value_at = self._escaped_key(at)
            wanted = [below[name]] if name in below else []
            # jsonschema-rs gives a key of digits as a number: 200 for "200", and 7 for "007".
            number = index_of(name) if has_numbers else None
            if number in below:
                wanted.append(below[number])
            if wanted:
                if left is not None:
                    left.discard(name)
                ends = left is not None and not left and self._is_settled(below, value_at)
                for child in wanted:
                    child.parent_visit, child.name, child.key = visit, name, (at, end)
                    stop = self.visit(child, value_at, last=ends)
                if ends:
                    raise _AllFoundError
            else:
                stop = scan(text, value_at)[1]
            at = self._next(stop, "}")
        return at + 1

    def _is_settled(self, below: Iterable[Key], at: int) -> bool:
        """Tell whether none of some keys can come again behind an offset: of repeated keys the last one counts."""
        if self._escapes is None:
            self._escapes = "\\u00" in self._text
        return not self._escapes and all(
            isinstance(key, str) and key.isascii() and key.isidentifier() and self._text.find(f'"{key}"', at) < 0
            for key in below
        )

    def _escaped_key(self, at: int) -> tuple[str, int, int]:
        name, end = self._scan(self._text, at)
        colon = _skip_space(self._text, end)
        if not isinstance(name, str) or self._text[colon] != ":":
            raise ValueError(colon)
        return name, end, _skip_space(self._text, colon + 1)

    def _next(self, at: int, closing: str) -> int:
        """Go behind the comma that follows a value, or to the closing bracket."""
        match = _NEXT.match(self._text, at)
        behind = match.end() if match else at
        if self._text[behind] != closing and "," not in self._text[at:behind]:
            raise ValueError(behind)
        return behind

    def _visit_array(self, node: _Wanted, at: int) -> int:
        text, scan = self._text, self._scan
        below, visit = node.items, node.visit
        index = 0
        at = _skip_space(text, at)
        while text[at] != "]":
            if index in below:
                for child in below[index]:
                    child.parent_visit, child.name, child.key = visit, str(index), None
                    stop = self.visit(child, at)
            else:
                stop = scan(text, at)[1]
            index += 1
            at = self._next(stop, "]")
        return at + 1


def _resolve(text: str, lines: Lines, root: _Wanted, path: KeyPath, inner: dict[int, object]) -> Span:
    node = root
    names: list[Key] = []
    for depth, key in enumerate(path):
        child = node.below[key]
        if child.parent_visit != node.visit:
            if node.string is not None:
                if node.start not in inner:
                    inner[node.start] = inner_value(node.string)
                names += existing(inner[node.start], path[depth:])
            break
        names.append(child.name)
        node = child
    shown = pointer(names)
    if node is root:
        return lines.span(root.start, min(root.start + 1, len(text)), shown)
    if not text.startswith(("{", "["), node.start):  # the text of a broken file may end here
        return lines.span(node.start, node.end, shown)
    if node.key:
        return lines.span(*node.key, shown)
    return lines.span(node.start, clip(text, node.start, node.end, lines), shown)


def _without_oddities(text: str) -> str:
    from pllint.text import json_lenient

    return json_lenient.without_oddities(text)[0]
