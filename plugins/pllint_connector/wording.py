"""The words and the form that the family's findings share."""

from collections.abc import Sequence

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation
from pllint.plugin import Anchor, ComponentRef, Confidence, Finding, Related, Severity

DOCS = "https://learn.microsoft.com/connectors/custom-connectors/"
VALIDATOR = f"{DOCS}certification-swagger-validator-rules"
"""What the publisher's own validator refuses, rule by rule."""
EXTENSIONS = f"{DOCS}openapi-extensions"
STRINGS = f"{DOCS}connector-string-guidance"
_SHOWN = 3


def found(
    definition: ConnectorDefinition,
    at: Anchor,
    message: str,
    remedy: str,
    *,
    cause: str = "",
    severity: Severity | None = None,
    confidence: Confidence = Confidence.CERTAIN,
    related: tuple[Related, ...] = (),
    secret: bool = False,
) -> Finding:
    """State a finding about a connector."""
    return Finding(
        at=at,
        message=message,
        remedy=remedy,
        severity=severity,
        confidence=confidence,
        component=ref_of(definition),
        related=related,
        cause=cause,
        secret=secret,
    )


def ref_of(definition: ConnectorDefinition) -> ComponentRef:
    """Name a connector as reports and waivers do."""
    connector = definition.connector
    return ComponentRef(
        kind="custom-connector", name=connector.display_name, id=connector.name, solution=connector.solution
    )


def some(names: Sequence[str]) -> str:
    """Name the first few and count the rest: `GetParcel, ListParcels, SendParcel and 4 more`."""
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown


def count(number: int, noun: str) -> str:
    """Count things: `1 operation`, `12 operations`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def have(number: int) -> str:
    """Give the verb that goes with a number of things."""
    return "has" if number == 1 else "have"


def names_of(operations: Sequence[DefinedOperation]) -> str:
    """Name the first few operations."""
    return some([operation.name for operation in operations])


def visible(definition: ConnectorDefinition) -> list[DefinedOperation]:
    """Give the operations that makers see."""
    return [operation for operation in definition.operations if not operation.internal]
