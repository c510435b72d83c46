"""SOL301-SOL306: secrets, addresses and openness of single steps."""

from collections.abc import Iterator

from pllint.model.component import Component, Endpoint, LiteralKind, Secret, SecretKind, StageLiteral, StartsFrom, Step
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Confidence, Context, Finding, Severity, check
from pllint_solution.wording import counted, in_steps, listed, of_steps, others

_SECURITY = "https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app"
_KEY_VAULT = (
    "Revoke it, for everyone who can read the repository has it, and let the flow read its successor from Azure Key"
    " Vault through an environment variable of type secret (maker)"
)
_ARTICLES = {SecretKind.CLIENT_SECRET: "a client secret", SecretKind.CERTIFICATE: "a certificate with its private key"}
_STAGE_WORDS = {
    LiteralKind.SITE: "the site {}",
    LiteralKind.ORGANISATION: "the organisation {}",
    LiteralKind.TENANT: "the tenant {}",
    LiteralKind.ENVIRONMENT: "the environment {}",
}


@check(
    id="SOL301",
    name="secret-in-inputs",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables-azure-key-vault-secrets",
    on=Workspace,
    given=("components", "solutions", "deployment_settings"),
)
def secret_in_inputs(workspace: Workspace, _context: Context) -> Iterator[Finding]:
    """A password, key, token, signature or client secret is written into a definition."""
    for component in workspace.components:
        by_cause: dict[tuple[SecretKind, str], list[Secret]] = {}
        for secret in component.secrets:
            if not secret.authentication:
                by_cause.setdefault((secret.kind, secret.holder), []).append(secret)
        for (kind, holder), secrets in by_cause.items():
            times = f" in {len(secrets)} places" if len(secrets) > 1 else ""
            yield Finding(
                at=secrets[0].at,
                message=f"'{component.name}' holds {_a(kind)} in clear in '{holder}'{times}",
                remedy=_KEY_VAULT,
                component=component.ref,
                cause=f"{kind} {holder}",
                related=others((f"{_a(kind)}, too", secret.at) for secret in secrets),
                secret=True,
            )
    for solution in workspace.solutions:
        for variable in solution.environment_variables:
            if variable.secret and variable.secret_at:
                yield _in_file(
                    f"the environment variable '{variable.schema_name}'", variable.secret, variable.secret_at
                )
    for settings in workspace.deployment_settings:
        for one in settings.secrets:
            yield _in_file(f"the value for '{one.holder}' in the deployment settings", one.kind, one.at)


def _in_file(what: str, kind: SecretKind, at: Anchor) -> Finding:
    return Finding(
        at=at,
        message=f"{what} holds {_a(kind)} in clear",
        remedy="Revoke it, for everyone who can read the repository has it, and keep its successor in Azure Key Vault"
        " behind an environment variable of type secret (maker)",
        cause=f"{kind} {what}",
        secret=True,
    )


def _a(kind: SecretKind) -> str:
    return _ARTICLES.get(kind, f"a {kind}")


@check(
    id="SOL302",
    name="hard-coded-environment",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables",
    on=Component,
)
def hard_coded_environment(flow: Component, context: Context) -> Iterator[Finding]:
    """The address or id of a tenant, environment, organisation or site is written into a step."""
    if not flow.literals or context.workspace.is_copied(flow):
        return
    by_cause: dict[tuple[LiteralKind, str], list[StageLiteral]] = {}
    for literal in flow.literals:
        by_cause.setdefault((literal.kind, literal.value), []).append(literal)
    for (kind, value), literals in by_cause.items():
        yield Finding(
            at=literals[0].at,
            message=f"'{flow.name}' has {_STAGE_WORDS[kind].format(value)} written into it"
            f" {in_steps([literal.step for literal in literals])}: every stage it goes to would use this one",
            remedy="Put it into an environment variable, and give each stage its own value (maker)",
            component=flow.ref,
            cause=value,
            related=others((f"the step '{literal.step}'", literal.at) for literal in literals),
        )


