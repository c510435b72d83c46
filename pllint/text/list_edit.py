"""Small changes of the lists in a text: entries taken out, put behind the last, put in order; all else stays as it was.

What the syntaxes share. A change is made only where it is certain: what the changed text holds, read again, is exactly
what it should. Text is cut, inserted and moved by offsets, never written anew, so that every other byte stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pllint.record import NamedTuple
from pllint.source import KeyPath
from pllint.text.problem import MalformedError

SPACE = " \t\r\n"
_BREAK = re.compile(r"\r\n|\n|\r")
_IN_NO_LIST = "it does not stand in a list"
_OTHERWISE = "read again, the changed text would hold something else than it should"

Extent = tuple[int, int]
"""From where to where something reaches; offsets count characters, the end is exclusive."""


class UncertainError(Exception):
    """A change that could do another thing than it should, so that it is not made; the reason has no full stop."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Removal(NamedTuple):
    """An entry goes out of its list."""

    path: KeyPath
    same_as: KeyPath | None = None
    """Another entry of the list, which has to hold the very same."""


class Copying(NamedTuple):
    """A copy of the last entry of a list is put behind it, with other values."""

    path: KeyPath
    """Of the last entry."""
    members: tuple[tuple[str, str | int], ...]
    """All the members that the entry has, in whatever order; names are compared without regard to case."""


class Numbering(NamedTuple):
    """The entries of a list are put in the order of a member that holds a number, and numbered from 1."""

    path: KeyPath
    """Of the list."""
    member: str


class Sorting(NamedTuple):
    """The entries of a list are put in the order of their keys; those with equal keys keep theirs."""

    path: KeyPath
    """Of the list."""
    key: Callable[[object], tuple[str, ...] | None]
    """What an entry is sorted by; None: it has nothing to be sorted by, and the list stays as it is."""


Change = Removal | Copying | Numbering | Sorting


class Call(NamedTuple):
    """A function call in a value; a path goes to its arguments by number."""

    function: str
    arguments: list[object]


class Splice(NamedTuple):
    """A stretch of the text and what takes its place."""

    start: int
    end: int
    text: str


class Listed(NamedTuple):
    """A list in brackets: where it and its entries are written."""

    start: int
    """Of the opening bracket."""
    end: int
    items: tuple[Extent, ...]


