"""CON105, CON118: what a definition refers to inside itself."""

from pllint.model.connector_definition import (
    BrokenCall,
    BrokenReference,
    ConnectorDefinition,
    DynamicFault,
    ReferenceFault,
)
from pllint.plugin import Confidence, Context, Outcome, Severity, check
from pllint_connector.wording import EXTENSIONS, VALIDATOR, found, some


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
        # All that one response lacks is one cause; other faults differ in what they name.
        subject = "" if call.fault is DynamicFault.PATH else call.subject
        same.setdefault((call.fault, call.operation, subject), []).append(call)
    for (fault, operation, subject), calls in same.items():
        places = len({call.at for call in calls})
        times = f", at {places} places" if places > 1 else ""
        near = calls[0].nearest if len({call.subject for call in calls}) == 1 else None
        hint = f"; probably {near} is meant" if near else ""
        in_response = fault is DynamicFault.PATH
        yield found(
            definition,
            calls[0].at,
            f"{_lost(calls) if in_response else _call_fault(calls[0])}{times}{hint}",
            "Describe what the operation answers, in the spelling it has"
            if in_response
            else "Correct the name, or add what it names",
            cause=f"{fault} {operation} {subject}",
            # The service may answer more than the definition describes.
            severity=Severity.WARNING if in_response else None,
            confidence=Confidence.LIKELY if in_response else Confidence.CERTAIN,
        )


def _lost(calls: list[BrokenCall]) -> str:
    first = calls[0]
    subjects = list(dict.fromkeys(call.subject for call in calls))
    return (
        f"{first.keyword} looks for {some(subjects)} in the response of {first.operation}, which has no such property"
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
            return _lost([call])
