"""DLP105 to DLP107, DLP233, DLP234: what advanced connector policies and the tenant's connector settings decide."""

from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.verdict import ViolationKind
from pllint.plugin import Confidence, Context, CouldNotRun, Finding, Need, Outcome, Severity, check
from pllint_dlp.judged import finding_of, policy_of, violations_of
from pllint_dlp.wording import few, name_of, place_of, subject_of, through

_ADVANCED = "https://learn.microsoft.com/power-platform/admin/advanced-connector-policies"
_DISABLED = "https://learn.microsoft.com/power-platform/admin/connector-off-by-default"


@check(
    id="DLP105",
    name="advanced-policy-connector",
    severity=Severity.ERROR,
    since="0.1",
    source=_ADVANCED,
    on=Component,
    given=("advanced_policies",),
)
def advanced_policy_connector(component: Component, context: Context) -> Outcome:
    """A component uses a connector that the advanced connector policy of an environment does not list."""
    for environment, violation in violations_of(component, ViolationKind.ADVANCED_CONNECTOR, context):
        for part in violation.parts:
            name, policy = name_of(part.connector, context), policy_of(violation)
            yield finding_of(
                component,
                environment,
                violation,
                context=context,
                at=place_of(part, component),
                message=f"{subject_of(component)} may not use {name}{through(part, context)} in {environment.name}:"
                f" the advanced policy '{policy}' does not list it, and blocks what it does not list",
                remedy=f"Replace {name}, or ask a Power Platform admin to add it to the allow list of '{policy}'",
                parts=(part,),
            )


@check(
    id="DLP106",
    name="advanced-policy-action",
    severity=Severity.ERROR,
    since="0.1",
    source=_ADVANCED,
    on=Component,
    given=("advanced_policies",),
)
def advanced_policy_action(component: Component, context: Context) -> Outcome:
    """A component calls an operation that the advanced connector policy of an environment does not allow."""
    for environment, violation in violations_of(component, ViolationKind.ADVANCED_ACTION, context):
        part, policy = violation.parts[0], policy_of(violation)
        operation = f"{violation.operation} of {name_of(part.connector, context)}"
        yield finding_of(
            component,
            environment,
            violation,
            context=context,
            at=place_of(part, component),
            message=f"{subject_of(component)} may not call {operation}{through(part, context)} in {environment.name}:"
            f" the advanced policy '{policy}' allows other operations of it only",
            remedy=f"Call an operation that '{policy}' allows, or ask a Power Platform admin to allow"
            f" {violation.operation} there",
            parts=(part,),
        )


@check(
    id="DLP107",
    name="connector-disabled-in-tenant",
    severity=Severity.ERROR,
    since="0.1",
    source=_DISABLED,
    on=Component,
    given=("connector_settings",),
)
def connector_disabled_in_tenant(component: Component, context: Context) -> Outcome:
    """A component uses a connector that the tenant's connector settings switch off."""
    for environment, violation in violations_of(component, ViolationKind.DISABLED_CONNECTOR, context):
        for part in violation.parts:
            name = name_of(part.connector, context)
            yield finding_of(
                component,
                environment,
                violation,
                context=context,
                at=place_of(part, component),
                message=f"{subject_of(component)} may not use {name}{through(part, context)} in {environment.name}:"
                " the tenant's connector settings switch it off, whatever a data policy says",
                remedy=f"Replace {name}, or ask a Power Platform admin to review and allow it in the tenant's"
                " connector settings",
                parts=(part,),
            )


@check(
    id="DLP233",
    name="advanced-policy-only-leaves-http-open",
    severity=Severity.ERROR,
    since="0.1",
    source=_ADVANCED,
    on=AdvancedPolicy,
    needs=[Need.ENVIRONMENTS],
)
def advanced_policy_only_leaves_http_open(policy: AdvancedPolicy, context: Context) -> Outcome:
    """An advanced policy switches data policies off, and nothing governs HTTP, custom and virtual connectors there."""
    if not policy.only:
        return
    for environment in _in_force(policy, context):
        yield Finding(
            at=policy.at,
            message=f"in {environment.name} the advanced policy '{policy.name}' switches data policies off, and says"
            " nothing on HTTP, custom connectors and the parts of agents: nothing governs them there",
            remedy=f"Ask a Power Platform admin to let data policies count beside '{policy.name}' again",
            environment=environment.name,
            policy=policy.name,
        )


@check(
    id="DLP234",
    name="advanced-policy-entry-without-effect",
    severity=Severity.INFO,
    since="0.1",
    source=_ADVANCED,
    on=AdvancedPolicy,
    needs=[Need.ENVIRONMENTS],
)
def advanced_policy_entry_without_effect(policy: AdvancedPolicy, context: Context) -> Outcome:
    """An allow list leaves out connectors that cannot be blocked in an environment that is not managed."""
    unmanaged = [environment for environment in _in_force(policy, context) if environment.managed is not True]
    if not unmanaged:
        return
    if not policy.allowed_known:
        yield CouldNotRun(
            reason=f"the allow list of the advanced policy '{policy.name}' is not all in the files",
            remedy="commit the advanced policy with its whole allow list",
        )
        return
    left_out = sorted(context.catalogue.unblockable() - {entry.connector for entry in policy.allowed})
    if left_out:
        places = few(environment.name for environment in unmanaged)
        names = few(name_of(key, context) for key in left_out)
        count = f"{len(left_out)} connectors" if len(left_out) > 1 else "a connector"
        yield Finding(
            at=policy.at,
            message=f"the advanced policy '{policy.name}' leaves out {count} that can be used in {places} all the same,"
            f" since only managed environments can block them: {names}",
            remedy=f"Ask a Power Platform admin to list these connectors, so that the list says what holds, or to have"
            f" {places} managed",
            confidence=Confidence.CERTAIN if all(e.managed is False for e in unmanaged) else Confidence.LIKELY,
            environment=unmanaged[0].name if len(unmanaged) == 1 else None,
            policy=policy.name,
            connectors=tuple(left_out),
        )


def _in_force(policy: AdvancedPolicy, context: Context) -> list[Environment]:
    policies = context.policies
    return [environment for environment in context.workspace.environments if policies.advanced(environment) is policy]