class Document:
    """A text in one syntax; its lists stand in brackets."""

    comma_may_trail = False
    """The syntax takes a comma behind the last entry of a list."""

    def __init__(self, text: str, blank: str) -> None:
        """Take a text, and the same with spaces in place of its comments."""
        self.text = text
        self.blank = blank

    def read(self, text: str) -> object:
        """Give what a text holds, no part of it shared; raise MalformedError or UncertainError."""
        raise NotImplementedError

    def extents(self, paths: Sequence[KeyPath]) -> Sequence[Extent | None]:
        """Find where the values of paths are written; None for one that is not there."""
        raise NotImplementedError

    def like(self, written: str, before: object, value: str | int) -> str:
        """Write a value as another one is written, whose text and value are given."""
        raise NotImplementedError

    def without(self, path: KeyPath, count: int, indexes: Iterable[int]) -> Iterable[Splice]:
        """Take entries out of a list that has so many of them."""
        listed = self._listed(path, count)
        text, blank = self.text, self.blank
        for index in sorted(indexes, reverse=True):  # those before keep their places
            for start, end in _cuts(text, blank, *listed.items[index], may_trail=self.comma_may_trail):
                text, blank = text[:start] + text[end:], blank[:start] + blank[end:]
        inside = text[listed.start + 1 : len(text) - (len(self.text) - listed.end) - 1]
        if not inside.strip(SPACE) and not (self.comma_may_trail and _BREAK.search(inside)):
            inside = ""
        yield Splice(listed.start + 1, listed.end - 1, inside)

    def with_copy(self, path: KeyPath, count: int, values: Mapping[Extent, str]) -> Iterable[Splice]:
        """Put a copy of the last entry behind it, with other text at some places."""
        text, blank = self.text, self.blank
        start, end = self._listed(path, count).items[-1]
        if text[start:end] != blank[start:end]:
            raise UncertainError("a comment stands inside the last entry, which the new one is a copy of")
        copy = replaced(text, start, end, values)
        comma = skipped(blank, end)
        has_comma = blank[comma] == ","
        behind = comma + 1 if has_comma else end
        gap = text[len(text[:start].rstrip(SPACE)) : start]
        if not has_comma:
            yield Splice(end, end, ",")
        if _BREAK.search(gap) and not _BREAK.search(text, end, behind) and _is_rest_blank(text, blank, behind):
            behind = line_end(text, behind)
        yield Splice(behind, behind, f"{gap}{copy}{',' if has_comma else ''}")

    def arranged(self, path: KeyPath, order: Sequence[int], values: Mapping[Extent, str]) -> Iterable[Splice]:
        """Put the entries of a list in another order, with other text at some places; comments on their lines move too.

        Raises UncertainError where a comment stands of which nobody can say whose it is.
        """
        text, blank = self.text, self.blank
        listed = self._listed(path, len(order))
        rows = [_row(text, blank, *item) for item in listed.items]
        moves_rows = False
        bounds = [listed.start + 1, *(at for item in listed.items for at in item), listed.end - 1]
        gaps = list(zip(bounds[::2], bounds[1::2], strict=True))
        for number, (start, end) in enumerate(gaps):  # before, between and behind the entries
            if text[start:end] == blank[start:end]:
                continue
            row = rows[number - 1] if number else None
            rest = (start, end) if row is None else (row[1], end)
            if number == len(rows) and row is not None:
                rest = self._behind(*rest, column=listed.items[-1][0] - line_start(text, listed.items[-1][0]))
            if None in rows or text[rest[0] : rest[1]] != blank[rest[0] : rest[1]]:
                raise UncertainError("a comment stands between its entries")
            moves_rows = True
        for slot, index in enumerate(order):
            yield Splice(*listed.items[slot], replaced(text, *listed.items[index], values))
            here, there = rows[slot], rows[index]
            if moves_rows and here and there:
                yield Splice(*here, text[there[0] : there[1]])

    def _behind(self, start: int, end: int, column: int) -> Extent:
        """Leave out lines behind the last entry that are indented no deeper: nothing says that they are its own."""
        while start < end:
            stop = min(next_line(self.text, start), end)
            line = self.text[start:stop].strip("\r\n")
            if line.strip(SPACE) and len(line) - len(line.lstrip(" \t")) > column:
                break
            start = stop
        return start, end

    def _listed(self, path: KeyPath, count: int) -> Listed:
        whole, *items = self.extents([path, *((*path, index) for index in range(count))])
        found = tuple(item for item in items if item is not None)
        if whole is None or len(found) < count or self.text[whole[0]] != "[" or self.text[whole[1] - 1] != "]":
            raise UncertainError("its list is not written out where it is used")
        return Listed(*whole, found)


def changed(document: Document, changes: Iterable[Change]) -> str:
    """Give the text with some changes; raise UncertainError when one of them cannot be made with certainty."""
    expected = document.read(document.text)
    by_list: dict[KeyPath, list[Change]] = {}
    for change in changes:
        path = change.path[:-1] if isinstance(change, Removal | Copying) else change.path
        by_list.setdefault(path, []).append(change)
    lists = {path: list_at(expected, path) for path in by_list}
    splices: list[Splice] = []
    for path, items in lists.items():
        splices += _of_list(document, path, items, by_list[path])
    edited = spliced(document.text, splices)
    try:
        holds = document.read(edited)
    except MalformedError:
        raise UncertainError(_OTHERWISE) from None
    if holds != expected:
        raise UncertainError(_OTHERWISE)
    return edited


def list_at(value: object, path: KeyPath) -> list[object]:
    """Give the list at a path; raise UncertainError when there is none."""
    for key in path:
        items = value.arguments if isinstance(value, Call) else value
        there = range(len(items)) if isinstance(items, list) else items if isinstance(items, dict) else ()
        if key not in there:
            raise UncertainError("it stands in a text inside the file" if isinstance(value, str) else _IN_NO_LIST)
        value = items[key]  # type: ignore[index]  # the key is one of it
    if not isinstance(value, list):
        raise UncertainError(_IN_NO_LIST)
    return value


