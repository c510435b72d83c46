"""Offsets in a text to lines and columns."""

import re
from bisect import bisect_right
from itertools import accumulate

from pllint.source import Span


class Lines:
    """The lines of one text, indexed once; a line ends with CR, LF or both."""

    __slots__ = ("_length", "_starts")

    def __init__(self, text: str) -> None:
        self._length = len(text)
        if text.count("\r") == text.count("\r\n"):
            # Splitting is several times faster than a pattern, and right as long as no CR stands alone.
            starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
            starts.pop()
        else:
            starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Give the line and column of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def span(self, start: int, end: int, pointer: str = "") -> Span:
        """Give the span of the characters from `start` up to `end`."""
        line, column = self.position(start)
        end_line, end_column = self.position(end)
        return Span(line, column, end_line, end_column, pointer)

    def line_end(self, offset: int) -> int:
        """Give the offset of the next line's start, or the text's length on the last line."""
        line = bisect_right(self._starts, offset)
        return self._starts[line] if line < len(self._starts) else self._length


def clip(text: str, start: int, end: int, lines: Lines) -> int:
    """Cut a stretch at the end of its first line, and give its new end."""
    stop = lines.line_end(start)
    if end < stop or (end == stop and text[end - 1] not in "\r\n"):
        return end
    while stop > start and text[stop - 1] in "\r\n":
        stop -= 1
    return stop
