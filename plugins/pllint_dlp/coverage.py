"""DLP201 to DLP205 and DLP213: what the policies as a set leave uncovered or open."""

from collections.abc import Iterator

from pllint.model.environment import Environment
from pllint.model.policy import DataGroup, DlpPolicy, PolicyPart, Scope
from pllint.model.verdict import Rule
from pllint.model.workspace import Workspace
from pllint.plugin import Confidence, Context, CouldNotRun, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.http import DECLARE_DEFAULT, NO_DEFAULT_ENVIRONMENT
from pllint_dlp.wording import listed

_STRATEGY = "https://learn.microsoft.com/power-platform/guidance/adoption/dlp-strategy"
_SECURE_DEFAULT = "https://learn.microsoft.com/power-platform/guidance/adoption/secure-default-environment"
_CLASSES = "https://learn.microsoft.com/power-platform/admin/dlp-connector-classification"
_CUSTOM = "https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity"


@check(
    id="DLP201",
    name="default-environment-uncovered",
    severity=Severity.ERROR,
    since="0.1",
    source=_SECURE_DEFAULT,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
    tags=["MS.POWERPLATFORM.2.1v1"],
)
def default_environment_uncovered(workspace: Workspace, context: Context) -> Outcome:
    """No data policy reaches the default environment, where every employee is a maker."""
    environments = [environment for environment in workspace.environments if environment.is_default]
    if not environments:
        yield CouldNotRun(reason=NO_DEFAULT_ENVIRONMENT, remedy=DECLARE_DEFAULT)
    for environment in environments:
        message = (
            f"no data policy reaches the default environment {environment.name}:"
            " every employee can build there, with any connectors together"
        )
        yield from _uncovered(environment, message, context)


@check(
    id="DLP202",
    name="shared-environment-uncovered",
    severity=Severity.ERROR,
    since="0.1",
    source=_STRATEGY,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
    tags=["MS.POWERPLATFORM.2.2v1"],
)
def shared_environment_uncovered(workspace: Workspace, context: Context) -> Outcome:
    """No data policy reaches an environment other than the default one."""
    for environment in workspace.tenant_environments:
        if not environment.is_default:
            message = f"no data policy reaches {environment.name}: apps and flows there may combine any connectors"
            yield from _uncovered(environment, message, context)


