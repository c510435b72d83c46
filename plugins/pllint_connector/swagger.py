"""CON101, CON121, CON123, CON501: the definition as a whole."""

import re

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation
from pllint.plugin import Context, Outcome, Related, Severity, check
from pllint_connector.wording import DOCS, EXTENSIONS, VALIDATOR, found

_VARIABLE = re.compile(r"\{[^{}]*\}")
_MOST_OPERATIONS = 256
_MOST_BYTES = 1024 * 1024


@check(
    id="CON101",
    name="swagger-invalid",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def swagger_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The definition is not Swagger 2.0, or lacks a part that Swagger 2.0 requires."""
    if definition.version not in {None, "2.0"}:
        yield found(
            definition,
            definition.at,
            f"the definition is OpenAPI {definition.version}; custom connectors take Swagger 2.0 only",
            "Convert the definition to Swagger 2.0 and import that",
            cause="version",
        )
        return
    if definition.missing_parts:
        parts = ", ".join(definition.missing_parts)
        yield found(
            definition,
            definition.at,
            f"the definition lacks {parts}, which Swagger 2.0 requires",
            f"Add {parts} to the definition",
            cause="parts",
        )
    for path, fault, at in definition.faulty_paths:
        yield found(
            definition,
            at,
            f"the path {path} {fault}, so no request can be made of it",
            "Correct the path; write what is part of the address as parameters or URL-encoded",
            cause=path,
        )


@check(
    id="CON121",
    name="extension-unknown",
    severity=Severity.INFO,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def extension_unknown(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A key begins with x-ms- and is none that any client reads, so it has no effect."""
    for word in dict.fromkeys(key.word for key in definition.extensions):
        keys = [key for key in definition.extensions if key.word == word]
        hint = f"; probably {keys[0].nearest} is meant" if keys[0].nearest else ""
        times = f", {len(keys)} times" if len(keys) > 1 else ""
        yield found(
            definition,
            keys[0].at,
            f"{word} is no extension that Power Platform reads{times}{hint}",
            f"Write {keys[0].nearest}" if keys[0].nearest else "Remove the key, or check how it is spelt",
            cause=word,
        )


@check(
    id="CON123",
    name="duplicate-path",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def duplicate_path(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Two operations of one method have paths that differ only in the names of their parameters or in case."""
    seen: dict[tuple[str, str], DefinedOperation] = {}
    for operation in definition.operations:
        first = seen.setdefault((operation.method, _VARIABLE.sub("{}", operation.path).lower()), operation)
        if first is operation:
            continue
        yield found(
            definition,
            operation.at,
            f"{operation.name} and {first.name} answer to the same address: {operation.method.upper()}"
            f" {operation.path} and {first.path} cannot be told apart",
            "Give one of the two a path of its own, and route it with a policy template where the service has one path",
            cause=operation.path,
            related=(Related("the other operation", first.at),),
        )


@check(
    id="CON501",
    name="operations-over-limit",
    severity=Severity.WARNING,
    since="0.1",
    source=f"{DOCS}define-openapi-definition",
    on=ConnectorDefinition,
)
def operations_over_limit(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The definition has more operations, or more bytes, than a connector may have."""
    if len(definition.operations) > _MOST_OPERATIONS:
        yield found(
            definition,
            definition.at,
            f"the definition has {len(definition.operations)} operations; {_MOST_OPERATIONS} is the most a connector"
            " may have",
            "Split the connector, or leave out operations nobody uses",
            cause="operations",
        )
    if definition.size > _MOST_BYTES:
        yield found(
            definition,
            definition.at,
            f"the definition has {definition.size} bytes; an import takes less than 1 MB ({_MOST_BYTES} bytes)",
            "Shorten descriptions and schemas, or split the connector",
            cause="size",
        )
