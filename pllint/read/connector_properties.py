"""What lies beside a connector's definition: connection parameters, policy templates, and the secrets in them."""

import re
from collections.abc import Iterable, Iterator

from pllint.model.connector_definition import (
    CommittedSecret,
    ConnectionParameter,
    OAuthSettings,
    OddKey,
    PolicyTemplate,
    SecurityDefinition,
)
from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

# https://learn.microsoft.com/connectors/custom-connectors/policy-templates and the schema of apiProperties.json: the
# templates and the parameters that each of them needs.
TEMPLATES = {
    "convertarraytoobject": ("propertyParentPath", "keyWithinCollectionPath", "newPropertyPath"),
    "convertobjecttoarray": ("propertyParentPath", "newPropertyPath"),
    "dynamichosturl": ("urlTemplate",),
    "dynamicsubdomain": (),
    "encodepropertyvalue": ("propertyParentPath", "newPropertyPath"),
    "moveproperties": (),
    "pollingtrigger": ("triggerConfig", "triggerDataPath"),
    "routerequesttoendpoint": ("newPath",),
    "setconnectionstatustounauthenticated": (),
    "setheader": ("name", "value"),
    "setproperty": ("newPropertyParentPathTemplate", "newPropertySubPathTemplate", "propertyValuePathTemplate"),
    "setqueryparameter": ("name", "value"),
    "setvaluefromurl": ("parameterTemplate", "parameterValueUrl", "parameterValuePathTemplate"),
    "stringreplace": ("propertyParentPath", "sourceString", "replacementString", "newPropertyPath"),
    "stringtoarray": ("propertyParentPath", "delimiterList", "childPropertyName", "newPropertyPath"),
    "updatenextlink": ("nextLinkPropertyName",),
}
PROPERTIES = (
    "authType", "capabilities", "connectionParameterSets", "connectionParameters", "iconBrandColor",
    "isFirstParty", "policyTemplateInstances", "publisher", "scriptOperations", "stackOwner",
)  # fmt: skip
_PREFIX = "x-ms-apimTemplateParameter."
_OPERATIONS = "x-ms-apimTemplate-operationName"
_MAY_BE_EMPTY = frozenset(("value", "replacementString", "propertyParentPath", "newPropertyParentPathTemplate"))
_USED = re.compile(r"connectionParameters\(\s*['\"]([^'\"]+)['\"]", re.IGNORECASE)
_WRITTEN_HOST = re.compile(r"^https?://([^/@?#{}()]+)", re.IGNORECASE)
_SECRET_NAMES = re.compile(
    r"authorization|api[-_ ]?key|subscription[-_ ]?key|access[-_ ]?token|auth[-_ ]?token|client[-_ ]?secret|password"
    r"|^x-[a-z-]*(?:key|token|secret)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[<>{}\[\]@$%*•…]|\.\.\.|^(.)\1*$|(?:^|[^a-z])(?:your?|my|the|some|enter|insert|add|replace|put|to ?do|tbd|dummy"
    r"|fake|example|sample|placeholder|redacted|removed|hidden|secret|change ?me|changeit|none|null|n/a|empty|xxx+)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^(?:bearer|basic|token|apikey)\s+", re.IGNORECASE)
_SHORTEST_SECRET = 8


class Beside(NamedTuple):
    """The typed parts beside the definition."""

    parameters: tuple[ConnectionParameter, ...] = ()
    templates: tuple[PolicyTemplate, ...] = ()
    secrets: tuple[CommittedSecret, ...] = ()


def beside(parameters: Node, sets: Node, templates: Node) -> Beside:
    """Read connection parameters, sets of them, and policy templates, with the secrets that lie in any of them."""
    secrets: list[CommittedSecret] = []
    asked = [*_parameters(parameters, None, secrets)]
    for choice in sets.get("values").listed():
        asked += _parameters(choice.get("parameters"), choice.get("name").text or "", secrets)
    used = [_template(template, secrets) for template in templates.elements() if template.is_mapping]
    return Beside(tuple(asked), tuple(used), tuple(secrets))


def secret_default(parameter: dict[str, object]) -> str | None:
    """Say which key a header or query parameter would send with every call, where its default is one."""
    name, place, default = (parameter.get(key) for key in ("name", "in", "default"))
    if not (isinstance(name, str) and isinstance(default, str) and isinstance(place, str)):
        return None
    if place not in {"header", "query"}:
        return None
    if _SECRET_NAMES.search(name) is None or not is_secret(default):
        return None
    return f"the default of the {place} parameter {name}"


def is_secret(text: str | None) -> bool:
    """Tell a secret from nothing, from an expression and from what stands for one."""
    value = _SCHEME.sub("", (text or "").strip())
    return len(value) >= _SHORTEST_SECRET and " " not in value and _PLACEHOLDER.search(value) is None


