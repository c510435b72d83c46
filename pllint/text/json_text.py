"""JSON text to plain values, and paths of keys back to places in the text.

Reading is the standard library's. What it refuses gets a second look, which blanks out comments and trailing
commas without moving anything, so that both looks, and `locate`, count the same offsets.
"""

from __future__ import annotations

import json

from pllint.text.encoding import decode
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, check_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from pllint.source import Key, KeyPath, Span

_CONTAINERS = frozenset((dict, list))

_INDEX_DIGITS = 18


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
        if may_hold_half_characters(text):
            value, problems = _second_look(text, limits)
        else:
            value = _STRICT.decode(text)
    except RecursionError:
        _refuse_depth(text, limits)
    except ValueError:
        value, problems = _second_look(text, limits)
    if text.count("{") + text.count("[") > limits.nesting and _is_deeper(value, limits.nesting):
        _refuse_depth(text, limits)
    return value, problems


def _second_look(text: str, limits: Limits) -> tuple[object, list[Problem]]:
    from pllint.text import json_lenient

    return json_lenient.second_look(text, limits)


def _refuse_depth(text: str, limits: Limits) -> NoReturn:
    from pllint.text import json_lenient

    json_lenient.refuse_depth(text, limits)


def may_hold_half_characters(text: str) -> bool:
    """Tell whether a text writes half of a character by its number alone."""
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


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass: of scalars their text, of objects and arrays their key.

    A path that is not there gives the span of its nearest parent; its pointer says how far it went. Paths may
    lead on into JSON inside a string; then the span is the string's.
    """
    from pllint.text.json_places import located

    return located(decode(content)[0], paths)


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
