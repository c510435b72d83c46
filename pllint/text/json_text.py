"""JSON text to plain values, and paths of keys back to places in the text.

Reading is the standard library's. What it refuses gets a second look, which blanks out comments and trailing
commas without moving anything, so that both looks, and `locate`, count the same offsets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from pllint.source import Key, KeyPath, Span
from pllint.text.encoding import decode
from pllint.text.lines import Lines, clip
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, check_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_CONTAINERS = frozenset((dict, list))

_SPACE = re.compile(r"[ \t\r\n]*+")
_KEY = re.compile(r'"([^"\\]*+)"[ \t\r\n]*+:[ \t\r\n]*+')
_NEXT = re.compile(r"[ \t\r\n]*+(?:,[ \t\r\n]*+)?")
_INDEX_DIGITS = 18
_FAULTS = (ValueError, IndexError, RecursionError)


class _ConstantError(ValueError):
    """NaN or Infinity, which the standard library would take for a number."""


class _RepeatedKeyError(ValueError):
    """Two members of one object have the same key."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RepeatedKeyError
    return members


# The hook costs half of a parse. The gate that would spare it, counting `":` against the entries of all
# objects, costs as much (docs/decisions tells the figures).
_STRICT = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse_constant)
_LENIENT = json.JSONDecoder(parse_constant=str, strict=False)


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[object, list[Problem]]:
    """Give the value and what is odd about its text; raise MalformedError for what cannot be read."""
    check_size(content, limits)
    text, problem = decode(content)
    value, problems = parse_text(text, limits)
    return value, [problem, *problems] if problem else problems


def parse_text(text: str, limits: Limits = DEFAULT_LIMITS) -> tuple[object, list[Problem]]:
    """Do what `parse` does with text that is decoded already, such as JSON inside JSON."""
    problems: list[Problem] = []
    try:
        if _may_hold_half_characters(text):
            value, problems = _second_look(text, limits)
        else:
            value = _STRICT.decode(text)
    except RecursionError:
        _refuse_depth(text, limits)
    except ValueError:
        value, problems = _second_look(text, limits)
    if _is_deeper(value, limits.nesting):
        _refuse_depth(text, limits)
    return value, problems


def _second_look(text: str, limits: Limits) -> tuple[object, list[Problem]]:
    from pllint.text import json_lenient

    return json_lenient.second_look(text, limits)


def _refuse_depth(text: str, limits: Limits) -> NoReturn:
    from pllint.text import json_lenient

    json_lenient.refuse_depth(text, limits)


def _without_oddities(text: str) -> str:
    from pllint.text import json_lenient

    return json_lenient.without_oddities(text)[0]


def _may_hold_half_characters(text: str) -> bool:
    if "\\" not in text or ("\\ud" not in text and "\\uD" not in text):
        return False
    from pllint.text import json_lenient

    return json_lenient.has_half_characters(text)


def _is_deeper(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _ in range(limit):
        objects = [container for container in level if isinstance(container, dict)]
        below = [child for members in objects for child in members.values() if child.__class__ in _CONTAINERS]
        if len(objects) < len(level):
            lists = [container for container in level if isinstance(container, list)]
            below += [child for items in lists for child in items if child.__class__ in _CONTAINERS]
        if not below:
            return False
        level = below
    return True


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


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass: of scalars their text, of objects and arrays their key.

    A path that is not there gives the span of its nearest parent; its pointer says how far it went. Paths may
    lead on into JSON inside a string; then the span is the string's.
    """
    original = text = decode(content)[0]
    if _may_hold_half_characters(text):
        text = _without_oddities(text)
    root = _wanted(paths)
    try:
        _Search(text).visit(root, _skip_space(text, 0))
    except _FAULTS:
        text = _without_oddities(original)
        root = _wanted(paths)
        from contextlib import suppress

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

    def visit(self, node: _Wanted, at: int) -> int:
        """Record the value at an offset and search it for what is wanted below; give the offset behind it."""
        self._visits += 1
        node.visit = self._visits
        node.start = node.end = at
        node.string = None
        if node.below and self._text[at] == "{":
            node.end = self._visit_object(node, at + 1)
        elif node.below and self._text[at] == "[":
            node.end = self._visit_array(node, at + 1)
        else:
            value, node.end = self._scan(self._text, at)
            if node.below and isinstance(value, str):
                node.string = value
        return node.end

    def _visit_object(self, node: _Wanted, at: int) -> int:
        text, scan, below = self._text, self._scan, node.below
        has_numbers = bool(node.items)
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
                for child in wanted:
                    child.parent_visit, child.name, child.key = visit, name, (at, end)
                    stop = self.visit(child, value_at)
            else:
                stop = scan(text, value_at)[1]
            at = self._next(stop, "}")
        return at + 1

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
    if text[node.start] not in "{[":
        return lines.span(node.start, node.end, shown)
    if node.key:
        return lines.span(*node.key, shown)
    return lines.span(node.start, clip(text, node.start, node.end, lines), shown)


def index_of(key: Key) -> int | None:
    """Give a key as a number, when it is one or is written in digits."""
    if isinstance(key, int):
        return key
    return int(key) if key.isdecimal() and len(key) <= _INDEX_DIGITS else None


def pointer(keys: Sequence[Key]) -> str:
    """Write keys as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys)


def inner_path(text: str, keys: KeyPath) -> KeyPath:
    """Follow keys into JSON text that another document holds, and give as many of them as exist."""
    return tuple(existing(inner_value(text), keys))


def inner_value(text: str) -> object:
    """Give the value of JSON text that another document holds, or None when it is none."""
    try:
        return parse_text(text)[0]
    except MalformedError:
        return None


def existing(value: object, keys: Sequence[Key]) -> list[Key]:
    """Follow keys into a value, and into JSON text inside it, and give as many of them as exist."""
    names: list[Key] = []
    for key in keys:
        if isinstance(value, str):
            value = inner_value(value)
        if isinstance(value, dict):
            name = member_name(value, key)
            if name is None:
                break
            value = value[name]
            names.append(name)
        elif isinstance(value, list):
            number = index_of(key)
            if number is None or not 0 <= number < len(value):
                break
            value = value[number]
            names.append(number)
        else:
            break
    return names


def member_name(members: dict[str, object], key: Key) -> str | None:
    """Give the key as an object spells it; a number stands for any key of digits with its value."""
    if str(key) in members:
        return str(key)
    if isinstance(key, int):
        for name in members:
            if index_of(name) == key:
                return name
    return None