@check(
    id="DLP203",
    name="tenant-baseline-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_STRATEGY,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def tenant_baseline_missing(workspace: Workspace, context: Context) -> Outcome:
    """No data policy covers environments that are yet to be created."""
    del context
    policies = workspace.policies
    open_ = next((policy for policy in policies if policy.opening(PolicyPart.SCOPE)), None)
    if open_ is not None and not any(policy.scope in {Scope.ALL, Scope.EXCEPT} for policy in policies):
        yield CouldNotRun(
            reason=f"the scope of the policy '{open_.name}' is decided outside the files",
            remedy="commit the policy with the scope it is deployed with",
        )
    elif not any(policy.scope in {Scope.ALL, Scope.EXCEPT} for policy in policies):
        which = "the only policy does not have" if len(policies) == 1 else f"none of the {len(policies)} policies has"
        yield Finding(
            at=policies[0].at,
            message="an environment created tomorrow is reached by no data policy:"
            f" {which} the scope AllEnvironments or ExceptEnvironments",
            remedy="Ask a Power Platform admin for a policy with the scope AllEnvironments or ExceptEnvironments",
            related=tuple(
                Related(message=f"'{policy.name}' is {policy.scope}", at=policy.at) for policy in policies[1:]
            ),
        )


@check(
    id="DLP204",
    name="default-group-business",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def default_group_business(policy: DlpPolicy, context: Context) -> Outcome:
    """Connectors that nobody classified, future ones included, are in the Business group."""
    del context
    if policy.default is DataGroup.BUSINESS:
        yield Finding(
            at=policy.default_at or policy.at,
            message=f"the default group of the policy '{policy.name}' is Business:"
            " each new connector may be combined with business data before anybody has looked at it",
            remedy="Ask a Power Platform admin to list the connectors that may be Business by name"
            f" and to make Non-Business or Blocked the default group of '{policy.name}'",
            policy=policy.name,
        )


@check(
    id="DLP205",
    name="default-group-open-in-default-environment",
    severity=Severity.WARNING,
    since="0.1",
    source=_SECURE_DEFAULT,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def default_group_open_in_default_environment(workspace: Workspace, context: Context) -> Outcome:
    """Connectors that nobody classified, future ones included, can be used in the default environment."""
    environments = [environment for environment in workspace.environments if environment.is_default]
    if not environments:
        yield CouldNotRun(reason=NO_DEFAULT_ENVIRONMENT, remedy=DECLARE_DEFAULT)
    for environment in environments:
        advanced = context.policies.advanced(environment)
        policies = context.policies.reaching(environment)
        if (advanced is not None and advanced.only) or any(policy.default is DataGroup.BLOCKED for policy in policies):
            continue
        for policy in policies:
            if policy.default in {None, DataGroup.NON_BUSINESS} and not policy.opening(PolicyPart.DEFAULT):
                unset = " because it names none" if policy.default is None else ""
                yield Finding(
                    at=policy.default_at or policy.at,
                    message=f"the default group of the policy '{policy.name}' is Non-Business{unset}, so every maker in"
                    f" the default environment {environment.name} can use each connector that nobody has looked at",
                    remedy=f"Ask a Power Platform admin for a policy on {environment.name} whose default group is"
                    " Blocked, with the connectors that everybody may use listed by name",
                    environment=environment.name,
                    policy=policy.name,
                )


@check(
    id="DLP213",
    name="custom-connectors-open",
    severity=Severity.ERROR,
    since="0.1",
    source=_CUSTOM,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def custom_connectors_open(workspace: Workspace, context: Context) -> Outcome:
    """Every policy of an environment leaves custom connectors alone, whatever host they call."""
    for environment in workspace.tenant_environments:
        yield from _custom_open(environment, context)


def _custom_open(environment: Environment, context: Context) -> Iterator[Finding | CouldNotRun]:
    policies = context.policies
    advanced = policies.advanced(environment)
    if advanced is not None and advanced.only:
        return
    silent = [(policy, policies.catch_all(policy)) for policy in policies.reaching(environment)]
    if any(classification.group is not None for _, classification in silent):
        return
    for policy, classification in silent:
        if not classification.known:
            yield CouldNotRun(
                reason=f"in the policy '{policy.name}' a custom connector {classification.words}",
                remedy="commit the policy with the URL patterns it is deployed with",
            )
            return
    open_ = policies.reach_open(environment)
    if any(policies.catch_all(policy).group is not None for policy in open_) or (open_ and not silent):
        yield _reach_open(environment, open_[0])
        return
    if not silent:
        return
    names = listed(f"'{policy.name}'" for policy, _ in silent)
    missing = [policy.name for policy, classification in silent if classification.rule is Rule.PATTERNS_MISSING]
    many = len(silent) > 1
    reason = f"{names} {'ignore' if many else 'ignores'} every host that no other URL pattern takes"
    remedy = f"Ask a Power Platform admin to set the URL pattern * of {names} to Blocked or Non-Business"
    if missing:
        reason = f"the export of {listed(missing)} lacks URL patterns, and their documented default is Ignore"
        remedy = f"Commit the output of Get-PowerAppPolicyUrlPatterns beside the export of {listed(missing)}"
    yield Finding(
        at=silent[0][1].at,
        message=f"custom connectors are open in {environment.name}: {reason}, so they may be combined there with"
        " Business as well as with Non-Business connectors",
        remedy=remedy,
        confidence=Confidence.LIKELY if missing else Confidence.CERTAIN,
        environment=environment.name,
        policy=silent[0][0].name if not many else None,
        related=tuple(
            Related(
                message=f"in the policy '{policy.name}' such a connector {classification.words}", at=classification.at
            )
            for policy, classification in silent[1:]
        ),
    )


def _uncovered(environment: Environment, message: str, context: Context) -> Iterator[Finding | CouldNotRun]:
    policies = context.policies
    if policies.reaching(environment) or policies.advanced(environment) is not None:
        return
    open_ = policies.reach_open(environment)
    if open_:
        yield _reach_open(environment, open_[0])
        return
    yield Finding(
        at=environment.at or context.workspace.policies[0].at,
        message=message,
        remedy=f"Ask a Power Platform admin to cover {environment.name} with a data policy",
        environment=environment.name,
    )


def _reach_open(environment: Environment, policy: DlpPolicy) -> CouldNotRun:
    return CouldNotRun(
        reason=f"whether the policy '{policy.name}' reaches {environment.name} is decided outside the files",
        remedy="commit the policy with the environments it is deployed to",
    )
