"""DLP108, DLP235, DLP236: agents that cannot be published, and how far agents may be opened to the public."""

from collections.abc import Iterator

from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.policy import DataGroup
from pllint.model.policy_ids import PUBLIC_SURFACE, UNAUTHENTICATED
from pllint.model.verdict import Effect, Rule, ViolationKind
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Context, Finding, Need, Outcome, Severity, check
from pllint_dlp.judged import finding_of, violations_of
from pllint_dlp.wording import few, listed, name_of, opinions_as_related, place_of, state_of, subject_of, unknown_blocks


@check(
    id="DLP108",
    name="agent-cannot-publish",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/microsoft-copilot-studio/dlp-example-6",
    on=Component,
    needs=[Need.POLICIES],
)
def agent_cannot_publish(component: Component, context: Context) -> Outcome:
    """Every channel of an agent is blocked in an environment it goes to, so that it cannot be published there."""
    for environment, violation in violations_of(component, ViolationKind.NO_CHANNEL, context):
        names = listed(context.catalogue.name_of(part.connector) for part in violation.parts)
        blocking = [
            opinion
            for part in violation.parts
            for opinion in context.policies.effect(part.connector, environment).opinions
            if opinion.classification.group is DataGroup.BLOCKED
        ]
        yield finding_of(
            component,
            environment,
            violation,
            context=context,
            at=place_of(violation.parts[0], component),
            message=f"{subject_of(component)} cannot be published in {environment.name}: no channel is left to it,"
            f" since data policies block {names}",
            remedy="Configure a channel that the data policies allow,"
            " or ask a Power Platform admin to take one of these channels out of Blocked",
            parts=violation.parts,
            related=opinions_as_related(dict.fromkeys(blocking)),
        )


@check(
    id="DLP235",
    name="unauthenticated-agents-possible",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/microsoft-copilot-studio/dlp-example-3",
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def unauthenticated_agents_possible(workspace: Workspace, context: Context) -> Outcome:
    """Makers can publish agents that anyone with the link can use, since no policy blocks them in an environment."""
    judged = [
        (environment, {UNAUTHENTICATED: context.policies.effect(UNAUTHENTICATED, environment)})
        for environment in _reached(workspace, context)
    ]
    yield from unknown_blocks(judged, context)
    for environment, effects in judged:
        effect = effects[UNAUTHENTICATED]
        if effect.blocked is False:
            policies = [opinion.policy.name for opinion in effect.opinions]
            where = listed((f"'{name}'" for name in policies), "or") if policies else "a data policy"
            name = name_of(UNAUTHENTICATED, context)
            yield Finding(
                at=_place(effect, environment, context),
                message=f"in {environment.name} makers can publish agents that anyone with the link can use:"
                f" {name} is {state_of(effect)}",
                remedy=f"Ask a Power Platform admin to block {name} in {where}",
                environment=environment.name,
                policy=policies[0] if len(policies) == 1 else None,
                connectors=(UNAUTHENTICATED,),
                related=opinions_as_related(effect.opinions[1:]),
            )


@check(
    id="DLP236",
    name="agent-channels-unclassified",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/microsoft-copilot-studio/admin-data-loss-prevention",
    on=Workspace,
    needs=[Need.POLICIES, Need.ENVIRONMENTS],
)
def agent_channels_unclassified(workspace: Workspace, context: Context) -> Outcome:
    """Nobody decided on the public channels of agents, or on public websites as their knowledge, in an environment."""
    judged = [
        (environment, {key: context.policies.effect(key, environment) for key in PUBLIC_SURFACE})
        for environment in _reached(workspace, context)
    ]
    yield from unknown_blocks(judged, context)
    for environment, effects in judged:
        undecided = {key: effect for key, effect in effects.items() if _is_undecided(effect)}
        if not undecided:
            continue
        first = next(iter(undecided.values()))
        policies = [opinion.policy.name for opinion in first.opinions]
        where = listed((f"'{name}'" for name in policies), "or") if policies else "a data policy"
        yield Finding(
            at=_place(first, environment, context),
            message=f"in {environment.name} nobody decided on what agents may open to the public:"
            f" {few(context.catalogue.name_of(key) for key in undecided)} {'is' if len(undecided) == 1 else 'are'}"
            f" {state_of(first)}",
            remedy=f"Ask a Power Platform admin to put {listed(undecided)} into a data group of {where} by name",
            environment=environment.name,
            policy=policies[0] if len(policies) == 1 else None,
            connectors=tuple(undecided),
            related=opinions_as_related(first.opinions[1:]),
        )


def _is_undecided(effect: Effect) -> bool:
    listed_somewhere = any(
        opinion.classification.rule in {Rule.LISTED, Rule.LISTED_TWICE} for opinion in effect.opinions
    )
    return effect.blocked is False and effect.ungoverned is None and not listed_somewhere


def _reached(workspace: Workspace, context: Context) -> Iterator[Environment]:
    for environment in workspace.tenant_environments:
        policies = context.policies
        if (
            policies.reaching(environment)
            or policies.reach_open(environment)
            or policies.advanced(environment) is not None
        ):
            yield environment


def _place(effect: Effect, environment: Environment, context: Context) -> Anchor:
    if effect.opinions:
        return effect.opinions[0].classification.at
    advanced = context.policies.advanced(environment)
    return advanced.at if advanced else environment.at or context.workspace.policies[0].at
