"""JSON text to plain values, and paths of keys back to places in the text.

Reading is the standard library's. What it refuses gets a second look, which blanks out comments and trailing
commas without moving anything, so that both looks, and `locate`, count the same offsets.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NoReturn

from pllint.source import WHOLE_FILE, Key, KeyPath, Span
from pllint.text.encoding import decode
from pllint.text.lines import Lines, clip
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind, check_size

_CONTAINERS = frozenset((dict, list))

# Possessive: an unclosed string runs to the end of the text, and is never tried again from inside.
_TOKEN = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"?)'
    r"|(?P<comment>//[^\r\n]*+|/\*.*?(?:\*/|\Z))"
    r"|(?P<mark>[\[\]{},:])"
    r'|(?P<word>[^\s"/\[\]{},:]++)'
    r"|(?P<stray>\S)",
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t\r\n]*+")
_CONTROL = re.compile(r"[\x00-\x1f]")
_ESCAPE = re.compile(
    r"\\(?:u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# May be wrong about `\\\\ud800`, which is no escape; that only costs a closer look.
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_CONSTANTS = frozenset(("NaN", "Infinity", "-Infinity"))
_LONG_NUMBER = 1000
_INDEX_DIGITS = 18
_SHOWN = 40
_FAULTS = (ValueError, IndexError, RecursionError)

_COMMENT = "a comment"
_COMMA = "a comma before a closing bracket"
_RAW_CONTROL = "a control character in a string"
_NOT_A_NUMBER = "NaN or Infinity in place of a number"
_HALF_CHARACTER = "half of a surrogate pair in a string"

_EXPECTED = {
    "Expecting value": "a value was expected",
    "Expecting property name enclosed in double quotes": "a key in double quotes was expected",
    "Expecting ':' delimiter": "a colon was expected after the key",
    "Expecting ',' delimiter": "a comma or a closing bracket was expected",
    "Extra data": "the end of the file was expected",
}
_BROKEN = {
    "Unterminated string starting at": "a string is not closed",
    "Invalid control character at": "a string is not closed on its line",
    "Invalid \\escape": "a backslash in a string is followed by no known escape",
    "Invalid \\uXXXX escape": "\\u in a string is not followed by four hexadecimal digits",
}


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


def _may_hold_half_characters(text: str) -> bool:
    # Printing or hashing such a string would raise, far from here.
    return "\\" in text and ("\\ud" in text or "\\uD" in text) and _HALF.search(text) is not None


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


def _refuse_depth(text: str, limits: Limits) -> NoReturn:
    depth = 0
    span = None
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "mark":
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth > limits.nesting:
                span = Lines(text).span(token.start(), token.end())
                break
    message = f"values are nested more than {limits.nesting} deep"
    raise MalformedError(Problem(ProblemKind.LIMIT, message, span))


def _second_look(text: str, limits: Limits) -> tuple[object, list[Problem]]:
    if not text or text.isspace():
        raise MalformedError(Problem(ProblemKind.UNREADABLE, "the file is empty", WHOLE_FILE))
    strict_text, oddities = _without_oddities(text)
    try:
        value: object = _LENIENT.decode(strict_text)
    except RecursionError:
        _refuse_depth(text, limits)
    except json.JSONDecodeError as error:
        raise MalformedError(_syntax_problem(text, error, oddities)) from None
    except ValueError:
        raise MalformedError(_number_problem(text)) from None
    found = [(start, end, message) for message, (start, end) in oddities.items()]
    repeated = list(_repeated_keys(strict_text))
    if repeated:
        start, end = repeated[0]
        more = f" ({len(repeated) - 1} more are)" if len(repeated) > 1 else ""
        found.append((start, end, f"the key {_shown(text[start:end])} is repeated in one object{more}"))
    lines = Lines(text)
    problems = [(message, lines.span(start, end)) for start, end, message in sorted(found)]
    return value, [Problem(ProblemKind.NOT_STRICT, message, span) for message, span in problems]


def _without_oddities(text: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Blank out what strict JSON does not have, keeping every offset; say where each kind is first."""
    edits: list[tuple[int, int, str]] = []
    oddities: dict[str, tuple[int, int]] = {}
    comma = -1
    before = "["
    for token in _TOKEN.finditer(text):
        group, (start, end) = token.lastgroup, token.span()
        if group == "comment":
            oddities.setdefault(_COMMENT, (start, end))
            edits.append((start, end, " " * (end - start)))
            continue
        if group == "string":
            control = _CONTROL.search(text, start, end)
            if control:
                oddities.setdefault(_RAW_CONTROL, control.span())
            whole = _whole_characters(token[0])
            if whole != token[0]:
                oddities.setdefault(_HALF_CHARACTER, (start, end))
                edits.append((start, end, whole))
        elif group == "word" and token[0] in _CONSTANTS:
            oddities.setdefault(_NOT_A_NUMBER, (start, end))
        elif comma >= 0 and token[0] in "]}":
            oddities.setdefault(_COMMA, (comma, comma + 1))
            edits.append((comma, comma + 1, " "))
        comma = start if token[0] == "," and before not in {"[", "{", ","} else -1
        before = token[0]
    # A comma is found wanting only after the comments behind it.
    edits.sort()
    pieces: list[str] = []
    copied = 0
    for start, end, replacement in edits:
        pieces += (text[copied:start], replacement)
        copied = end
    return "".join((*pieces, text[copied:])), oddities


