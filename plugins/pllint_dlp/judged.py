"""What the checks on components share: the verdicts on one, its violations of a kind, a finding on one of them."""

from collections.abc import Iterator, Sequence

from pllint.model.component import Component
from pllint.model.environment import Environment
from pllint.model.verdict import Part, Verdict, Violation, ViolationKind
from pllint.plugin import Anchor, Context, Finding, Related
from pllint_dlp.wording import deciding_lines, is_judged


def verdicts_of(component: Component, context: Context) -> Sequence[tuple[Environment, Verdict]]:
    """Give the verdict on a component in each environment it goes to; none on what policies do not look at."""
    return context.verdicts(component) if is_judged(component) else ()


def violations_of(
    component: Component, kind: ViolationKind, context: Context
) -> Iterator[tuple[Environment, Violation]]:
    """Give the violations of one kind, each with its environment."""
    for environment, verdict in verdicts_of(component, context):
        for violation in verdict.violations:
            if violation.kind is kind:
                yield environment, violation


def finding_of(
    component: Component,
    environment: Environment,
    violation: Violation,
    *,
    at: Anchor,
    message: str,
    remedy: str,
    parts: tuple[Part, ...],
    related: tuple[Related, ...] | None = None,
    context: Context,
) -> Finding:
    """Make a finding of a violation, with component, environment, policy, connectors and the chain filled in.

    The related places are the policy lines that decide on its parts, unless others are given.
    """
    return Finding(
        at=at,
        message=message,
        remedy=remedy,
        confidence=violation.confidence,
        component=component.ref,
        environment=environment.name,
        policy=policy_of(violation) or None,
        connectors=tuple(part.connector for part in parts),
        related=deciding_lines(parts, context) if related is None else related,
        chain=context.chain(component, _of_parts(violation, parts)),
    )


def _of_parts(violation: Violation, parts: tuple[Part, ...]) -> Violation:
    """Give a violation as far as a finding is about it: some checks report each connector on its own."""
    wanted = set(parts)
    return violation._replace(
        parts=tuple(part for part in violation.parts if part in wanted),
        others=tuple(part for part in violation.others if part in wanted),
    )


def policy_of(violation: Violation) -> str:
    """Name the policy that is broken; empty when it is none."""
    return violation.policy.name if violation.policy else ""
