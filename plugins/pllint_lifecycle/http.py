"""LIF120-LIF121: HTTP as a privileged capability, approved per use case and kept out of the default environment."""

from collections.abc import Iterator, Sequence

from pllint.model.component import Component, ComponentKind
from pllint.model.environment import Environment
from pllint.model.lifecycle import HttpUse, Refusal
from pllint.plugin import Catalogue, Confidence, Context, Finding, Need, Related, Severity, check


@check(
    id="LIF120",
    name="http-use-unapproved",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/wp-data-loss-prevention",
    on=Component,
    needs=(Need.GOVERNANCE,),
)
def http_use_unapproved(component: Component, context: Context) -> Iterator[Finding]:
    """A flow calls out over HTTP, and no live approval covers this use."""
    use = context.lifecycle.http_use(component)
    if use is None or component.kind is not ComponentKind.CLOUD_FLOW:
        return
    for environment in _asked_in(context.targets(component)):
        refusals = context.lifecycle.refusals(component, environment)
        if refusals is None:
            continue
        where = f" in {environment.name}" if environment else ""
        yield Finding(
            at=use.at,
            message=f"'{component.name}' {_calls(use, context.catalogue)}, and no approval covers it{where}"
            + "".join(f"; {_refused(refusal)}" for refusal in refusals),
            remedy=f"Ask IT security to approve this use of HTTP, and record it under `approvals:` with"
            f" `of: http` and `flow: {component.name}`",
            component=component.ref,
            environment=environment.name if environment else None,
            connectors=tuple(sorted(used.connector for used in use.uses)),
            related=(
                *_steps(use)[1:],
                *(Related("the approval on record", refusal.approval.at) for refusal in refusals),
            ),
        )


@check(
    id="LIF121",
    name="http-in-default-environment",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/guidance/adoption/secure-default-environment",
    on=Component,
    needs=(Need.ENVIRONMENTS,),
)
def http_in_default_environment(component: Component, context: Context) -> Iterator[Finding]:
    """HTTP is used in the default environment, where everybody in the organisation can make flows."""
    use = context.lifecycle.http_use(component)
    if use is None:
        return
    targets = context.targets(component)
    for environment in targets:
        if not environment.is_default:
            continue
        yield Finding(
            at=use.at,
            message=f"'{component.name}' {_calls(use, context.catalogue)} in the default environment"
            f" '{environment.name}', where everybody can make flows",
            remedy="Move it to an environment of its own (maker), and block HTTP in the default environment with a data"
            " policy (administrator)",
            # Without targets a component is taken to go everywhere, which nobody has said.
            confidence=Confidence.LIKELY if _is_everywhere(targets) else Confidence.CERTAIN,
            component=component.ref,
            environment=environment.name,
            connectors=tuple(sorted(used.connector for used in use.uses)),
            related=_steps(use)[1:],
        )


def _asked_in(targets: Sequence[Environment]) -> Sequence[Environment | None]:
    """Give the environments an approval has to cover; of one that may go anywhere, one question is asked."""
    return [None] if _is_everywhere(targets) else targets


def _is_everywhere(targets: Sequence[Environment]) -> bool:
    return any(environment.any_other for environment in targets)


def _calls(use: HttpUse, catalogue: Catalogue) -> str:
    names = " and ".join(catalogue.name_of(used.connector) for used in use.uses)
    steps = [step.name for step in use.steps]
    if not steps:
        return f"uses {names}"
    if len(steps) == 1:
        return f"uses {names} in the step '{steps[0]}'"
    return f"uses {names} in {len(steps)} steps, the first is '{steps[0]}'"


def _steps(use: HttpUse) -> tuple[Related, ...]:
    return tuple(Related(f"the step '{step.name}'", step.at) for step in use.steps)


def _refused(refusal: Refusal) -> str:
    ref = f" {refusal.approval.ref}" if refusal.approval.ref else ""
    return f"the approval{ref} {refusal.reason}"
