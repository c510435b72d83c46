"""Markdown on a terminal: the part of it that the pages of checks use."""

import re
from collections.abc import Iterator, Sequence

from pllint.report.escape import for_display
from pllint.report.layout import folded, width_of

_FENCE = re.compile(r"^(```+)[\w+-]*(?:\s+title=\"([^\"]+)\")?(?:\s+\w+=\"[^\"]+\")*\s*$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_ITEM = re.compile(r"^(\s*)([-*]|\d+\.)\s+(.*)$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)|<(https?://[^>]+)>")
_BOLD, _DIM, _CODE, _TITLE = "1", "2", "36", "1;4"


def render(markdown: str, width: int, *, colour: bool) -> str:
    """Give a page for a screen: folded, with headings, lists, tables and code set apart."""
    page = _Page(markdown.split("\n"), width, colour=colour)
    lines = [line.rstrip() for line in page.lines()]
    spaced = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(spaced).strip("\n") + "\n"


class _Page:
    def __init__(self, lines: Sequence[str], width: int, *, colour: bool) -> None:
        self._rest = list(reversed(lines))
        self._width = width
        self._colour = colour

    def lines(self) -> Iterator[str]:
        while self._rest:
            line = self._rest[-1]
            if fence := _FENCE.match(line):
                self._rest.pop()
                yield from self._code(fence[1], fence[2])
            elif heading := _HEADING.match(line):
                self._rest.pop()
                yield from ("", *self._heading(len(heading[1]), heading[2]), "")
            elif line.lstrip().startswith("|"):
                yield from ("", *self._table(), "")
            elif item := _ITEM.match(line):
                self._rest.pop()
                yield from self._item(item[1], item[2], item[3])
            elif line.strip():
                yield from self._folded(" ".join(self._paragraph()), "", "")
            else:
                self._rest.pop()
                yield ""

    def _paragraph(self) -> Iterator[str]:
        while self._rest and (line := self._rest[-1]).strip() and not self._begins(line):
            yield self._rest.pop().strip()

    def _begins(self, line: str) -> bool:
        return bool(_FENCE.match(line) or _HEADING.match(line) or _ITEM.match(line) or line.lstrip().startswith("|"))

    def _code(self, fence: str, title: str | None) -> Iterator[str]:
        yield ""
        if title:
            yield f"  {self._paint(title, _DIM)}"
        while self._rest and (line := self._rest.pop()).rstrip() != fence:
            yield f"    {self._paint(for_display(line), _CODE)}" if line else ""
        yield ""

    def _heading(self, level: int, text: str) -> Iterator[str]:
        shown = _INLINE.sub(_plain, text)
        if self._colour:
            yield self._paint(shown, _TITLE if level == 1 else _BOLD)
        else:
            yield shown
            yield ("=" if level == 1 else "-") * width_of(shown)

    def _item(self, indent: str, mark: str, text: str) -> Iterator[str]:
        first = f"{indent}{mark} "
        yield from self._folded(" ".join((text, *self._paragraph())), first, " " * len(first))

    def _table(self) -> Iterator[str]:
        rows = []
        while self._rest and self._rest[-1].lstrip().startswith("|"):
            line = self._rest.pop()
            if not _TABLE_RULE.match(line):
                rows.append([_INLINE.sub(_plain, cell.strip()) for cell in line.strip().strip("|").split("|")])
        columns = max(len(row) for row in rows) if rows else 0
        padded = [row + [""] * (columns - len(row)) for row in rows]
        widths = [max(width_of(row[column]) for row in padded) for column in range(columns)]
        for number, row in enumerate(padded):
            cells = [cell + " " * (widths[column] - width_of(cell)) for column, cell in enumerate(row)]
            line = "  ".join(cells).rstrip()
            yield self._paint(line, _BOLD) if number == 0 else line

    def _folded(self, text: str, first: str, indent: str) -> Iterator[str]:
        # Folded before it is painted: escape sequences take no columns.
        for number, line in enumerate(folded(_INLINE.sub(_marked, text), max(self._width - len(indent), 20))):
            yield (indent if number else first) + self._painted(line)

    def _painted(self, line: str) -> str:
        shown = re.sub("\x01(.*?)(?:\x02|$)", lambda match: self._paint(match[1], _BOLD), line)
        return re.sub(r"`([^`]+)`", lambda match: self._paint(match[1], _CODE), shown) if self._colour else shown

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._colour and text else text


def _plain(match: re.Match[str]) -> str:
    code, strong, text, address, bare = match.groups()
    return code or strong or (f"{text} ({address})" if text and text != address else address) or bare


def _marked(match: re.Match[str]) -> str:
    if match[1]:
        return match[0]
    return f"\x01{match[2]}\x02" if match[2] else _plain(match)