def _whole_characters(string: str) -> str:
    """Replace the escape of half a surrogate pair by that of the replacement character, which is as long."""
    if not _may_hold_half_characters(string):
        return string
    return _ESCAPE.sub(lambda match: "\\ufffd" if match["half"] else match[0], string)


def _repeated_keys(text: str) -> Iterator[tuple[int, int]]:
    objects: list[set[str]] = []
    string = ""
    place = (0, 0)
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "string":
            string, place = token[0], token.span()
        elif token[0] in ("{", "["):
            objects.append(set())
        elif token[0] in ("}", "]"):
            objects.pop()
        elif token[0] == ":":
            key = str(_LENIENT.decode(string)) if "\\" in string else string[1:-1]
            if key in objects[-1]:
                yield place
            objects[-1].add(key)


def _syntax_problem(text: str, error: json.JSONDecodeError, oddities: dict[str, tuple[int, int]]) -> Problem:
    start = error.pos
    control = oddities.get(_RAW_CONTROL)
    if control and control[0] <= start and text[control[0]] in "\r\n":
        # A string that was never closed swallowed what follows it: the fault is where its line ends.
        start, message = control[0], _BROKEN["Invalid control character at"]
    elif error.msg in _BROKEN:
        message = _BROKEN[error.msg]
    else:
        wanted = _EXPECTED.get(error.msg, "the text is not JSON")
        rest = _SPACE.match(text, start)
        start = rest.end() if rest else start
        message = f"{wanted}, but {_found(text, start)}"
    return Problem(ProblemKind.UNREADABLE, message, Lines(text).span(start, min(start + 1, len(text))))


def _found(text: str, offset: int) -> str:
    token = _TOKEN.match(text, offset)
    if not token:
        return "the text ends"
    return f"{_shown(token[0])} was found"


def _shown(token: str) -> str:
    """Quote a piece of the text for a message: ASCII, and short."""
    inside = token[1:-1] if len(token) > 1 and token[0] == token[-1] == '"' else token
    return ascii(inside if len(inside) <= _SHOWN else f"{inside[:_SHOWN]}...")


def _number_problem(text: str) -> Problem:
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "word" and len(token[0]) > _LONG_NUMBER:
            span = Lines(text).span(*token.span())
            return Problem(ProblemKind.LIMIT, f"a number has {len(token[0]):,} digits", span)
    return Problem(ProblemKind.LIMIT, "a number has too many digits")


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
        text = _without_oddities(text)[0]
    root = _wanted(paths)
    try:
        _Search(text).visit(root, _skip_space(text, 0))
    except _FAULTS:
        text = _without_oddities(original)[0]
        root = _wanted(paths)
        # Broken text has been reported as such; what lies before the fault still gets its place.
        with suppress(*_FAULTS):
            _Search(text).visit(root, _skip_space(text, 0))
    lines = Lines(original)
    inner: dict[int, object] = {}
    return [_resolve(text, lines, root, path, inner) for path in paths]


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
            name, end = scan(text, at)
            colon = _skip_space(text, end)
            if not isinstance(name, str) or text[colon] != ":":
                raise ValueError(colon)
            value_at = _skip_space(text, colon + 1)
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
            at = _skip_space(text, stop)
            if text[at] == ",":
                at = _skip_space(text, at + 1)
            elif text[at] != "}":
                raise ValueError(at)
        return at + 1

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
            at = _skip_space(text, stop)
            if text[at] == ",":
                at = _skip_space(text, at + 1)
            elif text[at] != "]":
                raise ValueError(at)
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
