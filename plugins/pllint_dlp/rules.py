"""DLP226 to DLP229: action rules and endpoint rules that do nothing, or more than meant."""

from pllint.model.connector_id import ConnectorKey
from pllint.model.policy import ActionRules, Behaviour, DlpPolicy
from pllint.model.policy_ids import VIRTUAL
from pllint.plugin import Confidence, Context, CouldNotRun, Finding, Outcome, Severity, check
from pllint_dlp.wording import few, name_of

_ACTIONS = "https://learn.microsoft.com/power-platform/admin/connector-action-control"
_ENDPOINTS = "https://learn.microsoft.com/power-platform/admin/connector-endpoint-filtering"
_TRIGGERS = "https://learn.microsoft.com/power-platform/admin/identify-blocked-flows-data-policies"


@check(
    id="DLP226",
    name="action-rules-without-effect",
    severity=Severity.ERROR,
    since="0.1",
    source=_ACTIONS,
    on=DlpPolicy,
)
def action_rules_without_effect(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy blocks operations of a connector whose operations cannot be blocked."""
    for rules in policy.actions:
        if not _blocks(rules) or context.review.binds_actions(rules.connector):
            continue
        kind, sure = _kind(rules.connector, context)
        yield Finding(
            at=rules.at,
            message=f"the policy '{policy.name}' blocks operations of {name_of(rules.connector, context)}, which has no"
            f" effect: {kind}",
            remedy=f"Ask a Power Platform admin to delete these rules of '{policy.name}', and to close the connector"
            " another way where that matters",
            confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
            policy=policy.name,
            connectors=(rules.connector,),
        )


@check(
    id="DLP227",
    name="action-default-blocks-triggers",
    severity=Severity.WARNING,
    since="0.1",
    source=_TRIGGERS,
    on=DlpPolicy,
)
def action_default_blocks_triggers(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy blocks every operation of a connector that it does not list, and lists none of its triggers."""
    for rules in policy.actions:
        if rules.default is Behaviour.ALLOW or not context.review.binds_actions(rules.connector):
            continue
        name = name_of(rules.connector, context)
        allowed = {rule.operation.lower() for rule in rules.rules if rule.behaviour is Behaviour.ALLOW}
        triggers, actions = _operations(rules.connector, context)
        if any(trigger.lower() in allowed for trigger in triggers):
            continue
        if not triggers or (actions is not None and not allowed <= actions):
            yield CouldNotRun(
                reason=f"which of the operations of {name} that the policy '{policy.name}' allows are triggers is not"
                " in the files",
                remedy="commit the connector's definition",
            )
        else:
            yield Finding(
                at=rules.at,
                message=f"the policy '{policy.name}' blocks every operation of {name} that it does not list, and it"
                f" lists no trigger: no flow can start from {few(triggers)}",
                remedy="Ask a Power Platform admin to allow the triggers that flows may start from;"
                " only PowerShell lists triggers",
                policy=policy.name,
                connectors=(rules.connector,),
            )


@check(
    id="DLP228",
    name="endpoint-rules-without-effect",
    severity=Severity.ERROR,
    since="0.1",
    source=_ENDPOINTS,
    on=DlpPolicy,
)
def endpoint_rules_without_effect(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy denies endpoints of a connector that endpoint filtering does not reach."""
    for rules in policy.endpoints:
        denies = any(rule.behaviour is not Behaviour.ALLOW for rule in rules.rules)
        if denies and not context.review.filters_endpoints(rules.connector):
            yield Finding(
                at=rules.at,
                message=f"the policy '{policy.name}' denies endpoints of {name_of(rules.connector, context)}, which has"
                " no effect: endpoint filtering does not reach this connector",
                remedy=f"Ask a Power Platform admin to delete these rules of '{policy.name}', and to move or block the"
                " connector where that matters",
                policy=policy.name,
                connectors=(rules.connector,),
            )


@check(
    id="DLP229",
    name="endpoint-list-not-binding",
    severity=Severity.INFO,
    since="0.1",
    source=_ENDPOINTS,
    on=DlpPolicy,
)
def endpoint_list_not_binding(policy: DlpPolicy, context: Context) -> Outcome:
    """A list of endpoints keeps nothing out, because it allows what it does not list."""
    for rules in policy.endpoints:
        if context.review.filters_endpoints(rules.connector) and context.review.allows_only(rules):
            last = max(rules.rules, key=lambda rule: rule.order)
            yield Finding(
                at=last.at,
                message=f"the endpoint list of {name_of(rules.connector, context)} in the policy '{policy.name}' has"
                " only Allow rules, so it keeps nothing out",
                remedy="Ask a Power Platform admin to end the list in Deny *, or to delete it",
                policy=policy.name,
                connectors=(rules.connector,),
            )


def _blocks(rules: ActionRules) -> bool:
    return rules.default is not Behaviour.ALLOW or any(rule.behaviour is not Behaviour.ALLOW for rule in rules.rules)


def _kind(key: ConnectorKey, context: Context) -> tuple[str, bool]:
    """Say why action rules do not bind a connector, and whether that is sure."""
    row = context.catalogue.find(key)
    if key.lower() in VIRTUAL or (row is not None and row.kind == "virtual"):
        return "it is no connector with operations, but an entry of policies", True
    if key.startswith("DesktopFlow."):
        return "it is a desktop flow module", True
    if row is not None:
        return "a connector that cannot be blocked has no action control", True
    if context.workspace.custom_connector(key) is not None or not key.startswith("shared_"):
        return "custom connectors have no action control", True
    return f"no such connector is in the data of {context.catalogue.as_of}", False


def _operations(key: ConnectorKey, context: Context) -> tuple[list[str], set[str] | None]:
    """Give the triggers of a connector that the files show, and its other operations; None when its definition does."""
    definition = context.workspace.custom_connector(key.removeprefix("shared_"))
    if definition is not None and any(operation.trigger for operation in definition.operations):
        return sorted(operation.id for operation in definition.operations if operation.trigger), None
    steps = [
        (step.operation, step.trigger)
        for component in context.workspace.users_of(key)
        for use in component.uses
        if use.connector == key
        for step in use.steps
        if step.operation
    ]
    return sorted({name for name, trigger in steps if trigger}), {
        name.lower() for name, trigger in steps if not trigger
    }
