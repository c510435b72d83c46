"""LIF113-LIF115 and LIF122: what is watched while a connector is in production."""

from pllint.model.governance import Governance
from pllint.plugin import Context, Need, Outcome, Severity, check
from pllint_lifecycle.told import told


@check(
    id="LIF113",
    name="usage-monitoring-missing",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/analytics-powerapps",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def usage_monitoring_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production, and nobody has looked at its use."""
    return told(
        context,
        "usage-monitoring-missing",
        "Look at the use of '{name}' in the admin centre, and record the day under `operation:` as `usage:`",
        staged=True,
    )


@check(
    id="LIF114",
    name="spot-check-overdue",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/pricing-billing-skus",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def spot_check_overdue(_governance: Governance, context: Context) -> Outcome:
    """More than a quarter has passed since somebody last checked that the people of a connector have licences."""
    return told(
        context,
        "spot-check-overdue",
        "Compare the people of '{name}' with their licences (licence administrator), and record it under"
        " `spot-checks:`",
    )


@check(
    id="LIF115",
    name="rate-limit-unmonitored",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/azure/api-management/export-api-power-platform",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def rate_limit_unmonitored(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in production, and nobody watches the rate limit of its API."""
    return told(
        context,
        "rate-limit-unmonitored",
        "Watch the rate limit of '{name}' in API Management or the connector's analytics, and record where"
        " under `operation:` as `rate-limit:`",
        staged=True,
    )


@check(
    id="LIF122",
    name="apim-recommended",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/azure/api-management/export-api-power-platform",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def apim_recommended(_governance: Governance, context: Context) -> Outcome:
    """The organisation runs API Management, and a custom connector in production bypasses it."""
    return told(
        context,
        "apim-recommended",
        "Put the API of '{name}' behind API Management, which watches use, limits and sign-in in one place"
        " (connector owner)",
        staged=True,
    )
