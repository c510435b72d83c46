"""DLP237: resources that a policy does not judge."""

from pllint.model.component import ComponentKind
from pllint.model.policy import DlpPolicy, ExemptResource
from pllint.plugin import Context, Finding, Outcome, Related, Severity, check
from pllint_dlp.wording import few

_MOST = 2_000
_MOST_PLACES = 10
_AGENT_TYPES = ("bot", "agent", "copilot", "virtualagent")


@check(
    id="DLP237",
    name="exemptions",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-resource-exemption",
    on=DlpPolicy,
)
def exemptions(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy exempts resources: too many, agents in vain, or ones that somebody should look at again."""
    exempt = policy.exempt
    if not exempt:
        return
    agents = [resource for resource in exempt if _is_agent(resource, context)]
    if len(exempt) > _MOST:
        severity, at = Severity.ERROR, exempt[_MOST].at
        message = f"the policy '{policy.name}' exempts {len(exempt):,} resources, and the service takes {_MOST:,}"
        remedy = f"Ask a Power Platform admin to take resources off the exemption list of '{policy.name}'"
    elif agents:
        severity, at = Severity.WARNING, agents[0].at
        message = (
            f"the policy '{policy.name}' exempts {few(_name(each, context) for each in agents)}, which has no effect:"
            " agents are judged all the same since 2025"
        )
        remedy = f"Ask a Power Platform admin to take agents off the exemption list of '{policy.name}'"
    else:
        severity, at = Severity.INFO, exempt[0].at
        message = f"the policy '{policy.name}' does not judge {few((_name(each, context) for each in exempt), 3)}"
        missing = [each for each in exempt if context.workspace.component(_plain(each)) is None]
        if missing and context.workspace.components:
            count = f"{len(missing)} of them are" if len(exempt) > 1 else "it is"
            message += f"; {count} not in the files read" if len(missing) > 1 or len(exempt) == 1 else ""
            message += "; one of them is not in the files read" if len(missing) == 1 and len(exempt) > 1 else ""
        remedy = "Review whether each exemption is still needed, and ask a Power Platform admin to end the others"
    yield Finding(
        at=at,
        message=message,
        remedy=remedy,
        severity=severity,
        policy=policy.name,
        related=tuple(
            Related(message=f"{_name(each, context)} is exempt", at=each.at)
            for each in (exempt[1:] if severity is Severity.INFO else agents[1:])[:_MOST_PLACES]
        ),
    )


def _plain(resource: ExemptResource) -> str:
    return resource.id.strip("{}").rpartition("/")[2]


def _name(resource: ExemptResource, context: Context) -> str:
    component = context.workspace.component(_plain(resource))
    return f"'{component.name}' ({resource.id})" if component else resource.id


def _is_agent(resource: ExemptResource, context: Context) -> bool:
    component = context.workspace.component(_plain(resource))
    if component is not None:
        return component.kind is ComponentKind.AGENT
    return any(word in resource.type.lower() for word in _AGENT_TYPES)
