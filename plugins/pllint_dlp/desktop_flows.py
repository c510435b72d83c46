"""DLP239: desktop flow modules that no policy governs."""

from collections.abc import Iterator

from pllint.model.component import Component, ComponentKind
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy
from pllint.model.policy_ids import POWERFUL_MODULES
from pllint.model.workspace import Workspace
from pllint.plugin import Context, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.wording import few, listed

_HOW = (
    "Ask a Power Platform admin to switch on 'Show desktop flow actions in DLP policies' and to put the modules into"
    " data groups"
)


@check(
    id="DLP239",
    name="desktop-modules-open",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-automate/prevent-data-loss",
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def desktop_modules_open(workspace: Workspace, context: Context) -> Outcome:
    """No policy governs the modules of desktop flows, or the powerful ones are open in the default environment."""
    flows = [component for component in workspace.components if component.kind is ComponentKind.DESKTOP_FLOW]
    listing = {id(policy) for policy in workspace.policies if _lists_modules(policy)}
    if not flows and not listing:
        return
    for environment in workspace.tenant_environments:
        advanced = context.policies.advanced(environment)
        if not context.policies.reaching(environment) or (advanced is not None and advanced.only):
            continue
        if environment.is_default:
            yield from _powerful(environment, context)
        elif not any(id(policy) in listing for policy in context.policies.reaching(environment)):
            there = [flow for flow in flows if environment in context.targets(flow)]
            if there and not context.policies.reach_open(environment):
                yield _ungoverned(environment, there, context)


def _powerful(environment: Environment, context: Context) -> Iterator[Finding]:
    effects = {key: context.policies.effect(key, environment) for key in POWERFUL_MODULES}
    open_ = [key for key, effect in effects.items() if effect.blocked is False]
    if open_:
        policies = context.policies.reaching(environment)
        names = listed(key.removeprefix("DesktopFlow.") for key in open_)
        opinions = effects[open_[0]].opinions
        yield Finding(
            at=opinions[0].classification.at if opinions else policies[0].at,
            message=f"in the default environment {environment.name} every maker's desktop flows may use the"
            f" module{'s' if len(open_) > 1 else ''} {names}, which run programs and scripts or call any address",
            remedy=f"Ask a Power Platform admin to block {listed(open_)} in a policy that reaches {environment.name}",
            environment=environment.name,
            policy=policies[0].name if len(policies) == 1 else None,
            connectors=tuple(open_),
            related=tuple(
                Related(message=f"in the policy '{policy.name}' it {classification.words}", at=classification.at)
                for policy, classification in opinions[1:]
            ),
        )


def _ungoverned(environment: Environment, flows: list[Component], context: Context) -> Finding:
    policies = context.policies.reaching(environment)
    names = few(flow.name for flow in flows)
    named = [f"'{policy.name}'" for policy in policies]
    return Finding(
        at=flows[0].at,
        message=f"no module of desktop flows is governed in {environment.name}, where {names}"
        f" {'go' if len(flows) > 1 else 'goes'}: {listed(named)}"
        f" {'list' if len(named) > 1 else 'lists'} none",
        remedy=f"{_HOW} of {listed(named, 'or')}",
        environment=environment.name,
        policy=policies[0].name if len(named) == 1 else None,
        related=tuple(Related(message=f"'{policy.name}' lists no module", at=policy.at) for policy in policies),
    )


def _lists_modules(policy: DlpPolicy) -> bool:
    # A list that is computed elsewhere may hold some.
    return bool(policy.open_groups) or any(
        entry.connector.startswith("DesktopFlow.") for entry in policy.classified or ()
    )
