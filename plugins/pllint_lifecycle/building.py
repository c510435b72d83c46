"""LIF102-LIF106: what IT reviews before a connector is shared, and where it is built and tested."""

from pllint.model.governance import Governance
from pllint.plugin import Context, Need, Outcome, Severity, check
from pllint_lifecycle.told import told


@check(
    id="LIF102",
    name="creation-review-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def creation_review_missing(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is in a shared environment, and IT never reviewed its request."""
    return told(
        context,
        "creation-review-missing",
        "Have IT review endpoint, authentication, data and use case of '{name}', and record it under"
        " `request:` as `reviewed:`",
        staged=True,
    )


@check(
    id="LIF103",
    name="creation-review-incomplete",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def creation_review_incomplete(_governance: Governance, context: Context) -> Outcome:
    """A creation review leaves out the endpoint, the authentication, the data classification or the use case."""
    return told(
        context,
        "creation-review-incomplete",
        "Have IT complete its review of '{name}', and record the missing values under `request:`",
    )


@check(
    id="LIF104",
    name="created-before-review",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def created_before_review(_governance: Governance, context: Context) -> Outcome:
    """A custom connector was in a shared environment before IT had reviewed it."""
    return told(
        context,
        "created-before-review",
        "Check with IT that the review covers what was there before it, and have them waive the past with a reason",
    )


@check(
    id="LIF105",
    name="developed-outside-developer-environment",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/developer/create-developer-environment",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def developed_outside_developer_environment(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is developed in an environment that people share."""
    return told(
        context,
        "developed-outside-developer-environment",
        "Move the development of '{name}' to a developer environment of {maker}",
    )


@check(
    id="LIF106",
    name="shared-test-uncontrolled",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/environment-strategy-alm",
    on=Governance,
    needs=(Need.GOVERNANCE,),
)
def shared_test_uncontrolled(_governance: Governance, context: Context) -> Outcome:
    """A custom connector is tested where IT controls too little: no sandbox, not managed by IT, or no data policy."""
    return told(
        context,
        "shared-test-uncontrolled",
        "Test '{name}' in a sandbox that IT manages and a data policy covers, or have IT make this environment one",
    )
