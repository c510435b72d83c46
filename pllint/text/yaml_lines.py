"""Reads the YAML that people mostly write line by line, and leaves all other YAML to the parser.

Importing the parser takes as long as everything else that linting a manifest does. What is read here are blocks of
`key: value` and `- item` whose scalars and flow collections end on their line; nothing about them hangs on what other
lines hold. The rest, be it rare (anchors, tags, texts of several lines) or wrong, is for the parser; tests hold that
whatever is read here, the parser reads the same way.
"""

from __future__ import annotations

import re

from pllint.text.yaml_scalar import NULLS, Plain

_WORDS = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,80}(?: [A-Za-z0-9_./-]{1,80}){0,8}"
_KEY = re.compile(_WORDS + r"(?=:(?: |$))")
_SIGNS = frozenset("-?:,[]{}#&*!|>'\"%@`")
"""What no plain scalar begins with; a few of them do, before certain others."""
_QUOTED = re.compile(r"'([^']*)'|\"([^\"\\]*)\"")
_END = re.compile(r" *(?: #.*)?$")
_IN_FLOW = re.compile(r"[A-Za-z0-9_./(+$~][^,:\[\]{}#&*!|>'\"%@`?]*")
_DEEPEST = 50


class _UnsureError(Exception):
    """The parser has to say."""


def read(text: str, nesting: int) -> dict[str, object] | list[object] | None:
    """Give the document of a text that holds nothing but simple lines; None for any other text.

    Unquoted scalars are `Plain`, quoted ones `str`. No more than `nesting` levels are read.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.replace("\n", "").isprintable():  # tabs, other breaks of lines, what YAML forbids
        return None
    try:
        return _Reader(text, min(nesting, _DEEPEST)).document()
    except _UnsureError:
        return None


class _Reader:
    """Reads the lines of a text from the first to the last."""

    def __init__(self, text: str, nesting: int) -> None:
        self._lines = [
            (len(line) - len(content), content)
            for line in text.split("\n")
            if (content := line.lstrip(" ")) and content[0] != "#"
        ]
        """Indentation and text of those that hold anything; a comment stands where no text of several lines can be."""
        self._at = 0
        self._nesting = nesting

    def document(self) -> dict[str, object] | list[object]:
        if self._lines and self._lines[0] == (0, "---"):
            self._at = 1
        if self._at == len(self._lines):
            raise _UnsureError
        value = self._block(1)
        if self._at < len(self._lines):
            raise _UnsureError
        return value

    def _block(self, depth: int) -> dict[str, object] | list[object]:
        """Read the collection that begins with the next line."""
        column, text = self._lines[self._at]
        return self._sequence(column, depth) if text.startswith("- ") else self._mapping(column, depth)

    def _mapping(self, column: int, depth: int) -> dict[str, object]:
        self._hold(depth)
        found: dict[str, object] = {}
        while (text := self._next(column)) is not None:
            match = _KEY.match(text)
            if match is None or match[0] in found:
                raise _UnsureError
            self._at += 1
            rest = text[match.end() + 1 :].lstrip(" ")
            found[match[0]] = self._below(column, depth) if not rest or rest[0] == "#" else self._inline(rest, depth)
        return found

    def _below(self, column: int, depth: int) -> object:
        """Read what stands below a key alone on its line: a block further in, or a list as far in as the key."""
        if self._at == len(self._lines):
            return None
        following, text = self._lines[self._at]
        if following > column or (following == column and text.startswith("- ")):
            return self._block(depth + 1)
        return None

    def _sequence(self, column: int, depth: int) -> list[object]:
        self._hold(depth)
        found: list[object] = []
        while (text := self._next(column)) is not None and text.startswith("- "):
            rest = text[2:].lstrip(" ")
            if _KEY.match(rest):
                inner = column + len(text) - len(rest)
                self._lines[self._at] = (inner, rest)
                found.append(self._mapping(inner, depth + 1))
            else:
                self._at += 1
                found.append(self._inline(rest, depth))
        return found

    def _next(self, column: int) -> str | None:
        """Give the next line of a block, None where the block ends: a line further in then belongs to nothing."""
        if self._at == len(self._lines):
            return None
        following, text = self._lines[self._at]
        return text if following == column else None

    def _inline(self, text: str, depth: int) -> object:
        """Read a value that ends on its line."""
        if not text:
            raise _UnsureError
        if text[0] in "[{":
            value, end = self._flow(text, 0, depth + 1)
        elif match := _QUOTED.match(text):
            value, end = match[match.lastindex or 0], match.end()
        else:
            return _plain(text)
        if _END.match(text, end) is None:
            raise _UnsureError
        return value

    def _flow(self, text: str, start: int, depth: int) -> tuple[object, int]:
        """Read a list or an object in brackets; give it and where the text goes on."""
        self._hold(depth)
        items: list[object] = []
        members: dict[str, object] = {}
        is_list = text[start] == "["
        closing = "]" if is_list else "}"
        at = _over_blanks(text, start + 1)
        if text.startswith(closing, at):
            return items if is_list else members, at + 1
        while True:
            if is_list:
                value, at = self._in_flow(text, at, depth)
                items.append(value)
            else:
                match = _KEY.match(text, at)
                if match is None or match[0] in members:
                    raise _UnsureError
                members[match[0]], at = self._in_flow(text, _over_blanks(text, match.end() + 1), depth)
            at = _over_blanks(text, at)
            if text.startswith(closing, at):
                return items if is_list else members, at + 1
            if not text.startswith(", ", at):
                raise _UnsureError
            at = _over_blanks(text, at + 1)

    def _in_flow(self, text: str, at: int, depth: int) -> tuple[object, int]:
        if text.startswith(("[", "{"), at):
            return self._flow(text, at, depth + 1)
        if match := _QUOTED.match(text, at):
            return match[match.lastindex or 0], match.end()
        if match := _IN_FLOW.match(text, at):
            plain = match[0].rstrip(" ")
            return None if plain in NULLS else Plain(plain), match.end()
        raise _UnsureError

    def _hold(self, depth: int) -> None:
        if depth > self._nesting:
            raise _UnsureError


def _plain(text: str) -> object:
    if text[0] in _SIGNS:
        raise _UnsureError
    comment = text.find(" #")
    plain = (text if comment < 0 else text[:comment]).rstrip(" ")
    if ": " in plain or plain.endswith(":"):
        raise _UnsureError
    return None if plain in NULLS else Plain(plain)


def _over_blanks(text: str, at: int) -> int:
    while text.startswith(" ", at):
        at += 1
    return at
