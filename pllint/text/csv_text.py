"""Tables as portals and spreadsheets export them: text to rows with column names, and rows back to lines.

The delimiter is the one that the header line holds most of; Excel's `sep=;` line is obeyed. UTF-16 is what Excel calls
"Unicode text", so it is no problem here. The `#TYPE` line of PowerShell's Export-Csv is passed over.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from pllint.source import WHOLE_FILE, KeyPath, Span
from pllint.text.encoding import decode
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind, check_size

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR_LINE = re.compile(r"\Asep=(.)\r?\n")
_TYPE_LINE = re.compile(r"\A#TYPE [^\r\n]*\r?\n")
_HEADER_BYTES = 1 << 14


def header(content: bytes) -> tuple[str, ...]:
    """Give the names of the columns; nothing for a text that is no table."""
    # An even number of bytes, so that no wide character is cut in two.
    text, _ = decode(content[:_HEADER_BYTES])
    try:
        first = next(_rows(text), None)
    except csv.Error:
        return ()
    return _names(first[1]) if first else ()


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[list[dict[str, str]], list[Problem]]:
    """Give the rows, each by column name, and what is odd about the text; raise MalformedError for what is no table.

    Empty rows are left out of what a row's number counts; a cell beyond the header is dropped.
    """
    check_size(content, limits)
    text, problem = decode(content)
    problems = [problem] if problem and "UTF-16" not in problem.message else []
    try:
        rows = _rows(text)
        names = _names(next(rows, (0, []))[1])
        # The first of two columns with one name counts.
        return [dict(reversed(list(zip(names, cells, strict=False)))) for _, cells in rows], problems
    except csv.Error as error:
        raise MalformedError(Problem(ProblemKind.UNREADABLE, f"the table cannot be read: {error}")) from error


def locate(content: bytes, paths: Sequence[KeyPath]) -> Sequence[Span]:
    """Find the line of each row; a path is the number of a row and perhaps the name of a column."""
    text, _ = decode(content)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    try:
        starts = [line for line, _ in _rows(text)][1:]
    except csv.Error:
        starts = []

    def span(path: KeyPath) -> Span:
        row = path[0] if path else None
        if not isinstance(row, int) or not 0 <= row < len(starts):
            return WHOLE_FILE
        line = starts[row]
        return Span(line, 1, line, len(lines[line - 1]) + 1, "".join(f"/{key}" for key in path))

    return [span(path) for path in paths]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that hold something, the header first, each with its first line."""
    told = _SEPARATOR_LINE.match(text)
    first = told or _TYPE_LINE.match(text)
    body = text[first.end() :] if first else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=told[1] if told else _delimiter(body))
    line = 2 if first else 1
    before = line - 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = before + reader.line_num + 1


def _delimiter(text: str) -> str:
    first = _QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
    return max(_DELIMITERS, key=first.count)


def _names(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip().strip("\ufeff") for cell in cells)
