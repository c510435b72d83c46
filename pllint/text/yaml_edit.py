"""YAML text whose lists are changed by offsets: lists of lines that begin with a dash, and lists in brackets.

What stands on the lines of an entry is the entry's, its comments as well. Lines that hold nothing but a comment stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pllint.record import NamedTuple
from pllint.source import KeyPath
from pllint.text.list_edit import (
    SPACE,
    Document,
    Extent,
    Splice,
    UncertainError,
    line_break,
    line_end,
    line_start,
    lines_between,
    next_line,
    replaced,
    spliced,
)
from pllint.text.yaml_events import events, without_comments
from pllint.text.yaml_text import parse, typed
from pllint.text.yaml_writing import quoted, scalar

_ELSEWHERE = "it is written with an alias or a merge key, so the change would reach further"


class _Written:
    """A value and where it is written."""

    __slots__ = ("children", "column", "end", "flow", "kind", "last", "start", "value")

    def __init__(self, kind: str, start: int, end: int, *, flow: bool = True, column: int = 0, value: str = "") -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.last = end
        """Behind its last word; a block ends where the next thing begins."""
        self.flow = flow
        self.column = column
        self.value = value
        self.children: list[_Written] = []
        """Items; of an object its keys and values in turn."""


class _Entry(NamedTuple):
    """An entry of a list of lines."""

    start: int
    """Where its first line begins."""
    end: int
    """Where its last line ends, the break left out."""


class _Block(NamedTuple):
    """A list of lines."""

    entries: tuple[_Entry, ...]
    column: int
    """Of the dashes."""
    colon: int | None
    """Behind the colon of the key that holds it; None where no key does."""


class YamlDocument(Document):
    """A text in YAML, of one document, without tags of its own and repeated keys."""

    comma_may_trail = True

    def __init__(self, text: str) -> None:
        self.read(text)
        super().__init__(text, without_comments(text))
        self._root = _tree(text)

    def read(self, text: str) -> object:
        """Give what a text holds, aliases written out."""
        value, problems = parse(text.encode())
        if problems:
            raise UncertainError(problems[0].message)
        return typed(value)

    def extents(self, paths: Sequence[KeyPath]) -> Sequence[Extent | None]:
        """Find where the values of paths are written."""
        return [self._extent(path) for path in paths]

    def _extent(self, path: KeyPath) -> Extent:
        written = self._at(path)
        return (written.start, written.start + len(self.text[written.start : written.last].rstrip(SPACE)))

    def like(self, written: str, before: object, value: str | int) -> str:
        """Write a value in the quotes that another one has."""
        del before
        if written.startswith('"'):
            return quoted(str(value))
        if written.startswith("'"):
            return "'" + str(value).replace("'", "''") + "'"
        return str(value) if isinstance(value, int) else scalar(value)

    def without(self, path: KeyPath, count: int, indexes: Iterable[int]) -> Iterable[Splice]:
        """Take entries out of a list; lines that hold nothing but a comment stay."""
        block = self._block(path, count)
        if block is None:
            return super().without(path, count, indexes)
        return self._without(block, set(indexes))

    def with_copy(self, path: KeyPath, count: int, values: Mapping[Extent, str]) -> Iterable[Splice]:
        """Put a copy of the last entry behind it, without its comments."""
        block = self._block(path, count)
        return super().with_copy(path, count, values) if block is None else [self._copy(block, values)]

    def arranged(self, path: KeyPath, order: Sequence[int], values: Mapping[Extent, str]) -> Iterable[Splice]:
        """Put the entries of a list in another order, each with its lines."""
        block = self._block(path, len(order))
        if block is None:
            return super().arranged(path, order, values)
        self._refuse_comments_between(block)
        return [
            Splice(*block.entries[slot], replaced(self.text, *block.entries[index], values))
            for slot, index in enumerate(order)
        ]

    def _at(self, path: KeyPath) -> _Written:
        written = self._root
        for key in path:
            if written.kind == "list" and isinstance(key, int) and key < len(written.children):
                written = written.children[key]
                continue
            members = zip(written.children[::2], written.children[1::2], strict=True) if written.kind == "map" else ()
            found = next((value for name, value in members if name.kind == "scalar" and name.value == key), None)
            if found is None:
                raise UncertainError(_ELSEWHERE)
            written = found
        return written

    def _block(self, path: KeyPath, count: int) -> _Block | None:
        """Give a list of lines; None for one in brackets."""
        written = self._at(path)
        if written.kind != "list" or len(written.children) != count:
            raise UncertainError(_ELSEWHERE)
        if self.text[written.start] not in "-[":
            raise UncertainError("a tag or an anchor stands before its list")
        if written.flow:
            return None
        above = self._at(path[:-1]) if path else None
        holder = above.children[above.children.index(written) - 1] if above and above.kind == "map" else None
        colon = None if holder is None else self.blank.find(":", holder.end) + 1
        entries = tuple(self._entry(item, written.column) for item in written.children)
        return _Block(entries, written.column, colon)

    def _entry(self, item: _Written, column: int) -> _Entry:
        dash = len(self.blank[: item.start].rstrip(SPACE)) - 1
        start = line_start(self.text, dash)
        if dash < 0 or self.blank[dash] != "-" or dash - start != column or self.blank[start:dash].strip(" "):
            raise UncertainError("the entry shares its line with something else")
        last = len(self.text[: max(item.last, dash + 1)].rstrip(SPACE))
        return _Entry(start, line_end(self.text, last))

    def _is_comment(self, start: int, end: int) -> bool:
        return not self.blank[start:end].strip(SPACE) and bool(self.text[start:end].strip(SPACE))

    def _without(self, block: _Block, indexes: set[int]) -> Iterator[Splice]:
        for index in indexes:
            start, end = block.entries[index]
            for line in lines_between(self.text, start, next_line(self.text, end)):
                if not self._is_comment(*line):
                    yield Splice(*line, "")
        if len(indexes) == len(block.entries):
            if block.colon is None:
                raise UncertainError("its list would be left without an entry, and no key would hold it")
            yield Splice(block.colon, block.colon, " []")

    def _copy(self, block: _Block, values: Mapping[Extent, str]) -> Splice:
        text, last = self.text, block.entries[-1]
        comments: list[Splice] = []
        for start, end in lines_between(text, last.start, last.end):
            if self._is_comment(start, end):
                comments.append(Splice(start, end, ""))
            elif text[start:end] != self.blank[start:end]:
                stop = line_end(text, start)
                comments.append(Splice(len(self.blank[:stop].rstrip(SPACE)), stop, ""))
        changes = [*comments, *(Splice(*extent, value) for extent, value in values.items())]
        copy = spliced(text[: last.end], changes)[last.start :].rstrip(SPACE)
        between = ""
        if len(block.entries) > 1:
            before = next_line(text, block.entries[-2].end)
            between = text[before : last.start] if not text[before : last.start].strip(SPACE) else ""
        return Splice(last.end, last.end, f"{line_break(text, last.start)}{between}{copy}")

    def _refuse_comments_between(self, block: _Block) -> None:
        """Raise UncertainError for a comment line of which nobody can say which entry it is about."""
        text, first, last = self.text, block.entries[0], block.entries[-1]
        gaps = [
            (0 if block.colon is None else next_line(text, block.colon), first.start),
            *(
                (next_line(text, one.end), two.start)
                for one, two in zip(block.entries, block.entries[1:], strict=False)
            ),
        ]
        lines = [line for gap in gaps for line in lines_between(text, *gap)]
        for start, end in lines_between(text, next_line(text, last.end), len(text)):
            words = text[start:end].strip(SPACE)
            if words and not self._is_comment(start, end):
                break
            if words and len(text[start:end]) - len(text[start:end].lstrip(" ")) > block.column:
                lines.append((start, end))  # it is indented as a part of the last entry
        if any(self._is_comment(*line) for line in lines):
            raise UncertainError("a comment line stands between its entries")


def _tree(text: str) -> _Written:
    """Say of every value of the first document where it is written."""
    from ruamel.yaml import events as of

    root = _Written("none", 0, 0)
    stack: list[_Written] = []
    for event in events(text):
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if isinstance(event, of.CollectionEndEvent):
            node = stack.pop()
            if node.flow:
                node.end = node.last = end
            else:
                node.end = node.last = max((child.last for child in node.children), default=node.start)
            continue
        if isinstance(event, of.ScalarEvent):
            node = _Written("scalar", start, end, value=event.value)
        elif isinstance(event, of.AliasEvent):
            node = _Written("alias", start, end)
        elif isinstance(event, of.CollectionStartEvent):
            kind = "map" if isinstance(event, of.MappingStartEvent) else "list"
            node = _Written(kind, start, end, flow=bool(event.flow_style), column=event.start_mark.column)
        else:
            continue
        if stack:
            stack[-1].children.append(node)
        else:
            root = node
        if isinstance(event, of.CollectionStartEvent):
            stack.append(node)
    return root
