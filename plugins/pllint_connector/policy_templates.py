"""CON401-CON403: policy templates."""

from pllint.model.connector_definition import ConnectorDefinition
from pllint.plugin import Confidence, Context, Outcome, Severity, check
from pllint_connector.wording import DOCS, found, some

_TEMPLATES = f"{DOCS}policy-templates"


@check(
    id="CON401",
    name="policy-template-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_TEMPLATES,
    on=ConnectorDefinition,
)
def policy_template_unknown(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A policy template in use is none that Power Platform documents."""
    for template in definition.templates:
        if not template.known:
            hint = f"; probably {template.nearest} is meant" if template.nearest else ""
            yield found(
                definition,
                template.at / "templateId",
                f"{template.id or 'a policy template without an id'} is no policy template that Power Platform"
                f" documents{hint}",
                f"Write {template.nearest}" if template.nearest else "Use one of the documented templates",
                cause=template.id,
            )


@check(
    id="CON402",
    name="policy-template-operation-unknown",
    severity=Severity.ERROR,
    since="0.1",
    source=_TEMPLATES,
    on=ConnectorDefinition,
)
def policy_template_operation_unknown(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A policy template is limited to an operation that the definition does not have."""
    if not definition.operations:
        return
    ids = {operation.id for operation in definition.operations}
    lowered = {name.lower(): name for name in ids if name is not None}
    for template in definition.templates:
        unknown = [(name, at) for name, at in template.operations if name not in ids]
        if not unknown:
            continue
        names = [name for name, _ in unknown]
        meant = [lowered[name.lower()] for name in names if name.lower() in lowered]
        yield found(
            definition,
            unknown[0][1],
            f"the policy template '{template.title or template.id}' is for {some(names)}, which"
            f" {'is no operation' if len(names) == 1 else 'are no operations'} of the definition"
            f"{f'; probably {some(meant)} is meant' if len(meant) == len(names) else ''}",
            "Write each operationId as the definition has it, or take it out of the list",
            cause=f"{template.title} {template.id}",
            confidence=Confidence.LIKELY if len(meant) == len(names) else Confidence.CERTAIN,
        )


@check(
    id="CON403",
    name="policy-template-parameter-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_TEMPLATES,
    on=ConnectorDefinition,
)
def policy_template_parameter_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A policy template lacks a parameter it cannot work without."""
    for template in definition.templates:
        if template.missing:
            yield found(
                definition,
                template.at / "parameters",
                f"the policy template '{template.title or template.id}' ({template.id}) lacks"
                f" {', '.join(template.missing)}",
                "Add the parameters under x-ms-apimTemplateParameter",
                cause=f"{template.title} {template.id}",
            )
