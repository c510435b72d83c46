"""LIF107-LIF112: what has to be on record before a connector goes to production."""

from pllint.model.governance import Governance
from pllint.plugin import Context, Need, Outcome, Severity, check
from pllint_lifecycle.told import told


@check(
    id="LIF107",
    name="security-review-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def security_review_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production without a security review."""
    return told(
        context,
        "security-review-missing",
        "Have IT security review '{name}', and record it under `deployment:` as `security-review:`",
        staged=True,
    )


@check(
    id="LIF108",
    name="dlp-confirmation-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def dlp_confirmation_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production, and nobody has confirmed its data group."""
    return told(
        context,
        "dlp-confirmation-missing",
        "Have the Centre of Excellence confirm the policy and the data group of '{name}', and record them"
        " under `deployment:` as `dlp:`",
        staged=True,
    )


@check(
    id="LIF109",
    name="licence-verification-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/pricing-billing-skus",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def licence_verification_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production, and nobody has counted the licences of its people."""
    return told(
        context,
        "licence-verification-missing",
        "Ask the licence administrator to count the people of '{name}' and their licences, and record it"
        " under `deployment:` as `licences:`",
        staged=True,
    )


@check(
    id="LIF110",
    name="licence-verification-stale",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/pricing-billing-skus",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def licence_verification_stale(_governance: Governance, context: Context) -> Outcome:
    """A licence count no longer holds: more people since, or too old when it was approved."""
    return told(
        context,
        "licence-verification-stale",
        "Ask the licence administrator to count the people of '{name}' and their licences again",
    )


@check(
    id="LIF111",
    name="deployment-approval-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def deployment_approval_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production, and nobody has approved that."""
    return told(
        context,
        "deployment-approval-missing",
        "Have the Centre of Excellence approve '{name}', or take it out of production; the approval goes"
        " under `deployment:` as `approved:`",
        staged=True,
    )


@check(
    id="LIF112",
    name="approval-by-maker",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def approval_by_maker(_governance: Governance, context: Context) -> Outcome:
    """The maker of a custom connector approved its deployment."""
    return told(
        context,
        "approval-by-maker",
        "Have a second person approve '{name}'",
    )
