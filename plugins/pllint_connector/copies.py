"""CON409: the connector inside a solution against the definition beside it."""

from collections.abc import Iterator

from pllint.model.connector_definition import ConnectorDefinition, DefinedOperation
from pllint.plugin import Context, Outcome, Related, Severity, check
from pllint_connector.wording import DOCS, found, some


@check(
    id="CON409",
    name="solution-copy-differs",
    severity=Severity.ERROR,
    since="0.1",
    source=f"{DOCS}customconnectorssolutions",
    on=ConnectorDefinition,
)
def solution_copy_differs(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A solution holds another state of the connector than the definition beside it."""
    for copy in definition.copies:
        grave = list(_graver(definition, copy))
        differences = grave or list(_lighter(definition, copy))
        if differences:
            yield found(
                definition,
                copy.at,
                f"the copy in the solution {copy.connector.solution} is not the definition beside it:"
                f" {'; '.join(differences)}",
                "Import the definition into the development environment again and export the solution",
                cause=str(copy.connector.solution),
                severity=Severity.ERROR if grave else Severity.WARNING,
                related=(Related("the definition", definition.at),),
            )


def _graver(own: ConnectorDefinition, copy: ConnectorDefinition) -> Iterator[str]:
    """Say in what flows and apps would meet another connector."""
    here = {one.name: one for one in own.operations}
    there = {one.name: one for one in copy.operations}
    lacking = [name for name in here if name not in there]
    extra = [name for name in there if name not in here]
    changed = [name for name in here if name in there and _call(here[name]) != _call(there[name])]
    if lacking:
        yield f"it lacks {some(lacking)}"
    if extra:
        yield f"it has {some(extra)} besides"
    if changed:
        yield f"{some(changed)} {'is' if len(changed) == 1 else 'are'} called in another way"
    kinds = (own.connector.authentication, copy.connector.authentication)
    if own.properties_known and copy.properties_known and kinds[0] != kinds[1]:
        yield f"its connections sign in by {kinds[1]}, not {kinds[0]}"


def _lighter(own: ConnectorDefinition, copy: ConnectorDefinition) -> Iterator[str]:
    """Say in what people and agents would meet another text."""
    there = {one.name: one for one in copy.operations}
    said = [
        one.name
        for one in own.operations
        if (one.summary, one.description, one.visibility, one.deprecated)
        != (
            there[one.name].summary,
            there[one.name].description,
            there[one.name].visibility,
            there[one.name].deprecated,
        )
    ]
    if said:
        yield f"{some(said)} {'is' if len(said) == 1 else 'are'} described otherwise"
    templates = [sorted((one.id.lower(), one.parameters) for one in side.templates) for side in (own, copy)]
    if templates[0] != templates[1]:
        yield (
            f"it has {len(templates[1])} policy templates, not {len(templates[0])}"
            if len(templates[0]) != len(templates[1])
            else "its policy templates are others"
        )


def _call(operation: DefinedOperation) -> tuple[object, ...]:
    inputs = sorted(
        (one.location, one.name if one.location != "body" else "", one.required) for one in operation.parameters
    )
    return (operation.method, operation.path, operation.trigger, inputs)
