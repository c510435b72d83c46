"""DLP206, DLP208 to DLP211: HTTP connectors where they should not be open, or to any address."""

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import ANY_OTHER, Environment, EnvironmentType
from pllint.model.policy import DataGroup, DlpPolicy, PolicyPart
from pllint.model.policy_ids import ENTRA_HTTP, HTTP, HTTP_FAMILY, HTTP_WEBHOOK
from pllint.model.verdict import Effect, Opinion
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Confidence, Context, CouldNotRun, Finding, Need, Outcome, Severity, check
from pllint_dlp.wording import listed, opinions_as_related, state_of, unknown_blocks

_CLASSES = "https://learn.microsoft.com/power-platform/admin/dlp-connector-classification"

NO_DEFAULT_ENVIRONMENT = "no environment is known to be the tenant's default one"
DECLARE_DEFAULT = "declare it with `type: default` in governance/environments.yaml"


@check(
    id="DLP206",
    name="http-enabled-in-default-environment",
    severity=Severity.ERROR,
    since="0.1",
    source=_CLASSES,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def http_enabled_in_default_environment(workspace: Workspace, context: Context) -> Outcome:
    """An HTTP connector can be used in the default environment, where every employee is a maker."""
    environments = [environment for environment in workspace.environments if environment.is_default]
    if not environments:
        yield CouldNotRun(reason=NO_DEFAULT_ENVIRONMENT, remedy=DECLARE_DEFAULT)
    for environment in environments:
        effects = {key: context.policies.effect(key, environment) for key in HTTP_FAMILY}
        usable = {key: effect for key, effect in effects.items() if effect.blocked is False}
        if usable:
            yield _enabled(environment, usable, effects, context)
        yield from unknown_blocks([(environment, effects)], context)


@check(
    id="DLP208",
    name="http-enabled-outside-approved-environments",
    severity=Severity.WARNING,
    since="0.1",
    source=_CLASSES,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def http_enabled_outside_approved_environments(workspace: Workspace, context: Context) -> Outcome:
    """An HTTP connector can be used in an environment that nobody approved for it."""
    approved = context.settings.approved_http_environments
    judged: list[tuple[Environment, dict[ConnectorKey, Effect]]] = []
    for environment in workspace.tenant_environments:
        if environment.is_default or any(environment.goes_by(entry) for entry in approved):
            continue
        effects = {key: context.policies.effect(key, environment) for key in HTTP_FAMILY}
        usable = {key: effect for key, effect in effects.items() if effect.blocked is False}
        governed = {key: effect for key, effect in usable.items() if effect.ungoverned is None}
        judged.append((environment, effects))
        if not governed or not _is_reached(environment, context):
            continue
        if environment.type is None and any(entry.lower() in set(EnvironmentType) for entry in approved):
            yield CouldNotRun(
                reason=f"the type of {environment.name} is not known, and approved environments are named by type",
                remedy="declare it in governance/environments.yaml, or name it under approved-http-environments",
            )
        elif environment.type not in {entry.lower() for entry in approved}:
            yield _unapproved(environment, governed, context)
    yield from unknown_blocks(judged, context)


def _unapproved(environment: Environment, usable: dict[ConnectorKey, Effect], context: Context) -> Finding:
    opinions = _deciding(usable)
    policies = list(dict.fromkeys(opinion.policy.name for opinion in opinions))
    return Finding(
        at=opinions[0].classification.at if opinions else environment.at or context.workspace.policies[0].at,
        message=f"{_by_state(usable, context)} can be used in {environment.name}, which is no environment approved for"
        " HTTP",
        remedy=f"{_remedy(policies, list(usable), environment)};"
        " or add the environment to approved-http-environments in pllint.yaml",
        environment=environment.name,
        policy=policies[0] if len(policies) == 1 else None,
        connectors=tuple(usable),
        related=opinions_as_related(opinions[1:]),
    )


@check(
    id="DLP209",
    name="entra-http-open",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/webcontents/",
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def entra_http_open(workspace: Workspace, context: Context) -> Outcome:
    """HTTP is blocked in an environment, but HTTP with Microsoft Entra ID is not."""
    for environment in workspace.tenant_environments:
        if context.policies.effect(HTTP, environment).blocked is not True:
            continue
        usable = {
            key: context.policies.effect(key, environment)
            for key in ENTRA_HTTP
            if context.review.usable(key, environment)
        }
        if usable:
            opinions = _deciding(usable)
            policies = list(dict.fromkeys(opinion.policy.name for opinion in opinions))
            yield Finding(
                at=opinions[0].classification.at,
                message=f"HTTP is blocked in {environment.name}, but {_by_state(usable, context)} is not:"
                " flows there can call Microsoft services as the user",
                remedy=_remedy(policies, list(usable), environment),
                environment=environment.name,
                policy=policies[0] if len(policies) == 1 else None,
                connectors=tuple(usable),
                related=opinions_as_related(opinions[1:]),
            )


@check(
    id="DLP210",
    name="http-business-without-endpoint-list",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/connector-endpoint-filtering",
    on=DlpPolicy,
)
def http_business_without_endpoint_list(policy: DlpPolicy, context: Context) -> Outcome:
    """An HTTP connector is Business, and no endpoint list keeps it from sending business data to any address."""
    classes = {key: context.policies.classify(policy, key, ANY_OTHER) for key in (HTTP, HTTP_WEBHOOK, *ENTRA_HTTP)}
    business = [key for key, classification in classes.items() if classification.group is DataGroup.BUSINESS]
    open_ = [key for key in business if not context.review.has_endpoint_wall(policy, key)]
    if not open_:
        return
    names = listed(context.catalogue.name_of(key) for key in open_)
    if not policy.rules_known or policy.opening(PolicyPart.RULES):
        yield CouldNotRun(
            reason=f"whether the policy '{policy.name}' has endpoint rules for {names} is not in the files",
            remedy="commit the complete output of Get-PowerAppDlpPolicyConnectorConfigurations",
        )
        return
    # Rules are an export of their own, and nothing shows whether it was made.
    exported = policy.actions or policy.endpoints or policy.patterns is not None
    listing = {rules.connector for rules in policy.endpoints if rules.rules}
    ending = "no endpoint list ends in Deny *"
    if set(open_) <= listing:
        ending = f"{'their endpoint lists do' if len(open_) > 1 else 'its endpoint list does'} not end in Deny *"
    yield Finding(
        at=classes[open_[0]].at,
        message=f"the policy '{policy.name}' has {names} in Business, and {ending}:"
        " flows may send business data to any address",
        remedy=f"Ask a Power Platform admin to list the endpoints that {listed(open_)} may reach in '{policy.name}',"
        " and to end the list in Deny *"
        + ("" if exported else "; if that is done, commit the output of Get-PowerAppDlpPolicyConnectorConfigurations"),
        confidence=Confidence.CERTAIN if exported else Confidence.LIKELY,
        policy=policy.name,
        connectors=tuple(open_),
    )


@check(
    id="DLP211",
    name="unblockable-generic-http",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/connector-action-control",
    on=Workspace,
    needs=[Need.POLICIES],
)
def unblockable_generic_http(workspace: Workspace, context: Context) -> Outcome:
    """HTTP is blocked, but connectors that cannot be blocked have operations that call any address of their service."""
    closing = [
        (policy, classification)
        for policy in workspace.policies
        if (classification := context.policies.classify(policy, HTTP, ANY_OTHER)).group is DataGroup.BLOCKED
    ]
    operations = context.catalogue.generic_http()
    open_ = [
        key
        for key in operations
        if not workspace.tenant_environments
        or any(context.review.usable(key, environment) is not False for environment in workspace.tenant_environments)
    ]
    if closing and open_:
        names = listed(f"{context.catalogue.name_of(key)} ({operations[key]})" for key in open_)
        yield Finding(
            at=closing[0][1].at,
            message="HTTP is blocked, but data policies can close neither these connectors nor these operations, which"
            f" call any address of their service: {names}",
            remedy="Review flows that call these operations; where they have to be closed, ask a Power Platform admin"
            " for a managed environment with an advanced connector policy",
            policy=closing[0][0].name,
            connectors=tuple(open_),
        )


def _is_reached(environment: Environment, context: Context) -> bool:
    policies = context.policies
    return bool(policies.reaching(environment)) or policies.advanced(environment) is not None


def _by_state(usable: dict[ConnectorKey, Effect], context: Context) -> str:
    by_state: dict[str, list[str]] = {}
    for key, effect in usable.items():
        by_state.setdefault(state_of(effect), []).append(context.catalogue.name_of(key))
    return listed(f"{listed(names)} ({state})" for state, names in by_state.items())


def _enabled(
    environment: Environment, usable: dict[ConnectorKey, Effect], effects: dict[ConnectorKey, Effect], context: Context
) -> Finding:
    entries = _by_state(usable, context)
    closed = [context.catalogue.name_of(key) for key, effect in effects.items() if effect.blocked]
    rest = f"; {listed(closed)} {'are' if len(closed) > 1 else 'is'} blocked" if closed else ""
    opinions = _deciding(usable)
    ungoverned = next((effect.ungoverned for effect in usable.values() if effect.ungoverned), None)
    first: Anchor | None = (
        opinions[0].classification.at if opinions else ungoverned.at if ungoverned else environment.at
    )
    policies = list(dict.fromkeys(opinion.policy.name for opinion in opinions))
    return Finding(
        at=first or context.workspace.policies[0].at,
        message=f"in the default environment {environment.name} every maker can use {entries}{rest}",
        remedy=_remedy(policies, list(usable), environment),
        severity=_grade(usable),
        environment=environment.name,
        policy=policies[0] if len(policies) == 1 else None,
        connectors=tuple(usable),
        related=opinions_as_related(opinions[1:]),
    )


def _deciding(usable: dict[ConnectorKey, Effect]) -> list[Opinion]:
    # One line a policy and place: entries that fall into the same default group share it.
    places: dict[Anchor, Opinion] = {}
    for effect in usable.values():
        for opinion in effect.opinions:
            places.setdefault(opinion.classification.at, opinion)
    return list(places.values())


def _grade(usable: dict[ConnectorKey, Effect]) -> Severity:
    # Microsoft accepts Non-Business there; without any policy HTTP mixes with business data all the same.
    groups = {group for effect in usable.values() for group in effect.possible}
    return Severity.ERROR if groups & {DataGroup.BUSINESS, None} else Severity.WARNING


def _remedy(policies: list[str], usable: list[ConnectorKey], environment: Environment) -> str:
    entries = listed(usable)
    if not policies:
        return f"Ask a Power Platform admin to block {entries} in a data policy that reaches {environment.name}"
    where = listed((f"'{name}'" for name in policies), "or")
    return f"Ask a Power Platform admin to block {entries} in {where}, or in a policy for {environment.name} alone"
