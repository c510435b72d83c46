"""The second look at JSON text that strict reading refused: what is odd or wrong about it, and where.

Only met by such files, so that the others do not pay for its patterns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pllint.source import WHOLE_FILE
from pllint.text.lines import Lines
from pllint.text.problem import Limits, MalformedError, Problem, ProblemKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

LENIENT = json.JSONDecoder(parse_constant=str, strict=False)

# Possessive: an unclosed string runs to the end of the text, and is never tried again from inside.
_TOKEN = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+"?)'
    r"|(?P<comment>//[^\r\n]*+|/\*.*?(?:\*/|\Z))"
    r"|(?P<mark>[\[\]{},:])"
    r'|(?P<word>[^\s"/\[\]{},:]++)'
    r"|(?P<stray>\S)",
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t\r\n]*+")
_CONTROL = re.compile(r"[\x00-\x1f]")
_ESCAPE = re.compile(
    r"\\(?:u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# May be wrong about `\\\\ud800`, which is no escape; that only costs a closer look.
_HALF = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_CONSTANTS = frozenset(("NaN", "Infinity", "-Infinity"))
_LONG_NUMBER = 1000
_SHOWN = 40

_COMMENT = "a comment"
_COMMA = "a comma before a closing bracket"
_RAW_CONTROL = "a control character in a string"
_NOT_A_NUMBER = "NaN or Infinity in place of a number"
_HALF_CHARACTER = "half of a surrogate pair in a string"

_EXPECTED = {
    "Expecting value": "a value was expected",
    "Expecting property name enclosed in double quotes": "a key in double quotes was expected",
    "Expecting ':' delimiter": "a colon was expected after the key",
    "Expecting ',' delimiter": "a comma or a closing bracket was expected",
    "Extra data": "the end of the file was expected",
}
_BROKEN = {
    "Unterminated string starting at": "a string is not closed",
    "Invalid control character at": "a string is not closed on its line",
    "Invalid \\escape": "a backslash in a string is followed by no known escape",
    "Invalid \\uXXXX escape": "\\u in a string is not followed by four hexadecimal digits",
}


def has_half_characters(text: str) -> bool:
    """Tell whether escapes stand for half of a surrogate pair: printing or hashing that would raise later."""
    return _HALF.search(text) is not None


def refuse_depth(text: str, limits: Limits) -> NoReturn:
    """Raise MalformedError at the first bracket that is nested too deep."""
    depth = 0
    span = None
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "mark":
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
            if depth > limits.nesting:
                span = Lines(text).span(token.start(), token.end())
                break
    message = f"values are nested more than {limits.nesting} deep"
    raise MalformedError(Problem(ProblemKind.LIMIT, message, span))


def second_look(text: str, limits: Limits) -> tuple[object, list[Problem]]:
    """Give the value of text that is nearly JSON, and its oddities; raise MalformedError for the rest."""
    if not text or text.isspace():
        raise MalformedError(Problem(ProblemKind.UNREADABLE, "the file is empty", WHOLE_FILE))
    strict_text, oddities = without_oddities(text)
    try:
        value: object = LENIENT.decode(strict_text)
    except RecursionError:
        refuse_depth(text, limits)
    except json.JSONDecodeError as error:
        raise MalformedError(_syntax_problem(text, error, oddities)) from None
    except ValueError:
        raise MalformedError(_number_problem(text)) from None
    found = [(start, end, message) for message, (start, end) in oddities.items()]
    repeated = list(_repeated_keys(strict_text))
    if repeated:
        start, end = repeated[0]
        more = f" ({len(repeated) - 1} more are)" if len(repeated) > 1 else ""
        found.append((start, end, f"the key {_shown(text[start:end])} is repeated in one object{more}"))
    lines = Lines(text)
    problems = [(message, lines.span(start, end)) for start, end, message in sorted(found)]
    return value, [Problem(ProblemKind.NOT_STRICT, message, span) for message, span in problems]


def without_oddities(text: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Blank out what strict JSON does not have, keeping every offset; say where each kind is first."""
    edits: list[tuple[int, int, str]] = []
    oddities: dict[str, tuple[int, int]] = {}
    comma = -1
    before = "["
    for token in _TOKEN.finditer(text):
        group, (start, end) = token.lastgroup, token.span()
        if group == "comment":
            oddities.setdefault(_COMMENT, (start, end))
            edits.append((start, end, " " * (end - start)))
            continue
        if group == "string":
            control = _CONTROL.search(text, start, end)
            if control:
                oddities.setdefault(_RAW_CONTROL, control.span())
            whole = _whole_characters(token[0])
            if whole != token[0]:
                oddities.setdefault(_HALF_CHARACTER, (start, end))
                edits.append((start, end, whole))
        elif group == "word" and token[0] in _CONSTANTS:
            oddities.setdefault(_NOT_A_NUMBER, (start, end))
        elif comma >= 0 and token[0] in "]}":
            oddities.setdefault(_COMMA, (comma, comma + 1))
            edits.append((comma, comma + 1, " "))
        comma = start if token[0] == "," and before not in {"[", "{", ","} else -1
        before = token[0]
    # A comma is found wanting only after the comments behind it.
    edits.sort()
    pieces: list[str] = []
    copied = 0
    for start, end, replacement in edits:
        pieces += (text[copied:start], replacement)
        copied = end
    return "".join((*pieces, text[copied:])), oddities