@check(
    id="SOL303",
    name="http-trigger-open-to-anyone",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-automate/oauth-authentication",
    on=Component,
)
def http_trigger_open_to_anyone(flow: Component, context: Context) -> Iterator[Finding]:
    """A flow is started by an HTTP request that anyone with its address may send."""
    trigger = flow.trigger
    if trigger is None or context.workspace.is_copied(flow):
        return
    who = (trigger.authentication or "").lower()
    if trigger.starts_from is StartsFrom.TEAMS_WEBHOOK:
        is_open = who == "all"
    else:
        is_open = trigger.starts_from is StartsFrom.HTTP_REQUEST and who in {"", "all"}
    if not is_open:
        return
    reason = (
        "lets anyone who has its address call it"
        if who
        else "does not say who may call it: anyone with its address may"
    )
    yield Finding(
        at=trigger.at / "inputs" / "triggerAuthenticationType" if who else trigger.at,
        message=f"the trigger '{trigger.name}' of '{flow.name}' {reason}",
        remedy="Set 'Who can trigger the flow' to users in the tenant, or to named users or applications (maker)",
        # Flows of before 2023 hold no setting, and work with the signed address alone.
        confidence=Confidence.CERTAIN if who else Confidence.LIKELY,
        component=flow.ref,
    )


@check(
    id="SOL304",
    name="http-plain",
    severity=Severity.WARNING,
    since="0.1",
    source=_SECURITY,
    on=Component,
)
def http_plain(flow: Component, context: Context) -> Iterator[Finding]:
    """An HTTP step sends to an address without encryption."""
    if context.workspace.is_copied(flow):
        return
    by_host: dict[str, list[Step]] = {}
    for use in flow.uses:
        for step in use.steps:
            address = _address(step.endpoint)
            if address.lower().startswith("http://"):
                by_host.setdefault(_host(address), []).append(step)
    for host, steps in by_host.items():
        first = steps[0]
        yield Finding(
            at=first.endpoint.at if first.endpoint else first.at,
            message=f"'{flow.name}' sends to {host or 'an address'} over plain http"
            f" {in_steps([step.name for step in steps])}: anyone on the way can read and change it",
            remedy="Use the https address of the service (maker)",
            component=flow.ref,
            cause=host,
            related=others((f"the step '{step.name}'", step.at) for step in steps),
        )


def _address(endpoint: Endpoint | None) -> str:
    return (endpoint.prefix or endpoint.resolved or "") if endpoint else ""


def _host(address: str) -> str:
    # What stands before `@` signs in, and is shown nowhere.
    return address.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]


@check(
    id="SOL305",
    name="secure-inputs-off",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app#secure-inputs-and-outputs-in-the-designer",
    on=Component,
)
def secure_inputs_off(flow: Component, context: Context) -> Iterator[Finding]:
    """A step handles a secret and shows it in the run history."""
    exposures = flow.exposures
    if not exposures or context.workspace.is_copied(flow):
        return
    sides = [
        side
        for side, shown in (
            ("inputs", any(one.inputs for one in exposures)),
            ("outputs", any(one.outputs for one in exposures)),
        )
        if shown
    ]
    first = exposures[0]
    yield Finding(
        at=first.at,
        message=f"the run history of '{flow.name}' shows a secret in the {listed(sides)}"
        f" {of_steps([one.step for one in exposures])}",
        remedy=f"Switch on {listed('Secure ' + side.capitalize() for side in sides)} in the settings of"
        f" {'the step' if len(exposures) == 1 else 'these ' + counted(len(exposures), 'step')} (maker)",
        component=flow.ref,
        related=others((f"the step '{one.step}'", one.at) for one in exposures),
    )


@check(
    id="SOL306",
    name="http-authentication-embedded",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/azure/logic-apps/logic-apps-securing-a-logic-app#authentication-types-for-connectors",
    on=Component,
)
def http_authentication_embedded(flow: Component, _context: Context) -> Iterator[Finding]:
    """An HTTP step carries its credentials in its authentication."""
    by_kind: dict[SecretKind, list[Secret]] = {}
    for secret in flow.secrets:
        if secret.authentication:
            by_kind.setdefault(secret.kind, []).append(secret)
    for kind, secrets in by_kind.items():
        yield Finding(
            at=secrets[0].at,
            message=f"'{flow.name}' holds {_a(kind)} in the authentication"
            f" {of_steps([secret.holder for secret in secrets])}",
            remedy=_KEY_VAULT,
            component=flow.ref,
            cause=kind,
            related=others((f"the step '{secret.holder}'", secret.at) for secret in secrets),
            secret=True,
        )
