"""The scalars of YAML: kept as the text that was written, and what that text means in the core schema of YAML 1.2."""

import re
from math import isfinite

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,1000}+|0o[0-7]{1,1000}+|0x[0-9a-fA-F]{1,1000}+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class Plain(str):
    """A scalar written without quotes: what it means is for the field to say."""

    __slots__ = ()


def typed(value: object) -> object:
    """Give a value as the YAML 1.2 core schema reads it: booleans and numbers where plain text is one.

    Numbers that JSON cannot hold (infinite, not a number, thousands of digits) stay text.
    """
    if isinstance(value, dict):
        return {str(key): typed(child) for key, child in value.items()}
    if isinstance(value, list):
        return [typed(child) for child in value]
    if not isinstance(value, Plain):
        return value
    return _core_scalar(str(value))


def _core_scalar(text: str) -> object:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if isfinite(number) else text
    return text
