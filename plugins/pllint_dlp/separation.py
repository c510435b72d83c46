"""DLP230, DLP231, DLP238: what policies keep apart, alone and together."""

from collections.abc import Sequence

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy
from pllint.model.policy_review import Emptiness, Separation
from pllint.model.verdict import Classification, Subject
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Context, Finding, Need, Outcome, Related, Severity, check
from pllint_dlp.wording import few, listed, name_of

_MULTIPLE = "https://learn.microsoft.com/power-platform/admin/dlp-combined-effect-multiple-policies"
_MANAGE = "https://learn.microsoft.com/power-platform/admin/prevent-data-loss"
_MOST_PAIRS = 4
_MOST_PLACES = 10


@check(
    id="DLP230",
    name="policies-separate-declared-pair",
    severity=Severity.WARNING,
    since="0.1",
    source=_MULTIPLE,
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def policies_separate_declared_pair(workspace: Workspace, context: Context) -> Outcome:
    """A policy declares connectors together in Business, and another one on the same environment separates them."""
    del workspace
    for separation in context.review.separations():
        declaring, separating = separation.declaring, separation.separating
        keys = tuple(sorted((*separation.business, *separation.non_business)))
        places = separation.environments
        moved, group, other = _fewer(separation)
        yield Finding(
            at=_place(declaring, separation.business[0]),
            message=f"the policy '{declaring.name}' declares {_pairs(separation)} together in Business, but"
            f" '{separating.name}' has {few(moved)} in {group} and the rest in {other}: in"
            f" {few((environment.name for environment in places), 3)} they cannot be combined",
            remedy=f"Ask a Power Platform admin to move {few(moved)} to {other} in '{separating.name}', or to take them"
            f" out of Business in '{declaring.name}'",
            environment=places[0].name if len(places) == 1 else None,
            policy=separating.name,
            connectors=keys,
            related=_lines(separation, context),
        )


@check(
    id="DLP231",
    name="policy-separates-nothing",
    severity=Severity.WARNING,
    since="0.1",
    source=_MULTIPLE,
    on=DlpPolicy,
)
def policy_separates_nothing(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy has every connector that can be used in one data group, so that data may go anywhere among them."""
    if context.review.separates(policy) is not False or context.review.emptiness(policy) is Emptiness.NOTHING:
        return
    usable = {entry.group for entry in policy.classified or () if entry.group is not DataGroup.BLOCKED}
    group = DataGroup.BUSINESS if DataGroup.BUSINESS in {*usable, policy.default} else DataGroup.NON_BUSINESS
    yield Finding(
        at=policy.default_at or policy.at,
        message=f"the policy '{policy.name}' keeps no connectors apart: all that can be used are in {group}, so data"
        " may go from any of them to any other",
        remedy="Ask a Power Platform admin to put the connectors that hold business data into Business"
        f" and all others into Non-Business or Blocked in '{policy.name}'",
        policy=policy.name,
    )


@check(
    id="DLP238",
    name="environment-policy-more-permissive",
    severity=Severity.INFO,
    since="0.1",
    source=_MANAGE,
    on=DlpPolicy,
    needs=[Need.ENVIRONMENTS],
)
def environment_policy_more_permissive(policy: DlpPolicy, context: Context) -> Outcome:
    """An environment-level policy lists connectors as usable that a tenant-level policy blocks there."""
    if policy.tenant_level:
        return
    permitted = [entry for entry in policy.classified or () if entry.group is not DataGroup.BLOCKED]
    for environment in context.workspace.environments:
        reaching = context.policies.reaching(environment)
        advanced = context.policies.advanced(environment)
        if policy not in reaching or (advanced is not None and advanced.only):
            continue
        for tenant in reaching:
            if tenant.tenant_level:
                classes = [(entry, _class_in(tenant, entry, environment, context)) for entry in permitted]
                void = [(entry, each) for entry, each in classes if each.group is DataGroup.BLOCKED]
                if void:
                    yield _void(policy, tenant, environment, void, context)


def _void(
    policy: DlpPolicy,
    tenant: DlpPolicy,
    environment: Environment,
    void: Sequence[tuple[ClassifiedConnector, Classification]],
    context: Context,
) -> Finding:
    names = few(dict.fromkeys(name_of(entry.connector, context) for entry, _ in void))
    return Finding(
        at=void[0][0].at,
        message=f"the policy '{policy.name}' lets {names} be used in {environment.name}, which has no effect:"
        f" '{tenant.name}' blocks {'them' if len(void) > 1 else 'it'} there, and Blocked is final",
        remedy=f"Ask a Power Platform admin to take {environment.name} out of '{tenant.name}' and give it a"
        f" tenant-level policy of its own, or delete these entries of '{policy.name}'",
        environment=environment.name,
        policy=policy.name,
        connectors=tuple(dict.fromkeys(entry.connector for entry, _ in void)),
        related=tuple(
            dict.fromkeys(
                Related(message=f"in the policy '{tenant.name}' {entry.connector} {each.words}", at=each.at)
                for entry, each in void[:_MOST_PLACES]
            )
        ),
    )


def _class_in(
    tenant: DlpPolicy, entry: ClassifiedConnector, environment: Environment, context: Context
) -> Classification:
    subject = Subject(key=entry.connector)
    if entry.custom:
        definition = context.workspace.custom_connector(entry.connector)
        host = context.workspace.connector_in(definition, environment).host if definition else None
        subject = Subject(key=entry.connector, custom=True, host=host)
    return context.policies.classify(tenant, subject, environment)


def _fewer(separation: Separation) -> tuple[tuple[ConnectorKey, ...], DataGroup, DataGroup]:
    """Give the smaller side, its group, and the group of the other side."""
    if len(separation.business) < len(separation.non_business):
        return separation.business, DataGroup.BUSINESS, DataGroup.NON_BUSINESS
    return separation.non_business, DataGroup.NON_BUSINESS, DataGroup.BUSINESS


def _pairs(separation: Separation) -> str:
    if len(separation.business) * len(separation.non_business) > _MOST_PAIRS:
        return f"{len(separation.business) + len(separation.non_business)} connectors"
    pairs = [sorted((one, other)) for one in separation.business for other in separation.non_business]
    return listed(" + ".join(pair) for pair in sorted(pairs))


def _place(policy: DlpPolicy, key: ConnectorKey) -> Anchor:
    return next((entry.at for entry in policy.classified or () if entry.connector == key), policy.at)


def _lines(separation: Separation, context: Context) -> tuple[Related, ...]:
    moved, _, _ = _fewer(separation)
    classes = [
        (key, context.policies.classify(separation.separating, key, separation.environments[0])) for key in moved
    ]
    return tuple(
        Related(message=f"in the policy '{separation.separating.name}' {key} {each.words}", at=each.at)
        for key, each in classes[:_MOST_PLACES]
    )
