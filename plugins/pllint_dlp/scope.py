"""DLP222, DLP224, DLP225, DLP242: where policies reach, and which of them do nothing or the same."""

from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy, Scope
from pllint.model.policy_review import Emptiness
from pllint.model.workspace import Workspace
from pllint.plugin import Confidence, Context, CouldNotRun, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.wording import few, listed

_STRATEGY = "https://learn.microsoft.com/power-platform/guidance/adoption/dlp-strategy"
_MANAGE = "https://learn.microsoft.com/power-platform/admin/prevent-data-loss"
_MULTIPLE = "https://learn.microsoft.com/power-platform/admin/dlp-combined-effect-multiple-policies"
_MOST_POLICIES = 3
_MOST_PLACES = 10
_NO_LIST = CouldNotRun(
    reason="no list of the tenant's environments was found",
    remedy="commit the export of Get-AdminPowerAppEnvironment, or declare environments in governance/environments.yaml",
)


@check(
    id="DLP222",
    name="policy-environment-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_MANAGE,
    on=DlpPolicy,
    needs=[Need.ENVIRONMENTS],
)
def policy_environment_unknown(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy names an environment that the tenant does not have."""
    if policy.scope is Scope.ALL or not policy.environments:
        return
    if not context.workspace.listed_environments:
        yield _NO_LIST
        return
    unknown = context.review.unlisted(policy)
    if unknown:
        names = few(ref.display_name or ref.name for ref in unknown)
        many = len(unknown) > 1
        yield Finding(
            at=unknown[0].at,
            message=f"the policy '{policy.name}' names {names}, but no list of the tenant's environments has"
            f" {'them' if many else 'it'}: deleted, misspelt, or of another tenant",
            remedy=f"Correct the name, or ask a Power Platform admin to take {'them' if many else 'it'} off"
            f" '{policy.name}'; if the environment exists, export the list again",
            environment=None if many else unknown[0].display_name or unknown[0].name,
            policy=policy.name,
            related=tuple(Related(message=f"{ref.name} is named here", at=ref.at) for ref in unknown[1:_MOST_PLACES]),
        )


@check(
    id="DLP224",
    name="policy-without-effect",
    severity=Severity.WARNING,
    since="0.1",
    source=_STRATEGY,
    on=DlpPolicy,
    needs=[Need.ENVIRONMENTS],
)
def policy_without_effect(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy reaches no environment, or leaves every connector in one group: it only looks like cover."""
    emptiness = context.review.emptiness(policy)
    if emptiness is Emptiness.NOWHERE:
        names = few(ref.display_name or ref.name for ref in policy.environments) if policy.environments else ""
        which = f": the tenant has no {names}" if names else ": it names none"
        yield Finding(
            at=policy.at,
            message=f"the policy '{policy.name}' reaches no environment{which}",
            remedy=f"Ask a Power Platform admin to give '{policy.name}' the environments it is meant for,"
            " or to delete it",
            policy=policy.name,
        )
    elif emptiness is Emptiness.NOTHING:
        yield Finding(
            at=policy.at,
            message=f"the policy '{policy.name}' changes nothing: it leaves every connector in Non-Business, where all"
            " may be combined, and has no rules",
            remedy=f"Ask a Power Platform admin to list the connectors of '{policy.name}' by data group,"
            " or to delete it",
            confidence=Confidence.CERTAIN if policy.patterns is not None else Confidence.LIKELY,
            policy=policy.name,
        )


@check(
    id="DLP225",
    name="single-environment-scope-invalid",
    severity=Severity.ERROR,
    since="0.1",
    source=_MANAGE,
    on=DlpPolicy,
)
def single_environment_scope_invalid(policy: DlpPolicy, context: Context) -> Outcome:
    """An environment-level policy names no environment, or several."""
    del context
    count = len({ref.name.lower() for ref in policy.environments})
    if policy.scope is Scope.SINGLE and policy.environments_known and count != 1:
        names = f"names {few(ref.name for ref in policy.environments)}" if count else "names none"
        yield Finding(
            at=policy.environments[1].at if count else policy.at,
            message=f"the policy '{policy.name}' is SingleEnvironment, which takes one environment, and {names}",
            remedy="Name one environment, or write one policy for each (admin of the environment);"
            " a Power Platform admin uses OnlyEnvironments for several",
            policy=policy.name,
        )


@check(
    id="DLP242",
    name="policies-redundant",
    severity=Severity.INFO,
    since="0.1",
    source=_MULTIPLE,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def policies_redundant(workspace: Workspace, context: Context) -> Outcome:
    """Two policies say the same of the same environments, or one environment has more policies than anybody follows."""
    for first, *others in context.review.identical():
        names = listed(f"'{policy.name}'" for policy in (first, *others))
        yield Finding(
            at=others[-1].at,
            message=f"the policies {names} say the same of the same environments",
            remedy="Ask a Power Platform admin to delete all but one of them",
            policy=others[-1].name,
            related=tuple(
                Related(message=f"'{policy.name}' says it too", at=policy.at) for policy in (first, *others[:-1])
            ),
        )
    crowded: dict[tuple[str, ...], list[Environment]] = {}
    for environment in workspace.tenant_environments:
        reaching = context.policies.reaching(environment)
        if len(reaching) > _MOST_POLICIES:
            crowded.setdefault(tuple(policy.id for policy in reaching), []).append(environment)
    for environments in crowded.values():
        policies = context.policies.reaching(environments[0])
        names = few(f"'{policy.name}'" for policy in policies)
        for environment in environments:
            yield Finding(
                at=policies[0].at,
                message=f"{len(policies)} data policies reach {environment.name} ({names}), and all of them have to be"
                " met at once",
                remedy="Ask a Power Platform admin to merge policies with the same purpose",
                environment=environment.name,
                related=tuple(Related(message=f"'{policy.name}' reaches it", at=policy.at) for policy in policies[1:]),
            )
