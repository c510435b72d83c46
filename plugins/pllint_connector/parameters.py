"""CON110-CON113, CON116, CON117: what operations take."""

import re
from collections.abc import Sequence

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation, Parameter
from pllint.plugin import Anchor, Context, Outcome, Severity, check
from pllint_connector.wording import EXTENSIONS, VALIDATOR, count, found, have, names_of, some

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_PLATFORM_FILLS = frozenset(("connectionid",))
_FETCHES = frozenset(("get", "head"))


@check(
    id="CON110",
    name="parameter-without-summary",
    severity=Severity.INFO,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def parameter_without_summary(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A parameter or a field of a body has no x-ms-summary, so makers see its technical name."""
    untitled: list[str] = []
    first: Anchor | None = None
    seen: set[Anchor] = set()
    for operation in definition.operations:
        if operation.internal:
            continue
        for parameter in operation.parameters:
            if parameter.at in seen or _is_hidden(parameter):
                continue
            seen.add(parameter.at)
            fields = list(parameter.untitled_fields)
            if not parameter.titled and not parameter.fields and parameter.name:
                fields.append(parameter.name)
            if fields and first is None:
                first = parameter.at
            untitled += [f"{field} of {operation.name}" for field in fields]
    if first is not None:
        number = len(untitled)
        yield found(
            definition,
            first,
            f"{count(number, 'input')} {have(number)} no x-ms-summary: {some(untitled)}",
            "Give each of them an x-ms-summary in title case",
        )


@check(
    id="CON111",
    name="parameter-without-type",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def parameter_without_type(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A parameter does not say of which type it is, or a body of which schema."""
    named = _each(definition)
    causes = (
        ("type", [one for one in named if one[1].location and one[1].location != "body" and one[1].type is None]),
        ("schema", [one for one in named if one[1].location == "body" and not one[1].has_schema]),
        ("items", [one for one in named if not one[1].has_items]),
        ("in", [one for one in named if one[1].name and not one[1].location]),
    )
    for key, parameters in causes:
        if not parameters:
            continue
        kind = {"schema": "body parameter", "items": "list parameter"}.get(key, "parameter")
        yield found(
            definition,
            parameters[0][1].at,
            f"{count(len(parameters), kind)} {have(len(parameters))} no {key}: {_said(parameters)}",
            f"Add {key} to each of them",
            cause=key,
        )


@check(
    id="CON112",
    name="path-parameter-undeclared",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def path_parameter_undeclared(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The path names a parameter that is not declared, or a path parameter is declared that the path does not name."""
    undeclared: dict[tuple[str, str], list[DefinedOperation]] = {}
    unnamed: dict[tuple[str, str], list[tuple[DefinedOperation, Parameter]]] = {}
    optional: list[tuple[DefinedOperation, Parameter]] = []
    for operation in definition.operations:
        in_path = set(_VARIABLE.findall(operation.path))
        declared = {one.name: one for one in operation.parameters if one.location == "path"}
        if in_path != declared.keys():
            unresolved = any(not one.name and not one.location for one in operation.parameters)
            for name in sorted(in_path - declared.keys()):
                if not unresolved:
                    undeclared.setdefault((operation.path, name), []).append(operation)
            for name in sorted(declared.keys() - in_path):
                unnamed.setdefault((operation.path, name), []).append((operation, declared[name]))
        if not all(one.required for one in declared.values()):
            optional += [
                (operation, one) for name, one in sorted(declared.items()) if name in in_path and not one.required
            ]
    for (path, name), operations in undeclared.items():
        yield found(
            definition,
            operations[0].at,
            f"the path {path} names {{{name}}}, which {names_of(operations)}"
            f" {'does' if len(operations) == 1 else 'do'} not declare",
            f"Declare {name} with `in: path` and `required: true`, or take it out of the path",
            cause=f"{path} {name}",
        )
    for (path, name), places in unnamed.items():
        yield found(
            definition,
            places[0][1].at,
            f"{names_of([one for one, _ in places])} {'declares' if len(places) == 1 else 'declare'} the path"
            f" parameter {name}, which is not in the path {path}",
            f"Write {{{name}}} into the path, or take the parameter out",
            cause=f"{path} {name}",
        )
    if optional:
        yield found(
            definition,
            optional[0][1].at,
            f"{count(len(optional), 'path parameter')} {'is' if len(optional) == 1 else 'are'} not marked as required:"
            f" {_said(optional)}",
            "Add `required: true` to each of them",
            cause="required",
        )


@check(
    id="CON113",
    name="body-parameter-invalid",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def body_parameter_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation has two bodies, a body besides form data, or a body with a method that sends none."""
    twice, mixed, fetching = [], [], []
    for operation in definition.operations:
        places = [parameter.location for parameter in operation.parameters]
        if places.count("body") > 1:
            twice.append(operation)
        elif "body" in places and "formData" in places:
            mixed.append(operation)
        elif operation.method in _FETCHES and ("body" in places or "formData" in places):
            fetching.append(operation)
    causes = (
        (twice, "more than one body parameter", "Join the bodies into one schema"),
        (mixed, "a body and form data", "Send the one or the other"),
        (fetching, "a body with GET or HEAD, which send none", "Use POST, or send the values in the query"),
    )
    for operations, words, remedy in causes:
        if operations:
            yield found(
                definition,
                operations[0].at / "parameters",
                f"{count(len(operations), 'operation')} {have(len(operations))} {words}: {names_of(operations)}",
                remedy,
                cause=words,
            )


@check(
    id="CON116",
    name="visibility-invalid",
    severity=Severity.ERROR,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def visibility_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """x-ms-visibility has a value other than important, advanced and internal."""
    for word in dict.fromkeys(key.word for key in definition.visibilities):
        keys = [key for key in definition.visibilities if key.word == word]
        times = f", {len(keys)} times" if len(keys) > 1 else ""
        hint = f"; probably {keys[0].nearest} is meant" if keys[0].nearest else ""
        yield found(
            definition,
            keys[0].at,
            f"x-ms-visibility is {word}{times}; it may be important, advanced or internal{hint}",
            f"Write {keys[0].nearest or 'important, advanced or internal'}, or leave the key out",
            cause=word,
        )


@check(
    id="CON117",
    name="internal-parameter-without-default",
    severity=Severity.ERROR,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def internal_parameter_without_default(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A required parameter is hidden from makers and has no default, so nobody can give it a value."""
    hidden = [
        (operation, parameter)
        for operation, parameter in _each(definition)
        if parameter.required
        and parameter.location != "body"
        and _is_hidden(parameter)
        and not parameter.has_default
        and parameter.name.lower() not in _PLATFORM_FILLS
    ]
    if hidden:
        yield found(
            definition,
            hidden[0][1].at,
            f"{count(len(hidden), 'parameter')} {'is' if len(hidden) == 1 else 'are'} required, internal and without"
            f" a default: {_said(hidden)}",
            "Add a default to each of them, or show them to makers",
            cause="parameters",
        )
    if fields := definition.hidden_fields:
        yield found(
            definition,
            fields[0].at,
            f"{count(len(fields), 'field')} of request bodies {'is' if len(fields) == 1 else 'are'} required, internal"
            f" and without a default: {some([field.name for field in fields])}",
            "Add a default to each of them, or show them to makers",
            cause="fields",
        )


def _each(definition: ConnectorDefinition) -> list[tuple[DefinedOperation, Parameter]]:
    """Give every parameter once, with the first operation that takes it."""
    places: dict[Anchor, tuple[DefinedOperation, Parameter]] = {}
    for operation in definition.operations:
        for parameter in operation.parameters:
            places.setdefault(parameter.at, (operation, parameter))
    return list(places.values())


def _said(parameters: Sequence[tuple[DefinedOperation, Parameter]]) -> str:
    return some([f"{parameter.name} of {operation.name}" for operation, parameter in parameters])


def _is_hidden(parameter: Parameter) -> bool:
    return (parameter.visibility or "").lower() == "internal"
