"""CON119, CON120: triggers."""

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation
from pllint.plugin import Context, Outcome, Severity, check
from pllint_connector.wording import DOCS, EXTENSIONS, found

_KINDS = ("single", "batch")


@check(
    id="CON119",
    name="trigger-without-notification",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}create-webhook-trigger",
    on=ConnectorDefinition,
)
def trigger_without_notification(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A webhook trigger has no place for the address to call, or does not say what will be sent there."""
    for operation in definition.operations:
        if operation.trigger is None or operation.method == "get" or operation.polls:
            continue
        missing = [
            words
            for words, there in (
                ("no input is its x-ms-notification-url", operation.notification_url),
                ("its path has no x-ms-notification-content", operation.notification_content),
            )
            if not there
        ]
        if missing:
            yield found(
                definition,
                operation.at / "x-ms-trigger",
                f"the webhook trigger {operation.name} cannot be registered or read: {' and '.join(missing)}",
                _remedy(operation),
                cause=operation.name,
            )


@check(
    id="CON120",
    name="trigger-kind-invalid",
    severity=Severity.ERROR,
    since="0.1",
    source=EXTENSIONS,
    on=ConnectorDefinition,
)
def trigger_kind_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """x-ms-trigger has a value other than single and batch."""
    for operation in definition.operations:
        if operation.trigger is not None and operation.trigger not in _KINDS:
            yield found(
                definition,
                operation.at / "x-ms-trigger",
                f"x-ms-trigger of {operation.name} is {operation.trigger or 'empty'}; it may be single or batch",
                "Write single for a trigger that gives one event, batch for one that gives a list",
                cause=operation.name,
            )


def _remedy(operation: DefinedOperation) -> str:
    if operation.notification_url:
        return "Describe what the service sends under x-ms-notification-content, beside the operation"
    return "Mark the input that takes the address with x-ms-notification-url, and describe what the service sends"