def _of_list(document: Document, path: KeyPath, items: list[object], changes: Sequence[Change]) -> Iterable[Splice]:
    """Make the changes of one list: in its value, and as splices of the text."""
    kinds = {type(change) for change in changes}
    first = changes[0]
    if len(kinds) > 1 or (len(set(changes)) > 1 and not isinstance(first, Removal)):
        raise UncertainError("another fix changes the same list; run it once more")
    if isinstance(first, Removal):
        return _removed(document, path, items, [one for one in changes if isinstance(one, Removal)])
    if isinstance(first, Copying):
        return _copied(document, first, items)
    return _arranged(document, first, items)


def _removed(document: Document, path: KeyPath, items: list[object], changes: Sequence[Removal]) -> Iterable[Splice]:
    indexes = set()
    for change in changes:
        index = _index(change.path, items)
        if change.same_as is not None:
            twin = _index(change.same_as, items) if change.same_as[:-1] == path else index
            if twin == index:
                raise UncertainError("the entry it repeats does not stand in the same list")
            if items[twin] != items[index]:
                raise UncertainError("the two entries are not the same to the last member, so somebody has to choose")
        indexes.add(index)
    count = len(items)
    items[:] = [item for index, item in enumerate(items) if index not in indexes]
    return document.without(path, count, indexes)


def _index(path: KeyPath, items: Sequence[object]) -> int:
    index = path[-1] if path else None
    if not isinstance(index, int) or not 0 <= index < len(items):
        raise UncertainError(_IN_NO_LIST)
    return index


def _copied(document: Document, change: Copying, items: list[object]) -> Iterable[Splice]:
    if _index(change.path, items) != len(items) - 1:
        raise UncertainError("the last entry that is tried is not the last one of the list")
    last = items[-1]
    wanted = {name.lower(): value for name, value in change.members}
    if not isinstance(last, dict) or len(last) != len(wanted) or {str(key).lower() for key in last} != set(wanted):
        raise UncertainError("the last entry has other members than the new one would have")
    new = {key: _typed(before, wanted[str(key).lower()]) for key, before in last.items()}
    values = _values(document, {(*change.path, key): (last[key], value) for key, value in new.items()})
    items.append(new)
    return document.with_copy(change.path[:-1], len(items) - 1, values)


def _arranged(document: Document, change: Numbering | Sorting, items: list[object]) -> Iterable[Splice]:
    numbers: dict[KeyPath, tuple[object, str | int]] = {}
    if isinstance(change, Numbering):
        order, names = _numbered(items, change.member)
        for number, index in enumerate(order, 1):
            entry, name = items[index], names[index]
            if isinstance(entry, dict) and (value := _typed(entry[name], number)) != entry[name]:
                numbers[*change.path, index, name] = entry[name], value
                entry[name] = value
    else:
        keys = [change.key(item) for item in items]
        if None in keys:
            raise UncertainError("an entry has no id to be sorted by")
        order = sorted(range(len(items)), key=lambda index: keys[index] or ())
    if order == list(range(len(items))) and not numbers:
        return ()
    items[:] = [items[index] for index in order]
    return document.arranged(change.path, order, _values(document, numbers))


def _numbered(items: Sequence[object], member: str) -> tuple[list[int], list[str]]:
    """Give the order of entries by a number, and the name of that member in each."""
    names: list[str] = []
    numbers: list[int] = []
    for item in items:
        members = item if isinstance(item, dict) else {}
        name = next((key for key in members if str(key).lower() == member.lower()), None)
        number = members.get(name)
        if isinstance(number, str) and number.strip().removeprefix("-").isdecimal():
            number = int(number)
        if name is None or not isinstance(number, int) or isinstance(number, bool):
            raise UncertainError(f"an entry has no {member}")
        names.append(str(name))
        numbers.append(number)
    if len(set(numbers)) < len(numbers):
        raise UncertainError(f"two entries have the same {member}, so somebody has to say which comes first")
    return sorted(range(len(items)), key=lambda index: numbers[index]), names


def _typed(before: object, value: str | int) -> str | int:
    """Give a value of the kind the list has: some exports write numbers as text."""
    return str(value) if isinstance(before, str) else value


