"""CON401-CON403: policy templates."""

from pllint.model.connector_definition import ConnectorDefinition
from pllint.plugin import Confidence, Context, Outcome, Severity, check
from pllint_connector.wording import DOCS, found

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
    lowered = {(name or "").lower(): name for name in ids}
    for template in definition.templates:
        for name, at in template.operations:
            if name in ids:
                continue
            meant = lowered.get(name.lower())
            yield found(
                definition,
                at,
                f"the policy template {template.title or template.id} is for {name}, which is no operation of the"
                f" definition{f'; probably {meant} is meant' if meant else ''}",
                "Write the operationId as the definition has it, or take it out of the list",
                cause=f"{template.title} {name}",
                confidence=Confidence.LIKELY if meant else Confidence.CERTAIN,
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
                f"the policy template {template.title or template.id} ({template.id}) lacks"
                f" {', '.join(template.missing)}",
                "Add the parameters under x-ms-apimTemplateParameter",
                cause=f"{template.title} {template.id}",
            )
