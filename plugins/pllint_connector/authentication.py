"""CON301-CON309: how callers prove who they are, and what of it is in the files."""

import re
from collections.abc import Iterator

from pllint.model.connector_definition import ConnectionParameter, ConnectorDefinition, OAuthSettings
from pllint.plugin import Confidence, Context, CouldNotRun, Outcome, Related, Severity, check
from pllint_connector.wording import DOCS, found, ref_of, some

_PARAMETERS = f"{DOCS}connection-parameters"
_AUTHENTICATION = f"{DOCS}security-authentication"
_ADDRESSES = {
    "oauth2": ("authorizationUrl", "tokenUrl", "refreshUrl"),
    "oauth2generic": ("authorizationUrlTemplate", "tokenUrlTemplate", "refreshUrlTemplate"),
    "aad": ("resourceUri",),
    "aadcertificate": ("resourceUri",),
}
"""What each identity provider has to be told; others bring their own."""
_WITHOUT_CLIENT = frozenset(("aadcertificate",))
_SECRET_WORDS = re.compile(
    r"(?:^|[^a-z])(?:password|passwd|pwd|passphrase|secret|api[-_ ]?key|apikey|access[-_ ]?key|private[-_ ]?key"
    r"|subscription[-_ ]?key|client[-_ ]?secret|(?:access|auth|api|bearer|refresh|security)[-_ ]?token"
    r"|[a-z]{5,}token)$",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"authorization|password|secret|(?:api|access|subscription|auth)[-_ ]?key|(?:access|auth|api|bearer)[-_ ]?token"
    r"|^token$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@check(
    id="CON301",
    name="authentication-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=_AUTHENTICATION,
    on=ConnectorDefinition,
)
def authentication_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Neither the connection parameters nor a security definition ask callers who they are."""
    if not definition.has_definition or definition.connector.authentication != "none" or definition.security:
        return
    if definition.has_properties and not definition.properties_known:
        yield CouldNotRun(
            reason="the connection parameters cannot be read",
            remedy="repair the properties of the connector",
            component=ref_of(definition),
        )
        return
    typed = [
        f"{parameter.name} of {operation.name}"
        for operation in definition.operations
        for parameter in operation.parameters
        if parameter.location in {"header", "query"} and _CREDENTIALS.search(_WORDS.sub(" ", parameter.name))
    ]
    host = definition.connector.host.name or "the API"
    message = f"connections to {host} ask for no credentials, so anyone who finds the address may call it"
    remedy = "Protect the API and declare how to sign in; accept this finding where its data is public"
    if typed:
        message = f"connections to {host} ask for no credentials, and makers write them into steps: {some(typed)}"
        remedy = "Declare the credential as a connection parameter, so that it is stored with the connection"
    yield found(
        definition,
        definition.properties_at or definition.at,
        message,
        remedy,
        # Without properties the designer would still ask for what the maker types in there.
        confidence=Confidence.CERTAIN if definition.properties_known else Confidence.LIKELY,
    )


@check(
    id="CON302",
    name="authentication-mismatch",
    severity=Severity.ERROR,
    since="0.1",
    source=_PARAMETERS,
    on=ConnectorDefinition,
)
def authentication_mismatch(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The security definitions and the connection parameters describe different ways to sign in."""
    if not definition.has_definition or not definition.properties_known or not definition.parameters:
        return
    declared = {one.kind.lower() for one in definition.security}
    oauth = [one for one in definition.parameters if one.oauth is not None]
    secret = [one for one in definition.parameters if (one.type or "").lower() == "securestring"]
    if declared == {"oauth2"} and secret and not oauth:
        yield found(
            definition,
            secret[0].at,
            f"the security definition asks for oauth2, and connections for {some([one.name for one in secret])}",
            "Describe in both files the way to sign in that the API has",
            related=(Related("the security definition", definition.security[0].at),),
        )
    elif declared and "oauth2" not in declared and oauth and not secret:
        yield found(
            definition,
            oauth[0].at,
            f"connections sign in by OAuth, and the security definition asks for {some(sorted(declared))}",
            "Describe in both files the way to sign in that the API has",
            # The connection's token is sent all the same; what reads the definition is misled.
            severity=Severity.WARNING,
            related=(Related("the security definition", definition.security[0].at),),
        )
    elif not declared and secret and not oauth and not _sent(definition, secret):
        yield found(
            definition,
            secret[0].at,
            f"connections ask for {some([one.name for one in secret])}, and no security definition, policy template or"
            " script sends it",
            "Add the security definition that says where the key goes",
        )