def without_comments(text: str) -> str:
    """Blank out comments, keeping every offset and everything else that strict JSON does not have."""
    pieces: list[str] = []
    copied = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comment":
            pieces += (text[copied : token.start()], " " * len(token[0]))
            copied = token.end()
    return "".join((*pieces, text[copied:]))


def _whole_characters(string: str) -> str:
    """Replace the escape of half a surrogate pair by that of the replacement character, which is as long."""
    if not has_half_characters(string):
        return string
    return _ESCAPE.sub(lambda match: "\\ufffd" if match["half"] else match[0], string)


def _repeated_keys(text: str) -> Iterator[tuple[int, int]]:
    objects: list[set[str]] = []
    string = ""
    place = (0, 0)
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "string":
            string, place = token[0], token.span()
        elif token[0] in ("{", "["):
            objects.append(set())
        elif token[0] in ("}", "]"):
            objects.pop()
        elif token[0] == ":":
            key = str(LENIENT.decode(string)) if "\\" in string else string[1:-1]
            if key in objects[-1]:
                yield place
            objects[-1].add(key)


def _syntax_problem(text: str, error: json.JSONDecodeError, oddities: dict[str, tuple[int, int]]) -> Problem:
    start = error.pos
    control = oddities.get(_RAW_CONTROL)
    if control and control[0] <= start and text[control[0]] in "\r\n":
        # A string that was never closed swallowed what follows it: the fault is where its line ends.
        start, message = control[0], _BROKEN["Invalid control character at"]
    elif error.msg in _BROKEN:
        message = _BROKEN[error.msg]
    else:
        wanted = _EXPECTED.get(error.msg, "the text is not JSON")
        rest = _SPACE.match(text, start)
        start = rest.end() if rest else start
        message = f"{wanted}, but {_found(text, start)}"
    return Problem(ProblemKind.UNREADABLE, message, Lines(text).span(start, min(start + 1, len(text))))


def _found(text: str, offset: int) -> str:
    token = _TOKEN.match(text, offset)
    if not token:
        return "the text ends"
    return f"{_shown(token[0])} was found"


def _shown(token: str) -> str:
    """Quote a piece of the text for a message: ASCII, and short."""
    inside = token[1:-1] if len(token) > 1 and token[0] == token[-1] == '"' else token
    return ascii(inside if len(inside) <= _SHOWN else f"{inside[:_SHOWN]}...")


def _number_problem(text: str) -> Problem:
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "word" and len(token[0]) > _LONG_NUMBER:
            span = Lines(text).span(*token.span())
            return Problem(ProblemKind.LIMIT, f"a number has {len(token[0]):,} digits", span)
    return Problem(ProblemKind.LIMIT, "a number has too many digits")
