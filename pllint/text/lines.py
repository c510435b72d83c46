"""Offsets in a text to lines and columns."""

import re
from bisect import bisect_right
from itertools import accumulate

from pllint.source import Span

_AT_LEAST = 1 << 14


class Lines:
    """The lines of one text, indexed once, as far as it is asked about; a line ends with CR, LF or both."""

    __slots__ = ("_indexed", "_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        self._indexed = 0

    def position(self, offset: int) -> tuple[int, int]:
        """Give the line and column of an offset, both from 1."""
        starts = self._starts_to(offset)
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def span(self, start: int, end: int, pointer: str = "") -> Span:
        """Give the span of the characters from `start` up to `end`."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(line, column, end_line, end_column, pointer)

    def line_end(self, offset: int) -> int:
        """Give the offset of the next line's start, or the text's length on the last line."""
        starts = self._starts_to(offset)
        line = bisect_right(starts, offset)
        return starts[line] if line < len(starts) else len(self._text)

    def _starts_to(self, offset: int) -> list[int]:
        """Give where lines start, up to the one behind an offset at least."""
        if offset >= self._indexed < len(self._text):
            # Twice as far as asked, so that asking on and on costs no more than asking for the end.
            end = self._text.find("\n", max(2 * offset, _AT_LEAST)) + 1 or len(self._text)
            self._starts += _starts(self._text[self._indexed : end], self._indexed)
            self._indexed = end
        return self._starts


def _starts(text: str, before: int) -> list[int]:
    """Give where lines start that follow a break in a stretch of text, itself so far behind the beginning."""
    lines = text.splitlines(keepends=True)
    if len(lines) == text.count("\n") + (not text.endswith(("\n", "\r"))):
        # Nothing but LF ended a line, with or without CR: several times faster than a pattern.
        starts = list(accumulate(map(len, lines), initial=before))
        if not text.endswith("\n"):
            starts.pop()
        return starts[1:]
    return [before + match.end() for match in re.finditer(r"\r\n?|\n", text)]


def clip(text: str, start: int, end: int, lines: Lines) -> int:
    """Cut a stretch at the end of its first line, and give its new end."""
    stop = lines.line_end(start)
    if end < stop or (end == stop and text[end - 1] not in "\r\n"):
        return end
    while stop > start and text[stop - 1] in "\r\n":
        stop -= 1
    return stop