@check(
    id="CON303",
    name="client-secret-committed",
    severity=Severity.ERROR,
    since="0.1",
    source=_PARAMETERS,
    on=ConnectorDefinition,
)
def client_secret_committed(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A secret stands in the connector's files, where everyone who reads the repository reads it."""
    for secret in definition.secrets:
        yield found(
            definition,
            secret.at,
            f"{secret.what} is in the file, where everyone who reads the repository reads it",
            "Renew the secret with its issuer, then take it out of the file and of the history",
            cause=secret.what,
            secret=True,
        )


@check(
    id="CON304",
    name="oauth-incomplete",
    severity=Severity.ERROR,
    since="0.1",
    source=_PARAMETERS,
    on=ConnectorDefinition,
)
def oauth_incomplete(definition: ConnectorDefinition, _: Context) -> Outcome:
    """OAuth settings lack what a sign-in needs."""
    for parameter in definition.parameters:
        if parameter.oauth is None:
            continue
        missing = list(_missing(parameter.oauth))
        if missing:
            # The client id may be kept out of the repository with its secret, and an API may know no scopes.
            severity = Severity.WARNING if {"clientId", "scopes"}.issuperset(missing) else None
            yield found(
                definition,
                parameter.oauth.at,
                f"the OAuth settings of {parameter.name} lack {', '.join(missing)}",
                "Add what is missing as the identity provider states it",
                cause=f"{parameter.choice or ''} {parameter.name}",
                severity=severity,
            )


@check(
    id="CON305",
    name="basic-authentication",
    severity=Severity.WARNING,
    since="0.1",
    source=_AUTHENTICATION,
    on=ConnectorDefinition,
)
def basic_authentication(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Connections send a user name and a password with every call."""
    if definition.connector.authentication != "basic":
        return
    secure = [one for one in definition.parameters if (one.type or "").lower() == "securestring"]
    # A key may be asked for beside them.
    passwords = [one for one in secure if "pass" in one.name.lower() or "pwd" in one.name.lower()] or secure
    at = passwords[0].at if passwords else definition.security[0].at if definition.security else definition.at
    yield found(
        definition,
        at,
        "connections send a user name and a password with every call, which no second factor protects",
        "Use OAuth 2.0 where the API offers it; otherwise give the connection an account of its own",
    )


@check(
    id="CON306",
    name="api-key-in-query",
    severity=Severity.WARNING,
    since="0.1",
    source=_AUTHENTICATION,
    on=ConnectorDefinition,
)
def api_key_in_query(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The key is part of the address, so it lands in the logs of everything on the way."""
    for one in definition.security:
        if one.kind.lower() == "apikey" and one.location == "query":
            yield found(
                definition,
                one.at,
                f"the API key goes into the query as {one.key_name or one.name}, so it lands in the logs of everything"
                " on the way",
                "Send the key in a header where the API takes it there",
                cause=one.name,
            )
    secure = {one.name.lower() for one in definition.parameters if (one.type or "").lower() == "securestring"}
    for template in definition.templates:
        sent = [name for name in template.uses if name.lower() in secure]
        if template.sends_in == "query" and sent:
            yield found(
                definition,
                template.at,
                f"the policy template '{template.title or template.id}' puts {some(sent)} into the query, so it"
                " lands in the logs of everything on the way",
                "Send the key in a header where the API takes it there",
                cause=f"template {template.title}",
            )


@check(
    id="CON307",
    name="redirect-mode-global",
    severity=Severity.WARNING,
    since="0.1",
    source=DOCS,
    on=ConnectorDefinition,
)
def redirect_mode_global(definition: ConnectorDefinition, _: Context) -> Outcome:
    """OAuth comes back to the address that all connectors share, which new connectors may not use."""
    shared = [one for one in definition.parameters if one.oauth and (one.oauth.redirect_mode or "").lower() == "global"]
    if shared and shared[0].oauth is not None:
        yield found(
            definition,
            shared[0].oauth.at / "redirectMode",
            f"the OAuth redirect of {some([one.name for one in shared])} is the address that all connectors share; each"
            " connector needs its own since February 2024",
            "Write GlobalPerConnector, and register the connector's own redirect address with the identity provider",
        )


@check(
    id="CON308",
    name="parameter-not-secure",
    severity=Severity.ERROR,
    since="0.1",
    source=_PARAMETERS,
    on=ConnectorDefinition,
)
def parameter_not_secure(definition: ConnectorDefinition, _: Context) -> Outcome:
    """A connection parameter for a key or a password is typed string, so it is stored and shown in the clear."""
    for parameter in definition.parameters:
        if (parameter.type or "").lower() == "string" and not parameter.listed and _is_secret_name(parameter):
            yield found(
                definition,
                parameter.at,
                f"the connection parameter {parameter.name} takes a secret and is typed string, so it is stored and"
                " shown in the clear",
                "Type it securestring; existing connections have to be made again",
                cause=f"{parameter.choice or ''} {parameter.name}",
            )


@check(
    id="CON309",
    name="gateway-used",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-automate/gateway-reference",
    on=ConnectorDefinition,
)
def gateway_used(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The connector goes through an on-premises data gateway."""
    if definition.connector.gateway:
        yield found(
            definition,
            definition.properties_at or definition.at,
            "connections go through an on-premises data gateway: its users need a premium licence, and the gateway an"
            " owner",
            "Record who runs the gateway, beside the owner of the connector",
        )


def _sent(definition: ConnectorDefinition, secret: list[ConnectionParameter]) -> bool:
    if definition.script.file is not None or definition.script.operations:
        return True
    used = {name.lower() for template in definition.templates for name in template.uses}
    return any(one.name.lower() in used for one in secret)


def _missing(settings: OAuthSettings) -> Iterator[str]:
    provider = (settings.provider or "").lower()
    if not provider:
        yield "identityProvider"
    brought = provider in _WITHOUT_CLIENT or settings.managed_identity or settings.first_party
    if not settings.client_id and not brought:
        yield "clientId"
    for name in _ADDRESSES.get(provider, ()):
        if name.lower() not in settings.values:
            yield name
    if provider in {"oauth2", "oauth2generic"} and not settings.has_scopes:
        yield "scopes"
    if settings.redirect_mode is None:
        yield "redirectMode"


def _is_secret_name(parameter: ConnectionParameter) -> bool:
    return any(_SECRET_WORDS.search(_WORDS.sub(" ", text)) for text in (parameter.name, parameter.display_name))
