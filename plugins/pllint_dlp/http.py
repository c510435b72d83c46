"""DLP206: the HTTP connectors in the default environment."""

from collections.abc import Iterator

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.policy import DataGroup
from pllint.model.policy_ids import HTTP_FAMILY
from pllint.model.verdict import Effect, Opinion
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Context, CouldNotRun, Finding, Need, Outcome, Severity, check
from pllint_dlp.wording import listed, opinions_as_related

NO_DEFAULT_ENVIRONMENT = "no environment is known to be the tenant's default one"
DECLARE_DEFAULT = "declare it with `type: default` in governance/environments.yaml"


@check(
    id="DLP206",
    name="http-enabled-in-default-environment",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-connector-classification",
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
        yield from _open(environment, effects, context)


def _enabled(
    environment: Environment, usable: dict[ConnectorKey, Effect], effects: dict[ConnectorKey, Effect], context: Context
) -> Finding:
    by_state: dict[str, list[str]] = {}
    for key, effect in usable.items():
        by_state.setdefault(_state(effect), []).append(context.catalogue.name_of(key))
    entries = listed(f"{listed(names)} ({state})" for state, names in by_state.items())
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


def _state(effect: Effect) -> str:
    if effect.ungoverned is not None:
        return f"the advanced policy '{effect.ungoverned.name}' switches data policies off there"
    if not effect.opinions:
        return "no data policy reaches that environment"
    return listed(f"{_briefly(opinion)} of '{opinion.policy.name}'" for opinion in effect.opinions)


def _briefly(opinion: Opinion) -> str:
    # One clause for several entries, so without verbs: "not listed, so in the default group Non-Business".
    return opinion.classification.words.removeprefix("is ").replace("so it is in", "so in")


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


def _open(environment: Environment, effects: dict[ConnectorKey, Effect], context: Context) -> Iterator[CouldNotRun]:
    by_reason: dict[str, list[str]] = {}
    for key, effect in effects.items():
        if effect.blocked is None:
            by_reason.setdefault(effect.missing, []).append(context.catalogue.name_of(key))
    for reason, names in by_reason.items():
        yield CouldNotRun(
            reason=f"whether {listed(names, 'or')} is blocked in {environment.name} cannot be told: {reason}",
            remedy="export the policy again with its connector groups and environments",
        )
