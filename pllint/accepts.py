"""Says of small documents, for certain, that they match their schema.

Importing jsonschema-rs takes half again as long as starting the interpreter, and most documents are small and right.
What is not accepted here, because it breaks a rule, meets a keyword that is not known here, or is too large to be worth
it, is for jsonschema-rs to decide; a test holds that nothing is accepted here that it rejects.
"""

import re
from collections.abc import Callable, Mapping

Schema = Mapping[str, object]

_WITHOUT_RULE = frozenset(
    (
        "$schema", "$id", "title", "description", "definitions", "default", "examples", "deprecationMessage", "then",
        "else", "x-expected", "x-unknown",
    )
)  # fmt: skip
_MOST_VALUES = 7_000
"""To look at so many costs what importing the engine does."""


class _UnsureError(Exception):
    """The answer would be a guess."""


class Allowance:
    """How many values may still be looked at here; for more of them, importing the engine costs less."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MOST_VALUES


def accepts(schema: Schema, document: object, allowance: Allowance | None = None) -> bool:
    """Tell whether a document certainly matches a schema of draft 7 that stands alone.

    Documents of one run share an allowance; one alone has its own.
    """
    try:
        return _Judge(schema, allowance or Allowance()).matches(schema, document)
    except (_UnsureError, RecursionError):
        return False


class _Judge:
    def __init__(self, root: Schema, allowance: Allowance) -> None:
        self._root = root
        self._allowance = allowance

    def matches(self, schema: object, value: object) -> bool:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            raise _UnsureError
        self._allowance.left -= 1
        if self._allowance.left < 0:
            raise _UnsureError
        if "$ref" in schema:
            return self.matches(self._referred(str(schema["$ref"])), value)
        for keyword, rule in schema.items():
            if keyword in _WITHOUT_RULE:
                continue
            test = _TESTS.get(keyword)
            if test is None:
                raise _UnsureError
            if not test(self, rule, value, schema):
                return False
        return True

    def _referred(self, reference: str) -> object:
        found: object = self._root
        if not reference.startswith("#/"):
            raise _UnsureError
        for step in reference[2:].split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def kind(self, rule: object, value: object, _schema: Schema) -> bool:
        if isinstance(rule, str):
            return _is_of_type(rule, value)
        return isinstance(rule, list) and any(_is_of_type(one, value) for one in rule)

    def enum(self, rule: object, value: object, _schema: Schema) -> bool:
        if not isinstance(rule, list) or not isinstance(value, str | None):
            raise _UnsureError
        return value in rule

    def required(self, rule: object, value: object, _schema: Schema) -> bool:
        return not isinstance(value, dict) or (isinstance(rule, list) and all(key in value for key in rule))

    def properties(self, rule: object, value: object, _schema: Schema) -> bool:
        if not isinstance(value, dict):
            return True
        return isinstance(rule, dict) and all(self.matches(rule[key], value[key]) for key in rule.keys() & value.keys())

    def additional(self, rule: object, value: object, schema: Schema) -> bool:
        if not isinstance(value, dict) or rule is True:
            return True
        named = schema.get("properties", {})
        if "patternProperties" in schema or not isinstance(named, dict):
            raise _UnsureError
        return all(self.matches(rule, value[key]) for key in value.keys() - named.keys())

    def items(self, rule: object, value: object, _schema: Schema) -> bool:
        return not isinstance(value, list) or all(self.matches(rule, item) for item in value)

    def condition(self, rule: object, value: object, schema: Schema) -> bool:
        branch = schema.get("then" if self.matches(rule, value) else "else", True)
        return self.matches(branch, value)

    def every(self, rule: object, value: object, _schema: Schema) -> bool:
        return isinstance(rule, list) and all(self.matches(one, value) for one in rule)

    def either(self, rule: object, value: object, _schema: Schema) -> bool:
        return isinstance(rule, list) and any(self.matches(one, value) for one in rule)

    def pattern(self, rule: object, value: object, _schema: Schema) -> bool:
        if not isinstance(value, str):
            return True
        if not value.isascii() or "\n" in value:  # where Python and ECMAScript may differ
            raise _UnsureError
        return re.search(str(rule), value) is not None

    def least(self, rule: object, value: object, _schema: Schema) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return True
        return isinstance(rule, int | float) and value >= rule

    def shortest(self, rule: object, value: object, _schema: Schema) -> bool:
        return not isinstance(value, str) or (isinstance(rule, int) and len(value) >= rule)

    def fewest(self, rule: object, value: object, _schema: Schema) -> bool:
        return not isinstance(value, dict) or (isinstance(rule, int) and len(value) >= rule)


_Test = Callable[[_Judge, object, object, Schema], bool]
_TESTS: Mapping[str, _Test] = {
    "type": _Judge.kind,
    "enum": _Judge.enum,
    "required": _Judge.required,
    "properties": _Judge.properties,
    "additionalProperties": _Judge.additional,
    "items": _Judge.items,
    "if": _Judge.condition,
    "allOf": _Judge.every,
    "anyOf": _Judge.either,
    "pattern": _Judge.pattern,
    "minimum": _Judge.least,
    "minLength": _Judge.shortest,
    "minProperties": _Judge.fewest,
}


def _is_of_type(name: object, value: object) -> bool:
    match name:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":
            if isinstance(value, float):
                raise _UnsureError
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            raise _UnsureError
