"""Small changes of JSON text: an item taken out of a list, a copy put at its end; all else stays, byte for byte.

A change is made only where it is certain: the text is UTF-8, and what the changed text holds is exactly what it should.
"""

import json
from collections.abc import Mapping

from pllint.source import KeyPath
from pllint.text.encoding import decode
from pllint.text.json_lenient import without_oddities
from pllint.text.json_places import extents
from pllint.text.json_text import parse_text
from pllint.text.problem import MalformedError

_SPACE = " \t\r\n"


def without_item(content: bytes, path: KeyPath, same_as: KeyPath | None = None) -> bytes | None:
    """Take the item at a path out of its list; None when that cannot be done, or it is not the same as another."""
    text, value = _read(content)
    items = _list_at(value, path[:-1])
    index = path[-1] if path else None
    if text is None or items is None or not isinstance(index, int) or not 0 <= index < len(items):
        return None
    if same_as is not None:
        other = same_as[-1] if same_as else None
        twin = isinstance(other, int) and same_as[:-1] == path[:-1] and other != index and 0 <= other < len(items)
        if not twin or not isinstance(other, int) or items[other] != items[index]:
            return None
    found = extents(text, [path])[0]
    if found is None:
        return None
    edited = _cut(text, *found)
    del items[index]
    return _written(content, edited, value)


def with_copy(content: bytes, path: KeyPath, members: Mapping[str, str | int]) -> bytes | None:
    """Put a copy of the last item of a list behind it, with these values; None when that cannot be done.

    The item has exactly the members named, in whatever order; names are compared without regard to case.
    """
    text, value = _read(content)
    items = _list_at(value, path[:-1])
    if text is None or items is None or not items or path[-1] != len(items) - 1:
        return None
    last = items[-1]
    wanted = {name.lower(): member for name, member in members.items()}
    if not isinstance(last, dict) or {str(key).lower() for key in last} != set(wanted) or len(last) != len(wanted):
        return None
    names = [str(key) for key in last]
    item, *values = extents(text, [path, *((*path, name) for name in names)])
    if item is None or None in values:
        return None
    copy, start = text[item[0] : item[1]], item[0]
    places = sorted(((one, name) for one, name in zip(values, names, strict=True) if one), reverse=True)
    for (first, end), name in places:
        written = _as_before(last[name], wanted[name.lower()])
        copy = copy[: first - start] + written + copy[end - start :]
    gap = start
    while text[gap - 1] in _SPACE:
        gap -= 1
    edited = f"{text[: item[1]]},{text[gap:start]}{copy}{text[item[1] :]}"
    items.append({name: _typed(last[name], wanted[name.lower()]) for name in names})
    return _written(content, edited, value)


def _typed(before: object, member: str | int) -> str | int:
    """Give a value of the kind the list has: some exports write numbers as text."""
    return str(member) if isinstance(before, str) else member


def _as_before(before: object, member: str | int) -> str:
    return json.dumps(_typed(before, member))


def _read(content: bytes) -> tuple[str | None, object]:
    text, problem = decode(content)
    if problem is not None:
        return None, None
    try:
        return text, parse_text(text)[0]
    except MalformedError:
        return None, None


def _list_at(value: object, path: KeyPath) -> list[object] | None:
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            return None
    return value if isinstance(value, list) else None


def _cut(text: str, start: int, end: int) -> str:
    """Take a value out of its list with one comma beside it; comments around it stay."""
    blank = without_oddities(text)[0] if "/" in text else text
    behind = _skip(text, end)
    comma = _skip(blank, end)
    if behind == comma and text[behind] == ",":  # whatever follows takes its place
        return text[:start] + text[_skip(text, behind + 1) :]
    before = start
    while text[before - 1] in _SPACE:
        before -= 1
    comma = len(blank[:start].rstrip(_SPACE)) - 1
    if text[before - 1] == ",":
        return text[: before - 1] + text[end:]
    if text[before - 1] == "[" and text[behind] == "]":
        return text[:before] + text[behind:]
    if blank[comma] == "," and text[comma] == ",":  # a comment stands between
        return text[:comma] + text[comma + 1 : start] + text[end:]
    return text[:start] + text[end:]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _written(content: bytes, edited: str, expected: object) -> bytes | None:
    """Give the bytes of a changed text, if it holds what it should."""
    try:
        holds = parse_text(edited)[0]
    except MalformedError:
        return None
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    return mark + edited.encode() if holds == expected else None
