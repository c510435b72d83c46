"""The JSON Schemas: where they are, what a document does against one, and which keys it does not know.

jsonschema-rs decides, because it is hundreds of times faster; jsonschema is imported only for a document
that it rejects, to explain. Both are kept from the network.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence

from pllint.accepts import Allowance, accepts
from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.source import Key, KeyPath

TYPE_CHECKING = False
if TYPE_CHECKING:
    import jsonschema
    import jsonschema_rs

_MOST_VIOLATIONS = 20
_LONGEST_VALUE = 80
_DEEPEST_EXPLAINED = 120
"""Levels. jsonschema recurses, and where it runs out of stack inside a compiled library the process ends."""

# What people write for pllint is shown; what an export holds is not where it may be a secret.
_WRITTEN_FOR_PLLINT = frozenset(
    {"settings", "governance", "report", "show", "checks", "catalogue", "gate", "why", "matrix", "impact", "plans"}
)
_SHOWN_ANYWHERE = frozenset({"enum", "pattern", "const"})

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "an object",
    "string": "text",
}

_LIMITS = {
    "exclusiveMinimum": "more than {limit}",
    "maximum": "at most {limit}",
    "minItems": "at least {limit} in it",
    "minLength": "some text",
    "minProperties": "at least {limit} in it",
    "minimum": "at least {limit}",
    "pattern": "text of the form {limit}",
}

_schemas: dict[str, dict[str, object]] = {}
_validators: dict[str, "jsonschema_rs.Draft7Validator"] = {}
_allowance = Allowance()


class Violation(NamedTuple):
    """One thing that a document does against its schema."""

    path: KeyPath
    message: str
    """What was found and what is expected, in ASCII, on one line, without a full stop."""
    keyword: str
    """The keyword of JSON Schema that is not met; `more` on the line that counts what is not listed."""


class UnknownKey(NamedTuple):
    """A key that is no part of its schema."""

    path: KeyPath
    """The place of the key, the key included."""
    key: str
    nearest: str | None
    """The known key that was probably meant."""


def load(name: str) -> dict[str, object]:
    """Give a schema by name, such as `governance`; the same object every time, so it is not to be changed."""
    if name not in _schemas:
        with open(os.path.join(_folder(), name + ".json"), encoding="utf-8") as file:
            _schemas[name] = json.load(file)
    return _schemas[name]


def violations(name: str, document: object) -> list[Violation]:
    """Give what the document does against the schema, sorted by path.

    There are 20 at most; one more, of the keyword `more` and without a path, counts those left out.
    """
    if not _validators and accepts(load(name), document, _allowance):
        return []
    validator = _validator(name)
    try:
        if validator.is_valid(document):
            return []
    except ValueError:
        document = _as_json(document)
        if validator.is_valid(document):
            return []
    found = sorted(set(_explained(name, document)), key=_order)
    if len(found) > _MOST_VIOLATIONS:
        left_out = len(found) - _MOST_VIOLATIONS
        return [*found[:_MOST_VIOLATIONS], Violation(path=(), message=f"and {left_out} more", keyword="more")]
    return found


def unknown_keys(name: str, document: object) -> list[UnknownKey]:
    """Give the keys that the schema of settings or governance does not know, in the document's order."""
    schema = load(name)
    return list(_unknown(schema, _branches(schema, schema, document), document, ()))


def known_keys(name: str, path: KeyPath = ()) -> tuple[str, ...]:
    """Give the keys that the schema knows for the object at a path; none where any key may stand."""
    schema = load(name)
    nodes = _branches(schema, schema)
    for step in path:
        nodes = [branch for child in _children(nodes, step) for branch in _branches(schema, child)]
    return tuple(sorted({key for node in nodes for key in _object(node.get("properties"))}))


def _folder() -> str:
    # A wheel carries schemas/ inside the package; a checkout has it beside the package.
    package = os.path.dirname(os.path.abspath(__file__))
    packaged = os.path.join(package, "schemas")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(package), "schemas")


def _validator(name: str) -> "jsonschema_rs.Draft7Validator":
    if name not in _validators:
        _validators[name] = _decider(load(name))
    return _validators[name]


def _decider(schema: dict[str, object]) -> "jsonschema_rs.Draft7Validator":
    import jsonschema_rs

    return jsonschema_rs.Draft7Validator(schema, validate_formats=False, retriever=_refuse)


def _refuse(uri: str) -> dict[str, object]:
    raise LookupError(f"a schema refers to {uri}, which pllint does not ship")


