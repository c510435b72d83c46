"""Where a custom connector goes, and how its connections sign in there."""

import re
from collections.abc import Mapping, Sequence

from pllint.model.connector_definition import Script
from pllint.model.custom_connector import Host, variables_in
from pllint.model.solution import EnvironmentVariable
from pllint.record import NamedTuple
from pllint.text.node import Node

_TEMPLATE_URL = "x-ms-apimTemplateParameter.urlTemplate"
_TEMPLATE_OPERATIONS = "x-ms-apimTemplate-operationName"

_ENTRA_HOSTS = re.compile(
    r"^https?://(?:[^/@]+\.)?(?:login\.microsoftonline\.(?:com|us|de)|login\.windows\.net|login\.microsoft\.com"
    r"|sts\.windows\.net|login\.chinacloudapi\.cn|login\.partner\.microsoftonline\.cn)(?:[:/]|$)",
    re.IGNORECASE,
)
_SECURITY_WORDS = {"basic": "basic", "apikey": "api-key", "oauth2": "oauth2"}


class ConnectorParts(NamedTuple):
    """What a connector consists of, wherever it is kept; absent nodes where a part is missing."""

    definition: Node
    parameters: Node
    sets: Node
    capabilities: Node
    templates: Node
    properties_known: bool
    """False: nothing says what connections ask for, so the definition's own words are taken."""
    properties: Node
    """The properties as a whole; absent in a solution, which keeps them apart."""
    parameters_blank: bool = False
    """The file of connection parameters is empty, as the platform writes it for some connectors with OAuth."""
    properties_expected: bool = True
    """A file for them is there, readable or not."""
    missing: tuple[str, ...] = ()
    script: Script = Script()


def host_of(parts: ConnectorParts, variables: Mapping[str, EnvironmentVariable]) -> Host:
    """Give the host that operations go to: the definition's, or the one a policy template puts in its place."""
    definition = parts.definition
    written = definition["host"]
    schemes = [scheme.text.lower() for scheme in definition["schemes"].listed() if scheme.text]
    scheme = "https" if not schemes or "https" in schemes else schemes[0]
    base_path = definition["basePath"].text or ""
    own = _resolved(written.text or "", variables, Host(None, base_path, scheme, written.at, "host"))
    for template in parts.templates.listed():
        if (template.get("templateId").text or "").lower() != "dynamichosturl":
            continue
        parameters = template.get("parameters")
        url = parameters.get(_TEMPLATE_URL)
        if not url.text:
            continue
        other = _resolved(url.text, variables, Host(None, "", scheme, url.at, "policy-template"))
        limited = any(name.text for name in parameters.get(_TEMPLATE_OPERATIONS).listed())
        if not limited:
            return other
        if other.name is None or own.name is None or other.name.lower() != own.name.lower():
            # Some operations go elsewhere, so no single host is the connector's.
            return Host(None, base_path, scheme, url.at, "policy-template")
    return own


def own_host(definition: Node) -> Host:
    """Give the host that the definition itself states."""
    written = definition["host"]
    return _resolved(written.text or "", {}, Host(None, definition["basePath"].text or "", "https", written.at))


def _resolved(text: str, variables: Mapping[str, EnvironmentVariable], host: Host) -> Host:
    """Fill in environment variables and take the address apart; a host that needs more than that has no name."""
    named = variables_in(text)
    if named:
        decided = host.decided_by if host.decided_by == "policy-template" else "environment-variable"
        known = ((name.lower(), variables.get(name.lower())) for name in dict.fromkeys(named))
        values = tuple((name, value) for name, one in known if one and (value := one.value or one.default))
        host = host._replace(decided_by=decided, variable=named[0], values=values)
    return host._replace(text=text, own_path=host.base_path).where({}) if text.strip() else host


def authentication_of(parts: ConnectorParts) -> str:
    """Say in the manifest's words how connections sign in; connections that may choose between kinds are `other`."""
    security = [
        _SECURITY_WORDS.get((one["type"].text or "").lower(), "other")
        for _, one in parts.definition["securityDefinitions"].items()
    ]
    if not parts.properties_known or (parts.parameters_blank and security):
        flows = parts.definition["securityDefinitions"].items()
        addresses = (one[key].text for _, one in flows for key in ("authorizationUrl", "tokenUrl") if one[key].present)
        if "oauth2" in security and any(map(_is_entra, addresses)):
            return "entra-id"
        return _single(security)
    choices = [choice.get("parameters") for choice in parts.sets.get("values").listed()]
    return _single([_word(one, security) for one in choices or [parts.parameters]])


def _single(words: Sequence[str]) -> str:
    distinct = set(words)
    if len(distinct) > 1:
        return "other"
    return distinct.pop() if distinct else "none"


def _word(parameters: Node, security: Sequence[str]) -> str:
    asked = dict(parameters.items())
    kinds = {(one.get("type").text or "").lower(): one for one in asked.values()}
    if "oauthsetting" in kinds:
        return _oauth_word(kinds["oauthsetting"].get("oAuthSettings"))
    if any("certificate" in kind for kind in kinds):
        return "certificate"
    if any(map(_allows_windows, asked.values())):
        return "windows"
    if "securestring" in kinds:
        names = " ".join(asked).lower()
        basic = "user" in names and ("password" in names or "pwd" in names)
        return "basic" if basic or set(security) == {"basic"} else "api-key"
    # A key typed as plain text is a key all the same.
    return _single(security) if "string" in kinds else "none"


def _oauth_word(settings: Node) -> str:
    provider = (settings.get("identityProvider").text or "").lower()
    if provider.startswith("aad"):
        return "entra-id"
    custom = dict(settings.get("customParameters").items()).values()
    return "entra-id" if any(_is_entra(one.get("value").text or one.text) for one in custom) else "oauth2"


def _is_entra(url: str | None) -> bool:
    return url is not None and _ENTRA_HOSTS.match(url) is not None


def _allows_windows(parameter: Node) -> bool:
    allowed = (value.get("value").text or "" for value in parameter.get("allowedValues").listed())
    return any(value.lower() == "windows" for value in allowed)


def uses_gateway(parts: ConnectorParts) -> bool:
    """Tell whether connections may go through an on-premises data gateway."""
    choices = [choice.get("parameters") for choice in parts.sets.get("values").listed()]
    return any((one.text or "").lower() == "gateway" for one in parts.capabilities.listed()) or any(
        (parameter.get("type").text or "").lower() == "gatewaysetting"
        for parameters in (parts.parameters, *choices)
        for _, parameter in parameters.items()
    )
