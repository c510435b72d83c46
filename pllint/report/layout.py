"""Laying text out on a grid of characters: how wide it shows, folding it, cutting a window out of a long line."""

from __future__ import annotations

from collections.abc import Iterator

from pllint.report.escape import for_display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal

_WINDOW = 100
_BEFORE = 30
_LEAST_WIDTH = 40
_MOST_CARETS = 40


class Snippet:
    """What is shown of a source line: the text, and where the caret goes under it."""

    __slots__ = ("caret", "text")

    def __init__(self, text: str, caret: str) -> None:
        self.text = text
        self.caret = caret


def snippet(line: str, column: int, end_column: int | None, room: int, ellipsis: str) -> Snippet:
    """Cut the part of a source line around a column, counted from 1, that fits into some columns of the screen.

    `end_column` is exclusive; None marks the rest of the line. Exported JSON is often one line of a megabyte.
    """
    room = max(_LEAST_WIDTH, min(room, _WINDOW))
    line = line.rstrip("\r\n ")
    start = min(max(column - 1, 0), len(line))
    stop = len(line) if end_column is None else min(max(end_column - 1, start + 1), len(line))
    first = 0
    if len(line) > room and start > room - _BEFORE:
        first = start - _BEFORE
    shown = for_display(line[first : first + room])
    while width_of(shown) > room - 2 * len(ellipsis) and len(shown) > start - first + 1:
        shown = shown[:-1]
    indent = len(line) - len(line.lstrip()) if not first else 0
    if indent and indent <= start:
        first, shown = indent, shown[indent:]
    left = ellipsis if first > indent else ""
    right = ellipsis if first + len(shown) < len(line) else ""
    before = width_of(shown[: start - first])
    marked = min(max(1, width_of(shown[start - first : stop - first])), _MOST_CARETS)
    return Snippet(text=f"{left}{shown}{right}", caret=" " * (len(left) + before) + "^" * marked)


def width_of(text: str) -> int:
    """Count the columns text takes on a screen."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(character) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(character) in {"W", "F"} else 1
        for character in text
    )


def folded(text: str, width: int) -> Iterator[str]:
    """Break text between words into lines of a width; a word that is longer stays whole."""
    measure = len if text.isascii() else width_of
    if not text.startswith(" ") and measure(text) <= width:
        yield text
        return
    line = ""
    for word in text.split(" "):
        if line and measure(line) + 1 + measure(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def joined(names: list[str], last: str = "and") -> str:
    """Join names as a sentence does."""
    if len(names) < 2:  # noqa: PLR2004 - one name needs no conjunction
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def counted(number: int, noun: str) -> str:
    """Give a number with its noun, which takes an s."""
    plural = noun if number == 1 else noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {plural}"


def amount(total: Decimal) -> str:
    """Write an amount of money, with pence only where there are any, and nothing rounded: `24,000`, `37.50`."""
    if total == total.to_integral_value():
        return f"{total:,.0f}"
    return f"{total:,.2f}" if total == round(total, 2) else f"{total.normalize():,f}"
