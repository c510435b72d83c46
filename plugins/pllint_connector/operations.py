"""CON102-CON104, CON106-CON109, CON114, CON115, CON122, CON411: operations and what makers see of them."""

import re
from collections.abc import Iterator, Sequence

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation
from pllint.plugin import Context, Finding, Outcome, Related, Severity, check
from pllint_connector.wording import DOCS, EXTENSIONS, STRINGS, VALIDATOR, count, found, have, names_of, visible

_CODING = f"{DOCS}coding-standards"
_CHARACTERS = re.compile(r"^[A-Za-z0-9_-]+$")
_PASCAL = re.compile(r"^[A-Z][A-Za-z0-9]*(?:_V[0-9]+)?$")
"""Microsoft's own revisions end in _V2, against its own rule on underscores."""
_LONGEST_SUMMARY = 80
_STRIPPED = re.compile(r"[<>%&\\?/\"*@#{}|]")
_WITHOUT_OUTPUT = frozenset(("202", "204"))
_WORD = r"\w+"
_QUIET_METHODS = frozenset(("delete", "head", "options"))
_PROTOCOLS = ("mcp-streamable-1.0",)
_RETIRED_PROTOCOLS = ("mcp-sse-1.0",)


@check(
    id="CON102",
    name="operation-id-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def operation_id_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation has no operationId, by which flows, apps and policies name it."""
    nameless = [operation for operation in definition.operations if operation.id is None]
    yield from _together(
        definition,
        nameless,
        "no operationId",
        "Give each of them an operationId, unique in the definition",
    )


@check(
    id="CON103",
    name="operation-id-duplicate",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def operation_id_duplicate(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Two operations have the same operationId."""
    named: dict[str, list[DefinedOperation]] = {}
    for operation in definition.operations:
        if operation.id is not None:
            named.setdefault(operation.id, []).append(operation)
    for name, same in named.items():
        if len(same) > 1:
            routes = ", ".join(f"{one.method.upper()} {one.path}" for one in same)
            yield found(
                definition,
                same[1].id_at,
                f"{len(same)} operations have the operationId {name}: {routes}",
                "Rename all but one of them; keep the id of the one that flows use",
                cause=name,
                related=(Related("the first one", same[0].id_at),),
            )


@check(
    id="CON104",
    name="operation-id-malformed",
    severity=Severity.WARNING,
    since="0.1",
    source=_CODING,
    on=ConnectorDefinition,
)
def operation_id_malformed(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operationId holds characters that ids may not hold, or is not in Pascal case."""
    named = [operation for operation in definition.operations if operation.id is not None]
    foul = [operation for operation in named if not _CHARACTERS.match(operation.id or "")]
    odd = [operation for operation in named if operation not in foul and not _PASCAL.match(operation.id or "")]
    if foul:
        yield found(
            definition,
            foul[0].id_at,
            f"{count(len(foul), 'operation')} {have(len(foul))} an operationId with characters other than letters,"
            f" digits, - and _: {names_of(foul)}",
            "Rename them to letters and digits before the first flow uses them",
            cause="characters",
        )
    if odd:
        yield found(
            definition,
            odd[0].id_at,
            f"{count(len(odd), 'operation')} {have(len(odd))} an operationId that is not in Pascal case:"
            f" {names_of(odd)}",
            "Write new ids like GetParcel; leave an id that flows already use",
            cause="case",
            # A matter of looks: nothing reads the case of an id.
            severity=Severity.INFO,
        )


@check(
    id="CON106",
    name="summary-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=STRINGS,
    on=ConnectorDefinition,
)
def summary_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation has no summary, which is its name in the designer."""
    silent = [operation for operation in visible(definition) if not operation.summary]
    yield from _together(definition, silent, "no summary", "Give each of them a summary of a few words")


@check(
    id="CON107",
    name="summary-malformed",
    severity=Severity.INFO,
    since="0.1",
    source=STRINGS,
    on=ConnectorDefinition,
)
def summary_malformed(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A summary is longer than 80 characters, ends in punctuation, or holds characters that the designer strips."""
    shown = [operation for operation in visible(definition) if operation.summary]
    long = [operation for operation in shown if len(operation.summary) > _LONGEST_SUMMARY]
    ended = [operation for operation in shown if not (operation.summary[-1].isalnum() or operation.summary[-1] == ")")]
    stripped = [one for one in shown if one not in ended and _STRIPPED.search(one.summary)]
    causes = (
        (long, f"of more than {_LONGEST_SUMMARY} characters", "Shorten it and put the rest into the description"),
        (ended, "that ends in punctuation", "End it in a letter, a digit or a closing parenthesis"),
        (stripped, "with characters that a step's name cannot hold", "Write words instead of signs"),
    )
    for operations, words, remedy in causes:
        if operations:
            yield found(
                definition,
                operations[0].at / "summary",
                f"{count(len(operations), 'operation')} {have(len(operations))} a summary {words}:"
                f" {names_of(operations)}",
                remedy,
                cause=words,
            )


@check(
    id="CON108",
    name="description-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=STRINGS,
    on=ConnectorDefinition,
)
def description_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation has no description, from which makers and agents learn what it does."""
    silent = [operation for operation in visible(definition) if not operation.description]
    yield from _together(
        definition, silent, "no description", "Describe in a sentence what each of them does; agents choose by it"
    )


@check(
    id="CON109",
    name="description-repeats-summary",
    severity=Severity.INFO,
    since="0.1",
    source=_CODING,
    on=ConnectorDefinition,
)
def description_repeats_summary(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation's description says what its summary says, and nothing more."""
    same = [
        operation
        for operation in visible(definition)
        if operation.description and _says_the_same(operation.description, operation.summary)
    ]
    if same:
        yield found(
            definition,
            same[0].at / "description",
            f"{count(len(same), 'operation')} {have(len(same))} a description that repeats the summary:"
            f" {names_of(same)}",
            "Say what the summary does not: what comes in, what comes back, what changes",
        )


@check(
    id="CON114",
    name="response-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def response_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation has no response for a call that went well."""
    empty = [one for one in definition.operations if not one.responses and one.trigger is None]
    failing = [
        one
        for one in definition.operations
        if (one.responses or one.trigger is not None) and not any(response.succeeds for response in one.responses)
    ]
    remedy = "Add a response such as 200 or 204 to each of them"
    yield from _together(definition, empty, "no response", remedy, cause="empty")
    # Published connectors get away with it, above all where a trigger is registered.
    yield from _together(
        definition, failing, "no successful response", remedy, cause="failing", severity=Severity.WARNING
    )


@check(
    id="CON115",
    name="response-without-schema",
    severity=Severity.WARNING,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def response_without_schema(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation's response has no schema, so the designer offers none of its outputs."""
    mute = [operation for operation in visible(definition) if _is_mute(operation)]
    yield from _together(
        definition,
        mute,
        "no schema in its successful response" if len(mute) == 1 else "no schema in their successful responses",
        "Describe what comes back in a schema, or declare 204 where nothing does",
    )


@check(
    id="CON122",
    name="deprecated-without-replacement",
    severity=Severity.INFO,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def deprecated_without_replacement(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation is deprecated and nothing says what to use instead."""
    old = [one for one in visible(definition) if one.deprecated and one.replacement is None]
    if old:
        yield found(
            definition,
            old[0].at / "deprecated",
            f"{count(len(old), 'deprecated operation')} {'names' if len(old) == 1 else 'name'} no replacement:"
            f" {names_of(old)}",
            "Name the successor under x-ms-api-annotation, or say in the description that there is none",
        )


@check(
    id="CON411",
    name="agentic-operation-invalid",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/microsoft-copilot-studio/agent-extend-action-mcp",
    on=ConnectorDefinition,
)
def agentic_operation_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """An operation is declared as a Model Context Protocol server in a way that agents cannot use."""
    for operation in definition.operations:
        protocol = operation.agentic_protocol
        if protocol is None:
            continue
        if protocol.lower() in _RETIRED_PROTOCOLS:
            yield found(
                definition,
                operation.at / "x-ms-agentic-protocol",
                f"{operation.name} speaks {protocol}, which Copilot Studio no longer supports",
                f"Serve streamable HTTP and declare {_PROTOCOLS[0]}",
                cause=operation.name,
            )
        elif protocol.lower() not in _PROTOCOLS:
            yield found(
                definition,
                operation.at / "x-ms-agentic-protocol",
                f"{operation.name} declares the protocol {protocol}; agents know {_PROTOCOLS[0]}",
                f"Write {_PROTOCOLS[0]}",
                cause=operation.name,
            )
        elif operation.method != "post":
            yield found(
                definition,
                operation.at / "x-ms-agentic-protocol",
                f"{operation.name} is an MCP server on {operation.method.upper()}; the protocol posts its messages",
                "Declare the operation under post",
                cause=operation.name,
            )


def _together(
    definition: ConnectorDefinition,
    operations: Sequence[DefinedOperation],
    words: str,
    remedy: str,
    *,
    cause: str = "",
    severity: Severity | None = None,
) -> Iterator[Finding]:
    if operations:
        number = len(operations)
        yield found(
            definition,
            operations[0].at,
            f"{count(number, 'operation')} {have(number)} {words}: {names_of(operations)}",
            remedy,
            cause=cause,
            severity=severity,
        )


def _says_the_same(one: str, other: str) -> bool:
    first, second = (re.search(_WORD, text.lower()) for text in (one, other))
    if first is None or second is None or first[0] != second[0]:  # most part at the first word
        return first is second
    return re.findall(_WORD, one.lower()) == re.findall(_WORD, other.lower())


def _is_mute(operation: DefinedOperation) -> bool:
    if operation.trigger is not None or operation.method in _QUIET_METHODS or operation.agentic_protocol:
        return False
    good = [response for response in operation.responses if response.succeeds]
    bearing = {response.status for response in good} - _WITHOUT_OUTPUT
    return bool(bearing) and not any(response.has_schema for response in good)