def security(definition: Node) -> tuple[SecurityDefinition, ...]:
    """Read the security definitions."""
    return tuple(
        SecurityDefinition(
            name=name,
            kind=one["type"].text or "",
            location=(one["in"].text or "").lower(),
            key_name=one["name"].text or "",
            at=one.at,
        )
        for name, one in definition["securityDefinitions"].items()
        if one.is_mapping
    )


def odd_keys(properties: Node) -> Iterator[OddKey]:
    """Find the keys of the properties that are none."""
    known = {key.lower() for key in PROPERTIES}
    for key, value in properties.items():
        if key.lower() not in known:
            yield OddKey(key, value.at, nearest(key, PROPERTIES))
        elif key not in PROPERTIES:
            yield OddKey(key, value.at, next(known for known in PROPERTIES if known.lower() == key.lower()))


def named_operations(node: Node) -> tuple[tuple[str, Anchor], ...]:
    """Read a list of operation ids."""
    return tuple((name.text, name.at) for name in node.listed() if name.text)


def _parameters(node: Node, choice: str | None, secrets: list[CommittedSecret]) -> Iterator[ConnectionParameter]:
    for name, one in node.items():
        if not one.is_mapping:
            continue
        kind = one.get("type").text
        settings = one.get("oAuthSettings")
        if (kind or "").lower() == "securestring" and is_secret(one.get("defaultValue").text):
            secrets.append(
                CommittedSecret(f"the default value of the connection parameter {name}", one["defaultValue"].at)
            )
        yield ConnectionParameter(
            name=name,
            type=kind,
            at=one.at,
            display_name=one.get("uiDefinition").get("displayName").text or "",
            oauth=_oauth(settings, secrets) if (kind or "").lower() == "oauthsetting" else None,
            choice=choice,
            listed=bool(
                one.get("allowedValues").value or one.get("uiDefinition").get("constraints").get("allowedValues").value
            ),
        )


def _oauth(settings: Node, secrets: list[CommittedSecret]) -> OAuthSettings:
    secret = settings.get("clientSecret")
    if is_secret(secret.text):
        secrets.append(CommittedSecret("the client secret of the OAuth settings", secret.at))
    values: list[str] = []
    for name, one in settings.get("customParameters").items():
        value = one.get("value") if one.is_mapping else one
        if value.text:
            values.append(name.lower())
        if "secret" in name.lower() and is_secret(value.text):
            secrets.append(CommittedSecret(f"the OAuth parameter {name}", value.at))
    properties = settings.get("properties")
    return OAuthSettings(
        at=settings.at,
        provider=settings.get("identityProvider").text,
        client_id=settings.get("clientId").text,
        has_scopes=settings.get("scopes").is_list,
        redirect_mode=settings.get("redirectMode").text,
        values=tuple(values),
        first_party=properties.get("IsFirstParty").flag or False,
        managed_identity=bool(settings.get("federatedCredentials").value or settings.get("managedIdentity").value),
    )


def _template(node: Node, secrets: list[CommittedSecret]) -> PolicyTemplate:
    identity = node.get("templateId").text or ""
    parameters = node.get("parameters")
    given = {name: value for name, value in parameters.items() if name.startswith(_PREFIX)}
    values = {name.removeprefix(_PREFIX).lower(): value for name, value in given.items()}
    present = {name for name, value in values.items() if value.present and (value.value != "" or _may_be_empty(name))}
    needed = TEMPLATES.get(identity.lower(), ())
    target = values["name"].text or "" if "name" in values else ""
    if identity.lower() in {"setheader", "setqueryparameter"} and "value" in values:
        value = values["value"]
        if _SECRET_NAMES.search(target) and is_secret(value.text):
            secrets.append(CommittedSecret(f"the value of {target} in a policy template", value.at))
    url = values["urltemplate"].text or "" if "urltemplate" in values else ""
    host = _WRITTEN_HOST.match(url) if identity.lower() == "dynamichosturl" else None
    return PolicyTemplate(
        id=identity,
        title=node.get("title").text or "",
        at=node.at,
        operations=named_operations(parameters.get(_OPERATIONS)),
        parameters=tuple(sorted(present)),
        known=identity.lower() in TEMPLATES,
        nearest=None if identity.lower() in TEMPLATES else nearest(identity, TEMPLATES),
        missing=tuple(name for name in needed if name.lower() not in present),
        uses=tuple(sorted(_used(value.value for value in values.values()))),
        sends_in={"setheader": "header", "setqueryparameter": "query"}.get(identity.lower(), ""),
        host=host[1] if host and "@" not in url.partition("://")[2].partition("/")[0] else None,
    )


def _may_be_empty(name: str) -> bool:
    return any(name == one.lower() for one in _MAY_BE_EMPTY)


def _used(values: Iterable[object]) -> set[str]:
    found: set[str] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.update(_USED.findall(value))
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found
