"""CON404, CON405: custom code."""

from pllint.model.connector_definition import ConnectorDefinition
from pllint.plugin import Confidence, Context, Outcome, Severity, check
from pllint_connector.wording import DOCS, found, some

_CODE = f"{DOCS}write-code"


@check(
    id="CON404",
    name="script-operation-unknown",
    severity=Severity.ERROR,
    since="0.1",
    source=_CODE,
    on=ConnectorDefinition,
)
def script_operation_unknown(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Custom code is said to serve an operation that the definition does not have."""
    ids = {operation.id for operation in definition.operations}
    if not ids:
        return
    for name, at in definition.script.operations or ():
        if name not in ids:
            yield found(
                definition,
                at,
                f"the script is for {name}, which is no operation of the definition",
                "Write the operationId as the definition has it, or take it out of scriptOperations",
                cause=name,
            )


@check(
    id="CON405",
    name="script-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_CODE,
    on=ConnectorDefinition,
)
def script_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Operations are said to run through custom code that is not there, or code is there that nothing is said of."""
    script = definition.script
    if script.operations and script.file is None and script.at is not None:
        yield found(
            definition,
            script.at,
            f"{some([name for name, _ in script.operations])} should run through custom code, and no script is there",
            "Commit the script beside the properties, or remove scriptOperations",
        )
    elif script.file is not None and script.operations is None and definition.in_folder and definition.properties_known:
        yield found(
            definition,
            definition.properties_at or definition.at,
            f"{script.file.rpartition('/')[2]} is there, and the properties do not say which operations it serves: all"
            " run through it, or none",
            "List under scriptOperations the operations that the code handles",
            severity=Severity.WARNING,
            confidence=Confidence.INFERRED,
        )
