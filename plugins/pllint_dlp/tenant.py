"""DLP244: isolation of the tenant from other tenants."""

from pllint.model.tenant import TenantIsolation
from pllint.plugin import Context, CouldNotRun, Finding, Need, Outcome, Severity, check


@check(
    id="DLP244",
    name="tenant-isolation-off",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/cross-tenant-restrictions",
    on=TenantIsolation,
    needs=[Need.TENANT_ISOLATION],
    tags=["MS.POWERPLATFORM.3.1v1", "MS.POWERPLATFORM.3.2v1"],
)
def tenant_isolation_off(isolation: TenantIsolation, context: Context) -> Outcome:
    """Connections to and from other tenants are not stopped, or an exception lets every tenant through."""
    del context
    if isolation.enabled is None:
        need = Need.TENANT_ISOLATION
        yield CouldNotRun(reason=need.value, remedy=need.remedy)
    elif not isolation.enabled:
        yield Finding(
            at=isolation.at,
            message="tenant isolation is off: makers can connect flows and apps to any other tenant, and other tenants'"
            " makers to this one",
            remedy="Ask a Power Platform admin to switch on tenant isolation, with an exception for each tenant you"
            " work with",
        )
    for allowed in (isolation.allowed or ()) if isolation.enabled else ():
        if allowed.tenant.strip() == "*" and (allowed.inbound or allowed.outbound):
            ways = {(True, True): "inbound and outbound", (True, False): "inbound", (False, True): "outbound"}
            yield Finding(
                at=allowed.at,
                message="an exception to tenant isolation lets every tenant through"
                f" ({ways[allowed.inbound, allowed.outbound]})",
                remedy="Ask a Power Platform admin to replace * with the tenants you work with",
            )
