"""LIF116-LIF119: records have an owner, follow one another, lie in the past and fit the definition."""

from pllint.model.governance import Governance
from pllint.plugin import Context, Need, Outcome, Severity, check
from pllint_lifecycle.told import told


@check(
    id="LIF116",
    name="owner-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def owner_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector has no owner."""
    return told(
        context,
        "owner-missing",
        "Name the team or person who answers for '{name}' as `owner:`",
    )


@check(
    id="LIF117",
    name="stage-out-of-order",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def stage_out_of_order(_governance: Governance, context: Context) -> Outcome:
    """The dates of a connector's records run backwards, or a stage was skipped."""
    return told(
        context,
        "stage-out-of-order",
        "Correct the date if it was mistyped; otherwise go through the skipped stage, and record it with"
        " the day on which it was done",
    )


@check(
    id="LIF118",
    name="evidence-dated-in-future",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/guidance/adoption/admin-best-practices",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def evidence_dated_in_future(_governance: Governance, context: Context) -> Outcome:
    """A record is dated after the day of the run."""
    return told(
        context,
        "evidence-dated-in-future",
        "Correct the date, or record it once it has happened",
    )


@check(
    id="LIF119",
    name="evidence-outdated",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def evidence_outdated(_governance: Governance, context: Context) -> Outcome:
    """The definition of a connector is no longer what was reviewed: host, authentication or operations differ."""
    return told(
        context,
        "evidence-outdated",
        "Have IT review '{name}' again, and record what they reviewed with the new date; or undo the change (maker)",
    )