def _as_json(value: object) -> object:
    """Copy a document, with keys and values that JSON lacks as text: YAML reads `200: x` as a number."""
    if isinstance(value, dict):
        return {_as_text(key): _as_json(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(child) for child in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _as_text(value)


def _as_text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")


# What is wrong, in words


def _explained(name: str, document: object) -> list[Violation]:
    if _levels(document, _DEEPEST_EXPLAINED) > _DEEPEST_EXPLAINED:
        return [_undetailed(name, document)]
    from jsonschema.exceptions import best_match

    found: list[Violation] = []
    try:
        for error in _explainer(name).iter_errors(document):
            best = best_match([error]) or error
            # Where every alternative fails at the same place, what they are alternatives for tells more.
            told = best if len(best.absolute_path) > len(error.absolute_path) else error
            found.extend(_told(name, told if "x-expected" in _object(told.schema) else best))
    except RecursionError:
        pass
    return found or [_undetailed(name, document)]


def _levels(document: object, enough: int) -> int:
    """Count how deep a document nests, no further than one more than `enough`."""
    levels, layer = 0, [document]
    while layer and levels <= enough:
        inside = (part.values() if isinstance(part, dict) else part for part in layer if isinstance(part, dict | list))
        layer = [child for children in inside for child in children]
        levels += 1
    return levels


def _explainer(name: str) -> "jsonschema.Draft7Validator":
    """Make a jsonschema validator that looks into a part of a document only if jsonschema-rs rejects it."""
    import jsonschema
    from referencing import Registry

    follow = jsonschema.Draft7Validator.VALIDATORS["$ref"]
    deciders: dict[str, jsonschema_rs.Draft7Validator] = {}

    def refers(validator: object, reference: str, part: object, schema: object) -> Iterator[jsonschema.ValidationError]:
        if isinstance(part, dict | list):
            if reference not in deciders:
                deciders[reference] = _decider({"$ref": reference, "definitions": load(name).get("definitions", {})})
            if deciders[reference].is_valid(part):
                return
        yield from follow(validator, reference, part, schema)

    explainer = jsonschema.validators.extend(jsonschema.Draft7Validator, {"$ref": refers})  # type: ignore[no-untyped-call] # the stubs leave extend() untyped
    return explainer(load(name), registry=Registry())  # type: ignore[no-any-return] # likewise


def _undetailed(name: str, document: object) -> Violation:
    """Tell only where the first thing is wrong: it lies too deep for jsonschema, or jsonschema accepts it."""
    import jsonschema_rs

    path: list[Key] = []
    try:
        _validator(name).validate(document)
    except jsonschema_rs.ValidationError as error:
        part = document
        for step in error.instance_path:
            # A key of digits only, such as the status code '200', comes as a number.
            path.append(step if isinstance(part, list) else str(step))
            part = _at(part, path[-1:])
    return Violation(tuple(path), f"{_subject(tuple(path))} is not what schemas/{name}.json describes", "$ref")


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _at(document: object, path: Sequence[Key]) -> object:
    for step in path:
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int):
            document = document[step]
    return document


def _told(name: str, error: "jsonschema.ValidationError") -> Iterator[Violation]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    value: object = error.instance
    rule = _object(error.schema)
    if keyword == "required":
        present = _object(value)
        for key in _texts(rule.get("required")):
            if key not in present:
                yield Violation(path, f"{_quoted(key)} is missing from {_subject(path)}", keyword)
    elif keyword == "additionalProperties":
        known = _object(rule.get("properties"))
        for key in _object(value):
            if key not in known:
                meant = _did_you_mean(key, known)
                yield Violation((*path, key), f"{_quoted(key)} is not known in {_subject(path)}{meant}", keyword)
    else:
        shown = name in _WRITTEN_FOR_PLLINT or keyword in _SHOWN_ANYWHERE
        expected, meant = _expected(keyword, rule, value)
        message = f"{_subject(path)} is {_found(value, shown=shown)}, expected {expected}{meant}"
        yield Violation(path, message, keyword)


def _subject(path: KeyPath) -> str:
    if not path:
        return "the document"
    last = path[-1]
    if isinstance(last, str):
        return _quoted(last)
    return f"item {last + 1} of {_subject(path[:-1])}"


def _quoted(text: str) -> str:
    quoted = ascii(text[: _LONGEST_VALUE + 1])
    return quoted if len(quoted) <= _LONGEST_VALUE + 2 else f"{quoted[: _LONGEST_VALUE - 2]}...{quoted[-1]}"


def _found(value: object, *, shown: bool) -> str:
    found = f"a {type(value).__name__}"
    if value is None:
        found = "empty"
    elif isinstance(value, bool):
        found = "true" if value else "false"
    elif isinstance(value, int | float):
        found = f"the number {value!s:.20}"
    elif isinstance(value, str):
        found = f"the text {_quoted(value)}" if shown and value else "text" if value else "empty text"
    elif isinstance(value, list):
        found = "a list" if value else "an empty list"
    elif isinstance(value, dict):
        found = "an object" if value else "an empty object"
    return found


def _expected(keyword: str, rule: dict[str, object], value: object) -> tuple[str, str]:
    """Say what a rule expects, and what was probably meant."""
    limit = rule.get(keyword)
    words = _texts(limit)
    meant = ""
    if keyword == "enum":
        expected = _listed(words)
        if isinstance(value, str):
            meant = _did_you_mean(value, words)
    elif keyword == "type":
        kinds = [limit] if isinstance(limit, str) else words
        expected = _listed([_TYPES[kind] for kind in kinds if kind != "null"])
    else:
        expected = _LIMITS.get(keyword, "what {keyword} {limit} asks for").format(keyword=keyword, limit=limit)
    own = rule.get("x-expected")
    return (own if isinstance(own, str) else expected), meant


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    meant = nearest(word, known)
    return f"; did you mean {meant}" if meant else ""


def _order(violation: Violation) -> tuple[list[tuple[bool, int, str]], str]:
    steps = [(True, 0, step) if isinstance(step, str) else (False, step, "") for step in violation.path]
    return steps, violation.message


# Keys


def _unknown(
    schema: dict[str, object], nodes: Sequence[dict[str, object]], value: object, path: KeyPath
) -> Iterator[UnknownKey]:
    if isinstance(value, list):
        children = _children(nodes, 0)
        for place, child in enumerate(value):
            yield from _unknown_below(schema, children, child, (*path, place))
    elif isinstance(value, dict):
        for key, child in value.items():
            children = _children(nodes, str(key))
            if any(_is_unknown(schema, node) for node in children):
                known = (name for node in nodes for name in _object(node.get("properties")))
                yield UnknownKey((*path, key), str(key), nearest(str(key), known))
            else:
                yield from _unknown_below(schema, children, child, (*path, key))


def _unknown_below(
    schema: dict[str, object], children: Sequence[dict[str, object]], value: object, path: KeyPath
) -> Iterator[UnknownKey]:
    if isinstance(value, dict | list):  # nothing else has anything below it
        branches = [branch for child in children for branch in _branches(schema, child, value)]
        yield from _unknown(schema, branches, value, path)


def _children(nodes: Iterable[dict[str, object]], step: Key) -> list[dict[str, object]]:
    """Give the schemas of a key or item below any of some schemas; of several, those that name the key."""
    if isinstance(step, int):
        return [_object(node["items"]) for node in nodes if "items" in node]
    named = [properties[step] for node in nodes if step in (properties := _object(node.get("properties")))]
    others = named or [node["additionalProperties"] for node in nodes if "additionalProperties" in node]
    return [_object(child) for child in others]


def _branches(schema: dict[str, object], node: dict[str, object], *values: object) -> list[dict[str, object]]:
    """Follow the references and alternatives of a schema to those that can describe a value of its type."""
    node = _dereferenced(schema, node)
    alternatives = [
        branch
        for keyword in ("allOf", "anyOf", "oneOf")
        for alternative in _list(node.get(keyword))
        for branch in _branches(schema, _object(alternative), *values)
    ]
    own = [node] if all(_is_of_type(value, node.get("type")) for value in values) else []
    return own + alternatives


def _dereferenced(schema: dict[str, object], node: dict[str, object]) -> dict[str, object]:
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    return _dereferenced(schema, _object(_at(schema, _steps(reference[1:]))))


def _is_unknown(schema: dict[str, object], node: dict[str, object]) -> bool:
    return _dereferenced(schema, node).get("x-unknown") is True


def _is_of_type(value: object, types: object) -> bool:
    # Only objects and lists have anything below them.
    if types is None:
        return True
    wanted = [types] if isinstance(types, str) else _texts(types)
    return ("object" in wanted and isinstance(value, dict)) or ("array" in wanted and isinstance(value, list))


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [item for item in _list(value) if isinstance(item, str)]
