"""LIF101: every custom connector is registered, so that its stages can be judged."""

from collections.abc import Iterator

from pllint.model.governance import Governance
from pllint.model.lifecycle import Unregistered
from pllint.plugin import ComponentRef, Context, Finding, Need, Related, Severity, check


@check(
    id="LIF101",
    name="connector-unregistered",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def connector_unregistered(_governance: Governance, context: Context) -> Iterator[Finding]:
    """A custom connector of the source is not registered, or its record says no stage."""
    for found in context.lifecycle.stages.unregistered:
        yield Finding(
            at=found.at,
            message=_message(found),
            remedy=f"Add `stage:` to the record of '{found.name}' (connector owner)"
            if found.record
            else f"Start the creation request of '{found.name}', and register it under `connectors:` with its stage and"
            " owner (maker)",
            component=ComponentRef(kind="custom-connector", name=found.name, id=found.id),
            related=tuple(Related(f"used by '{user.name}'", user.at) for user in found.users),
        )


def _message(found: Unregistered) -> str:
    if found.record:
        return f"the record of the connector '{found.name}' says no stage, so nothing of its life can be judged"
    users = list(dict.fromkeys(f"'{user.name}'" for user in found.users))
    count = len(users)
    by = f"{', '.join(users[:3])}{f' and {count - 3} more' if count > 3 else ''}"  # noqa: PLR2004 - as many as a line holds
    what = "is defined here" if found.defined else f"is used by {by}"
    return f"the custom connector '{found.name}' {what}, and no record under `connectors:` registers it"