def _values(document: Document, wanted: Mapping[KeyPath, tuple[object, str | int]]) -> dict[Extent, str]:
    """Give the new text of values, by the places where they are written."""
    found: dict[Extent, str] = {}
    for extent, (before, value) in zip(document.extents(list(wanted)), wanted.values(), strict=True):
        if extent is None:
            raise UncertainError("its members are not written out where it is used")
        found[extent] = document.like(document.text[extent[0] : extent[1]], before, value)
    return found


# Text


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Put splices into a text; raise UncertainError when two of them meet."""
    pieces: list[str] = []
    copied = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        if splice.start < copied:
            raise UncertainError("another fix changes the same place; run it once more")
        pieces += (text[copied : splice.start], splice.text)
        copied = splice.end
    return "".join((*pieces, text[copied:]))


def replaced(text: str, start: int, end: int, values: Mapping[Extent, str]) -> str:
    """Give a stretch of text with other text at the places that lie in it."""
    inside = [
        Splice(first - start, stop - start, value)
        for (first, stop), value in values.items()
        if start <= first and stop <= end
    ]
    return spliced(text[start:end], inside)


def skipped(text: str, at: int) -> int:
    """Give where the white space from an offset on ends."""
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def line_start(text: str, at: int) -> int:
    """Give where the line of an offset begins."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def line_end(text: str, at: int) -> int:
    """Give where the line of an offset ends, its break left out."""
    found = _BREAK.search(text, at)
    return found.start() if found else len(text)


def next_line(text: str, at: int) -> int:
    """Give where the line after that of an offset begins."""
    found = _BREAK.search(text, at)
    return found.end() if found else len(text)


def lines_between(text: str, start: int, end: int) -> Iterator[Extent]:
    """Give the lines from the beginning of one to that of another, breaks included."""
    while start < end:
        stop = min(next_line(text, start), end)
        yield start, stop
        start = stop


def line_break(text: str, at: int = 0) -> str:
    """Give the line break that a text uses behind an offset, else anywhere."""
    found = _BREAK.search(text, at) or _BREAK.search(text)
    return found[0] if found else "\n"


def _is_rest_blank(text: str, blank: str, at: int) -> bool:
    return not blank[at : line_end(text, at)].strip(SPACE)


def _row(text: str, blank: str, start: int, end: int) -> Extent | None:
    """Give what stands behind an entry and its comma on a line; None for an entry that shares its lines."""
    comma = skipped(blank, end)
    behind = comma + 1 if blank[comma] == "," else end
    alone = not text[line_start(text, start) : start].strip(SPACE) and not _BREAK.search(text, end, behind)
    return (behind, line_end(text, behind)) if alone and _is_rest_blank(text, blank, behind) else None


def _cuts(text: str, blank: str, start: int, end: int, *, may_trail: bool) -> list[Extent]:
    """Say what goes with an entry of a list in brackets: its lines, or it and one comma; from the end on."""
    comma = skipped(blank, end)
    has_comma = blank[comma] == ","
    before = len(blank[:start].rstrip(SPACE)) - 1
    follows = blank[before] == ","
    row = _row(text, blank, start, end)
    if row:
        whole = (line_start(text, start), next_line(text, row[1]))
        return [whole] if has_comma or not follows or may_trail else [whole, (before, before + 1)]
    if not has_comma:
        return _last_cuts(text, start, end, before if follows else None, may_trail=may_trail)
    if text[end:comma].strip(SPACE):
        raise UncertainError("a comment stands between the entry and its comma")
    behind = skipped(text, comma + 1)
    if not _BREAK.search(text, comma + 1, behind):
        return [(start, behind)]  # what follows takes its place
    return [(start if text[before + 1 : start].strip(SPACE) or not follows else before + 1, comma + 1)]


def _last_cuts(text: str, start: int, end: int, comma: int | None, *, may_trail: bool) -> list[Extent]:
    """Say what goes with the last entry of a list, where a comma may stand before it."""
    if comma is None or (may_trail and _BREAK.search(text, comma, start)):
        return [(start, end)]
    if text[comma + 1 : start].strip(SPACE):  # a comment stands between
        return [(start, end), (comma, comma + 1)]
    return [(comma, end)]
