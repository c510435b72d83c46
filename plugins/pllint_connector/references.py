"""CON105, CON118: what a definition refers to inside itself."""

from pllint.model.connector_definition import (
    BrokenCall,
    BrokenReference,
    ConnectorDefinition,
    DynamicFault,
    ReferenceFault,
)
from pllint.plugin import Context, Outcome, Severity, check
from pllint_connector.wording import EXTENSIONS, VALIDATOR, found


@check(
    id="CON105",
    name="reference-unresolved",
    severity=Severity.ERROR,
    since="0.1",
    source=VALIDATOR,
    on=ConnectorDefinition,
)
def reference_unresolved(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A $ref leads to nothing, out of the file, or in a circle."""
    for reference in definition.references:
        yield found(
            definition,
            reference.at,
            f"{reference.target} {_fault(reference)}",
            _remedy(reference),
            cause=reference.target,
        )


@check(
    id="CON118",
    name="dynamic-values-broken",
    severity=Severity.ERROR,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def dynamic_values_broken(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A dynamic list or schema names an operation, a parameter or a property that is not there."""
    same: dict[tuple[DynamicFault, str, str], list[BrokenCall]] = {}
    for call in definition.calls:
        same.setdefault((call.fault, call.operation, call.subject), []).append(call)
    for (fault, operation, subject), calls in same.items():
        times = f", {len(calls)} times" if len(calls) > 1 else ""
        hint = f"; probably {calls[0].nearest} is meant" if calls[0].nearest else ""
        yield found(
            definition,
            calls[0].at,
            f"{_call_fault(calls[0])}{times}{hint}",
            "Correct the name, or add what it names",
            cause=f"{fault} {operation} {subject}",
        )


def _fault(reference: BrokenReference) -> str:
    if reference.fault is ReferenceFault.CIRCLE and reference.through:
        return f"{reference.fault}, through {', '.join(name.rpartition('/')[2] for name in reference.through)}"
    times = f", and {reference.uses} places refer to it" if reference.uses > 1 else ""
    hint = f"; probably {reference.nearest} is meant" if reference.nearest else ""
    return f"{reference.fault}{times}{hint}"


def _remedy(reference: BrokenReference) -> str:
    if reference.fault is ReferenceFault.CIRCLE:
        return "Make one of the properties in the circle optional, or describe it as an object without a schema"
    if reference.fault is ReferenceFault.MISSING:
        return "Add the definition, or refer to one that is there"
    return "Copy what it means into the definitions of this file and refer to that"


def _call_fault(call: BrokenCall) -> str:
    match call.fault:
        case DynamicFault.OPERATION:
            return f"{call.keyword} calls {call.subject}, which is {call.fault}"
        case DynamicFault.NO_OPERATION:
            return f"{call.keyword} calls {call.fault}"
        case DynamicFault.NEEDED:
            return f"{call.keyword} calls {call.operation} without its required parameter {call.subject}"
        case DynamicFault.ARGUMENT:
            return f"{call.keyword} calls {call.operation} with {call.subject}, which is {call.fault}"
        case DynamicFault.REFERENCE:
            return f"{call.keyword} gives {call.operation} the value of {call.subject}, which is {call.fault}"
        case DynamicFault.PATH:
            return f"{call.keyword} looks for {call.subject} ({call.key}), which is {call.fault}, {call.operation}"
