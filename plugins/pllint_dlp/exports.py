"""DLP240, DLP245: policies whose files do not say all, or say it in an old way."""

from pllint.model.policy import DlpPolicy, PolicyPart
from pllint.plugin import Context, Finding, Outcome, Severity, check

_CUSTOM = "https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity"
_CLASSES = "https://learn.microsoft.com/power-platform/admin/dlp-connector-classification"


@check(
    id="DLP240",
    name="policy-export-incomplete",
    severity=Severity.ERROR,
    since="0.1",
    source=_CUSTOM,
    on=DlpPolicy,
)
def policy_export_incomplete(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy is in the files without its groups, URL patterns or connector configurations."""
    del context
    if policy.classified is None:
        yield Finding(
            at=policy.at,
            message=f"the policy '{policy.name}' is here without its connector groups, so nothing can be said about"
            " what it blocks or separates",
            remedy="Export the policy by itself (Get-DlpPolicy -PolicyName ... | ConvertTo-Json -Depth 10), since lists"
            " of policies leave the groups out",
            policy=policy.name,
        )
    elif policy.tenant_level and not policy.patterns and not policy.opening(PolicyPart.PATTERNS):
        configured = policy.actions or policy.endpoints
        rest = "" if configured else ", and without action and endpoint rules, if it has any"
        cmdlets = "Get-PowerAppPolicyUrlPatterns"
        cmdlets += "" if configured else " and Get-PowerAppDlpPolicyConnectorConfigurations"
        yield Finding(
            at=policy.at,
            message=f"the policy '{policy.name}' is here without the URL patterns that classify custom"
            f" connectors{rest}: they are exports of their own",
            remedy=f"Commit the output of {cmdlets} beside the export of the policy",
            severity=Severity.INFO,
            policy=policy.name,
        )


@check(
    id="DLP245",
    name="policy-legacy-schema",
    severity=Severity.WARNING,
    since="0.1",
    source=_CLASSES,
    on=DlpPolicy,
)
def policy_legacy_schema(policy: DlpPolicy, context: Context) -> Outcome:
    """A policy is of the old schema, which does not govern HTTP, or has a scope that nobody knows."""
    del context
    if policy.legacy:
        yield Finding(
            at=policy.at,
            message=f"the policy '{policy.name}' is of the old schema, which does not govern HTTP, HTTP Webhook and"
            " When a HTTP request is received",
            remedy=f"Ask a Power Platform admin to open '{policy.name}' in the admin centre, to classify the three HTTP"
            " connectors, and to save it",
            policy=policy.name,
        )
    if policy.unknown_scope is not None:
        yield Finding(
            at=policy.at,
            message=f"the scope of the policy '{policy.name}' is {policy.unknown_scope}, which is none of the"
            " platform's scopes; it is judged as reaching every environment",
            remedy="Correct the scope to AllEnvironments, OnlyEnvironments, ExceptEnvironments or SingleEnvironment",
            policy=policy.name,
        )
