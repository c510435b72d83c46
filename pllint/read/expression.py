"""Expressions in addresses, as flows write them: followed as far as text and parameters go."""

import re
from collections.abc import Iterator

_EXPRESSION_TEXT = r"'(?:[^']|'')*'"
_PARAMETER = rf"(?i)\s*parameters\(\s*({_EXPRESSION_TEXT})\s*\)\s*"
_LITERAL = rf"\s*({_EXPRESSION_TEXT})\s*"
_CONCAT = r"(?i)\s*concat\("


def address_parts(text: str) -> Iterator[tuple[str, str]]:
    """Give the parts of an address: text, the name of a parameter, or an expression only a run can compute."""
    if text.startswith("@@"):
        yield "text", text[1:]
        return
    if text.startswith("@") and not text.startswith("@{"):
        yield from _expression_parts(text[1:])
        return
    position = 0
    while (start := text.find("@{", position)) >= 0:
        if start and text[start - 1] == "@":
            yield "text", text[position : start - 1] + "@{"
            position = start + 2
            continue
        if start > position:
            yield "text", text[position:start]
        end = _closing_brace(text, start + 2)
        yield from _expression_parts(text[start + 2 : end])
        position = end + 1
    if position < len(text):
        yield "text", text[position:]


def _closing_brace(text: str, position: int) -> int:
    quoted = False
    for index in range(position, len(text)):
        character = text[index]
        if character == "'":
            quoted = not quoted
        elif character == "}" and not quoted:
            return index
    return len(text)


def _expression_parts(expression: str) -> Iterator[tuple[str, str]]:
    if match := re.fullmatch(_PARAMETER, expression):
        yield "parameter", _unquoted(match[1])
    elif match := re.fullmatch(_LITERAL, expression):
        yield "text", _unquoted(match[1])
    elif match := re.match(_CONCAT, expression):
        yield from _concatenated_parts(expression, match.end())
    else:
        yield "expression", expression


def _concatenated_parts(expression: str, position: int) -> Iterator[tuple[str, str]]:
    while True:
        if match := re.compile(_PARAMETER).match(expression, position):
            yield "parameter", _unquoted(match[1])
        elif match := re.compile(_LITERAL).match(expression, position):
            yield "text", _unquoted(match[1])
        else:
            yield "expression", expression[position:]
            return
        position = match.end()
        if expression[position : position + 1] != ",":
            if expression[position:].strip() != ")":
                yield "expression", expression[position:]
            return
        position += 1


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")
